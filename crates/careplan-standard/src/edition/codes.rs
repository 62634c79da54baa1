//! Code tables: which values an item may hold and what they mean.

use super::{Confidence, Scheme};

/// A table of codes, e.g. `YOKAIGO` (要介護状態区分).
#[derive(Debug)]
pub struct CodeTable {
    name: String,
    codes: Vec<Code>,
}

/// One code and its meaning.
#[derive(Debug)]
pub struct Code {
    pattern: Pattern,
    meaning_ja: String,
    scope: String,
    scheme: Option<Scheme>,
    confidence: Confidence,
}

/// How a row of a code table matches values. Most rows are one value; some describe a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Exactly this value.
    Literal(String),
    /// `{type}` and a suffix: two capitals or digits, then the suffix.
    TypeThen(String),
    /// `{service code}`: type and item of the national service code table, six capitals or digits.
    ServiceCode,
    /// `{TABLE}`: any value of another table. Only used where a caller asks for that table itself.
    OtherTable(String),
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Some(rest) = text.strip_prefix('{') else {
            return Some(Self::Literal(text.to_owned()));
        };
        let (name, suffix) = rest.split_once('}')?;
        match (name, suffix) {
            ("type", suffix) if !suffix.is_empty() => Some(Self::TypeThen(suffix.to_owned())),
            ("service code", "") => Some(Self::ServiceCode),
            (table, "") if !table.is_empty() => Some(Self::OtherTable(table.to_owned())),
            _ => None,
        }
    }

    /// How a message writes the values it stands for.
    fn shown(&self) -> String {
        match self {
            Self::Literal(code) => code.clone(),
            Self::TypeThen(suffix) => format!("サービス種類2桁+{suffix}"),
            Self::ServiceCode => "サービスコード6桁".to_owned(),
            Self::OtherTable(table) => table.clone(),
        }
    }

    pub(super) fn matches(&self, value: &[u8]) -> bool {
        match self {
            Self::Literal(code) => code.as_bytes() == value,
            Self::TypeThen(suffix) => value
                .strip_suffix(suffix.as_bytes())
                .is_some_and(|kind| kind.len() == 2 && kind.iter().all(is_code_char)),
            Self::ServiceCode => is_service_code(value),
            Self::OtherTable(_) => false,
        }
    }
}

/// A digit or a capital letter, the characters codes are written with.
pub(crate) fn is_code_char(byte: &u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

/// Type and item of the national service code table: six digits or capitals.
pub(crate) fn is_service_code(value: &[u8]) -> bool {
    value.len() == 6 && value.iter().all(is_code_char)
}

impl CodeTable {
    pub(crate) fn new(name: String) -> Self {
        Self { name, codes: Vec::new() }
    }

    pub(crate) fn push(&mut self, code: Code) {
        self.codes.push(code);
    }

    /// The table's name in the edition's folder.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rows, in the order of the table.
    #[must_use]
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// The row a value belongs to.
    #[must_use]
    pub fn find(&self, value: &[u8]) -> Option<&Code> {
        self.codes.iter().find(|code| code.pattern.matches(value))
    }

    /// The row that is exactly this value and no family of values.
    pub(crate) fn literal(&self, value: &str) -> Option<&Code> {
        self.codes.iter().find(|code| code.code() == Some(value))
    }

    /// The first values of the table with their meaning, for a message: `1（男性）、2（女性）`.
    pub(crate) fn summary(&self) -> String {
        const CODES_SHOWN_MAX: usize = 8;
        let shown = self.codes.iter().take(CODES_SHOWN_MAX).map(|code| {
            let meaning = code.meaning_ja.split('（').next().unwrap_or_default();
            format!("{}（{meaning}）", code.pattern.shown())
        });
        let mut shown: Vec<String> = shown.collect();
        if self.codes.len() > shown.len() {
            shown.push("ほか".to_owned());
        }
        shown.join("、")
    }
}

/// The attributes of a row beside its pattern.
pub(crate) struct CodeAttributes {
    pub(crate) meaning_ja: String,
    pub(crate) scope: String,
    pub(crate) scheme: Option<Scheme>,
    pub(crate) confidence: Confidence,
}

impl Code {
    pub(crate) fn new(pattern: Pattern, attributes: CodeAttributes) -> Self {
        let CodeAttributes { meaning_ja, scope, scheme, confidence } = attributes;
        Self { pattern, meaning_ja, scope, scheme, confidence }
    }

    /// The value itself; `None` for a row that describes a family of values.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match &self.pattern {
            Pattern::Literal(code) => Some(code),
            _ => None,
        }
    }

    pub(crate) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// What the value means.
    #[must_use]
    pub fn meaning_ja(&self) -> &str {
        &self.meaning_ja
    }

    /// A mark whose words depend on the table: `in`/`out` for service types, `current`/`tolerated`/`older` for versions, the kind of row for form 7.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// Whether it is a service type that the standard leaves out of the exchange.
    pub(crate) fn is_left_out(&self) -> bool {
        self.scope == "out"
    }

    /// Home care or preventive care, where the code belongs to one of them.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }

    /// How well the row is supported.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }
}
