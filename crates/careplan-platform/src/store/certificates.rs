//! Certificates that our authority issued, and what is known of the caller at a request.

use std::collections::HashMap;

use careplan_domain::gate::OfficeStatus;
use careplan_domain::{Digest, OfficeNumber, Timestamp};
use careplan_envelope::CertificateSerial;

use super::values::{digest, instant, millis};
use super::{Connected, ManyIds, StoreError, Tx, on};

static STANDINGS: ManyIds = ManyIds::pairs(
    "select o.number, o.status, c.fingerprint, c.revoked_at from office o \
     left join certificate c on c.office = o.number and c.fingerprint in",
    "where o.number in",
    "",
);
const INSERT: &str = "insert into certificate \
     (serial, fingerprint, profile, office, der, not_before, not_after, issued_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8)";
const BY_SERIAL: &str = "select serial, fingerprint, profile, office, der, not_before, not_after, issued_at, \
     revoked_at, reason from certificate where serial = $1";
const OF_OFFICE: &str = "select serial, fingerprint, profile, office, der, not_before, not_after, issued_at, \
     revoked_at, reason from certificate where office = $1 order by issued_at, serial";
const ALL: &str = "select serial, fingerprint, profile, office, der, not_before, not_after, issued_at, \
     revoked_at, reason from certificate where serial > $1 order by serial limit 1000";
const OF_PROFILE: &str = "select serial, fingerprint, profile, office, der, not_before, not_after, issued_at, \
     revoked_at, reason from certificate where profile = $1 order by issued_at desc, serial";
const REVOKE: &str =
    "update certificate set revoked_at = $2, reason = $3 where serial = $1 and revoked_at is null";

pub(super) fn statements() -> Vec<String> {
    let single = [INSERT, BY_SERIAL, OF_OFFICE, ALL, OF_PROFILE, REVOKE].map(str::to_owned);
    single.into_iter().chain([STANDINGS.text(2).0.to_string()]).collect()
}

/// What the database says about a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallerStanding {
    /// Whether the operator lets the office take part.
    pub status: OfficeStatus,
    /// Whether we issued this certificate to this office.
    pub is_recorded: bool,
    /// When the certificate was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What is known of an office and one of its certificates; `None` when there is no such office.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn caller_standing(
    db: &mut impl Connected,
    office: &OfficeNumber,
    fingerprint: &Digest,
) -> Result<Option<CallerStanding>, StoreError> {
    let found = caller_standings(db, &[(*office, *fingerprint)]).await?;
    Ok(found.into_iter().next().flatten())
}

/// The same of several (at most [`IN_LIST_MAX`](super::IN_LIST_MAX)) in one statement, in their order.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn caller_standings(
    db: &mut impl Connected,
    asked: &[(OfficeNumber, Digest)],
) -> Result<Vec<Option<CallerStanding>>, StoreError> {
    type Row = (String, String, Option<Vec<u8>>, Option<i64>);
    let filled = ManyIds::fill(asked.to_vec());
    let rows: Vec<Row> = on!(db, |c| {
        let mut query = sqlx::query_as(STANDINGS.text(filled.len()));
        for (_, fingerprint) in &filled {
            query = query.bind(fingerprint.as_bytes().to_vec());
        }
        for (office, _) in &filled {
            query = query.bind(office.as_str().to_owned());
        }
        query.fetch_all(&mut *c).await?
    });
    let mut offices = HashMap::with_capacity(rows.len());
    let mut recorded = HashMap::with_capacity(rows.len());
    for (number, status, fingerprint, revoked_at) in rows {
        let office: OfficeNumber = super::values::parse(&number, "office number")?;
        offices.insert(office, super::standings::status(&status)?);
        if let Some(fingerprint) = fingerprint {
            recorded.insert((office, digest(&fingerprint)?), revoked_at.map(instant).transpose()?);
        }
    }
    let standing = |asked: &(OfficeNumber, Digest)| {
        let status = *offices.get(&asked.0)?;
        let recorded = recorded.get(asked);
        Some(CallerStanding {
            status,
            is_recorded: recorded.is_some(),
            revoked_at: recorded.copied().flatten(),
        })
    };
    Ok(asked.iter().map(standing).collect())
}

