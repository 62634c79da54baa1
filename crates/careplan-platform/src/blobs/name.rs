//! Names of blobs: made of what the row knows, unique for every attempt to send.

use std::fmt;

use careplan_domain::{Digest, Timestamp, TransmissionId};

use crate::store::transmissions::Held;

/// Blobs are spread over so many folders, by the first byte of their digest.
pub const SHARDS: std::ops::RangeInclusive<u8> = 0..=255;

/// The name of a blob: `7f/<transmission>.<milliseconds>.<sha-256>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobName {
    /// Whose letter it is.
    pub id: TransmissionId,
    /// The instant of acceptance: two attempts differ in it, so neither needs the other's blob.
    pub put_at: Timestamp,
    /// SHA-256 of the bytes.
    pub digest: Digest,
}

impl BlobName {
    /// The name of a stored transmission's letter.
    pub fn of(held: &Held) -> Self {
        Self { id: held.header.id, put_at: held.accepted_at, digest: held.header.sealed_digest }
    }

    /// The folder of a shard.
    pub(super) fn shard(shard: u8) -> String {
        format!("{shard:02x}")
    }

    /// The first byte of the digest.
    pub(super) fn in_shard(&self) -> u8 {
        self.digest.0[0]
    }

    /// The name of a file in its shard's folder; `None` for a stranger.
    pub(crate) fn parse(file: &str) -> Option<Self> {
        let mut parts = file.split('.');
        let (id, millis, digest) = (parts.next()?, parts.next()?, parts.next()?);
        let put_at = Timestamp::from_millisecond(millis.parse().ok()?).ok()?;
        let name = Self { id: id.parse().ok()?, put_at, digest: digest.parse().ok()? };
        (parts.next().is_none() && name.file() == file).then_some(name)
    }

    /// The name of its file.
    pub(super) fn file(&self) -> String {
        format!("{}.{}.{}", self.id, self.put_at.as_millisecond(), self.digest)
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Self::shard(self.in_shard()), self.file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_as_it_was_written() {
        let name = BlobName {
            id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
            put_at: Timestamp::from_millisecond(1_793_491_200_000).unwrap(),
            digest: Digest([0x7f; 32]),
        };
        assert!(name.to_string().starts_with("7f/01920000-0000-7000-8000-000000000001.1793491200000.7f7f"));
        assert_eq!(BlobName::parse(&name.file()), Some(name));
        assert_eq!(BlobName::parse("readme.txt"), None);
        assert_eq!(BlobName::parse(&format!("{}.tmp", name.file())), None);
    }
}
