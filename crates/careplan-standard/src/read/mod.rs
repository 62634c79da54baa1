//! Reading: from the bytes of a file to records, and from records to forms.
//!
//! Promises: a record keeps the bytes it was read from; nothing is rewritten. A file that cannot be taken apart with certainty is
//! not read at all, and the findings say why. An item with a wrong value does not stop anything.

mod forms;
mod records;

pub(crate) use forms::item_numbers;
pub use forms::read_forms;
pub use records::{Record, Records, StandardFile};
