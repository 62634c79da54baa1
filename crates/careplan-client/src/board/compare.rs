//! Plan against actuals, from a cell: which transmissions stand behind it, and the comparison of their forms.

use std::collections::{BTreeMap, BTreeSet};

use careplan_domain::{OfficeNumber, TransmissionId};
use careplan_standard::compare::{MonthComparer, MonthComparison};
use careplan_standard::form::{Forms, SlipLine, Supplement};
use careplan_standard::{Edition, FileName, Prefix, SourceFile, read_forms};

use super::cell::{Lane, Side, cells_of, is_deletion, is_live};
use super::{Line, Lines, PersonKey, View};
use crate::history::CopiedFile;

/// Transmissions of one comparison: a user has few partners, and a partner some thirty users. More would keep a person waiting for seconds.
pub const COMPARED_MAX: usize = 120;

/// One transmission behind a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub id: TransmissionId,
    /// The office that gives the services: only its lines of a plan count.
    pub provider: OfficeNumber,
    /// Only these users; all when empty.
    pub persons: BTreeSet<PersonKey>,
}

/// What stands behind a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// Plans.
    pub plans: Vec<Part>,
    /// Actuals.
    pub actuals: Vec<Part>,
}

/// The newest plan and actuals of each user with each partner that a view looks at.
pub fn behind(view: &View, lines: &Lines, own: OfficeNumber) -> Behind {
    let mut newest = BTreeMap::<(Lane, OfficeNumber, Option<PersonKey>), &Line>::new();
    for line in lines.lines.iter().filter(|line| line.month == view.month) {
        let Some(lane) = view.side.lane(line) else { continue };
        if view.partner.is_some_and(|partner| partner != line.partner) || !counts(line) {
            continue;
        }
        for person in lines.persons_of(line) {
            if view.person.is_some() && view.person != person {
                continue;
            }
            let known = newest.entry((lane, line.partner, person)).or_insert(line);
            if (line.at, line.id) > (known.at, known.id) {
                *known = line;
            }
        }
    }
    let mut parts = BTreeMap::<(Lane, TransmissionId), Part>::new();
    for ((lane, partner, person), line) in newest.into_iter().filter(|(_, line)| !is_deletion(line.kind)) {
        let provider = if view.side == Side::Planner { partner } else { own };
        let part = Part { id: line.id, provider, persons: BTreeSet::new() };
        parts.entry((lane, line.id)).or_insert(part).persons.extend(person);
    }
    let of =
        |wanted| parts.iter().filter(move |((lane, _), _)| *lane == wanted).map(|(_, part)| part.clone());
    Behind { plans: of(Lane::Plan).collect(), actuals: of(Lane::Actuals).collect() }
}

/// What was taken back or did not arrive is not compared.
fn counts(line: &Line) -> bool {
    cells_of(line).is_some_and(|cells| is_live(&cells))
}

/// Why nothing can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompareFault {
    /// No plan is here.
    #[error(
        "この月の予定のファイルが、このパソコンにありません。予定の送受信が終わってから、月次ボードに戻って開き直してください。"
    )]
    NoPlan,
    /// No actuals are here.
    #[error(
        "この月の実績のファイルが、このパソコンにありません。実績の送受信が終わってから、月次ボードに戻って開き直してください。"
    )]
    NoActuals,
    /// Too many at once.
    #[error(
        "一度に比べられるのは{COMPARED_MAX}件までです（{0}件ありました）。月次ボードで利用者か相手を1つ選んで、開き直してください。"
    )]
    TooMany(usize),
    /// Some of it is not here: its users would look as if nothing had been done for them.
    #[error(
        "この月の予定か実績のうち{0}件のファイルが、このパソコンにありません（受信の途中か、控えの保存期間を過ぎています）。受信が終わってから開き直すか、月次ボードで利用者を1人選んで比べてください。"
    )]
    Away(usize),
    /// A file is no form.
    #[error(
        "送受信したファイルの中に、帳票として読み取れないものがあります。送受信の記録を開いて、点検の指摘を確かめてください。"
    )]
    Unreadable,
}

