//! Reminders of ends that come near: each once, to who has an address, and to nobody whose end has moved.

use std::time::Duration;

use careplan_domain::billing::charge::Method;
use careplan_domain::licence::Years;
use careplan_domain::renewal::Plan;
use careplan_domain::{Digest, OfficeNumber, UserId};
use careplan_envelope::sha256;
use careplan_platform::mail::SiteUrl;
use careplan_platform::reminders::Reminders;
use careplan_platform::store::accounts;
use careplan_platform::store::applications::{self, PlanRow};
use careplan_platform::store::certificates::{CertificateRow, insert_certificate};
use careplan_testkit::on_both_databases;

use crate::world::{World, helper, manager, registration};

const DAY: Duration = Duration::from_secs(86_400);

impl World {
    fn reminders(&self) -> Reminders {
        Reminders::new(self.store.clone(), SiteUrl::parse("https://careplan.example.jp").unwrap())
    }

    /// Accounts with addresses, and licences from 2026-11-01 to 2027-10-31.
    async fn licensed(&self) {
        self.change(async |tx, now| {
            for (office, mail) in [(manager(), "manager@example.jp"), (helper(), "helper@example.jp")] {
                accounts::put_account(tx, &office, "x", now).await.unwrap();
                accounts::set_mail(tx, &UserId::of(&office), &mail.parse().unwrap(), now).await.unwrap();
            }
        })
        .await;
        for office in ["9970000018", "9970000026"] {
            self.admin(&["licence", "grant", office]).await.unwrap();
        }
    }

    async fn renews(&self, plan: Plan) {
        let row = PlanRow { plan, method: Method::Deduction };
        self.change(async |tx, now| applications::put_plan(tx, &manager(), row, now).await.unwrap()).await;
    }

    async fn send(&self) -> usize {
        self.reminders().send(self.clock.now()).await.unwrap()
    }

    async fn send_at(&self, instant: &str) -> usize {
        self.reminders().send(instant.parse().unwrap()).await.unwrap()
    }

    /// A certificate whose last instant is given.
    async fn certify_until(&self, office: OfficeNumber, serial: &str, until: &str) {
        let row = CertificateRow {
            serial: serial.parse().unwrap(),
            fingerprint: Digest(sha256(serial.as_bytes())),
            profile: "office".to_owned(),
            office: Some(office),
            der: vec![0x30],
            not_before: self.clock.now(),
            not_after: until.parse().unwrap(),
            issued_at: self.clock.now(),
            revoked_at: None,
            reason: None,
        };
        self.change(async |tx, _| insert_certificate(tx, &row).await.unwrap()).await;
    }

    /// Who was told of a certificate, of which last day, so many days before.
    async fn told_of_certificates(&self) -> Vec<String> {
        let query = "select office || ' ' || last_day || ' ' || days_before from reminder \
                     where kind = 'certificate' order by office, days_before desc";
        self.texts(query).await
    }
}

