//! The command line, as people and programs meet it: the shipped binary.

use std::path::Path;
use std::process::{Command, Output};

use crate::world::{RECEIVER, SENDER, World, drain, send};

/// Without what this computer's own environment says.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_careplan-client"));
    for name in [
        "CAREPLAN_DATA",
        "CAREPLAN_LOG",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent");
    command
}

pub fn client(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What differs from run to run is not compared.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[id]");
    settings.add_filter(r"[0-9a-f]{64}", "[sha256]");
    settings.add_filter(r#""certificate_serial": "[0-9a-f]+""#, r#""certificate_serial": "[serial]""#);
    settings.add_filter(r"/tmp/[^/]+/", "[folder]/");
    settings
}

#[test]
fn where_the_system_keeps_no_certificates_it_is_said_what_else_there_is() {
    let output = client(&["certificates"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("証明書ストアがありません") && said.contains("PKCS#12"), "{said}");
}

#[test]
fn help_says_everything_in_japanese() {
    let mut all = out(&client(&["--help"]));
    for command in [
        "setup",
        "run",
        "check",
        "send",
        "receive",
        "list",
        "show",
        "withdraw",
        "imported",
        "evidence",
        "report",
        "status",
        "render",
        "compare",
        "diff",
        "api-token",
        "backup",
        "restore",
        "certificates",
        "service",
    ] {
        all.push_str(&format!("\n---- {command} ----\n"));
        all.push_str(&out(&client(&[command, "--help"])));
    }
    for english in ["Usage:", "Options:", "Commands:", "Arguments:", "Print "] {
        assert!(!all.contains(english), "{english}");
    }
    insta::assert_snapshot!("help", all);
}

#[test]
fn no_secret_can_be_given_on_the_command_line() {
    let help = out(&client(&["setup", "--help"]));
    for option in help.split_whitespace().filter(|word| word.starts_with("--") && word.contains("password")) {
        assert!(option.ends_with("-file"), "{option}");
    }
}

#[test]
fn a_client_that_was_not_set_up_says_so_and_makes_nothing() {
    let world = World::new();
    let data = world.path("none");
    for command in [&["list"][..], &["receive"], &["status"], &["send", "."]] {
        let data = data.to_str().unwrap();
        let output = client(&[command, &["--data", data]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(err(&output).contains("初期設定がまだです"), "{}", err(&output));
    }
    assert!(!data.exists());
}

#[test]
fn check_tells_good_from_bad_by_its_exit_code_and_names_line_and_fix() {
    let world = World::new();
    let good = world.small_unit("20261021110000");
    assert_eq!(client(&["check", good.to_str().unwrap()]).status.code(), Some(0));
    let bad = world.path("bad");
    std::fs::create_dir(&bad).unwrap();
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110000.CSV");
    std::fs::write(bad.join(&name), b"202407,990001,0009900021,20261399\r\n").unwrap();
    let human = client(&["check", bad.to_str().unwrap()]);
    assert_eq!(human.status.code(), Some(1));
    settings().bind(|| insta::assert_snapshot!("check_human", out(&human)));
    let json = client(&["check", "--json", bad.to_str().unwrap()]);
    assert_eq!(json.status.code(), Some(1));
    settings().bind(|| insta::assert_snapshot!("check_json", out(&json)));
    let nothing = client(&["check", world.path("none").to_str().unwrap()]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(err(&nothing).starts_with("エラー："), "{}", err(&nothing));
}

#[test]
fn check_masks_values_where_asked_for_people_and_for_programs() {
    let world = World::new();
    let bad = world.path("bad");
    std::fs::create_dir(&bad).unwrap();
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110000.CSV");
    std::fs::write(bad.join(&name), b"202407,990001,0009900021,20261399\r\n").unwrap();
    for json in [&["--json"][..], &[]] {
        let plain = client(&[&["check"], json, &[bad.to_str().unwrap()]].concat());
        let masked = client(&[&["check", "--mask"], json, &[bad.to_str().unwrap()]].concat());
        assert!(out(&plain).contains("20261399"));
        assert_eq!(masked.status.code(), Some(1));
        assert!(
            !out(&masked).contains("20261399") && !out(&masked).contains("0009900021"),
            "{}",
            out(&masked)
        );
        assert!(!out(&masked).contains('\u{1b}'), "no colours where nobody looks");
    }
}

#[test]
fn check_looks_into_a_file_whose_set_is_incomplete() {
    let world = World::new();
    let bad = world.path("bad");
    std::fs::create_dir(&bad).unwrap();
    let name = format!("UP3KYO_{SENDER}_43_{RECEIVER}_11_20261021110000.CSV");
    std::fs::write(bad.join(&name), b"202407,990001\r\n").unwrap();
    let output = client(&["check", bad.to_str().unwrap()]);
    assert!(out(&output).contains("SET-001") && out(&output).contains("CSV-004"), "{}", out(&output));
    assert!(out(&output).ends_with("送信不可 2件・注意 0件・参考 0件\n"), "{}", out(&output));
}

/// An example of the standard's crate.
fn example(folder: &str) -> String {
    format!("{}/../careplan-standard/examples/{folder}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn render_writes_forms_as_html_pdf_and_json_and_leaves_out_what_is_none_of_the_standard() {
    let world = World::new();
    let (out_folder, source) = (world.path("forms"), world.path("source"));
    std::fs::create_dir(&source).unwrap();
    for file in std::fs::read_dir(example("02_K2_use_slip")).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), source.join(file.file_name())).unwrap();
    }
    std::fs::write(source.join("memo.pdf"), b"%PDF-1.7\n").unwrap();
    let arguments =
        [source.to_str().unwrap(), "--html", "--pdf", "--json", "--out", out_folder.to_str().unwrap()];
    let output = client(&[&["render"][..], &arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("「memo.pdf」は標準仕様のファイルではない"), "{}", err(&output));
    let stem = out_folder.join("20261025101500_9970000018_43_9970000026_11");
    let html = std::fs::read_to_string(stem.with_extension("html")).unwrap();
    assert!(html.contains("架空　花子") && html.contains("要介護２") && html.contains("身体介護１"));
    assert!(std::fs::read(stem.with_extension("pdf")).unwrap().starts_with(b"%PDF-"));
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(stem.with_extension("json")).unwrap()).unwrap();
    assert_eq!(json["format"], "careplan-exchange-forms/1");
    assert_eq!(json["forms"]["plan"].as_array().unwrap().len(), 18);
}

#[test]
fn render_says_which_file_cannot_be_taken_apart_and_draws_the_others() {
    let world = World::new();
    let source = world.path("source");
    std::fs::create_dir(&source).unwrap();
    let name = |serial: &str| format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{serial}.CSV");
    std::fs::write(source.join(name("20261021110000")), b"202407,990001\r\n").unwrap();
    std::fs::write(source.join(name("20261022110000")), b"202407,990001,0009900021,20261015\r\n").unwrap();
    let out_folder = world.path("forms");
    let output =
        client(&["render", source.to_str().unwrap(), "--html", "--out", out_folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("CSV-004"), "{}", out(&output));
    assert_eq!(std::fs::read_dir(&out_folder).unwrap().count(), 1);
}

#[test]
fn render_takes_names_of_services_from_a_table_and_names_a_line_it_cannot_read() {
    let world = World::new();
    let (names, forms) = (world.path("names.csv"), world.path("forms"));
    let run = || {
        client(&[
            "render",
            &example("02_K2_use_slip"),
            "--html",
            "--service-names",
            names.to_str().unwrap(),
            "--out",
            forms.to_str().unwrap(),
        ])
    };
    std::fs::write(&names, "code,name\n111111,例示の介護\n").unwrap();
    assert_eq!(run().status.code(), Some(0));
    let html = std::fs::read_dir(&forms).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read_to_string(html).unwrap().contains("例示の介護"));
    std::fs::write(&names, "code,name\n1111\n").unwrap();
    let refused = run();
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("2行目"), "{}", err(&refused));
}

#[test]
fn compare_tells_the_cancelled_and_the_moved_visit_as_text_json_and_html_and_masks_them() {
    let (plan, actual) = (example("02_K2_use_slip"), example("03_S1_actuals"));
    let run = |more: &[&str]| client(&[&["compare", &plan, &actual], more].concat());
    let text = run(&[]);
    assert_eq!(text.status.code(), Some(1));
    settings().bind(|| insta::assert_snapshot!("compare_text", out(&text)));
    let json: serde_json::Value = serde_json::from_str(&out(&run(&["--json"]))).unwrap();
    assert_eq!(
        (json["totals"]["not_done"].as_u64(), json["totals"]["time_changed"].as_u64()),
        (Some(1), Some(1))
    );
    assert!(out(&run(&["--html"])).contains("<table"));
    for form in [&["--mask"][..], &["--mask", "--json"], &["--mask", "--html"]] {
        let masked = out(&run(form));
        assert!(!masked.contains("架空") && !masked.contains("0009900013"), "{masked}");
    }
}

#[test]
fn compare_says_when_the_two_are_the_wrong_way_round() {
    let output = client(&["compare", &example("03_S1_actuals"), &example("02_K2_use_slip")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("予定、実績の順に指定してください"), "{}", err(&output));
}

#[test]
fn diff_tells_what_changed_and_is_silent_about_the_same() {
    let world = World::new();
    let old = example("04_K3_delete_care_plan");
    let same = client(&["diff", &old, &old]);
    assert_eq!((same.status.code(), out(&same).as_str()), (Some(0), "変わったところはありません。\n"));
    let new = world.path("new");
    std::fs::create_dir(&new).unwrap();
    let plan = example("01_K1_care_plan");
    for file in std::fs::read_dir(&plan).unwrap().map(Result::unwrap) {
        let bytes = std::fs::read(file.path()).unwrap();
        let name = file.file_name();
        let is_week = name.to_str().unwrap().starts_with("UP3KYO");
        let bytes = if is_week { replaced(&bytes, b",4,1000,1030,", b",4,1100,1130,") } else { bytes };
        std::fs::write(new.join(name), bytes).unwrap();
    }
    let changed = client(&["diff", &plan, new.to_str().unwrap()]);
    assert_eq!(changed.status.code(), Some(1));
    settings().bind(|| insta::assert_snapshot!("diff_text", out(&changed)));
    let masked = client(&["diff", "--mask", &plan, new.to_str().unwrap()]);
    assert!(!out(&masked).contains("11:00") && !out(&masked).contains("架空"), "{}", out(&masked));
    let nothing = client(&["diff", &plan, world.path("none").to_str().unwrap()]);
    assert_eq!(nothing.status.code(), Some(2));
}

/// Bytes with one stretch of them replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[tokio::test]
async fn lists_are_pinned_for_people_and_for_programs() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let id = send(&sender, &world.small_unit("20261021110000")).await.transmissions().next().unwrap();
    for office in [&sender, &receiver, &sender] {
        drain(office).await;
    }
    sender.close().await;
    receiver.close().await;
    let run = |number: &str, arguments: &[&str]| {
        let data = world.path(number);
        let output = client(&[arguments, &["--data", data.to_str().unwrap()]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        out(&output)
    };
    let id = id.to_string();
    settings().bind(|| {
        insta::assert_snapshot!("list_human", run(SENDER, &["list"]));
        insta::assert_snapshot!("list_sent_json", run(SENDER, &["list", "--sent", "--json"]));
        insta::assert_snapshot!("list_received_json", run(RECEIVER, &["list", "--received", "--json"]));
        insta::assert_snapshot!("show_json", run(SENDER, &["show", &id, "--json"]));
        insta::assert_snapshot!("show_human", run(RECEIVER, &["show", &id]));
        insta::assert_snapshot!("status_json", run(SENDER, &["status", "--json"]));
    });
    assert_eq!(run(SENDER, &["list", "--received", "--json"]).trim(), "[]");
    let unknown = ["show", "01920000-0000-7000-8000-000000000001", "--data"];
    let unknown = client(&[&unknown[..], &[world.path(SENDER).to_str().unwrap()]].concat());
    assert_eq!(unknown.status.code(), Some(2));
    assert!(err(&unknown).contains("この端末にありません"));
}

#[tokio::test]
async fn without_a_platform_nothing_is_lost_and_the_command_says_what_to_do() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    sender.close().await;
    let unit = world.small_unit("20261021110000");
    let data = world.path(SENDER);
    let output = client(&["send", unit.to_str().unwrap(), "--data", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(out(&output).contains("連携基盤につながりません"), "{}", out(&output));
    let output = client(&["receive", "--data", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("エラー：連携基盤につながりません"), "{}", err(&output));
}

#[tokio::test]
async fn a_proxy_with_credentials_is_asked_for_a_tunnel() {
    use std::io::{Read as _, Write as _};
    let world = World::new();
    let office = world.open(SENDER).await;
    let mut order = world.order(SENDER);
    order.platform = "https://platform.test:8443".into();
    office.set_up(&order).await.unwrap();
    office.close().await;
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://office:himitsu@{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = proxy.accept().unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
        drop(proxy);
        String::from_utf8(request[..length].to_vec()).unwrap().to_lowercase()
    });
    let data = world.path(SENDER);
    let output =
        program().env("HTTPS_PROXY", url).args(["receive", "--data", data.to_str().unwrap()]).output();
    assert_eq!(output.as_ref().unwrap().status.code(), Some(2));
    assert!(!err(&output.unwrap()).contains("himitsu"));
    let asked = asked.join().unwrap();
    assert!(asked.starts_with("connect platform.test:8443 http/1.1"), "{asked}");
    // office:himitsu in base64.
    assert!(asked.contains("proxy-authorization: basic b2zmawnlomhpbwl0c3u="), "{asked}");
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_says_to_whom_it_would() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    sender.close().await;
    let unit = world.small_unit("20261021110000");
    let arguments = ["send", "--dry-run", "--json", unit.to_str().unwrap(), "--data"];
    let data = world.path(SENDER);
    let output = client(&[&arguments[..], &[data.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    settings().bind(|| insta::assert_snapshot!("send_dry_run_json", out(&output)));
    assert!(!Path::new(&data).join("inbox").exists());
}

/// Copies an example folder of the standard's crate; `change` may change each file's bytes.
fn copy_of_example(name: &str, to: &Path, change: impl Fn(&str, Vec<u8>) -> Vec<u8>) {
    std::fs::create_dir_all(to).unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../careplan-standard/examples").join(name);
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        let bytes = change(&file, std::fs::read(entry.path()).unwrap());
        std::fs::write(to.join(&file), bytes).unwrap();
    }
}

#[test]
fn files_of_one_name_in_two_folders_are_judged_apart_and_shown_with_their_own_values() {
    let place = tempfile::tempdir().unwrap();
    let wrong = |time: &'static [u8]| move |_: &str, bytes: Vec<u8>| replaced(&bytes, b",1000,", time);
    let (one, other) = (place.path().join("s1"), place.path().join("s2"));
    copy_of_example("03_S1_actuals", &one, wrong(b",2561,"));
    copy_of_example("03_S1_actuals", &other, wrong(b",2572,"));
    let output = client(&["check", one.to_str().unwrap(), other.to_str().unwrap()]);
    let said = out(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for (folder, value) in [("s1", "2561"), ("s2", "2572")] {
        let (_, of_folder) = said.split_once(&format!("/{folder}/UPJSK")).unwrap();
        let first = of_folder.split("《").nth(1).unwrap();
        assert!(first.starts_with(value), "{said}");
    }
    assert_eq!(said.matches("S1（実績）").count(), 2, "{said}");
}

#[test]
fn what_does_not_belong_together_is_not_compared() {
    let place = tempfile::tempdir().unwrap();
    let paths = ["01_K1_care_plan", "02_K2_use_slip", "03_S1_actuals"].map(|name| {
        let to = place.path().join(name);
        copy_of_example(name, &to, |_, bytes| bytes);
        to.to_str().unwrap().to_owned()
    });
    let [care_plan, slip, actuals] = &paths;
    let output = client(&["diff", care_plan, actuals]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(err(&output).contains("同じ種類のファイル"), "{}", err(&output));
    let later = place.path().join("later");
    copy_of_example("03_S1_actuals", &later, |_, bytes| {
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        text.replace(",202611,", ",202612,").chars().map(|it| u8::try_from(u32::from(it)).unwrap()).collect()
    });
    let output = client(&["compare", slip, later.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(err(&output).contains("予定は2026年11月、実績は2026年12月"), "{}", err(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn json_that_cannot_be_written_is_an_error_and_not_a_result() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("k2");
    copy_of_example("02_K2_use_slip", &folder, |_, bytes| bytes);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = program();
    let output = command.args(["check", "--json"]).arg(&folder).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("書き出せません"), "{}", err(&output));
}

#[tokio::test]
async fn who_forgot_the_password_is_helped_on_this_pc_and_the_record_says_so() {
    let world = World::new();
    let office = world.set_up(crate::world::SENDER).await;
    let staff = careplan_client::staff::Staff::new(office.state().clone(), careplan_login::Hasher::new(1));
    let yamada = careplan_client::staff::LoginName::new("yamada").unwrap();
    let password = careplan_domain::Secret::new("haru no ogawa");
    staff.add_first((yamada, "山田 花子"), &password, office.now()).await.unwrap();
    office.close().await;
    let data = world.path(crate::world::SENDER);
    let on = |words: &[&str]| client(&[words, &["--data", data.to_str().unwrap()]].concat());
    assert!(out(&on(&["staff", "list"])).contains("yamada\t管理者\t山田 花子\tログインなし"));
    let unknown = on(&["staff", "reset", "nobody"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(err(&unknown).contains("ログイン名「nobody」の職員はいません"), "{}", err(&unknown));
    let reset = out(&on(&["staff", "reset", "YAMADA"]));
    assert!(reset.contains("仮パスワード：") && reset.contains("二度と表示されません"), "{reset}");
    let none = on(&["staff", "reset-factor", "yamada"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(err(&none).contains("2段階認証は設定されていません"), "{}", err(&none));
    let record = on(&["staff", "record"]);
    assert!(out(&record).contains("このパソコン\tstaff.password_reset\tyamada"), "{}", out(&record));
    assert!(err(&record).contains("操作記録 2件は、つながっています。"), "{}", err(&record));
    let open = on(&["open", "--print"]);
    assert_eq!(open.status.code(), Some(2));
    assert!(err(&open).contains("クライアントが動いていません"), "{}", err(&open));
}

#[test]
fn who_opens_the_screens_of_a_service_is_told_how_to_name_its_data_and_its_account() {
    // A service keeps its data elsewhere: in the folder of who types this there is nothing at all.
    let home = tempfile::tempdir().unwrap();
    for words in [&["open"][..], &["open", "--print"]] {
        let open = program().env("HOME", home.path()).args(words).output().unwrap();
        assert_eq!(open.status.code(), Some(2));
        let said = err(&open);
        let how = "sudo -u careplan careplan-client --data /var/lib/careplan open --print";
        assert!(said.contains("のクライアントが動いていません") && said.contains(how), "{said}");
        assert!(said.contains(home.path().to_str().unwrap()), "{said}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_start_code_stands_on_no_command_line_but_in_a_page_that_goes_with_it() {
    use std::os::unix::fs::PermissionsExt as _;

    use careplan_client::mishap::Mishaps;
    use careplan_client::service::{Service, StartCode};

    let world = World::new();
    let office = world.set_up(SENDER).await;
    let data = world.path(SENDER);
    let code = StartCode::obtain(&data, &Mishaps::default()).unwrap();
    std::fs::write(data.join("ports.json"), r#"{"screen":"http://localhost:8430"}"#).unwrap();
    // A browser that writes down what it was given.
    let place = tempfile::tempdir().unwrap();
    let browser = place.path().join("xdg-open");
    std::fs::write(&browser, "#!/bin/sh\nprintf %s \"$*\" > \"${0%/*}/given\"\n").unwrap();
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
    let open = || {
        let mut command = program();
        command.env("PATH", format!("{}:/usr/bin:/bin", place.path().display()));
        let output = command.args(["open", "--data"]).arg(&data).output().unwrap();
        assert!(output.status.success(), "{}", err(&output));
        assert!(out(&output).contains(code.expose()), "{}", out(&output));
        std::fs::read_to_string(place.path().join("given")).unwrap()
    };
    let given = open();
    assert!(!given.contains(code.expose()), "{given}");
    let page = url::Url::parse(&given).unwrap().to_file_path().unwrap();
    assert_eq!(page.parent(), Some(data.as_path()));
    assert_eq!(std::fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    let leads = format!("url=http://localhost:8430/start?code={}\"", code.expose());
    assert!(std::fs::read_to_string(&page).unwrap().contains(&leads));
    // The next start may have another port, and the first manager ends it.
    Service::prepare(office, 0).await.unwrap();
    assert!(!page.exists());
    std::fs::write(data.join("ports.json"), r#"{"screen":"http://localhost:8430"}"#).unwrap();
    open();
    StartCode::drop_it(&data).unwrap();
    assert!(!page.exists());
}
