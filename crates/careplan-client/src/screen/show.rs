//! From a page's main part to an answer: menu, who is logged in, notice, errors, whether the line is there.

use askama::{DynTemplate, Template};
use axum::response::{IntoResponse as _, Redirect, Response};
use careplan_domain::Timestamp;
use careplan_web::text::date_time_ja;
use careplan_web::{Account, Banner, FieldErrors, Frame, Link, Site};
use http::{StatusCode, header};
use jiff::SignedDuration;

use super::Screen;
use super::refused::Refused;
use super::visit::Visit;
use crate::platform::how_far_ja;
use crate::service::Line;
use crate::staff::{Act, Role, Session, Stage};

const HTML: &str = "text/html; charset=utf-8";

/// What is the same on every page.
pub(super) fn look() -> Site {
    Site::new("ケアプラン連携", "/", "ケアプランデータ連携クライアント")
}

/// The menu of a member of staff.
fn menu(role: Role) -> Vec<Link> {
    let mut menu = vec![
        Link::new("今日の仕事", "/"),
        Link::new("月次ボード", "/board"),
        Link::new("送信", "/send"),
        Link::new("送信したもの", "/sent"),
        Link::new("受信", "/received"),
        Link::new("検索", "/search"),
        Link::new("アドレス帳", "/partners"),
        Link::new("報告", "/reports"),
    ];
    menu.push(Link::new("自分の設定", "/me"));
    if role.may(Act::Settings) {
        menu.push(Link::new("設定", "/settings"));
    }
    menu
}

/// A page on its way.
pub(super) struct Page<'a> {
    title: &'a str,
    menu: &'a str,
    main: &'a (dyn DynTemplate + Sync),
    crumbs: &'a [Link],
    errors: Option<&'a FieldErrors>,
    notice: Option<Banner>,
    broad: bool,
}

impl<'a> Page<'a> {
    /// A page with its title, the path of its entry in the menu, and its main part.
    pub(super) fn new(title: &'a str, menu: &'a str, main: &'a (dyn DynTemplate + Sync)) -> Self {
        Self { title, menu, main, crumbs: &[], errors: None, notice: None, broad: false }
    }

    /// The pages above it.
    pub(super) fn crumbs(mut self, crumbs: &'a [Link]) -> Self {
        self.crumbs = crumbs;
        self
    }

    /// Room for a wide table.
    pub(super) fn broad(mut self) -> Self {
        self.broad = true;
        self
    }

    /// What is wrong with its form.
    pub(super) fn errors(mut self, errors: &'a FieldErrors) -> Self {
        self.errors = Some(errors);
        self
    }

    /// What just happened.
    pub(super) fn notice(mut self, notice: Option<Banner>) -> Self {
        self.notice = notice;
        self
    }
}

impl Screen {
    /// Draws a page. One whose form was wrong is answered with 422.
    pub(super) fn show(&self, visit: &Visit, page: Page<'_>) -> Result<Response, Refused> {
        let account = visit.session.as_ref().map(account);
        let full = visit.session.as_ref().filter(|session| session.stage == Stage::Full);
        let menu = full.map(|session| menu(session.role)).unwrap_or_default();
        let line = self.line();
        let mut frame = Frame::new(&self.look, page.title, page.main)
            .account(account.as_ref())
            .nav(&menu, page.menu)
            .crumbs(page.crumbs)
            .status(line.as_deref().filter(|_| full.is_some()))
            .notice(page.notice);
        if let Some(errors) = page.errors {
            frame = frame.errors(errors);
        }
        if page.broad {
            frame = frame.broad();
        }
        let is_wrong = page.errors.is_some_and(|errors| !errors.is_empty());
        let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let html = frame.render().map_err(|error| not_drawn(&error))?;
        Ok((status, [(header::CONTENT_TYPE, HTML)], html).into_response())
    }

    /// Said on every page while the platform does not answer or nothing goes, while something is not renewed, or while this PC's clock is
    /// wrong.
    fn line(&self) -> Option<String> {
        let condition = self.hub.condition();
        let line = match condition.line {
            Line::Offline { since, said } => Some(format!(
                "オフラインです（{}から）。見ることと準備はできます。送信は、回線が戻りしだい自動で行います。{said}",
                local(since)
            )),
            Line::Stopped { since, said } => Some(format!(
                "送受信が止まっています（{}から）。見ることと準備はできます。送信は、直りしだい自動で行います。{said}",
                local(since)
            )),
            Line::Online | Line::Unknown => self.office.clock_ahead().map(wrong_clock),
        };
        let renewal = condition
            .renewal
            .map(|said| format!("電子証明書などの更新ができていません。いまの送受信は続けられます。{said}"));
        let said: Vec<String> = line.into_iter().chain(renewal).collect();
        (!said.is_empty()).then(|| said.join("　"))
    }
}

fn wrong_clock(ahead: SignedDuration) -> String {
    format!(
        "このパソコンの時計が、{}います。送受信の日時が正しく残らず、送信できないことがあります。パソコンの設定の「日付と時刻」で、時刻を自動で合わせてください。",
        how_far_ja(ahead)
    )
}

fn account(session: &Session) -> Account {
    Account::new(session.name.clone(), session.role.label_ja(), "/logout")
}

/// An instant as people read it.
pub(super) fn local(at: Timestamp) -> String {
    date_time_ja(at.to_zoned(jiff::tz::TimeZone::system()).datetime())
}

/// A template that cannot be drawn is a defect; it is told to the log, and to the person as ours.
pub(super) fn not_drawn(error: &askama::Error) -> Refused {
    tracing::error!(%error, "a page could not be drawn");
    Refused::inside()
}

/// After a form that was right: the page to go on with.
pub(super) fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A refusal as a page.
pub(super) fn refusal(screen: &Screen, refused: &Refused) -> Response {
    #[derive(Template)]
    #[template(path = "refusal.html")]
    struct Main<'a> {
        what_to_do: &'a str,
    }
    let main = Main { what_to_do: &refused.what_to_do };
    let html = Frame::new(&screen.look, &refused.title, &main).render();
    // A page that cannot be drawn still says what happened.
    let html = html.unwrap_or_else(|_| refused.title.clone());
    (refused.status, [(header::CONTENT_TYPE, HTML)], html).into_response()
}
