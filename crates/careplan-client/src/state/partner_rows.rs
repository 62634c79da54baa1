//! アドレス帳 in the state file, and what the directory says of this office itself.

use careplan_domain::{OfficeNumber, ServiceType, Timestamp};
use careplan_protocol::office_api::OfficeEntry;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::settings::put;
use super::{State, StateFault, Tx, commit, from_ms, read, read_some, to_ms};
use crate::partners::{Partner, Standing};

/// The settings that hold what the directory says of this office: beside those of set-up, which are what somebody chose.
const OWN_TYPES: &str = "directory_service_types";
const OWN_TYPES_AT: &str = "directory_service_types_at";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select office, name, kana, address, service_types, standing, asked_at, is_listed, is_exchanged, note, \
             preferred from partner ",
            $rest
        )
    };
}

const ALL: &str = select!("order by kana = '', kana, office");
const ONE: &str = select!("where office = $1");
const TO_ASK: &str = "select office from partner where asked_at is null or asked_at < $1
    order by asked_at, office limit $2";
/// From one number to the next along the index, so that it costs as much with many years of transmissions.
const EXCHANGED: &str = "with recursive
    sent_to (office) as (
        select min(substr(receiver, 1, 10)) from sent
        union all
        select (select min(substr(receiver, 1, 10)) from sent where substr(receiver, 1, 10) > sent_to.office)
        from sent_to where sent_to.office is not null),
    came_from (office) as (
        select min(substr(sender, 1, 10)) from received
        union all
        select (select min(substr(sender, 1, 10)) from received where substr(sender, 1, 10) > came_from.office)
        from came_from where came_from.office is not null)
    select office from sent_to where office is not null
    union select office from came_from where office is not null
    except select office from partner where is_exchanged = 1";
const PUT_EXCHANGED: &str = "insert into partner (office, is_exchanged) values ($1, 1)
    on conflict (office) do update set is_exchanged = 1";
const PUT_LISTED: &str = "insert into partner (office, name, note, is_listed) values ($1, $2, $3, 1)
    on conflict (office) do update set is_listed = 1,
        name = case when asked_at is null and excluded.name <> '' then excluded.name else name end,
        note = case when excluded.note <> '' then excluded.note else note end";
const COUNT_LISTED: &str = "select count(*) from partner where is_listed = 1";
const LEARN: &str = "insert into partner (office, name, is_exchanged) values ($1, $2, 1)
    on conflict (office) do update set name = excluded.name where partner.name = ''";
const HEARD: &str =
    "update partner set name = $2, kana = $3, address = $4, service_types = $5, standing = $6, asked_at = $7
    where office = $1";
const HEARD_NOTHING: &str = "update partner set standing = 'absent', asked_at = $2 where office = $1";
const WRITE_DOWN: &str = "update partner set note = $2, preferred = $3 where office = $1";
const REMOVE: &str = "delete from partner where office = $1 and is_exchanged = 0";

impl State {
    /// Everybody in the book, by their kana.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn partners(&self) -> Result<Vec<Partner>, StateFault> {
        sqlx::query(ALL).fetch_all(&self.pool).await?.iter().map(partner).collect()
    }

    /// One office of the book.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn partner(&self, office: &OfficeNumber) -> Result<Option<Partner>, StateFault> {
        let row = sqlx::query(ONE).bind(office.as_str()).fetch_optional(&self.pool).await?;
        row.as_ref().map(partner).transpose()
    }

    /// The service types that the directory says this office runs, and when it said so.
    pub(crate) async fn own_types(&self) -> Result<Option<(Vec<ServiceType>, Timestamp)>, StateFault> {
        let Some(at) = self.get(OWN_TYPES_AT).await? else { return Ok(None) };
        let types = self.get(OWN_TYPES).await?.unwrap_or_default();
        let at = from_ms(read(&at, OWN_TYPES_AT)?, OWN_TYPES_AT)?;
        Ok(Some((service_types(&types)?, at)))
    }

    /// The offices of which the directory said nothing since an instant.
    pub(crate) async fn partners_asked_before(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<Vec<OfficeNumber>, StateFault> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let query = sqlx::query_scalar(TO_ASK).bind(to_ms(before)).bind(limit);
        let offices: Vec<String> = query.fetch_all(&self.pool).await?;
        offices.iter().map(|office| read(office, "office")).collect()
    }

    /// Puts in everybody with whom something was exchanged, but ourselves. Takes no lock when nobody is new.
    pub(crate) async fn take_in_exchanged(&self, own: Option<OfficeNumber>) -> Result<(), StateFault> {
        let offices: Vec<String> = sqlx::query_scalar(EXCHANGED).fetch_all(&self.pool).await?;
        let is_other = |office: &&String| own.is_none_or(|own| own.as_str() != office.as_str());
        let offices: Vec<&String> = offices.iter().filter(is_other).collect();
        if offices.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for office in offices {
            sqlx::query(PUT_EXCHANGED).bind(office).execute(&mut *tx).await?;
        }
        commit(tx).await
    }
}

