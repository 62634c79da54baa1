//! An invented town: offices, the people they care for, and what their care software writes in a month.
//!
//! Promises: everything is invented (office numbers begin with 99, people are called after plants and weather); the same month gives
//! the same bytes; what is written passes the checks of the standard without a finding, unless it is spoiled on purpose.

mod month;
mod offices;
mod people;

use std::collections::BTreeMap;

pub(crate) use month::{Month, actuals, use_slips};
pub(crate) use offices::{Invented, OFFICES};
pub(crate) use people::{User, users};

/// Files by name.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;
