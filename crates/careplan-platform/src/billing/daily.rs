//! What is due by the day: automatic renewals, reminders, and the end of a licence that nobody paid.
//!
//! Each office is a transaction of its own; one that cannot be served is told to the log and does not stop the others.

use std::time::Duration;

use careplan_domain::billing::dunning::Rule;
use careplan_domain::billing::ledger::{Change, Entry, Event};
use careplan_domain::billing::run;
use careplan_domain::calendar::beginning;
use careplan_domain::calendar::day;
use careplan_domain::renewal::{self, Plan, Renewal};
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp, UserId};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;

use super::books::Books;
use super::grant::{Granting, note, renew_no_more};
use super::{Billing, BillingFault, By};
use crate::audit::Actor;
use crate::mail::payment_reminder;
use crate::store::{Tx, accounts, applications, leases, ledger, licences};

/// Between two turns. What is due stays due, so a turn that was missed is made up for.
pub(crate) const PERIOD: Duration = Duration::from_secs(60 * 60);

/// The name of the lease: one replica does it.
const LEASE: &str = "billing-daily";

impl Billing {
    /// Does what is due, unless another replica does; how many changes that were.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn daily_turn(&self, now: Timestamp) -> Result<usize, BillingFault> {
        let until = now.saturating_add(PERIOD).unwrap_or(Timestamp::MAX);
        let mut tx = self.store.begin().await?;
        let taken = leases::take(&mut tx, (LEASE, &std::process::id().to_string()), now, until).await?;
        tx.commit().await?;
        if taken { self.daily(now).await } else { Ok(0) }
    }

    /// Does what is due on the day of `now`; repeated, it changes nothing.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn daily(&self, now: Timestamp) -> Result<usize, BillingFault> {
        let by = By::new(Actor::Platform, now);
        let mut changed = 0;
        for office in self.renewing(by.today()).await? {
            changed += count(&office, self.renew_automatically(&office, &by).await)?;
        }
        let invoiced = ledger::invoiced(&mut self.store.read().await?).await?;
        for office in invoiced {
            changed += count(&office, self.dun(&office, &by).await)?;
        }
        Ok(changed)
    }

    async fn renewing(&self, today: Date) -> Result<Vec<OfficeNumber>, BillingFault> {
        let last = today.saturating_add(i32::from(self.automatic_days).days());
        let instant = |day| beginning(day).unwrap_or(Timestamp::MAX);
        let between = (instant(today), instant(last));
        Ok(applications::renewing(&mut self.store.read().await?, between).await?)
    }

    async fn renew_automatically(&self, office: &OfficeNumber, by: &By) -> Result<usize, BillingFault> {
        let mut tx = self.store.begin().await?;
        let terms = licences::terms_of(&mut tx, office).await?;
        let plan = applications::plan(&mut tx, office).await?.map_or(Plan::ByHand, |row| row.plan);
        let Some((follows, years)) = renewal::due(&terms, plan, self.automatic_days, by.today()) else {
            return Ok(0);
        };
        let Renewal::Grant(term) = renewal::renew(&terms, follows, years, by.today())? else { return Ok(0) };
        self.grant_in(&mut tx, &Granting { office: *office, term, years }, by).await?;
        tx.commit().await?;
        Ok(1)
    }

    /// Reminders and ends; requests and invoices are made by the month's run.
    async fn dun(&self, office: &OfficeNumber, by: &By) -> Result<usize, BillingFault> {
        let entries = |books: &Books| dunning(books, self.rule, by.today());
        if entries(&Books::open(&mut self.store.read().await?, office).await?)?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.store.begin().await?;
        let mut books = Books::open(&mut tx, office).await?;
        let mut changed = 0;
        for entry in entries(&books)? {
            changed += usize::from(self.enter(&mut tx, (&mut books, &entry), by).await? == Change::Record);
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// Records what a run decided, and does what it means.
    pub(super) async fn enter(
        &self,
        tx: &mut Tx,
        (books, entry): (&mut Books, &Entry),
        by: &By,
    ) -> Result<Change, BillingFault> {
        let change = books.record(tx, entry, (by, &self.issuer)).await?;
        if change == Change::Record {
            match entry.event {
                Event::Reminded => self.remind(tx, (books, entry), by).await?,
                Event::LicenceEnded => end_unpaid(tx, entry, by).await?,
                _ => {}
            }
        }
        Ok(change)
    }

    async fn remind(
        &self,
        tx: &mut Tx,
        (books, entry): (&Books, &Entry),
        by: &By,
    ) -> Result<(), BillingFault> {
        let account = accounts::account(tx, &UserId::of(&entry.charge.office)).await?;
        let mail = account.and_then(|account| account.mail);
        // Without an address the page says it, and an operator sees it in `billing show`.
        if let (Some(to), Some(due)) = (mail, books.ledger().invoiced(entry.charge)) {
            payment_reminder(&to, &self.site, due).queue(tx, by.now).await?;
        }
        Ok(())
    }
}

fn dunning(books: &Books, rule: Rule, today: Date) -> Result<Vec<Entry>, BillingFault> {
    let month = month_of(today)?;
    let entries = run::entries(books.ledger(), month, rule, today)?;
    let is_dunning = |entry: &Entry| matches!(entry.event, Event::Reminded | Event::LicenceEnded);
    Ok(entries.into_iter().filter(is_dunning).collect())
}

/// The month of a day; only the requests of a run depend on it.
fn month_of(day: Date) -> Result<ServiceMonth, BillingFault> {
    let number = u32::from(day.year().unsigned_abs()) * 100 + u32::from(day.month().unsigned_abs());
    ServiceMonth::from_number(number).map_err(|_| crate::licence::LicenceFault::Calendar.into())
}

/// Ends the term that nobody paid. Other terms have charges of their own.
async fn end_unpaid(tx: &mut Tx, entry: &Entry, by: &By) -> Result<(), BillingFault> {
    let office = entry.charge.office;
    let id = applications::term_of_charge(tx, entry.charge).await?;
    let terms = licences::terms(tx, &office).await?;
    let Some((id, term)) = terms.into_iter().find(|(term, _)| Some(*term) == id) else { return Ok(()) };
    let at = by.now.max(term.starts_at);
    if term.ends_at > at {
        licences::end(tx, id, at).await?;
        let detail = json!({ "ends_at": at, "first_day": day(term.starts_at), "unpaid": entry.charge });
        note(tx, (&office, "licence.ended"), detail, by);
    }
    renew_no_more(tx, &office, by).await?;
    Ok(())
}

/// One office's fault is told; the database's stops the turn.
fn count(office: &OfficeNumber, done: Result<usize, BillingFault>) -> Result<usize, BillingFault> {
    match done {
        Ok(changed) => Ok(changed),
        Err(BillingFault::Store(error)) => Err(error.into()),
        Err(fault) => {
            tracing::error!(%office, %fault, "an office could not be billed");
            Ok(0)
        }
    }
}
