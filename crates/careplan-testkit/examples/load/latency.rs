//! Times of many requests, and what they say together.

use std::time::Duration;

/// Times of requests that ran in `wall`.
#[derive(Debug, Default)]
pub(crate) struct Times {
    sorted: Vec<Duration>,
    wall: Duration,
}

impl Times {
    /// Takes the single times and how long they took together.
    pub(crate) fn new(mut times: Vec<Duration>, wall: Duration) -> Self {
        times.sort_unstable();
        Self { sorted: times, wall }
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.sorted.len()
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.sorted.len() as f64 / self.wall.as_secs_f64()
    }

    /// The time that `share` (0 to 1) of the requests do not exceed, in milliseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let at = (self.sorted.len() as f64 * share).ceil() as usize;
        let index = at.clamp(1, self.sorted.len().max(1)) - 1;
        self.sorted.get(index).copied().unwrap_or_default().as_secs_f64() * 1000.0
    }
}

/// The middle one of an odd number of runs.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
