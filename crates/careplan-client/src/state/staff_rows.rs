//! The people of the office and their sessions.

use careplan_domain::Timestamp;
use careplan_login::Lock;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::{State, StateFault, Tx, from_ms, read_count, to_ms};
use crate::staff::{Person, Role};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, login, name, role, is_away, password_hash, is_temporary, failures, locked_until, added_at, \
             last_login_at, (select confirmed_at from second_factor where staff = staff.id) as second_factor_since \
             from staff ",
            $rest
        )
    };
}

const ALL: &str = select!("order by is_away, login");
const BY_LOGIN: &str = select!("where login = $1");
const BY_ID: &str = select!("where id = $1");
const INSERT: &str = "insert into staff (login, name, role, password_hash, is_temporary, added_at)
    values ($1, $2, $3, $4, $5, $6) returning id";
const SET_ROLE: &str = "update staff set role = $2 where id = $1";
const SET_AWAY: &str = "update staff set is_away = $2 where id = $1";
const SET_PASSWORD: &str =
    "update staff set password_hash = $2, is_temporary = $3, failures = 0, locked_until = null where id = $1";
const SET_LOCK: &str = "update staff set failures = $2, locked_until = $3 where id = $1";
const LOGGED_IN: &str = "update staff set last_login_at = $2 where id = $1";
const BEGIN_SESSION: &str =
    "insert into session (digest, staff, agent, started_at, seen_at) values ($1, $2, $3, $4, $4)";
const KEEP_NEWEST: &str = "delete from session where staff = $1 and digest not in
    (select digest from session where staff = $1 order by seen_at desc, rowid desc limit $2)";
const SESSION: &str =
    "select digest, agent, started_at, seen_at, is_proven, staff from session where digest = $1";
const SESSIONS: &str = "select digest, agent, started_at, seen_at, is_proven, staff from session
    where staff = $1 order by seen_at desc, rowid desc";
const RENEW: &str = "update session set digest = $2, is_proven = max(is_proven, $3) where digest = $1
    returning is_proven";
const SEEN: &str = "update session set seen_at = $2 where digest = $1";
const END_SESSION: &str = "delete from session where digest = $1";
const END_SESSIONS: &str = "delete from session where staff = $1 and ($2 is null or digest <> $2)";

/// What is kept of somebody and shown to nobody.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) hash: String,
    pub(crate) lock: Lock,
}

/// Somebody to be added.
pub(crate) struct NewStaff<'a> {
    pub(crate) login: &'a str,
    pub(crate) name: &'a str,
    pub(crate) role: Role,
    pub(crate) hash: &'a str,
    pub(crate) is_temporary: bool,
}

/// A session, without whose it is. A digest of a random token tells nothing about it.
#[derive(Debug, Clone)]
pub(crate) struct SessionRow {
    pub(crate) digest: String,
    /// The browser, as people call it.
    pub(crate) agent: String,
    /// Whether a code of the second factor was right in it.
    pub(crate) is_proven: bool,
    pub(crate) started_at: Timestamp,
    pub(crate) seen_at: Timestamp,
}

impl State {
    /// Everybody; who left comes last.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn people(&self) -> Result<Vec<Person>, StateFault> {
        let rows = sqlx::query(ALL).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(person(row)?.0)).collect()
    }

    pub(crate) async fn staff_by_id(&self, id: i64) -> Result<Option<Person>, StateFault> {
        let row = sqlx::query(BY_ID).bind(id).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(person).transpose()?.map(|(person, _)| person))
    }

    pub(crate) async fn staff_by_login(&self, login: &str) -> Result<Option<(Person, Secrets)>, StateFault> {
        let row = sqlx::query(BY_LOGIN).bind(login).fetch_optional(&self.pool).await?;
        row.as_ref().map(person).transpose()
    }

    pub(crate) async fn staff_session(
        &self,
        digest: &str,
    ) -> Result<Option<(SessionRow, Person)>, StateFault> {
        let Some(row) = sqlx::query(SESSION).bind(digest).fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        let session = session(&row)?;
        let id: i64 = row.try_get("staff")?;
        Ok(self.staff_by_id(id).await?.map(|person| (session, person)))
    }

    pub(crate) async fn sessions_of(&self, staff: i64) -> Result<Vec<SessionRow>, StateFault> {
        sqlx::query(SESSIONS).bind(staff).fetch_all(&self.pool).await?.iter().map(session).collect()
    }
}

pub(crate) async fn sessions(tx: &mut Tx, staff: i64) -> Result<Vec<SessionRow>, StateFault> {
    sqlx::query(SESSIONS).bind(staff).fetch_all(&mut **tx).await?.iter().map(session).collect()
}

/// Puts another digest in the place of the one before; whether a code was right in the session, `None` when it ended.
pub(crate) async fn renew_session(
    tx: &mut Tx,
    (before, now): (&str, &str),
    is_proven: bool,
) -> Result<Option<bool>, StateFault> {
    let renew = sqlx::query_scalar(RENEW).bind(before).bind(now).bind(is_proven);
    Ok(renew.fetch_optional(&mut **tx).await?)
}

