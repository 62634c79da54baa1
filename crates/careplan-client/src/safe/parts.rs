//! A long stream as sealed parts, each a letter of its own that `openssl cms -decrypt` opens.
//!
//! ```text
//! "careplan-backup 1\n"  name of the key (20)  { length (4)  sealed { stream (16)  number (8)  last (1)  data } }…
//! ```
//!
//! A part counts only in its stream, at its place, and the stream only with its last part: parts cannot be exchanged, left out, or cut off.

use std::io::{self, Read, Write};

use careplan_envelope::{DecryptionKey, Opening, Recipient, open, seal};
use zeroize::{Zeroize as _, Zeroizing};

use super::RecoveryKey;

/// How a backup begins.
const MAGIC: &[u8] = b"careplan-backup 1\n";

/// Bytes of data in a part: two of them lie in memory at a time.
const DATA_BYTES: usize = 1024 * 1024;

/// Bytes before the data: stream, number, last.
const HEAD_BYTES: usize = 16 + 8 + 1;

/// Longest sealed part that is read: data, head, and what sealing adds for one recipient.
const SEALED_PART_BYTES_MAX: usize = DATA_BYTES + HEAD_BYTES + 16 * 1024;

/// Seals what is written to it.
pub(super) struct PartWriter<'a, W: Write> {
    key: &'a RecoveryKey,
    /// Head and data of the part that is being filled.
    part: Zeroizing<Vec<u8>>,
    stream: [u8; 16],
    number: u64,
    inner: W,
}

impl<'a, W: Write> PartWriter<'a, W> {
    /// Begins a stream.
    pub(super) fn begin(mut inner: W, key: &'a RecoveryKey) -> io::Result<Self> {
        inner.write_all(MAGIC)?;
        inner.write_all(key.id().as_bytes())?;
        let stream = *uuid::Uuid::new_v4().as_bytes();
        let part = Zeroizing::new(Vec::with_capacity(HEAD_BYTES + DATA_BYTES));
        let mut writer = Self { key, part, stream, number: 0, inner };
        writer.begin_part();
        Ok(writer)
    }

    fn begin_part(&mut self) {
        self.part.zeroize();
        self.part.extend_from_slice(&self.stream);
        self.part.extend_from_slice(&self.number.to_be_bytes());
        self.part.push(0);
    }

    fn end_part(&mut self) -> io::Result<()> {
        let sealed = seal(&self.part, &[Recipient::Terminal(self.key.public())]).map_err(io::Error::other)?;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        self.inner.write_all(&length.to_be_bytes())?;
        self.inner.write_all(&sealed)?;
        self.number += 1;
        self.begin_part();
        Ok(())
    }

    /// Ends the stream; gives back what it was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if let Some(last) = self.part.get_mut(HEAD_BYTES - 1) {
            *last = 1;
        }
        self.end_part()?;
        self.inner.flush()?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for PartWriter<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.part.len() == HEAD_BYTES + DATA_BYTES {
            self.end_part()?;
        }
        let room = (HEAD_BYTES + DATA_BYTES).saturating_sub(self.part.len());
        let (now, _) = bytes.split_at(bytes.len().min(room));
        self.part.extend_from_slice(now);
        Ok(now.len())
    }

    /// A part is sealed when it is full; nothing is gained by sealing it before.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a backup begins, as far as anybody can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Which key opens it.
    pub(super) key: [u8; 20],
}

impl Head {
    /// Reads it; `None` when this is no backup of ours.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let (mut magic, mut key) = ([0; MAGIC.len()], [0; 20]);
        match from.read_exact(&mut magic).and_then(|()| from.read_exact(&mut key)) {
            Ok(()) if magic == MAGIC => Ok(Some(Self { key })),
            Ok(()) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Opens what a [`PartWriter`] has sealed, after the [`Head`]. What does not fit is [`io::ErrorKind::InvalidData`], a missing end
/// [`io::ErrorKind::UnexpectedEof`].
pub(super) struct PartReader<'a, R: Read> {
    key: &'a DecryptionKey,
    inner: R,
    part: Zeroizing<Vec<u8>>,
    /// How far the part is read.
    at: usize,
    stream: Option<[u8; 16]>,
    number: u64,
    is_last: bool,
}

impl<'a, R: Read> PartReader<'a, R> {
    pub(super) fn new(inner: R, key: &'a DecryptionKey) -> Self {
        let part = Zeroizing::new(Vec::new());
        Self { key, inner, part, at: 0, stream: None, number: 0, is_last: false }
    }

