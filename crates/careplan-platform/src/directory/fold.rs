//! Folding of names for search: what people type differs from what is registered in width, kana,
//! case and spaces.

use unicode_normalization::UnicodeNormalization as _;

/// A text in which width (ｱ, ア; Ａ, A), kana (あ, ア), case and spaces make no difference.
///
/// ```
/// use careplan_platform::directory::fold;
/// assert_eq!(fold("ｹｱﾌﾟﾗﾝ ｾﾝﾀｰ"), fold("けあぷらん　センター"));
/// assert_eq!(fold("ＡＢＣ訪問介護㈱"), "abc訪問介護(株)");
/// ```
pub fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|letter| !letter.is_whitespace()).map(katakana).collect()
}

/// A place folded: as a name, and every kind of hyphen is one. The long vowel mark is among them: addresses are typed with it.
///
/// ```
/// use careplan_platform::directory::fold_place;
/// assert_eq!(fold_place("見本市１－２ー３"), fold_place("見本市1‐2−3"));
/// ```
pub fn fold_place(text: &str) -> String {
    fold(text).chars().map(hyphen).collect()
}

/// Hyphens, dashes, minus, rules and the long vowel mark as the hyphen of a keyboard.
fn hyphen(letter: char) -> char {
    match letter {
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2500}' | '\u{30fc}' => '-',
        _ => letter,
    }
}

/// Hiragana as katakana: the blocks lie 0x60 apart, ぁ (3041) to ゖ (3096) and ゝゞ (309D, 309E).
fn katakana(letter: char) -> char {
    match letter {
        '\u{3041}'..='\u{3096}' | '\u{309d}' | '\u{309e}' => {
            // cannot fail: the block of katakana has no gaps there; the fallback keeps this panic-free.
            char::from_u32(u32::from(letter) + 0x60).unwrap_or(letter)
        }
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_place};

    #[test]
    fn width_kana_case_and_spaces_make_no_difference() {
        for (left, right) in [
            ("ｶﾞｷﾞｸﾞ", "がぎぐ"),
            ("ﾊﾟﾋﾟﾌﾟ", "パピプ"),
            ("１２３", "123"),
            ("Care Plan", "ｃａｒｅｐｌａｎ"),
            ("ゔ", "ヴ"),
            ("さくら　居宅介護支援", "サクラ居宅介護支援"),
        ] {
            assert_eq!(fold(left), fold(right));
        }
        assert_ne!(fold("ハ"), fold("バ"));
    }

    #[test]
    fn in_places_every_hyphen_is_one() {
        for hyphen in ['-', '－', '‐', '‑', '–', '—', '―', '−', 'ー', 'ｰ', '─', '﹣'] {
            assert_eq!(fold_place(&format!("見本市１{hyphen}２")), "見本市1-2", "{hyphen}");
        }
        assert_eq!(fold_place("ﾐﾎﾝ市"), fold_place("みほん市"));
        assert_ne!(fold("センタ"), fold("センター"));
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for text in ["ｶﾞ㈱Ａ゛ ", "İstanbul", "㍿ｱﾞ"] {
            assert_eq!(fold(&fold(text)), fold(text));
        }
    }
}
