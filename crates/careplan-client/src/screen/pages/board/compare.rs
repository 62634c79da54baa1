//! The plan of a month against its actuals, as a page of its own: of one partner, of one user, or of both.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::calendar;
use careplan_paper::month_comparison;
use http::StatusCode;

use super::asked::Asked;
use crate::board::{self, COMPARED_MAX, CompareFault, Compared, Part, Side};
use crate::history::Direction;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::forms;
use crate::screen::refused::Refused;
use crate::screen::visit::Member;

pub(super) const PATH: &str = "/board/compare";

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let asked = Asked::read(&screen, &Fields::of_query(query), member.visit.now).await?;
    // Everybody at once is no comparison that anybody reads.
    let is_narrow = asked.view.partner.is_some() || asked.view.person.is_some();
    let own = screen.office.boards().own().await?.filter(|_| is_narrow).ok_or_else(Refused::unknown)?;
    let behind = board::behind(&asked.view, &asked.lines, own);
    let count = behind.plans.len() + behind.actuals.len();
    if count > COMPARED_MAX {
        return Err(refused(CompareFault::TooMany(count)));
    }
    let (plan_way, actuals_way) = match asked.view.side {
        Side::Planner => (Direction::Sent, Direction::Received),
        Side::Provider => (Direction::Received, Direction::Sent),
    };
    let plans = read(&screen, behind.plans, plan_way).await?;
    let actuals = read(&screen, behind.actuals, actuals_way).await?;
    let comparing = tokio::task::spawn_blocking(move || board::compare(&plans, &actuals));
    let compared = comparing.await.map_err(|_| Refused::inside())?.map_err(refused)?;
    let document = month_comparison(&compared, calendar::day(member.visit.now)).map_err(|error| {
        tracing::error!(%error, "a comparison could not be drawn");
        Refused::inside()
    })?;
    Ok(forms::page(&document))
}

/// The files of each; none where they are not here.
async fn read(screen: &Screen, parts: Vec<Part>, way: Direction) -> Result<Vec<Compared>, Refused> {
    let mut read = Vec::new();
    for part in parts {
        let files = forms::files_of(screen, (part.id, way)).await?;
        read.push((part, files));
    }
    Ok(read)
}

fn refused(fault: CompareFault) -> Refused {
    Refused::said(StatusCode::UNPROCESSABLE_ENTITY, "予定と実績を比べられません", fault)
}
