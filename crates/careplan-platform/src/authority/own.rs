//! The platform's own certificates, obtained from the authority like everybody else's.
//!
//! Each replica has its own keys; key and certificate lie in one file, so that they change
//! together. A new key waits in a file beside it until its certificate is there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use careplan_domain::{Digest, Timestamp};
use careplan_envelope::{Certificate, OfficeKey as _, SigningKey};
use tokio::sync::Notify;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::ledger::{self, Order, OrderDetail};
use super::profile::ProfileName;
use crate::clock::Clock;
use crate::key_file;
use crate::store::Store;
use crate::store::certificates::certificate;
use crate::store::orders::{self, OrderRow, OrderState};

/// How long a start waits for the authority, which may be another process that starts later.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Looks at the order while waiting.
const LOOK: Duration = Duration::from_millis(50);

/// A certificate is renewed when this share of its validity is left.
const RENEW_AT_SHARE: i32 = 3;

/// A key of this replica and its certificate.
pub struct Held {
    /// The key.
    pub key: Arc<SigningKey>,
    /// The same as PKCS#8, for the TLS library.
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// Its certificate.
    pub certificate: Certificate,
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// What a replica wants to hold.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Under which profile.
    pub profile: ProfileName,
    /// Names, for a server.
    pub names: Vec<String>,
    /// The folder of keys.
    pub folder: PathBuf,
}

impl Wish {
    /// Where key and certificate lie.
    pub fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.pem", self.profile.as_str()))
    }

    fn next_file(&self) -> PathBuf {
        self.folder.join(format!("{}-next.pem", self.profile.as_str()))
    }

    /// First line of the file: what the certificate was ordered for.
    fn heading(&self) -> String {
        format!("names: {}\n", self.names.join(" "))
    }

    /// What is held now, if it is still good.
    ///
    /// # Errors
    /// When a file or the database cannot be read.
    pub async fn held(
        &self,
        store: &Store,
        roots: &[Certificate],
        now: Timestamp,
    ) -> anyhow::Result<Option<Held>> {
        let file = self.file();
        if !file.exists() {
            return Ok(None);
        }
        let held = read(&file).with_context(|| format!("read {}", file.display()))?;
        let row = certificate(&mut store.read().await?, held.certificate.serial()).await?;
        let fingerprint = Digest(held.certificate.fingerprint());
        let on_record = row.is_some_and(|it| it.revoked_at.is_none() && it.fingerprint == fingerprint);
        let is_ours = roots.iter().any(|root| root.subject_der() == held.certificate.issuer_der());
        let fits = key_file::read(&file)?.starts_with(&self.heading());
        Ok((on_record && is_ours && fits && !is_due(&held.certificate, now)).then_some(held))
    }

    /// Obtains a certificate: places an order (or finds the one placed before a crash) and waits.
    ///
    /// # Errors
    /// When the order fails, or nobody works on it in time.
    pub async fn obtain(&self, store: &Store, clock: &Clock, bell: Option<&Notify>) -> anyhow::Result<Held> {
        let next = self.next_file();
        if !next.exists() {
            key_file::write(&next, &key_file::pem_of_key(&SigningKey::generate_p256()?)?)?;
        }
        let pem = key_file::read(&next)?;
        let (key, _) = key_file::key_of_pem(&pem)?;
        let mut order = self.order(store, clock.now(), key.public_key_spki()).await?;
        if let Some(bell) = bell {
            bell.notify_one();
        }
        let give_up = tokio::time::Instant::now() + WAIT_MAX;
        while order.state == OrderState::Waiting {
            if tokio::time::Instant::now() > give_up {
                bail!(
                    "認証局が応答しません。認証局を動かす複製（`careplan-platform authority run`、または `authority.run = true` の serve）が動いているか確かめてください。"
                );
            }
            tokio::time::sleep(LOOK).await;
            order = orders::order(&mut store.read().await?, order.id).await?.context("the order is gone")?;
        }
        let Some(der) = order.certificate else {
            std::fs::remove_file(&next).ok();
            bail!("認証局が証明書を発行できませんでした: {}", order.failure.unwrap_or_default());
        };
        let certificate = Certificate::from_der(&der)?;
        let both = Zeroizing::new(format!("{}{}{}", self.heading(), *pem, certificate.to_pem()));
        key_file::write(&self.file(), &both)?;
        std::fs::remove_file(&next).context("forget the draft of a key")?;
        read(&self.file())
    }

    async fn order(&self, store: &Store, now: Timestamp, spki: &[u8]) -> anyhow::Result<OrderRow> {
        let mut tx = store.begin().await?;
        if let Some(order) = orders::order_for_key(&mut tx, self.profile.as_str(), spki).await?
            && OrderDetail::of(&order)?.names == self.names
        {
            return Ok(order);
        }
        let detail = OrderDetail { names: self.names.clone(), ..OrderDetail::default() };
        let order = Order { profile: self.profile, office: None, public_key: spki, detail };
        let id = Uuid::now_v7();
        ledger::place(&mut tx, id, &order, now).await?;
        tx.commit().await?;
        orders::order(&mut store.read().await?, id).await?.context("the order is gone")
    }
}

fn read(file: &Path) -> anyhow::Result<Held> {
    let pem = key_file::read(file)?;
    let (key, pkcs8) = key_file::key_of_pem(&pem)?;
    let certificate = Certificate::from_pem(&pem)?;
    if certificate.public_key_spki() != key.public_key_spki() {
        bail!("`{}` の鍵と証明書が対になっていません。", file.display());
    }
    Ok(Held { key: Arc::new(key), pkcs8, certificate })
}

/// Whether the time to renew has come.
fn is_due(certificate: &Certificate, now: Timestamp) -> bool {
    let validity = certificate.not_after().duration_since(certificate.not_before());
    certificate.not_after().duration_since(now) < validity / RENEW_AT_SHARE
}
