//! 円: whole yen with checked arithmetic, and the consumption tax inside an amount.
//!
//! Promises: no floats, no wrap-around, and one rounding of tax per rate and invoice (消費税法施行令
//! 第70条の10), downwards, as offices are used to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The largest amount that is read or reckoned with: twelve digits, the amount of a bank's record.
/// Sums of far more of them than there are offices still fit 64 bits.
pub const YEN_MAX: i64 = 999_999_999_999;

/// Why an amount is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyFault {
    /// Not 1 to 12 half-width digits.
    #[error("金額は半角数字（12桁まで）で指定してください。")]
    Shape,
    /// Reckoning left the range of [`YEN_MAX`].
    #[error("金額が{YEN_MAX}円を超えました。明細を確かめてください。")]
    Range,
    /// Not a whole percentage of 0 to 99.
    #[error("税率は0〜99の整数（％）で指定してください。")]
    Rate,
}

/// Whole yen, negative when owed the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Yen(i64);

impl Yen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of yen.
    ///
    /// # Errors
    /// Beyond [`YEN_MAX`] in either direction.
    pub fn new(amount: i64) -> Result<Self, MoneyFault> {
        if (-YEN_MAX..=YEN_MAX).contains(&amount) { Ok(Self(amount)) } else { Err(MoneyFault::Range) }
    }

    /// The number, as it is stored.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// When it leaves the range.
    pub fn plus(self, other: Self) -> Result<Self, MoneyFault> {
        Self::new(self.0.checked_add(other.0).ok_or(MoneyFault::Range)?)
    }

    /// The difference of two amounts.
    ///
    /// # Errors
    /// When it leaves the range.
    pub fn minus(self, other: Self) -> Result<Self, MoneyFault> {
        Self::new(self.0.checked_sub(other.0).ok_or(MoneyFault::Range)?)
    }

    /// The sum of many.
    ///
    /// # Errors
    /// When it leaves the range on the way.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyFault> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// Whether something is there: more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl TryFrom<i64> for Yen {
    type Error = MoneyFault;

    fn try_from(amount: i64) -> Result<Self, MoneyFault> {
        Self::new(amount)
    }
}

impl From<Yen> for i64 {
    fn from(amount: Yen) -> Self {
        amount.0
    }
}

/// Half-width digits only, as in files: `21000`.
impl FromStr for Yen {
    type Err = MoneyFault;

    fn from_str(text: &str) -> Result<Self, MoneyFault> {
        if !(1..=12).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MoneyFault::Shape);
        }
        Self::new(text.parse().map_err(|_| MoneyFault::Shape)?)
    }
}

/// As it is told to people: `21,000円`.
impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let mut grouped = String::with_capacity(digits.len() + 4);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        write!(f, "{}{grouped}円", if self.0 < 0 { "-" } else { "" })
    }
}

/// 税率: the consumption tax in whole percent, national and local part together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct TaxRate(u8);

impl TaxRate {
    /// 標準税率 since 1 October 2019.
    pub const STANDARD: Self = Self(10);

    /// A rate in percent.
    ///
    /// # Errors
    /// When it is 100 or more.
    pub fn new(percent: u8) -> Result<Self, MoneyFault> {
        if percent < 100 { Ok(Self(percent)) } else { Err(MoneyFault::Rate) }
    }

    /// The percentage.
    pub fn percent(self) -> u8 {
        self.0
    }

    /// The tax contained in an amount that includes it. Fractions of a yen are dropped, towards zero, so
    /// that a refund carries exactly the tax of what it gives back.
    ///
    /// ```
    /// use careplan_domain::billing::{TaxRate, Yen};
    /// assert_eq!(TaxRate::STANDARD.contained_in(Yen::new(21_000)?), Yen::new(1_909)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contained_in(self, amount: Yen) -> Yen {
        // cannot overflow: twelve digits times two.
        Yen(amount.0 * i64::from(self.0) / (100 + i64::from(self.0)))
    }
}

