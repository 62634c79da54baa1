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
mod share;
mod tables;
mod total;
mod unit_rule;

use std::collections::BTreeMap;
use std::sync::OnceLock;

pub use codes::{Code, CodeTable};
pub(crate) use codes::{is_code_char, is_service_code};
pub(crate) use condition::{Condition, Need, Rows, SERVICE_TYPES, When};
pub(crate) use key::{KEY_ITEMS_MAX, Key, KeyKind, NUMBERS_MAX, PERSON_ITEMS};
pub(crate) use layout::{Attribute, Link, LinkMeaning};
pub use layout::{Field, Layout, Required, Shape};
pub(crate) use relation::{Meaning, Relation};
pub use tables::{EditionError, EditionTables};
pub(crate) use total::{RowKind, SUMMED_MAX, SumRole, Totals};
pub use unit_rule::{OfficeRole, Scheme, UnitMonth, UnitRule};

use crate::check::SourceFile;
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
    /// Every edition that is compiled in, the oldest first: each folder under `editions/`.
    pub fn all() -> &'static [Self] {
        static EDITIONS: OnceLock<Vec<Edition>> = OnceLock::new();
        EDITIONS.get_or_init(|| {
            let read = |tables| {
                // cannot fail: the tables are compiled in and a test reads every one of them.
                #[expect(clippy::expect_used, reason = "the bundled tables are checked by a test")]
                Self::from_tables(tables).expect("the bundled tables of an edition are consistent")
            };
            tables::EDITIONS.iter().map(read).collect()
        })
    }

    /// An edition by its number.
    ///
    /// ```
    /// use careplan_standard::Edition;
    ///
    /// assert_eq!(Edition::named("4.1").and_then(Edition::version), Some("202407"));
    /// assert!(Edition::named("3.0").is_none());
    /// ```
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|edition| edition.name == name)
    }

    /// The newest edition.
    #[must_use]
    pub fn newest() -> &'static Self {
        Self::all().last().unwrap_or_else(|| Self::v4_1())
    }

    /// The edition that the files of one unit are written in: the one whose version stands in the first row of the first file that has one. The
    /// newest, where no file says: the checks then say what is wrong with the version. Files that may be
    /// of several units are [shared out](Self::share_out) first.
    ///
    /// ```
    /// use careplan_standard::{Edition, SourceFile};
    ///
    /// let name = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
    /// let file = SourceFile::new(name, b"202407,990001,0009900021,202611\r\n");
    /// assert_eq!(Edition::of(&[file]).name(), "4.1");
    /// ```
    #[must_use]
    pub fn of(files: &[SourceFile<'_>]) -> &'static Self {
        Self::among(Self::all(), files).unwrap_or_else(Self::newest)
    }

    /// The one of some editions that files are written in.
    pub(crate) fn among<'e>(editions: &'e [Self], files: &[SourceFile<'_>]) -> Option<&'e Self> {
        let of_version = |version: &[u8]| {
            editions.iter().find(|edition| edition.version().map(str::as_bytes) == Some(version))
        };
        files.iter().filter_map(|file| version_of(file.bytes)).find_map(of_version)
    }

    /// Edition 4.1 (October 2024), the current CSV edition: CSV version value 202407.
    #[must_use]
    pub fn v4_1() -> &'static Self {
        // cannot fail: the folder is part of the crate, and a test asks for it.
        #[expect(clippy::expect_used, reason = "the folder is part of the crate")]
        Self::named("4.1").expect("edition 4.1 is compiled in")
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

/// The version in the first row that begins with one: six digits, in quotes or not. A header row has none.
fn version_of(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split(|byte| matches!(byte, b'\r' | b'\n')).take(3).find_map(|line| {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let field = line.split(|byte| *byte == b',').next()?.trim_ascii();
        let field = field.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(field);
        (field.len() == 6 && field.iter().all(u8::is_ascii_digit)).then_some(field)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_behind_a_mark_a_header_and_quotes() {
        for (bytes, version) in [
            (&b"202407,990001\r\n"[..], Some(&b"202407"[..])),
            (b"\xEF\xBB\xBF\"202407\",990001\n", Some(b"202407")),
            (b"version,insurer\r\n202407,990001\r\n", Some(b"202407")),
            (b"20240,990001\r\n", None),
            (b"", None),
        ] {
            assert_eq!(version_of(bytes), version);
        }
    }

    #[test]
    fn files_are_of_the_edition_of_their_version_among_several() {
        let further = Edition { name: "9.9".to_owned(), ..Edition::read_again() };
        let editions = [further];
        let file = SourceFile::new("x", b"202407,990001\r\n");
        assert_eq!(Edition::among(&editions, &[file]).map(Edition::name), Some("9.9"));
        assert!(Edition::among(&editions, &[SourceFile::new("x", b"203104,1\r\n")]).is_none());
    }

    impl Edition {
        fn read_again() -> Self {
            tables::read(&tables::EDITIONS[0]).unwrap()
        }
    }
}
