//! The envelope against the other implementation, against broken input, and against itself.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod interop;
mod openssl;
mod people;
mod signed;
mod tree;
