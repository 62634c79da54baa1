//! Any bytes as what arrives from the network or from a disk: signed messages, sealed letters,
//! certificates, certification requests, PKCS#12. Reading never panics; nothing forged opens.

#![no_main]

use std::sync::OnceLock;

use careplan_envelope::{Certificate, CertificationRequest, DecryptionKey, Opening};
use libfuzzer_sys::fuzz_target;

static KEY: OnceLock<Option<DecryptionKey>> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    drop(careplan_envelope::verify(data));
    drop(Certificate::from_der(data));
    drop(CertificationRequest::verify(data));
    drop(careplan_envelope::import(data, "password"));
    // The key is fresh in every process: no input can have been sealed to it.
    if let Some(key) = KEY.get_or_init(|| DecryptionKey::generate_p256().ok()) {
        assert!(!matches!(careplan_envelope::open(data, &[key]), Opening::Opened(_)));
    }
});
