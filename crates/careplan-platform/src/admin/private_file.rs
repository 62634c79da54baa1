//! Files that only their owner can read: what operators hand out with passwords in it.
//!
//! Promise: nobody else can read what is written here, at no instant; what is said to be written is on the disk.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// Read and written by its owner, by nobody else.
#[cfg(unix)]
const MODE: u32 = 0o600;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Present {
    /// It is not touched, and nothing is written.
    Refused,
    /// The new content takes its place.
    Replaced,
}

/// Writes a file for its owner only.
///
/// # Errors
/// When it is there and may not be, or the disk refuses.
pub(super) fn write(path: &Path, content: &[u8], present: Present) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    match present {
        Present::Refused => options.create_new(true),
        Present::Replaced => options.create(true),
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, MODE);
    let mut file = options.open(path)?;
    // The mode above is for new files; one that was there may have been open to others.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(MODE))?;
    file.set_len(0)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_is_its_owners_whether_one_may_be_there_or_not() {
        let folder = tempfile::tempdir().unwrap();
        for (name, present) in [("a", Present::Refused), ("b", Present::Replaced)] {
            let path = folder.path().join(name);
            write(&path, b"secret", present).unwrap();
            assert_eq!((fs::read(&path).unwrap().as_slice(), mode(&path)), (&b"secret"[..], 0o600));
        }
    }

    #[test]
    fn a_file_that_is_there_is_left_as_it_is_or_replaced_whole_and_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "longer than what follows").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let refused = write(&path, b"secret", Present::Refused).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), mode(&path)),
            ("longer than what follows", 0o644)
        );
        write(&path, b"secret", Present::Replaced).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("secret", 0o600));
    }
}
