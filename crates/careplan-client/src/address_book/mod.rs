//! The keys of receivers, verified by ourselves.
//!
//! Promises: a letter is sealed only to keys that an office announced with its own signature, now
//! valid, and never to an announcement older than one seen before from that terminal. So the
//! platform can neither swap in a key of its own nor bring back an old one.

use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{KeyFault, TerminalPublicKey, verify};
use careplan_protocol::announcement::{AnnouncementFault, KeyAnnouncement};
use careplan_protocol::office_api::TerminalKey;
use uuid::Uuid;

use crate::office::Link;
use crate::platform::PlatformFault;
use crate::state::{State, StateFault};
use crate::trust::{Trust, TrustFault};

/// Why letters cannot be sealed to an office.
#[derive(Debug, thiserror::Error)]
pub enum AddressFault {
    /// The platform does not tell.
    #[error(transparent)]
    Platform(#[from] PlatformFault),
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
    /// No terminal of the office has announced a key.
    #[error(
        "宛先の事業所 {0} には、受信できる端末がまだありません。宛先にクライアントの初期設定を済ませてもらってください。それまでは、これまでの方法で届けてください。"
    )]
    NoTerminal(OfficeNumber),
    /// None of the announcements holds.
    #[error(
        "宛先の事業所 {0} の端末の鍵を確かめられません（{1}）。内容は送っていません。時間をおいてやり直し、続くときは運用センターへ連絡してください。"
    )]
    NoneHolds(OfficeNumber, AnnouncementRefusal),
}

impl AddressFault {
    /// A stable word for logs and state.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Platform(fault) => fault.code(),
            Self::State(_) => "state",
            Self::NoTerminal(_) => "receiver_without_terminal",
            Self::NoneHolds(..) => "receiver_keys_unverified",
        }
    }
}

/// Why one announcement is left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnnouncementRefusal {
    /// Signature or certificate are not believed.
    #[error("{0}")]
    Trust(#[from] TrustFault),
    /// The certificate belongs to another office.
    #[error("別の事業所の電子証明書で署名されています")]
    OtherOffice,
    /// The document is none, or of another terminal than the platform says.
    #[error("公告の内容を読み取れません")]
    Document,
    /// What it states does not hold.
    #[error("{}", statement_ja(*.0))]
    Statement(AnnouncementFault),
    /// The key is no P-256 key.
    #[error("鍵の種類が正しくありません")]
    Key,
}

impl From<KeyFault> for AnnouncementRefusal {
    fn from(_: KeyFault) -> Self {
        Self::Key
    }
}

fn statement_ja(fault: AnnouncementFault) -> &'static str {
    match fault {
        AnnouncementFault::Document => "鍵の公告ではない文書です",
        AnnouncementFault::OtherOffice => "別の事業所の公告です",
        AnnouncementFault::NotYet => "公告の日時が未来です",
        AnnouncementFault::Expired => "公告の有効期限が切れています",
        AnnouncementFault::TooLong => "公告の有効期間が長すぎます",
        AnnouncementFault::Superseded => "以前に見た公告より古いものです",
    }
}

/// The keys to seal to for one office.
#[derive(Debug, Clone)]
pub struct OfficeKeyRing {
    /// The keys whose announcements hold.
    pub keys: Vec<TerminalPublicKey>,
    /// The terminals that were left out, and why.
    pub left_out: Vec<(Uuid, AnnouncementRefusal)>,
}

/// Asks for the keys of an office and verifies them.
///
/// # Errors
/// [`AddressFault`]; a letter must not be sent then.
pub async fn keys_of(
    link: &Link,
    state: &State,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<OfficeKeyRing, AddressFault> {
    let Announced { holding, left_out } = announced(link, state, office, now).await?;
    for (terminal, refusal) in &left_out {
        tracing::warn!(%office, %terminal, ?refusal, "a terminal's key is left out");
    }
    if holding.is_empty() {
        return Err(match left_out.into_iter().next() {
            Some((_, refusal)) => AddressFault::NoneHolds(*office, refusal),
            None => AddressFault::NoTerminal(*office),
        });
    }
    let seen: Vec<_> = holding.iter().map(|it| (it.terminal, it.issued_at)).collect();
    state.remember_announcements(office, &seen).await?;
    Ok(OfficeKeyRing { keys: holding.into_iter().map(|it| it.key).collect(), left_out })
}

/// Whether this office has terminals beside this one, by announcements that hold.
///
/// # Errors
/// [`AddressFault::Platform`], [`AddressFault::State`].
pub async fn has_other_terminals(link: &Link, state: &State, now: Timestamp) -> Result<bool, AddressFault> {
    let announced = announced(link, state, &link.office(), now).await?;
    Ok(announced.holding.iter().any(|it| it.terminal != link.settings.terminal))
}

/// When this terminal's key was announced last, by whoever has its keys.
///
/// # Errors
/// [`AddressFault::Platform`], [`AddressFault::State`].
pub async fn newest_announcement_of_ours(
    link: &Link,
    state: &State,
    now: Timestamp,
) -> Result<Option<Timestamp>, AddressFault> {
    let announced = announced(link, state, &link.office(), now).await?;
    let ours = announced.holding.iter().filter(|it| it.terminal == link.settings.terminal);
    Ok(ours.map(|it| it.issued_at).max())
}

/// One key whose announcement holds.
struct Holding {
    terminal: Uuid,
    key: TerminalPublicKey,
    issued_at: Timestamp,
}

/// What the terminals of an office announce, judged.
struct Announced {
    holding: Vec<Holding>,
    left_out: Vec<(Uuid, AnnouncementRefusal)>,
}

async fn announced(
    link: &Link,
    state: &State,
    office: &OfficeNumber,
    now: Timestamp,
) -> Result<Announced, AddressFault> {
    let listed = link.platform.office_keys(office).await?;
    let (mut holding, mut left_out) = (Vec::new(), Vec::new());
    for entry in &listed.terminals {
        let newest = state.newest_announcement(office, entry.terminal).await?;
        match judge(&link.trust, entry, office, newest, now) {
            Ok((key, issued_at)) => holding.push(Holding { terminal: entry.terminal, key, issued_at }),
            Err(refusal) => left_out.push((entry.terminal, refusal)),
        }
    }
    Ok(Announced { holding, left_out })
}

/// Judges one announcement.
fn judge(
    trust: &Trust,
    entry: &TerminalKey,
    office: &OfficeNumber,
    newest: Option<Timestamp>,
    now: Timestamp,
) -> Result<(TerminalPublicKey, Timestamp), AnnouncementRefusal> {
    let signed = verify(&entry.announcement.0).map_err(TrustFault::from)?;
    if trust.office_of(&signed, now)? != *office {
        return Err(AnnouncementRefusal::OtherOffice);
    }
    let announcement: KeyAnnouncement =
        serde_json::from_slice(&signed.content).map_err(|_| AnnouncementRefusal::Document)?;
    announcement.judge(office, newest, now).map_err(AnnouncementRefusal::Statement)?;
    if announcement.terminal != entry.terminal {
        return Err(AnnouncementRefusal::Document);
    }
    let key = TerminalPublicKey::from_spki(&announcement.key.0)?;
    Ok((key, announcement.issued_at))
}
