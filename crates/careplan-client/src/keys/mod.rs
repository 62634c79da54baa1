//! The keys of this office and this terminal: files of the account that runs the client.
//!
//! Promises: every file is 0600 in a 0700 folder and written atomically; key and certificate of an
//! office stand in one file, so that a kill can never leave one without the other; nothing here is
//! ever printed. A key file that others can read is refused. Where the office's key is in the store
//! of the operating system, its certificate stands here with a note of that.

mod identity;
mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use careplan_envelope::{Certificate, DecryptionKey, KeyFault, SigningKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateSigningRequestDer, PrivatePkcs8KeyDer};
use zeroize::Zeroizing;

use identity::IdentityFault;
pub use identity::OfficeIdentity;
pub(crate) use store::aside;
pub use store::{CertificateStore, StoreFault, StoreKey, StoredCertificate, offered, system_store};

use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysFault {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileFault),
    /// Others than the owner can read a key file.
    #[error("鍵のファイル「{}」を、ほかの利用者も読み取れる状態です。権限を本人だけ（chmod 600）に直してください。心当たりがなければ証明書の失効を運用センターへ依頼してください。", .0.display())]
    Exposed(PathBuf),
    /// A file is not what it should be.
    #[error("鍵のファイル「{}」が壊れています。バックアップから戻すか、初期設定（careplan-client setup）をやり直してください。", .0.display())]
    Damaged(PathBuf),
    /// A key could not be made or used.
    #[error("鍵を作成または使用できません。パソコンを再起動して、もう一度お試しください。")]
    Unusable(#[from] KeyFault),
    /// The store of the system does not help.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// A key that waits for its certificate.
pub struct Pending {
    /// The key.
    pub key: SigningKey,
    /// The PKCS#10 request, the same at every try.
    pub request: Vec<u8>,
}

/// The folder of keys.
#[derive(Debug, Clone)]
pub struct KeyFolder {
    path: PathBuf,
    mishaps: Mishaps,
    store: Option<Arc<dyn CertificateStore>>,
}

impl KeyFolder {
    /// Opens the folder; it is made when absent.
    ///
    /// # Errors
    /// [`KeysFault::File`].
    pub fn open(path: PathBuf, mishaps: Mishaps) -> Result<Self, KeysFault> {
        files::make_folder(&path, Privacy::Private)?;
        Ok(Self { path, mishaps, store: None })
    }

    /// With the store of the operating system, where it has one.
    #[must_use]
    pub fn with_store(self, store: Option<Arc<dyn CertificateStore>>) -> Self {
        Self { store, ..self }
    }

    /// The store of the operating system.
    pub fn certificate_store(&self) -> Option<&Arc<dyn CertificateStore>> {
        self.store.as_ref()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn store(&self, name: &str, bytes: &[u8]) -> Result<(), KeysFault> {
        Ok(files::replace(&self.at(name), bytes, Privacy::Private, &self.mishaps)?)
    }

    fn load(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeysFault> {
        let path = self.at(name);
        let bytes = files::read_if_there(&path)?.map(Zeroizing::new);
        if bytes.is_some() && is_exposed(&path) {
            return Err(KeysFault::Exposed(path));
        }
        Ok(bytes)
    }

    /// Why the key of an identity did not sign.
    pub(crate) fn refusal_of(&self, identity: &OfficeIdentity) -> KeysFault {
        match &self.store {
            Some(store) if identity.is_in_store() => KeysFault::Store(StoreFault::Refused(store.name())),
            _ => KeysFault::Unusable(KeyFault::Unavailable),
        }
    }

    /// The platform's root, once it was compared.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn root(&self) -> Result<Option<Certificate>, KeysFault> {
        let Some(pem) = self.load(ROOT)? else { return Ok(None) };
        let text = String::from_utf8_lossy(&pem);
        Certificate::from_pem(&text).map(Some).map_err(|_| KeysFault::Damaged(self.at(ROOT)))
    }

    /// Keeps the platform's root.
    ///
    /// # Errors
    /// [`KeysFault::File`].
    pub fn store_root(&self, root: &Certificate) -> Result<(), KeysFault> {
        self.store(ROOT, root.to_pem().as_bytes())
    }

    /// The key that waits for its certificate.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn pending(&self) -> Result<Option<Pending>, KeysFault> {
        let Some(pem) = self.load(PENDING)? else { return Ok(None) };
        let damaged = || KeysFault::Damaged(self.at(PENDING));
        let key = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| damaged())?;
        let request = CertificateSigningRequestDer::from_pem_slice(&pem).map_err(|_| damaged())?;
        let key = SigningKey::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| damaged())?;
        Ok(Some(Pending { key, request: request.to_vec() }))
    }

    /// Keeps a key and its request before the first asking.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn store_pending(&self, pending: &Pending) -> Result<(), KeysFault> {
        let mut text = pem("PRIVATE KEY", &pending.key.to_pkcs8()?);
        text.push_str(&pem("CERTIFICATE REQUEST", &pending.request));
        self.store(PENDING, text.as_bytes())
    }

    /// Drops a key that waits.
    ///
    /// # Errors
    /// [`KeysFault::File`].
    pub fn drop_pending(&self) -> Result<(), KeysFault> {
        Ok(files::remove(&self.at(PENDING))?)
    }

    /// The office's key with its certificate and chain.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn identity(&self) -> Result<Option<OfficeIdentity>, KeysFault> {
        let Some(pem) = self.load(OFFICE)? else { return Ok(None) };
        OfficeIdentity::from_pem(&pem, self.store.as_deref()).map(Some).map_err(|fault| match fault {
            IdentityFault::Damaged => KeysFault::Damaged(self.at(OFFICE)),
            IdentityFault::Store(fault) => KeysFault::Store(fault),
        })
    }

    /// Keeps the office's key and certificate as one file, then drops the key that waited.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn store_identity(&self, identity: &OfficeIdentity) -> Result<(), KeysFault> {
        self.store(OFFICE, identity.to_pem()?.as_bytes())?;
        self.drop_pending()
    }

    /// The key of this terminal that opens letters; made at the first call.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn terminal(&self) -> Result<DecryptionKey, KeysFault> {
        if let Some(bytes) = self.load(TERMINAL)? {
            let damaged = || KeysFault::Damaged(self.at(TERMINAL));
            let key = PrivatePkcs8KeyDer::from_pem_slice(&bytes).map_err(|_| damaged())?;
            return DecryptionKey::from_pkcs8(key.secret_pkcs8_der()).map_err(|_| damaged());
        }
        let key = DecryptionKey::generate_p256()?;
        self.store(TERMINAL, pem("PRIVATE KEY", &key.to_pkcs8()?).as_bytes())?;
        Ok(key)
    }
}

