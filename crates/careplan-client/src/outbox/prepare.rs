//! Preparing: each good unit is sealed to its receiver and stored.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;

use careplan_domain::{Address, OfficeNumber, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use careplan_envelope::{Recipient, SignFault};
use careplan_protocol::manifest::Reminder;
use careplan_standard::Finding;
use uuid::Uuid;

use super::gather::FoundFile;
use super::judge::Judged;
use super::parcel::Parcel;
use super::room::Room;
use super::serial::SerialUsed;
use super::withdraw::already_sent;
use crate::address_book::{AnnouncementRefusal, OfficeKeyRing, keys_of};
use crate::history::{Bundle, Direction, Person, Placed, Shelf};
use crate::keys::KeysFault;
use crate::letter::{ComposeFault, Draft, compose};
use crate::mishap::Point;
use crate::office::{Link, Office, OfficeFault};
use crate::platform::is_away;
use crate::staff::Actor;
use crate::state::{Fault, NewSent, Sent, Stored};

/// What is asked of one action.
#[derive(Debug, Clone, Default)]
pub struct SendOptions {
    /// Send what was sent before once more.
    pub again: bool,
    /// Only say what would be sent.
    pub dry_run: bool,
    /// Where documents beside the standard go.
    pub documents: Option<DocumentOrder>,
    /// The number of the action, where its caller gave it one before; a new one when absent.
    pub dispatch: Option<Uuid>,
    /// About whom the documents are; their bytes do not say it.
    pub document_person: Option<Person>,
    /// Whether a unit that went before with other content is named as the one that this corrects.
    pub link_earlier: bool,
    /// What the documents remind of, where they are a reminder.
    pub reminder: Option<Reminder>,
    /// What is done with a unit whose serial went with other content.
    pub serial_used: SerialUsed,
    /// Who sends, for the record of operations.
    pub by: Actor,
}

/// Where documents (PDF, JPEG) go: their names do not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentOrder {
    /// From which address of this office.
    pub from: Address,
    /// To whom.
    pub to: Address,
    /// About which month.
    pub month: Option<ServiceMonth>,
}

/// What became of one unit.
#[derive(Debug, Clone)]
pub enum UnitOutcome {
    /// Sealed and stored under this id.
    Prepared(TransmissionId),
    /// The same was sent before; that one is named.
    Duplicate(Box<Sent>),
    /// Something in its files keeps it from being sent.
    Blocked,
    /// It could not be prepared.
    Failed(Fault),
    /// Only looked at.
    Looked,
}

/// One unit of an action.
#[derive(Debug, Clone)]
pub struct UnitReport {
    /// What kind of unit it is.
    pub kind: UnitKind,
    /// Serial of the standard.
    pub serial: Option<String>,
    /// Sender by its file names.
    pub from: Option<Address>,
    /// Receiver by its file names.
    pub to: Option<Address>,
    /// How many files it has.
    pub files: usize,
    /// What the check found.
    pub findings: Vec<Finding>,
    /// What became of it.
    pub outcome: UnitOutcome,
}

impl UnitReport {
    /// Why it could not be prepared, and where it should have gone.
    pub fn failure_ja(&self) -> Option<String> {
        let UnitOutcome::Failed(fault) = &self.outcome else { return None };
        Some(self.to.map_or_else(|| fault.text.clone(), |to| format!("{to}：{}", fault.text)))
    }
}

/// What one action did.
#[derive(Debug, Clone)]
pub struct DispatchReport {
    /// Its id.
    pub dispatch: Uuid,
    /// The units, in serial order.
    pub units: Vec<UnitReport>,
    /// What was found beside the units.
    pub findings: Vec<Finding>,
    /// Files that belong to no unit.
    pub left_over: Vec<PathBuf>,
    /// Documents without a receiver.
    pub documents_left: Vec<PathBuf>,
    /// Terminals to which nothing was sealed, because their keys cannot be trusted.
    pub terminals_left: Vec<LeftOut>,
}

/// A terminal that cannot open what was sealed by this action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Whose terminal it is.
    pub office: OfficeNumber,
    /// Which.
    pub terminal: Uuid,
    /// Why.
    pub refusal: AnnouncementRefusal,
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { office, terminal, refusal } = self;
        write!(
            f,
            "事業所 {office} の端末 {terminal} あての封はしていません（{refusal}）。その端末では開けません。その事業所に、その端末でクライアントを起動し、更新してもらってください。"
        )
    }
}

impl DispatchReport {
    /// The transmissions whose fate this action shall report: new ones, and duplicates.
    pub fn transmissions(&self) -> impl Iterator<Item = TransmissionId> {
        self.units.iter().filter_map(|unit| match &unit.outcome {
            UnitOutcome::Prepared(id) => Some(*id),
            UnitOutcome::Duplicate(sent) => Some(sent.header.id),
            _ => None,
        })
    }
}

/// The keys asked for in one action, per office.
type KeyRings = HashMap<OfficeNumber, OfficeKeyRing>;

