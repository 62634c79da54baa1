//! Orders of certificates: waiting → signed | failed, leased to one authority at a time.

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::CertificateSerial;
use uuid::Uuid;

use super::values::{instant, millis, parse};
use super::{Connected, StoreError, Tx, on};

const INSERT: &str = "insert into certificate_order \
     (id, profile, office, public_key, detail, state, created_at, changed_at) \
     values ($1, $2, $3, $4, $5, 'waiting', $6, $6)";
const BY_ID: &str = "select id, profile, office, public_key, detail, state, serial, intended, certificate, \
     failure, created_at, changed_at from certificate_order where id = $1";
const BY_KEY: &str = "select id, profile, office, public_key, detail, state, serial, intended, certificate, \
     failure, created_at, changed_at from certificate_order \
     where profile = $1 and public_key = $2 and state <> 'failed' order by created_at desc limit 1";
const DUE: &str = "select id, profile, office, public_key, detail, state, serial, intended, certificate, \
     failure, created_at, changed_at from certificate_order \
     where state = 'waiting' and (lease_until is null or lease_until < $1) order by created_at, id limit 1";
const LEASE: &str = "update certificate_order set lease_until = $2 where id = $1";
const INTEND: &str = "update certificate_order set serial = $2, intended = $3, changed_at = $4 \
     where id = $1 and state = 'waiting' and serial is null";
const COMPLETE: &str = "update certificate_order set state = 'signed', certificate = $2, lease_until = null, \
     changed_at = $3 where id = $1 and state = 'waiting'";
const FAIL: &str = "update certificate_order set state = 'failed', failure = $2, lease_until = null, \
     changed_at = $3 where id = $1 and state = 'waiting'";
const REVOKED: &str = "select serial, revoked_at from certificate \
     where revoked_at is not null and not_after > $1 and profile <> 'authority' \
     union all select serial, changed_at from certificate_order \
     where state = 'failed' and serial is not null and changed_at > $2 order by 1";
const REVOKED_SINCE: &str = "select serial from certificate where revoked_at >= $1 \
     union all select serial from certificate_order \
     where state = 'failed' and serial is not null and changed_at >= $1";
const NEWEST_LIST_MADE_AT: &str = "select this_update from revocation_list order by number desc limit 1";
const NEWEST_LIST: &str =
    "select number, der, this_update, next_update from revocation_list order by number desc limit 1";
const INSERT_LIST: &str =
    "insert into revocation_list (number, der, this_update, next_update) values ($1, $2, $3, $4)";
const DROP_LISTS: &str = "delete from revocation_list where number < $1";

pub(super) const STATEMENTS: &[&str] = &[
    INSERT,
    BY_ID,
    BY_KEY,
    DUE,
    LEASE,
    INTEND,
    COMPLETE,
    FAIL,
    REVOKED,
    REVOKED_SINCE,
    NEWEST_LIST_MADE_AT,
    NEWEST_LIST,
    INSERT_LIST,
    DROP_LISTS,
];

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderState {
    /// Nobody has finished it yet.
    Waiting,
    /// The certificate is there.
    Signed,
    /// It came to nothing; `failure` says why.
    Failed,
}

/// An order as it is recorded.
#[derive(Debug, Clone)]
pub struct OrderRow {
    /// Its id.
    pub id: Uuid,
    /// Under which profile.
    pub profile: String,
    /// For which office; none for the platform's own.
    pub office: Option<OfficeNumber>,
    /// SubjectPublicKeyInfo of the key to be certified.
    pub public_key: Vec<u8>,
    /// JSON: what the profile needs besides.
    pub detail: String,
    /// Where it stands.
    pub state: OrderState,
    /// The serial number, from the moment of the intent on.
    pub serial: Option<CertificateSerial>,
    /// The to-be-signed certificate, from the moment of the intent on.
    pub intended: Option<Vec<u8>>,
    /// The certificate, once it was signed and verified.
    pub certificate: Option<Vec<u8>>,
    /// Why it came to nothing.
    pub failure: Option<String>,
    /// When it was placed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub changed_at: Timestamp,
}

