//! 催促 in the state file: what was sent, one a day, and what came.

use std::collections::{BTreeMap, BTreeSet};

use careplan_domain::calendar::{day, digits};
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use careplan_protocol::manifest::{Reminder, ReminderKind};
use serde_json::{Value, json};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{QueryBuilder, Row as _};

use super::{
    NewSent, Sent, State, StateFault, Tx, append_operation, commit, from_ms, read, read_count, to_ms,
};
use crate::history::Direction;
use crate::reminders::{Asked, Way};

/// What reached nobody, and is as if it had not been.
macro_rules! nothing {
    () => {
        "('rejected', 'refused', 'withdrawn', 'expired')"
    };
}

const OF_DAY: &str = concat!(
    "select transmission from reminder_sent join sent on sent.id = transmission
    where reminder_sent.month = $1 and partner = $2 and kind = $3 and day = $4 and state not in ",
    nothing!()
);
const CLAIM: &str = "insert into reminder_sent (month, partner, kind, day, transmission, at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (month, partner, kind, day) do update set transmission = excluded.transmission, at = excluded.at";
const SENT_OF_MONTH: &str = concat!(
    "select partner, kind, max(at) as at from reminder_sent join sent on sent.id = transmission
    where reminder_sent.month = $1 and state not in ",
    nothing!(),
    " group by partner, kind"
);
const HEARD: &str = "insert into reminder_received (transmission, partner, kind, month, at)
    select id, substr(sender, 1, 10), $2, $3, accepted_at from received where id = $1
    on conflict (transmission) do nothing";

