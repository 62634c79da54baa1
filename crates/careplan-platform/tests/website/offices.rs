//! 事業所検索: what is listed comes as a CSV file, row by row, for spreadsheets of any make.

use std::ops::Range;
use std::time::Duration;

use careplan_domain::Digest;
use careplan_platform::directory::BATCH_OFFICES;
use careplan_platform::login::Stage;
use careplan_platform::store::offices::{self, Registration};
use careplan_platform::store::terminals::{self, Terminal};
use careplan_testkit::on_both_databases;
use uuid::Uuid;

use crate::browser::{Browser, attribute};
use crate::world::{Site, URL, helper, manager, office};

const HEADS: &str = "事業所番号,事業所名,フリガナ,都道府県,所在地,サービス種類,利用状況";
const SAKURA: &str =
    "9970000018,さくら居宅介護支援事業所,サクラキョタクカイゴシエン,99,例示県見本市1-2-3,43,送れます";
const HIMAWARI: &str = "9970000026,ひまわり訪問介護,ヒマワリホウモンカイゴ,99,例示県見本市1-2-3,11 15,未利用";
const SUMIRE: &str = "9970000034,すみれデイサービス,スミレデイサービス,99,例示県見本市1-2-3,15,未利用";

/// The first office has a licence and a terminal with a key: it can be written to.
async fn joins(site: &Site) {
    site.admin(&["licence", "grant", "9970000018"]).await.unwrap();
    let now = site.clock.now();
    let terminal = Terminal {
        announcement: vec![0x30],
        fingerprint: Digest([7; 32]),
        issued_at: now,
        expires_at: now + Duration::from_secs(180 * 86_400),
        retired_at: None,
    };
    site.change(async |tx, now| {
        terminals::put(tx, &manager(), &Uuid::now_v7(), &terminal, now).await.unwrap();
    })
    .await;
}

/// An office whose texts a spreadsheet would take for formulas and fields of their own.
async fn registers_a_formula(site: &Site) {
    let number = office("1370000011");
    let hostile = Registration {
        number,
        name: "=HYPERLINK(\"https://evil.example\"),介護".to_owned(),
        kana: "+カイゴ".to_owned(),
        prefecture: number.prefecture().to_owned(),
        address: "@SUM(1,1)\n2行目".to_owned(),
        service_types: ["11".parse().unwrap()].into(),
    };
    site.change(async |tx, now| offices::put(tx, &[hostile], now).await.unwrap()).await;
}

/// Rows of one file.
const ROWS_MAX: usize = 30_000;

/// Offices of 東京都.
async fn registers_many(site: &Site, which: Range<usize>) {
    let many = which.map(|index| Registration {
        number: office(&format!("13{index:08}")),
        name: "みほん".to_owned(),
        kana: "ミホン".to_owned(),
        prefecture: "13".to_owned(),
        address: "例示市".to_owned(),
        service_types: ["11", "15"].map(|it| it.parse().unwrap()).into(),
    });
    let many: Vec<Registration> = many.collect();
    for some in many.chunks(BATCH_OFFICES) {
        site.change(async |tx, now| offices::put(tx, some, now).await.unwrap()).await;
    }
}

/// The lines of a CSV file after its mark and heads.
async fn rows(browser: &mut Browser, path: &str) -> Vec<String> {
    let file = browser.get(path).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"offices.csv\""));
    let text = file.text().strip_prefix('\u{feff}').unwrap();
    let mut lines = text.strip_suffix("\r\n").unwrap().split("\r\n");
    assert_eq!(lines.next(), Some(HEADS), "{path}");
    lines.map(str::to_owned).collect()
}

