//! 入出金取引明細: the statement of a bank account in the banks' standard fixed-length format
//! (全国銀行協会, 種別コード 03, JIS).
//!
//! Promises: a file is read whole or not at all; each fault is told by record and byte; the sums of each
//! account's trailer are those of its records. Each entry has an identity that stays the same when the
//! same days are delivered again. The layout, its sources and what could not be confirmed stand in
//! `docs/billing.md`.
//!
//! A file is records of 200 bytes, bare or each followed by CR LF or LF: `1` header, `2` data, `8` trailer,
//! once per account, and `9` at the end. Text is half-width katakana, capital letters, digits and signs
//! (JIS X 0201). Days are `YYMMDD` of the Japanese calendar without era; the era is 令和.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use super::Yen;

mod layout;
mod read;

/// One record, without line end.
pub const RECORD_BYTES: usize = 200;

/// Records of one file, 20 MB: far more than the payments by transfer of a month. Longer files can be
/// asked for in parts.
pub const RECORDS_MAX: usize = 100_000;

/// Why a file is not read. Records and bytes count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankFault {
    /// Not records of 200 bytes.
    #[error(
        "{record}件目のレコード：長さが200バイトではありません（{found}バイト）。全銀協規定形式（固定長）で取り直してください。"
    )]
    Length {
        /// Which record.
        record: usize,
        /// Its length.
        found: usize,
    },
    /// A record of another kind than may stand there.
    #[error(
        "{record}件目のレコード：データ区分「{found}」はここに来ることができません。ファイルが途中で切れていないか確かめてください。"
    )]
    Order {
        /// Which record.
        record: usize,
        /// Its kind.
        found: char,
    },
    /// Not a statement (種別コード 03).
    #[error(
        "{record}件目のレコード：種別コードが03（入出金取引明細）ではありません。振込入金通知（01）ではなく、入出金取引明細を取り直してください。"
    )]
    Kind {
        /// Which record.
        record: usize,
    },
    /// Not JIS (コード区分 0).
    #[error("{record}件目のレコード：コード区分が0（JIS）ではありません。JISコードで取り直してください。")]
    Code {
        /// Which record.
        record: usize,
    },
    /// An account of another kind than 普通, 当座 and 貯蓄: its data records have another layout.
    #[error(
        "{record}件目のレコード：預金種目「{found}」の明細は読み取れません。普通・当座・貯蓄預金の明細を指定してください。"
    )]
    Deposit {
        /// Which record.
        record: usize,
        /// What stands there.
        found: char,
    },
    /// A field that cannot be read.
    #[error("{record}件目のレコードの{byte}バイト目：{field}を読み取れません。銀行から取り直してください。")]
    Field {
        /// Which record.
        record: usize,
        /// Where the field begins, or the first bad byte of it.
        byte: usize,
        /// Which field.
        field: &'static str,
    },
    /// A day outside the days of the header, or to come.
    #[error(
        "{record}件目のレコードの{byte}バイト目：{field}が見出しの期間の外、または未来の日付です。和暦で書かれているか、銀行に確かめてください。"
    )]
    Day {
        /// Which record.
        record: usize,
        /// Where the field begins.
        byte: usize,
        /// Which field.
        field: &'static str,
    },
    /// A total is not that of the records.
    #[error(
        "{record}件目のレコード：{field}が明細（{found}）と一致しません。ファイルが途中で切れていないか確かめてください。"
    )]
    Totals {
        /// Which record.
        record: usize,
        /// Which total.
        field: &'static str,
        /// What the records come to.
        found: i64,
    },
    /// It stops in the middle.
    #[error("ファイルがエンド・レコードの前で終わっています。銀行から取り直してください。")]
    End,
    /// More records than such a file can have.
    #[error("レコードが多すぎます（{RECORDS_MAX}件まで）。期間を分けて取り直してください。")]
    TooLong,
}

/// 口座: which account a statement is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// 銀行コード, four digits.
    pub bank: String,
    /// 支店コード, three digits.
    pub branch: String,
    /// 預金種目: 1 普通, 2 当座, 4 貯蓄.
    pub deposit: char,
    /// 口座番号, ten digits with leading zeros.
    pub number: String,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}-{}", self.bank, self.branch, self.deposit, self.number)
    }
}

/// Which way the money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// 入金.
    In,
    /// 出金.
    Out,
}

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankEntry {
    /// Stays the same when the day is delivered again; see [`Statement::entries`].
    pub identity: String,
    /// 照会番号: the bank's number; zeros when it gives none.
    pub inquiry: String,
    /// 勘定日.
    pub booked_on: Date,
    /// 預入・払出日.
    pub valued_on: Date,
    /// 入払区分.
    pub direction: Direction,
    /// 取引区分: 10 現金, 11 振込, 12 他店券入金, 13 交換, 14 振替, 18 その他, 19 訂正; none when left out.
    pub kind: Option<u8>,
    /// 取引金額.
    pub amount: Yen,
    /// 振込依頼人コード: ten digits; the virtual account number, where the bank delivers it there.
    pub remitter: Option<String>,
    /// 振込依頼人名, without the spaces behind it.
    pub payer: String,
    /// 仕向銀行名.
    pub from_bank: String,
    /// 仕向店名.
    pub from_branch: String,
    /// 摘要内容.
    pub summary: String,
    /// EDI情報.
    pub edi: String,
}

/// The statement of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Which account.
    pub account: Account,
    /// 作成日.
    pub made_on: Date,
    /// 勘定日（自）.
    pub from: Date,
    /// 勘定日（至）.
    pub to: Date,
    /// The movements. Their identity is made of everything the bank says about money and payer and, of
    /// movements that are alike on one day, their number; so a statement must hold whole days.
    pub entries: Vec<BankEntry>,
}

/// Reads a file. `today` is the day of reading: no statement is made later.
///
/// # Errors
/// Every fault that was found, at most a hundred.
pub fn read(bytes: &[u8], today: Date) -> Result<Vec<Statement>, Vec<BankFault>> {
    read::file(bytes, today)
}

/// Gives each entry of a statement its identity.
fn identify(account: &Account, entries: &mut [BankEntry]) {
    let mut alike: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let BankEntry { inquiry, booked_on, amount, remitter, payer, .. } = &*entry;
        let way = if entry.direction == Direction::In { "in" } else { "out" };
        let kind = entry.kind.unwrap_or_default();
        let (remitter, amount) = (remitter.as_deref().unwrap_or_default(), amount.get());
        let same = format!("{account}:{booked_on}:{way}:{kind}:{amount}:{inquiry}:{remitter}:{payer}");
        let nth = alike.entry(same.clone()).or_default();
        *nth += 1;
        entry.identity = format!("{same}:{nth}");
    }
}

#[cfg(test)]
#[path = "bank_tests.rs"]
pub(super) mod tests;
