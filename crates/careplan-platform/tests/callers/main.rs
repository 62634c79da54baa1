//! Who may come in: every refusal of a certificate over real TLS, enrolment by EST with `curl` and
//! `openssl`, and what reloads and revocations do to connections that are open.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod est;
mod judged;
mod stranger;
mod world;
