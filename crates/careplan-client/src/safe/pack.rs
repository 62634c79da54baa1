//! Files one after the other in a stream.
//!
//! ```text
//! { length of path (2)  path  { length of block (4)  block }…  0 (4) }…  0 (2)
//! ```
//!
//! Blocks, so that a file whose length changes while it is read spoils nothing behind it. A path that leads out of the folder, or means
//! something else on another system, is none: a backup may come from anybody's memory stick.

use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Bytes of a path.
const PATH_BYTES_MAX: usize = 4 * 1024;

/// Bytes of a block.
const BLOCK_BYTES: usize = 64 * 1024;

/// Writes files one after the other.
pub(super) struct Packer<W: Write>(W);

impl<W: Write> Packer<W> {
    pub(super) fn new(inner: W) -> Self {
        Self(inner)
    }

    /// Adds one file. `path` is one of [`written`].
    pub(super) fn add(&mut self, path: &str, content: &mut impl Read) -> io::Result<()> {
        let length = u16::try_from(path.len()).map_err(io::Error::other)?;
        self.0.write_all(&length.to_be_bytes())?;
        self.0.write_all(path.as_bytes())?;
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let count = match content.read(&mut block) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                count => count?,
            };
            let count_bytes = u32::try_from(count).map_err(io::Error::other)?.to_be_bytes();
            self.0.write_all(&count_bytes)?;
            self.0.write_all(block.get(..count).unwrap_or_default())?;
            if count == 0 {
                return Ok(());
            }
        }
    }

    /// Ends the stream.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.0.write_all(&0_u16.to_be_bytes())?;
        Ok(self.0)
    }
}

/// Reads what a [`Packer`] wrote.
pub(super) struct Unpacker<R: Read>(R);

impl<R: Read> Unpacker<R> {
    pub(super) fn new(inner: R) -> Self {
        Self(inner)
    }

    /// The path of the next file, whose content has to be taken before the next one; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<PathBuf>> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length)?;
        let length = usize::from(u16::from_be_bytes(length));
        if length == 0 {
            // The end of the stream below is verified, too.
            return if self.0.read(&mut [0; 1])? == 0 { Ok(None) } else { Err(invalid()) };
        }
        if length > PATH_BYTES_MAX {
            return Err(invalid());
        }
        let mut path = vec![0; length];
        self.0.read_exact(&mut path)?;
        let path = String::from_utf8(path).ok().and_then(|path| safe(&path));
        path.map(Some).ok_or_else(invalid)
    }

    /// Takes the content of the file.
    pub(super) fn copy_to(&mut self, to: &mut impl Write) -> io::Result<()> {
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            let mut length = [0; 4];
            self.0.read_exact(&mut length)?;
            let length = u32::from_be_bytes(length) as usize;
            let block = block.get_mut(..length).ok_or_else(invalid)?;
            if length == 0 {
                return Ok(());
            }
            self.0.read_exact(block)?;
            to.write_all(block)?;
        }
    }
}

/// A path below the folder, as it is written; `None` for one that could not be read again.
pub(super) fn written(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|part| part.as_os_str().to_str()).collect();
    let path = parts?.join("/");
    safe(&path).is_some().then_some(path)
}

/// A path as it was written, if it leads down and nowhere else – on any system.
fn safe(path: &str) -> Option<PathBuf> {
    if path.is_empty() || path.len() > PATH_BYTES_MAX {
        return None;
    }
    let is_name = |part: &str| {
        let only = PathBuf::from(part);
        let mut components = only.components();
        matches!((components.next(), components.next()), (Some(Component::Normal(name)), None) if name == part)
            && !part.contains(['\\', ':', '\0'])
    };
    path.split('/').all(is_name).then(|| path.split('/').collect())
}

fn invalid() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_in_their_order_whatever_their_length() {
        let long = vec![5; 3 * BLOCK_BYTES + 1];
        let files = [("a.csv", b"x".as_slice()), ("sent/利用者/b", &[]), ("c", &long)];
        let mut packer = Packer::new(Vec::new());
        for (path, mut content) in files {
            packer.add(path, &mut content).unwrap();
        }
        let bytes = packer.finish().unwrap();
        let mut unpacker = Unpacker::new(bytes.as_slice());
        for (path, content) in files {
            assert_eq!(unpacker.next().unwrap().unwrap(), Path::new(path));
            let mut got = Vec::new();
            unpacker.copy_to(&mut got).unwrap();
            assert!(got == content, "{path}");
        }
        assert_eq!(unpacker.next().unwrap(), None);
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        for path in
            ["/etc/passwd", "../x", "a/../../x", "a//b", "a/", ".", "C:\\x", "C:x", "a\\..\\b", "a\0", ""]
        {
            assert!(safe(path).is_none(), "{path:?}");
            if path.is_empty() {
                continue;
            }
            let mut packer = Packer::new(Vec::new());
            packer.add(path, &mut b"x".as_slice()).unwrap();
            let bytes = packer.finish().unwrap();
            let refused = Unpacker::new(bytes.as_slice()).next().unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidData, "{path:?}");
        }
    }

    #[test]
    fn a_stream_that_ends_early_is_told() {
        let mut packer = Packer::new(Vec::new());
        packer.add("a", &mut b"content".as_slice()).unwrap();
        let bytes = packer.finish().unwrap();
        for end in 0..bytes.len() {
            let mut unpacker = Unpacker::new(&bytes[..end]);
            let read = unpacker
                .next()
                .and_then(|_| unpacker.copy_to(&mut io::sink()))
                .and_then(|()| unpacker.next());
            assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{end}");
        }
    }
}
