//! The audit chain finds what was changed, removed or inserted.

use careplan_platform::audit::{
    Actor, AuditFault, Checkpoint, Entry, Row, Verified, append, chain_hash, make_checkpoint, verify_chain,
};
use careplan_platform::signer::Signer as _;
use careplan_platform::store::audit_rows;
use careplan_testkit::database::TestDatabase;
use careplan_testkit::on_both_databases;

use crate::world::{World, bytes_literal, execute};

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

/// Changes a row and hashes it and those after it anew, up to row `last`: as somebody would who can
/// write to the database and knows how the chain is made.
async fn rebuild(world: &World, seq: i64, last: i64) {
    let mut rows = audit_rows::after(&mut world.store.read().await.unwrap(), seq - 2, 100).await.unwrap();
    let mut before = rows.remove(0).hash;
    rows[0].subject = "another".to_owned();
    for row in rows.iter_mut().filter(|row| row.seq <= last) {
        row.hash = chain_hash(&before, row);
        before = row.hash;
        let hash = bytes_literal(&world.database, &row.hash);
        let (subject, seq) = (&row.subject, row.seq);
        let script = format!("update audit set subject = '{subject}', hash = {hash} where seq = {seq}");
        execute(&world.database, script).await;
    }
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

    async fn every_text_of_a_row_is_covered_by_its_hash_at_its_place(database: TestDatabase) {
        let world = World::new(database).await;
        written(&world, 3).await;
        for column in ["actor", "action", "subject", "detail"] {
            let longer = format!("update audit set {column} = {column} || 'x' where seq = 2");
            execute(&world.database, longer).await;
            assert_eq!(verify(&world).await.fault, Some(AuditFault::Changed { seq: 2 }), "{column}");
            let back = format!("update audit set {column} = substr({column}, 1, length({column}) - 1) where seq = 2");
            execute(&world.database, back).await;
        }
        assert_eq!(verify(&world).await.fault, None);
        execute(&world.database, "update audit set subject = 'i', detail = 't' || detail where seq = 2".to_owned()).await;
        assert_eq!(verify(&world).await.fault, Some(AuditFault::Changed { seq: 2 }), "a letter moved to the next text");
    }

    async fn a_row_that_was_hashed_anew_is_found_by_the_next_or_by_the_head(database: TestDatabase) {
        let world = World::new(database).await;
        written(&world, 7).await;
        rebuild(&world, 7, 7).await;
        assert_eq!(verify(&world).await.fault, Some(AuditFault::Tail { found: 7, expected: 7 }));
        rebuild(&world, 3, 3).await;
        assert_eq!(verify(&world).await.fault, Some(AuditFault::Changed { seq: 4 }));
    }

    async fn a_chain_that_was_rebuilt_to_its_end_is_found_by_the_checkpoint(database: TestDatabase) {
        let world = World::new(database).await;
        written(&world, 5).await;
        make_checkpoint(&world.store, &*world.signer, world.clock.now()).await.unwrap();
        rebuild(&world, 3, 5).await;
        execute(&world.database, "update audit_head set last_hash = (select hash from audit where seq = 5)".to_owned()).await;
        assert_eq!(verify(&world).await.fault, Some(AuditFault::Checkpoint { seq: 5 }));
    }

    async fn a_signature_of_the_platform_under_another_document_is_no_checkpoint(database: TestDatabase) {
        let world = World::new(database).await;
        written(&world, 5).await;
        make_checkpoint(&world.store, &*world.signer, world.clock.now()).await.unwrap();
        let (_, signed) = audit_rows::checkpoints(&mut world.store.read().await.unwrap()).await.unwrap().remove(0);
        let good: Checkpoint = serde_json::from_slice(&open(&signed).unwrap()).unwrap();
        for other in [Checkpoint { document: "careplan.receipt.v1".into(), ..good.clone() }, Checkpoint { seq: 4, ..good }] {
            let signed = world.signer.sign(&serde_json::to_vec(&other).unwrap(), world.clock.now()).unwrap();
            let signed = bytes_literal(&world.database, &signed);
            execute(&world.database, format!("update audit_checkpoint set signed = {signed}")).await;
            assert_eq!(verify(&world).await.fault, Some(AuditFault::CheckpointSignature { seq: 5 }));
        }
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

/// Computed by another program from the words of `chain_hash`: chains outlive programs.
#[test]
fn the_hash_of_a_row_is_what_it_always_was() {
    let row = Row {
        seq: 2,
        at: 1_793_491_200_000,
        actor: "office:9970000018".to_owned(),
        action: "transmission.accepted".to_owned(),
        subject: "01920000-0000-7000-8000-000000000001".to_owned(),
        detail: r#"{"unit":"K2"}"#.to_owned(),
        hash: [0; 32],
    };
    let hash = hex::encode(chain_hash(&[7; 32], &row));
    assert_eq!(hash, "cab2628271e45961972f09c426b5fd8aed6f0b40bcb50093ff45bfcdd2507749");
}
