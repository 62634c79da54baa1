//! Notes about sets that wait for files, in the folder of what cannot be sent. They come and go by themselves.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use careplan_domain::OfficeNumber;

use super::export::Export;
use super::scan::FAILED;
use super::{blocking, make_below, note};
use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;

/// How such notes end: of offices that share a folder each tidies up its own.
fn suffix(number: &OfficeNumber) -> String {
    format!("_ファイル待ち_{number}.txt")
}

/// Writes a note for each set that waits, and removes those whose set does not wait any more.
///
/// # Errors
/// When a note cannot be written or removed; the next look tries again.
pub(super) async fn tell(
    memory: &mut Export,
    (root, number): (&Path, &OfficeNumber),
    missing: &[(String, String)],
    mishaps: &Mishaps,
) -> Result<(), FileFault> {
    let suffix = suffix(number);
    let texts: Vec<(String, String)> =
        missing.iter().map(|(name, text)| (format!("{name}{suffix}"), note::waiting(name, text))).collect();
    let names: BTreeSet<String> = texts.iter().map(|(name, _)| name.clone()).collect();
    if memory.noted.as_ref() == Some(&names) {
        return Ok(());
    }
    // Until all of it is done, the next look does it again.
    memory.noted = None;
    let (root, current, mishaps) = (root.to_owned(), names.clone(), mishaps.clone());
    let told = blocking(move || {
        let folder = root.join(FAILED);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let is_stale = |name: &str| name.ends_with(&suffix) && !current.contains(name);
            if entry.file_name().to_str().is_some_and(is_stale) {
                files::remove(&entry.path())?;
            }
        }
        if !texts.is_empty() {
            make_below(&root, &folder)?;
        }
        for (name, text) in texts {
            files::replace(&folder.join(name), &note::bytes(&text), Privacy::Ordinary, &mishaps)?;
        }
        Ok::<_, FileFault>(())
    });
    told.await?;
    memory.noted = Some(names);
    Ok(())
}
