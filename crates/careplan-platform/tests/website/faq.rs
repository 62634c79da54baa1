//! よくある質問: found by what people type, or told that nothing was.

use careplan_testkit::on_both_databases;

use crate::browser::{Browser, Page, between};
use crate::world::Site;

/// Looks for words as the form does.
async fn look_for(browser: &mut Browser, words: &str) -> Page {
    let page = browser.open("/faq").await;
    let form = page.form("/faq");
    assert_eq!((form.method.as_str(), form.fields[0].0.as_str()), ("get", "q"));
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
    browser.open(&format!("/faq?{query}")).await
}

/// The anchors of the questions on a page.
fn ids(page: &Page) -> Vec<&str> {
    let questions = page.text().split(r#"<details class="details" id=""#).skip(1);
    questions.map(|rest| rest.split('"').next().unwrap()).collect()
}

on_both_databases! {
    async fn a_search_shows_the_questions_that_have_all_words_and_how_many_they_are(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        let all = browser.open("/faq").await;
        assert!(ids(&all).len() >= 40 && !all.text().contains("が見つかった質問"));
        let found = look_for(&mut browser, "代理人証明書").await;
        found.is(200, "よくある質問").says("「代理人証明書」が見つかった質問：").says("<h2>電子証明書</h2>");
        found.says(r#"value="代理人証明書""#).says("使える証明書と、使えない証明書を教えてください。");
        assert!(ids(&found).contains(&"accepted-kinds") && ids(&found).len() < 10, "{:?}", ids(&found));
        let told = between(found.text(), "が見つかった質問：", "件").unwrap();
        assert_eq!(told, ids(&found).len().to_string());
        assert!(!found.text().contains("<h2>はじめに</h2>"), "no heading without a question");
        // Half-width kana, and a word more.
        let narrower = look_for(&mut browser, "　ｶﾘﾊﾟｽﾜｰﾄﾞ　郵送 ").await;
        let wider = look_for(&mut browser, "かりパスワード").await;
        assert!(!ids(&wider).is_empty() && ids(&narrower).len() < ids(&wider).len());
        assert!(ids(&narrower).iter().all(|id| ids(&wider).contains(id)));
    }

    async fn where_nothing_is_found_the_way_to_all_questions_is_shown(database: TestDatabase) {
        let site = Site::new(database).await;
        let page = look_for(&mut site.browser(), "ぬりかべ").await;
        page.is(200, "よくある質問").says("「ぬりかべ」が見つかった質問：0件").says("別の言葉でさがすか、").says(r#"<a href="/faq">すべての質問</a>"#);
        page.says(r#"value="ぬりかべ""#);
        assert!(ids(&page).is_empty() && !page.text().contains("<h2>"));
        // Only spaces: nothing was looked for.
        let all = look_for(&mut site.browser(), "　 ").await;
        assert!(ids(&all).len() >= 40 && !all.text().contains("が見つかった質問"));
    }

    async fn hostile_text_comes_back_as_text_and_no_longer_than_a_search(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        let page = look_for(&mut browser, r#""><script>alert('x')</script>"#).await;
        page.is(200, "よくある質問").says("「&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;」が見つかった質問：0件");
        assert!(!page.text().contains("<script>alert"));
        for hostile in ["' or 1=1 --", "%", "_", "\\", "[外](https://evil.example)", "\u{202e}逆さ", "\0"] {
            let page = look_for(&mut browser, hostile).await;
            page.is(200, "よくある質問").says("が見つかった質問：");
        }
        let page = look_for(&mut browser, &"い".repeat(101)).await;
        page.says(&format!("「{}」が見つかった質問：0件", "い".repeat(100)));
        assert!(!page.text().contains(&"い".repeat(101)));
        // No text at all, and more fields than a form has.
        browser.open("/faq?q=%ff%fe%zz").await.is(200, "よくある質問");
        browser.open(&format!("/faq?{}", "q=a&".repeat(500))).await.is(200, "よくある質問");
    }
}
