//! The directory: which offices are there, and which of them can be written to now.
//!
//! Names, places and service types of offices are public in Japan; that an office has joined is
//! shown to offices with a good certificate only.

mod fold;

pub use fold::fold;
