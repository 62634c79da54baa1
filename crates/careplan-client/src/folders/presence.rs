//! What lies in the import folder still, and whether it is the folder that it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use careplan_domain::TransmissionId;
use uuid::Uuid;

use super::{make_below, note};
use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;
use crate::state::PlacedUnit;

/// The file that tells the import folder from another of its name.
pub(super) fn marker(root: &Path, terminal: Uuid) -> PathBuf {
    root.join(format!(".careplan-import-{terminal}.txt"))
}

/// Puts the marker where it belongs; says whether this is the folder in which units were placed before.
pub(super) fn mark_folder(
    root: &Path,
    terminal: Uuid,
    units: &[PlacedUnit],
    mishaps: &Mishaps,
) -> Result<bool, FileFault> {
    let marker = marker(root, terminal);
    if marker.exists() {
        return Ok(true);
    }
    make_below(root, root)?;
    let is_known = units.iter().any(|unit| {
        let folder = unit.root.join(&unit.place);
        unit.names.iter().any(|name| folder.join(name).exists())
    });
    if !units.is_empty() && !is_known {
        return Ok(false);
    }
    files::replace(&marker, &note::bytes(&note::marker()), Privacy::Ordinary, mishaps)?;
    Ok(true)
}

/// The units of which no file lies in the folder any more. None when the marker is not there.
pub(super) fn gone(marker: &Path, units: &[PlacedUnit]) -> BTreeSet<TransmissionId> {
    if !marker.exists() {
        return BTreeSet::new();
    }
    let mut listed: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for unit in units {
        let folder = unit.root.join(&unit.place);
        // One listing is cheaper than asking for each file, above all on a network drive.
        let names = listed.entry(folder.clone()).or_insert_with(|| names_in(&folder));
        let is_there = |name: &String| names.contains(name) || !is_missing(&folder.join(name));
        if !unit.names.iter().any(is_there) {
            gone.insert(unit.id);
        }
    }
    // The drive may have gone away meanwhile.
    if marker.exists() { gone } else { BTreeSet::new() }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Only a clear word counts: a drive that does not answer says nothing.
fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}
