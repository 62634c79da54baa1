//! What the content says about the file's name: month, sender, receiver.
//!
//! The receiver is looked for in each person's records too: one whom nobody mentions is told once for the file, one who is
//! missing with some persons is told for each of them. Which item says what stands in the edition's `links.csv`. A departure is reported where the value changes, not on every record.

use super::content::{Source, Walk};
use super::groups::Group;
use crate::edition::{Confidence, Edition, Field, Layout, Link, LinkMeaning, OfficeRole, Scheme};
use crate::finding::{Draft, Severity};
use crate::mark::Mark;
use crate::month::YearMonth;
use crate::ms932;
use crate::name::{FileName, NameMonth};
use crate::rules;
use crate::scan::{FieldSet, RawField};
use crate::scheme::{Handover, handover, scheme_of};

/// The links of one file in the making.
pub(super) struct LinkState<'e> {
    links: Vec<(&'e Link, &'e Field, Memory)>,
    leniency: Leniency,
    handover: Handover,
    images: Vec<NamedImage>,
    looks_at: FieldSet,
}

/// An image a record names.
pub(crate) struct NamedImage {
    /// The record.
    pub(crate) mark: Mark,
    /// Index of the item.
    pub(crate) item: usize,
    /// Offset of its value.
    pub(crate) start: usize,
    /// The name in canonical form.
    pub(crate) name: String,
}

#[derive(Default)]
struct Memory {
    /// The value of the first record.
    first: Option<Vec<u8>>,
    /// The last value that agreed with the name, so that a value that repeats is compared once.
    right: Vec<u8>,
    /// The value reported last.
    reported: Option<Vec<u8>>,
    /// Whether the receiver has been met.
    met: bool,
}

impl<'e> LinkState<'e> {
    pub(super) fn new(source: &Source<'e, '_>) -> Self {
        let layout = source.layout;
        let links = layout
            .links
            .iter()
            .filter_map(|link| Some((link, layout.fields().get(link.index)?, Memory::default())))
            .collect();
        Self {
            links,
            leniency: Leniency::of(source.edition, source.name),
            handover: handover(source.edition, source.name),
            images: Vec::new(),
            looks_at: FieldSet::of(layout.links.iter().map(|link| link.index)),
        }
    }

    /// The items that are compared.
    pub(super) fn looks_at(&self) -> FieldSet {
        self.looks_at
    }

    /// Compares one complete record with the name.
    pub(super) fn check<'f>(
        &mut self,
        walk: &mut Walk<'e, 'f, '_, '_>,
        fields: &[RawField<'f>],
        (mark, mut group): (Mark, Option<&mut Group>),
    ) {
        let (leniency, handover) = (self.leniency, self.handover);
        for (link, field, memory) in &mut self.links {
            let Some(raw) = fields.get(link.index) else {
                continue;
            };
            let value = raw.value();
            let value = value.trim_ascii();
            if value.is_empty() {
                continue;
            }
            match link.meaning {
                LinkMeaning::ImageName | LinkMeaning::ImageNameOfExample => {
                    let name = image_name(value);
                    if let Some(draft) = image_departure(link.meaning, name.is_some()) {
                        let place = walk.place(raw.start);
                        walk.out.push(draft.field(field).value(value).resting_on(link.confidence).at(place));
                    }
                    let (item, start) = (link.index, raw.start);
                    self.images.extend(name.map(|name| NamedImage { mark, item, start, name }));
                    continue;
                }
                LinkMeaning::ReceiverPerPerson => {
                    if let Some(group) = &mut group {
                        group.names_office = true;
                        group.names_receiver |= value == walk.source.name.receiver().number().as_bytes();
                    }
                }
                _ => {}
            }
            if value == memory.right {
                continue;
            }
            let Some(draft) = departure(link, value, memory, (walk.source.name, handover)) else {
                memory.right.clear();
                memory.right.extend_from_slice(value);
                continue;
            };
            if memory.reported.as_deref() == Some(value) {
                continue;
            }
            memory.reported = Some(value.to_vec());
            let draft = draft.field(field).value(value).resting_on(link.confidence);
            let draft = soften(draft, link.meaning, leniency);
            let place = walk.place(raw.start);
            walk.out.push(draft.at(place));
        }
    }

    /// Reports what only shows at the end: a receiver whom no record mentions, of the file or of a person.
    /// Gives the images that are named.
    pub(super) fn finish(
        self,
        walk: &mut Walk<'e, '_, '_, '_>,
        (groups, is_whole): (&[Group], bool),
    ) -> Vec<NamedImage> {
        for (link, field, memory) in &self.links {
            let per_person = link.meaning == LinkMeaning::ReceiverPerPerson;
            // A row that could not be read may be the one that mentions the receiver.
            if !is_whole || (!per_person && link.meaning != LinkMeaning::ReceiverSomewhere) {
                continue;
            }
            let expected = walk.source.name.receiver().number();
            if memory.first.is_some() && !memory.met {
                let draft =
                    Draft::new(&rules::MATCH_RECEIVER_NOWHERE).field(field).word("expected", expected);
                walk.out.push(soften(draft.resting_on(link.confidence), link.meaning, self.leniency));
                continue;
            }
            if !per_person {
                continue;
            }
            for group in groups.iter().filter(|group| group.names_office && !group.names_receiver) {
                let draft = Draft::new(&rules::MATCH_PERSON_ELSEWHERE)
                    .word("expected", expected)
                    .resting_on(link.confidence);
                walk.report_at(group.mark, soften(draft, link.meaning, self.leniency));
            }
        }
        self.images
    }
}

