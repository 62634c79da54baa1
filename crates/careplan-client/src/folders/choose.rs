//! What of the export folder is taken now, and what waits.

use std::collections::BTreeSet;
use std::path::Path;

use careplan_domain::{Timestamp, calendar};

use super::export::Export;
use super::hand_over::DOCUMENTS;
use super::scan::{PATIENCE, QUIET, Sighted};
use super::sets::{Set, Sorted, Wholeness, wholeness};
use super::trouble::{Look, Side, TroubleKind};
use super::{Mode, blocking};
use crate::files::SafeName;

/// Files and bytes of one draft from the export folder; what is more becomes a further draft.
const BATCH_FILES_MAX: usize = 500;
const BATCH_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What of the export folder is taken, and what waits.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) ready: Vec<Set>,
    /// Sets that wait for files: their names, and what is missing.
    pub(super) missing: Vec<(String, String)>,
}

/// Whether a set is taken.
enum Standing {
    Ready,
    Waits,
    Missing(String),
}

/// One choice.
struct Choice<'a> {
    memory: &'a mut Export,
    root: &'a Path,
    now: Timestamp,
    look: &'a mut Look,
}

pub(super) async fn choose(
    memory: &mut Export,
    sorted: Sorted,
    (mode, root, now): (Mode, &Path, Timestamp),
    look: &mut Look,
) -> Chosen {
    let mut choice = Choice { memory, root, now, look };
    let mut chosen = Chosen::default();
    let all: Vec<Sighted> = sorted.sets.iter().flat_map(|set| set.files.clone()).collect();
    choice.memory.whole.retain(|path, _| all.iter().any(|file| file.path == *path));
    choice.look.left_alone = sorted.others;
    for set in sorted.sets {
        match choice.standing(&set).await {
            Standing::Ready => chosen.ready.push(set),
            Standing::Waits => choice.look.to_take += 1,
            Standing::Missing(text) => {
                choice.look.to_take += 1;
                chosen.missing.push((set.name, text));
            }
        }
    }
    // Some software writes under another ending first.
    let (misnamed, young): (Vec<Set>, Vec<Set>) =
        sorted.misnamed.into_iter().partition(|set| choice.has_waited(set));
    choice.look.to_take += young.len();
    chosen.ready.extend(misnamed);
    choice.tell_foreign(&sorted.foreign);
    match mode {
        Mode::ConfirmFirst => {
            chosen.ready.extend(choice.documents(sorted.documents));
            choice.bundle(&mut chosen, &all);
        }
        Mode::Off | Mode::AfterCheck => choice.tell_documents(&sorted.documents),
    }
    chosen
}

