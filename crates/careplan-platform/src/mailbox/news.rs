//! Waking those who wait for news: in this process at once, in other replicas through PostgreSQL.
//!
//! A wake-up says only *look*: whoever is woken asks the database by its cursor. So a wake-up too
//! many costs one question, and a lost one only delays until the next look.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use careplan_domain::OfficeNumber;
use tokio::sync::watch;

/// Independent parts of the table of waiters, so that a busy one does not hold up the others.
const SHARDS: usize = 16;

type Shard = Mutex<HashMap<OfficeNumber, watch::Sender<()>>>;

/// Who waits for news. Clones share the waiters; offices nobody waits for are forgotten.
#[derive(Debug, Clone)]
pub struct News {
    shards: Arc<[Shard; SHARDS]>,
    hasher: RandomState,
}

impl Default for News {
    fn default() -> Self {
        Self { shards: Arc::new(std::array::from_fn(|_| Mutex::default())), hasher: RandomState::new() }
    }
}

impl News {
    /// Begins to wait for an office's news. Subscribe first, then look, then wait: so nothing
    /// slips between.
    pub fn subscribe(&self, office: OfficeNumber) -> Subscription {
        let waiter = self.with(office, |waiters| {
            waiters.entry(office).or_insert_with(|| watch::Sender::new(())).subscribe()
        });
        Subscription { office, waiter, news: self.clone() }
    }

    /// Wakes everybody who waits for an office's news.
    pub fn wake(&self, office: OfficeNumber) {
        self.with(office, |waiters| {
            if let Some(waiter) = waiters.get(&office) {
                waiter.send_replace(());
            }
        });
    }

    /// Wakes everybody: notifications may have been lost.
    pub fn wake_all(&self) {
        for shard in self.shards.iter() {
            for waiter in shard.lock().unwrap_or_else(PoisonError::into_inner).values() {
                waiter.send_replace(());
            }
        }
    }

    /// Offices that somebody waits for.
    pub fn offices_waiting(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    fn with<T>(
        &self,
        office: OfficeNumber,
        act: impl FnOnce(&mut HashMap<OfficeNumber, watch::Sender<()>>) -> T,
    ) -> T {
        let index = usize::try_from(self.hasher.hash_one(office) % SHARDS as u64).unwrap_or_default();
        // cannot fail: the index is a remainder; the first shard would serve as well.
        let shard = self.shards.get(index).unwrap_or(&self.shards[0]);
        act(&mut shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One who waits for an office's news.
#[derive(Debug)]
pub struct Subscription {
    office: OfficeNumber,
    waiter: watch::Receiver<()>,
    news: News,
}

impl Subscription {
    /// Returns when there were news since the last call, or since the subscription.
    pub async fn changed(&mut self) {
        if self.waiter.changed().await.is_err() {
            // The table of waiters is gone with the platform; nothing more will come.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.news.with(self.office, |waiters| {
            if waiters.get(&self.office).is_some_and(|waiter| waiter.receiver_count() <= 1) {
                waiters.remove(&self.office);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(text: &str) -> OfficeNumber {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_wake_up_between_subscribing_and_waiting_is_not_lost() {
        let news = News::default();
        let mut subscription = news.subscribe(office("9970000018"));
        news.wake(office("9970000026"));
        news.wake(office("9970000018"));
        subscription.changed().await;
    }

    #[test]
    fn an_office_is_forgotten_with_its_last_waiter() {
        let news = News::default();
        let first = news.subscribe(office("9970000018"));
        let second = news.subscribe(office("9970000018"));
        assert_eq!(news.offices_waiting(), 1);
        drop(first);
        assert_eq!(news.offices_waiting(), 1);
        drop(second);
        assert_eq!(news.offices_waiting(), 0);
    }
}