/// Files of one part; none where they are not here.
pub type Compared = (Part, Vec<CopiedFile>);

/// Compares plans with actuals.
///
/// # Errors
/// [`CompareFault`].
pub fn compare(plans: &[Compared], actuals: &[Compared]) -> Result<MonthComparison, CompareFault> {
    let away = [plans, actuals].map(|parts| parts.iter().filter(|(_, files)| files.is_empty()).count());
    match away {
        [plans_away, _] if plans_away == plans.len() => return Err(CompareFault::NoPlan),
        [_, actuals_away] if actuals_away == actuals.len() => return Err(CompareFault::NoActuals),
        [0, 0] => {}
        [plans_away, actuals_away] => return Err(CompareFault::Away(plans_away + actuals_away)),
    }
    let (mut planned, mut done) = (Vec::<SlipLine>::new(), Vec::<SlipLine>::new());
    let mut supplements = Vec::<Supplement>::new();
    let mut comparer = MonthComparer::new();
    for (part, files) in plans {
        let forms = forms(files)?;
        supplements.extend(forms.supplements);
        let mut lines: Vec<SlipLine> = forms.plan.into_iter().filter(|line| part.is_about(line)).collect();
        // The same plan goes to every partner of a user: each answers for its own lines.
        let is_own = |line: &SlipLine| line.service_office_no.text() == part.provider.as_str();
        if lines.iter().any(is_own) {
            lines.retain(is_own);
        }
        planned.extend(lines);
    }
    for (part, files) in actuals {
        let forms = forms(files)?;
        supplements.extend(forms.supplements);
        done.extend(forms.actuals.into_iter().filter(|line| part.is_about(line)));
        let names = files.iter().filter_map(|(name, _)| FileName::parse(name.as_str()).ok());
        for name in names.filter(|name| name.prefix() == Prefix::UpJsk) {
            comparer = comparer.reported_in(&name);
        }
    }
    match (planned.is_empty(), actuals.is_empty()) {
        (true, _) => Err(CompareFault::NoPlan),
        (_, true) => Err(CompareFault::NoActuals),
        (false, false) => Ok(comparer.names(&supplements).compare(&planned, &done)),
    }
}

impl Part {
    fn is_about(&self, line: &SlipLine) -> bool {
        let key = PersonKey { insurer: line.insurer_no.text(), insured_number: line.insured_no.text() };
        self.persons.is_empty() || self.persons.contains(&key)
    }
}

