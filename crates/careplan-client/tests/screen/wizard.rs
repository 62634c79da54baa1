//! The first start: every step, what it says when it fails, and that it goes on where it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use careplan_client::echo::Answered;
use careplan_client::enrol::Fingerprint;
use careplan_client::mishap::Mishaps;
use careplan_client::wizard::{Step, Wizard};
use careplan_client::{Clock, Office, OfficeOptions};
use careplan_domain::Timestamp;
use careplan_domain::licence::LicenceState;
use careplan_protocol::office_api::OfficeEntry;
use jiff::SignedDuration;

use crate::browser::{Browser, OWN, Page, Screens};
use crate::exchange::{ISSUE_PASSWORD, PASSWORD, office};
use crate::memory_store::{Make, MemoryStore, NAME};
use crate::world::{RECEIVER, SENDER, World, drain};

const URL: &str = "https://careplan.example.jp";

/// A client on an empty folder.
async fn empty() -> Screens {
    empty_of(World::new(), SENDER).await
}

async fn empty_of(world: World, number: &str) -> Screens {
    let office = world.open(number).await;
    Screens::of(world, office)
}

fn fingerprint(screens: &Screens) -> String {
    Fingerprint::of(&screens.world.exchange.lock().authority.root).to_string()
}

/// A browser that came in by the address that `careplan-client open` says.
async fn begun(screens: &Screens) -> Browser {
    let mut browser = screens.browser();
    let page = browser.get(&format!("/start?code={}", screens.code())).await;
    page.leads_to("/start/connection");
    let cookie = page.header("set-cookie");
    assert!(cookie.ends_with("; Path=/start; HttpOnly; SameSite=Lax"), "{cookie}");
    browser
}

const CONNECTION: [(&str, &str); 2] = [("platform", URL), ("way", "system")];

/// What is filled in on the page of a step, and where it leads.
type Filled<'a> = (Step, &'a str, Vec<(&'a str, &'a str)>);

/// Fills in every step up to one, which is shown next.
async fn through(screens: &Screens, browser: &mut Browser, until: Step) {
    let fingerprint = fingerprint(screens);
    let user_id = format!("KJ99{}", screens.office.options().data.file_name().unwrap().to_str().unwrap());
    let manager = [("name", "山田 花子"), ("login", "yamada"), ("new", OWN), ("again", OWN)];
    let steps: [Filled<'_>; 8] = [
        (Step::Connection, "platform?done=connection", CONNECTION.to_vec()),
        (Step::Platform, "clock?done=platform", vec![("fingerprint", &fingerprint)]),
        (Step::Clock, "account?done=clock", vec![]),
        (Step::Account, "application?done=account", vec![("user_id", &user_id), ("password", PASSWORD)]),
        (Step::Application, "certificate?done=application", vec![]),
        (Step::Certificate, "folders?done=certificate", vec![("issue", ISSUE_PASSWORD)]),
        (Step::Folders, "staff?done=folders", vec![("mode", "confirm_first"), ("shape", "flat")]),
        (Step::Staff, "recovery?done=staff", manager.to_vec()),
    ];
    for (step, next, fields) in steps.into_iter().take_while(|(step, ..)| *step < until) {
        browser.post(&step.path(), &fields).await.leads_to(&format!("/start/{next}"));
    }
    if until > Step::Recovery {
        let page = browser.post("/start/recovery", &[]).await;
        page.is(200, "最初の設定：復元キー")
            .says("表示するのはこの一度だけ")
            .says("data-print hidden>印刷する");
        browser.post("/start/recovery/noted", &[]).await.leads_to("/start/practice?done=recovery");
    }
}

/// The practice partner, which is in the directory as such.
async fn partner(world: &World) -> Office {
    let partner = world.set_up(RECEIVER).await;
    let named = OfficeEntry { name: "おためし事業所".to_owned(), ..office(RECEIVER) };
    world.exchange.lock().directory = vec![office(SENDER), named, office("9970000034")];
    partner
}

