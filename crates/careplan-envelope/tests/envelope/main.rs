//! The envelope against the other implementation, against broken input, and against itself.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod certificates;
mod chains;
mod interop;
mod letters;
mod limits;
mod openssl;
mod people;
mod pkcs12;
mod properties;
mod sealed;
mod signed;
mod signed_attributes;
mod tree;