const ROOT: &str = "root.pem";
const PENDING: &str = "pending.pem";
const OFFICE: &str = "office.pem";
const TERMINAL: &str = "terminal.pem";

/// One PEM section (RFC 7468); wiped when dropped, as it may hold a key.
fn pem(label: &str, der: &[u8]) -> Zeroizing<String> {
    use base64::Engine as _;
    let body = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(body.len() + body.len() / 32 + 100));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

#[cfg(unix)]
fn is_exposed(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|it| it.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_exposed(_path: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use careplan_envelope::{OfficeKey as _, certification_request};

    use super::*;

    fn folder() -> (tempfile::TempDir, KeyFolder) {
        let place = tempfile::tempdir().unwrap();
        let keys = KeyFolder::open(place.path().join("keys"), Mishaps::default()).unwrap();
        (place, keys)
    }

    #[test]
    fn a_waiting_key_and_its_request_are_the_same_after_a_restart() {
        let (place, keys) = folder();
        assert!(keys.pending().unwrap().is_none());
        let key = SigningKey::generate_p256().unwrap();
        let request = certification_request(&key, "9970000018").unwrap();
        keys.store_pending(&Pending { key, request: request.clone() }).unwrap();
        let again = KeyFolder::open(place.path().join("keys"), Mishaps::default()).unwrap();
        let pending = again.pending().unwrap().unwrap();
        assert_eq!(pending.request, request);
        let asked = careplan_envelope::CertificationRequest::verify(&request).unwrap();
        assert_eq!(asked.public_key_spki(), pending.key.public_key_spki());
    }

    #[test]
    fn the_terminal_key_is_made_once() {
        let (_place, keys) = folder();
        let first = keys.terminal().unwrap().key_id();
        assert_eq!(keys.terminal().unwrap().key_id(), first);
    }

    #[cfg(unix)]
    #[test]
    fn key_files_are_for_their_owner_only_and_an_exposed_one_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (place, keys) = folder();
        keys.terminal().unwrap();
        let file = place.path().join("keys/terminal.pem");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place.path().join("keys")), mode(&file)), (0o700, 0o600));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let fault = keys.terminal().unwrap_err();
        assert!(fault.to_string().contains("chmod 600"), "{fault}");
    }

    #[test]
    fn a_damaged_key_file_is_named_with_what_to_do() {
        let (place, keys) = folder();
        keys.terminal().unwrap();
        files::replace(&place.path().join("keys/terminal.pem"), b"x", Privacy::Private, &Mishaps::default())
            .unwrap();
        let fault = keys.terminal().unwrap_err().to_string();
        assert!(fault.contains("terminal.pem") && fault.contains("setup"), "{fault}");
    }
}
