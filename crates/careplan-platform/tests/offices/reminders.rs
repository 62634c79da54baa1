//! Reminders of ends that come near: each once, to who has an address, and to nobody whose end has moved.

use std::time::Duration;

use careplan_domain::UserId;
use careplan_domain::billing::charge::Method;
use careplan_domain::licence::Years;
use careplan_domain::renewal::Plan;
use careplan_platform::mail::SiteUrl;
use careplan_platform::reminders::Reminders;
use careplan_platform::store::accounts;
use careplan_platform::store::applications::{self, PlanRow};
use careplan_testkit::on_both_databases;

use crate::world::{World, helper, manager};

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

    async fn one_replica_sends_at_a_time(database: TestDatabase) {
        let world = World::new(database).await;
        world.licensed().await;
        world.hand.advance(DAY * 310);
        assert_eq!(world.reminders().turn(world.clock.now()).await.unwrap(), 2);
        assert_eq!(world.reminders().turn(world.clock.now()).await.unwrap(), 0);
    }
}
