//! The practice partner: a plan comes back as actuals, anything else as a letter, and each once.

use std::sync::Arc;

use careplan_client::Office;
use careplan_client::echo::{Answered, NoAnswer};
use careplan_client::history::Direction;
use careplan_client::mishap::{Mishap, Mishaps, Point};
use careplan_client::outbox::{DocumentOrder, SendOptions};
use careplan_client::state::Received;
use careplan_domain::UnitKind;
use careplan_domain::transmission::State as Life;
use careplan_standard::compare::MonthComparer;
use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};
use jiff::SignedDuration;
use tokio::sync::Notify;

use crate::world::{RECEIVER, SENDER, World, drain, examples, send};

async fn answer(partner: &Office) -> Vec<Answered> {
    let mut all = Vec::new();
    partner.answer_what_came(|answered| all.push(answered.clone())).await.unwrap();
    all
}

/// Everything on its way arrives, is answered, and the answers arrive.
async fn whole_round(sender: &Office, partner: &Office) -> Vec<Answered> {
    drain(sender).await;
    drain(partner).await;
    let answered = answer(partner).await;
    drain(partner).await;
    drain(sender).await;
    answered
}

async fn came(office: &Office) -> Vec<Received> {
    office.state().all_received().await.unwrap()
}

async fn forms(office: &Office, received: &Received) -> Forms {
    let files = office.history().files(received.header.id, Direction::Received).await.unwrap().unwrap();
    let sources: Vec<_> = files.iter().map(|(name, bytes)| SourceFile::new(name.as_str(), bytes)).collect();
    read_forms(Edition::v4_1(), &sources).unwrap()
}

/// The text of the forms in a folder of the examples.
fn planned(folder: &str) -> Forms {
    let files: Vec<_> = std::fs::read_dir(examples().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect();
    let sources: Vec<_> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    read_forms(Edition::v4_1(), &sources).unwrap()
}

async fn send_document(office: &Office, world: &World, name: &str) {
    let folder = world.path(&format!("document-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), b"%PDF-1.7\n").unwrap();
    let own = office.link().await.unwrap().office().to_string();
    let (from, to) = if own == SENDER { (SENDER, RECEIVER) } else { (RECEIVER, SENDER) };
    let address = |number: &str| {
        let service_type = if number == SENDER { "43" } else { "11" };
        format!("{number}-{service_type}").parse().unwrap()
    };
    let order = DocumentOrder { from: address(from), to: address(to), month: None };
    let options = SendOptions { documents: Some(order), ..SendOptions::default() };
    office.send_folder(&folder, &options).await.unwrap();
}

#[tokio::test]
async fn a_plan_comes_back_as_actuals_that_were_carried_out_as_planned() {
    let world = World::new();
    let (sender, partner) = world.two().await;
    send(&sender, &examples().join("02_K2_use_slip")).await;
    let answered = whole_round(&sender, &partner).await;
    assert!(matches!(answered[..], [Answered::WithActuals(_)]), "{answered:?}");
    let [actuals] = &came(&sender).await[..] else { panic!("one answer") };
    assert_eq!((actuals.header.unit, actuals.findings), (UnitKind::S1, 0));
    let (plan, done) = (planned("02_K2_use_slip").plan, forms(&sender, actuals).await.actuals);
    // The service of another office in the same plan is that office's to report.
    let own: Vec<_> = plan.into_iter().filter(|line| line.service_office_no.text() == RECEIVER).collect();
    assert_eq!(done.len(), own.len());
    assert!(MonthComparer::new().compare(&own, &done).is_as_planned());
    // Who sent the plan sees that it was taken over.
    let sent = sender.state().all_sent().await.unwrap();
    assert_eq!(world.exchange.lock().letters[&sent[0].header.id].entry.state, Life::Imported);
    assert_eq!(answer(&partner).await, [], "once is enough");
}

#[tokio::test]
async fn what_is_no_plan_is_answered_with_a_letter_that_says_what_to_try() {
    let world = World::new();
    let (sender, partner) = world.two().await;
    send(&sender, &examples().join("01_K1_care_plan")).await;
    send(&sender, &world.small_unit("20261021110001")).await;
    send_document(&sender, &world, "申込書.pdf").await;
    let answered = whole_round(&sender, &partner).await;
    let mut why: Vec<_> = answered
        .iter()
        .map(|it| match it {
            Answered::WithLetter(_, NoAnswer::NoPlan(kind)) => kind.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    why.sort_unstable();
    assert_eq!(why, ["DOC", "K1", "K3"]);
    let letters = came(&sender).await;
    assert_eq!(letters.len(), 3);
    for letter in &letters {
        let files = sender.history().files(letter.header.id, Direction::Received).await.unwrap().unwrap();
        assert_eq!(letter.header.unit, UnitKind::Document);
        assert_eq!(files[0].0.as_str(), "おためし事業所からのお返事.pdf");
        assert!(files[0].1.starts_with(b"%PDF-"));
    }
}

#[tokio::test]
async fn two_partners_do_not_answer_each_other_for_ever() {
    let world = World::new();
    let (first, second) = world.two().await;
    send_document(&first, &world, "申込書.pdf").await;
    whole_round(&first, &second).await;
    let answered = whole_round(&second, &first).await;
    assert!(matches!(answered[..], [Answered::Silently(_)]), "{answered:?}");
    assert_eq!(whole_round(&first, &second).await, []);
}

#[derive(Clone)]
struct PowerCut(Point, Arc<Notify>);

impl Mishap for PowerCut {
    fn strikes_at(&self, point: Point) -> bool {
        let strikes = point == self.0;
        if strikes {
            self.1.notify_one();
        }
        strikes
    }
}

#[tokio::test]
async fn a_kill_while_it_answers_sends_no_second_answer() {
    for point in [Point::LetterSealed, Point::SentCopyNamed, Point::LetterStored, Point::AnswerStored] {
        let world = World::new();
        let (sender, partner) = world.two().await;
        send(&sender, &examples().join("02_K2_use_slip")).await;
        send(&sender, &examples().join("01_K1_care_plan")).await;
        drain(&sender).await;
        drain(&partner).await;
        drop(partner);
        for _ in 0..2 {
            let dark = Arc::new(Notify::new());
            let cut = PowerCut(point, dark.clone());
            let partner = Office::open(world.options(RECEIVER, Mishaps::new(cut))).await.unwrap();
            tokio::select! {
                () = async { answer(&partner).await; } => panic!("{point:?} was never reached"),
                () = dark.notified() => {}
            }
        }
        let partner = world.open(RECEIVER).await;
        // A later day writes the same.
        world.pass(SignedDuration::from_hours(24));
        whole_round(&sender, &partner).await;
        let mut kinds: Vec<_> = came(&sender).await.iter().map(|it| it.header.unit.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["DOC", "S1"], "{point:?}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_go_now_waits_and_keeps_nothing_else_back() {
    let world = World::new();
    let (sender, partner) = world.two().await;
    send(&sender, &examples().join("02_K2_use_slip")).await;
    send(&sender, &examples().join("01_K1_care_plan")).await;
    drain(&sender).await;
    drain(&partner).await;
    world.exchange.lock().away = true;
    let answered = answer(&partner).await;
    assert!(matches!(answered[..], [Answered::Later(..), Answered::Later(..)]), "{answered:?}");
    world.exchange.lock().away = false;
    assert_eq!(whole_round(&sender, &partner).await.len(), 2);
    assert_eq!(came(&sender).await.len(), 2);
}
