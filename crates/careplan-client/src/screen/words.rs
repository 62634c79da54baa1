//! Words that several pages share.

use careplan_domain::transmission::State as Life;
use careplan_domain::{Address, ServiceMonth};
use careplan_web::{Tag, Tone};

use crate::history;
use crate::partners::NAME_TO_COME;
use crate::reminders::ReminderKind;
use crate::state::{ReceivedState, SentState};

/// `2026年11月`
pub(super) fn month_ja(month: Option<ServiceMonth>) -> String {
    month.map_or_else(|| "－".to_owned(), history::month_ja)
}

/// Where something sent stands.
pub(super) fn sent_tag(state: SentState) -> Tag {
    Tag::new(sent_tone(state), state.label_ja())
}

fn sent_tone(state: SentState) -> Tone {
    match state {
        SentState::Prepared => Tone::Plain,
        SentState::Rejected | SentState::Life(Life::Refused | Life::Expired) => Tone::Error,
        SentState::Life(Life::Accepted | Life::Fetched) => Tone::Info,
        SentState::Life(Life::Acknowledged | Life::Imported) => Tone::Success,
        SentState::Life(Life::Withdrawn) => Tone::Plain,
    }
}

/// Where so many of several things sent stand.
pub(super) fn sent_tag_of(state: SentState, count: usize) -> Tag {
    Tag::new(sent_tone(state), format!("{} {count}件", state.label_ja()))
}

/// Where something received stands.
pub(super) fn received_tag(state: ReceivedState) -> Tag {
    let tone = match state {
        ReceivedState::Listed | ReceivedState::Verified => Tone::Info,
        ReceivedState::Written | ReceivedState::Acknowledged | ReceivedState::LeftAlone => Tone::Warning,
        ReceivedState::Importing | ReceivedState::Imported => Tone::Success,
        ReceivedState::SetAside | ReceivedState::Refused | ReceivedState::Expired => Tone::Error,
        ReceivedState::Withdrawn | ReceivedState::Elsewhere => Tone::Plain,
    };
    let word = match state {
        // For the person it is one thing: it is there, and not taken over yet.
        ReceivedState::Written | ReceivedState::Acknowledged => "未取込",
        state => state.label_ja(),
    };
    Tag::new(tone, word)
}

/// A partner as people know it: the name, and the number below.
pub(super) fn partner(address: Address, name: &str) -> careplan_web::Cell {
    let name = if name.is_empty() { NAME_TO_COME } else { name };
    careplan_web::Cell::text(name).note(address.to_string())
}

/// The users in something: the first of them by name, and how many more.
pub(super) fn users(item: &crate::history::Item) -> String {
    match item.persons.as_slice() {
        [] => "－".to_owned(),
        [one] => one.name.clone(),
        [first, more @ ..] => format!("{}　ほか{}人", first.name, more.len()),
    }
}

/// What is asked for: `2026年11月分の実績をお送りください`.
pub(super) fn asked_ja(kind: ReminderKind, month: &str) -> String {
    match kind {
        ReminderKind::PlanMissing => format!("{month}分の予定をお送りください"),
        ReminderKind::PlanUnread => format!("{month}分の予定をご確認ください"),
        ReminderKind::ActualsMissing => format!("{month}分の実績をお送りください"),
    }
}
