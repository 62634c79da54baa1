//! Poison and flood: a letter that cannot be opened, and very many letters, stop nobody; and
//! everything comes to a definite end, with a cause that a clerk can read.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use careplan_domain::transmission::State;
use careplan_domain::{Address, TransmissionId};
use careplan_envelope::{DecryptionKey, verify};
use careplan_protocol::receipt::{Reason, Receipt, ReceiptKind};
use careplan_testkit::database::TestDatabase;
use careplan_testkit::exchange::Exchange;
use careplan_testkit::office::TestOffice;
use careplan_testkit::on_both_databases;
use tempfile::TempDir;

/// Letters of a flood: a large office's month end.
const FLOOD: usize = 120;

/// Couriers that send it at the same time.
const COURIERS: usize = 6;

struct World {
    exchange: Exchange,
    sender: TestOffice,
    receiver: TestOffice,
    _folder: TempDir,
}

impl World {
    async fn begin(database: &TestDatabase) -> Self {
        let folder = TempDir::with_prefix("careplan-poison-").unwrap();
        let exchange = Exchange::start(database, "[retention]\nunfetched_days = 30\n").await.unwrap();
        let join = async |address: &str| {
            TestOffice::join(&exchange, folder.path().join(address), address.parse().unwrap()).await.unwrap()
        };
        let (sender, receiver) = (join("9970000018-43").await, join("9970000026-11").await);
        Self { exchange, sender, receiver, _folder: folder }
    }

    fn way(&self) -> (Address, Address) {
        (self.sender.address(), self.receiver.address())
    }

    /// Sealed to a key that nobody has.
    async fn send_poison(&self) -> TransmissionId {
        let courier = self.sender.courier().await.unwrap();
        let nobody = DecryptionKey::generate_p256().unwrap().terminal_public_key().unwrap();
        let file = ("poison.pdf", b"%PDF-1.4 poison".to_vec());
        let letter = courier.compose(self.way(), &[nobody], file).unwrap();
        courier.send(&letter).await.unwrap();
        letter.header.id
    }

    /// Both offices work, and time passes between their rounds, until nothing is left to do.
    async fn rest(&mut self) {
        let mut quiet = 0;
        while quiet < 5 {
            let received = self.receiver.work(250).await.unwrap();
            let sent = self.sender.work(250).await.unwrap();
            quiet = if received || sent { 0 } else { quiet + 1 };
            self.exchange.hand().advance(Duration::from_secs(3600));
        }
    }

    async fn state(&self, id: TransmissionId) -> State {
        let courier = self.sender.courier().await.unwrap();
        courier.platform().transmission(id).await.unwrap().transmission.state
    }

    async fn reason(&self, id: TransmissionId, kind: ReceiptKind) -> Reason {
        let courier = self.sender.courier().await.unwrap();
        let signed = courier.platform().receipt(id, kind).await.unwrap().unwrap();
        let receipt: Receipt = serde_json::from_slice(&verify(&signed).unwrap().content).unwrap();
        receipt.reason.unwrap()
    }
}

fn is_japanese_sentence(text: &str) -> bool {
    text.ends_with('。') && text.chars().any(|char| ('ぁ'..='ん').contains(&char))
}

on_both_databases! {
    async fn poison_is_refused_with_a_signed_reason_and_the_letters_around_it_arrive(database: TestDatabase) {
        let mut world = World::begin(&database).await;
        let to = world.receiver.address();
        world.sender.send(to, "before.pdf", b"%PDF-1.4 before").await.unwrap();
        world.sender.work(10).await.unwrap();
        let poison = world.send_poison().await;
        world.sender.send(to, "after.pdf", b"%PDF-1.4 after").await.unwrap();
        world.rest().await;
        let inbox = world.receiver.inbox().unwrap();
        assert_eq!(inbox.keys().collect::<Vec<_>>(), ["after.pdf", "before.pdf"]);
        assert_eq!(world.state(poison).await, State::Refused);
        let reason = world.reason(poison, ReceiptKind::Refused).await;
        assert!(is_japanese_sentence(&reason.text), "{}", reason.text);
    }

    async fn a_letter_that_nobody_fetches_expires_with_a_report_to_its_sender(database: TestDatabase) {
        let mut world = World::begin(&database).await;
        let to = world.receiver.address();
        world.sender.send(to, "plan.pdf", b"%PDF-1.4 plan").await.unwrap();
        world.sender.work(10).await.unwrap();
        let id = world.sender.office().state().all_sent().await.unwrap().first().unwrap().header.id;
        world.exchange.hand().advance(Duration::from_secs(30 * 86_400 - 60));
        world.exchange.run_jobs().await.unwrap();
        assert_eq!(world.state(id).await, State::Accepted);
        world.exchange.hand().advance(Duration::from_secs(3600));
        world.exchange.run_jobs().await.unwrap();
        assert_eq!(world.state(id).await, State::Expired);
        let reason = world.reason(id, ReceiptKind::Expired).await;
        assert!(is_japanese_sentence(&reason.text), "{}", reason.text);
    }

    async fn a_flood_with_poison_in_it_arrives_whole_and_once(database: TestDatabase) {
        let mut world = World::begin(&database).await;
        let poison = world.send_poison().await;
        flood(&world).await;
        world.rest().await;
        let inbox = world.receiver.inbox().unwrap();
        assert_eq!(inbox.len(), FLOOD);
        assert!(inbox.values().all(|copies| copies.len() == 1));
        assert_eq!(world.state(poison).await, State::Refused);
        world.exchange.verify_audit().await.unwrap();
    }
}

/// All couriers at once, each letter with a file of its own name.
async fn flood(world: &World) {
    let way = world.way();
    let mut couriers = Vec::new();
    for number in 0..COURIERS {
        let courier = world.sender.courier().await.unwrap();
        couriers.push(async move {
            let keys = courier.keys_of(&way.1).await.unwrap();
            for letter in (number..FLOOD).step_by(COURIERS) {
                let name = format!("plan-{letter}.pdf");
                let file = (name.as_str(), format!("%PDF-1.4 {letter}").into_bytes());
                let letter = courier.compose(way, &keys, file).unwrap();
                courier.send(&letter).await.unwrap();
            }
        });
    }
    futures_util::future::join_all(couriers).await;
}
