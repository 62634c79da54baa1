//! The catalogue of rules: code, severity, source and words of everything a check can say.
//!
//! Promises: codes are stable; a rule that goes out of use leaves its code unused. Messages have the form what – where,
//! the fix says what to do next. A rule that rests on an inference is softened to a warning where it is applied.

use crate::finding::Severity;

/// One rule of the catalogue.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Stable code, e.g. `FIELD-002`.
    pub code: &'static str,
    /// The severity, unless the rule is applied to something that rests on an inference.
    pub severity: Severity,
    /// Where the rule comes from.
    pub source: &'static str,
    /// Template of the message: what happened and where. `{value}` is the offending value.
    pub message: &'static str,
    /// Template of the advice: what to do.
    pub fix: &'static str,
}

/// Every rule, in the order of the catalogue.
///
/// ```
/// let rules = careplan_standard::rules();
/// assert!(rules.iter().any(|rule| rule.code == "CSV-004"));
/// ```
#[must_use]
pub fn rules() -> &'static [&'static Rule] {
    CATALOGUE
}

macro_rules! catalogue {
    ($($name:ident: $code:literal, $severity:ident, $source:expr; $message:literal; $fix:literal;)+) => {
        $(pub(crate) static $name: Rule = Rule {
            code: $code,
            severity: Severity::$severity,
            source: $source,
            message: $message,
            fix: $fix,
        };)+
        static CATALOGUE: &[&Rule] = &[$(&$name),+];
    };
}

const NAMES: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 ファイル名";
const LAYOUT: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 項目の定義";
const CODES: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 コード表";
const CSV_RULES: &str = "標準仕様4.1版 CSVファイルレイアウト定義書 CSV形式";
const CHARACTERS: &str = "標準仕様4.1版 4.3 文字コード";
const UNITS: &str = "標準仕様4.1版 2.4・3.4 送信単位";
const CONTENT: &str = "標準仕様4.1版 2.6 ファイルの単位";
const SERIAL: &str = "標準仕様4.1版 2.5 ファイル連番";
const OURS: &str = "本ソフトの決まり（標準仕様に定めなし）";

