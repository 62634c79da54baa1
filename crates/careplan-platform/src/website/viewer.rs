//! Who looks at a page, as far as its head shows: the menu, and the name of the office.
//!
//! Promise: a page of a problem has the menu of who met it, and a flood of problems never becomes one of queries.

use careplan_domain::Timestamp;
use careplan_protocol::{Code, Problem};
use careplan_web::{Account, Link};

use super::Website;
use super::admit::is_full;
use crate::directory;
use crate::login::{Session, SessionFault, Token};
use crate::store::StoreError;

/// Who looks at a page.
pub(super) enum Viewer {
    /// Nobody we know.
    Anybody,
    /// A browser with a token of ours that nobody looked up.
    Remembered,
    /// Somebody on the way through the steps of the log-in, who has only these steps to take.
    Underway(Account),
    /// An office that is logged in.
    Office(Account),
}

impl Viewer {
    pub(super) fn menu(&self) -> Vec<Link> {
        match self {
            Self::Anybody => open_menu().to_vec(),
            Self::Underway(_) => Vec::new(),
            Self::Remembered | Self::Office(_) => office_menu().to_vec(),
        }
    }

    pub(super) fn account(&self) -> Option<&Account> {
        match self {
            Self::Anybody | Self::Remembered => None,
            Self::Underway(account) | Self::Office(account) => Some(account),
        }
    }
}

/// The menu of everybody.
fn open_menu() -> [Link; 6] {
    [
        Link::new("トップ", "/"),
        Link::new("事業所検索", "/offices"),
        Link::new("ダウンロード", "/downloads"),
        Link::new("お知らせ", "/notices"),
        Link::new("よくある質問", "/faq"),
        Link::new("ログイン", "/login"),
    ]
}

/// The menu of an office that is logged in.
fn office_menu() -> [Link; 7] {
    [
        Link::new("トップ", "/"),
        Link::new("ライセンス", "/licence"),
        Link::new("電子証明書", "/certificates"),
        Link::new("事業所検索", "/offices"),
        Link::new("ダウンロード", "/downloads"),
        Link::new("お知らせ", "/notices"),
        Link::new("アカウント", "/account"),
    ]
}

impl Website {
    /// Who has a session, if anybody.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(super) async fn viewer(
        &self,
        session: Option<&Session>,
        now: Timestamp,
    ) -> Result<Viewer, StoreError> {
        let Some(session) = session else { return Ok(Viewer::Anybody) };
        let office = session.office();
        let entry = directory::entry(&mut self.platform.store.read().await?, &office, now).await?;
        let name = entry.map_or_else(String::new, |entry| entry.name);
        let account = Account::new(name, format!("事業所番号 {office}"), "/logout");
        Ok(if is_full(session) { Viewer::Office(account) } else { Viewer::Underway(account) })
    }

    /// Who met a problem. Where the problem is that there is too much to do, or that we are at fault, the token alone decides: its
    /// menu has nothing secret, and each of its pages asks who it is.
    pub(super) async fn viewer_of_problem(&self, token: Option<Token>, problem: &Problem) -> Viewer {
        let Some(token) = token else { return Viewer::Anybody };
        if problem.code == Code::TooManyRequests || problem.status >= 500 {
            return Viewer::Remembered;
        }
        let now = self.platform.clock.now();
        let session = match self.accounts.sessions.find(&token, now).await {
            Ok(session) => Some(session),
            Err(SessionFault::Unknown | SessionFault::TimedOut) => None,
            Err(SessionFault::Store(_)) => return Viewer::Remembered,
        };
        self.viewer(session.as_ref(), now).await.unwrap_or(Viewer::Remembered)
    }
}
