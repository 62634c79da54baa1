//! Two terminals of one office, and letters that only one of them can open.

use careplan_client::inbox::{LOOK_AGAIN, POISON_TRIES_MAX};
use careplan_client::mishap::Mishaps;
use careplan_client::state::{Received, ReceivedState};
use careplan_client::{Office, Step};
use careplan_domain::TransmissionId;
use careplan_domain::transmission::State as Life;
use careplan_protocol::receipt::ReceiptKind;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::authority::Authority;
use crate::exchange::Loss;
use crate::world::{RECEIVER, SENDER, World, drain, files_below, send};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A letter that was sealed to the first terminal alone; the second was set up after that.
async fn sealed_too_early(world: &World) -> (Office, Office, TransmissionId) {
    let (sender, first) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    let second = world.other_terminal(RECEIVER, Mishaps::default()).await.unwrap();
    (first, second, id)
}

/// Where the letter stands at the platform.
fn life(world: &World, id: TransmissionId) -> Life {
    world.exchange.lock().letters[&id].entry.state
}

async fn row(office: &Office, id: TransmissionId) -> Received {
    office.state().received(id).await.unwrap().unwrap()
}

/// What a person is told of these steps.
fn told(steps: Vec<Step>) -> Vec<Step> {
    let is_quiet = |step: &Step| matches!(step, Step::Listed(_) | Step::LookedAgain(_) | Step::News(_));
    steps.into_iter().filter(|step| !is_quiet(step)).collect()
}

#[tokio::test]
async fn a_letter_sealed_before_a_terminal_existed_is_left_to_the_other_terminal_and_told_once() {
    let world = World::new();
    let (first, second, id) = sealed_too_early(&world).await;
    let steps = told(drain(&second).await);
    let [Step::LeftAlone(left, fault)] = steps.as_slice() else { panic!("{steps:?}") };
    assert_eq!((*left, fault.code.as_str()), (id, "not_for_us"));
    let what_to_do = ["ほかの端末で受信してください。", "送り直しを依頼してください。"];
    for words in [SENDER, &id.to_string()].into_iter().chain(what_to_do) {
        assert!(fault.text.contains(words), "{fault:?}");
    }
    let since = row(&second, id).await.state_at;
    // Days with many looks: nothing is told again, and nothing refused.
    for _ in 0..20 {
        world.pass(LOOK_AGAIN);
        assert_eq!(drain(&second).await, [Step::LookedAgain(id)]);
    }
    let left = row(&second, id).await;
    assert_eq!((left.state, left.state_at, left.tries), (ReceivedState::LeftAlone, since, 0));
    assert_eq!(left.fault.as_ref(), Some(fault));
    assert_eq!(life(&world, id), Life::Fetched);

    assert!(drain(&first).await.contains(&Step::Acknowledged(id)));
    assert_eq!(files_below(&world.path(RECEIVER).join("inbox")).len(), 1);
    world.pass(LOOK_AGAIN);
    assert_eq!(told(drain(&second).await), [Step::Ended(id, ReceivedState::Elsewhere.label_ja())]);
    // What was to be done is done, and does not stay there to be read.
    assert_eq!(row(&second, id).await.fault, None);
    assert_eq!(life(&world, id), Life::Acknowledged);
}

#[tokio::test]
async fn a_letter_left_alone_is_not_looked_at_before_its_time() {
    let world = World::new();
    let (_first, second, id) = sealed_too_early(&world).await;
    drain(&second).await;
    world.pass(LOOK_AGAIN - SignedDuration::from_secs(1));
    assert_eq!(drain(&second).await, []);
    world.pass(SignedDuration::from_secs(1));
    assert_eq!(drain(&second).await, [Step::LookedAgain(id)]);
    assert_eq!(second.state().next_receive().await.unwrap(), Some(second.now() + LOOK_AGAIN));
}

/// Changes what the platform shows of the receiver's other terminals than this; `None` retires one.
fn change_others(world: &World, own: Uuid, change: impl Fn(&[u8]) -> Option<Vec<u8>>) {
    let mut inside = world.exchange.lock();
    let terminals = inside.terminals.get_mut(&RECEIVER.parse().unwrap()).unwrap();
    terminals.retain(|terminal, announced| {
        *terminal == own || change(announced).map(|changed| *announced = changed).is_some()
    });
}

