//! How far the first start came.

use sqlx::Row as _;

use super::{State, StateFault, commit, from_ms, to_ms};
use crate::wizard::{Record, Step, StepState};

const RECORDS: &str = "select step, state, said, todo, at from wizard_step";
const PUT_RECORD: &str = "insert into wizard_step (step, state, said, todo, at) values ($1, $2, $3, $4, $5)
    on conflict (step) do update set state = excluded.state, said = excluded.said, todo = excluded.todo, at = excluded.at";
const FORGET_RECORDS: &str = "delete from wizard_step";
const ANSWER: &str = "select value from wizard_answer where name = $1";
const PUT_ANSWER: &str = "insert into wizard_answer (name, value) values ($1, $2)
    on conflict (name) do update set value = excluded.value";

impl State {
    /// The last trial of every step that was tried.
    pub(crate) async fn wizard_records(&self) -> Result<Vec<Record>, StateFault> {
        let rows = sqlx::query(RECORDS).fetch_all(&self.pool).await?;
        let record = |row: &sqlx::sqlite::SqliteRow| {
            let todo: String = row.try_get("todo")?;
            Ok(Record {
                step: Step::parse(row.try_get("step")?).ok_or(StateFault::Damaged("wizard_step.step"))?,
                state: StepState::parse(row.try_get("state")?)
                    .ok_or(StateFault::Damaged("wizard_step.state"))?,
                said: row.try_get("said")?,
                todo: todo.lines().map(str::to_owned).collect(),
                at: from_ms(row.try_get("at")?, "wizard_step.at")?,
            })
        };
        rows.iter().map(record).collect()
    }

    /// Writes the last trial of a step down.
    pub(crate) async fn store_wizard_record(&self, record: &Record) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let put = sqlx::query(PUT_RECORD).bind(record.step.as_str()).bind(record.state.as_str());
        let put = put.bind(&record.said).bind(record.todo.join("\n")).bind(to_ms(record.at));
        put.execute(&mut *tx).await?;
        commit(tx).await
    }

    /// The platform is another: nothing that was tried holds any more.
    pub(crate) async fn forget_wizard_records(&self) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(FORGET_RECORDS).execute(&mut *tx).await?;
        commit(tx).await
    }

    /// What was typed.
    pub(crate) async fn wizard_answer(&self, name: &str) -> Result<Option<String>, StateFault> {
        Ok(sqlx::query_scalar(ANSWER).bind(name).fetch_optional(&self.pool).await?)
    }

    /// Keeps what was typed, all of it or nothing.
    pub(crate) async fn store_wizard_answers(&self, answers: &[(&str, &str)]) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        for (name, value) in answers {
            sqlx::query(PUT_ANSWER).bind(*name).bind(*value).execute(&mut *tx).await?;
        }
        commit(tx).await
    }
}
