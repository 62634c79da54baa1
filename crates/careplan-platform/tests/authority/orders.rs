//! Prepare → record → sign → verify → record, and what a crash between two steps leaves behind.

use careplan_domain::Digest;
use careplan_envelope::{Certificate, Purpose};
use careplan_platform::audit::verify_chain;
use careplan_platform::authority::desk::INTENT_AGE_MAX;
use careplan_platform::authority::ledger::{self, LEASE};
use careplan_platform::authority::own::Wish;
use careplan_platform::authority::profile::{BACKDATE, ProfileName};
use careplan_platform::store::audit_rows;
use careplan_platform::store::certificates::{caller_standing, certificate};
use careplan_platform::store::orders::{OrderRow, OrderState};
use careplan_testkit::on_both_databases;

use crate::world::World;

const OFFICE: &str = "9970000018";

/// A lease, and a second.
fn lease_over(world: &World) {
    world.advance(LEASE.as_secs().unsigned_abs() + 1);
}

async fn finished(world: &World, order: &OrderRow) -> Certificate {
    let order = world.look(order.id).await;
    assert_eq!(order.state, OrderState::Signed, "{:?}", order.failure);
    let certificate = Certificate::from_der(order.certificate.as_deref().unwrap()).unwrap();
    assert_eq!(order.serial, Some(*certificate.serial()));
    let row = certificate_row(world, &certificate).await.unwrap();
    assert_eq!(row.der, certificate.der());
    chain_holds(world).await;
    certificate
}

async fn chain_holds(world: &World) {
    let verified = verify_chain(&world.store, &|_| None).await.unwrap();
    assert_eq!(verified.fault, None);
}

async fn certificate_row(
    world: &World,
    it: &Certificate,
) -> Option<careplan_platform::store::certificates::CertificateRow> {
    certificate(&mut world.store.read().await.unwrap(), it.serial()).await.unwrap()
}

