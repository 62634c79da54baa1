//! The import folder: what was received lies there until the care software takes it.
//!
//! ```text
//! received ─► placing ─► placed ─► gone ─► marked as imported
//! ```
//!
//! Promises: units are placed in the order of their serials, each once; only files that truly left the folder count as imported – never
//! a folder that is away, or another one of the same name: a marker in it tells them apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use careplan_domain::{Timestamp, TransmissionId};
use uuid::Uuid;

use super::place::{Spot, remove_staged};
use super::presence::{gone, mark_folder, marker};
use super::trouble::{Look, Side, TroubleKind};
use super::{FolderEvent, ImportFolder, blocking};
use crate::files::{self, FileFault};
use crate::history::{CopyFault, Direction};
use crate::mishap::Point;
use crate::office::{Office, OfficeFault};
use crate::state::{PlacedState, PlacedUnit, Received, ReceivedState};

/// Units placed in one look; the next goes on.
const UNITS_IN_ONE_LOOK: u32 = 100;

/// One look at the import folder.
pub(super) struct ImportLook<'a> {
    pub(super) office: &'a Office,
    pub(super) terminal: Uuid,
    pub(super) now: Timestamp,
    pub(super) look: &'a mut Look,
    pub(super) events: &'a mut Vec<FolderEvent>,
}

