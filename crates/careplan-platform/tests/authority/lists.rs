//! Revocation lists: numbered, made when due and when something was revoked.

use careplan_envelope::{Certificate, RevocationList};
use careplan_platform::store::certificates::revoke;
use careplan_platform::store::orders::newest_list;
use careplan_testkit::on_both_databases;

use crate::world::World;

pub(crate) async fn newest(world: &World) -> RevocationList {
    let row = newest_list(&mut world.store.read().await.unwrap()).await.unwrap().unwrap();
    let list = RevocationList::from_der(&row.der, world.desk.root()).unwrap();
    assert_eq!(list.number().map(ToString::to_string), Some(format!("{:02x}", row.number)));
    list
}

async fn issue(world: &World) -> Certificate {
    let order = world.order(world.office("9970000018").await).await;
    world.desk.work_one().await.unwrap();
    Certificate::from_der(&world.look(order.id).await.certificate.unwrap()).unwrap()
}

on_both_databases! {
    async fn a_list_is_made_at_first_and_then_when_its_time_has_come(database: TestDatabase) {
        let world = World::new(&database).await;
        assert!(world.desk.publish_list_if_due().await.unwrap());
        assert!(!world.desk.publish_list_if_due().await.unwrap());
        let first = newest(&world).await;
        let every = u64::from(world.config.authority.revocation_list_hours) * 3600;
        world.advance(every - 1);
        assert!(!world.desk.publish_list_if_due().await.unwrap());
        world.advance(1);
        assert!(world.desk.publish_list_if_due().await.unwrap());
        let second = newest(&world).await;
        assert_eq!((first.number().unwrap().to_string(), second.number().unwrap().to_string()), ("01".into(), "02".into()));
        assert!(first.next_update().unwrap() > second.this_update(), "no gap between two lists");
        assert!(second.is_empty());
    }

    async fn a_revocation_makes_a_new_list_at_once(database: TestDatabase) {
        let world = World::new(&database).await;
        let it = issue(&world).await;
        assert!(world.desk.publish_list_if_due().await.unwrap());
        assert!(newest(&world).await.contains(it.serial()).is_none());
        world.advance(1);
        world.revoke(it.serial()).await;
        assert!(world.desk.publish_list_if_due().await.unwrap());
        let list = newest(&world).await;
        assert!(list.contains(it.serial()).is_some() && list.covers(&it));
        assert!(!world.desk.publish_list_if_due().await.unwrap(), "once is enough");
    }

    async fn a_certificate_is_revoked_once_and_keeps_the_first_instant(database: TestDatabase) {
        let world = World::new(&database).await;
        let it = issue(&world).await;
        let first = world.clock.now();
        world.revoke(it.serial()).await;
        world.advance(60);
        let mut tx = world.store.begin().await.unwrap();
        assert!(!revoke(&mut tx, it.serial(), world.clock.now(), "again").await.unwrap());
        tx.commit().await.unwrap();
        world.desk.publish_list_if_due().await.unwrap();
        assert_eq!(newest(&world).await.contains(it.serial()), Some(first));
    }

    /// The operator's clock, or a transaction that took its time, is behind the list's.
    async fn a_revocation_that_carries_an_earlier_time_than_the_list_is_not_missed(database: TestDatabase) {
        let world = World::new(&database).await;
        let it = issue(&world).await;
        let before = world.clock.now();
        world.advance(60);
        assert!(world.desk.publish_list_if_due().await.unwrap());
        world.hand.set(before);
        world.revoke(it.serial()).await;
        world.advance(61);
        assert!(world.desk.publish_list_if_due().await.unwrap());
        assert!(newest(&world).await.contains(it.serial()).is_some());
    }

    async fn an_expired_certificate_leaves_the_list(database: TestDatabase) {
        let world = World::new(&database).await;
        let it = issue(&world).await;
        world.revoke(it.serial()).await;
        world.desk.publish_list_if_due().await.unwrap();
        assert_eq!(newest(&world).await.len(), 1);
        world.advance(u64::from(world.config.authority.office_days) * 86_400 + 1);
        assert!(world.desk.publish_list_if_due().await.unwrap());
        assert_eq!(newest(&world).await.len(), 0);
    }
}
