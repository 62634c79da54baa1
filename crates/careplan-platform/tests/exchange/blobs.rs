//! The shelf, in a folder and in a bucket of a real S3-compatible server: the same promises.

use careplan_domain::{Digest, Secret};
use careplan_envelope::sha256;
use careplan_platform::blobs::{BlobFault, BlobName, Blobs, BucketSettings, SHARDS, verified};
use careplan_testkit::s3::S3Server;
use futures_util::TryStreamExt as _;

use crate::world::id;

struct Shelf {
    blobs: Blobs,
    _folder: tempfile::TempDir,
    _server: Option<S3Server>,
}

async fn shelves() -> Vec<Shelf> {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::folder(folder.path().to_owned()).await.unwrap();
    let server = S3Server::start().await;
    let spool = tempfile::tempdir().unwrap();
    let settings = BucketSettings {
        bucket: S3Server::BUCKET.to_owned(),
        region: S3Server::REGION.to_owned(),
        endpoint: Some(server.endpoint()),
        allow_http: true,
        access_key_id: S3Server::ACCESS_KEY.to_owned(),
        secret_access_key: Secret::new(S3Server::SECRET_KEY),
    };
    let bucket = Blobs::bucket(settings, spool.path().to_owned()).await.unwrap();
    vec![
        Shelf { blobs, _folder: folder, _server: None },
        Shelf { blobs: bucket, _folder: spool, _server: Some(server) },
    ]
}

fn letter() -> Vec<u8> {
    (0..300_000_u32).map(|place| (place % 241) as u8).collect()
}

fn name(number: u64, millis: i64) -> BlobName {
    let put_at = jiff::Timestamp::from_millisecond(millis).unwrap();
    BlobName { id: id(number), put_at, digest: Digest(sha256(&letter())) }
}

async fn put(blobs: &Blobs, name: &BlobName) -> Result<(), BlobFault> {
    let mut incoming = blobs.receive().await.unwrap();
    for piece in letter().chunks(70_000) {
        incoming.write(piece).await.unwrap();
    }
    blobs.keep(incoming, name).await
}

async fn read(blobs: &Blobs, name: &BlobName, part: std::ops::Range<u64>) -> Result<Vec<u8>, BlobFault> {
    let pieces: Vec<_> = blobs.open(name, part).await?.try_collect().await?;
    Ok(pieces.concat())
}

#[tokio::test]
async fn what_was_put_is_read_back_whole_and_in_parts() {
    for shelf in shelves().await {
        put(&shelf.blobs, &name(1, 1)).await.unwrap();
        let length = letter().len() as u64;
        assert_eq!(read(&shelf.blobs, &name(1, 1), 0..length).await.unwrap(), letter());
        assert_eq!(read(&shelf.blobs, &name(1, 1), 10..20).await.unwrap(), letter()[10..20]);
        assert_eq!(
            read(&shelf.blobs, &name(1, 1), length - 1..length).await.unwrap(),
            letter()[letter().len() - 1..]
        );
        let whole = shelf.blobs.open(&name(1, 1), 0..length).await.unwrap();
        let whole: Vec<_> = verified(whole, length, name(1, 1).digest).try_collect().await.unwrap();
        assert_eq!(whole.concat(), letter());
    }
}

#[tokio::test]
async fn a_name_is_taken_once() {
    for shelf in shelves().await {
        put(&shelf.blobs, &name(1, 1)).await.unwrap();
        assert!(put(&shelf.blobs, &name(1, 1)).await.is_err());
        put(&shelf.blobs, &name(1, 2)).await.unwrap();
    }
}

#[tokio::test]
async fn a_dropped_blob_is_missing_and_dropping_again_is_no_fault() {
    for shelf in shelves().await {
        put(&shelf.blobs, &name(1, 1)).await.unwrap();
        shelf.blobs.drop(&name(1, 1)).await.unwrap();
        shelf.blobs.drop(&name(1, 1)).await.unwrap();
        assert!(matches!(read(&shelf.blobs, &name(1, 1), 0..10).await, Err(BlobFault::Missing)));
    }
}

#[tokio::test]
async fn blobs_are_listed_by_the_instant_of_their_names() {
    for shelf in shelves().await {
        for (number, millis) in [(1, 1000), (2, 2000), (3, 3000)] {
            put(&shelf.blobs, &name(number, millis)).await.unwrap();
        }
        let before = jiff::Timestamp::from_millisecond(3000).unwrap();
        let mut found = Vec::new();
        for shard in SHARDS {
            found.extend(shelf.blobs.put_before(shard, before).await.unwrap());
        }
        found.sort_by_key(|name| name.put_at);
        assert_eq!(found, [name(1, 1000), name(2, 2000)]);
    }
}

#[tokio::test]
async fn a_letter_that_never_came_in_whole_leaves_nothing() {
    for shelf in shelves().await {
        let mut incoming = shelf.blobs.receive().await.unwrap();
        incoming.write(b"half a le").await.unwrap();
        drop(incoming);
        assert_eq!(shelf.blobs.clear_incoming(jiff::Timestamp::MAX).await.unwrap_or(0), 0);
        // A crash leaves the file; it is cleared when it is old.
        let incoming = shelf.blobs.receive().await.unwrap();
        std::mem::forget(incoming);
        assert_eq!(shelf.blobs.clear_incoming(jiff::Timestamp::UNIX_EPOCH).await.unwrap(), 0);
        let later = "2100-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(shelf.blobs.clear_incoming(later).await.unwrap(), 1);
    }
}
