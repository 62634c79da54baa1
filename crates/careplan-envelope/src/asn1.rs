//! The DER this room reads and writes.
//!
//! Promises: reading is strict (definite, minimal lengths; nothing left over) and borrows from the
//! input; writing computes every length first and copies each byte once. Tags, lengths and object
//! identifiers themselves are decoded by the `der` crate; here is only the walk over fields.

pub(crate) mod oid;
pub(crate) mod read;
pub(crate) mod time;
pub(crate) mod write;
