//! A platform and two offices whose letters are written down.

use std::path::Path;
use std::time::Duration;

use careplan_client::letter::Composed;
use careplan_client::platform::{PlatformFault, Retry};
use careplan_domain::TransmissionId;
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::courier::Courier;
use careplan_testkit::exchange::Exchange;
use careplan_testkit::office::TestOffice;

/// A letter for a row of the database.
pub(crate) const SMALL: usize = 500;

/// A letter for the shelf.
pub(crate) const LARGE: usize = 200_000;

/// A letter that clients hand over in parts.
pub(crate) const IN_PARTS: usize = 1_300_000;

pub(crate) struct World {
    pub(crate) exchange: Exchange,
    pub(crate) sender: TestOffice,
    pub(crate) receiver: TestOffice,
}

impl World {
    /// The offices keep their clients in `folder`, one each by its address.
    pub(crate) async fn begin(exchange: Exchange, folder: &Path) -> Self {
        let join = async |address: &str| {
            TestOffice::join(&exchange, folder.join(address), address.parse().unwrap()).await.unwrap()
        };
        let (sender, receiver) = (join("9970000018-43").await, join("9970000026-11").await);
        Self { exchange, sender, receiver }
    }

    /// The sender's hand at the wire; it asks once.
    pub(crate) async fn courier(&self) -> Courier {
        Courier::of(self.sender.office(), Retry::NEVER).await.unwrap()
    }

    /// A letter to the receiver, not sent yet.
    pub(crate) async fn compose(&self, name: &str, bytes: usize) -> Composed {
        let courier = self.courier().await;
        let way = (self.sender.address(), self.receiver.address());
        let keys = courier.keys_of(&way.1).await.unwrap();
        courier.compose(way, &keys, (name, document(name, bytes))).unwrap()
    }

    /// The sender's client seals a document and puts it into its outbox.
    pub(crate) async fn post(&mut self, name: &str, bytes: usize) {
        let to = self.receiver.address();
        self.sender.send(to, name, &document(name, bytes)).await.unwrap();
    }

    /// What the platform took from the sender, in the order of acceptance.
    pub(crate) async fn accepted(&self) -> Vec<TransmissionId> {
        let page = self.courier().await.platform().sent(0, 100).await.unwrap();
        page.transmissions.iter().map(|entry| entry.id).collect()
    }

    /// The kinds of the receipts of a transmission.
    pub(crate) async fn receipts(&self, id: TransmissionId) -> Result<Vec<ReceiptKind>, PlatformFault> {
        let list = self.courier().await.platform().receipts(id).await?;
        Ok(list.receipts.iter().map(|receipt| receipt.kind).collect())
    }

    /// Whatever failed is tried again.
    pub(crate) fn later(&self) {
        self.exchange.hand().advance(Duration::from_secs(3600));
    }

    /// Both offices work until every document named is in the receiver's folder, once and whole.
    pub(crate) async fn all_arrive(&mut self, documents: &[(&str, usize)]) {
        for _ in 0..4 {
            self.sender.work(100).await.unwrap();
            self.receiver.work(100).await.unwrap();
            self.later();
        }
        let inbox = self.receiver.inbox().unwrap();
        assert_eq!(inbox.len(), documents.len(), "{:?}", inbox.keys());
        for (name, bytes) in documents {
            assert!(inbox[*name] == [document(name, *bytes)], "{name} is not there once and whole");
        }
        self.exchange.verify_audit().await.unwrap();
    }
}

/// A PDF by its first bytes that tells its name.
pub(crate) fn document(name: &str, bytes: usize) -> Vec<u8> {
    let mut document = format!("%PDF-1.4\n{name}\n").into_bytes();
    document.resize(document.len() + bytes, b'x');
    document
}
