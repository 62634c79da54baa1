//! Many operations in one transaction: load what they concern, decide one after the other in
//! memory, write everything together. Each table is touched once or twice, whatever the number.

use std::collections::btree_map::Entry as MapEntry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use careplan_domain::gate::{SendRefusal, may_send};
use careplan_domain::retention::Retention;
use careplan_domain::transmission::{Change, State};
use careplan_domain::{OfficeNumber, Timestamp, TransmissionId};
use careplan_protocol::receipt::ReceiptKind;
use serde_json::json;

use super::operation::{Accept, Done, HandIn, Operation, Outcome, Refused, SealedBytes};
use crate::audit::{self, Actor, Entry};
use crate::store::events::{self, Event};
use crate::store::receipts::{self, StoredReceipt};
use crate::store::standings::{OfficeStanding, standings};
use crate::store::transmissions::{self, Held, Move, Shelf};
use crate::store::{Store, StoreError, Tx, letters, uploads};

/// What a batch left behind once it is durable.
pub(super) struct Committed {
    pub(super) outcomes: Vec<Outcome>,
    /// Offices with news.
    pub(super) woken: BTreeSet<OfficeNumber>,
    /// What happened to transmissions, for the metrics.
    pub(super) happened: Vec<State>,
}

/// Does all of `operations` in one transaction.
pub(super) async fn commit(
    store: &Store,
    operations: &[Operation],
    retention: Retention,
    now: Timestamp,
) -> Result<Committed, StoreError> {
    let mut tx = store.begin().await?;
    let mut batch = Batch::load(&mut tx, operations, retention, now).await?;
    let mut outcomes = Vec::with_capacity(operations.len());
    for operation in operations {
        outcomes.push(batch.decide(operation));
    }
    batch.recall_receipts(&mut tx, operations, &mut outcomes).await?;
    let woken = batch.counters.keys().copied().collect();
    let happened = batch.events.iter().map(|event| event.state).collect();
    if batch.write(&mut tx).await? {
        tx.commit().await?;
    }
    Ok(Committed { outcomes, woken, happened })
}

struct Batch {
    now: Timestamp,
    retention: Retention,
    held: HashMap<TransmissionId, Held>,
    offices: HashMap<OfficeNumber, OfficeStanding>,
    /// New newest numbers of offices that have news.
    counters: BTreeMap<OfficeNumber, i64>,
    accepted: Vec<TransmissionId>,
    letters: Vec<(TransmissionId, Bytes)>,
    uploaded: Vec<(TransmissionId, OfficeNumber)>,
    moved: BTreeMap<Move, Vec<TransmissionId>>,
    events: Vec<Event>,
    receipts: Vec<StoredReceipt>,
    audit: Vec<(Timestamp, Entry)>,
}

impl Batch {
    async fn load(
        tx: &mut Tx,
        operations: &[Operation],
        retention: Retention,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let ids: BTreeSet<_> = operations.iter().map(Operation::id).collect();
        let held = transmissions::find_many(tx, ids.into_iter().collect()).await?;
        let mut offices: BTreeSet<OfficeNumber> = BTreeSet::new();
        for held in &held {
            offices.extend([held.header.from.office, held.header.to.office]);
        }
        for operation in operations {
            if let Operation::Accept(accept) = operation {
                offices.extend([accept.header.from.office, accept.header.to.office]);
            }
        }
        let offices = standings(tx, offices.into_iter().collect()).await?;
        Ok(Self {
            now,
            retention,
            held: held.into_iter().map(|held| (held.header.id, held)).collect(),
            offices,
            counters: BTreeMap::new(),
            accepted: Vec::new(),
            letters: Vec::new(),
            uploaded: Vec::new(),
            moved: BTreeMap::new(),
            events: Vec::new(),
            receipts: Vec::new(),
            audit: Vec::new(),
        })
    }

