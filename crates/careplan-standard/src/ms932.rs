//! The characters of the standard: Shift-JIS in the MS932 repertoire, without user-defined characters (外字).
//!
//! Promises: strict: what is not a character of MS932 is reported with its offset, never replaced silently. Bytes are never
//! rewritten; decoding is for looking only.

use std::borrow::Cow;

use encoding_rs::SHIFT_JIS;

/// A byte or two that have no place in a file of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No character of MS932.
    Malformed,
    /// A user-defined character, different on every machine.
    Gaiji,
    /// A zero byte.
    Nul,
    /// Another control character than a line break or a tab.
    Control,
}

/// One kind of fault in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FaultFound {
    pub(crate) fault: Fault,
    /// Offsets of the first of them, up to [`FAULTS_SHOWN_MAX`].
    pub(crate) at: Vec<usize>,
    /// How many there are.
    pub(crate) count: usize,
}

/// Characters of one kind of fault that a message names. A name has one or two; a file read wrongly has hundreds.
pub(crate) const FAULTS_SHOWN_MAX: usize = 5;

/// Length in bytes of the character at the start of `bytes`, judged by the lead byte only; 0 at the end.
pub(crate) fn char_len(bytes: &[u8]) -> usize {
    match bytes {
        [] => 0,
        [0x81..=0x9F | 0xE0..=0xFC, 0x40..=0x7E | 0x80..=0xFC, ..] => 2,
        _ => 1,
    }
}

/// Whether a value needs no closer look: printable ASCII, line breaks and tabs only.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, 0x20..=0x7E | b'\r' | b'\n' | b'\t'))
}

/// The kinds of fault in `bytes`, in the order of their first occurrence, each with its places.
pub(crate) fn faults(bytes: &[u8]) -> Vec<FaultFound> {
    let mut found: Vec<FaultFound> = Vec::new();
    if is_plain(bytes) || is_clean(bytes) {
        return found;
    }
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (char, _) = rest.split_at(char_len(rest));
        if let Some(fault) = fault_of(char) {
            match found.iter_mut().find(|known| known.fault == fault) {
                Some(known) => {
                    known.count += 1;
                    if known.at.len() < FAULTS_SHOWN_MAX {
                        known.at.push(at);
                    }
                }
                None => found.push(FaultFound { fault, at: vec![at], count: 1 }),
            }
        }
        at += char.len();
    }
    found
}

/// The text of a value; `None` when a character is not MS932.
pub(crate) fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)
}

fn is_clean(bytes: &[u8]) -> bool {
    SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(bytes)
        .is_some_and(|text| text.chars().all(is_allowed))
}

/// Whether a decoded character is a user-defined one.
pub(crate) fn is_gaiji(char: char) -> bool {
    matches!(char, '\u{E000}'..='\u{F8FF}')
}

fn is_allowed(char: char) -> bool {
    !is_gaiji(char) && (!char.is_control() || matches!(char, '\r' | '\n' | '\t'))
}

fn fault_of(char: &[u8]) -> Option<Fault> {
    match char {
        [0] => return Some(Fault::Nul),
        [b'\r' | b'\n' | b'\t'] => return None,
        [0x01..=0x1F | 0x7F] => return Some(Fault::Control),
        [0xF0..=0xF9, _] => return Some(Fault::Gaiji),
        _ => {}
    }
    match SHIFT_JIS.decode_without_bom_handling_and_without_replacement(char) {
        Some(text) if text.chars().all(is_allowed) => None,
        _ => Some(Fault::Malformed),
    }
}

/// A value as text for a person: what is not MS932 becomes `�`, control characters become spaces, and a
/// long value ends in `…`.
pub(crate) fn shown(bytes: &[u8]) -> String {
    /// Enough to recognise a value in a message.
    const SHOWN_CHARS_MAX: usize = 40;
    let head = bytes.get(..SHOWN_CHARS_MAX * 2 + 2).unwrap_or(bytes);
    shorten(&lossy(head), SHOWN_CHARS_MAX, head.len() < bytes.len())
}

/// A value as text, with `�` for what is not MS932.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    SHIFT_JIS.decode_without_bom_handling(bytes).0
}

/// The first `chars_max` characters of a text, on one line.
pub(crate) fn shorten(text: &str, chars_max: usize, mut cut: bool) -> String {
    let mut short: String =
        text.chars().take(chars_max).map(|char| if char.is_control() { ' ' } else { char }).collect();
    cut |= text.chars().nth(chars_max).is_some();
    if cut {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_whose_second_byte_is_a_backslash_are_clean() {
        for bytes in [b"\x95\x5C", b"\x83\x5C", b"\x8F\x5C", b"\x97\x5C", b"\x94\x5C"] {
            assert_eq!(faults(bytes), []);
        }
    }

    #[test]
    fn half_width_katakana_and_nec_special_characters_are_clean() {
        assert_eq!(faults(b"\xD0\xCE\xDD \x87\x40 \xFB\xFC \xFA\xB1"), []);
    }

    #[test]
    fn each_fault_is_found_at_its_first_byte() {
        let bytes = b"a\x82\xA0\xF0\x40\x00\xFD\x1A";
        let expected = [(3, Fault::Gaiji), (5, Fault::Nul), (6, Fault::Malformed), (7, Fault::Control)];
        assert_eq!(faults(bytes), expected.map(|(at, fault)| FaultFound { fault, at: vec![at], count: 1 }));
    }

    #[test]
    fn every_fault_is_counted_and_the_first_are_placed() {
        let bytes = b"\xF0\x40".repeat(FAULTS_SHOWN_MAX + 1);
        let at: Vec<usize> = (0..FAULTS_SHOWN_MAX).map(|no| no * 2).collect();
        assert_eq!(faults(&bytes), [FaultFound { fault: Fault::Gaiji, at, count: FAULTS_SHOWN_MAX + 1 }]);
    }

    #[test]
    fn a_two_byte_character_cut_in_the_middle_is_malformed() {
        for bytes in [&b"\x82"[..], b"\x82,", b"\x80"] {
            assert_eq!(faults(bytes), [FaultFound { fault: Fault::Malformed, at: vec![0], count: 1 }]);
        }
    }

    #[test]
    fn a_shown_value_is_one_short_line() {
        assert_eq!(shown(b"a\r\nb"), "a  b");
        assert_eq!(shown(&[b'x'; 41]), format!("{}…", "x".repeat(40)));
        assert_eq!(shown(&[b'x'; 40]), "x".repeat(40));
    }
}
