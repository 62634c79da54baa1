//! The ledger of one office in a transaction: judged, then written, then told to the audit.

use careplan_domain::OfficeNumber;
use careplan_domain::billing::charge::{Charge, ChargeId};
use careplan_domain::billing::ledger::{Change, Entry, Event, Ledger, LedgerFault, Source};
use serde_json::json;
use uuid::Uuid;

use super::documents::{DocumentId, Issuer, Parties};
use super::{BillingFault, By};
use crate::audit;
use crate::store::{Connected, StoreError, Tx, applications, ledger, parties};

/// The ledger of one office.
#[derive(Debug)]
pub(super) struct Books {
    ledger: Ledger,
}

impl Books {
    /// Opens them; to change them, within the transaction that holds the lock.
    pub(super) async fn open(db: &mut impl Connected, office: &OfficeNumber) -> Result<Self, StoreError> {
        Ok(Self { ledger: ledger::of_office(db, office).await? })
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Charges a term that was written before, in this transaction. A charge that stands already is a fault: its term
    /// would be granted for nothing.
    pub(super) async fn charge(
        &mut self,
        tx: &mut Tx,
        (term, charge): (Uuid, &Charge),
        by: &By,
    ) -> Result<(), BillingFault> {
        let entry = Entry {
            source: Source::charge(&charge.id),
            charge: charge.id,
            on: by.today(),
            event: Event::Charged(charge.clone()),
        };
        if self.judge(tx, &entry).await? == Change::Already {
            return Err(LedgerFault::ChargedAlready(charge.id).into());
        }
        applications::add_charge(tx, (term, charge), by.now).await?;
        ledger::insert(tx, &entry, by.note.as_deref(), by.now).await?;
        Ok(())
    }

    /// Records any other entry, with its audit line; who stands on the document that it issues is kept with it.
    pub(super) async fn record(
        &mut self,
        tx: &mut Tx,
        entry: &Entry,
        (by, issuer): (&By, &Issuer),
    ) -> Result<Change, BillingFault> {
        let change = self.judge(tx, entry).await?;
        if change == Change::Record {
            ledger::insert(tx, entry, by.note.as_deref(), by.now).await?;
            if let Some(document) = DocumentId::issued_by(entry) {
                let all = Parties::of_today(tx, &entry.charge.office, issuer).await?;
                parties::keep(tx, document, &all, by.now).await?;
            }
            note(tx, entry, by);
        }
        Ok(change)
    }

    /// Sources are unique over all offices; the ledger knows those of this one.
    async fn judge(&mut self, tx: &mut Tx, entry: &Entry) -> Result<Change, BillingFault> {
        let whose = ledger::whose(tx, &entry.source).await?;
        if whose.is_some_and(|office| office != entry.charge.office) {
            return Err(LedgerFault::Conflict(entry.source.clone()).into());
        }
        Ok(self.ledger.record(entry.clone())?)
    }

    /// Whether the licence ended over a charge that was settled since.
    pub(super) fn is_settled_late(&self, charge: ChargeId) -> Result<bool, BillingFault> {
        let has_ended = self.ledger.events(charge).any(|(_, event)| *event == Event::LicenceEnded);
        let totals = self.ledger.totals(charge)?;
        let is_owed = totals.due()?.is_positive();
        Ok(has_ended && is_owed && !totals.open()?.is_positive())
    }
}

/// The source stays out of it: a bank's holds the payer's name.
fn note(tx: &mut Tx, entry: &Entry, by: &By) {
    let action = match entry.event {
        Event::Charged(_) => "billing.charged",
        Event::Shortened(_) => "billing.shortened",
        Event::DeductionRequested(..) => "billing.deduction_requested",
        Event::Deducted(..) => "billing.deducted",
        Event::DeductionFailed(..) => "billing.deduction_failed",
        Event::Invoiced(..) => "billing.invoiced",
        Event::Reminded => "billing.reminded",
        Event::LicenceEnded => "billing.licence_ended",
        Event::Paid(_) => "billing.paid",
        Event::Refunded(_) => "billing.refunded",
        Event::Waived(_) => "billing.waived",
        Event::WrittenOff(_) => "billing.written_off",
    };
    let amount = match &entry.event {
        Event::Charged(charge) => Some(charge.amount),
        Event::DeductionRequested(_, amount)
        | Event::Deducted(_, amount)
        | Event::Invoiced(_, amount)
        | Event::Paid(amount)
        | Event::Refunded(amount)
        | Event::Waived(amount)
        | Event::WrittenOff(amount) => Some(*amount),
        _ => None,
    };
    let detail = json!({ "on": entry.on, "amount": amount, "note": by.note });
    let (actor, subject) = (by.actor.clone(), entry.charge.to_string());
    audit::append(tx, by.now, audit::Entry { actor, action, subject, detail });
}
