//! Forms meet the layouts, and what is written is read as the same.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use careplan_standard::form::{self, Columns, Forms, Item};
use careplan_standard::{
    Characters, Edition, FileName, FormWriter, Prefix, RECORD_BYTES_MAX, Shape, SourceFile, StandardFile,
    read_forms,
};
use proptest::prelude::*;

use crate::support::{Files, export_folders};

fn names_of(prefix: Prefix) -> Vec<String> {
    match prefix {
        Prefix::UpHosoku => form::Supplement::outline(),
        Prefix::Up1Kyo => form::Form1::outline(),
        Prefix::Up2Kyo => form::Form2Row::outline(),
        Prefix::Up3Kyo => form::Form3Row::outline(),
        Prefix::UpPlan | Prefix::UpJsk => form::SlipLine::outline(),
        Prefix::UpSikyu => form::BenefitLine::outline(),
        Prefix::UpKihon => form::BasicInformation::outline(),
        Prefix::UpKihonSub1 => form::DayRow::outline(),
        Prefix::UpKihonSub2 => form::IllnessRow::outline(),
        Prefix::UpYobo => form::PreventivePlan::outline(),
        Prefix::UpYoboSub => form::SupportRow::outline(),
        Prefix::Dlt1Kyo => form::CarePlanWithdrawal::outline(),
        Prefix::DltPlan => form::SlipWithdrawal::outline(),
        Prefix::DltJsk => form::ActualsWithdrawal::outline(),
        Prefix::DltKihon => form::BasicInformationWithdrawal::outline(),
        Prefix::DltYobo => form::PreventivePlanWithdrawal::outline(),
        other => panic!("{other} has no form"),
    }
    .names()
}

#[test]
fn every_item_of_every_layout_stands_in_its_form_but_for_what_the_standard_fixes() {
    for layout in Edition::v4_1().layouts() {
        let expected: Vec<&str> = layout
            .fields()
            .iter()
            .filter(|field| !matches!(field.shape(), Shape::Version | Shape::Fixed(_) | Shape::Unused))
            .map(|field| field.name_en())
            .collect();
        let mut names = names_of(layout.prefix());
        // Groups stand together in a form and not always in a layout.
        names.sort_by_key(|name| expected.iter().position(|other| other == name));
        assert_eq!(names, expected, "{}", layout.prefix());
    }
}

/// The files of all examples.
fn examples() -> Files {
    export_folders("examples").into_iter().flat_map(|(_, files)| files).collect()
}

fn write_again(name: &str, bytes: &[u8]) -> Vec<u8> {
    let source = SourceFile::new(name, bytes);
    let forms = read_forms(Edition::v4_1(), &[source]).unwrap();
    written(&FileName::parse(name).unwrap(), &forms, Characters::Refuse)
}

fn written(name: &FileName, forms: &Forms, characters: Characters) -> Vec<u8> {
    let writer = FormWriter::new(Edition::v4_1(), name).unwrap().characters(characters);
    let written = match name.prefix() {
        Prefix::UpHosoku => writer.write(&forms.supplements),
        Prefix::Up1Kyo => writer.write(&forms.form1),
        Prefix::Up2Kyo => writer.write(&forms.form2),
        Prefix::Up3Kyo => writer.write(&forms.form3),
        Prefix::UpPlan => writer.write(&forms.plan),
        Prefix::UpJsk => writer.write(&forms.actuals),
        Prefix::UpSikyu => writer.write(&forms.benefits),
        Prefix::UpKihon => writer.write(&forms.basic_information),
        Prefix::UpKihonSub1 => writer.write(&forms.days),
        Prefix::UpKihonSub2 => writer.write(&forms.illnesses),
        Prefix::UpYobo => writer.write(&forms.preventive_plans),
        Prefix::UpYoboSub => writer.write(&forms.support),
        Prefix::Dlt1Kyo => writer.write(&forms.withdrawn_care_plans),
        Prefix::DltPlan => writer.write(&forms.withdrawn_slips),
        Prefix::DltJsk => writer.write(&forms.withdrawn_actuals),
        Prefix::DltKihon => writer.write(&forms.withdrawn_basic_information),
        Prefix::DltYobo => writer.write(&forms.withdrawn_preventive_plans),
        other => panic!("{other} has no form"),
    };
    written.unwrap().bytes
}

