//! The life of transmissions in the mailbox: idempotent, numbered in order, committed in groups.

use std::time::Duration;

use careplan_domain::gate::SendRefusal;
use careplan_domain::transmission::{Refusal, State};
use careplan_domain::{Digest, OfficeNumber};
use careplan_platform::mailbox::{Operation, Refused, SealedBytes};
use careplan_platform::store::lists::{self, InboxFilter, Page};
use careplan_platform::store::{audit_rows, events, letters, receipts};
use careplan_protocol::receipt::ReceiptKind;
use careplan_testkit::on_both_databases;
use futures_util::future::join_all;

use crate::world::{World, add_office, bytes_literal, execute, header, id, letter_of, office};

async fn inbox(world: &World, after: i64) -> Vec<(i64, State)> {
    let mut conn = world.store.read().await.unwrap();
    let page = Page { office: office("9970000026"), after, limit: 100 };
    let found = lists::inbox(&mut conn, page, InboxFilter::default()).await.unwrap();
    found.iter().map(|held| (held.inbox_seq, held.state)).collect()
}

async fn news(world: &World, of: OfficeNumber) -> Vec<(i64, State)> {
    let mut conn = world.store.read().await.unwrap();
    let news = events::news(&mut conn, of, 0, 100).await.unwrap();
    news.iter().map(|event| (event.seq, event.state)).collect()
}

