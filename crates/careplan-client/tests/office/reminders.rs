//! 催促: one a day, a letter like every other, shown at the partner until what it asks for was done.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use careplan_client::Office;
use careplan_client::board::Side;
use careplan_client::echo::Answered;
use careplan_client::folders::{FolderEvent, Mode};
use careplan_client::history::Direction;
use careplan_client::mishap::{Mishap, Mishaps, Point};
use careplan_client::outbox::{DocumentOrder, SendOptions};
use careplan_client::partners::{Partners, Which};
use careplan_client::reminders::{Asked, Order, RemindFault, ReminderKind};
use careplan_client::staff::{Actor, Staff};
use careplan_client::state::{ReceivedState, SentState};
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_login::Hasher;
use careplan_protocol::Code;
use careplan_protocol::manifest::Reminder;
use jiff::SignedDuration;
use tokio::sync::Notify;

use crate::shared::Shared;
use crate::world::{RECEIVER, SENDER, World, drain, examples, send};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A care manager's office and a service office; the plans of November went over, and it is the 29th.
async fn planned(world: &World) -> (Office, Office) {
    let (planner, provider) = world.two().await;
    send(&planner, &examples().join("02_K2_use_slip")).await;
    for office in [&planner, &provider, &planner] {
        drain(office).await;
    }
    world.pass(4 * DAY);
    ask_directory(&planner).await;
    (planner, provider)
}

async fn ask_directory(office: &Office) {
    Partners::new(office.clone()).refresh(Which::All, Duration::from_secs(9)).await.unwrap();
}

fn order() -> Order {
    Order { partner: RECEIVER.parse().unwrap(), month: "202611".parse().unwrap(), side: Side::Planner }
}

async fn remind(office: &Office) -> Result<usize, RemindFault> {
    office.reminders().remind(&order(), &Actor::default()).await
}

/// What is open at an office: who asks, what for, of which month.
async fn open(office: &Office) -> Vec<(String, ReminderKind, String)> {
    let open = office.reminders().open(20).await.unwrap();
    let told = |Asked { partner, reminder, .. }: Asked| {
        (partner.to_string(), reminder.kind, reminder.month.to_string())
    };
    open.into_iter().map(|(asked, _)| told(asked)).collect()
}

/// Everything on its way arrives, and its receipts come back.
async fn deliver(from: &Office, to: &Office) {
    for office in [from, to, from] {
        drain(office).await;
    }
}

async fn operations(office: &Office, action: &str) -> Vec<String> {
    let staff = Staff::new(office.state().clone(), Hasher::new(1));
    assert!(staff.verify_operations().await.unwrap().is_ok());
    let lines = staff.operations(None, 100).await.unwrap();
    lines.into_iter().filter(|line| line.action == action).map(|line| line.detail).collect()
}

/// A letter with any reminder in it.
async fn send_by_hand(world: &World, office: &Office, reminder: Reminder, names: &[&str]) -> TransmissionId {
    let folder = world.path(&format!("by-hand-{}-{}", reminder.month, names.len()));
    std::fs::create_dir_all(&folder).unwrap();
    for name in names {
        std::fs::write(folder.join(name), format!("%PDF-1.7\n{name}")).unwrap();
    }
    send_by_hand_again(office, reminder, &folder).await
}

async fn send_by_hand_again(office: &Office, reminder: Reminder, folder: &Path) -> TransmissionId {
    let own = office.link().await.unwrap().office().to_string();
    let (from, to) = match own.as_str() {
        SENDER => (format!("{SENDER}-43"), format!("{RECEIVER}-11")),
        _ => (format!("{RECEIVER}-11"), format!("{SENDER}-43")),
    };
    let order = DocumentOrder { from: from.parse().unwrap(), to: to.parse().unwrap(), month: None };
    let options = SendOptions { documents: Some(order), reminder: Some(reminder), ..SendOptions::default() };
    let report = office.send_folder(folder, &options).await.unwrap();
    report.transmissions().next().unwrap()
}

fn reminder(kind: ReminderKind, month: &str) -> Reminder {
    Reminder { kind, month: month.parse().unwrap() }
}

