//! Works off the orders: prepare → record → sign → verify → record, one at a time.
//!
//! Promises: whatever interrupts the work, the next run finishes what was intended or marks it as
//! abandoned; an abandoned serial is named in the revocation list, because it may have been signed.

use std::sync::Arc;
use std::time::Duration;

use careplan_domain::Timestamp;
use careplan_envelope::{Certificate, PublicKey, RevocationList};
use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::issuer::{Issuer, Revoked};
use super::ledger::{self, OrderDetail};
use super::prepared::{Intended, IssueFault, Prepared};
use super::profile::{
    BACKDATE, BACKDATE_MAX, Profile, ProfileFault, ProfileName, Request, ServerName, Subject,
};
use crate::audit::{self, Actor, Entry};
use crate::clock::Clock;
use crate::config;
use crate::store::orders::{self, ListRow, OrderRow};
use crate::store::{Store, StoreError};

/// An intent older than this is not signed any more: the certificate would begin too long ago.
pub const INTENT_AGE_MAX: SignedDuration =
    SignedDuration::from_secs(BACKDATE_MAX.as_secs() - BACKDATE.as_secs());

/// How often orders of other replicas are looked for.
const LOOK: Duration = Duration::from_millis(500);

/// A revocation list counts this many times longer than the time between two lists, so that a
/// weekend without the authority does no harm.
const LIST_VALIDITY_FACTOR: i32 = 7;

/// Longer than any transaction takes between reading the clock and its commit.
const WRITING_MAX: SignedDuration = SignedDuration::from_mins(5);

/// Why the desk could not work.
#[derive(Debug, thiserror::Error)]
pub enum DeskFault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key or the encoding.
    #[error(transparent)]
    Issue(#[from] IssueFault),
}

/// Where orders become certificates.
#[derive(Debug)]
pub struct Desk {
    store: Store,
    clock: Clock,
    issuer: Issuer,
    profiles: [Profile; 3],
    list_every: SignedDuration,
    /// Rung when an order was placed or a certificate revoked in this process.
    bell: Arc<Notify>,
}

/// What is to be done next for an order that was taken.
enum Step {
    Prepare(Box<Prepared>),
    Sign(Intended),
    Abandon(String),
}

impl Desk {
    /// A desk for this issuer with the configured validities.
    ///
    /// # Errors
    /// A validity that the profiles do not allow.
    pub fn new(
        store: Store,
        clock: Clock,
        issuer: Issuer,
        settings: &config::Authority,
        bell: Arc<Notify>,
    ) -> Result<Self, ProfileFault> {
        let profiles = [
            Profile::new(ProfileName::Office, settings.office_days)?,
            Profile::new(ProfileName::PlatformServer, settings.platform_days)?,
            Profile::new(ProfileName::PlatformSigner, settings.platform_days)?,
        ];
        let list_every = SignedDuration::from_hours(settings.revocation_list_hours.into());
        Ok(Self { store, clock, issuer, profiles, list_every, bell })
    }

    /// Works until stopped. A failure is logged and tried again; orders wait meanwhile.
    pub async fn run(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let mut idle = true;
            match self.work_one().await {
                Ok(worked) => idle = !worked,
                Err(error) => tracing::error!(%error, "an order could not be worked on"),
            }
            if let Err(error) = self.publish_list_if_due().await {
                tracing::error!(%error, "the revocation list could not be made");
            }
            if idle {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.bell.notified() => {}
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        }
    }

    /// Works on the oldest order that waits; `false` when none does.
    ///
    /// # Errors
    /// [`DeskFault`]; the order is taken again when its lease ends.
    pub async fn work_one(&self) -> Result<bool, DeskFault> {
        let now = self.clock.now();
        let Some(order) = ledger::take(&self.store, now).await? else { return Ok(false) };
        let intended = match self.next_step(&order, now)? {
            Step::Abandon(why) => {
                tracing::warn!(order = %order.id, why, "an order was abandoned");
                ledger::fail(&self.store, &order, &why, now).await?;
                return Ok(true);
            }
            Step::Sign(intended) => Some(intended),
            Step::Prepare(prepared) => ledger::intend(&self.store, &order, *prepared, now).await?,
        };
        if let Some(intended) = intended {
            let certificate = self.sign(intended)?;
            ledger::complete(&self.store, &order, &certificate, now).await?;
            tracing::info!(serial = %certificate.serial(), profile = order.profile, "certificate issued");
            metrics::counter!("careplan_certificates_issued_total", "profile" => order.profile.clone())
                .increment(1);
        }
        Ok(true)
    }

