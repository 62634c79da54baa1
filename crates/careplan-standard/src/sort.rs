//! Sorting files into units: which files travel together, and whether they may.
//!
//! Promises: files belong together when serial, sender and receiver are the same; every file comes out exactly once, in a
//! unit, as an attachment or as left over with a finding; the order of the input does not matter.

use std::collections::BTreeMap;

use crate::check::{SourceFile, judge_stray};
use crate::edition::{Confidence, Edition, Layout, Scheme, UnitMonth, UnitRule};
use crate::finding::{Draft, Finding};
use crate::month::YearMonth;
use crate::name::{FileName, NamedOffice, Origin};
use crate::prefix::Prefix;
use crate::rules;
use crate::scheme::{addresses, scheme_of};
use crate::unit_kind::UnitKind;

/// A transmission unit (送信単位): a legal set of files of one serial from one office to one office.
///
/// The names make the unit; whether the content is good is for [`check_unit`](crate::check_unit) to say.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unit {
    /// Which legal set.
    pub kind: UnitKind,
    /// The file serial, 14 digits.
    pub serial: String,
    /// The office that sends. Where a name has the service types swapped, as the ministry's example of actuals does, this is
    /// the address that is meant.
    pub sender: NamedOffice,
    /// The office that receives, read in the same way.
    pub receiver: NamedOffice,
    /// The service month, for units that have one.
    pub month: Option<YearMonth>,
    /// The files, as indexes into the input, in the order of the standard.
    pub files: Vec<usize>,
}

/// What [`sort_into_units`] made of a heap of files.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Sorted {
    /// The legal units in serial order, the order in which they are to be imported.
    pub units: Vec<Unit>,
    /// What is wrong with names and sets. A file that is in no unit and no attachment has a blocking finding here.
    pub findings: Vec<Finding>,
    /// PDF and JPEG files the standard does not name, as indexes into the input.
    pub attachments: Vec<usize>,
    /// Files that cannot be sent as they are: bad names and illegal sets, as indexes into the input.
    pub left_over: Vec<usize>,
}

/// A set of files that claim to belong together.
struct Group {
    serial: String,
    sender: NamedOffice,
    receiver: NamedOffice,
    members: Vec<(FileName, usize)>,
    scheme: Option<Scheme>,
}

impl Group {
    fn service_month(&self) -> Option<YearMonth> {
        self.members.iter().find_map(|(name, _)| name.service_month())
    }

    /// What the names say about months.
    fn month(&self) -> UnitMonth {
        if self.service_month().is_some() {
            UnitMonth::One
        } else if self.members.iter().any(|(name, _)| name.month().is_some()) {
            UnitMonth::Zero
        } else {
            UnitMonth::Absent
        }
    }
}

/// Groups files by serial, sender and receiver, and tells for each group which unit it is or what is missing or too much.
///
/// ```
/// use careplan_standard::{Edition, SourceFile, UnitKind, sort_into_units};
///
/// let plan = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
/// let deletion = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
/// let files = [SourceFile::new(plan, b""), SourceFile::new(deletion, b"")];
/// let sorted = sort_into_units(Edition::v4_1(), &files);
/// assert_eq!(sorted.units.len(), 1);
/// assert_eq!((sorted.units[0].kind, &sorted.units[0].files[..]), (UnitKind::K3, &[1][..]));
/// assert_eq!(sorted.findings[0].code, "SET-001");
/// assert!(sorted.findings[0].message.contains("UPSIKYU「第7表（サービス利用票別表）」、UPHOSOKU「利用者補足情報」"));
/// ```
#[must_use]
pub fn sort_into_units(edition: &Edition, files: &[SourceFile<'_>]) -> Sorted {
    let mut sorted = Sorted::default();
    let mut groups: BTreeMap<Origin, Vec<(FileName, usize)>> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        match FileName::parse(file.name) {
            Ok(name) => {
                groups.entry(name.origin()).or_default().push((name, index));
            }
            Err(fault) => {
                let stray = judge_stray(file, fault);
                let place = if stray.is_attachment { &mut sorted.attachments } else { &mut sorted.left_over };
                place.push(index);
                let finding = stray.finding.map(|draft| draft.finish(Some(file.name)));
                sorted.findings.extend(finding);
            }
        }
    }
    for (origin, mut members) in groups {
        members.sort();
        // Files of one origin have one sender and one receiver.
        let Some((sender, receiver)) = members.first().map(|(name, _)| addresses(edition, name)) else {
            continue;
        };
        let serial = origin.serial;
        let scheme = members.first().map(|(name, _)| scheme_of(edition, name));
        place_group(edition, files, Group { serial, sender, receiver, members, scheme }, &mut sorted);
    }
    sorted.left_over.sort_unstable();
    sorted
}