/// One action while it goes on.
struct Action<'a> {
    link: &'a Link,
    dispatch: Uuid,
    rings: KeyRings,
    /// Once the platform did not answer: it is not asked again for each receiver while somebody waits.
    away: Option<Fault>,
}

impl Office {
    /// Checks, seals and stores everything in the given files and folders that can be sent; `tell`
    /// hears of each unit as it is done. Sending is the engine's work.
    ///
    /// # Errors
    /// [`OfficeFault`] when nothing could be begun. What concerns one unit is in the report.
    pub async fn send_files(
        &self,
        files: &[FoundFile],
        judged: &Judged,
        options: &SendOptions,
        mut tell: impl FnMut(&UnitReport) + Send,
    ) -> Result<DispatchReport, OfficeFault> {
        let link = self.link().await?;
        let dispatch = options.dispatch.unwrap_or_else(|| new_uuid(self.now()));
        let mut action = Action { link: &link, dispatch, rings: KeyRings::new(), away: None };
        let mut units = Vec::new();
        let mut room = Room::default();
        for unit in &judged.units {
            let mut report = UnitReport {
                kind: unit.kind,
                serial: Some(unit.serial.clone()),
                from: unit.from,
                to: unit.to,
                files: unit.files.len(),
                findings: unit.findings.clone(),
                outcome: UnitOutcome::Blocked,
            };
            if !unit.is_blocked() {
                report.outcome = match room.for_one_more().and_then(|()| Parcel::of_unit(unit, files, &link))
                {
                    Ok(parcel) => self.prepare_or_say(&mut action, &parcel, options).await?,
                    Err(fault) => UnitOutcome::Failed(fault),
                };
            }
            room.count(&report.outcome);
            tell(&report);
            units.push(report);
        }
        let documents_left = match options.documents {
            Some(order) if !judged.documents.is_empty() => {
                let found = judged.documents.iter().filter_map(|index| files.get(*index));
                let parcel = Parcel::of_documents(&order, options.document_person.clone(), found);
                let parcel = Parcel { reminder: options.reminder, ..parcel };
                let outcome = match room.for_one_more() {
                    Ok(()) => self.prepare_or_say(&mut action, &parcel, options).await?,
                    Err(fault) => UnitOutcome::Failed(fault),
                };
                let report = UnitReport {
                    kind: UnitKind::Document,
                    serial: None,
                    from: Some(order.from),
                    to: Some(order.to),
                    files: parcel.files.len(),
                    findings: Vec::new(),
                    outcome,
                };
                tell(&report);
                units.push(report);
                Vec::new()
            }
            _ => paths(&judged.documents, files),
        };
        let left_over = paths(&judged.left_over, files);
        let findings = judged.findings.clone();
        let terminals_left = left_out(action.rings);
        Ok(DispatchReport { dispatch, units, findings, left_over, documents_left, terminals_left })
    }

    /// Gathers, judges and prepares all that lies in one folder.
    ///
    /// # Errors
    /// [`OfficeFault`].
    pub async fn send_folder(
        &self,
        folder: &std::path::Path,
        options: &SendOptions,
    ) -> Result<DispatchReport, OfficeFault> {
        let files = super::gather(&[folder.to_owned()])?;
        let judged = super::judge(&files);
        self.send_files(&files, &judged, options, |_| {}).await
    }

    /// Prepares a unit; what concerns this unit alone becomes its outcome.
    async fn prepare_or_say(
        &self,
        action: &mut Action<'_>,
        parcel: &Parcel<'_>,
        options: &SendOptions,
    ) -> Result<UnitOutcome, OfficeFault> {
        if options.dry_run {
            return Ok(UnitOutcome::Looked);
        }
        match self.prepare(action, parcel, options).await {
            Ok(outcome) => Ok(outcome),
            // A card may be put in while a person looks at what became of the others.
            Err(fault @ OfficeFault::Keys(KeysFault::Store(_))) => Ok(UnitOutcome::Failed(fault.stored())),
            Err(fault @ (OfficeFault::State(_) | OfficeFault::Keys(_))) => Err(fault),
            Err(fault) => Ok(UnitOutcome::Failed(fault.stored())),
        }
    }

