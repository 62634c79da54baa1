//! Trying again, with a cap and a random share, and only what is idempotent.

use std::time::Duration;

/// How often and how patiently one request is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all; 1 means no repetition.
    pub tries_max: u32,
    /// Wait before the second try; it doubles from then on.
    pub first_wait: Duration,
    /// No wait is longer.
    pub wait_max: Duration,
}

impl Retry {
    /// For people who wait: a few tries within some seconds. What needs longer is repeated later
    /// from the stored state.
    pub const DEFAULT: Self =
        Self { tries_max: 4, first_wait: Duration::from_millis(250), wait_max: Duration::from_secs(5) };

    /// One try only.
    pub const NEVER: Self = Self { tries_max: 1, first_wait: Duration::ZERO, wait_max: Duration::ZERO };

    /// The wait after the `tries`-th failure (from 1), or `None` when it was the last. `share` of
    /// 0 to 1 spreads the clients of a whole country, which all lost the platform at once.
    pub fn wait_after(&self, tries: u32, share: f64) -> Option<Duration> {
        if tries >= self.tries_max {
            return None;
        }
        let doubled = self.first_wait.saturating_mul(1 << (tries - 1).min(16));
        let capped = doubled.min(self.wait_max);
        Some(capped.mul_f64(0.5 + 0.5 * share.clamp(0.0, 1.0)))
    }
}

/// A random share of 0 to 1.
pub(crate) fn random_share() -> f64 {
    let bits = uuid::Uuid::new_v4().as_u64_pair().1 & u64::from(u32::MAX);
    bits as f64 / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap_and_end_with_the_last_try() {
        let retry =
            Retry { tries_max: 4, first_wait: Duration::from_secs(1), wait_max: Duration::from_secs(3) };
        let waits: Vec<_> =
            (1..=4).map(|tries| retry.wait_after(tries, 1.0).map(|it| it.as_secs())).collect();
        assert_eq!(waits, [Some(1), Some(2), Some(3), None]);
        assert_eq!(retry.wait_after(1, 0.0), Some(Duration::from_millis(500)));
        assert_eq!(Retry::NEVER.wait_after(1, 1.0), None);
    }

    #[test]
    fn a_random_share_lies_between_nothing_and_all() {
        assert!((0..100).map(|_| random_share()).all(|share| (0.0..=1.0).contains(&share)));
    }
}
