//! Breaking text into lines.
//!
//! Where a line may end is left to Unicode's rules (UAX #14), which know 行頭禁則 and 行末禁則: no line begins with 、。」 or a small kana, none
//! ends with 「. A word wider than its column is broken wherever it must. A choice (■初回) stays on one line if the line has room for it, and its mark
//! never stands alone.

use unicode_linebreak::linebreaks;

use crate::font::{Letter, is_variation, letters};
use crate::sheet::choice;

/// What rounding may add to a width that fits exactly, in heights of a letter.
const SLACK: f32 = 0.001;

/// A line of letters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) letters: Vec<Letter>,
    /// In heights of a letter.
    pub(super) width: f32,
}

impl Line {
    /// The letters without the spaces at their end, which may hang over the edge.
    fn new(letters: &[Letter]) -> Self {
        let end = letters.iter().rposition(|letter| !is_space(*letter)).map_or(0, |last| last + 1);
        let letters: Vec<Letter> = letters.iter().take(end).copied().collect();
        let width = letters.iter().map(|letter| letter.advance).sum();
        Self { letters, width }
    }

    /// Lets another line follow on the same.
    pub(super) fn append(&mut self, other: &Self) {
        self.letters.extend_from_slice(&other.letters);
        self.width += other.width;
    }
}

/// The lines of a text in a column so many letters wide; a text without letters has one empty line.
///
/// # Errors
///
/// The first character without a glyph.
pub(super) fn wrap(text: &str, width: f32) -> Result<Vec<Line>, char> {
    let mut lines = Vec::new();
    for paragraph in text.trim_end_matches('\n').split('\n') {
        let drawn: String = paragraph.chars().filter(|character| !is_variation(*character)).collect();
        let letters = letters(&drawn)?;
        let breaks = breaks(&drawn, letters.len());
        let mut rest = letters.as_slice();
        let mut may_break = breaks.as_slice();
        loop {
            let (line, after) = rest.split_at(line_end(rest, may_break, width));
            lines.push(Line::new(line));
            may_break = may_break.get(line.len()..).unwrap_or_default();
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
    Ok(lines)
}

/// Whether a line may begin with a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Break {
    /// Where Unicode's rules forbid it.
    Never,
    /// Inside of a choice, if the line has no other place.
    IfNeeded,
    Free,
}

/// For each letter: whether a line may begin with it.
fn breaks(text: &str, letters: usize) -> Vec<Break> {
    let mut breaks = vec![Break::Never; letters];
    let mut starts = text.char_indices().map(|(start, _)| start).zip(breaks.iter_mut());
    for (at, _) in linebreaks(text) {
        if let Some((_, may)) = starts.by_ref().find(|(start, _)| *start == at) {
            *may = Break::Free;
        }
    }
    for (number, (start, _)) in text.char_indices().enumerate() {
        let length = choice(text.get(start..).unwrap_or_default().chars());
        for may in breaks.iter_mut().skip(number).take(length).skip(1) {
            *may = (*may).min(Break::IfNeeded);
        }
    }
    breaks
}

/// How many letters the next line takes: at least one, if there is one.
fn line_end(letters: &[Letter], breaks: &[Break], width: f32) -> usize {
    let mut filled = 0.0;
    let (mut last_free, mut last_needed) = (None, None);
    for (index, (letter, may)) in letters.iter().zip(breaks).enumerate() {
        if index > 0 {
            match may {
                Break::Never => {}
                Break::IfNeeded => last_needed = Some(index),
                Break::Free => last_free = Some(index),
            }
        }
        filled += letter.advance;
        if filled > width + SLACK && index > 0 && !is_space(*letter) {
            return last_free.or(last_needed).unwrap_or(index);
        }
    }
    letters.len()
}

fn is_space(letter: Letter) -> bool {
    letter.character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let lines = wrap(text, width).unwrap();
        lines.iter().map(|line| line.letters.iter().map(|letter| letter.character).collect()).collect()
    }

    #[test]
    fn no_line_begins_with_what_closes_or_ends_with_what_opens() {
        assert_eq!(lines("歩行の練習、入浴。", 5.0), ["歩行の練", "習、入浴。"]);
        assert_eq!(lines("本人は「家に居たい」と", 4.0), ["本人は", "「家に居", "たい」と"]);
        assert_eq!(lines("デイサービスへ", 3.0), ["デイ", "サービ", "スへ"]);
    }

    #[test]
    fn words_and_numbers_stay_together_while_they_fit() {
        assert_eq!(lines("費用は12,345円です", 5.5), ["費用は", "12,345円で", "す"]);
        assert_eq!(lines("care plan", 2.5), ["care", "plan"]);
    }

    #[test]
    fn a_choice_stays_on_one_line_and_its_mark_with_its_word() {
        assert_eq!(lines("□初回　■継続", 5.0), ["□初回", "■継続"]);
        assert_eq!(lines("□初回　■継続", 6.0), ["□初回", "■継続"]);
        assert_eq!(lines("前の文□初回", 4.0), ["前の文", "□初回"]);
        assert_eq!(lines("□家族等が障害、疾病等", 5.0), ["□家族等が", "障害、疾病", "等"]);
        assert_eq!(lines("一二三■四五六七八九十一二三四五六七八九十", 5.0)[..2], ["一二三■四", "五六七八九"]);
        assert_eq!(lines("一二三■四五六七八九十一二三四五六七八九十", 4.0)[..2], ["一二三", "■四五六"]);
        assert_eq!(lines("□有", 1.0), ["□", "有"]);
    }

    #[test]
    fn a_word_wider_than_its_column_is_broken() {
        assert_eq!(lines("ABCDEFG", 2.0), ["ABCD", "EFG"]);
        assert_eq!(lines("。。。", 1.0), ["。", "。", "。"]);
        assert_eq!(lines("広", 0.5), ["広"]);
    }

    #[test]
    fn line_breaks_are_kept_and_spaces_hang() {
        assert_eq!(lines("一\n\n　二 \n", 9.0), ["一", "", "　二"]);
        assert_eq!(lines("一二　　　　　三", 2.0), ["一二", "三"]);
        assert_eq!(lines("", 9.0), [""]);
    }
}
