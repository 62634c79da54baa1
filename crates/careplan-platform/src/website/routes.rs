//! The one table of routes: what can be asked for, and who may.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::Website;
use super::admit::{Rule, admit};
use super::pages::{
    account, assets, certificates, documents, downloads, factor, help, licence, login, lost, mail_link,
    notices, offices, offices_csv, password, revocation, status, top,
};

/// Who may ask for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anybody,
    /// Who is logged in, and be it with a temporary password or before the second factor: the steps of the log-in.
    LoggedIn,
    /// An office that owes no step of the log-in.
    Office,
}

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Its path, as axum writes it.
    pub path: &'static str,
    /// Who may ask for it.
    pub who: Who,
}

type Entry = (Route, MethodRouter<Arc<Website>>);

/// Every route of the site.
#[must_use]
pub fn routes() -> Vec<Route> {
    table().into_iter().map(|(route, _)| route).collect()
}

fn read(who: Who, path: &'static str, handler: MethodRouter<Arc<Website>>) -> Entry {
    (Route { method: "GET", path, who }, handler)
}

fn write(who: Who, path: &'static str, handler: MethodRouter<Arc<Website>>) -> Entry {
    (Route { method: "POST", path, who }, handler)
}

fn table() -> Vec<Entry> {
    use Who::{Anybody, LoggedIn, Office};
    vec![
        read(Anybody, "/", get(top::show)),
        read(Anybody, "/assets/{name}", get(assets::show)),
        // For everybody.
        read(Anybody, "/faq", get(help::faq)),
        read(Anybody, "/terms", get(help::terms)),
        read(Anybody, "/terms/{version}", get(help::terms_version)),
        read(Anybody, "/prices", get(help::prices)),
        read(Anybody, "/downloads", get(downloads::list)),
        read(Anybody, "/downloads/{file}", get(downloads::file)),
        read(Anybody, "/status", get(status::show)),
        read(Anybody, "/notices", get(notices::list)),
        read(Anybody, "/notices/{number}", get(notices::one)),
        read(Anybody, "/offices", get(offices::show)),
        read(Anybody, "/offices.csv", get(offices_csv::csv)),
        read(Office, "/offices/{number}/invitation", get(offices::invitation)),
        // The steps of the log-in.
        read(Anybody, "/login", get(login::show)),
        write(Anybody, "/login", post(login::log_in)),
        write(LoggedIn, "/logout", post(login::log_out)),
        read(LoggedIn, "/login/second-factor", get(factor::ask)),
        write(LoggedIn, "/login/second-factor", post(factor::pass)),
        write(LoggedIn, "/login/second-factor/recovery", post(factor::recover)),
        read(LoggedIn, "/password", get(password::show)),
        write(LoggedIn, "/password", post(password::change)),
        // Who lost something.
        read(Anybody, "/login/lost", get(lost::show)),
        write(Anybody, "/login/lost/password", post(lost::password)),
        write(Anybody, "/login/lost/user-id", post(lost::user_id)),
        write(Anybody, "/login/lost/letter", post(lost::letter)),
        read(Anybody, "/mail-link/{purpose}/{token}", get(mail_link::show)),
        write(Anybody, "/mail-link/{purpose}/{token}", post(mail_link::follow)),
        // 利用申請 and what follows.
        read(Office, "/licence", get(licence::show)),
        read(Office, "/licence/apply", get(licence::apply)),
        write(Office, "/licence/apply", post(licence::begin)),
        read(Office, "/licence/terms/{page}", get(licence::terms)),
        write(Office, "/licence/agree", post(licence::agree)),
        write(Office, "/licence/renew", post(licence::renew)),
        write(Office, "/licence/plan", post(licence::set_plan)),
        read(Office, "/licence/documents/{id}", get(documents::show)),
        read(Office, "/licence/documents/{id}/pdf", get(documents::pdf)),
        // Certificates and terminals.
        read(Office, "/certificates", get(certificates::show)),
        write(Office, "/certificates/issue-password", post(certificates::issue_password)),
        read(Office, "/certificates/{serial}/revocation", get(revocation::show)),
        write(Office, "/certificates/{serial}/revocation", post(revocation::revoke)),
        // What an office does with its account.
        read(Office, "/account", get(account::show)),
        read(Office, "/account/mail", get(account::mail)),
        write(Office, "/account/mail", post(account::register_mail)),
        write(Office, "/account/sessions/end", post(account::end_session)),
        write(Office, "/account/sessions/end-others", post(account::end_others)),
        // Also where a second factor is required and none is set up yet.
        read(LoggedIn, "/account/second-factor", get(factor::prepare)),
        write(LoggedIn, "/account/second-factor/begin", post(factor::begin)),
        write(LoggedIn, "/account/second-factor", post(factor::confirm)),
        write(Office, "/account/second-factor/remove", post(factor::remove)),
        write(Office, "/account/second-factor/recovery-codes", post(factor::new_codes)),
    ]
}

/// The routes, each behind its rule.
pub(super) fn all(site: &Arc<Website>) -> Router {
    let mut router = Router::new();
    for (route, handler) in table() {
        let rule = Rule { site: site.clone(), who: route.who };
        router = router.route(route.path, handler.layer(from_fn_with_state(rule, admit)));
    }
    router.with_state(site.clone())
}
