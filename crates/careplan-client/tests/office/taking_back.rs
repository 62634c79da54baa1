//! 取下げ while the line is down or the letter is in somebody's hands: the wish waits, and is seen to.

use careplan_client::outbox::{SendOptions, UnitOutcome, Withdrawal};
use careplan_client::staff::{Staff, THIS_PC};
use careplan_client::state::{Fault, SentState, WITHDRAWING};
use careplan_client::{Office, Step};
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_login::Hasher;
use jiff::SignedDuration;

use crate::exchange::Loss;
use crate::world::{SENDER, World, drain, send};

async fn sent(world: &World, office: &Office) -> TransmissionId {
    send(office, &world.small_unit("20261021110001")).await.transmissions().next().unwrap()
}

/// Where a letter stands, and the code and words beside it.
async fn shown(office: &Office, id: TransmissionId) -> (SentState, String, String) {
    let sent = office.state().sent(id).await.unwrap().unwrap();
    let (code, text) = sent.trouble().map_or_else(Default::default, |fault| (fault.code, fault.text));
    (sent.state, code, text)
}

/// Who took something back, by the record of operations.
async fn withdrawers(office: &Office) -> Vec<String> {
    let staff = Staff::new(office.state().clone(), Hasher::new(1));
    let lines = staff.operations(None, 100).await.unwrap();
    lines.into_iter().filter(|line| line.action == "withdraw").map(|line| line.actor).collect()
}

fn lose_next(world: &World, loss: Loss) {
    let mut inside = world.exchange.lock();
    inside.lose = Some((inside.exchanges, loss));
}

#[tokio::test]
async fn a_lost_request_or_answer_is_asked_again_after_a_restart_too() {
    for loss in [Loss::Request, Loss::Answer] {
        let world = World::new();
        let (sender, receiver) = world.two().await;
        let id = sent(&world, &sender).await;
        drain(&sender).await;
        lose_next(&world, loss);
        let outcome = sender.withdraw(id).await.unwrap();
        assert_eq!(outcome, Withdrawal::Waiting, "{loss:?}");
        let (state, code, text) = shown(&sender, id).await;
        assert_eq!((state, &*code), (SentState::Life(Life::Accepted), WITHDRAWING));
        assert!(text.contains("取り下げます"), "{text}");
        assert!(withdrawers(&sender).await.is_empty());

        sender.close().await;
        let sender = world.open(SENDER).await;
        world.pass(SignedDuration::from_mins(10));
        drain(&sender).await;
        let (state, code, _) = shown(&sender, id).await;
        assert_eq!((state, &*code), (SentState::Life(Life::Withdrawn), ""), "{loss:?}");
        assert_eq!(withdrawers(&sender).await, [THIS_PC], "once, and by whom");
        drain(&receiver).await;
        assert!(drain(&sender).await.is_empty(), "nothing is left to do");
    }
}

#[tokio::test]
async fn what_is_in_the_engines_hands_is_taken_back_by_it_and_not_handed_over_meanwhile() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = sent(&world, &sender).await;
    let mut engine = sender.engine().unwrap();
    assert_eq!(sender.withdraw(id).await.unwrap(), Withdrawal::Waiting);
    // The wish comes first, and while it waits the letter does too.
    lose_next(&world, Loss::Request);
    let step = engine.step_outbox().await.unwrap();
    assert!(matches!(step, Step::Later(of, _) if of == id), "{step:?}");
    assert!(engine.step_outbox().await.unwrap().is_idle());
    world.pass(SignedDuration::from_mins(10));
    let step = engine.step_outbox().await.unwrap();
    assert!(matches!(&step, Step::Rejected(of, fault) if *of == id && fault.code == "cancelled"), "{step:?}");
    assert!(world.exchange.lock().letters.is_empty());
    assert_eq!(withdrawers(&sender).await.len(), 1);
}

