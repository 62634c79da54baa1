//! The one table of routes: what can be asked for, and who may.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::admit::{Rule, admit};
use super::pages::exchanged::{Received, Sent};
use super::pages::{
    assets, board, certificate_forms, exchanged, factor, folders, login, me, news, notices, partners,
    password, received, record, reminders, reports, search, send, sent, settings, staff, start, top,
};
use super::{FORM_BYTES_MAX, Screen};
use crate::desk::DRAFT_BYTES_MAX;
use crate::partners::FILE_BYTES_MAX;
use crate::staff::Act;
use crate::wizard::Step;

/// Who may ask for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody who reaches the listener.
    Anybody,
    /// Who does the first start: whoever has the code of this PC while nobody has an account, and then who may change settings.
    Starter,
    /// The same, once the first start has come as far as this step; before that they are led to the step that is due.
    StarterAt(Step),
    /// Who is logged in, and be it with a temporary password or before the second factor: the steps of the log-in.
    LoggedIn,
    /// Who owes no step of the log-in and is in a role that may do this.
    May(Act),
}

impl Who {
    /// Whether it belongs to the first start.
    #[must_use]
    pub fn is_starter(self) -> bool {
        matches!(self, Self::Starter | Self::StarterAt(_))
    }
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
    /// Whether open pages ask for it by themselves: that keeps no session alive.
    pub is_live: bool,
}

type Entry = (Route, MethodRouter<Arc<Screen>>);

/// Every route of the screens.
#[must_use]
pub fn routes() -> Vec<Route> {
    table().into_iter().map(|(route, _)| route).collect()
}

fn read(who: Who, path: &'static str, handler: MethodRouter<Arc<Screen>>) -> Entry {
    (Route { method: "GET", path, who, is_live: false }, handler)
}

/// What pages ask for by themselves.
fn live(who: Who, path: &'static str, handler: MethodRouter<Arc<Screen>>) -> Entry {
    (Route { method: "GET", path, who, is_live: true }, handler)
}

fn write(who: Who, path: &'static str, handler: MethodRouter<Arc<Screen>>) -> Entry {
    (Route { method: "POST", path, who, is_live: false }, handler)
}

/// Room for the files of a draft, and for what a form has around them.
fn uploads() -> DefaultBodyLimit {
    DefaultBodyLimit::max(DRAFT_BYTES_MAX + FORM_BYTES_MAX)
}

/// Room for a list of partners that is a little too large, so that its page can say so.
fn list_file() -> DefaultBodyLimit {
    DefaultBodyLimit::max(2 * FILE_BYTES_MAX + FORM_BYTES_MAX)
}

/// Room for a file with a key and its certificates, and for the form around it.
fn certificate_file() -> DefaultBodyLimit {
    DefaultBodyLimit::max(certificate_forms::CERTIFICATE_BYTES_MAX + FORM_BYTES_MAX)
}

