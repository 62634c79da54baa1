//! What keeps something from going on, and how things stand in the folders.
//!
//! Promises: a trouble says what happened, where, and what to do; it is there as long as it lasts, with since when. None prints or logs
//! names of files.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use careplan_domain::Timestamp;
use tokio::sync::watch;

use crate::files::FileFault;

/// What keeps something from going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TroubleKind {
    /// A folder is not there, or is another one.
    FolderGone,
    /// There is no room on the disk.
    DiskFull,
    /// A folder or file cannot be read or written.
    Unusable,
    /// Another program holds a file.
    Locked,
    /// A file has been growing for long.
    Growing,
    /// A set waits for files that are missing.
    Missing,
    /// A set waits for the platform.
    Waits,
    /// Files that nobody can send, or not from here.
    NotSent,
    /// Another terminal took files and does not go on.
    Elsewhere,
    /// What was received is not here any more.
    ContentGone,
    /// Something different lies where a unit belongs.
    Occupied,
}

impl TroubleKind {
    /// A stable word for logs and programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FolderGone => "folder_gone",
            Self::DiskFull => "disk_full",
            Self::Unusable => "unusable",
            Self::Locked => "locked",
            Self::Growing => "growing",
            Self::Missing => "missing",
            Self::Waits => "waits",
            Self::NotSent => "not_sent",
            Self::Elsewhere => "elsewhere",
            Self::ContentGone => "content_gone",
            Self::Occupied => "occupied",
        }
    }
}

/// One thing that does not go on.
#[derive(Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What keeps it.
    pub kind: TroubleKind,
    /// Since when.
    pub since: Timestamp,
    /// What happened, where, and what to do. Shown to the office, never logged: it may name files.
    pub text: String,
}

impl std::fmt::Debug for Trouble {
    /// The text may name files.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Trouble({} since {})", self.kind.as_str(), self.since)
    }
}

/// How things stand in the folders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// When the folders were looked at last.
    pub looked_at: Option<Timestamp>,
    /// Sets in the export folder that were not taken yet.
    pub to_take: usize,
    /// Files in the export folder that are none of the standard and are left alone.
    pub left_alone: usize,
    /// Sets that were taken and not answered yet.
    pub unanswered: usize,
    /// Units in the import folder that the care software did not take yet.
    pub to_import: usize,
    /// What does not go on.
    pub troubles: Vec<Trouble>,
}

/// Collects what one look at the folders finds.
#[derive(Default)]
pub(super) struct Look {
    pub(super) to_take: usize,
    pub(super) left_alone: usize,
    pub(super) unanswered: usize,
    pub(super) to_import: usize,
    /// By kind, and by what it is about.
    troubles: BTreeMap<(TroubleKind, String), String>,
}

impl Look {
    /// Says that something does not go on. Of the same thing the last word counts.
    pub(super) fn trouble(&mut self, kind: TroubleKind, about: impl Into<String>, text: impl Into<String>) {
        self.troubles.insert((kind, about.into()), text.into());
    }

    /// The same about a file or folder that failed below one of the two folders.
    pub(super) fn failed(&mut self, side: Side, root: &Path, fault: &FileFault) {
        let about = fault.path.display().to_string();
        if fault.is_full() {
            self.trouble(TroubleKind::DiskFull, side.label_ja(), fault.to_string());
        } else if fault.is_missing() && (fault.path == root || !root.is_dir()) {
            self.trouble(TroubleKind::FolderGone, side.label_ja(), gone(side, root));
        } else if is_held(fault) {
            self.trouble(TroubleKind::Locked, about, held(&fault.path));
        } else {
            self.trouble(TroubleKind::Unusable, about, fault.to_string());
        }
    }
}

/// One of the two folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Export,
    Import,
}

impl Side {
    pub(super) fn label_ja(self) -> &'static str {
        match self {
            Self::Export => "書き出しフォルダー",
            Self::Import => "取込フォルダー",
        }
    }
}

/// The place where it is told how things stand.
#[derive(Debug)]
pub(super) struct Board {
    since: BTreeMap<(TroubleKind, String), Timestamp>,
    told: watch::Sender<Status>,
}

impl Board {
    pub(super) fn new(told: watch::Sender<Status>) -> Self {
        Self { since: BTreeMap::new(), told }
    }

    pub(super) fn listen(&self) -> watch::Receiver<Status> {
        self.told.subscribe()
    }

    /// Tells what a look found; what was there before keeps its time.
    pub(super) fn tell(&mut self, look: Look, now: Timestamp) {
        let mut since = BTreeMap::new();
        let mut troubles = Vec::new();
        for (key, text) in look.troubles {
            let at = self.since.get(&key).copied().unwrap_or_else(|| {
                tracing::warn!(code = key.0.as_str(), "something in the folders does not go on");
                now
            });
            troubles.push(Trouble { kind: key.0, since: at, text });
            since.insert(key, at);
        }
        self.since = since;
        self.told.send_replace(Status {
            looked_at: Some(now),
            to_take: look.to_take,
            left_alone: look.left_alone,
            unanswered: look.unanswered,
            to_import: look.to_import,
            troubles,
        });
    }
}

pub(super) fn gone(side: Side, root: &Path) -> String {
    format!(
        "{}「{}」が見つかりません。移動や削除をしていないか、共有フォルダー（ネットワーク）につながっているかを確かめてください。使えるようになれば、自動で続けます。場所を変えたときや作り直したときは、設定で保存し直してください。",
        side.label_ja(),
        root.display()
    )
}

fn held(path: &Path) -> String {
    format!(
        "ファイル「{}」をほかのソフトが使っています。書き出しが終わっているか確かめ、開いているソフトがあれば閉じてください。終わりしだい、自動で続けます。",
        path.display()
    )
}

/// Windows' "in use by another process" and "a part of it is locked".
const SHARING_VIOLATION: i32 = 32;
const LOCK_VIOLATION: i32 = 33;

/// Whether another program holds the file.
fn is_held(fault: &FileFault) -> bool {
    matches!(fault.source.kind(), ErrorKind::ResourceBusy | ErrorKind::WouldBlock)
        || (cfg!(windows) && matches!(fault.source.raw_os_error(), Some(SHARING_VIOLATION | LOCK_VIOLATION)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_trouble_keeps_its_time_while_it_lasts_and_begins_anew_after_it_was_over() {
        let mut board = Board::new(watch::Sender::default());
        let told = board.listen();
        let mut tell = |is_there: bool, now: &str| {
            let mut look = Look::default();
            if is_there {
                look.trouble(TroubleKind::Locked, "a", "text");
            }
            board.tell(look, at(now));
            told.borrow().troubles.first().map(|trouble| trouble.since)
        };
        let (one, two, three) = ("2026-11-01T00:00:00Z", "2026-11-01T00:00:03Z", "2026-11-01T00:00:06Z");
        assert_eq!(tell(true, one), Some(at(one)));
        assert_eq!(tell(true, two), Some(at(one)));
        assert_eq!(tell(false, two), None);
        assert_eq!(tell(true, three), Some(at(three)));
    }

    #[test]
    fn a_trouble_prints_no_names() {
        let text = "「山田花子.pdf」".to_owned();
        let trouble = Trouble { kind: TroubleKind::Locked, since: at("2026-11-01T00:00:00Z"), text };
        assert!(!format!("{trouble:?}").contains("山田"), "{trouble:?}");
    }
}
