//! Files of a unit against each other: persons who are missing in one of them, and family charts.

use careplan_standard::{Edition, Finding, Severity, SourceFile, check_unit, sort_into_units};

use crate::sample::{
    ANNEX, BASICS, BASICS_ILLNESSES, BASICS_IMAGE, BASICS_SCHEDULE, FORM_1, FORM_2, FORM_3, PLAN, SUPPLEMENT,
    SUPPLEMENT_OF_PLAN, SUPPORT_PLAN, SUPPORT_PLAN_ROWS, edited, example, ms932, replaced, with,
};

const CARE_PLAN: [&str; 4] = [FORM_1, FORM_2, FORM_3, SUPPLEMENT_OF_PLAN];
const SLIP: [&str; 3] = [PLAN, ANNEX, SUPPLEMENT];
const PREVENTIVE: [&str; 5] = [BASICS, BASICS_SCHEDULE, BASICS_ILLNESSES, SUPPORT_PLAN, SUPPORT_PLAN_ROWS];
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0";

type Files = Vec<(String, Vec<u8>)>;

/// The examples of these names, one of them with other bytes.
fn unit(names: &[&str], (changed, bytes): (&str, Vec<u8>)) -> Files {
    let content = |name: &str| if name == changed { bytes.clone() } else { ms932(&example(name)) };
    names.iter().map(|name| ((*name).to_owned(), content(name))).collect()
}

fn without_lines(name: &str, lines: std::ops::Range<usize>) -> (&str, Vec<u8>) {
    (name, edited(name, |all| drop(all.drain(lines.start - 1..lines.end - 1))))
}

fn with_chart(mut files: Files, name: &str) -> Files {
    files.push((name.to_owned(), JPEG.to_vec()));
    files
}

/// Basic information that names this family chart.
fn basics(chart: &str) -> (&'static str, Vec<u8>) {
    (BASICS, with(BASICS, 1, &[(62, &format!("\"{chart}\""))]))
}

fn checked(files: &Files) -> Vec<Finding> {
    let files: Vec<SourceFile<'_>> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    let sorted = sort_into_units(Edition::v4_1(), &files);
    assert_eq!(sorted.units.len(), 1, "{:?}", sorted.findings);
    check_unit(Edition::v4_1(), &files, &sorted.units[0])
}

fn codes(sample: &Files) -> Vec<&'static str> {
    checked(sample).iter().map(|finding| finding.code).collect()
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
        let sample = unit(&SLIP, (SUPPLEMENT, text.as_bytes().to_vec()));
        assert_eq!(codes(&sample), found, "{text}");
    }
}

#[test]
fn nothing_is_missed_in_a_file_that_is_empty_and_its_absence_elsewhere_is_told() {
    let mut sample = unit(&CARE_PLAN, (FORM_3, Vec::new()));
    assert_eq!(codes(&sample), ["FILE-001"]);
    sample[1].1 = without_lines(FORM_2, 4..5).1;
    assert_eq!(codes(&sample), ["REL-003", "FILE-001"]);
    let sample = with_chart(unit(&PREVENTIVE, (BASICS, Vec::new())), BASICS_IMAGE);
    assert_eq!(codes(&sample), ["FILE-001"]);
}

#[test]
fn an_image_is_found_by_its_name_in_either_case() {
    let name = BASICS_IMAGE.replace(".jpg", ".JPG");
    let sample = with_chart(unit(&PREVENTIVE, basics(&name)), BASICS_IMAGE);
    assert_eq!(codes(&sample), [""; 0]);
}

#[test]
fn a_plan_without_basic_information_is_no_matter_where_none_travels() {
    let sample = unit(&[SUPPORT_PLAN, SUPPORT_PLAN_ROWS], ("", Vec::new()));
    assert_eq!(codes(&sample), [""; 0]);
}

#[test]
fn a_record_of_another_date_is_told_where_it_stands_and_not_missed_as_well() {
    let supplement = with(SUPPLEMENT_OF_PLAN, 1, &[(4, "20261016")]);
    let found = checked(&unit(&CARE_PLAN, (SUPPLEMENT_OF_PLAN, supplement)));
    let told: Vec<_> = found.iter().map(|it| (it.code, it.file.as_deref(), it.record)).collect();
    assert_eq!(told, [("REL-001", Some(SUPPLEMENT_OF_PLAN), Some(1))]);
    let sample = unit(&CARE_PLAN, (FORM_2, with(FORM_2, 4, &[(5, "20261016")])));
    let told: Vec<_> = checked(&sample).iter().map(|it| (it.code, it.record)).collect();
    assert_eq!(told, [("REL-001", Some(4))], "in form 2, and not in form 1 as well");
}

#[test]
fn one_record_of_another_date_stands_for_one_that_is_missing() {
    let form_1 = edited(FORM_1, |lines| {
        let later = replaced(&lines[2], &[(14, "20261017")]);
        lines.push(later);
    });
    let mut sample = unit(&CARE_PLAN, (FORM_1, form_1));
    sample[3].1 = with(SUPPLEMENT_OF_PLAN, 2, &[(4, "20261016")]);
    let told: Vec<_> = checked(&sample).iter().map(|it| (it.code, it.record)).collect();
    assert_eq!(
        told,
        [("REL-002", Some(3)), ("REL-003", Some(3)), ("REL-003", Some(3)), ("REL-001", Some(2))]
    );
}

#[test]
fn persons_missing_in_great_number_are_counted() {
    let rows: String = (0..200)
        .map(|no| {
            replaced(example(SUPPLEMENT).lines().next().unwrap(), &[(3, &format!("{no:010}"))]) + "\r\n"
        })
        .collect();
    let sample = unit(&SLIP, (SUPPLEMENT, ms932(&rows)));
    let found = checked(&sample);
    let orphans = found.iter().filter(|finding| finding.code == "REL-001").count();
    assert_eq!(orphans, careplan_standard::FINDINGS_OF_A_RULE_MAX);
    let last = found.iter().find(|finding| finding.code == "LIMIT-001");
    assert_eq!(last.map(|finding| finding.severity), Some(Severity::Block));
}
