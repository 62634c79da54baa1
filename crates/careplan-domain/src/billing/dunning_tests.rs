use jiff::civil::date;

use super::*;
use crate::billing::Charge;
use crate::billing::deduction::Reason;
use crate::billing::ledger::tests::{
    TODAY, answered, charge, charged, entry, id, ledger, month, paid, requested, yen,
};
use crate::billing::ledger::{Entry, Source};
use crate::billing::run;

fn step(ledger: &Ledger, today: Date) -> Step {
    next_step(ledger, id(), Rule::default(), today).unwrap()
}

fn state_on(ledger: &Ledger, today: Date) -> ChargeState {
    state(ledger, id(), today).unwrap()
}

/// Runs a month as an operator would: everything it says is recorded.
fn run(ledger: &mut Ledger, month: &str, today: Date) -> usize {
    let entries = run::entries(ledger, month.parse().unwrap(), Rule::default(), today).unwrap();
    for entry in &entries {
        ledger.record(entry.clone()).unwrap();
    }
    entries.len()
}

#[test]
fn an_unpaid_charge_goes_all_the_way_to_the_end_of_the_licence() {
    let mut ledger = ledger(Method::Deduction);
    assert_eq!(state_on(&ledger, TODAY), ChargeState::DeductionPlanned);
    assert_eq!(run(&mut ledger, "202612", date(2026, 12, 1)), 1);
    assert_eq!(step(&ledger, TODAY), Step::AwaitAnswer(month()));
    assert_eq!(state_on(&ledger, TODAY), ChargeState::DeductionPlanned);
    ledger.record(answered(Event::DeductionFailed(month(), Reason::NoPayment))).unwrap();
    assert_eq!(state_on(&ledger, TODAY), ChargeState::Unpaid);
    assert_eq!(run(&mut ledger, "202612", date(2026, 12, 31)), 0, "once a month");
    assert_eq!(run(&mut ledger, "202701", date(2027, 1, 5)), 1);
    let second: ServiceMonth = "202701".parse().unwrap();
    let failed = Event::DeductionFailed(second, Reason::NoPayment);
    ledger.record(entry(Source::answer(&id(), second), failed)).unwrap();
    assert_eq!(run(&mut ledger, "202702", date(2027, 2, 1)), 1);
    assert_eq!(ledger.invoiced(id()), Some(date(2027, 3, 3)));
    assert_eq!(state_on(&ledger, date(2027, 3, 3)), ChargeState::Invoiced);
    assert_eq!(state_on(&ledger, date(2027, 3, 4)), ChargeState::Unpaid);
    assert_eq!(step(&ledger, date(2027, 3, 6)), Step::AwaitPayment(date(2027, 3, 6)));
    assert_eq!(run(&mut ledger, "202703", date(2027, 3, 6)), 0);
    assert_eq!(run(&mut ledger, "202703", date(2027, 3, 7)), 1);
    assert_eq!(step(&ledger, date(2027, 4, 6)), Step::Grace(date(2027, 4, 6)));
    assert_eq!(step(&ledger, date(2027, 4, 7)), Step::EndLicence);
    assert_eq!(run(&mut ledger, "202704", date(2027, 4, 7)), 1);
    assert_eq!(step(&ledger, date(2027, 4, 8)), Step::Collect(yen(63_000)));
    ledger.record(paid("late", 63_000)).unwrap();
    assert_eq!(step(&ledger, date(2027, 4, 8)), Step::Settled);
}

#[test]
fn running_a_month_twice_adds_nothing() {
    for method in [Method::Deduction, Method::Invoice] {
        let mut ledger = ledger(method);
        assert_eq!(run(&mut ledger, "202612", date(2026, 12, 1)), 1);
        let once = ledger.clone();
        assert_eq!(run(&mut ledger, "202612", date(2026, 12, 9)), 0);
        assert_eq!(ledger, once);
    }
}

#[test]
fn each_state_is_what_the_office_would_call_it() {
    let mut free = Ledger::default();
    let pass = Charge { amount: yen(0), pass: Some("春".into()), ..charge(Method::Deduction) };
    free.record(charged(pass)).unwrap();
    assert_eq!(state_on(&free, TODAY), ChargeState::Free);
    assert_eq!(step(&free, TODAY), Step::Settled);

    let mut deducted = ledger(Method::Deduction);
    deducted.record(requested()).unwrap();
    deducted.record(answered(Event::Deducted(month(), yen(63_000)))).unwrap();
    assert_eq!(state_on(&deducted, TODAY), ChargeState::Deducted);

    let mut paying = ledger(Method::Invoice);
    assert_eq!(state_on(&paying, TODAY), ChargeState::ToInvoice);
    paying.record(paid("1", 21_000)).unwrap();
    assert_eq!(state_on(&paying, TODAY), ChargeState::PartlyPaid);
    assert_eq!(step(&paying, TODAY), Step::Invoice(yen(42_000)));
    paying.record(paid("2", 42_001)).unwrap();
    assert_eq!(state_on(&paying, TODAY), ChargeState::Paid);
    assert_eq!(step(&paying, TODAY), Step::Refund(yen(1)));

    let decide = |reference: &str, event| entry(Source::operator(reference), event);
    paying.record(decide("1", Event::Waived(yen(63_000)))).unwrap();
    paying.record(decide("2", Event::Refunded(yen(63_001)))).unwrap();
    assert_eq!(state_on(&paying, TODAY), ChargeState::Refunded);

    let mut cancelled = ledger(Method::Invoice);
    cancelled.record(decide("3", Event::WrittenOff(yen(63_000)))).unwrap();
    assert_eq!(state_on(&cancelled, TODAY), ChargeState::Cancelled);
}

#[test]
fn a_payment_stops_dunning_at_each_stage() {
    let reminded = |ledger: &mut Ledger| {
        run(ledger, "202612", date(2026, 12, 1));
        run(ledger, "202701", date(2027, 1, 10));
        assert_eq!(step(ledger, date(2027, 3, 1)), Step::EndLicence);
    };
    let mut whole = ledger(Method::Invoice);
    reminded(&mut whole);
    whole.record(paid("1", 63_000)).unwrap();
    assert_eq!(step(&whole, date(2027, 3, 1)), Step::Settled);
    let mut part = ledger(Method::Invoice);
    reminded(&mut part);
    part.record(paid("1", 62_999)).unwrap();
    assert_eq!(step(&part, date(2027, 3, 1)), Step::EndLicence, "a part does not");
}

#[test]
fn a_licence_never_ends_without_a_reminder() {
    let mut ledger = ledger(Method::Invoice);
    let due = date(2026, 12, 31);
    let invoice = Event::Invoiced(due, yen(63_000));
    ledger.record(Entry { on: TODAY, ..entry(Source::invoice(&id()), invoice) }).unwrap();
    assert_eq!(step(&ledger, date(2030, 1, 1)), Step::Remind(yen(63_000)));
}

#[test]
fn an_unknown_charge_has_no_next_step() {
    let none = Ledger::default();
    let unknown = Err(LedgerFault::UnknownCharge(id()));
    assert_eq!(next_step(&none, id(), Rule::default(), TODAY), unknown);
    assert!(state(&none, id(), TODAY).is_err());
}
