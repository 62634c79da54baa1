//! Lets each request as far as the table says, and sends people to the step that is due before it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Method, header};

use super::visit::{Visit, address};
use super::{Website, Who};
use crate::login::{Session, SessionFault, Stage, Token};
use crate::office_api::problem::{Refused, store_failed};
use crate::tls::PeerAddress;

/// The cookie of a session. With the prefix, browsers take it over TLS only, for this host only, and for every path.
pub(super) const COOKIE: &str = "__Host-session";

/// A route's rule with the site it belongs to.
#[derive(Clone)]
pub(super) struct Rule {
    pub(super) site: Arc<Website>,
    pub(super) who: Who,
}

/// Finds the session of a request and judges it by the rule of its route.
pub(super) async fn admit(State(rule): State<Rule>, mut request: Request, next: Next) -> Response {
    let site = &rule.site;
    let now = site.platform.clock.now();
    let (session, ended) = match find(site, request.headers(), now).await {
        Ok(found) => found,
        Err(refused) => return refused.into_response(),
    };
    let peer =
        request.extensions().get::<PeerAddress>().map_or(std::net::Ipv4Addr::LOCALHOST.into(), |it| it.0);
    let visit = Visit { now, address: address(request.headers(), peer, site.behind_proxy), session };
    if let Some(step) = step_before(rule.who, visit.session.as_ref().map(|session| session.stage)) {
        return step.lead(&request, ended).into_response();
    }
    if let Some(session) = &visit.session {
        if let Err(refused) = site.guard.account(session.office()) {
            return refused.into_response();
        }
        if let Some(note) = request.extensions().get::<crate::caller::CallerNote>() {
            note.note(session.office());
        }
    }
    request.extensions_mut().insert(visit);
    next.run(request).await
}

/// Whether a session may do everything of its office.
pub(super) fn is_full(session: &Session) -> bool {
    session.stage == Stage::Full
}

/// Why the session in a cookie is none any more; the log-in says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// Nothing was asked for so long.
    TimedOut,
    /// From another browser, or by a new password.
    Elsewhere,
}

impl Ended {
    /// What `/login?why=` takes.
    fn why(self) -> &'static str {
        match self {
            Self::TimedOut => "timed-out",
            Self::Elsewhere => "ended",
        }
    }
}

/// The session of a request, or why there is none any more.
async fn find(
    site: &Website,
    headers: &HeaderMap,
    now: careplan_domain::Timestamp,
) -> Result<(Option<Session>, Option<Ended>), Refused> {
    let Some(token) = token(headers) else {
        return Ok((None, None));
    };
    match site.accounts.sessions.find(&token, now).await {
        Ok(session) => Ok((Some(session), None)),
        Err(SessionFault::Unknown) => Ok((None, Some(Ended::Elsewhere))),
        Err(SessionFault::TimedOut) => Ok((None, Some(Ended::TimedOut))),
        Err(SessionFault::Store(error)) => Err(store_failed(&error)),
    }
}

/// The token in the cookie of a request.
pub(super) fn token(headers: &HeaderMap) -> Option<Token> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).and_then(|(_, value)| Token::parse(value))
}

/// What has to be done before a page can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    LogIn,
    ChangePassword,
    SecondFactor,
}

fn step_before(who: Who, stage: Option<Stage>) -> Option<Step> {
    match (who, stage) {
        (Who::Anybody, _) | (Who::LoggedIn, Some(_)) | (Who::Office, Some(Stage::Full)) => None,
        (_, None) => Some(Step::LogIn),
        (Who::Office, Some(Stage::PasswordTemporary)) => Some(Step::ChangePassword),
        (Who::Office, Some(Stage::SecondFactorDue)) => Some(Step::SecondFactor),
    }
}

impl Step {
    /// Leads to the page of the step. From the log-in people come back to the page they asked for; a form that they sent
    /// meanwhile has to be filled in again, which they are told.
    fn lead(self, request: &Request, ended: Option<Ended>) -> Redirect {
        match self {
            Self::ChangePassword => Redirect::to("/password"),
            Self::SecondFactor => Redirect::to("/login/second-factor"),
            Self::LogIn => {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                if let Some(ended) = ended {
                    query.append_pair("why", ended.why());
                    if *request.method() == Method::POST {
                        query.append_pair("unsent", "yes");
                    }
                }
                let asked = request.uri().path_and_query().map_or("/", |it| it.as_str());
                if *request.method() == Method::GET && asked != "/" {
                    query.append_pair("next", asked);
                }
                let query = query.finish();
                if query.is_empty() {
                    Redirect::to("/login")
                } else {
                    Redirect::to(&format!("/login?{query}"))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_office_waits_for_each_step_in_its_order() {
        for (stage, step) in [
            (None, Some(Step::LogIn)),
            (Some(Stage::PasswordTemporary), Some(Step::ChangePassword)),
            (Some(Stage::SecondFactorDue), Some(Step::SecondFactor)),
            (Some(Stage::Full), None),
        ] {
            assert_eq!(step_before(Who::Office, stage), step);
            assert_eq!(step_before(Who::Anybody, stage), None);
        }
        assert_eq!(step_before(Who::LoggedIn, None), Some(Step::LogIn));
        assert_eq!(step_before(Who::LoggedIn, Some(Stage::PasswordTemporary)), None);
    }

    #[test]
    fn the_log_in_leads_back_to_pages_and_not_to_forms() {
        let lead = |method: Method, path: &str, ended| {
            let request =
                Request::builder().method(method).uri(path).body(axum::body::Body::empty()).unwrap();
            Step::LogIn.lead(&request, ended).into_response().headers()[header::LOCATION].clone()
        };
        assert_eq!(
            lead(Method::GET, "/offices?name=%E3%81%82", None),
            "/login?next=%2Foffices%3Fname%3D%25E3%2581%2582"
        );
        let (timed_out, elsewhere) = (Some(Ended::TimedOut), Some(Ended::Elsewhere));
        assert_eq!(lead(Method::POST, "/licence/agree", timed_out), "/login?why=timed-out&unsent=yes");
        assert_eq!(lead(Method::POST, "/licence/plan", elsewhere), "/login?why=ended&unsent=yes");
        assert_eq!(lead(Method::GET, "/licence", elsewhere), "/login?why=ended&next=%2Flicence");
        assert_eq!(lead(Method::GET, "/", None), "/login");
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let with = |value: &str| HeaderMap::from_iter([(header::COOKIE, value.parse().unwrap())]);
        assert!(token(&with("a=b; __Host-session=")).is_none());
        assert!(token(&with("session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).is_none());
        assert!(token(&with("a=b; __Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).is_some());
    }
}
