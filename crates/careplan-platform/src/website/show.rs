//! From a page's main part to an answer: menu, account, notice, errors.

use askama::{DynTemplate, Template};
use axum::response::{IntoResponse as _, Redirect, Response};
use careplan_protocol::{Code, Problem};
use careplan_web::{Banner, FieldErrors, Frame, Link, Markup, Site, Tone};
use http::{StatusCode, header};

use super::Website;
use super::squeeze::Squeezable;
use super::viewer::Viewer;
use super::visit::Visit;
use crate::office_api::problem::Refused;

pub(super) const HTML: &str = "text/html; charset=utf-8";

/// The name of the product on every page.
const PRODUCT: &str = "ケアプランデータ連携";

/// What is the same on every page.
pub(super) fn look() -> Site {
    Site::new(PRODUCT, "/", "ケアプランデータ連携 運用センター")
        .footer(Link::new("よくある質問", "/faq"))
        .footer(Link::new("稼働状況", "/status"))
        .footer(Link::new("利用規約", "/terms"))
        .footer(Link::new("料金", "/prices"))
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
    open: bool,
}

impl<'a> Page<'a> {
    /// A page with its title, the path of its entry in the menu, and its main part.
    pub(super) fn new(title: &'a str, menu: &'a str, main: &'a (dyn DynTemplate + Sync)) -> Self {
        Self { title, menu, main, crumbs: &[], errors: None, notice: None, broad: false, open: false }
    }

    /// The pages above it.
    pub(super) fn crumbs(mut self, crumbs: &'a [Link]) -> Self {
        self.crumbs = crumbs;
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

    /// Shows nothing secret, whoever is logged in: it may be squeezed.
    pub(super) fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Room for a wide table.
    pub(super) fn broad(mut self) -> Self {
        self.broad = true;
        self
    }
}

impl Website {
    /// Draws a page. One whose form was wrong is answered with 422.
    pub(super) async fn show(&self, visit: &Visit, page: Page<'_>) -> Result<Response, Refused> {
        let viewer = self.viewer(visit.session.as_ref(), visit.now).await?;
        let menu = viewer.menu();
        let mut frame = Frame::new(&self.look, page.title, page.main)
            .account(viewer.account())
            .nav(&menu, page.menu)
            .crumbs(page.crumbs)
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
        let mut response = (status, [(header::CONTENT_TYPE, HTML)], html).into_response();
        if page.open {
            response.extensions_mut().insert(Squeezable);
        }
        Ok(response)
    }

    /// A refusal as a page, with the number of its request and the menu of who met it.
    pub(super) fn problem_page(&self, problem: &Problem, viewer: &Viewer) -> Vec<u8> {
        let problem = &for_people(problem);
        let detail = problem.detail.as_ref().map(|detail| Banner::new(Tone::Warning, detail.clone()));
        let main = Refusal { problem, detail };
        let menu = viewer.menu();
        let frame = Frame::new(&self.look, &problem.title, &main);
        let html = frame.account(viewer.account()).nav(&menu, "").render();
        // A page that cannot be drawn still says what happened.
        html.map_or_else(|_| problem.title.clone().into_bytes(), String::into_bytes)
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Refusal<'a> {
    problem: &'a Problem,
    detail: Option<Banner>,
}

/// A template that cannot be drawn is a defect; it is told to the log, and to the person as ours.
pub(super) fn not_drawn(error: &askama::Error) -> Refused {
    tracing::error!(%error, "a page could not be drawn");
    Refused::from(Code::Internal)
}

/// After a form that was right: the page to go on with.
pub(super) fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Where a path or a method is none, the edge answers in words for programs.
fn for_people(problem: &Problem) -> Problem {
    let code = match problem.code {
        Code::RouteUnknown => Code::PageUnknown,
        Code::MethodNotAllowed => Code::ActionUnknown,
        _ => return problem.clone(),
    };
    Problem { request_id: problem.request_id.clone(), ..Problem::new(code) }
}

/// A part drawn by a template of a page.
pub(super) fn drawn(template: &dyn DynTemplate) -> Result<Markup, Refused> {
    Markup::of(template).map_err(|error| not_drawn(&error))
}
