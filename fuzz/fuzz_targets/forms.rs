//! Any file that can be taken apart: its forms can be written when nothing is said against its characters, and what was
//! written is read as the same and written as the same bytes.

#![no_main]

use careplan_fuzz::file;
use careplan_standard::form::{Columns, Forms};
use careplan_standard::{Edition, FileName, FormWriter, Prefix, SourceFile, check_file, read_forms};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (name, bytes) = file(data);
    let (Ok(forms), Ok(parsed)) = (read(&name, bytes), FileName::parse(&name)) else {
        return;
    };
    let findings = check_file(Edition::v4_1(), &SourceFile::new(&name, bytes));
    let is_clean = !findings.iter().any(|finding| finding.code.starts_with("ENC-"));
    let Some(written) = write(&parsed, &forms) else {
        assert!(!is_clean || parsed.prefix().is_image(), "nothing speaks against its characters");
        return;
    };
    match read(&name, &written) {
        Ok(again) => {
            assert!(again == forms);
            assert_eq!(write(&parsed, &again), Some(written));
        }
        // A handful of characters of MS932 in a row can look like UTF-8, and nothing else in the file tells otherwise.
        Err(codes) => assert_eq!(codes, ["ENC-001"]),
    }
});

fn read(name: &str, bytes: &[u8]) -> Result<Forms, Vec<&'static str>> {
    read_forms(Edition::v4_1(), &[SourceFile::new(name, bytes)])
        .map_err(|findings| findings.iter().map(|finding| finding.code).collect())
}

fn write(name: &FileName, forms: &Forms) -> Option<Vec<u8>> {
    match name.prefix() {
        Prefix::UpHosoku => rows(name, &forms.supplements),
        Prefix::Up1Kyo => rows(name, &forms.form1),
        Prefix::Up2Kyo => rows(name, &forms.form2),
        Prefix::Up3Kyo => rows(name, &forms.form3),
        Prefix::UpPlan => rows(name, &forms.plan),
        Prefix::UpJsk => rows(name, &forms.actuals),
        Prefix::UpSikyu => rows(name, &forms.benefits),
        Prefix::UpKihon => rows(name, &forms.basic_information),
        Prefix::UpKihonSub1 => rows(name, &forms.days),
        Prefix::UpKihonSub2 => rows(name, &forms.illnesses),
        Prefix::UpYobo => rows(name, &forms.preventive_plans),
        Prefix::UpYoboSub => rows(name, &forms.support),
        Prefix::Dlt1Kyo => rows(name, &forms.withdrawn_care_plans),
        Prefix::DltPlan => rows(name, &forms.withdrawn_slips),
        Prefix::DltJsk => rows(name, &forms.withdrawn_actuals),
        Prefix::DltKihon => rows(name, &forms.withdrawn_basic_information),
        Prefix::DltYobo => rows(name, &forms.withdrawn_preventive_plans),
        _ => None,
    }
}

fn rows<F: Columns>(name: &FileName, forms: &[F]) -> Option<Vec<u8>> {
    let written = FormWriter::new(Edition::v4_1(), name)?.write(forms).ok()?;
    assert!(written.replaced.is_empty());
    Some(written.bytes)
}
