//! Reminders by mail of ends that come near: licences and certificates. Payments are reminded of by `billing`.
//!
//! Promises: each reminder goes out once, to the registered address, in the transaction that notes it; an end that moved (a renewal)
//! is another end; days on which nobody looked are not made up for one by one.

use std::time::Duration;

use careplan_domain::Timestamp;
use careplan_domain::calendar::day;
use careplan_domain::reminder::{CERTIFICATE_DAYS, LICENCE_DAYS, due};
use jiff::SignedDuration;

use crate::mail::{SiteUrl, certificate_reminder, licence_reminder};
use crate::store::reminders::{self, End, Kind};
use crate::store::{Store, StoreError, leases};

/// Between two turns.
const PERIOD: Duration = Duration::from_secs(60 * 60);

/// The name of the lease: one replica does it.
const LEASE: &str = "reminders";

/// Sends reminders.
#[derive(Debug, Clone)]
pub struct Reminders {
    store: Store,
    site: SiteUrl,
}

impl Reminders {
    /// Reminders of what is in `store`; mails lead to `site`.
    pub fn new(store: Store, site: SiteUrl) -> Self {
        Self { store, site }
    }

    /// Sends what is due, unless another replica does; how many mails that were.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn turn(&self, now: Timestamp) -> Result<usize, StoreError> {
        let until = now.saturating_add(PERIOD).unwrap_or(Timestamp::MAX);
        let mut tx = self.store.begin().await?;
        let taken = leases::take(&mut tx, (LEASE, &std::process::id().to_string()), now, until).await?;
        tx.commit().await?;
        if taken { self.send(now).await } else { Ok(0) }
    }

    /// Sends what is due on the day of `now`; repeated, it sends nothing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn send(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut sent = 0;
        for (kind, days) in [(Kind::Licence, &LICENCE_DAYS), (Kind::Certificate, &CERTIFICATE_DAYS)] {
            let first = days.iter().copied().max().unwrap_or_default();
            // A day more: ends are instants, and reminders go by days.
            let ahead = SignedDuration::from_hours(24 * (i64::from(first) + 1));
            let until = now.saturating_add(ahead).unwrap_or(Timestamp::MAX);
            for end in reminders::ends(&mut self.store.read().await?, kind, (now, until)).await? {
                sent += usize::from(self.remind((kind, days), &end, now).await?);
            }
        }
        Ok(sent)
    }

    async fn remind(
        &self,
        (kind, days): (Kind, &[u16]),
        end: &End,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        // The instant itself does not belong to it any more.
        let last = day(end.at.saturating_sub(SignedDuration::from_millis(1)).unwrap_or(end.at));
        let Some(days) = due(days, last, day(now)) else { return Ok(false) };
        let mut tx = self.store.begin().await?;
        if !reminders::note(&mut tx, (kind, &end.office), (last, days), now).await? {
            return Ok(false);
        }
        let mail = match kind {
            Kind::Licence => licence_reminder(&end.mail, &self.site, last),
            Kind::Certificate => certificate_reminder(&end.mail, &self.site, last),
        };
        mail.queue(&mut tx, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}