#[test]
fn the_examples_are_canonical_and_are_written_byte_for_byte_as_they_were_read() {
    let examples = examples();
    assert_eq!(examples.len(), 18);
    for (name, bytes) in examples {
        assert_eq!(write_again(&name, &bytes), bytes, "{name}");
    }
}

#[test]
fn records_keep_their_bytes() {
    for (name, bytes) in examples() {
        let source = SourceFile::new(&name, &bytes);
        let file = StandardFile::open(Edition::v4_1(), &source).unwrap();
        let rows: Vec<&[u8]> = file.records().map(|record| record.bytes()).collect();
        assert_eq!(rows.join(&b"\r\n"[..]), bytes.trim_ascii_end(), "{name}");
    }
}

/// All forms of all examples.
fn everything() -> Forms {
    let examples = examples();
    let sources: Vec<SourceFile<'_>> =
        examples.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    read_forms(Edition::v4_1(), &sources).unwrap()
}

#[test]
fn forms_put_together_hold_all_of_both() {
    let twice = serde_json::to_value(everything().with(everything())).unwrap();
    let once = serde_json::to_value(everything()).unwrap();
    for (kind, rows) in once.as_object().unwrap() {
        let rows = rows.as_array().unwrap();
        assert_eq!(twice[kind].as_array().unwrap(), &[rows.clone(), rows.clone()].concat(), "{kind}");
        assert!(
            !rows.is_empty() || kind == "family_charts",
            "{kind}: the examples have all kinds but a picture"
        );
    }
}

#[test]
fn the_json_view_says_that_it_is_ours() {
    let forms = Forms::default();
    let name = plan_name();
    let view = serde_json::to_value(form::FormsView::new(Edition::v4_1(), &name, &forms)).unwrap();
    assert_eq!(view["format"], "careplan-exchange-forms/1");
    assert_eq!((view["edition"].as_str(), view["sender"].as_str()), (Some("4.1"), Some("9970000018_43")));
}

#[test]
fn leniently_written_files_are_read_and_become_canonical() {
    let name = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
    let lenient = b"\xEF\xBB\xBF\"202407\",990001,\"0009900021\",202611\n\n202407,990001,H099000001,202611";
    let canonical = b"202407,990001,0009900021,202611\r\n202407,990001,H099000001,202611\r\n";
    assert_eq!(write_again(name, lenient), canonical);
}

#[test]
fn a_file_that_cannot_be_taken_apart_is_not_read_and_says_why() {
    let name = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
    for (bytes, code) in [
        (&b"202407,990001,0009900021\r\n"[..], "CSV-004"),
        (b"202407,990001,\"0009900021,202611\r\n", "CSV-001"),
        (b"202407,990001,\x82,202611\r\n", "ENC-003"),
        ("202407,990001,見本,202611\r\n".as_bytes(), "ENC-001"),
        (b"\xFF\xFE1\0", "ENC-002"),
        (b"MZ2407,990001,0009900021,202611\r\n", "KIND-001"),
        (b"202407,990001,\x80,202611\r\n", "ENC-003"),
        (&[&b"202407,990001,"[..], &vec![b'x'; RECORD_BYTES_MAX], b",202611\r\n"].concat(), "CSV-005"),
    ] {
        let findings = read_forms(Edition::v4_1(), &[SourceFile::new(name, bytes)]).unwrap_err();
        assert!(findings.iter().any(|finding| finding.code == code), "{code}: {findings:?}");
    }
}

