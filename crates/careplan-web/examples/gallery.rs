//! Draws every part on pages of their own, with the files they ask for, into a folder: to be looked at in a browser.
//!
//! `cargo run -p careplan-web --example gallery -- FOLDER`; serve the folder as the root of a site.

use std::fs;
use std::path::{Path, PathBuf};

use askama::Template;
use careplan_web::assets::{asset, paths};
use careplan_web::text::{date_ja, yen};
use careplan_web::{
    Account, Banner, Button, Cell, Check, Checklist, Choice, DataTable, Facts, FieldErrors, FileField, Frame,
    Item, Link, Pager, PostForm, Progress, Site, State, Steps, Tag, TextArea, TextField, TextKind, Tone,
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
struct Top {
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

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{{ steps }}<p>通知書を手元に用意してください。5分ほどで終わります。</p>
<form class="form" method="post" action="/apply" novalidate>{{ user_id }}{{ password }}{{ code }}{{ mail }}{{ kind }}{{ prefecture }}{{ day }}{{ reason }}{{ file }}{{ agree }}<div class="actions">{{ send }}{{ back }}{{ cancel }}</div></form>"#
)]
struct Apply {
    steps: Steps,
    user_id: TextField,
    password: TextField,
    code: TextField,
    mail: TextField,
    kind: Choice,
    prefecture: Choice,
    day: TextField,
    reason: TextArea,
    file: FileField,
    agree: Check,
    send: Button,
    back: Button,
    cancel: Button,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p id="terms-name">第1版　2026年4月1日（水）から</p><div class="terms" tabindex="0" role="region" aria-label="利用規約の本文" data-read-to-end="agree" data-end-text="最後まで表示しました。「利用規約に同意する」を押せます。">{% for number in 1..=20 %}<h2 class="h3">第{{ number }}条</h2><p>利用者は、この規約に定めるところに従い、ケアプランデータの送受信のために本サービスを利用します。運営者は、送受信されるデータの内容を読むことができません。</p>{% endfor %}</div>
<form method="post" action="/agree"><div class="actions">{{ agree }}{{ back }}</div></form>"#
)]
struct Terms {
    agree: Button,
    back: Button,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<form class="search" method="get" role="search" action="/offices">{{ word }}{{ prefecture }}{{ find }}</form>
<p class="actions"><b>3件</b>　<a href="/offices.csv">CSVで保存</a></p>{{ table }}{{ pager }}<h2>見つからないとき</h2>{{ empty }}"#
)]
struct Search {
    word: TextField,
    prefecture: Choice,
    find: Button,
    table: DataTable,
    pager: Pager,
    empty: DataTable,
}