/// A certificate as it is recorded.
#[derive(Debug, Clone)]
pub struct CertificateRow {
    /// Its serial number.
    pub serial: CertificateSerial,
    /// SHA-256 of the DER.
    pub fingerprint: Digest,
    /// Under which profile it was issued; `authority` for our own roots.
    pub profile: String,
    /// The office it speaks for; none for the platform's own.
    pub office: Option<OfficeNumber>,
    /// The certificate.
    pub der: Vec<u8>,
    /// First instant of validity.
    pub not_before: Timestamp,
    /// Last instant of validity.
    pub not_after: Timestamp,
    /// When it was recorded.
    pub issued_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
}

type Columns = (String, Vec<u8>, String, Option<String>, Vec<u8>, i64, i64, i64, Option<i64>, Option<String>);

impl CertificateRow {
    fn read(row: Columns) -> Result<Self, StoreError> {
        let (serial, fingerprint, profile, office, der, not_before, not_after, issued_at, revoked_at, reason) =
            row;
        Ok(Self {
            serial: super::values::parse(&serial, "certificate serial")?,
            fingerprint: digest(&fingerprint)?,
            profile,
            office: office.map(|it| super::values::parse(&it, "office number")).transpose()?,
            der,
            not_before: instant(not_before)?,
            not_after: instant(not_after)?,
            issued_at: instant(issued_at)?,
            revoked_at: revoked_at.map(instant).transpose()?,
            reason,
        })
    }
}

/// Records a certificate.
///
/// # Errors
/// When the database cannot be reached; a conflict when the serial or the certificate is known.
pub async fn insert_certificate(tx: &mut Tx, row: &CertificateRow) -> Result<(), StoreError> {
    on!(tx, |c| {
        sqlx::query(INSERT)
            .bind(row.serial.to_string())
            .bind(&row.fingerprint.as_bytes()[..])
            .bind(row.profile.as_str())
            .bind(row.office.map(|it| it.to_string()))
            .bind(row.der.as_slice())
            .bind(millis(row.not_before))
            .bind(millis(row.not_after))
            .bind(millis(row.issued_at))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// The certificate with a serial number.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn certificate(
    db: &mut impl Connected,
    serial: &CertificateSerial,
) -> Result<Option<CertificateRow>, StoreError> {
    let row: Option<Columns> =
        on!(db, |c| sqlx::query_as(BY_SERIAL).bind(serial.to_string()).fetch_optional(&mut *c).await?);
    row.map(CertificateRow::read).transpose()
}

/// The certificates of an office, oldest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn certificates_of(
    db: &mut impl Connected,
    office: &OfficeNumber,
) -> Result<Vec<CertificateRow>, StoreError> {
    let rows: Vec<Columns> =
        on!(db, |c| sqlx::query_as(OF_OFFICE).bind(office.as_str()).fetch_all(&mut *c).await?);
    rows.into_iter().map(CertificateRow::read).collect()
}

/// A thousand certificates after a serial number (all after the empty text), in its order.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn certificates_after(
    db: &mut impl Connected,
    serial: &str,
) -> Result<Vec<CertificateRow>, StoreError> {
    let rows: Vec<Columns> = on!(db, |c| sqlx::query_as(ALL).bind(serial).fetch_all(&mut *c).await?);
    rows.into_iter().map(CertificateRow::read).collect()
}

/// The certificates of a profile, newest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn certificates_of_profile(
    db: &mut impl Connected,
    profile: &str,
) -> Result<Vec<CertificateRow>, StoreError> {
    let rows: Vec<Columns> = on!(db, |c| sqlx::query_as(OF_PROFILE).bind(profile).fetch_all(&mut *c).await?);
    rows.into_iter().map(CertificateRow::read).collect()
}

/// Revokes a certificate; `false` when it was revoked before or is unknown.
///
/// # Errors
/// When the database cannot be reached.
pub async fn revoke(
    tx: &mut Tx,
    serial: &CertificateSerial,
    now: Timestamp,
    reason: &str,
) -> Result<bool, StoreError> {
    let changed = on!(tx, |c| {
        sqlx::query(REVOKE)
            .bind(serial.to_string())
            .bind(millis(now))
            .bind(reason)
            .execute(&mut *c)
            .await?
            .rows_affected()
    });
    Ok(changed == 1)
}
