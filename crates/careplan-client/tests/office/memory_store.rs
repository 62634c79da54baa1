//! A store of certificates in memory, in the place of that of Windows: its keys sign and do not come out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use careplan_client::keys::{CertificateStore, StoreFault, StoreKey, StoredCertificate};
use careplan_envelope::{Certificate, KeyFault, OfficeKey, SignatureAlgorithm, SigningKey};
use rustls::SignatureScheme;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

pub const NAME: &str = "ためしの証明書ストア";

/// What a key is and can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    P256,
    Rsa,
    /// Of a chip that knows no PSS.
    OldRsa,
}

type Held = (StoredCertificate, Arc<Key>);

#[derive(Clone, Default)]
pub struct MemoryStore {
    held: Arc<Mutex<Vec<Held>>>,
    is_unreadable: Arc<AtomicBool>,
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl MemoryStore {
    /// Puts a new key in, with the certificate that is made for its public half.
    pub fn put(&self, make: Make, certify: impl FnOnce(&[u8]) -> Certificate) -> Certificate {
        let key = Arc::new(Key::new(make));
        let certificate = certify(key.public_key_spki());
        let stored = StoredCertificate { certificate: certificate.clone(), chain: Vec::new() };
        self.held.lock().unwrap().push((stored, key));
        certificate
    }

    pub fn empty(&self) {
        self.held.lock().unwrap().clear();
    }

    /// Pulls out the card that the keys are on, or puts it in.
    pub fn set_present(&self, is_present: bool) {
        for (_, key) in self.held.lock().unwrap().iter() {
            key.is_present.store(is_present, Ordering::SeqCst);
        }
    }

    pub fn set_unreadable(&self) {
        self.is_unreadable.store(true, Ordering::SeqCst);
    }
}

impl CertificateStore for MemoryStore {
    fn name(&self) -> &'static str {
        NAME
    }

    fn list(&self) -> Result<Vec<StoredCertificate>, StoreFault> {
        if self.is_unreadable.load(Ordering::SeqCst) {
            return Err(StoreFault::Unreadable(NAME));
        }
        Ok(self.held.lock().unwrap().iter().map(|(stored, _)| stored.clone()).collect())
    }

    fn key(&self, certificate: &Certificate) -> Result<Arc<dyn StoreKey>, StoreFault> {
        let held = self.held.lock().unwrap();
        let found = held.iter().find(|(stored, _)| stored.certificate == *certificate);
        found.map(|(_, key)| key.clone() as Arc<dyn StoreKey>).ok_or(StoreFault::Gone(NAME))
    }
}

struct Key {
    key: SigningKey,
    pss: Option<Arc<dyn rustls::sign::SigningKey>>,
    is_present: AtomicBool,
}

impl Key {
    fn new(make: Make) -> Self {
        let key = match make {
            Make::P256 => SigningKey::generate_p256(),
            Make::Rsa | Make::OldRsa => SigningKey::generate_rsa_2048(),
        };
        let key = key.unwrap();
        let pkcs8 = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.to_pkcs8().unwrap().to_vec()));
        let pss = rustls::crypto::aws_lc_rs::sign::any_supported_type(&pkcs8).unwrap();
        Self { key, pss: (make == Make::Rsa).then_some(pss), is_present: AtomicBool::new(true) }
    }

    fn present(&self) -> Result<(), KeyFault> {
        if self.is_present.load(Ordering::SeqCst) { Ok(()) } else { Err(KeyFault::Unavailable) }
    }
}

impl OfficeKey for Key {
    fn public_key_spki(&self) -> &[u8] {
        self.key.public_key_spki()
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        self.present()?;
        self.key.sign(message)
    }
}

impl StoreKey for Key {
    fn sign_pss(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        self.present()?;
        let pss = self.pss.as_ref().ok_or(KeyFault::Unavailable)?;
        let signer = pss.choose_scheme(&[SignatureScheme::RSA_PSS_SHA256]).unwrap();
        signer.sign(message).map_err(|_| KeyFault::Unavailable)
    }
}