#[tokio::test]
async fn who_was_slower_than_the_receiver_reads_it_beside_the_letter() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = sent(&world, &sender).await;
    drain(&sender).await;
    lose_next(&world, Loss::Request);
    assert_eq!(sender.withdraw(id).await.unwrap(), Withdrawal::Waiting);
    drain(&receiver).await;
    world.pass(SignedDuration::from_mins(10));
    let mut engine = sender.engine().unwrap();
    let step = engine.step_outbox().await.unwrap();
    assert!(matches!(step, Step::NotWithdrawn(of, _) if of == id), "{step:?}");
    assert!(engine.step_outbox().await.unwrap().is_idle(), "it is not asked again");
    drop(engine);
    drain(&sender).await;
    // Who looks the next morning still reads it, with the state that came since.
    let (state, code, text) = shown(&sender, id).await;
    assert_eq!((state, &*code), (SentState::Life(Life::Acknowledged), "withdrawal_refused"));
    assert!(
        text.starts_with("取り下げできませんでした。") && text.contains("すでに受け取っている"),
        "{text}"
    );
    assert!(withdrawers(&sender).await.is_empty());
}

#[tokio::test]
async fn what_was_taken_by_the_platform_with_its_answer_lost_is_taken_back_there() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = sent(&world, &sender).await;
    lose_next(&world, Loss::Answer);
    let mut engine = sender.engine().unwrap();
    engine.step_outbox().await.unwrap();
    drop(engine);
    assert_eq!(shown(&sender, id).await.0, SentState::Prepared);
    assert_eq!(sender.withdraw(id).await.unwrap(), Withdrawal::Done);
    assert_eq!(shown(&sender, id).await.0, SentState::Life(Life::Withdrawn));
    drain(&receiver).await;
    assert!(receiver.state().received(id).await.unwrap().is_none_or(|it| it.folder.is_none()));
}

#[tokio::test]
async fn the_same_content_is_not_taken_for_sent_while_it_is_being_taken_back() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = sent(&world, &sender).await;
    drain(&sender).await;
    lose_next(&world, Loss::Request);
    assert_eq!(sender.withdraw(id).await.unwrap(), Withdrawal::Waiting);
    let unit = world.path("out-20261021110001");
    let report = sender.send_folder(&unit, &SendOptions::default()).await.unwrap();
    let UnitOutcome::Failed(fault) = &report.units[0].outcome else { panic!("{report:?}") };
    assert_eq!(fault.code, WITHDRAWING);
    assert!(fault.text.contains("取下げの結果を確かめてから"), "{}", fault.text);
    world.pass(SignedDuration::from_mins(10));
    drain(&sender).await;
    let again = send(&sender, &unit).await.transmissions().next().unwrap();
    drain(&sender).await;
    drain(&receiver).await;
    assert_ne!(again, id);
    assert!(receiver.state().received(again).await.unwrap().is_some_and(|it| it.folder.is_some()));
}

#[tokio::test]
async fn a_wish_that_comes_too_late_to_be_one_leaves_nothing_behind() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = sent(&world, &sender).await;
    let mut engine = sender.engine().unwrap();
    assert_eq!(sender.withdraw(id).await.unwrap(), Withdrawal::Waiting);
    // Another hand was faster: the platform refused the letter for good in the same moment.
    let fault = Fault { code: "too-large".to_owned(), text: "大きすぎます。".to_owned() };
    sender.state().rejected(id, &fault, sender.now()).await.unwrap();
    assert!(engine.step_outbox().await.unwrap().is_idle());
    assert_eq!(shown(&sender, id).await, (SentState::Rejected, "too-large".into(), "大きすぎます。".into()));
    assert!(withdrawers(&sender).await.is_empty());
    let said = sender.withdraw(id).await.unwrap_err().to_string();
    assert!(said.contains("送信できません"), "{said}");
    assert!(engine.step_outbox().await.unwrap().is_idle(), "no wish was kept");
}

#[tokio::test]
async fn two_who_want_the_same_back_make_one_line_of_the_record() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = sent(&world, &sender).await;
    drain(&sender).await;
    let (one, other) = tokio::join!(sender.withdraw(id), sender.withdraw(id));
    assert_eq!((one.unwrap(), other.unwrap()), (Withdrawal::Done, Withdrawal::Done));
    assert_eq!(shown(&sender, id).await, (SentState::Life(Life::Withdrawn), String::new(), String::new()));
    assert_eq!(withdrawers(&sender).await.len(), 1);
}
