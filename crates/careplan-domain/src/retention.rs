//! How long things are kept (運用規程). All of it is configuration; these are the defaults.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Retention periods, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Sealed bytes stay this long after they were acknowledged.
    pub acknowledged_days: u32,
    /// A transmission nobody acknowledged expires this long after it was accepted.
    pub unfetched_days: u32,
    /// Rows, receipts and audit stay this long after the transmission was accepted. Offices keep
    /// their records 2 years, in some towns 5.
    pub proof_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { acknowledged_days: 90, unfetched_days: 400, proof_days: 5 * 366 }
    }
}

impl Retention {
    /// The deadline of a transmission: unless it is acknowledged before, it expires then.
    pub fn deadline(&self, accepted_at: Timestamp) -> Timestamp {
        after(accepted_at, self.unfetched_days)
    }

    /// When the sealed bytes of a transmission that ended (acknowledged, withdrawn, refused or
    /// expired) at `ended_at` may be dropped.
    pub fn bytes_until(&self, ended_at: Timestamp) -> Timestamp {
        after(ended_at, self.acknowledged_days)
    }

    /// When the row itself, with events and receipts, may be dropped.
    pub fn proof_until(&self, accepted_at: Timestamp) -> Timestamp {
        after(accepted_at, self.proof_days)
    }
}

/// `days` of 24 hours after an instant; an instant past the calendar's end stays at its end.
fn after(instant: Timestamp, days: u32) -> Timestamp {
    instant.saturating_add(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deadline_is_four_hundred_days_after_acceptance() {
        let accepted = Timestamp::from_second(0).unwrap_or_default();
        let deadline = Retention::default().deadline(accepted);
        assert_eq!(deadline.as_second(), 400 * 86_400);
    }

    #[test]
    fn proof_outlives_bytes_even_when_acknowledged_at_the_last_moment() {
        let retention = Retention::default();
        let accepted = Timestamp::from_second(0).unwrap_or_default();
        assert!(retention.bytes_until(retention.deadline(accepted)) < retention.proof_until(accepted));
    }
}