fn hidden(page: &Page, name: &str) -> String {
    let text = page.text();
    let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_empty_folder_leads_through_every_step_to_a_first_exchange() {
    let screens = empty().await;
    let partner = partner(&screens.world).await;
    let mut browser = begun(&screens).await;
    browser.get("/start/connection").await.is(200, "最初の設定：接続").says("通知書").says("現在");
    through(&screens, &mut browser, Step::Practice).await;
    let page = browser.get("/start/practice?done=recovery").await;
    page.is(200, "最初の設定：おためし").says("を紙に残しました。").says("おためし事業所へ送る");
    let begin = [("do", "begin"), ("round", "")];
    browser.post("/start/practice", &begin).await.leads_to("/start/practice");
    // A double click sends nothing more.
    browser.post("/start/practice", &begin).await.leads_to("/start/practice");
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 1);
    browser.get("/start/practice").await.says("data-live").says("確認中");
    drain(&screens.office).await;
    drain(&partner).await;
    let mut answered = Vec::new();
    partner.answer_what_came(|it| answered.push(it.clone())).await.unwrap();
    assert!(matches!(answered[..], [Answered::WithActuals(_)]), "{answered:?}");
    drain(&partner).await;
    drain(&screens.office).await;
    let live = browser.get("/start/practice/live").await;
    live.says("data-say").says("確かめました。次へ進む");
    // It was about nobody: nothing waits for the care software, and no report has it.
    let state = screens.office.state();
    assert_eq!(state.all_received().await.unwrap().len(), 1);
    assert_eq!(state.counts().await.unwrap().to_import, 0);
    let day = careplan_domain::calendar::day(screens.office.now());
    let provided = screens.office.history().provision(day, day).await.unwrap();
    assert!(provided.lines.is_empty(), "{} lines", provided.lines.len());
    assert!(!live.text().contains("data-live"));
    browser.post("/start/practice", &[("do", "noted")]).await.leads_to("/start/finish?done=practice");
    browser.get("/start/finish").await.is(200, "最初の設定：完了").says("使いはじめる");
    browser.get("/").await.says("最初の設定がまだ終わっていません。");
    browser.post("/start/finish", &[]).await.leads_to("/");
    let top = browser.get("/").await;
    assert!(!top.is(200, "今日の仕事").text().contains("最初の設定"));
    browser.get("/start/connection").await.leads_to("/");
}

#[tokio::test]
async fn a_closed_browser_and_a_new_start_go_on_at_the_same_step() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Application).await;
    browser.get("/start/staff").await.leads_to("/start/application");
    // The program ends, and the browser is another one.
    let Screens { world, office, .. } = screens;
    office.close().await;
    let screens = empty_of(world, SENDER).await;
    let mut browser = screens.browser();
    browser.get(&format!("/start?code={}", screens.code())).await.leads_to("/start/application");
    // The password is not on the disk: it is asked for again.
    let page = browser.get("/start/application").await;
    page.is(200, "最初の設定：利用申請").says("name=\"password\"");
    browser.post("/start/application", &[]).await.leads_to("/start/application");
    browser.get("/start/application").await.says("パスワードを入力してください。");
    let typed = [("password", PASSWORD)];
    browser.post("/start/application", &typed).await.leads_to("/start/certificate?done=application");
    assert!(!browser.get("/start/certificate").await.text().contains("name=\"password\""));
    browser
        .get("/start/account")
        .await
        .says("を確かめました。")
        .says("次の手順へ")
        .says("value=\"KJ999970000018\"");
    browser.post("/start/certificate", &[("issue", ISSUE_PASSWORD)]).await;
    browser.get("/start/certificate").await.says("この電子証明書で続ける");
}

