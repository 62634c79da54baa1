//! The simulated life of billing: whatever offices, operators, banks and 国保連合会 do, in whatever order
//! and however often, the ledger balances and no day is charged twice.

#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::collections::BTreeMap;

use careplan_domain::billing::bank::{BankEntry, Direction};
use careplan_domain::billing::charge::Method;
use careplan_domain::billing::deduction::{Answer, AnswerLine, Reason, Request};
use careplan_domain::billing::dunning::{Rule, Step, next_step, state};
use careplan_domain::billing::ledger::{Change, Entry, Event, Source, Totals};
use careplan_domain::billing::matching::{Outcome, Payer, Payers, open_charges};
use careplan_domain::billing::payer::PayerName;
use careplan_domain::billing::price::{BUILT_IN, Kind, PriceList};
use careplan_domain::billing::{Charge, ChargeId, Ledger, Yen, run};
use careplan_domain::calendar::{beginning, day};
use careplan_domain::licence::{LicenceTerm, Years};
use careplan_domain::renewal::{Renewal, renew};
use careplan_domain::{OfficeNumber, ServiceMonth};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::Index;

const OFFICES: [&str; 3] = ["9970000018", "9970000026", "9970000034"];

/// Something that somebody does. Amounts are picked as a share of what is open or owed.
#[derive(Debug, Clone)]
enum Deed {
    Apply(Index, u8, bool),
    Renew(Index, u8),
    Run,
    Answer(Vec<bool>),
    Transfer(Index, u8),
    Assign(Index, i64),
    Refund(Index, i64),
    Waive(Index, i64),
    WriteOff(Index),
    Shorten(Index, i32),
    Days(i32),
}

fn deed() -> impl Strategy<Value = Deed> {
    let pick = any::<Index>;
    prop_oneof![
        2 => (pick(), 1..=3_u8, any::<bool>()).prop_map(|(office, years, bank)| Deed::Apply(office, years, bank)),
        2 => (pick(), 1..=3_u8).prop_map(|(office, years)| Deed::Renew(office, years)),
        4 => Just(Deed::Run),
        3 => proptest::collection::vec(any::<bool>(), 3).prop_map(Deed::Answer),
        3 => (pick(), 0..3_u8).prop_map(|(office, off)| Deed::Transfer(office, off)),
        1 => (pick(), 1..70_000_i64).prop_map(|(charge, amount)| Deed::Assign(charge, amount)),
        2 => (pick(), 1..70_000_i64).prop_map(|(charge, amount)| Deed::Refund(charge, amount)),
        1 => (pick(), 1..70_000_i64).prop_map(|(charge, amount)| Deed::Waive(charge, amount)),
        1 => pick().prop_map(Deed::WriteOff),
        1 => (pick(), 0..1_200_i32).prop_map(|(charge, days)| Deed::Shorten(charge, days)),
        3 => (1..200_i32).prop_map(Deed::Days),
    ]
}

/// The world outside the ledger: what was really paid, and who has which licence.
struct World {
    ledger: Ledger,
    prices: PriceList,
    terms: BTreeMap<OfficeNumber, Vec<LicenceTerm>>,
    today: Date,
    /// Money that really moved, by the event that moved it.
    cash: BTreeMap<String, i64>,
    /// Every entry that was ever handed to the ledger and accepted.
    accepted: Vec<Entry>,
    events: u32,
}

impl World {
    fn new() -> Self {
        Self {
            ledger: Ledger::default(),
            prices: PriceList::parse(BUILT_IN).unwrap(),
            terms: BTreeMap::new(),
            today: date(2026, 3, 20),
            cash: BTreeMap::new(),
            accepted: Vec::new(),
            events: 0,
        }
    }

    /// Hands an entry in twice, as a repeated import or a double click would.
    fn record(&mut self, entry: Entry) -> bool {
        let first = self.ledger.record(entry.clone());
        let before = self.ledger.clone();
        let again = Entry { on: entry.on.tomorrow().unwrap(), ..entry.clone() };
        let second = self.ledger.record(again);
        assert_eq!(self.ledger, before, "a repeated entry changes nothing");
        if first.is_ok() {
            assert_eq!(second, Ok(Change::Already));
            self.accepted.push(entry.clone());
        }
        let moved = match entry.event {
            Event::Paid(amount) | Event::Deducted(_, amount) => amount.get(),
            Event::Refunded(amount) => -amount.get(),
            _ => return first.is_ok(),
        };
        if first == Ok(Change::Record) {
            let known = self.cash.insert(entry.source.to_string(), moved);
            assert_eq!(known, None, "one event moved money twice");
        }
        first.is_ok()
    }

    fn charge_ids(&self) -> Vec<ChargeId> {
        self.ledger.charges().map(|charge| charge.id).collect()
    }

