use jiff::civil::date;

use super::*;
use crate::billing::TaxRate;
use crate::billing::charge::Method;
use crate::licence::Years;

pub(in crate::billing) const TODAY: Date = date(2026, 11, 22);

pub(in crate::billing) fn yen(amount: i64) -> Yen {
    Yen::new(amount).unwrap()
}

pub(in crate::billing) fn month() -> ServiceMonth {
    "202612".parse().unwrap()
}

/// Three years from the first of December 2026, 63,000 yen.
pub(in crate::billing) fn charge(method: Method) -> Charge {
    Charge {
        id: "9970000018-20261201-1".parse().unwrap(),
        years: Years::THREE,
        amount: yen(63_000),
        tax: TaxRate::STANDARD,
        pass: None,
        method,
    }
}

pub(in crate::billing) fn id() -> ChargeId {
    charge(Method::Deduction).id
}

pub(in crate::billing) fn entry(source: Source, event: Event) -> Entry {
    Entry { source, charge: id(), on: TODAY, event }
}

pub(in crate::billing) fn charged(charge: Charge) -> Entry {
    Entry { source: Source::charge(&charge.id), charge: charge.id, on: TODAY, event: Event::Charged(charge) }
}

/// A ledger with that charge.
pub(in crate::billing) fn ledger(method: Method) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.record(charged(charge(method))).unwrap();
    ledger
}

pub(in crate::billing) fn requested() -> Entry {
    entry(Source::request(&id(), month()), Event::DeductionRequested(month(), yen(63_000)))
}

pub(in crate::billing) fn answered(event: Event) -> Entry {
    entry(Source::answer(&id(), month()), event)
}

pub(in crate::billing) fn paid(identity: &str, amount: i64) -> Entry {
    entry(Source::bank(identity), Event::Paid(yen(amount)))
}

fn decided(reference: &str, event: Event) -> Entry {
    entry(Source::operator(reference), event)
}

fn open(ledger: &Ledger) -> i64 {
    ledger.totals(id()).unwrap().open().unwrap().get()
}

#[test]
fn an_event_counts_once_whatever_day_it_is_repeated_on() {
    let mut ledger = ledger(Method::Invoice);
    assert_eq!(ledger.record(paid("1", 20_000)), Ok(Change::Record));
    let later = Entry { on: date(2026, 12, 24), ..paid("1", 20_000) };
    assert_eq!(ledger.record(later), Ok(Change::Already));
    assert_eq!(ledger.record(charged(charge(Method::Invoice))), Ok(Change::Already));
    assert_eq!(open(&ledger), 43_000);
    let other = paid("1", 20_001);
    assert_eq!(ledger.record(other.clone()), Err(LedgerFault::Conflict(other.source)));
    assert_eq!(open(&ledger), 43_000);
}

#[test]
fn no_day_of_an_office_is_charged_twice() {
    let mut ledger = ledger(Method::Deduction);
    let at = |starts_on: Date, nth| {
        let id = ChargeId { starts_on, nth, ..id() };
        charged(Charge { id, ..charge(Method::Deduction) })
    };
    for starts_on in [date(2023, 12, 2), date(2026, 12, 1), date(2029, 11, 30)] {
        assert_eq!(ledger.record(at(starts_on, 2)), Err(LedgerFault::ChargedAlready(id())), "{starts_on}");
    }
    assert_eq!(ledger.record(at(date(2023, 12, 1), 1)), Ok(Change::Record));
    assert_eq!(ledger.record(at(date(2029, 12, 1), 1)), Ok(Change::Record));
    let other = ChargeId { office: "9970000026".parse().unwrap(), ..id() };
    let other = charged(Charge { id: other, ..charge(Method::Deduction) });
    assert_eq!(ledger.record(other), Ok(Change::Record));
    assert_eq!(ledger.balance(), Ok(yen(4 * 63_000)));
}

#[test]
fn a_term_that_was_taken_back_may_be_charged_anew_under_another_name() {
    let mut ledger = ledger(Method::Deduction);
    assert_eq!(ledger.name(id().office, id().starts_on), Ok(id()));
    let start = id().starts_on;
    ledger.record(entry(Source::shortened(&id(), start), Event::Shortened(start))).unwrap();
    assert_eq!(open(&ledger), 0);
    let again = ledger.name(id().office, start).unwrap();
    assert_eq!(again.nth, 2);
    assert_eq!(ledger.record(charged(Charge { id: again, ..charge(Method::Invoice) })), Ok(Change::Record));
    assert_eq!(ledger.balance(), Ok(yen(63_000)));
}

#[test]
fn an_early_end_gives_back_whole_years_and_frees_their_days() {
    let mut ledger = ledger(Method::Invoice);
    ledger.record(paid("1", 63_000)).unwrap();
    let until = date(2027, 12, 2);
    ledger.record(entry(Source::shortened(&id(), until), Event::Shortened(until))).unwrap();
    assert_eq!(open(&ledger), -21_000);
    assert_eq!(ledger.days(&charge(Method::Invoice)), Ok((date(2026, 12, 1), date(2028, 12, 1))));
    let next = |starts_on| {
        charged(Charge { id: ChargeId { starts_on, ..id() }, years: Years::ONE, ..charge(Method::Invoice) })
    };
    assert_eq!(ledger.record(next(date(2028, 11, 30))), Err(LedgerFault::ChargedAlready(id())));
    assert_eq!(ledger.record(next(date(2028, 12, 1))), Ok(Change::Record));
}

