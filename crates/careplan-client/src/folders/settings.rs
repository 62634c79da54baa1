//! Which folders are shared with the care software, as a value that was tried out before it is kept.

use std::path::{Path, PathBuf};

use careplan_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::blocking;
use super::presence::marker;
use super::scan::{TAKEN_BY, scan};
use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;
use crate::office::{Office, OfficeFault};
use crate::state::StateFault;

/// The names under which writing and moving are tried out.
const TRIAL: &str = ".careplan-test";
const TRIAL_MOVED: &str = ".careplan-test-moved";

/// Which folders are shared with the care software.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FolderSettings {
    /// Where the care software writes what is to be sent; absent when no folder is watched.
    pub export: Option<ExportFolder>,
    /// Where the care software looks for what was received; absent when nothing is written for it.
    pub import: Option<ImportFolder>,
}

impl FolderSettings {
    fn places(&self) -> (Option<PathBuf>, Option<PathBuf>) {
        (self.export.as_ref().map(|it| it.folder.clone()), self.import.as_ref().map(|it| it.folder.clone()))
    }
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

impl Mode {
    const ALL: [Self; 3] = [Self::Off, Self::AfterCheck, Self::ConfirmFirst];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::AfterCheck => "after_check",
            Self::ConfirmFirst => "confirm_first",
        }
    }

    /// The one of a stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
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

impl Shape {
    const ALL: [Self; 2] = [Self::Flat, Self::ByPartner];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::ByPartner => "by_partner",
        }
    }

    /// The one of a stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.as_str() == text)
    }
}

/// What came of trying folders out; of a folder that was not named, nothing.
#[derive(Debug, Default)]
pub struct Tried {
    /// How many files lie in the export folder, or why it cannot be used.
    pub export: Option<Result<usize, ChoiceFault>>,
    /// The same of the import folder.
    pub import: Option<Result<usize, ChoiceFault>>,
    /// Why the two cannot be used together.
    pub together: Option<ChoiceFault>,
}

impl Tried {
    /// The first thing that is wrong.
    fn into_fault(self) -> Option<ChoiceFault> {
        let each = [self.export, self.import].into_iter().flatten().find_map(Result::err);
        each.or(self.together)
    }
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
    /// Tries folders out, as they would be used: writing, moving and removing a file.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer. What is wrong with a folder is in the answer.
    pub async fn try_folders(&self, settings: &FolderSettings) -> Result<Tried, OfficeFault> {
        let own = [self.options().data.clone(), self.inbox_folder().await?];
        let (export, import) = settings.places();
        let mishaps = self.mishaps().clone();
        blocking(move || {
            let try_one = |folder: &PathBuf| try_out(folder, &own, &mishaps);
            let (export, import) = (export.as_ref().map(try_one), import.as_ref().map(try_one));
            let is_nested = match (&export, &import) {
                (Some(Ok((one, _))), Some(Ok((other, _)))) => overlap(one, other),
                _ => false,
            };
            let count = |tried: Result<(PathBuf, usize), ChoiceFault>| tried.map(|(_, files)| files);
            Ok(Tried {
                export: export.map(count),
                import: import.map(count),
                together: is_nested.then_some(ChoiceFault::Nested),
            })
        })
        .await
    }

    /// Tries folders out and keeps the choice. Choosing a folder again, also unchanged, says that it is the right one: where it was made
    /// anew, what was not imported is written once more, and what was taken from it counts as gone.
    ///
    /// # Errors
    /// [`ChoiceFault`]; nothing is changed then.
    pub async fn choose_folders(&self, settings: &FolderSettings, by: &str) -> Result<(), ChoiceFault> {
        let terminal = self.state().settings().await?.ok_or(OfficeFault::NotSetUp)?.terminal;
        if let Some(fault) = self.try_folders(settings).await?.into_fault() {
            return Err(fault);
        }
        let (export, import) = settings.places();
        let anew = blocking(move || {
            if let Some(export) = export {
                files::make_folder(&export.join(format!("{TAKEN_BY}{terminal}")), Privacy::Ordinary)?;
            }
            Ok::<_, ChoiceFault>(import.filter(|import| !marker(import, terminal).exists()))
        });
        let (anew, now) = (anew.await?, self.now());
        Ok(self.state().store_folder_settings(settings, anew.as_deref(), (by, now)).await?)
    }
}

/// Gives a folder's true place and how many files lie there, once it was seen that files can be written and moved there.
fn try_out(folder: &Path, own: &[PathBuf], mishaps: &Mishaps) -> Result<(PathBuf, usize), ChoiceFault> {
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
    let (trial, moved) = (folder.join(TRIAL), folder.join(TRIAL_MOVED));
    files::write_new(&trial, b"", Privacy::Ordinary, mishaps)?;
    let is_movable = files::rename(&trial, &moved);
    // Whichever of the two is there.
    files::remove(&trial)?;
    files::remove(&moved)?;
    is_movable?;
    Ok((place, scan(folder, "")?.files.len()))
}

fn overlap(one: &Path, other: &Path) -> bool {
    one.starts_with(other) || other.starts_with(one)
}
