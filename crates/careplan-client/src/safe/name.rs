//! Names of backups, and which of them stay.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use careplan_domain::{OfficeNumber, Timestamp, calendar};
use jiff::civil::DateTime;
use uuid::Uuid;

/// How the names end.
pub const EXTENSION: &str = "careplan-backup";

/// Days, weeks and months of which the newest backup stays. Those with a backup count: who was closed for a week loses none by it.
const DAYS_KEPT: usize = 7;
const WEEKS_KEPT: usize = 4;
const MONTHS_KEPT: usize = 12;

/// How a name says the time.
const TIME: &str = "%Y%m%d-%H%M%S";

/// The name of a backup: of which terminal, and of when. `9970000018-1a2b3c4d-20261125-101530.careplan-backup`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BackupName {
    /// Time in Japan, to the second. First, so that names are ordered by it.
    at: DateTime,
    office: OfficeNumber,
    /// The first eight digits of the terminal's number: two terminals may use one folder.
    terminal: String,
}

impl BackupName {
    /// The name of a backup made now.
    pub fn new(office: OfficeNumber, terminal: Uuid, now: Timestamp) -> Self {
        let mut terminal = terminal.simple().to_string();
        terminal.truncate(8);
        let at = calendar::japan().to_datetime(now);
        Self { at: at.with().subsec_nanosecond(0).build().unwrap_or(at), office, terminal }
    }

    /// Whether both are of one terminal.
    pub fn is_of_same(&self, other: &Self) -> bool {
        self.office == other.office && self.terminal == other.terminal
    }
}

impl fmt::Display for BackupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, office, terminal } = self;
        write!(f, "{office}-{terminal}-{}.{EXTENSION}", at.strftime(TIME))
    }
}

impl FromStr for BackupName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let stem = text.strip_suffix(EXTENSION).and_then(|it| it.strip_suffix('.')).ok_or(())?;
        let mut parts = stem.splitn(3, '-');
        let (office, terminal, at) =
            (parts.next().ok_or(())?, parts.next().ok_or(())?, parts.next().ok_or(())?);
        let is_terminal = terminal.len() == 8 && terminal.bytes().all(|it| it.is_ascii_hexdigit());
        let name = Self {
            at: DateTime::strptime(TIME, at).map_err(|_| ())?,
            office: office.parse().map_err(|_| ())?,
            terminal: terminal.to_owned(),
        };
        // Nothing that is only like a name of ours is one: it would be removed some day.
        if is_terminal && name.to_string() == text { Ok(name) } else { Err(()) }
    }
}

/// Of one terminal's backups those that may go: the newest of each of the last days, weeks and months stays.
pub fn to_remove(mut names: Vec<BackupName>) -> Vec<BackupName> {
    names.sort_unstable();
    names.reverse();
    let mut kept = BTreeSet::new();
    let day = |name: &BackupName| name.at.date();
    let week = |name: &BackupName| {
        let week = name.at.date().iso_week_date();
        (week.year(), week.week())
    };
    let month = |name: &BackupName| (name.at.year(), name.at.month());
    keep_newest(&names, day, DAYS_KEPT, &mut kept);
    keep_newest(&names, week, WEEKS_KEPT, &mut kept);
    keep_newest(&names, month, MONTHS_KEPT, &mut kept);
    names.retain(|name| !kept.contains(name));
    names
}

/// Of names from newest to oldest, the first of each of so many spans.
fn keep_newest<S: Ord>(
    names: &[BackupName],
    span: impl Fn(&BackupName) -> S,
    spans: usize,
    kept: &mut BTreeSet<BackupName>,
) {
    let mut seen = BTreeSet::new();
    for name in names {
        if seen.len() == spans {
            break;
        }
        if seen.insert(span(name)) {
            kept.insert(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    fn name(at: DateTime) -> BackupName {
        let now = at.to_zoned(calendar::japan()).unwrap().timestamp();
        BackupName::new("9970000018".parse().unwrap(), Uuid::from_u128(0x1a2b_3c4d << 96), now)
    }

    #[test]
    fn a_name_tells_office_terminal_and_time_in_japan() {
        let now = "2026-11-25T01:15:30.5Z".parse().unwrap();
        let name = BackupName::new("9970000018".parse().unwrap(), Uuid::from_u128(0x1a2b_3c4d << 96), now);
        assert_eq!(name.to_string(), "9970000018-1a2b3c4d-20261125-101530.careplan-backup");
        assert_eq!(name.to_string().parse(), Ok(name));
    }

    #[test]
    fn what_is_only_like_a_name_is_none() {
        for text in [
            "",
            "9970000018-1a2b3c4d-20261125-101530",
            "9970000018-1a2b3c4d-20261125-101530.zip",
            "x9970000018-1a2b3c4d-20261125-101530.careplan-backup",
            "9970000018-1a2b3c4-20261125-101530.careplan-backup",
            "9970000018-1a2b3c4d-20261325-101530.careplan-backup",
            "9970000018-1a2b3c4d-20261125-101530 (1).careplan-backup",
            ".9970000018-1a2b3c4d-20261125-101530.careplan-backup.part",
        ] {
            assert!(text.parse::<BackupName>().is_err(), "{text}");
        }
    }

    #[test]
    fn after_two_years_of_two_a_day_seven_days_four_weeks_and_twelve_months_are_left() {
        let last: DateTime = "2026-11-25T18:00:00".parse().unwrap();
        let mut stay: Vec<BackupName> = Vec::new();
        for days in (0..730_i32).rev() {
            let day = last.checked_sub(days.days()).unwrap();
            stay.extend([name(day.checked_sub(6.hours()).unwrap()), name(day)]);
            let gone = to_remove(stay.clone());
            stay.retain(|it| !gone.contains(it));
        }
        stay.sort();
        let left: Vec<String> = stay.iter().map(|it| it.at.strftime("%Y-%m-%d %H").to_string()).collect();
        insta::assert_snapshot!(left.join("\n"), @r"
        2025-12-31 18
        2026-01-31 18
        2026-02-28 18
        2026-03-31 18
        2026-04-30 18
        2026-05-31 18
        2026-06-30 18
        2026-07-31 18
        2026-08-31 18
        2026-09-30 18
        2026-10-31 18
        2026-11-08 18
        2026-11-15 18
        2026-11-19 18
        2026-11-20 18
        2026-11-21 18
        2026-11-22 18
        2026-11-23 18
        2026-11-24 18
        2026-11-25 18
        ");
    }

    #[test]
    fn days_without_a_backup_cost_none() {
        let days =
            ["2026-01-05T09:00:00", "2026-03-01T09:00:00", "2026-03-02T09:00:00", "2026-11-25T09:00:00"];
        let names = days.map(|it| name(it.parse().unwrap())).to_vec();
        assert_eq!(to_remove(names), []);
    }
}
