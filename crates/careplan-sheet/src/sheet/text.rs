//! Text as both drawings see it, cleaned once on its way into the model.
//!
//! Promises: no character that a reader could see is lost; the order of characters on the page is their order in the file.

use unicode_normalization::char::compose;

/// Text with one kind of line break (`\n`), plain spaces for tabs, letters and their marks in one character, and without characters
/// that have no shape of their own.
///
/// - Marks of direction go: a care plan runs from left to right, and a hidden U+202E would show 1,000 as 000,1.
/// - A voicing mark (U+3099, U+309A) or an accent, as some keyboards and file systems store them, is joined with its letter. A voicing mark without
///   a joined letter (か゚) becomes the mark that stands alone (゜), which every font has and everybody reads. NFC as a whole would not do: it
///   exchanges the letters of names (神 U+FA19 becomes 神 U+795E).
/// - Variation selectors stay: a browser with the right font shows the shape they ask for. Paper leaves them out; see `font`.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                cleaned.push('\n');
            }
            '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' | '\u{A0}' => cleaned.push(' '),
            '\u{300}'..='\u{36F}' | '\u{3099}' | '\u{309A}' => join(&mut cleaned, character),
            '\u{AD}'
            | '\u{61C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' => {}
            _ => cleaned.push(character),
        }
    }
    cleaned
}

/// Joins a mark with the letter before it, or lets it stand alone.
fn join(cleaned: &mut String, mark: char) {
    let last = cleaned.chars().next_back();
    if let Some(joined) = last.and_then(|letter| compose(letter, mark)) {
        cleaned.pop();
        cleaned.push(joined);
        return;
    }
    cleaned.push(match mark {
        '\u{3099}' => '゛',
        '\u{309A}' => '゜',
        accent => accent,
    });
}

/// What stands before a choice: the chosen one and the others.
const MARKS: [char; 2] = ['■', '□'];

/// Letters of a choice with its mark. The longest of a form, □介護予防ケアマネジメント, has 13; what is longer is a sentence behind a bullet.
const CHOICE_MAX: usize = 16;

/// How many characters of a text that begins with a choice stay on one line: the mark and its word. 0 where no choice begins.
pub(crate) fn choice(text: impl Iterator<Item = char>) -> usize {
    let mut text = text.peekable();
    if text.next_if(|first| MARKS.contains(first)).is_none() {
        return 0;
    }
    let ends = |next: &char| next.is_whitespace() || MARKS.contains(next) || matches!(next, '（' | '〔');
    let word = text.take_while(|next| !ends(next)).take(CHOICE_MAX).count();
    if word < CHOICE_MAX { 1 + word } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::{CHOICE_MAX, choice, clean};

    #[test]
    fn a_choice_is_its_mark_and_the_word_behind_it() {
        let length = |text: &str| choice(text.chars());
        let texts = ["□初回　■継続", "■継続", "□その他（電話）", "■有□無", "□ 有", "■", "初回", ""];
        assert_eq!(texts.map(length), [3, 3, 4, 2, 1, 1, 0, 0]);
        // Behind a bullet, only the first letter of a sentence stays with it.
        let bullet = |letters| length(&format!("■{}", "文".repeat(letters)));
        assert_eq!([bullet(CHOICE_MAX - 1), bullet(CHOICE_MAX)], [CHOICE_MAX, 2]);
    }

    #[test]
    fn every_line_break_is_one_kind() {
        assert_eq!(clean("一\r\n二\r三\n\n四\t五\u{2028}六"), "一\n二\n三\n\n四 五\n六");
    }

    #[test]
    fn hidden_characters_cannot_turn_the_order_round() {
        assert_eq!(clean("\u{FEFF}自己負担\u{202E}1,000\u{202C}円\u{200B}"), "自己負担1,000円");
    }

    #[test]
    fn marks_are_joined_and_letters_of_names_are_not_exchanged() {
        assert_eq!(clean("か\u{3099}ハ\u{309A}か\u{309A}\u{3099}"), "がパか゜゛");
        assert_eq!(clean("Andre\u{301} x\u{301}"), "André x\u{301}");
        assert_eq!(clean("\u{FA19}\u{845B}\u{E0100}"), "\u{FA19}\u{845B}\u{E0100}");
    }
}
