//! Handing sets over to a person, and hearing what became of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use uuid::Uuid;

use super::export::{ExportLook, GONE};
use super::trouble::{Side, TroubleKind};
use super::{FolderEvent, blocking};
use crate::desk::{Brought, DeskFault};
use crate::files::FileFault;
use crate::mishap::Point;
use crate::office::OfficeFault;
use crate::outbox::gather;
use crate::state::{Sent, TakenSet, TakenState};

/// How sets begin that are documents beside the standard.
pub(super) const DOCUMENTS: &str = "文書";

const DROPPED: &str = "送信の画面で取り消されました。";

impl ExportLook<'_> {
    /// Hands over what was taken for that, and moves on what became of it.
    pub(super) async fn hand_over(&mut self, sets: &[TakenSet]) -> Result<(), OfficeFault> {
        let mut batches: BTreeMap<Uuid, Vec<&TakenSet>> = BTreeMap::new();
        for set in sets {
            if let Some(batch) = set.batch {
                batches.entry(batch).or_default().push(set);
            }
        }
        for (batch, sets) in batches {
            let due = self.to_show(of_state(&sets, TakenState::Taken)).await?;
            let done = if due.is_empty() { Ok(()) } else { self.give(batch, &due).await };
            let handed = of_state(&sets, TakenState::Handed);
            let heard = if handed.is_empty() { Ok(()) } else { self.hear(batch, &handed).await };
            for fault in [done, heard].into_iter().filter_map(Result::err) {
                self.not_handed(&sets, fault)?;
            }
        }
        Ok(())
    }

    /// Leaves out what somebody took away, and what cannot be sent whatever a person decides.
    async fn to_show<'s>(&self, sets: Vec<&'s TakenSet>) -> Result<Vec<&'s TakenSet>, OfficeFault> {
        let mut there = Vec::with_capacity(sets.len());
        for set in sets {
            let folder = self.folder_of(set);
            if !blocking(move || Ok::<_, FileFault>(folder.is_dir())).await? {
                self.went(set, TakenState::Gone, None, Some(GONE)).await?;
            } else if let Some(reason) = self.office.serial_used(self.folder_of(set)).await? {
                self.refuse(set, &reason).await?;
            } else {
                there.push(set);
            }
        }
        Ok(there)
    }

    async fn give(&mut self, batch: Uuid, sets: &[&TakenSet]) -> Result<(), DeskFault> {
        let folders: Vec<PathBuf> = sets.iter().map(|set| self.folder_of(set)).collect();
        let brought = blocking(move || read(&folders)).await?;
        self.taker.take(batch, brought).await?;
        self.office.mishaps().pass(Point::SetsHandedOver).await;
        for set in sets {
            self.went(set, TakenState::Handed, None, None).await?;
        }
        self.events.push(FolderEvent::HandedOver(batch));
        Ok(())
    }

    async fn hear(&mut self, batch: Uuid, sets: &[&TakenSet]) -> Result<(), DeskFault> {
        let fate = self.taker.fate(batch).await?;
        let mut sent = Vec::new();
        for id in &fate.sent {
            sent.extend(self.office.state().sent(*id).await?);
        }
        for set in sets {
            match sent.iter().find(|sent| is_of(set, sent)) {
                Some(sent) => self.went(set, TakenState::Sealed, Some(sent.header.id), None).await?,
                None if fate.is_open => {}
                None => self.refuse(set, DROPPED).await?,
            }
        }
        Ok(())
    }

    /// What keeps sets from being handed over; a state that cannot be used ends everything.
    fn not_handed(&mut self, sets: &[&TakenSet], fault: DeskFault) -> Result<(), OfficeFault> {
        let Some(root) = sets.first().map(|set| set.root.clone()) else { return Ok(()) };
        match fault {
            DeskFault::Office(OfficeFault::State(fault)) => return Err(fault.into()),
            DeskFault::File(fault) => self.look.failed(Side::Export, &root, &fault),
            fault => {
                let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
                let text = format!(
                    "書き出しフォルダーの「{}」を、送信の準備に入れられません（自動でやり直します）。{fault}",
                    names.join("」「")
                );
                self.look.trouble(TroubleKind::Waits, names.join(" "), text);
            }
        }
        Ok(())
    }
}

fn of_state<'s>(sets: &[&'s TakenSet], state: TakenState) -> Vec<&'s TakenSet> {
    sets.iter().copied().filter(|set| set.state == state).collect()
}

/// Whether something that was sent is this set, as it was or mended. A draft holds one of a serial.
fn is_of(set: &TakenSet, sent: &Sent) -> bool {
    match &sent.serial {
        Some(serial) => set.name.starts_with(&format!("{serial}_{}", sent.header.to.office)),
        None => set.name.starts_with(DOCUMENTS),
    }
}

fn read(folders: &[PathBuf]) -> Result<Brought, DeskFault> {
    let mut brought = Brought::default();
    for found in gather(folders)? {
        brought.add(&found.file.name, found.file.bytes)?;
    }
    Ok(brought)
}
