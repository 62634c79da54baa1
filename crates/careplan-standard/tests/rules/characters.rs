//! Characters that are MS932 and look as if they were not.

use careplan_standard::{Edition, SourceFile, check_file};

use crate::sample::{example, ms932};

#[test]
fn characters_with_a_backslash_or_bar_inside_survive() {
    let name = "UP3KYO_9970000018_43_9970000026_11_20261020093000.CSV";
    let bytes = ms932(&example(name).replace("起床", "表ソ十予能髙﨑①㈱Ⅳポ―～ｱｲｳ"));
    assert_eq!(check_file(Edition::v4_1(), &SourceFile::new(name, &bytes)), []);
}