#[tokio::test]
async fn an_account_that_was_made_before_is_no_step_any_more_and_its_manager_goes_on() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Staff).await;
    let mut manager = screens.manager().await;
    browser.get("/start/staff").await.leads_to("/login?next=%2Fstart%2Fstaff");
    manager.get("/").await.says("続きを行う").says("href=\"/start/staff\"");
    manager.get("/start/staff").await.leads_to("/start/recovery?done=staff");
    screens.add_member().await;
    let mut member = screens.browser();
    member.post("/login", &[("name", "suzuki"), ("password", OWN)]).await.leads_to("/");
    member.get("/").await.says("管理者に、続きを行ってもらってください。");
    member.get("/start/recovery").await.is(403, "この操作は管理者だけが行えます");
}

#[tokio::test]
async fn no_connection_says_what_to_do_and_can_be_tried_again() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    let page =
        browser.post("/start/connection", &[("platform", "http://x"), ("way", "at"), ("proxy", "")]).await;
    page.is(422, "最初の設定：接続")
        .says("「https://」から")
        .says("名前:ポート番号")
        .says("value=\"http://x\"");
    screens.world.exchange.lock().away = true;
    browser.post("/start/connection", &CONNECTION).await.leads_to("/start/connection");
    browser
        .get("/start/connection")
        .await
        .says("careplan.example.jp:443 につながりませんでした。")
        .says("プロキシを指定する」を選んで")
        .says("Wi-Fi")
        .says("value=\"https://careplan.example.jp\"");
    browser.get("/start/platform").await.leads_to("/start/connection");
    screens.world.exchange.lock().away = false;
    browser.post("/start/connection", &CONNECTION).await.leads_to("/start/platform?done=connection");
    browser.get("/start/platform?done=connection").await.says("につながりました。");
}

#[tokio::test]
async fn a_root_other_than_the_letters_is_refused_before_any_password_is_asked_for() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Platform).await;
    browser.post("/start/platform", &[("fingerprint", "sha256:12")]).await.says("64桁の16進数です");
    let other = format!("sha256:{}", "ab".repeat(32));
    browser.post("/start/platform", &[("fingerprint", &other)]).await.leads_to("/start/platform");
    browser.get("/start/platform").await.says("一致しません").says(&other);
    browser.get("/start/account").await.leads_to("/start/platform");
    assert!(screens.world.exchange.lock().credentials_seen.is_empty());
}

#[tokio::test]
async fn a_wrong_clock_says_how_far_it_is_and_how_to_set_it() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Clock).await;
    screens.world.exchange.lock().clock_ahead = SignedDuration::from_mins(25);
    browser.post("/start/clock", &[]).await.leads_to("/start/clock");
    browser.get("/start/clock").await.says("約25分進んでいます").says("今すぐ同期").says("あとで行う");
    screens.world.exchange.lock().clock_ahead = SignedDuration::ZERO;
    browser.post("/start/clock", &[]).await.leads_to("/start/account?done=clock");
}

#[tokio::test]
async fn a_wrong_password_says_so_and_keeps_the_user_id() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Account).await;
    browser
        .post("/start/account", &[("user_id", "KJ1")])
        .await
        .says("KJ で始まる14文字")
        .says("パスワードを入力してください。");
    // Typed as people do.
    let typed = [("user_id", "ｋｊ99-9970000018"), ("password", "wrong-wrong")];
    browser.post("/start/account", &typed).await.leads_to("/start/account");
    let page = browser.get("/start/account").await;
    page.says("3回続けて間違えると").says("value=\"KJ999970000018\"");
    assert!(!page.text().contains("wrong-wrong"));
}

