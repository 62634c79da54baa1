//! Who stands on invoices and receipts: as it was when they were issued.

use careplan_domain::Timestamp;

use super::values::millis;
use super::{Connected, StoreError, Tx, on};
use crate::billing::{Addressee, DocumentId, Issuer, Parties};

const KEEP: &str = "insert into document_party \
     (charge, kind, to_name, to_address, issuer_name, issuer_address, registration_number, bank_account, issued_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (charge, kind) do nothing";
const OF: &str = "select to_name, to_address, issuer_name, issuer_address, registration_number, bank_account \
     from document_party where charge = $1 and kind = $2";

pub(super) const STATEMENTS: &[&str] = &[KEEP, OF];

fn kind(id: DocumentId) -> &'static str {
    match id {
        DocumentId::Invoice(_) => "invoice",
        DocumentId::Receipt(_) => "receipt",
    }
}

/// Keeps who stands on a document; who stood on it before stays.
///
/// # Errors
/// When the database cannot be reached.
pub async fn keep(tx: &mut Tx, id: DocumentId, parties: &Parties, now: Timestamp) -> Result<(), StoreError> {
    let Parties { issuer, to } = parties;
    on!(tx, |c| {
        sqlx::query(KEEP)
            .bind(id.charge().to_string())
            .bind(kind(id))
            .bind(&to.name)
            .bind(&to.address)
            .bind(&issuer.name)
            .bind(&issuer.address)
            .bind(issuer.registration_number.as_deref())
            .bind(issuer.bank_account.as_deref())
            .bind(millis(now))
            .execute(&mut *c)
            .await?;
    });
    Ok(())
}

/// Who stands on a document; `None` of one from before they were kept.
///
/// # Errors
/// When the database cannot be reached.
pub async fn of(db: &mut impl Connected, id: DocumentId) -> Result<Option<Parties>, StoreError> {
    type Row = (String, String, String, String, Option<String>, Option<String>);
    let row: Option<Row> = on!(db, |c| {
        sqlx::query_as(OF).bind(id.charge().to_string()).bind(kind(id)).fetch_optional(&mut *c).await?
    });
    Ok(row.map(|(name, address, issuer_name, issuer_address, registration_number, bank_account)| Parties {
        to: Addressee { name, address },
        issuer: Issuer { name: issuer_name, address: issuer_address, registration_number, bank_account },
    }))
}
