//! Samples: one fault each, made from the examples.

use std::fmt::Write as _;
use std::path::Path;

use careplan_standard::{Edition, Finding, Severity, SourceFile, check_file};
use encoding_rs::SHIFT_JIS;

/// One hostile file.
pub(crate) struct Sample {
    /// What is wrong with it.
    pub(crate) fault: &'static str,
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// The code of the rule that must see it.
    pub(crate) rule: &'static str,
}

pub(crate) const PLAN: &str = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
pub(crate) const ANNEX: &str = "UPSIKYU_202611_9970000018_43_9970000026_11_20261025101500.CSV";
pub(crate) const SUPPLEMENT: &str = "UPHOSOKU_202611_9970000018_43_9970000026_11_20261025101500.CSV";
pub(crate) const SUPPLEMENT_OF_PLAN: &str = "UPHOSOKU_000000_9970000018_43_9970000026_11_20261020093000.CSV";
pub(crate) const FORM_1: &str = "UP1KYO_9970000018_43_9970000026_11_20261020093000.CSV";
pub(crate) const FORM_2: &str = "UP2KYO_9970000018_43_9970000026_11_20261020093000.CSV";
pub(crate) const FORM_3: &str = "UP3KYO_9970000018_43_9970000026_11_20261020093000.CSV";
pub(crate) const ACTUALS: &str = "UPJSK_202611_9970000026_11_9970000018_43_20261202164500.CSV";
pub(crate) const PLAN_DELETION: &str = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
pub(crate) const ACTUALS_DELETION: &str = "DLTJSK_202611_9970000026_11_9970000018_43_20261203090000.CSV";
pub(crate) const BASICS: &str = "UPKIHON_9970000018_43_9970000026_A2_20261020100000.CSV";
pub(crate) const BASICS_SCHEDULE: &str = "UPKIHON_SUB1_9970000018_43_9970000026_A2_20261020100000.CSV";
pub(crate) const BASICS_ILLNESSES: &str = "UPKIHON_SUB2_9970000018_43_9970000026_A2_20261020100000.CSV";
pub(crate) const SUPPORT_PLAN: &str = "UPYOBO_9970000018_43_9970000026_A2_20261020100000.CSV";
pub(crate) const SUPPORT_PLAN_ROWS: &str = "UPYOBO_SUB_9970000018_43_9970000026_A2_20261020100000.CSV";
pub(crate) const BASICS_IMAGE: &str = "UPKIHON_IMAGE_9970000018_43_9970000026_A2_20261020100000_0001.jpg";

/// The text of the example of this name.
pub(crate) fn example(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for folder in std::fs::read_dir(root).unwrap() {
        let path = folder.unwrap().path().join(name);
        if let Ok(bytes) = std::fs::read(path) {
            return SHIFT_JIS.decode_without_bom_handling(&bytes).0.into_owned();
        }
    }
    panic!("no example {name}");
}

/// A text as the standard writes it.
pub(crate) fn ms932(text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
    assert!(!unmappable, "the sample itself must be MS932");
    bytes.into_owned()
}

/// The example of this name after some work on its lines.
pub(crate) fn edited(name: &str, edit: impl FnOnce(&mut Vec<String>)) -> Vec<u8> {
    let text = example(name);
    let mut lines: Vec<String> = text.split_terminator("\r\n").map(str::to_owned).collect();
    edit(&mut lines);
    ms932(&(lines.join("\r\n") + "\r\n"))
}

/// A line with some items replaced. Only for lines whose texts hold no comma.
pub(crate) fn replaced(line: &str, items: &[(usize, &str)]) -> String {
    let mut fields: Vec<&str> = line.split(',').collect();
    for (no, value) in items {
        fields[no - 1] = value;
    }
    fields.join(",")
}

/// The example of this name with some items of one line replaced.
pub(crate) fn with(name: &str, line: usize, items: &[(usize, &str)]) -> Vec<u8> {
    edited(name, |lines| lines[line - 1] = replaced(&lines[line - 1], items))
}

/// A sample made from the example of the same name.
pub(crate) fn changed(
    fault: &'static str,
    name: &str,
    items: &[(usize, &str)],
    rule: &'static str,
) -> Sample {
    Sample { fault, name: name.to_owned(), bytes: with(name, 1, items), rule }
}

/// A sample under a name, with these bytes.
pub(crate) fn file(fault: &'static str, name: &str, bytes: impl Into<Vec<u8>>, rule: &'static str) -> Sample {
    Sample { fault, name: name.to_owned(), bytes: bytes.into(), rule }
}

pub(crate) fn findings(sample: &Sample) -> Vec<Finding> {
    check_file(Edition::v4_1(), &SourceFile::new(&sample.name, &sample.bytes))
}

/// Checks that each sample meets its rule, and writes everything found as text.
pub(crate) fn report(samples: &[Sample]) -> String {
    let mut text = String::new();
    for sample in samples {
        let findings = findings(sample);
        assert!(
            findings.iter().any(|finding| finding.code == sample.rule),
            "{} does not meet {}: {:?}",
            sample.fault,
            sample.rule,
            findings
        );
        writeln!(text, "# {}", sample.fault).unwrap();
        text.push_str(&written(&findings));
    }
    text
}

/// Findings as lines.
pub(crate) fn written(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        assert!(!finding.message.contains(['{', '}']) && !finding.fix.contains(['{', '}']), "{finding:?}");
        let severity = match finding.severity {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Info => "info",
        };
        write!(text, "{} {severity}", finding.code).unwrap();
        if let (Some(line), Some(column), Some(byte)) = (finding.line, finding.column, finding.byte) {
            write!(text, " {line}:{column} @{byte}").unwrap();
        }
        writeln!(text, "\n  {}\n  → {}", finding.message, finding.fix).unwrap();
    }
    text
}