    fn next_part(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        self.inner.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > SEALED_PART_BYTES_MAX {
            return Err(invalid());
        }
        let mut sealed = vec![0; length];
        self.inner.read_exact(&mut sealed)?;
        let Opening::Opened(part) = open(&sealed, &[self.key]) else { return Err(invalid()) };
        let head = part.get(..HEAD_BYTES).ok_or_else(invalid)?;
        let (stream, rest) = head.split_first_chunk::<16>().ok_or_else(invalid)?;
        let (number, last) = rest.split_first_chunk::<8>().ok_or_else(invalid)?;
        if *self.stream.get_or_insert(*stream) != *stream || u64::from_be_bytes(*number) != self.number {
            return Err(invalid());
        }
        self.is_last = last == [1];
        self.number += 1;
        (self.part, self.at) = (part, HEAD_BYTES);
        Ok(())
    }
}

impl<R: Read> Read for PartReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = self.part.get(self.at..).unwrap_or_default();
            if !rest.is_empty() || buffer.is_empty() {
                let count = rest.len().min(buffer.len());
                let (Some(from), Some(to)) = (rest.get(..count), buffer.get_mut(..count)) else {
                    return Err(invalid());
                };
                to.copy_from_slice(from);
                self.at += count;
                return Ok(count);
            }
            if self.is_last {
                // Nothing may stand behind the end.
                let more = self.inner.read(&mut [0; 1])?;
                return if more == 0 { Ok(0) } else { Err(invalid()) };
            }
            self.next_part()?;
        }
    }
}

fn invalid() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safe::RecoveryCode;

    fn sealed(content: &[u8], code: &RecoveryCode) -> Vec<u8> {
        let key = RecoveryKey::of(code).unwrap();
        let mut writer = PartWriter::begin(Vec::new(), &key).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    fn opened(mut bytes: &[u8], code: &RecoveryCode) -> io::Result<Vec<u8>> {
        Head::read(&mut bytes)?.ok_or_else(invalid)?;
        let mut content = Vec::new();
        PartReader::new(bytes, &code.key().unwrap()).read_to_end(&mut content)?;
        Ok(content)
    }

    /// Where the parts of a stream begin and end.
    fn cuts(bytes: &[u8]) -> Vec<usize> {
        let mut cuts = vec![MAGIC.len() + 20];
        while let Some(length) = bytes[*cuts.last().unwrap()..].first_chunk::<4>() {
            cuts.push(cuts.last().unwrap() + 4 + u32::from_be_bytes(*length) as usize);
        }
        cuts
    }

    #[test]
    fn what_was_sealed_comes_back_at_every_length_around_a_part() {
        let code = RecoveryCode::fresh().unwrap();
        for length in [0, 1, DATA_BYTES - 1, DATA_BYTES, DATA_BYTES + 1, 2 * DATA_BYTES + 7] {
            let content: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let bytes = sealed(&content, &code);
            assert!(opened(&bytes, &code).unwrap() == content, "{length}");
        }
    }

    #[test]
    fn parts_that_are_cut_off_exchanged_repeated_or_changed_are_told() {
        let code = RecoveryCode::fresh().unwrap();
        let bytes = sealed(&vec![7; 2 * DATA_BYTES + 7], &code);
        let cuts = cuts(&bytes);
        assert_eq!(cuts.len(), 4);
        let part = |n: usize| &bytes[cuts[n]..cuts[n + 1]];
        let head = &bytes[..cuts[0]];
        let kind = |bytes: &[u8]| opened(bytes, &code).unwrap_err().kind();
        use io::ErrorKind::{InvalidData, UnexpectedEof};
        assert_eq!(kind(&[head, part(0), part(1)].concat()), UnexpectedEof);
        assert_eq!(kind(&bytes[..bytes.len() - 1]), UnexpectedEof);
        assert_eq!(kind(&[head, part(1), part(0), part(2)].concat()), InvalidData);
        assert_eq!(kind(&[head, part(0), part(0), part(1), part(2)].concat()), InvalidData);
        assert_eq!(kind(&[&bytes, b"x".as_slice()].concat()), InvalidData);
        let other = sealed(&vec![7; 2 * DATA_BYTES + 7], &code);
        assert_eq!(kind(&[head, part(0), &other[cuts[1]..cuts[2]], part(2)].concat()), InvalidData);
        let mut changed = bytes.clone();
        changed[cuts[1] + 1_000] ^= 1;
        assert_eq!(kind(&changed), InvalidData);
        assert_eq!(opened(&bytes, &RecoveryCode::fresh().unwrap()).unwrap_err().kind(), InvalidData);
    }
}