    fn decide(&mut self, operation: &Operation) -> Outcome {
        match operation {
            Operation::Accept(accept) => self.accept(accept),
            Operation::Fetch { id, by } => self.fetch(id, by),
            Operation::HandIn(hand_in) => self.hand_in(hand_in),
            Operation::Withdraw { id, by, receipt, at } => {
                let held = self.held.get(id).ok_or(Refused::Unknown)?;
                let change = held.transmission().withdraw(by)?;
                let receipt = stored(*id, ReceiptKind::Withdrawn, receipt, *at);
                self.apply(id, change, Actor::Office(*by), Some(receipt))
            }
            Operation::Expire { id, receipt, at } => {
                let held = self.held.get(id).ok_or(Refused::Unknown)?;
                let state = held.transmission().expire(*at).ok_or(Refused::NotDue)?;
                let receipt = stored(*id, ReceiptKind::Expired, receipt, *at);
                self.apply(id, Change::Record(state), Actor::Platform, Some(receipt))
            }
        }
    }

    fn accept(&mut self, accept: &Accept) -> Outcome {
        let header = &accept.header;
        if let Some(held) = self.held.get(&header.id) {
            let same = held.header == *header;
            let done = Done { held: held.clone(), first: false, receipt: None };
            return if same { Ok(done) } else { Err(Refused::Conflict) };
        }
        let from = self.offices.get(&header.from.office).ok_or(SendRefusal::SenderServiceTypeUnknown)?;
        let sender = from.standing(header.from.service_type, accept.at);
        let to = self.offices.get(&header.to.office);
        let receiver = to.map(|office| office.standing(header.to.service_type, accept.at));
        may_send(header, &sender, receiver.as_ref())?;

        let held = Held {
            header: header.clone(),
            fingerprint: accept.fingerprint,
            accepted_at: accept.at,
            deadline: accept.deadline,
            state: State::Accepted,
            state_at: accept.at,
            sent_seq: self.next_seq(header.from.office),
            inbox_seq: self.next_seq(header.to.office),
            shelf: match &accept.sealed {
                SealedBytes::Row(_) => Shelf::Row,
                SealedBytes::Shelved => Shelf::Blob,
            },
            bytes_until: None,
        };
        if let SealedBytes::Row(bytes) = &accept.sealed {
            self.letters.push((header.id, bytes.clone()));
        }
        if accept.uploaded {
            self.uploaded.push((header.id, header.from.office));
        }
        self.events.push(Event {
            transmission: header.id,
            state: State::Accepted,
            at: accept.at,
            office: header.to.office,
            seq: held.inbox_seq,
        });
        self.receipts.push(stored(header.id, ReceiptKind::Accepted, &accept.receipt, accept.at));
        let detail = json!({
            "from": header.from, "to": header.to, "unit": header.unit, "bytes": header.sealed_bytes,
            "sha256": header.sealed_digest, "certificate": accept.fingerprint,
        });
        self.note(Actor::Office(header.from.office), State::Accepted, &header.id, detail, accept.at);
        self.accepted.push(header.id);
        self.held.insert(header.id, held.clone());
        Ok(Done { held, first: true, receipt: Some(accept.receipt.clone()) })
    }

    fn fetch(&mut self, id: &TransmissionId, by: &OfficeNumber) -> Outcome {
        let held = self.held.get(id).ok_or(Refused::Unknown)?;
        let change = held.transmission().fetch(by)?;
        self.apply(id, change, Actor::Office(*by), None)
    }

    fn hand_in(&mut self, hand_in: &HandIn) -> Outcome {
        let HandIn { id, by, kind, signed } = hand_in;
        let transmission = self.held.get(id).ok_or(Refused::Unknown)?.transmission();
        let change = match kind {
            ReceiptKind::Acknowledged => transmission.acknowledge(by)?,
            ReceiptKind::Refused => transmission.refuse(by)?,
            ReceiptKind::Imported => transmission.import(by)?,
            // The platform signs these itself; the handler lets none of them come here.
            ReceiptKind::Accepted | ReceiptKind::Withdrawn | ReceiptKind::Expired => {
                return Err(Refused::Unknown);
            }
        };
        let receipt = stored(*id, *kind, signed, self.now);
        self.apply(id, change, Actor::Office(*by), Some(receipt))
    }

