//! The desk (送信の準備): files that were brought lie in a draft until they are sent or thrown away.
//!
//! Promises: what was brought stays until it was sent, also over a kill; a draft is sent once, however often and by however many it is
//! asked for; what could not be sent stays in it with its findings, to be brought again from the care software; a serial that went with
//! other content goes only on purpose, and only as the correction of the same unit.
//!
//! A send that was killed half-way, or found the platform away, is asked for again by itself: the outbox knows by their content the units
//! that it has.

mod about;
mod again;
mod before;
mod bring;
mod fault;
mod waiting;

use std::path::PathBuf;
use std::sync::Arc;

use careplan_domain::TransmissionId;
use tokio::sync::Mutex;
use uuid::Uuid;

pub use about::{About, DocumentKind};
pub use again::came_to_nothing;
pub use before::Before;
pub use bring::{Brought, DRAFT_BYTES_MAX, DRAFT_FILES_MAX};
pub use fault::DeskFault;
use waiting::Asking;
pub use waiting::Waited;
pub(crate) use waiting::keep_sending;

use crate::files;
use crate::history::Person;
use crate::office::Office;
use crate::outbox::{
    DispatchReport, DocumentOrder, FoundFile, GatherFault, Judged, JudgedUnit, OtherOfSerial, SendOptions,
    SerialUsed, UnitOutcome, UnitReport, gather, judge,
};
use crate::staff::Actor;
use crate::state::{Draft, DraftState, StateFault, Went};

/// The folder of the drafts, below the data folder.
const FOLDER: &str = "drafts";

/// The desk of an office. Clones are the same desk.
#[derive(Debug, Clone)]
pub struct Desk {
    office: Office,
    /// One draft is sent at a time: who presses twice waits, and finds it sent.
    sending: Arc<Mutex<()>>,
}

/// A draft with what is in it.
pub struct Looked {
    /// The draft.
    pub draft: Draft,
    /// Its files.
    pub files: Vec<FoundFile>,
    /// The same, sorted into units and checked.
    pub judged: Judged,
    /// What its documents are.
    pub about: About,
    /// What was sent of it before.
    pub sent: Vec<TransmissionId>,
    /// Of each unit, what else went under its serial.
    pub others: Vec<Option<OtherOfSerial>>,
}

impl Looked {
    /// The units, each with what else went under its serial.
    pub fn units(&self) -> impl Iterator<Item = (&JudgedUnit, Option<&OtherOfSerial>)> {
        let others = self.others.iter().map(Option::as_ref).chain(std::iter::repeat(None));
        self.judged.units.iter().zip(others)
    }

    /// Units that can be sent as they are.
    pub fn ready(&self) -> usize {
        self.units().filter(|(unit, other)| !unit.is_blocked() && other.is_none()).count()
    }
}

impl Desk {
    /// The desk of an office.
    pub fn new(office: Office) -> Self {
        Self { office, sending: Arc::new(Mutex::new(())) }
    }

    fn folder(&self, id: Uuid) -> PathBuf {
        self.office.options().data.join(FOLDER).join(id.to_string())
    }

