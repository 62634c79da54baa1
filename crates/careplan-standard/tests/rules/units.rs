//! Files of a unit against each other: persons who are missing in one of them, and family charts.

use std::fmt::Write as _;

use careplan_standard::{Edition, Finding, Severity, SourceFile, check_unit, sort_into_units};

use crate::sample::{
    ANNEX, BASICS, BASICS_ILLNESSES, BASICS_IMAGE, BASICS_SCHEDULE, FORM_1, FORM_2, FORM_3, PLAN, SUPPLEMENT,
    SUPPLEMENT_OF_PLAN, SUPPORT_PLAN, SUPPORT_PLAN_ROWS, edited, example, ms932, replaced, with, written,
};
use crate::sets::SetSample;

const CARE_PLAN: [&str; 4] = [FORM_1, FORM_2, FORM_3, SUPPLEMENT_OF_PLAN];
const SLIP: [&str; 3] = [PLAN, ANNEX, SUPPLEMENT];
const PREVENTIVE: [&str; 5] = [BASICS, BASICS_SCHEDULE, BASICS_ILLNESSES, SUPPORT_PLAN, SUPPORT_PLAN_ROWS];
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0";

/// The examples of these names, one of them with other bytes.
fn unit(
    fault: &'static str,
    names: &[&str],
    (changed, bytes): (&str, Vec<u8>),
    rules: &'static [&'static str],
) -> SetSample {
    let mut files: Vec<(String, Vec<u8>)> =
        names.iter().map(|name| ((*name).to_owned(), ms932(&example(name)))).collect();
    for (name, content) in &mut files {
        if name == changed {
            content.clone_from(&bytes);
        }
    }
    SetSample { fault, files, rules }
}

/// The example with another date of the key on one line.
fn dated(name: &str, line: usize, no: usize) -> (&str, Vec<u8>) {
    (name, with(name, line, &[(no, "20261001")]))
}

fn without_lines(name: &str, lines: std::ops::Range<usize>) -> (&str, Vec<u8>) {
    (name, edited(name, |all| drop(all.drain(lines.start - 1..lines.end - 1))))
}

fn with_chart(mut sample: SetSample, name: &str) -> SetSample {
    sample.files.push((name.to_owned(), JPEG.to_vec()));
    sample
}

/// Basic information that names this family chart.
fn basics(chart: &str) -> (&'static str, Vec<u8>) {
    (BASICS, with(BASICS, 1, &[(62, &format!("\"{chart}\""))]))
}

pub(crate) fn samples() -> Vec<SetSample> {
    let another_image = BASICS_IMAGE.replace("_0001.jpg", "_0002.jpg");
    let other_month = |line| (ANNEX, with(ANNEX, line, &[(3, "0009900047")]));
    vec![
        unit("a form 2 of another date", &CARE_PLAN, dated(FORM_2, 4, 5), &["REL-001"]),
        unit("a form 3 of another date", &CARE_PLAN, dated(FORM_3, 1, 5), &["REL-001"]),
        unit(
            "a supplement of another plan",
            &CARE_PLAN,
            dated(SUPPLEMENT_OF_PLAN, 2, 4),
            &["REL-001", "REL-002"],
        ),
        unit("a person of form 7 who is not in form 6", &SLIP, other_month(7), &["REL-001"]),
        unit(
            "a supplement of a person who is not in form 6",
            &SLIP,
            (SUPPLEMENT, with(SUPPLEMENT, 1, &[(3, "0009900047")])),
            &["REL-001", "REL-002"],
        ),
        unit("an annex of another consultation", &PREVENTIVE, dated(BASICS_SCHEDULE, 1, 4), &["REL-001"]),
        unit("illnesses of another consultation", &PREVENTIVE, dated(BASICS_ILLNESSES, 1, 4), &["REL-001"]),
        unit("a support plan of another date", &PREVENTIVE, dated(SUPPORT_PLAN_ROWS, 1, 4), &["REL-001"]),
        unit("a person of the slip without supplement", &SLIP, without_lines(SUPPLEMENT, 2..3), &["REL-002"]),
        unit("a person of the slip without form 7", &SLIP, without_lines(ANNEX, 4..8), &["REL-002"]),
        unit(
            "a person of form 1 without forms 2 and 3",
            &[FORM_1, FORM_2, FORM_3, SUPPLEMENT_OF_PLAN],
            (FORM_1, edited(FORM_1, |lines| lines.push(replaced(&lines[2], &[(14, "20261001")])))),
            &["REL-003", "REL-002"],
        ),
        unit(
            "a preventive plan of a person without basic information",
            &PREVENTIVE,
            (
                SUPPORT_PLAN,
                edited(SUPPORT_PLAN, |lines| lines.push(replaced(&lines[0], &[(3, "0009900047")]))),
            ),
            &["REL-004"],
        ),
        unit("a family chart of another name", &PREVENTIVE, basics("family.jpg"), &["IMAGE-001"]),
        with_chart(
            unit(
                "a family chart that is not there",
                &PREVENTIVE,
                basics(BASICS_IMAGE),
                &["IMAGE-002", "IMAGE-003"],
            ),
            &another_image,
        ),
        with_chart(
            unit("a family chart nobody names", &PREVENTIVE, basics(""), &["IMAGE-003"]),
            BASICS_IMAGE,
        ),
    ]
}

