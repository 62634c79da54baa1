//! What care software does in a life: it writes sets into export folders, and takes what came out of import folders.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::step::{How, Who};
use crate::world::World;

/// Looks after which what stands still was taken from an export folder.
pub(crate) const LOOKS_UNTIL_TAKEN: usize = 4;

/// The examples of the standard.
const STANDARD: &str = "../careplan-standard/examples";

/// A visit in both examples, and an hour later.
const AN_HOUR: &[u8] = b",1000,1030,";
const AN_HOUR_LATER: &[u8] = b",1100,1130,";

/// What each office's care software writes, and the serial in its names.
const EXAMPLES: [(&str, &str); 2] =
    [("02_K2_use_slip", "20261025101500"), ("03_S1_actuals", "20261202164500")];

/// A file of a set.
pub(crate) type NamedFile = (String, Vec<u8>);

impl World {
    /// A unit of the standard's examples under a serial of its own.
    pub(crate) async fn export(&mut self, who: Who, how: How) -> anyhow::Result<()> {
        let (example, serial) = EXAMPLES.get(who).context("one of two offices")?;
        let number = self.exported.len();
        let own = format!("202611{:02}{:06}", 1 + number / 60, number % 60);
        let mut files = Vec::new();
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(STANDARD).join(example))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().replace(serial, &own);
            files.push((name, fs::read(entry.path())?));
        }
        files.sort();
        if how == How::LackingOne && files.len() > 1 {
            files.pop();
        }
        let folder = self.member(who)?.export_folder();
        if !folder.exists() {
            return Ok(());
        }
        for (name, bytes) in &files {
            if how == How::Slowly {
                fs::write(folder.join(name), bytes.get(..bytes.len() / 2).unwrap_or_default())?;
                self.look(who).await?;
            }
            fs::write(folder.join(name), bytes)?;
        }
        self.note_exported(who, files);
        Ok(())
    }

    /// The last set once more, when the client has taken it: before that it would only be overwritten.
    pub(crate) async fn export_again(&mut self, who: Who, changed: bool) -> anyhow::Result<()> {
        for _ in 0..LOOKS_UNTIL_TAKEN {
            self.look(who).await?;
        }
        let folder = self.member(who)?.export_folder();
        let Some((_, files)) = self.exported.iter().rfind(|(of, _)| *of == who) else { return Ok(()) };
        let mut files = files.clone();
        if !folder.exists() || files.iter().any(|(name, _)| folder.join(name).exists()) {
            return Ok(());
        }
        if changed {
            for (_, bytes) in &mut files {
                let found = bytes.windows(AN_HOUR.len()).position(|it| it == AN_HOUR);
                if let Some(place) = found.and_then(|at| bytes.get_mut(at..at + AN_HOUR.len())) {
                    place.copy_from_slice(AN_HOUR_LATER);
                }
            }
        }
        for (name, bytes) in &files {
            fs::write(folder.join(name), bytes)?;
        }
        self.note_exported(who, files);
        Ok(())
    }

    fn note_exported(&mut self, who: Who, files: Vec<NamedFile>) {
        for (name, bytes) in &files {
            self.documents.entry(name.clone()).or_default().push(bytes.clone());
        }
        self.exported.push((who, files));
    }

    pub(crate) async fn look(&mut self, who: Who) -> anyhow::Result<bool> {
        self.exchange.hand().advance(Duration::from_secs(3));
        self.member(who)?.look_into_folders().await
    }

    /// Takes what a person sees: nothing that is hidden, and no notes of ours.
    pub(crate) fn take(&mut self, who: Who) -> anyhow::Result<()> {
        let folder = self.member(who)?.import_folder();
        if !folder.exists() {
            return Ok(());
        }
        for partner in fs::read_dir(folder)? {
            let partner = partner?;
            let is_hidden = partner.file_name().to_string_lossy().starts_with('.');
            if is_hidden || !partner.file_type()?.is_dir() {
                continue;
            }
            for file in fs::read_dir(partner.path())? {
                let (path, name) =
                    (file.as_ref().map(fs::DirEntry::path), file.as_ref().map(fs::DirEntry::file_name));
                if let (Ok(path), Ok(name)) = (path, name) {
                    let bytes = fs::read(&path)?;
                    fs::remove_file(&path)?;
                    self.taken.entry(name.to_string_lossy().into_owned()).or_default().push(bytes);
                }
            }
        }
        Ok(())
    }
}
