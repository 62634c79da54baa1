//! Every exchange lost once, as request and as answer: all the same in the end.

use careplan_client::OfficeFault;
use careplan_client::outbox::{SendOptions, UnitOutcome, gather, judge};
use careplan_domain::transmission::State as Life;
use jiff::SignedDuration;

use crate::exchange::Loss;
use crate::world::{RECEIVER, SENDER, World, files_below, one};

/// One round of everything; faults of the line are what the next round is for.
async fn round(world: &World) -> Result<(), OfficeFault> {
    let (sender, receiver) = (world.open(SENDER).await, world.open(RECEIVER).await);
    sender.send_folder(&world.path("out-20261021110000"), &SendOptions::default()).await?;
    for office in [&sender, &receiver, &sender] {
        let mut engine = office.engine()?;
        for kind in [0, 1, 2] {
            while !one(&mut engine, kind).await?.is_idle() {}
        }
    }
    Ok(())
}

#[tokio::test]
async fn any_one_request_or_answer_may_be_lost() {
    for loss in [Loss::Request, Loss::Answer] {
        for place in 0.. {
            let world = World::new();
            world.two().await;
            world.small_unit("20261021110000");
            let before = world.exchange.lock().exchanges;
            world.exchange.lock().lose = Some((before + place, loss));
            for _ in 0..4 {
                let _ = round(&world).await;
                world.pass(SignedDuration::from_mins(10));
            }
            let inside = world.exchange.lock();
            assert_eq!((inside.letters.len(), inside.accepted_requests), (1, 1), "{loss:?} {place}");
            let held = inside.letters.values().next().unwrap();
            assert_eq!(held.entry.state, Life::Acknowledged, "{loss:?} {place}");
            assert_eq!(files_below(&world.path(RECEIVER).join("inbox")).len(), 1, "{loss:?} {place}");
            // The loss lay behind the last exchange of an undisturbed life: all were tried.
            if place > 14 {
                break;
            }
        }
    }
}

#[tokio::test]
async fn of_many_receivers_the_platform_that_is_away_is_asked_once() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let folders = [("9970000026", "20261021110001"), ("9970000034", "20261021110002")];
    let folders = folders.map(|(number, serial)| world.small_unit_to(number, serial));
    let files = gather(&folders).unwrap();
    let judged = judge(&files);
    let asked = {
        let mut inside = world.exchange.lock();
        inside.away = true;
        inside.exchanges
    };
    let report = sender.send_files(&files, &judged, &SendOptions::default(), |_| {}).await.unwrap();
    let codes: Vec<_> = report
        .units
        .iter()
        .map(|unit| match &unit.outcome {
            UnitOutcome::Failed(fault) => fault.code.clone(),
            outcome => format!("{outcome:?}"),
        })
        .collect();
    assert_eq!(codes, ["unreachable", "unreachable"]);
    assert_eq!(world.exchange.lock().exchanges, asked + 1);
}
