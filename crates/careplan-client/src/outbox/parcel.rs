//! One unit on its way to be sealed.

use careplan_domain::{Address, Digest, ServiceMonth, UnitKind};
use careplan_envelope::Sha256;
use careplan_standard::SourceFile;

use super::gather::FoundFile;
use super::judge::JudgedUnit;
use super::prepare::DocumentOrder;
use crate::history::{Person, UnitOf, persons_in};
use crate::letter::OutgoingFile;
use crate::office::Link;
use crate::state::Fault;

/// One unit with its files, and who is in them.
pub(super) struct Parcel<'a> {
    pub(super) kind: UnitKind,
    pub(super) serial: Option<&'a str>,
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) month: Option<ServiceMonth>,
    pub(super) files: Vec<OutgoingFile>,
    pub(super) persons: Vec<Person>,
}

impl<'a> Parcel<'a> {
    /// A judged unit; the reason when it cannot go from here.
    pub(super) fn of_unit(unit: &'a JudgedUnit, files: &[FoundFile], link: &Link) -> Result<Self, Fault> {
        let fault = |code: &str, text: String| Fault { code: code.to_owned(), text };
        let (Some(from), Some(to)) = (unit.from, unit.to) else {
            return Err(fault("address_invalid", unit.no_address.clone().unwrap_or_default()));
        };
        if from.office != link.office() {
            let text = format!(
                "ファイル名の送信元の事業所番号 {} が、この端末の事業所 {} と違います。介護ソフトの事業所設定を確かめ、出力し直してください。",
                from.office,
                link.office()
            );
            return Err(fault("sender_not_own", text));
        }
        let found: Vec<&FoundFile> = unit.files.iter().filter_map(|index| files.get(*index)).collect();
        let sources: Vec<SourceFile<'_>> =
            found.iter().map(|it| SourceFile::new(&it.file.name, &it.file.bytes)).collect();
        Ok(Self {
            kind: unit.kind,
            serial: Some(&unit.serial),
            from,
            to,
            month: unit.month,
            persons: persons_in(&sources),
            files: found.into_iter().map(|it| it.file.clone()).collect(),
        })
    }

    /// Documents beside the standard, about the person whom the sender names.
    pub(super) fn of_documents<'f>(
        order: &DocumentOrder,
        person: Option<Person>,
        found: impl Iterator<Item = &'f FoundFile>,
    ) -> Self {
        Self {
            kind: UnitKind::Document,
            serial: None,
            from: order.from,
            to: order.to,
            month: order.month,
            files: found.map(|it| it.file.clone()).collect(),
            persons: person.into_iter().collect(),
        }
    }

    /// What makes it the same as another.
    pub(super) fn unit(&self) -> UnitOf<'_> {
        UnitOf { from: self.from, to: self.to, kind: self.kind, month: self.month, persons: &self.persons }
    }

    /// The same unit gives the same digest wherever it lies.
    pub(super) fn content_digest(&self) -> Digest {
        content_digest(&self.files)
    }
}

/// SHA-256 over names and contents, each with its length, in the order of names.
fn content_digest(files: &[OutgoingFile]) -> Digest {
    let mut files: Vec<&OutgoingFile> = files.iter().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut digest = Sha256::new();
    for file in files {
        for part in [file.name.as_bytes(), &file.bytes] {
            digest.update(&(part.len() as u64).to_be_bytes());
            digest.update(part);
        }
    }
    Digest(digest.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> OutgoingFile {
        OutgoingFile { name: name.to_owned(), bytes: bytes.to_vec() }
    }

    #[test]
    fn the_same_files_are_known_again_in_any_order_and_other_cuts_are_not() {
        let (a, b) = (file("a", b"12"), file("b", b"3"));
        assert_eq!(content_digest(&[a.clone(), b.clone()]), content_digest(&[b, a.clone()]));
        assert_ne!(
            content_digest(&[file("a", b"1"), file("b", b"23")]),
            content_digest(&[a, file("b", b"3")])
        );
    }
}
