//! Looking at the export folder and taking what is complete.

use std::path::Path;

use jiff::SignedDuration;

use super::choose::{Chosen, choose};
use super::claim::Claim;
use super::export::{Export, ExportLook};
use super::scan::{EXPORT_FILES_MAX, Scan, TAKEN_BY, scan};
use super::sets::sort;
use super::trouble::{Side, TroubleKind};
use super::{ExportFolder, FolderEvent, Mode, blocking, waiting};
use crate::files::FileFault;
use crate::office::OfficeFault;
use crate::outbox::new_uuid;

/// After so long without a sign of life it is told that another terminal has taken files.
const ELSEWHERE_PATIENCE: SignedDuration = SignedDuration::from_hours(1);

impl ExportLook<'_> {
    /// Looks at the folder and takes what is complete; says whether anything was taken.
    pub(super) async fn take(
        &mut self,
        memory: &mut Export,
        folder: &ExportFolder,
    ) -> Result<bool, OfficeFault> {
        let root = &folder.folder;
        let own = root.join(&self.own);
        let rows = self.office.state().unanswered_sets().await?;
        let there = own.clone();
        if rows.iter().any(|set| set.root == *root)
            && !blocking(move || Ok::<_, FileFault>(there.is_dir())).await?
        {
            // Told already: what was taken before is not there, so this is not the folder that it was.
            return Ok(false);
        }
        let claim = Claim { office: self.office, root, own: &own, now: self.now };
        if let Err(fault) = claim.give_back_strays(&rows).await {
            self.look.failed(Side::Export, root, &fault);
        }
        let (place, name) = (root.clone(), self.own.clone());
        let found = match blocking(move || scan(&place, &name)).await {
            Ok(found) => found,
            Err(fault) => {
                self.look.failed(Side::Export, root, &fault);
                return Ok(false);
            }
        };
        memory.watch.look(&found.files, self.now);
        self.tell(memory, root, &found);
        let sorted = sort(&found.files, &self.number);
        let chosen = choose(memory, sorted, (folder.mode, root, self.now), self.look).await;
        let noted = waiting::tell(memory, (root, &self.number), &chosen.missing, self.office.mishaps());
        if let Err(fault) = noted.await {
            self.look.failed(Side::Export, root, &fault);
        }
        self.claim(&claim, chosen, folder.mode).await
    }

    async fn claim(&mut self, claim: &Claim<'_>, chosen: Chosen, mode: Mode) -> Result<bool, OfficeFault> {
        let batch = (mode == Mode::ConfirmFirst).then(|| new_uuid(self.now));
        let mut is_any = false;
        for set in &chosen.ready {
            // What is too much for one letter is refused without a person.
            match claim.take(set, batch.filter(|_| !set.is_too_large())).await {
                Ok(Some(taken)) => {
                    is_any = true;
                    self.events.push(FolderEvent::Taken(taken.id));
                }
                Ok(None) => {}
                Err(fault) => {
                    self.look.to_take += 1;
                    self.file_fault(claim.root, fault)?;
                }
            }
        }
        Ok(is_any)
    }

    /// Tells what the look itself found.
    fn tell(&mut self, memory: &mut Export, root: &Path, found: &Scan) {
        for fault in &found.faults {
            self.look.failed(Side::Export, root, fault);
        }
        if found.is_too_much {
            let text = format!(
                "書き出しフォルダー「{}」のファイルが多すぎます（{EXPORT_FILES_MAX}個まで）。送信しないファイルを、別のフォルダーへ移してください。",
                root.display()
            );
            self.look.trouble(TroubleKind::NotSent, "too_much", text);
        }
        memory.elsewhere.retain(|path, _| found.elsewhere.contains(path));
        for path in &found.elsewhere {
            let since = memory.elsewhere.entry(path.clone()).or_insert(self.now);
            if self.now.duration_since(*since) >= ELSEWHERE_PATIENCE {
                self.look.trouble(TroubleKind::Elsewhere, path.display().to_string(), elsewhere(path));
            }
        }
    }
}

fn elsewhere(path: &Path) -> String {
    let holder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    format!(
        "ほかの端末（{}）が受け取ったファイルが、1時間以上そのままになっています。その端末のパソコンで、クライアントが動いているか、送信待ちや確認待ちがないかを確かめてください。その端末をもう使わないときは、「{}」の中のファイルを書き出しフォルダーへ戻すと、この端末が受け取ります。",
        holder.strip_prefix(TAKEN_BY).unwrap_or(&holder),
        path.display()
    )
}
