//! What the operations centre prints: the letter to an office, invoices, receipts.
//!
//! Promises: typed values come in, PDFs go out; one page each, addressed for window envelopes; a letter that no font has refuses the
//! paper, with the paper named. Secrets are on the paper and nowhere else.

mod letter;
mod money;

pub use careplan_sheet::PaperFault;
pub use letter::{Letter, letter};
pub use money::{invoice, receipt};

use crate::billing::{Addressee, Issuer};

/// What an operator is told, who has neither care software nor a screen to print from.
pub fn told(fault: &PaperFault) -> String {
    match fault {
        PaperFault::MissingGlyph { character, form } => format!(
            "{form}に入る文字「{character}」（U+{:04X}）は印刷用の書体にありません。事業所の登録（admin offices import）の名称と所在地の文字を直してください。",
            u32::from(*character)
        ),
        fault => fault.to_string(),
    }
}

/// A line and what stands in it; nothing of a line that would be empty.
fn lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// To whom, as it is read through the window.
fn to(addressee: &Addressee) -> String {
    lines([addressee.address.as_str(), &format!("{}　御中", addressee.name)])
}

/// From whom, below the day.
fn from(issuer: &Issuer, day: &str) -> String {
    lines([day, &issuer.name, &issuer.address])
}
