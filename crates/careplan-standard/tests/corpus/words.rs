//! What the rule pages say beside the catalogue: families, grades that depend, and words for the names in templates.

/// Families of rules: what their codes begin with, and what they are about.
pub(crate) const FAMILIES: [(&str, &str); 17] = [
    ("NAME", "ファイルの名前"),
    ("KIND", "ファイルの中身の種類"),
    ("FILE", "ファイル全体"),
    ("ENC", "文字"),
    ("CSV", "引用符・行・項目の数"),
    ("FIELD", "一つの項目"),
    ("VERSION", "CSVバージョン"),
    ("MATCH", "ファイルの名前と中身"),
    ("COND", "同じ行のほかの項目との関係"),
    ("DAY", "日付と月"),
    ("KEY", "同じデータの重なり"),
    ("ORDER", "番号の順番"),
    ("TOTAL", "利用票別表の合計"),
    ("SET", "一緒に送るファイルの組み合わせ"),
    ("UNIT", "一緒に送るファイルの名前"),
    ("REL", "一緒に送るファイルの利用者"),
    ("IMAGE", "家族構成の画像"),
];

/// The family of what is said about the findings themselves.
pub(crate) const LIMIT: (&str, &str) = ("LIMIT", "指摘の数");

/// Rules whose grade depends on what they are applied to, and how. The corpus holds both cases of each.
pub(crate) const SOFTENED: [(&str, &str); 11] = [
    ("MATCH-003", PREVENTIVE),
    ("MATCH-004", PREVENTIVE),
    ("MATCH-005", PREVENTIVE),
    (
        "MATCH-006",
        "居宅サービス計画書（第2表）と、介護予防で計画を作る事業所へ送るファイルでは「注意」になります。第2表の事業所は空のこともあり、介護予防では計画を作る事業所と送る事業所が違うことがあるためです。",
    ),
    (
        "MATCH-009",
        "居宅サービス計画書（第2表）と、介護予防で計画を作る事業所へ送るファイルでは「注意」になります。第2表の事業所は空のこともあり、介護予防では計画を作る事業所と送る事業所が違うことがあるためです。",
    ),
    (
        "COND-001",
        "福祉用具貸与の用具のコードは「送信不可」、その他の理由や相談方法などの説明は「注意」です。",
    ),
    ("KEY-001", "削除のファイルでは「注意」になります。二度取り下げても、失われるものはありません。"),
    ("UNIT-001", READ_AS),
    ("REL-001", READ_AS),
    ("REL-002", READ_AS),
    ("LIMIT-001", "数だけをお知らせする指摘のうち、最も重いものの段階になります。"),
];

const READ_AS: &str = "介護予防の利用票（予定）では「注意」になります。居宅と同じファイルを使うこと自体が、標準仕様からの読み取りだからです。";

const PREVENTIVE: &str = "介護予防のファイルでは「注意」になります。地域包括支援センターと委託先の間では、計画を作る事業所と送る事業所が違うことがあり、標準仕様に定めがないためです。";

/// What stands in a page for the words of a template.
pub(crate) const WORDS: [(&str, &str); 34] = [
    ("where", "〔件・行・項目〕"),
    ("field", "〔項目〕"),
    ("value", "〔値〕"),
    ("expected", "〔決まりの値〕"),
    ("found", "〔見つかったもの〕"),
    ("reason", "〔違うところ〕"),
    ("side", "〔送信元・送信先〕"),
    ("meaning", "〔意味〕"),
    ("kind", "〔種類〕"),
    ("from", "〔送信元〕"),
    ("to", "〔送信先〕"),
    ("limit", "〔上限〕"),
    ("bytes", "〔文字コード〕"),
    ("opened", "〔行と文字の位置〕"),
    ("count", "〔数〕"),
    ("blocks", "〔数〕"),
    ("tolerated", "〔桁数〕"),
    ("edition", "〔版〕"),
    ("first", "〔番号〕"),
    ("items", "〔項目の組〕"),
    ("other", "〔ほかのファイルや項目〕"),
    ("other_label", "〔名前〕"),
    ("when", "〔条件〕"),
    ("needed", "〔必要なもの〕"),
    ("days", "〔日〕"),
    ("marker", "〔合計行のコード〕"),
    ("unit", "〔送信単位〕"),
    ("label", "〔名前〕"),
    ("missing", "〔足りないファイル〕"),
    ("annex", "〔別表〕"),
    ("sheet", "〔ファイルの種類〕"),
    ("extra", "〔余分なファイル〕"),
    ("serial", "〔連番〕"),
    ("receiver", "〔送信先〕"),
];

/// Words of the rules about what is written.
pub(crate) const WORDS_OF_WRITING: [(&str, &str); 2] = [("record", "〔番号〕"), ("suggestion", "〔直し方〕")];

/// Words that mean something else in one rule.
pub(crate) const WORDS_OF_A_RULE: [(&str, &str, &str); 2] =
    [("NAME-006", "expected", "〔決まった向きに送る〕"), ("NAME-009", "found", "〔番号〕")];
