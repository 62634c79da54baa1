//! Wrong tries at names that nobody has.
//!
//! Promise: such a name locks like one that somebody has, so that answers do not tell them apart. Kept in memory only: a start of the program
//! takes these locks off, and nothing that strangers type fills the state.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use careplan_domain::Timestamp;
use careplan_login::{Lock, LockRule};

use super::LoginName;

/// So many names are kept; of more, one is forgotten for each that comes.
const NAMES_MAX: usize = 1000;

/// The misses by name.
#[derive(Debug, Default)]
pub(super) struct Strangers(Mutex<BTreeMap<String, Lock>>);

impl Strangers {
    /// Until when a name is locked, if it is.
    pub(super) fn locked_until(&self, login: &LoginName, now: Timestamp) -> Option<Timestamp> {
        self.held().get(login.as_str()).and_then(|lock| lock.holds(now))
    }

    /// Counts a miss.
    pub(super) fn missed(&self, login: &LoginName, rule: LockRule, now: Timestamp) {
        let mut held = self.held();
        if !held.contains_key(login.as_str()) && held.len() >= NAMES_MAX {
            held.pop_first();
        }
        let lock = held.entry(login.as_str().to_owned()).or_default();
        // Of many tries at once no more count than one after another.
        if lock.holds(now).is_none() {
            *lock = lock.after_miss(rule, now);
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, Lock>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_names_the_room_stays_bounded() {
        let (strangers, rule) = (Strangers::default(), LockRule::default());
        let now = "2026-11-26T00:00:00Z".parse().unwrap();
        for number in 0..=NAMES_MAX {
            strangers.missed(&LoginName::new(&format!("name{number:05}")).unwrap(), rule, now);
        }
        assert_eq!(strangers.held().len(), NAMES_MAX);
    }
}