    fn open(&self, id: ChargeId) -> Yen {
        self.ledger.totals(id).unwrap().open().unwrap()
    }

    fn month(&self) -> ServiceMonth {
        format!("{:04}{:02}", self.today.year(), self.today.month()).parse().unwrap()
    }

    fn operator(&mut self, charge: ChargeId, event: Event) -> bool {
        self.events += 1;
        let source = Source::operator(&self.events.to_string());
        self.record(Entry { source, charge, on: self.today, event })
    }

    fn grant(&mut self, office: OfficeNumber, term: LicenceTerm, years: Years, method: Method) {
        let used: Vec<String> = self
            .ledger
            .charges()
            .filter(|it| it.id.office == office)
            .filter_map(|it| it.pass.clone())
            .collect();
        let price = self.prices.price(self.today, years, &used).unwrap();
        let pass = match &price.kind {
            Kind::Regular => None,
            Kind::Pass(name) => Some(name.clone()),
        };
        let id = self.ledger.name(office, day(term.starts_at)).unwrap();
        let charge = Charge { id, years, amount: price.amount, tax: price.tax, pass, method };
        let source = Source::charge(&id);
        if self.record(Entry { source, charge: id, on: self.today, event: Event::Charged(charge) }) {
            let terms = self.terms.entry(office).or_default();
            // A charge for days of an older term is accepted only when that was taken back: it ends.
            for older in terms.iter_mut() {
                older.ends_at = older.ends_at.min(term.starts_at.max(older.starts_at));
            }
            terms.retain(|older| older.starts_at < older.ends_at);
            terms.push(term);
        }
    }

    fn apply(&mut self, office: OfficeNumber, years: Years, method: Method) {
        let starts_at = beginning(self.today).unwrap();
        let ends_at = beginning(self.today.saturating_add(i32::from(years.get()).years())).unwrap();
        let term = LicenceTerm { starts_at, ends_at };
        // Asked for in any case: it is the ledger that has to refuse a second charge.
        self.grant(office, term, years, method);
    }

    fn renew(&mut self, office: OfficeNumber, years: Years) {
        let terms = self.terms.get(&office).cloned().unwrap_or_default();
        let Some(last) = terms.iter().max_by_key(|term| term.starts_at) else { return };
        if let Ok(Renewal::Grant(term)) = renew(&terms, last.starts_at, years, self.today) {
            assert_eq!(term.starts_at, last.ends_at, "a renewal is seamless");
            self.grant(office, term, years, Method::Deduction);
        }
    }

    fn run(&mut self) {
        for _ in 0..2 {
            let entries = run::entries(&self.ledger, self.month(), Rule::default(), self.today).unwrap();
            for entry in entries {
                assert!(self.record(entry), "a run proposes only what the ledger accepts");
            }
        }
        let request = Request::of(&self.ledger, "99", self.month(), self.today);
        assert_eq!(Request::read(&request.write().unwrap()), Ok(request));
    }

    fn answer(&mut self, deducted: &[bool]) {
        let ids = self.charge_ids();
        let awaited = ids.iter().filter_map(|id| Some((*id, self.ledger.awaited(*id)?)));
        let mut by_month: BTreeMap<ServiceMonth, Vec<AnswerLine>> = BTreeMap::new();
        for ((charge, (month, amount)), deducted) in awaited.zip(deducted.iter().cycle()) {
            let failed = (!deducted).then_some(Reason::PaymentTooSmall);
            by_month.entry(month).or_default().push(AnswerLine { charge, amount, failed, on: self.today });
        }
        for (month, lines) in by_month {
            let file = Answer { prefecture: "99".into(), month, made_on: self.today, lines };
            for entry in Answer::read(&file.write().unwrap()).unwrap().entries() {
                assert!(self.record(entry));
            }
        }
    }

    fn transfer(&mut self, office: OfficeNumber, off: u8) {
        let owed = self.charge_ids().into_iter().filter(|id| id.office == office);
        let Some(owed) = owed.map(|id| self.open(id)).find(|open| open.is_positive()) else { return };
        let amount = Yen::new(owed.get() + i64::from(off % 2)).unwrap();
        self.events += 1;
        let entry = payment(&format!("bank{}", self.events), office, amount, self.today);
        import(&mut self.ledger, &entry);
        if self.ledger.entries().iter().any(|it| it.source == Source::bank(&entry.identity)) {
            self.cash.insert(Source::bank(&entry.identity).to_string(), amount.get());
            self.accepted.extend(self.ledger.entries().last().cloned());
        }
    }

