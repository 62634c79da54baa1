//! 利用申請 and renewal by the office itself: what is asked before anything is granted, and what it costs.

use std::time::Duration;

use careplan_domain::Timestamp;
use careplan_domain::billing::charge::Method;
use careplan_domain::licence::{LicenceTerm, Years};
use careplan_domain::renewal::Plan;
use careplan_platform::licence::{ApplicationFault, Applications, Reading};
use careplan_platform::login::Session;
use careplan_platform::store::applications::{self, PlanRow};
use careplan_testkit::on_both_databases;

use crate::site::Site;
use crate::world::manager;

const DAY: Duration = Duration::from_secs(86_400);
const FIRST: Reading = Reading { version: 1, pages: 2 };
const SECOND: Reading = Reading { version: 2, pages: 2 };

impl Site {
    fn applications(&self) -> Applications {
        Applications::new(self.billing())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn read_to_the_end(&self, reading: Reading) {
        let room = self.applications();
        room.begin(&manager(), (Years::ONE, reading), self.now()).await.unwrap();
        for page in 1..=reading.pages {
            room.open_page(&manager(), (page, reading)).await.unwrap();
        }
    }

    async fn agree(&self, session: &Session, reading: Reading) -> Result<LicenceTerm, ApplicationFault> {
        self.applications().agree(session, reading, self.now()).await
    }

    async fn apply(&self, session: &Session) {
        self.read_to_the_end(FIRST).await;
        self.agree(session, FIRST).await.unwrap();
    }

    async fn charged(&self) -> Vec<String> {
        self.texts("select charge || ' ' || amount from ledger_entry where event = 'charged' order by seq")
            .await
    }

    async fn present_plan(&self) -> Option<PlanRow> {
        applications::plan(&mut self.store.read().await.unwrap(), &manager()).await.unwrap()
    }
}

on_both_databases! {
    async fn terms_that_changed_meanwhile_are_read_anew(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        site.read_to_the_end(FIRST).await;
        assert!(matches!(site.agree(&session, SECOND).await, Err(ApplicationFault::OtherTerms)));
        let opened = site.applications().open_page(&manager(), (2, SECOND)).await;
        assert!(matches!(opened, Err(ApplicationFault::OtherTerms)));
        assert!(site.charged().await.is_empty());
        site.read_to_the_end(SECOND).await;
        site.agree(&session, SECOND).await.unwrap();
        assert_eq!(site.texts("select cast(terms_version as text) from agreement").await, ["2"]);
    }

    async fn an_application_that_an_operator_granted_meanwhile_is_not_charged_again(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        site.read_to_the_end(FIRST).await;
        site.admin(&["licence", "grant", "9970000018"]).await.unwrap();
        let term = site.agree(&session, FIRST).await.unwrap();
        assert_eq!(term.ends_at, "2027-11-01T00:00:00+09:00".parse::<Timestamp>().unwrap());
        assert_eq!(site.charged().await, ["9970000018-20261101-1 21000"]);
        assert!(matches!(site.agree(&session, FIRST).await, Err(ApplicationFault::NotBegun)));
    }

    async fn a_free_pass_is_given_once(database: TestDatabase) {
        let site = Site::new(database).await;
        site.hand.set("2025-11-01T00:00:00Z".parse::<Timestamp>().unwrap());
        let (_, session) = site.session().await;
        site.apply(&session).await;
        site.hand.advance(DAY * 30);
        site.applications().renew(&session, (Years::ONE, FIRST), site.now()).await.unwrap();
        assert_eq!(site.charged().await, ["9970000018-20251101-1 0", "9970000018-20261101-1 21000"]);
    }

    async fn who_renews_agrees_to_the_terms_and_takes_a_cancellation_back(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        site.apply(&session).await;
        site.applications().set_plan(&manager(), Plan::Cancel, site.now()).await.unwrap();
        site.hand.advance(DAY);
        let renewed = site.applications().renew(&session, (Years::TWO, SECOND), site.now()).await.unwrap();
        let again = site.applications().renew(&session, (Years::ONE, SECOND), site.now()).await.unwrap();
        assert_eq!(renewed, again);
        assert_eq!(site.charged().await, ["9970000018-20261101-1 21000", "9970000018-20271101-1 42000"]);
        assert_eq!(site.present_plan().await.unwrap().plan, Plan::ByHand);
        let agreed = site.texts("select cast(terms_version as text) from agreement order by agreed_at").await;
        assert_eq!(agreed, ["1", "2"]);
    }

    async fn what_happens_at_the_end_is_chosen_while_there_is_a_licence(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        let automatic = Plan::Automatic { years: Years::ONE };
        let refused = site.applications().set_plan(&manager(), automatic, site.now()).await.unwrap_err();
        assert!(refused.message_ja().unwrap().contains("有効なライセンスがありません"));
        assert_eq!(site.present_plan().await, None);
        // An operator's word about the payment is none about the renewal.
        site.bill(&["method", "9970000018", "invoice"]).await.unwrap();
        site.apply(&session).await;
        assert_eq!(site.present_plan().await, Some(PlanRow { plan: automatic, method: Method::Invoice }));
    }

    async fn who_opted_out_stays_out_when_it_applies_again_and_who_cancelled_begins_anew(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        site.apply(&session).await;
        for (chosen, kept) in [(Plan::ByHand, Plan::ByHand), (Plan::Cancel, Plan::Automatic { years: Years::ONE })] {
            site.applications().set_plan(&manager(), chosen, site.now()).await.unwrap();
            site.hand.advance(DAY * 400);
            site.apply(&session).await;
            assert_eq!(site.present_plan().await.unwrap().plan, kept);
        }
    }

    async fn days_that_were_charged_are_not_applied_for_again(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        site.apply(&session).await;
        site.hand.advance(DAY * 10);
        site.admin(&["licence", "end", "9970000018"]).await.unwrap();
        site.hand.advance(DAY);
        site.read_to_the_end(FIRST).await;
        let refused = site.agree(&session, FIRST).await.unwrap_err().message_ja().unwrap();
        assert!(refused.contains("9970000018-20261101-1") && refused.contains("運用センターへ"), "{refused}");
        assert_eq!(site.charged().await.len(), 1);
    }
}
