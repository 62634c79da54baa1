//! `/api/v1/received`: what came is listed in the order of its import, fetched byte for byte, and marked as imported.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::software::{Two, small};
use crate::world::{RECEIVER, SENDER, drain, files_below};

fn ids(page: &Value) -> Vec<&str> {
    page["units"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn units_wait_in_the_order_of_their_serials_until_they_are_marked_as_imported() {
    let two = Two::new().await;
    let late = two.arrived("20261021110003").await;
    let early = two.arrived("20261021110001").await;
    let middle = two.arrived("20261021110002").await;
    let page = two.there.get("/api/v1/received?limit=2").await.good();
    assert_eq!(ids(&page), [&early, &middle]);
    let next = page["next"].as_str().unwrap();
    let last = two.there.get(&format!("/api/v1/received?limit=2&after={next}")).await.good();
    assert_eq!((ids(&last), &last["next"]), (vec![late.as_str()], &Value::Null));

    let path = format!("/api/v1/received/{early}/imported");
    for _ in 0..2 {
        assert_eq!(two.there.put(&path, &Value::Null).await.good()["state"], "importing");
    }
    assert_eq!(ids(&two.there.get("/api/v1/received").await.good()), [&middle, &late]);
    two.work().await;
    drain(&two.sender.office).await;
    assert_eq!(two.there.put(&path, &Value::Null).await.good()["state"], "imported");
    assert_eq!(two.here.get(&format!("/api/v1/sent/{early}")).await.good()["state"], "imported");
}

#[tokio::test]
async fn a_page_has_its_limits_and_a_place_that_is_none_is_told() {
    let two = Two::new().await;
    for good in ["limit=1", "limit=500"] {
        two.there.get(&format!("/api/v1/received?{good}")).await.good();
    }
    for wrong in ["limit=0", "limit=501", "limit=x", "after=x", "nothing=1"] {
        let problem = two.there.get(&format!("/api/v1/received?{wrong}")).await.is(400, "request-invalid");
        let name = wrong.split('=').next().unwrap();
        assert!(problem["detail"].as_str().unwrap().contains(&format!("`{name}`")), "{problem}");
    }
}

#[tokio::test]
async fn files_are_fetched_one_by_one_or_in_one_zip_byte_for_byte() {
    let two = Two::new().await;
    let id = two.arrived("20261021110000").await;
    let shown = two.there.get(&format!("/api/v1/received/{id}")).await.good();
    assert_eq!(
        (&shown["state"], &shown["from"], &shown["unit_label"]),
        (&"acknowledged".into(), &"9970000018-43".into(), &"居宅サービス計画書の削除".into())
    );
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_20261021110000.CSV");
    let bytes = b"202407,990001,0009900021,20261015\r\n";
    let files = two.there.get(&format!("/api/v1/received/{id}/files")).await.good();
    let sha256 = careplan_envelope::sha256(bytes).iter().map(|it| format!("{it:02x}")).collect::<String>();
    assert_eq!(files, json!({ "files": [{ "name": name, "bytes": bytes.len(), "sha256": sha256 }] }));
    let file = two.there.get(&format!("/api/v1/received/{id}/files/{name}")).await;
    assert_eq!((file.status.as_u16(), file.bytes.as_slice()), (200, bytes.as_slice()));
    let zip = two.there.get(&format!("/api/v1/received/{id}/files.zip")).await;
    assert_eq!(zip.headers["content-type"], "application/zip");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(zip.bytes)).unwrap();
    let mut inside = Vec::new();
    zip.by_name(&name).unwrap().read_to_end(&mut inside).unwrap();
    assert_eq!((zip.len(), inside.as_slice()), (1, bytes.as_slice()));
    for other in ["x", "..%2f..%2fclient.sqlite", "%2e%2e"] {
        two.there.get(&format!("/api/v1/received/{id}/files/{other}")).await.is(404, "file-unknown");
    }
}

#[tokio::test]
async fn what_is_not_here_yet_and_what_is_nowhere_is_told_apart() {
    let two = Two::new().await;
    two.here.put("/api/v1/sends/k", &small("20261021110000")).await.good();
    drain(&two.sender.office).await;
    let mut engine = two.receiver.office.engine().unwrap();
    engine.step_inbox().await.unwrap();
    drop(engine);
    let id = two.receiver.office.state().all_received().await.unwrap()[0].header.id;
    let listed = two.there.get(&format!("/api/v1/received/{id}")).await.good();
    assert_eq!(listed["state"], "listed");
    two.there.get(&format!("/api/v1/received/{id}/files")).await.is(409, "files-not-yet");
    let early =
        two.there.put(&format!("/api/v1/received/{id}/imported"), &Value::Null).await.is(409, "wrong-state");
    assert!(early["detail"].as_str().unwrap().contains("受信待ち"), "{early}");
    for path in ["", "/files", "/files.zip", "/files/x"] {
        let unknown = "01920000-0000-7000-8000-000000000009";
        two.there.get(&format!("/api/v1/received/{unknown}{path}")).await.is(404, "transmission-unknown");
    }
}

#[tokio::test]
async fn files_that_the_import_folder_lost_are_fetched_from_the_copy_and_what_was_changed_is_never_handed_out()
 {
    let two = Two::new().await;
    let id = two.arrived("20261021110000").await;
    let path = format!("/api/v1/received/{id}/files");
    let data = two.world.path(RECEIVER);
    std::fs::remove_dir_all(data.join("inbox")).unwrap();
    two.there.get(&path).await.good();
    let kept = files_below(&data.join("kept"));
    let file = kept.keys().find(|path| path.extension().is_some_and(|it| it == "CSV")).unwrap();
    std::fs::write(data.join("kept").join(file), b"another").unwrap();
    for path in [path.clone(), format!("/api/v1/received/{id}/files.zip")] {
        two.there.get(&path).await.is(409, "files-changed");
    }
    std::fs::remove_dir_all(data.join("kept")).unwrap();
    two.there.get(&path).await.is(410, "files-gone");
}