type Columns = (
    Vec<u8>,
    String,
    Option<String>,
    Vec<u8>,
    String,
    String,
    Option<String>,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<String>,
    i64,
    i64,
);

impl OrderRow {
    fn read(row: Columns) -> Result<Self, StoreError> {
        let (
            id,
            profile,
            office,
            public_key,
            detail,
            state,
            serial,
            intended,
            certificate,
            failure,
            made,
            changed,
        ) = row;
        Ok(Self {
            id: Uuid::from_slice(&id).map_err(|_| StoreError::Corrupt("order id"))?,
            profile,
            office: office.map(|it| parse(&it, "office number")).transpose()?,
            public_key,
            detail,
            state: match state.as_str() {
                "waiting" => OrderState::Waiting,
                "signed" => OrderState::Signed,
                "failed" => OrderState::Failed,
                _ => return Err(StoreError::Corrupt("order state")),
            },
            serial: serial.map(|it| parse(&it, "certificate serial")).transpose()?,
            intended,
            certificate,
            failure,
            created_at: instant(made)?,
            changed_at: instant(changed)?,
        })
    }
}

/// A new order.
#[derive(Debug, Clone)]
pub struct NewOrder<'a> {
    /// Its id.
    pub id: Uuid,
    /// Under which profile.
    pub profile: &'a str,
    /// For which office; none for the platform's own.
    pub office: Option<OfficeNumber>,
    /// SubjectPublicKeyInfo of the key to be certified.
    pub public_key: &'a [u8],
    /// JSON: what the profile needs besides.
    pub detail: String,
}

/// Places an order.
///
/// # Errors
/// When the database cannot be reached.
pub async fn insert_order(tx: &mut Tx, order: &NewOrder<'_>, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(INSERT)
            .bind(&order.id.as_bytes()[..])
            .bind(order.profile)
            .bind(order.office.map(|it| it.to_string()))
            .bind(order.public_key)
            .bind(order.detail.as_str())
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// The order with an id.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn order(db: &mut impl Connected, id: Uuid) -> Result<Option<OrderRow>, StoreError> {
    let row: Option<Columns> =
        on!(db, |c| sqlx::query_as(BY_ID).bind(&id.as_bytes()[..]).fetch_optional(&mut *c).await?);
    row.map(OrderRow::read).transpose()
}

/// The newest order under a profile for a key, unless it failed.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn order_for_key(
    db: &mut impl Connected,
    profile: &str,
    public_key: &[u8],
) -> Result<Option<OrderRow>, StoreError> {
    let row: Option<Columns> =
        on!(db, |c| sqlx::query_as(BY_KEY).bind(profile).bind(public_key).fetch_optional(&mut *c).await?);
    row.map(OrderRow::read).transpose()
}

/// The oldest order that waits and that no authority works on.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn due_order(db: &mut impl Connected, now: Timestamp) -> Result<Option<OrderRow>, StoreError> {
    let row: Option<Columns> =
        on!(db, |c| sqlx::query_as(DUE).bind(millis(now)).fetch_optional(&mut *c).await?);
    row.map(OrderRow::read).transpose()
}

/// Says that an authority works on an order until then.
///
/// # Errors
/// When the database cannot be reached.
pub async fn lease_order(tx: &mut Tx, id: Uuid, until: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(LEASE).bind(&id.as_bytes()[..]).bind(millis(until)).execute(&mut *c).await?;
    });
    Ok(())
}

/// Records what is about to be signed; `false` when somebody else did.
///
/// # Errors
/// When the database cannot be reached.
pub async fn intend(
    tx: &mut Tx,
    id: Uuid,
    (serial, tbs): (&CertificateSerial, &[u8]),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = on!(tx, |c| {
        sqlx::query(INTEND)
            .bind(&id.as_bytes()[..])
            .bind(serial.to_string())
            .bind(tbs)
            .bind(millis(now))
            .execute(&mut *c)
            .await?
            .rows_affected()
    });
    Ok(changed == 1)
}

