//! Which folders are shared with the care software, as a value that was tried out before it is kept.

use std::path::{Path, PathBuf};

use careplan_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::blocking;
use super::presence::marker;
use super::scan::TAKEN_BY;
use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;
use crate::office::{Office, OfficeFault};
use crate::state::StateFault;

/// The name under which writing is tried out.
const TRIAL: &str = ".careplan-test";

/// Which folders are shared with the care software.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FolderSettings {
    /// Where the care software writes what is to be sent; absent when no folder is watched.
    pub export: Option<ExportFolder>,
    /// Where the care software looks for what was received; absent when nothing is written for it.
    pub import: Option<ImportFolder>,
}

/// 書き出しフォルダー: where the care software writes what is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportFolder {
    /// The folder.
    pub folder: PathBuf,
    /// What is done with what lies there.
    pub mode: Mode,
}

/// What is done with sets of files in the export folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing new is taken; what was taken before is brought to its end.
    Off,
    /// What has no blocking finding is sent at once.
    AfterCheck,
    /// It becomes a draft, which a person looks at and sends.
    ConfirmFirst,
}

/// 取込フォルダー: where the care software looks for what was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFolder {
    /// The folder.
    pub folder: PathBuf,
    /// How files lie in it.
    pub shape: Shape,
    /// Units that reached this computer before are not written: who turns this on after years has imported them by other ways.
    pub since: Timestamp,
}

/// How files lie in the import folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// All in the folder itself.
    Flat,
    /// In a folder for each partner, called by its address.
    ByPartner,
}

/// Why folders cannot be chosen.
#[derive(Debug, thiserror::Error)]
pub enum ChoiceFault {
    /// It is not there, or is no folder.
    #[error(
        "フォルダー「{}」が見つかりません。場所を確かめるか、先に作ってください。共有フォルダーのときは、つながっているか確かめてください。",
        .0.display()
    )]
    NotThere(PathBuf),
    /// It depends on where the program was started.
    #[error("フォルダー「{}」は、ドライブ名または「/」から始まる場所で指定してください。", .0.display())]
    Relative(PathBuf),
    /// Its name cannot be stored.
    #[error("フォルダー「{}」の名前に使えない文字があります。別の名前のフォルダーを指定してください。", .0.display())]
    Name(PathBuf),
    /// It lies in the other one, or is the same.
    #[error(
        "書き出しフォルダーと取込フォルダーには、別々のフォルダーを指定してください。片方がもう片方の中にあると、受け取ったものをまた送ってしまいます。"
    )]
    Nested,
    /// It lies in a folder of the client itself, or holds one.
    #[error(
        "フォルダー「{}」は、このクライアントが自分で使う場所と重なっています。介護ソフト用に別のフォルダーを指定してください。",
        .0.display()
    )]
    Own(PathBuf),
    /// The client may not write there.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The office.
    #[error(transparent)]
    Office(#[from] OfficeFault),
}

impl From<StateFault> for ChoiceFault {
    fn from(fault: StateFault) -> Self {
        Self::Office(fault.into())
    }
}

impl Office {
    /// Tries folders out and keeps the choice. Choosing a folder again, also unchanged, says that it is the right one: where it was made
    /// anew, what was not imported is written once more, and what was taken from it counts as gone.
    ///
    /// # Errors
    /// [`ChoiceFault`]; nothing is changed then.
    pub async fn choose_folders(&self, settings: &FolderSettings) -> Result<(), ChoiceFault> {
        let set_up = self.state().settings().await?.ok_or(OfficeFault::NotSetUp)?;
        let own = [self.options().data.clone(), self.inbox_folder().await?];
        let (tried, mishaps) = (settings.clone(), self.mishaps().clone());
        let terminal = set_up.terminal;
        let is_anew = blocking(move || {
            let export = tried.export.as_ref().map(|it| try_out(&it.folder, &own, &mishaps)).transpose()?;
            let import = tried.import.as_ref().map(|it| try_out(&it.folder, &own, &mishaps)).transpose()?;
            if export.as_ref().zip(import.as_ref()).is_some_and(|(one, other)| overlap(one, other)) {
                return Err(ChoiceFault::Nested);
            }
            if let Some(export) = &tried.export {
                let folder = export.folder.join(format!("{TAKEN_BY}{terminal}"));
                files::make_folder(&folder, Privacy::Ordinary)?;
            }
            Ok(tried.import.is_some_and(|it| !marker(&it.folder, terminal).exists()))
        });
        let anew = settings.import.as_ref().map(|it| it.folder.as_path());
        let anew = if is_anew.await? { anew } else { None };
        Ok(self.state().store_folder_settings(settings, anew).await?)
    }
}

/// Gives a folder's true place, once it was seen that files can be written there.
fn try_out(folder: &Path, own: &[PathBuf], mishaps: &Mishaps) -> Result<PathBuf, ChoiceFault> {
    if folder.is_relative() {
        return Err(ChoiceFault::Relative(folder.to_owned()));
    }
    if folder.to_str().is_none() {
        return Err(ChoiceFault::Name(folder.to_owned()));
    }
    let place = match folder.canonicalize() {
        Ok(place) if place.is_dir() => place,
        _ => return Err(ChoiceFault::NotThere(folder.to_owned())),
    };
    if own.iter().any(|own| overlap(&place, &own.canonicalize().unwrap_or_else(|_| own.clone()))) {
        return Err(ChoiceFault::Own(folder.to_owned()));
    }
    let trial = folder.join(TRIAL);
    files::write_new(&trial, b"", Privacy::Ordinary, mishaps)?;
    files::remove(&trial)?;
    Ok(place)
}

fn overlap(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}