#[tokio::test]
async fn who_has_not_applied_is_led_to_the_site_and_may_do_it_later() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    screens.world.exchange.lock().licence = LicenceState::NotApplied;
    through(&screens, &mut browser, Step::Application).await;
    browser.post("/start/application", &[]).await.leads_to("/start/application");
    browser
        .get("/start/application")
        .await
        .says("利用申請がまだです。")
        .says("href=\"https://site.example\"")
        .says("あとで行う");
    for step in ["connection", "certificate", "finish", "x", ""] {
        let page = browser.post("/start/skip", &[("step", step)]).await;
        assert_eq!(page.status, 400, "{step}");
    }
    let skip = [("step", "application")];
    browser.post("/start/skip", &skip).await.leads_to("/start/certificate?done=application");
    screens.world.exchange.lock().licence =
        LicenceState::Expired { ended_at: "2026-10-01T00:00:00+09:00".parse().unwrap() };
    browser.post("/start/application", &[]).await;
    browser.get("/start/application").await.says("2026年9月30日").says("に終わっています");
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_is_asked_for_and_not_sent_again() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    screens.world.exchange.lock().licence = LicenceState::NotApplied;
    through(&screens, &mut browser, Step::Application).await;
    assert!(!browser.get("/start/application").await.text().contains("name=\"password\""), "it is in memory");
    // Who applies at the web site must first choose a password of their own there.
    screens.world.exchange.lock().password = "atarashii-pass";
    browser.post("/start/application", &[]).await.leads_to("/start/application");
    browser.get("/start/application").await.says("変更したあとのパスワードです。").says("name=\"password\"");
    let asked = screens.world.exchange.lock().credentials_seen.len();
    browser.post("/start/application", &[]).await.leads_to("/start/application");
    assert_eq!(
        screens.world.exchange.lock().credentials_seen.len(),
        asked,
        "three misses would lock the account"
    );
    let valid = LicenceState::Valid { ends_at: "2027-10-01T00:00:00+09:00".parse().unwrap() };
    screens.world.exchange.lock().licence = valid;
    let typed = [("password", "atarashii-pass")];
    browser.post("/start/application", &typed).await.leads_to("/start/certificate?done=application");
    screens.world.exchange.lock().password = "mata-kaeta-pass";
    browser.post("/start/certificate", &[("issue", ISSUE_PASSWORD)]).await.leads_to("/start/certificate");
    browser.get("/start/certificate").await.says("name=\"password\"");
}

#[tokio::test]
async fn a_certificate_file_that_cannot_be_used_says_why() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Certificate).await;
    let page = browser.get("/start/certificate").await;
    page.says("証明書発行用パスワード").says("ファイルの電子証明書を使う");
    browser.post("/start/certificate", &[]).await.is(422, "最初の設定：電子証明書");
    browser.post("/start/certificate", &[("issue", "wrong-wrong")]).await.leads_to("/start/certificate");
    browser.get("/start/certificate").await.says("証明書発行用パスワード");
    let path = "/start/certificate/file";
    let empty = browser.upload_as("file", path, &[]).await;
    empty
        .says("電子証明書のファイル（.p12 または .pfx）を選んでください。")
        .says("ファイルのパスワードを入力してください。");
    let files = [("a.p12", b"no certificate".to_vec())];
    browser
        .upload_fields(path, &[("opens", "himitsu")], ("file", &files))
        .await
        .leads_to("/start/certificate");
    browser.get("/start/certificate").await.says("PKCS#12形式（.p12 / .pfx）のファイルを指定してください。");
    let large = [("a.p12", vec![0; 200 * 1024])];
    let page = browser.upload_as("file", path, &large).await;
    page.is(413, "電子証明書のファイルが大きすぎます").says("64 KB");
    assert!(!page.text().contains("ファイルを分けて"), "{}", page.text());
}