fn checked(sample: &SetSample) -> Vec<Finding> {
    let files: Vec<SourceFile<'_>> =
        sample.files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    let sorted = sort_into_units(Edition::v4_1(), &files);
    assert_eq!(sorted.units.len(), 1, "{}: {:?}", sample.fault, sorted.findings);
    check_unit(Edition::v4_1(), &files, &sorted.units[0])
}

fn codes(sample: &SetSample) -> Vec<&'static str> {
    checked(sample).iter().map(|finding| finding.code).collect()
}

#[test]
fn persons_and_images_that_are_missing_in_a_file_of_the_unit_are_told() {
    let mut text = String::new();
    for sample in samples() {
        let findings = checked(&sample);
        for rule in sample.rules {
            assert!(findings.iter().any(|finding| finding.code == *rule), "{}: {findings:?}", sample.fault);
        }
        writeln!(text, "# {}\n{}", sample.fault, written(&findings).trim_end()).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_form_1_with_only_one_of_forms_2_and_3_passes() {
    let sample = unit("form 3 alone", &CARE_PLAN, without_lines(FORM_2, 4..5), &[]);
    assert_eq!(codes(&sample), [""; 0]);
    let sample = unit("form 2 alone", &CARE_PLAN, without_lines(FORM_3, 6..8), &[]);
    assert_eq!(codes(&sample), [""; 0]);
}

#[test]
fn only_a_missing_parent_or_companion_blocks() {
    for sample in samples() {
        let about_persons =
            |finding: &Finding| finding.code.starts_with("REL") || finding.code.starts_with("IMAGE");
        for finding in checked(&sample).into_iter().filter(about_persons) {
            let blocks = matches!(finding.code, "REL-001" | "REL-002");
            assert_eq!(finding.severity == Severity::Block, blocks, "{}: {finding:?}", sample.fault);
        }
    }
}

#[test]
fn nobody_is_missed_in_a_file_that_could_not_be_read_to_its_end() {
    let broken: [(&str, &[&str]); 4] = [
        ("202407,990001\r\n", &["CSV-004"]),
        ("202407,\"\r\n", &["CSV-001"]),
        ("", &["FILE-001"]),
        ("%PDF-1.7\n", &["KIND-003"]),
    ];
    for (text, found) in broken {
        let sample = unit("", &SLIP, (SUPPLEMENT, text.as_bytes().to_vec()), &[]);
        assert_eq!(codes(&sample), found, "{text}");
    }
}

#[test]
fn an_image_is_found_by_its_name_in_either_case() {
    let name = BASICS_IMAGE.replace(".jpg", ".JPG");
    let sample = with_chart(unit("", &PREVENTIVE, basics(&name), &[]), BASICS_IMAGE);
    assert_eq!(codes(&sample), [""; 0]);
}

#[test]
fn a_plan_without_basic_information_is_no_matter_where_none_travels() {
    let sample = unit("", &[SUPPORT_PLAN, SUPPORT_PLAN_ROWS], ("", Vec::new()), &[]);
    assert_eq!(codes(&sample), [""; 0]);
}

#[test]
fn persons_missing_in_great_number_are_counted() {
    let rows: String = (0..200)
        .map(|no| {
            replaced(example(SUPPLEMENT).lines().next().unwrap(), &[(3, &format!("{no:010}"))]) + "\r\n"
        })
        .collect();
    let sample = unit("", &SLIP, (SUPPLEMENT, ms932(&rows)), &[]);
    let found = checked(&sample);
    let orphans = found.iter().filter(|finding| finding.code == "REL-001").count();
    assert_eq!(orphans, careplan_standard::FINDINGS_OF_A_RULE_MAX);
    let last = found.iter().find(|finding| finding.code == "LIMIT-001");
    assert_eq!(last.map(|finding| finding.severity), Some(Severity::Block));
}
