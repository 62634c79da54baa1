//! Offices and the service types they run.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use careplan_domain::gate::OfficeStatus;
use careplan_domain::{OfficeNumber, ServiceType, Timestamp};

use super::values::{millis, parse};
use super::{Connected, IN_LIST_MAX, ManyIds, Marks, StoreError, Table, Tx, on};
use crate::directory::{fold, fold_place};

static PUT: Table = Table::new(
    "insert into office (number, name, kana, prefecture, address, name_folded, kana_folded, address_folded, status, registered_at) values",
    10,
    "on conflict (number) do update set name = excluded.name, kana = excluded.kana, \
     prefecture = excluded.prefecture, address = excluded.address, \
     name_folded = excluded.name_folded, kana_folded = excluded.kana_folded, \
     address_folded = excluded.address_folded",
);
static FORGET_SERVICES: ManyIds = ManyIds::new("delete from office_service where office in", "");
static PUT_SERVICES: Table = Table::new("insert into office_service (office, service_type) values", 2, "");
static KNOWN: ManyIds =
    ManyIds::new("select number, name, kana, prefecture, address from office where number in", "");
static SERVICES: ManyIds = ManyIds::new(
    "select office, service_type from office_service where office in",
    "order by office, service_type",
);
const WITHOUT_ACCOUNT: &str = "select number from office where not exists \
     (select 1 from account where account.office = office.number) order by number";
const STATUS: &str = "select status from office where number = $1";
const SET_STATUS: &str = "update office set status = $1 where number = $2";

pub(super) fn statements(marks: Marks) -> Vec<String> {
    let single = [WITHOUT_ACCOUNT, STATUS, SET_STATUS].map(str::to_owned);
    let rows = [PUT.text(marks, 2).0, PUT_SERVICES.text(marks, 2).0];
    let ids = [FORGET_SERVICES.text(2).0, KNOWN.text(2).0, SERVICES.text(2).0];
    single.into_iter().chain(rows.iter().chain(&ids).map(ToString::to_string)).collect()
}

/// What is registered of an office: names and place are public, as in the ministry's own directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// 事業所番号.
    pub number: OfficeNumber,
    /// 事業所名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// Two-digit prefecture code.
    pub prefecture: String,
    /// 所在地.
    pub address: String,
    /// The service types it runs.
    pub service_types: BTreeSet<ServiceType>,
}

/// Those of `offices` (at most [`IN_LIST_MAX`]) that are registered.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn registrations(
    db: &mut impl Connected,
    offices: &[OfficeNumber],
) -> Result<BTreeMap<OfficeNumber, Registration>, StoreError> {
    let mut found = BTreeMap::new();
    if offices.is_empty() {
        return Ok(found);
    }
    let mut services = service_types(db, offices).await?;
    let offices = ManyIds::fill(offices.to_vec());
    let text = KNOWN.text(offices.len());
    let rows: Vec<(String, String, String, String, String)> = on!(db, |c| {
        let mut query = sqlx::query_as(text);
        for office in &offices {
            query = query.bind(office.as_str().to_owned());
        }
        query.fetch_all(&mut *c).await?
    });
    for (number, name, kana, prefecture, address) in rows {
        let number = parse(&number, "office number")?;
        let service_types = services.remove(&number).unwrap_or_default().into_iter().collect();
        found.insert(number, Registration { number, name, kana, prefecture, address, service_types });
    }
    Ok(found)
}

/// The service types of `offices` (at most [`IN_LIST_MAX`]), in their order.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn service_types(
    db: &mut impl Connected,
    offices: &[OfficeNumber],
) -> Result<HashMap<OfficeNumber, Vec<ServiceType>>, StoreError> {
    let mut found: HashMap<OfficeNumber, Vec<ServiceType>> = HashMap::new();
    if offices.is_empty() {
        return Ok(found);
    }
    let offices = ManyIds::fill(offices.to_vec());
    let text = SERVICES.text(offices.len());
    let rows: Vec<(String, String)> = on!(db, |c| {
        let mut query = sqlx::query_as(text);
        for office in &offices {
            query = query.bind(office.as_str().to_owned());
        }
        query.fetch_all(&mut *c).await?
    });
    for (office, service_type) in rows {
        let office = parse(&office, "office number")?;
        found.entry(office).or_default().push(parse(&service_type, "service type")?);
    }
    Ok(found)
}

/// Registers offices, or brings what is registered of them up to date. New ones are active;
/// the status of others stays.
///
/// # Errors
/// When the database refuses (the same office twice) or cannot be reached.
pub async fn put(tx: &mut Tx, offices: &[Registration], now: Timestamp) -> Result<(), StoreError> {
    let row = |office: &Registration| {
        [
            office.number.to_string().into(),
            office.name.clone().into(),
            office.kana.clone().into(),
            office.prefecture.clone().into(),
            office.address.clone().into(),
            fold(&office.name).into(),
            fold(&office.kana).into(),
            fold_place(&office.address).into(),
            status_name(OfficeStatus::Active).into(),
            millis(now).into(),
        ]
    };
    tx.insert(PUT.rows(offices.iter().map(row)));
    put_services(tx, offices).await
}

async fn put_services(tx: &mut Tx, offices: &[Registration]) -> Result<(), StoreError> {
    for group in offices.chunks(IN_LIST_MAX) {
        let numbers = ManyIds::fill(group.iter().map(|office| office.number).collect());
        let text = FORGET_SERVICES.text(numbers.len());
        on!(tx, |c| {
            let mut query = sqlx::query(text);
            for number in &numbers {
                query = query.bind(number.as_str().to_owned());
            }
            query.execute(&mut *c).await?;
        });
    }
    let services =
        offices.iter().flat_map(|office| office.service_types.iter().map(|it| (office.number, *it)));
    let row = |(office, service_type): (OfficeNumber, ServiceType)| {
        [office.to_string().into(), service_type.to_string().into()]
    };
    tx.insert(PUT_SERVICES.rows(services.map(row)));
    Ok(())
}

/// The offices that never got user ID and passwords, by number.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn without_account(db: &mut impl Connected) -> Result<Vec<OfficeNumber>, StoreError> {
    let numbers: Vec<String> = on!(db, |c| sqlx::query_scalar(WITHOUT_ACCOUNT).fetch_all(&mut *c).await?);
    numbers.iter().map(|number| parse(number, "office.number")).collect()
}

/// Whether an office takes part; `None` when it is not registered.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn status(
    db: &mut impl Connected,
    office: &OfficeNumber,
) -> Result<Option<OfficeStatus>, StoreError> {
    let stored: Option<String> =
        on!(db, |c| sqlx::query_scalar(STATUS).bind(office.as_str()).fetch_optional(&mut *c).await?);
    stored.map(|stored| super::standings::status(&stored)).transpose()
}

/// Lets an office take part, or not.
///
/// # Errors
/// When the database cannot be reached.
pub async fn set_status(tx: &mut Tx, office: &OfficeNumber, status: OfficeStatus) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(SET_STATUS).bind(status_name(status)).bind(office.as_str());
        query.execute(&mut *c).await?;
    });
    Ok(())
}

fn status_name(status: OfficeStatus) -> &'static str {
    match status {
        OfficeStatus::Active => "active",
        OfficeStatus::Suspended => "suspended",
    }
}
