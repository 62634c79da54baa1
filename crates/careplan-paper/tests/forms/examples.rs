//! The example folders of the standard as they are shown, and on paper without a missing letter.

use std::path::{Path, PathBuf};

use careplan_paper::{ServiceNames, document, to_html, to_pdf};
use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};

use crate::{printed, shown, shown_in_full};

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../careplan-standard/examples");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn forms_of(folder: &Path) -> Forms {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files: Vec<(String, Vec<u8>)> = paths
        .iter()
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect();
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    read_forms(Edition::v4_1(), &sources).unwrap()
}

/// The page as it is, with its tags: heads and their scopes, spans, captions.
#[test]
fn every_example_is_the_same_html() {
    for folder in folders() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let page = to_html(&printed(&forms_of(&folder)));
        let (_, body) = page.split_once("<main>").unwrap();
        insta::assert_snapshot!(format!("html_{name}"), body);
    }
}

#[test]
fn every_example_is_shown_as_its_paper_form() {
    let folders = folders();
    assert_eq!(folders.len(), 9);
    for folder in folders {
        let name = folder.file_name().unwrap().to_str().unwrap();
        insta::assert_snapshot!(name, shown_in_full(&forms_of(&folder)));
    }
}

#[test]
fn every_example_can_be_put_on_paper() {
    for folder in folders() {
        assert!(to_pdf(&printed(&forms_of(&folder))).is_ok(), "{}", folder.display());
    }
}

#[test]
fn all_examples_together_are_one_document() {
    let mut all = Forms::default();
    for folder in folders() {
        let forms = forms_of(&folder);
        all.supplements.extend(forms.supplements);
        all.form1.extend(forms.form1);
        all.plan.extend(forms.plan);
        all.actuals.extend(forms.actuals);
        all.withdrawn_slips.extend(forms.withdrawn_slips);
    }
    let page = shown(&all);
    // Plan and actuals of a person's month share a sheet.
    assert_eq!(page.matches("サービス利用票（兼居宅サービス計画）\n").count(), 2);
    assert!(page.starts_with("居宅サービス計画書・サービス利用票・削除情報\n"), "{page}");
    let named = document(
        Edition::v4_1(),
        &all,
        &ServiceNames::parse("111111,例示のサービス").unwrap(),
        jiff::civil::date(2026, 11, 30),
    );
    assert!(careplan_paper::to_html(&named.unwrap()).contains("例示のサービス 111111"));
}
