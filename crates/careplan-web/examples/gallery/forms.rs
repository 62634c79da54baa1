//! Pages to fill in.

use askama::Template;
use careplan_web::{
    Button, Cell, Check, Choice, DataTable, FieldErrors, FileField, Pager, Steps, Tag, TextArea, TextField,
    TextKind, Tone,
};

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{{ steps }}<p>通知書を手元に用意してください。5分ほどで終わります。</p>
<form class="form" method="post" action="/apply" novalidate>{{ user_id }}{{ password }}{{ code }}{{ mail }}{{ kind }}{{ prefecture }}{{ day }}{{ reason }}{{ file }}{{ renew }}{{ agree }}<div class="actions">{{ send }}{{ back }}{{ cancel }}</div></form>"#
)]
pub(crate) struct Apply {
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
    renew: Check,
    agree: Check,
    send: Button,
    back: Button,
    cancel: Button,
}

pub(crate) fn apply(errors: &FieldErrors) -> Apply {
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
        renew: Check::new("auto_renew", "期限が来たら自動で更新する")
            .checked(true)
            .hint("更新の30日前にメールでお知らせします。いつでもやめられます。"),
        agree: Check::new("agree", "上の内容に間違いがないことを確かめました").errors(errors),
        send: Button::submit("規約の確認へ進む").busy("送信しています"),
        back: Button::link("戻る", "/").secondary(),
        cancel: Button::submit("申請を取り消す").danger().value("cancel", "yes"),
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p id="terms-name">第1版　2026年4月1日（水）から</p><div class="terms" tabindex="0" role="region" aria-label="利用規約の本文" data-read-to-end="agree" data-end-text="最後まで表示しました。「利用規約に同意する」を押せます。">{% for number in 1..=20 %}<h2 class="h3">第{{ number }}条</h2><p>利用者は、この規約に定めるところに従い、ケアプランデータの送受信のために本サービスを利用します。運営者は、送受信されるデータの内容を読むことができません。</p>{% endfor %}</div>
<form method="post" action="/agree"><div class="actions">{{ agree }}{{ back }}</div></form>"#
)]
pub(crate) struct Terms {
    agree: Button,
    back: Button,
}

pub(crate) fn terms() -> Terms {
    Terms {
        agree: Button::submit("利用規約に同意する").id("agree").busy("送信しています"),
        back: Button::link("同意しないで戻る", "/").secondary(),
    }
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<form class="search" method="get" role="search" action="/offices">{{ word }}{{ prefecture }}{{ find }}</form>
<p class="actions"><b>3件</b>　<a href="/offices.csv">CSVで保存</a></p>{{ table }}{{ pager }}<h2>見つからないとき</h2>{{ empty }}"#
)]
pub(crate) struct Search {
    word: TextField,
    prefecture: Choice,
    find: Button,
    table: DataTable,
    pager: Pager,
    empty: DataTable,
}

pub(crate) fn search() -> Search {
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
