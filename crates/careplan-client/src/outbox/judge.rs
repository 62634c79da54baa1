//! Sorting files into units and checking them, before anything is sent.
//!
//! Files belong together wherever they lie – unless one name lies in several folders: these are exports of their own, and each folder is
//! judged by itself.

use std::collections::BTreeMap;
use std::path::Path;

use careplan_domain::{Address, ServiceMonth, UnitKind};
use careplan_standard::{
    Edition, FileName, Finding, NamedOffice, Severity, SourceFile, Unit, check_file, check_unit,
    sort_into_units,
};

use super::gather::FoundFile;

/// A unit with what was found about it.
#[derive(Debug, Clone)]
pub struct JudgedUnit {
    /// What kind of unit it is.
    pub kind: UnitKind,
    /// Serial of the standard.
    pub serial: String,
    /// Sender by its file names; `None` when the number cannot be an address.
    pub from: Option<Address>,
    /// Receiver by its file names.
    pub to: Option<Address>,
    /// Why one of the two is no address, for a person.
    pub no_address: Option<String>,
    /// The service month.
    pub month: Option<ServiceMonth>,
    /// Indexes into the files.
    pub files: Vec<usize>,
    /// What the check found.
    pub findings: Vec<Finding>,
}

impl JudgedUnit {
    /// Whether something in it keeps it from being sent.
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Block)
    }
}

/// All files, judged.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// The units, in serial order.
    pub units: Vec<JudgedUnit>,
    /// What was found about names and sets, beside the units.
    pub findings: Vec<Finding>,
    /// PDF and JPEG files beside the standard, as indexes into the files.
    pub documents: Vec<usize>,
    /// Files that belong to no unit, as indexes into the files.
    pub left_over: Vec<usize>,
}

impl Judged {
    /// Every finding, those of the units too.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.units.iter().flat_map(|unit| &unit.findings))
    }

    /// Whether anything keeps anything from being sent.
    pub fn is_blocked(&self) -> bool {
        self.all_findings().any(|finding| finding.severity == Severity::Block)
    }
}

/// Sorts and checks files.
pub fn judge(files: &[FoundFile]) -> Judged {
    let mut all = Judged::default();
    for (edition, heap) in heaps(files).iter().flat_map(|heap| shares(files, heap)) {
        let judged = judge_heap(edition, files, &heap);
        all.units.extend(judged.units);
        all.findings.extend(judged.findings);
        all.documents.extend(judged.documents);
        all.left_over.extend(judged.left_over);
    }
    all.units.sort_by(|one, other| one.serial.cmp(&other.serial));
    all
}

/// Files that are judged together, as indexes.
fn heaps(files: &[FoundFile]) -> Vec<Vec<usize>> {
    if files.iter().all(|found| found.label == found.file.name) {
        return vec![(0..files.len()).collect()];
    }
    let mut folders: BTreeMap<Option<&Path>, Vec<usize>> = BTreeMap::new();
    for (index, found) in files.iter().enumerate() {
        folders.entry(found.path.parent()).or_default().push(index);
    }
    folders.into_values().collect()
}

/// The files of a heap by the edition they are written in.
fn shares(files: &[FoundFile], heap: &[usize]) -> Vec<(&'static Edition, Vec<usize>)> {
    let found: Vec<(usize, &FoundFile)> =
        heap.iter().filter_map(|index| Some((*index, files.get(*index)?))).collect();
    let sources: Vec<SourceFile<'_>> = found.iter().map(|(_, found)| found.source()).collect();
    let in_all = |share: Vec<usize>| share.iter().filter_map(|at| Some(found.get(*at)?.0)).collect();
    Edition::share_out(&sources).into_iter().map(|(edition, share)| (edition, in_all(share))).collect()
}

fn judge_heap(edition: &Edition, files: &[FoundFile], heap: &[usize]) -> Judged {
    let found: Vec<&FoundFile> = heap.iter().filter_map(|index| files.get(*index)).collect();
    let sources: Vec<SourceFile<'_>> = found.iter().map(|found| found.source()).collect();
    let sorted = sort_into_units(edition, &sources);
    let in_all = |indexes: &[usize]| indexes.iter().filter_map(|index| heap.get(*index).copied()).collect();
    // Within a heap a name is one file; outside it may be several.
    let labelled = |mut finding: Finding| {
        let of = found.iter().find(|found| Some(&found.file.name) == finding.file.as_ref());
        if let Some(found) = of {
            finding.file = Some(found.label.clone());
        }
        finding
    };
    let units = sorted
        .units
        .iter()
        .map(|unit| {
            let findings = check_unit(edition, &sources, unit).into_iter().map(labelled).collect();
            JudgedUnit { files: in_all(&unit.files), ..judged(unit, findings) }
        })
        .collect();
    let mut findings = sorted.findings;
    // A file that is in no unit is looked at all the same: who mends the set wants to know the rest too.
    let strays = sorted.left_over.iter().filter_map(|index| sources.get(*index));
    for stray in strays.filter(|file| FileName::parse(file.name).is_ok()) {
        findings.extend(check_file(edition, stray));
    }
    Judged {
        units,
        findings: findings.into_iter().map(labelled).collect(),
        documents: in_all(&sorted.attachments),
        left_over: in_all(&sorted.left_over),
    }
}

fn judged(unit: &Unit, findings: Vec<Finding>) -> JudgedUnit {
    let month = unit.month.and_then(|month| {
        let number = u32::from(month.year()) * 100 + u32::from(month.month());
        ServiceMonth::from_number(number).ok()
    });
    JudgedUnit {
        // cannot fail: both crates name the same fifteen kinds (a test compares them).
        kind: unit.kind.as_str().parse().unwrap_or(UnitKind::Document),
        serial: unit.serial.clone(),
        from: address(&unit.sender),
        to: address(&unit.receiver),
        no_address: no_address("送信元", &unit.sender).or_else(|| no_address("送信先", &unit.receiver)),
        month,
        files: unit.files.clone(),
        findings,
    }
}

fn address(named: &NamedOffice) -> Option<Address> {
    Some(Address { office: named.number().parse().ok()?, service_type: named.service_type().parse().ok()? })
}

/// The checks have looked at everything of a name but the prefecture, which the standard leaves open.
fn no_address(side: &str, named: &NamedOffice) -> Option<String> {
    address(named).is_none().then(|| {
        format!(
            "ファイル名の{side}の事業所番号「{}」は、はじめの2桁が都道府県の番号（01〜47）ではないため、宛先になりません。介護ソフトの事業所設定で番号を確かめ、書き出し直してください。",
            named.number()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_passes_the_checks_is_an_address_or_its_prefecture_is_told() {
        for prefecture in 0..100 {
            let name = format!("DLT1KYO_9970000018_43_{prefecture:02}70000026_11_20261021110000.CSV");
            let receiver = FileName::parse(&name).unwrap().receiver().clone();
            let said = no_address("送信先", &receiver);
            assert_eq!(said.is_none(), matches!(prefecture, 1..=47 | 99), "{prefecture}");
            let named = format!("送信先の事業所番号「{}」", receiver.number());
            assert!(said.is_none_or(|said| said.contains(&named)));
        }
    }

    #[test]
    fn the_domain_knows_every_unit_of_the_standard() {
        for kind in careplan_standard::UnitKind::ALL {
            assert_eq!(kind.as_str().parse::<UnitKind>().map(UnitKind::as_str), Ok(kind.as_str()));
        }
    }
}
