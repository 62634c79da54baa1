//! Any life of a few offices: granted, renewed, ended, asked, answered, paid, given back, each step twice. The ledger balances with
//! the money that moved, no day is charged twice, and a repeated step changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use careplan_domain::ServiceMonth;
use careplan_domain::billing::Yen;
use careplan_domain::billing::charge::{ChargeId, Method};
use careplan_domain::billing::deduction::{Answer, AnswerLine, Reason, Request};
use careplan_domain::billing::ledger::Event;
use careplan_domain::billing::matching::open_charges;
use careplan_domain::calendar::day;
use careplan_domain::licence::Years;
use careplan_domain::renewal::Plan;
use careplan_platform::audit::Actor;
use careplan_platform::billing::{By, Decision, Imported, Payment, Run};
use careplan_platform::store::applications::{self, PlanRow};
use careplan_platform::store::ledger;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::bank::statement;
use crate::world::{World, helper, manager};

#[derive(Debug, Clone, Copy)]
enum Step {
    Grant(usize, Years),
    Plan(usize, Plan, Method),
    End(usize),
    Days(u16),
    Daily,
    Run,
    Answer,
    Pay(usize, i64),
    Refund(usize),
    Waive(usize),
}

const OFFICES: usize = 2;
const ACCOUNTS: [&str; OFFICES] = ["0010000001", "0010000002"];

fn years() -> impl Strategy<Value = Years> {
    prop::sample::select(Years::ALL.to_vec())
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let office = 0..OFFICES;
    let plan = prop_oneof![
        3 => years().prop_map(|years| Plan::Automatic { years }),
        1 => Just(Plan::ByHand),
    ];
    let method = prop::sample::select(vec![Method::Deduction, Method::Invoice]);
    let step = prop_oneof![
        3 => (office.clone(), years()).prop_map(|(office, years)| Step::Grant(office, years)),
        2 => (office.clone(), plan, method).prop_map(|(office, plan, method)| Step::Plan(office, plan, method)),
        1 => office.clone().prop_map(Step::End),
        4 => (1..200_u16).prop_map(Step::Days),
        3 => Just(Step::Daily),
        4 => Just(Step::Run),
        4 => Just(Step::Answer),
        4 => (office.clone(), -1..=1_i64).prop_map(|(office, more)| Step::Pay(office, more)),
        1 => office.clone().prop_map(Step::Refund),
        1 => office.prop_map(Step::Waive),
    ];
    prop::collection::vec(step, 1..25)
}

/// The world with the money that really moved.
struct Life {
    world: World,
    requests: Vec<Request>,
    moved: Yen,
    decisions: usize,
}

impl Life {
    async fn new(database: TestDatabase) -> Self {
        let world = World::new(database).await;
        for (office, account) in [manager(), helper()].iter().zip(ACCOUNTS) {
            world.bill(&["payer", office.as_str(), "--account", account]).await.unwrap();
        }
        Self { world, requests: Vec::new(), moved: Yen::ZERO, decisions: 0 }
    }

    fn by(&self) -> By {
        By::new(Actor::Operator("uketsuke".to_owned()), self.world.clock.now())
    }

    async fn step(&mut self, step: Step) {
        let (billing, now) = (self.world.billing(), self.world.clock.now());
        match step {
            // A grant that is refused changes nothing.
            Step::Grant(office, years) => {
                drop(billing.grant(&number(office), (None, years), &Payment::Charged, &self.by()).await);
            }
            Step::End(office) => drop(billing.end(&number(office), None, &self.by()).await),
            Step::Plan(office, plan, method) => {
                let row = PlanRow { plan, method };
                let change = async |tx: &mut _, now| {
                    applications::put_plan(tx, &number(office), row, now).await.unwrap();
                };
                self.world.change(change).await;
            }
            Step::Days(days) => self.world.hand.advance(Duration::from_secs(86_400) * u32::from(days)),
            Step::Daily => {
                billing.daily(now).await.unwrap();
                assert_eq!(billing.daily(now).await.unwrap(), 0);
            }
            Step::Run => self.run().await,
            Step::Answer => self.answer().await,
            Step::Pay(office, more) => self.pay(office, more).await,
            Step::Refund(office) => {
                let credit = |(charge, open): (ChargeId, Yen)| {
                    (open < Yen::ZERO).then(|| (charge, Yen::ZERO.minus(open).unwrap()))
                };
                if let Some((charge, amount)) = self.charges(office).await.into_iter().find_map(credit) {
                    self.decide(charge, Event::Refunded, amount).await;
                    self.moved = self.moved.minus(amount).unwrap();
                }
            }
            Step::Waive(office) => {
                let owed = self.charges(office).await.into_iter().find(|(_, open)| open.is_positive());
                if let Some((charge, open)) = owed {
                    self.decide(charge, Event::Waived, open).await;
                }
            }
        }
    }

    async fn run(&mut self) {
        let today = day(self.world.clock.now());
        let month: ServiceMonth = format!("{:04}{:02}", today.year(), today.month()).parse().unwrap();
        let billing = self.world.billing();
        let first: Run = billing.run(month, "uketsuke", &self.by()).await.unwrap();
        let again = billing.run(month, "uketsuke", &self.by()).await.unwrap();
        assert!(again.added.is_empty(), "{:?}", again.added);
        assert_eq!((&first.requests, &first.invoices), (&again.requests, &again.invoices));
        self.requests.extend(first.requests);
    }

