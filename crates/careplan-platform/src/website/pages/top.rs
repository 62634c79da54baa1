//! The first page: what the site is, or, for an office, how far it has come and the one thing to do next.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::calendar::{day, last_day};
use careplan_domain::licence::LicenceState;
use careplan_web::text::date_ja;
use careplan_web::{Banner, Button, Checklist, Item, Markup, State as ItemState, Tone};

use super::notices::newest;
use crate::office_api::problem::Refused;
use crate::store::progress::{Progress, progress};
use crate::store::{accounts, licences};
use crate::website::Website;
use crate::website::admit::is_full;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::Visit;

#[derive(Template)]
#[template(path = "top.html")]
struct Open {
    log_in: Button,
    notices: Markup,
}

#[derive(Template)]
#[template(path = "top_office.html")]
struct Office {
    lead: &'static str,
    checklist: Checklist,
    notices: Markup,
}

/// What the steps are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    has_mail: bool,
    licence: LicenceState,
    progress: Progress,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let Some(session) = &visit.session else {
        let notices = newest(&mut site.platform.store.read().await?).await?;
        let main = Open { log_in: Button::link("ログインする", "/login"), notices };
        return site.show(&visit, Page::new("ケアプランを、紙から開放する", "/", &main)).await;
    };
    if !is_full(session) {
        return Ok(go_to(super::login::next_page(session, "/")));
    }
    let office = session.office();
    let mut db = site.platform.store.read().await?;
    let account = accounts::account(&mut db, &session.user_id).await?;
    let standing = Standing {
        has_mail: account.is_some_and(|account| account.mail.is_some()),
        licence: LicenceState::at(&licences::terms_of(&mut db, &office).await?, visit.now),
        progress: progress(&mut db, &office, visit.now).await?,
    };
    let notices = newest(&mut db).await?;
    drop(db);
    let (lead, checklist) = steps(standing);
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let notice = (fields.text("done") == "password")
        .then(|| Banner::new(Tone::Success, "パスワードを変更しました。次の手続きへお進みください。"));
    let main = Office { lead, checklist, notices };
    site.show(&visit, Page::new("トップ", "/", &main).notice(notice)).await
}

/// The way from the letter to the first exchange. The first step that is not done is the one to do; each other open step
/// can be done, too, but has no button of its own, so that there is one thing to press.
fn steps(standing: Standing) -> (&'static str, Checklist) {
    let Standing { has_mail, licence, progress } = standing;
    let licence_note = match licence {
        LicenceState::Valid { ends_at } => format!("有効です。{}まで使えます。", date_ja(last_day(ends_at))),
        LicenceState::Upcoming { starts_at } => format!("{}から有効になります。", date_ja(day(starts_at))),
        LicenceState::Expired { ended_at } => {
            format!(
                "{}で終わりました。もう一度利用申請をすると、また送受信できます。",
                date_ja(last_day(ended_at))
            )
        }
        LicenceState::NotApplied => "申請すると、すぐに使えるようになります。".to_owned(),
    };
    let terminals = match progress.terminals {
        0 => "パソコンにクライアントを入れ、通知書の「証明書発行用パスワード」を入力します。".to_owned(),
        count => format!("{count}台の端末が設定されています。"),
    };
    let has_certificate = progress.certificates > 0 || progress.terminals > 0;
    let all = [
        (true, "パスワード変更", "変更済みです。".to_owned(), ("変更する", "/password")),
        (
            has_mail,
            "メール登録",
            if has_mail { "登録済みです。" } else { "パスワードを忘れたときや、期限のお知らせに使います。" }.to_owned(),
            ("メールアドレスを登録する", "/account/mail"),
        ),
        (
            matches!(licence, LicenceState::Valid { .. } | LicenceState::Upcoming { .. }),
            "利用申請",
            licence_note,
            ("利用申請へ進む", "/licence"),
        ),
        (
            has_certificate,
            "電子証明書",
            if has_certificate {
                "発行済みです。"
            } else {
                "クライアントの初期設定のなかで、数分で発行されます。ここでは発行用パスワードを確かめられます。"
            }
            .to_owned(),
            ("電子証明書を確かめる", "/certificates"),
        ),
        (progress.terminals > 0, "クライアント", terminals, ("クライアントをダウンロードする", "/downloads")),
        (
            progress.has_exchanged,
            "疎通確認",
            if progress.has_exchanged {
                "送受信ができています。"
            } else {
                "クライアントから、おためし事業所か、いつもの相手に1件送ってみます。"
            }
            .to_owned(),
            ("相手をさがす", "/offices?joined=yes"),
        ),
    ];
    let current = all.iter().position(|(is_done, ..)| !is_done);
    let lead = match current {
        Some(_) => "送受信を始めるまでの手続きです。上から順に進めると、10分ほどで終わります。",
        None => "手続きはすべて終わりました。送受信は、パソコンのクライアントで行います。",
    };
    let mut checklist = Checklist::default();
    for (index, (is_done, name, note, (label, path))) in all.into_iter().enumerate() {
        let state = match (is_done, current == Some(index)) {
            (true, _) => ItemState::Done,
            (false, true) => ItemState::Current,
            (false, false) => ItemState::Later,
        };
        let item = Item::new(name, state).note(note);
        let item = match state {
            ItemState::Current => item.action(Button::link(label, path)),
            _ => item.action(Button::link("見る", path).secondary().small().about(name)),
        };
        checklist = checklist.item(item);
    }
    (lead, checklist)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing() -> Standing {
        let progress = Progress { certificates: 0, terminals: 0, has_exchanged: false };
        Standing { has_mail: false, licence: LicenceState::NotApplied, progress }
    }

    /// The names of the step that is to be done now, as the page marks it.
    fn current(standing: Standing) -> Option<String> {
        let html = steps(standing).1.to_string();
        let item = html.split("<li").find(|item| item.contains(r#"aria-current="step""#))?;
        let name = item.split(r#"<p class="strong">"#).nth(1)?.split('<').next()?;
        Some(name.to_owned())
    }

    #[test]
    fn one_step_after_the_other_is_the_one_to_do() {
        let ends_at = "2027-11-25T00:00:00+09:00".parse().unwrap();
        let mut standing = standing();
        assert_eq!(current(standing).as_deref(), Some("メール登録"));
        standing.has_mail = true;
        assert_eq!(current(standing).as_deref(), Some("利用申請"));
        standing.licence = LicenceState::Valid { ends_at };
        assert_eq!(current(standing).as_deref(), Some("電子証明書"));
        standing.progress.certificates = 1;
        assert_eq!(current(standing).as_deref(), Some("クライアント"));
        standing.progress.terminals = 1;
        assert_eq!(current(standing).as_deref(), Some("疎通確認"));
        standing.progress.has_exchanged = true;
        assert_eq!(current(standing), None);
        standing.licence = LicenceState::Expired { ended_at: ends_at };
        assert_eq!(current(standing).as_deref(), Some("利用申請"));
        assert!(steps(standing).1.to_string().contains("2027年11月24日（水）で終わりました"));
    }
}
