//! Units: which files may travel together (the ministry's main document, sections 2.4 and 3.4).

use super::Confidence;
use crate::prefix::Prefix;
use crate::unit_kind::UnitKind;

/// One legal set of files.
#[derive(Debug)]
pub struct UnitRule {
    pub(crate) kind: UnitKind,
    pub(crate) scheme: Scheme,
    pub(crate) month: UnitMonth,
    pub(crate) required: Vec<Prefix>,
    pub(crate) optional: Vec<Prefix>,
    pub(crate) confidence: Confidence,
}

impl UnitRule {
    /// Which unit this is.
    #[must_use]
    pub fn kind(&self) -> UnitKind {
        self.kind
    }

    /// Home care or preventive care.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Files without which the unit is not complete.
    #[must_use]
    pub fn required(&self) -> &[Prefix] {
        &self.required
    }

    /// Files that may go with it.
    #[must_use]
    pub fn optional(&self) -> &[Prefix] {
        &self.optional
    }

    /// What months its names carry.
    #[must_use]
    pub fn month(&self) -> UnitMonth {
        self.month
    }

    /// How well the rule is supported.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }
}

/// Which of the two halves of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Home care (居宅).
    Home,
    /// Preventive care (予防).
    Preventive,
}

/// What months the names of a unit's files carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitMonth {
    /// No name carries a month.
    Absent,
    /// Names carry no month but the supplement's `000000`.
    Zero,
    /// All names carry the same service month.
    One,
}

/// The side an office stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfficeRole {
    /// Plans: a care-management office or a support centre.
    Planner,
    /// Serves.
    Service,
    /// Either.
    Any,
}

/// Reads `A+B(+C+D)+E`: A, B and E are required, C and D may go with them.
pub(crate) fn parse_files(text: &str) -> Option<(Vec<Prefix>, Vec<Prefix>)> {
    let (mut required, mut optional) = (Vec::new(), Vec::new());
    let mut inside = false;
    for part in text.split('+') {
        let (name, opens) = match part.strip_suffix('(') {
            Some(name) => (name, true),
            None => (part, false),
        };
        let (name, closes) = match name.strip_suffix(')') {
            Some(name) => (name, true),
            None => (name, false),
        };
        let prefix = Prefix::parse(name)?;
        if inside { &mut optional } else { &mut required }.push(prefix);
        inside = (inside || opens) && !closes;
    }
    (!inside && !required.is_empty()).then_some((required, optional))
}
