//! What counts as a reminder, and between which addresses it goes.

use careplan_domain::{Address, ServiceMonth, Timestamp, UnitKind};
use careplan_protocol::manifest::{Manifest, Reminder, ReminderKind};
use jiff::civil::Date;

use crate::history::Direction;

/// How far back the month of a reminder lies at most: what is older than two years cannot be claimed from the insurance any more
/// (介護保険法 第200条).
pub const MONTHS_BACK_MAX: i32 = 24;

/// How far ahead: plans go out in the month before theirs, and one month more leaves room for clocks and eager offices.
pub const MONTHS_AHEAD_MAX: i32 = 2;

/// Whether somebody can mean a month on a day.
pub fn is_timely(month: ServiceMonth, today: Date) -> bool {
    let number = i32::try_from(month.as_number()).unwrap_or_default();
    let months = (number / 100 - i32::from(today.year())) * 12 + number % 100 - i32::from(today.month());
    (-MONTHS_BACK_MAX..=MONTHS_AHEAD_MAX).contains(&months)
}

/// What a verified letter reminds of, by its manifest and the day of its acceptance. Only a document of one file is a reminder: with more
/// in it, it is something that the office must not overlook.
pub fn heard(manifest: &Manifest, accepted: Date) -> Option<Reminder> {
    let is_one = manifest.unit == UnitKind::Document && manifest.files.len() == 1;
    manifest.reminder.filter(|reminder| is_one && is_timely(reminder.month, accepted))
}

/// One thing that went between this office and a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Which way.
    pub direction: Direction,
    /// The address of this office.
    pub own: Address,
    /// The partner's.
    pub theirs: Address,
    /// What it was.
    pub unit: UnitKind,
    /// About which month.
    pub month: ServiceMonth,
    /// When.
    pub at: Timestamp,
}

/// Between which addresses a reminder goes: those of the plan that it is about, which is the newest one; without a plan, those of the
/// newest actuals.
pub fn way_of(kind: ReminderKind, ways: &[Way]) -> Option<(Address, Address)> {
    let direction = match kind {
        ReminderKind::PlanMissing => Direction::Received,
        ReminderKind::PlanUnread | ReminderKind::ActualsMissing => Direction::Sent,
    };
    let is_plan = |way: &Way| matches!(way.unit, UnitKind::K2 | UnitKind::Y4);
    let best = ways.iter().max_by_key(|way| (is_plan(way) && way.direction == direction, way.month, way.at));
    best.map(|way| (way.own, way.theirs))
}

#[cfg(test)]
mod tests {
    use careplan_domain::calendar::day;
    use careplan_protocol::manifest::{MANIFEST_TYPE, ManifestFile};
    use jiff::civil::date;

    use super::*;

    fn month(text: &str) -> ServiceMonth {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_is_timely_from_two_years_back_to_two_months_ahead() {
        let today = date(2026, 11, 26);
        for (text, is) in [
            ("202410", false),
            ("202411", true),
            ("202611", true),
            ("202701", true),
            ("202702", false),
            ("209912", false),
        ] {
            assert_eq!(is_timely(month(text), today), is, "{text}");
        }
    }

    #[test]
    fn only_a_document_of_one_file_with_a_timely_month_is_a_reminder() {
        let at: Timestamp = "2026-11-26T01:00:00Z".parse().unwrap();
        let file =
            ManifestFile { name: "催促.pdf".into(), bytes: 1, sha256: crate::letter::digest_of(b"1") };
        let reminder = Reminder { kind: ReminderKind::ActualsMissing, month: month("202611") };
        let manifest = Manifest {
            document: MANIFEST_TYPE.into(),
            transmission: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
            from: "9970000018-43".parse().unwrap(),
            to: "9970000026-11".parse().unwrap(),
            unit: UnitKind::Document,
            month: Some(reminder.month),
            created_at: at,
            replaces: None,
            files: vec![file.clone()],
            reminder: Some(reminder),
        };
        let heard = |manifest: &Manifest| heard(manifest, day(at));
        assert_eq!(heard(&manifest), Some(reminder));
        assert_eq!(heard(&Manifest { unit: UnitKind::K2, ..manifest.clone() }), None);
        assert_eq!(heard(&Manifest { files: vec![file.clone(), file], ..manifest.clone() }), None);
        assert_eq!(heard(&Manifest { reminder: None, ..manifest.clone() }), None);
        let far = Reminder { month: month("209912"), ..reminder };
        assert_eq!(heard(&Manifest { reminder: Some(far), ..manifest }), None);
    }

    #[test]
    fn a_reminder_goes_the_way_of_the_plan_it_is_about() {
        let way = |direction, unit: &str, text: &str, theirs: &str| Way {
            direction,
            own: "9970000018-43".parse().unwrap(),
            theirs: theirs.parse().unwrap(),
            unit: unit.parse().unwrap(),
            month: month(text),
            at: "2026-11-20T01:00:00Z".parse().unwrap(),
        };
        let ways = [
            way(Direction::Sent, "K2", "202611", "9970000026-11"),
            way(Direction::Received, "S1", "202611", "9970000026-13"),
            way(Direction::Sent, "K2", "202610", "9970000026-15"),
            way(Direction::Received, "Y4", "202610", "9970000026-61"),
        ];
        let theirs = |kind, ways: &[Way]| way_of(kind, ways).map(|(_, theirs)| theirs.to_string());
        assert_eq!(theirs(ReminderKind::ActualsMissing, &ways).as_deref(), Some("9970000026-11"));
        assert_eq!(theirs(ReminderKind::PlanUnread, &ways).as_deref(), Some("9970000026-11"));
        assert_eq!(theirs(ReminderKind::PlanMissing, &ways).as_deref(), Some("9970000026-61"));
        assert_eq!(theirs(ReminderKind::ActualsMissing, &ways[1..2]).as_deref(), Some("9970000026-13"));
        assert_eq!(theirs(ReminderKind::ActualsMissing, &[]), None);
    }
}
