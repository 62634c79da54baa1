//! Files of a megabyte and more, a row of 10 MB, and a hundred thousand persons are checked without a quadratic step.
//! Prints what it took; judges nothing by the clock, but a quadratic step would take hours.

use std::time::Instant;

use careplan_standard::{Edition, Finding, SourceFile, check_file, check_unit, sort_into_units};

const PLAN: &str = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
const ANNEX: &str = "UPSIKYU_202611_9970000018_43_9970000026_11_20261025101500.CSV";
const SUPPLEMENT: &str = "UPHOSOKU_202611_9970000018_43_9970000026_11_20261025101500.CSV";
const FORM_2: &str = "UP2KYO_9970000018_43_9970000026_11_20261020093000.CSV";

/// Many, as a person reads it: about what all care-management offices of a prefecture look after.
const MANY: usize = 100_000;

fn timed(what: &str, bytes: &[u8], check: impl FnOnce() -> Vec<Finding>) -> Vec<Finding> {
    let start = Instant::now();
    let findings = check();
    println!("{what}: {} bytes, {} findings, {:?}", bytes.len(), findings.len(), start.elapsed());
    findings
}

fn codes(findings: &[Finding]) -> Vec<&'static str> {
    let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    codes.dedup();
    codes
}

/// A row of the plan, of this person, day, minute of the day and end.
fn plan_row(person: usize, day: usize, minute: usize, end: &str) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!(
        "202407,990001,{person:010},20261025,202611,9970000018,\"x\",244,,202611{day:02},,{hour:02}{minute:02},{end},1,\
         111111,,,\"\",,9970000026,\"x\",,0,9970000018,\r\n"
    )
}

/// A row of form 7: office, row code, units and cost.
fn annex_row(person: usize, office: &str, code: &str, units: usize) -> String {
    let (unit, cost) = if code == "999999" { (0, units * 10) } else { (244, units * 10) };
    format!(
        "202407,990001,{person:010},20261025,202611,\"x\",{office},,{code},,,\"\",{unit},,,1,{units},{units},,,,{units},,\
         {cost},,,,,,,,,0,9999999999,,9970000018,\r\n"
    )
}

fn supplement_row(person: usize) -> String {
    format!(
        "202407,990001,{person:010},00000000,\"x\",\"x\",2,19380412,,\"\",\"\"{}9970000018,9970000018,,202611\r\n",
        ",".repeat(49)
    )
}

#[test]
fn large_files_with_faults_everywhere_are_checked() {
    let valid: Vec<u8> =
        (0..7000).flat_map(|no| plan_row(no / 30, no % 30 + 1, 0, "0100").into_bytes()).collect();
    let faulty: Vec<u8> = valid.iter().map(|byte| if *byte == b'6' { b'x' } else { *byte }).collect();
    let commas = vec![b','; 10_000_000];
    let quotes = [&b"202407,"[..], &vec![b'"'; 10_000_001]].concat();
    let open = [&b"202407,\""[..], &vec![b'\n'; 10_000_000]].concat();
    for (what, bytes) in
        [("valid", valid), ("faulty", faulty), ("commas", commas), ("quotes", quotes), ("open", open)]
    {
        let findings = timed(what, &bytes, || check_file(Edition::v4_1(), &SourceFile::new(PLAN, &bytes)));
        assert_eq!(findings.is_empty(), what == "valid", "{what}");
    }
}

#[test]
fn a_hundred_thousand_persons_are_found_in_every_file_of_a_unit() {
    let plan: String = (0..MANY).map(|person| plan_row(person, 2, 600, "1030")).collect();
    let annex: String = (0..MANY)
        .map(|person| {
            annex_row(person, "9970000026", "111111", 244) + &annex_row(person, "9999999999", "999999", 244)
        })
        .collect();
    let supplement: String = (0..MANY).map(supplement_row).collect();
    let other: String = (MANY..2 * MANY).map(supplement_row).collect();
    for (what, supplement, expected) in [
        ("a unit", &supplement, &[][..]),
        ("a unit of strangers", &other, &["REL-002", "LIMIT-001", "REL-001", "LIMIT-001"]),
    ] {
        let files = [(PLAN, &plan), (ANNEX, &annex), (SUPPLEMENT, supplement)]
            .map(|(name, text)| SourceFile::new(name, text.as_bytes()));
        let all = [plan.as_bytes(), annex.as_bytes(), supplement.as_bytes()].concat();
        let sorted = sort_into_units(Edition::v4_1(), &files);
        let unit = sorted.units.first().unwrap();
        let findings = timed(what, &all, || check_unit(Edition::v4_1(), &files, unit));
        assert_eq!(codes(&findings), expected, "{what}");
    }
}

#[test]
fn one_person_of_a_hundred_thousand_rows_is_checked() {
    let plan: String = (0..MANY)
        .map(|no| plan_row(1, no % 30 + 1, no / 30 % 1440, &format!("{:04}", no / 43_200)))
        .collect();
    let mut annex: String = (0..MANY).map(|no| annex_row(1, &format!("99{no:08}"), "111111", 1)).collect();
    annex += &annex_row(1, "9970000026", "111111", 1);
    annex += &annex_row(1, "9999999999", "999999", 1);
    let numbers: String = (0..MANY)
        .map(|no| {
            format!(
                "202407,990001,0009900013,20261015,20261015,{},\"\",{},\"\",\"\",\"\",\"\",{},\"\",Y,\"\",9970000026,\"\",\"\",\"\",,\r\n",
                no / 9801 + 1,
                no / 99 % 99 + 1,
                no % 99 + 1
            )
        })
        .collect();
    let twice = plan_row(1, 2, 600, "1030").repeat(MANY);
    for (name, what, text, expected) in [
        (PLAN, "one person", plan, &[][..]),
        (PLAN, "one row again and again", twice, &["KEY-002", "LIMIT-001"]),
        (ANNEX, "one person of many offices", annex, &[]),
        (FORM_2, "one plan of many services", numbers, &[]),
    ] {
        let bytes = text.as_bytes();
        let findings = timed(what, bytes, || check_file(Edition::v4_1(), &SourceFile::new(name, bytes)));
        assert_eq!(codes(&findings), expected, "{what}");
    }
}

#[test]
fn persons_whose_rows_alternate_are_checked() {
    let rows = |code: &str, office: &str| -> String {
        (0..MANY / 2).map(|person| annex_row(person, office, code, 244)).collect()
    };
    let annex = rows("111111", "9970000026") + &rows("999999", "9999999999");
    let findings = timed("alternating", annex.as_bytes(), || {
        check_file(Edition::v4_1(), &SourceFile::new(ANNEX, annex.as_bytes()))
    });
    assert_eq!(codes(&findings), [""; 0]);
    let without_totals = rows("111111", "9970000026");
    let findings = timed("without totals", without_totals.as_bytes(), || {
        check_file(Edition::v4_1(), &SourceFile::new(ANNEX, without_totals.as_bytes()))
    });
    assert_eq!(codes(&findings), ["TOTAL-001", "LIMIT-001"]);
}