#[tokio::test]
async fn actuals_are_asked_for_once_a_day_until_they_are_sent() {
    let world = World::new();
    let (planner, provider) = planned(&world).await;
    assert_eq!(remind(&planner).await.unwrap(), 1);
    let sent_at = planner.now();
    world.pass(SignedDuration::from_hours(1));
    assert!(matches!(remind(&planner).await, Err(RemindFault::Today(at)) if at == sent_at));
    deliver(&planner, &provider).await;
    let expected = [(SENDER.to_owned(), ReminderKind::ActualsMissing, "202611".to_owned())];
    assert_eq!(open(&provider).await, expected);
    // The next day there is another one, and the partner sees one line.
    world.pass(DAY);
    assert_eq!(remind(&planner).await.unwrap(), 1);
    deliver(&planner, &provider).await;
    assert_eq!(open(&provider).await, expected);
    let noted = operations(&planner, "reminder.sent").await;
    assert_eq!(noted, [r#"{"kind":"actuals_missing","month":"202611","to":"9970000026-11"}"#; 2]);
    send(&provider, &examples().join("03_S1_actuals")).await;
    assert_eq!(open(&provider).await, []);
    deliver(&provider, &planner).await;
    world.pass(DAY);
    assert!(matches!(remind(&planner).await, Err(RemindFault::NothingDue)));
}

#[tokio::test]
async fn a_reminder_is_a_letter_with_proof_and_waits_for_no_care_software() {
    let world = World::new();
    let (planner, provider) = planned(&world).await;
    remind(&planner).await.unwrap();
    deliver(&planner, &provider).await;
    let sent = planner.state().all_sent().await.unwrap().pop().unwrap();
    let id = sent.header.id;
    assert_eq!(sent.state, SentState::Life(Life::Acknowledged));
    assert_eq!(sent.header.to.to_string(), "9970000026-11", "where the plan went");
    for office in [&planner, &provider] {
        let folder = &office.options().data;
        office.write_evidence(id, &folder.join("evidence.zip")).await.unwrap();
    }
    let files = provider.history().files(id, Direction::Received).await.unwrap().unwrap();
    assert_eq!(files[0].0.as_str(), "実績のお願い（2026年11月分）.pdf");
    assert!(files[0].1.starts_with(b"%PDF-"));
    // Of the two that came only the plan waits.
    assert_eq!(provider.state().all_received().await.unwrap().len(), 2);
    assert_eq!(provider.state().counts().await.unwrap().to_import, 1);
    assert!(provider.reminders().one(id).await.unwrap().is_some());
    // Nor does the practice partner answer it, which answers what the care software would be given.
    let mut answered = Vec::new();
    provider.answer_what_came(|it| answered.push(it.clone())).await.unwrap();
    assert!(matches!(answered[..], [Answered::WithActuals(_)]), "{answered:?}");
    assert!(provider.history().persons(id, Direction::Received).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_reminder_stays_out_of_the_import_folder() {
    let world = World::new();
    let (planner, provider) = world.two().await;
    let mut shared = Shared::new(&world, &provider, Mode::Off).await;
    let asked =
        send_by_hand(&world, &planner, reminder(ReminderKind::ActualsMissing, "202611"), &["a.pdf"]).await;
    let far = reminder(ReminderKind::ActualsMissing, "209912");
    let document = send_by_hand(&world, &planner, far, &["b.pdf"]).await;
    deliver(&planner, &shared.office).await;
    assert_eq!(shared.look(&world).await, [FolderEvent::Placed(document)]);
    let state = shared.office.state().received(asked).await.unwrap().unwrap().state;
    assert_eq!(state, ReceivedState::Acknowledged);
}

#[tokio::test]
async fn what_is_no_reminder_known_here_is_an_ordinary_document() {
    let world = World::new();
    let (planner, provider) = world.two().await;
    let kind = ReminderKind::ActualsMissing;
    let far = send_by_hand(&world, &planner, reminder(kind, "209912"), &["a.pdf"]).await;
    let with_more = send_by_hand(&world, &planner, reminder(kind, "202611"), &["a.pdf", "b.pdf"]).await;
    deliver(&planner, &provider).await;
    assert_eq!(open(&provider).await, []);
    assert_eq!(provider.state().counts().await.unwrap().to_import, 2);
    for id in [far, with_more] {
        assert_eq!(provider.reminders().one(id).await.unwrap(), None);
        assert_eq!(provider.state().received(id).await.unwrap().unwrap().state, ReceivedState::Acknowledged);
    }
}

#[tokio::test]
async fn the_day_is_taken_by_the_first_letter_whatever_the_second_one_says() {
    let world = World::new();
    let (planner, _provider) = world.two().await;
    let asked = reminder(ReminderKind::ActualsMissing, "202611");
    let first = send_by_hand(&world, &planner, asked, &["a.pdf"]).await;
    let other_words = async || {
        let folder = world.path("by-hand-202611-1");
        std::fs::write(folder.join("a.pdf"), b"%PDF-1.7\nother words").unwrap();
        send_by_hand_again(&planner, asked, &folder).await
    };
    assert_eq!(other_words().await, first);
    world.pass(DAY);
    assert_ne!(other_words().await, first);
}

#[tokio::test]
async fn a_plan_that_was_not_taken_is_asked_about_from_the_next_day_on_until_it_is_read() {
    let world = World::new();
    let (planner, provider) = world.two().await;
    let plan = send(&planner, &examples().join("02_K2_use_slip")).await.transmissions().next().unwrap();
    drain(&planner).await;
    ask_directory(&planner).await;
    assert!(matches!(remind(&planner).await, Err(RemindFault::NothingDue)));
    world.pass(DAY);
    assert_eq!(remind(&planner).await.unwrap(), 1);
    deliver(&planner, &provider).await;
    let expected = (SENDER.to_owned(), ReminderKind::PlanUnread, "202611".to_owned());
    assert_eq!(open(&provider).await, [expected]);
    provider.history().mark_seen(plan, &"yamada".parse().unwrap(), provider.now()).await.unwrap();
    assert_eq!(open(&provider).await, []);
}

#[tokio::test]
async fn a_plan_that_did_not_come_is_asked_for_until_it_is_sent() {
    let world = World::new();
    let (planner, provider) = planned(&world).await;
    ask_directory(&provider).await;
    let order =
        Order { partner: SENDER.parse().unwrap(), month: "202612".parse().unwrap(), side: Side::Provider };
    assert_eq!(provider.reminders().remind(&order, &Actor::default()).await.unwrap(), 1);
    deliver(&provider, &planner).await;
    let december = [(RECEIVER.to_owned(), ReminderKind::PlanMissing, "202612".to_owned())];
    assert_eq!(open(&planner).await, december);
    // One of November, for which there is a plan in the examples. What was sent before was not what is missing.
    send_by_hand(&world, &provider, reminder(ReminderKind::PlanMissing, "202611"), &["a.pdf"]).await;
    deliver(&provider, &planner).await;
    assert_eq!(open(&planner).await.len(), 2);
    world.pass(DAY);
    let again = SendOptions { again: true, ..SendOptions::default() };
    planner.send_folder(&examples().join("02_K2_use_slip"), &again).await.unwrap();
    assert_eq!(open(&planner).await, december);
}

#[tokio::test]
async fn somebody_settles_a_reminder_with_all_before_it_once() {
    let world = World::new();
    let (planner, provider) = planned(&world).await;
    for _ in 0..2 {
        remind(&planner).await.unwrap();
        deliver(&planner, &provider).await;
        world.pass(DAY);
    }
    let id = provider.reminders().open(20).await.unwrap()[0].0.id;
    for _ in 0..2 {
        assert!(provider.reminders().settle(id, &Actor::default()).await.unwrap());
    }
    assert_eq!(open(&provider).await, []);
    assert_eq!(operations(&provider, "reminder.settled").await.len(), 1);
    let plan = planner.state().all_sent().await.unwrap()[0].header.id;
    assert!(!provider.reminders().settle(plan, &Actor::default()).await.unwrap());
    // A later one is shown again.
    remind(&planner).await.unwrap();
    deliver(&planner, &provider).await;
    assert_eq!(open(&provider).await.len(), 1);
}

#[tokio::test]
async fn who_has_not_joined_gets_none_and_what_was_never_accepted_leaves_the_day_open() {
    let world = World::new();
    let (planner, _provider) = planned(&world).await;
    let mut entry = crate::exchange::office(RECEIVER);
    entry.joined = false;
    world.exchange.lock().directory = vec![entry];
    ask_directory(&planner).await;
    assert!(matches!(remind(&planner).await, Err(RemindFault::NotJoined)));
    world.exchange.lock().directory.clear();
    ask_directory(&planner).await;
    world.exchange.lock().away = true;
    assert!(matches!(remind(&planner).await, Err(RemindFault::NotSent(_))));
    world.exchange.lock().away = false;
    world.exchange.lock().refuse_sending = Some(Code::ReceiverUnlicensed);
    remind(&planner).await.unwrap();
    drain(&planner).await;
    world.exchange.lock().refuse_sending = None;
    assert_eq!(remind(&planner).await.unwrap(), 1);
    assert!(matches!(remind(&planner).await, Err(RemindFault::Today(_))));
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
async fn a_kill_leaves_the_letter_and_its_day_or_neither() {
    for (point, is_stored) in
        [(Point::LetterSealed, false), (Point::SentCopyNamed, false), (Point::LetterStored, true)]
    {
        let world = World::new();
        let (planner, provider) = planned(&world).await;
        drop(planner);
        let dark = Arc::new(Notify::new());
        let cut = Mishaps::new(PowerCut(point, dark.clone()));
        let planner = Office::open(world.options(SENDER, cut)).await.unwrap();
        tokio::select! {
            done = remind(&planner) => panic!("{point:?} was never reached: {done:?}"),
            () = dark.notified() => {}
        }
        drop(planner);
        let planner = world.open(SENDER).await;
        let outcome = remind(&planner).await;
        assert_eq!(matches!(outcome, Err(RemindFault::Today(_))), is_stored, "{point:?} {outcome:?}");
        deliver(&planner, &provider).await;
        assert_eq!(provider.state().all_received().await.unwrap().len(), 2, "{point:?}");
    }
}
