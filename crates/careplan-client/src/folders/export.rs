//! The export folder: from files that the care software writes to sets that are sent and answered.
//!
//! ```text
//! lies there ─► taken ─► sealed ─► sent ─► 送信済
//!                 │  └─► failed ─────────► 送信できず, with a note
//!                 └─► handed over to a person ─► sealed, failed
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use careplan_domain::{OfficeNumber, Timestamp, TransmissionId};
use uuid::Uuid;

use super::scan::Watch;
use super::send::Verdict;
use super::sets::{Set, Wholeness};
use super::trouble::{Look, Side, TroubleKind, gone};
use super::{ExportFolder, FolderEvent, Mode, Taken, blocking, note};
use crate::files::FileFault;
use crate::mishap::Point;
use crate::office::{Office, OfficeFault};
use crate::outbox::next_try;
use crate::state::{Fault, SentState, TakenSet, TakenState};

/// What is said of a set whose files were taken away.
pub(super) const GONE: &str =
    "受け取ったファイルが、送信する前になくなりました。介護ソフトからもう一度書き出してください。";

/// What this process remembers of the export folder; after a start it looks anew.
#[derive(Default)]
pub(super) struct Export {
    pub(super) watch: Watch,
    /// Sets that are not whole, and have not changed since they were read.
    pub(super) whole: BTreeMap<PathBuf, (Set, Wholeness)>,
    /// Sets that wait: how often they were tried, when they are tried next, and what for they wait.
    tries: BTreeMap<Uuid, (u32, Timestamp, Fault)>,
    /// What other terminals took, and since when it lies there.
    pub(super) elsewhere: BTreeMap<PathBuf, Timestamp>,
    /// The notes about sets that wait for files; unknown after a start.
    pub(super) noted: Option<BTreeSet<String>>,
}

/// One look at the export folder.
pub(super) struct ExportLook<'a> {
    pub(super) office: &'a Office,
    pub(super) taker: &'a dyn Taken,
    pub(super) number: OfficeNumber,
    /// The name of the folder into which this terminal takes files.
    pub(super) own: String,
    pub(super) now: Timestamp,
    pub(super) look: &'a mut Look,
    pub(super) events: &'a mut Vec<FolderEvent>,
}