/// What came, is not settled by hand, and was not answered since: by sending what was asked for, or by reading what was to be read.
/// Of several of one kind the newest stands for all.
const OPEN: &str = concat!(
    "select transmission, partner, kind, month, max(at) as at from reminder_received as asked
    where done_at is null
    and exists (select 1 from received where id = transmission
        and state in ('verified', 'written', 'acknowledged', 'importing', 'imported'))
    and case kind
    when 'plan_unread' then
        not exists (select 1 from received where substr(sender, 1, 10) = partner and received.month = asked.month
            and unit in ('K2', 'Y4') and (seen_at is not null or state in ('importing', 'imported')))
        or exists (select 1 from received where substr(sender, 1, 10) = partner and received.month = asked.month
            and unit in ('K2', 'Y4') and seen_at is null
            and state in ('listed', 'verified', 'written', 'acknowledged'))
    else not exists (select 1 from sent where substr(receiver, 1, 10) = partner and sent.month = asked.month
        and created_at >= asked.at and state not in ",
    nothing!(),
    "    and (kind = 'plan_missing' and unit in ('K2', 'Y4') or kind = 'actuals_missing' and unit in ('S1', 'Y8')))
    end
    group by partner, kind, month order by max(at) desc limit $1"
);
const ONE: &str =
    "select transmission, partner, kind, month, at from reminder_received where transmission = $1";
const SETTLE: &str = "update reminder_received set done_at = $5, done_by = $6
    where partner = $1 and month = $2 and kind = $3 and at <= $4 and done_at is null";

/// The addresses between which plans and actuals of two months went.
const WAYS: &str =
    "select 'sent' as direction, sender as own, receiver as theirs, unit, month, created_at as at
    from sent indexed by sent_by_partner
    where substr(receiver, 1, 10) = $1 and month in ($2, $3) and unit in ('K2', 'Y4', 'S1', 'Y8')
    union all
    select 'received', receiver, sender, unit, month, accepted_at from received indexed by received_by_partner
    where substr(sender, 1, 10) = $1 and month in ($2, $3) and unit in ('K2', 'Y4', 'S1', 'Y8')";

/// Takes the place of the day for a reminder that is being stored; gives the one that has it.
pub(super) async fn claim(tx: &mut Tx, new: &NewSent<'_>) -> Result<Option<Sent>, StateFault> {
    let Some(reminder) = new.reminder else { return Ok(None) };
    let header = &new.composed.header;
    let (month, day) = (i64::from(reminder.month.as_number()), digits(day(new.now)));
    let before: Option<String> = sqlx::query_scalar(OF_DAY)
        .bind(month)
        .bind(header.to.office.as_str())
        .bind(reminder.kind.as_str())
        .bind(&day)
        .fetch_optional(&mut **tx)
        .await?;
    if let Some(before) = before {
        let row = sqlx::query(super::outbox::BY_ID).bind(before).fetch_one(&mut **tx).await?;
        return super::outbox::sent(&row).map(Some);
    }
    sqlx::query(CLAIM)
        .bind(month)
        .bind(header.to.office.as_str())
        .bind(reminder.kind.as_str())
        .bind(&day)
        .bind(header.id.to_string())
        .bind(to_ms(new.now))
        .execute(&mut **tx)
        .await?;
    Ok(None)
}

/// What the record of operations says of something sent, which may be a reminder.
pub(super) fn noted(
    reminder: Option<Reminder>,
    (action, mut detail): (&'static str, Value),
) -> (&'static str, Value) {
    let Some(reminder) = reminder else { return (action, detail) };
    if let Some(detail) = detail.as_object_mut() {
        detail.insert("month".to_owned(), json!(reminder.month));
        detail.insert("kind".to_owned(), json!(reminder.kind));
    }
    ("reminder.sent", detail)
}

/// Writes down a reminder with its verified letter.
pub(super) async fn heard(tx: &mut Tx, id: TransmissionId, reminder: Reminder) -> Result<(), StateFault> {
    sqlx::query(HEARD)
        .bind(id.to_string())
        .bind(reminder.kind.as_str())
        .bind(i64::from(reminder.month.as_number()))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

impl State {
    /// When partners were reminded of a month last, by partner and kind.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn reminded(
        &self,
        month: ServiceMonth,
    ) -> Result<BTreeMap<(OfficeNumber, ReminderKind), Timestamp>, StateFault> {
        let rows =
            sqlx::query(SENT_OF_MONTH).bind(i64::from(month.as_number())).fetch_all(&self.pool).await?;
        let read_row = |row: &SqliteRow| {
            let partner = read(row.try_get("partner")?, "partner")?;
            Ok(((partner, kind(row)?), from_ms(row.try_get("at")?, "at")?))
        };
        rows.iter().map(read_row).collect()
    }

    /// The addresses between which plans and actuals of two months went.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn ways_to(
        &self,
        partner: &OfficeNumber,
        (month, before): (ServiceMonth, ServiceMonth),
    ) -> Result<Vec<Way>, StateFault> {
        let ways = sqlx::query(WAYS).bind(partner.as_str()).bind(i64::from(month.as_number()));
        let rows = ways.bind(i64::from(before.as_number())).fetch_all(&self.pool).await?;
        rows.iter().map(way).collect()
    }

    /// What partners remind this office of and is still open, newest first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn reminders_open(&self, limit: u32) -> Result<Vec<Asked>, StateFault> {
        sqlx::query(OPEN).bind(i64::from(limit)).fetch_all(&self.pool).await?.iter().map(asked).collect()
    }

    /// One reminder that came.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn reminder_received(&self, id: TransmissionId) -> Result<Option<Asked>, StateFault> {
        let row = sqlx::query(ONE).bind(id.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(asked).transpose()
    }

    /// Which of some transmissions that came are reminders.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn reminders_among(
        &self,
        ids: &[TransmissionId],
    ) -> Result<BTreeSet<TransmissionId>, StateFault> {
        let mut query =
            QueryBuilder::<Sqlite>::new("select transmission from reminder_received where transmission in (");
        let mut list = query.separated(", ");
        ids.iter().for_each(|id| {
            list.push_bind(id.to_string());
        });
        query.push(")");
        let found: Vec<String> = query.build_query_scalar().fetch_all(&self.pool).await?;
        found.iter().map(|id| read(id, "transmission")).collect()
    }

    /// Somebody says that a reminder is settled; with it all earlier ones of its kind.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn settle_reminder(
        &self,
        asked: &Asked,
        (by, now): (&str, Timestamp),
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        let Reminder { kind, month } = asked.reminder;
        let settled = sqlx::query(SETTLE)
            .bind(asked.partner.as_str())
            .bind(i64::from(month.as_number()))
            .bind(kind.as_str())
            .bind(to_ms(asked.at))
            .bind(to_ms(now))
            .bind(by)
            .execute(&mut *tx)
            .await?;
        // Who presses twice settled it once.
        if settled.rows_affected() > 0 {
            let detail = json!({ "from": asked.partner, "month": month, "kind": kind });
            append_operation(&mut tx, (by, now), ("reminder.settled", &asked.id.to_string()), &detail)
                .await?;
        }
        commit(tx).await
    }
}

fn kind(row: &SqliteRow) -> Result<ReminderKind, StateFault> {
    ReminderKind::parse(row.try_get("kind")?).ok_or(StateFault::Damaged("kind"))
}

fn month(row: &SqliteRow) -> Result<ServiceMonth, StateFault> {
    let number = read_count(row.try_get("month")?, "month")?;
    ServiceMonth::from_number(number).map_err(|_| StateFault::Damaged("month"))
}

fn asked(row: &SqliteRow) -> Result<Asked, StateFault> {
    Ok(Asked {
        id: read(row.try_get("transmission")?, "transmission")?,
        partner: read(row.try_get("partner")?, "partner")?,
        reminder: Reminder { kind: kind(row)?, month: month(row)? },
        at: from_ms(row.try_get("at")?, "at")?,
    })
}

fn way(row: &SqliteRow) -> Result<Way, StateFault> {
    let direction: &str = row.try_get("direction")?;
    let direction = Direction::ALL.into_iter().find(|it| it.as_str() == direction);
    Ok(Way {
        direction: direction.ok_or(StateFault::Damaged("direction"))?,
        own: read(row.try_get("own")?, "own")?,
        theirs: read(row.try_get("theirs")?, "theirs")?,
        unit: read::<UnitKind>(row.try_get("unit")?, "unit")?,
        month: month(row)?,
        at: from_ms(row.try_get("at")?, "at")?,
    })
}