catalogue! {
    NAME_NOT_STANDARD: "NAME-001", Block, NAMES;
        "ファイル名「{value}」は標準仕様の名前ではありません：{reason}。";
        "介護ソフトから書き出したままの名前で取り込んでください。名前を変えた場合は元に戻してください（例：UPPLAN_202611_送信元番号_43_送信先番号_11_連番14桁.CSV）。";
    NAME_NOT_CANONICAL: "NAME-002", Info, NAMES;
        "ファイル名の大文字・小文字が標準の形「{expected}」と違います。同じ名前として扱いました。";
        "このままでかまいません。相手先で読めないときは、標準の形に直してください。";
    NAME_KIHON_ZEROS: "NAME-003", Info, NAMES;
        "ファイル名に「000000」の部分があります。本文の例にだけある形で、レイアウト表にはありません。";
        "このままでかまいません。相手先で読めないときは、「000000_」を除いた名前で書き出してください。";
    NAME_SERVICE_TYPE: "NAME-004", Block, CODES;
        "ファイル名の{side}のサービス種類コード「{found}」がコード表にありません。";
        "介護ソフトの事業所設定でサービス種類を確かめ、書き出し直してください（居宅介護支援は43）。";
    NAME_OFFICE_TYPE_INFERRED: "NAME-005", Info, NAMES;
        "ファイル名の{side}のサービス種類コード「{found}」（{meaning}）は、標準仕様の例にない使い方です。";
        "相手先が受け取れることを確かめてください。標準仕様の例は43です。";
    NAME_DIRECTION: "NAME-006", Warn, NAMES;
        "このファイル（{kind}）は{expected}ものですが、ファイル名の送信元は「{from}」、送信先は「{to}」です。";
        "送信元と送信先が逆になっていないか、サービス種類コードを確かめてください。";
    NAME_TYPES_SWAPPED: "NAME-007", Warn, NAMES;
        "実績のファイル名で、サービス種類コードが送信元「{from}」・送信先「{to}」と入れ替わっているようです。標準仕様の例にある形として扱いました。";
        "送信元の番号の次に送信元自身のサービス種類コードが来るよう、介護ソフトの設定を確かめてください。";
    NAME_SAME_OFFICE: "NAME-008", Warn, NAMES;
        "ファイル名の送信元と送信先が同じ（{found}）です。";
        "送信先を確かめて、書き出し直してください。";
    NAME_OFFICE_LETTER: "NAME-009", Block, NAMES;
        "ファイル名の{side}の事業所番号「{found}」に英字があります。標準仕様の事業所番号は半角数字10桁なので、宛先になりません。";
        "介護ソフトの事業所設定で番号を確かめ、書き出し直してください。英字の入る番号しかない事業所とは、これまでの方法でやり取りしてください。";

    KIND_OTHER: "KIND-001", Block, OURS;
        "ファイルの中身が、標準仕様のCSV・PDF・JPEGのいずれでもなく、{found}のようです。";
        "このファイルを外してください。名前だけを変えたファイルは送れません。";
    KIND_IMAGE_NOT_JPEG: "KIND-002", Block, NAMES;
        "家族構成の画像ファイルの中身がJPEGではなく、{found}のようです。";
        "画像をJPEG形式で保存し直し、書き出し直してください。";
    KIND_NOT_CSV: "KIND-003", Block, NAMES;
        "CSVのファイル名ですが、中身は{found}です。";
        "介護ソフトから書き出したCSVと取り違えていないか確かめてください。添付の書類は標準仕様の名前を付けずに送ってください。";
    KIND_EXTENSION: "KIND-004", Warn, OURS;
        "添付ファイルの中身は{found}ですが、ファイル名の拡張子が合っていません。";
        "中身に合う拡張子（{expected}）に変えてください。";

    FILE_EMPTY: "FILE-001", Block, CSV_RULES;
        "ファイルが空です。";
        "介護ソフトで対象の利用者を選び、書き出し直してください。";
    FILE_TOO_LARGE: "FILE-002", Block, OURS;
        "ファイルの大きさ{found}バイトが、上限の{limit}バイトを超えています。";
        "利用者を分けて、書き出し直してください。";
    FILE_NO_DATA: "FILE-003", Block, CSV_RULES;
        "データの行がありません。";
        "介護ソフトで対象の利用者を選び、書き出し直してください。";
    FILE_TOO_MANY_RECORDS: "FILE-004", Block, OURS;
        "{where}で、データの件数が上限の{limit}件を超えました。ここから先は調べていません。";
        "利用者を分けて、書き出し直してください。";

    ENC_UTF8: "ENC-001", Block, CHARACTERS;
        "文字コードがUTF-8です（{where}）。標準仕様はシフトJIS（MS932）です。";
        "介護ソフトの書き出し設定でシフトJISを選び、書き出し直してください。表計算ソフトで開いて保存したファイルは使わないでください。";
    ENC_UTF16: "ENC-002", Block, CHARACTERS;
        "文字コードがUTF-16です。標準仕様はシフトJIS（MS932）です。";
        "介護ソフトの書き出し設定でシフトJISを選び、書き出し直してください。";
    ENC_MALFORMED: "ENC-003", Block, CHARACTERS;
        "{where}に、シフトJIS（MS932）として読めない文字があります（{bytes}）。";
        "その項目の文字を介護ソフトで入れ直し、書き出し直してください。ファイルが途中で壊れた場合も、書き出し直しが必要です。";
    ENC_GAIJI: "ENC-004", Block, CHARACTERS;
        "{where}に外字があります（{bytes}）。相手先では別の文字になるか、読めません。";
        "介護ソフトで、外字を常用の字体かカナに置き換え、書き出し直してください。";
    ENC_NUL: "ENC-005", Block, CHARACTERS;
        "{where}に、使えない制御文字（NUL）があります。";
        "その項目を介護ソフトで入れ直し、書き出し直してください。";
    ENC_CONTROL: "ENC-006", Warn, CHARACTERS;
        "{where}に制御文字があります（{bytes}）。";
        "その項目を介護ソフトで入れ直してください。相手先で読めないことがあります。";
    ENC_BOM: "ENC-007", Info, CHARACTERS;
        "ファイルの先頭に、シフトJISにはない目印（BOM）があります。読み飛ばしました。";
        "このままでかまいません。相手先で読めないときは、BOMを付けない設定で書き出してください。";

    ENC_UNWRITABLE: "ENC-008", Block, CHARACTERS;
        "{record}件目の{field}の文字「{value}」（{kind}）は、シフトJIS（MS932）で書けません。";
        "介護ソフトでその文字を直してから、書き出してください。{suggestion}。";
    ENC_REPLACED: "ENC-009", Info, CHARACTERS;
        "{record}件目の{field}の文字「{value}」（{kind}）を、シフトJIS（MS932）にある文字に置き換えました。";
        "置き換えた結果を確かめてください。{suggestion}。";

    CSV_UNCLOSED: "CSV-001", Block, CSV_RULES;
        "{where}で、{opened}からの引用符（\"）が閉じられていません。ここから先は調べていません。";
        "介護ソフトで書き出し直してください。文章中の引用符は二つ重ねて（\"\"）書く決まりです。";
    CSV_TEXT_AFTER_QUOTE: "CSV-002", Block, CSV_RULES;
        "{where}で、{opened}からの引用符（\"）を閉じた後ろに余分な文字があります。";
        "引用符の閉じ忘れか、文章中の引用符です。文章中の引用符は二つ重ねて（\"\"）書く決まりです。介護ソフトで書き出し直してください。";
    CSV_QUOTE_IN_BARE: "CSV-003", Block, CSV_RULES;
        "{where}で、引用符で囲まれていない項目の途中に引用符（\"）があります。";
        "文章の項目は引用符で囲み、中の引用符は二つ重ねます（\"\"）。介護ソフトで書き出し直してください。";
    CSV_FIELD_COUNT: "CSV-004", Block, LAYOUT;
        "{where}の項目数が{found}です。{kind}は{expected}項目です。";
        "介護ソフトが標準仕様4.1版に対応しているか確かめて、書き出し直してください。";
    CSV_RECORD_TOO_LONG: "CSV-005", Block, OURS;
        "{where}のデータが{found}バイトあり、一件の上限{limit}バイトを超えています。";
        "引用符（\"）の閉じ忘れがないか確かめて、書き出し直してください。";
    CSV_HEADER: "CSV-006", Info, CSV_RULES;
        "1行目は見出しです。標準仕様に見出しの行はありません。読み飛ばしました。";
        "このままでかまいません。相手先で読めないときは、見出しを付けない設定で書き出してください。";
    CSV_LINE_END: "CSV-007", Info, OURS;
        "行の終わりがCRLFではない行が{count}行あります（最初は{where}）。同じものとして読みました。";
        "このままでかまいません。相手先で読めないときは、改行をCRLFにして書き出してください。";
    CSV_NO_FINAL_LINE_END: "CSV-008", Info, OURS;
        "最後の行に改行がありません。そのまま読みました。";
        "このままでかまいません。最後の行が途中で切れていないことだけ確かめてください。";
    CSV_BLANK_AT_END: "CSV-009", Info, OURS;
        "ファイルの終わりに空の行が{count}行あります。読み飛ばしました。";
        "このままでかまいません。";
    CSV_BLANK_WITHIN: "CSV-010", Warn, OURS;
        "データの間に空の行が{count}行あります（最初は{where}）。読み飛ばしました。";
        "相手先で読めないことがあります。空の行を除いて書き出し直してください。";
    CSV_TEXT_BARE: "CSV-011", Info, CSV_RULES;
        "引用符（\"）で囲まれていない文章の項目が{count}か所あります（最初は{where}）。そのまま読みました。";
        "このままでかまいません。標準仕様では文章の項目を引用符で囲みます。";
    CSV_CODE_QUOTED: "CSV-012", Info, OURS;
        "引用符（\"）で囲まれた数字・コードの項目が{count}か所あります（最初は{where}）。囲みを除いて読みました。";
        "このままでかまいません。相手先で読めないときは、文章の項目だけを囲む設定で書き出してください。";
    CSV_EMPTY_TEXT_BARE: "CSV-013", Info, OURS;
        "空の文章を「\"\"」ではなく何も書かずに表した項目が{count}か所あります（最初は{where}）。空として読みました。";
        "このままでかまいません。";

    FIELD_MISSING: "FIELD-001", Block, LAYOUT;
        "{where}が空です。必須の項目です。";
        "介護ソフトで{field}を入力し、書き出し直してください。";
    FIELD_TYPE: "FIELD-002", Block, LAYOUT;
        "{where}の値「{value}」が正しい形ではありません。";
        "介護ソフトで{field}を直し、書き出し直してください。正しい形は{expected}です。";
    FIELD_TOO_LONG: "FIELD-003", Block, LAYOUT;
        "{where}の値「{value}」は{found}バイトあり、項目長の{limit}バイトを超えています。";
        "介護ソフトで{field}を短く直し、書き出し直してください。";
    FIELD_CODE: "FIELD-004", Block, CODES;
        "{where}の値「{value}」がコード表にありません。";
        "介護ソフトで{field}を選び直し、書き出し直してください。使える値：{expected}。";
    FIELD_SPACES: "FIELD-005", Warn, LAYOUT;
        "{where}の値「{value}」の前後に空白があります。空白を除いて調べました。";
        "空白を除いて書き出し直してください。相手先で読めないことがあります。";
    FIELD_NEEDED: "FIELD-006", Warn, LAYOUT;
        "{where}が空です。「必要」の印のある項目です。";
        "介護ソフトで{field}を入力し、書き出し直してください。";
    FIELD_TOLERATED_LEN: "FIELD-007", Info, LAYOUT;
        "{where}の値「{value}」は{found}桁です。標準仕様の表は{limit}桁ですが、改版の記録では{tolerated}桁までです。";
        "このままでかまいません。相手先で読めないことがあります。";
    FIELD_MIDNIGHT: "FIELD-008", Warn, LAYOUT;
        "{where}の時刻が「{value}」です。24時間制の2400は、読めない相手先があります。";
        "翌日の0000か2359に改めるか、相手先で読めることを確かめてください。";
    FIELD_NEGATIVE: "FIELD-009", Info, LAYOUT;
        "{where}の値「{value}」は負の数です。標準仕様に負の数の決まりはありません。";
        "減算のサービスなど、正しい値であればこのままでかまいません。";
    FIELD_UNUSED: "FIELD-010", Warn, LAYOUT;
        "{where}に値「{value}」があります。標準仕様では使わない項目です。";
        "介護ソフトの設定を確かめてください。相手先では読み捨てられます。";
    FIELD_FIXED: "FIELD-011", Warn, LAYOUT;
        "{where}の値「{value}」が、{expected}ではありません。";
        "介護ソフトの設定を確かめてください。";
    FIELD_FORM: "FIELD-012", Warn, LAYOUT;
        "{where}の値「{value}」が、{expected}ではありません。";
        "介護ソフトで{field}を確かめてください。相手先で読めないことがあります。";

    VERSION_UNKNOWN: "VERSION-001", Block, CODES;
        "{where}の値「{value}」は、標準仕様{edition}版の値（{expected}）ではありません。";
        "介護ソフトを標準仕様{edition}版に対応した版に更新し、書き出し直してください。";
    VERSION_TOLERATED: "VERSION-002", Warn, CODES;
        "{where}の値「{value}」は4.0版の値です。{edition}版では{expected}に改められました。";
        "介護ソフトを更新してください。相手先で読めないことがあります。";
    VERSION_MIXED: "VERSION-003", Block, CONTENT;
        "{where}の値「{value}」が、このファイルの最初の値「{expected}」と違います。一つのファイルのCSVバージョンは一つです。";
        "介護ソフトで一度に書き出し直してください。別々のファイルをつなげないでください。";

    MATCH_MONTH: "MATCH-001", Block, CONTENT;
        "{where}の値「{value}」が、ファイル名の年月「{expected}」と違います。";
        "対象年月を選び直して、介護ソフトから書き出し直してください。";
    MATCH_MONTHS_MIXED: "MATCH-002", Block, CONTENT;
        "{where}の値「{value}」が、最初のデータの年月「{expected}」と違います。一つのファイルの対象年月は一つです。";
        "月ごとに分けて、介護ソフトから書き出し直してください。";
    MATCH_SENDER: "MATCH-003", Block, CONTENT;
        "{where}の事業所番号「{value}」が、ファイル名の送信元「{expected}」と違います。";
        "送信元の事業所を確かめて、介護ソフトから書き出し直してください。ファイル名を書き換えないでください。";
    MATCH_RECEIVER: "MATCH-004", Block, CONTENT;
        "{where}の事業所番号「{value}」が、ファイル名の送信先「{expected}」と違います。";
        "送信先の事業所を確かめて、介護ソフトから書き出し直してください。";
    MATCH_SERVICE_TYPE: "MATCH-005", Block, CONTENT;
        "{where}の値「{value}」のサービス種類が、ファイル名の送信元のサービス種類「{expected}」と違います。";
        "サービス種類ごとにファイルを分けて、介護ソフトから書き出し直してください。";
    MATCH_RECEIVER_NOWHERE: "MATCH-006", Block, CONTENT;
        "{field}のどこにも、ファイル名の送信先の事業所番号「{expected}」がありません。送信先に関係のない利用者のデータと思われます。";
        "送信先の事業所を確かめて、その事業所の利用者だけを書き出し直してください。";
    MATCH_PLAN_DATE_SLIP: "MATCH-007", Warn, LAYOUT;
        "サービス利用票に付く利用者補足情報ですが、{where}の値「{value}」が00000000ではありません。";
        "介護ソフトの設定を確かめてください。相手先では読み捨てられます。";
    MATCH_PLAN_DATE_ZERO: "MATCH-008", Block, LAYOUT;
        "居宅サービス計画書に付く利用者補足情報ですが、{where}が00000000で、どの計画書のものか分かりません。";
        "介護ソフトで居宅サービス計画書と一緒に書き出し直してください。";

    SET_INCOMPLETE: "SET-001", Block, UNITS;
        "ファイルの組み合わせが足りません。{unit}（{label}）には{missing}が要ります（連番{serial}、送信先{receiver}）。";
        "足りないファイルを同じ連番で書き出し、まとめて取り込んでください。";
    SET_TOO_MUCH: "SET-002", Block, UNITS;
        "ファイルの組み合わせに余分なものがあります。{unit}（{label}）に{extra}は含められません（連番{serial}、送信先{receiver}）。";
        "余分なファイルを外すか、別の連番で書き出して別に送ってください。";
    SET_TWO_UNITS: "SET-003", Block, UNITS;
        "二つの送信単位{unit}（{label}）と{other}（{other_label}）が、同じ連番{serial}・同じ送信先{receiver}で混ざっています。";
        "一つずつ、別の連番で書き出し直してください。";
    SET_READ_AS: "SET-004", Info, UNITS;
        "このファイルの組み合わせを{unit}（{label}）として扱います。介護予防の利用票・実績に居宅のファイルを使うことは、標準仕様からの読み取りです。";
        "このままでかまいません。";

    UNIT_MONTHS: "UNIT-001", Block, UNITS;
        "ファイル名の年月「{found}」が、同じ送信単位{unit}のほかのファイルの年月「{expected}」と違います。";
        "同じ対象年月のファイルをまとめて書き出し直してください。";
    UNIT_MONTH_ZERO: "UNIT-002", Block, UNITS;
        "居宅サービス計画書に付く利用者補足情報のファイル名の年月が「{found}」です。標準仕様では000000です。";
        "介護ソフトで、居宅サービス計画書と利用者補足情報を一緒に書き出し直してください。";
    UNIT_OFFICES: "UNIT-003", Block, UNITS;
        "ファイル名の送信元・送信先「{found}」が、同じ送信単位{unit}のほかのファイル「{expected}」と違います。";
        "送信先ごとに分けて、書き出し直してください。";
    UNIT_SERIAL: "UNIT-004", Block, SERIAL;
        "ファイル連番「{found}」が、同じ送信単位{unit}のほかのファイルの連番「{expected}」と違います。";
        "一度の書き出しでできたファイルだけをまとめて取り込んでください。";
    UNIT_VERSIONS: "UNIT-005", Warn, CONTENT;
        "CSVバージョン「{found}」が、同じ送信単位{unit}のほかのファイルの値「{expected}」と違います。";
        "同じ介護ソフトから一度に書き出し直してください。";

    LIMIT_MORE: "LIMIT-001", Info, OURS;
        "このファイルには、ほかに{count}件の指摘があります（うち送れないもの{blocks}件）。";
        "上の指摘を直してから、もう一度調べてください。";
}

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