on_both_databases! {
    async fn an_order_becomes_a_certificate_that_is_on_record(database: TestDatabase) {
        let world = World::new(&database).await;
        let office = world.office(OFFICE).await;
        let order = world.order(office).await;
        assert!(world.desk.work_one().await.unwrap());
        let it = finished(&world, &order).await;
        assert_eq!(it.san_uris(), ["urn:x-careplan:office:9970000018"]);
        let mut db = world.store.read().await.unwrap();
        let standing = caller_standing(&mut db, &office, &Digest(it.fingerprint())).await.unwrap().unwrap();
        assert!(standing.is_recorded && standing.revoked_at.is_none());
        assert!(!world.desk.work_one().await.unwrap(), "nothing waits any more");
    }

    async fn a_crash_after_taking_an_order_costs_one_lease(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        assert!(ledger::take(&world.store, world.clock.now()).await.unwrap().is_some());
        assert!(!world.desk.work_one().await.unwrap(), "another authority leaves a leased order alone");
        lease_over(&world);
        assert!(world.desk.work_one().await.unwrap());
        finished(&world, &order).await;
    }

    async fn a_crash_after_the_intent_is_finished_with_the_same_serial(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        let now = world.clock.now();
        let taken = ledger::take(&world.store, now).await.unwrap().unwrap();
        let prepared = world.desk.prepare(&taken, now).unwrap();
        let serial = *prepared.serial();
        assert!(ledger::intend(&world.store, &taken, prepared, now).await.unwrap().is_some());
        lease_over(&world);
        assert!(world.desk.work_one().await.unwrap());
        assert_eq!(*finished(&world, &order).await.serial(), serial);
    }

    async fn a_crash_after_signing_leads_to_one_certificate_of_the_same_content(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        let now = world.clock.now();
        let taken = ledger::take(&world.store, now).await.unwrap().unwrap();
        let prepared = world.desk.prepare(&taken, now).unwrap();
        let intended = ledger::intend(&world.store, &taken, prepared, now).await.unwrap().unwrap();
        let lost = world.desk.sign(intended).unwrap();
        lease_over(&world);
        assert!(world.desk.work_one().await.unwrap());
        let it = finished(&world, &order).await;
        assert_eq!((it.serial(), it.public_key_spki()), (lost.serial(), lost.public_key_spki()));
        assert_eq!((it.not_before(), it.not_after()), (lost.not_before(), lost.not_after()));
    }

    async fn an_intent_that_is_too_old_is_abandoned_and_its_serial_listed_as_revoked(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        let now = world.clock.now();
        let taken = ledger::take(&world.store, now).await.unwrap().unwrap();
        let prepared = world.desk.prepare(&taken, now).unwrap();
        let serial = *prepared.serial();
        ledger::intend(&world.store, &taken, prepared, now).await.unwrap().unwrap();
        assert!(world.desk.publish_list_if_due().await.unwrap());
        world.advance(INTENT_AGE_MAX.as_secs().unsigned_abs() + 1);
        assert!(world.desk.work_one().await.unwrap());
        let order = world.look(order.id).await;
        assert_eq!(order.state, OrderState::Failed);
        assert_eq!(order.failure.as_deref(), Some("interrupted, and too old to be finished"));
        assert!(world.desk.publish_list_if_due().await.unwrap());
        assert!(crate::lists::newest(&world).await.contains(&serial).is_some());
        chain_holds(&world).await;
    }

    async fn an_intent_at_the_edge_of_its_age_is_still_finished(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        let now = world.clock.now();
        let taken = ledger::take(&world.store, now).await.unwrap().unwrap();
        let prepared = world.desk.prepare(&taken, now).unwrap();
        ledger::intend(&world.store, &taken, prepared, now).await.unwrap().unwrap();
        world.advance(INTENT_AGE_MAX.as_secs().unsigned_abs());
        assert!(world.desk.work_one().await.unwrap());
        finished(&world, &order).await;
    }

    async fn a_key_that_the_profile_does_not_allow_is_abandoned_with_the_reason(database: TestDatabase) {
        let world = World::new(&database).await;
        let office = world.office(OFFICE).await;
        let order = world.order_for(office, b"not a key").await;
        assert!(world.desk.work_one().await.unwrap());
        let order = world.look(order.id).await;
        assert_eq!(order.state, OrderState::Failed);
        assert_eq!(
            order.failure.as_deref(),
            Some("the key is of a kind or size that the profile does not allow")
        );
        assert_eq!(order.serial, None);
    }

    async fn two_authorities_never_issue_twice_for_one_order(database: TestDatabase) {
        let world = World::new(&database).await;
        let office = world.office(OFFICE).await;
        let mut orders = Vec::new();
        for _ in 0..6 {
            orders.push(world.order(office).await);
        }
        let work = async || while world.desk.work_one().await.unwrap() {};
        tokio::join!(work(), work());
        let mut serials: Vec<_> = Vec::new();
        for order in &orders {
            serials.push(*finished(&world, order).await.serial());
        }
        serials.sort_unstable();
        serials.dedup();
        assert_eq!(serials.len(), orders.len());
    }

    async fn of_two_intents_for_one_order_the_first_counts(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        let now = world.clock.now();
        let taken = ledger::take(&world.store, now).await.unwrap().unwrap();
        let (first, second) = (world.desk.prepare(&taken, now).unwrap(), world.desk.prepare(&taken, now).unwrap());
        let serial = *first.serial();
        assert!(ledger::intend(&world.store, &taken, first, now).await.unwrap().is_some());
        assert!(ledger::intend(&world.store, &taken, second, now).await.unwrap().is_none());
        assert_eq!(world.look(order.id).await.serial, Some(serial));
    }

    /// The authority that signed it was slower than the one that gave the order up.
    async fn a_certificate_that_comes_after_its_order_was_abandoned_is_not_recorded(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        let now = world.clock.now();
        let taken = ledger::take(&world.store, now).await.unwrap().unwrap();
        let prepared = world.desk.prepare(&taken, now).unwrap();
        let intended = ledger::intend(&world.store, &taken, prepared, now).await.unwrap().unwrap();
        let late = world.desk.sign(intended).unwrap();
        ledger::fail(&world.store, &world.look(order.id).await, "given up", now).await.unwrap();
        ledger::complete(&world.store, &taken, &late, now).await.unwrap();
        assert_eq!(world.look(order.id).await.state, OrderState::Failed);
        assert!(certificate_row(&world, &late).await.is_none());
        chain_holds(&world).await;
    }

    async fn every_step_of_an_order_is_audited(database: TestDatabase) {
        let world = World::new(&database).await;
        let office = world.office(OFFICE).await;
        let good = world.order(office).await;
        world.desk.work_one().await.unwrap();
        let bad = world.order_for(office, b"not a key").await;
        world.desk.work_one().await.unwrap();
        world.desk.publish_list_if_due().await.unwrap();
        let rows = audit_rows::after(&mut world.store.read().await.unwrap(), 0, 100).await.unwrap();
        let told: Vec<_> = rows.into_iter().map(|row| format!("{} {} {}", row.actor, row.action, row.subject)).collect();
        let (root, it) = (world.desk.root().serial(), finished(&world, &good).await);
        assert_eq!(told, [
            format!("platform authority.created {root}"),
            format!("office:{OFFICE} certificate.ordered {}", good.id),
            format!("platform certificate.intended {}", it.serial()),
            format!("platform certificate.issued {}", it.serial()),
            format!("office:{OFFICE} certificate.ordered {}", bad.id),
            format!("platform certificate.abandoned {}", bad.id),
            "platform revocation_list.published 1".to_owned(),
        ]);
    }

    async fn a_certificate_begins_a_little_before_and_ends_as_configured(database: TestDatabase) {
        let world = World::new(&database).await;
        let order = world.order(world.office(OFFICE).await).await;
        world.desk.work_one().await.unwrap();
        let it = finished(&world, &order).await;
        assert_eq!(it.not_before(), world.clock.now() - BACKDATE);
        let days = i64::from(world.config.authority.office_days);
        assert_eq!(it.not_after().duration_since(world.clock.now()).as_secs(), days * 86_400);
        let root = careplan_envelope::TrustAnchors::new([world.desk.root().clone()]).unwrap();
        root.verify_chain(&it, &[], world.clock.now(), Purpose::ClientAuth).unwrap();
    }

    async fn the_profile_of_a_wish_is_the_profile_of_its_order(database: TestDatabase) {
        let world = World::new(&database).await;
        let folder = world.config.data_dir.join("keys");
        let wish = Wish { profile: ProfileName::PlatformSigner, names: Vec::new(), folder };
        let (held, worked) =
            tokio::join!(wish.obtain(&world.store, &world.clock, None), crate::own::work_until_idle(&world));
        worked.unwrap();
        assert_eq!(held.unwrap().certificate.san_uris(), ["urn:x-careplan:platform"]);
    }
}
