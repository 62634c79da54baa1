//! Offices on both databases: log-in, directory, licences, terminals, operators' commands.
#![expect(clippy::unwrap_used, clippy::panic, unreachable_pub, reason = "tests")]

mod account;
mod admin;
mod api;
mod applications;
mod bank;
mod billing;
mod billing_life;
mod change;
mod directory;
mod foreign;
mod licence;
mod links;
mod login;
mod mails;
mod notices;
mod papers;
mod reminders;
mod requests;
mod second_factor;
mod sessions;
mod site;
mod standings;
mod terminals;
mod world;
