//! Operators' commands: what they change, what they say, and what the audit says of it.

use std::path::PathBuf;
use std::time::Duration;

use careplan_domain::limits::PAGE_ENTRIES_MAX;
use careplan_domain::{Digest, Secret, Timestamp};
use careplan_envelope::sha256;
use careplan_platform::directory::BATCH_OFFICES;
use careplan_platform::login::LoginFault;
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{World, manager};

const HEAD: &str = "number,name,kana,prefecture,address,service_types\n";
const TWO: &str =
    "9970000018,さくら居宅,サクラ,99,例示県1,43\n9970000026,ひまわり訪問,ヒマワリ,99,例示県2,11 15\n";

/// A file in a folder that goes with it.
fn file(lines: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("offices.csv");
    std::fs::write(&path, format!("{HEAD}{lines}")).unwrap();
    (folder, path)
}

async fn import(world: &World, lines: &str) -> Result<String, String> {
    let (_folder, path) = file(lines);
    world.admin(&["offices", "import", path.to_str().unwrap()]).await
}

async fn numbers(world: &World, filter: &[&str]) -> Vec<String> {
    let listed = world.admin_json(&[&["offices", "list"], filter].concat()).await;
    let listed = listed.as_array().unwrap();
    listed.iter().map(|office| office["number"].as_str().unwrap().to_owned()).collect()
}

/// `count` lines of invented offices.
fn many(count: usize) -> String {
    (0..count).map(|i| format!("99{i:08},事業所{i},カナ,99,例示県,43\n")).collect()
}

async fn issue(world: &World) -> Value {
    world.admin_json(&["credentials", "issue", "9970000018"]).await
}

/// Bytes of the largest file of offices.
const FILE_BYTES: u64 = 256 * 1024 * 1024;

#[tokio::test]
async fn the_largest_file_of_offices_is_read_and_one_byte_more_is_refused() {
    let world = World::new(TestDatabase::fresh(Engine::Sqlite).await).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("offices.csv");
    // A hole after the first line; whoever reads the file finds another header row than there must be.
    std::fs::write(&path, "no header\n").unwrap();
    for (bytes, part) in [(FILE_BYTES, "1行目の見出しが違います"), (FILE_BYTES + 1, "256 MiBを超えています")]
    {
        std::fs::File::options().write(true).open(&path).unwrap().set_len(bytes).unwrap();
        let refusal = world.admin(&["offices", "import", path.to_str().unwrap()]).await.unwrap_err();
        assert!(refusal.contains(part), "{bytes}: {refusal}");
    }
}

