//! 月次処理: what a month's run adds to the ledger.
//!
//! Promises: running twice adds nothing the second time, on whatever day of the month; a charge is asked
//! for at most once in a month. Decides only: files and invoices are made from the ledger afterwards, so
//! a run that broke off is simply run again.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::charge::ChargeId;
use super::dunning::{Rule, Step, next_step};
use super::ledger::{Entry, Event, Ledger, LedgerFault, Source};
use crate::ServiceMonth;

/// The entries of a run for a month, over all charges of the ledger: deductions to ask for, invoices to
/// issue, reminders to send, licences to end. `today` is the day of the run.
///
/// # Errors
/// When a sum leaves the range of money.
pub fn entries(
    ledger: &Ledger,
    month: ServiceMonth,
    rule: Rule,
    today: Date,
) -> Result<Vec<Entry>, LedgerFault> {
    let mut entries = Vec::new();
    for charge in ledger.charges() {
        let step = next_step(ledger, charge.id, rule, today)?;
        let asked = ledger.requests(charge.id).any(|(asked, _)| asked == month);
        if !(asked && matches!(step, Step::RequestDeduction(_))) {
            entries.extend(entry(charge.id, step, month, (rule, today)));
        }
    }
    Ok(entries)
}

fn entry(charge: ChargeId, step: Step, month: ServiceMonth, (rule, on): (Rule, Date)) -> Option<Entry> {
    let (source, event) = match step {
        Step::RequestDeduction(open) => {
            (Source::request(&charge, month), Event::DeductionRequested(month, open))
        }
        Step::Invoice(open) => {
            let due = on.saturating_add(i32::from(rule.due_days).days());
            (Source::invoice(&charge), Event::Invoiced(due, open))
        }
        Step::Remind(_) => (Source::reminder(&charge), Event::Reminded),
        Step::EndLicence => (Source::ended(&charge), Event::LicenceEnded),
        Step::Settled
        | Step::Refund(_)
        | Step::AwaitAnswer(_)
        | Step::AwaitPayment(_)
        | Step::Grace(_)
        | Step::Collect(_) => return None,
    };
    Some(Entry { source, charge, on, event })
}
