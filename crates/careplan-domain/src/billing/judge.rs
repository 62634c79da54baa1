//! Whether an entry may enter the ledger: the rules behind [`Ledger::record`].

use super::Yen;
use super::charge::{Charge, ChargeId};
use super::ledger::{Change, Entry, Event, Ledger, LedgerFault};

/// Judges one entry against all that was recorded before.
pub(super) fn judge(ledger: &Ledger, entry: &Entry) -> Result<Change, LedgerFault> {
    if let Some(known) = ledger.entries().iter().find(|known| known.source == entry.source) {
        let same = known.charge == entry.charge && known.event == entry.event;
        return if same { Ok(Change::Already) } else { Err(LedgerFault::Conflict(entry.source.clone())) };
    }
    match &entry.event {
        Event::Charged(charge) => charged(ledger, entry, charge)?,
        event => later(ledger, entry.charge, event)?,
    }
    // Whatever is recorded can be reckoned with: a sum out of range would lock the charge for good.
    let mut after = ledger.events(entry.charge).map(|(_, event)| event).chain([&entry.event]);
    after.try_fold(Yen::ZERO, |sum, event| sum.plus(amount(event)))?;
    Ok(Change::Record)
}

fn amount(event: &Event) -> Yen {
    match event {
        Event::Charged(charge) => charge.amount,
        Event::Paid(amount)
        | Event::Refunded(amount)
        | Event::Waived(amount)
        | Event::WrittenOff(amount)
        | Event::Deducted(_, amount) => *amount,
        _ => Yen::ZERO,
    }
}

fn charged(ledger: &Ledger, entry: &Entry, charge: &Charge) -> Result<(), LedgerFault> {
    if charge.id != entry.charge {
        return Err(LedgerFault::UnknownCharge(entry.charge));
    }
    if charge.amount < Yen::ZERO || (charge.amount == Yen::ZERO && charge.pass.is_none()) {
        return Err(LedgerFault::NoAmount(charge.id));
    }
    let (from, until) = (charge.id.starts_on, charge.after(charge.years.get()));
    for other in ledger.charges().filter(|other| other.id.office == charge.id.office) {
        let (other_from, other_until) = ledger.days(other)?;
        if other.id == charge.id || (other_from < until && from < other_until) {
            return Err(LedgerFault::ChargedAlready(other.id));
        }
    }
    Ok(())
}

fn later(ledger: &Ledger, id: ChargeId, event: &Event) -> Result<(), LedgerFault> {
    if ledger.charge(id).is_none() {
        return Err(LedgerFault::UnknownCharge(id));
    }
    let totals = ledger.totals(id)?;
    let open = totals.open()?;
    let at_most = |amount: Yen, most: Yen| match amount {
        _ if !amount.is_positive() => Err(LedgerFault::NoAmount(id)),
        _ if amount > most => Err(LedgerFault::TooMuch { charge: id, most: most.max(Yen::ZERO) }),
        _ => Ok(()),
    };
    match event {
        Event::DeductionRequested(_, amount) | Event::Invoiced(_, amount) => asked(ledger, id, *amount, open),
        Event::Deducted(month, amount) => {
            let made = ledger.requests(id).any(|request| request == (*month, *amount));
            if made { Ok(()) } else { Err(LedgerFault::NotRequested(id)) }
        }
        Event::DeductionFailed(month, _) => {
            let made = ledger.requests(id).any(|request| request.0 == *month);
            if made { Ok(()) } else { Err(LedgerFault::NotRequested(id)) }
        }
        Event::Reminded | Event::LicenceEnded => {
            ledger.invoiced(id).map(|_| ()).ok_or(LedgerFault::NotInvoiced(id))
        }
        // Money that came in is a fact: too much of it is a credit, not a fault.
        Event::Paid(amount) => at_most(*amount, *amount),
        Event::Refunded(amount) => at_most(*amount, Yen::ZERO.minus(open)?),
        Event::Waived(amount) => at_most(*amount, totals.due()?),
        Event::WrittenOff(amount) => at_most(*amount, open),
        Event::Shortened(_) => Ok(()),
        Event::Charged(_) => Err(LedgerFault::ChargedAlready(id)),
    }
}

fn asked(ledger: &Ledger, id: ChargeId, amount: Yen, open: Yen) -> Result<(), LedgerFault> {
    if ledger.awaited(id).is_some() || ledger.invoiced(id).is_some() {
        return Err(LedgerFault::AskedAlready(id));
    }
    if !amount.is_positive() {
        return Err(LedgerFault::NoAmount(id));
    }
    if amount == open { Ok(()) } else { Err(LedgerFault::NotTheOpenAmount { charge: id, open }) }
}
