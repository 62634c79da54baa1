//! Writing: from forms to the bytes of a file, in the one canonical way.
//!
//! Canonical is: MS932, no header, rows ended by CRLF, free text in quotes also when empty, everything else bare. Promises: a
//! character that MS932 lacks is never replaced unless it was asked for, and then every replacement is reported.

mod characters;
mod writer;

pub use characters::{Characters, Unwritable, unwritable};
pub use writer::{FormWriter, Written};
