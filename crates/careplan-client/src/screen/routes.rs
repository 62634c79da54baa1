//! The one table of routes: what can be asked for, and who may.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::admit::{Rule, admit};
use super::pages::{
    assets, folders, login, news, notices, partners, password, received, reports, search, send, sent,
    settings, start, top,
};
use super::{FORM_BYTES_MAX, Screen};
use crate::desk::DRAFT_BYTES_MAX;
use crate::partners::FILE_BYTES_MAX;

/// Who may ask for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody who reaches the listener.
    Anybody,
    /// Who is logged in, and be it with a temporary password or before the second factor: the steps of the log-in.
    LoggedIn,
    /// Members of staff who owe no step of the log-in.
    Member,
    /// The same, in the role of a manager.
    Manager,
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

type Entry = (Route, MethodRouter<Arc<Screen>>);

/// Every route of the screens.
#[must_use]
pub fn routes() -> Vec<Route> {
    table().into_iter().map(|(route, _)| route).collect()
}

fn read(who: Who, path: &'static str, handler: MethodRouter<Arc<Screen>>) -> Entry {
    (Route { method: "GET", path, who }, handler)
}

fn write(who: Who, path: &'static str, handler: MethodRouter<Arc<Screen>>) -> Entry {
    (Route { method: "POST", path, who }, handler)
}

/// Room for the files of a draft, and for what a form has around them.
fn uploads() -> DefaultBodyLimit {
    DefaultBodyLimit::max(DRAFT_BYTES_MAX + FORM_BYTES_MAX)
}

/// Room for a list of partners that is a little too large, so that its page can say so.
fn list_file() -> DefaultBodyLimit {
    DefaultBodyLimit::max(2 * FILE_BYTES_MAX + FORM_BYTES_MAX)
}

fn table() -> Vec<Entry> {
    use Who::{Anybody, LoggedIn, Manager, Member};
    vec![
        read(Member, "/", get(top::show)),
        read(Anybody, "/assets/{name}", get(assets::show)),
        // The steps of the log-in.
        read(Anybody, "/login", get(login::show)),
        write(Anybody, "/login", post(login::log_in)),
        write(LoggedIn, "/logout", post(login::log_out)),
        read(LoggedIn, "/password", get(password::show)),
        write(LoggedIn, "/password", post(password::change)),
        read(Anybody, "/start", get(start::show)),
        write(Anybody, "/start", post(start::add)),
        // Sending.
        read(Member, "/send", get(send::list)),
        write(Member, "/send", post(send::bring).layer(uploads())),
        read(Member, "/send/{id}", get(send::show)),
        read(Member, "/send/{id}/changes/{before}", get(send::changes)),
        read(Member, "/send/{id}/progress", get(send::progress)),
        write(Member, "/send/{id}/add", post(send::add).layer(uploads())),
        write(Member, "/send/{id}/documents", post(send::order_documents)),
        write(Member, "/send/{id}/send", post(send::send)),
        write(Member, "/send/{id}/drop", post(send::drop_it)),
        read(Member, "/sent", get(sent::list)),
        write(Member, "/sent", post(sent::find)),
        read(Member, "/sent/{id}", get(sent::one)),
        write(Member, "/sent/{id}/withdraw", post(sent::withdraw)),
        write(Member, "/sent/{id}/again", post(sent::again)),
        read(Member, "/sent/{id}/files/{name}", get(sent::file)),
        read(Member, "/sent/{id}/forms", get(sent::html)),
        read(Member, "/sent/{id}/forms.pdf", get(sent::pdf)),
        read(Member, "/sent/{id}/changes/{before}", get(sent::changes)),
        read(Member, "/evidence/{id}", get(sent::evidence)),
        read(Member, "/search", get(search::show)),
        write(Member, "/search", post(search::find)),
        // Receiving.
        read(Member, "/news/{drawn}", get(news::show)),
        read(Member, "/received", get(received::list)),
        write(Member, "/received", post(received::find)),
        write(Member, "/received/imported", post(received::mark)),
        write(Member, "/received/imported/undo", post(received::unmark)),
        read(Member, "/received/{id}", get(received::one)),
        write(Member, "/received/{id}/imported", post(received::imported)),
        read(Member, "/received/{id}/files/{name}", get(received::file)),
        read(Member, "/received/{id}/forms", get(received::html)),
        read(Member, "/received/{id}/forms.pdf", get(received::pdf)),
        read(Member, "/received/{id}/changes/{before}", get(received::changes)),
        read(Member, "/notices", get(notices::list)),
        read(Member, "/notices/{number}", get(notices::one)),
        // 報告.
        read(Member, "/reports", get(reports::index)),
        read(Member, "/reports/usage", get(reports::usage)),
        read(Member, "/reports/usage.pdf", get(reports::usage_pdf)),
        read(Member, "/reports/usage.csv", get(reports::usage_csv)),
        read(Member, "/reports/provision", get(reports::provision)),
        read(Member, "/reports/provision.csv", get(reports::provision_csv)),
        // アドレス帳.
        read(Member, "/partners", get(partners::list)),
        read(Member, "/partners.csv", get(partners::csv)),
        write(Member, "/partners/refresh", post(partners::refresh)),
        read(Member, "/partners/search", get(partners::search)),
        write(Member, "/partners/add", post(partners::add)),
        read(Member, "/partners/import", get(partners::import_page)),
        write(Member, "/partners/import", post(partners::import).layer(list_file())),
        read(Member, "/partners/{office}", get(partners::one)),
        write(Member, "/partners/{office}", post(partners::write_down)),
        write(Member, "/partners/{office}/remove", post(partners::remove)),
        // What is shared with the care software.
        read(Member, "/folders", get(folders::show)),
        // 設定.
        read(Manager, "/settings", get(settings::show)),
        read(Manager, "/settings/terminal", get(settings::terminal::show)),
        write(Manager, "/settings/terminal/renew", post(settings::terminal::renew)),
        read(Manager, "/settings/applications", get(settings::applications::show)),
        write(Manager, "/settings/applications", post(settings::applications::add)),
        write(Manager, "/settings/applications/revoke", post(settings::applications::revoke)),
        read(Manager, "/settings/retention", get(settings::retention::show)),
        write(Manager, "/settings/retention", post(settings::retention::choose)),
        read(Manager, "/settings/folders", get(settings::folders::show)),
        write(Manager, "/settings/folders", post(settings::folders::choose)),
        read(Manager, "/settings/backup", get(settings::backup::show)),
        write(Manager, "/settings/backup", post(settings::backup::choose)),
        write(Manager, "/settings/backup/key", post(settings::backup::new_key)),
        write(Manager, "/settings/backup/run", post(settings::backup::run)),
        write(Manager, "/settings/backup/claim", post(settings::backup::claim)),
        read(Manager, "/settings/lan", get(settings::lan::show)),
        write(Manager, "/settings/lan", post(settings::lan::choose)),
        write(Manager, "/settings/lan/off", post(settings::lan::off)),
        read(Manager, "/settings/lan/ca.crt", get(settings::lan::certificate)),
    ]
}

/// The routes, each behind its rule.
pub(super) fn all(screen: &Arc<Screen>) -> Router {
    let mut router = Router::new();
    for (route, handler) in table() {
        let rule = Rule { screen: screen.clone(), who: route.who };
        router = router.route(route.path, handler.layer(from_fn_with_state(rule, admit)));
    }
    router.with_state(screen.clone())
}
