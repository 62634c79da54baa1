//! Any text of Unicode as an item: it is written and read back as itself or refused; normalised, it is writable and stays as it is.

#![no_main]

use careplan_standard::form::{Item, SlipLine};
use careplan_standard::{
    Characters, Edition, FileName, FormWriter, SourceFile, Written, read_forms, unwritable,
};
use libfuzzer_sys::fuzz_target;

const NAME: &str = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";

fuzz_target!(|text: &str| {
    let strange = unwritable(text);
    for found in &strange {
        assert!(text.get(found.at..).is_some_and(|rest| rest.starts_with(found.char)));
        assert!(found.instead.is_none_or(|instead| unwritable(instead).is_empty()));
    }
    match write(text, Characters::Refuse) {
        Some(written) => {
            assert!(strange.is_empty() && written.replaced.is_empty());
            assert!(again(&written).is_none_or(|again| again == text));
        }
        None => assert!(!strange.is_empty()),
    }
    if let Some(written) = write(text, Characters::Normalise) {
        assert_eq!(written.replaced.len(), strange.len());
        if let Some(normal) = again(&written) {
            assert!(unwritable(&normal).is_empty());
            let once_more = write(&normal, Characters::Normalise);
            assert!(once_more.is_some_and(|it| it.replaced.is_empty() && it.bytes == written.bytes));
        }
    } else {
        assert!(strange.iter().any(|found| found.instead.is_none()));
    }
});

fn write(text: &str, characters: Characters) -> Option<Written> {
    let line = SlipLine { care_manager_name: Item::read(text), ..SlipLine::default() };
    let name = FileName::parse(NAME).ok()?;
    FormWriter::new(Edition::v4_1(), &name)?.characters(characters).write(&[line]).ok()
}

/// The text that is read back; `None` where a few characters of MS932 in a row look like UTF-8.
fn again(written: &Written) -> Option<String> {
    match read_forms(Edition::v4_1(), &[SourceFile::new(NAME, &written.bytes)]) {
        Ok(forms) => forms.plan.first().map(|line| line.care_manager_name.text()),
        Err(findings) => {
            assert!(findings.iter().all(|finding| finding.code == "ENC-001"));
            None
        }
    }
}