    fn next_step(&self, order: &OrderRow, now: Timestamp) -> Result<Step, DeskFault> {
        if let (Some(serial), Some(tbs)) = (order.serial, &order.intended) {
            // A crash came after the intent was recorded. Whether it was signed nobody knows; the
            // same bytes under the same serial may be signed again, unless they are too old.
            return Ok(if now.duration_since(order.changed_at) > INTENT_AGE_MAX {
                Step::Abandon("interrupted, and too old to be finished".to_owned())
            } else {
                Step::Sign(Intended::resumed(serial, tbs.clone()))
            });
        }
        match self.prepare(order, now) {
            Ok(prepared) => Ok(Step::Prepare(Box::new(prepared))),
            Err(fault @ (IssueFault::Profile(_) | IssueFault::Differs(_) | IssueFault::Encoding(_))) => {
                Ok(Step::Abandon(fault.to_string()))
            }
            Err(fault) => Err(fault.into()),
        }
    }

    /// Prepares the certificate of an order by its profile.
    ///
    /// # Errors
    /// [`IssueFault`], when the order does not fit.
    pub fn prepare(&self, order: &OrderRow, now: Timestamp) -> Result<Prepared, IssueFault> {
        let name = ProfileName::parse(&order.profile).ok_or(IssueFault::Differs("profile"))?;
        let profile = self.profiles.iter().find(|it| it.name() == name);
        let profile = profile.ok_or(IssueFault::Differs("profile"))?;
        let detail = OrderDetail::of(order).map_err(|_| IssueFault::Differs("detail"))?;
        let subject = match name {
            ProfileName::Office => Subject::Office(order.office.ok_or(ProfileFault::Subject)?),
            ProfileName::PlatformSigner => Subject::Signer,
            ProfileName::PlatformServer => {
                let names = detail.names.iter().map(|it| ServerName::parse(it));
                Subject::Server(names.collect::<Result<_, _>>()?)
            }
        };
        let key = PublicKey::of_spki(&order.public_key).map_err(|_| ProfileFault::Key)?;
        let (not_before, not_after) = profile.validity_at(now, detail.previous_end);
        let request = Request { subject, key, not_before, not_after };
        Prepared::new(profile, &request, &order.public_key, &self.issuer, now)
    }

    /// Signs what was recorded, and verifies what was signed.
    ///
    /// # Errors
    /// [`IssueFault`]; the record of the intent stays.
    pub fn sign(&self, intended: Intended) -> Result<Certificate, IssueFault> {
        intended.sign(&self.issuer)
    }

    /// Makes a revocation list when the time has come or a certificate was revoked since.
    ///
    /// # Errors
    /// [`DeskFault`].
    pub async fn publish_list_if_due(&self) -> Result<bool, DeskFault> {
        let now = self.clock.now();
        if !self.is_list_due(now).await? {
            return Ok(false);
        }
        let mut tx = self.store.begin().await?;
        // Another authority may have made one since we looked.
        let number = orders::newest_list(&mut tx).await?.map_or(1, |list| list.number + 1);
        let named = self.to_be_named(&mut tx, now).await?;
        let next_update =
            now.saturating_add(self.list_every * LIST_VALIDITY_FACTOR).unwrap_or(Timestamp::MAX);
        let der = self.issuer.sign_list(number.unsigned_abs(), &named, (now, next_update))?;
        let list = ListRow { number, der, this_update: now, next_update };
        orders::insert_list(&mut tx, &list).await?;
        let entry = Entry {
            actor: Actor::Platform,
            action: "revocation_list.published",
            subject: number.to_string(),
            detail: serde_json::json!({ "entries": named.len() }),
        };
        audit::append(&mut tx, now, entry);
        tx.commit().await?;
        tracing::info!(number, entries = named.len(), "revocation list published");
        Ok(true)
    }

    async fn is_list_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        let mut db = self.store.read().await?;
        let Some(this_update) = orders::newest_list_made_at(&mut db).await? else { return Ok(true) };
        if now.duration_since(this_update) >= self.list_every {
            return Ok(true);
        }
        // A revocation that was being written while the list was made may carry an earlier time.
        let since = this_update.saturating_sub(WRITING_MAX).unwrap_or(this_update);
        let recent = orders::revoked_since(&mut db, since).await?;
        if recent.is_empty() {
            return Ok(false);
        }
        let Some(newest) = orders::newest_list(&mut db).await? else { return Ok(true) };
        let list = RevocationList::from_der(&newest.der, self.issuer.certificate())
            .map_err(|_| StoreError::Corrupt("revocation list"))?;
        Ok(recent.iter().any(|serial| list.contains(serial).is_none()))
    }

    async fn to_be_named(
        &self,
        db: &mut impl crate::store::Connected,
        now: Timestamp,
    ) -> Result<Vec<Revoked>, StoreError> {
        let root = self.issuer.certificate();
        let rows = orders::revoked(db, now, root.not_before()).await?;
        Ok(rows.into_iter().map(|(serial, at)| Revoked { serial, at }).collect())
    }

    /// The authority's certificate.
    pub fn root(&self) -> &Certificate {
        self.issuer.certificate()
    }
}
