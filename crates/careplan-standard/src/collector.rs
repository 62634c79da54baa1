//! Gathers the findings of one file, up to the limits, and counts the rest.

use std::collections::HashMap;

use crate::finding::{Draft, Finding, Severity};
use crate::limits::Limits;
use crate::rules;

/// The findings of one file in the making.
pub(crate) struct Collector<'a> {
    file: &'a str,
    /// The sheet of the ministry's annex that describes the file, once it is known.
    sheet: String,
    limits: Limits,
    findings: Vec<Finding>,
    pushed: u64,
    of_a_rule: HashMap<(&'static str, Option<u16>), usize>,
    suppressed: u64,
    suppressed_blocks: u64,
    suppressed_severity: Severity,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(file: &'a str, limits: Limits) -> Self {
        Self {
            file,
            sheet: String::new(),
            limits,
            findings: Vec::new(),
            pushed: 0,
            of_a_rule: HashMap::new(),
            suppressed: 0,
            suppressed_blocks: 0,
            suppressed_severity: Severity::Info,
        }
    }

    /// Says by which sheet of the annex the findings are made that follow.
    pub(crate) fn measure_by(&mut self, sheet: &str) {
        sheet.clone_into(&mut self.sheet);
    }

    /// Adds a finding, or counts it when there are too many.
    pub(crate) fn push(&mut self, draft: Draft<'_>) {
        self.pushed += 1;
        let seen = self.of_a_rule.entry((draft.rule.code, draft.field_no())).or_default();
        *seen += 1;
        if *seen > self.limits.findings_of_a_rule_max || self.findings.len() >= self.limits.findings_max {
            self.suppressed += 1;
            self.suppressed_blocks += u64::from(draft.severity == Severity::Block);
            self.suppressed_severity = self.suppressed_severity.max(draft.severity);
            return;
        }
        self.findings.push(draft.word("sheet", &self.sheet).finish(Some(self.file)));
    }

    /// How many were added or counted so far.
    pub(crate) fn pushed(&self) -> u64 {
        self.pushed
    }

    /// The findings, closed by one that counts what was left out and is as severe as the worst of it.
    pub(crate) fn finish(mut self) -> Vec<Finding> {
        if self.suppressed > 0 {
            let closing = Draft::new(&rules::LIMIT_MORE)
                .severity(self.suppressed_severity)
                .word("count", self.suppressed)
                .word("blocks", self.suppressed_blocks);
            self.findings.push(closing.finish(Some(self.file)));
        }
        self.findings
    }
}