impl TryFrom<u8> for TaxRate {
    type Error = MoneyFault;

    fn try_from(percent: u8) -> Result<Self, MoneyFault> {
        Self::new(percent)
    }
}

impl From<TaxRate> for u8 {
    fn from(rate: TaxRate) -> Self {
        rate.0
    }
}

impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// 税率ごとの合計: one line of the tax part of a qualified invoice (適格請求書).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateTotal {
    /// The rate.
    pub rate: TaxRate,
    /// What is paid at this rate, tax included.
    pub amount: Yen,
    /// The tax in it, rounded once.
    pub tax: Yen,
}

/// The lines of one invoice by rate, lowest rate first. The tax of each rate is taken from the sum: it
/// must not be rounded line by line.
///
/// # Errors
/// When a sum leaves the range.
pub fn by_rate(lines: impl IntoIterator<Item = (Yen, TaxRate)>) -> Result<Vec<RateTotal>, MoneyFault> {
    let mut totals: Vec<RateTotal> = Vec::new();
    for (amount, rate) in lines {
        match totals.iter_mut().find(|total| total.rate == rate) {
            Some(total) => total.amount = total.amount.plus(amount)?,
            None => totals.push(RateTotal { rate, amount, tax: Yen::ZERO }),
        }
    }
    for total in &mut totals {
        total.tax = total.rate.contained_in(total.amount);
    }
    totals.sort_by_key(|total| total.rate);
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yen(amount: i64) -> Yen {
        Yen::new(amount).unwrap()
    }

    #[test]
    fn an_amount_has_at_most_twelve_digits() {
        assert_eq!(Yen::new(YEN_MAX).map(Yen::get), Ok(YEN_MAX));
        assert_eq!(Yen::new(YEN_MAX + 1), Err(MoneyFault::Range));
        assert_eq!(Yen::new(-YEN_MAX - 1), Err(MoneyFault::Range));
        assert_eq!(yen(YEN_MAX).plus(yen(1)), Err(MoneyFault::Range));
        assert_eq!(yen(-YEN_MAX).minus(yen(1)), Err(MoneyFault::Range));
    }

    #[test]
    fn an_amount_is_read_from_plain_digits_only() {
        assert_eq!("000000021000".parse(), Ok(yen(21_000)));
        for bad in ["", "-1", "+1", "21,000", "2100.5", "２１０００", "0000000021000"] {
            assert_eq!(bad.parse::<Yen>(), Err(MoneyFault::Shape), "{bad}");
        }
    }

    #[test]
    fn an_amount_is_told_with_separators() {
        let told = [(0, "0円"), (999, "999円"), (21_000, "21,000円"), (-1_234_567, "-1,234,567円")];
        for (amount, text) in told {
            assert_eq!(yen(amount).to_string(), text);
        }
    }

    #[test]
    fn tax_is_rounded_once_per_rate_and_not_per_line() {
        let standard = TaxRate::STANDARD;
        let reduced = TaxRate::new(8).unwrap();
        let totals =
            by_rate([(yen(21_000), standard), (yen(108), reduced), (yen(21_000), standard)]).unwrap();
        // Eleven lines make the difference visible: two rounded ones happen to add up to the same.
        assert_eq!(totals.iter().map(|it| it.tax.get()).collect::<Vec<_>>(), [8, 3_818]);
        let eleven = by_rate([(yen(21_000), standard); 11]).unwrap();
        assert_eq!(eleven.first().map(|it| it.tax.get()), Some(21_000));
        assert_eq!(standard.contained_in(yen(21_000)).get() * 11, 20_999);
    }

    #[test]
    fn a_refund_carries_the_tax_of_what_it_gives_back() {
        assert_eq!(TaxRate::STANDARD.contained_in(yen(-21_000)), yen(-1_909));
        assert_eq!(TaxRate::new(100), Err(MoneyFault::Rate));
    }
}