/// Puts in an office by hand. What it is called counts only as long as the directory did not say it; an empty note changes none.
pub(crate) async fn put_listed(
    tx: &mut Tx,
    office: &OfficeNumber,
    name: &str,
    note: &str,
) -> Result<(), StateFault> {
    sqlx::query(PUT_LISTED).bind(office.as_str()).bind(name).bind(note).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn count_listed(tx: &mut Tx) -> Result<usize, StateFault> {
    let count: i64 = sqlx::query_scalar(COUNT_LISTED).fetch_one(&mut **tx).await?;
    super::read_count(count, "partner")
}

/// What care software calls an office of which nobody said the name.
pub(crate) async fn learn(tx: &mut Tx, office: &OfficeNumber, name: &str) -> Result<(), StateFault> {
    sqlx::query(LEARN).bind(office.as_str()).bind(name).execute(&mut **tx).await?;
    Ok(())
}

/// What the directory says.
pub(crate) async fn heard(tx: &mut Tx, entry: &OfficeEntry, now: Timestamp) -> Result<(), StateFault> {
    let standing = if entry.joined { Standing::Joined } else { Standing::NotJoined };
    sqlx::query(HEARD)
        .bind(entry.number.as_str())
        .bind(&entry.name)
        .bind(&entry.kana)
        .bind(&entry.address)
        .bind(joined(&entry.service_types))
        .bind(standing.as_str())
        .bind(to_ms(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What it says that this office runs.
pub(crate) async fn heard_of_us(
    tx: &mut Tx,
    types: &[ServiceType],
    now: Timestamp,
) -> Result<(), StateFault> {
    put(tx, OWN_TYPES, &joined(types)).await?;
    put(tx, OWN_TYPES_AT, &to_ms(now).to_string()).await
}

fn joined(types: &[ServiceType]) -> String {
    types.iter().map(ServiceType::as_str).collect::<Vec<_>>().join(" ")
}

fn service_types(text: &str) -> Result<Vec<ServiceType>, StateFault> {
    text.split_whitespace().map(|text| read(text, "service_types")).collect()
}

/// It does not know the office; what it said before stays readable.
pub(crate) async fn heard_nothing(
    tx: &mut Tx,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<(), StateFault> {
    sqlx::query(HEARD_NOTHING).bind(office.as_str()).bind(to_ms(now)).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn write_down(
    tx: &mut Tx,
    office: &OfficeNumber,
    (note, preferred): (&str, Option<ServiceType>),
) -> Result<(), StateFault> {
    let put = sqlx::query(WRITE_DOWN).bind(office.as_str()).bind(note);
    put.bind(preferred.map(|it| it.to_string())).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn remove(tx: &mut Tx, office: &OfficeNumber) -> Result<(), StateFault> {
    sqlx::query(REMOVE).bind(office.as_str()).execute(&mut **tx).await?;
    Ok(())
}

fn partner(row: &SqliteRow) -> Result<Partner, StateFault> {
    let types: String = row.try_get("service_types")?;
    let asked_at: Option<i64> = row.try_get("asked_at")?;
    Ok(Partner {
        office: read(row.try_get("office")?, "office")?,
        name: row.try_get("name")?,
        kana: row.try_get("kana")?,
        address: row.try_get("address")?,
        service_types: service_types(&types)?,
        standing: Standing::parse(row.try_get("standing")?).ok_or(StateFault::Damaged("standing"))?,
        asked_at: asked_at.map(|at| from_ms(at, "asked_at")).transpose()?,
        is_listed: row.try_get("is_listed")?,
        is_exchanged: row.try_get("is_exchanged")?,
        note: row.try_get("note")?,
        preferred: read_some(row.try_get("preferred")?, "preferred")?,
    })
}