fn forms(files: &[CopiedFile]) -> Result<Forms, CompareFault> {
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(name, bytes)| SourceFile::new(name.as_str(), bytes)).collect();
    let mut all = Forms::default();
    for (edition, share) in Edition::share_out(&sources) {
        let share: Vec<SourceFile<'_>> = share.iter().filter_map(|at| sources.get(*at).copied()).collect();
        all = all.with(read_forms(edition, &share).map_err(|_| CompareFault::Unreadable)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::super::line::made_up::{received, sent};
    use super::super::{By, Look};
    use super::*;
    use crate::history::Person;

    /// Files of one of the standard's examples.
    fn example(name: &str) -> Vec<CopiedFile> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../careplan-standard/examples");
        let files = std::fs::read_dir(folder.join(name)).unwrap().map(|entry| entry.unwrap());
        let csv = files.filter(|file| file.path().extension().is_some_and(|it| it == "CSV"));
        csv.map(|file| {
            let name = file.file_name().into_string().unwrap();
            (crate::files::SafeName::new(&name).unwrap(), std::fs::read(file.path()).unwrap())
        })
        .collect()
    }

    #[test]
    fn of_a_plan_for_several_offices_each_answers_for_its_own_lines() {
        let part = |provider: &str, persons: &[&str]| Part {
            id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
            provider: provider.parse().unwrap(),
            persons: persons
                .iter()
                .map(|it| PersonKey { insurer: "990001".into(), insured_number: (*it).into() })
                .collect(),
        };
        let compared = |provider: &str, persons: &[&str]| {
            let with = |name: &str| vec![(part(provider, persons), example(name))];
            compare(&with("02_K2_use_slip"), &with("03_S1_actuals"))
        };
        let own = compared("9970000026", &[]).unwrap();
        assert_eq!((own.persons.len(), own.totals.not_reported), (2, 0));
        // Who has no line of its own in it is shown all of it.
        assert_eq!(compared("9970000042", &[]).unwrap().totals.not_reported, 1);
        assert_eq!(compared("9970000026", &["0009900021"]).unwrap().persons.len(), 1);
        assert_eq!(compared("9970000026", &["0009900099"]), Err(CompareFault::NoPlan));
        assert_eq!(compare(&[], &[]), Err(CompareFault::NoPlan));
        let plan = vec![(part("9970000026", &[]), example("02_K2_use_slip"))];
        assert_eq!(compare(&plan, &[]), Err(CompareFault::NoActuals));
        // What has not arrived yet is no actuals that are missing.
        let away = || (part("9970000026", &[]), Vec::new());
        let actuals = vec![(part("9970000026", &[]), example("03_S1_actuals")), away()];
        assert_eq!(compare(&plan, &actuals), Err(CompareFault::Away(1)));
        assert_eq!(compare(&plan, &[away()]), Err(CompareFault::NoActuals));
        assert_eq!(compare(&[away()], &actuals), Err(CompareFault::NoPlan));
    }

    #[test]
    fn the_newest_plan_and_actuals_of_each_user_stand_behind_a_comparison() {
        let mut lines = Lines::default();
        for (n, number) in [(1, "0009900013"), (2, "0009900021")] {
            let [insurer, insured_number] = ["990001", number].map(str::to_owned);
            let person = Person { insurer, insured_number, name: String::new(), kana: String::new() };
            lines.people.insert(n, person);
        }
        let id =
            |n: u8| -> TransmissionId { format!("01920000-0000-7000-8000-00000000000{n}").parse().unwrap() };
        let line = |line: Line, n: u8, persons: &[i64]| {
            let at = line.at + jiff::SignedDuration::from_hours(i64::from(n));
            Line { id: id(n), at, persons: persons.to_vec(), ..line }
        };
        lines.lines = vec![
            line(sent("K2", 202_611, "imported"), 1, &[1, 2]),
            line(sent("K2", 202_611, "imported"), 2, &[1]),
            line(sent("K2", 202_611, "withdrawn"), 3, &[2]),
            line(sent("K2", 202_610, "imported"), 4, &[1]),
            line(received("S1", 202_611, "acknowledged"), 5, &[1]),
            line(received("S1", 202_611, "acknowledged"), 6, &[2]),
            line(received("S2", 202_611, "acknowledged"), 7, &[2]),
        ];
        let view = View {
            month: "202611".parse().unwrap(),
            side: Side::Planner,
            by: By::Partner,
            partner: Some("9970000026".parse().unwrap()),
            person: None,
            look: Some(Look::Unread),
        };
        let own = "9970000018".parse().unwrap();
        let shown = |view: &View| {
            let found = behind(view, &lines, own);
            let ids = |parts: &[Part]| {
                let numbers = |part: &Part| part.persons.iter().map(|it| it.insured_number.clone()).collect();
                parts.iter().map(|part| (part.id, numbers(part))).collect::<Vec<(_, Vec<String>)>>()
            };
            (ids(&found.plans), ids(&found.actuals))
        };
        let numbers = ["0009900013".to_owned(), "0009900021".to_owned()];
        let one = |n: u8, at: usize| (id(n), vec![numbers[at].clone()]);
        assert_eq!(shown(&view), (vec![one(1, 1), one(2, 0)], vec![one(5, 0)]));
        let person = Some(PersonKey::of(&lines.people[&1]));
        assert_eq!(shown(&View { person, ..view.clone() }), (vec![one(2, 0)], vec![one(5, 0)]));
        let elsewhere = View { partner: Some("9970000034".parse().unwrap()), ..view };
        assert_eq!(behind(&elsewhere, &lines, own), Behind::default());
    }
}