    fn act(&mut self, deed: &Deed) {
        let office = |index: &Index| -> OfficeNumber { index.get(&OFFICES).parse().unwrap() };
        let ids = self.charge_ids();
        let charge = |index: &Index| (!ids.is_empty()).then(|| *index.get(&ids));
        match deed {
            Deed::Apply(index, years, bank) => {
                let method = if *bank { Method::Invoice } else { Method::Deduction };
                self.apply(office(index), Years::new(*years).unwrap(), method);
            }
            Deed::Renew(index, years) => self.renew(office(index), Years::new(*years).unwrap()),
            Deed::Run => self.run(),
            Deed::Answer(deducted) => self.answer(deducted),
            Deed::Transfer(index, off) => self.transfer(office(index), *off),
            Deed::Days(days) => self.today = self.today.saturating_add(days.days()),
            Deed::Assign(index, amount) => {
                let Some(id) = charge(index) else { return };
                self.operator(id, Event::Paid(Yen::new(*amount).unwrap()));
            }
            Deed::Refund(index, amount) => {
                let Some(id) = charge(index) else { return };
                let fits = *amount <= -self.open(id).get();
                let given = self.operator(id, Event::Refunded(Yen::new(*amount).unwrap()));
                assert_eq!(given, fits, "exactly the credit can be given back");
            }
            Deed::Waive(index, amount) => {
                let Some(id) = charge(index) else { return };
                self.operator(id, Event::Waived(Yen::new(*amount).unwrap()));
            }
            Deed::WriteOff(index) => {
                let Some(id) = charge(index) else { return };
                let open = self.open(id);
                assert_eq!(self.operator(id, Event::WrittenOff(open)), open.is_positive());
            }
            Deed::Shorten(index, days) => {
                let Some(id) = charge(index) else { return };
                let until = id.starts_on.saturating_add(days.days());
                let source = Source::shortened(&id, until);
                self.record(Entry { source, charge: id, on: self.today, event: Event::Shortened(until) });
            }
        }
    }

    fn check(&self) {
        let ids = self.charge_ids();
        let totals: Vec<Totals> = ids.iter().map(|id| self.ledger.totals(*id).unwrap()).collect();
        let sum = |part: fn(&Totals) -> Yen| totals.iter().map(|it| part(it).get()).sum::<i64>();
        let cash = sum(|it| it.deducted) + sum(|it| it.paid) - sum(|it| it.refunded);
        assert_eq!(cash, self.cash.values().sum::<i64>(), "money is neither made nor lost");
        let balance = sum(|it| it.charged) - sum(|it| it.forgiven) - cash;
        assert_eq!(self.ledger.balance().unwrap().get(), balance, "the ledger balances");
        for (id, totals) in ids.iter().zip(&totals) {
            let (due, kept) = (totals.due().unwrap(), totals.kept().unwrap());
            assert!(Yen::ZERO <= due && due <= totals.charged, "{id}: {totals:?}");
            assert!(Yen::ZERO <= kept, "{id}: more was given back than came in");
            assert!(state(&self.ledger, *id, self.today).is_ok());
            let step = next_step(&self.ledger, *id, Rule::default(), self.today).unwrap();
            assert_eq!(step == Step::Settled, due == kept);
            let mut months: Vec<_> = self.ledger.requests(*id).map(|(month, _)| month).collect();
            months.dedup();
            assert_eq!(months.len(), self.ledger.requests(*id).count(), "{id}: a month was asked twice");
        }
        self.check_days();
    }

    fn check_days(&self) {
        let charges: Vec<_> = self.ledger.charges().collect();
        for (place, charge) in charges.iter().enumerate() {
            let (from, until) = self.ledger.days(charge).unwrap();
            for other in charges.iter().take(place).filter(|it| it.id.office == charge.id.office) {
                let (other_from, other_until) = self.ledger.days(other).unwrap();
                let apart =
                    until <= other_from || other_until <= from || from == until || other_from == other_until;
                assert!(apart, "{} and {} are for the same days", charge.id, other.id);
            }
        }
    }
}

fn payment(identity: &str, office: OfficeNumber, amount: Yen, on: Date) -> BankEntry {
    BankEntry {
        identity: identity.into(),
        inquiry: "00000000".into(),
        booked_on: on,
        valued_on: on,
        direction: Direction::In,
        kind: Some(11),
        amount,
        remitter: None,
        payer: format!("ｼﾞｷﾞﾖｳｼﾖ{office}"),
        from_bank: String::new(),
        from_branch: String::new(),
        summary: String::new(),
        edi: String::new(),
    }
}

/// What an import does with one bank entry: finds its charge and records it.
fn import(ledger: &mut Ledger, entry: &BankEntry) {
    let source = Source::bank(&entry.identity);
    if ledger.entries().iter().any(|known| known.source == source) {
        return;
    }
    let names = |office: &str| vec![PayerName::new(&format!("ジギョウショ{office}")).unwrap()];
    let payer = |office: &str| Payer { office: office.parse().unwrap(), account: None, names: names(office) };
    let payers = Payers::new(OFFICES.map(payer));
    let open = open_charges(ledger).unwrap();
    if let Outcome::Matched { charge, .. } = payers.find(entry, &open) {
        let event = Event::Paid(entry.amount);
        ledger.record(Entry { source, charge, on: entry.booked_on, event }).unwrap();
    }
}

