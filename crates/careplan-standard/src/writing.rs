//! How a whole file is written: MS932, or one of the encodings in which care software and other programs write by mistake.
//!
//! Promises: looks no further than the first Japanese characters of a file in MS932; takes a file for something else only where no
//! file of the standard looks like that. Must never judge single characters: that is for [`ms932`](crate::ms932).

use crate::ms932;

/// How the whole file is written, as far as that can be told. `at` is the offset of the first character that tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    /// To be read as MS932. `bom_bytes` of a UTF-8 byte order mark come first (0 or 3).
    Ms932 { bom_bytes: usize },
    /// UTF-8, by a character of several bytes, behind a byte order mark of `bom_bytes`.
    Utf8 { bom_bytes: usize, at: usize },
    /// UTF-16, by its byte order mark or by zero bytes beside its first two characters.
    Utf16,
    /// ISO-2022-JP, the JIS of old mails, by an escape sequence before any byte that is not ASCII.
    Iso2022Jp { at: usize },
    /// EUC-JP, by characters that are that and no MS932, or a row of kana.
    EucJp { at: usize },
}

/// Tells other encodings from MS932.
///
/// Valid UTF-8 with at least one character of three bytes or more is UTF-8. Two-byte sequences alone are no evidence:
/// half-width katakana in MS932 look the same.
pub(crate) fn writing(bytes: &[u8]) -> Writing {
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    let is_utf16 = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [one, 0, two, 0, ..] | [0, one, 0, two, ..] => *one != 0 && *two != 0,
        _ => false,
    };
    if is_utf16 {
        return Writing::Utf16;
    }
    let bom_bytes = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let rest = bytes.get(bom_bytes..).unwrap_or_default();
    let at_wide = rest.iter().position(|byte| *byte >= 0xE0);
    if let Some(at) = at_wide
        && std::str::from_utf8(rest).is_ok()
    {
        return Writing::Utf8 { bom_bytes, at: bom_bytes + at };
    }
    let Some(at) = rest.iter().position(|byte| *byte >= 0x80 || *byte == ESCAPE) else {
        return Writing::Ms932 { bom_bytes };
    };
    let telling = rest.get(at..).unwrap_or_default();
    if DESIGNATIONS.iter().any(|designation| telling.starts_with(designation)) {
        return Writing::Iso2022Jp { at: bom_bytes + at };
    }
    if is_euc_jp(telling) {
        return Writing::EucJp { at: bom_bytes + at };
    }
    Writing::Ms932 { bom_bytes }
}

const ESCAPE: u8 = 0x1B;

/// The escape sequences of ISO-2022-JP and its relatives that choose a set of characters: JIS X 0208 of 1983 and 1978, ASCII,
/// JIS X 0201 (letters, katakana), JIS X 0212.
const DESIGNATIONS: [&[u8]; 6] = [b"\x1B$B", b"\x1B$@", b"\x1B(B", b"\x1B(J", b"\x1B(I", b"\x1B$(D"];

/// Full-width kana of EUC-JP in a row that are no accident. Read as MS932 they are half-width katakana, every other one a `､` or `･`.
const KANA_IN_A_ROW: usize = 3;

