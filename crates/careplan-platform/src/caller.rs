//! Who is calling: the office of the certificate that a connection presented, judged at every
//! request.
//!
//! The handshake proves that the peer holds the key of its certificate, nothing more. Whom the
//! certificate speaks for is found once per connection; validity, revocation and suspension are
//! asked at each request, so that a revocation bites on the next request of an open connection.
//! Each refusal is its own problem.

mod contacts;
mod standings;

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use axum::extract::FromRequestParts;
use careplan_domain::gate::OfficeStatus;
use careplan_domain::{Digest, OfficeNumber, Timestamp};
use careplan_envelope::{Certificate, Purpose};
use careplan_protocol::{Code, Problem};
use http::request::Parts;
use rustls_pki_types::CertificateDer;
use tokio_util::sync::CancellationToken;

use crate::office_api::problem::{Refused, store_failed};
use crate::platform::Platform;
use crate::trust::{Identity, Refusal, Trust};

pub use contacts::{Contacts, NOTED_EVERY};
pub use standings::Standings;

/// One TLS connection, in the extensions of each of its requests as `Arc<Connection>`.
#[derive(Debug)]
pub struct Connection {
    presented: Vec<CertificateDer<'static>>,
    /// The last finding, and the trust that it was found under.
    found: Mutex<Option<Found>>,
    ending: CancellationToken,
}

/// A finding, and the trust that it was found under.
type Found = (Weak<Trust>, Result<Arc<Identity>, Refusal>);

impl Connection {
    /// A connection whose peer proved to hold the key of the first certificate presented.
    /// `ending` is cancelled when the connection comes of age or the platform stops.
    pub fn new(presented: Vec<CertificateDer<'static>>, ending: CancellationToken) -> Self {
        Self { presented, found: Mutex::new(None), ending }
    }

    /// What the peer presented: its certificate first, whose key it holds; empty when none.
    pub fn presented(&self) -> &[CertificateDer<'static>] {
        &self.presented
    }

    /// Completes when long answers (long polls, event streams) should come to their end.
    pub async fn ending(&self) {
        self.ending.cancelled().await;
    }

    /// The same as a token that can outlive the request.
    pub fn ending_token(&self) -> CancellationToken {
        self.ending.clone()
    }

    /// The identity of the peer under `trust`; found once and remembered until the trust changes.
    fn identify(&self, trust: &Arc<Trust>, now: Timestamp) -> Result<Arc<Identity>, Refusal> {
        if self.presented.is_empty() {
            return Err(Refusal::Missing);
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((under, finding)) = &*found
            && std::ptr::eq(under.as_ptr(), Arc::as_ptr(trust))
        {
            return finding.clone();
        }
        let finding = self.identify_anew(trust, now);
        *found = Some((Arc::downgrade(trust), finding.clone()));
        finding
    }

    fn identify_anew(&self, trust: &Trust, now: Timestamp) -> Result<Arc<Identity>, Refusal> {
        let read = |der: &CertificateDer<'_>| Certificate::from_der(der).map_err(|_| Refusal::Unreadable);
        let (leaf, rest) = self.presented.split_first().ok_or(Refusal::Missing)?;
        let leaf = read(leaf)?;
        let rest = rest.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        trust.identify(&leaf, &rest, Purpose::ClientAuth, now)
    }
}

/// The office that a request comes from. As an extractor it refuses everybody else.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The office.
    pub office: OfficeNumber,
    /// SHA-256 of the certificate it came with.
    pub fingerprint: Digest,
    /// The certificate and what is known of it.
    pub identity: Arc<Identity>,
}

impl Caller {
    /// Judges the certificate of a connection at `now`.
    ///
    /// # Errors
    /// The problem to answer with: the certificate's, the office's, or the database's.
    pub async fn judge(
        platform: &Platform,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let trust = platform.trust.current();
        let identity = connection.identify(&trust, now).map_err(|it| it.problem())?;
        judge_identity(platform, &trust, &identity, now).await?;
        Ok(Self { office: identity.office, fingerprint: identity.fingerprint, identity })
    }
}

/// Judges an identity at `now`: validity, revocation, and whether its office takes part. Also for
/// those who sign documents.
///
/// # Errors
/// The problem to answer with.
pub async fn judge_identity(
    platform: &Platform,
    trust: &Trust,
    identity: &Identity,
    now: Timestamp,
) -> Result<(), Refused> {
    trust.judge(identity, now).map_err(|it| it.problem())?;
    let standing = platform.standings.of(identity.office, identity.fingerprint).await;
    let standing = standing.map_err(|error| store_failed(&error))?;
    let number = || format!("事業所番号は `{}` です。", identity.office);
    let Some(standing) = standing else {
        return Err(Problem::new(Code::OfficeUnknown).detail(number()).into());
    };
    if let Some(at) = standing.revoked_at {
        return Err(Refusal::Revoked { at: Some(at) }.problem().into());
    }
    // Whatever our authority issued is on record; what is not was made behind its back.
    if identity.is_own() && !standing.is_recorded {
        return Err(Refusal::Revoked { at: None }.problem().into());
    }
    match standing.status {
        OfficeStatus::Active => Ok(()),
        OfficeStatus::Suspended => Err(Problem::new(Code::OfficeSuspended).detail(number()).into()),
    }
}

/// Where a request's log line learns which office called.
#[derive(Debug, Clone, Default)]
pub struct CallerNote(Arc<OnceLock<OfficeNumber>>);

impl CallerNote {
    /// Says which office it is.
    pub(crate) fn note(&self, office: OfficeNumber) {
        let _ = self.0.set(office);
    }

    /// The office, once it is known.
    pub fn office(&self) -> Option<OfficeNumber> {
        self.0.get().copied()
    }
}

impl FromRequestParts<Arc<Platform>> for Caller {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Arc<Platform>) -> Result<Self, Refused> {
        let connection = parts.extensions.get::<Arc<Connection>>().cloned();
        let connection = connection.ok_or_else(|| Refusal::Missing.problem())?;
        let now = platform.clock.now();
        let caller = Self::judge(platform, &connection, now).await?;
        platform.contacts.note(caller.office, caller.fingerprint, now);
        if let Some(note) = parts.extensions.get::<CallerNote>() {
            note.note(caller.office);
        }
        Ok(caller)
    }
}
