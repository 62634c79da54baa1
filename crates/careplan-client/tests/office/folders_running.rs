//! The folders within the client that runs all day.

use std::fs;
use std::time::Duration;

use careplan_client::Step;
use careplan_client::agent::Watcher;
use careplan_client::folders::Mode;
use careplan_client::service::Service;
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