/// Records the certificate of an order; `false` when the order does not wait any more.
///
/// # Errors
/// When the database cannot be reached.
pub async fn complete(tx: &mut Tx, id: Uuid, der: &[u8], now: Timestamp) -> Result<bool, StoreError> {
    let changed = on!(tx, |c| {
        sqlx::query(COMPLETE)
            .bind(&id.as_bytes()[..])
            .bind(der)
            .bind(millis(now))
            .execute(&mut *c)
            .await?
            .rows_affected()
    });
    Ok(changed == 1)
}

/// Records that an order came to nothing; `false` when the order does not wait any more.
///
/// # Errors
/// When the database cannot be reached.
pub async fn fail(tx: &mut Tx, id: Uuid, why: &str, now: Timestamp) -> Result<bool, StoreError> {
    let changed = on!(tx, |c| {
        sqlx::query(FAIL)
            .bind(&id.as_bytes()[..])
            .bind(why)
            .bind(millis(now))
            .execute(&mut *c)
            .await?
            .rows_affected()
    });
    Ok(changed == 1)
}

/// What a revocation list must name: revoked certificates that have not expired, and serials that
/// were intended and abandoned after `abandoned_since` (they may have been signed).
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn revoked(
    db: &mut impl Connected,
    now: Timestamp,
    abandoned_since: Timestamp,
) -> Result<Vec<(CertificateSerial, Timestamp)>, StoreError> {
    let rows: Vec<(String, i64)> = on!(db, |c| {
        sqlx::query_as(REVOKED).bind(millis(now)).bind(millis(abandoned_since)).fetch_all(&mut *c).await?
    });
    rows.into_iter().map(|(serial, at)| Ok((parse(&serial, "certificate serial")?, instant(at)?))).collect()
}

/// Serials that were revoked or abandoned at an instant or later.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn revoked_since(
    db: &mut impl Connected,
    since: Timestamp,
) -> Result<Vec<CertificateSerial>, StoreError> {
    let rows: Vec<String> =
        on!(db, |c| sqlx::query_scalar(REVOKED_SINCE).bind(millis(since)).fetch_all(&mut *c).await?);
    rows.iter().map(|serial| parse(serial, "certificate serial")).collect()
}

/// When the newest revocation list was made.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn newest_list_made_at(db: &mut impl Connected) -> Result<Option<Timestamp>, StoreError> {
    let made: Option<i64> =
        on!(db, |c| sqlx::query_scalar(NEWEST_LIST_MADE_AT).fetch_optional(&mut *c).await?);
    made.map(instant).transpose()
}

/// A revocation list as it is recorded.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// Its CRL number.
    pub number: i64,
    /// The list.
    pub der: Vec<u8>,
    /// When it was made.
    pub this_update: Timestamp,
    /// Until when it counts.
    pub next_update: Timestamp,
}

/// The newest revocation list.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn newest_list(db: &mut impl Connected) -> Result<Option<ListRow>, StoreError> {
    let row: Option<(i64, Vec<u8>, i64, i64)> =
        on!(db, |c| sqlx::query_as(NEWEST_LIST).fetch_optional(&mut *c).await?);
    row.map(|(number, der, this_update, next_update)| {
        Ok(ListRow { number, der, this_update: instant(this_update)?, next_update: instant(next_update)? })
    })
    .transpose()
}

/// Records a revocation list and forgets all but the few before it.
///
/// # Errors
/// When the database cannot be reached; a conflict when another authority took the number.
pub async fn insert_list(tx: &mut Tx, list: &ListRow) -> Result<(), StoreError> {
    /// Lists kept, for operators who ask what was published.
    const KEPT: i64 = 10;
    on!(tx, |c| {
        sqlx::query(INSERT_LIST)
            .bind(list.number)
            .bind(list.der.as_slice())
            .bind(millis(list.this_update))
            .bind(millis(list.next_update))
            .execute(&mut *c)
            .await?;
        sqlx::query(DROP_LISTS).bind(list.number - KEPT).execute(&mut *c).await?;
    });
    Ok(())
}
