//! Who a transmission is about, as its forms say it, and how names are folded for searching.

use std::collections::BTreeMap;
use std::fmt;

use careplan_domain::Digest;
use careplan_envelope::Sha256;
use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};
use unicode_normalization::UnicodeNormalization as _;

/// Somebody who is cared for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// Number of the insurer (保険者番号).
    pub insurer: String,
    /// Number of the insured person (被保険者番号).
    pub insured_number: String,
    /// The name, where a form gives it; else empty.
    pub name: String,
    /// The name in kana, where a form gives it; else empty.
    pub kana: String,
}

/// Personal data.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(＊＊＊)")
    }
}

impl Person {
    /// What a search looks at.
    pub(crate) fn search_text(&self) -> String {
        // The break keeps a search from running over from one into the next.
        format!("{}\n{}\n{}", folded(&self.name), folded(&self.kana), folded(&self.insured_number))
    }
}

/// Other writings of characters in family names, which people type in the common one.
const VARIANTS: &[(char, char)] = &[
    ('髙', '高'),
    ('﨑', '崎'),
    ('嵜', '崎'),
    ('濵', '浜'),
    ('濱', '浜'),
    ('邊', '辺'),
    ('邉', '辺'),
    ('齋', '斎'),
    ('齊', '斉'),
    ('澤', '沢'),
    ('德', '徳'),
    ('眞', '真'),
    ('廣', '広'),
    ('國', '国'),
    ('櫻', '桜'),
    ('𠮷', '吉'),
];

/// A text as it is searched: of one width, in lower case, kana as hiragana, without spaces.
pub fn folded(text: &str) -> String {
    let fold = |char: char| match char {
        'ァ'..='ヶ' => char::from_u32(u32::from(char) - 0x60).unwrap_or(char),
        'ヽ' => 'ゝ',
        'ヾ' => 'ゞ',
        _ => VARIANTS.iter().find(|(variant, _)| *variant == char).map_or(char, |(_, common)| *common),
    };
    let wanted = text.nfkc().filter(|char| !char.is_whitespace() && !char.is_control());
    wanted.flat_map(char::to_lowercase).map(fold).collect()
}

