//! Pages over what was sent and received.
//!
//! Promises: no statement reads more rows than an index leads to; a walk names its index, so that
//! it never becomes slow because SQLite guessed otherwise.

use std::collections::BTreeMap;

use careplan_domain::{Address, Digest, ServiceMonth, TransmissionId, UnitKind};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{QueryBuilder, Row as _};

use super::{State, StateFault, from_ms, read, read_count, to_ms};
use crate::history::{Direction, Exchanged, Filter, Item, Key, Partner, Person};

/// Up to so many transmissions of the persons found are looked up one by one. More are frequent
/// enough to be met soon on a walk from the newest on.
const LOOKED_UP_MAX: u32 = 4_000;

const PERSONS_MATCH: &str = "(select n from person where instr(search, ";

/// One way through one table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk<'a> {
    pub(crate) direction: Direction,
    pub(crate) filter: &'a Filter,
    pub(crate) after: Option<Key>,
    pub(crate) limit: u32,
}

/// What a search for a text found.
#[derive(Debug, Clone)]
pub(crate) enum Matching<'a> {
    /// Nothing is searched for.
    All,
    /// Persons by a folded text.
    Persons(&'a str),
    /// Partners.
    Partners(&'a [String]),
}

/// The unit whose versions are looked for.
#[derive(Debug, Clone)]
pub(crate) struct SameUnit {
    pub(crate) direction: Direction,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) kind: UnitKind,
    pub(crate) month: Option<ServiceMonth>,
    pub(crate) persons: Digest,
    /// Only those before this place.
    pub(crate) before: Option<Key>,
}

/// What a table calls its columns.
struct Table {
    name: &'static str,
    columns: &'static str,
    at: &'static str,
    partner: &'static str,
    seen_at: &'static str,
}

const SENT: Table = Table {
    name: "sent",
    columns: super::outbox::COLUMNS,
    at: "created_at",
    partner: "receiver",
    seen_at: "null",
};
const RECEIVED: Table = Table {
    name: "received",
    columns: super::inbox::COLUMNS,
    at: "accepted_at",
    partner: "sender",
    seen_at: "seen_at",
};

fn table(direction: Direction) -> &'static Table {
    match direction {
        Direction::Sent => &SENT,
        Direction::Received => &RECEIVED,
    }
}

impl State {
    /// The addresses of partners whose number holds a text.
    pub(crate) async fn partners_with(
        &self,
        direction: Direction,
        text: &str,
    ) -> Result<Vec<String>, StateFault> {
        let Table { name, partner, .. } = table(direction);
        // From one partner to the next through the index: the table is never read as a whole.
        let mut query = QueryBuilder::<Sqlite>::new(format!(
            "with recursive office (number) as (
                select min(substr({partner}, 1, 10)) from {name}
                union all
                select (select min(substr({partner}, 1, 10)) from {name} where substr({partner}, 1, 10) > number)
                from office where number is not null)
            select number from office where number is not null and instr(number, "
        ));
        query.push_bind(text).push(") > 0");
        Ok(query.build_query_scalar().fetch_all(&self.pool).await?)
    }

    /// One direction of a page, newest first.
    pub(crate) async fn walk(
        &self,
        walk: &Walk<'_>,
        matching: &Matching<'_>,
    ) -> Result<Vec<Item>, StateFault> {
        let table = table(walk.direction);
        let mut query = select(table);
        match matching {
            Matching::All => walked(&mut query, table, walk, None),
            Matching::Partners(offices) => {
                walked(&mut query, table, walk, None);
                query.push(format!(" and substr({}, 1, 10) in (", table.partner));
                let mut list = query.separated(", ");
                offices.iter().for_each(|office| {
                    list.push_bind(office.clone());
                });
                query.push(")");
            }
            Matching::Persons(text) => {
                let Some(newest) = self.newest_with(walk, text).await? else { return Ok(Vec::new()) };
                if self.are_few(walk.direction, text).await? {
                    query.push(" from (select distinct transmission from person_in where direction = ");
                    query.push_bind(walk.direction.as_str()).push(" and person in ").push(PERSONS_MATCH);
                    query.push_bind((*text).to_owned()).push(") > 0)) as found cross join ");
                    query.push(table.name).push(" on id = found.transmission where true");
                } else {
                    walked(&mut query, table, walk, Some(newest));
                    query.push(" and exists (select 1 from person_in where direction = ");
                    query.push_bind(walk.direction.as_str());
                    query.push(format!(" and transmission = {}.id and person in ", table.name));
                    query.push(PERSONS_MATCH).push_bind((*text).to_owned()).push(") > 0))");
                }
            }
        }
        filtered(&mut query, table, walk);
        query.push(format!(" order by {} desc, id desc limit ", table.at)).push_bind(i64::from(walk.limit));
        let rows = query.build().fetch_all(&self.pool).await?;
        self.items(walk.direction, &rows).await
    }