    /// The drafts that wait to be sent, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn drafts(&self) -> Result<Vec<Draft>, StateFault> {
        self.office.state().open_drafts().await
    }

    /// How far a draft is; `None` when there is none of this id.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn state_of(&self, id: Uuid) -> Result<Option<DraftState>, StateFault> {
        Ok(self.office.state().draft(id).await?.map(|draft| draft.state))
    }

    /// What was sent of a draft.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn sent_of(&self, id: Uuid) -> Result<Vec<TransmissionId>, StateFault> {
        self.office.state().sent_of_draft(id).await
    }

    /// One draft with its files, checked.
    ///
    /// # Errors
    /// [`DeskFault::Unknown`]; when its files cannot be read.
    pub async fn look(&self, id: Uuid) -> Result<Looked, DeskFault> {
        let draft = self.office.state().draft(id).await?.ok_or(DeskFault::Unknown)?;
        let sent = self.office.state().sent_of_draft(id).await?;
        let about = self.office.state().about_documents(id).await?;
        let folder = self.folder(id);
        // Reading and checking take seconds when there is much of it.
        let looked = tokio::task::spawn_blocking(move || {
            let files = match gather(&[folder]) {
                // An empty draft, or one whose folder went with what was sent.
                Err(GatherFault::Nothing) => Vec::new(),
                Err(GatherFault::File(fault)) if fault.is_missing() => Vec::new(),
                files => files?,
            };
            let judged = if files.is_empty() { Judged::default() } else { judge(&files) };
            Ok::<_, DeskFault>((files, judged))
        });
        let (files, judged) = looked.await.map_err(|_| DeskFault::Inside)??;
        let others = self.others(&judged, &files).await?;
        Ok(Looked { draft, files, judged, about, sent, others })
    }

    /// Of each unit, what else went under its serial. Before set-up nothing did.
    async fn others(
        &self,
        judged: &Judged,
        files: &[FoundFile],
    ) -> Result<Vec<Option<OtherOfSerial>>, DeskFault> {
        let Ok(link) = self.office.link().await else { return Ok(Vec::new()) };
        let mut others = Vec::with_capacity(judged.units.len());
        for unit in &judged.units {
            others.push(self.office.other_of_serial(&link, unit, files).await?);
        }
        Ok(others)
    }

    /// Says where the documents beside the standard go.
    ///
    /// # Errors
    /// [`DeskFault::Unknown`], [`DeskFault::Closed`].
    pub async fn order_documents(&self, id: Uuid, order: &DocumentOrder) -> Result<(), DeskFault> {
        let _turn = self.sending.lock().await;
        self.open(id).await?;
        Ok(self.office.state().order_documents(id, order, self.office.now()).await?)
    }

    /// Says what the documents beside the standard are. Before [`order_documents`](Self::order_documents), without which none is sent.
    ///
    /// # Errors
    /// [`DeskFault::Unknown`], [`DeskFault::Closed`].
    pub async fn describe_documents(&self, id: Uuid, about: &About) -> Result<(), DeskFault> {
        let _turn = self.sending.lock().await;
        self.open(id).await?;
        Ok(self.office.state().describe_documents(id, about, self.office.now()).await?)
    }

    /// Everybody whom documents can be about: who was ever in something, by kana.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn known_persons(&self) -> Result<Vec<Person>, StateFault> {
        self.office.state().known_persons().await
    }

    /// Throws a draft away with its files. Nothing of it was sent, or what was stays sent.
    ///
    /// # Errors
    /// [`DeskFault::Unknown`], [`DeskFault::Closed`].
    pub async fn throw_away(&self, id: Uuid, by: &Actor) -> Result<(), DeskFault> {
        let _turn = self.sending.lock().await;
        self.open(id).await?;
        self.office.state().draft_dropped(id, (by, self.office.now())).await?;
        Ok(files::remove(&self.folder(id))?)
    }

    /// Seals and stores everything in a draft that can be sent; the engine sends it. Asked for again, it says that it was sent. A unit
    /// whose serial went before with other content stays. While something of it could not be sealed because the platform is away, the draft
    /// [waits](Draft::waiting), and [`step_waiting`](Self::step_waiting) sends it.
    ///
    /// # Errors
    /// [`DeskFault`]. What concerns one unit is in the report.
    pub async fn send(
        &self,
        id: Uuid,
        by: Actor,
        tell: impl FnMut(&UnitReport) + Send,
    ) -> Result<DispatchReport, DeskFault> {
        self.send_all(id, (by, SerialUsed::Refused), tell).await
    }

    /// The same with the units that correct what went under their serial before: somebody wants it so.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_corrections(
        &self,
        id: Uuid,
        by: Actor,
        tell: impl FnMut(&UnitReport) + Send,
    ) -> Result<DispatchReport, DeskFault> {
        self.send_all(id, (by, SerialUsed::Corrected), tell).await
    }

    async fn send_all(
        &self,
        id: Uuid,
        (by, serial_used): (Actor, SerialUsed),
        tell: impl FnMut(&UnitReport) + Send,
    ) -> Result<DispatchReport, DeskFault> {
        let _turn = self.sending.lock().await;
        self.open(id).await?;
        // Who closes the page while nothing answers has asked all the same.
        self.office.state().wish_sending(id, (&by, serial_used), self.office.now()).await?;
        self.try_sending(id, Asking { by, serial_used, is_by_hand: true }, tell).await
    }

    /// One try; whose turn it is has been seen to.
    async fn send_now(
        &self,
        id: Uuid,
        Asking { by, serial_used, is_by_hand }: Asking,
        tell: impl FnMut(&UnitReport) + Send,
    ) -> Result<DispatchReport, DeskFault> {
        self.open(id).await?;
        let mut looked = self.look(id).await?;
        if looked.files.is_empty() {
            return Err(DeskFault::Empty);
        }
        about::name_documents(&mut looked);
        let options = SendOptions {
            documents: looked.draft.documents,
            document_person: looked.about.person.clone(),
            link_earlier: true,
            serial_used,
            by,
            ..SendOptions::default()
        };
        let report = self.office.send_files(&looked.files, &looked.judged, &options, tell).await?;
        let sent: Vec<TransmissionId> = report.transmissions().collect();
        let left = left_over(&looked, &report);
        let state = if left { DraftState::Open } else { DraftState::Sent };
        let wish = self.after_try(id, &report, is_by_hand).await?;
        let went = Went { transmissions: &sent, state, serial_used, wish };
        self.office.state().draft_went(id, &went, self.office.now()).await?;
        self.clear(id, &looked, &report)?;
        self.office.state().hurry_outbox().await?;
        Ok(report)
    }

    /// Takes away the files of what was sent: what is left in the folder is what could not be.
    fn clear(&self, id: Uuid, looked: &Looked, report: &DispatchReport) -> Result<(), DeskFault> {
        if !left_over(looked, report) {
            return Ok(files::remove(&self.folder(id))?);
        }
        // Documents are one more unit of the report, behind those of the standard.
        let units = looked.judged.units.iter().map(|unit| &unit.files);
        for (unit, outcome) in units.chain([&looked.judged.documents]).zip(&report.units) {
            if is_sent(&outcome.outcome) {
                for file in unit.iter().filter_map(|index| looked.files.get(*index)) {
                    files::remove(&file.path)?;
                }
            }
        }
        Ok(())
    }

    async fn open(&self, id: Uuid) -> Result<Draft, DeskFault> {
        let draft = self.office.state().draft(id).await?.ok_or(DeskFault::Unknown)?;
        if draft.state == DraftState::Open { Ok(draft) } else { Err(DeskFault::Closed(draft.state)) }
    }
}

fn is_sent(outcome: &UnitOutcome) -> bool {
    matches!(outcome, UnitOutcome::Prepared(_) | UnitOutcome::Duplicate(_))
}

/// Whether something of a draft was not sent.
fn left_over(looked: &Looked, report: &DispatchReport) -> bool {
    !looked.judged.left_over.is_empty()
        || !report.documents_left.is_empty()
        || !report.units.iter().all(|unit| is_sent(&unit.outcome))
}
