//! Lockout as pure decisions: what a try at an instant makes of the tries before.

use careplan_domain::Timestamp;
use jiff::SignedDuration;

/// When tries lock, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockRule {
    /// Wrong tries in a row that lock.
    pub failures_max: u32,
    /// How long a lock lasts.
    pub duration: SignedDuration,
}

impl Default for LockRule {
    /// Three wrong tries, thirty minutes: what offices know from the official system.
    fn default() -> Self {
        Self { failures_max: 3, duration: SignedDuration::from_mins(30) }
    }
}

/// The wrong tries in a row so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lock {
    /// How many.
    pub failures: u32,
    /// First instant at which it can be tried again, when they locked.
    pub locked_until: Option<Timestamp>,
}

impl Lock {
    /// Until when it is locked, if it is at `now`.
    pub fn holds(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// After a wrong try at `now`, when no lock held. A lock that ended begins a new count.
    #[must_use]
    pub fn after_miss(self, rule: LockRule, now: Timestamp) -> Self {
        let before = if self.locked_until.is_some() { 0 } else { self.failures };
        let failures = before.saturating_add(1);
        let locks = failures >= rule.failures_max;
        let until = now.saturating_add(rule.duration).unwrap_or(Timestamp::MAX);
        Self { failures, locked_until: locks.then_some(until) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: LockRule = LockRule { failures_max: 3, duration: SignedDuration::from_mins(30) };

    fn start() -> Timestamp {
        "2026-11-01T00:00:00Z".parse().unwrap()
    }

    fn missed(times: u32) -> Lock {
        (0..times).fold(Lock::default(), |lock, _| lock.after_miss(RULE, start()))
    }

    #[test]
    fn two_misses_do_not_lock_and_the_third_does() {
        assert_eq!(missed(2).holds(start()), None);
        assert_eq!(missed(3).holds(start()), Some(start() + RULE.duration));
    }

    #[test]
    fn a_lock_holds_to_the_last_millisecond_of_its_time() {
        let end = start() + RULE.duration;
        assert_eq!(missed(3).holds(end - SignedDuration::from_millis(1)), Some(end));
        assert_eq!(missed(3).holds(end), None);
    }

    #[test]
    fn after_a_lock_ended_there_are_three_tries_again() {
        let end = start() + RULE.duration;
        let first = missed(3).after_miss(RULE, end);
        assert_eq!(first, Lock { failures: 1, locked_until: None });
        let third = first.after_miss(RULE, end).after_miss(RULE, end);
        assert_eq!(third.holds(end), Some(end + RULE.duration));
    }
}
