//! 料金 and 利用規約, as everybody may read them.

use std::time::Duration;

use careplan_testkit::on_both_databases;

use crate::browser::{Page, between};
use crate::world::Site;

const DAY: Duration = Duration::from_secs(86_400);

/// A campaign that begins on 2026-11-01 and a price that rises on 2027-04-01.
const LIST: &str = "# from,until,years,amount,tax_percent,kind
2023-04-01,2027-04-01,1,21000,10,regular
2023-04-01,,2,42000,10,regular
2026-11-01,2026-12-01,1,0,10,pass:フリーパス
2027-04-01,,1,22000,10,regular
";

/// The texts of each row of the table on a page.
fn rows(page: &Page) -> Vec<String> {
    let body = between(page.text(), "<tbody", "</tbody>").unwrap();
    let cells = |row: &str| {
        let texts = row.split('>').skip(1).filter_map(|piece| piece.split('<').next());
        texts.map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    };
    body.split("<tr").skip(1).map(cells).collect()
}

on_both_databases! {
    async fn the_price_list_shows_what_holds_and_what_comes_with_tax_and_dates(database: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("prices.csv");
        std::fs::write(&file, LIST).unwrap();
        let site = Site::under(database, &format!("billing.prices_file = '{}'", file.display())).await;
        let mut browser = site.browser();
        let page = browser.open("/prices").await;
        page.is(200, "料金");
        assert_eq!(rows(&page), [
            "通常料金 1年 21,000円 1,909円 2023年4月1日（土）から2027年3月31日（水）まで",
            "通常料金 2年 42,000円 3,818円 2023年4月1日（土）から",
            "フリーパス（1事業所1回） 1年 0円 0円 2026年11月1日（日）から2026年11月30日（月）まで",
            "通常料金 1年 22,000円 2,000円 2027年4月1日（木）から",
        ]);
        // It is over with the end of its last day in Japan.
        site.hand.advance(DAY * 30 - Duration::from_secs(9 * 3600 + 1));
        assert_eq!(rows(&browser.open("/prices").await).len(), 4);
        site.hand.advance(Duration::from_secs(1));
        assert!(!browser.open("/prices").await.text().contains("フリーパス"));
    }

    async fn the_terms_are_read_whole_by_everybody_with_their_version(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        let terms = browser.open("/terms").await;
        terms.is(200, "利用規約").says("第1版　2026年12月1日（火）から").says("<h2>第1条（目的）</h2>").says("<h2>第18条（");
        let first = browser.open("/terms/1").await;
        assert_eq!(between(first.text(), "<main", "</main>"), between(terms.text(), "<main", "</main>"));
        for none in ["0", "2", "99999999999", "x", "%3Cscript%3E"] {
            browser.open(&format!("/terms/{none}")).await.is(404, "そのページはありません");
        }
    }
}
