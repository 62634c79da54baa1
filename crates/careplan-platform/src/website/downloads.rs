//! The client's packages: what is listed, and the files behind it.
//!
//! Promise: nothing is served but the files of the list, from one configured folder; a name that is not listed is unknown,
//! whatever lies in the folder.

use std::io;
use std::path::PathBuf;

use serde::Deserialize;
use tokio::fs::File;

/// A package of the client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Download {
    pub(super) platform: String,
    pub(super) file: String,
    pub(super) version: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) signature_file: String,
    pub(super) note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    download: Vec<Download>,
}

/// What can be downloaded.
#[derive(Debug, Clone, Default)]
pub struct Downloads {
    listed: Vec<Download>,
    folder: Option<PathBuf>,
}

/// Why a list is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ListFault {
    /// It is no list.
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    /// An entry whose file name is a path or cannot stand in a header.
    #[error("`{0}` is no plain file name")]
    Name(String),
}

/// A file on its way.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) bytes: u64,
    pub(super) content_type: &'static str,
}

impl Downloads {
    /// The packages of a list, whose files lie in a folder.
    ///
    /// # Errors
    /// [`ListFault`] by its variants.
    pub fn listed(list: &str, folder: PathBuf) -> Result<Self, ListFault> {
        let listed = toml::from_str::<List>(list)?.download;
        let names = listed.iter().flat_map(|it| [&it.file, &it.signature_file]);
        if let Some(wrong) = names.into_iter().find(|name| !is_file_name(name)) {
            return Err(ListFault::Name(wrong.clone()));
        }
        Ok(Self { listed, folder: Some(folder) })
    }

    /// The packages that this program was built with, if their folder is configured.
    pub fn built_in(folder: Option<PathBuf>) -> Self {
        let Some(folder) = folder else { return Self::default() };
        Self::listed(include_str!("../../content/downloads.toml"), folder).unwrap_or_else(|error| {
            tracing::error!(%error, "the list of downloads cannot be read");
            Self::default()
        })
    }

    /// What the page lists.
    pub(super) fn all(&self) -> &[Download] {
        &self.listed
    }

    /// Opens a listed file; `None` when the name is not listed.
    ///
    /// # Errors
    /// A listed file that is not there, or of another size than listed: a copy that is not complete.
    pub(super) async fn open(&self, name: &str) -> io::Result<Option<Opened>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let Some(entry) = self.listed.iter().find(|it| it.file == name || it.signature_file == name) else {
            return Ok(None);
        };
        let file = File::open(folder.join(name)).await?;
        let bytes = file.metadata().await?.len();
        if entry.file == name && bytes != entry.bytes {
            return Err(io::Error::other(format!("{bytes} bytes instead of {}", entry.bytes)));
        }
        Ok(Some(Opened { file, bytes, content_type: content_type(name) }))
    }
}

/// Letters that stand in a header and in a path as they are, and no path.
fn is_file_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_plain)
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("zip") => "application/zip",
        Some("gz" | "tgz") => "application/gzip",
        Some("msi") => "application/x-msi",
        Some("deb") => "application/vnd.debian.binary-package",
        Some("p7s") => "application/pkcs7-signature",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_this_program_can_be_read() {
        let list = include_str!("../../content/downloads.toml");
        assert!(Downloads::listed(list, PathBuf::new()).is_ok());
        assert!(Downloads::built_in(None).all().is_empty());
    }

    #[test]
    fn a_listed_name_is_no_path() {
        for good in ["careplan-client-1.0.0-windows-x86_64.zip", "a.zip.p7s"] {
            assert!(is_file_name(good), "{good}");
        }
        for wrong in ["", ".", "..", "../a.zip", "a/b.zip", "a\\b.zip", ".hidden", "あ.zip", "a\".zip", "a b"]
        {
            assert!(!is_file_name(wrong), "{wrong}");
        }
    }
}
