//! The shelf for large sealed letters: a folder, or a bucket of an S3-compatible store.
//!
//! The row decides, the shelf only holds: a blob is durable before its row commits, and one
//! without a row is an orphan that a job removes. Names are made of what the row knows and are
//! new for every attempt, so nothing is ever overwritten and an orphan is never needed later.

mod bucket;
mod folder;
mod incoming;
mod name;
mod read;

use std::path::PathBuf;

use bytes::Bytes;
use careplan_domain::Timestamp;
use futures_util::stream::BoxStream;

pub use bucket::BucketSettings;
pub use incoming::Incoming;
pub use name::{BlobName, SHARDS};
pub use read::verified;

use bucket::Bucket;
use folder::Folder;

/// Why the shelf could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BlobFault {
    /// There is no such blob.
    #[error("there is no such blob")]
    Missing,
    /// No room is left (507).
    #[error("the shelf is full")]
    Full(#[source] std::io::Error),
    /// The folder or the bucket cannot be reached (503).
    #[error("the shelf cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The bytes are not those that were put there.
    #[error("the bytes on the shelf are not those that were put there")]
    Damaged,
}

impl From<std::io::Error> for BlobFault {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing,
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full(error),
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}

impl BlobFault {
    /// The same about a letter that comes in: it cannot be missing, so the folder for it is.
    fn of_coming_in(self) -> Self {
        match self {
            Self::Missing => Self::Unavailable("there is no folder for letters that come in".into()),
            fault => fault,
        }
    }
}

/// A part of a blob: `start..end` in bytes.
pub type Part = std::ops::Range<u64>;

/// Bytes on their way out.
pub type Outgoing = BoxStream<'static, Result<Bytes, BlobFault>>;

/// The shelf.
#[derive(Debug, Clone)]
pub struct Blobs(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Folder(Folder),
    Bucket(Bucket),
}

impl Blobs {
    /// A shelf in a folder; it is made when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub async fn folder(folder: PathBuf) -> Result<Self, BlobFault> {
        Ok(Self(Kind::Folder(Folder::open(folder).await?)))
    }

    /// A shelf in a bucket. Letters are gathered in `spool`, a local folder, before they are put.
    ///
    /// # Errors
    /// When the settings are wrong or the folder cannot be made.
    pub async fn bucket(settings: BucketSettings, spool: PathBuf) -> Result<Self, BlobFault> {
        Ok(Self(Kind::Bucket(Bucket::open(settings, spool).await?)))
    }

    /// Begins to take a letter.
    ///
    /// # Errors
    /// When the shelf is full or cannot be reached.
    pub async fn receive(&self) -> Result<Incoming, BlobFault> {
        let begun = match &self.0 {
            Kind::Folder(folder) => Incoming::begin(folder.incoming()).await,
            Kind::Bucket(bucket) => Incoming::begin(bucket.spool()).await,
        };
        begun.map_err(BlobFault::of_coming_in)
    }

    /// Keeps what came in under a name; durable when this returns.
    ///
    /// # Errors
    /// When the shelf is full or cannot be reached, or the name is taken.
    pub async fn keep(&self, incoming: Incoming, name: &BlobName) -> Result<(), BlobFault> {
        let kept = match &self.0 {
            Kind::Folder(folder) => folder.keep(incoming, name).await,
            Kind::Bucket(bucket) => bucket.keep(incoming, name).await,
        };
        kept.map_err(BlobFault::of_coming_in)
    }

    /// Opens a part of a blob.
    ///
    /// # Errors
    /// When it is missing, or the shelf cannot be reached.
    pub async fn open(&self, name: &BlobName, part: Part) -> Result<Outgoing, BlobFault> {
        match &self.0 {
            Kind::Folder(folder) => folder.open_part(name, part).await,
            Kind::Bucket(bucket) => bucket.open_part(name, part).await,
        }
    }

    /// Drops a blob; it is no fault when it is gone already.
    ///
    /// # Errors
    /// When the shelf cannot be reached.
    pub async fn drop(&self, name: &BlobName) -> Result<(), BlobFault> {
        let dropped = match &self.0 {
            Kind::Folder(folder) => folder.drop(name).await,
            Kind::Bucket(bucket) => bucket.drop(name).await,
        };
        match dropped {
            Err(BlobFault::Missing) => Ok(()),
            dropped => dropped,
        }
    }

    /// The blobs of one of the [`SHARDS`] that were put before an instant.
    ///
    /// # Errors
    /// When the shelf cannot be reached.
    pub async fn put_before(&self, shard: u8, instant: Timestamp) -> Result<Vec<BlobName>, BlobFault> {
        let names = match &self.0 {
            Kind::Folder(folder) => folder.names(shard).await?,
            Kind::Bucket(bucket) => bucket.names(shard).await?,
        };
        Ok(names.into_iter().filter(|name| name.put_at < instant).collect())
    }

    /// Removes what was left behind by letters that never came in whole, untouched since `instant`.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn clear_incoming(&self, instant: Timestamp) -> Result<usize, BlobFault> {
        match &self.0 {
            Kind::Folder(folder) => incoming::clear(folder.incoming(), instant).await,
            Kind::Bucket(bucket) => incoming::clear(bucket.spool(), instant).await,
        }
    }
}
