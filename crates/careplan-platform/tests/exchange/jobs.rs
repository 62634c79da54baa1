//! Periodic work over a clock that is moved by hand.

use bytes::Bytes;
use careplan_domain::transmission::State;
use careplan_platform::audit::verify_chain;
use careplan_platform::blobs::BlobName;
use careplan_platform::clock::Clock;
use careplan_platform::jobs::{
    DROP_BLOB, JOB_TRIES_MAX, Periodic, drop_bytes, drop_proofs, expire, run_due, run_outbox, sweep_blobs,
    sweep_uploads,
};
use careplan_platform::store::letters::LETTER_ROW_BYTES_MAX;
use careplan_platform::store::{jobs, leases};
use careplan_protocol::receipt::{Receipt, ReceiptKind};
use careplan_protocol::routes;
use careplan_testkit::on_both_databases;
use http::StatusCode;
use insta::assert_snapshot;

use crate::office_api::{Api, receipt_path};
use crate::world::{execute, header, id, number};

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

impl Api {
    fn now(&self) -> jiff::Timestamp {
        self.world.clock.now()
    }

    async fn large_letter(&self, number: u64) -> BlobName {
        let letter = Bytes::from(vec![9; usize::try_from(LETTER_ROW_BYTES_MAX).unwrap() + 1]);
        let sent = self.sender.put_letter(&header(id(number), &letter), letter).await;
        assert_eq!(sent.status, StatusCode::CREATED);
        BlobName::of(&self.world.held(&id(number)).await)
    }

    fn blob_is_there(&self, name: &BlobName) -> bool {
        self.folder.path().join(name.to_string()).exists()
    }
}

/// The statement of a receipt that the test's signer signed.
fn statement(signed: &[u8]) -> Receipt {
    let start = signed.iter().position(|byte| *byte == b'{').unwrap();
    serde_json::from_slice(&signed[start..]).unwrap()
}

