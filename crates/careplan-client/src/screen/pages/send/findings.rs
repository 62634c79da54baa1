//! What the check found about a draft, unit by unit, the worst first.

use careplan_standard::{Excerpt, Finding, Severity};
use careplan_web::{Tag, Tone};

use crate::desk::Looked;
use crate::outbox::{FoundFile, OtherOfSerial};

/// Findings shown of one unit; a file that is wrong everywhere says the same a thousand times.
const FINDINGS_SHOWN: usize = 30;

/// What was found about a unit, or beside all units.
pub(super) struct Found {
    pub(super) heading: String,
    pub(super) findings: Vec<Shown>,
    pub(super) more: usize,
}

/// One finding.
pub(super) struct Shown {
    pub(super) tag: Tag,
    pub(super) place: String,
    pub(super) message: String,
    pub(super) fix: String,
    pub(super) excerpt: Option<Excerpt>,
}

/// How a unit was judged, in one word; something else under its serial keeps it as a finding does.
pub(super) fn grade(findings: &[Finding], is_serial_used: bool) -> Tag {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    match (count(Severity::Block) + usize::from(is_serial_used), count(Severity::Warn)) {
        (0, 0) => Tag::new(Tone::Success, "問題なし"),
        (0, warns) => Tag::new(Tone::Warning, format!("注意 {warns}件")),
        (blocks, _) => Tag::new(Tone::Error, format!("送信不可 {blocks}件")),
    }
}

/// All that was found.
pub(super) fn findings(looked: &Looked) -> Vec<Found> {
    let mut all = Vec::new();
    for (unit, other) in looked.units().filter(|(unit, other)| !unit.findings.is_empty() || other.is_some()) {
        let heading = format!("{}（{}）", unit.kind.label_ja(), unit.serial);
        let mut found = found(heading, &unit.findings, &looked.files);
        found.findings.splice(..0, other.map(|other| serial_used(&unit.serial, other)));
        all.push(found);
    }
    if !looked.judged.findings.is_empty() {
        all.push(found("ファイルの組み合わせ".to_owned(), &looked.judged.findings, &looked.files));
    }
    all
}

/// That something else went under the serial of a unit, and what to do.
fn serial_used(serial: &str, other: &OtherOfSerial) -> Shown {
    let mut fix = other.fix_ja().to_owned();
    if other.is_same_unit {
        fix.push_str(
            "書き出し直せないときは、「訂正として送信する」で、前に送ったものと差し替えて送れます。",
        );
    }
    let message = other.message_ja(serial);
    Shown { tag: severity(Severity::Block), place: String::new(), message, fix, excerpt: None }
}

fn found(heading: String, findings: &[Finding], files: &[FoundFile]) -> Found {
    let mut findings: Vec<&Finding> = findings.iter().collect();
    findings.sort_by_key(|finding| (order(finding.severity), finding.line, finding.column));
    let more = findings.len().saturating_sub(FINDINGS_SHOWN);
    let shown = findings.into_iter().take(FINDINGS_SHOWN).map(|finding| {
        let file = finding.file.as_ref().and_then(|label| files.iter().find(|file| file.label == *label));
        let place = match (&finding.file, finding.line) {
            (Some(file), Some(line)) => format!("{file}　{line}行目"),
            (Some(file), None) => file.clone(),
            (None, _) => String::new(),
        };
        Shown {
            tag: severity(finding.severity),
            place,
            message: finding.message.clone(),
            fix: finding.fix.clone(),
            excerpt: file.and_then(|file| Excerpt::of(finding, &file.file.bytes)),
        }
    });
    Found { heading, findings: shown.collect(), more }
}

fn order(severity: Severity) -> u8 {
    match severity {
        Severity::Block => 0,
        Severity::Warn => 1,
        Severity::Info => 2,
    }
}

fn severity(severity: Severity) -> Tag {
    match severity {
        Severity::Block => Tag::new(Tone::Error, "送信不可"),
        Severity::Warn => Tag::new(Tone::Warning, "注意"),
        Severity::Info => Tag::new(Tone::Plain, "参考"),
    }
}
