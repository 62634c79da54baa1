//! `careplan-client backup` and `careplan-client restore`, as people type them.

use crate::commands::{client, err, out};
use crate::world::{SENDER, World};

#[tokio::test]
async fn a_backup_is_made_and_restored_by_commands_and_the_code_is_shown_once() {
    let world = World::new();
    world.set_up(SENDER).await.close().await;
    let (data, stick, new) = (world.path(SENDER), world.path("stick"), world.path("new-pc"));
    let [data, stick, new] = [&data, &stick, &new].map(|it| it.to_str().unwrap());
    std::fs::create_dir(stick).unwrap();
    let without = client(&["backup", "--data", data, "--to", stick]);
    assert_eq!(without.status.code(), Some(2));
    assert!(err(&without).contains("復元キーがまだありません"), "{}", err(&without));
    let nowhere = client(&["backup", "--data", data]);
    assert!(err(&nowhere).contains("保存先が決まっていません"), "{}", err(&nowhere));
    let key = client(&["backup", "--data", data, "--new-key"]);
    assert_eq!(key.status.code(), Some(0), "{}", err(&key));
    let code = out(&key);
    assert_eq!(code.trim().len(), 29);
    assert!(err(&key).contains("紙に控えて") && !err(&key).contains(code.trim()));
    let made = client(&["backup", "--data", data, "--to", stick]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    assert!(out(&made).contains("読み直して確かめました"));
    let file = std::fs::read_dir(stick).unwrap().next().unwrap().unwrap().path();
    let paper = world.path("paper");
    let with = |typed: &str, to: &str| {
        std::fs::write(&paper, typed).unwrap();
        let (file, paper) = (file.to_str().unwrap(), paper.to_str().unwrap());
        client(&["restore", "--from", file, "--to", to, "--recovery-key-file", paper])
    };
    let short = with("ABCD-EFGH", new);
    assert_eq!(short.status.code(), Some(1));
    assert!(err(&short).contains("24文字"), "{}", err(&short));
    let wrong = with("ABCD-EFGH-JKLM-NPQR-STUV-WXYZ", new);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(err(&wrong).contains("復元キーが違います"), "{}", err(&wrong));
    let over = with(&code, data);
    assert_eq!(over.status.code(), Some(1));
    assert!(err(&over).contains("すでにファイルがあります"), "{}", err(&over));
    let restored = with(&code.to_lowercase(), new);
    assert_eq!(restored.status.code(), Some(0), "{}", err(&restored));
    assert!(
        out(&restored).contains("事業所 9970000018") && out(&restored).contains("二度と起動しないでください")
    );
    let listed = client(&["list", "--data", new]);
    assert_eq!(listed.status.code(), Some(0), "{}", err(&listed));
}
