//! The web site as a browser meets it, on both databases.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, unreachable_pub, reason = "tests")]

mod account;
mod browser;
mod certificates;
mod documents;
mod downloads;
mod factor;
mod faq;
mod hostile;
mod licence;
mod login;
mod lost;
mod notices;
mod offices;
mod prices;
mod promises;
mod routes;
mod status;
mod world;
