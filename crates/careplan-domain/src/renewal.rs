//! 更新: what follows a licence term, from when, and what the office is told.
//!
//! Promises: a renewal continues the term it follows to the day, without overlap; it is known by that
//! term, so asking twice grants once; at most one term waits. An early renewal takes nothing away: the
//! remaining days stay. Since a term may be renewed in its last year only, and three years are granted
//! at once, a licence reaches at most three years plus what remains of that year.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::calendar::{beginning, day, spoken};
use crate::licence::{LicenceTerm, Years};

/// Days before its end from which a term may be renewed: the whole of a year's term, and the last
/// year of a longer one. Leap years included.
pub const EARLY_DAYS_MAX: i32 = 366;

/// Days before its end on which a term is renewed automatically, unless configured otherwise: enough to
/// tell the office, and to bear a month without a run.
pub const AUTOMATIC_DAYS: u16 = 30;

/// Applications from this day on renew automatically unless the office opts out (利用規約).
pub const AUTOMATIC_SINCE: Date = date(2025, 6, 1);

/// What an office wants to happen at the end of its term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "plan")]
pub enum Plan {
    /// 自動更新あり: by so many years.
    Automatic {
        /// Years of the next term.
        years: Years,
    },
    /// 自動更新なし: the office renews by hand, or lets it end.
    ByHand,
    /// 解約予定: it ends with its term, and is not to be renewed unless the office changes its mind.
    Cancel,
}

impl Plan {
    /// The plan of an office that applied on a day and said nothing else.
    pub fn of_application(on: Date) -> Self {
        if on >= AUTOMATIC_SINCE { Self::Automatic { years: Years::ONE } } else { Self::ByHand }
    }
}

/// What a request to renew comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Grant this term, and charge for it.
    Grant(LicenceTerm),
    /// The term was renewed before, by this one: answer as then, change nothing.
    Already(LicenceTerm),
}

/// Why a term cannot be renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenewalFault {
    /// The office has no term that begins then.
    #[error("更新する期間が見つかりません。ライセンス画面を開き直して、期間を確かめてください。")]
    NoSuchTerm,
    /// It is over: a new term would not continue it.
    #[error("ライセンスは{}に終わりました。更新ではなく、新しく利用申請をしてください。", spoken(*.ended))]
    Ended {
        /// First day without it.
        ended: Date,
    },
    /// There is still more than a year of it.
    #[error("更新は{}から申し込めます。その日以後にもう一度お申し込みください。", spoken(*.from))]
    TooEarly {
        /// First day on which it may be renewed.
        from: Date,
    },
    /// Past the end of the calendar.
    #[error("日付が範囲の外です。")]
    Calendar,
}

/// Renews the term that begins at `follows` by `years`. The beginning names the term: ends move, and
/// two terms of an office never begin together.
///
/// # Errors
/// [`RenewalFault`] by its variants.
pub fn renew(
    terms: &[LicenceTerm],
    follows: Timestamp,
    years: Years,
    today: Date,
) -> Result<Renewal, RenewalFault> {
    let followed = real(terms).find(|term| term.starts_at == follows).ok_or(RenewalFault::NoSuchTerm)?;
    if let Some(next) = real(terms).filter(|term| term.starts_at > follows).min_by_key(|it| it.starts_at) {
        return Ok(Renewal::Already(*next));
    }
    let end = day(followed.ends_at);
    if end <= today {
        return Err(RenewalFault::Ended { ended: end });
    }
    let from = earliest(followed);
    if today < from {
        return Err(RenewalFault::TooEarly { from });
    }
    let last = end.checked_add(i32::from(years.get()).years()).map_err(|_| RenewalFault::Calendar)?;
    let ends_at = beginning(last).ok_or(RenewalFault::Calendar)?;
    Ok(Renewal::Grant(LicenceTerm { starts_at: followed.ends_at, ends_at }))
}

/// What an office is told of the end of its licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// No term is running or waiting: apply.
    Nothing,
    /// The next term is granted.
    Renewed {
        /// First day without licence.
        until: Date,
    },
    /// It will be renewed automatically.
    Automatic {
        /// The day on which that happens; until the day before the office may opt out.
        on: Date,
        /// By how many years.
        years: Years,
    },
    /// It ends unless the office renews by hand.
    ByHand {
        /// First day without licence.
        end: Date,
        /// From when the office may renew.
        from: Date,
    },
    /// It ends, as the office wished.
    Cancelled {
        /// First day without licence.
        end: Date,
    },
}