#[tokio::test]
async fn a_certificate_is_chosen_from_the_store_of_the_system_where_there_is_one() {
    let without = empty().await;
    let mut browser = begun(&without).await;
    through(&without, &mut browser, Step::Certificate).await;
    assert!(!browser.get("/start/certificate").await.text().contains("から選ぶ"));
    let nothing = [("stored", "sha256:00")];
    browser.post("/start/certificate/stored", &nothing).await.is(422, "最初の設定：電子証明書");

    let (world, store) = (World::new(), MemoryStore::default());
    let options =
        OfficeOptions { store: Some(Arc::new(store.clone())), ..world.options(SENDER, Mishaps::default()) };
    let office = Office::open(options).await.unwrap();
    let screens = Screens::of(world, office);
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Certificate).await;
    assert!(!browser.get("/start/certificate").await.text().contains("から選ぶ"), "nothing is in it");
    let certify = |number: &'static str| {
        store.put(Make::Rsa, |spki| screens.world.exchange.lock().authority.office(spki, number))
    };
    let [wrong, good] = [RECEIVER, SENDER].map(certify).map(|it| Fingerprint::of(&it).to_string());
    let page = browser.get("/start/certificate").await;
    page.says(&format!("<h2>{NAME}から選ぶ</h2>")).says(SENDER).says("発行元：CN=練習用ルート").says(&good);
    let path = "/start/certificate/stored";
    browser.post(path, &[]).await.is(422, "最初の設定：電子証明書").says("使う電子証明書を選んでください。");
    browser.post(path, &[("stored", &*wrong)]).await.leads_to("/start/certificate");
    browser.get("/start/certificate").await.says("ユーザIDの事業所と違います");
    browser.post(path, &[("stored", &*good)]).await.leads_to("/start/folders?done=certificate");
    let report = browser.get("/start/report").await.text();
    assert!(report.contains(&format!("鍵は{NAME}")), "{report}");
}

#[tokio::test]
async fn folders_are_tried_out_and_chosen_by_who_sits_at_this_pc() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Folders).await;
    let export = screens.world.path("export");
    let typed = [("export", export.to_str().unwrap()), ("mode", "after_check"), ("shape", "flat")];
    let page = browser.post("/start/folders", &typed).await;
    page.is(422, "最初の設定：フォルダー").says(export.to_str().unwrap());
    std::fs::create_dir(&export).unwrap();
    let test = [&typed[..], &[("do", "test")]].concat();
    browser.post("/start/folders", &test).await.is(200, "最初の設定：フォルダー").says("使えます");
    browser.post("/start/folders", &typed).await.leads_to("/start/staff?done=folders");
    let chosen = screens.office.state().folder_settings().await.unwrap();
    assert_eq!(chosen.export.unwrap().folder, export);
}

#[tokio::test]
async fn without_a_practice_partner_the_step_says_so_and_is_left_for_later() {
    let screens = empty().await;
    screens.world.exchange.lock().directory = vec![office(SENDER)];
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Practice).await;
    let page = browser.post("/start/practice", &[("do", "begin"), ("round", "")]).await;
    page.is(422, "最初の設定：おためし").says("おためし事業所が見つかりません。");
    browser.get("/start/practice/live").await.is(404, "お探しのページはありません");
    // What did not happen is not noted.
    browser.post("/start/practice", &[("do", "noted")]).await.leads_to("/start/practice");
    browser.post("/start/skip", &[("step", "practice")]).await.leads_to("/start/finish?done=practice");
    browser.get("/start/finish").await.says("あとで").says("href=\"/start/practice\"");
}

