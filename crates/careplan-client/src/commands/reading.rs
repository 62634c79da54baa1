//! Forms from files, for the commands that show and compare them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use careplan_standard::form::Forms;
use careplan_standard::{Edition, FileName, Origin, Prefix, SourceFile, read_forms};
use jiff::civil::Date;

use super::findings::{Shown, say_findings};
use crate::outbox::{FoundFile, gather};

/// Files that were written together: of one serial, from one office to one office.
pub(super) struct Package {
    /// The name of the first of them.
    pub(super) name: FileName,
    /// The edition they are written in.
    pub(super) edition: &'static Edition,
    /// Which kinds of files they are.
    pub(super) kinds: BTreeSet<Prefix>,
    /// What they say.
    pub(super) forms: Forms,
}

impl Package {
    /// The day the files were written, by their serial.
    pub(super) fn day(&self) -> anyhow::Result<Date> {
        let day = self.name.serial().get(..8).unwrap_or_default();
        Date::strptime("%Y%m%d", day).context("ファイル名の連番から日付を読み取れません")
    }
}

/// What was read.
pub(super) struct Packages {
    pub(super) packages: Vec<Package>,
    /// Whether a file could not be taken apart; it was said which and why.
    pub(super) is_refused: bool,
    /// The names of files that are none of the standard.
    pub(super) passed_over: Vec<String>,
}

/// Reads files and folders, package by package, in the order of their serials. What cannot be read is told.
pub(super) fn read_packages(paths: &[PathBuf]) -> anyhow::Result<Packages> {
    let files = gather(paths)?;
    let mut groups = BTreeMap::<Origin, Vec<(FileName, &FoundFile)>>::new();
    let mut read = Packages { packages: Vec::new(), is_refused: false, passed_over: Vec::new() };
    for found in &files {
        match FileName::parse(&found.file.name) {
            Ok(name) => {
                groups.entry(name.origin()).or_default().push((name, found));
            }
            Err(_) => read.passed_over.push(found.file.name.clone()),
        }
    }
    for mut group in groups.into_values() {
        group.sort_by(|(one, _), (other, _)| one.cmp(other));
        let sources: Vec<SourceFile<'_>> = group.iter().map(|(_, found)| found.source()).collect();
        let edition = Edition::of(&sources);
        match read_forms(edition, &sources) {
            Ok(forms) => {
                let kinds = group.iter().map(|(name, _)| name.prefix()).collect();
                let name = group.into_iter().next().map(|(name, _)| name);
                read.packages.extend(name.map(|name| Package { name, edition, kinds, forms }));
            }
            Err(findings) => {
                say_findings(findings.iter(), &files, Shown::Plain);
                read.is_refused = true;
            }
        }
    }
    Ok(read)
}

/// Reads one side of a comparison: everything that lies at a path, as one.
///
/// # Errors
/// What cannot be taken apart, after it was told: a comparison with half of the rows would mislead.
pub(super) fn read_side(path: PathBuf) -> anyhow::Result<Vec<Package>> {
    let shown = path.display().to_string();
    let read = read_packages(&[path])?;
    if read.is_refused {
        bail!(
            "「{shown}」に読み取れないファイルがあるため、比べられません。上の指摘を直してから、もう一度お試しください。"
        );
    }
    if read.packages.is_empty() {
        bail!("「{shown}」に標準仕様のファイルが見つかりません。場所を確かめてください。");
    }
    Ok(read.packages)
}
