//! What the documents of a draft are, and whom they can be about.

use careplan_domain::Timestamp;
use sqlx::Row as _;
use uuid::Uuid;

use super::waiting_drafts::forget;
use super::{State, StateFault, commit, to_ms};
use crate::desk::{About, DocumentKind};
use crate::history::Person;

/// Persons that a person chooses from: more than the largest office has.
const PERSONS_MAX: u32 = 1_000;

const SET: &str = "update draft set document_kind = $2, person_insurer = $3, person_insured = $4,
    person_name = $5, person_kana = $6, changed_at = $7 where id = $1 and state = 'open'";
const GET: &str = "select document_kind, person_insurer as insurer, person_insured as insured,
    person_name as name, person_kana as kana from draft where id = $1";
/// Of several spellings the one that was met last.
const PERSONS: &str = "select insurer, insured, name, kana from person
    where n in (select max(n) from person where name <> '' group by insurer, insured)
    order by kana, name, insured limit $1";

impl State {
    /// Says what the documents of an open draft are.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn describe_documents(
        &self,
        draft: Uuid,
        about: &About,
        now: Timestamp,
    ) -> Result<(), StateFault> {
        let person = about.person.as_ref();
        let mut tx = self.begin().await?;
        sqlx::query(SET)
            .bind(draft.to_string())
            .bind(about.kind.map(DocumentKind::as_str))
            .bind(person.map(|it| &it.insurer))
            .bind(person.map(|it| &it.insured_number))
            .bind(person.map(|it| &it.name))
            .bind(person.map(|it| &it.kana))
            .bind(to_ms(now))
            .execute(&mut *tx)
            .await?;
        forget(&mut tx, draft).await?;
        commit(tx).await
    }

    /// What the documents of a draft are.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn about_documents(&self, draft: Uuid) -> Result<About, StateFault> {
        let Some(row) = sqlx::query(GET).bind(draft.to_string()).fetch_optional(&self.pool).await? else {
            return Ok(About::default());
        };
        let (kind, insured): (Option<String>, Option<String>) =
            (row.try_get("document_kind")?, row.try_get("insured")?);
        let person = insured.map(|_| super::history::person(&row)).transpose()?;
        Ok(About { kind: kind.as_deref().and_then(DocumentKind::parse), person })
    }

    /// Everybody with a name who was ever in something, by kana; each once.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn known_persons(&self) -> Result<Vec<Person>, StateFault> {
        let rows = sqlx::query(PERSONS).bind(i64::from(PERSONS_MAX)).fetch_all(&self.pool).await?;
        rows.iter().map(super::history::person).collect()
    }
}
