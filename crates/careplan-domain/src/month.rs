//! サービス提供年月: the service month a plan or an actual speaks about.

use std::fmt;
use std::str::FromStr;

use crate::office::as_text;

/// Why a text is not a service month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a service month is six half-width digits YYYYMM, from 200004 (the start of long-term care insurance) to 209912"
)]
pub struct MonthFault;

/// A calendar month of the Gregorian calendar, written `YYYYMM` as in the ministry's files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceMonth(u32);

impl ServiceMonth {
    /// The month as the number `YYYYMM`.
    pub fn as_number(self) -> u32 {
        self.0
    }

    /// The month of a stored number `YYYYMM`.
    ///
    /// # Errors
    /// When it is no month of 2000-04 to 2099-12.
    pub fn from_number(number: u32) -> Result<Self, MonthFault> {
        let valid = (200_004..=209_912).contains(&number) && (1..=12).contains(&(number % 100));
        if valid { Ok(Self(number)) } else { Err(MonthFault) }
    }
}

impl FromStr for ServiceMonth {
    type Err = MonthFault;

    fn from_str(text: &str) -> Result<Self, MonthFault> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MonthFault);
        }
        Self::from_number(text.parse().map_err(|_| MonthFault)?)
    }
}

impl fmt::Display for ServiceMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}
as_text!(ServiceMonth);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_month_is_a_real_month_since_the_insurance_began() {
        for good in ["200004", "202611", "209912"] {
            assert_eq!(good.parse::<ServiceMonth>().map(|it| it.to_string()), Ok(good.into()));
        }
        for bad in ["200003", "210001", "202600", "202613", "20261", "2026-1", "+20261", ""] {
            assert_eq!(bad.parse::<ServiceMonth>(), Err(MonthFault), "{bad}");
        }
    }
}
