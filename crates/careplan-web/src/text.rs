//! Text for people: dates, money and counts as they are read in Japan, and what people type as programs want it.
//!
//! Promise: pure functions of their arguments; they never fail and never ask a clock.

use jiff::civil::{Date, DateTime, Weekday};

/// A day with its weekday: `2026年11月22日（日）`.
///
/// ```
/// assert_eq!(careplan_web::text::date_ja(jiff::civil::date(2026, 11, 22)), "2026年11月22日（日）");
/// ```
#[must_use]
pub fn date_ja(date: Date) -> String {
    format!("{}年{}月{}日（{}）", date.year(), date.month(), date.day(), weekday_ja(date.weekday()))
}

/// A moment to the minute, in the civil time it is given in: `2026年11月22日（日）14:05`.
#[must_use]
pub fn date_time_ja(moment: DateTime) -> String {
    format!("{}{:02}:{:02}", date_ja(moment.date()), moment.hour(), moment.minute())
}

fn weekday_ja(weekday: Weekday) -> char {
    match weekday {
        Weekday::Sunday => '日',
        Weekday::Monday => '月',
        Weekday::Tuesday => '火',
        Weekday::Wednesday => '水',
        Weekday::Thursday => '木',
        Weekday::Friday => '金',
        Weekday::Saturday => '土',
    }
}

/// Money in whole yen: `21,000円`.
///
/// ```
/// assert_eq!(careplan_web::text::yen(21_000), "21,000円");
/// assert_eq!(careplan_web::text::yen(-500), "-500円");
/// ```
#[must_use]
pub fn yen(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}円", grouped(amount.unsigned_abs()))
}

/// A number with its counter: `count_ja(1234, "件")` is `1,234件`.
#[must_use]
pub fn count_ja(count: u64, counter: &str) -> String {
    format!("{}{counter}", grouped(count))
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What was typed for a number, an ID, an address or a code, in half width: full-width digits, letters, signs and
/// spaces become ASCII; the many dashes of Japanese keyboards become `-` where they stand between digits or letters;
/// invisible characters that come along from spreadsheets go; the ends are trimmed.
///
/// Kana, kanji and the long vowel mark inside a word stay. Not for names of people and offices: there the width of a
/// letter is theirs to choose.
///
/// ```
/// use careplan_web::text::half_width;
///
/// assert_eq!(half_width("　ＫＪ９９９７００００１８ "), "KJ9997000018");
/// assert_eq!(half_width("０６ー１２３４−５６７８"), "06-1234-5678");
/// assert_eq!(half_width("デイサービス１"), "デイサービス1");
/// ```
#[must_use]
pub fn half_width(typed: &str) -> String {
    let folded: Vec<char> = typed.chars().filter(|letter| !is_invisible(*letter)).map(narrow).collect();
    let mut out = String::with_capacity(typed.len());
    let mut before = None;
    for (index, letter) in folded.iter().copied().enumerate() {
        let after = folded.get(index + 1).copied();
        let between =
            [before, after].into_iter().all(|beside| beside.is_some_and(|c| c.is_ascii_alphanumeric()));
        let letter = if is_dash(letter) && between { '-' } else { letter };
        out.push(letter);
        before = Some(letter);
    }
    out.trim().to_owned()
}

/// One letter in half width. The full-width forms of ASCII lie in one row, in ASCII's order.
fn narrow(letter: char) -> char {
    /// From `！` to its ASCII form.
    const TO_ASCII: u32 = 0xFEE0;
    match letter {
        '！'..='～' => char::from_u32(u32::from(letter) - TO_ASCII).unwrap_or(letter),
        _ if letter.is_whitespace() => ' ',
        _ => letter,
    }
}

/// Dashes that are typed for a hyphen: hyphens, minus, figure, en and em dash, horizontal bar, box drawing, long
/// vowel marks. (The full-width hyphen is a full-width form of ASCII.)
fn is_dash(letter: char) -> bool {
    matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2500}' | '\u{FE63}' | 'ー' | 'ｰ')
}

/// Zero-width characters and controls other than white space.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
        || (letter.is_control() && !letter.is_whitespace())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_day_of_a_week_has_its_name() {
        let week: Vec<String> = (22..29).map(|day| date_ja(date(2026, 11, day))).collect();
        insta::assert_snapshot!(week.join(" "), @"2026年11月22日（日） 2026年11月23日（月） 2026年11月24日（火） 2026年11月25日（水） 2026年11月26日（木） 2026年11月27日（金） 2026年11月28日（土）");
        assert_eq!(date_time_ja(date(2026, 1, 2).at(3, 4, 59, 0)), "2026年1月2日（金）03:04");
    }

    #[test]
    fn money_and_counts_are_grouped_by_three_to_the_last_number() {
        assert_eq!([yen(0), yen(999), yen(1_000), yen(-21_000)], ["0円", "999円", "1,000円", "-21,000円"]);
        assert_eq!(yen(i64::MIN), "-9,223,372,036,854,775,808円");
        assert_eq!(count_ja(200_000, "件"), "200,000件");
    }

    #[test]
    fn every_dash_between_digits_is_a_hyphen_and_none_inside_a_word() {
        for dash in ['-', '－', 'ー', '−', '‐', '‑', '–', '—', '―', '─', 'ｰ', '﹣'] {
            assert_eq!(half_width(&format!("１{dash}ａ")), "1-a", "{dash}");
        }
        for word in ["サービス", "ー1", "1ー", "バー1", "1−−2", "センター"] {
            assert_eq!(half_width(word), word);
        }
    }

    #[test]
    fn what_comes_along_unseen_from_a_spreadsheet_goes() {
        assert_eq!(half_width("\u{FEFF}99\u{200B}7\u{0}\t０\u{A0}\r\n"), "997 0");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn once_narrow_it_stays(typed in "[ -~！-～ー−‐サあ漢\u{3000}\u{200B}]{0,30}") {
            let once = half_width(&typed);
            prop_assert_eq!(half_width(&once), once);
        }

        #[test]
        fn ascii_typed_in_full_width_comes_back(plain in "[ -~]{0,30}") {
            let wide: String = plain
                .chars()
                .map(|c| if c == ' ' { '\u{3000}' } else { char::from_u32(u32::from(c) + 0xFEE0).unwrap() })
                .collect();
            prop_assert_eq!(half_width(&wide), plain.trim());
        }

        #[test]
        fn anything_may_be_typed(typed in any::<String>()) {
            let narrow = half_width(&typed);
            prop_assert_eq!(narrow.trim(), narrow.as_str());
            prop_assert!(!narrow.chars().any(|c| ('！'..='～').contains(&c) || is_invisible(c)));
        }
    }
}
