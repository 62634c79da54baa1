//! Characters that the standard's files cannot hold, and what to write instead.
//!
//! MS932 has full-width signs that look like others of Unicode; what is typed on a Mac or comes from a web page is often the other one.

use encoding_rs::SHIFT_JIS;
use unicode_normalization::char::compose;

/// What the writer does with a character that MS932 lacks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Characters {
    /// It refuses the file and says where.
    #[default]
    Refuse,
    /// It writes a look-alike where there is one and reports it; refuses where there is none.
    Normalise,
}

/// A character that the standard's files cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unwritable {
    /// Where it begins in the text, in bytes of UTF-8.
    pub at: usize,
    /// The character.
    pub char: char,
    /// What kind of character it is, in Japanese.
    pub kind_ja: &'static str,
    /// What says the same in MS932; `Some("")` where it can be left out.
    pub instead: Option<&'static str>,
}

/// Characters that look the same in MS932, or mean the same there.
const LOOK_ALIKES: [(char, &str); 17] = [
    ('\u{301C}', "～"),
    ('\u{2212}', "－"),
    ('\u{2016}', "∥"),
    ('\u{2014}', "―"),
    ('\u{00A2}', "￠"),
    ('\u{00A3}', "￡"),
    ('\u{00AC}', "￢"),
    ('\u{00A5}', "￥"),
    ('\u{203E}', "￣"),
    ('\u{00A6}', "￤"),
    ('\u{2013}', "－"),
    ('\u{00A0}', "　"),
    ('\u{2022}', "・"),
    ('\u{00B7}', "・"),
    ('\u{2027}', "・"),
    ('\u{2024}', "."),
    ('\u{20BB7}', "吉"),
];

/// Every character of a text that cannot be written, in order.
///
/// ```
/// use careplan_standard::unwritable;
///
/// let found = unwritable("９時〜𠮷田様");
/// assert_eq!(found.iter().map(|it| it.char).collect::<String>(), "〜𠮷");
/// assert_eq!(found[0].instead, Some("～"));
/// assert_eq!(found[1].kind_ja, "CJK拡張の漢字");
/// ```
#[must_use]
pub fn unwritable(text: &str) -> Vec<Unwritable> {
    if text.is_ascii() && !text.bytes().any(is_forbidden_control) {
        return Vec::new();
    }
    text.char_indices().filter(|(_, char)| !is_writable(*char)).map(|(at, char)| describe(at, char)).collect()
}

/// A text with every replacement made that there is, and what could not be replaced.
pub(super) fn normalise(text: &str) -> (String, Vec<Unwritable>, Vec<Unwritable>) {
    let mut out = String::with_capacity(text.len());
    let (mut replaced, mut left) = (Vec::new(), Vec::new());
    for (at, char) in text.char_indices() {
        if is_writable(char) {
            out.push(char);
            continue;
        }
        let found = describe(at, char);
        let composed =
            out.chars().next_back().and_then(|before| compose(before, char)).filter(|it| is_writable(*it));
        match (composed, found.instead) {
            (Some(composed), _) => {
                out.pop();
                out.push(composed);
                replaced.push(found);
            }
            (None, Some(instead)) => {
                out.push_str(instead);
                replaced.push(found);
            }
            (None, None) => left.push(found),
        }
    }
    (out, replaced, left)
}

fn is_forbidden_control(byte: u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n' | b'\t')
}

/// Whether a character is written and read back as itself.
fn is_writable(char: char) -> bool {
    if char.is_ascii() {
        return !u8::try_from(char).is_ok_and(is_forbidden_control);
    }
    // User-defined characters differ from machine to machine; the encoding would let them through.
    if matches!(char, '\u{E000}'..='\u{F8FF}' | '\u{0080}'..='\u{009F}') {
        return false;
    }
    let mut buffer = [0; 4];
    let text = char.encode_utf8(&mut buffer);
    let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
    !unmappable
        && SHIFT_JIS
            .decode_without_bom_handling_and_without_replacement(&bytes)
            .is_some_and(|back| back == *text)
}

fn describe(at: usize, char: char) -> Unwritable {
    let instead = LOOK_ALIKES.iter().find(|(known, _)| *known == char).map(|(_, instead)| *instead);
    let (kind_ja, instead) = match char {
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => {
            ("異体字を選ぶ記号（異体字セレクタ）", Some(""))
        }
        '\u{3099}' | '\u{309A}' => ("分かれた濁点・半濁点", instead),
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => ("見えない記号", Some("")),
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}' => ("外字", None),
        '\u{20000}'..='\u{3FFFF}' => ("CJK拡張の漢字", instead),
        '\u{3400}'..='\u{4DBF}' => ("CJK拡張Aの漢字", instead),
        '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' => ("シフトJISにない漢字", instead),
        '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' => ("絵文字・記号", instead),
        char if char.is_control() => ("制御文字", Some("")),
        _ => ("シフトJISにない文字", instead),
    };
    Unwritable { at, char, kind_ja, instead }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_of_ms932_is_writable_and_look_alikes_are_not() {
        assert_eq!(unwritable("髙﨑①㈱Ⅳｶﾞ～－∥―￠表ソ予能\r\n\t"), []);
        for (char, instead) in LOOK_ALIKES {
            let found = unwritable(&char.to_string());
            assert_eq!(found.first().and_then(|it| it.instead), Some(instead), "{char}");
            assert_eq!(unwritable(instead), [], "{instead}");
        }
    }

    #[test]
    fn normalising_replaces_composes_and_keeps_what_has_no_likeness() {
        let (text, replaced, left) = normalise("か\u{3099}葛\u{E0100}〜𩸽");
        assert_eq!(text, "が葛～");
        assert_eq!((replaced.len(), left.len()), (3, 1));
        assert_eq!(left.first().map(|it| it.char), Some('𩸽'));
    }

    #[test]
    fn control_characters_and_gaiji_are_named() {
        assert_eq!(unwritable("a\u{1}").first().map(|it| it.kind_ja), Some("制御文字"));
        assert_eq!(unwritable("\u{E000}").first().map(|it| it.kind_ja), Some("外字"));
        assert_eq!(unwritable("㐂").first().map(|it| it.kind_ja), Some("CJK拡張Aの漢字"));
    }
}
