//! `docs/schemas/findings.schema.json`: an array of findings.

use careplan_standard::{Edition, Finding, Severity, SourceFile, check_file, sort_into_units};
use serde_json::json;

use crate::validator::{assert_closed, assert_fits, faults};
use crate::{examples, schema};

/// Findings of many kinds: every example with a byte of it spoilt, in turn.
fn many() -> Vec<Finding> {
    let mut all = Vec::new();
    for (name, bytes) in examples().into_iter().flat_map(|(_, files)| files) {
        for (at, spoiled) in [(3, b'x'), (8, b','), (20, b'"'), (30, 0x81), (40, b'\n')] {
            let mut bytes = bytes.clone();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = spoiled;
            }
            all.extend(check_file(Edition::v4_1(), &SourceFile::new(&name, &bytes)));
        }
        all.extend(check_file(Edition::v4_1(), &SourceFile::new(&name.to_lowercase(), b"")));
        all.extend(sort_into_units(Edition::v4_1(), &[SourceFile::new(&name, &bytes)]).findings);
    }
    all
}

#[test]
fn real_findings_and_masked_ones_fit_the_schema() {
    let schema = schema("findings");
    assert_closed(&schema);
    let findings = many();
    for severity in [Severity::Block, Severity::Warn, Severity::Info] {
        assert!(findings.iter().any(|finding| finding.severity == severity), "{severity:?}");
    }
    assert!(findings.iter().any(|it| it.record.is_none()) && findings.iter().any(|it| it.field_no.is_some()));
    assert_fits(&schema, &serde_json::to_value(&findings).unwrap());
    let masked: Vec<Finding> = findings.iter().map(Finding::masked).collect();
    assert_fits(&schema, &serde_json::to_value(&masked).unwrap());
}

#[test]
fn what_is_no_finding_does_not_fit_the_schema() {
    let schema = schema("findings");
    let finding = serde_json::to_value(&many()[0]).unwrap();
    assert_fits(&schema, &json!([finding]));
    for (key, value) in [("severity", json!("fatal")), ("line", json!(0)), ("message", json!(null))] {
        let mut spoiled = finding.clone();
        spoiled[key] = value;
        assert_eq!(faults(&schema, &json!([spoiled])).len(), 1, "{key}");
    }
}