#[test]
fn a_file_without_records_is_not_read_as_a_month_without_services() {
    let name = "UPJSK_202611_9970000026_11_9970000018_43_20261202164500.CSV";
    for (text, code) in [
        ("", "FILE-001"),
        ("\r\n\r\n", "FILE-003"),
        ("csv_version,insurer_no,insured_no,created_date\r\n", "FILE-003"),
    ] {
        let findings = read_forms(Edition::v4_1(), &[SourceFile::new(name, text.as_bytes())]).unwrap_err();
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [code], "{text:?}");
    }
}

fn plan_name() -> FileName {
    FileName::parse("UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV").unwrap()
}

#[test]
fn characters_outside_ms932_are_refused_with_their_place_and_replaced_only_when_asked() {
    let lines = [
        form::SlipLine::default(),
        form::SlipLine { care_manager_name: Item::from("𠮷田〜花子".to_owned()), ..Default::default() },
    ];
    let writer = FormWriter::new(Edition::v4_1(), &plan_name()).unwrap();
    let refused = writer.write(&lines).unwrap_err();
    assert_eq!(refused.len(), 2);
    assert_eq!((refused[0].code, refused[0].record, refused[0].field_no), ("ENC-008", Some(2), Some(7)));
    assert_eq!(
        refused[1].message,
        "2件目の項目7「プラン担当者名」の文字「〜（U+301C）」（シフトJISにない文字）は、シフトJIS（MS932）で書けません。"
    );
    assert_eq!(
        refused[1].fix,
        "介護ソフトでその文字を直してから、書き出してください。「～」に置き換えられます。"
    );
    assert!(!refused[0].masked().message.contains('𠮷'));

    let written = FormWriter::new(Edition::v4_1(), &plan_name())
        .unwrap()
        .characters(Characters::Normalise)
        .write(&lines)
        .unwrap();
    let codes: Vec<&str> = written.replaced.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["ENC-009", "ENC-009"]);
    let text = encoding_rs::SHIFT_JIS.decode_without_bom_handling(&written.bytes).0.into_owned();
    assert!(text.contains("\"吉田～花子\""));
}

#[test]
fn a_character_without_a_likeness_is_refused_also_when_normalising() {
    let line = form::SlipLine { care_manager_name: Item::from("𩸽".to_owned()), ..Default::default() };
    let writer = FormWriter::new(Edition::v4_1(), &plan_name()).unwrap().characters(Characters::Normalise);
    let refused = writer.write(&[line]).unwrap_err();
    assert!(refused[0].fix.contains("常用の字体かカナ"), "{}", refused[0].fix);
}

/// Texts of MS932, with everything that CSV finds hard.
fn texts() -> impl Strategy<Value = String> {
    "[ぁ-んァ-ヶ一二三表ソ予a-z,\"\r\n\\\\　ｱ-ﾝ①㈱髙 ]{0,20}"
}

fn slip_lines() -> impl Strategy<Value = form::SlipLine> {
    let day = (1_i8..=30).prop_map(|day| Item::Value(jiff::civil::date(2026, 11, day)));
    let time = (0_u16..=1440).prop_map(|at| form::SlipTime::At(form::TimeOfDay::from_minutes(at).unwrap()));
    let time = prop_oneof![time, Just(form::SlipTime::Clockless)];
    let flags = proptest::option::of(proptest::collection::vec(1_u8..=31, 0..31));
    (texts(), any::<Option<u16>>(), day, time, flags, "[0-9A-Z]{6}", "[x ]{0,3}").prop_map(
        |(text, units, day, time, flags, code, odd)| form::SlipLine {
            care_manager_name: Item::read(&text),
            units: units.map_or(Item::Empty, |units| Item::Value(i64::from(units))),
            service_date: day,
            start_time: Item::Value(time),
            prorated_days: flags.map_or(Item::Empty, |days| Item::Value(form::DayFlags::of(days))),
            service_code: Item::read(&code),
            target_month: Item::read(odd.trim()),
            ..Default::default()
        },
    )
}

