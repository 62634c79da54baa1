//! 振込依頼人名: the name under which an office pays, as banks write it.
//!
//! Promises: two spellings that banks treat alike are one name: full and half width, small and large kana,
//! 「ー」 and 「-」, spaces and dots, 「株式会社」 in kana and 「ｶ)」. Nothing else is: no part of a name is
//! dropped, and a corporation's form stays with its place, for 「ｶ)ﾐﾎﾝ」 and 「ﾐﾎﾝ(ｶ」 are two.

use std::fmt;

/// 略語: forms of corporations and what banks write for them (全国銀行協会 「略語表」, the part that offices
/// have), longest first, since one begins like the other.
const FORMS: &[(&str, &str)] = &[
    ("ﾄｸﾃｲﾋｴｲﾘｶﾂﾄﾞｳﾎｳｼﾞﾝ", "ﾄｸﾋ"),
    ("ｺｳｴｷｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔ"),
    ("ｲﾂﾊﾟﾝｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔ"),
    ("ｺｳｴｷｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｻﾞｲ"),
    ("ｲﾂﾊﾟﾝｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｻﾞｲ"),
    ("ﾄﾞｸﾘﾂｷﾞﾖｳｾｲﾎｳｼﾞﾝ", "ﾄﾞｸ"),
    ("ｼﾔｶｲｲﾘﾖｳﾎｳｼﾞﾝ", "ｲ"),
    ("ｲﾘﾖｳﾎｳｼﾞﾝｼﾔﾀﾞﾝ", "ｲ"),
    ("ｲﾘﾖｳﾎｳｼﾞﾝｻﾞｲﾀﾞﾝ", "ｲ"),
    ("ｼﾔｶｲﾌｸｼﾎｳｼﾞﾝ", "ﾌｸ"),
    ("ｲﾘﾖｳﾎｳｼﾞﾝ", "ｲ"),
    ("ｶﾌﾞｼｷｶﾞｲｼﾔ", "ｶ"),
    ("ｶﾌﾞｼｷｶｲｼﾔ", "ｶ"),
    ("ﾕｳｹﾞﾝｶﾞｲｼﾔ", "ﾕ"),
    ("ﾕｳｹﾞﾝｶｲｼﾔ", "ﾕ"),
    ("ｺﾞｳﾄﾞｳｶﾞｲｼﾔ", "ﾄﾞ"),
    ("ｺﾞｳﾄﾞｳｶｲｼﾔ", "ﾄﾞ"),
    ("ｺﾞｳﾒｲｶﾞｲｼﾔ", "ﾒ"),
    ("ｺﾞｳｼｶﾞｲｼﾔ", "ｼ"),
    ("ｼﾕｳｷﾖｳﾎｳｼﾞﾝ", "ｼﾕｳ"),
    ("ｶﾞﾂｺｳﾎｳｼﾞﾝ", "ｶﾞｸ"),
    ("ｼﾔﾀﾞﾝﾎｳｼﾞﾝ", "ｼﾔ"),
    ("ｻﾞｲﾀﾞﾝﾎｳｼﾞﾝ", "ｻﾞｲ"),
];

/// Full-width katakana from ァ (U+30A1) to ン in half width, small ones as large ones, as banks write.
const KATAKANA: &str = "ｱ ｱ ｲ ｲ ｳ ｳ ｴ ｴ ｵ ｵ ｶ ｶﾞ ｷ ｷﾞ ｸ ｸﾞ ｹ ｹﾞ ｺ ｺﾞ ｻ ｻﾞ ｼ ｼﾞ ｽ ｽﾞ ｾ ｾﾞ ｿ ｿﾞ \
    ﾀ ﾀﾞ ﾁ ﾁﾞ ﾂ ﾂ ﾂﾞ ﾃ ﾃﾞ ﾄ ﾄﾞ ﾅ ﾆ ﾇ ﾈ ﾉ ﾊ ﾊﾞ ﾊﾟ ﾋ ﾋﾞ ﾋﾟ ﾌ ﾌﾞ ﾌﾟ ﾍ ﾍﾞ ﾍﾟ ﾎ ﾎﾞ ﾎﾟ \
    ﾏ ﾐ ﾑ ﾒ ﾓ ﾔ ﾔ ﾕ ﾕ ﾖ ﾖ ﾗ ﾘ ﾙ ﾚ ﾛ ﾜ ﾜ ｲ ｴ ｵ ﾝ ｳﾞ ｶ ｹ";

