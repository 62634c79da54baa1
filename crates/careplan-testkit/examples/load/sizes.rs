//! How much of everything: the whole within eight minutes on two cores, the quick run in one.

use std::time::Duration;

/// The sizes of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Offices that join.
    pub(crate) offices: u32,
    /// Rounds of each measurement; their median is printed.
    pub(crate) rounds: usize,
    /// Senders at the same time, and letters of each in a round.
    pub(crate) sends: [(usize, usize); 3],
    /// Readers at the same time, and letters of each in a round.
    pub(crate) drains: [(usize, usize); 2],
    /// Pairs of offices that play cycles at the same time, and cycles of each in a round.
    pub(crate) cycles: (usize, usize),
    /// Handshakes in a round.
    pub(crate) handshakes: usize,
    /// Senders while notices are timed, and letters of each.
    pub(crate) notices: (usize, usize),
    /// Idle event streams.
    pub(crate) streams: usize,
    /// Stored transmissions of the large platform.
    pub(crate) stored: u32,
    /// Pages listed in a round.
    pub(crate) pages: usize,
    /// Time of a round of the envelope's work.
    pub(crate) envelope: Duration,
}

impl Sizes {
    /// The whole run.
    pub(crate) const FULL: Self = Self {
        offices: 16,
        rounds: 5,
        sends: [(1, 300), (8, 150), (32, 100)],
        drains: [(1, 100), (8, 50)],
        cycles: (16, 50),
        handshakes: 1500,
        notices: (8, 150),
        streams: 1000,
        stored: 1_000_000,
        pages: 200,
        envelope: Duration::from_millis(400),
    };

    /// The quick run: the same measurements, fewer and smaller rounds. It shows that everything
    /// works and the order of magnitude.
    pub(crate) const QUICK: Self = Self {
        offices: 8,
        rounds: 3,
        sends: [(1, 60), (8, 30), (32, 30)],
        drains: [(1, 30), (8, 10)],
        cycles: (8, 20),
        handshakes: 300,
        notices: (8, 30),
        streams: 1000,
        stored: 50_000,
        pages: 50,
        envelope: Duration::from_millis(100),
    };
}
