//! 事業所内での共有: the screens for the other PCs of the office, over TLS with a certificate of this PC's own making.
//!
//! Promises: off unless the office turned it on; nothing is ever said without TLS to another PC; it answers only to the names and addresses
//! that stand in its certificate. The authority behind that certificate is this PC's alone, and is bound to names of local networks: who
//! steals its key can pretend to be no site of the Internet. Trouble here ends nothing else.

mod authority;
mod choice;
mod names;
mod open;
mod tls;

pub use authority::{Authority, LanFault, SERVER_DAYS};
pub use choice::{Choice, ChoiceFault, NAMES_MAX, PORT};
pub use names::{Names, own_names};
pub use open::{Standing, keep_open};