fn table() -> Vec<Entry> {
    use Act::{Record, Settings, Staff, Work};
    use Who::{Anybody, LoggedIn, May, Starter, StarterAt};
    vec![
        read(May(Work), "/", get(top::show)),
        read(Anybody, "/assets/{name}", get(assets::show)),
        // The steps of the log-in.
        read(Anybody, "/login", get(login::show)),
        write(Anybody, "/login", post(login::log_in)),
        write(LoggedIn, "/logout", post(login::log_out)),
        read(LoggedIn, "/password", get(password::show)),
        write(LoggedIn, "/password", post(password::change)),
        read(LoggedIn, "/login/code", get(factor::ask)),
        write(LoggedIn, "/login/code", post(factor::pass)),
        read(LoggedIn, "/me/factor", get(factor::prepare)),
        write(LoggedIn, "/me/factor", post(factor::begin)),
        write(LoggedIn, "/me/factor/confirm", post(factor::confirm)),
        read(Anybody, "/start", get(start::show)),
        write(Anybody, "/start", post(start::add)),
        // 月次ボード.
        read(May(Work), "/board", get(board::show)),
        read(May(Work), "/board/compare", get(board::compare)),
        read(May(Work), "/board/remind", get(board::ask)),
        write(May(Work), "/board/remind", post(board::remind)),
        write(May(Work), "/reminders/{id}/settle", post(reminders::settle)),
        // The steps of the first start.
        read(StarterAt(Step::Connection), "/start/connection", get(start::show_connection)),
        write(StarterAt(Step::Connection), "/start/connection", post(start::try_connection)),
        read(StarterAt(Step::Platform), "/start/platform", get(start::show_platform)),
        write(StarterAt(Step::Platform), "/start/platform", post(start::try_platform)),
        read(StarterAt(Step::Clock), "/start/clock", get(start::show_clock)),
        write(StarterAt(Step::Clock), "/start/clock", post(start::try_clock)),
        read(StarterAt(Step::Account), "/start/account", get(start::show_account)),
        write(StarterAt(Step::Account), "/start/account", post(start::try_account)),
        read(StarterAt(Step::Application), "/start/application", get(start::show_application)),
        write(StarterAt(Step::Application), "/start/application", post(start::try_application)),
        read(StarterAt(Step::Certificate), "/start/certificate", get(start::show_certificate)),
        write(StarterAt(Step::Certificate), "/start/certificate", post(start::certify)),
        write(StarterAt(Step::Certificate), "/start/certificate/stored", post(start::choose_certificate)),
        write(
            StarterAt(Step::Certificate),
            "/start/certificate/file",
            post(start::take_over).layer(certificate_file()),
        ),
        read(StarterAt(Step::Folders), "/start/folders", get(start::show_folders)),
        write(StarterAt(Step::Folders), "/start/folders", post(start::choose_folders)),
        read(StarterAt(Step::Staff), "/start/staff", get(start::show_staff)),
        write(StarterAt(Step::Staff), "/start/staff", post(start::add_in_wizard)),
        read(StarterAt(Step::Recovery), "/start/recovery", get(start::show_recovery)),
        write(StarterAt(Step::Recovery), "/start/recovery", post(start::make_recovery)),
        write(StarterAt(Step::Recovery), "/start/recovery/noted", post(start::noted_recovery)),
        read(StarterAt(Step::Practice), "/start/practice", get(start::show_practice)),
        write(StarterAt(Step::Practice), "/start/practice", post(start::begin_practice)),
        live(Starter, "/start/practice/live", get(start::practice_live)),
        write(Starter, "/start/skip", post(start::skip)),
        read(StarterAt(Step::Finish), "/start/finish", get(start::show_finish)),
        write(StarterAt(Step::Finish), "/start/finish", post(start::finish)),
        read(Starter, "/start/report", get(start::report)),
        // Sending.
        read(May(Work), "/send", get(send::list)),
        write(May(Work), "/send", post(send::bring).layer(uploads())),
        read(May(Work), "/send/{id}", get(send::show)),
        read(May(Work), "/send/{id}/changes/{before}", get(send::changes)),
        read(May(Work), "/send/{id}/forms/{number}", get(send::look_at_forms)),
        live(May(Work), "/send/{id}/progress", get(send::progress)),
        write(May(Work), "/send/{id}/add", post(send::add).layer(uploads())),
        write(May(Work), "/send/{id}/documents", post(send::order_documents)),
        write(May(Work), "/send/{id}/send", post(send::send)),
        write(May(Work), "/send/{id}/wait/end", post(send::end_waiting)),
        write(May(Work), "/send/{id}/drop", post(send::drop_it)),
        read(May(Work), "/sent", get(sent::list)),
        write(May(Work), "/sent", post(sent::find)),
        read(May(Work), "/sent/{id}", get(sent::one)),
        write(May(Work), "/sent/{id}/withdraw", post(sent::withdraw)),
        write(May(Work), "/sent/{id}/again", post(sent::again)),
        read(May(Work), "/sent/{id}/files/{name}", get(exchanged::file::<Sent>)),
        read(May(Work), "/sent/{id}/forms", get(exchanged::html::<Sent>)),
        read(May(Work), "/sent/{id}/forms.pdf", get(exchanged::pdf::<Sent>)),
        read(May(Work), "/sent/{id}/changes/{before}", get(exchanged::changes::<Sent>)),
        read(May(Work), "/evidence/{id}", get(exchanged::evidence)),
        read(May(Work), "/search", get(search::show)),
        write(May(Work), "/search", post(search::find)),
        // Receiving.
        live(May(Work), "/news/{drawn}", get(news::show)),
        read(May(Work), "/received", get(received::list)),
        write(May(Work), "/received", post(received::find)),
        write(May(Work), "/received/imported", post(received::mark)),
        write(May(Work), "/received/imported/undo", post(received::unmark)),
        read(May(Work), "/received/{id}", get(received::one)),
        write(May(Work), "/received/{id}/imported", post(received::imported)),
        read(May(Work), "/received/{id}/files/{name}", get(exchanged::file::<Received>)),
        read(May(Work), "/received/{id}/files.zip", get(exchanged::zip::<Received>)),
        read(May(Work), "/received/{id}/forms", get(exchanged::html::<Received>)),
        read(May(Work), "/received/{id}/forms.pdf", get(exchanged::pdf::<Received>)),
        read(May(Work), "/received/{id}/changes/{before}", get(exchanged::changes::<Received>)),
        read(May(Work), "/notices", get(notices::list)),
        read(May(Work), "/notices/{number}", get(notices::one)),
        // 報告.
        read(May(Work), "/reports", get(reports::index)),
        read(May(Work), "/reports/usage", get(reports::usage)),
        read(May(Work), "/reports/usage.pdf", get(reports::usage_pdf)),
        read(May(Work), "/reports/usage.csv", get(reports::usage_csv)),
        read(May(Work), "/reports/provision", get(reports::provision)),
        read(May(Work), "/reports/provision.csv", get(reports::provision_csv)),
        // アドレス帳.
        read(May(Work), "/partners", get(partners::list)),
        read(May(Work), "/partners.csv", get(partners::csv)),
        write(May(Work), "/partners/refresh", post(partners::refresh)),
        read(May(Work), "/partners/search", get(partners::search)),
        write(May(Work), "/partners/add", post(partners::add)),
        read(May(Work), "/partners/import", get(partners::import_page)),
        write(May(Work), "/partners/import", post(partners::import).layer(list_file())),
        read(May(Work), "/partners/{office}", get(partners::one)),
        write(May(Work), "/partners/{office}", post(partners::write_down)),
        write(May(Work), "/partners/{office}/remove", post(partners::remove)),
        // What is shared with the care software.
        read(May(Work), "/folders", get(folders::show)),
        // 自分の設定.
        read(May(Work), "/me", get(me::show)),
        write(May(Work), "/me/sessions/end", post(me::end_session)),
        write(May(Work), "/me/factor/remove", post(me::remove_factor)),
        // 職員.
        read(May(Staff), "/staff", get(staff::list)),
        read(May(Staff), "/staff/add", get(staff::add_page)),
        write(May(Staff), "/staff/add", post(staff::add)),
        read(May(Staff), "/staff/{person}", get(staff::one)),
        write(May(Staff), "/staff/{person}/role", post(staff::set_role)),
        write(May(Staff), "/staff/{person}/away", post(staff::lock_away)),
        write(May(Staff), "/staff/{person}/back", post(staff::take_back)),
        write(May(Staff), "/staff/{person}/password", post(staff::reset_password)),
        write(May(Staff), "/staff/{person}/factor", post(staff::reset_factor)),
        write(May(Staff), "/staff/{person}/sessions/end", post(staff::end_session)),
        // 操作記録.
        read(May(Record), "/record", get(record::show)),
        read(May(Record), "/record.csv", get(record::csv)),
        // 設定.
        read(May(Settings), "/settings", get(settings::show)),
        read(May(Settings), "/settings/terminal", get(settings::terminal::show)),
        write(May(Settings), "/settings/terminal/renew", post(settings::terminal::renew)),
        read(May(Settings), "/settings/terminal/certificate", get(settings::certificate::show)),
        write(May(Settings), "/settings/terminal/certificate", post(settings::certificate::make)),
        write(May(Settings), "/settings/terminal/certificate/stored", post(settings::certificate::choose)),
        write(
            May(Settings),
            "/settings/terminal/certificate/file",
            post(settings::certificate::take_over).layer(certificate_file()),
        ),
        read(May(Settings), "/settings/applications", get(settings::applications::show)),
        write(May(Settings), "/settings/applications", post(settings::applications::add)),
        write(May(Settings), "/settings/applications/revoke", post(settings::applications::revoke)),
        read(May(Settings), "/settings/proxy", get(settings::proxy::show)),
        write(May(Settings), "/settings/proxy", post(settings::proxy::choose)),
        read(May(Settings), "/settings/retention", get(settings::retention::show)),
        write(May(Settings), "/settings/retention", post(settings::retention::choose)),
        read(May(Settings), "/settings/folders", get(settings::folders::show)),
        write(May(Settings), "/settings/folders", post(settings::folders::choose)),
        read(May(Settings), "/settings/backup", get(settings::backup::show)),
        write(May(Settings), "/settings/backup", post(settings::backup::choose)),
        write(May(Settings), "/settings/backup/key", post(settings::backup::new_key)),
        write(May(Settings), "/settings/backup/run", post(settings::backup::run)),
        write(May(Settings), "/settings/backup/claim", post(settings::backup::claim)),
        read(May(Settings), "/settings/lan", get(settings::lan::show)),
        write(May(Settings), "/settings/lan", post(settings::lan::choose)),
        write(May(Settings), "/settings/lan/off", post(settings::lan::off)),
        read(May(Settings), "/settings/lan/ca.crt", get(settings::lan::certificate)),
        read(May(Staff), "/settings/staff", get(settings::staff::show)),
        write(May(Staff), "/settings/staff", post(settings::staff::choose)),
    ]
}

/// The routes, each behind its rule.
pub(super) fn all(screen: &Arc<Screen>) -> Router {
    let mut router = Router::new();
    for (route, handler) in table() {
        let rule = Rule { screen: screen.clone(), who: route.who, is_live: route.is_live };
        router = router.route(route.path, handler.layer(from_fn_with_state(rule, admit)));
    }
    router.with_state(screen.clone())
}
