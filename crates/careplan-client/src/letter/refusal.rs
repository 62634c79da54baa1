//! Why a letter that came is not taken. The code and the sentence travel back to the sender in a
//! signed refusal, so neither may quote what is inside.

use careplan_envelope::{BrokenReason, LetterFault};
use careplan_protocol::receipt::Reason;

use crate::files::NameFault;
use crate::trust::TrustFault;

/// The reason for refusing a letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LetterRefusal {
    /// The bytes are not those the platform accepted.
    #[error("届いたデータが、受け付けられたものと一致しません")]
    SealedDigest,
    /// Larger than any letter may be.
    #[error("封書が大きすぎます")]
    TooLarge,
    /// No copy of the content key is for a key of this terminal.
    #[error("この端末の鍵では開けません（宛先の端末に含まれていません）")]
    NotForUs,
    /// Addressed to us, and damaged or changed.
    #[error("封書が壊れているか、書き換えられているため開けません")]
    Broken(BrokenReason),
    /// Opened, but not a letter.
    #[error("封書の中身の形式が正しくありません")]
    Letter(LetterFault),
    /// The manifest's signature or certificate is not believed.
    #[error("送信元の署名を確かめられません：{0}")]
    Sender(TrustFault),
    /// The certificate belongs to another office than the sender.
    #[error("送信元の事業所と、署名した電子証明書の事業所が違います")]
    SenderMismatch,
    /// The signed document is no manifest.
    #[error("署名された目録を読み取れません")]
    Manifest,
    /// Id, sender, receiver, unit, month or replaced letter differ between inside and outside.
    #[error("署名された目録と、封書の表書き（{0}）が一致しません")]
    Outside(&'static str),
    /// Not addressed to this office.
    #[error("この事業所あての封書ではありません")]
    OtherOffice,
    /// Signed too long before, or after, the platform accepted it.
    #[error("署名の日時が、受付の日時と離れすぎています")]
    SigningTime,
    /// Fewer files than listed.
    #[error("目録にあるファイルが足りません")]
    FileMissing,
    /// More files than listed, or than the outside says.
    #[error("目録にないファイルが入っています")]
    FileExtra,
    /// A file has not the listed size or digest.
    #[error("目録のハッシュ値と一致しないファイルがあります（{0}番目）")]
    FileDigest(usize),
    /// A name that must not name a file here.
    #[error("{1}（{0}番目）")]
    FileName(usize, NameFault),
    /// Two files of one name.
    #[error("同じ名前のファイルが2つ入っています（{0}番目）")]
    FileNameTwice(usize),
    /// Neither CSV nor PDF nor JPEG by its content.
    #[error("CSV・PDF・JPEGのいずれでもないファイルが入っています（{0}番目）")]
    FileKind(usize),
}

impl LetterRefusal {
    /// The stable code of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SealedDigest => "sealed_digest",
            Self::TooLarge => "too_large",
            Self::NotForUs => "not_for_us",
            Self::Broken(_) => "cannot_open",
            Self::Letter(_) => "letter_malformed",
            Self::Sender(_) => "sender_unverified",
            Self::SenderMismatch => "sender_mismatch",
            Self::Manifest => "manifest_malformed",
            Self::Outside(_) => "outside_mismatch",
            Self::OtherOffice => "other_office",
            Self::SigningTime => "signing_time",
            Self::FileMissing => "file_missing",
            Self::FileExtra => "file_extra",
            Self::FileDigest(_) => "file_digest",
            Self::FileName(..) => "file_name",
            Self::FileNameTwice(_) => "file_name_twice",
            Self::FileKind(_) => "file_kind",
        }
    }

    /// The reason as it travels back to the sender.
    pub fn reason(&self) -> Reason {
        Reason { code: self.code().to_owned(), text: format!("{self}。送り直してください。") }
    }
}