    /// The newest time at which one of the persons found was in something: a walk begins there.
    async fn newest_with(&self, walk: &Walk<'_>, text: &str) -> Result<Option<i64>, StateFault> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "select max((select max(at) from person_in where person = n and direction = ",
        );
        query.push_bind(walk.direction.as_str()).push(" and at <= ");
        query.push_bind(walk.after.map_or(i64::MAX, |after| to_ms(after.at)));
        query.push(")) from person where instr(search, ").push_bind(text.to_owned()).push(") > 0");
        Ok(query.build_query_scalar().fetch_one(&self.pool).await?)
    }

    async fn are_few(&self, direction: Direction, text: &str) -> Result<bool, StateFault> {
        let mut query =
            QueryBuilder::<Sqlite>::new("select count(*) from (select 1 from person_in where direction = ");
        query.push_bind(direction.as_str()).push(" and person in ").push(PERSONS_MATCH);
        query
            .push_bind(text.to_owned())
            .push(") > 0) limit ")
            .push_bind(i64::from(LOOKED_UP_MAX) + 1)
            .push(")");
        let count: i64 = query.build_query_scalar().fetch_one(&self.pool).await?;
        Ok(count <= i64::from(LOOKED_UP_MAX))
    }

    /// Earlier transmissions of the same unit that are on their way or arrived, newest first.
    pub(crate) async fn versions(&self, unit: &SameUnit, limit: u32) -> Result<Vec<Item>, StateFault> {
        let table = table(unit.direction);
        let mut query = select(table);
        query.push(format!(" from {0} indexed by {0}_by_persons where sender = ", table.name));
        query.push_bind(unit.from.to_string()).push(" and receiver = ").push_bind(unit.to.to_string());
        query.push(" and unit = ").push_bind(unit.kind.as_str());
        query.push(" and month is ").push_bind(unit.month.map(|month| i64::from(month.as_number())));
        query.push(" and persons_sha256 = ").push_bind(unit.persons.to_string());
        query.push(match unit.direction {
            Direction::Sent => {
                " and state in ('prepared', 'accepted', 'fetched', 'acknowledged', 'imported')"
            }
            Direction::Received => " and state in ('written', 'acknowledged', 'importing', 'imported')",
        });
        if let Some(before) = unit.before {
            query.push(format!(" and ({}, id) < (", table.at)).push_bind(to_ms(before.at)).push(", ");
            query.push_bind(before.id.to_string()).push(")");
        }
        query.push(format!(" order by {} desc, id desc limit ", table.at)).push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&self.pool).await?;
        self.items(unit.direction, &rows).await
    }

    /// One transmission as a line of a list.
    pub(crate) async fn item(
        &self,
        id: TransmissionId,
        direction: Direction,
    ) -> Result<Option<Item>, StateFault> {
        let table = table(direction);
        let mut query = select(table);
        query.push(format!(" from {} where id = ", table.name)).push_bind(id.to_string());
        let rows = query.build().fetch_all(&self.pool).await?;
        Ok(self.items(direction, &rows).await?.pop())
    }

    async fn items(&self, direction: Direction, rows: &[SqliteRow]) -> Result<Vec<Item>, StateFault> {
        let mut items = rows.iter().map(|row| item(direction, row)).collect::<Result<Vec<_>, _>>()?;
        let mut persons = self.persons_of_all(direction, &items).await?;
        for item in &mut items {
            item.persons = persons.remove(&item.key().id).unwrap_or_default();
        }
        Ok(items)
    }

    async fn persons_of_all(
        &self,
        direction: Direction,
        items: &[Item],
    ) -> Result<BTreeMap<TransmissionId, Vec<Person>>, StateFault> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "select transmission, insurer, insured, name, kana from person_in join person on n = person
            where direction = ",
        );
        query.push_bind(direction.as_str()).push(" and transmission in (");
        let mut list = query.separated(", ");
        items.iter().for_each(|item| {
            list.push_bind(item.key().id.to_string());
        });
        query.push(") order by n");
        let mut persons = BTreeMap::<_, Vec<Person>>::new();
        for row in query.build().fetch_all(&self.pool).await? {
            let id = read(row.try_get("transmission")?, "transmission")?;
            persons.entry(id).or_default().push(super::history::person(&row)?);
        }
        Ok(persons)
    }
}

