//! The place of a finding as a person sees it: the value, and a little of its line on both sides.

use crate::finding::Finding;
use crate::ms932;

/// A stretch of a line around the value a finding is about.
///
/// **Personal data**: it quotes the file. Show it to the person at the screen, or [`masked`](Self::masked).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excerpt {
    /// What stands before the value, the last of it.
    pub before: String,
    /// The value, or the character that is wrong.
    pub value: String,
    /// What stands behind the value, the first of it.
    pub after: String,
}

/// Characters shown on each side.
const SIDE_CHARS: usize = 32;

/// Bytes looked at on each side: as many characters of two bytes, and room for one that is cut.
const SIDE_BYTES: usize = SIDE_CHARS * 2 + 1;

impl Excerpt {
    /// The place of a finding in the bytes of its file; `None` for a finding about a whole file or a set of files.
    ///
    /// ```
    /// use careplan_standard::{Edition, Excerpt, SourceFile, check_file};
    ///
    /// let name = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
    /// let bytes = b"202407,990001,0009900021,20261131\r\n";
    /// let findings = check_file(Edition::v4_1(), &SourceFile::new(name, bytes));
    /// let excerpt = Excerpt::of(&findings[0], bytes).ok_or("no place")?;
    /// assert_eq!((excerpt.before.as_str(), excerpt.value.as_str()), ("202407,990001,0009900021,", "20261131"));
    /// assert_eq!(excerpt.masked().value, "＊＊＊＊＊＊＊＊");
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn of(finding: &Finding, bytes: &[u8]) -> Option<Self> {
        let at = usize::try_from(finding.byte?).ok()?;
        let (head, tail) = bytes.split_at_checked(at)?;
        let length = value_length(head, tail);
        let (value, behind) = tail.split_at_checked(length)?;
        Some(Self { before: last_of(head), value: ms932::shown(value), after: first_of(behind) })
    }

    /// The same with every letter and digit covered; commas and quotes stay, so that the place can still be found.
    #[must_use]
    pub fn masked(&self) -> Self {
        let cover = |text: &str| {
            text.chars().map(|char| if matches!(char, ',' | '"' | '…') { char } else { '＊' }).collect()
        };
        Self { before: cover(&self.before), value: cover(&self.value), after: cover(&self.after) }
    }
}

impl std::fmt::Debug for Excerpt {
    /// Masked.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { before, value, after } = self.masked();
        write!(out, "Excerpt({before}[{value}]{after})")
    }
}

/// The whole item where a finding points at its first byte, else one character.
fn value_length(head: &[u8], tail: &[u8]) -> usize {
    match head.last() {
        Some(b'"') => tail.iter().position(|byte| *byte == b'"').unwrap_or(tail.len()),
        None | Some(b',' | b'\n' | b'\r') => {
            tail.iter().position(|byte| matches!(byte, b',' | b'\r' | b'\n')).unwrap_or(tail.len())
        }
        Some(_) => ms932::char_len(tail),
    }
}

/// The end of the line before the value.
fn last_of(head: &[u8]) -> String {
    let line = head.rsplit(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let text = ms932::lossy(line.get(char_start(line)..).unwrap_or_default());
    let chars = text.chars().count();
    let cut = chars.saturating_sub(SIDE_CHARS);
    let mark = if cut > 0 || char_start(line) > 0 { "…" } else { "" };
    format!("{mark}{}", text.chars().skip(cut).map(visible).collect::<String>())
}

/// Where to begin so that no character is cut in two: characters are counted from the start of a line.
fn char_start(line: &[u8]) -> usize {
    let wanted = line.len().saturating_sub(SIDE_BYTES);
    let mut at = 0;
    while at < wanted {
        at += ms932::char_len(line.get(at..).unwrap_or_default()).max(1);
    }
    at
}

/// The beginning of the line behind the value.
fn first_of(behind: &[u8]) -> String {
    let line = behind.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let text = ms932::lossy(line.get(..SIDE_BYTES).unwrap_or(line));
    ms932::shorten(&text, SIDE_CHARS, line.len() > SIDE_BYTES)
}

fn visible(char: char) -> char {
    if char.is_control() { ' ' } else { char }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edition, SourceFile, check_file};

    #[test]
    fn a_long_line_is_cut_on_both_sides_without_cutting_a_character() {
        let head = "あ".repeat(40) + ",";
        let (head, _, _) = encoding_rs::SHIFT_JIS.encode(&head);
        assert_eq!(last_of(&head), format!("…{},", "あ".repeat(SIDE_CHARS - 1)));
        let behind = "い".repeat(60);
        let (behind, _, _) = encoding_rs::SHIFT_JIS.encode(&behind);
        assert_eq!(first_of(&behind), format!("{}…", "い".repeat(SIDE_CHARS)));
    }

    #[test]
    fn every_finding_with_a_place_has_an_excerpt_and_the_mask_hides_it() {
        let name = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
        let bytes = b"202407,990001,\"000990002x\",202611\n202407,\x81,0009900021,202699\n";
        let findings = check_file(Edition::v4_1(), &SourceFile::new(name, bytes));
        let shown: Vec<String> =
            findings.iter().filter_map(|it| Excerpt::of(it, bytes)).map(|it| it.value).collect();
        assert!(
            shown.contains(&"000990002x".to_owned()) && shown.contains(&"202699".to_owned()),
            "{shown:?}"
        );
        for excerpt in findings.iter().filter_map(|it| Excerpt::of(it, bytes)) {
            assert!(
                !format!("{excerpt:?}")
                    .contains(|char: char| char.is_ascii_alphanumeric() && !"Excerpt".contains(char))
            );
        }
    }
}