pub(crate) async fn all(tx: &mut Tx) -> Result<Vec<Person>, StateFault> {
    let rows = sqlx::query(ALL).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok(person(row)?.0)).collect()
}

pub(crate) async fn by_login(tx: &mut Tx, login: &str) -> Result<Option<(Person, Secrets)>, StateFault> {
    sqlx::query(BY_LOGIN).bind(login).fetch_optional(&mut **tx).await?.as_ref().map(person).transpose()
}

pub(crate) async fn by_id(tx: &mut Tx, id: i64) -> Result<Option<Person>, StateFault> {
    let row = sqlx::query(BY_ID).bind(id).fetch_optional(&mut **tx).await?;
    Ok(row.as_ref().map(person).transpose()?.map(|(person, _)| person))
}

pub(crate) async fn insert(tx: &mut Tx, new: &NewStaff<'_>, now: Timestamp) -> Result<i64, StateFault> {
    let put = sqlx::query_scalar(INSERT).bind(new.login).bind(new.name).bind(new.role.as_str());
    Ok(put.bind(new.hash).bind(new.is_temporary).bind(to_ms(now)).fetch_one(&mut **tx).await?)
}

pub(crate) async fn set_role(tx: &mut Tx, id: i64, role: Role) -> Result<(), StateFault> {
    sqlx::query(SET_ROLE).bind(id).bind(role.as_str()).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn set_away(tx: &mut Tx, id: i64, is_away: bool) -> Result<(), StateFault> {
    sqlx::query(SET_AWAY).bind(id).bind(is_away).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn set_password(
    tx: &mut Tx,
    id: i64,
    hash: &str,
    is_temporary: bool,
) -> Result<(), StateFault> {
    sqlx::query(SET_PASSWORD).bind(id).bind(hash).bind(is_temporary).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn set_lock(tx: &mut Tx, id: i64, lock: Lock) -> Result<(), StateFault> {
    let set = sqlx::query(SET_LOCK).bind(id).bind(i64::from(lock.failures));
    set.bind(lock.locked_until.map(to_ms)).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn logged_in(tx: &mut Tx, id: i64, now: Timestamp) -> Result<(), StateFault> {
    sqlx::query(LOGGED_IN).bind(id).bind(to_ms(now)).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn begin_session(
    tx: &mut Tx,
    (digest, staff): (&str, i64),
    agent: &str,
    now: Timestamp,
) -> Result<(), StateFault> {
    sqlx::query(BEGIN_SESSION)
        .bind(digest)
        .bind(staff)
        .bind(agent)
        .bind(to_ms(now))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub(crate) async fn keep_newest_sessions(tx: &mut Tx, staff: i64, count: usize) -> Result<(), StateFault> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    sqlx::query(KEEP_NEWEST).bind(staff).bind(count).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn session_seen(tx: &mut Tx, digest: &str, now: Timestamp) -> Result<(), StateFault> {
    sqlx::query(SEEN).bind(digest).bind(to_ms(now)).execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn end_session(tx: &mut Tx, digest: &str) -> Result<(), StateFault> {
    sqlx::query(END_SESSION).bind(digest).execute(&mut **tx).await?;
    Ok(())
}

/// Ends all sessions of somebody, but one.
pub(crate) async fn end_sessions(tx: &mut Tx, staff: i64, but: Option<&str>) -> Result<(), StateFault> {
    sqlx::query(END_SESSIONS).bind(staff).bind(but).execute(&mut **tx).await?;
    Ok(())
}

fn session(row: &SqliteRow) -> Result<SessionRow, StateFault> {
    Ok(SessionRow {
        digest: row.try_get("digest")?,
        agent: row.try_get("agent")?,
        is_proven: row.try_get("is_proven")?,
        started_at: from_ms(row.try_get("started_at")?, "started_at")?,
        seen_at: from_ms(row.try_get("seen_at")?, "seen_at")?,
    })
}

fn person(row: &SqliteRow) -> Result<(Person, Secrets), StateFault> {
    let instant = |name: &'static str| -> Result<Option<Timestamp>, StateFault> {
        let at: Option<i64> = row.try_get(name)?;
        at.map(|at| from_ms(at, name)).transpose()
    };
    let locked_until = instant("locked_until")?;
    let lock = Lock { failures: read_count(row.try_get("failures")?, "failures")?, locked_until };
    let person = Person {
        id: row.try_get("id")?,
        login: row.try_get("login")?,
        name: row.try_get("name")?,
        role: Role::parse(row.try_get("role")?).ok_or(StateFault::Damaged("role"))?,
        is_away: row.try_get("is_away")?,
        is_temporary: row.try_get("is_temporary")?,
        locked_until,
        added_at: from_ms(row.try_get("added_at")?, "added_at")?,
        last_login_at: instant("last_login_at")?,
        second_factor_since: instant("second_factor_since")?,
    };
    Ok((person, Secrets { hash: row.try_get("password_hash")?, lock }))
}
