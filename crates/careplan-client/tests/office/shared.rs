//! An office that shares folders with its care software.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use careplan_client::Office;
use careplan_client::desk::Desk;
use careplan_client::folders::{
    ExportFolder, FolderEvent, FolderSettings, Folders, ImportFolder, Mode, Shape, Status, TroubleKind,
};
use jiff::SignedDuration;
use tokio::sync::watch;

use crate::world::{World, files_below};

/// Looks after which whatever stands still was taken.
const LOOKS: usize = 4;

/// An office with both folders, driven look by look.
pub struct Shared {
    pub office: Office,
    pub export: PathBuf,
    pub import: PathBuf,
    pub folders: Folders,
}

/// Both folders, made, below the folder of the world.
pub fn made(world: &World, of: &str) -> (PathBuf, PathBuf) {
    let (export, import) = (world.path(&format!("{of}-export")), world.path(&format!("{of}-import")));
    fs::create_dir_all(&export).unwrap();
    fs::create_dir_all(&import).unwrap();
    (export, import)
}

pub fn settings(office: &Office, (export, import): (&Path, &Path), mode: Mode) -> FolderSettings {
    FolderSettings {
        export: Some(ExportFolder { folder: export.to_owned(), mode }),
        import: Some(ImportFolder {
            folder: import.to_owned(),
            shape: Shape::ByPartner,
            since: office.now(),
        }),
    }
}

pub fn take(office: &Office) -> Folders {
    office.folders(Arc::new(Desk::new(office.clone())), watch::Sender::default()).unwrap()
}

impl Shared {
    /// Of an office that is set up.
    pub async fn new(world: &World, office: &Office, mode: Mode) -> Self {
        let number = office.state().settings().await.unwrap().unwrap().office();
        let (export, import) = made(world, number.as_str());
        Self::at(office, (export, import), mode).await
    }

    /// The same on folders that are there.
    pub async fn at(office: &Office, (export, import): (PathBuf, PathBuf), mode: Mode) -> Self {
        office.choose_folders(&settings(office, (&export, &import), mode), "yamada").await.unwrap();
        Self { office: office.clone(), export, import, folders: take(office) }
    }

    /// The care software writes a file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.export.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The care software writes what lies in a folder, but for files whose names begin in a certain way.
    pub fn export_all(&self, folder: &Path, but: &str) {
        for (path, bytes) in files_below(folder) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if but.is_empty() || !name.starts_with(but) {
                self.write(name, &bytes);
            }
        }
    }

    /// One look, three seconds after the one before.
    pub async fn look(&mut self, world: &World) -> Vec<FolderEvent> {
        world.pass(SignedDuration::from_secs(3));
        self.folders.step().await.unwrap()
    }

    /// As many looks as are needed until what stands still was taken.
    pub async fn settle(&mut self, world: &World) -> Vec<FolderEvent> {
        let mut all = Vec::new();
        for _ in 0..LOOKS {
            all.extend(self.look(world).await);
        }
        all
    }

    /// Looks on until a minute is over.
    pub async fn wait_a_minute(&mut self, world: &World) {
        for _ in 0..21 {
            self.look(world).await;
        }
    }

    pub fn status(&self) -> Status {
        self.folders.status().borrow().clone()
    }

    /// The text of the one trouble of a kind.
    pub fn trouble(&self, kind: TroubleKind) -> String {
        let all = self.status().troubles;
        let mut of_kind = all.iter().filter(|trouble| trouble.kind == kind);
        let text = of_kind.next().unwrap_or_else(|| panic!("no {kind:?} among {all:?}")).text.clone();
        assert!(of_kind.next().is_none(), "{all:?}");
        text
    }

    pub fn in_export(&self) -> Vec<String> {
        seen(&self.export)
    }

    pub fn in_import(&self) -> Vec<String> {
        seen(&self.import)
    }

    pub async fn count_sent(&self) -> usize {
        self.office.state().all_sent().await.unwrap().len()
    }
}

/// What a person sees below a folder, in the order of the texts.
pub fn seen(folder: &Path) -> Vec<String> {
    let paths = files_below(folder).into_keys().map(|path| path.to_str().unwrap().to_owned());
    let mut paths: Vec<String> = paths.filter(|path| !path.starts_with('.')).collect();
    paths.sort();
    paths
}
