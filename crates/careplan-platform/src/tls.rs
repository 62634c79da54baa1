//! The door: TCP, TLS and HTTP connections, before anybody is asked who they are.
//!
//! Promises: a peer that presents a certificate proved that it holds its key; handshakes, silence,
//! age and number of connections have limits; a connection ends between two requests and not
//! within one, unless the time given for stopping runs out. Must never judge whose certificate it
//! is: `caller` does, at each request.

mod activity;
mod connection;
mod door;
mod holder;
mod identity;

pub use connection::PeerAddress;
pub use door::{Door, Limits, Listener, Transport};
pub use identity::{PeerCertificates, TlsFault, TlsInForce};
