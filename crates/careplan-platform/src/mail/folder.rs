//! Mails as files in a folder: the embedded default, and what tests read.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::SendFault;

/// A folder of `.eml` files, which any mail program opens. They are their owner's alone.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    mails_max: usize,
}

impl Folder {
    /// Holds at most `mails_max`: a folder that nobody empties must not fill the disk.
    pub fn new(path: PathBuf, mails_max: usize) -> Self {
        Self { path, mails_max }
    }

    /// Writes a mail, whole or not at all; again under the same name.
    pub(super) async fn send(&self, id: Uuid, mail: &[u8]) -> Result<(), SendFault> {
        // The kind of fault, not its place: the operator knows the folder.
        let away = |error: io::Error| SendFault::Later(format!("the folder of mails: {}", error.kind()));
        fs::create_dir_all(&self.path).await.map_err(away)?;
        let name = self.path.join(format!("{id}.eml"));
        if self.count(&name).await.map_err(away)? >= self.mails_max {
            return Err(SendFault::Later("the folder of mails is full".to_owned()));
        }
        let half = name.with_extension("half");
        let written = write(&half, mail).await;
        let done = match written {
            Ok(()) => fs::rename(&half, &name).await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            let _ = fs::remove_file(&half).await;
        }
        done.map_err(away)
    }

    /// Mails that lie there, beside this one.
    async fn count(&self, name: &Path) -> io::Result<usize> {
        let mut entries = fs::read_dir(&self.path).await?;
        let mut count = 0;
        while let Some(entry) = entries.next_entry().await? {
            let path = entry.path();
            count += usize::from(path != name && path.extension().is_some_and(|it| it == "eml"));
        }
        Ok(count)
    }
}

async fn write(path: &Path, mail: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(path).await?;
    file.write_all(mail).await?;
    file.sync_all().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_mail_is_a_file_of_its_owner_and_the_same_mail_is_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let mails = Folder::new(path.clone(), 1);
        for _ in 0..2 {
            mails.send(Uuid::from_u128(1), b"Subject: x").await.unwrap();
        }
        let file = path.join("00000000-0000-0000-0000-000000000001.eml");
        assert_eq!(std::fs::read(&file).unwrap(), b"Subject: x");
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[tokio::test]
    async fn a_folder_takes_its_last_mail_and_not_one_more() {
        let folder = tempfile::tempdir().unwrap();
        let mails = Folder::new(folder.path().to_owned(), 2);
        mails.send(Uuid::from_u128(1), b"x").await.unwrap();
        mails.send(Uuid::from_u128(2), b"x").await.unwrap();
        let full = mails.send(Uuid::from_u128(3), b"x").await.unwrap_err();
        assert_eq!(full, SendFault::Later("the folder of mails is full".to_owned()));
        std::fs::remove_file(folder.path().join(format!("{}.eml", Uuid::from_u128(1)))).unwrap();
        mails.send(Uuid::from_u128(3), b"x").await.unwrap();
    }

    #[tokio::test]
    async fn a_folder_that_is_away_is_a_fault_for_later_and_nothing_half_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        std::fs::write(&path, "a file where the folder should be").unwrap();
        let mails = Folder::new(path.clone(), 9);
        let away = mails.send(Uuid::from_u128(1), b"x").await.unwrap_err();
        assert!(
            matches!(&away, SendFault::Later(reason) if reason.starts_with("the folder of mails:")),
            "{away}"
        );
        std::fs::remove_file(&path).unwrap();
        mails.send(Uuid::from_u128(1), b"x").await.unwrap();
    }
}
