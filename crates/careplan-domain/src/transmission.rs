//! 送信: one letter from one address to one address, and its life.
//!
//! ```text
//! Accepted ─► Fetched ─► Acknowledged ─► Imported
//!    │           └─► Refused (cannot be opened or verified)
//!    ├─► Withdrawn (by the sender, until first fetched)
//!    └─► Expired (nobody acknowledged it in time)
//! ```
//!
//! A transmission is its list of events; its state is the newest one. Fetching does not remove,
//! acknowledging does. Every change is a pure decision: [`Change::Record`] names the event to
//! store, [`Change::Already`] says that this very change was made before (so that a repeated
//! request gets the first answer), and a [`Refusal`] says why not.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::office::as_text;
use crate::{Address, Digest, OfficeNumber, ServiceMonth, UnitKind};

/// Why a text is not a transmission id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a transmission id is a UUID of version 7 (RFC 9562), in lower case with hyphens")]
pub struct TransmissionIdFault;

/// The name of a transmission, chosen by the sender's client: a UUIDv7 (RFC 9562 section 5.7).
/// Every request about a transmission is idempotent by it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransmissionId(Uuid);

impl TransmissionId {
    /// Takes a UUID of version 7.
    ///
    /// # Errors
    /// When the version is another: ids are sorted by time in both databases.
    pub fn new(uuid: Uuid) -> Result<Self, TransmissionIdFault> {
        if uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122 {
            Ok(Self(uuid))
        } else {
            Err(TransmissionIdFault)
        }
    }

    /// The 16 bytes as they are stored.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// The id of 16 stored bytes.
    ///
    /// # Errors
    /// When they are no UUIDv7.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, TransmissionIdFault> {
        Self::new(Uuid::from_slice(bytes).map_err(|_| TransmissionIdFault)?)
    }
}

impl FromStr for TransmissionId {
    type Err = TransmissionIdFault;

    fn from_str(text: &str) -> Result<Self, TransmissionIdFault> {
        let id = Self::new(text.parse().map_err(|_| TransmissionIdFault)?)?;
        if id.to_string() == text { Ok(id) } else { Err(TransmissionIdFault) }
    }
}

impl fmt::Display for TransmissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.as_hyphenated(), f)
    }
}
as_text!(TransmissionId);

/// What stands on the outside of a sealed letter. Nothing here speaks of a cared-for person:
/// file names and contents are inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Chosen by the sender's client.
    pub id: TransmissionId,
    /// The sending address; its office is the certificate's.
    pub from: Address,
    /// The receiving address.
    pub to: Address,
    /// What kind of unit is inside.
    pub unit: UnitKind,
    /// The service month, for units that have one.
    pub month: Option<ServiceMonth>,
    /// How many files are inside.
    pub files: u32,
    /// Size of the sealed letter in bytes.
    pub sealed_bytes: u64,
    /// SHA-256 of the sealed letter.
    pub sealed_digest: Digest,
    /// The earlier transmission that this one corrects.
    pub replaces: Option<TransmissionId>,
}

/// What can happen to a transmission; also its state, which is the newest event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// 受付済: durable at the platform; the platform signed a receipt.
    Accepted,
    /// 取得済: the receiver began to fetch it; it can no longer be withdrawn.
    Fetched,
    /// 受領済: the receiver opened and verified it, and signed a receipt.
    Acknowledged,
    /// 取込済: the receiver's care software took it over, and the receiver signed a receipt.
    Imported,
    /// 取下げ: taken back by the sender before anybody fetched it.
    Withdrawn,
    /// 受領不可: the receiver's client could not open or verify it; the reason is in its receipt.
    Refused,
    /// 期限切れ: nobody acknowledged it before its deadline; the sender gets a report.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::Accepted,
        Self::Fetched,
        Self::Acknowledged,
        Self::Imported,
        Self::Withdrawn,
        Self::Refused,
        Self::Expired,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Fetched => "fetched",
            Self::Acknowledged => "acknowledged",
            Self::Imported => "imported",
            Self::Withdrawn => "withdrawn",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Accepted => "受付済（未読）",
            Self::Fetched => "取得済",
            Self::Acknowledged => "受領済",
            Self::Imported => "取込済",
            Self::Withdrawn => "取下げ",
            Self::Refused => "受領不可",
            Self::Expired => "期限切れ",
        }
    }

    /// The state of a stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// Whether the receiver still has to do something: open it, and acknowledge or refuse it.
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Accepted | Self::Fetched)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a decision needs to know of a stored transmission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transmission {
    /// The sending address.
    pub from: Address,
    /// The receiving address.
    pub to: Address,
    /// The newest event.
    pub state: State,
    /// Unless acknowledged before, it expires at this instant.
    pub deadline: Timestamp,
}

