//! Granting and ending terms with what they cost.

use careplan_domain::OfficeNumber;
use careplan_domain::Timestamp;
use careplan_domain::billing::charge::{Charge, ChargeId, Method};
use careplan_domain::billing::ledger::{Entry, Event, Source};
use careplan_domain::calendar::beginning;
use careplan_domain::calendar::day;
use careplan_domain::licence::{LicenceTerm, Years};
use careplan_domain::renewal::Plan;
use jiff::civil::Date;
use serde_json::json;

use super::books::Books;
use super::{Billing, BillingFault, By};
use crate::audit;
use crate::licence::{self, LicenceFault};
use crate::store::applications::{self, PlanRow};
use crate::store::{StoreError, Tx, licences};

/// A term to be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granting {
    /// To whom.
    pub office: OfficeNumber,
    /// Which days.
    pub term: LicenceTerm,
    /// How long that is.
    pub years: Years,
}

/// Whether an operator's grant costs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payment {
    /// The price of the day.
    Charged,
    /// Nothing, for this reason.
    Free(String),
}

/// What an operator granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The term.
    pub term: LicenceTerm,
    /// What it costs; none when it was granted free of charge.
    pub charge: Option<Charge>,
}

/// What an operator ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// From when the licence is no longer valid.
    pub at: Timestamp,
    /// The charges that were shortened.
    pub charges: Vec<ChargeId>,
}

impl Billing {
    /// Writes a term with its charge, at the price of the day, into a transaction.
    ///
    /// # Errors
    /// When it is not sold, or days of it are charged already.
    pub(crate) async fn grant_in(
        &self,
        tx: &mut Tx,
        granting: &Granting,
        by: &By,
    ) -> Result<Charge, BillingFault> {
        let Granting { office, term, years } = granting;
        let mut books = Books::open(tx, office).await?;
        let used: Vec<String> = books.ledger().charges().filter_map(|charge| charge.pass.clone()).collect();
        let price = self.prices.price(by.today(), *years, &used)?;
        let method = applications::plan(tx, office).await?.map_or(Method::Deduction, |row| row.method);
        let charge = Charge {
            id: books.ledger().name(*office, day(term.starts_at))?,
            years: *years,
            amount: price.amount,
            tax: price.tax,
            pass: price.pass().map(str::to_owned),
            method,
        };
        let id = licences::grant(tx, office, *term, by.now).await?;
        books.charge(tx, (id, &charge), by).await?;
        let detail = json!({
            "starts_at": term.starts_at, "ends_at": term.ends_at,
            "charge": charge.id, "amount": charge.amount, "pass": charge.pass,
        });
        note(tx, (office, "licence.granted"), detail, by);
        Ok(charge)
    }

    /// An operator grants a term: from a day, or after the present ones, or from today.
    ///
    /// # Errors
    /// When the days overlap with a term or a charge, or are not sold.
    pub async fn grant(
        &self,
        office: &OfficeNumber,
        (from, years): (Option<Date>, Years),
        payment: &Payment,
        by: &By,
    ) -> Result<Granted, BillingFault> {
        let mut tx = self.store.begin().await?;
        let terms = licences::terms_of(&mut tx, office).await?;
        let term = licence::new_term(&terms, from, years.get(), by.now)?;
        let charge = match payment {
            Payment::Charged => {
                Some(self.grant_in(&mut tx, &Granting { office: *office, term, years }, by).await?)
            }
            Payment::Free(reason) => {
                licences::grant(&mut tx, office, term, by.now).await?;
                let detail = json!({ "starts_at": term.starts_at, "ends_at": term.ends_at, "free": reason });
                note(&mut tx, (office, "licence.granted"), detail, by);
                None
            }
        };
        tx.commit().await?;
        Ok(Granted { term, charge })
    }

    /// An operator ends the licence: whole years that were not begun are no longer owed, and nothing is renewed.
    ///
    /// # Errors
    /// When the day is over, or there is nothing to end.
    pub async fn end(&self, office: &OfficeNumber, at: Option<Date>, by: &By) -> Result<Ended, BillingFault> {
        let mut tx = self.store.begin().await?;
        let rows = licences::terms(&mut tx, office).await?;
        let terms: Vec<LicenceTerm> = rows.iter().map(|row| row.1).collect();
        let ends = licence::ends(&terms, at, by.now)?;
        let mut books = Books::open(&mut tx, office).await?;
        let mut charges = Vec::new();
        for (place, ends_at) in &ends {
            let Some((term, _)) = rows.get(*place) else { continue };
            licences::end(&mut tx, *term, *ends_at).await?;
            let Some(charge) = applications::charge_of_term(&mut tx, *term).await? else { continue };
            let until = day(*ends_at);
            let source = Source::shortened(&charge, until);
            let entry = Entry { source, charge, on: by.today(), event: Event::Shortened(until) };
            books.record(&mut tx, &entry, (by, &self.issuer)).await?;
            charges.push(charge);
        }
        renew_no_more(&mut tx, office, by).await?;
        let at = ends.iter().map(|(_, ends_at)| *ends_at).min().unwrap_or(by.now);
        note(&mut tx, (office, "licence.ended"), json!({ "ends_at": at, "terms": ends.len() }), by);
        tx.commit().await?;
        Ok(Ended { at, charges })
    }

    /// Gives the rest of a term back whose licence had ended over a charge that is settled now. Days that another term covers
    /// meanwhile stay as they are.
    pub(super) async fn give_back(
        &self,
        tx: &mut Tx,
        (books, id): (&Books, ChargeId),
        by: &By,
    ) -> Result<(), BillingFault> {
        let Some(charge) = books.ledger().charge(id) else { return Ok(()) };
        if !books.is_settled_late(id)? {
            return Ok(());
        }
        let (from, until) = books.ledger().days(charge)?;
        let whole = |day| beginning(day).ok_or(LicenceFault::Calendar);
        let term = LicenceTerm { starts_at: whole(from)?.max(by.now), ends_at: whole(until)? };
        let terms = licences::terms_of(tx, &id.office).await?;
        let mut real = terms.iter().filter(|other| other.starts_at < other.ends_at);
        let overlaps = real.any(|other| other.starts_at < term.ends_at && term.starts_at < other.ends_at);
        if overlaps || term.ends_at <= term.starts_at {
            return Ok(());
        }
        let term_id = licences::grant(tx, &id.office, term, by.now).await?;
        applications::move_charge(tx, id, term_id).await?;
        let detail = json!({ "starts_at": term.starts_at, "ends_at": term.ends_at, "charge": id });
        note(tx, (&id.office, "licence.restored"), detail, by);
        Ok(())
    }
}

/// Nothing is renewed automatically after a licence was ended.
pub(super) async fn renew_no_more(tx: &mut Tx, office: &OfficeNumber, by: &By) -> Result<(), StoreError> {
    if let Some(row) = applications::plan(tx, office).await? {
        applications::put_plan(tx, office, PlanRow { plan: Plan::Cancel, ..row }, by.now).await?;
    }
    Ok(())
}

pub(super) fn note(
    tx: &mut Tx,
    (office, action): (&OfficeNumber, &'static str),
    detail: serde_json::Value,
    by: &By,
) {
    let (actor, subject) = (by.actor.clone(), office.to_string());
    audit::append(tx, by.now, audit::Entry { actor, action, subject, detail });
}