on_both_databases! {
    async fn importing_registers_updates_and_leaves_alone_what_is_the_same(database: TestDatabase) {
        let world = World::empty(database).await;
        let first = import(&world, TWO).await.unwrap();
        assert!(first.starts_with("取り込みました: 新規 2件、更新 0件、変更なし 0件、飛ばした行 0行。"), "{first}");
        assert!(first.contains("admin offices letters"));
        let same = import(&world, TWO).await.unwrap();
        assert_eq!(same, "取り込みました: 新規 0件、更新 0件、変更なし 2件、飛ばした行 0行。\n");
        let other = import(&world, &TWO.replace("11 15", "11")).await.unwrap();
        assert!(other.starts_with("取り込みました: 新規 0件、更新 1件、変更なし 1件"), "{other}");
        let listed = world.admin_json(&["offices", "list", "--number", "9970000026"]).await;
        assert_eq!(listed[0]["service_types"], json!(["11"]));
        assert_eq!(world.audited().await,
            ["offices.imported 9970000018..9970000026", "offices.imported 9970000026"]);
    }

    async fn importing_again_does_not_resume_a_suspended_office(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["office", "suspend", "9970000018"]).await.unwrap();
        import(&world, TWO).await.unwrap();
        let again = world.admin(&["office", "suspend", "9970000018"]).await.unwrap();
        assert!(again.contains("すでに停止されています"), "{again}");
    }

    async fn one_bad_line_stops_the_import_unless_it_is_to_be_skipped(database: TestDatabase) {
        let world = World::empty(database).await;
        let lines = format!("{TWO}9970000034,,,99,,43\n");
        let refusal = import(&world, &lines).await.unwrap_err();
        assert!(refusal.starts_with("4行目: 事業所名がありません\n"), "{refusal}");
        assert!(refusal.contains("誤りのある行が1行あるため、何も取り込んでいません。"), "{refusal}");
        assert_eq!(numbers(&world, &[]).await, Vec::<String>::new());
        let (_folder, path) = file(&lines);
        let done = world.admin(&["offices", "import", path.to_str().unwrap(), "--skip-bad"]).await.unwrap();
        assert!(done.contains("新規 2件、更新 0件、変更なし 0件、飛ばした行 1行"), "{done}");
        assert_eq!(numbers(&world, &[]).await, ["9970000018", "9970000026"]);
    }

    async fn a_hundred_bad_lines_are_shown_and_the_others_counted(database: TestDatabase) {
        let world = World::empty(database).await;
        let all = import(&world, &"x\n".repeat(100)).await.unwrap_err();
        assert!(all.contains("101行目: ") && !all.contains("ほかに"), "{all}");
        let more = import(&world, &"x\n".repeat(101)).await.unwrap_err();
        assert!(more.contains("101行目: ") && !more.contains("102行目: "), "{more}");
        assert!(more.contains("ほかに誤りのある行が1行あります。"), "{more}");
    }

    async fn a_file_larger_than_a_batch_is_written_in_batches_and_listed_over_pages(database: TestDatabase) {
        let world = World::empty(database).await;
        let count = BATCH_OFFICES + 1;
        assert!(count > PAGE_ENTRIES_MAX as usize * 2);
        import(&world, &many(count)).await.unwrap();
        assert_eq!(numbers(&world, &[]).await.len(), count);
        assert_eq!(world.audited().await, ["offices.imported 9900000000..9900001023", "offices.imported 9900001024"]);
    }

    async fn a_file_that_is_not_there_is_named(database: TestDatabase) {
        let world = World::empty(database).await;
        let refusal = world.admin(&["offices", "import", "/nowhere/offices.csv"]).await.unwrap_err();
        assert!(refusal.starts_with("ファイル `/nowhere/offices.csv` を読めません。"), "{refusal}");
    }

    async fn offices_are_listed_by_number_name_and_prefecture(database: TestDatabase) {
        let world = World::new(database).await;
        assert_eq!(numbers(&world, &["--name", "ﾋﾏﾜﾘ"]).await, ["9970000026"]);
        assert_eq!(numbers(&world, &["--name", "バラ"]).await, Vec::<String>::new());
        assert_eq!(numbers(&world, &["--name", "ひまわり　訪問"]).await, ["9970000026"]);
        assert_eq!(numbers(&world, &["--number", "997000001"]).await, ["9970000018"]);
        assert_eq!(numbers(&world, &["--prefecture", "13"]).await, Vec::<String>::new());
        assert_eq!(numbers(&world, &["--joined"]).await, Vec::<String>::new());
        let text = world.admin(&["offices", "list"]).await.unwrap();
        assert_eq!(text.lines().next().unwrap(), "9970000018\t43\t-\tさくら居宅介護支援事業所");
        let refusal = world.admin(&["offices", "list", "--number", "99700000180"]).await.unwrap_err();
        assert!(refusal.contains("半角数字"), "{refusal}");
    }

    async fn issued_credentials_log_in_and_obtain_a_certificate(database: TestDatabase) {
        let world = World::new(database).await;
        let root = world.found_authority().await;
        let letter = issue(&world).await;
        assert_eq!(letter["user_id"], "KJ999970000018");
        assert_eq!(letter["root_fingerprint"], format!("sha256:{}", Digest(root.fingerprint())));
        assert_eq!(letter["issue_password_until"], "2026-12-31T00:00:00Z");
        let secret = |name: &str| Secret::new(letter[name].as_str().unwrap());
        let now = world.clock.now();
        let who = world.passwords().check("KJ999970000018", &secret("temporary_password"), now).await.unwrap();
        assert!(who.password_is_temporary);
        let issue_passwords = world.issue_passwords();
        let grant = issue_passwords.check("KJ999970000018", &secret("issue_password"), b"key", now).await.unwrap();
        assert_eq!(grant.office(), manager());
        assert_eq!(world.audited().await, ["credentials.issued 9970000018"]);
        let audited = world.admin(&["audit", "list"]).await.unwrap();
        assert!(audited.contains("operator:uketsuke\tcredentials.issued"), "{audited}");
        for name in ["temporary_password", "issue_password"] {
            assert!(!audited.contains(letter[name].as_str().unwrap()), "a secret in the audit");
        }
    }

    async fn credentials_that_are_issued_again_replace_the_former_ones(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        let former = issue(&world).await;
        world.hand.advance(Duration::from_secs(1));
        // Locked out by wrong tries: a new letter opens the account again.
        let now = world.clock.now();
        for _ in 0..3 {
            assert!(world.passwords().check("KJ999970000018", &Secret::new("x"), now).await.is_err());
        }
        let letter = issue(&world).await;
        let check = async |letter: &Value| {
            let password = Secret::new(letter["temporary_password"].as_str().unwrap());
            world.passwords().check("KJ999970000018", &password, now).await
        };
        assert!(matches!(check(&former).await, Err(LoginFault::PasswordWrong)));
        check(&letter).await.unwrap();
        let password = Secret::new(former["issue_password"].as_str().unwrap());
        let fault = world.issue_passwords().check("KJ999970000018", &password, b"key", now).await.unwrap_err();
        assert!(matches!(fault, LoginFault::IssuePasswordWrong), "{fault}");
    }

    async fn credentials_go_into_a_new_private_file_and_not_to_the_screen(database: TestDatabase) {
        use std::os::unix::fs::PermissionsExt as _;
        let world = World::new(database).await;
        world.found_authority().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        let arguments = ["credentials", "issue", "9970000018", "--out", path.to_str().unwrap()];
        let said = world.admin(&arguments).await.unwrap();
        assert!(said.contains("以前のパスワードと証明書発行用パスワードは使えなくなりました。"), "{said}");
        let letter = std::fs::read_to_string(&path).unwrap();
        assert!(letter.contains("KJ999970000018") && letter.contains("2026-12-31 09:00 まで"), "{letter}");
        let password = letter.lines().find_map(|line| line.strip_prefix("仮パスワード")).unwrap().trim();
        assert!(!said.contains(password));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let again = world.admin(&arguments).await.unwrap_err();
        assert!(again.contains("別の名前を指定してください。資格情報は発行していません。"), "{again}");
        world.passwords().check("KJ999970000018", &Secret::new(password), world.clock.now()).await.unwrap();
    }

    async fn without_an_authority_or_the_office_no_credentials_are_issued(database: TestDatabase) {
        let world = World::new(database).await;
        let refusal = world.admin(&["credentials", "issue", "9970000018"]).await.unwrap_err();
        assert!(refusal.starts_with("認証局がまだありません。"), "{refusal}");
        world.found_authority().await;
        let refusal = world.admin(&["credentials", "issue", "9970000034"]).await.unwrap_err();
        assert!(refusal.starts_with("事業所 `9970000034` は登録されていません。"), "{refusal}");
        assert_eq!(world.audited().await, Vec::<String>::new());
    }

    async fn a_licence_is_granted_shown_extended_and_ended(database: TestDatabase) {
        let world = World::new(database).await;
        let show = ["licence", "show", "9970000018"];
        assert_eq!(world.admin(&show).await.unwrap(), "9970000018\t未申請\n");
        let granted = world.admin(&["licence", "grant", "9970000018", "--from", "2026-04-01"]).await.unwrap();
        assert!(granted.contains("2026-04-01 から 2027-04-01 の前日まで"), "{granted}");
        world.admin(&["licence", "grant", "9970000018", "--years", "2"]).await.unwrap();
        let shown = world.admin_json(&show).await;
        assert_eq!(shown["licence"], json!({ "state": "valid", "ends_at": "2027-03-31T15:00:00Z" }));
        assert_eq!(shown["terms"][1], json!({ "starts_at": "2027-03-31T15:00:00Z", "ends_at": "2029-03-31T15:00:00Z" }));
        let ended = world.admin(&["licence", "end", "9970000018", "--at", "2026-12-01"]).await.unwrap();
        assert!(ended.contains("2026-12-01 00:00 に終わります。それからは、この事業所は送信できず"), "{ended}");
        world.hand.set("2026-11-30T15:00:00Z".parse::<Timestamp>().unwrap());
        let shown = world.admin(&show).await.unwrap();
        assert!(shown.starts_with("9970000018\t期限切れ（2026-12-01 00:00 まで）\n"), "{shown}");
        assert_eq!(world.audited().await,
            ["licence.granted 9970000018", "licence.granted 9970000018", "billing.shortened 9970000018-20260401-1",
             "billing.shortened 9970000018-20270401-1", "licence.ended 9970000018"]);
    }

    async fn a_term_that_was_ended_before_it_began_never_was(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", "9970000018", "--from", "2027-04-01"]).await.unwrap();
        let show = ["licence", "show", "9970000018"];
        assert!(world.admin(&show).await.unwrap().contains("2027-04-01 00:00 から有効"));
        world.admin(&["licence", "end", "9970000018"]).await.unwrap();
        assert!(world.admin(&show).await.unwrap().contains("未申請"));
    }

    async fn what_cannot_be_granted_or_ended_is_refused_with_the_reason(database: TestDatabase) {
        let world = World::new(database).await;
        for (arguments, part) in [
            (&["licence", "grant", "9970000034"][..], "事業所 `9970000034` は登録されていません。"),
            (&["licence", "grant", "9970000018", "--years", "4"], "年数は1〜3で指定してください。"),
            (&["licence", "grant", "9970000018", "--from", "2030-01-01"], "1年以上先です"),
            (&["licence", "grant", "9970000018", "--from", "2026/04/01"], "2026-04-01 の形"),
            (&["licence", "end", "9970000018"], "期間がありません"),
            (&["licence", "end", "9970000018", "--at", "2026-10-31"], "さかのぼって"),
        ] {
            let refusal = world.admin(arguments).await.unwrap_err();
            assert!(refusal.contains(part), "{arguments:?}: {refusal}");
        }
        assert_eq!(world.audited().await, Vec::<String>::new());
    }

    async fn an_office_is_suspended_and_resumed(database: TestDatabase) {
        let world = World::new(database).await;
        let suspended = world.admin(&["office", "suspend", "9970000018"]).await.unwrap();
        assert!(suspended.contains("次の要求から") && suspended.contains("失われません"), "{suspended}");
        let resumed = world.admin(&["office", "resume", "9970000018"]).await.unwrap();
        assert!(resumed.contains("利用を再開しました"), "{resumed}");
        let again = world.admin(&["office", "resume", "9970000018"]).await.unwrap();
        assert!(again.contains("停止されていません。何も変えていません。"), "{again}");
        assert!(world.admin(&["office", "suspend", "9970000034"]).await.unwrap_err().contains("登録されていません"));
        assert_eq!(world.audited().await, ["office.suspended 9970000018", "office.resumed 9970000018"]);
    }

    async fn a_certificate_is_revoked_once_with_a_reason(database: TestDatabase) {
        let world = World::new(database).await;
        let root = world.found_authority().await;
        world.certify(manager()).await;
        let listed = world.admin_json(&["certificate", "list", "9970000018"]).await;
        assert_eq!(listed[0]["state"], "valid");
        let serial = listed[0]["serial"].as_str().unwrap();
        let said = world.admin(&["certificate", "revoke", serial, "--reason", "端末の紛失"]).await.unwrap();
        assert!(said.contains(serial) && said.contains("失効は取り消せません。"), "{said}");
        let again = world.admin(&["certificate", "revoke", serial, "--reason", "x"]).await.unwrap();
        assert!(again.contains("何も変えていません"), "{again}");
        let listed = world.admin(&["certificate", "list"]).await.unwrap();
        assert!(listed.contains("2026-11-01 09:00 に失効（端末の紛失）"), "{listed}");
        assert!(listed.contains(&root.serial().to_string()));
        assert_eq!(world.audited().await, [format!("certificate.revoked {serial}")]);
    }

    async fn all_certificates_of_an_office_are_revoked_together(database: TestDatabase) {
        let world = World::new(database).await;
        let serials = [world.certify(manager()).await, world.certify(manager()).await];
        let revoke = ["certificate", "revoke", "--office", "9970000018", "--reason", "閉鎖"];
        let said = world.admin(&revoke).await.unwrap();
        assert!(serials.iter().all(|it| said.contains(&it.serial().to_string())), "{said}");
        assert!(world.admin(&revoke).await.unwrap().contains("何も変えていません"));
    }

    async fn what_cannot_be_revoked_is_refused_with_the_reason(database: TestDatabase) {
        let world = World::new(database).await;
        let root = world.found_authority().await.serial().to_string();
        let long = "あ".repeat(201);
        for (arguments, part) in [
            (&["certificate", "revoke", &root, "--reason", "x"][..], "認証局自身の電子証明書"),
            (&["certificate", "revoke", "0a", "--reason", "x"], "`0a` の電子証明書はありません"),
            (&["certificate", "revoke", "xyz", "--reason", "x"], "16進数"),
            (&["certificate", "revoke", &root, "--reason", " "], "200文字以内"),
            (&["certificate", "revoke", &root, "--reason", &long], "200文字以内"),
            (&["certificate", "revoke", "--reason", "x"], "required"),
            (&["certificate", "revoke", &root], "--reason"),
            (&["certificate", "revoke", &root, "--office", "9970000018", "--reason", "x"], "cannot be used with"),
            (&["certificate", "list", "9970000034"], "登録されていません"),
        ] {
            let refusal = world.admin(arguments).await.unwrap_err();
            assert!(refusal.contains(part), "{arguments:?}: {refusal}");
        }
        let certificate = world.certify(manager()).await.serial().to_string();
        world.admin(&["certificate", "revoke", &certificate, "--reason", &"あ".repeat(200)]).await.unwrap();
    }

    async fn a_transmission_is_shown_with_its_events_and_receipts_and_without_its_content(database: TestDatabase) {
        let world = World::new(database).await;
        let id = world.transmit("sealed content").await;
        let shown = world.admin_json(&["transmission", "show", &id]).await;
        assert_eq!((shown["from"].as_str(), shown["state"].as_str()), (Some("9970000018-43"), Some("accepted")));
        assert_eq!(shown["events"], json!([{ "state": "accepted", "at": "2026-11-01T00:00:00Z" }]));
        assert_eq!(shown["receipts"][0]["sha256"], hex::encode(sha256(b"receipt")));
        let text = world.admin(&["transmission", "show", &id]).await.unwrap();
        assert_snapshot!(text, @r"
        送信 01920000-0000-7000-8000-000000000001
          9970000018-43 → 9970000026-11  単位 K2  ファイル 3個  14バイト
          サービス提供年月 202611
          受け取りの期限 2026-11-01 10:00  保管 データベース
        経過
          2026-11-01 09:00  受付済（未読）
        受付票・受領証
          2026-11-01 09:00  受付票  7バイト
        ");
        assert!(!text.contains("sealed content") && !shown.to_string().contains("sealed content"));
        let other = world.admin(&["transmission", "show", &id.replace('1', "2")]).await.unwrap_err();
        assert!(other.contains("はありません。番号を確かめてください。"), "{other}");
        assert!(world.admin(&["transmission", "show", "1"]).await.unwrap_err().contains("の形です"));
    }

    async fn the_audit_is_listed_and_verified(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        for _ in 0..3 {
            world.admin(&["office", "suspend", "9970000018"]).await.unwrap();
            world.admin(&["office", "resume", "9970000018"]).await.unwrap();
        }
        let whole = world.admin(&["audit", "verify"]).await.unwrap();
        assert!(whole.starts_with("監査記録 6行と署名された区切り 0個を検査しました。"), "{whole}");
        let seqs = async |arguments: &[&str]| -> Vec<i64> {
            let rows = world.admin_json(&[&["audit", "list"], arguments].concat()).await;
            rows.as_array().unwrap().iter().map(|row| row["seq"].as_i64().unwrap()).collect()
        };
        assert_eq!(seqs(&["--limit", "2"]).await, [5, 6]);
        assert_eq!(seqs(&["--after", "1", "--limit", "2"]).await, [2, 3]);
        assert_eq!(seqs(&["--subject", "9970000018", "--limit", "4"]).await, [3, 4, 5, 6]);
        assert!(world.admin(&["audit", "list", "--limit", "1001"]).await.is_err());
        world.admin(&["audit", "list", "--limit", "1000"]).await.unwrap();
        world.execute("update audit set actor = 'platform' where seq = 4").await;
        let fault = world.admin(&["audit", "verify"]).await.unwrap_err();
        assert!(fault.contains("4行目が書き換えられたか") && fault.contains("バックアップを保全し"), "{fault}");
    }

    async fn a_missing_row_of_the_audit_is_named(database: TestDatabase) {
        let world = World::new(database).await;
        for command in ["suspend", "resume", "suspend"] {
            world.admin(&["office", command, "9970000018"]).await.unwrap();
        }
        world.execute("delete from audit where seq = 3").await;
        let fault = world.admin(&["audit", "verify"]).await.unwrap_err();
        assert!(fault.contains("3行あるはずのところ、2行目で終わっています"), "{fault}");
        world.execute("delete from audit where seq = 1").await;
        let fault = world.admin(&["audit", "verify"]).await.unwrap_err();
        assert!(fault.contains("1行目がありません"), "{fault}");
    }
}
