//! The audit chain finds what was changed, removed or inserted.

use careplan_platform::audit::{Actor, AuditFault, Entry, Verified, append, make_checkpoint, verify_chain};
use careplan_platform::store::audit_rows;
use careplan_testkit::database::TestDatabase;
use careplan_testkit::on_both_databases;

use crate::world::{World, execute};

/// Takes the test signer's number off; anything else is no signature of the platform.
fn open(signed: &[u8]) -> Option<Vec<u8>> {
    let rest = signed.strip_prefix(b"signature ")?;
    let space = rest.iter().position(|byte| *byte == b' ')?;
    Some(rest[space + 1..].to_vec())
}

async fn written(world: &World, rows: u32) {
    let mut tx = world.store.begin().await.unwrap();
    for number in 0..rows {
        let detail = serde_json::json!({ "number": number });
        let entry = Entry { actor: Actor::Platform, action: "test.done", subject: "it".to_owned(), detail };
        append(&mut tx, world.clock.now(), entry);
    }
    tx.commit().await.unwrap();
}

async fn verify(world: &World) -> Verified {
    verify_chain(&world.store, &open).await.unwrap()
}

async fn fault_after(database: TestDatabase, tampering: &str) -> Option<AuditFault> {
    let world = World::new(database).await;
    written(&world, 3).await;
    written(&world, 4).await;
    execute(&world.database, tampering.to_owned()).await;
    verify(&world).await.fault
}

on_both_databases! {
    async fn an_untouched_chain_is_whole(database: TestDatabase) {
        let world = World::new(database).await;
        assert_eq!(verify(&world).await, Verified { rows: 0, checkpoints: 0, fault: None });
        written(&world, 2500).await;
        assert!(make_checkpoint(&world.store, &*world.signer, world.clock.now()).await.unwrap());
        assert!(!make_checkpoint(&world.store, &*world.signer, world.clock.now()).await.unwrap());
        written(&world, 1).await;
        assert_eq!(verify(&world).await, Verified { rows: 2501, checkpoints: 1, fault: None });
    }

    async fn a_changed_row_is_found(database: TestDatabase) {
        let fault = fault_after(database, "update audit set detail = '{}' where seq = 3").await;
        assert_eq!(fault, Some(AuditFault::Changed { seq: 3 }));
    }

    async fn a_moved_time_is_found(database: TestDatabase) {
        let fault = fault_after(database, "update audit set at = at + 1 where seq = 7").await;
        assert_eq!(fault, Some(AuditFault::Changed { seq: 7 }));
    }

    async fn a_removed_row_is_found(database: TestDatabase) {
        let fault = fault_after(database, "delete from audit where seq = 3").await;
        assert_eq!(fault, Some(AuditFault::Missing { seq: 3 }));
    }

    async fn a_removed_first_row_is_found(database: TestDatabase) {
        let fault = fault_after(database, "delete from audit where seq = 1").await;
        assert_eq!(fault, Some(AuditFault::Missing { seq: 1 }));
    }

    async fn a_removed_tail_is_found(database: TestDatabase) {
        let fault = fault_after(database, "delete from audit where seq > 5").await;
        assert_eq!(fault, Some(AuditFault::Tail { found: 5, expected: 7 }));
    }

    async fn an_inserted_row_is_found(database: TestDatabase) {
        let fault = fault_after(database, "update audit set seq = 8 where seq = 7; \
            insert into audit select 7, at, actor, action, subject, detail, hash from audit where seq = 8; \
            update audit_head set last_seq = 8").await;
        assert_eq!(fault, Some(AuditFault::Changed { seq: 8 }));
    }

    async fn a_tail_removed_together_with_the_head_is_found_by_the_checkpoint(database: TestDatabase) {
        let world = World::new(database).await;
        written(&world, 5).await;
        make_checkpoint(&world.store, &*world.signer, world.clock.now()).await.unwrap();
        execute(&world.database, "update audit_head set last_seq = 4, \
            last_hash = (select hash from audit where seq = 4); delete from audit where seq = 5".to_owned()).await;
        assert_eq!(verify(&world).await.fault, Some(AuditFault::Checkpoint { seq: 5 }));
    }

    async fn a_forged_checkpoint_is_found(database: TestDatabase) {
        let world = World::new(database).await;
        written(&world, 5).await;
        make_checkpoint(&world.store, &*world.signer, world.clock.now()).await.unwrap();
        execute(&world.database, "update audit_checkpoint set signed = hash from audit where audit.seq = 5".to_owned()).await;
        assert_eq!(verify(&world).await.fault, Some(AuditFault::CheckpointSignature { seq: 5 }));
    }

    async fn rows_past_their_term_are_dropped_up_to_a_checkpoint_that_anchors_the_rest(database: TestDatabase) {
        let world = World::new(database).await;
        for _ in 0..3 {
            written(&world, 4).await;
            make_checkpoint(&world.store, &*world.signer, world.clock.now()).await.unwrap();
            world.hand.advance(std::time::Duration::from_secs(86_400));
        }
        let two_days = "2026-11-02T12:00:00Z".parse().unwrap();
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(audit_rows::drop_before(&mut tx, two_days).await.unwrap(), 8);
        tx.commit().await.unwrap();
        assert_eq!(verify(&world).await, Verified { rows: 4, checkpoints: 1, fault: None });
        execute(&world.database, "delete from audit where seq = 9".to_owned()).await;
        assert_eq!(verify(&world).await.fault, Some(AuditFault::Missing { seq: 1 }));
    }
}