fn place_group(edition: &Edition, files: &[SourceFile<'_>], group: Group, sorted: &mut Sorted) {
    let prefixes: Vec<Prefix> = group.members.iter().map(|(name, _)| name.prefix()).collect();
    let first = group.members.first();
    let first_name = first.and_then(|(_, index)| files.get(*index)).map(|file| file.name);
    let indexes = group.members.iter().map(|(_, index)| *index);
    let mut legal: Vec<&UnitRule> =
        edition.units().iter().filter(|rule| Gap::between(rule, &prefixes).is_none()).collect();
    legal.sort_by_key(|rule| Some(rule.scheme()) != group.scheme);
    if let Some(rule) = legal.first() {
        if rule.confidence() == Confidence::Inferred {
            let draft = unit_words(Draft::new(&rules::SET_READ_AS), rule.kind(), &group);
            sorted.findings.push(draft.finish(first_name));
        }
        sorted.units.push(Unit {
            kind: rule.kind(),
            month: group.service_month().filter(|_| rule.month() == UnitMonth::One),
            files: indexes.collect(),
            serial: group.serial,
            sender: group.sender,
            receiver: group.receiver,
        });
        return;
    }
    sorted.left_over.extend(indexes);
    for draft in explain(edition, &prefixes, &group) {
        sorted.findings.push(draft.finish(first_name));
    }
}

fn unit_words<'d>(draft: Draft<'d>, kind: UnitKind, group: &Group) -> Draft<'d> {
    draft
        .word("unit", kind)
        .word("label", kind.label_ja())
        .word("serial", &group.serial)
        .word("receiver", &group.receiver)
}

/// Says what keeps a group from being a unit: two units under one serial, or the distance to the nearest unit.
///
/// This blocks also where the nearest unit is an inference of ours: the group is in no row of the table, and a row that is inferred
/// lets more pass than would pass without it.
fn explain<'d>(edition: &Edition, prefixes: &[Prefix], group: &Group) -> Vec<Draft<'d>> {
    if let Some((one, other)) = two_units(edition, prefixes) {
        let draft = unit_words(Draft::new(&rules::SET_TWO_UNITS), one.kind(), group);
        return vec![draft.word("other", other.kind()).word("other_label", other.kind().label_ja())];
    }
    let nearest = edition
        .units()
        .iter()
        .filter_map(|rule| Some((rule, Gap::between(rule, prefixes)?)))
        // What is there tells more than what is not: a lone form 2 is a plan without form 1, and no deletion.
        .min_by_key(|(rule, gap)| {
            let other_month = rule.month() != group.month();
            (gap.extra.len(), other_month, gap.missing.len(), Some(rule.scheme()) != group.scheme)
        });
    let Some((rule, gap)) = nearest else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    if !gap.missing.is_empty() {
        let draft = unit_words(Draft::new(&rules::SET_INCOMPLETE), rule.kind(), group);
        drafts.push(draft.word("missing", list(gap.missing.iter().map(|prefix| called(edition, *prefix)))));
    }
    if !gap.extra.is_empty() {
        let draft = unit_words(Draft::new(&rules::SET_TOO_MUCH), rule.kind(), group);
        drafts.push(draft.word(
            "extra",
            list(gap.extra.iter().map(|(prefix, again)| match again {
                true => format!("{}（二つ目）", called(edition, *prefix)),
                false => called(edition, *prefix),
            })),
        ));
    }
    drafts
}

/// A kind of file as the export folder and as the clerk name it.
fn called(edition: &Edition, prefix: Prefix) -> String {
    let name = edition.layout(prefix).map_or("家族構成の画像", Layout::name_ja);
    format!("{prefix}「{name}」")
}

fn list(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join("、")
}

/// What a set of files lacks and has too much of, to be a unit.
struct Gap {
    missing: Vec<Prefix>,
    /// Each with whether it is there a second time.
    extra: Vec<(Prefix, bool)>,
}

impl Gap {
    /// `None` when the set is legal. Images may come several times, everything else once.
    fn between(rule: &UnitRule, prefixes: &[Prefix]) -> Option<Self> {
        let missing: Vec<Prefix> =
            rule.required().iter().filter(|prefix| !prefixes.contains(prefix)).copied().collect();
        let mut extra = Vec::new();
        let mut taken: Vec<Prefix> = Vec::new();
        for prefix in prefixes {
            let allowed = rule.required().contains(prefix) || rule.optional().contains(prefix);
            let again = allowed && taken.contains(prefix) && !prefix.is_image();
            if !allowed || again {
                extra.push((*prefix, again));
            }
            taken.push(*prefix);
        }
        (!missing.is_empty() || !extra.is_empty()).then_some(Self { missing, extra })
    }
}

/// Two units of which the set is the sum.
fn two_units<'e>(edition: &'e Edition, prefixes: &[Prefix]) -> Option<(&'e UnitRule, &'e UnitRule)> {
    edition.units().iter().find_map(|one| {
        let mut rest = prefixes.to_vec();
        for prefix in one.required() {
            let place = rest.iter().position(|other| other == prefix)?;
            rest.remove(place);
        }
        let other = edition.units().iter().find(|rule| Gap::between(rule, &rest).is_none())?;
        Some((one, other))
    })
}