    /// Records a decided change: state, event for the other party, receipt, audit.
    fn apply(
        &mut self,
        id: &TransmissionId,
        change: Change,
        actor: Actor,
        receipt: Option<StoredReceipt>,
    ) -> Outcome {
        let at = receipt.as_ref().map_or(self.now, |receipt| receipt.at);
        let held = self.held.get_mut(id).ok_or(Refused::Unknown)?;
        let Change::Record(state) = change else {
            return Ok(Done { held: held.clone(), first: false, receipt: None });
        };
        let ended = matches!(state, State::Acknowledged | State::Withdrawn | State::Refused | State::Expired);
        let bytes_until = ended.then(|| self.retention.bytes_until(at));
        held.state = state;
        held.state_at = at;
        held.bytes_until = bytes_until.or(held.bytes_until);
        let held = held.clone();
        let office = match state {
            State::Accepted | State::Withdrawn => held.header.to.office,
            _ => held.header.from.office,
        };
        let seq = self.next_seq(office);
        self.events.push(Event { transmission: *id, state, at, office, seq });
        self.moved.entry(Move { state, at, bytes_until }).or_default().push(*id);
        self.note(actor, state, id, json!({}), at);
        let signed = receipt.as_ref().map(|receipt| receipt.signed.clone());
        self.receipts.extend(receipt);
        Ok(Done { held, first: true, receipt: signed })
    }

    fn next_seq(&mut self, office: OfficeNumber) -> i64 {
        let last = match self.counters.entry(office) {
            MapEntry::Occupied(counter) => counter.into_mut(),
            MapEntry::Vacant(vacant) => {
                vacant.insert(self.offices.get(&office).map_or(0, |office| office.last_seq))
            }
        };
        *last += 1;
        *last
    }

    fn note(
        &mut self,
        actor: Actor,
        state: State,
        id: &TransmissionId,
        detail: serde_json::Value,
        at: Timestamp,
    ) {
        let action = match state {
            State::Accepted => "transmission.accepted",
            State::Fetched => "transmission.fetched",
            State::Acknowledged => "transmission.acknowledged",
            State::Imported => "transmission.imported",
            State::Withdrawn => "transmission.withdrawn",
            State::Refused => "transmission.refused",
            State::Expired => "transmission.expired",
        };
        self.audit.push((at, Entry { actor, action, subject: id.to_string(), detail }));
    }

    /// Repeated operations get the receipt that was stored first.
    async fn recall_receipts(
        &self,
        tx: &mut Tx,
        operations: &[Operation],
        outcomes: &mut [Outcome],
    ) -> Result<(), StoreError> {
        for (operation, outcome) in operations.iter().zip(outcomes) {
            let (Ok(done), Some(kind)) = (outcome, kind_of(operation)) else { continue };
            if done.receipt.is_some() {
                continue;
            }
            let id = done.held.header.id;
            let fresh = self.receipts.iter().find(|it| it.transmission == id && it.kind == kind);
            done.receipt = match fresh {
                Some(receipt) => Some(receipt.signed.clone()),
                None => receipts::find(tx, &id, kind).await?,
            };
            if done.receipt.is_none() {
                return Err(StoreError::Corrupt("receipt"));
            }
        }
        Ok(())
    }

    /// Writes everything; says whether there was anything.
    async fn write(self, tx: &mut Tx) -> Result<bool, StoreError> {
        if self.events.is_empty() {
            return Ok(false);
        }
        let new = self.accepted.iter().filter_map(|id| self.held.get(id).cloned()).collect();
        transmissions::insert(tx, new)?;
        letters::insert(tx, self.letters);
        for (change, ids) in self.moved {
            transmissions::move_many(tx, change, ids).await?;
        }
        events::insert(tx, self.events);
        receipts::insert(tx, self.receipts);
        for (id, office) in self.uploaded {
            uploads::forget(tx, &id, &office).await?;
        }
        for office in self.counters.keys() {
            tx.wake(*office);
        }
        events::set_counters(tx, self.counters);
        for (at, entry) in self.audit {
            audit::append(tx, at, entry);
        }
        Ok(true)
    }
}

fn kind_of(operation: &Operation) -> Option<ReceiptKind> {
    match operation {
        Operation::Accept(_) => Some(ReceiptKind::Accepted),
        Operation::Fetch { .. } => None,
        Operation::HandIn(hand_in) => Some(hand_in.kind),
        Operation::Withdraw { .. } => Some(ReceiptKind::Withdrawn),
        Operation::Expire { .. } => Some(ReceiptKind::Expired),
    }
}

fn stored(id: TransmissionId, kind: ReceiptKind, signed: &[u8], at: Timestamp) -> StoredReceipt {
    StoredReceipt { transmission: id, kind, signed: signed.to_vec(), at }
}
