//! The pages of the gallery. Its tests hold what must be true of every page.

#[path = "forms.rs"]
mod forms;
#[path = "top.rs"]
mod top;

use askama::Template;
use careplan_web::{Account, Banner, FieldErrors, Frame, Link, Site, Tone};

/// Each page with its path below the root.
pub(crate) fn pages() -> askama::Result<Vec<(&'static str, String)>> {
    let (site, nav, crumbs) = (site(), nav(), [Link::new("トップ", "/")]);
    let account = Account::new("見本ケアプランセンター", "事業所番号 9970000018", "/logout");
    let errors = errors();
    let (top, clean, wrong) = (top::top(), forms::apply(&FieldErrors::default()), forms::apply(&errors));
    let (terms, search) = (forms::terms(), forms::search());
    let notice = Banner::new(Tone::Success, "申請内容を受け付けました。");
    let frame = |title, main| Frame::new(&site, title, main).account(Some(&account));
    Ok(vec![
        (
            "",
            frame("見本ケアプランセンター様の準備", &top)
                .nav(&nav, "/")
                .status(Some("オフラインです。送信は回線が戻りしだい行います。"))
                .render()?,
        ),
        ("apply", frame("利用申請", &clean).crumbs(&crumbs).nav(&nav, "/apply").render()?),
        ("wrong", frame("利用申請", &wrong).crumbs(&crumbs).nav(&nav, "/apply").errors(&errors).render()?),
        ("terms", Frame::new(&site, "利用規約", &terms).crumbs(&crumbs).notice(Some(notice)).render()?),
        ("search", Frame::new(&site, "事業所検索", &search).nav(&nav, "/offices").broad().render()?),
    ])
}

fn site() -> Site {
    Site::new("ケアプランデータ連携", "/", "運営：見本県国民健康保険団体連合会")
        .footer(Link::new("よくある質問", "/faq"))
        .footer(Link::new("稼働状況", "/status"))
        .footer(Link::new("プライバシー", "/privacy"))
}

fn nav() -> [Link; 7] {
    [
        Link::new("トップ", "/"),
        Link::new("利用申請・更新", "/apply"),
        Link::new("ライセンス", "/licence"),
        Link::new("電子証明書", "/certificates"),
        Link::new("事業所検索", "/offices"),
        Link::new("ダウンロード", "/downloads"),
        Link::new("お知らせ", "/notices").count("3件"),
    ]
}

fn errors() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("user_id", "ユーザIDの数字が11桁です。KJ の後の12桁を、通知書で確かめて入力してください。");
    errors.add("password", "パスワードを入力してください。");
    errors.add("payment", "支払方法を選択してください。");
    errors.add("agree", "内容を確かめて、チェックを入れてください。");
    errors.add_for_form("入力の途中で60分が過ぎました。もう一度送信してください。");
    errors
}
