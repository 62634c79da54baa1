//! The client that runs for good.

use std::path::PathBuf;
use std::time::Duration;

use careplan_client::agent::{self, Watcher};
use careplan_client::{OfficeFault, Step};
use careplan_domain::transmission::State as Life;
use careplan_protocol::Code;
use tokio_util::sync::CancellationToken;

use crate::world::{RECEIVER, SENDER, World, drain, send};

#[derive(Default)]
struct Notes {
    steps: Vec<Step>,
    troubles: Vec<String>,
}

impl Watcher for Notes {
    fn step(&mut self, step: &Step) {
        self.steps.push(step.clone());
    }

    fn trouble(&mut self, fault: &dyn std::fmt::Display, code: &str) {
        self.troubles.push(format!("{code} {fault}"));
    }
}

/// Waits for a condition, with a generous end.
async fn until(mut holds: impl FnMut() -> bool) {
    let end = tokio::time::Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(tokio::time::Instant::now() < end, "it never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn arrived(world: &World, serial: &str) -> PathBuf {
    world.path(RECEIVER).join("inbox/9970000018-43").join(serial)
}

#[tokio::test]
async fn what_comes_is_taken_by_stream_and_by_asking_and_it_stops_when_told() {
    for streams in [true, false] {
        let world = World::new();
        let (sender, receiver) = world.two().await;
        world.exchange.lock().streams = streams;
        let stop = CancellationToken::new();
        let mut notes = Notes::default();
        let work = agent::run(receiver.engine().unwrap(), &mut notes, stop.clone());
        let story = async {
            for serial in ["20261021110001", "20261021110002"] {
                send(&sender, &world.small_unit(serial)).await;
                drain(&sender).await;
                until(|| arrived(&world, serial).is_dir()).await;
            }
            let done =
                || world.exchange.lock().letters.values().all(|it| it.entry.state == Life::Acknowledged);
            until(done).await;
            stop.cancel();
        };
        let (ended, ()) = tokio::join!(work, story);
        ended.unwrap();
        assert!(notes.troubles.is_empty(), "{:?}", notes.troubles);
        assert_eq!(notes.steps.iter().filter(|step| matches!(step, Step::Acknowledged(_))).count(), 2);
    }
}

#[tokio::test]
async fn what_another_process_put_into_the_outbox_is_sent_by_the_running_one() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let stop = CancellationToken::new();
    let mut notes = Notes::default();
    let work = agent::run(sender.engine().unwrap(), &mut notes, stop.clone());
    let story = async {
        let other = world.open(SENDER).await;
        send(&other, &world.small_unit("20261021110000")).await;
        assert!(matches!(other.engine(), Err(OfficeFault::Busy)));
        until(|| world.exchange.lock().letters.len() == 1).await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(work, story);
    ended.unwrap();
}

#[tokio::test]
async fn a_revoked_certificate_is_told_and_the_client_keeps_trying() {
    let world = World::new();
    let sender = world.set_up(SENDER).await;
    world.exchange.lock().revoked.insert(SENDER.parse().unwrap());
    let stop = CancellationToken::new();
    let mut notes = Notes::default();
    let asked = world.exchange.lock().exchanges;
    let work = agent::run(sender.engine().unwrap(), &mut notes, stop.clone());
    let story = async {
        until(|| world.exchange.lock().exchanges > asked + 3).await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(work, story);
    ended.unwrap();
    let code = Code::CertificateRevoked.as_str();
    assert!(
        notes.troubles.iter().any(|it| it.starts_with(code) && it.contains("失効")),
        "{:?}",
        notes.troubles
    );
}
