//! What the database says of callers, asked for many at the same moment.

use std::sync::Arc;

use careplan_domain::Digest;
use careplan_domain::gate::OfficeStatus;
use careplan_platform::caller::Standings;
use careplan_platform::store::StoreError;
use careplan_platform::store::certificates::CallerStanding;
use careplan_testkit::on_both_databases;
use futures_util::future::join_all;

use crate::world::{World, helper, manager};

on_both_databases! {
    async fn each_of_many_who_ask_together_gets_its_own_answer(database: TestDatabase) {
        let world = World::new(database).await;
        let (known, other) = (world.certify(manager()).await, world.certify(helper()).await);
        world.admin(&["certificate", "revoke", &other.serial().to_string(), "--reason", "lost"]).await.unwrap();
        world.admin(&["office", "suspend", helper().as_str()]).await.unwrap();
        let standings = Standings::start(world.store.clone());
        let asked = [
            (manager(), Digest(known.fingerprint())),
            (helper(), Digest(other.fingerprint())),
            // A certificate that was recorded for another office, and an office that is not there.
            (helper(), Digest(known.fingerprint())),
            ("9970009999".parse().unwrap(), Digest(known.fingerprint())),
        ];
        // More than one read takes, in an order that mixes them.
        let answers = join_all((0..300).map(|i| {
            let (office, fingerprint) = asked[i % asked.len()];
            standings.of(office, fingerprint)
        }))
        .await;
        let active = CallerStanding { status: OfficeStatus::Active, is_recorded: true, revoked_at: None };
        let suspended = CallerStanding { status: OfficeStatus::Suspended, is_recorded: false, revoked_at: None };
        for (i, answer) in answers.into_iter().enumerate() {
            let answer = answer.unwrap();
            match i % asked.len() {
                0 => assert_eq!(answer, Some(active)),
                1 => assert!(answer.is_some_and(|it| it.is_recorded && it.revoked_at.is_some())),
                2 => assert_eq!(answer, Some(suspended)),
                _ => assert_eq!(answer, None),
            }
        }
    }

    async fn all_who_ask_learn_that_the_database_is_away(database: TestDatabase) {
        let world = World::new(database).await;
        let standings = Standings::start(world.store.clone());
        world.store.close().await;
        let answers = join_all((0..10).map(|_| standings.of(manager(), Digest([0; 32])))).await;
        for answer in answers {
            assert!(matches!(answer.as_ref().map_err(Arc::as_ref), Err(StoreError::Unavailable(_))), "{answer:?}");
        }
    }
}
