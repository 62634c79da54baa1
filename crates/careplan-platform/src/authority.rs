//! The certificate authority: what may be issued, in which order, and what was issued.
//!
//! Promises: a certificate is prepared by a profile, recorded, signed, verified and recorded again,
//! in this order; whatever happens in between, the record says what was intended. The key is used
//! here only and is never printed.

pub mod desk;
pub mod given_up;
pub mod home;
pub mod issuer;
pub mod ledger;
pub mod own;
pub mod prepared;
pub mod profile;