    /// Everything that was ever asked for is answered, again and again, in the same words.
    async fn answer(&mut self) {
        for request in &self.requests {
            let failed = |charge: ChargeId| {
                let odd = (request.month.as_number() + u32::from(charge.nth)).is_multiple_of(2);
                odd.then_some(Reason::NoPayment)
            };
            let lines = request.lines.iter().map(|line| AnswerLine {
                charge: line.charge,
                amount: line.amount,
                failed: failed(line.charge),
                on: request.made_on,
            });
            let lines: Vec<AnswerLine> = lines.collect();
            let (prefecture, month, made_on) = (request.prefecture.clone(), request.month, request.made_on);
            let file = Answer { prefecture, month, made_on, lines }.write().unwrap();
            let before = self.entries().await;
            let deducted = before.iter().filter(|entry| entry.starts_with("deducted ")).count();
            self.world.billing().import(file.as_bytes(), &self.by()).await.unwrap();
            let after = self.entries().await;
            let new = after.iter().filter(|entry| entry.starts_with("deducted ")).skip(deducted);
            for entry in new {
                let amount: Yen = entry.split(' ').nth(1).unwrap().parse().unwrap();
                self.moved = self.moved.plus(amount).unwrap();
            }
            self.world.billing().import(file.as_bytes(), &self.by()).await.unwrap();
            assert_eq!(self.entries().await, after, "the same answer again");
        }
    }

    /// The first open charge, exactly or a yen beside.
    async fn pay(&mut self, office: usize, more: i64) {
        let ledger =
            ledger::of_office(&mut self.world.store.read().await.unwrap(), &number(office)).await.unwrap();
        let Some(open) = open_charges(&ledger).unwrap().into_iter().next() else { return };
        let amount = open.open.get() + more;
        let today = day(self.world.clock.now());
        let file = statement(today, &[(ACCOUNTS[office], "ﾚﾝｼﾕｳ", amount)]);
        let done = self.world.billing().import(&file, &self.by()).await.unwrap();
        // What waited before may be matched, too: the ledger says what was.
        let Imported::Statement { .. } = done else { panic!("{done:?}") };
        let after = self.entries().await;
        self.world.billing().import(&file, &self.by()).await.unwrap();
        assert_eq!(self.entries().await, after, "the same statement again");
    }

    async fn decide(&mut self, charge: ChargeId, event: fn(Yen) -> Event, amount: Yen) {
        self.decisions += 1;
        let decision = Decision { number: self.decisions.to_string(), charge, event, amount };
        let billing = self.world.billing();
        for _ in 0..2 {
            billing.decide(&decision, &self.by()).await.unwrap();
        }
    }

    /// The charges of an office with what is open of each.
    async fn charges(&self, office: usize) -> Vec<(ChargeId, Yen)> {
        let mut db = self.world.store.read().await.unwrap();
        let ledger = ledger::of_office(&mut db, &number(office)).await.unwrap();
        ledger.charges().map(|it| (it.id, ledger.totals(it.id).unwrap().open().unwrap())).collect()
    }

    async fn entries(&self) -> Vec<String> {
        self.world.texts("select event || coalesce(' ' || amount, '') from ledger_entry order by seq").await
    }

    /// What must hold after every step.
    async fn holds(&self) {
        let paid: i64 = self
            .world
            .texts("select cast(amount as text) from ledger_entry where event = 'paid'")
            .await
            .iter()
            .map(|amount| amount.parse::<i64>().unwrap())
            .sum();
        let mut kept = 0;
        for office in 0..OFFICES {
            let mut db = self.world.store.read().await.unwrap();
            let ledger = ledger::of_office(&mut db, &number(office)).await.unwrap();
            let mut days = BTreeMap::new();
            let mut open = Yen::ZERO;
            for charge in ledger.charges() {
                let totals = ledger.totals(charge.id).unwrap();
                kept += totals.kept().unwrap().get();
                open = open.plus(totals.open().unwrap()).unwrap();
                let (from, until) = ledger.days(charge).unwrap();
                if from < until {
                    assert_eq!(days.insert(from, until), None, "{}", charge.id);
                }
            }
            assert_eq!(ledger.balance().unwrap(), open);
            let days: Vec<_> = days.into_iter().collect();
            assert!(days.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{days:?}");
        }
        assert_eq!(kept, self.moved.get() + paid, "what was kept is what moved");
        // A payment is counted or waits, and never both.
        let both = self.world.texts(
            "select b.identity from bank_entry b join ledger_entry e on e.source = 'bank:' || b.identity",
        );
        assert!(both.await.is_empty());
        // A term is charged at most once, and no charge is without its entry.
        let charges = self.world.texts("select id from charge order by id").await;
        let charged =
            self.world.texts("select charge from ledger_entry where event = 'charged' order by charge");
        assert_eq!(charges, charged.await);
    }
}

fn number(office: usize) -> careplan_domain::OfficeNumber {
    if office == 0 { manager() } else { helper() }
}

async fn live(database: TestDatabase, steps: &[Step]) {
    let mut life = Life::new(database).await;
    for step in steps {
        life.step(*step).await;
        life.holds().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_life_balances(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { live(TestDatabase::fresh(Engine::Sqlite).await, &steps).await });
    }
}

on_both_databases! {
    async fn one_long_life_balances(database: TestDatabase) {
        let mut runner = TestRunner::deterministic();
        let mut life = Vec::new();
        for _ in 0..4 {
            life.extend(steps().new_tree(&mut runner).unwrap().current());
        }
        live(database, &life).await;
    }
}