fn select(table: &Table) -> QueryBuilder<Sqlite> {
    QueryBuilder::new(format!(
        "select {}, copy is not null as has_copy, persons_known, {} as first_seen_at",
        table.columns, table.seen_at
    ))
}

/// Begins a walk in the order of time by the index that leaves the least to pass over.
fn walked(query: &mut QueryBuilder<Sqlite>, table: &Table, walk: &Walk<'_>, from: Option<i64>) {
    let filter = walk.filter;
    let by = match filter {
        Filter { partner: Some(_), .. } => "_by_partner",
        Filter { month: Some(_), .. } => "_by_month",
        Filter { read: Some(false), .. } if walk.direction == Direction::Received => "_unread",
        _ => "_by_time",
    };
    query.push(format!(" from {0} indexed by {0}{by} where true", table.name));
    if let Some(from) = from {
        query.push(format!(" and {} <= ", table.at)).push_bind(from);
    }
}

/// What the filter asks for beside the text, and the place to go on from.
fn filtered(query: &mut QueryBuilder<Sqlite>, table: &Table, walk: &Walk<'_>) {
    let filter = walk.filter;
    if let Some(partner) = &filter.partner {
        query
            .push(format!(" and substr({}, 1, 10) = ", table.partner))
            .push_bind(partner.office().to_string());
        if let Partner::Address(address) = partner {
            query.push(format!(" and {} = ", table.partner)).push_bind(address.to_string());
        }
    }
    if let Some(kind) = filter.kind {
        query.push(" and unit = ").push_bind(kind.as_str());
    }
    if let Some(month) = filter.month {
        query.push(" and month = ").push_bind(i64::from(month.as_number()));
    }
    if !filter.states.is_empty() {
        query.push(" and state in (");
        let mut list = query.separated(", ");
        filter.states.iter().for_each(|state| {
            list.push_bind(*state);
        });
        query.push(")");
    }
    if let Some(read) = filter.read {
        query.push(match (walk.direction, read) {
            (Direction::Sent, _) => " and false",
            (Direction::Received, true) => " and seen_at is not null",
            (Direction::Received, false) => " and seen_at is null",
        });
    }
    if let Some(wanted) = filter.reminders {
        query.push(match (walk.direction, wanted) {
            (Direction::Sent, true) => " and false",
            (Direction::Sent, false) => "",
            (Direction::Received, true) => " and id in (select transmission from reminder_received)",
            (Direction::Received, false) => concat!(
                " and id not in (select transmission from reminder_received) and sender <> ",
                practice_partner!()
            ),
        });
    }
    if let Some(after) = walk.after {
        // In the order of a page, what came stands before what was sent at one instant with one id.
        let than = if walk.direction < after.direction { "<=" } else { "<" };
        query.push(format!(" and ({}, id) {than} (", table.at)).push_bind(to_ms(after.at)).push(", ");
        query.push_bind(after.id.to_string()).push(")");
    }
}

fn item(direction: Direction, row: &SqliteRow) -> Result<Item, StateFault> {
    let what = match direction {
        Direction::Sent => Exchanged::Sent(super::outbox::sent(row)?),
        Direction::Received => Exchanged::Received(super::inbox::received(row)?),
    };
    let seen_at: Option<i64> = row.try_get("first_seen_at")?;
    Ok(Item {
        what,
        persons: Vec::new(),
        persons_known: read_count::<u8>(row.try_get("persons_known")?, "persons_known")? == 1,
        has_copy: row.try_get("has_copy")?,
        seen_at: seen_at.map(|at| from_ms(at, "seen_at")).transpose()?,
    })
}
