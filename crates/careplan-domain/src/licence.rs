//! 利用申請とライセンス: one licence per office number, one year at a time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why a number of years cannot be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("年数は1〜3で指定してください。")]
pub struct YearsFault;

/// Years granted at once: one to three, as the fee table ends with three (63,000 yen).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Years(u8);

impl Years {
    /// One year, the usual term.
    pub const ONE: Self = Self(1);
    /// Two years.
    pub const TWO: Self = Self(2);
    /// Three years, the longest term.
    pub const THREE: Self = Self(3);
    /// Every length, shortest first.
    pub const ALL: [Self; 3] = [Self::ONE, Self::TWO, Self::THREE];

    /// A number of years.
    ///
    /// # Errors
    /// When it is not 1, 2 or 3.
    pub fn new(years: u8) -> Result<Self, YearsFault> {
        Self::ALL.into_iter().find(|it| it.0 == years).ok_or(YearsFault)
    }

    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Years {
    type Error = YearsFault;

    fn try_from(years: u8) -> Result<Self, YearsFault> {
        Self::new(years)
    }
}

impl From<Years> for u8 {
    fn from(years: Years) -> Self {
        years.0
    }
}

impl std::fmt::Display for Years {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One granted term. Terms of an office may follow each other and may not be removed, only ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LicenceTerm {
    /// First instant at which the licence is valid.
    pub starts_at: Timestamp,
    /// First instant at which it is no longer valid.
    pub ends_at: Timestamp,
}

impl LicenceTerm {
    /// Whether the term covers an instant: the start belongs to it, the end does not.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.starts_at <= at && at < self.ends_at
    }
}

/// Where an office stands with its licence at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum LicenceState {
    /// 未申請: no term was ever granted.
    NotApplied,
    /// A term is granted and begins later.
    Upcoming {
        /// When it begins.
        starts_at: Timestamp,
    },
    /// 有効.
    Valid {
        /// When the present term ends.
        ends_at: Timestamp,
    },
    /// 期限切れ.
    Expired {
        /// When the last term ended.
        ended_at: Timestamp,
    },
}

impl LicenceState {
    /// The state that an office's terms give at `now`. Terms may come in any order and overlap; one
    /// that was ended before it began counts for nothing.
    ///
    /// ```
    /// use careplan_domain::licence::{LicenceState, LicenceTerm};
    /// let (starts_at, ends_at) = ("2026-04-01T00:00:00+09:00".parse()?, "2027-04-01T00:00:00+09:00".parse()?);
    /// let terms = [LicenceTerm { starts_at, ends_at }];
    /// assert_eq!(LicenceState::at(&terms, starts_at), LicenceState::Valid { ends_at });
    /// assert_eq!(LicenceState::at(&terms, ends_at), LicenceState::Expired { ended_at: ends_at });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(terms: &[LicenceTerm], now: Timestamp) -> Self {
        let terms = || terms.iter().filter(|term| term.starts_at < term.ends_at);
        let valid = terms().filter(|term| term.covers(now)).map(|term| term.ends_at).max();
        let upcoming = terms().map(|term| term.starts_at).filter(|start| *start > now).min();
        let ended = terms().map(|term| term.ends_at).filter(|end| *end <= now).max();
        match (valid, upcoming, ended) {
            (Some(ends_at), _, _) => Self::Valid { ends_at },
            (None, Some(starts_at), _) => Self::Upcoming { starts_at },
            (None, None, Some(ended_at)) => Self::Expired { ended_at },
            (None, None, None) => Self::NotApplied,
        }
    }

    /// Whether the office may use the exchange now.
    pub fn is_valid(&self) -> bool {
        matches!(self, Self::Valid { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn term(starts_at: i64, ends_at: i64) -> LicenceTerm {
        LicenceTerm { starts_at: at(starts_at), ends_at: at(ends_at) }
    }

    #[test]
    fn one_to_three_years_are_granted_at_once() {
        for years in 1..=3 {
            assert_eq!(Years::new(years).map(Years::get), Ok(years));
        }
        assert_eq!(Years::new(0), Err(YearsFault));
        assert_eq!(Years::new(4), Err(YearsFault));
    }

    #[test]
    fn an_office_without_terms_has_not_applied() {
        assert_eq!(LicenceState::at(&[], at(0)), LicenceState::NotApplied);
    }

    #[test]
    fn a_term_is_valid_from_its_start_to_just_before_its_end() {
        let terms = [term(10, 20)];
        assert_eq!(LicenceState::at(&terms, at(9)), LicenceState::Upcoming { starts_at: at(10) });
        assert_eq!(LicenceState::at(&terms, at(10)), LicenceState::Valid { ends_at: at(20) });
        assert_eq!(LicenceState::at(&terms, at(19)), LicenceState::Valid { ends_at: at(20) });
        assert_eq!(LicenceState::at(&terms, at(20)), LicenceState::Expired { ended_at: at(20) });
    }

    #[test]
    fn a_term_that_was_ended_before_it_began_counts_for_nothing() {
        for now in [9, 10, 20] {
            assert_eq!(LicenceState::at(&[term(10, 10)], at(now)), LicenceState::NotApplied);
        }
        assert_eq!(
            LicenceState::at(&[term(1, 5), term(10, 10)], at(9)),
            LicenceState::Expired { ended_at: at(5) }
        );
    }

    #[test]
    fn the_latest_end_of_overlapping_terms_counts() {
        let terms = [term(10, 20), term(15, 30)];
        assert_eq!(LicenceState::at(&terms, at(16)), LicenceState::Valid { ends_at: at(30) });
    }
}