fn top() -> Top {
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
        payments: DataTable::new("お支払いの記録", ["日付", "内容", "金額", "状態", "操作"], "まだありません。")
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

fn apply(errors: &FieldErrors) -> Apply {
    Apply {
        steps: Steps::new("利用申請の流れ", ["申請内容", "利用規約", "完了"], 1),
        user_id: TextField::new("user_id", "ユーザID")
            .kind(TextKind::Code)
            .autocomplete("username")
            .hint("KJ と12桁の数字です。通知書の右上にあります。全角で入力してもかまいません。")
            .max_length(24)
            .value("KJ99997000001")
            .errors(errors),
        password: TextField::new("password", "パスワード").kind(TextKind::Password).errors(errors),
        code: TextField::new("code", "確認コード")
            .kind(TextKind::OneTimeCode)
            .max_length(12)
            .hint("認証アプリの6桁の数字")
            .errors(errors),
        mail: TextField::new("mail", "メールアドレス")
            .kind(TextKind::Email)
            .optional()
            .value("hanako@example.jp"),
        kind: Choice::radio("payment", "支払方法")
            .option_with_hint(
                "deduct",
                "国保連合会の給付費から差し引く",
                "手続きはいりません。多くの事業所がこの方法です。",
            )
            .option("invoice", "請求書で振り込む")
            .errors(errors),
        prefecture: Choice::list("prefecture", "都道府県")
            .empty("選択してください")
            .option("98", "見本県")
            .option("99", "例示県")
            .selected("99"),
        day: TextField::new("day", "利用を始める日").kind(TextKind::Date).value("2026-12-01"),
        reason: TextArea::new("reason", "連絡事項").optional().value("1行目\n2行目"),
        file: FileField::new("list", "事業所の一覧").accept(".csv").optional().hint("CSVファイル、1MBまで"),
        agree: Check::new("auto_renew", "期限が来たら自動で更新する")
            .checked(true)
            .hint("更新の30日前にメールでお知らせします。いつでもやめられます。"),
        send: Button::submit("規約の確認へ進む").busy("送信しています"),
        back: Button::link("戻る", "/").secondary(),
        cancel: Button::submit("申請を取り消す").danger().value("cancel", "yes"),
    }
}

fn search() -> Search {
    let state = |joined: bool| {
        Cell::tag(if joined {
            Tag::new(Tone::Success, "利用中")
        } else {
            Tag::new(Tone::Plain, "未利用")
        })
    };
    let row = |number: &str, name: &str, city: &str, joined: bool| {
        [
            Cell::link(name, format!("/offices/{number}")).note("みほんじぎょうしょ"),
            Cell::code(number),
            city.into(),
            Cell::text("通所介護"),
            state(joined),
        ]
    };
    let heads = ["事業所", "事業所番号", "市区町村", "サービス", "利用"];
    Search {
        word: TextField::new("q", "番号・名前・かな").kind(TextKind::Search).unmarked().value("見本"),
        prefecture: Choice::list("p", "都道府県").unmarked().empty("すべて").option("98", "見本県"),
        find: Button::submit("検索する"),
        table: DataTable::new("事業所の検索結果", heads, "")
            .row(row("9970000018", "見本ケアプランセンター", "見本県例示市", true))
            .row(row(
                "9970000026",
                "例示デイサービスセンター長い名前の見本町東部地域支援拠点",
                "見本県例示市",
                false,
            ))
            .row(row("9970000034", "見本ヘルパーステーション", "見本県例示郡見本町", true)),
        pager: Pager::new("検索結果のページ", "1〜3件目／全3件"),
        empty: DataTable::new(
            "事業所の検索結果",
            heads,
            "「見本」に合う事業所はありません。番号は10桁か、名前は短くして検索してください。",
        ),
    }
}

/// Writes pages and files; the pages under `name/index.html`.
struct Gallery {
    folder: PathBuf,
    site: Site,
    nav: Vec<Link>,
    account: Account,
}

impl Gallery {
    fn page(&self, name: &str, frame: &Frame<'_>) -> Result<(), Box<dyn std::error::Error>> {
        write(&self.folder.join(name).join("index.html"), frame.render()?.as_bytes())
    }

    fn pages(&self) -> Result<(), Box<dyn std::error::Error>> {
        let crumbs = [Link::new("トップ", "/")];
        let nav = |frame: Frame<'_>| frame.nav(&self.nav, "/").account(Some(&self.account)).render();
        let main = top();
        let frame = Frame::new(&self.site, "見本ケアプランセンター様の準備", &main);
        write(
            &self.folder.join("index.html"),
            nav(frame.status(Some("オフラインです。送信は回線が戻りしだい行います。")))?.as_bytes(),
        )?;
        let mut errors = FieldErrors::default();
        errors
            .add("user_id", "ユーザIDの数字が11桁です。KJ の後の12桁を、通知書で確かめて入力してください。");
        errors.add("password", "パスワードを入力してください。");
        errors.add("payment", "支払方法を選択してください。");
        errors.add_for_form("入力の途中で60分が過ぎました。もう一度送信してください。");
        let (clean, wrong, terms, search) =
            (apply(&FieldErrors::default()), apply(&errors), terms(), search());
        self.page(
            "apply",
            &Frame::new(&self.site, "利用申請", &clean)
                .crumbs(&crumbs)
                .nav(&self.nav, "/apply")
                .account(Some(&self.account)),
        )?;
        self.page(
            "wrong",
            &Frame::new(&self.site, "利用申請", &wrong)
                .crumbs(&crumbs)
                .nav(&self.nav, "/apply")
                .errors(&errors),
        )?;
        let notice = Banner::new(Tone::Success, "申請内容を受け付けました。");
        self.page("terms", &Frame::new(&self.site, "利用規約", &terms).crumbs(&crumbs).notice(Some(notice)))?;
        self.page("search", &Frame::new(&self.site, "事業所検索", &search).nav(&self.nav, "/offices").broad())
    }
}

fn terms() -> Terms {
    Terms {
        agree: Button::submit("利用規約に同意する").id("agree").busy("送信しています"),
        back: Button::link("同意しないで戻る", "/").secondary(),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, bytes)?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("Name a folder for the gallery.")?);
    for path in paths() {
        let file = asset(path).ok_or("an asset without content")?;
        write(&folder.join(path.trim_start_matches('/')), file.bytes)?;
    }
    let site = Site::new("ケアプランデータ連携", "/", "運営：見本県国民健康保険団体連合会")
        .footer(Link::new("よくある質問", "/faq"))
        .footer(Link::new("稼働状況", "/status"))
        .footer(Link::new("プライバシー", "/privacy"));
    let nav = vec![
        Link::new("トップ", "/"),
        Link::new("利用申請・更新", "/apply"),
        Link::new("ライセンス", "/licence"),
        Link::new("電子証明書", "/certificates"),
        Link::new("事業所検索", "/offices"),
        Link::new("ダウンロード", "/downloads"),
        Link::new("お知らせ", "/notices").count("3件"),
    ];
    let account = Account::new("見本ケアプランセンター", "事業所番号 9970000018", "/logout");
    Gallery { folder, site, nav, account }.pages()
}
