//! One folder of the corpus, and what is said about it.

use std::fmt::Write as _;

use careplan_standard::{
    Edition, FileName, Finding, Severity, SourceFile, check_file, check_unit, sort_into_units,
};

use crate::support::{Files, export_folders};

/// An export folder with one fault.
pub(crate) struct Fault {
    /// The folder's name: the fault in English.
    pub(crate) name: String,
    /// Name and bytes of each file, sorted by name.
    pub(crate) files: Files,
}

/// What the library says about an export folder.
pub(crate) struct Verdict {
    /// Which files became what.
    sorting: String,
    pub(crate) findings: Vec<Finding>,
}

/// All folders of the corpus.
pub(crate) fn faults() -> Vec<Fault> {
    export_folders("tests/hostile").into_iter().map(|(name, files)| Fault { name, files }).collect()
}

/// Names of the faults for which there is a snapshot.
pub(crate) fn snapshots() -> Vec<String> {
    let snapshots = export_folders("tests/snapshots");
    let (_, files) = snapshots.iter().find(|(name, _)| name == "hostile").unwrap();
    files.iter().filter_map(|(name, _)| name.strip_suffix(".snap")).map(str::to_owned).collect()
}

impl Fault {
    pub(crate) fn verdict(&self) -> Verdict {
        self.verdict_by(Edition::v4_1())
    }

    /// What is said when these tables are the standard.
    pub(crate) fn verdict_by(&self, edition: &Edition) -> Verdict {
        let files: Vec<SourceFile<'_>> =
            self.files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
        verdict(edition, &files)
    }
}

/// Sorts files into units and checks everything: the units, and each file that is in none because its company is missing.
fn verdict(edition: &Edition, files: &[SourceFile<'_>]) -> Verdict {
    let sorted = sort_into_units(edition, files);
    let mut sorting = String::new();
    for unit in &sorted.units {
        let month = unit.month.map_or_else(String::new, |month| format!(" {month}"));
        writeln!(sorting, "{}{month} {} → {}", unit.kind, unit.sender, unit.receiver).unwrap();
        for index in &unit.files {
            writeln!(sorting, "  {}", files[*index].name).unwrap();
        }
    }
    for (what, indexes) in [("attachments", &sorted.attachments), ("left over", &sorted.left_over)] {
        if !indexes.is_empty() {
            writeln!(sorting, "{what}").unwrap();
        }
        for index in indexes {
            writeln!(sorting, "  {}", files[*index].name).unwrap();
        }
    }
    let mut findings = sorted.findings;
    let named = sorted.left_over.iter().filter(|index| FileName::parse(files[**index].name).is_ok());
    findings.extend(named.flat_map(|index| check_file(edition, &files[*index])));
    findings.extend(sorted.units.iter().flat_map(|unit| check_unit(edition, files, unit)));
    Verdict { sorting, findings }
}

impl Verdict {
    /// The sorting, then each finding with its code, severity, place, message and advice.
    pub(crate) fn written(&self) -> String {
        let mut text = self.sorting.clone();
        for finding in &self.findings {
            write!(text, "\n{} {}", finding.code, severity(finding.severity)).unwrap();
            if let Some(file) = &finding.file {
                write!(text, " {file}").unwrap();
            }
            if let (Some(line), Some(column), Some(byte)) = (finding.line, finding.column, finding.byte) {
                write!(text, " {line}:{column} @{byte}").unwrap();
            }
            writeln!(text, "\n  {}\n  → {}", finding.message, finding.fix).unwrap();
        }
        text
    }
}

pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "block",
        Severity::Warn => "warn",
        Severity::Info => "info",
    }
}
