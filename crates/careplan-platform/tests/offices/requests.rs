//! Requests for a new letter: an office asks, an operator decides.

use careplan_domain::OfficeNumber;
use careplan_platform::login::{LoginFault, Phone, Reason, Stage, TotpSecret};
use careplan_platform::store::second_factors;
use careplan_testkit::on_both_databases;

use crate::site::{OWN, Site, user};
use crate::world::{helper, manager, office};

const UNKNOWN: &str = "9970000034";

impl Site {
    async fn request(&self, office: OfficeNumber, reason: Reason, phone: Option<&str>) {
        let phone = phone.map(|phone| phone.parse::<Phone>().unwrap());
        self.accounts.requests.ask(office, (reason, phone), self.clock.now()).await.unwrap();
    }

    async fn open_request(&self) -> String {
        let listed = self.admin_json(&["requests", "list"]).await;
        listed[0]["id"].as_str().unwrap().to_owned()
    }
}

on_both_databases! {
    async fn requests_are_listed_oldest_first_and_an_unknown_office_is_none(database: TestDatabase) {
        let site = Site::new(database).await;
        assert_eq!(site.admin(&["requests", "list"]).await.unwrap(), "申し込みはありません。\n");
        site.request(manager(), Reason::PasswordLost, Some("03-1234-5678")).await;
        site.hand.advance(std::time::Duration::from_secs(60));
        site.request(helper(), Reason::LetterLost, None).await;
        site.request(office(UNKNOWN), Reason::LetterLost, None).await;
        let listed = site.admin(&["requests", "list"]).await.unwrap();
        let lines: Vec<&str> = listed.lines().map(|line| line.split_once("  ").unwrap().1).collect();
        assert_eq!(lines, [
            "2026-11-01 09:00  事業所 9970000018  パスワードを忘れた  03-1234-5678  メール登録なし",
            "2026-11-01 09:01  事業所 9970000026  通知書が届かない、または紛失した  電話番号なし  メール登録なし",
        ]);
        assert_eq!(site.audited().await, ["letter.requested 9970000018", "letter.requested 9970000026"]);
    }

    async fn an_office_has_one_open_request(database: TestDatabase) {
        let site = Site::new(database).await;
        site.request(manager(), Reason::PasswordLost, Some("03-1234-5678")).await;
        let id = site.open_request().await;
        site.request(manager(), Reason::LetterLost, None).await;
        let listed = site.admin_json(&["requests", "list"]).await;
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!((listed[0]["id"].as_str(), listed[0]["reason"].as_str()), (Some(id.as_str()), Some("letter_lost")));
        assert!(listed[0]["phone"].is_null());
    }

    async fn an_approved_request_makes_new_credentials_once(database: TestDatabase) {
        let site = Site::new(database).await;
        site.found_authority().await;
        site.request(manager(), Reason::PasswordLost, Some("03-1234-5678")).await;
        let id = site.open_request().await;
        let letter = site.admin_json(&["requests", "approve", &id]).await;
        assert!(matches!(site.log_in(OWN).await, Err(LoginFault::PasswordWrong)));
        let temporary = letter["temporary_password"].as_str().unwrap();
        assert_eq!(site.log_in(temporary).await.unwrap().1.stage, Stage::PasswordTemporary);
        let again = site.admin(&["requests", "approve", &id]).await.unwrap_err();
        assert!(again.contains("まだ決めていない申し込み") && again.contains("requests list"), "{again}");
        assert_eq!(site.audited().await[1..3], ["letter.approved 9970000018", "credentials.issued 9970000018"]);
        let phones = site.texts("select state || coalesce(phone, '-') from letter_request").await;
        assert_eq!(phones, ["approved-"]);
        site.request(manager(), Reason::LetterLost, None).await;
        assert_ne!(site.open_request().await, id);
    }

    async fn a_refused_request_changes_nothing(database: TestDatabase) {
        let site = Site::new(database).await;
        site.request(manager(), Reason::LetterLost, None).await;
        let id = site.open_request().await;
        let said = site.admin(&["requests", "refuse", &id]).await.unwrap();
        assert!(said.contains("断りました") && said.contains("変わっていません"), "{said}");
        site.log_in(OWN).await.unwrap();
        assert!(site.admin(&["requests", "refuse", &id]).await.unwrap_err().contains("ありません"));
        assert!(site.admin(&["requests", "refuse", "x"]).await.unwrap_err().contains("申し込みの番号は"));
    }

    async fn only_a_lost_second_factor_is_removed_with_the_approval(database: TestDatabase) {
        let site = Site::new(database).await;
        site.found_authority().await;
        for (reason, left) in [(Reason::PasswordLost, true), (Reason::SecondFactorLost, false)] {
            let secret = TotpSecret::fresh().unwrap();
            site.change(async |tx, _| second_factors::put(tx, &user(), &secret).await.unwrap()).await;
            site.request(manager(), reason, None).await;
            let id = site.open_request().await;
            site.admin(&["requests", "approve", &id]).await.unwrap();
            let factors = site.texts("select user_id from second_factor").await;
            assert_eq!(factors.len(), usize::from(left), "{reason:?}");
        }
    }
}
