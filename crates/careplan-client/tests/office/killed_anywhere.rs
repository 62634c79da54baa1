//! A kill at every named point: nothing is lost, nothing is sent twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use careplan_client::history::{Exchanged, Filter};
use careplan_client::inbox::LOOK_AGAIN;
use careplan_client::mishap::{Mishap, Mishaps, Point};
use careplan_client::outbox::{DocumentOrder, SendOptions};
use careplan_client::staff::Staff;
use careplan_client::state::{ReceivedState, SentState};
use careplan_client::{Office, OfficeFault};
use careplan_domain::transmission::State as Life;
use careplan_login::Hasher;
use jiff::SignedDuration;
use tokio::sync::Notify;

use crate::world::{RECEIVER, SENDER, World, drain, files_below, one};

/// Cuts the power once, at one point.
#[derive(Clone)]
struct PowerCut {
    at: Point,
    struck: Arc<AtomicBool>,
    dark: Arc<Notify>,
}

impl Mishap for PowerCut {
    fn strikes_at(&self, point: Point) -> bool {
        let strikes = point == self.at && !self.struck.swap(true, Ordering::SeqCst);
        // Another point must not use the cut up.
        if point != self.at {
            return false;
        }
        if strikes {
            self.dark.notify_one();
        }
        strikes
    }
}

/// All that two offices do, from the first set-up on; done again after a kill, as people do. One
/// has a second terminal, which came when everything was sealed.
async fn life(world: &World, mishap: &PowerCut) -> Result<(), OfficeFault> {
    let open = |number: &'static str| Office::open(world.options(number, Mishaps::new(mishap.clone())));
    let (sender, receiver) = (open(SENDER).await?, open(RECEIVER).await?);
    for (office, number) in [(&sender, SENDER), (&receiver, RECEIVER)] {
        office.set_up(&world.order(number)).await.unwrap();
    }
    let documents = DocumentOrder {
        from: "9970000018-43".parse().unwrap(),
        to: "9970000026-11".parse().unwrap(),
        month: None,
    };
    let options = SendOptions { documents: Some(documents), ..SendOptions::default() };
    sender.send_folder(&world.path("month"), &options).await?;
    // What happens at both terminals alike is to be cut at the one that takes the letters.
    let is_its_own = mishap.at == Point::LetterNotForUs;
    let mishaps = if is_its_own { Mishaps::new(mishap.clone()) } else { Mishaps::default() };
    let second = world.other_terminal(RECEIVER, mishaps).await?;
    for office in [&sender, &second, &receiver, &sender] {
        let mut engine = office.engine()?;
        for kind in [0, 1, 2] {
            while !one(&mut engine, kind).await?.is_idle() {}
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_kill_at_any_point_loses_nothing_and_sends_nothing_twice() {
    for point in Point::ALL {
        let world = World::new();
        let folder = world.path("month");
        std::fs::rename(world.small_unit("20261021110001"), &folder).unwrap();
        for file in files_below(&world.small_unit("20261021110002")).into_iter() {
            std::fs::write(folder.join(file.0), file.1).unwrap();
        }
        let mut scan = b"%PDF-1.7\n".to_vec();
        scan.resize(2_500_000, b'x');
        std::fs::write(folder.join("scan.pdf"), scan).unwrap();

        let cut = PowerCut { at: *point, struck: Arc::default(), dark: Arc::default() };
        tokio::select! {
            ended = life(&world, &cut) => panic!("{point:?} was never reached: {ended:?}"),
            () = cut.dark.notified() => {}
        }
        // Power is back after a while.
        world.pass(SignedDuration::from_mins(10));
        life(&world, &cut).await.unwrap();

        let sent = files_below(&folder);
        let arrived = files_below(&world.path(RECEIVER).join("inbox"));
        assert_eq!(arrived.len(), sent.len(), "{point:?}: {:?}", arrived.keys());
        for (path, bytes) in &arrived {
            assert_eq!(Some(bytes), sent.get(std::path::Path::new(path.file_name().unwrap())), "{point:?}");
        }
        {
            let inside = world.exchange.lock();
            assert_eq!(inside.letters.len(), 3, "{point:?}: sent twice or not at all");
            assert!(inside.letters.values().all(|it| it.entry.state == Life::Acknowledged), "{point:?}");
            assert_eq!(inside.issued.len(), 2, "{point:?}: a second certificate was asked for");
        }
        let (sender, receiver) = (world.open(SENDER).await, world.open(RECEIVER).await);
        for (office, number, shelf) in [(&sender, SENDER, "sent"), (&receiver, RECEIVER, "kept")] {
            // Each row has its copy, and nothing lies there that no row names.
            let copies = files_below(&world.path(number).join(shelf));
            let copies: Vec<_> = copies.into_iter().filter(|(path, _)| !path.starts_with(".lock")).collect();
            assert_eq!(copies.len(), sent.len(), "{point:?}: {copies:?}");
            let page = office.history().page(&Filter::default(), None, 10).await.unwrap();
            assert_eq!(page.items.len(), 3, "{point:?}");
            for item in page.items {
                let key = item.key();
                assert!(item.has_copy && item.persons_known, "{point:?}");
                let is_document = matches!(&item.what, Exchanged::Sent(it) if it.serial.is_none())
                    || matches!(&item.what, Exchanged::Received(it) if it.serial.is_none());
                assert_eq!(item.persons.len(), usize::from(!is_document), "{point:?}");
                let files = office.history().files(key.id, key.direction).await.unwrap().unwrap();
                for (name, bytes) in files {
                    assert_eq!(Some(&bytes), sent.get(std::path::Path::new(name.as_str())), "{point:?}");
                }
            }
        }
        let record = Staff::new(sender.state().clone(), Hasher::new(1));
        let lines = record.operations(None, 100).await.unwrap();
        assert_eq!(lines.iter().filter(|line| line.action == "sent").count(), 3, "{point:?}: {lines:?}");
        assert!(record.verify_operations().await.unwrap().is_ok(), "{point:?}");
        for sent in sender.state().all_sent().await.unwrap() {
            assert_eq!(sent.state, SentState::Life(Life::Acknowledged), "{point:?}");
            assert_eq!(sender.state().receipts(sent.header.id).await.unwrap().len(), 2, "{point:?}");
        }
        world.pass(LOOK_AGAIN);
        let second = world.other_terminal(RECEIVER, Mishaps::default()).await.unwrap();
        drain(&second).await;
        let left = second.state().all_received().await.unwrap();
        assert_eq!(left.len(), 3, "{point:?}");
        assert!(left.iter().all(|it| it.state == ReceivedState::Elsewhere), "{point:?}: {left:?}");
    }
}
