//! The safe: backups of all this client knows, and the way back from them.
//!
//! Promises: a backup is of one instant although the client goes on working; it is sealed to the recovery key, whose secret half is on
//! paper and not on this PC; it is read again after it was written, and has its name only after that; old ones are thinned by a rule
//! and nothing else is ever removed. A restored client is the same terminal: it sends what waited, byte for byte, and receives what came
//! meanwhile. A folder that is not there is never made: a memory stick that was pulled out must not become a folder on the disk.

mod code;
mod daily;
mod fault;
mod name;
mod pack;
mod parts;
mod restore;
mod write;

pub use code::{RecoveryCode, RecoveryKey};
pub use daily::keep_safe;
pub use fault::{BackupFault, RestoreFault};
pub use name::{BackupName, EXTENSION, to_remove};
pub use restore::{Restored, restore};
pub use write::BackupReport;
