//! 料金: what a granted term costs, how it is asked for, and what came of it. The rules are `careplan_domain::billing`; here they
//! meet the database.
//!
//! Promises: a term and its charge are written together; an entry is judged and written in the transaction that holds the ledger, so
//! that every step may be repeated and counts once; every change has its audit line. Names of payers are never logged.

mod books;
mod daily;
mod decisions;
mod documents;
mod fault;
mod grant;
mod import;
mod monthly;
mod statement;

pub use decisions::{Decision, PayerFault};
pub use documents::{
    Addressee, Document, DocumentId, DocumentLine, InvoiceDocument, Issuer, Parties, ReceiptDocument,
};
pub use fault::BillingFault;
pub use grant::{Ended, Granted, Granting, Payment};
pub use import::Imported;
pub use monthly::{OpenInvoice, Run};
pub use statement::ChargeLine;

use careplan_domain::Timestamp;
use careplan_domain::billing::dunning::Rule;
use careplan_domain::billing::price::PriceList;

use crate::audit::Actor;
use crate::config;
use crate::mail::SiteUrl;
use crate::store::Store;

/// Everything about charges, over one database.
#[derive(Debug, Clone)]
pub struct Billing {
    store: Store,
    prices: PriceList,
    rule: Rule,
    automatic_days: u16,
    issuer: Issuer,
    site: SiteUrl,
}

impl Billing {
    /// Billing in `store` at these prices; mails lead to `site`.
    pub fn new(store: &Store, prices: PriceList, settings: &config::Billing, site: &SiteUrl) -> Self {
        Self {
            store: store.clone(),
            prices,
            rule: settings.dunning_rule(),
            automatic_days: settings.automatic_days,
            issuer: Issuer::new(settings),
            site: site.clone(),
        }
    }

    /// The price list.
    pub fn prices(&self) -> &PriceList {
        &self.prices
    }

    /// Days before its end on which a licence is renewed automatically.
    pub fn automatic_days(&self) -> u16 {
        self.automatic_days
    }

    /// Who issues documents.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Where people reach the web site.
    pub fn site(&self) -> &SiteUrl {
        &self.site
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// Who changes something, when, and why.
#[derive(Debug, Clone)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: Timestamp,
    /// An operator's words for it.
    pub note: Option<String>,
}

impl By {
    /// Without words.
    pub fn new(actor: Actor, now: Timestamp) -> Self {
        Self { actor, now, note: None }
    }

    /// With an operator's words.
    #[must_use]
    pub fn because(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    pub(crate) fn today(&self) -> jiff::civil::Date {
        careplan_domain::calendar::day(self.now)
    }
}
