//! The directory: offices found by what people know of them.

use careplan_domain::gate::OfficeStatus;
use careplan_domain::{OfficeNumber, ServiceType, Timestamp};

use super::values::{millis, parse};
use super::{Connected, Store, StoreError, on};
use crate::directory::fold_place;

/// Whether an office `o` can be written to at `$1`: active, licensed, and a terminal has a key.
macro_rules! joined {
    () => {
        "cast(case when o.status = 'active' \
         and exists (select 1 from licence_term l where l.office = o.number and l.starts_at <= $1 and l.ends_at > $1) \
         and exists (select 1 from terminal t left join certificate c on c.fingerprint = t.fingerprint \
         where t.office = o.number and t.retired_at is null and t.expires_at > $1 and c.revoked_at is null \
         and (c.not_after is null or c.not_after >= $1)) \
         then 1 else 0 end as bigint) as joined"
    };
}

// A filter that is not wanted is null; `cast` because PostgreSQL must know the type of a null.
const SEARCH: &str = concat!(
    "select number, name, kana, prefecture, address, status, joined from (\
     select o.number, o.name, o.kana, o.prefecture, o.address, o.status, ",
    joined!(),
    " from office o where o.number > $2 and o.number >= $3 and o.number <= $4 \
     and (cast($5 as text) is null or o.prefecture = $5) \
     and (cast($6 as text) is null or o.name_folded like $6 escape '!') \
     and (cast($7 as text) is null or o.kana_folded like $7 escape '!') \
     and (cast($8 as text) is null or exists (select 1 from office_service s where s.office = o.number and s.service_type = $8)) \
     and (cast($11 as text) is null or o.address_folded like $11 escape '!') \
     and (cast($12 as text) is null or o.name_folded like $12 escape '!' or o.kana_folded like $12 escape '!')\
     ) found where (cast($9 as bigint) is null or joined = $9) order by number limit $10"
);
const ONE: &str = concat!(
    "select o.number, o.name, o.kana, o.prefecture, o.address, o.status, ",
    joined!(),
    " from office o where o.number = $2"
);

/// Offices that were registered before places were folded.
const UNFOLDED: &str = "select number, address from office \
     where address <> '' and address_folded = '' and number > $1 order by number limit $2";
const FOLD: &str = "update office set address_folded = $1 where number = $2";

pub(super) const STATEMENTS: &[&str] = &[SEARCH, ONE, UNFOLDED, FOLD];

/// Places folded in one transaction: it holds the one lock on writing for some tens of milliseconds.
const FOLDED_AT_ONCE: i64 = 500;

/// What to look for; everything given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Offices after this one.
    pub after: Option<OfficeNumber>,
    /// The first digits of the number, at most ten.
    pub number: String,
    /// A folded part of the name.
    pub name: Option<String>,
    /// A folded part of the kana.
    pub kana: Option<String>,
    /// A folded part of the name or of the kana.
    pub name_or_kana: Option<String>,
    /// Two digits.
    pub prefecture: Option<String>,
    /// A folded part of the address: a municipality.
    pub place: Option<String>,
    /// One of the service types it runs.
    pub service_type: Option<ServiceType>,
    /// Whether it can be written to now.
    pub joined: Option<bool>,
    /// How many at most.
    pub limit: u32,
}

/// An office of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// 事業所番号.
    pub number: OfficeNumber,
    /// 事業所名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// Two digits.
    pub prefecture: String,
    /// 所在地.
    pub address: String,
    /// Whether the operator lets it take part.
    pub status: OfficeStatus,
    /// Whether it can be written to now.
    pub joined: bool,
}

type Row = (String, String, String, String, String, String, i64);

fn found(row: Row) -> Result<Found, StoreError> {
    let (number, name, kana, prefecture, address, status, joined) = row;
    Ok(Found {
        number: parse(&number, "office number")?,
        name,
        kana,
        prefecture,
        address,
        status: super::standings::status(&status)?,
        joined: joined != 0,
    })
}

/// Offices in the order of their numbers.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn search(
    db: &mut impl Connected,
    search: &Search,
    now: Timestamp,
) -> Result<Vec<Found>, StoreError> {
    let after = search.after.map(|office| office.to_string()).unwrap_or_default();
    // Numbers have ten digits, so a prefix is a range; digits sort alike in every collation.
    let (first, last) = (format!("{:0<10}", search.number), format!("{:9<10}", search.number));
    let rows: Vec<Row> = on!(db, |c| {
        sqlx::query_as(SEARCH)
            .bind(millis(now))
            .bind(after)
            .bind(first)
            .bind(last)
            .bind(search.prefecture.as_deref())
            .bind(search.name.as_deref().map(containing))
            .bind(search.kana.as_deref().map(containing))
            .bind(search.service_type.map(|it| it.to_string()))
            .bind(search.joined.map(i64::from))
            .bind(i64::from(search.limit))
            .bind(search.place.as_deref().map(containing))
            .bind(search.name_or_kana.as_deref().map(containing))
            .fetch_all(&mut *c)
            .await?
    });
    rows.into_iter().map(found).collect()
}

/// One office; `None` when it is not registered.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn one(
    db: &mut impl Connected,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let row: Option<Row> = on!(db, |c| {
        sqlx::query_as(ONE).bind(millis(now)).bind(office.as_str()).fetch_optional(&mut *c).await?
    });
    row.map(found).transpose()
}

/// Folds the places of offices that were registered before there was a search by folded places.
pub(super) async fn fold_places(store: &Store) -> Result<(), StoreError> {
    let mut after = String::new();
    loop {
        let unfolded: Vec<(String, String)> = on!(&mut store.read().await?, |c| {
            sqlx::query_as(UNFOLDED).bind(&after).bind(FOLDED_AT_ONCE).fetch_all(&mut *c).await?
        });
        let Some((last, _)) = unfolded.last() else { return Ok(()) };
        after.clone_from(last);
        let mut tx = store.begin().await?;
        for (number, address) in &unfolded {
            on!(&mut tx, |c| {
                sqlx::query(FOLD).bind(fold_place(address)).bind(number).execute(&mut *c).await?;
            });
        }
        tx.commit().await?;
    }
}

/// The pattern of texts that contain `part`, taken literally.
fn containing(part: &str) -> String {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for letter in part.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