#[tokio::test]
async fn an_office_that_writes_no_plans_exchanges_a_document() {
    let world = World::new();
    let partner = world.set_up(RECEIVER).await;
    let named = OfficeEntry { name: "おためし事業所".to_owned(), ..office(RECEIVER) };
    let own = OfficeEntry { service_types: vec!["15".parse().unwrap()], ..office("9970000034") };
    world.exchange.lock().directory = vec![named, own];
    let screens = empty_of(world, "9970000034").await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Practice).await;
    browser.post("/start/practice", &[("do", "begin"), ("round", "")]).await.leads_to("/start/practice");
    let first = hidden(&browser.get("/start/practice").await, "round");
    for _ in 0..2 {
        drain(&screens.office).await;
        drain(&partner).await;
        partner.answer_what_came(|_| {}).await.unwrap();
        drain(&partner).await;
        drain(&screens.office).await;
    }
    browser.get("/start/practice").await.says("送信も受信も、正しく動いています。");
    // Once more waits for an answer of its own.
    screens.world.pass(SignedDuration::from_mins(1));
    browser.post("/start/practice", &[("do", "begin"), ("round", &first)]).await.leads_to("/start/practice");
    let page = browser.get("/start/practice").await;
    assert_ne!(hidden(page.says("data-live"), "round"), first);
    assert_eq!(screens.office.state().all_sent().await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_report_for_a_help_desk_tells_every_step_and_no_secret() {
    let screens = empty().await;
    let partner = partner(&screens.world).await;
    let mut browser = begun(&screens).await;
    let code = screens.code();
    let proxy = [
        ("platform", URL),
        ("way", "at"),
        ("proxy", "proxy.example.jp:8080"),
        ("proxy_user", "taro"),
        ("proxy_password", "proxy-himitsu"),
    ];
    browser.post("/start/connection", &proxy).await.leads_to("/start/platform?done=connection");
    let page = browser.get("/start/connection").await;
    assert!(!page.text().contains("proxy-himitsu"));
    // The way out is kept when only the address is looked at again.
    browser.post("/start/connection", &proxy[..4]).await.leads_to("/start/platform?done=connection");
    browser.post("/start/platform", &[("fingerprint", &fingerprint(&screens))]).await;
    browser.post("/start/clock", &[]).await;
    let account = |password| [("user_id", "KJ999970000018"), ("password", password)];
    browser.post("/start/account", &account("wrong-himitsu")).await;
    browser.post("/start/account", &account(PASSWORD)).await;
    let report = browser.get("/start/report").await;
    report
        .says("ユーザID：KJ999970000018")
        .says("電子証明書：まだありません")
        .says("proxy.example.jp:8080（認証あり）");
    browser.post("/start/application", &[]).await;
    browser.post("/start/certificate", &[("issue", ISSUE_PASSWORD)]).await;
    browser.post("/start/folders", &[("mode", "off"), ("shape", "flat")]).await;
    let manager = [("name", "山田 花子"), ("login", "yamada"), ("new", OWN), ("again", OWN)];
    browser.post("/start/staff", &manager).await.leads_to("/start/recovery?done=staff");
    let recovery = browser.post("/start/recovery", &[]).await.text();
    let recovery = recovery.split("class=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    browser.post("/start/recovery/noted", &[]).await;
    browser.post("/start/practice", &[("do", "begin"), ("round", "")]).await.leads_to("/start/practice");
    drain(&screens.office).await;
    drain(&partner).await;
    let session = browser.cookie.clone().unwrap();
    let report = browser.get("/start/report").await;
    assert_eq!(report.header("content-disposition"), "attachment; filename=\"careplan-report.txt\"");
    let text = report.text();
    for told in ["接続：完了", "復元キー：完了", "認証局の指紋：sha256:", "まで", "バージョン：", "\r\n"]
    {
        assert!(text.contains(told), "{told} is not in {text}");
    }
    let session = session.split_once('=').unwrap().1;
    let private = std::fs::read_to_string(screens.office.options().data.join("keys/office.pem")).unwrap();
    let key = private.lines().nth(1).unwrap();
    for secret in [
        &code,
        PASSWORD,
        ISSUE_PASSWORD,
        OWN,
        "himitsu",
        "taro",
        &recovery,
        session,
        key,
        "PRIVATE",
        "山田",
        "yamada",
        "花子",
    ] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    // The same from the rooms below the screens: what is written down holds no password either.
    let rows = Wizard::new(screens.office.clone()).records().await.unwrap();
    let rows = format!("{rows:?}");
    for secret in [PASSWORD, ISSUE_PASSWORD, OWN, "himitsu", recovery.as_str()] {
        assert!(!rows.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn another_platform_begins_from_the_front() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Account).await;
    let other = [("platform", "https://other.example.jp"), ("way", "none")];
    browser.post("/start/connection", &other).await.leads_to("/start/platform?done=connection");
    browser.get("/start/account").await.leads_to("/start/platform");
}

#[tokio::test]
async fn two_presses_at_once_send_once() {
    // A clock that goes on with each look at it, once told to: the two would not even send the same.
    let world = World::new();
    let (tick, passed) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let begin: Timestamp = world.exchange.lock().now;
    let options = world.options(SENDER, Mishaps::default());
    let clock = {
        let tick = tick.clone();
        Clock::new(move || {
            let step = tick.load(Ordering::SeqCst);
            begin + SignedDuration::from_secs(passed.fetch_add(step, Ordering::SeqCst))
        })
    };
    let _partner = partner(&world).await;
    let office = Office::open(OfficeOptions { clock, ..options }).await.unwrap();
    let screens = Screens::of(world, office);
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Practice).await;
    let wizard = Wizard::new(screens.office.clone());
    let mut before = String::new();
    for round in 1..=3 {
        tick.store(1, Ordering::SeqCst);
        let (one, other) = tokio::join!(wizard.begin_practice(&before), wizard.begin_practice(&before));
        tick.store(0, Ordering::SeqCst);
        one.unwrap();
        other.unwrap();
        assert_eq!(screens.office.state().all_sent().await.unwrap().len(), round);
        before = wizard.practice().await.unwrap().unwrap().round;
    }
}

/// Runs a statement on the state file, as if from beside the program.
async fn beside(screens: &Screens, statement: &'static str) {
    use sqlx::Connection as _;
    let file = screens.office.options().data.join("client.sqlite");
    let mut file = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::query(statement).execute(&mut file).await.unwrap();
}

#[tokio::test]
async fn another_platform_tried_on_a_client_that_is_set_up_never_ends_the_first_start_unasked() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    through(&screens, &mut browser, Step::Practice).await;
    let other = [("platform", "https://other.example.jp"), ("way", "system")];
    // Nothing of it is stored, or all of it: here it ends before anything was.
    beside(
        &screens,
        "create trigger sealed before insert on wizard_step begin select raise(abort, 'x'); end",
    )
    .await;
    assert_eq!(browser.post("/start/connection", &other).await.status, 500);
    browser.get("/start/practice").await.is(200, "最初の設定：おためし");
    browser.get("/start/connection").await.says(&format!("value=\"{URL}\""));
    // And here after the platform was asked, before the answer was noted.
    beside(&screens, "drop trigger sealed").await;
    beside(
        &screens,
        "create trigger sealed before insert on wizard_step when new.state = 'passed' begin select raise(abort, 'x'); end",
    )
    .await;
    assert_eq!(browser.post("/start/connection", &other).await.status, 500);
    browser.get("/start/practice").await.leads_to("/start/connection");
    browser.get("/start/connection").await.says("https://other.example.jp").says("もう一度確かめてください");
    beside(&screens, "drop trigger sealed").await;
    browser.post("/start/connection", &other).await.leads_to("/start/platform?done=connection");
}

#[tokio::test]
async fn another_way_out_chosen_in_the_first_start_stands_in_the_record_of_operations() {
    let screens = empty().await;
    let mut browser = begun(&screens).await;
    let chosen = async || {
        let lines = screens.staff.operations(None, 50).await.unwrap();
        let lines = lines.into_iter().filter(|line| line.action == "settings.proxy");
        lines.map(|line| (line.actor, line.detail)).collect::<Vec<_>>()
    };
    let way = |way| [("platform", URL), ("way", way)];
    // As it was before: nothing was chosen.
    browser.post("/start/connection", &way("system")).await.leads_to("/start/platform?done=connection");
    assert_eq!(chosen().await, []);
    browser.post("/start/connection", &way("none")).await.leads_to("/start/platform?done=connection");
    let of = |actor: &str, way: &str| (actor.to_owned(), format!(r#"{{"address":"","way":"{way}"}}"#));
    assert_eq!(chosen().await, [of("このパソコン", "none")]);
    through(&screens, &mut browser, Step::Recovery).await;
    assert_eq!(chosen().await.len(), 2);
    browser.post("/start/connection", &way("none")).await.leads_to("/start/recovery?done=connection");
    assert_eq!(chosen().await.first(), Some(&of("yamada", "none")));
}
