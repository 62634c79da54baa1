//! Charges: granted with their term, asked for, answered, paid, reminded, given back; each step repeated.

use std::path::{Path, PathBuf};
use std::time::Duration;

use careplan_domain::billing::charge::Method;
use careplan_domain::calendar::day;
use careplan_domain::licence::Years;
use careplan_domain::renewal::Plan;
use careplan_platform::store::accounts;
use careplan_platform::store::applications::{self, PlanRow};
use careplan_testkit::on_both_databases;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bank::{Payment, statement};
use crate::site::{Site, mail, user};
use crate::world::{World, helper, manager};

const DAY: Duration = Duration::from_secs(86_400);
const CHARGE: &str = "9970000018-20261101-1";
const NUMBER: &str = "9970000018";

impl World {
    async fn charges(&self) -> Vec<Value> {
        let said = self.bill(&["show", NUMBER, "--json"]).await.unwrap();
        let shown: Value = serde_json::from_str(&said).unwrap();
        shown["charges"].as_array().unwrap().clone()
    }

    async fn state(&self) -> String {
        self.charges().await[0]["state"].as_str().unwrap().to_owned()
    }

    /// Every entry of the ledger: event and amount.
    async fn entries(&self) -> Vec<String> {
        self.texts("select event || coalesce(' ' || amount, '') from ledger_entry order by seq").await
    }

    async fn run(&self, month: &str, folder: &Path) -> String {
        self.bill(&["run", "--month", month, "--out", folder.to_str().unwrap()]).await.unwrap()
    }

    async fn import(&self, bytes: &[u8]) -> Result<String, String> {
        let (_folder, path) = file(bytes);
        self.bill(&["import", path.to_str().unwrap()]).await
    }

