//! Terminals: the keys that offices announce, so that others can seal letters to them.
//!
//! Promises: an announcement is kept only when the office of its signature, of its content and of
//! the caller is one and the same, its certificate is good now, and it is not older than what is
//! known; offices touch their own terminals only. Senders verify everything again.

use std::sync::Arc;

use careplan_domain::limits::TERMINALS_MAX;
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::{Purpose, TerminalPublicKey, verify};
use careplan_protocol::announcement::{AnnouncementFault, KeyAnnouncement};
use careplan_protocol::{Code, Problem};
use serde_json::json;
use uuid::Uuid;

use crate::audit::{self, Actor, Entry};
use crate::store::terminals::{self, Terminal};
use crate::store::{StoreError, Tx};
use crate::trust::{Identity, Refusal, Trust};

/// One announcement: a small document, a signature, and a few certificates.
pub const ANNOUNCEMENT_BYTES_MAX: usize = 64 * 1024;

/// Why an announcement is not kept.
#[derive(Debug, thiserror::Error)]
pub enum PublishFault {
    /// It is no CMS message whose signature holds.
    #[error("the signature does not hold")]
    Signature,
    /// Its certificate speaks for nobody here, or not now.
    #[error("the certificate of the signature is not accepted")]
    Certificate(Refusal),
    /// The signed document is no announcement, or its key is none on P-256.
    #[error("the signed document is no announcement of a P-256 key")]
    Document,
    /// It is about another terminal than the one in the request.
    #[error("the announcement is about another terminal")]
    OtherTerminal,
    /// It was not signed by the office that calls.
    #[error("the announcement was signed by another office")]
    OtherOffice,
    /// Its statements do not hold.
    #[error(transparent)]
    Statement(AnnouncementFault),
    /// The office has as many terminals as it may.
    #[error("the office has {TERMINALS_MAX} terminals already")]
    Limit,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PublishFault {
    /// What the caller is told; the store's fault is handed back.
    ///
    /// # Errors
    /// When it was the store.
    pub fn problem(self) -> Result<Problem, StoreError> {
        let invalid = |sentence: &str| Problem::new(Code::AnnouncementInvalid).detail(sentence);
        Ok(match self {
            Self::Signature => invalid("署名が正しくありません。"),
            Self::Certificate(refusal) => {
                invalid(&format!("署名した電子証明書を受け付けられません。{}。", refusal.problem().title))
            }
            Self::Document => invalid("署名された内容が端末鍵の公告ではありません。"),
            Self::OtherTerminal => invalid("公告の端末が要求の端末と違います。"),
            Self::OtherOffice | Self::Statement(AnnouncementFault::OtherOffice) => {
                invalid("公告の事業所が電子証明書の事業所と違います。")
            }
            Self::Statement(AnnouncementFault::Document) => {
                invalid("署名された内容が端末鍵の公告ではありません。")
            }
            Self::Statement(AnnouncementFault::NotYet) => invalid("公告の日時が、連携基盤の時刻より先です。"),
            Self::Statement(AnnouncementFault::Expired) => invalid("公告の有効期限が切れています。"),
            Self::Statement(AnnouncementFault::TooLong) => invalid("公告の有効期間が180日を超えています。"),
            Self::Statement(AnnouncementFault::Superseded) => Problem::new(Code::AnnouncementSuperseded),
            Self::Limit => Problem::new(Code::TerminalLimit),
            Self::Store(error) => return Err(error),
        })
    }
}

/// An announcement whose signature holds, with the office that signed it.
#[derive(Debug, Clone)]
pub struct Announced {
    /// What is announced.
    pub announcement: KeyAnnouncement,
    /// Who signed; validity and revocation are still to be judged.
    pub signer: Arc<Identity>,
    der: Vec<u8>,
}

impl Announced {
    /// Reads and verifies an announcement.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(der: &[u8], trust: &Trust, now: Timestamp) -> Result<Self, PublishFault> {
        let signed = verify(der).map_err(|_| PublishFault::Signature)?;
        let signer = trust
            .identify(&signed.signer, &signed.chain, Purpose::Signature, now)
            .map_err(PublishFault::Certificate)?;
        let announcement: KeyAnnouncement =
            serde_json::from_slice(&signed.content).map_err(|_| PublishFault::Document)?;
        TerminalPublicKey::from_spki(&announcement.key.0).map_err(|_| PublishFault::Document)?;
        Ok(Self { announcement, signer, der: der.to_vec() })
    }
}

/// What became of an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// A terminal more.
    New,
    /// A newer key of a known terminal.
    Renewed,
    /// The same bytes as before.
    Repeated,
}

/// Keeps an announcement of the calling office's own terminal.
///
/// # Errors
/// The first reason against it.
pub async fn publish(
    tx: &mut Tx,
    caller: OfficeNumber,
    terminal: Uuid,
    announced: &Announced,
    now: Timestamp,
) -> Result<Published, PublishFault> {
    let announcement = &announced.announcement;
    if announced.signer.office != caller {
        return Err(PublishFault::OtherOffice);
    }
    if announcement.terminal != terminal {
        return Err(PublishFault::OtherTerminal);
    }
    let known = terminals::find(tx, &caller, &terminal).await?;
    let newest = known.as_ref().map(|known| known.issued_at);
    announcement.judge(&caller, newest, now).map_err(PublishFault::Statement)?;
    let published = match &known {
        // A key that was given up does not come back by a repeated message.
        Some(known) if known.retired_at.is_some() && announcement.issued_at <= known.issued_at => {
            return Err(PublishFault::Statement(AnnouncementFault::Superseded));
        }
        Some(known) if known.retired_at.is_none() && known.announcement == announced.der => {
            return Ok(Published::Repeated);
        }
        Some(_) => Published::Renewed,
        None => Published::New,
    };
    if terminals::others_in_use(tx, &caller, &terminal, now).await? >= TERMINALS_MAX {
        return Err(PublishFault::Limit);
    }
    let new = Terminal {
        announcement: announced.der.clone(),
        fingerprint: announced.signer.fingerprint,
        issued_at: announcement.issued_at,
        expires_at: announcement.expires_at,
        retired_at: None,
    };
    terminals::put(tx, &caller, &terminal, &new, now).await?;
    let detail = json!({ "expires_at": announcement.expires_at });
    note(tx, caller, terminal, ("terminal.published", detail), now);
    Ok(published)
}

/// Takes a terminal of the calling office out of use; again is as good as once. `false` when the
/// office has no such terminal.
///
/// # Errors
/// When the database cannot be reached.
pub async fn retire(
    tx: &mut Tx,
    caller: OfficeNumber,
    terminal: Uuid,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if terminals::retire(tx, &caller, &terminal, now).await? {
        note(tx, caller, terminal, ("terminal.retired", json!({})), now);
        return Ok(true);
    }
    Ok(terminals::find(tx, &caller, &terminal).await?.is_some())
}

fn note(
    tx: &mut Tx,
    caller: OfficeNumber,
    terminal: Uuid,
    what: (&'static str, serde_json::Value),
    now: Timestamp,
) {
    let (action, detail) = what;
    let subject = format!("{caller}/{terminal}");
    audit::append(tx, now, Entry { actor: Actor::Office(caller), action, subject, detail });
}