#[test]
fn an_end_between_two_years_frees_the_second_from_its_first_day() {
    let mut ledger = ledger(Method::Invoice);
    let until = date(2027, 12, 1);
    ledger.record(entry(Source::shortened(&id(), until), Event::Shortened(until))).unwrap();
    assert_eq!(ledger.days(&charge(Method::Invoice)), Ok((date(2026, 12, 1), until)));
    assert_eq!(open(&ledger), 21_000);
}

#[test]
fn the_earliest_of_several_ends_counts_in_any_order() {
    let ends = [date(2027, 11, 1), date(2028, 11, 1)];
    for order in [[0, 1], [1, 0]] {
        let mut ledger = ledger(Method::Invoice);
        for until in order.map(|at| ends[at]) {
            ledger.record(entry(Source::shortened(&id(), until), Event::Shortened(until))).unwrap();
        }
        assert_eq!(open(&ledger), 21_000);
    }
}

#[test]
fn a_charge_is_asked_for_in_one_way_at_a_time_and_for_what_is_open() {
    let mut ledger = ledger(Method::Deduction);
    let invoice = entry(Source::invoice(&id()), Event::Invoiced(date(2027, 1, 31), yen(63_000)));
    let less = entry(requested().source, Event::DeductionRequested(month(), yen(62_999)));
    let fault = LedgerFault::NotTheOpenAmount { charge: id(), open: yen(63_000) };
    assert_eq!(ledger.record(less), Err(fault));
    ledger.record(requested()).unwrap();
    let asked = Err(LedgerFault::AskedAlready(id()));
    assert_eq!(ledger.record(invoice.clone()), asked);
    let next: ServiceMonth = "202701".parse().unwrap();
    let again = entry(Source::request(&id(), next), Event::DeductionRequested(next, yen(63_000)));
    assert_eq!(ledger.record(again.clone()), asked);
    ledger.record(answered(Event::DeductionFailed(month(), Reason::NoPayment))).unwrap();
    ledger.record(invoice).unwrap();
    assert_eq!(ledger.record(again), asked);
}

#[test]
fn an_answer_belongs_to_a_request_and_comes_once() {
    let mut ledger = ledger(Method::Deduction);
    let deducted = answered(Event::Deducted(month(), yen(63_000)));
    assert_eq!(ledger.record(deducted.clone()), Err(LedgerFault::NotRequested(id())));
    ledger.record(requested()).unwrap();
    let part = answered(Event::Deducted(month(), yen(21_000)));
    assert_eq!(ledger.record(part), Err(LedgerFault::NotRequested(id())));
    assert_eq!(ledger.record(deducted.clone()), Ok(Change::Record));
    assert_eq!(ledger.record(deducted), Ok(Change::Already));
    let failed = answered(Event::DeductionFailed(month(), Reason::Other));
    assert_eq!(ledger.record(failed.clone()), Err(LedgerFault::Conflict(failed.source)));
    assert_eq!(open(&ledger), 0);
}

#[test]
fn only_what_was_paid_too_much_is_given_back() {
    let mut ledger = ledger(Method::Invoice);
    ledger.record(paid("1", 63_000)).unwrap();
    let refund = |amount| decided("返金1", Event::Refunded(yen(amount)));
    let none = LedgerFault::TooMuch { charge: id(), most: Yen::ZERO };
    assert_eq!(ledger.record(refund(1)), Err(none));
    ledger.record(paid("2", 10)).unwrap();
    ledger.record(decided("免除1", Event::Waived(yen(100)))).unwrap();
    let most = LedgerFault::TooMuch { charge: id(), most: yen(110) };
    assert_eq!(ledger.record(refund(111)), Err(most));
    assert_eq!(ledger.record(refund(110)), Ok(Change::Record));
    assert_eq!(ledger.record(refund(110)), Ok(Change::Already));
    assert_eq!(open(&ledger), 0);
}

#[test]
fn no_more_is_forgiven_than_is_owed() {
    let mut ledger = ledger(Method::Invoice);
    ledger.record(paid("1", 60_000)).unwrap();
    let too_much = |most| Err(LedgerFault::TooMuch { charge: id(), most: yen(most) });
    assert_eq!(ledger.record(decided("1", Event::WrittenOff(yen(3_001)))), too_much(3_000));
    assert_eq!(ledger.record(decided("1", Event::Waived(yen(63_001)))), too_much(63_000));
    assert_eq!(ledger.record(decided("1", Event::Waived(yen(0)))), Err(LedgerFault::NoAmount(id())));
    assert_eq!(ledger.record(decided("1", Event::WrittenOff(yen(3_000)))), Ok(Change::Record));
}

#[test]
fn an_entry_needs_its_charge_and_a_price() {
    let mut ledger = Ledger::default();
    assert_eq!(ledger.record(paid("1", 1)), Err(LedgerFault::UnknownCharge(id())));
    let nothing = Charge { amount: Yen::ZERO, ..charge(Method::Invoice) };
    assert_eq!(ledger.record(charged(nothing.clone())), Err(LedgerFault::NoAmount(id())));
    let pass = Charge { pass: Some("春".into()), ..nothing };
    assert_eq!(ledger.record(charged(pass)), Ok(Change::Record));
    assert_eq!(
        ledger.record(entry(Source::reminder(&id()), Event::Reminded)),
        Err(LedgerFault::NotInvoiced(id()))
    );
}

#[test]
fn what_could_not_be_reckoned_with_is_not_recorded() {
    let mut ledger = ledger(Method::Invoice);
    ledger.record(paid("1", 999_999_900_000)).unwrap();
    assert_eq!(ledger.record(paid("2", 100_000)), Err(LedgerFault::Money(MoneyFault::Range)));
    assert!(ledger.balance().is_ok());
}