on_both_databases! {
    async fn a_letter_travels_from_acceptance_to_import(database: TestDatabase) {
        let world = World::new(database).await;
        let sent = world.send(id(1)).await;
        assert!(sent.first);
        let mut conn = world.store.read().await.unwrap();
        let (held, letter) = letters::find(&mut conn, &id(1)).await.unwrap().unwrap();
        assert_eq!(letter.unwrap(), letter_of(&id(1)));
        assert_eq!(held.state, State::Accepted);

        assert!(world.fetch(id(1)).await.unwrap().first);
        assert!(!world.fetch(id(1)).await.unwrap().first);
        let acknowledged = world.hand_in(id(1), ReceiptKind::Acknowledged).await.unwrap();
        assert!(acknowledged.first && acknowledged.held.bytes_until.is_some());
        assert!(world.hand_in(id(1), ReceiptKind::Imported).await.unwrap().first);

        let states: Vec<_> =
            events::history(&mut conn, &id(1)).await.unwrap().into_iter().map(|(state, _)| state).collect();
        assert_eq!(states, [State::Accepted, State::Fetched, State::Acknowledged, State::Imported]);
        assert_eq!(news(&world, office("9970000026")).await, [(1, State::Accepted)]);
        // The sender's own letter took number 1 of the sender's counter.
        assert_eq!(news(&world, office("9970000018")).await,
            [(2, State::Fetched), (3, State::Acknowledged), (4, State::Imported)]);
        assert_eq!(receipts::list(&mut conn, &id(1)).await.unwrap().len(), 3);
        assert_eq!(world.count("audit").await, 4);
    }

    async fn letters_in_groups_of_any_size_are_stored_with_all_their_rows(database: TestDatabase) {
        let world = World::new(database).await;
        let mut last = 0;
        for size in [1, 2, 3, 5, 21, 64, 70] {
            let ids: Vec<_> = (last + 1..=last + size).map(id).collect();
            let operations = ids.iter().map(|id| {
                let letter = letter_of(id);
                let mut operation = world.accept(header(*id, &letter), &letter);
                // Every third lies on the shelf, so that there are fewer rows of letters than of others.
                if let Operation::Accept(accept) = &mut operation
                    && id.as_bytes()[15] % 3 == 0
                {
                    accept.sealed = SealedBytes::Shelved;
                }
                world.submit(operation)
            });
            for outcome in join_all(operations).await {
                assert!(outcome.unwrap().first);
            }
            let mut conn = world.store.read().await.unwrap();
            for id in &ids {
                let (_, sealed) = letters::find(&mut conn, id).await.unwrap().unwrap();
                let expected = (id.as_bytes()[15] % 3 != 0).then(|| letter_of(id).to_vec());
                assert_eq!(sealed, expected);
                let receipts = receipts::list(&mut conn, id).await.unwrap();
                assert!(String::from_utf8_lossy(&receipts[0].signed).contains(&id.to_string()));
                assert_eq!(events::history(&mut conn, id).await.unwrap().len(), 1);
            }
            last += size;
        }
        let numbers: Vec<i64> = inbox(&world, 66).await.into_iter().map(|(seq, _)| seq).collect();
        assert_eq!(numbers, (67..=166).collect::<Vec<_>>());
        assert_eq!(world.count("audit").await, 166);
    }

    async fn a_repeated_send_gets_the_first_receipt_byte_for_byte(database: TestDatabase) {
        let world = World::new(database).await;
        let first = world.send(id(1)).await;
        world.hand.advance(std::time::Duration::from_secs(3600));
        world.fetch(id(1)).await.unwrap();
        let second = world.send(id(1)).await;
        assert!(first.first && !second.first);
        assert_eq!(second.receipt, first.receipt);
        assert_eq!(second.held.state, State::Fetched);
        assert_eq!(world.held(&id(1)).await.accepted_at, first.held.accepted_at);
        assert_eq!(world.count("audit").await, 2);
    }

    async fn concurrent_duplicates_make_one_row_and_get_one_receipt(database: TestDatabase) {
        let world = World::new(database).await;
        let letter = letter_of(&id(1));
        let sends = (0..16).map(|_| world.submit(world.accept(header(id(1), &letter), &letter)));
        let answers = futures_util::future::join_all(sends).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().filter(|done| done.first).count(), 1);
        assert!(answers.iter().all(|done| done.receipt == answers[0].receipt));
        assert_eq!(world.count("transmission").await, 1);
    }

    async fn the_same_id_with_anything_else_is_a_conflict(database: TestDatabase) {
        let world = World::new(database).await;
        world.send(id(1)).await;
        let letter = letter_of(&id(1));
        let other_letter = letter_of(&id(2));
        let mut others = vec![(header(id(1), &other_letter), other_letter)];
        for change in 0..4 {
            let mut header = header(id(1), &letter);
            match change {
                0 => header.files = 4,
                1 => header.month = None,
                2 => header.to = "9970000026-15".parse().unwrap(),
                _ => header.from = "9970000034-43".parse().unwrap(),
            }
            others.push((header, letter.clone()));
        }
        for (header, letter) in others {
            let answer = world.submit(world.accept(header, &letter)).await;
            assert_eq!(answer.unwrap_err(), Refused::Conflict);
        }
    }

    async fn the_gate_judges_inside_the_transaction(database: TestDatabase) {
        let world = World::new(database).await;
        let letter = letter_of(&id(1));
        let mut unknown = header(id(1), &letter);
        unknown.to = "9970000042-11".parse().unwrap();
        let answer = world.submit(world.accept(unknown, &letter)).await;
        assert_eq!(answer.unwrap_err(), Refused::Send(SendRefusal::ReceiverUnknown));
        execute(&world.database, "update office set status = 'suspended' where number = '9970000026'".to_owned()).await;
        let answer = world.submit(world.accept(header(id(1), &letter), &letter)).await;
        assert_eq!(answer.unwrap_err(), Refused::Send(SendRefusal::ReceiverSuspended));
        assert_eq!(world.count("transmission").await + world.count("audit").await, 0);
    }

    async fn withdrawing_works_until_the_first_fetch(database: TestDatabase) {
        let world = World::new(database).await;
        world.send(id(1)).await;
        world.send(id(2)).await;
        let first = world.withdraw(id(1)).await.unwrap();
        let again = world.withdraw(id(1)).await.unwrap();
        assert!(first.first && !again.first);
        assert_eq!(first.receipt, again.receipt);
        world.fetch(id(2)).await.unwrap();
        assert_eq!(world.withdraw(id(2)).await.unwrap_err(), Refused::Change(Refusal::TooLate(State::Fetched)));
        assert_eq!(world.fetch(id(1)).await.unwrap_err(), Refused::Change(Refusal::TooLate(State::Withdrawn)));
        assert_eq!(inbox(&world, 0).await, [(1, State::Withdrawn), (2, State::Fetched)]);
    }

    async fn fetch_and_withdrawal_in_one_commit_see_each_other(database: TestDatabase) {
        let world = World::new(database).await;
        world.send(id(1)).await;
        let (fetched, withdrawn) = tokio::join!(world.fetch(id(1)), world.withdraw(id(1)));
        assert!(fetched.is_ok() != withdrawn.is_ok());
    }

    async fn a_history_is_told_in_the_order_of_a_life_also_when_a_clock_runs_behind(database: TestDatabase) {
        let world = World::new(database).await;
        world.send(id(1)).await;
        for kind in [None, Some(ReceiptKind::Acknowledged), Some(ReceiptKind::Imported)] {
            world.hand.set(world.clock.now() - Duration::from_secs(60));
            match kind {
                None => world.fetch(id(1)).await.unwrap(),
                Some(kind) => world.hand_in(id(1), kind).await.unwrap(),
            };
        }
        let mut conn = world.store.read().await.unwrap();
        let history = events::history(&mut conn, &id(1)).await.unwrap();
        let states: Vec<_> = history.iter().map(|(state, _)| *state).collect();
        assert_eq!(states, [State::Accepted, State::Fetched, State::Acknowledged, State::Imported]);
        assert!(history.is_sorted_by_key(|(_, at)| std::cmp::Reverse(*at)), "each by the clock of its time");
        let receipts: Vec<_> = receipts::list(&mut conn, &id(1)).await.unwrap().iter().map(|it| it.kind).collect();
        assert_eq!(receipts, [ReceiptKind::Accepted, ReceiptKind::Acknowledged, ReceiptKind::Imported]);
    }

    async fn the_audit_tells_who_did_what_to_which_letter_and_with_which_certificate(database: TestDatabase) {
        let world = World::new(database).await;
        for number in 1..=3 {
            world.send(id(number)).await;
        }
        world.fetch(id(1)).await.unwrap();
        world.hand_in(id(1), ReceiptKind::Refused).await.unwrap();
        world.withdraw(id(2)).await.unwrap();
        let at = world.held(&id(3)).await.deadline;
        world.submit(Operation::Expire { id: id(3), receipt: b"report".to_vec(), at }).await.unwrap();
        let rows = audit_rows::after(&mut world.store.read().await.unwrap(), 0, 100).await.unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.actor.as_str(), row.action.as_str(), row.subject.clone())).collect();
        let (sender, receiver) = ("office:9970000018", "office:9970000026");
        assert_eq!(told, [
            (sender, "transmission.accepted", id(1).to_string()),
            (sender, "transmission.accepted", id(2).to_string()),
            (sender, "transmission.accepted", id(3).to_string()),
            (receiver, "transmission.fetched", id(1).to_string()),
            (receiver, "transmission.refused", id(1).to_string()),
            (sender, "transmission.withdrawn", id(2).to_string()),
            ("platform", "transmission.expired", id(3).to_string()),
        ]);
        let letter = letter_of(&id(1));
        let detail: serde_json::Value = serde_json::from_str(&rows[0].detail).unwrap();
        assert_eq!(detail, serde_json::json!({
            "from": "9970000018-43", "to": "9970000026-11", "unit": "K2", "bytes": letter.len(),
            "sha256": header(id(1), &letter).sealed_digest, "certificate": Digest([1; 32]),
        }));
    }

    async fn strangers_learn_nothing(database: TestDatabase) {
        let world = World::new(database).await;
        world.send(id(1)).await;
        let by = office("9970000034");
        assert_eq!(world.submit(Operation::Fetch { id: id(1), by }).await.unwrap_err(), Refused::Unknown);
        assert_eq!(world.submit(Operation::Fetch { id: id(9), by }).await.unwrap_err(), Refused::Unknown);
    }

    async fn one_bad_operation_does_not_spoil_its_neighbours(database: TestDatabase) {
        let world = World::new(database).await;
        world.send(id(1)).await;
        let marker = bytes_literal(&world.database, id(1).as_bytes());
        execute(&world.database, format!("update transmission set unit = 'nonsense' where id = {marker}")).await;
        let letters: Vec<_> = (2..10).map(|number| (id(number), letter_of(&id(number)))).collect();
        let good = futures_util::future::join_all(
            letters.iter().map(|(id, letter)| world.submit(world.accept(header(*id, letter), letter))));
        let bad = world.writer.submit(Operation::Fetch { id: id(1), by: office("9970000026") });
        let (bad, good) = tokio::join!(bad, good);
        assert!(bad.is_err());
        assert!(good.iter().all(|outcome| outcome.as_ref().is_ok_and(|done| done.first)));
        assert_eq!(world.count("transmission").await, 9);
    }

    async fn a_reader_with_a_cursor_misses_nothing_under_concurrent_writers(database: TestDatabase) {
        let world = World::new(database).await;
        let letters: Vec<_> = (1..=120).map(|number| (id(number), letter_of(&id(number)))).collect();
        let world = &world;
        let sends = letters.chunks(20).map(|chunk| async move {
            for (id, letter) in chunk {
                world.submit(world.accept(header(*id, letter), letter)).await.unwrap();
            }
        });
        let reader = async {
            let mut seen = Vec::new();
            let mut waiting = world.news.subscribe(office("9970000026"));
            while seen.len() < 120 {
                let after = seen.last().copied().unwrap_or_default();
                let page = inbox(world, after).await;
                if page.is_empty() {
                    waiting.changed().await;
                }
                seen.extend(page.into_iter().map(|(seq, _)| seq));
            }
            seen
        };
        let (_, seen) = tokio::join!(futures_util::future::join_all(sends), reader);
        assert_eq!(seen, (1..=120).collect::<Vec<_>>());
    }

    async fn two_service_types_of_one_office_write_to_each_other(database: TestDatabase) {
        add_office(&database, "9970000042", &["11", "43"]).await;
        let world = World::new(database).await;
        let letter = letter_of(&id(1));
        let mut header = header(id(1), &letter);
        header.from = "9970000042-43".parse().unwrap();
        header.to = "9970000042-11".parse().unwrap();
        let done = world.submit(world.accept(header, &letter)).await.unwrap();
        assert_eq!((done.held.sent_seq, done.held.inbox_seq), (1, 2));
        assert_eq!(news(&world, office("9970000042")).await, [(2, State::Accepted)]);
    }

    async fn a_drained_writer_answers_what_it_took_and_takes_no_more(database: TestDatabase) {
        let world = World::new(database).await;
        let letters: Vec<_> = (1..=50).map(|number| (id(number), letter_of(&id(number)))).collect();
        let sends = futures_util::future::join_all(
            letters.iter().map(|(id, letter)| world.writer.submit(world.accept(header(*id, letter), letter))));
        let (answers, ()) = tokio::join!(sends, world.writer.drain());
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(world.count("transmission").await, 50);
        assert!(world.writer.submit(Operation::Fetch { id: id(1), by: office("9970000026") }).await.is_err());
    }
}
