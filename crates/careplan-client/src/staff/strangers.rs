//! Wrong tries at names that nobody has.
//!
//! Promise: such a name locks like one that somebody has, so that answers do not tell them apart. Kept in memory only: a start of the program
//! takes these locks off, and nothing that strangers type fills the state.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use careplan_domain::Timestamp;
use careplan_login::{Lock, LockRule};

use super::LoginName;

/// So many names are kept. Who types more within half an hour can tell a name that was forgotten from one that is somebody's; each costs them a slow hash.
const NAMES_MAX: usize = 1000;

/// The misses by name.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<BTreeMap<String, Lock>>);

impl Strangers {
    /// Until when a name is locked, if it is.
    pub(super) fn locked_until(&self, login: &LoginName, now: Timestamp) -> Option<Timestamp> {
        self.held().get(login.as_str()).and_then(|lock| lock.holds(now))
    }

    /// Counts a miss. Of many tries at once no more count than one after another: where a lock fell meanwhile, until when.
    pub(super) fn missed(&self, login: &LoginName, rule: LockRule, now: Timestamp) -> Option<Timestamp> {
        let mut held = self.held();
        if !held.contains_key(login.as_str()) && held.len() >= NAMES_MAX {
            make_room(&mut held, now);
        }
        let lock = held.entry(login.as_str().to_owned()).or_default();
        let until = lock.holds(now);
        if until.is_none() {
            *lock = lock.after_miss(rule, now);
        }
        until
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets what locks nobody now; where all do, the one that ends first.
fn make_room(held: &mut BTreeMap<String, Lock>, now: Timestamp) {
    held.retain(|_, lock| lock.holds(now).is_some());
    if held.len() >= NAMES_MAX {
        let first = held.iter().min_by_key(|(_, lock)| lock.locked_until).map(|(name, _)| name.clone());
        first.and_then(|name| held.remove(&name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: usize) -> LoginName {
        LoginName::new(&format!("name{number:05}")).unwrap()
    }

    #[test]
    fn of_many_names_the_room_stays_bounded_and_the_oldest_lock_goes_first() {
        let (strangers, rule) = (Strangers::default(), LockRule::default());
        let now: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
        let lock = |number: usize, now| (0..3).for_each(|_| _ = strangers.missed(&name(number), rule, now));
        lock(NAMES_MAX, now);
        let later = now + jiff::SignedDuration::from_secs(1);
        for number in 0..NAMES_MAX - 1 {
            lock(number, later);
        }
        assert!(strangers.locked_until(&name(NAMES_MAX), later).is_some());
        strangers.missed(&name(NAMES_MAX + 1), rule, later);
        assert_eq!(strangers.held().len(), NAMES_MAX);
        assert!(strangers.locked_until(&name(NAMES_MAX), later).is_none());
        assert!((0..NAMES_MAX - 1).all(|number| strangers.locked_until(&name(number), later).is_some()));
    }
}