/// Whether all of it is EUC-JP, and cannot be MS932 as a file of the standard has it.
///
/// Most kanji of EUC-JP are also two half-width katakana of MS932, so that being valid is not enough: some character is none of
/// MS932, or kana stand in a row. Text in MS932 is left at its first hiragana, katakana or common kanji.
fn is_euc_jp(bytes: &[u8]) -> bool {
    let (mut rest, mut in_a_row, mut has_kana) = (bytes, 0, false);
    while let [lead, behind @ ..] = rest {
        let length = match (lead, behind) {
            (0..=0x7F, _) => 1,
            (0x8E, [0xA1..=0xDF, ..]) | (0xA1..=0xFE, [0xA1..=0xFE, ..]) => 2,
            (0x8F, [0xA1..=0xFE, 0xA1..=0xFE, ..]) => 3,
            _ => return false,
        };
        in_a_row = if matches!(lead, 0xA4 | 0xA5) { in_a_row + 1 } else { 0 };
        has_kana |= in_a_row >= KANA_IN_A_ROW;
        rest = rest.get(length..).unwrap_or_default();
    }
    has_kana || ms932::text(bytes).is_none_or(|text| text.contains(ms932::is_gaiji))
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{EUC_JP, ISO_2022_JP, SHIFT_JIS};

    const AS_MS932: Writing = Writing::Ms932 { bom_bytes: 0 };

    fn euc(text: &str) -> Writing {
        writing(&EUC_JP.encode(text).0)
    }

    #[test]
    fn utf8_is_told_from_ms932() {
        assert_eq!(writing("1,見本".as_bytes()), Writing::Utf8 { bom_bytes: 0, at: 2 });
        assert_eq!(writing("\u{FEFF}1,見本".as_bytes()), Writing::Utf8 { bom_bytes: 3, at: 5 });
        assert_eq!(writing(b"\xEF\xBB\xBF1,2"), Writing::Ms932 { bom_bytes: 3 });
        assert_eq!(writing(b"1,\x8C\xA9\x96\x7B"), AS_MS932);
        assert_eq!(writing(b"\xC2\xB1"), AS_MS932, "half-width katakana");
        assert_eq!(writing(b"\xFF\xFE1\0"), Writing::Utf16);
        assert_eq!(writing(b"2\x000\0"), Writing::Utf16);
        assert_eq!(writing(b"\x002\x000"), Writing::Utf16);
        assert_eq!(writing(b"2\x0000"), AS_MS932, "a single zero byte");
    }

    #[test]
    fn iso_2022_jp_is_told_by_its_escape_sequences() {
        assert_eq!(writing(&ISO_2022_JP.encode("1,見本").0), Writing::Iso2022Jp { at: 2 });
        for designation in DESIGNATIONS {
            assert_eq!(writing(&[b"1,", designation].concat()), Writing::Iso2022Jp { at: 2 });
        }
        assert_eq!(writing(b"1,\x1B[0m"), AS_MS932, "an escape sequence of a screen");
        assert_eq!(writing(b"1,\x82\xA0\x1B$B"), AS_MS932, "behind a character of MS932");
    }

    #[test]
    fn euc_jp_is_told_where_it_cannot_be_ms932() {
        assert_eq!(euc("1,\"ヤマダ\""), Writing::EucJp { at: 3 });
        assert_eq!(euc("1,見本 花子さん"), Writing::EucJp { at: 2 }, "no character of MS932");
        assert_eq!(euc("1,山田"), AS_MS932, "as well four half-width katakana");
        assert_eq!(writing(b"\xA4\xA2\xA4\xA2\xA4\xA2"), Writing::EucJp { at: 0 });
        assert_eq!(writing(b"\xA4\xA2\xA4\xA2"), AS_MS932);
        assert_eq!(writing(b"\xA4\xA2\xA4\xA2\xA4\xA2\xA4"), AS_MS932, "half of a character");
        assert_eq!(writing(b"1,\xC2\xB4,\xD0\xCE\xDD\xDE"), AS_MS932, "half-width katakana in pairs");
        assert_eq!(writing(b"1,\xC2\xB4\x1A"), AS_MS932, "a control character is no evidence");
        assert_eq!(writing(b"1,\xFD\xA1,\x82\xA0"), AS_MS932, "MS932 with a fault");
        assert_eq!(writing(b"\x8E\xB1\x8F\xB0\xA1\xFD\xA1"), Writing::EucJp { at: 0 });
    }

    #[test]
    fn every_character_of_two_bytes_in_ms932_that_is_common_is_no_euc_jp() {
        let (text, _, _) = SHIFT_JIS.encode("あいうえおカキクケコ山田花子本日東京");
        for pair in text.chunks(2) {
            assert_eq!(writing(pair), AS_MS932, "{pair:02X?}");
        }
    }
}