/// Why a text is no payer's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("振込名義は、カタカナ・英字・数字で入力してください（漢字は使えません）。")]
pub struct PayerFault;

/// A name in the form in which names are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayerName(String);

impl PayerName {
    /// The name of a text, from a bank's record or typed by an office.
    ///
    /// ```
    /// use careplan_domain::billing::payer::PayerName;
    /// let bank = PayerName::new("ｶ)ﾚﾝｼﾕｳ ｹｱ-")?;
    /// assert_eq!(PayerName::new("カブシキガイシャ　れんしゅうケアー")?, bank);
    /// # Ok::<(), careplan_domain::billing::payer::PayerFault>(())
    /// ```
    ///
    /// # Errors
    /// When it is empty or has other letters than banks have.
    pub fn new(text: &str) -> Result<Self, PayerFault> {
        let mut folded = String::with_capacity(text.len());
        for letter in text.chars() {
            fold(letter, &mut folded)?;
        }
        let name = with_form(&folded);
        let letter = |letter: char| letter.is_alphanumeric() && !matches!(letter, 'ﾞ' | 'ﾟ');
        if name.chars().any(letter) { Ok(Self(name)) } else { Err(PayerFault) }
    }

    /// The compared form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One letter in the form of banks: half width, capital, large kana.
fn fold(letter: char, folded: &mut String) -> Result<(), PayerFault> {
    match letter {
        // What banks and offices put between words or leave out.
        ' ' | '\u{3000}' | '.' | '．' | ',' | '，' | '･' | '・' | '｡' | '､' | '。' | '、' | '\'' | '’' =>
            {}
        '｢' | '｣' | '「' | '」' => {}
        '-' | 'ｰ' | 'ー' | '－' | '‐' | '‑' | '–' | '—' | '―' | '−' => folded.push('-'),
        'ﾞ' | '゛' | '\u{3099}' => folded.push('ﾞ'),
        'ﾟ' | '゜' | '\u{309A}' => folded.push('ﾟ'),
        'ｦ' => folded.push('ｵ'),
        'ｧ'..='ｫ' => folded.push(moved(letter, 'ｧ', 'ｱ')?),
        'ｬ'..='ｮ' => folded.push(moved(letter, 'ｬ', 'ﾔ')?),
        'ｯ' => folded.push('ﾂ'),
        'ｱ'..='ﾝ' => folded.push(letter),
        'ァ'..='ヶ' => folded.push_str(half(letter, 'ァ')?),
        'ぁ'..='ゖ' => folded.push_str(half(letter, 'ぁ')?),
        '!'..='~' => folded.push(letter.to_ascii_uppercase()),
        '！'..='～' => folded.push(moved(letter, '！', '!')?.to_ascii_uppercase()),
        '¥' | '￥' => folded.push('\\'),
        _ => return Err(PayerFault),
    }
    Ok(())
}

fn moved(letter: char, from: char, to: char) -> Result<char, PayerFault> {
    let place = u32::from(letter).checked_sub(u32::from(from)).ok_or(PayerFault)?;
    char::from_u32(u32::from(to) + place).ok_or(PayerFault)
}

fn half(letter: char, first: char) -> Result<&'static str, PayerFault> {
    let place = u32::from(letter).checked_sub(u32::from(first)).and_then(|it| usize::try_from(it).ok());
    place.and_then(|place| KATAKANA.split_ascii_whitespace().nth(place)).ok_or(PayerFault)
}

