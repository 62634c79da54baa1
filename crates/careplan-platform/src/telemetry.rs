//! What operators see: the log, the metrics, and whether this replica is well.
//!
//! Promises: nothing here names a person, a file, a token or a content; an office appears by its
//! number at most. The port is plain HTTP and belongs on the operations network only.

mod log;
mod metrics;
mod operators;

pub use log::start_log;
pub use metrics::Metrics;
pub use operators::{Health, Readiness, router};
