//! How far the first start came.

use sqlx::Row as _;

use super::settings::change_proxy;
use super::{State, StateFault, Tx, commit, from_ms, to_ms};
use crate::platform::Proxy;
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
        put_record(&mut tx, record).await?;
        commit(tx).await
    }

    /// Keeps where the platform is and the way to it, before they are tried. When the platform is another, nothing that was tried holds
    /// any more, and `begun` is all that is known: there is a record at any time, or a client that is set up would count as one that
    /// never began here.
    pub(crate) async fn store_wizard_connection(
        &self,
        (platform, proxy): (&str, &Proxy),
        begun: &Record,
        by: &str,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let before: Option<String> =
            sqlx::query_scalar(ANSWER).bind("platform").fetch_optional(&mut *tx).await?;
        if before.as_deref() != Some(platform) {
            sqlx::query(FORGET_RECORDS).execute(&mut *tx).await?;
            put_record(&mut tx, begun).await?;
            put_answers(&mut tx, &[("platform", platform)]).await?;
        }
        change_proxy(&mut tx, proxy, (by, begun.at)).await?;
        commit(tx).await
    }

    /// What was typed.
    pub(crate) async fn wizard_answer(&self, name: &str) -> Result<Option<String>, StateFault> {
        Ok(sqlx::query_scalar(ANSWER).bind(name).fetch_optional(&self.pool).await?)
    }

    /// Keeps what was typed, all of it or nothing.
    pub(crate) async fn store_wizard_answers(&self, answers: &[(&str, &str)]) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        put_answers(&mut tx, answers).await?;
        commit(tx).await
    }

    /// Keeps a new round of the first exchange, unless another one was begun since `before` was read; that one counts then.
    pub(crate) async fn store_practice_round(
        &self,
        before: &str,
        answers: &[(&str, &str)],
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let present: Option<String> =
            sqlx::query_scalar(ANSWER).bind("practice_dispatch").fetch_optional(&mut *tx).await?;
        if present.unwrap_or_default() == before {
            put_answers(&mut tx, answers).await?;
        }
        commit(tx).await
    }
}

async fn put_record(tx: &mut Tx, record: &Record) -> Result<(), StateFault> {
    let put = sqlx::query(PUT_RECORD).bind(record.step.as_str()).bind(record.state.as_str());
    let put = put.bind(&record.said).bind(record.todo.join("\n")).bind(to_ms(record.at));
    put.execute(&mut **tx).await?;
    Ok(())
}

async fn put_answers(tx: &mut Tx, answers: &[(&str, &str)]) -> Result<(), StateFault> {
    for (name, value) in answers {
        sqlx::query(PUT_ANSWER).bind(*name).bind(*value).execute(&mut **tx).await?;
    }
    Ok(())
}
