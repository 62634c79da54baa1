//! The same unit before, and what changed in it.

use careplan_domain::{Address, ServiceMonth, UnitKind};
use careplan_standard::compare::{FormsDiff, diff_forms};
use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};

use super::{Direction, Exchanged, History, Item, Person, persons_digest};
use crate::state::{SameUnit, StateFault};

/// Versions that are looked for at most; what is older is found in the list.
const VERSIONS_MAX: u32 = 50;

/// What makes a unit the same as another: everything but its content.
#[derive(Debug, Clone, Copy)]
pub struct UnitOf<'a> {
    /// From whom.
    pub from: Address,
    /// To whom.
    pub to: Address,
    /// What kind.
    pub kind: UnitKind,
    /// About which month.
    pub month: Option<ServiceMonth>,
    /// About whom; of nobody there are no versions.
    pub persons: &'a [Person],
}

impl UnitOf<'_> {
    fn same(&self, direction: Direction) -> Option<SameUnit> {
        let persons = persons_digest(self.persons)?;
        let Self { from, to, kind, month, .. } = *self;
        Some(SameUnit { direction, from, to, kind, month, persons, before: None })
    }
}

impl History {
    /// The newest transmission of a unit that is about to be sent: on its way or arrived, and not taken back.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn same_unit_before(&self, unit: &UnitOf<'_>) -> Result<Option<Item>, StateFault> {
        let Some(same) = unit.same(Direction::Sent) else { return Ok(None) };
        Ok(self.state().versions(&same, 1).await?.into_iter().next())
    }

    /// Older versions of a transmission, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn older_versions(&self, item: &Item) -> Result<Vec<Item>, StateFault> {
        let Some(same) = same_as(item) else { return Ok(Vec::new()) };
        self.state().versions(&SameUnit { before: Some(item.key()), ..same }, VERSIONS_MAX).await
    }

    /// The newest version of a transmission, when that is not the newest itself.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn newer_version(&self, item: &Item) -> Result<Option<Item>, StateFault> {
        let Some(same) = same_as(item) else { return Ok(None) };
        let newest = self.state().versions(&same, 1).await?.into_iter().next();
        Ok(newest.filter(|newest| newest.key() > item.key()))
    }
}

/// The unit of a transmission; `None` when it is about nobody.
fn same_as(item: &Item) -> Option<SameUnit> {
    let header = match &item.what {
        Exchanged::Sent(it) => &it.header,
        Exchanged::Received(it) => &it.header,
    };
    let unit = UnitOf {
        from: header.from,
        to: header.to,
        kind: header.unit,
        month: header.month,
        persons: &item.persons,
    };
    unit.same(item.key().direction)
}

/// What changed in the forms of newer files; `None` when one side cannot be read.
pub fn difference(old: &[SourceFile<'_>], new: &[SourceFile<'_>]) -> Option<FormsDiff> {
    Some(diff_forms(&forms(old)?, &forms(new)?))
}

fn forms(files: &[SourceFile<'_>]) -> Option<Forms> {
    let mut all = Forms::default();
    for (edition, share) in Edition::share_out(files) {
        let share: Vec<SourceFile<'_>> = share.iter().filter_map(|at| files.get(*at).copied()).collect();
        all = all.with(read_forms(edition, &share).ok()?);
    }
    Some(all)
}
