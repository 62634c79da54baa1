//! The one place where the platform learns what time it is.
//!
//! A clock is asked once per request or operation, at the edge; below it `now` is an argument.
//! It tells whole milliseconds, so that what is signed and what is stored is the same instant.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use careplan_domain::Timestamp;

/// Tells the time. Clones tell the same time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The operating system's clock.
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that is moved by hand, for tests and drills.
    ///
    /// ```
    /// use careplan_platform::clock::Clock;
    /// let start = "2026-11-01T00:00:00Z".parse()?;
    /// let (clock, hand) = Clock::by_hand(start);
    /// hand.advance(std::time::Duration::from_secs(60));
    /// assert_eq!(clock.now().duration_since(start).as_secs(), 60);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by_hand(start: Timestamp) -> (Self, Hand) {
        let hand = Hand(Arc::new(AtomicI64::new(start.as_millisecond())));
        let shown = hand.clone();
        (Self(Arc::new(move || shown.shows())), hand)
    }

    /// The present instant, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        whole_millisecond((self.0)())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// The hand of a clock made by [`Clock::by_hand`].
#[derive(Debug, Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Hand {
    /// Moves on.
    pub fn advance(&self, by: std::time::Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// Jumps, also backwards: clocks of real machines do.
    pub fn set(&self, to: Timestamp) {
        self.0.store(to.as_millisecond(), Ordering::SeqCst);
    }

    fn shows(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

fn whole_millisecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}
