//! 月次処理: what a month's run asks for, and the files that say it.
//!
//! Entries are made first, office by office; the files are made from the ledger. A run that broke off is run again and makes the
//! same files.

use std::collections::BTreeMap;

use careplan_domain::billing::Yen;
use careplan_domain::billing::charge::ChargeId;
use careplan_domain::billing::deduction::Request;
use careplan_domain::billing::ledger::{Change, Event, Ledger};
use careplan_domain::billing::run;
use careplan_domain::{OfficeNumber, ServiceMonth};
use jiff::civil::Date;
use serde_json::json;

use super::books::Books;
use super::{Billing, BillingFault, By};
use crate::audit;
use crate::store::{ledger, payments};

/// What a run made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// Entries that it added, by the names of their events.
    pub added: BTreeMap<&'static str, usize>,
    /// The month's requests, one for each prefecture.
    pub requests: Vec<Request>,
    /// Invoices that were issued and not paid yet.
    pub invoices: Vec<OpenInvoice>,
}

/// An invoice that was issued and is not paid yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenInvoice {
    /// Of which charge.
    pub charge: ChargeId,
    /// What it asked for.
    pub amount: Yen,
    /// What is open of that.
    pub open: Yen,
    /// When it was issued.
    pub issued_on: Date,
    /// When it is to be paid.
    pub due_on: Date,
}

impl Billing {
    /// Runs a month. `operator` stands in the record of runs.
    ///
    /// # Errors
    /// When the database cannot be reached, or a sum leaves the range of money.
    pub async fn run(&self, month: ServiceMonth, operator: &str, by: &By) -> Result<Run, BillingFault> {
        let mut run = Run::default();
        let offices = ledger::offices(&mut self.store.read().await?).await?;
        for office in &offices {
            let ledger = self.run_office((office, month), &mut run.added, by).await?;
            gather(&ledger, month, &mut run)?;
        }
        for request in &mut run.requests {
            request.lines.sort_by_key(|line| line.charge);
        }
        let mut tx = self.store.begin().await?;
        let entries = run.added.values().sum();
        payments::add_run(&mut tx, (month, by.today()), (entries, operator), by.now).await?;
        let detail = json!({ "entries": run.added });
        let (actor, subject) = (by.actor.clone(), month.to_string());
        audit::append(&mut tx, by.now, audit::Entry { actor, action: "billing.run", subject, detail });
        tx.commit().await?;
        Ok(run)
    }

    /// Most offices have nothing to be asked for: they are looked at without the lock.
    async fn run_office(
        &self,
        (office, month): (&OfficeNumber, ServiceMonth),
        added: &mut BTreeMap<&'static str, usize>,
        by: &By,
    ) -> Result<Ledger, BillingFault> {
        let entries = |books: &Books| run::entries(books.ledger(), month, self.rule, by.today());
        let mut books = Books::open(&mut self.store.read().await?, office).await?;
        if !entries(&books)?.is_empty() {
            let mut tx = self.store.begin().await?;
            books = Books::open(&mut tx, office).await?;
            for entry in entries(&books)? {
                if self.enter(&mut tx, (&mut books, &entry), by).await? == Change::Record {
                    *added.entry(ledger::event_name(&entry.event)).or_default() += 1;
                }
            }
            tx.commit().await?;
        }
        Ok(books.ledger().clone())
    }
}

/// Adds what the ledger of an office says of the month's requests and of open invoices.
fn gather(ledger: &Ledger, month: ServiceMonth, run: &mut Run) -> Result<(), BillingFault> {
    for charge in ledger.charges() {
        for (on, event) in ledger.events(charge.id) {
            match event {
                Event::DeductionRequested(asked, _) if *asked == month => {
                    let prefecture = charge.id.office.prefecture();
                    let of_charge = charge_request(ledger, charge.id, month, on);
                    match run.requests.iter_mut().find(|request| request.prefecture == prefecture) {
                        Some(request) => {
                            request.made_on = request.made_on.max(on);
                            request.lines.extend(of_charge.lines);
                        }
                        None => run.requests.push(of_charge),
                    }
                }
                Event::Invoiced(due_on, amount) => {
                    let open = ledger.totals(charge.id)?.open()?;
                    let invoice = OpenInvoice {
                        charge: charge.id,
                        amount: *amount,
                        open,
                        issued_on: on,
                        due_on: *due_on,
                    };
                    run.invoices.extend(open.is_positive().then_some(invoice));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// The request of one charge, on the day it was entered.
fn charge_request(ledger: &Ledger, id: ChargeId, month: ServiceMonth, on: Date) -> Request {
    let mut request = Request::of(ledger, id.office.prefecture(), month, on);
    request.lines.retain(|line| line.charge == id);
    request
}