on_both_databases! {
    async fn every_office_is_a_row_with_whether_it_can_be_written_to(database: TestDatabase) {
        let site = Site::new(database).await;
        joins(&site).await;
        assert_eq!(rows(&mut site.browser(), "/offices.csv").await, [SAKURA, HIMAWARI, SUMIRE]);
        let mut office = site.logged_in().await;
        assert_eq!(rows(&mut office, "/offices.csv").await, [SAKURA, HIMAWARI, SUMIRE], "the same to an office");
        // Its licence is over.
        site.hand.advance(Duration::from_secs(366 * 86_400));
        let row = rows(&mut site.browser(), "/offices.csv?number=9970000018").await.remove(0);
        assert!(row.ends_with(",未利用"), "{row}");
    }

    async fn the_file_has_the_rows_of_the_search_that_leads_to_it(database: TestDatabase) {
        let site = Site::new(database).await;
        joins(&site).await;
        let mut browser = site.browser();
        for (field, value, expected) in [
            ("number", "９９７０００００２６", &[HIMAWARI][..]),
            ("name", "ｽﾐﾚ", &[SUMIRE]),
            ("place", "見本市", &[SAKURA, HIMAWARI, SUMIRE]),
            ("place", "手本市", &[]),
            ("prefecture", "13", &[]),
            ("service_type", "15", &[HIMAWARI, SUMIRE]),
            ("joined", "yes", &[SAKURA]),
        ] {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(field, value).finish();
            let page = browser.open(&format!("/offices?{query}")).await;
            for row in [SAKURA, HIMAWARI, SUMIRE] {
                let name = row.split(',').nth(1).unwrap();
                assert_eq!(page.text().contains(name), expected.contains(&row), "{field}={value}: {name}");
            }
            let tags = page.text().split('<').filter(|tag| tag.starts_with("a "));
            let links: Vec<String> = tags.filter_map(|tag| attribute(tag.split('>').next()?, "href")).collect();
            let link = links.iter().find(|link| link.starts_with("/offices.csv?")).unwrap();
            assert_eq!(rows(&mut browser, link).await, expected, "{field}={value}");
        }
    }

    async fn what_a_spreadsheet_would_compute_or_split_stays_one_text(database: TestDatabase) {
        let site = Site::new(database).await;
        registers_a_formula(&site).await;
        let rows = rows(&mut site.browser(), "/offices.csv?prefecture=13").await;
        assert_eq!(rows, ["1370000011,\"'=HYPERLINK(\"\"https://evil.example\"\"),介護\",'+カイゴ,東京都,\"'@SUM(1,1)\n2行目\",11,未利用"]);
    }

    async fn a_number_that_is_none_gives_the_page_with_its_error_and_no_file(database: TestDatabase) {
        let site = Site::new(database).await;
        for number in ["99700000181", "KJ99"] {
            let page = site.browser().open(&format!("/offices.csv?number={number}")).await;
            assert!(page.is(422, "事業所検索").error_at("number").unwrap().contains("10桁"));
            page.says(&format!("value=\"{number}\""));
            assert_eq!(page.header("content-disposition"), None);
        }
    }

    async fn a_partner_who_has_not_joined_is_invited_on_a_sheet_with_both_names_and_the_way_in(database: TestDatabase) {
        let site = Site::new(database).await;
        joins(&site).await;
        let mut browser = site.logged_in().await;
        let found = browser.open("/offices?number=9970000026").await;
        found.says(r#"href="/offices/9970000026/invitation""#);
        let sheet = browser.open("/offices/9970000026/invitation").await;
        sheet.is(200, "ケアプランデータ連携のご案内").says("ひまわり訪問介護　御中").says("貴事業所の事業所番号：9970000026");
        sheet.says("さくら居宅介護支援事業所（事業所番号 9970000018）です。").says(URL).says("data:image/svg+xml;base64,");
        // Nobody else's: neither a button nor, by its address, a sheet.
        assert!(!site.browser().open("/offices?number=9970000026").await.text().contains("invitation"));
        for unknown in ["9970009999", "99", "%3Cscript%3E"] {
            browser.open(&format!("/offices/{unknown}/invitation")).await.is(404, "そのページはありません");
        }
    }

    async fn a_partner_who_has_joined_is_shown_and_not_invited(database: TestDatabase) {
        let site = Site::new(database).await;
        joins(&site).await;
        let mut partner = site.browser_at(helper(), Stage::Full).await;
        let found = partner.open("/offices?number=9970000018").await;
        assert!(found.says("送れます").text().split("<table").nth(1).is_some_and(|it| !it.contains("invitation")));
        let led = partner.get("/offices/9970000018/invitation").await;
        assert_eq!(led.leads_to().as_deref(), Some("/offices?number=9970000018"));
        partner.follow(led).await.is(200, "事業所検索").says("さくら居宅介護支援事業所");
    }

    async fn as_many_rows_as_a_file_holds_come_and_one_more_is_told_and_not_left_out(database: TestDatabase) {
        let site = Site::new(database).await;
        registers_many(&site, 0..ROWS_MAX).await;
        let mut browser = site.browser();
        let rows = rows(&mut browser, "/offices.csv?prefecture=13").await;
        assert_eq!(rows.len(), ROWS_MAX);
        let numbers: Vec<&str> = rows.iter().map(|row| &row[..10]).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "each once, in order");
        assert!(rows.iter().all(|row| row.ends_with(",11 15,未利用")), "with its service types");
        registers_many(&site, ROWS_MAX..ROWS_MAX + 1).await;
        let page = browser.get("/offices.csv?prefecture=13").await;
        page.is(422, "事業所検索").says("30,000件を超えるため、1つのファイルにできません。").says("絞り込んでください");
        assert_eq!(page.header("content-disposition"), None);
    }
}
