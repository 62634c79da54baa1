//! The words and rules of the exchange.
//!
//! Everything here is a value or a pure function: no I/O, no async, and no clock — the time is
//! always an argument. Parsing returns types that exist only valid; every change of a
//! [`Transmission`](transmission::Transmission) is a decision that returns either the event to
//! record or a named refusal.
//!
//! ```
//! use careplan_domain::{Address, OfficeNumber, UserId};
//!
//! let to: Address = "9970000026-11".parse()?;
//! assert_eq!(to.office.prefecture(), "99");
//! assert_eq!(UserId::of(&to.office).as_str(), "KJ999970000026");
//! assert!("997000002".parse::<OfficeNumber>().is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod billing;
pub mod calendar;
pub mod digest;
pub mod gate;
pub mod licence;
pub mod limits;
pub mod month;
pub mod office;
pub mod reminder;
pub mod renewal;
pub mod retention;
pub mod secret;
pub mod transmission;
pub mod unit;

pub use digest::Digest;
pub use jiff::Timestamp;
pub use month::ServiceMonth;
pub use office::{Address, OfficeNumber, ServiceType, UserId};
pub use secret::Secret;
pub use transmission::TransmissionId;
pub use unit::UnitKind;