impl Outlook {
    /// What the terms and the plan of an office come to, `automatic_days` as configured.
    pub fn of(terms: &[LicenceTerm], plan: Plan, automatic_days: u16, today: Date) -> Self {
        let Some(last) = last(terms, today) else { return Self::Nothing };
        let end = day(last.ends_at);
        match plan {
            _ if day(last.starts_at) > today => Self::Renewed { until: end },
            Plan::Automatic { years } => {
                Self::Automatic { on: automatic_on(last, automatic_days).max(today), years }
            }
            Plan::ByHand => Self::ByHand { end, from: earliest(last).max(today) },
            Plan::Cancel => Self::Cancelled { end },
        }
    }

    /// The sentence for the office.
    ///
    /// ```
    /// use careplan_domain::renewal::Outlook;
    /// let outlook = Outlook::Cancelled { end: jiff::civil::date(2027, 4, 1) };
    /// assert!(outlook.told().starts_with("2027年3月31日（水）まで"));
    /// ```
    pub fn told(self) -> String {
        let last = |end: Date| spoken(end.saturating_sub(1.day()));
        match self {
            Self::Nothing => "有効なライセンスがありません。利用申請をしてください。".into(),
            Self::Renewed { until } => {
                format!("更新済みです。{}までご利用いただけます。", last(until))
            }
            Self::Automatic { on, years } => format!(
                "{}に自動で{years}年更新します。更新しない場合は、その前日までに自動更新を解除してください。",
                spoken(on)
            ),
            Self::ByHand { end, from } => format!(
                "{}で終了します。続けて使う場合は、{}からその日までに更新を申し込んでください。",
                last(end),
                spoken(from)
            ),
            Self::Cancelled { end } => format!(
                "{}までご利用いただけます（解約予定）。続けて使う場合は、その日までに更新を申し込んでください。",
                last(end)
            ),
        }
    }
}

/// The renewal that an automatic run has to ask for today: the beginning of the term to follow, and the
/// years. None when nothing is due, or it was done.
pub fn due(
    terms: &[LicenceTerm],
    plan: Plan,
    automatic_days: u16,
    today: Date,
) -> Option<(Timestamp, Years)> {
    let Plan::Automatic { years } = plan else { return None };
    let last = last(terms, today)?;
    let waits = day(last.starts_at) > today;
    (!waits && automatic_on(last, automatic_days) <= today).then_some((last.starts_at, years))
}

/// The last term that is not over.
fn last(terms: &[LicenceTerm], today: Date) -> Option<&LicenceTerm> {
    real(terms).filter(|term| day(term.ends_at) > today).max_by_key(|term| term.starts_at)
}

/// Terms that were ended before they began count for nothing.
fn real(terms: &[LicenceTerm]) -> impl Iterator<Item = &LicenceTerm> {
    terms.iter().filter(|term| term.starts_at < term.ends_at)
}

fn earliest(term: &LicenceTerm) -> Date {
    day(term.ends_at).saturating_sub(EARLY_DAYS_MAX.days()).max(day(term.starts_at))
}

