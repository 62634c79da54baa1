//! ダウンロード: the listed files of one folder and nothing else.

use careplan_testkit::on_both_databases;

use crate::world::Site;

const PACKAGE: &str = "careplan-client-1.0.0-windows-x86_64.zip";

on_both_databases! {
    async fn a_listed_file_comes_with_type_length_and_name(database: TestDatabase) {
        let site = Site::new(database).await;
        std::fs::create_dir(site.packages()).unwrap();
        let content: Vec<u8> = (0..300_000_u32).map(|it| it.to_le_bytes()[0]).collect();
        std::fs::write(site.packages().join(PACKAGE), &content).unwrap();
        std::fs::write(site.packages().join(format!("{PACKAGE}.p7s")), b"signature").unwrap();
        let mut browser = site.browser();
        let page = browser.open("/downloads").await;
        page.is(200, "ダウンロード").says("Windows 11（64ビット）").says("293 KB").says("0123456789abcdef");
        page.says(&format!("href=\"/downloads/{PACKAGE}\"")).says(&format!("href=\"/downloads/{PACKAGE}.p7s\""));
        let file = browser.get(&format!("/downloads/{PACKAGE}")).await;
        assert_eq!((file.status.as_u16(), file.bytes == content), (200, true));
        assert_eq!(file.header("content-type"), Some("application/zip"));
        assert_eq!(file.header("content-length"), Some("300000"));
        assert_eq!(file.header("content-disposition"), Some(&*format!("attachment; filename=\"{PACKAGE}\"")));
        let signature = browser.get(&format!("/downloads/{PACKAGE}.p7s")).await;
        assert_eq!((signature.header("content-type"), &*signature.bytes), (Some("application/pkcs7-signature"), &b"signature"[..]));
    }

    async fn what_is_not_listed_or_not_whole_is_unknown(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut browser = site.browser();
        // The folder is not there yet.
        browser.get(&format!("/downloads/{PACKAGE}")).await.is(404, "そのページはありません");
        std::fs::create_dir(site.packages()).unwrap();
        std::fs::write(site.packages().join("secret.txt"), "secret").unwrap();
        std::fs::write(site.packages().parent().unwrap().join("outside.txt"), "secret").unwrap();
        // A copy that is not complete.
        std::fs::write(site.packages().join(PACKAGE), "PK").unwrap();
        for name in ["secret.txt", "..%2Foutside.txt", "%2e%2e/outside.txt", ".", "%00", PACKAGE, ""] {
            let page = browser.get(&format!("/downloads/{name}")).await;
            page.is(404, "そのページはありません");
        }
    }
}
