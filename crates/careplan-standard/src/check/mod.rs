//! Checking one file: its kind, its name, its characters, its records, its items.
//!
//! Promises: [`check_file`] takes any bytes under any name, never panics, takes time in proportion to the size, and says
//! everything it found up to the limits.

mod apart;
mod condition;
mod content;
mod field;
mod gate;
mod groups;
mod lenience;
mod lines;
mod link;
mod naming;
mod odd_row;
mod rows;
mod total;

use std::hash::RandomState;

pub(crate) use self::gate::text_start;
pub(crate) use self::groups::{Group, names, person_hash};
pub(crate) use self::odd_row::{is_header, looks_like_a_header};
pub(crate) use self::rows::Content;
use crate::collector::Collector;
use crate::content::{ContentKind, TEXT, judge};
use crate::edition::Edition;
use crate::finding::{Draft, Finding};
use crate::limits::Limits;
use crate::ms932;
use crate::name::{FileName, NameFault};
use crate::prefix::Prefix;
use crate::rules;

/// Characters of a wrong file name that a message repeats.
const NAME_CHARS_SHOWN: usize = 80;

/// A file to be checked: its name without folders, and its bytes.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct SourceFile<'a> {
    /// The name, as it lies in the folder.
    pub name: &'a str,
    /// The content, untouched.
    pub bytes: &'a [u8],
}

impl<'a> SourceFile<'a> {
    /// A file of this name with these bytes.
    #[must_use]
    pub fn new(name: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, bytes }
    }
}

impl std::fmt::Debug for SourceFile<'_> {
    /// Shows the size only: name and content may be personal data.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "SourceFile({} bytes)", self.bytes.len())
    }
}

/// Checks one file against an edition, with the limits of this crate.
///
/// A file whose name is not one of the standard is judged by its content: PDF and JPEG pass as attachments, anything else blocks.
///
/// ```
/// use careplan_standard::{Edition, Severity, SourceFile, check_file};
///
/// let name = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";
/// let file = SourceFile::new(name, b"202407,990001,0009900021,202612\r\n");
/// let findings = check_file(Edition::v4_1(), &file);
/// assert_eq!(findings.len(), 1);
/// assert_eq!((findings[0].code, findings[0].severity), ("MATCH-001", Severity::Block));
/// assert_eq!((findings[0].record, findings[0].column, findings[0].byte), (Some(1), Some(26), Some(25)));
/// ```
#[must_use]
pub fn check_file(edition: &Edition, file: &SourceFile<'_>) -> Vec<Finding> {
    check_file_within(edition, file, &Limits::default())
}

/// Checks one file with limits of the caller's choice.
#[must_use]
pub fn check_file_within(edition: &Edition, file: &SourceFile<'_>, limits: &Limits) -> Vec<Finding> {
    let mut out = Collector::new(file.name, *limits);
    walk_through(edition, file, (limits, &RandomState::new()), &mut out);
    out.finish()
}

/// Checks one file and gives what a unit has to know of its content; `None` where there is none to be read.
///
/// `state` is the secret of the hashes; the files of a unit share it.
pub(crate) fn walk_through<'e>(
    edition: &'e Edition,
    file: &SourceFile<'_>,
    (limits, state): (&Limits, &RandomState),
    out: &mut Collector<'_>,
) -> Option<Content<'e>> {
    match FileName::parse(file.name) {
        Ok(name) => {
            naming::check(edition, &name, file.name, out);
            if name.prefix().is_image() {
                check_image(judge(file.name, file.bytes), out);
                return None;
            }
            let layout = edition.layout(name.prefix())?;
            out.measure_by(layout.name_ja());
            match text_start(file, limits) {
                Ok(start) => {
                    if start > 0 {
                        out.push(Draft::new(&rules::ENC_BOM));
                    }
                    let source = content::Source { edition, layout, name: &name, bytes: file.bytes, limits };
                    return Some(content::check(&source, (start, state), out));
                }
                Err(draft) => out.push(draft),
            }
        }
        Err(fault) => {
            if let Some(draft) = judge_stray(file, fault).finding {
                out.push(draft);
            }
        }
    }
    None
}

/// What a kind of content is called in a message.
fn kind_ja(kind: ContentKind) -> &'static str {
    match kind {
        ContentKind::StandardCsv => "CSVなどの文字",
        ContentKind::Pdf => "PDF文書",
        ContentKind::Jpeg => "JPEG画像",
        ContentKind::Other(found) => found,
    }
}

fn check_image(kind: ContentKind, out: &mut Collector<'_>) {
    if kind != ContentKind::Jpeg {
        out.push(Draft::new(&rules::KIND_IMAGE_NOT_JPEG).word("found", kind_ja(kind)));
    }
}

/// What becomes of a file whose name is not one of the standard.
pub(crate) struct Stray {
    /// PDF and JPEG travel as attachments; nothing else does.
    pub(crate) is_attachment: bool,
    pub(crate) finding: Option<Draft<'static>>,
}

/// Judges a file whose name is not one of the standard by its content.
pub(crate) fn judge_stray(file: &SourceFile<'_>, fault: NameFault) -> Stray {
    let kind = match judge(file.name, file.bytes) {
        // Who renamed a file of the standard is told so, and not to leave it out.
        ContentKind::Other(TEXT) if fault.is_of_the_ending() && begins_like_the_standard(file.name) => {
            ContentKind::StandardCsv
        }
        kind => kind,
    };
    let (extensions, expected): (&[&str], _) = match kind {
        ContentKind::Pdf => (&["pdf"], ".pdf"),
        ContentKind::Jpeg => (&["jpg", "jpeg", "jpe"], ".jpg"),
        ContentKind::StandardCsv => {
            let rule =
                if fault.is_of_the_listing() { &rules::NAME_LISTING } else { &rules::NAME_NOT_STANDARD };
            let draft = Draft::new(rule)
                .text(ms932::shorten(file.name, NAME_CHARS_SHOWN, false))
                .word("reason", fault);
            return Stray { is_attachment: false, finding: Some(draft) };
        }
        ContentKind::Other(found) => {
            let draft = Draft::new(&rules::KIND_OTHER).word("found", found);
            return Stray { is_attachment: false, finding: Some(draft) };
        }
    };
    let given = file.name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = extensions.iter().any(|known| given.eq_ignore_ascii_case(known));
    let finding = (!known)
        .then(|| Draft::new(&rules::KIND_EXTENSION).word("found", kind_ja(kind)).word("expected", expected));
    Stray { is_attachment: true, finding }
}

fn begins_like_the_standard(name: &str) -> bool {
    Prefix::split(&name.to_ascii_uppercase()).is_some()
}
