//! 請求書 and 領収書: of the office itself, and of nobody else.

use careplan_domain::billing::charge::Method;
use careplan_domain::billing::ledger::Event;
use careplan_platform::audit::Actor;
use careplan_platform::billing::{By, Decision};
use careplan_platform::login::Stage;
use careplan_testkit::on_both_databases;

use crate::world::{Site, helper, manager};

const INVOICE: &str = "/licence/documents/invoice-9970000018-20261101-1";
const RECEIPT: &str = "/licence/documents/receipt-9970000018-20261101-1";

impl Site {
    fn by(&self) -> By {
        By::new(Actor::Operator("uketsuke".to_owned()), self.clock.now())
    }

    /// The first office pays by invoice, and got one.
    async fn invoiced(&self) {
        self.billing().set_method(&manager(), Method::Invoice, &self.by()).await.unwrap();
        self.admin(&["licence", "grant", "9970000018"]).await.unwrap();
        self.billing().run("202612".parse().unwrap(), "uketsuke", &self.by()).await.unwrap();
    }
}

on_both_databases! {
    async fn an_office_sees_its_invoice_and_after_the_payment_its_receipt(database: TestDatabase) {
        let settings = "[billing]\nissuer_name = '練習運営協会'\nregistration_number = 'T1234567890123'\nbank_account = '見本銀行 本店 普通 1234567'";
        let site = Site::under(database, settings).await;
        site.invoiced().await;
        let mut browser = site.logged_in().await;
        browser.open("/licence").await.says("請求書発行済").says("21,000円をお振り込みください").says(INVOICE);
        browser.open("/licence").await.says("お支払い方法：請求書による銀行振込").says("運用センターへご連絡ください。次の請求から変わります。");
        let page = browser.open(INVOICE).await;
        page.is(200, "請求書").says("さくら居宅介護支援事業所　御中").says("T1234567890123").says("見本銀行 本店 普通 1234567");
        page.says("10%対象").says("1,909円").says("2026年12月1日（火）").says("練習運営協会");
        assert!(!page.text().contains(RECEIPT));
        browser.get(RECEIPT).await.is(404, "そのページはありません");
        let pdf = browser.get(&format!("{INVOICE}/pdf")).await;
        assert_eq!(pdf.header("content-type"), Some("application/pdf"));
        let name = "attachment; filename=\"invoice-9970000018-20261101-1.pdf\"; filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8_9970000018-20261101-1.pdf";
        assert_eq!(pdf.header("content-disposition"), Some(name));
        let charge = "9970000018-20261101-1".parse().unwrap();
        let amount = "21000".parse().unwrap();
        let paid = Decision { number: "1".to_owned(), charge, event: Event::Paid, amount };
        site.billing().decide(&paid, &site.by()).await.unwrap();
        browser.open("/licence").await.says("入金済").says(RECEIPT);
        browser.open(RECEIPT).await.is(200, "領収書").says("銀行振込").says("T1234567890123").says("1,909円").says(INVOICE);
    }

    async fn the_document_of_another_office_does_not_exist(database: TestDatabase) {
        let site = Site::new(database).await;
        site.invoiced().await;
        let mut other = site.browser_at(helper(), Stage::Full).await;
        let unknown = other.get("/licence/documents/invoice-9970000018-20271101-1").await.text().len();
        for path in [INVOICE, RECEIPT] {
            let page = other.get(path).await;
            page.is(404, "そのページはありません");
            assert_eq!(page.text().len(), unknown, "it is answered as one that nobody has");
        }
        for path in ["/licence/documents/x", "/licence/documents/invoice-", "/licence/documents/order-9970000018-20261101-1"] {
            other.get(path).await.is(404, "そのページはありません");
        }
    }
}
