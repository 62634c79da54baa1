//! Refusals of the mailbox as problems: which code, and a sentence that says where.

use careplan_domain::gate::SendRefusal;
use careplan_domain::licence::LicenceState;
use careplan_domain::transmission::{Header, Refusal, State};
use careplan_domain::{Timestamp, TransmissionId};
use careplan_protocol::{Code, Problem};

use super::parameters::unknown;
use super::problem::{Refused, store_failed};
use crate::blobs::BlobFault;
use crate::login::LoginFault;
use crate::mailbox::{self, ReceiptFault, WriteFault};
use crate::signer::SignFault;
use crate::trust::in_japan;

/// What a person is told who may not log in; what went wrong inside is logged and not told.
pub(super) fn login(fault: LoginFault) -> Refused {
    match (fault.problem(), fault) {
        (Some(problem), _) => problem.into(),
        (None, LoginFault::Store(error)) => error.into(),
        (None, fault) => {
            tracing::error!(%fault, "a password could not be checked");
            Code::Internal.into()
        }
    }
}

/// The gate says no.
pub(super) fn send(refusal: SendRefusal, header: &Header) -> Refused {
    let from = || format!("送信元は `{}` です。", header.from);
    let to = || format!("宛先は `{}` です。", header.to);
    let (code, detail) = match refusal {
        SendRefusal::SenderNotCaller => (Code::SenderNotCaller, from()),
        SendRefusal::SenderServiceTypeUnknown => (Code::SenderServiceTypeUnknown, from()),
        SendRefusal::SenderSuspended => (Code::OfficeSuspended, from()),
        SendRefusal::SenderUnlicensed(state) => (Code::SenderUnlicensed, licence(state)),
        SendRefusal::ReceiverUnknown => {
            (Code::ReceiverUnknown, format!("宛先の事業所番号は `{}` です。", header.to.office))
        }
        SendRefusal::ReceiverServiceTypeUnknown => (Code::ReceiverServiceTypeUnknown, to()),
        SendRefusal::ReceiverSuspended => (Code::ReceiverSuspended, to()),
        SendRefusal::ReceiverUnlicensed(state) => {
            (Code::ReceiverUnlicensed, format!("{}{}", to(), licence(state)))
        }
        SendRefusal::SameAddress => (Code::SameAddress, to()),
        SendRefusal::FileCount => (Code::FileCount, format!("ファイルの数は {} です。", header.files)),
        SendRefusal::Size if header.sealed_bytes == 0 => {
            (Code::LengthMismatch, "封書の本文が空です。".to_owned())
        }
        SendRefusal::Size => return super::letter_header::too_large(header.sealed_bytes),
    };
    Problem::new(code).detail(detail).into()
}

fn licence(state: LicenceState) -> String {
    match state {
        LicenceState::NotApplied => "利用申請がまだありません。".to_owned(),
        LicenceState::Upcoming { starts_at } => format!("利用開始は {} です。", in_japan(starts_at)),
        LicenceState::Valid { ends_at } => format!("有効期限は {} です。", in_japan(ends_at)),
        LicenceState::Expired { ended_at } => format!("{} に期限が切れています。", in_japan(ended_at)),
    }
}

/// The transmission's life says no.
pub(super) fn change(refusal: Refusal, id: &TransmissionId) -> Refused {
    let code = match refusal {
        Refusal::NotParty => return unknown(&id.to_string()),
        Refusal::NotSender => Code::NotSender,
        Refusal::NotReceiver => Code::NotReceiver,
        Refusal::NotFetched => Code::NotFetched,
        Refusal::NotAcknowledged => Code::NotAcknowledged,
        Refusal::TooLate(State::Withdrawn | State::Refused | State::Expired) => Code::TransmissionEnded,
        Refusal::TooLate(_) => Code::AlreadyFetched,
    };
    let detail = match refusal {
        Refusal::TooLate(state) => format!("送信 `{id}` の状態は「{}」です。", state.label_ja()),
        _ => format!("送信の番号は `{id}` です。"),
    };
    Problem::new(code).detail(detail).into()
}

/// What the mailbox refused to do.
pub(super) fn operation(refused: mailbox::Refused, id: &TransmissionId) -> Refused {
    match refused {
        mailbox::Refused::Unknown | mailbox::Refused::NotDue => unknown(&id.to_string()),
        mailbox::Refused::Conflict => {
            Problem::new(Code::IdConflict).detail(format!("送信の番号は `{id}` です。")).into()
        }
        mailbox::Refused::Change(refusal) => change(refusal, id),
        // The handler of sending knows the header and does not come here.
        mailbox::Refused::Send(_) => Code::Internal.into(),
    }
}

/// A receipt that is not taken.
pub(super) fn receipt(fault: ReceiptFault) -> Refused {
    let detail = match fault {
        ReceiptFault::Signature(_) => "署名を確かめられません。".to_owned(),
        ReceiptFault::NotReceipt => "署名された内容が受領証ではありません。".to_owned(),
        ReceiptFault::Other(what) => format!("受領証の項目 `{what}` が、この送信と違います。"),
        ReceiptFault::Time => "受領証の日時が正しくありません。パソコンの時計を確かめてください。".to_owned(),
        ReceiptFault::Reason => "受領できない理由を1〜500文字で書いてください。".to_owned(),
    };
    Problem::new(Code::ReceiptInvalid).detail(detail).into()
}

/// When something ended, as a sentence.
pub(super) fn bytes_gone(id: &TransmissionId, since: Option<Timestamp>) -> Refused {
    let since = since.map(|at| format!("保存期限は {} でした。", in_japan(at))).unwrap_or_default();
    Problem::new(Code::LetterGone).detail(format!("送信の番号は `{id}` です。{since}")).into()
}

impl From<WriteFault> for Refused {
    fn from(fault: WriteFault) -> Self {
        match fault {
            WriteFault::Busy => {
                tracing::warn!("the writer's queue is full");
                Code::StorageUnavailable.into()
            }
            WriteFault::Stopping => Code::ShuttingDown.into(),
            WriteFault::Store(error) => store_failed(&error),
        }
    }
}

impl From<BlobFault> for Refused {
    fn from(fault: BlobFault) -> Self {
        let code = match &fault {
            BlobFault::Full(_) => Code::StorageFull,
            BlobFault::Unavailable(_) => Code::StorageUnavailable,
            BlobFault::Missing | BlobFault::Damaged => Code::Internal,
        };
        let cause = std::error::Error::source(&fault).map(ToString::to_string);
        tracing::error!(code = code.as_str(), error = %fault, cause, "the shelf failed");
        code.into()
    }
}

impl From<SignFault> for Refused {
    fn from(fault: SignFault) -> Self {
        tracing::error!(error = %fault, "the platform cannot sign");
        match fault {
            SignFault::NotReady => Code::StorageUnavailable.into(),
            SignFault::Key(_) => Code::Internal.into(),
        }
    }
}
