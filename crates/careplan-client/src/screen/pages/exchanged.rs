//! What the pages of something sent and of something that came have in common: its files and forms, what changed since the one before, and
//! the proofs.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::TransmissionId;
use careplan_web::{Cell, DataTable, Tag, Tone};
use http::header;

use super::forms;
use crate::history::Direction;
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::local;
use crate::screen::visit::Member;

/// Which way something went that a route is about.
pub(in crate::screen) trait Way: 'static {
    /// The same as a value.
    const DIRECTION: Direction;
}

/// From here.
pub(in crate::screen) enum Sent {}

impl Way for Sent {
    const DIRECTION: Direction = Direction::Sent;
}

/// To here.
pub(in crate::screen) enum Received {}

impl Way for Received {
    const DIRECTION: Direction = Direction::Received;
}

/// Below which path the pages of what went this way lie.
pub(super) fn path_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "/sent",
        Direction::Received => "/received",
    }
}

pub(in crate::screen) async fn file<W: Way>(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path((id, name)): Path<(TransmissionId, String)>,
) -> Result<Response, Refused> {
    forms::file(&screen, (id, W::DIRECTION), &name).await
}

pub(in crate::screen) async fn zip<W: Way>(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    forms::zip(&screen, (id, W::DIRECTION)).await
}

pub(in crate::screen) async fn html<W: Way>(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    forms::html(&screen, (id, W::DIRECTION), member.visit.now).await
}

pub(in crate::screen) async fn pdf<W: Way>(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    forms::pdf(&screen, (id, W::DIRECTION), member.visit.now).await
}

pub(in crate::screen) async fn changes<W: Way>(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path((id, before)): Path<(TransmissionId, TransmissionId)>,
) -> Result<Response, Refused> {
    forms::changes(&screen, ((before, W::DIRECTION), (id, W::DIRECTION)), member.visit.now).await
}

/// The proofs of a transmission in the order of their times, verified now.
pub(super) async fn timeline(screen: &Screen, id: TransmissionId) -> Result<DataTable, Refused> {
    let receipts = screen.office.look_at_receipts(id).await?;
    let heads = ["いつ", "何が", "署名の確認"];
    let table = DataTable::new("受付票・受領証", heads, "まだありません。相手に届くと、ここに並びます。");
    Ok(receipts.iter().fold(table, |table, receipt| {
        let verdict = match &receipt.fault {
            None => Cell::tag(Tag::new(Tone::Success, "確認しました")),
            Some(fault) => Cell::tag(Tag::new(Tone::Error, "確認できません")).note(fault.to_string()),
        };
        table.row([Cell::text(local(receipt.at)), Cell::text(receipt.kind.label_ja()), verdict])
    }))
}

/// All proofs in one file, which anybody can check.
pub(in crate::screen) async fn evidence(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    let (bytes, _) = screen.office.evidence(id).await?;
    let name = format!("attachment; filename=\"evidence-{id}.zip\"");
    Ok(([(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, &name)], bytes)
        .into_response())
}