/// What a decision says: record this event, or it was recorded before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Store this event with the time of the decision.
    Record(State),
    /// The same was asked before: answer as then, change nothing.
    Already,
}

/// Why a transmission cannot be changed as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The caller is neither sender nor receiver. The answer looks like "no such transmission".
    #[error("the office is not a party of this transmission")]
    NotParty,
    /// Only the sender may do this.
    #[error("only the sender may do this")]
    NotSender,
    /// Only the receiver may do this.
    #[error("only the receiver may do this")]
    NotReceiver,
    /// It was never fetched, so nothing can be said about its content.
    #[error("the letter was not fetched yet")]
    NotFetched,
    /// It was not acknowledged, so it cannot have been imported.
    #[error("the letter was not acknowledged yet")]
    NotAcknowledged,
    /// It went too far: the present state forbids it.
    #[error("the transmission is {0} already")]
    TooLate(State),
}

impl Transmission {
    /// Whether an office is its sender or receiver.
    pub fn is_party(&self, office: &OfficeNumber) -> bool {
        self.from.office == *office || self.to.office == *office
    }

    /// The receiver asks for the bytes.
    ///
    /// # Errors
    /// When the caller is not the receiver, or the letter was withdrawn, refused or has expired.
    pub fn fetch(&self, by: &OfficeNumber) -> Result<Change, Refusal> {
        self.receiver(by)?;
        match self.state {
            State::Accepted => Ok(Change::Record(State::Fetched)),
            State::Fetched | State::Acknowledged | State::Imported => Ok(Change::Already),
            State::Withdrawn | State::Refused | State::Expired => Err(Refusal::TooLate(self.state)),
        }
    }

    /// The receiver opened and verified the letter.
    ///
    /// # Errors
    /// When the caller is not the receiver, never fetched it, or it came to another end.
    pub fn acknowledge(&self, by: &OfficeNumber) -> Result<Change, Refusal> {
        self.receiver(by)?;
        match self.state {
            State::Accepted => Err(Refusal::NotFetched),
            State::Fetched => Ok(Change::Record(State::Acknowledged)),
            State::Acknowledged | State::Imported => Ok(Change::Already),
            State::Withdrawn | State::Refused | State::Expired => Err(Refusal::TooLate(self.state)),
        }
    }

    /// The receiver's care software took the content over.
    ///
    /// # Errors
    /// When the caller is not the receiver, or did not acknowledge it.
    pub fn import(&self, by: &OfficeNumber) -> Result<Change, Refusal> {
        self.receiver(by)?;
        match self.state {
            State::Accepted | State::Fetched => Err(Refusal::NotAcknowledged),
            State::Acknowledged => Ok(Change::Record(State::Imported)),
            State::Imported => Ok(Change::Already),
            State::Withdrawn | State::Refused | State::Expired => Err(Refusal::TooLate(self.state)),
        }
    }

    /// The receiver's client could not open or verify the letter.
    ///
    /// # Errors
    /// When the caller is not the receiver, never fetched it, or acknowledged it before.
    pub fn refuse(&self, by: &OfficeNumber) -> Result<Change, Refusal> {
        self.receiver(by)?;
        match self.state {
            State::Accepted => Err(Refusal::NotFetched),
            State::Fetched => Ok(Change::Record(State::Refused)),
            State::Refused => Ok(Change::Already),
            state => Err(Refusal::TooLate(state)),
        }
    }

    /// The sender takes the letter back.
    ///
    /// # Errors
    /// When the caller is not the sender, or the letter was fetched or came to an end.
    pub fn withdraw(&self, by: &OfficeNumber) -> Result<Change, Refusal> {
        if !self.is_party(by) {
            return Err(Refusal::NotParty);
        }
        if self.from.office != *by {
            return Err(Refusal::NotSender);
        }
        match self.state {
            State::Accepted => Ok(Change::Record(State::Withdrawn)),
            State::Withdrawn => Ok(Change::Already),
            state => Err(Refusal::TooLate(state)),
        }
    }

    /// Time passes: a waiting transmission expires at its deadline.
    pub fn expire(&self, now: Timestamp) -> Option<State> {
        (self.state.is_waiting() && now >= self.deadline).then_some(State::Expired)
    }

