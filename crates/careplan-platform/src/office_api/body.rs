//! Reading bodies: piece by piece, never more than was declared, never waiting for ever.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use careplan_domain::Digest;
use careplan_domain::transmission::Header;
use careplan_envelope::{Sha256, sha256};
use careplan_protocol::{Code, Problem};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::problem::Refused;

/// A body that stands still for so long is given up: a slow line moves, a dead one does not.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// A body on its way in.
pub(super) struct Reader {
    pieces: BodyDataStream,
    declared: u64,
    read: u64,
}

impl Reader {
    pub(super) fn new(body: Body, declared: u64) -> Self {
        Self { pieces: body.into_data_stream(), declared, read: 0 }
    }

    /// The next piece; `None` after exactly as many bytes as were declared.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Refused> {
        let Ok(piece) = timeout(IDLE_MAX, self.pieces.next()).await else {
            return Err(Code::Timeout.into());
        };
        match piece {
            Some(Ok(piece)) => {
                self.read += piece.len() as u64;
                if self.read > self.declared { Err(self.mismatch()) } else { Ok(Some(piece)) }
            }
            Some(Err(error)) if is_silence(&error) => Err(Code::Timeout.into()),
            // The connection broke, or its framing says another length than its header.
            Some(Err(_)) => Err(self.mismatch()),
            None if self.read == self.declared => Ok(None),
            None => Err(self.mismatch()),
        }
    }

    /// The whole body in one piece; `declared` was checked to be small.
    pub(super) async fn whole(mut self) -> Result<Bytes, Refused> {
        let first = self.next().await?.unwrap_or_default();
        if first.len() as u64 == self.declared && self.next().await?.is_none() {
            return Ok(first);
        }
        let mut whole = BytesMut::with_capacity(usize::try_from(self.declared).unwrap_or_default());
        whole.extend_from_slice(&first);
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// Reads to the end and forgets it, so that a refusal reaches a caller who is still sending.
    pub(super) async fn drain(mut self) {
        while let Ok(Some(_)) = self.next().await {}
    }

    fn mismatch(&self) -> Refused {
        let detail = format!("届け出は {} バイト、受け取ったのは {} バイトです。", self.declared, self.read);
        Problem::new(Code::LengthMismatch).detail(detail).into()
    }
}

/// Whether a body ended because nothing came for too long, somewhere below.
pub(super) fn is_silence(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<tower_http::timeout::TimeoutError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether these are the bytes that the header declared.
pub(super) fn check_digest(header: &Header, bytes: &[u8]) -> Result<(), Refused> {
    same_digest(header, Digest(sha256(bytes)))
}

/// The same for bytes that were hashed on the way.
pub(super) fn check_hashed(header: &Header, digest: Sha256) -> Result<(), Refused> {
    same_digest(header, Digest(digest.finish()))
}

fn same_digest(header: &Header, digest: Digest) -> Result<(), Refused> {
    if digest == header.sealed_digest { Ok(()) } else { Err(Code::DigestMismatch.into()) }
}