on_both_databases! {
    async fn what_nobody_acknowledges_expires_with_a_report_that_names_the_cause(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.send(id(2)).await;
        api.send(id(3)).await;
        api.receiver.get(&routes::with(routes::LETTER, id(2))).await;
        api.receiver.get(&routes::with(routes::LETTER, id(3))).await;
        api.receiver.hand_in(id(3), ReceiptKind::Acknowledged, api.now()).await;
        api.world.hand.advance(400 * DAY - std::time::Duration::from_millis(1));
        assert_eq!(expire(&api.platform, api.now()).await.unwrap(), 0);
        api.world.hand.advance(std::time::Duration::from_millis(1));
        assert_eq!(expire(&api.platform, api.now()).await.unwrap(), 2);
        assert_eq!(expire(&api.platform, api.now()).await.unwrap(), 0);

        let mut reports = Vec::new();
        for number in [1, 2] {
            let report = api.sender.get(&receipt_path(id(number), ReceiptKind::Expired)).await;
            let report = statement(&report.body);
            assert_eq!((report.kind, report.transmission), (ReceiptKind::Expired, id(number)));
            let reason = report.reason.unwrap();
            reports.push(format!("{}: {}", reason.code, reason.text));
        }
        assert_snapshot!(reports.join("\n"));
        assert_eq!(api.world.held(&id(3)).await.state, State::Acknowledged);
        let news = api.sender.get("/v1/events").await;
        assert_eq!(news.json::<careplan_protocol::office_api::EventPage>().events.iter()
            .filter(|event| event.state == State::Expired).count(), 2);
        assert!(api.receiver.get(&routes::with(routes::LETTER, id(1))).await.problem().starts_with("409 transmission-ended"));
    }

    async fn bytes_are_dropped_when_their_term_is_over_and_receipts_stay(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        let blob = api.large_letter(2).await;
        for number in [1, 2] {
            api.receiver.get(&routes::with(routes::LETTER, id(number))).await;
        }
        api.receiver.hand_in(id(1), ReceiptKind::Acknowledged, api.now()).await;
        assert_eq!(api.sender.put(&routes::with(routes::WITHDRAWAL, id(2)), "").await.status, StatusCode::CONFLICT);
        api.world.hand.advance(90 * DAY - std::time::Duration::from_millis(1));
        assert_eq!(drop_bytes(&api.platform, api.now()).await.unwrap(), 0);
        api.world.hand.advance(std::time::Duration::from_millis(1));
        assert_eq!(drop_bytes(&api.platform, api.now()).await.unwrap(), 1);
        assert_eq!(api.world.count("letter").await, 0);
        assert!(api.sender.get(&routes::with(routes::LETTER, id(1))).await.problem().starts_with("410 letter-gone"));

        api.world.hand.advance(400 * DAY);
        assert_eq!(expire(&api.platform, api.now()).await.unwrap(), 1);
        api.world.hand.advance(90 * DAY);
        assert_eq!(drop_bytes(&api.platform, api.now()).await.unwrap(), 1);
        assert!(api.blob_is_there(&blob), "the blob goes by a job, after the commit");
        assert_eq!(run_outbox(&api.platform, api.now()).await.unwrap(), 1);
        assert!(!api.blob_is_there(&blob));
        assert_eq!(api.sender.get(&receipt_path(id(1), ReceiptKind::Acknowledged)).await.status, StatusCode::OK);
    }

    async fn refused_and_withdrawn_letters_are_dropped_by_the_same_term(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.send(id(2)).await;
        api.receiver.get(&routes::with(routes::LETTER, id(1))).await;
        api.receiver.hand_in(id(1), ReceiptKind::Refused, api.now()).await;
        api.sender.put(&routes::with(routes::WITHDRAWAL, id(2)), "").await;
        api.world.hand.advance(90 * DAY - std::time::Duration::from_millis(1));
        assert_eq!(drop_bytes(&api.platform, api.now()).await.unwrap(), 0);
        api.world.hand.advance(std::time::Duration::from_millis(1));
        assert_eq!(drop_bytes(&api.platform, api.now()).await.unwrap(), 2);
        assert_eq!(api.world.count("letter").await, 0);
        let dropped = "select count(*) from audit where action = 'transmission.bytes_dropped'";
        assert_eq!(number(&api.world.database, dropped.to_owned()).await, 2);
    }

    async fn proof_is_dropped_after_five_years_with_its_audit_and_the_chain_still_holds(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        let blob = api.large_letter(2).await;
        run_due(&api.platform, api.now()).await;
        api.world.hand.advance(5 * 366 * DAY - std::time::Duration::from_millis(1));
        // Those that still wait come to their end first, whatever the terms say.
        assert_eq!(drop_proofs(&api.platform, api.now()).await.unwrap(), 0);
        assert_eq!(expire(&api.platform, api.now()).await.unwrap(), 2);
        assert_eq!(drop_proofs(&api.platform, api.now()).await.unwrap(), 0);
        api.world.hand.advance(std::time::Duration::from_millis(1));
        assert_eq!(drop_proofs(&api.platform, api.now()).await.unwrap(), 2);
        run_outbox(&api.platform, api.now()).await.unwrap();
        assert!(!api.blob_is_there(&blob));
        // The audit rows go when the checkpoint above them has run its term too.
        api.world.hand.advance(std::time::Duration::from_millis(1));
        assert_eq!(drop_proofs(&api.platform, api.now()).await.unwrap(), 0);
        for table in ["transmission", "transmission_event", "receipt", "letter", "job"] {
            assert_eq!(api.world.count(table).await, 0, "{table}");
        }
        let open = |signed: &[u8]| signed.iter().position(|byte| *byte == b'{').map(|at| signed[at..].to_vec());
        let verified = verify_chain(&api.world.store, &open).await.unwrap();
        assert_eq!((verified.rows, verified.fault), (4, None));
    }

    async fn what_still_waits_keeps_its_proof_until_it_came_to_its_end(database: TestDatabase) {
        let api = Api::new(database).await;
        api.send(id(1)).await;
        api.world.hand.advance(6 * 366 * DAY);
        assert_eq!(drop_proofs(&api.platform, api.now()).await.unwrap(), 0);
        assert_eq!(expire(&api.platform, api.now()).await.unwrap(), 1);
        assert_eq!(drop_proofs(&api.platform, api.now()).await.unwrap(), 1);
    }

    async fn uploads_that_stand_still_for_a_week_are_forgotten(database: TestDatabase) {
        let api = Api::new(database).await;
        let path = routes::with(routes::UPLOAD, id(1));
        for offset in ["0", "4"] {
            // The week begins with the last part.
            api.world.hand.advance(3 * DAY);
            let fields = [("content-type", "application/partial-upload"), ("upload-offset", offset)];
            api.sender.request(http::Method::PATCH, &path, &fields, Bytes::from_static(b"part")).await;
        }
        api.world.hand.advance(7 * DAY - std::time::Duration::from_millis(1));
        assert_eq!(sweep_uploads(&api.platform, api.now()).await.unwrap(), 0);
        api.world.hand.advance(std::time::Duration::from_millis(1));
        assert_eq!(sweep_uploads(&api.platform, api.now()).await.unwrap(), 1);
        assert_eq!(api.world.count("upload_part").await, 0);
    }

    async fn a_blob_whose_row_never_came_is_swept_and_others_stay(database: TestDatabase) {
        let api = Api::new(database).await;
        let kept = api.large_letter(1).await;
        // A crash between blob and commit: the blob is there, the row is not.
        let orphan = BlobName { id: id(2), put_at: api.now(), digest: careplan_domain::Digest([3; 32]) };
        let mut incoming = api.platform.mailbox.blobs.receive().await.unwrap();
        incoming.write(b"an orphan").await.unwrap();
        api.platform.mailbox.blobs.keep(incoming, &orphan).await.unwrap();
        // The same transmission, an earlier attempt.
        let earlier = BlobName { put_at: api.now().saturating_sub(jiff::SignedDuration::from_secs(1)).unwrap(), ..kept };
        let mut incoming = api.platform.mailbox.blobs.receive().await.unwrap();
        incoming.write(b"an orphan").await.unwrap();
        api.platform.mailbox.blobs.keep(incoming, &earlier).await.unwrap();

        assert!(api.sender.get(&routes::with(routes::TRANSMISSION, id(2))).await.problem().starts_with("404"));
        assert_eq!(sweep_blobs(&api.platform, api.now()).await.unwrap(), 0, "too young to be judged");
        api.world.hand.advance(DAY + std::time::Duration::from_secs(1));
        let _ = sweep_blobs(&api.platform, api.now()).await.unwrap();
        assert!(api.blob_is_there(&kept) && !api.blob_is_there(&orphan) && !api.blob_is_there(&earlier));
        assert_eq!(api.receiver.get(&routes::with(routes::LETTER, id(1))).await.status, StatusCode::OK);
    }

    async fn what_is_left_on_the_shelf_of_a_dropped_letter_or_of_half_a_one_is_swept(database: TestDatabase) {
        let api = Api::new(database).await;
        let dropped = api.large_letter(1).await;
        execute(&api.world.database, "update transmission set shelf = 'gone'".to_owned()).await;
        let half = api.platform.mailbox.blobs.receive().await.unwrap();
        // As a crash leaves it: nobody removes the file.
        std::mem::forget(half);
        let incoming = || std::fs::read_dir(api.folder.path().join("incoming")).unwrap().count();
        // Files are as old as the machine's clock says.
        api.world.hand.set(Clock::system().now());
        api.world.hand.advance(DAY - std::time::Duration::from_secs(3600));
        let _ = sweep_blobs(&api.platform, api.now()).await.unwrap();
        assert_eq!(incoming(), 1, "too young to be judged");
        api.world.hand.advance(std::time::Duration::from_secs(7200));
        let _ = sweep_blobs(&api.platform, api.now()).await.unwrap();
        assert!(incoming() == 0 && !api.blob_is_there(&dropped));
    }

    async fn a_job_that_was_taken_is_left_alone_until_its_lease_ends(database: TestDatabase) {
        let api = Api::new(database).await;
        let name = BlobName { id: id(1), put_at: api.now(), digest: careplan_domain::Digest([3; 32]) };
        let until = api.now().saturating_add(DAY).unwrap();
        let mut tx = api.world.store.begin().await.unwrap();
        jobs::put(&mut tx, DROP_BLOB, format!("\"{name}\""), api.now()).await.unwrap();
        let due = jobs::due(&mut tx, DROP_BLOB, api.now(), 1).await.unwrap().remove(0);
        jobs::take(&mut tx, due.id, "another replica", until).await.unwrap();
        tx.commit().await.unwrap();
        api.world.hand.advance(DAY - std::time::Duration::from_millis(1));
        assert_eq!(run_outbox(&api.platform, api.now()).await.unwrap(), 0);
        api.world.hand.advance(std::time::Duration::from_millis(1));
        assert_eq!(run_outbox(&api.platform, api.now()).await.unwrap(), 1);
    }

    async fn a_failing_job_is_tried_with_doubling_delays_and_given_up_at_last(database: TestDatabase) {
        let api = Api::new(database).await;
        let mut tx = api.world.store.begin().await.unwrap();
        jobs::put(&mut tx, DROP_BLOB, "\"nonsense\"".to_owned(), api.now()).await.unwrap();
        jobs::put(&mut tx, "of.a.newer.program", "{}".to_owned(), api.now()).await.unwrap();
        tx.commit().await.unwrap();
        let ask = |column: &str| {
            number(&api.world.database, format!("select {column} from job where kind = '{DROP_BLOB}'"))
        };
        for tries in 1..=JOB_TRIES_MAX {
            assert_eq!(run_outbox(&api.platform, api.now()).await.unwrap(), 0);
            assert_eq!(ask("tries").await, tries);
            if tries < JOB_TRIES_MAX {
                let due = ask("run_after").await;
                assert_eq!(due - api.now().as_millisecond(), 60_000 << (tries - 1));
                run_outbox(&api.platform, jiff::Timestamp::from_millisecond(due - 1).unwrap()).await.unwrap();
                assert_eq!(ask("tries").await, tries, "not a moment before it is due");
                api.world.hand.set(jiff::Timestamp::from_millisecond(due).unwrap());
            }
        }
        assert_eq!(ask("parked_at").await, api.now().as_millisecond());
        api.world.hand.advance(1000 * DAY);
        assert_eq!(run_outbox(&api.platform, api.now()).await.unwrap(), 0);
        assert_eq!(ask("tries").await, JOB_TRIES_MAX, "an operator must look first");
        assert_eq!(number(&api.world.database, "select tries from job where kind = 'of.a.newer.program'".to_owned()).await, 0);
    }

    async fn jobs_of_a_newer_program_do_not_keep_ours_waiting(database: TestDatabase) {
        let api = Api::new(database).await;
        let name = BlobName { id: id(1), put_at: api.now(), digest: careplan_domain::Digest([3; 32]) };
        let mut tx = api.world.store.begin().await.unwrap();
        for _ in 0..100 {
            jobs::put(&mut tx, "of.a.newer.program", "{}".to_owned(), api.now()).await.unwrap();
        }
        jobs::put(&mut tx, DROP_BLOB, format!("\"{name}\""), api.now().saturating_add(DAY).unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        api.world.hand.advance(DAY);
        assert_eq!(run_outbox(&api.platform, api.now()).await.unwrap(), 1);
        assert_eq!(api.world.count("job").await, 100);
    }

    async fn a_task_runs_once_a_period_whoever_asks(database: TestDatabase) {
        let api = Api::new(database).await;
        let checkpoints = || number(&api.world.database, "select count(*) from audit_checkpoint".to_owned());
        api.send(id(1)).await;
        run_due(&api.platform, api.now()).await;
        api.send(id(2)).await;
        run_due(&api.platform, api.now()).await;
        assert_eq!(checkpoints().await, 1);
        api.world.hand.advance(Periodic::Checkpoint.period());
        run_due(&api.platform, api.now()).await;
        assert_eq!(checkpoints().await, 2);
        // A clock that ran far ahead for a moment must not stop everything for years.
        let ahead = api.now().saturating_add(1000 * DAY).unwrap();
        run_due(&api.platform, ahead).await;
        let before = checkpoints().await;
        api.send(id(3)).await;
        run_due(&api.platform, api.now()).await;
        assert_eq!(checkpoints().await, before + 1);
    }

    async fn one_of_two_takes_a_lease(database: TestDatabase) {
        let api = Api::new(database).await;
        let until = api.now().saturating_add(DAY).unwrap();
        let take = async |owner: &str| {
            let mut tx = api.world.store.begin().await.unwrap();
            let taken = leases::take(&mut tx, ("it", owner), api.now(), until).await.unwrap();
            tx.commit().await.unwrap();
            taken
        };
        let (first, second) = tokio::join!(take("a"), take("b"));
        assert!(first != second);
        api.world.hand.set(until);
        let until = until.saturating_add(DAY).unwrap();
        let mut tx = api.world.store.begin().await.unwrap();
        assert!(leases::take(&mut tx, ("it", "c"), api.now(), until).await.unwrap());
    }
}