    async fn pay(&self, payments: &[Payment<'_>]) -> String {
        self.import(&statement(day(self.clock.now()), payments)).await.unwrap()
    }

    async fn plan(&self, plan: Plan) {
        let row = PlanRow { plan, method: Method::Invoice };
        self.change(async |tx, now| applications::put_plan(tx, &manager(), row, now).await.unwrap()).await;
    }

    async fn licence(&self) -> String {
        let shown = self.admin_json(&["licence", "show", NUMBER]).await;
        shown["licence"]["state"].as_str().unwrap().to_owned()
    }
}

fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn answer(month: &str, result: &str, on: &str) -> String {
    let (count, sum) = if result.starts_with('1') { (1, 21_000) } else { (0, 0) };
    format!("1,RESULT,1,99,{month},{on}\r\n2,{NUMBER},{CHARGE},21000,{result},{on}\r\n8,1,{count},{sum}\r\n")
}

on_both_databases! {
    async fn a_granted_term_has_its_charge_and_a_free_one_says_why(database: TestDatabase) {
        let world = World::new(database).await;
        let said = world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        assert!(said.contains("請求 9970000018-20261101-1: 21,000円（税込）"), "{said}");
        let free = world.admin(&["licence", "grant", "9970000026", "--free", "試験運用のため"]).await.unwrap();
        assert!(free.contains("料金は請求しません"), "{free}");
        assert_eq!(world.entries().await, ["charged 21000"]);
        let reasons = world.texts("select detail from audit where subject = '9970000026'").await;
        assert!(reasons[0].contains("試験運用のため"), "{reasons:?}");
        let charge = &world.charges().await[0];
        assert_eq!((&charge["charge"], &charge["state"]), (&json!(CHARGE), &json!("deduction_planned")));
    }

    async fn an_ended_term_is_owed_for_the_years_that_were_begun_and_not_renewed(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER, "--years", "3"]).await.unwrap();
        world.plan(Plan::Automatic { years: Years::ONE }).await;
        let said = world.admin(&["licence", "end", NUMBER, "--at", "2026-11-20"]).await.unwrap();
        assert!(said.contains("まだ始まっていない年の料金は請求しません"), "{said}");
        assert_eq!(world.charges().await[0]["forgiven"], json!(42_000));
        world.hand.advance(DAY * 10);
        assert_eq!(world.billing().daily(world.clock.now()).await.unwrap(), 0);
        assert_eq!(world.charges().await.len(), 1);
        // What was begun is not charged again.
        world.hand.advance(DAY * 30);
        let again = world.admin(&["licence", "grant", NUMBER]).await.unwrap_err();
        assert!(again.contains("重なります"), "{again}");
        assert_eq!(world.licence().await, "expired");
    }

    async fn a_month_asks_once_and_writes_the_same_files_again(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let said = world.run("2026-12", folder.path()).await;
        assert!(said.contains("差引依頼 1件") && said.contains("deduction-99-202612.csv"), "{said}");
        let request = || std::fs::read_to_string(folder.path().join("deduction-99-202612.csv")).unwrap();
        let first = request();
        assert_eq!(first, format!(
            "1,REQUEST,1,99,202612,20261101\r\n2,{NUMBER},{CHARGE},20261101,20271031,21000,10\r\n8,1,21000\r\n"
        ));
        world.hand.advance(DAY * 3);
        assert!(world.run("2026-12", folder.path()).await.contains("差引依頼 0件"));
        assert_eq!(request(), first);
        assert_eq!(world.entries().await, ["charged 21000", "deduction_requested 21000"]);
        assert_eq!(world.texts("select operator from billing_run").await.len(), 2);
        let own = world.import(first.as_bytes()).await.unwrap_err();
        assert!(own.contains("差引の依頼ファイルです"), "{own}");
    }

    async fn an_answer_counts_once_and_a_line_nobody_asked_for_refuses_the_file(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        let unasked = world.import(answer("202612", "1,", "20270105").as_bytes()).await.unwrap_err();
        assert!(unasked.contains("差引は依頼していません"), "{unasked}");
        let folder = tempfile::tempdir().unwrap();
        world.run("2026-12", folder.path()).await;
        for said in ["差引済 1件、差引不能 0件、取込済み 0件", "差引済 0件、差引不能 0件、取込済み 1件"] {
            let done = world.import(answer("202612", "1,", "20270105").as_bytes()).await.unwrap();
            assert!(done.contains(said), "{done}");
        }
        assert_eq!(world.state().await, "deducted");
        let other = world.import(answer("202612", "2,01", "20270105").as_bytes()).await.unwrap_err();
        assert!(other.contains("別の内容で記録されています"), "{other}");
        assert_eq!(world.entries().await.len(), 3);
    }

    async fn what_fails_twice_is_invoiced_reminded_and_ends_the_licence_which_a_payment_gives_back(database: TestDatabase) {
        let site = Site::new(database).await;
        site.change(async |tx, now| accounts::set_mail(tx, &user(), &mail(), now).await.unwrap()).await;
        site.admin(&["licence", "grant", NUMBER]).await.unwrap();
        site.bill(&["payer", NUMBER, "--account", "0011234567"]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        for month in ["2026-12", "2027-01"] {
            site.run(month, folder.path()).await;
            let failed = answer(&month.replace('-', ""), "2,02", "20270105");
            site.import(failed.as_bytes()).await.unwrap();
        }
        assert!(site.run("2027-02", folder.path()).await.contains("請求書 1件"));
        assert_eq!(site.state().await, "invoiced");
        let list = std::fs::read_to_string(folder.path().join("invoices-202702.csv")).unwrap();
        assert!(list.ends_with(&format!("{CHARGE},{NUMBER},20261101,20261201,21000,21000\r\n")), "{list}");
        // The due day and three days more.
        for (days, changed) in [(33, 0), (1, 1), (0, 0), (30, 0)] {
            site.hand.advance(DAY * days);
            assert_eq!(site.billing().daily(site.clock.now()).await.unwrap(), changed, "{days}");
        }
        assert_eq!(site.queued().await, ["payment_reminder"]);
        assert_eq!(site.licence().await, "valid");
        site.hand.advance(DAY);
        assert_eq!(site.billing().daily(site.clock.now()).await.unwrap(), 1);
        assert_eq!(site.billing().daily(site.clock.now()).await.unwrap(), 0);
        assert_eq!(site.licence().await, "expired");
        assert!(site.pay(&[("0011234567", "ｻｸﾗ", 21_000)]).await.contains("消し込んだ入金 1件"));
        assert_eq!(site.state().await, "paid");
        assert_eq!(site.licence().await, "valid");
        let shown = site.admin_json(&["licence", "show", NUMBER]).await;
        assert_eq!(shown["licence"]["ends_at"], "2027-10-31T15:00:00Z");
    }

    async fn a_payment_that_finds_no_charge_waits_until_somebody_says_which(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        let paid = statement(day(world.clock.now()), &[("", "ﾅﾅｼ", 20_000)]);
        let said = world.import(&paid).await.unwrap();
        assert!(said.contains("新しい入金 1件") && said.contains("一致する事業所がありません"), "{said}");
        let again = world.import(&paid).await.unwrap();
        assert!(again.contains("新しい入金 0件、取込済み 1件") && again.contains("1件あります"), "{again}");
        let assigned = world.bill(&["assign", "1", CHARGE]).await.unwrap();
        assert!(assigned.contains("20,000円"), "{assigned}");
        assert_eq!(world.state().await, "partly_paid");
        assert!(world.bill(&["assign", "1", CHARGE]).await.unwrap_err().contains("billing unmatched"));
        let counted = world.import(&paid).await.unwrap();
        assert!(counted.contains("取込済み 1件") && counted.contains("入金はありません"), "{counted}");
        let audit = world.texts("select coalesce(detail, '') from audit").await.join("\n");
        assert!(!audit.contains("ﾅﾅｼ"), "{audit}");
    }

    async fn a_payment_waits_for_the_answer_about_its_charge_and_is_matched_with_it(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        world.run("2026-12", folder.path()).await;
        let said = world.pay(&[("", "ｻｸﾗｷﾖﾀｸｶｲｺﾞｼｴﾝ", 21_000)]).await;
        assert!(said.contains("差引の結果待ちです"), "{said}");
        let done = world.import(answer("202612", "2,02", "20270105").as_bytes()).await.unwrap();
        assert!(done.contains("消し込んだ入金 1件"), "{done}");
        assert_eq!(world.state().await, "paid");
    }

    async fn a_decision_counts_once_by_its_number_over_all_offices(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        world.admin(&["licence", "grant", "9970000026"]).await.unwrap();
        let why = ["--number", "2026-1", "--reason", "災害のため"];
        let waive = |charge: &'static str, amount: &'static str| [&["waive", charge, amount], &why[..]].concat();
        let too_much = world.bill(&waive(CHARGE, "21001")).await.unwrap_err();
        assert!(too_much.contains("21,000円を超えることはできません"), "{too_much}");
        assert!(world.bill(&waive(CHARGE, "21000")).await.unwrap().contains("免除しました"));
        assert!(world.bill(&waive(CHARGE, "21000")).await.unwrap().contains("何も変えていません"));
        let other = world.bill(&waive("9970000026-20261101-1", "21000")).await.unwrap_err();
        assert!(other.contains("別の内容で記録されています"), "{other}");
        assert_eq!(world.state().await, "cancelled");
        let notes = world.texts("select note from ledger_entry where note is not null").await;
        assert_eq!(notes, ["災害のため"]);
        let refund = world.bill(&["refund", CHARGE, "1", "--number", "2", "--reason", "x"]).await.unwrap_err();
        assert!(refund.contains("0円を超えることはできません"), "{refund}");
    }

    async fn an_office_that_renews_automatically_is_renewed_and_charged_once(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        world.plan(Plan::Automatic { years: Years::TWO }).await;
        // 30 days before the end.
        for (days, changed) in [(334, 0), (1, 1), (0, 0), (1, 0)] {
            world.hand.advance(DAY * days);
            assert_eq!(world.billing().daily(world.clock.now()).await.unwrap(), changed, "{days}");
        }
        assert_eq!(world.entries().await, ["charged 21000", "charged 42000"]);
        assert_eq!(world.charges().await[0]["charge"], "9970000018-20271101-1");
        assert_eq!(world.charges().await[0]["method"], "invoice");
    }

    async fn who_opted_out_is_not_renewed(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", NUMBER]).await.unwrap();
        world.hand.advance(DAY * 350);
        assert_eq!(world.billing().daily(world.clock.now()).await.unwrap(), 0, "it never applied");
        for plan in [Plan::ByHand, Plan::Cancel] {
            world.plan(plan).await;
            assert_eq!(world.billing().daily(world.clock.now()).await.unwrap(), 0, "{plan:?}");
        }
    }

    async fn an_account_belongs_to_one_office_and_a_name_is_as_banks_write_it(database: TestDatabase) {
        let world = World::new(database).await;
        world.bill(&["payer", NUMBER, "--account", "0011234567"]).await.unwrap();
        let taken = world.bill(&["payer", helper().as_str(), "--account", "0011234567"]).await.unwrap_err();
        assert!(taken.contains("ほかの事業所"), "{taken}");
        assert!(world.bill(&["payer", NUMBER, "--account", "123"]).await.unwrap_err().contains("10桁"));
        assert!(world.bill(&["payer", NUMBER, "--name", "株式会社見本"]).await.unwrap_err().contains("カタカナ"));
        world.bill(&["payer", NUMBER, "--name", "カ）ミホン"]).await.unwrap();
        let kept = world.texts("select account || ' ' || name from payer").await;
        assert_eq!(kept, ["0011234567 カ）ミホン"]);
    }

    async fn a_file_of_another_kind_is_refused_with_what_to_bring(database: TestDatabase) {
        let world = World::new(database).await;
        for bytes in [&b""[..], b"office,amount\r\n", b"1,INVOICE,1"] {
            let refusal = world.import(bytes).await.unwrap_err();
            assert!(refusal.contains("入出金取引明細（全銀協規定形式"), "{refusal}");
        }
        let month = world.bill(&["run", "--month", "202612"]).await.unwrap_err();
        assert!(month.contains("2026-12 の形"), "{month}");
    }
}
