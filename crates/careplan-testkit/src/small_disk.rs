//! A disk that can be full: a small file system of its own in memory, for one test.
//!
//! Mounting one is root's right. Who is not root gets none, and the test says that it was not run;
//! for root it always is, and a mount that fails is the test's failure.

#![expect(clippy::expect_used, reason = "a fixture that cannot do its work fails the test")]

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What takes all the room.
const FILLER: &str = "filler";

/// The disk gives its room away in pages of so many bytes.
const PAGE_BYTES: usize = 4096;

/// A mounted disk; dropping it unmounts it, whoever still holds files on it.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts an empty disk of `mebibytes` at a folder, which is made when it is not there. `None`,
    /// and a line on standard error, when we are not root: then the test cannot be run.
    ///
    /// # Panics
    /// When root cannot mount.
    pub fn mount(at: &Path, mebibytes: u32) -> Option<Self> {
        if fs::metadata("/proc/self").map_or(u32::MAX, |it| it.uid()) != 0 {
            eprintln!("NOT RUN: this test needs a small disk of its own, and only root can mount one");
            return None;
        }
        fs::create_dir_all(at).expect("make the folder to mount at");
        let options = format!("size={mebibytes}m,mode=0700");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &options, "careplan-small-disk"]).arg(at).output();
        let mounted = mounted.expect("run `mount`");
        assert!(mounted.status.success(), "{}", String::from_utf8_lossy(&mounted.stderr));
        Some(Self { path: at.to_owned() })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes all the room that is left.
    ///
    /// # Panics
    /// When something else goes wrong than what is wanted.
    pub fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.path.join(FILLER));
        let filler = filler.as_mut().expect("open the filler");
        for bytes in [64 * PAGE_BYTES, PAGE_BYTES] {
            let fault = loop {
                if let Err(fault) = filler.write_all(&vec![0; bytes]) {
                    break fault;
                }
            };
            assert_eq!(fault.kind(), ErrorKind::StorageFull, "fill the disk: {fault}");
        }
    }

    /// Gives back what [`fill`](Self::fill) took.
    ///
    /// # Panics
    /// When the disk was not filled.
    pub fn make_room(&self) {
        fs::remove_file(self.path.join(FILLER)).expect("remove the filler");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a replica that was just cut off may still hold files for an instant.
        let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
    }
}
