//! What crosses the network between an office's client and the platform: types only.
//!
//! * [`manifest`], [`receipt`], [`announcement`], [`trust`] — the documents that are signed. They
//!   are JSON inside CMS SignedData; the signed bytes travel as they are and are never re-written,
//!   so no canonical form is needed. Unknown fields are ignored, so documents can grow.
//! * [`office_api`] — the JSON answers of the Office API, with [`routes`] and [`headers`].
//! * [`problem`] — what went wrong, with a stable code and a Japanese sentence (RFC 9457).

pub mod announcement;
pub mod base64;
pub mod headers;
pub mod manifest;
pub mod office_api;
pub mod problem;
pub mod receipt;
pub mod routes;
pub mod trust;

pub use base64::Base64;
pub use problem::{Code, Problem};