    fn receiver(&self, by: &OfficeNumber) -> Result<(), Refusal> {
        if self.to.office == *by {
            Ok(())
        } else if self.from.office == *by {
            Err(Refusal::NotReceiver)
        } else {
            Err(Refusal::NotParty)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn header() -> Header {
        Header {
            id: TransmissionId::new(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001)).unwrap(),
            from: "9970000018-43".parse().unwrap(),
            to: "9970000026-11".parse().unwrap(),
            unit: UnitKind::K2,
            month: Some("202611".parse().unwrap()),
            files: 3,
            sealed_bytes: 20_480,
            sealed_digest: Digest([7; 32]),
            replaces: None,
        }
    }

    fn in_state(state: State) -> Transmission {
        let Header { from, to, .. } = header();
        Transmission { from, to, state, deadline: Timestamp::from_second(1_000).unwrap() }
    }

    type Verb = fn(&Transmission, &OfficeNumber) -> Result<Change, Refusal>;

    #[test]
    fn a_receiver_moves_a_transmission_forward_and_never_back() {
        use State::*;
        let by = header().to.office;
        let steps: [(Verb, [Result<Change, Refusal>; 7]); 4] = [
            (
                Transmission::fetch,
                [
                    Ok(Change::Record(Fetched)),
                    Ok(Change::Already),
                    Ok(Change::Already),
                    Ok(Change::Already),
                    Err(Refusal::TooLate(Withdrawn)),
                    Err(Refusal::TooLate(Refused)),
                    Err(Refusal::TooLate(Expired)),
                ],
            ),
            (
                Transmission::acknowledge,
                [
                    Err(Refusal::NotFetched),
                    Ok(Change::Record(Acknowledged)),
                    Ok(Change::Already),
                    Ok(Change::Already),
                    Err(Refusal::TooLate(Withdrawn)),
                    Err(Refusal::TooLate(Refused)),
                    Err(Refusal::TooLate(Expired)),
                ],
            ),
            (
                Transmission::import,
                [
                    Err(Refusal::NotAcknowledged),
                    Err(Refusal::NotAcknowledged),
                    Ok(Change::Record(Imported)),
                    Ok(Change::Already),
                    Err(Refusal::TooLate(Withdrawn)),
                    Err(Refusal::TooLate(Refused)),
                    Err(Refusal::TooLate(Expired)),
                ],
            ),
            (
                Transmission::refuse,
                [
                    Err(Refusal::NotFetched),
                    Ok(Change::Record(Refused)),
                    Err(Refusal::TooLate(Acknowledged)),
                    Err(Refusal::TooLate(Imported)),
                    Err(Refusal::TooLate(Withdrawn)),
                    Ok(Change::Already),
                    Err(Refusal::TooLate(Expired)),
                ],
            ),
        ];
        for (verb, answers) in steps {
            for (state, answer) in State::ALL.iter().zip(answers) {
                assert_eq!(verb(&in_state(*state), &by), answer, "from {state}");
            }
        }
    }

    #[test]
    fn a_sender_may_withdraw_until_the_letter_is_first_fetched() {
        let by = header().from.office;
        assert_eq!(in_state(State::Accepted).withdraw(&by), Ok(Change::Record(State::Withdrawn)));
        assert_eq!(in_state(State::Withdrawn).withdraw(&by), Ok(Change::Already));
        for state in [State::Fetched, State::Acknowledged, State::Imported, State::Refused, State::Expired] {
            assert_eq!(in_state(state).withdraw(&by), Err(Refusal::TooLate(state)));
        }
    }

    #[test]
    fn only_the_parties_act_and_each_only_on_its_own_side() {
        let (from, to) = (header().from.office, header().to.office);
        let stranger = "9970000034".parse().unwrap();
        for verb in [
            Transmission::fetch as Verb,
            Transmission::acknowledge,
            Transmission::import,
            Transmission::refuse,
        ] {
            assert_eq!(verb(&in_state(State::Fetched), &from), Err(Refusal::NotReceiver));
            assert_eq!(verb(&in_state(State::Fetched), &stranger), Err(Refusal::NotParty));
        }
        assert_eq!(in_state(State::Accepted).withdraw(&to), Err(Refusal::NotSender));
        assert_eq!(in_state(State::Accepted).withdraw(&stranger), Err(Refusal::NotParty));
    }

    #[test]
    fn a_waiting_transmission_expires_at_its_deadline_and_not_a_moment_before() {
        let deadline = in_state(State::Accepted).deadline;
        let before = Timestamp::from_second(999).unwrap();
        for state in State::ALL {
            assert_eq!(in_state(*state).expire(before), None);
            let expected = state.is_waiting().then_some(State::Expired);
            assert_eq!(in_state(*state).expire(deadline), expected, "{state}");
        }
    }

    #[test]
    fn a_transmission_id_is_a_uuid_of_version_seven() {
        assert!("01920000-0000-7000-8000-000000000001".parse::<TransmissionId>().is_ok());
        for bad in [
            "01920000-0000-4000-8000-000000000001",
            "0192000000007000800000000000000a",
            "0192000A-0000-7000-8000-000000000001",
            "",
        ] {
            assert_eq!(bad.parse::<TransmissionId>(), Err(TransmissionIdFault), "{bad}");
        }
    }
}
