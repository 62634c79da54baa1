//! What comes in the post: letters and invoices, read back from their PDFs by a program that is not ours.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use careplan_domain::Secret;
use careplan_domain::billing::Yen;
use careplan_domain::billing::charge::{ChargeId, Method};
use careplan_domain::billing::ledger::Event;
use careplan_platform::audit::Actor;
use careplan_platform::billing::{By, Decision, Document, DocumentId};
use careplan_platform::config::Config;
use careplan_platform::mail::SiteUrl;
use careplan_platform::papers;
use careplan_testkit::on_both_databases;
use tempfile::TempDir;

use crate::world::{World, helper, manager, registration};

/// What `pdftotext` reads, line by line.
fn text_of(pdf: &Path) -> String {
    let read = Command::new("pdftotext").args(["-layout", "-nopgbrk"]).arg(pdf).arg("-").output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8(read.stdout).unwrap()
}

/// What is said, however it is spread over the paper.
fn ink(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}

/// The rest of the line that begins with a label.
fn beside(text: &str, label: &str) -> String {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(label));
    line.unwrap_or_else(|| panic!("no {label} in {text}")).trim().to_owned()
}

fn pages_of(pdf: &Path) -> String {
    let info = Command::new("pdfinfo").arg(pdf).output().unwrap();
    String::from_utf8(info.stdout)
        .unwrap()
        .lines()
        .find(|line| line.starts_with("Pages:"))
        .unwrap()
        .to_owned()
}

struct Post(TempDir);

impl Post {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The folder of the letters, which the command makes.
    fn folder(&self) -> std::path::PathBuf {
        self.0.path().join("letters")
    }

