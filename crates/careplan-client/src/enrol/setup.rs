//! Set-up, from the letter to the office to a client that can exchange.

use std::path::PathBuf;

use careplan_domain::licence::LicenceState;
use careplan_domain::{Secret, ServiceType, UserId};
use careplan_protocol::Code;
use careplan_protocol::office_api::Account;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::certificate::Authentication;
use super::{EnrolFault, Fingerprint, RootSource};
use crate::files;
use crate::office::Office;
use crate::platform::{Platform, ServerTrust};
use crate::staff::Actor;
use crate::state::Settings;
use crate::trust::Trust;

/// Where the certificate comes from.
#[derive(Clone)]
pub enum CertificateSource {
    /// It is issued to a key made here.
    IssuePassword(Secret),
    /// It exists already.
    Pkcs12 {
        /// The file.
        path: PathBuf,
        /// What opens it.
        password: Secret,
    },
    /// It exists already, and was handed over with its key (PKCS#12).
    Brought {
        /// What is in the file.
        bytes: Zeroizing<Vec<u8>>,
        /// What opens it.
        password: Secret,
    },
    /// It is in the store of the system, and its key stays there.
    Stored(Fingerprint),
    /// It is here from an earlier set-up.
    Present,
}

/// Without what opens it, and without the key in it.
impl std::fmt::Debug for CertificateSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::IssuePassword(_) => "IssuePassword(***)",
            Self::Pkcs12 { .. } => "Pkcs12(***)",
            Self::Brought { .. } => "Brought(***)",
            Self::Stored(_) => "Stored",
            Self::Present => "Present",
        })
    }
}

/// What set-up is told.
#[derive(Debug, Clone)]
pub struct SetupOrder {
    /// `https://host:port` of the platform.
    pub platform: String,
    /// How its root is known.
    pub root: RootSource,
    /// The user ID of the office.
    pub user_id: UserId,
    /// Its password.
    pub password: Secret,
    /// Where the certificate comes from.
    pub certificate: CertificateSource,
    /// The service types whose letters this terminal takes; empty for all.
    pub service_types: Vec<ServiceType>,
    /// Where received files go; the data folder's `inbox` when absent.
    pub inbox: Option<PathBuf>,
}

/// What set-up did.
#[derive(Debug, Clone)]
pub struct SetupReport {
    /// The account as the platform knows it.
    pub account: Account,
    /// The root that is believed from now on.
    pub root: Fingerprint,
    /// Until when the certificate is valid.
    pub certificate_until: careplan_domain::Timestamp,
    /// The licence.
    pub licence: LicenceState,
}

impl Office {
    /// Sets this client up. May be repeated after any failure or kill: it goes on where it stopped.
    ///
    /// # Errors
    /// [`EnrolFault`].
    pub async fn set_up(&self, order: &SetupOrder) -> Result<SetupReport, EnrolFault> {
        Ok(self.set_up_by(order, None).await?.0)
    }

    /// Sets up, and says whether the certificate is another one than before; where somebody asked for it, who is named in the record of
    /// operations.
    pub(super) async fn set_up_by(
        &self,
        order: &SetupOrder,
        by: Option<&Actor>,
    ) -> Result<(SetupReport, bool), EnrolFault> {
        let office = order.user_id.office();
        let before = self.state().settings().await?;
        if let Some(before) = before.as_ref().filter(|before| before.office() != office) {
            return Err(EnrolFault::OtherOffice(before.office()));
        }
        let root = self.obtain_root(&order.platform, &order.root).await?;
        self.keys().store_root(&root)?;
        let trust = Trust::new(root.clone())?;
        let trusted = ServerTrust::Root(root.der().to_vec());
        let platform = self.connect(&order.platform, &trusted, None).await?;

        let account = platform.account(&order.user_id, &order.password).await?;
        check_account(&account, order)?;
        self.take_trust_list(&platform, &trust).await?;
        let settings = Settings {
            platform: order.platform.trim_end_matches('/').to_owned(),
            user_id: order.user_id.clone(),
            terminal: before.map_or_else(Uuid::new_v4, |before| before.terminal),
            service_types: order.service_types.clone(),
            inbox: order.inbox.as_ref().map(|path| path.to_string_lossy().into_owned()),
        };
        self.state().store_settings(&settings).await?;
        self.forget_link();
        let present = self.present_certificate()?;
        self.obtain_certificate(&platform, trust, order).await?;
        let is_new = self.present_certificate()? != present;
        if by.is_some() && is_new {
            self.state().certificate_changed("certificate.obtained", (by, self.now())).await?;
        }

        let link = self.link().await?;
        self.announce(&link).await?;
        let licence = link.platform.licence().await?;
        let certificate_until = link.identity.certificate().not_after();
        Ok((SetupReport { account, root: Fingerprint::of(&root), certificate_until, licence }, is_new))
    }

