//! Lets each request as far as the table says, and sends people to the step that is due before it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use careplan_domain::Timestamp;
use careplan_login::Token;
use http::{HeaderMap, Method, header};

use super::pages::start::{enter, has_code};
use super::refused::Refused;
use super::visit::Visit;
use super::{Screen, Who};
use crate::staff::{Act, Role, Session, SessionFault, Stage};

/// A route's rule with the screens it belongs to.
#[derive(Clone)]
pub(super) struct Rule {
    pub(super) screen: Arc<Screen>,
    pub(super) who: Who,
    /// Whether open pages ask for it by themselves.
    pub(super) is_live: bool,
}

/// Finds the session of a request and judges it by the rule of its route.
pub(super) async fn admit(State(rule): State<Rule>, mut request: Request, next: Next) -> Response {
    let now = rule.screen.office.now();
    let (session, is_over) = match find(&rule, request.headers(), now).await {
        Ok(found) => found,
        Err(refused) => return refused.into_response(),
    };
    let begins = rule.who.is_starter() && session.is_none();
    if begins && is_empty(&rule.screen).await {
        // Until somebody has an account, the code of this PC stands for one.
        let code = cookie(request.headers(), &rule.screen.doors.start_cookie()).unwrap_or_default();
        if let Err(refused) = has_code(&rule.screen, code) {
            return refused.into_response();
        }
        request.extensions_mut().insert(Visit { now, session });
        return pass(&rule, request, next).await;
    }
    match judge(rule.who, session.as_ref().map(|session| (session.stage, session.role))) {
        Verdict::Enter => {}
        Verdict::First(step) => return step.lead(&request, is_over).into_response(),
        Verdict::ManagersOnly => return Refused::managers_only().into_response(),
    }
    request.extensions_mut().insert(Visit { now, session });
    pass(&rule, request, next).await
}

/// On to the route, or to the step of the first start that is due before it.
async fn pass(rule: &Rule, request: Request, next: Next) -> Response {
    let Who::StarterAt(step) = rule.who else { return next.run(request).await };
    match enter(&rule.screen, step).await {
        Ok(None) => next.run(request).await,
        Ok(Some(elsewhere)) => elsewhere,
        Err(refused) => refused.into_response(),
    }
}

/// The session of a request, and whether there was one that timed out.
async fn find(
    Rule { screen, is_live, .. }: &Rule,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(Option<Session>, bool), Refused> {
    let Some(token) = token(headers, &screen.doors.cookie()) else {
        return Ok((None, false));
    };
    let found = if *is_live {
        screen.staff.find_idle(&token, now).await
    } else {
        screen.staff.find(&token, now).await
    };
    match found {
        Ok(session) => Ok((Some(session), false)),
        Err(SessionFault::Unknown) => Ok((None, false)),
        Err(SessionFault::TimedOut) => Ok((None, true)),
        Err(SessionFault::State(fault)) => Err(fault.into()),
    }
}

/// Whether nobody has an account; where that cannot be read, the rule for sessions holds.
async fn is_empty(screen: &Screen) -> bool {
    screen.staff.is_empty().await.unwrap_or(false)
}

/// A cookie of a request.
fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// The token in the cookie of a request.
fn token(headers: &HeaderMap, name: &str) -> Option<Token> {
    cookie(headers, name).and_then(Token::parse)
}

/// What the rule of a route says to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Enter,
    /// Something has to be done before.
    First(Step),
    ManagersOnly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    LogIn,
    /// What the session owes.
    Owed(Stage),
}

fn judge(who: Who, session: Option<(Stage, Role)>) -> Verdict {
    match (who, session) {
        (Who::Anybody, _) | (Who::LoggedIn, Some(_)) => Verdict::Enter,
        (_, None) => Verdict::First(Step::LogIn),
        (Who::Starter | Who::StarterAt(_), session) => judge(Who::May(Act::Settings), session),
        (Who::May(act), Some((Stage::Full, role))) if role.may(act) => Verdict::Enter,
        (Who::May(_), Some((Stage::Full, _))) => Verdict::ManagersOnly,
        (Who::May(_), Some((stage, _))) => Verdict::First(Step::Owed(stage)),
    }
}

/// The page of what a session owes; the first page where it owes nothing.
pub(super) fn step_page(stage: Stage) -> &'static str {
    match stage {
        Stage::PasswordTemporary => "/password",
        Stage::SecondFactorDue => "/login/code",
        Stage::SecondFactorMissing => "/me/factor",
        Stage::Full => "/",
    }
}

impl Step {
    /// Leads to the page of the step. From the log-in people come back to the page they asked for; a form that they sent
    /// meanwhile has to be filled in again.
    fn lead(self, request: &Request, is_over: bool) -> Redirect {
        match self {
            Self::Owed(stage) => Redirect::to(step_page(stage)),
            Self::LogIn => {
                let mut query = url::form_urlencoded::Serializer::new(String::new());
                if is_over {
                    query.append_pair("why", "timed-out");
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
    fn each_rule_lets_in_who_may_and_leads_the_others_to_what_is_due() {
        use Role::{Manager, Member};
        use Stage::{Full, PasswordTemporary, SecondFactorDue, SecondFactorMissing};
        use Verdict::{Enter, First, ManagersOnly};
        let rules = [Who::Anybody, Who::LoggedIn, Who::May(Act::Work), Who::May(Act::Settings)];
        for session in [None, Some((Full, Member)), Some((Full, Manager)), Some((PasswordTemporary, Manager))]
        {
            assert_eq!(judge(Who::Starter, session), judge(Who::May(Act::Settings), session));
        }
        let log_in = First(Step::LogIn);
        assert_eq!(rules.map(|who| judge(who, None)), [Enter, log_in, log_in, log_in]);
        for owed in [PasswordTemporary, SecondFactorDue, SecondFactorMissing] {
            let due = First(Step::Owed(owed));
            for role in Role::ALL {
                let verdicts = rules.map(|who| judge(who, Some((owed, role))));
                assert_eq!(verdicts, [Enter, Enter, due, due], "{owed:?} {role:?}");
            }
        }
        let member = rules.map(|who| judge(who, Some((Full, Member))));
        assert_eq!(member, [Enter, Enter, Enter, ManagersOnly]);
        for act in Act::ALL {
            assert_eq!(judge(Who::May(act), Some((Full, Manager))), Enter, "{act:?}");
            let may = if act == Act::Work { Enter } else { ManagersOnly };
            assert_eq!(judge(Who::May(act), Some((Full, Member))), may, "{act:?}");
        }
    }

    #[test]
    fn the_token_is_the_one_of_this_port() {
        let value = "A".repeat(43);
        let with = |cookies: String| HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())]);
        assert!(token(&with(format!("careplan-1={value}")), "careplan-2").is_none());
        assert!(token(&with(format!("careplan-1=x; careplan-2={value}")), "careplan-2").is_some());
        assert!(token(&with("careplan-2=".to_owned()), "careplan-2").is_none());
    }
}
