//! Reading a whole blob: its last bytes leave only after all of them proved to be the right ones.

use bytes::Bytes;
use careplan_domain::Digest;
use careplan_envelope::Sha256;
use futures_util::{Stream, StreamExt as _, stream};

use super::{BlobFault, Outgoing};

struct Verifying<S> {
    source: S,
    digest: Option<Sha256>,
    held_back: Option<Bytes>,
    left: u64,
    expected: Digest,
}

/// Passes a blob of `length` bytes on, and ends with [`BlobFault::Damaged`] instead of its last
/// piece when length or digest are not as `expected`: so nobody takes damaged bytes for whole.
pub fn verified(
    source: impl Stream<Item = Result<Bytes, BlobFault>> + Send + Unpin + 'static,
    length: u64,
    expected: Digest,
) -> Outgoing {
    let state = Verifying { source, digest: Some(Sha256::new()), held_back: None, left: length, expected };
    stream::try_unfold(state, |mut state| async move {
        loop {
            let Some(mut digest) = state.digest.take() else { return Ok(None) };
            match state.source.next().await.transpose()? {
                Some(bytes) => {
                    digest.update(&bytes);
                    let length = bytes.len() as u64;
                    state.left = state.left.checked_sub(length).ok_or(BlobFault::Damaged)?;
                    state.digest = Some(digest);
                    if let Some(before) = state.held_back.replace(bytes) {
                        return Ok(Some((before, state)));
                    }
                }
                None if state.left == 0 && Digest(digest.finish()) == state.expected => {
                    return Ok(state.held_back.take().map(|last| (last, state)));
                }
                None => return Err(BlobFault::Damaged),
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use careplan_envelope::sha256;

    use super::*;

    async fn passed_on(pieces: &[&'static [u8]], length: u64, expected: Digest) -> (Vec<u8>, bool) {
        let source: Vec<Result<Bytes, BlobFault>> =
            pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        let mut stream = verified(stream::iter(source), length, expected);
        let mut passed = Vec::new();
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => passed.extend_from_slice(&piece),
                Err(_) => return (passed, false),
            }
        }
        (passed, true)
    }

    #[tokio::test]
    async fn whole_bytes_pass_and_damaged_ones_never_to_their_end() {
        let digest = Digest(sha256(b"a sealed letter"));
        let good = passed_on(&[b"a sealed ", b"letter"], 15, digest).await;
        assert_eq!(good, (b"a sealed letter".to_vec(), true));
        for (pieces, length) in [
            (&[&b"a sealed "[..], b"Letter"][..], 15),
            (&[b"a sealed "], 15),
            (&[b"a sealed ", b"letter", b"!"], 15),
            (&[b"a sealed ", b"letter"], 16),
        ] {
            let (passed, whole) = passed_on(pieces, length, digest).await;
            assert!(!whole && passed.len() < 15, "{pieces:?}");
        }
    }
}
