//! The folders within the client that runs all day.

use std::fs;
use std::time::Duration;

use careplan_client::Step;
use careplan_client::agent::Watcher;
use careplan_client::desk::{Brought, Desk};
use careplan_client::folders::Mode;
use careplan_client::service::Service;
use careplan_client::staff::Actor;
use careplan_client::state::DraftState;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::shared::{made, seen, settings};
use crate::world::{RECEIVER, SENDER, World, examples, files_below};

struct Nobody;

impl Watcher for Nobody {
    fn step(&mut self, _: &Step) {}

    fn trouble(&mut self, _: &dyn std::fmt::Display, _: &str) {}
}

#[tokio::test]
async fn what_waits_on_the_desk_for_the_line_is_sent_by_the_running_client() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let desk = Desk::new(sender.clone());
    let mut brought = Brought::default();
    for (path, bytes) in files_below(&world.small_unit("20261021110001")) {
        brought.add(path.to_str().unwrap(), bytes).unwrap();
    }
    let draft = desk.bring(brought, "yamada").await.unwrap();
    world.exchange.lock().away = true;
    desk.send(draft, Actor::default(), |_| {}).await.unwrap();
    world.exchange.lock().away = false;
    let stop = CancellationToken::new();
    let service = Service::prepare(sender, 0).await.unwrap();
    let changes = service.hub().clone();
    let mut nobody = Nobody;
    let run = service.run(&mut nobody, stop.clone());
    let story = async {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if world.exchange.lock().letters.len() == 1 {
                break;
            }
        }
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(run, story);
    ended.unwrap();
    assert_eq!(world.exchange.lock().letters.len(), 1, "without the clock of the wish: the line is back");
    assert_eq!(desk.state_of(draft).await.unwrap(), Some(DraftState::Sent));
    assert!(changes.condition().changes > 0);
}

#[tokio::test]
async fn from_one_care_software_to_the_other_without_a_person() {
    let world = World::new();
    world.exchange.lock().streams = true;
    let (sender, receiver) = world.two().await;
    let ((export, none), (unused, import)) = (made(&world, SENDER), made(&world, RECEIVER));
    sender.choose_folders(&settings(&sender, (&export, &none), Mode::AfterCheck), "yamada").await.unwrap();
    receiver.choose_folders(&settings(&receiver, (&unused, &import), Mode::Off), "yamada").await.unwrap();
    for (path, bytes) in files_below(&examples().join("02_K2_use_slip")) {
        fs::write(export.join(path), bytes).unwrap();
    }
    let stop = CancellationToken::new();
    let (one, two) =
        (Service::prepare(sender, 0).await.unwrap(), Service::prepare(receiver, 0).await.unwrap());
    let hubs = [one.hub().clone(), two.hub().clone()];
    let (mut nobody, mut too) = (Nobody, Nobody);
    let (one, two) = (one.run(&mut nobody, stop.clone()), two.run(&mut too, stop.clone()));
    let story = async {
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            world.pass(SignedDuration::from_secs(2));
            hubs.iter().for_each(|hub| hub.hint_folders());
            if seen(&import).len() == 3 && hubs[0].folders().unanswered == 0 && seen(&export).len() == 3 {
                break;
            }
        }
        stop.cancel();
    };
    let (one, two, ()) = tokio::join!(one, two, story);
    one.unwrap();
    two.unwrap();
    assert!(seen(&export).iter().all(|path| path.starts_with("送信済/")), "{:?}", seen(&export));
    assert_eq!(seen(&import).len(), 3);
    assert_eq!(hubs[1].folders().to_import, 1);
}
