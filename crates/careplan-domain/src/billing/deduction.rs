//! 差引: the request a 国保連合会 gets each month, and the answer it gives.
//!
//! Promises: what is written can be read back; a file is read whole or not at all, with every fault by
//! line and field; totals are checked. All values are ASCII, so the bytes are the same in MS932, which
//! the offices' systems use, and in UTF-8: no names, which are the part of such files that breaks. Lines
//! end with CR LF.
//!
//! ```text
//! 1,REQUEST,1,99,202612,20261205                                    kind, name, layout, prefecture, month, made on
//! 2,9970000018,9970000018-20270101-1,20270101,20271231,21000,10     office, charge, first day, last day, yen, tax %
//! 8,1,21000                                                         lines, sum
//!
//! 1,RESULT,1,99,202612,20270110
//! 2,9970000018,9970000018-20270101-1,21000,1,,20270105              office, charge, yen, result, reason, day
//! 8,1,1,21000                                                       lines, deducted lines, deducted sum
//! ```
//!
//! The result is `1` (deducted, whole) or `2` (not deducted); a reason stands with `2` only.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::charge::ChargeId;
use super::ledger::{Entry, Event, Ledger, Source};
use super::money::MoneyFault;
use super::{TaxRate, Yen};
use crate::ServiceMonth;
use crate::calendar::digits;

mod read;

pub use read::FileFault;

/// 差引不能理由: why nothing was kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// 01: the benefit payment of the month is smaller than the fee.
    PaymentTooSmall,
    /// 02: there is no benefit payment in the month.
    NoPayment,
    /// 03: the number is unknown there, or the office is closed.
    UnknownOffice,
    /// 04: the payment is seized or assigned to somebody else.
    PaymentBound,
    /// 05: the office asked for another way of paying.
    OtherMethod,
    /// 99: something else; ask there.
    Other,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::PaymentTooSmall,
        Self::NoPayment,
        Self::UnknownOffice,
        Self::PaymentBound,
        Self::OtherMethod,
        Self::Other,
    ];

    /// The two digits in the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::PaymentTooSmall => "01",
            Self::NoPayment => "02",
            Self::UnknownOffice => "03",
            Self::PaymentBound => "04",
            Self::OtherMethod => "05",
            Self::Other => "99",
        }
    }

    /// What an office is told.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::PaymentTooSmall => "支払額が利用料に足りません",
            Self::NoPayment => "その月の支払がありません",
            Self::UnknownOffice => "事業所番号が登録されていないか、廃止されています",
            Self::PaymentBound => "支払が差押え・債権譲渡の対象です",
            Self::OtherMethod => "支払方法の変更を受け付けています",
            Self::Other => "その他（国保連合会にお問い合わせください）",
        }
    }
}

/// One line of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLine {
    /// Which charge; it names the office and the first day.
    pub charge: ChargeId,
    /// Last day of the term.
    pub last_day: Date,
    /// What to keep back.
    pub amount: Yen,
    /// The tax in it.
    pub tax: TaxRate,
}

/// 差引依頼: what one 国保連合会 is asked to keep back from the payments of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Two digits.
    pub prefecture: String,
    /// The month of payment.
    pub month: ServiceMonth,
    /// When it was made.
    pub made_on: Date,
    /// The lines, in order of charges.
    pub lines: Vec<RequestLine>,
}

impl Request {
    /// The request of a month, from what the ledger says was requested: made again, it is the same but
    /// for the day.
    pub fn of(ledger: &Ledger, prefecture: &str, month: ServiceMonth, made_on: Date) -> Self {
        let mut lines = Vec::new();
        for charge in ledger.charges().filter(|charge| charge.id.office.prefecture() == prefecture) {
            let asked = ledger.requests(charge.id).find(|(asked, _)| *asked == month);
            let last_day = charge.after(charge.years.get()).saturating_sub(1.day());
            lines.extend(asked.map(|(_, amount)| RequestLine {
                charge: charge.id,
                last_day,
                amount,
                tax: charge.tax,
            }));
        }
        lines.sort_by_key(|line| line.charge);
        Self { prefecture: prefecture.into(), month, made_on, lines }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When the sum leaves the range of money.
    pub fn write(&self) -> Result<String, MoneyFault> {
        let mut text = format!("1,REQUEST,1,{},{},{}\r\n", self.prefecture, self.month, digits(self.made_on));
        for line in &self.lines {
            let RequestLine { charge, last_day, amount, tax } = line;
            let (office, first, last) = (charge.office, digits(charge.starts_on), digits(*last_day));
            let (amount, tax) = (amount.get(), tax.percent());
            text += &format!("2,{office},{charge},{first},{last},{amount},{tax}\r\n");
        }
        let sum = Yen::sum(self.lines.iter().map(|line| line.amount))?;
        text += &format!("8,{},{}\r\n", self.lines.len(), sum.get());
        Ok(text)
    }

    /// Reads a request back.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn read(text: &str) -> Result<Self, Vec<FileFault>> {
        read::request(text)
    }
}

/// What became of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLine {
    /// Which charge.
    pub charge: ChargeId,
    /// What was asked for.
    pub amount: Yen,
    /// Nothing when it was kept back, else why not.
    pub failed: Option<Reason>,
    /// The day of payment, or of the refusal.
    pub on: Date,
}

/// 差引結果: the answer of one 国保連合会 to the request of a month. It may come in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Two digits.
    pub prefecture: String,
    /// The month of the request.
    pub month: ServiceMonth,
    /// When it was made.
    pub made_on: Date,
    /// The lines.
    pub lines: Vec<AnswerLine>,
}

impl Answer {
    /// The text of the file: for practice, and to make known what we read.
    ///
    /// # Errors
    /// When the sum leaves the range of money.
    pub fn write(&self) -> Result<String, MoneyFault> {
        let mut text = format!("1,RESULT,1,{},{},{}\r\n", self.prefecture, self.month, digits(self.made_on));
        for AnswerLine { charge, amount, failed, on } in &self.lines {
            let result = if failed.is_none() { 1 } else { 2 };
            let reason = failed.map(Reason::code).unwrap_or_default();
            let (office, amount, on) = (charge.office, amount.get(), digits(*on));
            text += &format!("2,{office},{charge},{amount},{result},{reason},{on}\r\n");
        }
        let deducted: Vec<_> = self.lines.iter().filter(|line| line.failed.is_none()).collect();
        let sum = Yen::sum(deducted.iter().map(|line| line.amount))?;
        text += &format!("8,{},{},{}\r\n", self.lines.len(), deducted.len(), sum.get());
        Ok(text)
    }

    /// Reads an answer.
    ///
    /// ```
    /// use careplan_domain::billing::deduction::Answer;
    /// let answer = Answer::read(
    ///     "1,RESULT,1,99,202612,20270110\r\n\
    ///      2,9970000018,9970000018-20270101-1,21000,2,01,20270105\r\n\
    ///      8,1,0,0\r\n",
    /// );
    /// assert!(answer.is_ok_and(|it| it.lines.len() == 1));
    /// ```
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn read(text: &str) -> Result<Self, Vec<FileFault>> {
        read::answer(text)
    }

    /// The entries it makes; the ledger judges them.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        self.lines.iter().map(|line| Entry {
            source: Source::answer(&line.charge, self.month),
            charge: line.charge,
            on: line.on,
            event: match line.failed {
                None => Event::Deducted(self.month, line.amount),
                Some(reason) => Event::DeductionFailed(self.month, reason),
            },
        })
    }
}

#[cfg(test)]
#[path = "deduction_tests.rs"]
mod tests;