    async fn obtain_certificate(
        &self,
        platform: &Platform,
        trust: Trust,
        order: &SetupOrder,
    ) -> Result<(), EnrolFault> {
        let office = order.user_id.office();
        match &order.certificate {
            CertificateSource::IssuePassword(password) => {
                if self.keys().pending()?.is_none() && self.is_accepted(&order.user_id).await? {
                    return Ok(());
                }
                let authentication = Authentication::IssuePassword(&order.user_id, password);
                self.enrol(platform, &trust, office, authentication).await?;
            }
            CertificateSource::Pkcs12 { path, password } => {
                let bytes = Zeroizing::new(files::read(path)?);
                self.import_pkcs12(&self.with_held_list(trust).await?, office, &bytes, password)?;
            }
            CertificateSource::Brought { bytes, password } => {
                self.import_pkcs12(&self.with_held_list(trust).await?, office, bytes, password)?;
            }
            CertificateSource::Stored(chosen) => {
                self.choose_stored(&self.with_held_list(trust).await?, office, chosen).await?;
            }
            CertificateSource::Present => {}
        }
        Ok(())
    }

    /// Believes the authorities of the trust list too: a certificate that exists already may be of one of them.
    async fn with_held_list(&self, trust: Trust) -> Result<Trust, EnrolFault> {
        let held = self.state().trust_list().await?;
        let list = held.map(|(signed, at)| trust.read_list(&signed, None, at)).transpose()?;
        Ok(match list {
            Some(list) => trust.with_list(list),
            None => trust,
        })
    }

    /// Whether the certificate from an earlier set-up still does. An issue password works once, so
    /// it is not spent on a second certificate — unless the platform no longer takes the first.
    async fn is_accepted(&self, user_id: &UserId) -> Result<bool, EnrolFault> {
        if !self.has_certificate_for(user_id)? {
            return Ok(false);
        }
        match self.link().await?.platform.licence().await {
            Ok(_) => Ok(true),
            Err(fault) => match fault.problem() {
                Some(
                    Code::CertificateRevoked | Code::CertificateExpired | Code::CertificateUnknownAuthority,
                ) => Ok(false),
                _ => Err(fault.into()),
            },
        }
    }

    /// Whether a valid certificate for this office is here already, so that set-up need not ask for the issue password.
    ///
    /// # Errors
    /// [`EnrolFault`] when the key files cannot be used.
    pub fn has_certificate_for(&self, user_id: &UserId) -> Result<bool, EnrolFault> {
        let Some(present) = self.present_certificate()? else { return Ok(false) };
        let named = present.san_uris().iter().find_map(|uri| careplan_protocol::trust::office_of_uri(uri));
        Ok(named == Some(user_id.office()) && self.now() <= present.not_after())
    }
}

fn check_account(account: &Account, order: &SetupOrder) -> Result<(), EnrolFault> {
    if account.user_id != order.user_id || account.office.number != order.user_id.office() {
        return Err(EnrolFault::AccountMismatch);
    }
    let registered = &account.office.service_types;
    if let Some(unknown) = order.service_types.iter().find(|it| !registered.contains(it)) {
        let registered: Vec<_> = registered.iter().map(ToString::to_string).collect();
        return Err(EnrolFault::ServiceType(unknown.to_string(), registered.join("、")));
    }
    Ok(())
}
