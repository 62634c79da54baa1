//! Times of many requests, and what several rounds say together.

use std::time::Duration;

/// Times of requests that ran in `wall`.
#[derive(Debug)]
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

    /// Milliseconds that `share` (0 to 1) of the requests do not exceed.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let at = (self.sorted.len() as f64 * share).ceil() as usize;
        let index = at.clamp(1, self.sorted.len().max(1)) - 1;
        self.sorted.get(index).copied().unwrap_or_default().as_secs_f64() * 1000.0
    }
}

/// One round of one thing that was done many times: how fast, and what it cost the server.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Round {
    /// How often a second.
    pub(crate) rate: f64,
    /// Milliseconds that half of them took at most.
    pub(crate) p50: f64,
    /// Milliseconds that 99 of 100 took at most.
    pub(crate) p99: f64,
    /// Milliseconds of CPU of the server for each.
    pub(crate) cpu: f64,
    /// Milliseconds of CPU of the database server for each.
    pub(crate) database_cpu: f64,
}

/// The medians of rounds, each figure by itself.
pub(crate) fn medians(rounds: &[Round]) -> Round {
    let of = |figure: fn(&Round) -> f64| median(rounds.iter().map(figure));
    Round {
        rate: of(|it| it.rate),
        p50: of(|it| it.p50),
        p99: of(|it| it.p99),
        cpu: of(|it| it.cpu),
        database_cpu: of(|it| it.database_cpu),
    }
}

/// The middle one; of an even number the mean of the two in the middle.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.len().saturating_sub(1) / 2, sorted.len() / 2);
    match (sorted.get(low), sorted.get(high)) {
        (Some(low), Some(high)) => f64::midpoint(*low, *high),
        _ => f64::NAN,
    }
}
