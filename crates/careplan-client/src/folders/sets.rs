//! Sorting what lies in the export folder into sets: what belongs together, and whether all of it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

use careplan_domain::OfficeNumber;
use careplan_domain::limits::{TRANSMISSION_BYTES_MAX, TRANSMISSION_FILES_MAX};
use careplan_standard::{Edition, FileName, Origin, Prefix, SourceFile, sort_into_units};

use super::scan::{Sighted, open_unheld, unreadable};
use crate::files::FileFault;

/// The finding that a set misses files.
const SET_INCOMPLETE: &str = "SET-001";

/// Files that are taken together.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Set {
    /// What its folder is called when it is answered: serial and receiver, no people's names.
    pub(super) name: String,
    /// In the order of their names: of two terminals that take them in this order, one gets none.
    pub(super) files: Vec<Sighted>,
}

impl Set {
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Whether it is too much for one letter, so that it is not even read.
    pub(super) fn is_too_large(&self) -> bool {
        self.bytes() > TRANSMISSION_BYTES_MAX || self.files.len() > TRANSMISSION_FILES_MAX as usize
    }
}

/// What lies in the export folder, sorted.
#[derive(Default)]
pub(super) struct Sorted {
    /// Files of one serial, from this office to one other.
    pub(super) sets: Vec<Set>,
    /// The same from other offices: another client watches the folder, too, or the care software is set up wrongly.
    pub(super) foreign: Vec<Set>,
    /// Files that begin like those of the standard and are called wrongly.
    pub(super) misnamed: Vec<Set>,
    /// PDF and JPEG files.
    pub(super) documents: Vec<Sighted>,
    /// Everything else, which is left alone.
    pub(super) others: usize,
}

pub(super) fn sort(files: &[Sighted], own: &OfficeNumber) -> Sorted {
    let mut sorted = Sorted::default();
    let mut origins: BTreeMap<Origin, Vec<Sighted>> = BTreeMap::new();
    for file in files {
        match FileName::parse(&file.name) {
            Ok(name) => origins.entry(name.origin()).or_default().push(file.clone()),
            Err(_) if is_misnamed(&file.name) => {
                let name = stem(&file.name).to_owned();
                sorted.misnamed.push(Set { name, files: vec![file.clone()] });
            }
            Err(_) if is_document(&file.name) => sorted.documents.push(file.clone()),
            Err(_) => sorted.others += 1,
        }
    }
    for (origin, files) in origins {
        let is_own = origin.sender.number() == own.to_string();
        let name =
            format!("{}_{}-{}", origin.serial, origin.receiver.number(), origin.receiver.service_type());
        let sets = heaps(files).into_iter().map(|files| Set { name: name.clone(), files });
        if is_own { &mut sorted.sets } else { &mut sorted.foreign }.extend(sets);
    }
    sorted
}

/// Files of one origin belong together wherever they lie – unless one name lies in several folders: these are exports of their own.
fn heaps(mut files: Vec<Sighted>) -> Vec<Vec<Sighted>> {
    files.sort_by(|one, other| (&one.name, &one.path).cmp(&(&other.name, &other.path)));
    let names: BTreeSet<String> = files.iter().map(|file| file.name.to_lowercase()).collect();
    if names.len() == files.len() {
        return vec![files];
    }
    let mut folders: BTreeMap<Option<&Path>, Vec<Sighted>> = BTreeMap::new();
    for file in &files {
        folders.entry(file.path.parent()).or_default().push(file.clone());
    }
    folders.into_values().collect()
}

/// Whether a name says that it is one of the standard, and is not.
fn is_misnamed(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    Prefix::ALL
        .iter()
        .any(|prefix| name.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('_')))
}

fn is_document(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension).unwrap_or_default();
    ["pdf", "jpg", "jpeg"].iter().any(|known| known.eq_ignore_ascii_case(extension))
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether all of a set is there.
#[derive(Clone)]
pub(super) enum Wholeness {
    /// It is a unit of the standard.
    Whole,
    /// Files are missing; which, for a person.
    Missing(String),
    /// No file that may still come makes it a unit.
    Illegal,
}

/// Reads a set and looks which unit it is. The edition stands in the files, so names alone do not tell.
///
/// # Errors
/// When a file cannot be read, or another program holds it.
pub(super) fn wholeness(set: &Set) -> Result<Wholeness, FileFault> {
    if set.is_too_large() {
        return Ok(Wholeness::Whole);
    }
    let mut contents = Vec::with_capacity(set.files.len());
    for file in &set.files {
        let mut bytes = Vec::new();
        let open = open_unheld(&file.path)?;
        // It may be larger than it was a moment ago.
        open.take(file.bytes).read_to_end(&mut bytes).map_err(unreadable(&file.path))?;
        contents.push(bytes);
    }
    let sources: Vec<SourceFile<'_>> =
        set.files.iter().zip(&contents).map(|(file, bytes)| SourceFile::new(&file.name, bytes)).collect();
    let sorted = sort_into_units(Edition::of(&sources), &sources);
    if sorted.left_over.is_empty() {
        return Ok(Wholeness::Whole);
    }
    let is_only_incomplete = sorted.findings.iter().all(|finding| finding.code == SET_INCOMPLETE);
    Ok(match sorted.findings.first().filter(|_| is_only_incomplete) {
        Some(finding) => Wholeness::Missing(format!("{}{}", finding.message, finding.fix)),
        None => Wholeness::Illegal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &str, name: &str) -> Sighted {
        Sighted { path: Path::new(folder).join(name), name: name.to_owned(), bytes: 1, modified: None }
    }

    const PLAN: &str = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
    const SLIP: &str = "UPSIKYU_202611_9970000018_43_9970000026_11_20261025101500.CSV";

    #[test]
    fn files_of_one_origin_are_a_set_and_the_rest_is_told_apart() {
        let files = [
            file("a", SLIP),
            file("b", PLAN),
            file("a", "UPPLAN_202611_9970000034_43_9970000026_11_20261025101500.CSV"),
            file("a", "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500 (1).CSV"),
            file("a", "スキャン.PDF"),
            file("a", "upplanning.csv"),
            file("a", "log.txt"),
        ];
        let sorted = sort(&files, &"9970000018".parse().unwrap());
        assert_eq!(sorted.sets.len(), 1);
        assert_eq!(sorted.sets[0].name, "20261025101500_9970000026-11");
        let names: Vec<_> = sorted.sets[0].files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, [PLAN, SLIP]);
        let counts = (sorted.foreign.len(), sorted.misnamed.len(), sorted.documents.len(), sorted.others);
        assert_eq!(counts, (1, 1, 1, 2));
    }

    #[test]
    fn where_one_name_lies_in_two_folders_each_folder_is_a_set_of_its_own() {
        let files = [file("a", PLAN), file("a", SLIP), file("b", PLAN), file("b", SLIP)];
        let sets = sort(&files, &"9970000018".parse().unwrap()).sets;
        assert_eq!(sets.iter().map(|set| set.files.len()).collect::<Vec<_>>(), [2, 2]);
        assert!(sets[0].files.iter().all(|file| file.path.starts_with("a")));
    }
}
