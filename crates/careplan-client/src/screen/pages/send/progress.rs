//! What became of what was sent from a draft, receiver by receiver; asked for anew until everything is handed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use careplan_domain::{Address, OfficeNumber, TransmissionId};
use careplan_web::{Button, Cell, DataTable, Markup, Progress, Tag};
use uuid::Uuid;

use crate::screen::Screen;
use crate::screen::pages::lists;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::not_drawn;
use crate::screen::visit::Member;
use crate::screen::words::{partner, sent_tag, sent_tag_of};
use crate::state::{Sent, SentState};

#[derive(Template)]
#[template(path = "send_progress.html")]
struct Part {
    draft: Uuid,
    /// Something still waits here.
    is_under_way: bool,
    progress: Progress,
    table: DataTable,
}

/// What became of some transmissions of a draft; nothing where nothing was sent.
pub(super) async fn of(
    screen: &Screen,
    ids: &[TransmissionId],
    draft: Uuid,
) -> Result<Option<Markup>, Refused> {
    let mut receivers = BTreeMap::<Address, Vec<Sent>>::new();
    for id in ids {
        if let Some(sent) = screen.office.state().sent(*id).await? {
            receivers.entry(sent.header.to).or_default().push(sent);
        }
    }
    if receivers.is_empty() {
        return Ok(None);
    }
    let all: Vec<&Sent> = receivers.values().flatten().collect();
    let waiting = all.iter().filter(|it| it.state == SentState::Prepared).count();
    let done = all.len() - waiting;
    let progress = Progress::new("handed-over", "連携基盤への送信", done as u64, all.len() as u64);
    let numbers: Vec<OfficeNumber> = receivers.keys().map(|to| to.office).collect();
    let partners = screen.partners.of(&screen.office, &numbers).await;
    let mut table = DataTable::new("宛先ごとの状態", ["宛先", "種類", "状態", ""], "");
    for (to, sent) in &receivers {
        let name = partners.get(&to.office).map_or("", Partner::name);
        let open = match sent.as_slice() {
            [one] => format!("/sent/{}", one.header.id),
            _ => format!("/sent?partner={}", to.office),
        };
        let kinds: Vec<&str> = sent.iter().map(|it| it.header.unit.label_ja()).collect();
        let faults: Vec<&str> =
            sent.iter().filter_map(|it| it.fault.as_ref()).map(|fault| fault.text.as_str()).collect();
        let mut state = Cell::markup(lists::tags(tags(sent))?);
        if let Some(fault) = faults.first().filter(|fault| !fault.is_empty()) {
            state = state.note(*fault);
        }
        table = table.row([
            partner(*to, name),
            Cell::text(kinds.join("、")),
            state,
            Cell::action(Button::link("見る", open).secondary().small().about(to.to_string())),
        ]);
    }
    let part = Part { draft, is_under_way: waiting > 0, progress, table };
    Markup::of(&part).map(Some).map_err(|error| not_drawn(&error))
}

/// The states of what went to one receiver, each once with its count.
fn tags(sent: &[Sent]) -> Vec<Tag> {
    let mut counts = Vec::<(SentState, usize)>::new();
    for it in sent {
        match counts.iter_mut().find(|(state, _)| *state == it.state) {
            Some((_, count)) => *count += 1,
            None => counts.push((it.state, 1)),
        }
    }
    if sent.len() == 1 {
        return counts.into_iter().map(|(state, _)| sent_tag(state)).collect();
    }
    counts.into_iter().map(|(state, count)| sent_tag_of(state, count)).collect()
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    _: Member,
    Path(id): Path<Uuid>,
) -> Result<Response, Refused> {
    let ids = screen.desk.sent_of(id).await?;
    let part = of(&screen, &ids, id).await?.ok_or_else(Refused::unknown)?;
    Ok(Html(part.to_string()).into_response())
}
