//! Accidents that tests arrange: a power cut at a named point, a disk that is full.
//!
//! In an installed client nothing ever happens here. A power cut is a future that never ends: the
//! test drops it, which is what a kill leaves behind — whatever was durable, and nothing else.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Places between two durable changes, where a kill must lose nothing and send nothing twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Point {
    /// Set-up: key and request are stored, nothing was asked yet.
    EnrolmentKeyStored,
    /// Set-up: the certificate came and is not stored yet.
    EnrolmentCertificateReceived,
    /// Set-up: certificate stored, terminal key not announced yet.
    EnrolmentCertificateStored,
    /// Outbox: the letter is sealed and not stored yet.
    LetterSealed,
    /// Outbox: the copy of what is sent lies under temporary names.
    SentCopyUnderway,
    /// Outbox: the copy has its name, no row says so yet.
    SentCopyNamed,
    /// Outbox: the letter is stored and was not sent yet.
    LetterStored,
    /// Outbox: the platform answered, the answer is not stored yet.
    LetterAnswered,
    /// Outbox, large letters: one part was taken by the platform.
    PartTaken,
    /// Inbox: the bytes came and are not stored yet.
    LetterFetched,
    /// Inbox: the letter is for another terminal, the row does not say so yet.
    LetterNotForUs,
    /// Inbox: the letter is verified and stored, no file is written.
    LetterVerified,
    /// Inbox: files lie under temporary names.
    FilesWritten,
    /// Inbox: files lie under their own names, the row does not say so yet.
    FilesNamed,
    /// Inbox: the copy of what came lies under temporary names.
    KeptCopyUnderway,
    /// Inbox: the copy has its name, the row does not say so yet.
    KeptCopyNamed,
    /// Inbox: the row says that the files are there, nothing was acknowledged.
    FilesRecorded,
    /// Inbox: the receipt is signed and stored, not handed in.
    ReceiptSigned,
    /// Inbox: the platform took the receipt, the row does not say so yet.
    ReceiptAnswered,
    /// News: a page came and is not stored yet.
    NewsReceived,
    /// Export folder: one file of a set lies in the folder of this terminal.
    ExportFileTaken,
    /// Export folder: the row says that a set was taken.
    SetTaken,
    /// Export folder: a draft holds the sets, the rows do not say so yet.
    SetsHandedOver,
    /// Export folder: a set was judged and, if good, sealed; its row does not say so yet.
    SetSealed,
    /// Export folder: the row says what became of a set.
    SetRecorded,
    /// Export folder: the row says where a set will be answered.
    SetPlaceChosen,
    /// Export folder: the files of a set lie where it is answered, without a note yet.
    SetMoved,
    /// Export folder: a set is answered, its row does not say so yet.
    SetNoted,
    /// Import folder: the files of a unit lie under temporary names.
    UnitStaged,
    /// Import folder: the row says where a unit is going to lie.
    UnitPlaceChosen,
    /// Import folder: one file of a unit has its name.
    UnitFileNamed,
    /// Import folder: all files of a unit have their names, the row does not say so yet.
    UnitNamed,
    /// Import folder: the row says that a unit left, the transmission is not marked yet.
    UnitLeft,
    /// Practice partner: the answer is in the outbox, what it answers is not marked yet.
    AnswerStored,
}

impl Point {
    /// Every point on a letter's way, in its order.
    pub const ALL: &[Self] = &[
        Self::EnrolmentKeyStored,
        Self::EnrolmentCertificateReceived,
        Self::EnrolmentCertificateStored,
        Self::LetterSealed,
        Self::SentCopyUnderway,
        Self::SentCopyNamed,
        Self::LetterStored,
        Self::LetterAnswered,
        Self::PartTaken,
        Self::LetterFetched,
        Self::LetterNotForUs,
        Self::LetterVerified,
        Self::FilesWritten,
        Self::FilesNamed,
        Self::KeptCopyUnderway,
        Self::KeptCopyNamed,
        Self::FilesRecorded,
        Self::ReceiptSigned,
        Self::ReceiptAnswered,
        Self::NewsReceived,
    ];

    /// Every point in the folders that are shared with the care software.
    pub const OF_FOLDERS: &[Self] = &[
        Self::ExportFileTaken,
        Self::SetTaken,
        Self::SetsHandedOver,
        Self::SetSealed,
        Self::SetRecorded,
        Self::SetPlaceChosen,
        Self::SetMoved,
        Self::SetNoted,
        Self::UnitStaged,
        Self::UnitPlaceChosen,
        Self::UnitFileNamed,
        Self::UnitNamed,
        Self::UnitLeft,
    ];
}

/// What may go wrong, as a test decides.
pub trait Mishap: Send + Sync {
    /// Whether the power is cut at this point. The operation then never ends; drop it.
    fn strikes_at(&self, point: Point) -> bool {
        let _ = point;
        false
    }

    /// Asked before a file is written.
    ///
    /// # Errors
    /// What writing the file shall fail with, such as [`io::ErrorKind::StorageFull`].
    fn before_write(&self, path: &Path) -> io::Result<()> {
        let _ = path;
        Ok(())
    }
}

/// The accidents of one client; by default none.
#[derive(Clone, Default)]
pub struct Mishaps(Option<Arc<dyn Mishap>>);

impl Mishaps {
    /// Accidents as the test's own type decides.
    pub fn new(mishap: impl Mishap + 'static) -> Self {
        Self(Some(Arc::new(mishap)))
    }

    /// Passes a point; never returns when the power is cut there.
    pub(crate) async fn pass(&self, point: Point) {
        if self.0.as_ref().is_some_and(|it| it.strikes_at(point)) {
            std::future::pending::<()>().await;
        }
    }

    pub(crate) fn before_write(&self, path: &Path) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |it| it.before_write(path))
    }
}

impl fmt::Debug for Mishaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Mishaps(arranged)" } else { "Mishaps(none)" })
    }
}
