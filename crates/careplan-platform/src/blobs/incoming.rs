//! A letter on its way in: gathered in a file that nobody takes for a blob.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use careplan_domain::Timestamp;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::BlobFault;

/// A letter that is coming in. Dropped before it is kept, it leaves nothing.
#[derive(Debug)]
pub struct Incoming {
    file: File,
    path: Gone,
}

/// A file that goes with this value.
#[derive(Debug)]
pub(super) struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the job that looks for leftovers.
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Gone {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Incoming {
    pub(super) async fn begin(folder: &Path) -> Result<Self, BlobFault> {
        let path = folder.join(format!("{}.part", Uuid::new_v4().simple()));
        let file = File::create_new(&path).await?;
        Ok(Self { file, path: Gone(path) })
    }

    /// Adds the next bytes.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobFault> {
        Ok(self.file.write_all(bytes).await?)
    }

    /// Flushes everything to the disk.
    pub(super) async fn finish(self) -> Result<Gone, BlobFault> {
        let Self { mut file, path } = self;
        file.flush().await?;
        file.sync_all().await?;
        Ok(path)
    }
}

/// Removes leftovers that nobody touched since an instant.
pub(super) async fn clear(folder: &Path, instant: Timestamp) -> Result<usize, BlobFault> {
    let folder = folder.to_owned();
    let instant = SystemTime::from(instant);
    blocking(move || {
        let mut cleared = 0;
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.metadata()?.modified()? < instant {
                std::fs::remove_file(entry.path())?;
                cleared += 1;
            }
        }
        Ok(cleared)
    })
    .await
}

/// Runs file work that may wait for the disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobFault> + Send + 'static,
) -> Result<T, BlobFault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(BlobFault::Unavailable(Box::new(error))),
    }
}
