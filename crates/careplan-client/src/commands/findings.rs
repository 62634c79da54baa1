//! Findings as a person reads them: by file, with the value in its place.

use careplan_standard::{Excerpt, Finding, Severity};

use super::screen::say;
use crate::outbox::FoundFile;

/// Whether values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As they stand in the file.
    Plain,
    /// Covered, so that the output can be handed on.
    Masked,
}

const RESET: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[36m";

/// Prints findings, grouped by file, in the order of their places. Colour comes only to a terminal.
pub(super) fn say_findings<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    files: &[FoundFile],
    shown: Shown,
) {
    let mut findings: Vec<&Finding> = findings.collect();
    findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let mut file = None;
    let mut advice = String::new();
    for finding in findings {
        let excerpt = excerpt(finding, files);
        let (finding, excerpt) = match shown {
            Shown::Plain => (finding.clone(), excerpt),
            Shown::Masked => (finding.masked(), excerpt.map(|it| it.masked())),
        };
        if file.as_ref() != Some(&finding.file) {
            say(format_args!("{BOLD}{}{RESET}", finding.file.as_deref().unwrap_or("（全体）")));
            file = Some(finding.file.clone());
            advice.clear();
        }
        let colour = colour(finding.severity);
        let grade = severity_ja(finding.severity);
        say(format_args!("  {colour}[{grade}]{RESET} {} {}", finding.code, finding.message));
        if let Some(Excerpt { before, value, after, .. }) = excerpt {
            say(format_args!("        {DIM}{before}{RESET}{colour}《{value}》{RESET}{DIM}{after}{RESET}"));
        }
        // The same advice many times over hides what differs.
        if advice != finding.fix {
            say(format_args!("        → {}", finding.fix));
            advice = finding.fix;
        }
    }
}

/// Prints how many findings of each grade there were.
pub(super) fn say_count(blocks: usize, warns: usize, infos: usize) {
    let part = |severity, count: usize| {
        let colour = if count > 0 { colour(severity) } else { "" };
        format!("{colour}{} {count}件{RESET}", severity_ja(severity))
    };
    say(format_args!(
        "{}・{}・{}",
        part(Severity::Block, blocks),
        part(Severity::Warn, warns),
        part(Severity::Info, infos)
    ));
}

fn excerpt(finding: &Finding, files: &[FoundFile]) -> Option<Excerpt> {
    let label = finding.file.as_deref()?;
    let file = files.iter().find(|found| found.label == label)?;
    Excerpt::of(finding, &file.file.bytes)
}

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => RED,
        Severity::Warn => YELLOW,
        Severity::Info => CYAN,
    }
}

fn severity_ja(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "送信不可",
        Severity::Warn => "注意",
        Severity::Info => "参考",
    }
}
