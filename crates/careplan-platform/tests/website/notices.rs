//! お知らせ: written by the operator, read on the site.

use careplan_testkit::on_both_databases;

use crate::browser::between;
use crate::world::Site;

async fn add(site: &Site, title: &str, body: &str) {
    site.admin(&["notices", "add", "--category", "maintenance", "--title", title, "--body", body])
        .await
        .unwrap();
}

on_both_databases! {
    async fn a_notice_is_published_edited_and_withdrawn(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        browser.open("/notices").await.is(200, "お知らせ").says("いまお知らせはありません。");
        add(&site, "12月27日の停止", "保守のため停止します。\n\n10時から12時まで\n送受信できません。").await;
        let list = browser.open("/notices").await;
        list.says("2026年11月1日（日）").says("メンテナンス").says(r#"<a href="/notices/1">12月27日の停止</a>"#);
        let page = browser.open("/notices/1").await;
        page.is(200, "12月27日の停止").says("<p>保守のため停止します。</p>").says("<p>10時から12時まで<br>送受信できません。</p>");
        assert!(!page.text().contains("に修正しました"));
        site.hand.advance(std::time::Duration::from_secs(86_400));
        let said = site.admin(&["notices", "edit", "1", "--title", "12月28日の停止"]).await.unwrap();
        assert!(said.contains("お知らせ 1 を修正しました。"));
        browser.open("/notices/1").await.is(200, "12月28日の停止").says("2026年11月2日（月）に修正しました").says("保守のため");
        assert!(site.admin(&["notices", "edit", "1", "--title", "12月28日の停止"]).await.unwrap().contains("何も変えていません"));
        site.admin(&["notices", "withdraw", "1"]).await.unwrap();
        browser.open("/notices/1").await.is(404, "そのページはありません");
        browser.open("/notices").await.says("いまお知らせはありません。");
        assert!(site.admin(&["notices", "withdraw", "1"]).await.unwrap().contains("すでに取り下げられています"));
        assert_eq!(site.audited().await, ["notice.published 1", "notice.edited 1", "notice.withdrawn 1"]);
        let listed: serde_json::Value = serde_json::from_str(&site.admin(&["notices", "list", "--json"]).await.unwrap()).unwrap();
        assert_eq!((&listed[0]["number"], &listed[0]["title"]), (&1.into(), &"12月28日の停止".into()));
        site.admin(&["notices", "edit", "1", "--category", "incident"]).await.unwrap();
        browser.open("/notices").await.says("障害");
    }

    async fn the_newest_three_stand_on_the_top_page_of_everybody(database: TestDatabase) {
        let site = Site::new(database).await;
        for number in 1..=4 {
            add(&site, &format!("お知らせその{number}"), "本文。").await;
        }
        for mut browser in [site.browser(), site.logged_in().await] {
            let top = browser.open("/").await;
            let shown = between(top.text(), "<h2>お知らせ</h2>", "お知らせの一覧").unwrap();
            let places: Vec<_> = (1..=4).map(|number| shown.find(&format!("お知らせその{number}"))).collect();
            assert!(places[0].is_none() && places[3] < places[2] && places[2] < places[1], "{places:?}");
        }
    }

    async fn a_long_list_is_read_page_by_page_and_none_is_missed(database: TestDatabase) {
        let site = Site::new(database).await;
        for number in 1..=41 {
            add(&site, &format!("第{number}号"), "本文。").await;
        }
        let mut browser = site.browser();
        let (mut seen, mut path) = (Vec::new(), "/notices".to_owned());
        loop {
            let page = browser.open(&path).await;
            let links = page.text().split("href=\"/notices/").skip(1);
            seen.extend(links.map(|rest| rest.split('"').next().unwrap().parse::<i64>().unwrap()));
            match page.text().split_once("\" rel=\"next\"") {
                Some((before, _)) => path = before.rsplit_once("href=\"").unwrap().1.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen, (1..=41).rev().collect::<Vec<_>>());
        for nonsense in ["/notices?before=x", "/notices?before=-1", "/notices?before=%3Cscript%3E"] {
            browser.open(nonsense).await.is(200, "お知らせ");
        }
        for unknown in ["/notices/99", "/notices/x", "/notices/-1", "/notices/99999999999999999999"] {
            browser.open(unknown).await.is(404, "そのページはありません");
        }
    }

    async fn script_in_a_notice_is_text_and_wrong_words_are_refused(database: TestDatabase) {
        let site = Site::new(database).await;
        add(&site, "<script>alert(1)</script>", "<b>太字</b>").await;
        let page = site.browser().open("/notices/1").await;
        assert!(!page.text().contains("<script>alert") && !page.text().contains("<b>太字"));
        site.browser().open("/notices").await;
        let title = "あ".repeat(101);
        for wrong in [["--title", &title, "--body", "x"], ["--title", "x", "--body", ""], ["--title", "", "--body", "x"]] {
            let said = site.admin(&[&["notices", "add", "--category", "other"][..], &wrong[..]].concat()).await.unwrap_err();
            assert!(said.contains("書いてください"), "{said}");
        }
        let missing = site.admin(&["notices", "add", "--category", "other", "--title", "x", "--body-file", "/no/such/file"]).await;
        assert!(missing.unwrap_err().contains("読めません"));
        assert!(site.admin(&["notices", "edit", "7", "--title", "x"]).await.unwrap_err().contains("はありません"));
        assert_eq!(site.audited().await.len(), 1);
    }
}
