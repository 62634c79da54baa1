//! What is asked of the lists, and what they answer.

use std::fmt;
use std::str::FromStr;

use careplan_domain::transmission::State as Life;
use careplan_domain::{Address, OfficeNumber, ServiceMonth, Timestamp, TransmissionId, UnitKind};

use super::Person;
use crate::state::{Received, ReceivedState, Sent, SentState};

/// Which way a transmission went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// This office sent it.
    Sent,
    /// It came for this office.
    Received,
}

impl Direction {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sent, Self::Received];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// With whom something was exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partner {
    /// An office, whatever the service type.
    Office(OfficeNumber),
    /// One address of it.
    Address(Address),
}

impl Partner {
    /// The office.
    pub fn office(&self) -> OfficeNumber {
        match self {
            Self::Office(office) => *office,
            Self::Address(address) => address.office,
        }
    }
}

/// Why a text names no partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "相手の番号は、10桁の事業所番号（例：9970000026）か、それに - とサービス種類コードを付けたもの（例：9970000026-11）で指定してください"
)]
pub struct PartnerFault;

impl FromStr for Partner {
    type Err = PartnerFault;

    fn from_str(text: &str) -> Result<Self, PartnerFault> {
        let office = || text.parse().map(Self::Office);
        text.parse().map(Self::Address).or_else(|_| office().map_err(|_| PartnerFault))
    }
}

/// Which transmissions are asked for; everything that is given must hold.
#[derive(Clone, Default)]
pub struct Filter {
    /// Only this way.
    pub direction: Option<Direction>,
    /// Only with this partner.
    pub partner: Option<Partner>,
    /// Only of this kind.
    pub kind: Option<UnitKind>,
    /// Only about this service month.
    pub month: Option<ServiceMonth>,
    /// Only in one of these states, by their stable names; in any when none is given.
    pub states: Vec<&'static str>,
    /// Only what came and somebody read (既読), or nobody did (未読).
    pub read: Option<bool>,
    /// Only reminders (催促) that came, or all but those.
    pub reminders: Option<bool>,
    /// A part of a user's name or kana, of an insured number, or of a partner's number.
    pub text: Option<String>,
    /// Partners whose name matches `text`, as the caller's address book says: they count as found too.
    pub named: Vec<OfficeNumber>,
}

/// The text may be a user's name.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("direction", &self.direction)
            .field("partner", &self.partner)
            .field("kind", &self.kind.map(UnitKind::as_str))
            .field("month", &self.month)
            .field("states", &self.states)
            .field("read", &self.read)
            .field("reminders", &self.reminders)
            .field("text", &self.text.as_ref().map(|_| "＊＊＊"))
            .finish_non_exhaustive()
    }
}

/// The stable name of a state by that name or by what an office calls it.
pub fn state_named(text: &str) -> Option<&'static str> {
    let sent = [SentState::Prepared, SentState::Rejected].into_iter();
    let sent = sent.chain(Life::ALL.iter().copied().map(SentState::Life));
    let sent = sent.map(|state| (state.as_str(), state.label_ja()));
    let received = ReceivedState::ALL.iter().map(|state| (state.as_str(), state.label_ja()));
    let mut all = sent.chain(received);
    all.find(|(name, label)| *name == text || *label == text).map(|(name, _)| name)
}

/// A place in the lists, newest first. As text it can stand in an address line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// When it was sealed, or accepted by the platform.
    pub at: Timestamp,
    /// Which.
    pub id: TransmissionId,
    /// Which way: what an office sends to itself stands in both.
    pub direction: Direction,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.at.as_millisecond(), self.id, self.direction.as_str())
    }
}

/// Why a text is no place in the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("一覧の位置を読み取れません。一覧のはじめから見直してください。")]
pub struct KeyFault;

impl FromStr for Key {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let mut parts = text.split('.');
        let (Some(at), Some(id), Some(direction), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(KeyFault);
        };
        let at = at.parse().map_err(|_| KeyFault)?;
        Ok(Self {
            at: Timestamp::from_millisecond(at).map_err(|_| KeyFault)?,
            id: id.parse().map_err(|_| KeyFault)?,
            direction: Direction::ALL.into_iter().find(|it| it.as_str() == direction).ok_or(KeyFault)?,
        })
    }
}

/// What an item is a line about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exchanged {
    /// Something sent.
    Sent(Sent),
    /// Something that came.
    Received(Received),
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What was exchanged.
    pub what: Exchanged,
    /// Who is in it; empty too where nobody could look, see `persons_known`.
    pub persons: Vec<Person>,
    /// Whether it was looked who is in it: not in what was sent before this was recorded.
    pub persons_known: bool,
    /// Whether a copy of its files lies on this computer.
    pub has_copy: bool,
    /// When somebody first read it; of what came.
    pub seen_at: Option<Timestamp>,
}

impl Item {
    /// Its place.
    pub fn key(&self) -> Key {
        match &self.what {
            Exchanged::Sent(it) => Key { at: it.created_at, id: it.header.id, direction: Direction::Sent },
            Exchanged::Received(it) => {
                Key { at: it.accepted_at, id: it.header.id, direction: Direction::Received }
            }
        }
    }

    /// With whom.
    pub fn partner(&self) -> Address {
        match &self.what {
            Exchanged::Sent(it) => it.header.to,
            Exchanged::Received(it) => it.header.from,
        }
    }

    /// The stable name of its state.
    pub fn state(&self) -> &'static str {
        match &self.what {
            Exchanged::Sent(it) => it.state.as_str(),
            Exchanged::Received(it) => it.state.as_str(),
        }
    }
}

/// A piece of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Key>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_as_it_was_written_and_nothing_else_is() {
        let key = Key {
            at: "2026-11-25T01:00:00.123Z".parse().unwrap(),
            id: "01920000-0000-7000-8000-000000000001".parse().unwrap(),
            direction: Direction::Received,
        };
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", "1", "1.2.sent", "x.01920000-0000-7000-8000-000000000001.sent", &format!("{key}.x")]
        {
            assert_eq!(wrong.parse::<Key>(), Err(KeyFault), "{wrong}");
        }
    }

    #[test]
    fn a_partner_is_an_office_or_one_address_of_it() {
        assert!(matches!("9970000026".parse(), Ok(Partner::Office(_))));
        assert!(matches!("9970000026-11".parse(), Ok(Partner::Address(_))));
        assert_eq!("997".parse::<Partner>(), Err(PartnerFault));
    }

    #[test]
    fn a_filter_prints_no_name() {
        let filter = Filter { text: Some("見本太郎".to_owned()), ..Filter::default() };
        assert!(!format!("{filter:?}").contains("見本"));
    }
}
