//! A shelf in a folder. A blob appears under its name whole and flushed, or not at all.

use std::fs::File;
use std::io::{ErrorKind, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::incoming::blocking;
use super::{BlobFault, BlobName, Incoming, Outgoing, Part};

/// Bytes read at once.
const READ_BYTES: usize = 128 * 1024;

#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: Arc<Path>,
    incoming: Arc<Path>,
}

impl Folder {
    pub(super) async fn open(root: PathBuf) -> Result<Self, BlobFault> {
        blocking(move || {
            let incoming = root.join("incoming");
            std::fs::create_dir_all(&incoming)?;
            flush_folder(&root)?;
            Ok(Self { root: root.into(), incoming: incoming.into() })
        })
        .await
    }

    pub(super) fn incoming(&self) -> &Path {
        &self.incoming
    }

    fn path(&self, name: &BlobName) -> PathBuf {
        self.root.join(BlobName::shard(name.in_shard())).join(name.file())
    }

    /// A blob that is not there is missing, unless the whole shelf is away (an unmounted disk): that
    /// comes back, and with it the blob.
    async fn missing_or_away(&self, error: std::io::Error) -> BlobFault {
        let away = error.kind() == ErrorKind::NotFound && !is_there(&self.incoming).await;
        if away { BlobFault::Unavailable(Box::new(error)) } else { error.into() }
    }

    pub(super) async fn keep(&self, incoming: Incoming, name: &BlobName) -> Result<(), BlobFault> {
        let source = incoming.finish().await?;
        let (root, target) = (self.root.clone(), self.path(name));
        let shard = root.join(BlobName::shard(name.in_shard()));
        blocking(move || {
            match std::fs::create_dir(&shard) {
                Ok(()) => flush_folder(&root)?,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
            // A link refuses a name that is taken; a rename would overwrite.
            std::fs::hard_link(source.path(), &target)?;
            flush_folder(&shard)?;
            drop(source);
            Ok(())
        })
        .await
    }

    pub(super) async fn open_part(&self, name: &BlobName, part: Part) -> Result<Outgoing, BlobFault> {
        let mut file = match tokio::fs::File::open(self.path(name)).await {
            Ok(file) => file,
            Err(error) => return Err(self.missing_or_away(error).await),
        };
        if part.start > 0 {
            file.seek(SeekFrom::Start(part.start)).await?;
        }
        let reader = file.take(part.end.saturating_sub(part.start));
        Ok(ReaderStream::with_capacity(reader, READ_BYTES).map_err(BlobFault::from).boxed())
    }

    pub(super) async fn drop(&self, name: &BlobName) -> Result<(), BlobFault> {
        match tokio::fs::remove_file(self.path(name)).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.missing_or_away(error).await),
        }
    }

    pub(super) async fn names(&self, shard: u8) -> Result<Vec<BlobName>, BlobFault> {
        let folder = self.root.join(BlobName::shard(shard));
        blocking(move || {
            let entries = match std::fs::read_dir(folder) {
                Ok(entries) => entries,
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            let mut names = Vec::new();
            for entry in entries {
                names.extend(entry?.file_name().to_str().and_then(BlobName::parse));
            }
            Ok(names)
        })
        .await
    }
}

async fn is_there(folder: &Path) -> bool {
    tokio::fs::try_exists(folder).await.unwrap_or(false)
}

/// A new name in a folder is durable when the folder is.
fn flush_folder(folder: &Path) -> Result<(), BlobFault> {
    Ok(File::open(folder)?.sync_all()?)
}
