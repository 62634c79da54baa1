//! What an office is told of its charges.

use careplan_domain::OfficeNumber;
use careplan_domain::billing::charge::{Charge, ChargeState};
use careplan_domain::billing::dunning;
use careplan_domain::billing::ledger::{Ledger, Totals};
use jiff::civil::Date;

use super::documents::DocumentId;
use super::{Billing, BillingFault};
use crate::store::{Connected, ledger};

/// One charge as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeLine {
    /// The charge.
    pub charge: Charge,
    /// Its sums.
    pub totals: Totals,
    /// Where it stands.
    pub state: ChargeState,
    /// When its invoice is to be paid.
    pub due_on: Option<Date>,
    /// Its documents.
    pub documents: Vec<DocumentId>,
}

impl Billing {
    /// The charges of an office, newest term first.
    ///
    /// # Errors
    /// When the database cannot be reached, or a sum leaves the range of money.
    pub async fn statement(
        &self,
        db: &mut impl Connected,
        (office, today): (&OfficeNumber, Date),
    ) -> Result<Vec<ChargeLine>, BillingFault> {
        let ledger = ledger::of_office(db, office).await?;
        let line = |charge: &Charge| line(&ledger, charge, today);
        let mut lines = ledger.charges().map(line).collect::<Result<Vec<_>, BillingFault>>()?;
        lines.sort_by_key(|line| std::cmp::Reverse(line.charge.id));
        Ok(lines)
    }
}

fn line(ledger: &Ledger, charge: &Charge, today: Date) -> Result<ChargeLine, BillingFault> {
    Ok(ChargeLine {
        charge: charge.clone(),
        totals: ledger.totals(charge.id)?,
        state: dunning::state(ledger, charge.id, today)?,
        due_on: ledger.invoiced(charge.id),
        documents: DocumentId::of(ledger, charge.id)?,
    })
}
