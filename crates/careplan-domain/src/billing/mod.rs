//! 料金: what an office owes for its licence, how it is asked for, and what came in.
//!
//! ```text
//! price ─► charge ─► ledger ◄─ run ◄─ dunning (what is next)
//!                     ▲  ▲
//!       deduction ────┘  └──── matching ◄─ bank
//! ```
//!
//! Promises: money is whole yen and is never made or lost; every event has a source and counts once,
//! however often it comes; nothing here guesses. Never reads a file, a database or a clock. How the
//! parts play together is told in `docs/billing.md`.

pub mod bank;
pub mod charge;
pub mod deduction;
pub mod dunning;
mod judge;
pub mod ledger;
pub mod matching;
pub mod money;
pub mod payer;
pub mod price;
pub mod run;

pub use charge::{Charge, ChargeId, ChargeState};
pub use ledger::Ledger;
pub use money::{TaxRate, Yen};
