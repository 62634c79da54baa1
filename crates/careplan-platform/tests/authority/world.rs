//! A store, a clock moved by hand, and a desk.

use std::sync::Arc;

use careplan_domain::OfficeNumber;
use careplan_envelope::{OfficeKey as _, SigningKey};
use careplan_platform::audit::{self, Actor, Entry};
use careplan_platform::authority::desk::Desk;
use careplan_platform::authority::home::{self, Home};
use careplan_platform::authority::ledger::{self, Order, OrderDetail};
use careplan_platform::authority::profile::ProfileName;
use careplan_platform::clock::{Clock, Hand};
use careplan_platform::config::Config;
use careplan_platform::store::Store;
use careplan_platform::store::offices::{self, Registration};
use careplan_platform::store::orders::{OrderRow, order};
use careplan_testkit::database::TestDatabase;
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

pub(crate) const LIST_URL: &str = "https://localhost:8443/authority/ca.crl";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) hand: Hand,
    pub(crate) desk: Desk,
    pub(crate) config: Config,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new(database: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::connect(&database.url().parse().unwrap()).await.unwrap();
        let (clock, hand) = Clock::by_hand("2026-11-22T09:00:00Z".parse().unwrap());
        let config = Config::load(None, Some(folder.path().join("data"))).unwrap();
        let home = home::open(&config, &store, LIST_URL.into(), clock.now()).await.unwrap();
        let Home::Here(issuer) = home else { panic!("the authority is here") };
        let bell = Arc::new(Notify::new());
        let desk = Desk::new(store.clone(), clock.clone(), issuer, &config.authority, bell).unwrap();
        Self { store, clock, hand, desk, config, _folder: folder }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.hand.advance(std::time::Duration::from_secs(seconds));
    }

    /// Registers an office.
    pub(crate) async fn office(&self, number: &str) -> OfficeNumber {
        let number: OfficeNumber = number.parse().unwrap();
        let mut tx = self.store.begin().await.unwrap();
        offices::put(&mut tx, &[registration(number)], self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        number
    }

    /// Places an order for an office with a new key.
    pub(crate) async fn order(&self, office: OfficeNumber) -> OrderRow {
        let key = SigningKey::generate_p256().unwrap();
        self.order_for(office, key.public_key_spki()).await
    }

    pub(crate) async fn order_for(&self, office: OfficeNumber, public_key: &[u8]) -> OrderRow {
        let detail = OrderDetail::default();
        let wanted = Order { profile: ProfileName::Office, office: Some(office), public_key, detail };
        let id = Uuid::now_v7();
        let mut tx = self.store.begin().await.unwrap();
        ledger::place(&mut tx, id, &wanted, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.look(id).await
    }

    pub(crate) async fn look(&self, id: Uuid) -> OrderRow {
        order(&mut self.store.read().await.unwrap(), id).await.unwrap().unwrap()
    }

    /// Revokes a certificate as the operators' command does.
    pub(crate) async fn revoke(&self, serial: &careplan_envelope::CertificateSerial) {
        let now = self.clock.now();
        let mut tx = self.store.begin().await.unwrap();
        let done = careplan_platform::store::certificates::revoke(&mut tx, serial, now, "key lost").await;
        assert!(done.unwrap());
        let (actor, subject) = (Actor::Operator("test".into()), serial.to_string());
        let detail = serde_json::json!({});
        audit::append(&mut tx, now, Entry { actor, action: "certificate.revoked", subject, detail });
        tx.commit().await.unwrap();
    }
}

fn registration(number: OfficeNumber) -> Registration {
    Registration {
        number,
        name: "見本居宅介護支援事業所".into(),
        kana: "ミホンキョタクカイゴシエンジギョウショ".into(),
        prefecture: number.prefecture().into(),
        address: "見本県見本市1-1".into(),
        service_types: ["43".parse().unwrap()].into(),
    }
}
