//! Why something about charges is refused. Said to operators; pages have their own words.

use careplan_domain::billing::bank::BankFault;
use careplan_domain::billing::deduction::FileFault;
use careplan_domain::billing::ledger::LedgerFault;
use careplan_domain::billing::money::MoneyFault;
use careplan_domain::billing::price::NotSold;
use careplan_domain::renewal::RenewalFault;

use crate::licence::LicenceFault;
use crate::store::StoreError;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BillingFault {
    /// The ledger does not allow it.
    #[error(transparent)]
    Ledger(#[from] LedgerFault),
    /// The term cannot be granted or ended.
    #[error(transparent)]
    Licence(#[from] LicenceFault),
    /// The term cannot be renewed.
    #[error(transparent)]
    Renewal(#[from] RenewalFault),
    /// No price for that.
    #[error(transparent)]
    NotSold(#[from] NotSold),
    /// An answer to a deduction request cannot be read.
    #[error("{}", lines(.0))]
    Answer(Vec<FileFault>),
    /// Lines of an answer that the ledger does not take.
    #[error("結果ファイルの次の行を台帳に記録できないため、何も取り込んでいません。\n{}", lines(.0))]
    Lines(Vec<LedgerFault>),
    /// A bank's statement cannot be read.
    #[error("{}", lines(.0))]
    Bank(Vec<BankFault>),
    /// Our own request instead of the answer to it.
    #[error(
        "差引の依頼ファイルです。国保連合会から届いた結果ファイル（1行目が 1,RESULT）を指定してください。"
    )]
    OwnRequest,
    /// Neither of both.
    #[error(
        "差引の結果ファイル（1,RESULT で始まるCSV）でも、入出金取引明細（全銀協規定形式、1レコード200バイト）でもありません。ファイルを確かめてください。"
    )]
    UnknownFile,
    /// No such payment waits.
    #[error("消込待ちの入金 {0} はありません。`billing unmatched` で番号を確かめてください。")]
    NoSuchPayment(i64),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<MoneyFault> for BillingFault {
    fn from(fault: MoneyFault) -> Self {
        Self::Ledger(fault.into())
    }
}

fn lines<T: ToString>(faults: &[T]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