fn totals_of(ledger: &Ledger) -> Vec<(ChargeId, Totals)> {
    ledger.charges().map(|charge| (charge.id, ledger.totals(charge.id).unwrap())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_happens_the_ledger_balances_and_no_day_is_charged_twice(
        deeds in proptest::collection::vec(deed(), 1..60)
    ) {
        let mut world = World::new();
        for deed in &deeds {
            world.act(deed);
            world.check();
        }
        // Everything that ever came, once more: nothing changes.
        let before = world.ledger.clone();
        for entry in world.accepted.clone() {
            prop_assert_eq!(world.ledger.record(entry), Ok(Change::Already));
        }
        prop_assert_eq!(world.ledger, before);
    }

    #[test]
    fn the_order_of_repeated_imports_does_not_matter(
        (charges, first, second) in imports()
    ) {
        let mut start = Ledger::default();
        let month: ServiceMonth = "202612".parse().unwrap();
        for entry in &charges {
            start.record(entry.clone()).unwrap();
        }
        for entry in run::entries(&start, month, Rule::default(), date(2026, 12, 1)).unwrap() {
            start.record(entry).unwrap();
        }
        let imported = |order: &[Import]| {
            let mut ledger = start.clone();
            // Once in this order, then what was left over is asked about again until nothing changes.
            for _ in 0..=order.len() {
                order.iter().for_each(|import| import.take(&mut ledger, month));
            }
            totals_of(&ledger)
        };
        prop_assert_eq!(imported(&first), imported(&second));
    }
}

/// One thing that is imported.
#[derive(Debug, Clone)]
enum Import {
    Payment(BankEntry),
    Deducted(ChargeId, bool),
}

impl Import {
    fn take(&self, ledger: &mut Ledger, month: ServiceMonth) {
        match self {
            Self::Payment(entry) => import(ledger, entry),
            Self::Deducted(charge, deducted) => {
                let Some((_, amount)) = ledger.requests(*charge).next() else { return };
                let event = match deducted {
                    true => Event::Deducted(month, amount),
                    false => Event::DeductionFailed(month, Reason::NoPayment),
                };
                let source = Source::answer(charge, month);
                ledger.record(Entry { source, charge: *charge, on: date(2026, 12, 20), event }).unwrap();
            }
        }
    }
}

/// Charges of three offices, one of which pays by deduction, and the same imports in two orders, each
/// repeated in the second.
fn imports() -> impl Strategy<Value = (Vec<Entry>, Vec<Import>, Vec<Import>)> {
    let charge = |place: usize, years: u8| {
        let office: OfficeNumber = OFFICES[place % 3].parse().unwrap();
        let starts_on = date(2026, 12, 1).saturating_add((3 * i32::try_from(place / 3).unwrap()).years());
        let id = ChargeId { office, starts_on, nth: 1 };
        let amount = Yen::new(21_000 * i64::from(years)).unwrap();
        let method = if place.is_multiple_of(3) { Method::Deduction } else { Method::Invoice };
        let charge = Charge {
            id,
            years: Years::new(years).unwrap(),
            amount,
            tax: careplan_domain::billing::TaxRate::STANDARD,
            pass: None,
            method,
        };
        Entry {
            source: Source::charge(&id),
            charge: id,
            on: date(2026, 11, 1),
            event: Event::Charged(charge),
        }
    };
    let charges = proptest::collection::vec(1..=3_u8, 1..9);
    let payments = proptest::collection::vec((0..3_usize, 1..=3_i64), 0..8);
    (charges, payments, any::<u8>()).prop_flat_map(move |(years, payments, bits)| {
        let charges: Vec<_> = years.iter().enumerate().map(|(place, years)| charge(place, *years)).collect();
        let answers = charges.iter().enumerate().filter(|(place, _)| place.is_multiple_of(3));
        let answers = answers.map(|(place, entry)| Import::Deducted(entry.charge, bits >> place & 1 == 1));
        let payments = payments.iter().enumerate().map(|(nth, (place, years))| {
            let office = OFFICES[*place].parse().unwrap();
            let amount = Yen::new(21_000 * years).unwrap();
            Import::Payment(payment(&nth.to_string(), office, amount, date(2026, 12, 10)))
        });
        let once: Vec<Import> = answers.chain(payments).collect();
        let twice: Vec<Import> = once.iter().chain(&once).cloned().collect();
        (Just(charges), Just(once).prop_shuffle(), Just(twice).prop_shuffle())
    })
}
