//! 報告: the usage of a period, and the record of personal data provided to others; each as a page and as files.

mod provision;
mod usage;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_web::{FieldErrors, Markup};

pub(in crate::screen) use provision::{csv as provision_csv, show as provision};
pub(in crate::screen) use usage::{csv as usage_csv, pdf as usage_pdf, show as usage};

use crate::history::ReportFault;
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::Page;
use crate::screen::visit::Member;

const PATH: &str = "/reports";

#[derive(Template)]
#[template(path = "reports.html")]
struct Index {
    usage: Markup,
    provision: Markup,
}

pub(in crate::screen) async fn index(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    let now = member.visit.now;
    let main = Index { usage: usage::form_of(now)?, provision: provision::form_of(now)? };
    screen.show(&member.visit, Page::new("報告", PATH, &main))
}

/// Both ends of the period that is asked for, `from` and `until`; what is none is told with `wanted` at its field.
fn period<T>(errors: &mut FieldErrors, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Option<(T, T)> {
    let [from, until] = ["from", "until"].map(|name| {
        let end = read(name);
        if end.is_none() {
            errors.add(name, wanted);
        }
        end
    });
    from.zip(until)
}

/// What a person mends in the form is its sentence; the rest is a refusal.
fn told(fault: ReportFault) -> Result<String, Refused> {
    match fault {
        ReportFault::State(fault) => Err(fault.into()),
        fault @ ReportFault::Period(..) => Ok(fault.to_string()),
    }
}
