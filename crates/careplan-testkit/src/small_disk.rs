//! A disk that can be full: a small file system of its own in memory, for one test.
//!
//! Mounting one is root's right; who is not root borrows it from `sudo`, where that asks for no
//! password. Without either there is none, and the test notes that it was not run: `cargo xtask test`
//! says so at its end. With either a mount that fails is the test's failure.

#![expect(clippy::expect_used, reason = "a fixture that cannot do its work fails the test")]

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the file in which tests that were not run are noted, one a line: the test, a tabulator, why.
pub const NOT_RUN_VARIABLE: &str = "CAREPLAN_TESTS_NOT_RUN";

/// What such a test says.
const WHY_NOT_RUN: &str =
    "it needs a small disk of its own: only root can mount one, or who may `sudo` without a password";

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
    /// and a note, when we cannot act as root: then the test cannot be run.
    ///
    /// # Panics
    /// When root cannot mount.
    pub fn mount(at: &Path, mebibytes: u32) -> Option<Self> {
        let Some(mut mount) = as_root("mount") else {
            note_not_run();
            return None;
        };
        fs::create_dir_all(at).expect("make the folder to mount at");
        let owner = fs::metadata(at).expect("look at the folder to mount at");
        let options = format!("size={mebibytes}m,mode=0700,uid={},gid={}", owner.uid(), owner.gid());
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
        if let Some(mut umount) = as_root("umount") {
            let _ = umount.arg("--lazy").arg(&self.path).status();
        }
    }
}

/// A program that root runs; `None` when we can neither be root nor borrow from it.
fn as_root(program: &str) -> Option<Command> {
    if fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0) {
        return Some(Command::new(program));
    }
    let asked = Command::new("sudo").args(["-n", "true"]).stdin(Stdio::null()).output();
    asked.is_ok_and(|it| it.status.success()).then(|| {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", program]);
        sudo
    })
}

/// Leaves a line for whoever started the tests.
#[expect(clippy::disallowed_methods, reason = "the one place of this fixture that reads the environment")]
fn note_not_run() {
    eprintln!("NOT RUN: {WHY_NOT_RUN}");
    let Ok(notes) = std::env::var(NOT_RUN_VARIABLE) else { return };
    let thread = std::thread::current();
    let line = format!("{}\t{WHY_NOT_RUN}\n", thread.name().unwrap_or("a test"));
    let file = File::options().append(true).open(notes);
    file.expect("open the notes").write_all(line.as_bytes()).expect("note a test that is not run");
}
