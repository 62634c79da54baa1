//! What reports are made of: how often was exchanged with whom, and what was provided about whom.

use careplan_domain::{Address, OfficeNumber, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use sqlx::Row as _;

use super::{State, StateFault, from_ms, read, read_count, to_ms};
use crate::history::{Direction, Person};

/// Sent is what the platform took and its sender did not take back; received, what this office opened.
/// Months are Japan's, nine hours ahead.
const EXCHANGED: &str = concat!(
    "select 'sent' as direction, cast(strftime('%Y%m', receipt.at / 1000 + 32400, 'unixepoch') as integer) as month,
        substr(receiver, 1, 10) as office, count(*) as count
    from receipt cross join sent on id = transmission
    where kind = 'accepted' and receipt.at >= $1 and receipt.at < $2 and state <> 'withdrawn'
        and receiver <> ",
    practice_partner!(),
    " group by 2, 3
    union all
    select 'received', cast(strftime('%Y%m', accepted_at / 1000 + 32400, 'unixepoch') as integer),
        substr(sender, 1, 10), count(*)
    from received indexed by received_by_time
    where accepted_at >= $1 and accepted_at < $2
        and state in ('written', 'acknowledged', 'importing', 'imported') and sender <> ",
    practice_partner!(),
    " group by 2, 3
    order by 2, 3, 1"
);

const PROVIDED: &str = concat!(
    "select id, receipt.at as at, receiver, unit, sent.month as month, state, persons_known,
        insurer, insured, name, kana
    from receipt cross join sent on id = receipt.transmission
        left join person_in on person_in.direction = 'sent' and person_in.transmission = id
        left join person on n = person_in.person
    where receipt.kind = 'accepted' and receipt.at >= $1 and receipt.at < $2
        and receiver <> ",
    practice_partner!(),
    " order by receipt.at, id, n"
);

/// How often was exchanged with one office in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExchangedMonth {
    pub(crate) direction: Direction,
    pub(crate) month: ServiceMonth,
    pub(crate) office: OfficeNumber,
    pub(crate) count: u32,
}

/// One person in one thing that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provided {
    pub(crate) id: TransmissionId,
    pub(crate) at: Timestamp,
    pub(crate) to: Address,
    pub(crate) kind: UnitKind,
    pub(crate) month: Option<ServiceMonth>,
    pub(crate) state: super::SentState,
    pub(crate) persons_known: bool,
    pub(crate) person: Option<Person>,
}

impl State {
    /// How often was exchanged with whom, by months from one instant until before another.
    pub(crate) async fn exchanged(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<ExchangedMonth>, StateFault> {
        let get = sqlx::query(EXCHANGED).bind(to_ms(from)).bind(to_ms(until));
        let exchanged = get.fetch_all(&self.pool).await?.into_iter().map(|row| {
            let direction: &str = row.try_get("direction")?;
            let direction = Direction::ALL.into_iter().find(|it| it.as_str() == direction);
            Ok(ExchangedMonth {
                direction: direction.ok_or(StateFault::Damaged("direction"))?,
                month: month(row.try_get("month")?)?,
                office: read(row.try_get("office")?, "office")?,
                count: read_count(row.try_get("count")?, "count")?,
            })
        });
        exchanged.collect()
    }

    /// What the platform took from one instant until before another, person by person, oldest first.
    pub(crate) async fn provided(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Provided>, StateFault> {
        let get = sqlx::query(PROVIDED).bind(to_ms(from)).bind(to_ms(until));
        let provided = get.fetch_all(&self.pool).await?.into_iter().map(|row| {
            let insured: Option<String> = row.try_get("insured")?;
            let person = insured.map(|_| super::history::person(&row)).transpose()?;
            let about: Option<i64> = row.try_get("month")?;
            Ok(Provided {
                id: read(row.try_get("id")?, "id")?,
                at: from_ms(row.try_get("at")?, "at")?,
                to: read(row.try_get("receiver")?, "receiver")?,
                kind: read(row.try_get("unit")?, "unit")?,
                month: about.map(month).transpose()?,
                state: super::SentState::parse(row.try_get("state")?).ok_or(StateFault::Damaged("state"))?,
                persons_known: read_count::<u8>(row.try_get("persons_known")?, "persons_known")? == 1,
                person,
            })
        });
        provided.collect()
    }
}

fn month(number: i64) -> Result<ServiceMonth, StateFault> {
    ServiceMonth::from_number(read_count(number, "month")?).map_err(|_| StateFault::Damaged("month"))
}
