//! Looking at the export folder: what lies there, and since when it has not changed.
//!
//! The scan is the truth. It works in the same way on network drives, which tell nobody when something changes. Word that something
//! changed is only a hint: it makes the next look come sooner, and nothing is believed that the look does not find. What the client itself does gives
//! such hints. The system's own are not asked for: with one look every three seconds and five seconds of quiet they would save one second,
//! and the crate that unites them (`notify`) has a licence that is not on our list.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use careplan_domain::Timestamp;
use jiff::SignedDuration;

use crate::files::{FileAction, FileFault};

/// Where sets lie that were sent.
pub(super) const DONE: &str = "送信済";

/// Where sets lie that cannot be sent, each with a note beside it.
pub(super) const FAILED: &str = "送信できず";

/// How the folders begin into which terminals take files.
pub(super) const TAKEN_BY: &str = ".taken-by-";

/// Files seen in one look: twenty months of a large office that never sent anything.
pub const EXPORT_FILES_MAX: usize = 20_000;

/// Folders in folders: care software makes one for each export, some by year and month. Deeper ones are a loop.
const DEPTH_MAX: usize = 4;

/// So long a file must not have changed: care software writes a set within a second or two, network drives tell sizes and times late.
pub(super) const QUIET: SignedDuration = SignedDuration::from_secs(5);

/// So often a file must have been seen unchanged, whatever the clock says: it may have been set forward meanwhile.
const QUIET_LOOKS: u32 = 3;

/// How long something waits in silence: for its last files, for a name of its own, for a first byte. After that it is told.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// A file in the export folder.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Sighted {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) modified: Option<SystemTime>,
}

/// What one look found.
#[derive(Default)]
pub(super) struct Scan {
    /// In the order of their paths.
    pub(super) files: Vec<Sighted>,
    /// Folders of sets that other terminals have taken.
    pub(super) elsewhere: Vec<PathBuf>,
    /// What could not be looked at.
    pub(super) faults: Vec<FileFault>,
    /// Whether more lies there than is looked at.
    pub(super) is_too_much: bool,
}

/// Looks at everything in the export folder.
///
/// # Errors
/// When the folder itself cannot be read.
pub(super) fn scan(root: &Path, own: &str) -> Result<Scan, FileFault> {
    let mut found = Scan::default();
    walk(root, 0, own, &mut found)?;
    found.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn walk(folder: &Path, depth: usize, own: &str, found: &mut Scan) -> Result<(), FileFault> {
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let entry = entry.map_err(unreadable(folder))?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else { continue };
        // Links are passed over: what they point to is not ours to take.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            walk_into(&path, &name, depth, (own, &mut *found));
        } else if kind.is_file() && !is_passed_over(&name) {
            // It may be gone by now.
            let Ok(about) = entry.metadata() else { continue };
            if found.files.len() == EXPORT_FILES_MAX {
                found.is_too_much = true;
                return Ok(());
            }
            found.files.push(Sighted { path, name, bytes: about.len(), modified: about.modified().ok() });
        }
    }
    Ok(())
}

fn walk_into(path: &Path, name: &str, depth: usize, (own, found): (&str, &mut Scan)) {
    if name.starts_with(TAKEN_BY) {
        if name != own {
            found.elsewhere.extend(folders_in(path));
        }
        return;
    }
    let is_entered = name != DONE && name != FAILED && !is_passed_over(name) && depth < DEPTH_MAX;
    if is_entered && let Err(fault) = walk(path, depth + 1, own, found) {
        found.faults.push(fault);
    }
}

/// The folders in a folder; none when it cannot be read.
pub(super) fn folders_in(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn is_passed_over(name: &str) -> bool {
    // `~$` are owner files of office software.
    name.starts_with('.')
        || name.starts_with("~$")
        || name.eq_ignore_ascii_case("thumbs.db")
        || name.eq_ignore_ascii_case("desktop.ini")
}

pub(super) fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> FileFault + use<'_> {
    move |source| FileFault { path: path.to_owned(), action: FileAction::Read, source }
}

/// Opens a file that nobody else may be writing.
///
/// # Errors
/// When it cannot be opened, or another program holds a lock on it.
pub(super) fn open_unheld(path: &Path) -> Result<File, FileFault> {
    let file = File::open(path).map_err(unreadable(path))?;
    // On Windows a file in use cannot be renamed, and asking for a lock could stop the program that writes.
    if cfg!(unix) && matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)) {
        return Err(unreadable(path)(io::ErrorKind::ResourceBusy.into()));
    }
    Ok(file)
}