proptest! {
    #[test]
    fn what_was_written_is_read_as_the_same(lines in proptest::collection::vec(slip_lines(), 1..20)) {
        let forms = Forms { plan: lines, ..Forms::default() };
        let name = plan_name();
        let bytes = written(&name, &forms, Characters::Refuse);
        let text = name.to_string();
        let again = read_forms(Edition::v4_1(), &[SourceFile::new(&text, &bytes)]).unwrap();
        prop_assert!(again == forms);
        prop_assert_eq!(written(&name, &again, Characters::Refuse), bytes);
    }
}

/// Values of every kind, right and wrong ones, and texts that CSV finds hard. Codes are read without spaces around them.
fn any_item() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        2 => "[0-9]{1,10}",
        1 => Just("20261131".to_owned()),
        1 => Just("9999".to_owned()),
        1 => Just("1".repeat(31)),
        1 => Just("-0012.50".to_owned()),
        2 => texts().prop_map(|text| text.trim().to_owned()),
    ]
}

fn any_rows<F: Columns + std::fmt::Debug>() -> impl Strategy<Value = Vec<F>> {
    let row = proptest::collection::vec(any_item(), F::outline().names().len())
        .prop_map(|texts| F::take(&mut texts.into_iter()));
    proptest::collection::vec(row, 1..5)
}

/// A name of this kind, with the month where kinds have one.
fn name_of(prefix: Prefix) -> FileName {
    let month = ["_202611", "_000000", ""];
    let names = month.map(|month| format!("{prefix}{month}_9970000018_43_9970000026_11_20261025101500.CSV"));
    names.iter().find_map(|name| FileName::parse(name).ok()).unwrap()
}

/// Forms of one kind.
fn any_forms(prefix: Prefix) -> BoxedStrategy<Forms> {
    macro_rules! forms {
        ($field:ident) => {
            any_rows().prop_map(|$field| Forms { $field, ..Forms::default() }).boxed()
        };
    }
    match prefix {
        Prefix::UpHosoku => forms!(supplements),
        Prefix::Up1Kyo => forms!(form1),
        Prefix::Up2Kyo => forms!(form2),
        Prefix::Up3Kyo => forms!(form3),
        Prefix::UpPlan => forms!(plan),
        Prefix::UpJsk => forms!(actuals),
        Prefix::UpSikyu => forms!(benefits),
        Prefix::UpKihon => forms!(basic_information),
        Prefix::UpKihonSub1 => forms!(days),
        Prefix::UpKihonSub2 => forms!(illnesses),
        Prefix::UpYobo => forms!(preventive_plans),
        Prefix::UpYoboSub => forms!(support),
        Prefix::Dlt1Kyo => forms!(withdrawn_care_plans),
        Prefix::DltPlan => forms!(withdrawn_slips),
        Prefix::DltJsk => forms!(withdrawn_actuals),
        Prefix::DltKihon => forms!(withdrawn_basic_information),
        Prefix::DltYobo => forms!(withdrawn_preventive_plans),
        other => panic!("{other} has no form"),
    }
}

/// Some kind of form, and forms of it.
fn any_kind() -> impl Strategy<Value = (Prefix, Forms)> {
    let kinds: Vec<Prefix> = Edition::v4_1().layouts().map(careplan_standard::Layout::prefix).collect();
    assert_eq!(kinds.len(), 17);
    proptest::sample::select(kinds)
        .prop_flat_map(|prefix| any_forms(prefix).prop_map(move |forms| (prefix, forms)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_stands_in_a_form_of_any_kind_is_read_as_the_same((prefix, forms) in any_kind()) {
        let name = name_of(prefix);
        let bytes = written(&name, &forms, Characters::Refuse);
        let text = name.to_string();
        let again = read_forms(Edition::v4_1(), &[SourceFile::new(&text, &bytes)]).unwrap();
        prop_assert!(again == forms, "{prefix}");
        prop_assert_eq!(written(&name, &again, Characters::Refuse), bytes);
    }
}