/// The corporation's form at the beginning or the end, written in one way: `ｶ)` before, `(ｶ` behind.
/// In the middle it is left as it is: it may be part of a word.
fn with_form(name: &str) -> String {
    for (long, short) in FORMS {
        let before = [format!("{long})"), format!("({long})"), format!("({short})"), (*long).to_owned()];
        if let Some(rest) = before.iter().find_map(|form| rest(name.strip_prefix(form.as_str()))) {
            return format!("{short}){rest}");
        }
        let behind = [format!("({long})"), format!("({long}"), format!("({short})"), (*long).to_owned()];
        if let Some(rest) = behind.iter().find_map(|form| rest(name.strip_suffix(form.as_str()))) {
            return format!("{rest}({short}");
        }
    }
    name.to_owned()
}

fn rest(rest: Option<&str>) -> Option<&str> {
    rest.filter(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> String {
        PayerName::new(text).unwrap().0
    }

    #[test]
    fn spellings_that_banks_treat_alike_are_one_name() {
        for spelling in [
            "ｶ)ﾚﾝｼﾕｳｹｱ",
            "(ｶ)ﾚﾝｼﾕｳｹｱ",
            "ｶ) ﾚﾝｼｭｳ･ｹｱ",
            "カ）レンシュウケア",
            "（カ）れんしゅうケア",
            "カブシキガイシャ　レンシュウ．ケア",
            "ｶﾌﾞｼｷｶﾞｲｼﾔ ﾚﾝｼﾕｳ ｹｱ",
            "カフ゛シキカイシャ レンシュウケア",
        ] {
            assert_eq!(name(spelling), "ｶ)ﾚﾝｼﾕｳｹｱ", "{spelling}");
        }
        for spelling in ["ﾐﾎﾝ(ﾌｸ", "ﾐﾎﾝ(ﾌｸ)", "ミホン　シャカイフクシホウジン"]
        {
            assert_eq!(name(spelling), "ﾐﾎﾝ(ﾌｸ", "{spelling}");
        }
        assert_eq!(name("ＣＡＲＥ－１ー"), name("care-1ｰ"));
        assert_eq!(name("ヴィラ"), "ｳﾞｲﾗ");
        assert_eq!(name("ヲカモト"), name("ｦｶﾓﾄ"));
        assert_eq!(name("パン"), "ﾊﾟﾝ");
        assert_eq!(name("イリョウホウジンシャダン ミホン"), "ｲ)ﾐﾎﾝ");
    }

    #[test]
    fn names_that_are_not_the_same_stay_apart() {
        let names = ["ｶ)ﾐﾎﾝ", "ﾐﾎﾝ(ｶ", "ﾕ)ﾐﾎﾝ", "ﾐﾎﾝ", "ｶ)ﾐﾎﾞﾝ", "ｶ)ﾐﾎﾝﾎﾝﾃﾝ", "ﾐﾎﾝ(ｶ)ﾎﾝﾃﾝ", "ｶﾐﾎﾝ"];
        let mut folded: Vec<_> = names.map(name).into();
        folded.sort();
        folded.dedup();
        assert_eq!(folded.len(), names.len());
    }

    #[test]
    fn a_name_of_other_letters_is_refused() {
        for bad in ["", "  ", "()", "株式会社見本", "ﾐﾎﾝ\n", "ﾐﾎﾝ\0", "ﾞ"] {
            assert_eq!(PayerName::new(bad), Err(PayerFault), "{bad:?}");
        }
    }

    #[test]
    fn every_full_width_kana_has_its_half_width() {
        for letter in 'ァ'..='ヶ' {
            let text = letter.to_string();
            assert!(name(&format!("ｱ{text}")).starts_with('ｱ'), "{letter}");
        }
        assert_eq!(name("ヶ"), "ｹ");
        assert_eq!(name("ン"), "ﾝ");
        assert_eq!(name("マャワ"), "ﾏﾔﾜ");
    }

    proptest! {
        #[test]
        fn a_compared_name_is_its_own_compared_form(text in "[ァ-ヶｱ-ﾟA-Z()ー -]{0,20}") {
            if let Ok(once) = PayerName::new(&text) {
                prop_assert_eq!(PayerName::new(once.as_str()), Ok(once));
            }
        }
    }
}