/// Since when files have not changed.
#[derive(Default)]
pub(super) struct Watch {
    seen: BTreeMap<PathBuf, Seen>,
}

struct Seen {
    bytes: u64,
    modified: Option<SystemTime>,
    first: Timestamp,
    since: Timestamp,
    looks: u32,
}

impl Watch {
    /// Takes in what a look found.
    pub(super) fn look(&mut self, files: &[Sighted], now: Timestamp) {
        let mut before = std::mem::take(&mut self.seen);
        for file in files {
            let seen = match before.remove(&file.path) {
                Some(seen) if (seen.bytes, seen.modified) == (file.bytes, file.modified) => Seen {
                    // A clock that was set back begins anew.
                    since: seen.since.min(now),
                    first: seen.first.min(now),
                    looks: seen.looks.saturating_add(1),
                    ..seen
                },
                changed => Seen {
                    bytes: file.bytes,
                    modified: file.modified,
                    first: changed.map_or(now, |seen| seen.first.min(now)),
                    since: now,
                    looks: 1,
                },
            };
            self.seen.insert(file.path.clone(), seen);
        }
    }

    /// Whether a file has not changed for so long. One without a byte waits longer for its first.
    pub(super) fn is_quiet(&self, file: &Sighted, at_least: SignedDuration, now: Timestamp) -> bool {
        let at_least = if file.bytes == 0 { at_least.max(PATIENCE) } else { at_least };
        self.seen
            .get(&file.path)
            .is_some_and(|seen| seen.looks >= QUIET_LOOKS && now.duration_since(seen.since) >= at_least)
    }

    /// Whether a file has been changing for long.
    pub(super) fn is_growing(&self, file: &Sighted, now: Timestamp) -> bool {
        self.seen.get(&file.path).is_some_and(|seen| {
            now.duration_since(seen.first) >= PATIENCE && now.duration_since(seen.since) < QUIET
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: u64) -> Sighted {
        Sighted { path: "a.csv".into(), name: "a.csv".into(), bytes, modified: None }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn a_file_is_quiet_after_five_seconds_and_three_looks_without_a_change() {
        let mut watch = Watch::default();
        let mut look = |bytes, second| {
            watch.look(&[file(bytes)], at(second));
            watch.is_quiet(&file(bytes), QUIET, at(second))
        };
        assert!(!look(1, 0) && !look(1, 3) && look(1, 5));
        assert!(!look(2, 6) && !look(2, 7) && !look(2, 10) && look(2, 11));
    }

    #[test]
    fn a_clock_that_jumps_makes_no_file_quiet_early_and_none_wait_for_ever() {
        let mut watch = Watch::default();
        let day = 24 * 60 * 60;
        for (second, quiet) in [(0, false), (day, false), (day + 1, true), (0, false), (2, false), (5, true)]
        {
            watch.look(&[file(1)], at(second));
            assert_eq!(watch.is_quiet(&file(1), QUIET, at(second)), quiet, "{second}");
        }
    }

    #[test]
    fn a_file_without_a_byte_waits_a_minute() {
        let mut watch = Watch::default();
        for second in [0, 10, 59, 60] {
            watch.look(&[file(0)], at(second));
            assert_eq!(watch.is_quiet(&file(0), QUIET, at(second)), second == 60, "{second}");
        }
    }

    #[test]
    fn a_file_that_changes_for_a_minute_is_growing_until_it_rests() {
        let mut watch = Watch::default();
        for (second, bytes, growing) in [(0, 1, false), (30, 2, false), (60, 3, true), (65, 3, false)] {
            watch.look(&[file(bytes)], at(second));
            assert_eq!(watch.is_growing(&file(bytes), at(second)), growing, "{second}");
        }
    }

    #[test]
    fn folders_of_results_hidden_files_and_links_are_passed_over() {
        let place = tempfile::tempdir().unwrap();
        for path in ["a.csv", "2026/11/b.csv", "1/2/3/4/c.csv", "1/2/3/4/5/deep.csv", ".x.csv", "~$y.csv"] {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x").unwrap();
        }
        for folder in [DONE, FAILED, ".taken-by-a/1", ".taken-by-b/2"] {
            let folder = place.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("z.csv"), b"x").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(place.path().join("a.csv"), place.path().join("link.csv")).unwrap();
        let found = scan(place.path(), ".taken-by-a").unwrap();
        let names: Vec<_> = found.files.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["c.csv", "b.csv", "a.csv"]);
        assert_eq!(found.elsewhere, [place.path().join(".taken-by-b/2")]);
        assert!(scan(&place.path().join("none"), "").is_err_and(|fault| fault.is_missing()));
    }
}
