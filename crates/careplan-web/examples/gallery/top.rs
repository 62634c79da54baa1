//! The page where an office sees how far it is, with everything that tells.

use askama::Template;
use careplan_web::text::{date_ja, yen};
use careplan_web::{
    Banner, Button, Cell, Checklist, DataTable, Facts, Item, Pager, PostForm, Progress, State, Tag, Tone,
};
use jiff::civil::date;

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p class="lead">はじめの一通をやりとりするまで、残り3つです。</p>{{ checklist }}
<h2>ライセンス</h2>{{ facts }}<div class="actions">{{ renew }}{{ change }}</div>
<h2>お支払い</h2>{{ payments }}{{ pager }}
<h2>証明書発行用パスワード</h2><p>このパスワードは一度しか表示しません。書き留めてから、次へ進んでください。</p>
<p class="actions"><span class="secret" id="secret">RF7K-22MQ-9WXD</span><button class="button button-secondary" type="button" data-copy="secret" hidden>コピー</button>
<button class="button button-secondary" type="button" data-print hidden>印刷</button></p>
<h2>お知らせ</h2><div class="stack">{{ info }}{{ success }}{{ warning }}{{ error }}</div>
<h2>料金</h2><div class="cards"><div class="card"><h3>1年</h3><p class="price">21,000円</p><p class="small quiet">消費税を含みます</p></div><div class="card"><h3>2年まとめて</h3><p class="price">42,000円</p><p class="small quiet">消費税を含みます</p></div><div class="card"><h3>フリーパス</h3><p class="price">0円</p><p class="small quiet">2027年3月31日（水）まで</p></div></div>
<h2>よくある質問</h2>
<details class="details"><summary>仮のパスワードのままで、ログインできません</summary><p>通知書のパスワードは、はじめのログインで変更が必要です。変更した後は、新しいパスワードでログインしてください。</p></details>
<details class="details"><summary>電子証明書の有効期限はいつですか</summary><p>発行の日から3年です。90日前にお知らせします。</p></details>
<h2>送信の進み具合</h2>{{ progress }}"#
)]
pub(crate) struct Top {
    checklist: Checklist,
    facts: Facts,
    renew: Button,
    change: Button,
    payments: DataTable,
    pager: Pager,
    info: Banner,
    success: Banner,
    warning: Banner,
    error: Banner,
    progress: Progress,
}

pub(crate) fn top() -> Top {
    let paid = || Cell::tag(Tag::new(Tone::Success, "支払済み"));
    Top {
        checklist: Checklist::default()
            .item(Item::new("パスワード変更", State::Done).note("2026年11月2日（月）に変更しました。"))
            .item(Item::new("メール登録", State::Done).note("期限とパスワード再設定のお知らせが届きます。"))
            .item(
                Item::new("利用申請", State::Waiting)
                    .word("支払待ち")
                    .note("口座振替の結果は12月4日（金）ごろに分かります。"),
            )
            .item(
                Item::new("電子証明書", State::Current)
                    .note("クライアントを入れるパソコンごとに1枚です。")
                    .action(Button::link("発行の準備をする", "/certificates")),
            )
            .item(
                Item::new("クライアント", State::Failed)
                    .note("受付のパソコンから30日間、通信がありません。")
                    .action(Button::link("確かめる", "/terminals").secondary()),
            )
            .item(Item::new("疎通確認", State::Later).note("おためし事業所と1通をやりとりします。")),
        facts: Facts::default()
            .fact("状態", Cell::tag(Tag::new(Tone::Success, "有効")))
            .fact("有効期限", date_ja(date(2027, 3, 31)))
            .fact("利用料金", Cell::text(yen(21_000)).note("消費税を含みます"))
            .fact("事業所番号", Cell::code("9970000018")),
        renew: Button::link("更新する", "/renew"),
        change: Button::link("支払方法を変える", "/payment").secondary(),
        payments: DataTable::new(
            "お支払いの記録",
            ["日付", "内容", "金額", "状態", "操作"],
            "まだありません。",
        )
        .quiet_caption()
        .row([
            date_ja(date(2026, 4, 27)).into(),
            Cell::text("利用料 2026年度").note("口座振替"),
            Cell::number(yen(21_000)),
            paid(),
            Cell::action(Button::link("領収書", "/r/2").secondary().small().about("2026年度")),
        ])
        .row([
            date_ja(date(2025, 4, 28)).into(),
            Cell::text("利用料 2025年度").note("請求書払い"),
            Cell::number(yen(-1_000)),
            Cell::tag(Tag::new(Tone::Warning, "期限まで7日")),
            Cell::action(PostForm::new(
                "/void",
                Button::submit("取り消す").danger().small().about("2025年度"),
            )),
        ]),
        pager: Pager::new("お支払いのページ", "21〜40件目")
            .previous(Some("?before=21"))
            .next(Some("?after=40")),
        info: Banner::new(Tone::Info, "12月27日（日）2時から4時まで停止します。")
            .paragraph("この間の送信は、再開した後に自動で行います。"),
        success: Banner::new(Tone::Success, "メールアドレスを登録しました。"),
        warning: Banner::new(Tone::Warning, "電子証明書の期限まで、あと14日です。")
            .paragraph("期限を過ぎると送信と受信が止まります。")
            .action(Button::link("今すぐ更新する", "/renew").secondary()),
        error: Banner::new(Tone::Error, "領収書を作れませんでした。")
            .paragraph("時間をおいて、もう一度お試しください。"),
        progress: Progress::new("sending", "30の事業所へ送信しています", 18, 30),
    }
}
