//! The catalogue of rules: code, severity, source, words and reason of everything a check can say.
//!
//! Promises: codes are stable; a rule that goes out of use leaves its code unused. Messages have the form what – where,
//! the fix says what to do next, the why says what it is good for. A rule that rests on an inference is softened to a warning
//! where it is applied. The rules stand in one file per family; the catalogue keeps their order.

mod file;
mod item;
mod name;
mod record;
mod total;
mod unit;

use std::sync::LazyLock;

pub(crate) use self::{file::*, item::*, name::*, record::*, total::*, unit::*};
use crate::finding::Severity;

/// One rule of the catalogue.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Stable code, e.g. `FIELD-002`.
    pub code: &'static str,
    /// The severity, unless the rule is applied to something that rests on an inference.
    pub severity: Severity,
    /// Template of where the rule comes from. `{sheet}` is the sheet of the ministry's annex that describes the file.
    pub source: &'static str,
    /// Template of the message: what happened and where. `{value}` is the offending value.
    pub message: &'static str,
    /// Template of the advice: what to do.
    pub fix: &'static str,
    /// Why the rule exists, and what happens at the receiver otherwise. One or two sentences in Japanese, no template.
    pub why: &'static str,
}

static CATALOGUE: LazyLock<Vec<&'static Rule>> = LazyLock::new(|| {
    [name::RULES, file::RULES, item::RULES, record::RULES, total::RULES, unit::RULES].concat()
});

/// Every rule, in the order of the catalogue.
///
/// ```
/// let rules = careplan_standard::rules();
/// let missing = rules.iter().find(|rule| rule.code == "FIELD-001").ok_or("no such rule")?;
/// assert_eq!(missing.why, "必須の項目が空のデータは、相手先のソフトが取り込みません。");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn rules() -> &'static [&'static Rule] {
    &CATALOGUE
}

/// Writes the rules of a family: code, severity, source; message; fix; why.
macro_rules! catalogue {
    ($($name:ident: $code:literal, $severity:ident, $source:expr; $message:literal; $fix:literal; $why:literal;)+) => {
        $(pub(crate) static $name: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            severity: $crate::finding::Severity::$severity,
            source: $source,
            message: $message,
            fix: $fix,
            why: $why,
        };)+
        pub(super) static RULES: &[&$crate::rules::Rule] = &[$(&$name),+];
    };
}
use catalogue;

// Where a rule comes from: the ministry's main document by its sections, or its annex by its sheets. What is only a reading of
// either says so, and what neither has is ours.
const SCOPE: &str = "標準仕様4.1版 1.3・1.4 対象とするサービス";
const SENDERS: &str = "標準仕様4.1版 2.2・3.2 だれが何を送るか";
const UNITS: &str = "標準仕様4.1版 2.4・3.4 送信単位";
const UNITS_READ: &str = "標準仕様4.1版 2.4・3.4 送信単位からの読み取り（推定）";
const SERIAL: &str = "標準仕様4.1版 2.5 ファイル連番";
const CONTENT: &str = "標準仕様4.1版 2.6 ファイルの単位";
const CONTENT_READ: &str = "標準仕様4.1版 2.6 ファイルの単位からの読み取り（推定）";
const RELATIONS: &str = "標準仕様4.1版 ファイルの関連の図";
const RELATIONS_READ: &str = "標準仕様4.1版 ファイルの関連の図からの読み取り（推定）";
const CHARACTERS: &str = "標準仕様4.1版 4.3 文字コード";
const CHARACTERS_READ: &str = "標準仕様4.1版 4.3 文字コードからの読み取り（推定）";
const NAMES: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 ファイル名";
const NAMES_READ: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 ファイル名からの読み取り（推定）";
const CSV_RULES: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 CSV形式";
const CSV_READ: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 記入例からの読み取り（推定）";
const LAYOUT: &str = "標準仕様4.1版 CSVファイルレイアウト定義書「{sheet}」項目の定義";
const LAYOUT_READ: &str =
    "標準仕様4.1版 CSVファイルレイアウト定義書「{sheet}」項目の定義からの読み取り（推定）";
const CODES: &str = "標準仕様4.1版 CSVファイルレイアウト定義書「{sheet}」コード表";
const VERSIONS: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 改版の記録";
const TOTALS: &str = "標準仕様4.1版 CSVファイルレイアウト定義書「{sheet}」サービスコードの注記";
const TOTALS_READ: &str =
    "標準仕様4.1版 CSVファイルレイアウト定義書「{sheet}」サービスコードの注記からの読み取り（推定）";
const OURS: &str = "本ソフトの決まり（標準仕様に定めなし）";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let codes: Vec<&str> = rules().iter().map(|rule| rule.code).collect();
        let mut sorted = codes.clone();
        sorted.dedup();
        assert_eq!(codes, sorted);
        for (family, numbers) in families() {
            let expected: Vec<String> = (1..=numbers.len()).map(|no| format!("{no:03}")).collect();
            assert_eq!(numbers, expected, "{family}");
        }
    }

    #[test]
    fn every_message_is_a_sentence_and_every_fix_says_what_to_do() {
        for rule in rules() {
            assert!(rule.message.ends_with('。'), "{}", rule.code);
            assert!(rule.fix.ends_with('。'), "{}", rule.code);
            assert!(!rule.fix.contains("{value}"), "{}: advice must not quote a value", rule.code);
        }
    }

    #[test]
    fn what_is_only_a_reading_never_blocks() {
        let readings: Vec<&&Rule> = rules().iter().filter(|rule| rule.source.contains("推定")).collect();
        assert!(readings.len() > 20, "{}", readings.len());
        for rule in readings {
            assert_ne!(rule.severity, Severity::Block, "{}", rule.code);
        }
    }

    #[test]
    fn every_why_is_one_or_two_sentences_of_its_own() {
        let mut told = std::collections::BTreeSet::new();
        for rule in rules() {
            let sentences = rule.why.matches('。').count();
            assert!(rule.why.ends_with('。') && (1..=2).contains(&sentences), "{}: {}", rule.code, rule.why);
            assert!(rule.why.chars().count() >= 15, "{}: a reason is more than a word", rule.code);
            assert!(!rule.why.contains(['{', '}', '\n']), "{}: a reason is no template", rule.code);
            assert!(rule.why != rule.message && rule.why != rule.fix, "{}", rule.code);
            assert!(told.insert(rule.why), "{}: the reason of another rule", rule.code);
        }
    }

    fn families() -> Vec<(&'static str, Vec<&'static str>)> {
        let mut families: Vec<(&str, Vec<&str>)> = Vec::new();
        for rule in rules() {
            let (family, number) = rule.code.split_once('-').unwrap_or((rule.code, ""));
            match families.iter_mut().find(|(known, _)| *known == family) {
                Some((_, numbers)) => numbers.push(number),
                None => families.push((family, vec![number])),
            }
        }
        families
    }
}
