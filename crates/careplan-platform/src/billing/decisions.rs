//! What operators decide: money given back, given up, or taken by hand; how an office pays, and under which name.

use careplan_domain::OfficeNumber;
use careplan_domain::billing::Yen;
use careplan_domain::billing::charge::{ChargeId, Method};
use careplan_domain::billing::ledger::{Change, Entry, Event, Source};
use careplan_domain::billing::payer::PayerName;
use careplan_domain::renewal::Plan;
use serde_json::json;

use super::books::Books;
use super::grant::note;
use super::{Billing, BillingFault, By};
use crate::store::applications::{self, PlanRow};
use crate::store::{StoreError, payments};

/// A decision about a charge, by the number it has in the operator's files: the number counts once.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Its number.
    pub number: String,
    /// About which charge.
    pub charge: ChargeId,
    /// What was decided: paid, refunded, waived or written off.
    pub event: fn(Yen) -> Event,
    /// How much.
    pub amount: Yen,
}

/// Why an office cannot be known by that.
#[derive(Debug, thiserror::Error)]
pub enum PayerFault {
    /// Not ten digits.
    #[error("振込専用口座は、支店3桁と口座番号7桁を続けた半角数字10桁で指定してください。")]
    Account,
    /// Another office has it.
    #[error("その振込専用口座は、ほかの事業所のものとして登録されています。番号を確かめてください。")]
    Taken,
    /// Not a name as banks write it.
    #[error(transparent)]
    Name(#[from] careplan_domain::billing::payer::PayerFault),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Billing {
    /// Enters a decision; the same number with the same content changes nothing.
    ///
    /// # Errors
    /// When the ledger does not allow it, or the number stands for something else.
    pub async fn decide(&self, decision: &Decision, by: &By) -> Result<Change, BillingFault> {
        let Decision { number, charge, event, amount } = decision;
        let mut tx = self.store.begin().await?;
        let mut books = Books::open(&mut tx, &charge.office).await?;
        let source = Source::operator(number);
        let entry = Entry { source, charge: *charge, on: by.today(), event: event(*amount) };
        let change = books.record(&mut tx, &entry, (by, &self.issuer)).await?;
        if change == Change::Record && matches!(entry.event, Event::Paid(_)) {
            self.give_back(&mut tx, (&books, *charge), by).await?;
        }
        tx.commit().await?;
        Ok(change)
    }

    /// Sets how an office pays what is charged from now on. One that never applied renews by hand.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn set_method(
        &self,
        office: &OfficeNumber,
        method: Method,
        by: &By,
    ) -> Result<(), BillingFault> {
        let mut tx = self.store.begin().await?;
        let row = applications::plan(&mut tx, office).await?;
        let plan = row.map_or(Plan::ByHand, |row| row.plan);
        applications::put_plan(&mut tx, office, PlanRow { plan, method }, by.now).await?;
        note(&mut tx, (office, "billing.method_changed"), json!({ "method": method }), by);
        tx.commit().await?;
        Ok(())
    }

    /// Sets how an office is known in a bank's statement; what is `None` is left as it was.
    ///
    /// # Errors
    /// [`PayerFault`] by its variants.
    pub async fn set_payer(
        &self,
        office: &OfficeNumber,
        (account, name): (Option<&str>, Option<&str>),
        by: &By,
    ) -> Result<(), PayerFault> {
        if account.is_some_and(|it| it.len() != 10 || !it.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(PayerFault::Account);
        }
        if let Some(name) = name {
            PayerName::new(name)?;
        }
        let mut tx = self.store.begin().await?;
        let (account_before, name_before) = payments::payer(&mut tx, office).await?;
        let (account, name) = (account.or(account_before.as_deref()), name.or(name_before.as_deref()));
        match payments::put_payer(&mut tx, office, (account, name), by.now).await {
            Err(error) if error.is_conflict() => return Err(PayerFault::Taken),
            done => done?,
        }
        note(&mut tx, (office, "billing.payer_changed"), json!({ "account": account.is_some() }), by);
        tx.commit().await?;
        Ok(())
    }
}