    async fn letters(&self, world: &World, more: &[&str]) -> Result<String, String> {
        let out = self.folder();
        world.admin(&[&["offices", "letters", "--out", out.to_str().unwrap()], more].concat()).await
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder()).unwrap();
        let mut names: Vec<String> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

async fn logs_in(world: &World, user_id: &str, password: &str) -> bool {
    world.passwords().check(user_id, &Secret::new(password), world.clock.now()).await.is_ok()
}

on_both_databases! {
    async fn each_office_without_a_letter_gets_one_that_opens_the_site(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        let post = Post::new();
        let said = post.letters(&world, &[]).await.unwrap();
        assert!(said.contains("通知書を2件"), "{said}");
        assert_eq!(post.names(), ["9970000018.pdf", "9970000026.pdf", "index.csv"]);
        for (number, name) in [("9970000018", "さくら居宅介護支援事業所"), ("9970000026", "ひまわり訪問介護")] {
            let pdf = post.path(&format!("{number}.pdf"));
            assert_eq!(pages_of(&pdf), "Pages:           1");
            assert_eq!(std::fs::metadata(&pdf).unwrap().permissions().mode() & 0o777, 0o600);
            let text = text_of(&pdf);
            let user_id = beside(&text, "ユーザID");
            assert_eq!(user_id, format!("KJ99{number}"));
            assert!(logs_in(&world, &user_id, &beside(&text, "仮パスワード")).await);
            assert_eq!(beside(&text, "証明書発行用パスワード").len(), 19);
            for part in [&format!("{name}御中"), "https://careplan.example.jp/login", "認証局の指紋", "運用センター", "2026年11月1日（日）"] {
                assert!(ink(&text).contains(&ink(part)), "{part}: {text}");
            }
        }
        let index = std::fs::read_to_string(post.path("index.csv")).unwrap();
        assert_eq!(index, "\u{feff}number,name,file\n9970000018,さくら居宅介護支援事業所,9970000018.pdf\n9970000026,ひまわり訪問介護,9970000026.pdf\n");
        // Nobody gets a second one unasked.
        assert!(post.letters(&world, &[]).await.unwrap().contains("通知書を0件"));
        let issued = world.texts("select subject from audit where action = 'credentials.issued' order by seq").await;
        assert_eq!(issued, ["9970000018", "9970000026"]);
    }

    async fn a_named_office_gets_a_new_letter_and_the_old_one_is_worth_nothing(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        let post = Post::new();
        post.letters(&world, &["--office", "9970000018"]).await.unwrap();
        assert_eq!(post.names(), ["9970000018.pdf", "index.csv"]);
        let first = beside(&text_of(&post.path("9970000018.pdf")), "仮パスワード");
        post.letters(&world, &["--office", "9970000018"]).await.unwrap();
        let second = beside(&text_of(&post.path("9970000018.pdf")), "仮パスワード");
        assert!(logs_in(&world, "KJ999970000018", &second).await);
        assert!(!logs_in(&world, "KJ999970000018", &first).await);
    }

    async fn a_run_that_broke_off_is_taken_up_without_losing_a_password(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        let post = Post::new();
        post.letters(&world, &["--office", "9970000018"]).await.unwrap();
        // As a kill leaves them: one stored and not named yet, one not stored.
        let told = world.texts("select detail from audit where action = 'credentials.issued'").await;
        let told: serde_json::Value = serde_json::from_str(&told[0]).unwrap();
        let stored = told["issue_password"].as_str().unwrap();
        let part = |office: &str, id: &str| post.path(&format!("{office}.{id}.part"));
        std::fs::rename(post.path("9970000018.pdf"), part("9970000018", stored)).unwrap();
        std::fs::write(part("9970000026", &uuid::Uuid::nil().to_string()), "worth nothing").unwrap();
        // Also by a run that is about another office.
        let said = post.letters(&world, &["--office", "9970000026"]).await.unwrap();
        assert!(said.contains("通知書を2件"), "{said}");
        assert_eq!(post.names(), ["9970000018.pdf", "9970000026.pdf", "index.csv"]);
        for number in ["9970000018", "9970000026"] {
            let text = text_of(&post.path(&format!("{number}.pdf")));
            assert!(logs_in(&world, &format!("KJ99{number}"), &beside(&text, "仮パスワード")).await, "{number}");
        }
    }

    async fn a_letter_whose_passwords_were_not_stored_never_replaces_a_good_one(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        let post = Post::new();
        post.letters(&world, &[]).await.unwrap();
        let good = std::fs::read(post.path("9970000018.pdf")).unwrap();
        // A second letter for one office, killed before its passwords were stored.
        std::fs::write(post.path(&format!("9970000018.{}.part", uuid::Uuid::nil())), "worth nothing").unwrap();
        assert!(post.letters(&world, &[]).await.unwrap().contains("通知書を0件"));
        assert_eq!(std::fs::read(post.path("9970000018.pdf")).unwrap(), good);
        assert_eq!(post.names(), ["9970000018.pdf", "9970000026.pdf", "index.csv"]);
    }

    async fn an_address_that_the_window_does_not_show_is_told(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        let mut office = registration("9970000018", "さくら居宅介護支援事業所", "サクラ", "43");
        office.address = "例示県見本市".repeat(30);
        world.register(&[office]).await;
        let said = Post::new().letters(&world, &[]).await.unwrap_err();
        assert!(said.contains("9970000018: 「ケアプランデータ連携") && said.contains("宛先が封筒の窓に収まりません"), "{said}");
    }

    async fn what_cannot_be_printed_or_kept_private_is_told_and_issues_nothing(database: TestDatabase) {
        let world = World::new(database).await;
        world.found_authority().await;
        world.register(&[registration("9970000034", "\u{1F600}デイ", "デイ", "15")]).await;
        let post = Post::new();
        let said = post.letters(&world, &[]).await.unwrap_err();
        assert!(said.contains("9970000034: ") && said.contains("U+1F600") && said.contains("事業所の登録"), "{said}");
        assert!(said.contains("通知書を2件") && said.contains("通知書を作れなかった事業所が1件"), "{said}");
        assert!(world.texts("select user_id from account where office = '9970000034'").await.is_empty());
        std::fs::set_permissions(post.folder(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let said = post.letters(&world, &[]).await.unwrap_err();
        assert!(said.contains("ほかの利用者も読めます") && said.contains("chmod 700"), "{said}");
        let said = post.letters(&world, &["--office", "9970000042"]).await.unwrap_err();
        assert!(said.contains("登録されていません"), "{said}");
    }

    async fn an_invitation_goes_to_the_given_or_the_registered_address(database: TestDatabase) {
        let world = World::new(database).await;
        let said = world.admin(&["offices", "invite", "9970000018"]).await.unwrap_err();
        assert!(said.contains("メールアドレスの登録がない") && said.contains("9970000018"), "{said}");
        let said = world.admin(&["offices", "invite", "9970000018", "9970000042"]).await.unwrap_err();
        assert!(said.contains("9970000042") && said.contains("登録されていません"), "{said}");
        let both = ["offices", "invite", "9970000018", "9970000026", "--mail", "a@example.jp"];
        assert!(world.admin(&both).await.unwrap_err().contains("1件のときだけ"));
        assert!(world.texts("select recipient from mail").await.is_empty());
        world.admin(&["offices", "invite", "9970000018", "--mail", "office@example.jp"]).await.unwrap();
        assert_eq!(world.texts("select recipient from mail").await, ["office@example.jp"]);
    }

    async fn an_invoice_says_what_a_qualified_invoice_must(database: TestDatabase) {
        let world = World::new(database).await;
        let settings = "[billing]\nissuer_name = '練習運営協会'\nissuer_address = '練習県練習市9-9'\nregistration_number = 'T1234567890123'\nbank_account = '見本銀行 本店 普通 1234567'";
        let site = SiteUrl::parse("https://careplan.example.jp").unwrap();
        let billing = Config::from_text(settings).unwrap().billing_room(&world.store, &site).unwrap();
        let by = By::new(Actor::Operator("uketsuke".to_owned()), world.clock.now());
        billing.set_method(&manager(), Method::Invoice, &by).await.unwrap();
        world.admin(&["licence", "grant", "9970000018"]).await.unwrap();
        billing.run("202612".parse().unwrap(), "uketsuke", &by).await.unwrap();
        let id: DocumentId = "invoice-9970000018-20261101-1".parse().unwrap();
        let mut db = world.store.read().await.unwrap();
        assert!(billing.document(&mut db, &helper(), id).await.unwrap().is_none());
        let document = billing.document(&mut db, &manager(), id).await.unwrap();
        let Some(Document::Invoice(invoice)) = document else { panic!("{document:?}") };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invoice.pdf");
        std::fs::write(&path, papers::invoice(&invoice).unwrap()).unwrap();
        let text = text_of(&path);
        assert_eq!(pages_of(&path), "Pages:           1");
        // Issuer and number, day, what, sum and tax by rate, to whom (消費税法 第57条の4).
        for part in [
            "請求書（適格請求書）", "練習運営協会", "登録番号 T1234567890123", "2026年11月1日（日）",
            "ケアプランデータ連携 ライセンス料 1年", "10%対象", "21,000円", "1,909円",
            "さくら居宅介護支援事業所 御中", "見本銀行 本店 普通 1234567", "2026年12月1日（火）", "9970000018-20261101-1",
        ] {
            assert!(ink(&text).contains(&ink(part)), "{part}: {text}");
        }
        let mut plain = invoice.clone();
        plain.issuer.registration_number = None;
        std::fs::write(&path, papers::invoice(&plain).unwrap()).unwrap();
        assert!(!text_of(&path).contains("適格請求書"));
    }

    async fn documents_show_who_it_was_when_they_were_issued(database: TestDatabase) {
        let world = World::new(database).await;
        let site = SiteUrl::parse("https://careplan.example.jp").unwrap();
        let called = |name: &str| {
            let settings = format!("[billing]\nissuer_name = '{name}'\nissuer_address = '{name}の所在地'");
            Config::from_text(&settings).unwrap().billing_room(&world.store, &site).unwrap()
        };
        let renamed = async |name| world.register(&[registration("9970000018", name, "サクラ", "43")]).await;
        let by = By::new(Actor::Operator("uketsuke".to_owned()), world.clock.now());
        let (first, second, third) = (called("はじめの協会"), called("次の協会"), called("今の協会"));
        first.set_method(&manager(), Method::Invoice, &by).await.unwrap();
        world.admin(&["licence", "grant", "9970000018"]).await.unwrap();
        first.run("202612".parse().unwrap(), "uketsuke", &by).await.unwrap();
        let charge: ChargeId = "9970000018-20261101-1".parse().unwrap();
        renamed("つばき居宅介護支援").await;
        let paid = |number: &str, amount| {
            let (number, amount) = (number.to_owned(), Yen::new(amount).unwrap());
            Decision { number, charge, event: Event::Paid, amount }
        };
        second.decide(&paid("1", 10_000), &by).await.unwrap();
        renamed("もみじ居宅介護支援").await;
        // The receipt was issued with the first money that came in.
        third.decide(&paid("2", 11_000), &by).await.unwrap();
        let mut db = world.store.read().await.unwrap();
        let document = third.document(&mut db, &manager(), DocumentId::Invoice(charge)).await.unwrap();
        let Some(Document::Invoice(invoice)) = document else { panic!("{document:?}") };
        let parties = (&*invoice.to.name, &*invoice.issuer.name, &*invoice.issuer.address);
        assert_eq!(parties, ("さくら居宅介護支援事業所", "はじめの協会", "はじめの協会の所在地"));
        let document = third.document(&mut db, &manager(), DocumentId::Receipt(charge)).await.unwrap();
        let Some(Document::Receipt(receipt)) = document else { panic!("{document:?}") };
        assert_eq!((&*receipt.to.name, &*receipt.issuer.name), ("つばき居宅介護支援", "次の協会"));
        drop(db);
        // One from before that was kept shows what holds today.
        world.execute("delete from document_party where kind = 'invoice'").await;
        let mut db = world.store.read().await.unwrap();
        let document = third.document(&mut db, &manager(), DocumentId::Invoice(charge)).await.unwrap();
        let Some(Document::Invoice(invoice)) = document else { panic!("{document:?}") };
        assert_eq!((&*invoice.to.name, &*invoice.issuer.name), ("もみじ居宅介護支援", "今の協会"));
    }

    async fn a_run_prints_the_open_invoices_and_the_same_ones_again(database: TestDatabase) {
        let world = World::new(database).await;
        world.admin(&["licence", "grant", "9970000018"]).await.unwrap();
        let by = By::new(Actor::Operator("uketsuke".to_owned()), world.clock.now());
        world.billing().set_method(&helper(), Method::Invoice, &by).await.unwrap();
        world.admin(&["licence", "grant", "9970000026"]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let run = ["run", "--month", "2026-12", "--out", folder.path().to_str().unwrap()];
        let pdf = folder.path().join("invoices/2026-11-01_invoice-9970000026-20261101-1.pdf");
        assert!(world.bill(&run).await.unwrap().contains("請求書のPDF: 新しく1件"));
        let first = std::fs::read(&pdf).unwrap();
        assert!(ink(&text_of(&pdf)).contains("ひまわり訪問介護御中"));
        // The month after, it is still open, and must not be posted twice.
        let later = ["run", "--month", "2027-01", "--out", folder.path().to_str().unwrap()];
        for run in [run, later] {
            assert!(world.bill(&run).await.unwrap().contains("請求書のPDF: 新しく0件"));
        }
        assert_eq!(std::fs::read(&pdf).unwrap(), first);
        assert_eq!(std::fs::read_dir(folder.path().join("invoices")).unwrap().count(), 1);
    }
}