on_both_databases! {
    async fn a_licence_that_ends_is_told_of_at_60_30_and_7_days_once_each(database: TestDatabase) {
        let world = World::new(database).await;
        world.licensed().await;
        world.hand.advance(DAY * 303);
        assert_eq!(world.send().await, 0, "61 days are left");
        world.hand.advance(DAY);
        assert_eq!(world.send().await, 2);
        assert_eq!(world.send().await, 0, "the same day again");
        world.hand.advance(DAY * 20);
        assert_eq!(world.send().await, 0);
        // Nobody looked for a while: the nearest one goes out, not all that were missed.
        world.hand.advance(DAY * 35);
        assert_eq!(world.send().await, 2);
        world.hand.advance(DAY * 10);
        assert_eq!(world.send().await, 0, "it is over");
        let told = world.texts("select office || ' ' || last_day || ' ' || days_before from reminder order by office, days_before desc").await;
        assert_eq!(told, ["9970000018 2027-10-31 60", "9970000018 2027-10-31 7", "9970000026 2027-10-31 60", "9970000026 2027-10-31 7"]);
        let to = world.texts("select recipient from mail where kind = 'licence_reminder' order by recipient").await;
        assert_eq!(to.len(), 4);
        assert!(world.texts("select body from mail").await.iter().all(|body| body.contains("2027年10月31日（日）まで")));
    }

    async fn who_renews_automatically_or_cancelled_or_has_no_address_is_not_written_to(database: TestDatabase) {
        let world = World::new(database).await;
        world.licensed().await;
        world.hand.advance(DAY * 310);
        for plan in [Plan::Automatic { years: Years::ALL[0] }, Plan::Cancel] {
            world.renews(plan).await;
            assert_eq!(world.send().await, usize::from(plan != Plan::Cancel), "only the other office, once");
        }
        world.renews(Plan::ByHand).await;
        assert_eq!(world.send().await, 1);
    }

    async fn a_renewal_between_two_reminders_ends_them(database: TestDatabase) {
        let world = World::new(database).await;
        world.licensed().await;
        world.hand.advance(DAY * 310);
        assert_eq!(world.send().await, 2);
        world.admin(&["licence", "grant", "9970000018"]).await.unwrap();
        world.hand.advance(DAY * 40);
        assert_eq!(world.send().await, 1);
    }

    async fn a_certificate_that_ends_is_told_of_unless_a_newer_one_is_there(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        world.licensed().await;
        world.certify(manager()).await;
        let ends = world.texts("select cast(not_after as text) from certificate where office = '9970000018'").await;
        let ends = careplan_domain::Timestamp::from_millisecond(ends[0].parse().unwrap()).unwrap();
        let left = Duration::try_from(ends.duration_since(world.clock.now())).unwrap();
        world.hand.advance(left - DAY * 20);
        let before = world.texts("select recipient from mail where kind = 'certificate_reminder'").await;
        assert!(before.is_empty());
        world.send().await;
        world.send().await;
        let told = world.texts("select recipient from mail where kind = 'certificate_reminder'").await;
        assert_eq!(told, ["manager@example.jp"]);
    }

    async fn a_certificate_is_told_of_at_90_30_and_7_days_of_the_japanese_calendar_once_each(database: TestDatabase) {
        let world = World::new(database).await;
        world.licensed().await;
        world.certify_until(manager(), "a1", "2027-03-31T23:59:59+09:00").await;
        for (instant, sent) in [
            ("2026-12-30T23:59:59.999+09:00", 0),
            ("2026-12-31T00:00:00+09:00", 1),
            ("2026-12-31T00:00:00+09:00", 0),
            ("2027-02-28T23:59:59.999+09:00", 0),
            ("2027-03-01T00:00:00+09:00", 1),
            ("2027-03-23T23:59:59.999+09:00", 0),
            ("2027-03-24T00:00:00+09:00", 1),
            ("2027-03-24T09:00:00+09:00", 0),
            ("2027-03-31T12:00:00+09:00", 0),
            ("2027-04-01T00:00:00+09:00", 0),
        ] {
            assert_eq!(world.send_at(instant).await, sent, "{instant}");
        }
        assert_eq!(world.told_of_certificates().await, ["9970000018 2027-03-31 90", "9970000018 2027-03-31 30", "9970000018 2027-03-31 7"]);
        assert_eq!(world.texts("select kind || ' ' || recipient from mail").await, ["certificate_reminder manager@example.jp"; 3]);
        let bodies = world.texts("select body from mail").await;
        assert!(bodies.iter().all(|body| body.contains("有効期限: 2027年3月31日（水）まで") && body.contains("「電子証明書」の画面")), "{bodies:?}");
        // No personal data, and nothing of the office.
        assert!(!bodies.concat().contains("さくら") && !bodies.concat().contains("9970000018"), "{bodies:?}");
    }

    async fn a_certificate_that_was_revoked_or_renewed_or_whose_office_has_no_address_is_not_told_of(database: TestDatabase) {
        let world = World::new(database).await;
        world.licensed().await;
        let last = "2027-03-31T23:59:59+09:00";
        world.certify_until(manager(), "a1", last).await;
        world.certify_until(helper(), "b2", last).await;
        world.register(&[registration("9970000034", "すみれデイサービス", "スミレデイサービス", "15")]).await;
        let third = "9970000034".parse().unwrap();
        world.change(async |tx, now| accounts::put_account(tx, &third, "x", now).await.unwrap()).await;
        world.certify_until(third, "c3", last).await;
        world.admin(&["certificate", "revoke", "b2", "--reason", "紛失"]).await.unwrap();
        assert_eq!(world.send_at("2026-12-31T09:00:00+09:00").await, 1);
        assert_eq!(world.told_of_certificates().await, ["9970000018 2027-03-31 90"]);
        world.certify_until(manager(), "d4", "2030-03-31T23:59:59+09:00").await;
        assert_eq!(world.send_at("2027-03-24T09:00:00+09:00").await, 0);
        // The third one registers an address: it is told of what is next, not of what was missed.
        world.change(async |tx, now| {
            accounts::set_mail(tx, &UserId::of(&third), &"third@example.jp".parse().unwrap(), now).await.unwrap();
        })
        .await;
        assert_eq!(world.send_at("2027-03-25T09:00:00+09:00").await, 1);
        assert_eq!(world.told_of_certificates().await[1..], ["9970000034 2027-03-31 7"]);
    }

    async fn one_replica_sends_at_a_time(database: TestDatabase) {
        let world = World::new(database).await;
        world.licensed().await;
        world.hand.advance(DAY * 310);
        assert_eq!(world.reminders().turn(world.clock.now()).await.unwrap(), 2);
        assert_eq!(world.reminders().turn(world.clock.now()).await.unwrap(), 0);
    }
}