impl Choice<'_> {
    fn has_waited(&self, set: &Set) -> bool {
        set.files.iter().all(|file| self.memory.watch.is_quiet(file, PATIENCE, self.now))
    }

    async fn standing(&mut self, set: &Set) -> Standing {
        let watch = &self.memory.watch;
        if let Some(growing) = set.files.iter().find(|file| watch.is_growing(file, self.now)) {
            let text = growing_text(&self.shown(growing));
            self.look.trouble(TroubleKind::Growing, growing.path.display().to_string(), text);
            return Standing::Waits;
        }
        if !set.files.iter().all(|file| watch.is_quiet(file, QUIET, self.now)) {
            return Standing::Waits;
        }
        let has_waited = self.has_waited(set);
        match self.wholeness(set).await {
            Some(Wholeness::Whole) => Standing::Ready,
            Some(Wholeness::Illegal) if has_waited => Standing::Ready,
            Some(Wholeness::Missing(text)) if has_waited => {
                self.look.trouble(TroubleKind::Missing, &set.name, missing_text(&set.name, &text));
                Standing::Missing(text)
            }
            _ => Standing::Waits,
        }
    }

    /// Reads a set, unless it was read before and is still not whole; `None` when it cannot be read now.
    async fn wholeness(&mut self, set: &Set) -> Option<Wholeness> {
        let key = set.files.first()?.path.clone();
        if let Some((before, known)) = self.memory.whole.get(&key)
            && before == set
        {
            return Some(known.clone());
        }
        let read = set.clone();
        match blocking(move || wholeness(&read)).await {
            // One that is whole is read again, should it not be taken now: somebody may hold it by then.
            Ok(Wholeness::Whole) => Some(Wholeness::Whole),
            Ok(known) => {
                self.memory.whole.insert(key, (set.clone(), known.clone()));
                Some(known)
            }
            // Another terminal took it.
            Err(fault) if fault.is_missing() => None,
            Err(fault) => {
                self.look.failed(Side::Export, self.root, &fault);
                None
            }
        }
    }

    /// Documents beside the standard, as one set.
    fn documents(&mut self, documents: Vec<Sighted>) -> Option<Set> {
        let mut names = BTreeSet::new();
        let name = format!("{DOCUMENTS}_{}", calendar::digits(calendar::day(self.now)));
        let mut set = Set { name, files: Vec::new() };
        for file in documents {
            let safe = match SafeName::new(&file.name) {
                Ok(safe) => safe,
                Err(fault) => {
                    let text = format!(
                        "「{}」は送信できません（{fault}）。ファイル名を直してください。",
                        self.shown(&file)
                    );
                    self.look.trouble(TroubleKind::NotSent, file.path.display().to_string(), text);
                    continue;
                }
            };
            let is_due = self.memory.watch.is_quiet(&file, QUIET, self.now) && names.insert(safe.folded());
            set.files.push(file);
            // What is too much for one letter becomes a further set.
            if !is_due || (set.files.len() > 1 && set.is_too_large()) {
                set.files.pop();
                self.look.to_take += 1;
            }
        }
        set.files.sort_by(|one, other| one.name.cmp(&other.name));
        (!set.files.is_empty()).then_some(set)
    }

    /// What one export writes becomes one draft: as long as it goes on writing, what is complete waits, but no longer than a minute.
    fn bundle(&mut self, chosen: &mut Chosen, all: &[Sighted]) {
        let is_writing = all.iter().any(|file| !self.memory.watch.is_quiet(file, QUIET, self.now));
        let (mut names, mut files, mut bytes) = (BTreeSet::new(), 0, 0);
        let before = chosen.ready.len();
        chosen.ready.retain(|set| {
            let fits = files == 0
                || (files + set.files.len() <= BATCH_FILES_MAX && bytes + set.bytes() <= BATCH_BYTES_MAX);
            // In a draft a name is one file.
            let is_new = set.files.iter().all(|file| !names.contains(&file.name.to_lowercase()));
            let is_taken = (!is_writing || self.has_waited(set)) && fits && is_new;
            if is_taken {
                names.extend(set.files.iter().map(|file| file.name.to_lowercase()));
                files += set.files.len();
                bytes += set.bytes();
            }
            is_taken
        });
        self.look.to_take += before - chosen.ready.len();
    }

    fn tell_documents(&mut self, documents: &[Sighted]) {
        for file in documents {
            if self.memory.watch.is_quiet(file, PATIENCE, self.now) {
                let text = format!(
                    "「{}」は、自動では送信しません（宛先がファイル名から分からないため）。送信の画面に入れて、宛先を選んでください。",
                    self.shown(file)
                );
                self.look.trouble(TroubleKind::NotSent, file.path.display().to_string(), text);
            }
        }
    }

    fn tell_foreign(&mut self, sets: &[Set]) {
        for set in sets {
            if self.has_waited(set) {
                let text = format!(
                    "書き出しフォルダーの「{}」は、送信元がほかの事業所のため、この端末からは送信しません。その事業所のクライアントが同じフォルダーを使っているときは、そのままでかまいません。そうでないときは、介護ソフトの事業所設定を確かめ、書き出し直してください。",
                    set.name
                );
                self.look.trouble(TroubleKind::NotSent, &set.name, text);
            }
        }
    }

    /// A file as people find it in the folder.
    fn shown(&self, file: &Sighted) -> String {
        file.path.strip_prefix(self.root).unwrap_or(&file.path).display().to_string()
    }
}

fn growing_text(file: &str) -> String {
    format!(
        "書き出しフォルダーの「{file}」が、1分以上書き込まれ続けています。介護ソフトの書き出しが終わるまで待っています。終わらないときは、介護ソフトの画面を確かめてください。"
    )
}

fn missing_text(name: &str, missing: &str) -> String {
    format!("書き出しフォルダーの「{name}」は、ファイルがそろうまで送信しません。{missing}")
}
