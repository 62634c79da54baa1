//! The authority's book: who asked for what, what was intended, what was issued.
//!
//! Promises: each step is durable before the next is taken, with its audit line in the same
//! transaction. An order is worked on by one authority at a time (a lease), and a crashed one
//! costs one lease time.

use careplan_domain::{Digest, OfficeNumber, Timestamp};
use careplan_envelope::Certificate;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::prepared::{Intended, Prepared};
use super::profile::ProfileName;
use crate::audit::{self, Actor, Entry};
use crate::store::certificates::{CertificateRow, insert_certificate};
use crate::store::orders::{self, NewOrder, OrderRow};
use crate::store::{Store, StoreError, Tx};

/// How long an authority may take for one order; the work takes milliseconds.
pub const LEASE: SignedDuration = SignedDuration::from_secs(30);

/// What a profile needs to know besides the key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDetail {
    /// Names of a server certificate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The issue password that it was asked with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_password: Option<Uuid>,
    /// When the certificate that it follows ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_end: Option<Timestamp>,
}

impl OrderDetail {
    /// Reads what an order holds.
    ///
    /// # Errors
    /// When it holds nonsense.
    pub fn of(order: &OrderRow) -> Result<Self, StoreError> {
        serde_json::from_str(&order.detail).map_err(|_| StoreError::Corrupt("order detail"))
    }
}

/// An order to be placed.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// Under which profile.
    pub profile: ProfileName,
    /// For which office; none for the platform's own.
    pub office: Option<OfficeNumber>,
    /// SubjectPublicKeyInfo of the key.
    pub public_key: &'a [u8],
    /// What the profile needs besides.
    pub detail: OrderDetail,
}

/// Places an order in a transaction; it is worked on after the commit.
///
/// # Errors
/// When the database cannot be reached.
pub async fn place(tx: &mut Tx, id: Uuid, order: &Order<'_>, now: Timestamp) -> Result<(), StoreError> {
    let detail = serde_json::to_string(&order.detail).map_err(|_| StoreError::Corrupt("order detail"))?;
    let row = NewOrder {
        id,
        profile: order.profile.as_str(),
        office: order.office,
        public_key: order.public_key,
        detail,
    };
    orders::insert_order(tx, &row, now).await?;
    let actor = order.office.map_or(Actor::Platform, Actor::Office);
    let detail = json!({ "profile": order.profile.as_str() });
    audit::append(tx, now, Entry { actor, action: "certificate.ordered", subject: id.to_string(), detail });
    Ok(())
}

/// Takes the oldest order that waits, with a lease.
///
/// # Errors
/// When the database cannot be reached.
pub async fn take(store: &Store, now: Timestamp) -> Result<Option<OrderRow>, StoreError> {
    // A look without the writer's lock first: nearly always nothing waits.
    if orders::due_order(&mut store.read().await?, now).await?.is_none() {
        return Ok(None);
    }
    let mut tx = store.begin().await?;
    let Some(order) = orders::due_order(&mut tx, now).await? else { return Ok(None) };
    let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
    orders::lease_order(&mut tx, order.id, until).await?;
    tx.commit().await?;
    Ok(Some(order))
}

/// Records what is about to be signed. `None` when another authority was faster.
///
/// # Errors
/// When the database cannot be reached.
pub async fn intend(
    store: &Store,
    order: &OrderRow,
    prepared: Prepared,
    now: Timestamp,
) -> Result<Option<Intended>, StoreError> {
    let mut tx = store.begin().await?;
    if !orders::intend(&mut tx, order.id, (prepared.serial(), prepared.tbs()), now).await? {
        return Ok(None);
    }
    let entry = Entry {
        actor: Actor::Platform,
        action: "certificate.intended",
        subject: prepared.serial().to_string(),
        detail: json!({ "order": order.id }),
    };
    audit::append(&mut tx, now, entry);
    tx.commit().await?;
    Ok(Some(prepared.recorded()))
}

/// Records the certificate.
///
/// # Errors
/// When the database cannot be reached.
pub async fn complete(
    store: &Store,
    order: &OrderRow,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    if !orders::complete(&mut tx, order.id, certificate.der(), now).await? {
        return Ok(());
    }
    let row = row_of(certificate, (&order.profile, order.office), now);
    insert_certificate(&mut tx, &row).await?;
    let entry = Entry {
        actor: Actor::Platform,
        action: "certificate.issued",
        subject: row.serial.to_string(),
        detail: json!({
            "order": order.id, "profile": order.profile, "office": order.office,
            "fingerprint": row.fingerprint, "not_after": row.not_after,
        }),
    };
    audit::append(&mut tx, now, entry);
    tx.commit().await
}

/// Records that an order came to nothing, and why.
///
/// # Errors
/// When the database cannot be reached.
pub async fn fail(store: &Store, order: &OrderRow, why: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    if orders::fail(&mut tx, order.id, why, now).await? {
        let entry = Entry {
            actor: Actor::Platform,
            action: "certificate.abandoned",
            subject: order.id.to_string(),
            detail: json!({ "serial": order.serial.map(|it| it.to_string()), "why": why }),
        };
        audit::append(&mut tx, now, entry);
        tx.commit().await?;
    }
    Ok(())
}

/// A certificate as it is recorded.
pub(super) fn row_of(
    certificate: &Certificate,
    (profile, office): (&str, Option<OfficeNumber>),
    now: Timestamp,
) -> CertificateRow {
    CertificateRow {
        serial: *certificate.serial(),
        fingerprint: Digest(certificate.fingerprint()),
        profile: profile.to_owned(),
        office,
        der: certificate.der().to_vec(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        issued_at: now,
        revoked_at: None,
        reason: None,
    }
}
