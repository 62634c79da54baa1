//! Where the authority's key and certificate live, and how they come into being.
//!
//! Promises: the key is made once, is written for its owner only and never printed. A database
//! that knows a root never gets a second one by accident: a replica without the key leaves
//! issuing to the one that has it.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use careplan_domain::Timestamp;
use careplan_envelope::{Certificate, OfficeKey as _, SigningKey};
use serde_json::json;

use super::issuer::Issuer;
use super::ledger::row_of;
use crate::audit::{self, Actor, Entry};
use crate::config::Config;
use crate::key_file;
use crate::store::certificates::{certificates_of_profile, insert_certificate};
use crate::store::{Connected, Store, StoreError};

/// Under this name our roots stand among the certificates.
pub const ROOT_PROFILE: &str = "authority";

/// What this replica holds of the authority.
#[derive(Debug)]
pub enum Home {
    /// The key: this replica can issue.
    Here(Issuer),
    /// Only the certificate: another one issues.
    Elsewhere(Certificate),
}

impl Home {
    /// The authority's certificate.
    pub fn root(&self) -> &Certificate {
        match self {
            Self::Here(issuer) => issuer.certificate(),
            Self::Elsewhere(root) => root,
        }
    }
}

/// Opens the authority; makes it when neither key nor database know one.
///
/// # Errors
/// Files that cannot be read or written, or that belong to another authority than the database's.
pub async fn open(config: &Config, store: &Store, list_url: String, now: Timestamp) -> anyhow::Result<Home> {
    let (key_file, certificate_file) = (config.authority_key_file(), config.authority_certificate_file());
    let known = roots(&mut store.read().await?).await?;
    if !key_file.exists() {
        if let Some(root) = known.first() {
            return Ok(Home::Elsewhere(root.clone()));
        }
        if !config.authority.run {
            bail!(
                "認証局がまだありません。先に `careplan-platform authority init` を実行するか、認証局を動かす複製を起動してください。"
            );
        }
        let key = SigningKey::generate_p256()?;
        key_file::write(&key_file, &key_file::pem_of_key(&key)?)?;
    }
    let (key, _) = key_file::key_of_pem(&key_file::read(&key_file)?)
        .with_context(|| format!("認証局の鍵 `{}` を読めません", key_file.display()))?;
    let recorded = known.into_iter().find(|root| root.public_key_spki() == key.public_key_spki());
    let root = match recorded {
        _ if certificate_file.exists() => read_certificate(&certificate_file)?,
        Some(root) => root,
        None => {
            let root = Issuer::new_root(&key, config.authority.root_days, now)?;
            key_file::write(&certificate_file, &root.to_pem())?;
            root
        }
    };
    let issuer = Issuer::new(Arc::new(key), root, list_url)
        .with_context(|| format!("`{}` は認証局の鍵の証明書ではありません", certificate_file.display()))?;
    register(store, issuer.certificate(), now).await?;
    Ok(Home::Here(issuer))
}

/// Our roots that the database knows, newest first.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn roots(db: &mut impl Connected) -> Result<Vec<Certificate>, StoreError> {
    let rows = certificates_of_profile(db, ROOT_PROFILE).await?;
    let read = |der: &[u8]| Certificate::from_der(der).map_err(|_| StoreError::Corrupt("root certificate"));
    rows.iter().map(|row| read(&row.der)).collect()
}

async fn register(store: &Store, root: &Certificate, now: Timestamp) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    let known = roots(&mut tx).await?;
    if known.contains(root) {
        return Ok(());
    }
    if !known.is_empty() {
        bail!(
            "このデータベースの認証局は、手元の鍵の認証局とは別のものです。`authority.key_file` を確かめるか、`authority.run = false` にしてください。"
        );
    }
    insert_certificate(&mut tx, &row_of(root, (ROOT_PROFILE, None), now)).await?;
    let fingerprint = hex::encode(root.fingerprint());
    let entry = Entry {
        actor: Actor::Platform,
        action: "authority.created",
        subject: root.serial().to_string(),
        detail: json!({ "fingerprint": fingerprint, "not_after": root.not_after() }),
    };
    audit::append(&mut tx, now, entry);
    tx.commit().await?;
    tracing::info!(fingerprint, "authority created");
    Ok(())
}

fn read_certificate(path: &Path) -> anyhow::Result<Certificate> {
    let pem = std::fs::read_to_string(path).with_context(|| format!("`{}` を読めません", path.display()))?;
    Certificate::from_pem(&pem).with_context(|| format!("`{}` は証明書ではありません", path.display()))
}
