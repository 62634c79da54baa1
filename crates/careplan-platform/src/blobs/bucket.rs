//! A shelf in a bucket of an S3-compatible store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use careplan_domain::Secret;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{
    ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions,
    PutPayload, RetryConfig,
};
use tokio::sync::Semaphore;

use super::{BlobFault, BlobName, Incoming, Outgoing, Part};

/// Letters on their way into the bucket at the same time: each is in memory for that long.
const PUTS_MAX: usize = 4;

/// How long one request to the store is tried again; then the sender tries again.
const RETRY: Duration = Duration::from_secs(20);

/// How long one request to the store may take: 20 MiB on a slow line between sites.
const REQUEST: Duration = Duration::from_secs(60);

/// Where the bucket is, and who we are there.
#[derive(Debug, Clone)]
pub struct BucketSettings {
    /// Its name.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// URL of the store; `None` for the provider's own.
    pub endpoint: Option<String>,
    /// Whether the endpoint may be plain HTTP: only for a store on the same machine.
    pub allow_http: bool,
    /// Who we are.
    pub access_key_id: String,
    /// The secret to it.
    pub secret_access_key: Secret,
}

#[derive(Debug, Clone)]
pub(super) struct Bucket {
    store: Arc<AmazonS3>,
    spool: Arc<Path>,
    puts: Arc<Semaphore>,
}

impl Bucket {
    pub(super) async fn open(settings: BucketSettings, spool: PathBuf) -> Result<Self, BlobFault> {
        tokio::fs::create_dir_all(&spool).await?;
        let options = ClientOptions::new().with_allow_http(settings.allow_http).with_timeout(REQUEST);
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(settings.bucket)
            .with_region(settings.region)
            .with_access_key_id(settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.expose())
            .with_retry(RetryConfig { retry_timeout: RETRY, max_retries: 5, ..RetryConfig::default() })
            .with_client_options(options);
        if let Some(endpoint) = settings.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder.build().map_err(fault)?;
        Ok(Self { store: Arc::new(store), spool: spool.into(), puts: Arc::new(Semaphore::new(PUTS_MAX)) })
    }

    pub(super) fn spool(&self) -> &Path {
        &self.spool
    }

    pub(super) async fn keep(&self, incoming: Incoming, name: &BlobName) -> Result<(), BlobFault> {
        let source = incoming.finish().await?;
        let _turn = self.puts.acquire().await.map_err(|error| BlobFault::Unavailable(Box::new(error)))?;
        let bytes = Bytes::from(tokio::fs::read(source.path()).await?);
        let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&key(name), PutPayload::from(bytes.clone()), create).await {
            Ok(_) => Ok(()),
            // Some stores do not know the condition. Names are never used twice: it is only a belt.
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) => {
                self.store.put(&key(name), PutPayload::from(bytes)).await.map_err(fault)?;
                Ok(())
            }
            Err(error) => Err(fault(error)),
        }
    }

    pub(super) async fn open_part(&self, name: &BlobName, part: Part) -> Result<Outgoing, BlobFault> {
        let options = GetOptions { range: Some(GetRange::Bounded(part)), ..GetOptions::default() };
        let found = self.store.get_opts(&key(name), options).await.map_err(fault)?;
        Ok(found.into_stream().map_err(fault).boxed())
    }

    pub(super) async fn drop(&self, name: &BlobName) -> Result<(), BlobFault> {
        self.store.delete(&key(name)).await.map_err(fault)
    }

    pub(super) async fn names(&self, shard: u8) -> Result<Vec<BlobName>, BlobFault> {
        let prefix = Key::from(BlobName::shard(shard));
        let found: Vec<_> = self.store.list(Some(&prefix)).try_collect().await.map_err(fault)?;
        Ok(found.iter().filter_map(|it| it.location.filename().and_then(BlobName::parse)).collect())
    }
}

fn key(name: &BlobName) -> Key {
    Key::from(name.to_string())
}

fn fault(error: Error) -> BlobFault {
    match error {
        Error::NotFound { .. } => BlobFault::Missing,
        error => BlobFault::Unavailable(Box::new(error)),
    }
}
