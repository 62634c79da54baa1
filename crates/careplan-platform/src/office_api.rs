//! The Office API over HTTP: one file per resource, mirroring the routes.
//!
//! A handler is always parse → authorise → load → decide → commit. Every refusal is a problem
//! document with a stable code; an internal cause is logged once and never sent.

pub mod problem;
