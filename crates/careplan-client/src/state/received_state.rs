//! Where something that came stands at this terminal.

use careplan_domain::transmission::State as Life;

/// Where something that came stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceivedState {
    /// The platform lists it; nothing was fetched.
    Listed,
    /// Fetched, opened, verified, and stored sealed; no file is written.
    Verified,
    /// Its files are durable in the inbox folder; the receipt is not handed in.
    Written,
    /// Acknowledged.
    Acknowledged,
    /// The care software took it over; that receipt is not handed in yet.
    Importing,
    /// Imported.
    Imported,
    /// Could not be opened or verified; the refusal is not handed in yet.
    SetAside,
    /// Only another terminal of this office can open it; it is left to that one.
    LeftAlone,
    /// Refused.
    Refused,
    /// Taken back by its sender before it was fetched.
    Withdrawn,
    /// Expired before it was acknowledged.
    Expired,
    /// Another terminal of this office acknowledged or refused it.
    Elsewhere,
}

impl ReceivedState {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::Listed,
        Self::Verified,
        Self::Written,
        Self::Acknowledged,
        Self::Importing,
        Self::Imported,
        Self::SetAside,
        Self::LeftAlone,
        Self::Refused,
        Self::Withdrawn,
        Self::Expired,
        Self::Elsewhere,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Verified => "verified",
            Self::Written => "written",
            Self::Acknowledged => "acknowledged",
            Self::Importing => "importing",
            Self::Imported => "imported",
            Self::SetAside => "set_aside",
            Self::LeftAlone => "left_alone",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Listed => "受信待ち",
            Self::Verified => "受信中（検証済）",
            Self::Written => "受信済（受領証の送信待ち）",
            Self::Acknowledged => "受領済",
            Self::Importing => "取込済（取込証の送信待ち）",
            Self::Imported => "取込済",
            Self::SetAside => "開けません（受領不可通知の送信待ち）",
            Self::LeftAlone => "この端末では開けません",
            Self::Refused => "受領不可",
            Self::Withdrawn => "取下げ",
            Self::Expired => "期限切れ",
            Self::Elsewhere => "ほかの端末で処理済",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// Where something stands that was never fetched here, by what the platform says of it.
    pub(super) fn at_first_sight(life: Life) -> Self {
        match life {
            Life::Accepted | Life::Fetched => Self::Listed,
            Life::Withdrawn => Self::Withdrawn,
            Life::Expired => Self::Expired,
            Life::Acknowledged | Life::Imported | Life::Refused => Self::Elsewhere,
        }
    }
}