impl ImportLook<'_> {
    /// Marks what left, and places what came.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer. What concerns the folder or one unit becomes a trouble.
    pub(super) async fn step(&mut self, chosen: Option<&ImportFolder>) -> Result<(), OfficeFault> {
        let units = self.office.state().placed_units().await?;
        self.mark(&units).await?;
        let Some(folder) = chosen else { return Ok(()) };
        self.move_over(&folder.folder, &units).await?;
        if !self.is_the_folder(&folder.folder, &units).await {
            return Ok(());
        }
        self.look_for_gone(&folder.folder, units.clone()).await?;
        if self.finish(folder, &units).await? {
            self.place(folder).await?;
        }
        let open = self.office.state().placed_units().await?;
        let is_there = |unit: &&PlacedUnit| unit.root == folder.folder && unit.state == PlacedState::Placed;
        for unit in open.iter().filter(is_there) {
            self.look.to_import += 1;
            if unit.note.is_some() {
                self.look.trouble(TroubleKind::Occupied, unit.id.to_string(), occupied(unit));
            }
        }
        Ok(())
    }

    /// Marks what has left as imported. What is not acknowledged yet waits for that.
    async fn mark(&self, units: &[PlacedUnit]) -> Result<(), OfficeFault> {
        for unit in units.iter().filter(|unit| unit.state == PlacedState::Gone) {
            match self.office.mark_imported(unit.id).await {
                Err(OfficeFault::WrongState(..)) if self.is_written(unit.id).await? => continue,
                Ok(()) | Err(OfficeFault::WrongState(..) | OfficeFault::Unknown(_)) => {}
                Err(fault) => return Err(fault),
            }
            self.went(unit.id, PlacedState::Done).await?;
        }
        Ok(())
    }

    async fn is_written(&self, id: TransmissionId) -> Result<bool, OfficeFault> {
        let received = self.office.state().received(id).await?;
        Ok(received.is_some_and(|received| received.state == ReceivedState::Written))
    }

    async fn went(&self, id: TransmissionId, state: PlacedState) -> Result<(), OfficeFault> {
        Ok(self.office.state().placed_went(id, state, self.now).await?)
    }

    /// Another folder was chosen: what the care software did not take from the one before is placed once more.
    async fn move_over(&mut self, root: &Path, units: &[PlacedUnit]) -> Result<(), OfficeFault> {
        let elsewhere: Vec<&PlacedUnit> =
            units.iter().filter(|unit| unit.root != root && is_open(unit)).collect();
        let roots: BTreeSet<&PathBuf> = elsewhere.iter().map(|unit| &unit.root).collect();
        for before in roots {
            let of_root: Vec<PlacedUnit> =
                elsewhere.iter().filter(|unit| unit.root == *before).copied().cloned().collect();
            let gone = self.gone(before, &of_root).await;
            for unit in of_root {
                if gone.contains(&unit.id) {
                    self.left(&unit).await?;
                    continue;
                }
                self.office.state().forget_placed(unit.id).await?;
                let (root, id, terminal) = (before.clone(), unit.id, self.terminal);
                // It takes room and nothing else; the folder may be away.
                let _ = blocking(move || remove_staged(&root, terminal, id)).await;
            }
        }
        Ok(())
    }

    /// Whether the folder is there, and is the one in which units were placed before.
    async fn is_the_folder(&mut self, root: &Path, units: &[PlacedUnit]) -> bool {
        let of_root: Vec<PlacedUnit> =
            units.iter().filter(|unit| unit.root == root && is_open(unit)).cloned().collect();
        let (place, terminal, mishaps) = (root.to_owned(), self.terminal, self.office.mishaps().clone());
        match blocking(move || mark_folder(&place, terminal, &of_root, &mishaps)).await {
            Ok(true) => return true,
            Ok(false) => {
                self.look.trouble(TroubleKind::FolderGone, Side::Import.label_ja(), not_the_same(root));
            }
            Err(fault) => self.look.failed(Side::Import, root, &fault),
        }
        false
    }

    /// Finds what the care software took since the last look.
    async fn look_for_gone(&mut self, root: &Path, mut units: Vec<PlacedUnit>) -> Result<(), OfficeFault> {
        units.retain(|unit| unit.root == root && unit.state == PlacedState::Placed);
        let gone = self.gone(root, &units).await;
        for unit in &units {
            if gone.contains(&unit.id) {
                self.left(unit).await?;
            } else if self.is_marked(unit.id).await? {
                // By hand, or by the local API: nobody has to look after its files any more.
                self.went(unit.id, PlacedState::Done).await?;
            }
        }
        Ok(())
    }

    async fn is_marked(&self, id: TransmissionId) -> Result<bool, OfficeFault> {
        let received = self.office.state().received(id).await?;
        Ok(!received
            .is_some_and(|it| matches!(it.state, ReceivedState::Written | ReceivedState::Acknowledged)))
    }

    /// The units of which no file lies in the folder any more. None when the folder is not the one it was.
    async fn gone(&self, root: &Path, units: &[PlacedUnit]) -> BTreeSet<TransmissionId> {
        let (marker, mut units) = (marker(root, self.terminal), units.to_vec());
        units.retain(|unit| unit.state == PlacedState::Placed);
        let looked = blocking(move || Ok::<_, FileFault>(gone(&marker, &units))).await;
        looked.unwrap_or_default()
    }

    /// A unit left the folder.
    async fn left(&mut self, unit: &PlacedUnit) -> Result<(), OfficeFault> {
        let (root, place, name) = (unit.root.clone(), unit.place.clone(), unit.note.clone());
        // What is ours beside it goes, too. Where that does not work it disturbs nobody.
        let _ = blocking(move || {
            let Some(name) = name else { return Ok(()) };
            let _ = fs::remove_dir(root.join(place));
            files::remove(&root.join(name))
        })
        .await;
        self.went(unit.id, PlacedState::Gone).await?;
        self.office.mishaps().pass(Point::UnitLeft).await;
        self.events.push(FolderEvent::Left(unit.id));
        self.mark(&[PlacedUnit { state: PlacedState::Gone, ..unit.clone() }]).await
    }

    /// Ends what a kill or a full disk left half-placed; says whether all of it is done.
    async fn finish(&mut self, folder: &ImportFolder, units: &[PlacedUnit]) -> Result<bool, OfficeFault> {
        let is_due = |unit: &&PlacedUnit| unit.root == folder.folder && unit.state == PlacedState::Placing;
        let mut placing = BTreeMap::new();
        for unit in units.iter().filter(is_due) {
            let received = self.office.state().received(unit.id).await?;
            placing.insert(received.map(|received| (received.serial, received.seq)), unit);
        }
        for unit in placing.into_values() {
            match self.spot(folder, unit.id).finish(unit, self.now).await {
                Ok(()) => self.events.push(FolderEvent::Placed(unit.id)),
                Err(fault) => return self.not_placed(&folder.folder, fault).map(|()| false),
            }
        }
        Ok(true)
    }

    /// Places what came. What is wrong with one unit stops no other; what is wrong with the folder stops all, to keep their order.
    async fn place(&mut self, folder: &ImportFolder) -> Result<(), OfficeFault> {
        let due = self.office.state().units_to_place(folder.since, UNITS_IN_ONE_LOOK).await?;
        for received in due {
            let id = received.header.id;
            let files = match self.office.history().files(id, Direction::Received).await {
                Ok(Some(files)) => files,
                Err(CopyFault::State(fault)) => return Err(fault.into()),
                missing => {
                    let text = missing.err().map_or_else(|| content_gone(&received), |it| it.to_string());
                    self.look.trouble(TroubleKind::ContentGone, id.to_string(), text);
                    continue;
                }
            };
            match self.spot(folder, id).place(&received, files, self.now).await {
                Ok(()) => self.events.push(FolderEvent::Placed(id)),
                Err(fault) => return self.not_placed(&folder.folder, fault),
            }
        }
        Ok(())
    }

    fn spot<'s>(&'s self, folder: &'s ImportFolder, id: TransmissionId) -> Spot<'s> {
        Spot { office: self.office, folder, terminal: self.terminal, id }
    }

    fn not_placed(&mut self, root: &Path, fault: OfficeFault) -> Result<(), OfficeFault> {
        match fault {
            OfficeFault::File(fault) => {
                self.look.failed(Side::Import, root, &fault);
                Ok(())
            }
            fault => Err(fault),
        }
    }
}

fn is_open(unit: &PlacedUnit) -> bool {
    matches!(unit.state, PlacedState::Placing | PlacedState::Placed)
}

fn not_the_same(root: &Path) -> String {
    format!(
        "取込フォルダー「{}」に、前に書き込んだファイルも目印もありません。共有フォルダー（ネットワーク）につながっているか、フォルダーが作り直されていないかを確かめてください。作り直したときは、設定で取込フォルダーを保存し直すと、まだ取り込んでいないものをもう一度書き込みます。",
        root.display()
    )
}

fn content_gone(received: &Received) -> String {
    format!(
        "{}から受信したもの（送信番号 {}）のファイルが、このパソコンの受信フォルダーにも控えにもないため、取込フォルダーへ書き込めません。手で取り込んだときは、受信の画面で取込済にしてください。必要なときは、送信元に送り直してもらってください。",
        received.header.from, received.header.id
    )
}

fn occupied(unit: &PlacedUnit) -> String {
    format!(
        "取込フォルダーに、受信したものと同じ名前で内容の違うファイルがあったため、「{}」に分けて入れました。どちらが正しいかを送信元に確かめてから取り込んでください。",
        unit.place.display()
    )
}
