//! What was put into the import folder, and which folders the office chose.

use std::path::{Path, PathBuf};

use careplan_domain::{Timestamp, TransmissionId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::settings::put;
use super::{State, StateFault, append_operation, commit, read, to_ms};
use crate::folders::FolderSettings;

/// The name of the setting.
const SETTING: &str = "folders";

const OPEN: &str =
    "select transmission, root, place, names, note, state from placed_unit where state <> 'done'
    order by transmission";
const INSERT: &str = "insert into placed_unit (transmission, root, place, names, note, state, state_at)
    values ($1, $2, $3, $4, $5, 'placing', $6)";
const SET_STATE: &str = "update placed_unit set state = $2, state_at = $3 where transmission = $1";
const FORGET: &str = "delete from placed_unit where transmission = $1 and state in ('placing', 'placed')";
const FORGET_ALL: &str = "delete from placed_unit where root = $1 and state in ('placing', 'placed')";

/// How far a unit is on its way into the care software.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlacedState {
    /// Its files are being given their names.
    Placing,
    /// All its files lie in the import folder.
    Placed,
    /// They have left the folder; the transmission is not marked as imported yet.
    Gone,
    /// Nothing is to be done any more.
    Done,
}

impl PlacedState {
    const ALL: [Self; 4] = [Self::Placing, Self::Placed, Self::Gone, Self::Done];

    fn as_str(self) -> &'static str {
        match self {
            Self::Placing => "placing",
            Self::Placed => "placed",
            Self::Gone => "gone",
            Self::Done => "done",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A unit in the import folder.
#[derive(Clone)]
pub(crate) struct PlacedUnit {
    pub(crate) id: TransmissionId,
    /// The import folder.
    pub(crate) root: PathBuf,
    /// Where its files lie, below the import folder.
    pub(crate) place: PathBuf,
    /// What they are called; names may be people's.
    pub(crate) names: Vec<String>,
    /// A note beside it, below the import folder.
    pub(crate) note: Option<PathBuf>,
    pub(crate) state: PlacedState,
}

impl State {
    /// Which folders the office chose.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn folder_settings(&self) -> Result<FolderSettings, StateFault> {
        let Some(text) = self.get(SETTING).await? else { return Ok(FolderSettings::default()) };
        serde_json::from_str(&text).map_err(|_| StateFault::Damaged(SETTING))
    }

    /// Keeps the choice, and who made it. In an import folder that was made anew nothing lies that was put there before.
    pub(crate) async fn store_folder_settings(
        &self,
        settings: &FolderSettings,
        made_anew: Option<&Path>,
        by: (&str, Timestamp),
    ) -> Result<(), StateFault> {
        let text = serde_json::to_string(settings).map_err(|_| StateFault::Damaged(SETTING))?;
        let mut tx = self.begin().await?;
        put(&mut tx, SETTING, &text).await?;
        if let Some(root) = made_anew {
            sqlx::query(FORGET_ALL).bind(root.to_str()).execute(&mut *tx).await?;
        }
        let detail = serde_json::json!({
            "export": settings.export.as_ref().map(|it| it.mode.as_str()),
            "import": settings.import.as_ref().map(|it| it.shape.as_str()),
        });
        append_operation(&mut tx, by, ("folders.chosen", SETTING), &detail).await?;
        commit(tx).await
    }

    /// The units about which something is to be done.
    pub(crate) async fn placed_units(&self) -> Result<Vec<PlacedUnit>, StateFault> {
        sqlx::query(OPEN).fetch_all(&self.pool).await?.iter().map(placed_unit).collect()
    }

    /// Records where a unit is going to lie, before the first of its files is there.
    pub(crate) async fn store_placing(&self, unit: &PlacedUnit, now: Timestamp) -> Result<(), StateFault> {
        let text = |path: &Path| path.to_str().map(str::to_owned).ok_or(StateFault::Damaged("place"));
        let names = serde_json::to_string(&unit.names).map_err(|_| StateFault::Damaged("names"))?;
        let mut tx = self.begin().await?;
        sqlx::query(INSERT)
            .bind(unit.id.to_string())
            .bind(text(&unit.root)?)
            .bind(text(&unit.place)?)
            .bind(names)
            .bind(unit.note.as_deref().map(text).transpose()?)
            .bind(to_ms(now))
            .execute(&mut *tx)
            .await?;
        commit(tx).await
    }

    /// Moves a unit on.
    pub(crate) async fn placed_went(
        &self,
        id: TransmissionId,
        state: PlacedState,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let set = sqlx::query(SET_STATE).bind(id.to_string()).bind(state.as_str()).bind(to_ms(now));
        set.execute(&mut *tx).await?;
        commit(tx).await
    }

    /// A unit lies no more where the care software looks: it is to be placed again.
    pub(crate) async fn forget_placed(&self, id: TransmissionId) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(FORGET).bind(id.to_string()).execute(&mut *tx).await?;
        commit(tx).await
    }
}

fn placed_unit(row: &SqliteRow) -> Result<PlacedUnit, StateFault> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let note: Option<String> = row.try_get("note")?;
    Ok(PlacedUnit {
        id: read(&text("transmission")?, "transmission")?,
        root: text("root")?.into(),
        place: text("place")?.into(),
        names: serde_json::from_str(&text("names")?).map_err(|_| StateFault::Damaged("names"))?,
        note: note.map(PathBuf::from),
        state: PlacedState::parse(&text("state")?).ok_or(StateFault::Damaged("state"))?,
    })
}