impl ExportLook<'_> {
    /// Ends what was begun, takes what is complete, and sends it.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer. What concerns one folder or set becomes a trouble.
    pub(super) async fn step(
        &mut self,
        memory: &mut Export,
        chosen: Option<&ExportFolder>,
    ) -> Result<(), OfficeFault> {
        self.go_on(memory).await?;
        if let Some(folder) = chosen.filter(|folder| folder.mode != Mode::Off)
            && self.take(memory, folder).await?
        {
            self.go_on(memory).await?;
        }
        let open = self.office.state().unanswered_sets().await?;
        memory.tries.retain(|id, _| open.iter().any(|set| set.id == *id));
        self.look.unanswered = open.len();
        Ok(())
    }

    /// Brings every set that was taken a piece further. None stops the others.
    async fn go_on(&mut self, memory: &mut Export) -> Result<(), OfficeFault> {
        let mut is_line_down = false;
        let sets = self.within_reach().await?;
        self.hand_over(&sets).await?;
        for set in sets {
            let set = self.again(&set).await?;
            let set = match set.state {
                TakenState::Taken if set.batch.is_none() => self.send(memory, set, &mut is_line_down).await?,
                TakenState::Sealed => self.look_after(set).await?,
                _ => set,
            };
            self.answer(set).await?;
        }
        Ok(())
    }

    /// The sets that are not answered and whose files can be reached.
    async fn within_reach(&mut self) -> Result<Vec<TakenSet>, OfficeFault> {
        let mut sets = self.office.state().unanswered_sets().await?;
        let roots: BTreeSet<PathBuf> = sets.iter().map(|set| set.root.clone()).collect();
        for root in roots {
            let (folder, own) = (root.clone(), root.join(&self.own));
            // Without the folder of this terminal it is another folder, such as the place where a share is not connected.
            let is_there = blocking(move || Ok::<_, FileFault>(folder.is_dir() && own.is_dir())).await?;
            if !is_there {
                let text = gone(Side::Export, &root);
                self.look.trouble(TroubleKind::FolderGone, Side::Export.label_ja(), text);
                sets.retain(|set| set.root != root);
            }
        }
        Ok(sets)
    }

    /// The folder in which the files of a set lie until it is answered.
    pub(super) fn folder_of(&self, set: &TakenSet) -> PathBuf {
        set.root.join(&self.own).join(set.id.to_string())
    }

    async fn send(
        &mut self,
        memory: &mut Export,
        set: TakenSet,
        is_line_down: &mut bool,
    ) -> Result<TakenSet, OfficeFault> {
        let before = memory.tries.get(&set.id).cloned();
        if let Some((_, next, fault)) = &before
            && (*is_line_down || self.now < *next)
        {
            self.waits(&set, fault);
            return Ok(set);
        }
        match self.office.send_set(&set, &self.folder_of(&set)).await? {
            Verdict::Sealed(id) => {
                self.went(&set, TakenState::Sealed, Some(id), None).await?;
                let sealed = self.again(&set).await?;
                return self.look_after(sealed).await;
            }
            Verdict::Refused(reason) => self.refuse(&set, &reason).await?,
            Verdict::Gone => self.went(&set, TakenState::Gone, None, Some(GONE)).await?,
            Verdict::Waits(fault) => {
                let tries = before.map_or(0, |(tries, ..)| tries);
                // One receiver's keys say nothing about the next; a line that is down does.
                *is_line_down |= fault.code != "receiver_keys_unverified";
                self.waits(&set, &fault);
                let next = next_try(self.now, tries);
                memory.tries.insert(set.id, (tries.saturating_add(1), next, fault));
            }
        }
        self.again(&set).await
    }

    fn waits(&mut self, set: &TakenSet, fault: &Fault) {
        let kind = if fault.code == "disk_full" { TroubleKind::DiskFull } else { TroubleKind::Waits };
        let text = format!(
            "書き出しフォルダーの「{}」は、まだ送信していません（ファイルは受け取ってあり、自動でやり直します）。{}",
            set.name, fault.text
        );
        self.look.trouble(kind, &set.name, text);
    }

    /// Looks what became of a set in the outbox.
    async fn look_after(&self, set: TakenSet) -> Result<TakenSet, OfficeFault> {
        let Some(id) = set.transmission else { return Ok(set) };
        let Some(sent) = self.office.state().sent(id).await? else { return Ok(set) };
        match sent.state {
            SentState::Prepared => return Ok(set),
            SentState::Rejected => {
                let reason = sent.fault.map(|fault| fault.text).unwrap_or_default();
                self.refuse(&set, &reason).await?;
            }
            SentState::Life(_) => self.went(&set, TakenState::Sent, None, None).await?,
        }
        self.again(&set).await
    }

    pub(super) async fn refuse(&self, set: &TakenSet, reason: &str) -> Result<(), OfficeFault> {
        let refusal = note::Refusal { name: &set.name, files: set.files, reason, at: self.now };
        self.went(set, TakenState::Failed, None, Some(&refusal.text())).await
    }

    pub(super) async fn went(
        &self,
        set: &TakenSet,
        state: TakenState,
        transmission: Option<TransmissionId>,
        note: Option<&str>,
    ) -> Result<(), OfficeFault> {
        self.office.state().taken_went(set.id, (state, self.now), transmission, note).await?;
        self.office.mishaps().pass(Point::SetRecorded).await;
        Ok(())
    }

    async fn again(&self, set: &TakenSet) -> Result<TakenSet, OfficeFault> {
        Ok(self.office.state().taken_set(set.id).await?.unwrap_or_else(|| set.clone()))
    }

    /// Moves the files of a set that came to its end.
    async fn answer(&mut self, set: TakenSet) -> Result<(), OfficeFault> {
        let event = match set.state {
            TakenState::Sent => FolderEvent::Sent(set.id),
            TakenState::Failed => FolderEvent::Failed(set.id),
            TakenState::Gone => {
                self.events.push(FolderEvent::Failed(set.id));
                return Ok(self.office.state().taken_answered(set.id, self.now).await?);
            }
            TakenState::Taken | TakenState::Handed | TakenState::Sealed => return Ok(()),
        };
        match self.office.answer_set(&set, &set.root.join(&self.own)).await {
            Ok(()) => self.events.push(event),
            Err(fault) => self.file_fault(&set.root, fault)?,
        }
        Ok(())
    }

    /// A fault of one file is told; any other ends the look.
    pub(super) fn file_fault(&mut self, root: &Path, fault: OfficeFault) -> Result<(), OfficeFault> {
        match fault {
            OfficeFault::File(fault) => {
                self.look.failed(Side::Export, root, &fault);
                Ok(())
            }
            fault => Err(fault),
        }
    }
}
