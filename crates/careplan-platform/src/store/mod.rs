//! The database: SQLite (embedded) or PostgreSQL (several replicas), with one body of SQL.
//!
//! Promises: every writing transaction locks the head of the audit chain first, so there is one
//! writer at a time, and chain and counters are in the order of commits: a reader with a cursor
//! never misses a row. Nothing outside this room writes SQL; statements are constants with `$1`
//! parameters, one file per table family, and each is prepared on both databases by a test.

pub mod accounts;
pub mod applications;
pub mod audit_rows;
pub mod certificates;
mod connect;
pub mod directory;
mod error;
pub mod events;
mod fold;
mod inserts;
pub mod jobs;
pub mod leases;
pub mod ledger;
pub mod letter_requests;
pub mod letters;
pub mod licences;
pub mod links;
mod listener;
pub mod lists;
pub mod mails;
pub mod misses;
pub mod notices;
pub mod offices;
pub mod orders;
pub mod parties;
pub mod payments;
pub mod progress;
pub mod receipts;
pub mod reminders;
pub mod retention;
mod rows;
mod schema;
mod seats;
pub mod second_factors;
pub mod sessions;
pub mod standings;
pub mod terminals;
pub mod transmissions;
mod tx;
pub mod uploads;
mod url;
pub mod values;

pub use connect::{Conn, Connected, Link, Store};
pub use error::StoreError;
pub use inserts::{Insert, Marks, Table, Value};
pub use listener::Listener;
pub use rows::{IN_LIST_MAX, ManyIds};
pub use tx::{Head, Tx};
pub use url::{DatabaseUrl, DatabaseUrlFault};

/// Stamps one body for both drivers: `on!(db, |c| sqlx::query(X).execute(&mut *c).await?)`.
///
/// `db` is a `&mut` of anything [`Connected`]: a [`Conn`], a [`Tx`] or a [`Link`].
macro_rules! on {
    ($db:expr, |$c:ident| $body:expr) => {
        match $crate::store::Connected::link($db) {
            $crate::store::Link::Sqlite($c) => $body,
            $crate::store::Link::Postgres($c) => $body,
        }
    };
}
pub(crate) use on;

/// Every statement of the store as one driver gets it, for the test that prepares each on both
/// databases.
#[doc(hidden)]
pub fn statements(marks: Marks) -> Vec<String> {
    let constants: &[&[&str]] = &[
        tx::STATEMENTS,
        audit_rows::STATEMENTS,
        orders::STATEMENTS,
        accounts::STATEMENTS,
        directory::STATEMENTS,
        licences::STATEMENTS,
        jobs::STATEMENTS,
        leases::STATEMENTS,
        terminals::STATEMENTS,
        lists::STATEMENTS,
        uploads::STATEMENTS,
        applications::STATEMENTS,
        ledger::STATEMENTS,
        parties::STATEMENTS,
        payments::STATEMENTS,
        progress::STATEMENTS,
        reminders::STATEMENTS,
        sessions::STATEMENTS,
        second_factors::STATEMENTS,
        links::STATEMENTS,
        letter_requests::STATEMENTS,
        mails::STATEMENTS,
        misses::STATEMENTS,
        notices::STATEMENTS,
    ];
    let mut all: Vec<String> =
        constants.iter().flat_map(|family| family.iter().map(|text| (*text).to_owned())).collect();
    all.push(crate::audit::INSERT.text(marks, 2).0.to_string());
    all.push(standings::STANDINGS.text(2).0.to_string());
    all.extend(transmissions::statements(marks));
    all.extend(certificates::statements());
    all.extend(letters::statements(marks));
    all.extend(offices::statements(marks));
    all.extend(events::statements(marks));
    all.extend(receipts::statements(marks));
    all.extend(retention::statements());
    all
}
