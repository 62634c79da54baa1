//! An edition of the standard: its layouts, code tables, units and cross references, read from tables.
//!
//! Promises: everything the checks know about a file comes from the tables of one folder under `editions/`, so that a
//! further edition is a further folder and no code. Must never read anything from disk at run time.

mod cells;
mod codes;
mod condition;
mod key;
mod layout;
mod relation;
mod tables;
mod total;
mod unit_rule;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use codes::{Code, CodeTable};
pub(crate) use codes::{is_code_char, is_service_code};
pub(crate) use condition::{Condition, Need, Rows, SERVICE_TYPES, When};
pub(crate) use key::{KEY_ITEMS_MAX, Key, KeyKind, PERSON_ITEMS};
pub(crate) use layout::{Attribute, Link, LinkMeaning};
pub use layout::{Field, Layout, Required, Shape};
pub(crate) use relation::{Meaning, Relation};
pub use tables::{EditionError, EditionTables};
pub(crate) use total::{RowKind, SUMMED_MAX, SumRole, Totals};
pub use unit_rule::{OfficeRole, Scheme, UnitMonth, UnitRule};

use crate::prefix::Prefix;

/// How well a row of the tables is supported by what the ministry published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Some attribute of the row is a reading of ours. A rule that rests on it warns and never blocks.
    Inferred,
    /// Stated in one place.
    OneSource,
    /// Stated, and a second place agrees.
    Confirmed,
}

/// One edition of the standard.
///
/// ```
/// use careplan_standard::{Edition, Prefix};
///
/// let edition = Edition::v4_1();
/// let layout = edition.layout(Prefix::UpPlan).ok_or("no layout")?;
/// assert_eq!(layout.fields().len(), 25);
/// assert_eq!(layout.fields()[4].name_ja(), "対象年月");
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Edition {
    name: String,
    layouts: BTreeMap<Prefix, Layout>,
    tables: BTreeMap<String, CodeTable>,
    units: Vec<UnitRule>,
    relations: Vec<Relation>,
}

impl Edition {
    /// Edition 4.1 (October 2024), the current CSV edition: CSV version value 202407.
    #[must_use]
    pub fn v4_1() -> &'static Self {
        static EDITION: OnceLock<Edition> = OnceLock::new();
        EDITION.get_or_init(|| {
            // cannot fail: the tables are compiled in and a test reads every one of them.
            #[expect(clippy::expect_used, reason = "the bundled tables are checked by a test")]
            Self::from_tables(&tables::V4_1).expect("the bundled tables of edition 4.1 are consistent")
        })
    }

    /// Reads an edition from its tables.
    ///
    /// # Errors
    /// [`EditionError`] names the table and row that cannot be understood, or two tables that disagree.
    pub fn from_tables(source: &EditionTables<'_>) -> Result<Self, EditionError> {
        tables::read(source)
    }

    /// The edition's number, e.g. `4.1`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The CSV version value of files of this edition, e.g. `202407`.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let versions = self.code_table("CSV_VERSION")?;
        versions.codes().iter().find(|code| code.scope() == "current")?.code()
    }

    /// The layout of a CSV file; `None` for the image, which has none.
    #[must_use]
    pub fn layout(&self, prefix: Prefix) -> Option<&Layout> {
        self.layouts.get(&prefix)
    }

    /// All layouts, in the order of their prefixes.
    pub fn layouts(&self) -> impl Iterator<Item = &Layout> {
        self.layouts.values()
    }

    /// A code table by its name, e.g. `YOKAIGO`.
    #[must_use]
    pub fn code_table(&self, name: &str) -> Option<&CodeTable> {
        self.tables.get(name)
    }

    /// The legal units, in the order of the table.
    #[must_use]
    pub fn units(&self) -> &[UnitRule] {
        &self.units
    }

    /// Whose records must be found in which other file of a unit.
    pub(crate) fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// Whether a service type code of a file name stands in the tables, and for which side.
    pub(crate) fn office_role(&self, service_type: &str) -> Option<(OfficeRole, &Code)> {
        if let Some(code) = self.code_table("OFFICE_TYPE").and_then(|table| table.literal(service_type)) {
            return Some((OfficeRole::Planner, code));
        }
        let code = self.code_table("SERVICE_TYPE")?.literal(service_type)?;
        Some((OfficeRole::Service, code))
    }
}
