//! Keys that the operating system keeps: the certificate store of Windows, behind a trait.
//!
//! Promises: such a key never leaves its store, and nothing here asks for it; what a key can do is found out by trying, as stores and
//! security chips promise more than they keep; a store whose certificate is gone says which one and what to do.
//!
//! Letters are sealed to the key of a terminal, not to its certificate, so that a key in a store only ever signs.

use std::fmt;
use std::sync::Arc;

use careplan_domain::Timestamp;
use careplan_envelope::{Certificate, KeyFault, OfficeKey, SignatureAlgorithm};
use rustls::sign::{Signer, SigningKey};
use rustls::{OtherError, SignatureAlgorithm as TlsAlgorithm, SignatureScheme};

/// What a store holds: a certificate whose private key is there too.
#[derive(Debug, Clone)]
pub struct StoredCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// Those above it, without the root, as far as the store has them.
    pub chain: Vec<Certificate>,
}

/// A place of the operating system for certificates and their keys.
pub trait CertificateStore: fmt::Debug + Send + Sync {
    /// What people call it, as in `Windowsの証明書ストア`.
    fn name(&self) -> &'static str;

    /// All certificates that have a private key here.
    ///
    /// # Errors
    /// [`StoreFault::Unreadable`].
    fn list(&self) -> Result<Vec<StoredCertificate>, StoreFault>;

    /// The private key of a certificate.
    ///
    /// # Errors
    /// [`StoreFault`].
    fn key(&self, certificate: &Certificate) -> Result<Arc<dyn StoreKey>, StoreFault>;
}

/// A key in a store. As [`OfficeKey`] it signs with ECDSA or with PKCS #1 v1.5, both over SHA-256.
///
/// Signing may take half a second where a chip does it.
pub trait StoreKey: OfficeKey {
    /// Signs `message` with RSASSA-PSS, SHA-256 and a salt of 32 bytes, which TLS 1.3 demands of RSA keys (RFC 8446 section 4.2.3).
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] for keys that cannot: those of older chips and drivers, and all that are not RSA.
    fn sign_pss(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault>;
}

/// Why a store does not help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreFault {
    /// This computer has none that the client can use.
    #[error(
        "電子証明書の鍵は、このデータフォルダーの外（証明書ストア）にありますが、このパソコンには使える証明書ストアがありません。Webサイトの「電子証明書」で発行用パスワードを受け取ると、設定の「この端末と電子証明書」から取得し直せます（画面を使わないときは careplan-client setup）。"
    )]
    Absent,
    /// It cannot be read.
    #[error("{0}を読み取れません。パソコンを再起動し、続くときはパソコンの管理者に相談してください。")]
    Unreadable(&'static str),
    /// The certificate is not in it, or without its key.
    #[error(
        "事業所の電子証明書が、{0}に見つかりません。削除したときは、発行元で受け取った電子証明書をもう一度入れてください。別の利用者の画面にだけ入っているときは、「ローカル コンピューター」に入れてください。"
    )]
    Gone(&'static str),
    /// It does not let the key sign.
    #[error(
        "{0}の鍵で署名できません。証明書をカードや機器に入れているときは、差し込んでから、もう一度お試しください。"
    )]
    Refused(&'static str),
}

/// The store of this computer's operating system. There is none but that of Windows, whose side of [`CertificateStore`] comes with the build for
/// Windows.
pub fn system_store() -> Option<Arc<dyn CertificateStore>> {
    None
}

/// What can be chosen from a store, the newest first: certificates whose time is not now are left out.
///
/// # Errors
/// [`StoreFault::Unreadable`].
pub fn offered(store: &dyn CertificateStore, now: Timestamp) -> Result<Vec<StoredCertificate>, StoreFault> {
    let mut all = store.list()?;
    all.retain(|it| it.certificate.is_valid_at(now));
    all.sort_by_key(|it| std::cmp::Reverse(it.certificate.not_before()));
    Ok(all)
}

/// Asks a store beside the tasks: card readers take their time.
pub(crate) async fn aside<T: Send + 'static>(
    store: &Arc<dyn CertificateStore>,
    work: impl FnOnce(&dyn CertificateStore) -> Result<T, StoreFault> + Send + 'static,
) -> Result<T, StoreFault> {
    let (name, store) = (store.name(), Arc::clone(store));
    let done = tokio::task::spawn_blocking(move || work(store.as_ref())).await;
    done.unwrap_or(Err(StoreFault::Unreadable(name)))
}

/// What a key signs to show that it can; nothing else that is signed begins like this.
const TRIAL: &[u8] = b"careplan-client tries out this key\n";

/// Whether a key can sign at all.
pub(super) fn try_out(key: &dyn StoreKey, store: &'static str) -> Result<(), StoreFault> {
    key.sign(TRIAL).map(drop).map_err(|_| StoreFault::Refused(store))
}

/// A key of a store in TLS, with the kinds of signature that it made when it was tried.
pub(super) struct TlsKey {
    key: Arc<dyn StoreKey>,
    schemes: &'static [SignatureScheme],
}

impl TlsKey {
    /// Tries out an RSA key: what it cannot do it does not offer. One that cannot sign at all is not here now, which says nothing of what it can.
    pub(super) fn new(key: Arc<dyn StoreKey>) -> Result<Self, KeyFault> {
        let schemes: &[_] = match key.algorithm() {
            SignatureAlgorithm::EcdsaP256Sha256 => &[SignatureScheme::ECDSA_NISTP256_SHA256],
            _ if key.sign_pss(TRIAL).is_ok() => {
                &[SignatureScheme::RSA_PSS_SHA256, SignatureScheme::RSA_PKCS1_SHA256]
            }
            _ => {
                key.sign(TRIAL)?;
                &[SignatureScheme::RSA_PKCS1_SHA256]
            }
        };
        Ok(Self { key, schemes })
    }
}

impl fmt::Debug for TlsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsKey({:?}, ***)", self.schemes)
    }
}

impl SigningKey for TlsKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self.schemes.iter().find(|scheme| offered.contains(scheme))?;
        Some(Box::new(TlsSigner { key: self.key.clone(), scheme }))
    }

    fn algorithm(&self) -> TlsAlgorithm {
        match self.key.algorithm() {
            SignatureAlgorithm::EcdsaP256Sha256 => TlsAlgorithm::ECDSA,
            _ => TlsAlgorithm::RSA,
        }
    }
}

struct TlsSigner {
    key: Arc<dyn StoreKey>,
    scheme: SignatureScheme,
}

impl fmt::Debug for TlsSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TlsSigner({:?}, ***)", self.scheme)
    }
}

impl Signer for TlsSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signed = match self.scheme {
            SignatureScheme::RSA_PSS_SHA256 => self.key.sign_pss(message),
            _ => self.key.sign(message),
        };
        // Found again where the connection fails.
        signed.map_err(|fault| rustls::Error::Other(OtherError(Arc::new(fault))))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}
