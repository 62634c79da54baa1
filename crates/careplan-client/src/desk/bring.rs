//! Bringing files to the desk.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{Desk, DeskFault};
use crate::files::{self, Privacy, SafeName};
use crate::outbox::new_uuid;

/// Files of one draft: thirty partners with two units of five files each, several times over.
pub const DRAFT_FILES_MAX: usize = 2_000;

/// Bytes of one draft.
pub const DRAFT_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Files as they were brought, by their names. The same name again takes the place of the one before: the care software wrote it anew.
#[derive(Default)]
pub struct Brought {
    files: BTreeMap<String, (SafeName, Vec<u8>)>,
    bytes: usize,
}

impl std::fmt::Debug for Brought {
    /// Names may be people's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Brought({} files, {} bytes)", self.files.len(), self.bytes)
    }
}

impl Brought {
    /// Adds a file; of a path that a browser gave, the last part is its name.
    ///
    /// # Errors
    /// [`DeskFault::Name`], [`DeskFault::TooMany`], [`DeskFault::TooLarge`].
    pub fn add(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), DeskFault> {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let safe = SafeName::new(name).map_err(|fault| DeskFault::Name(name.to_owned(), fault))?;
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > DRAFT_BYTES_MAX {
            return Err(DeskFault::TooLarge);
        }
        if let Some((_, before)) = self.files.insert(safe.folded(), (safe, bytes)) {
            self.bytes -= before.len();
        }
        if self.files.len() > DRAFT_FILES_MAX { Err(DeskFault::TooMany) } else { Ok(()) }
    }

    /// Whether nothing was brought.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl Desk {
    /// Puts files into a new draft. They are durable when it returns.
    ///
    /// # Errors
    /// [`DeskFault::Empty`]; when the files cannot be written.
    pub async fn bring(&self, brought: Brought, by: &str) -> Result<Uuid, DeskFault> {
        if brought.is_empty() {
            return Err(DeskFault::Empty);
        }
        let id = new_uuid(self.office.now());
        self.bring_as(id, brought, by).await?;
        Ok(id)
    }

    /// Puts files into a draft whose id was chosen before, once: a draft of this id that is there already stays as it is.
    ///
    /// # Errors
    /// As [`bring`](Self::bring).
    pub async fn bring_as(&self, id: Uuid, brought: Brought, by: &str) -> Result<(), DeskFault> {
        if self.office.state().draft(id).await?.is_some() {
            return Ok(());
        }
        self.write(id, brought)?;
        Ok(self.office.state().begin_draft(id, by, self.office.now()).await?)
    }

    /// Adds files to a draft, such as those that were mended.
    ///
    /// # Errors
    /// As [`bring`](Self::bring); [`DeskFault::Unknown`], [`DeskFault::Closed`]; when the draft would hold too much.
    pub async fn add(&self, id: Uuid, brought: Brought) -> Result<(), DeskFault> {
        let _turn = self.sending.lock().await;
        self.open(id).await?;
        let mut whole = Brought::default();
        for file in self.look(id).await?.files {
            whole.add(&file.file.name, file.file.bytes)?;
        }
        for (name, bytes) in brought.files.values() {
            whole.add(name.as_str(), bytes.clone())?;
        }
        // What was told to be sent is not this any more.
        self.office.state().forget_sending(id).await?;
        self.write(id, brought)
    }

    fn write(&self, id: Uuid, brought: Brought) -> Result<(), DeskFault> {
        let folder = self.folder(id);
        files::make_folder(&folder, Privacy::Private)?;
        for (name, bytes) in brought.files.into_values() {
            files::replace(&folder.join(name.as_str()), &bytes, Privacy::Private, self.office.mishaps())?;
        }
        Ok(files::sync_folder(&folder)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_the_name_counts_and_the_same_name_again_takes_its_place() {
        let mut brought = Brought::default();
        brought.add("export/UPPLAN.CSV", vec![1, 2, 3]).unwrap();
        brought.add("C:\\export\\upplan.csv", vec![4]).unwrap();
        assert_eq!((brought.files.len(), brought.bytes), (1, 1));
        assert!(matches!(brought.add("a/..", vec![]), Err(DeskFault::Name(..))));
        assert_eq!(format!("{brought:?}"), "Brought(1 files, 1 bytes)");
    }

    #[test]
    fn the_most_files_and_bytes_are_taken_and_one_more_is_not() {
        let mut brought = Brought::default();
        for n in 0..DRAFT_FILES_MAX {
            brought.add(&format!("{n}.csv"), vec![]).unwrap();
        }
        assert!(matches!(brought.add("x.csv", vec![]), Err(DeskFault::TooMany)));
        let mut brought = Brought::default();
        brought.add("a.pdf", vec![0; DRAFT_BYTES_MAX]).unwrap();
        assert!(matches!(brought.add("b.pdf", vec![0]), Err(DeskFault::TooLarge)));
    }
}