    async fn prepare(
        &self,
        action: &mut Action<'_>,
        parcel: &Parcel<'_>,
        options: &SendOptions,
    ) -> Result<UnitOutcome, OfficeFault> {
        let now = self.now();
        if let Some(refused) = self.serial_refused(parcel, options.serial_used).await? {
            return Ok(UnitOutcome::Failed(refused));
        }
        let content_sha256 = parcel.content_digest();
        let before = self.state().same_content(&parcel.from, &parcel.to, &content_sha256).await?;
        let replaces = match before {
            Some(before) if !options.again => return Ok(already_sent(Box::new(before))),
            Some(before) => Some(before.header.id),
            None if options.link_earlier => self.earlier(parcel).await?,
            None => None,
        };
        for office in [parcel.to.office, parcel.from.office] {
            if let Entry::Vacant(place) = action.rings.entry(office) {
                if let Some(away) = &action.away {
                    return Ok(UnitOutcome::Failed(away.clone()));
                }
                let ring = self.ring(action.link, &office, now).await;
                action.away = ring.as_ref().err().filter(|it| is_away(it.code())).map(OfficeFault::stored);
                place.insert(ring?);
            }
        }
        let recipients: Vec<Recipient<'_>> = distinct(&action.rings, parcel);
        let id = new_id(now);
        let draft = Draft {
            id,
            from: parcel.from,
            to: parcel.to,
            unit: parcel.kind,
            month: parcel.month,
            replaces,
            files: &parcel.files,
            reminder: parcel.reminder,
        };
        let composed = compose(&draft, action.link.identity.signer(), &recipients, now);
        let composed = composed.map_err(|fault| match fault {
            // That is no fault of the letter.
            ComposeFault::Sign(SignFault::Key(_)) => self.keys().refusal_of(&action.link.identity).into(),
            fault => OfficeFault::from(fault),
        })?;
        self.mishaps().pass(Point::LetterSealed).await;
        let placed = self.shelve(id, parcel).await?;
        let new = NewSent {
            composed: &composed,
            dispatch: action.dispatch,
            serial: parcel.serial,
            serial_used: options.serial_used,
            content_sha256,
            again: options.again,
            copy: &placed.copy,
            persons: &parcel.persons,
            reminder: parcel.reminder,
            by: &options.by,
            now,
        };
        match self.state().store_prepared(&new).await {
            Ok(Stored::New) => {
                self.mishaps().pass(Point::LetterStored).await;
                placed.stays();
                let files = parcel.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice()));
                self.learn_name((parcel.from.office, parcel.to.office), files).await;
                Ok(UnitOutcome::Prepared(id))
            }
            Ok(Stored::Same(before)) => {
                placed.goes();
                Ok(already_sent(before))
            }
            Ok(Stored::SerialUsed(other)) => {
                placed.goes();
                Ok(UnitOutcome::Failed(other.refusal(parcel.serial.unwrap_or_default())))
            }
            Err(fault) => {
                // Where even that cannot be read, the next start decides by the row.
                if self.state().copy_of(id, Direction::Sent).await.is_ok_and(|copy| copy.is_none()) {
                    placed.goes();
                }
                Err(fault.into())
            }
        }
    }

    /// Keeps a copy of the files, before the row that names it.
    async fn shelve(&self, id: TransmissionId, parcel: &Parcel<'_>) -> Result<Placed, OfficeFault> {
        let files = parcel.files.iter().map(|file| (file.name.as_str(), file.bytes.as_slice()));
        let bundle =
            Bundle { id, partner: parcel.to, serial: parcel.serial, files: files.collect(), beside: None };
        let shelf = Shelf::of(&self.options().data, Direction::Sent);
        Ok(shelf.place(&bundle, self.mishaps()).await?)
    }

    /// The keys of an office; of our own also the one in this terminal, announced or not.
    async fn ring(
        &self,
        link: &Link,
        office: &OfficeNumber,
        now: Timestamp,
    ) -> Result<OfficeKeyRing, OfficeFault> {
        if *office != link.office() {
            return Ok(keys_of(link, self.state(), office, now).await?);
        }
        let own = self.keys().terminal()?.terminal_public_key().map_err(crate::keys::KeysFault::from)?;
        // Without the others our own copy is still readable here.
        let mut ring = match keys_of(link, self.state(), office, now).await {
            Ok(ring) => ring,
            Err(crate::address_book::AddressFault::State(fault)) => return Err(fault.into()),
            Err(_) => OfficeKeyRing { keys: Vec::new(), left_out: Vec::new() },
        };
        if !ring.keys.contains(&own) {
            ring.keys.push(own);
        }
        Ok(ring)
    }
}

/// The terminals that were left out, in the order of offices and terminals.
fn left_out(rings: KeyRings) -> Vec<LeftOut> {
    let of = |(office, ring): (OfficeNumber, OfficeKeyRing)| {
        ring.left_out.into_iter().map(move |(terminal, refusal)| LeftOut { office, terminal, refusal })
    };
    let mut left: Vec<_> = rings.into_iter().flat_map(of).collect();
    left.sort_by_key(|it| (it.office, it.terminal));
    left
}

/// Receivers' terminals and our own, each once: two service types of one number may write to each other.
fn distinct<'a>(rings: &'a KeyRings, parcel: &Parcel<'_>) -> Vec<Recipient<'a>> {
    let mut keys = Vec::new();
    for office in [parcel.to.office, parcel.from.office] {
        for key in rings.get(&office).into_iter().flat_map(|ring| &ring.keys) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys.into_iter().map(Recipient::Terminal).collect()
}

fn paths(indexes: &[usize], files: &[FoundFile]) -> Vec<PathBuf> {
    indexes.iter().filter_map(|index| files.get(*index)).map(|found| found.path.clone()).collect()
}

pub(crate) fn new_uuid(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds))
}

fn new_id(now: Timestamp) -> TransmissionId {
    loop {
        // ends at the first turn: the UUID was made as version 7.
        if let Ok(id) = TransmissionId::new(new_uuid(now)) {
            return id;
        }
    }
}
