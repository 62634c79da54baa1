//! Faults of the rooms as problems.

use careplan_domain::TransmissionId;

use super::problem::{Code, Refused};
use crate::address_book::AddressFault;
use crate::files::FileFault;
use crate::office::OfficeFault;
use crate::platform::PlatformFault;
use crate::state::StateFault;

/// There is nothing of that id, or what was given is no id.
pub(super) fn unknown(id: &str) -> Refused {
    let id: String = id.chars().filter(|it| it.is_ascii_hexdigit() || *it == '-').take(36).collect();
    Refused::from(Code::TransmissionUnknown).detail(format!("送信番号は `{id}` です。"))
}

/// The transmission that a path names. What is no id names no transmission.
pub(super) fn transmission(id: &str) -> Result<TransmissionId, Refused> {
    id.parse().map_err(|_| unknown(id))
}

impl From<StateFault> for Refused {
    fn from(fault: StateFault) -> Self {
        let code = if fault.is_full() { Code::StorageFull } else { Code::Internal };
        let cause = std::error::Error::source(&fault).map(ToString::to_string);
        tracing::error!(code = code.as_str(), %fault, cause, "the state failed");
        // What the room says is for the person who reads it.
        Self::from(code).detail(fault.to_string())
    }
}

impl From<FileFault> for Refused {
    fn from(fault: FileFault) -> Self {
        let code = if fault.is_full() { Code::StorageFull } else { Code::Internal };
        // Neither the log nor the caller learns the path: it may hold people's names.
        tracing::error!(code = code.as_str(), cause = %fault.source, "a file failed");
        code.into()
    }
}

impl From<PlatformFault> for Refused {
    fn from(fault: PlatformFault) -> Self {
        match &fault {
            PlatformFault::Problem(problem) => Self::of_platform(problem),
            PlatformFault::Transport(_) | PlatformFault::Unreadable { .. } => {
                Self::from(Code::PlatformAway).detail(fault.to_string())
            }
        }
    }
}

impl From<OfficeFault> for Refused {
    fn from(fault: OfficeFault) -> Self {
        match fault {
            OfficeFault::NotSetUp => Code::NotSetUp.into(),
            OfficeFault::Busy => Code::Busy.into(),
            OfficeFault::Unknown(id) => unknown(&id.to_string()),
            OfficeFault::WrongState(id, state) => {
                Self::from(Code::WrongState).detail(format!("送信番号 `{id}` の状態は「{state}」です。"))
            }
            OfficeFault::State(fault) => fault.into(),
            OfficeFault::File(fault) => fault.into(),
            OfficeFault::Platform(fault) | OfficeFault::Address(AddressFault::Platform(fault)) => {
                fault.into()
            }
            fault => {
                tracing::error!(code = fault.code(), %fault, "an office's operation failed");
                Self::from(Code::Internal).detail(fault.to_string())
            }
        }
    }
}
