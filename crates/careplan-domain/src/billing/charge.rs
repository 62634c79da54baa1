//! 請求: what one term costs one office, and where that stands.
//!
//! Promises: a charge is named by its office and the first day of its term, so that granting a term
//! twice names the same charge. What is owed is reckoned from the ledger and kept nowhere else.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{TaxRate, Yen};
use crate::OfficeNumber;
use crate::calendar::{compact, digits};
use crate::licence::Years;
use crate::office::as_text;

/// Why a text names no charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("請求番号は「事業所番号-期間の初日8桁-回数」の形で指定してください（例：9970000018-20270401-1）。")]
pub struct ChargeIdFault;

/// 請求番号: `9970000018-20270401-1`. The last number is 1, and grows when a term that begins on the
/// same day is granted anew after the first was taken back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChargeId {
    /// Who owes it.
    pub office: OfficeNumber,
    /// First day of the term.
    pub starts_on: Date,
    /// 1 for the first charge of that day.
    pub nth: u8,
}

impl fmt::Display for ChargeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.office, digits(self.starts_on), self.nth)
    }
}

impl FromStr for ChargeId {
    type Err = ChargeIdFault;

    fn from_str(text: &str) -> Result<Self, ChargeIdFault> {
        let mut parts = text.split('-');
        let (Some(office), Some(day), Some(nth), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(ChargeIdFault);
        };
        let id = Self {
            office: office.parse().map_err(|_| ChargeIdFault)?,
            starts_on: compact(day).ok_or(ChargeIdFault)?,
            nth: nth.parse().map_err(|_| ChargeIdFault)?,
        };
        // Names are compared as text in files: one charge, one spelling.
        if id.nth > 0 && id.to_string() == text { Ok(id) } else { Err(ChargeIdFault) }
    }
}
as_text!(ChargeId);

/// 支払方法: how an office pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 差引: the 国保連合会 of its prefecture keeps the fee back from the benefit payments. The default.
    Deduction,
    /// 請求書: invoice and bank transfer, when the office asked for it.
    Invoice,
}

/// What is charged for one term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Its name.
    pub id: ChargeId,
    /// The length of the term.
    pub years: Years,
    /// The price of the day of granting, tax included.
    pub amount: Yen,
    /// The tax in it.
    pub tax: TaxRate,
    /// The campaign that made it free.
    pub pass: Option<String>,
    /// How the office pays it.
    pub method: Method,
}

impl Charge {
    /// The first day after `years` of the term; the calendar's last day at its end.
    pub fn after(&self, years: u8) -> Date {
        self.id.starts_on.saturating_add(i32::from(years).years())
    }

    /// The part of the amount for whole years that are not used when the term ends on `until`; a year
    /// that was begun is owed.
    ///
    /// ```
    /// use careplan_domain::billing::charge::{Charge, Method};
    /// use careplan_domain::billing::{TaxRate, Yen};
    /// use careplan_domain::licence::Years;
    /// let charge = Charge {
    ///     id: "9970000018-20270401-1".parse()?,
    ///     years: Years::THREE,
    ///     amount: Yen::new(63_000)?,
    ///     tax: TaxRate::STANDARD,
    ///     pass: None,
    ///     method: Method::Deduction,
    /// };
    /// assert_eq!(charge.unused("2028-04-02".parse()?), Yen::new(21_000)?);
    /// assert_eq!(charge.unused("2027-04-01".parse()?), charge.amount);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unused(&self, until: Date) -> Yen {
        let begun = (0..self.years.get()).filter(|year| self.after(*year) < until).count();
        // cannot fail: begun is at most the number of years, so the share is at most the amount.
        let begun = i64::try_from(begun).unwrap_or_default();
        let used = self.amount.get() * begun / i64::from(self.years.get());
        Yen::new(self.amount.get() - used).unwrap_or_default()
    }
}

/// 支払状況: where a charge stands, as an office is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeState {
    /// 無料: a free pass.
    Free,
    /// 差引予定: the next run asks for it, or the answer is awaited.
    DeductionPlanned,
    /// 差引済.
    Deducted,
    /// 請求書発行予定: the next run makes the invoice.
    ToInvoice,
    /// 請求書発行済: and not overdue.
    Invoiced,
    /// 入金済: at least partly by bank transfer.
    Paid,
    /// 一部入金.
    PartlyPaid,
    /// 未収: the deduction failed, or the invoice is overdue.
    Unpaid,
    /// 返金済: nothing is owed any more, and what was paid was given back.
    Refunded,
    /// 取消済: nothing is owed any more, and nothing was paid.
    Cancelled,
}

impl ChargeState {
    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Free => "無料",
            Self::DeductionPlanned => "差引予定",
            Self::Deducted => "差引済",
            Self::ToInvoice => "請求書発行予定",
            Self::Invoiced => "請求書発行済",
            Self::Paid => "入金済",
            Self::PartlyPaid => "一部入金",
            Self::Unpaid => "未収",
            Self::Refunded => "返金済",
            Self::Cancelled => "取消済",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_charge_has_one_name() {
        let id: ChargeId = "9970000018-20270401-1".parse().unwrap();
        assert_eq!(id.to_string(), "9970000018-20270401-1");
        for bad in ["9970000018-20270401", "9970000018-20270401-0", "9970000018-20270401-01"] {
            assert_eq!(bad.parse::<ChargeId>(), Err(ChargeIdFault), "{bad}");
        }
        for bad in ["9970000018-20270230-1", "997000001-20270401-1", "9970000018-20270401-1-1", ""] {
            assert_eq!(bad.parse::<ChargeId>(), Err(ChargeIdFault), "{bad}");
        }
    }

    #[test]
    fn a_year_that_was_begun_is_owed() {
        let charge = Charge {
            id: "9970000018-20240229-1".parse().unwrap(),
            years: Years::TWO,
            amount: Yen::new(42_001).unwrap(),
            tax: TaxRate::STANDARD,
            pass: None,
            method: Method::Invoice,
        };
        let unused = |until| charge.unused(until).get();
        assert_eq!(unused(date(2024, 2, 1)), 42_001);
        assert_eq!(unused(date(2024, 2, 29)), 42_001);
        assert_eq!(unused(date(2024, 3, 1)), 21_001);
        assert_eq!(unused(date(2025, 2, 28)), 21_001);
        assert_eq!(unused(date(2025, 3, 1)), 0);
        assert_eq!(unused(date(2030, 1, 1)), 0);
    }
}
