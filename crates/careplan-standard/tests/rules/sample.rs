//! Files made from the examples.

use careplan_standard::{Edition, Finding, SourceFile, check_file};
use encoding_rs::SHIFT_JIS;

use crate::support::export_folders;

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
    let files = export_folders("examples").into_iter().flat_map(|(_, files)| files);
    let (_, bytes) = files.into_iter().find(|(file, _)| file == name).unwrap();
    SHIFT_JIS.decode_without_bom_handling(&bytes).0.into_owned()
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

/// What is found in a file of this name with these bytes.
pub(crate) fn findings(name: &str, bytes: impl AsRef<[u8]>) -> Vec<Finding> {
    check_file(Edition::v4_1(), &SourceFile::new(name, bytes.as_ref()))
}
