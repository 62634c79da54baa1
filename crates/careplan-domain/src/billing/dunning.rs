//! 督促: what has to be done next about a charge, and what the office sees of it.
//!
//! ```text
//! deduction asked ─► failed ─► asked again ─► failed ─► invoice ─► overdue ─► reminder ─► grace ─► licence ends
//! ```
//!
//! Promises: a charge is asked for in one way at a time; a licence never ends before the office was
//! reminded and the grace is over. Decides only; sends and ends nothing.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Yen;
use super::charge::{ChargeId, ChargeState, Method};
use super::ledger::{Event, Ledger, LedgerFault};
use crate::ServiceMonth;

/// The rule of dunning. All of it is configuration; these are the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Months in which a deduction is asked for before an invoice is made: a small office may have no
    /// benefit payment in one month.
    pub deduction_attempts: u8,
    /// Days from the invoice to its due day.
    pub due_days: u16,
    /// Days after the due day on which the reminder goes out: bank statements come a day or two late.
    pub reminder_days: u16,
    /// Days from the reminder to the end of the licence.
    pub grace_days: u16,
}

impl Default for Rule {
    fn default() -> Self {
        Self { deduction_attempts: 2, due_days: 30, reminder_days: 3, grace_days: 30 }
    }
}

/// What is next about a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing is open.
    Settled,
    /// Too much was paid: give it back.
    Refund(Yen),
    /// Put it on the next deduction request.
    RequestDeduction(Yen),
    /// Wait for the result file of that month.
    AwaitAnswer(ServiceMonth),
    /// Make the invoice.
    Invoice(Yen),
    /// Wait for the money until the end of this day.
    AwaitPayment(Date),
    /// Send the reminder.
    Remind(Yen),
    /// Reminded; wait until the end of this day.
    Grace(Date),
    /// End the licence.
    EndLicence,
    /// The licence has ended, the money is still owed: an operator writes it off or pursues it.
    Collect(Yen),
}

/// What has to be done next.
///
/// # Errors
/// When the charge is unknown or a sum leaves the range of money.
pub fn next_step(ledger: &Ledger, id: ChargeId, rule: Rule, today: Date) -> Result<Step, LedgerFault> {
    let charge = ledger.charge(id).ok_or(LedgerFault::UnknownCharge(id))?;
    let open = ledger.totals(id)?.open()?;
    if open < Yen::ZERO {
        return Ok(Step::Refund(Yen::ZERO.minus(open)?));
    }
    if open == Yen::ZERO {
        return Ok(Step::Settled);
    }
    if let Some((month, _)) = ledger.awaited(id) {
        return Ok(Step::AwaitAnswer(month));
    }
    if let Some(due) = ledger.invoiced(id) {
        return Ok(overdue(ledger, id, rule, (open, due, today)));
    }
    let tried = ledger.requests(id).count();
    let again = charge.method == Method::Deduction && tried < usize::from(rule.deduction_attempts);
    Ok(if again { Step::RequestDeduction(open) } else { Step::Invoice(open) })
}

fn overdue(ledger: &Ledger, id: ChargeId, rule: Rule, (open, due, today): (Yen, Date, Date)) -> Step {
    let day_of = |wanted: Event| ledger.events(id).find(|(_, event)| **event == wanted).map(|(day, _)| day);
    if day_of(Event::LicenceEnded).is_some() {
        return Step::Collect(open);
    }
    match day_of(Event::Reminded) {
        None => {
            let last = due.saturating_add(i32::from(rule.reminder_days).days());
            if today <= last { Step::AwaitPayment(last) } else { Step::Remind(open) }
        }
        Some(reminded) => {
            let last = reminded.saturating_add(i32::from(rule.grace_days).days());
            if today <= last { Step::Grace(last) } else { Step::EndLicence }
        }
    }
}

/// Where a charge stands, as the office is told.
///
/// # Errors
/// When the charge is unknown or a sum leaves the range of money.
pub fn state(ledger: &Ledger, id: ChargeId, today: Date) -> Result<ChargeState, LedgerFault> {
    let charge = ledger.charge(id).ok_or(LedgerFault::UnknownCharge(id))?;
    let totals = ledger.totals(id)?;
    let (open, kept) = (totals.open()?, totals.kept()?);
    if charge.amount == Yen::ZERO && kept == Yen::ZERO {
        return Ok(ChargeState::Free);
    }
    if totals.due()? == Yen::ZERO && kept == Yen::ZERO {
        let back = totals.refunded.is_positive();
        return Ok(if back { ChargeState::Refunded } else { ChargeState::Cancelled });
    }
    if !open.is_positive() {
        let bank = totals.paid.is_positive();
        return Ok(if bank { ChargeState::Paid } else { ChargeState::Deducted });
    }
    if kept.is_positive() {
        return Ok(ChargeState::PartlyPaid);
    }
    Ok(match (ledger.awaited(id), ledger.invoiced(id), charge.method) {
        (Some(_), _, _) => ChargeState::DeductionPlanned,
        (None, Some(due), _) if today <= due => ChargeState::Invoiced,
        (None, Some(_), _) => ChargeState::Unpaid,
        (None, None, _) if ledger.requests(id).next().is_some() => ChargeState::Unpaid,
        (None, None, Method::Deduction) => ChargeState::DeductionPlanned,
        (None, None, Method::Invoice) => ChargeState::ToInvoice,
    })
}

#[cfg(test)]
#[path = "dunning_tests.rs"]
mod tests;
