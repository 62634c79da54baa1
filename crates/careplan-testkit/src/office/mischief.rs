//! What can go wrong with the PC of an office: its power, its disk, its clock.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use careplan_client::mishap::{Mishap, Point};
use tokio::sync::Notify;

/// What is wrong with the PC of an office.
#[derive(Default)]
pub(super) struct Mischief {
    /// The power is cut when the client passes this point.
    pub(super) armed: Mutex<Option<Point>>,
    pub(super) struck: Notify,
    pub(super) is_disk_full: AtomicBool,
    /// How many seconds its clock is ahead.
    pub(super) clock_ahead: AtomicI64,
}

/// Lets it happen to a client.
pub(super) struct Switch(pub(super) Arc<Mischief>);

impl Mishap for Switch {
    fn strikes_at(&self, point: Point) -> bool {
        let mut armed = self.0.armed.lock().unwrap_or_else(PoisonError::into_inner);
        let strikes = *armed == Some(point);
        if strikes {
            *armed = None;
            self.0.struck.notify_one();
        }
        strikes
    }

    fn before_write(&self, _path: &Path) -> io::Result<()> {
        let is_full = self.0.is_disk_full.load(Ordering::SeqCst);
        if is_full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}
