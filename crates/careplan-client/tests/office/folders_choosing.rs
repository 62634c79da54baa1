//! Choosing the folders: each is tried out, and what is wrong is said before anything is kept.

use std::fs;
use std::path::{Path, PathBuf};

use careplan_client::Office;
use careplan_client::folders::{ChoiceFault, ExportFolder, FolderSettings, Mode};

use crate::shared::{Shared, made, settings, take};
use crate::world::{SENDER, World};

/// What is said about an export folder and, if it is another one, an import folder.
async fn said(office: &Office, export: &Path, import: Option<&Path>) -> String {
    let mut chosen = settings(office, (export, import.unwrap_or(export)), Mode::AfterCheck);
    if import.is_none() {
        chosen.import = None;
    }
    office.choose_folders(&chosen, "yamada").await.unwrap_err().to_string()
}

#[tokio::test]
async fn what_is_wrong_with_a_folder_is_said_and_the_choice_before_stays() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let (export, import) = made(&world, SENDER);
    let good = settings(&office, (&export, &import), Mode::ConfirmFirst);
    office.choose_folders(&good, "yamada").await.unwrap();
    let file = world.path("a-file");
    fs::write(&file, b"x").unwrap();
    let inside = export.join("inside");
    fs::create_dir(&inside).unwrap();
    for (export, import, words) in [
        (world.path("none"), None, "見つかりません"),
        (file, None, "見つかりません"),
        (PathBuf::from("export"), None, "ドライブ名または「/」から"),
        (world.path(SENDER), None, "クライアントが自分で使う場所"),
        (world.path(SENDER).join("inbox"), None, "クライアントが自分で使う場所"),
        (world.folder.path().to_owned(), None, "クライアントが自分で使う場所"),
        (export.clone(), Some(export.clone()), "別々のフォルダー"),
        (export.clone(), Some(inside.clone()), "別々のフォルダー"),
        (inside, Some(export), "別々のフォルダー"),
    ] {
        fs::create_dir_all(world.path(SENDER).join("inbox")).unwrap();
        let said = said(&office, &export, import.as_deref()).await;
        assert!(said.contains(words), "{export:?} {import:?}: {said}");
    }
    assert_eq!(office.state().folder_settings().await.unwrap(), good);
}

#[tokio::test]
async fn before_the_set_up_no_folder_is_chosen() {
    let world = World::new();
    let office = world.open(SENDER).await;
    let (export, _) = made(&world, SENDER);
    let chosen =
        FolderSettings { export: Some(ExportFolder { folder: export, mode: Mode::Off }), import: None };
    let fault = office.choose_folders(&chosen, "yamada").await.unwrap_err();
    assert!(matches!(fault, ChoiceFault::Office(_)) && fault.to_string().contains("初期設定"), "{fault}");
}

#[tokio::test]
async fn trying_out_leaves_nothing_behind_that_the_care_software_sees() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let shared = Shared::new(&world, &office, Mode::AfterCheck).await;
    assert_eq!((shared.in_export().len(), shared.in_import().len()), (0, 0));
}

#[tokio::test]
async fn two_processes_do_not_work_in_the_folders_at_the_same_time() {
    let world = World::new();
    let office = world.set_up(SENDER).await;
    let folders = take(&office);
    let other = world.open(SENDER).await;
    let desk = std::sync::Arc::new(careplan_client::desk::Desk::new(other.clone()));
    let busy = other.folders(desk, Default::default()).unwrap_err();
    assert!(matches!(busy, careplan_client::OfficeFault::Busy), "{busy}");
    drop(folders);
    take(&other);
}
