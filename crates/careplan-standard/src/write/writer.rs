//! One file from its forms.

use encoding_rs::SHIFT_JIS;

use super::characters::{Characters, Unwritable, normalise, unwritable};
use crate::edition::{Edition, Field, Layout, Shape};
use crate::finding::{Draft, Finding};
use crate::form::Columns;
use crate::name::FileName;
use crate::place::Place;
use crate::read::item_numbers;
use crate::rules;

/// Writes the forms of one file.
#[derive(Debug)]
pub struct FormWriter<'e> {
    layout: &'e Layout,
    version: String,
    file: String,
    characters: Characters,
}

/// A file that was written.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// A finding for every character that was replaced, only with [`Characters::Normalise`].
    pub replaced: Vec<Finding>,
}

impl std::fmt::Debug for Written {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Written({} bytes, {} replaced)", self.bytes.len(), self.replaced.len())
    }
}

impl<'e> FormWriter<'e> {
    /// A writer for the file of this name; `None` when the edition has no layout for it (the family chart is no CSV).
    ///
    /// ```
    /// use careplan_standard::form::{CarePlanWithdrawal, Item};
    /// use careplan_standard::{Edition, FileName, FormWriter};
    ///
    /// let name = FileName::parse("DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV")?;
    /// let writer = FormWriter::new(Edition::v4_1(), &name).ok_or("no layout")?;
    /// let withdrawal = CarePlanWithdrawal {
    ///     insurer_no: Item::read("990001"),
    ///     insured_no: Item::read("0009900021"),
    ///     plan_date: Item::read("20261015"),
    /// };
    /// let written = writer.write(&[withdrawal]).map_err(|findings| format!("{} findings", findings.len()))?;
    /// assert_eq!(written.bytes, b"202407,990001,0009900021,20261015\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(edition: &'e Edition, name: &FileName) -> Option<Self> {
        let layout = edition.layout(name.prefix())?;
        let version = edition.version()?.to_owned();
        Some(Self { layout, version, file: name.to_string(), characters: Characters::Refuse })
    }

    /// What to do with characters that MS932 lacks; refused unless said otherwise.
    #[must_use]
    pub fn characters(mut self, characters: Characters) -> Self {
        self.characters = characters;
        self
    }

    /// Writes the forms in their order.
    ///
    /// Items the form does not have are written as the standard fixes them: the edition's version, the fixed office number, nothing.
    ///
    /// # Errors
    /// A finding for every character that cannot be written, with its record, item and a suggestion.
    pub fn write<F: Columns>(&self, forms: &[F]) -> Result<Written, Vec<Finding>> {
        let numbers = item_numbers(self.layout, &F::outline().names());
        let mut written = Written { bytes: Vec::new(), replaced: Vec::new() };
        let mut refused = Vec::new();
        for (form, record) in forms.iter().zip(1..) {
            let mut texts = Vec::with_capacity(numbers.len());
            form.put(&mut texts);
            for (field, index) in self.layout.fields().iter().zip(0..) {
                if index > 0 {
                    written.bytes.push(b',');
                }
                let own = numbers.iter().position(|number| *number == Some(field.no()));
                let text = match own.and_then(|own| texts.get(own)) {
                    Some(text) => self.fitting(text, (field, record), &mut written.replaced, &mut refused),
                    None => self.fixed(field).to_owned(),
                };
                put(&text, *field.shape() == Shape::FreeText, &mut written.bytes);
            }
            written.bytes.extend_from_slice(b"\r\n");
        }
        if refused.is_empty() { Ok(written) } else { Err(refused) }
    }

    /// The value of an item that no form holds.
    fn fixed<'s>(&'s self, field: &'s Field) -> &'s str {
        match field.shape() {
            Shape::Version => &self.version,
            Shape::Fixed(value) => value,
            _ => "",
        }
    }

    /// The text as it can be written, with findings about what was or would have to be replaced.
    fn fitting(
        &self,
        text: &str,
        place: (&Field, u64),
        replaced: &mut Vec<Finding>,
        refused: &mut Vec<Finding>,
    ) -> String {
        if self.characters == Characters::Refuse {
            refused.extend(unwritable(text).iter().map(|found| self.refusal(found, place)));
            return text.to_owned();
        }
        let (text, changed, left) = normalise(text);
        replaced.extend(changed.iter().map(|found| self.finding(&rules::ENC_REPLACED, found, place)));
        refused.extend(left.iter().map(|found| self.refusal(found, place)));
        text
    }

    fn refusal(&self, found: &Unwritable, place: (&Field, u64)) -> Finding {
        self.finding(&rules::ENC_UNWRITABLE, found, place)
    }

    fn finding(
        &self,
        rule: &'static rules::Rule,
        found: &Unwritable,
        (field, record): (&Field, u64),
    ) -> Finding {
        let suggestion = match found.instead {
            Some("") => "取り除けます".to_owned(),
            Some(instead) => format!("「{instead}」に置き換えられます"),
            None if ('\u{3400}'..='\u{3FFFF}').contains(&found.char) => {
                "常用の字体かカナに置き換えてください".to_owned()
            }
            None => "ほかの文字に置き換えてください".to_owned(),
        };
        // Canonical files have a line for every record as far as texts hold no line breaks; the record is what counts here.
        let place = Place { byte: 0, record: Some(record), line: record, column: 1 };
        let mut finding = Draft::new(rule)
            .at(place)
            .field(field)
            .secret("value", format!("{}（U+{:04X}）", found.char, u32::from(found.char)))
            .word("record", record)
            .word("kind", found.kind_ja)
            .word("suggestion", suggestion)
            .finish(Some(&self.file));
        (finding.byte, finding.line, finding.column) = (None, None, None);
        finding
    }
}

/// Writes one value: free text in quotes, everything else bare where that is possible.
fn put(text: &str, is_text: bool, out: &mut Vec<u8>) {
    // cannot lose anything: what has no MS932 was refused or replaced before.
    let (bytes, _, _) = SHIFT_JIS.encode(text);
    if !is_text && !bytes.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        out.extend_from_slice(&bytes);
        return;
    }
    out.push(b'"');
    for byte in bytes.iter() {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}