/// Everybody the forms of some files are about, by their numbers. Files that cannot be read name nobody.
pub fn persons_in(files: &[SourceFile<'_>]) -> Vec<Person> {
    let mut found = Found::default();
    for (edition, share) in Edition::share_out(files) {
        let share: Vec<SourceFile<'_>> = share.iter().filter_map(|at| files.get(*at).copied()).collect();
        match read_forms(edition, &share) {
            Ok(forms) => found.add(&forms),
            // One file that cannot be taken apart must not hide who is in the others.
            Err(_) => {
                let readable = share.iter().filter_map(|file| read_forms(edition, &[*file]).ok());
                readable.for_each(|forms| found.add(&forms));
            }
        }
    }
    found.persons()
}

/// Tells whether two units are about the same persons; `None` of nobody. Names do not count: they are spelled anew.
pub fn persons_digest(persons: &[Person]) -> Option<Digest> {
    let mut numbers: Vec<_> = persons.iter().map(|it| (&it.insurer, &it.insured_number)).collect();
    numbers.sort();
    numbers.dedup();
    if numbers.is_empty() {
        return None;
    }
    let mut digest = Sha256::new();
    for part in numbers.into_iter().flat_map(|(insurer, insured)| [insurer, insured]) {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    Some(Digest(digest.finish()))
}

/// Names by numbers.
#[derive(Default)]
struct Found(BTreeMap<(String, String), (String, String)>);

impl Found {
    fn add(&mut self, forms: &Forms) {
        // Taken apart by name, so that a new kind of form cannot be forgotten here.
        let Forms {
            supplements,
            form1,
            form2,
            form3,
            plan,
            benefits,
            actuals,
            basic_information,
            days,
            illnesses,
            // Basic information says whose chart it is.
            family_charts: _,
            preventive_plans,
            support,
            withdrawn_care_plans,
            withdrawn_slips,
            withdrawn_actuals,
            withdrawn_basic_information,
            withdrawn_preventive_plans,
        } = forms;
        for it in supplements {
            let named = (it.user_name.text(), it.user_name_kana.text());
            self.note(it.insurer_no.text(), it.insured_no.text(), named);
        }
        for it in basic_information {
            let named = (it.user_name.text(), it.user_name_kana.text());
            self.note(it.insurer_no.text(), it.insured_no.text(), named);
        }
        for it in preventive_plans {
            let named = (it.user_name.text(), String::new());
            self.note(it.insurer_no.text(), it.insured_no.text(), named);
        }
        macro_rules! note {
            ($($rows:ident),*) => {
                $(for it in $rows {
                    self.note(it.insurer_no.text(), it.insured_no.text(), Default::default());
                })*
            };
        }
        note!(form1, form2, form3, plan, benefits, actuals, days, illnesses, support);
        note!(withdrawn_care_plans, withdrawn_slips, withdrawn_actuals);
        note!(withdrawn_basic_information, withdrawn_preventive_plans);
    }

    fn note(&mut self, insurer: String, insured: String, (name, kana): (String, String)) {
        if insured.is_empty() {
            return;
        }
        let known = self.0.entry((insurer, insured)).or_default();
        for (known, new) in [(&mut known.0, name), (&mut known.1, kana)] {
            if known.is_empty() {
                new.trim().clone_into(known);
            }
        }
    }

    fn persons(self) -> Vec<Person> {
        let person =
            |((insurer, insured_number), (name, kana))| Person { insurer, insured_number, name, kana };
        self.0.into_iter().map(person).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn example(folder: &str) -> Vec<(String, Vec<u8>)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../careplan-standard/examples").join(folder);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    fn persons(files: &[(String, Vec<u8>)]) -> Vec<Person> {
        let sources: Vec<_> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
        persons_in(&sources)
    }

    #[test]
    fn every_kind_of_unit_names_its_person_by_the_numbers_in_its_forms() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../careplan-standard/examples");
        let mut units = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if !entry.path().is_dir() {
                continue;
            }
            let found = persons(&example(entry.file_name().to_str().unwrap()));
            assert!(!found.is_empty(), "{:?}", entry.file_name());
            assert!(found.iter().all(|it| it.insured_number.len() == 10), "{:?}", entry.file_name());
            units += 1;
        }
        assert!(units >= 9, "{units}");
    }

    #[test]
    fn a_plan_names_its_person_and_prints_none_in_debug() {
        let found = persons(&example("01_K1_care_plan"));
        assert_eq!(found.len(), 2);
        assert!(!found[0].name.is_empty() && !found[0].kana.is_empty());
        assert!(!format!("{found:?}").contains(&found[0].name));
        assert!(!format!("{found:?}").contains(&found[0].insured_number));
    }

    #[test]
    fn a_file_that_cannot_be_read_hides_nobody_in_the_others() {
        let mut files = example("01_K1_care_plan");
        let before = persons(&files);
        let broken = files.iter_mut().find(|(name, _)| name.starts_with("UP2KYO")).unwrap();
        broken.1 = b"\"".to_vec();
        assert_eq!(persons(&files), before);
    }

    #[test]
    fn names_are_found_in_any_width_kana_case_spacing_and_common_variant() {
        for (one, other) in [
            ("ﾔﾏﾀﾞ ﾀﾛｳ", "やまだたろう"),
            ("ヤマダ　タロウ", "やまだたろう"),
            ("ヴァイオレット", "ゔぁいおれっと"),
            ("山田\u{3000}太郎", "山田太郎"),
            ("０００９９０００１３", "0009900013"),
            ("Ａｂｃ", "abc"),
            ("髙橋", "高橋"),
            ("渡邉", "渡辺"),
        ] {
            assert_eq!(folded(one), folded(other), "{one}");
        }
        assert_ne!(folded("やまた"), folded("やまだ"));
    }

    #[test]
    fn the_same_persons_are_known_in_any_order_and_by_any_spelling() {
        let person = |number: &str, name: &str| Person {
            insurer: "990001".to_owned(),
            insured_number: number.to_owned(),
            name: name.to_owned(),
            kana: String::new(),
        };
        let (one, other) = (person("0009900013", "a"), person("0009900021", "b"));
        let digest = persons_digest(&[one.clone(), other.clone()]);
        assert_eq!(digest, persons_digest(&[other, person("0009900013", "A")]));
        assert_ne!(digest, persons_digest(&[one]));
        assert_eq!(persons_digest(&[]), None);
    }
}