#[tokio::test]
async fn a_letter_that_nobody_else_is_there_to_open_is_refused_as_before() {
    type Gone = fn(&World, Uuid);
    let retired: Gone = |world, own| change_others(world, own, |_| None);
    let expired: Gone = |world, _| world.pass(SignedDuration::from_hours(24 * 181));
    let forged: Gone = |world, own| {
        let stranger = Authority::new("よその認証局").office_identity(RECEIVER);
        let now = world.exchange.lock().now;
        change_others(world, own, |true_one| {
            let content = careplan_envelope::verify(true_one).unwrap().content;
            Some(careplan_envelope::sign(&content, stranger.signer(), now).unwrap())
        });
    };
    for (gone, how) in [(retired, "retired"), (expired, "expired"), (forged, "forged")] {
        // Before it was looked at, and while it was left alone.
        for is_left in [false, true] {
            let world = World::new();
            let (_first, second, id) = sealed_too_early(&world).await;
            if is_left {
                drain(&second).await;
                assert_eq!(row(&second, id).await.state, ReceivedState::LeftAlone);
            }
            gone(&world, second.link().await.unwrap().settings.terminal);
            world.pass(LOOK_AGAIN);
            for _ in 1..POISON_TRIES_MAX {
                drain(&second).await;
                assert_eq!(life(&world, id), Life::Fetched, "{how} {is_left}");
                world.pass(MINUTE * 5);
            }
            drain(&second).await;
            assert_eq!(life(&world, id), Life::Refused, "{how} {is_left}");
            let refused = row(&second, id).await;
            assert_eq!(refused.state, ReceivedState::Refused);
            let text = refused.fault.unwrap().text;
            assert!(text.contains("この端末の鍵では開けません（宛先の端末に含まれていません）"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_letter_broken_for_this_terminal_is_refused_although_the_office_has_another() {
    let world = World::new();
    let (sender, _first) = world.two().await;
    let second = world.other_terminal(RECEIVER, Mishaps::default()).await.unwrap();
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    {
        let mut inside = world.exchange.lock();
        let held = inside.letters.get_mut(&id).unwrap();
        let mut letter = held.letter.to_vec();
        let place = letter.len() - 5;
        letter[place] ^= 1;
        held.entry.sealed_sha256 = careplan_client::letter::digest_of(&letter);
        held.letter = letter.into();
        inside.platform_receipt(id, ReceiptKind::Accepted, None);
    }
    for _ in 0..POISON_TRIES_MAX {
        drain(&second).await;
        world.pass(MINUTE * 5);
    }
    assert_eq!(life(&world, id), Life::Refused);
    assert_eq!(row(&second, id).await.fault.unwrap().code, "cannot_open");
}

#[tokio::test]
async fn a_letter_left_alone_is_taken_when_the_key_is_back() {
    let world = World::new();
    let (sender, _first) = world.two().await;
    let second = world.other_terminal(RECEIVER, Mishaps::default()).await.unwrap();
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    drain(&sender).await;
    let folder = world.path(&format!("{RECEIVER}-2"));
    let key = folder.join("keys/terminal.pem");
    let saved = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    drain(&second).await;
    assert_eq!(row(&second, id).await.state, ReceivedState::LeftAlone);
    std::fs::write(&key, saved).unwrap();
    world.pass(LOOK_AGAIN);
    assert!(drain(&second).await.contains(&Step::Acknowledged(id)));
    assert_eq!(files_below(&folder.join("inbox")).len(), 1);
    assert_eq!(row(&second, id).await.fault, None);
}

#[tokio::test]
async fn a_letter_left_alone_is_told_once_and_never_refused_whichever_answer_is_lost() {
    for place in 0.. {
        let world = World::new();
        let (_first, second, id) = sealed_too_early(&world).await;
        let before = world.exchange.lock().exchanges;
        world.exchange.lock().lose = Some((before + place, Loss::Answer));
        let mut steps = Vec::new();
        for _ in 0..4 {
            // The list or the news may be what is lost; the next round asks again.
            let mut engine = second.engine().unwrap();
            while let Ok(step) = engine.step_inbox().await {
                if step.is_idle() {
                    break;
                }
                steps.push(step);
            }
            drop(engine);
            world.pass(LOOK_AGAIN);
        }
        let told = steps.iter().filter(|step| matches!(step, Step::LeftAlone(..))).count();
        assert_eq!(told, 1, "{place}: {steps:?}");
        let left = row(&second, id).await;
        assert_eq!(left.state, ReceivedState::LeftAlone, "{place}: {steps:?}");
        // Also a look that failed leaves what was told to do.
        assert!(left.fault.unwrap().text.contains("ほかの端末で受信してください"), "{place}");
        assert_eq!(life(&world, id), Life::Fetched, "{place}");
        // The loss lay behind the last exchange: all were tried.
        if world.exchange.lock().exchanges <= before + place {
            break;
        }
    }
}
