//! What was sent and received, as lists that a person can search, with the files and who is in them.
//!
//! Promises: a line of history is durable together with what it tells of; pages go by key, so that
//! nothing is shown twice or left out while more arrives; copies are removed when their time is
//! over, rows and receipts never. Names and contents reach no log and no `Debug`.

mod csv;
mod filter;
mod keep;
mod marks;
mod paper;
mod person;
mod report;
mod shelf;
mod versions;
mod zipped;

use careplan_domain::{Timestamp, TransmissionId};

pub use filter::{
    Direction, Exchanged, Filter, Item, Key, KeyFault, Page, Partner, PartnerFault, state_named,
};
pub use keep::{CopiedFile, CopyFault, KEEP_MONTHS_MAX, KeepMonths};
pub use marks::{NOTE_CHARACTERS_MAX, Note, NoteFault, Seen, WHO_CHARACTERS_MAX, Who, WhoFault};
pub use person::{Person, folded, persons_digest, persons_in};
pub use report::{Provision, ProvisionRecord, ReportFault, Usage, UsageMonth, items_ja, month_ja};
pub(crate) use shelf::{Bundle, Placed, Shelf};
pub use versions::{UnitOf, difference};
pub use zipped::zipped;

use crate::office::{Office, OfficeFault};
use crate::state::{Matching, State, StateFault, Walk};

/// Most lines of one page.
pub const PAGE_ITEMS_MAX: u32 = 500;

/// The history of an office. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    office: Office,
}

impl Office {
    /// The history.
    pub fn history(&self) -> History {
        History { office: self.clone() }
    }
}

impl History {
    fn state(&self) -> &State {
        self.office.state()
    }

    /// Up to `limit` (at most [`PAGE_ITEMS_MAX`]) lines, newest first, from behind `after` on.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn page(&self, filter: &Filter, after: Option<Key>, limit: u32) -> Result<Page, StateFault> {
        let limit = limit.clamp(1, PAGE_ITEMS_MAX);
        let directions = Direction::ALL.into_iter().filter(|it| filter.direction.is_none_or(|of| of == *it));
        let mut items = Vec::new();
        for direction in directions {
            let walk = Walk { direction, filter, after, limit: limit + 1 };
            items.extend(self.found(&walk).await?);
        }
        items.sort_by_key(|item| std::cmp::Reverse(item.key()));
        items.dedup_by_key(|item| item.key());
        let is_last = items.len() <= limit as usize;
        items.truncate(limit as usize);
        let next = items.last().map(Item::key).filter(|_| !is_last);
        Ok(Page { items, next })
    }

    /// The newest that match in one direction. What a text finds by person and by partner is put together.
    async fn found(&self, walk: &Walk<'_>) -> Result<Vec<Item>, StateFault> {
        let Some(text) = walk.filter.text.as_deref().map(folded).filter(|text| !text.is_empty()) else {
            return self.state().walk(walk, &Matching::All).await;
        };
        let mut items = self.state().walk(walk, &Matching::Persons(&text)).await?;
        let mut partners = self.state().partners_with(walk.direction, &text).await?;
        partners.extend(walk.filter.named.iter().map(ToString::to_string));
        if !partners.is_empty() {
            items.extend(self.state().walk(walk, &Matching::Partners(&partners)).await?);
        }
        Ok(items)
    }

    /// One line.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn item(&self, id: TransmissionId, direction: Direction) -> Result<Option<Item>, StateFault> {
        self.state().item(id, direction).await
    }

    /// Who is in a transmission.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn persons(&self, id: TransmissionId, direction: Direction) -> Result<Vec<Person>, StateFault> {
        self.state().persons_in(id, direction).await
    }

    /// Somebody read something that came.
    ///
    /// # Errors
    /// [`OfficeFault::Unknown`], [`OfficeFault::State`].
    pub async fn mark_seen(&self, id: TransmissionId, who: &Who, now: Timestamp) -> Result<(), OfficeFault> {
        self.state().received(id).await?.ok_or(OfficeFault::Unknown(id))?;
        Ok(self.state().store_seen(id, who, now).await?)
    }

    /// Who read something that came, and when first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn seen_by(&self, id: TransmissionId) -> Result<Vec<Seen>, StateFault> {
        self.state().seen_by(id).await
    }

    /// Writes a note on a transmission; `Err` inside says why it cannot be taken.
    ///
    /// # Errors
    /// [`OfficeFault::Unknown`], [`OfficeFault::State`].
    pub async fn add_note(
        &self,
        (id, direction): (TransmissionId, Direction),
        (who, text): (&Who, &str),
        now: Timestamp,
    ) -> Result<Result<(), NoteFault>, OfficeFault> {
        self.item(id, direction).await?.ok_or(OfficeFault::Unknown(id))?;
        let text = match marks::note_text(text) {
            Ok(text) => text.to_owned(),
            Err(fault) => return Ok(Err(fault)),
        };
        let note = Note { who: who.clone(), at: now, text };
        self.state().store_note(id, direction, &note).await?;
        Ok(Ok(()))
    }

    /// The notes on a transmission, oldest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn notes(&self, id: TransmissionId, direction: Direction) -> Result<Vec<Note>, StateFault> {
        self.state().notes(id, direction).await
    }
}
