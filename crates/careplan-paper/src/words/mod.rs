//! The values of forms as words that a reader of the printed form knows.
//!
//! Promises: nothing is swallowed. A code that no table has is shown as itself, an item that could not be read as its text.

pub(crate) mod days;
pub(crate) mod quantities;
mod service_names;

use careplan_standard::Edition;
use careplan_standard::form::{BenefitRow, Code, Item, ServiceCode};

pub use service_names::{SERVICE_NAMES_MAX, ServiceNames, ServiceNamesFault};

/// What joins the words of one code that stands for several: 初回＆紹介, 自宅・一戸建て.
const AND: [char; 2] = ['＆', '・'];

/// Choices that stand wide apart.
const CHOICES_WIDE_MAX: usize = 6;

/// The tables that words are taken from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    edition: &'a Edition,
    services: &'a ServiceNames,
}

impl<'a> Words<'a> {
    pub(crate) fn new(edition: &'a Edition, services: &'a ServiceNames) -> Self {
        Self { edition, services }
    }

    fn meaning(&self, table: &str, code: &str) -> Option<&'a str> {
        self.edition.code_table(table)?.find(code.as_bytes()).map(|code| code.meaning_ja())
    }

    /// What a code means.
    pub(crate) fn code(&self, table: &str, item: &Item<Code>) -> String {
        let meaning = item.value().and_then(|code| self.meaning(table, code.as_str()));
        meaning.map_or_else(|| item.text(), str::to_owned)
    }

    /// All choices of a table, the chosen ones marked: `■在宅　□入院又は入所中`. What is none of them stands behind in brackets.
    pub(crate) fn choices(&self, table: &str, item: &Item<Code>) -> String {
        self.choices_from(table, &[], item)
    }

    /// As [`choices`](Self::choices), with these words first: the paper's order is not always that of the codes.
    pub(crate) fn choices_from(&self, table: &str, first: &[&str], item: &Item<Code>) -> String {
        let chosen = item.value().and_then(|code| self.meaning(table, code.as_str()));
        let chosen: Vec<&str> = chosen.map(|words| words.split(AND).collect()).unwrap_or_default();
        let mut words: Vec<&str> = first.to_vec();
        let codes = self.edition.code_table(table).map(|table| table.codes()).unwrap_or_default();
        for word in codes.iter().flat_map(|code| code.meaning_ja().split(AND)) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let mut shown: Vec<String> = words.iter().map(|word| mark(chosen.contains(word), word)).collect();
        if chosen.is_empty() && !item.is_empty() {
            shown.push(format!("〔{}〕", item.text()));
        }
        // Eight care levels fill a line of an upright sheet.
        shown.join(if words.len() > CHOICES_WIDE_MAX { " " } else { "　" })
    }

    /// A flag as a marked choice, `■身障`. What is neither set nor unset stands behind in brackets.
    pub(crate) fn flag(&self, label: &str, item: &Item<Code>) -> String {
        match item.text().as_str() {
            "1" => mark(true, label),
            "" | "0" => mark(false, label),
            other => format!("{}〔{other}〕", mark(false, label)),
        }
    }

    /// What a service type is called.
    pub(crate) fn service_type(&self, code: &str) -> String {
        self.meaning("SERVICE_TYPE", code).unwrap_or(code).to_owned()
    }

    /// What a service is called.
    pub(crate) fn service(&self, item: &Item<ServiceCode>) -> String {
        item.value().map_or_else(|| item.text(), |code| self.service_name(code))
    }

    fn service_name(&self, code: &ServiceCode) -> String {
        let named = self.services.get(code.as_str()).map(str::to_owned);
        named.unwrap_or_else(|| match self.meaning("SERVICE_TYPE", code.service_type()) {
            Some(kind) => format!("{kind} {}", code.as_str()),
            None => code.as_str().to_owned(),
        })
    }

    /// What a row of form 7 is about.
    pub(crate) fn benefit(&self, item: &Item<BenefitRow>) -> String {
        item.value().map_or_else(
            || item.text(),
            |row| match row {
                BenefitRow::Service(code) => self.service_name(code),
                BenefitRow::Subtotal(kind) => format!("{} 合計", self.service_type(kind)),
                BenefitRow::SubtotalOutside(kind) => {
                    format!("{} 合計（区分支給限度基準額の対象外）", self.service_type(kind))
                }
                BenefitRow::SubtotalOver30Days(kind) => {
                    format!("{} 合計（３０日超過分）", self.service_type(kind))
                }
                BenefitRow::Total => "合計".to_owned(),
            },
        )
    }
}

/// A choice and whether it is the chosen one. BIZ UDGothic has no ballot box; squares are what printed forms use.
fn mark(is_chosen: bool, word: &str) -> String {
    format!("{}{word}", if is_chosen { '■' } else { '□' })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_words<T>(act: impl FnOnce(Words<'_>) -> T) -> T {
        act(Words::new(Edition::v4_1(), &ServiceNames::default()))
    }

    #[test]
    fn codes_are_words_and_unknown_ones_are_themselves() {
        let said =
            ["21", "99", "２１", ""].map(|code| with_words(|words| words.code("YOKAIGO", &Item::read(code))));
        assert_eq!(said, ["要介護１", "99", "２１", ""]);
    }

    #[test]
    fn choices_are_marked_also_where_one_code_stands_for_two() {
        let said = ["52", "", "99"]
            .map(|code| with_words(|words| words.choices("KEIKAKUSHO_KUBUN", &Item::read(code))));
        assert_eq!(said, ["■初回　□紹介　■継続", "□初回　□紹介　□継続", "□初回　□紹介　□継続　〔99〕"]);
        let status = with_words(|words| words.choices_from("NINTEI_JOKYO", &["認定済"], &Item::read("2")));
        assert_eq!(status, "■認定済　□申請中");
        let home = with_words(|words| words.choices("KYOJU_KEITAI", &Item::read("06")));
        assert_eq!(home, "■自宅　□借家　□一戸建て　■集合住宅");
        let flags = ["1", "0", "", "x"].map(|code| with_words(|words| words.flag("身障", &Item::read(code))));
        assert_eq!(flags, ["■身障", "□身障", "□身障", "□身障〔x〕"]);
    }

    #[test]
    fn services_without_a_name_have_that_of_their_type() {
        let said = ["111111", "111112", "ZZ0001", "11"]
            .map(|code| with_words(|words| words.service(&Item::read(code))));
        assert_eq!(said, ["身体介護１", "訪問介護 111112", "ZZ0001", "11"]);
        let rows = ["171007", "11AAAA", "22EEEE", "21ZZZZ", "999999", "??"]
            .map(|code| with_words(|words| words.benefit(&Item::read(code))));
        let expected = [
            "手すり貸与",
            "訪問介護 合計",
            "短期入所療養介護（介護老人保健施設） 合計（区分支給限度基準額の対象外）",
            "短期入所生活介護 合計（３０日超過分）",
            "合計",
            "??",
        ];
        assert_eq!(rows, expected);
    }
}