/// What is wrong with an item that names an image, or would in the ministry's worked example.
fn image_departure<'d>(meaning: LinkMeaning, is_image: bool) -> Option<Draft<'d>> {
    match (meaning, is_image) {
        (LinkMeaning::ImageNameOfExample, true) => Some(Draft::new(&rules::IMAGE_ITEM_OF_EXAMPLE)),
        (LinkMeaning::ImageName, false) => Some(Draft::new(&rules::IMAGE_NAME)),
        _ => None,
    }
}

/// Whether an item holds the name of an image because the ministry's worked example counts it so. Its length and form are those
/// of another item.
pub(super) fn is_image_of_example(layout: &Layout, field: &Field, value: &[u8]) -> bool {
    let mut links = layout.links.iter().filter(|link| link.meaning == LinkMeaning::ImageNameOfExample);
    links.any(|link| link.index + 1 == usize::from(field.no())) && image_name(value).is_some()
}

/// The canonical form of an image's name; `None` for any other text.
fn image_name(value: &[u8]) -> Option<String> {
    let name = FileName::parse(std::str::from_utf8(value).ok()?).ok()?;
    name.prefix().is_image().then(|| name.to_string())
}

/// What is only warned about where a file and its name disagree about offices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leniency {
    /// Nothing.
    None,
    /// Who sends: between a support centre and those who work for it, who plans and who sends may differ; the standard does not
    /// settle it. Who serves is settled: its users' data goes to no other office.
    Sender,
    /// Both, where one planner hands files to another.
    Both,
}

impl Leniency {
    fn of(edition: &Edition, name: &FileName) -> Self {
        if scheme_of(edition, name) != Scheme::Preventive {
            return Self::None;
        }
        match edition.office_role(name.receiver().service_type()) {
            Some((OfficeRole::Service, _)) => Self::Sender,
            _ => Self::Both,
        }
    }

    fn covers(self, meaning: LinkMeaning) -> bool {
        match meaning {
            LinkMeaning::Month | LinkMeaning::PlanDateUnlessSlip => false,
            LinkMeaning::ReceiverNumber | LinkMeaning::ReceiverSomewhere | LinkMeaning::ReceiverPerPerson => {
                self == Self::Both
            }
            _ => self != Self::None,
        }
    }
}

fn soften(draft: Draft<'_>, meaning: LinkMeaning, leniency: Leniency) -> Draft<'_> {
    if leniency.covers(meaning) {
        let severity = draft.severity.min(Severity::Warn);
        return draft.severity(severity);
    }
    draft
}

fn departure<'d>(
    link: &Link,
    value: &[u8],
    memory: &mut Memory,
    (name, handover): (&FileName, Handover),
) -> Option<Draft<'d>> {
    let meaning = link.meaning;
    // A value that is no month has been reported with its item, and no other month is measured by it.
    if meaning == LinkMeaning::Month && value != b"000000" && YearMonth::from_bytes(value).is_none() {
        return None;
    }
    let first = memory.first.get_or_insert_with(|| value.to_vec()).as_slice();
    match meaning {
        LinkMeaning::Month => month_departure(value, first, name),
        LinkMeaning::PlanDateUnlessSlip => plan_date_departure(value, name),
        LinkMeaning::SenderNumber => {
            let wanted = name.sender().number();
            let departs = handover != Handover::PassedOn && value != wanted.as_bytes();
            departs.then(|| Draft::new(&rules::MATCH_SENDER).word("expected", wanted))
        }
        LinkMeaning::ReceiverNumber => {
            let wanted = name.receiver().number();
            let departs = value != wanted.as_bytes();
            departs.then(|| Draft::new(&rules::MATCH_RECEIVER).word("expected", wanted))
        }
        LinkMeaning::SenderServiceType => {
            let wanted = match handover {
                Handover::PassedOn => return None,
                Handover::TypesSwapped => name.receiver().service_type(),
                Handover::Plain => name.sender().service_type(),
            };
            let departs = !value.starts_with(wanted.as_bytes());
            // In actuals a figure of the ministry has two types in one file.
            let rule = match link.confidence {
                Confidence::Inferred => &rules::MATCH_SERVICE_TYPES,
                _ => &rules::MATCH_SERVICE_TYPE,
            };
            departs.then(|| Draft::new(rule).word("expected", wanted))
        }
        LinkMeaning::ImageName | LinkMeaning::ImageNameOfExample => None,
        LinkMeaning::ReceiverSomewhere | LinkMeaning::ReceiverPerPerson => {
            memory.met |= value == name.receiver().number().as_bytes();
            None
        }
    }
}

fn month_departure<'d>(value: &[u8], first: &[u8], name: &FileName) -> Option<Draft<'d>> {
    if value != first {
        return Some(Draft::new(&rules::MATCH_MONTHS_MIXED).secret("expected", ms932::shown(first)));
    }
    let wanted = name.month()?;
    let is_wanted = match wanted {
        NameMonth::Zero => value == b"000000",
        NameMonth::Month(month) => YearMonth::from_bytes(value) == Some(month),
    };
    (!is_wanted).then(|| Draft::new(&rules::MATCH_MONTH).word("expected", wanted))
}

fn plan_date_departure<'d>(value: &[u8], name: &FileName) -> Option<Draft<'d>> {
    let is_zero = value == b"00000000";
    match name.month()? {
        NameMonth::Zero if is_zero => Some(Draft::new(&rules::MATCH_PLAN_DATE_ZERO)),
        NameMonth::Month(_) if !is_zero => Some(Draft::new(&rules::MATCH_PLAN_DATE_SLIP)),
        _ => None,
    }
}
