//! Findings: what a check has to say about a file, to a person and to a program.
//!
//! Promises: the offending value stands in [`Finding::message`] only; [`Finding::masked`] takes it out, and `Debug` never
//! shows it. Values are personal data: log masked findings or codes, nothing else.

use std::fmt;

use serde::Serialize;

use crate::edition::{Confidence, Field};
use crate::ms932;
use crate::name::FileName;
use crate::place::Place;
use crate::rules::Rule;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A leniency that was applied, or something worth knowing.
    Info,
    /// Likely to fail or to be misread elsewhere, or a rule that rests on a reading of ours.
    Warn,
    /// The receiver cannot or must not take the file.
    Block,
}

/// One thing a check has found.
///
/// Serialised as JSON it is `{"code","severity","file","record","line","column","byte","field_no","field","message","fix","source"}`,
/// with `null` where a place does not apply.
///
/// **Personal data.** `message` may quote a value of the file, and `file` may be a name chosen by a user. Neither may reach a
/// log: log [`masked`](Self::masked) findings. `Debug` prints the masked form.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Stable code of the rule, e.g. `FIELD-002`. See [`rules`](crate::rules).
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Name of the file, as it was given. For a finding about a set of files, the first of them.
    pub file: Option<String>,
    /// Record (row of data) in the file, from 1. A header row counts.
    pub record: Option<u64>,
    /// Line in the file, from 1; a record may span several.
    pub line: Option<u64>,
    /// Column in the line, from 1, in characters.
    pub column: Option<u64>,
    /// Offset in the file in bytes, from 0.
    pub byte: Option<u64>,
    /// Item number (項目番号), from 1.
    pub field_no: Option<u16>,
    /// Item name (項目名).
    pub field: Option<String>,
    /// What happened and where, in Japanese. May quote the value.
    pub message: String,
    /// What to do, in Japanese. Never quotes a value.
    pub fix: String,
    /// Where the rule comes from, in Japanese.
    pub source: String,
    #[serde(skip)]
    masked_message: Option<String>,
}

/// What stands in place of a masked value.
const MASK: &str = "＊＊＊";

impl Finding {
    /// The same finding without the value it quotes, and without a file name that is not one of the standard.
    ///
    /// ```
    /// use careplan_standard::{Edition, SourceFile, check_file};
    ///
    /// let name = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
    /// let file = SourceFile::new(name, b"202407,990001,0009900021,20261131\r\n");
    /// let findings = check_file(Edition::v4_1(), &file);
    /// assert_eq!(findings[0].code, "FIELD-002");
    /// assert!(findings[0].message.contains("20261131"));
    /// assert!(!findings[0].masked().message.contains("20261131"));
    /// ```
    #[must_use]
    pub fn masked(&self) -> Self {
        let mut masked = self.clone();
        if let Some(message) = &self.masked_message {
            masked.message.clone_from(message);
        }
        if self.file.as_deref().is_some_and(|name| FileName::parse(name).is_err()) {
            masked.file = Some(MASK.to_owned());
        }
        masked
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Finding")
            .field("code", &self.code)
            .field("severity", &self.severity)
            .field("record", &self.record)
            .field("line", &self.line)
            .field("column", &self.column)
            .field("field_no", &self.field_no)
            .field("message", self.masked_message.as_ref().unwrap_or(&self.message))
            .finish_non_exhaustive()
    }
}

/// A finding in the making: a rule, a place, and the words its templates need.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    pub(crate) rule: &'static Rule,
    pub(crate) severity: Severity,
    place: Option<Place>,
    field: Option<&'a Field>,
    words: Vec<(&'static str, String)>,
    /// Words that come from the content of the file, or are a name a user chose.
    secrets: Vec<(&'static str, String)>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(rule: &'static Rule) -> Self {
        Self {
            rule,
            severity: rule.severity,
            place: None,
            field: None,
            words: Vec::new(),
            secrets: Vec::new(),
        }
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(crate) fn field(mut self, field: &'a Field) -> Self {
        self.field = Some(field);
        self
    }

    /// The offending value, as bytes of the file.
    pub(crate) fn value(self, bytes: &[u8]) -> Self {
        self.text(ms932::shown(bytes))
    }

    /// The offending value, as text.
    pub(crate) fn text(self, value: String) -> Self {
        self.secret("value", value)
    }

    /// A word of the templates that may be personal data: everything taken from the content of a file.
    pub(crate) fn secret(mut self, name: &'static str, value: String) -> Self {
        self.secrets.push((name, value));
        self
    }

    /// A word of the templates that is no personal data.
    pub(crate) fn word(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.words.push((name, value.to_string()));
        self
    }

    /// A rule that rests on an inference warns at most.
    pub(crate) fn resting_on(mut self, confidence: Confidence) -> Self {
        if confidence == Confidence::Inferred {
            self.severity = self.severity.min(Severity::Warn);
        }
        self
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(crate) fn field_no(&self) -> Option<u16> {
        self.field.map(Field::no)
    }

    pub(crate) fn finish(self, file: Option<&str>) -> Finding {
        let mut words = vec![("where", self.where_ja())];
        words.extend(self.words);
        if let Some(field) = self.field {
            words.push(("field", field.label_ja()));
        }
        // Advice and source are made before the secrets are known to it.
        let fix = render(self.rule.fix, &words);
        let source = render(self.rule.source, &words);
        let masked = (!self.secrets.is_empty()).then(|| {
            let masks = self.secrets.iter().map(|(name, _)| (*name, MASK.to_owned()));
            render(self.rule.message, &words.iter().cloned().chain(masks).collect::<Vec<_>>())
        });
        words.extend(self.secrets);
        Finding {
            code: self.rule.code,
            severity: self.severity,
            file: file.map(str::to_owned),
            record: self.place.and_then(|place| place.record),
            line: self.place.map(|place| place.line),
            column: self.place.map(|place| place.column),
            byte: self.place.and_then(|place| u64::try_from(place.byte).ok()),
            field_no: self.field.map(Field::no),
            field: self.field.map(|field| field.name_ja().to_owned()),
            message: render(self.rule.message, &words),
            fix,
            source,
            masked_message: masked,
        }
    }

    fn where_ja(&self) -> String {
        let record = match self.place {
            Some(Place { record: Some(record), line, .. }) => format!("{record}件目（{line}行目）"),
            Some(Place { line, .. }) => format!("{line}行目"),
            None => "このファイル".to_owned(),
        };
        match self.field {
            Some(field) => format!("{record}の{}", field.label_ja()),
            None => record,
        }
    }
}

/// Replaces `{name}` by its word, in one pass: braces inside a word are left alone. Unknown names stay as they are.
fn render(template: &str, words: &[(&'static str, String)]) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        match words.iter().find(|(known, _)| *known == name) {
            Some((_, word)) => text.push_str(word),
            None => text.extend(["{", name, "}"]),
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_a_value_are_not_expanded() {
        let words = [("value", "{where}".to_owned()), ("where", "x".to_owned())];
        assert_eq!(render("{where}の「{value}」{", &words), "xの「{where}」{");
    }
}