/// Never before its first day, nor so early that it could not be renewed yet.
fn automatic_on(term: &LicenceTerm, automatic_days: u16) -> Date {
    day(term.ends_at).saturating_sub(i32::from(automatic_days).days()).max(earliest(term))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(from: Date, until: Date) -> LicenceTerm {
        LicenceTerm { starts_at: beginning(from).unwrap(), ends_at: beginning(until).unwrap() }
    }

    fn year() -> LicenceTerm {
        term(date(2026, 4, 1), date(2027, 4, 1))
    }

    const AUTOMATIC: Plan = Plan::Automatic { years: Years::TWO };

    #[test]
    fn a_renewal_continues_its_term_from_the_day_of_granting_on() {
        for today in [date(2026, 4, 1), date(2027, 3, 31)] {
            let renewed = renew(&[year()], year().starts_at, Years::THREE, today);
            assert_eq!(renewed, Ok(Renewal::Grant(term(date(2027, 4, 1), date(2030, 4, 1)))));
        }
    }

    #[test]
    fn a_term_is_renewed_once_however_often_it_is_asked() {
        let Ok(Renewal::Grant(next)) = renew(&[year()], year().starts_at, Years::ONE, date(2026, 5, 1))
        else {
            panic!("the first renewal is granted")
        };
        let terms = [next, year()];
        for years in Years::ALL {
            let again = renew(&terms, year().starts_at, years, date(2026, 5, 2));
            assert_eq!(again, Ok(Renewal::Already(next)));
        }
        let ahead = renew(&terms, next.starts_at, Years::ONE, date(2027, 3, 1));
        assert_eq!(ahead, Err(RenewalFault::TooEarly { from: date(2027, 4, 1) }));
    }

    #[test]
    fn a_long_term_is_renewed_in_its_last_year_only() {
        let long = term(date(2026, 4, 1), date(2029, 4, 1));
        let from = date(2028, 3, 31);
        let ask = |today| renew(&[long], long.starts_at, Years::THREE, today);
        assert_eq!(ask(date(2028, 3, 30)), Err(RenewalFault::TooEarly { from }));
        assert_eq!(ask(from), Ok(Renewal::Grant(term(date(2029, 4, 1), date(2032, 4, 1)))));
    }

    #[test]
    fn a_term_that_is_over_or_unknown_is_not_renewed() {
        let ask = |follows, today| renew(&[year()], follows, Years::ONE, today);
        let ended = ask(year().starts_at, date(2027, 4, 1));
        assert_eq!(ended, Err(RenewalFault::Ended { ended: date(2027, 4, 1) }));
        assert_eq!(ask(year().ends_at, date(2026, 5, 1)), Err(RenewalFault::NoSuchTerm));
        let never = LicenceTerm { ends_at: year().starts_at, ..year() };
        let renewed = renew(&[never], never.starts_at, Years::ONE, date(2026, 5, 1));
        assert_eq!(renewed, Err(RenewalFault::NoSuchTerm));
    }

    #[test]
    fn an_automatic_renewal_is_due_from_its_day_until_it_is_done() {
        let due_on = |terms: &[LicenceTerm], plan, today| due(terms, plan, AUTOMATIC_DAYS, today);
        let wanted = Some((year().starts_at, Years::TWO));
        assert_eq!(due_on(&[year()], AUTOMATIC, date(2027, 3, 1)), None);
        assert_eq!(due_on(&[year()], AUTOMATIC, date(2027, 3, 2)), wanted);
        assert_eq!(due_on(&[year()], AUTOMATIC, date(2027, 3, 31)), wanted);
        assert_eq!(due_on(&[year()], AUTOMATIC, date(2027, 4, 1)), None);
        for plan in [Plan::ByHand, Plan::Cancel] {
            assert_eq!(due_on(&[year()], plan, date(2027, 3, 2)), None);
        }
        let done = [year(), term(date(2027, 4, 1), date(2029, 4, 1))];
        assert_eq!(due_on(&done, AUTOMATIC, date(2027, 3, 2)), None);
    }

    #[test]
    fn whatever_is_due_can_be_renewed() {
        for (years, days) in [(1, 0), (1, 30), (1, 900), (3, 30), (3, 900)] {
            let term = term(date(2024, 2, 29), date(2024 + years, 3, 1));
            let mut today = date(2024, 2, 29);
            while today < day(term.ends_at) {
                if let Some((follows, years)) = due(&[term], AUTOMATIC, days, today) {
                    assert!(
                        matches!(renew(&[term], follows, years, today), Ok(Renewal::Grant(_))),
                        "{today}"
                    );
                }
                today = today.tomorrow().unwrap();
            }
        }
    }

    #[test]
    fn an_office_is_told_what_becomes_of_its_licence() {
        let today = date(2026, 11, 22);
        let told = |terms: &[LicenceTerm], plan| Outlook::of(terms, plan, AUTOMATIC_DAYS, today).told();
        assert_eq!(
            told(&[year()], AUTOMATIC),
            "2027年3月2日（火）に自動で2年更新します。更新しない場合は、その前日までに自動更新を解除してください。"
        );
        assert_eq!(
            told(&[year()], Plan::ByHand),
            "2027年3月31日（水）で終了します。続けて使う場合は、2026年11月22日（日）からその日までに更新を申し込んでください。"
        );
        assert!(told(&[year()], Plan::Cancel).contains("解約予定"));
        let renewed = [year(), term(date(2027, 4, 1), date(2028, 4, 1))];
        assert_eq!(told(&renewed, AUTOMATIC), "更新済みです。2028年3月31日（金）までご利用いただけます。");
        assert_eq!(told(&[], AUTOMATIC), "有効なライセンスがありません。利用申請をしてください。");
    }

    #[test]
    fn applications_renew_automatically_since_june_2025() {
        assert_eq!(Plan::of_application(date(2025, 5, 31)), Plan::ByHand);
        assert_eq!(Plan::of_application(date(2025, 6, 1)), Plan::Automatic { years: Years::ONE });
    }
}
