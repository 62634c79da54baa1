//! What a letter costs, beside the primitives it cannot do without.
//!
//! `cargo bench -p careplan-envelope` prints both; the difference is our own doing.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first fault")]

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, agree};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use careplan_envelope::{
    Certificate, DecryptionKey, Letter, OfficeKey, Opening, Purpose, Recipient, Signer, SigningKey,
    TerminalPublicKey, TrustAnchors, open, seal, sha256, sign, verify,
};
use divan::Bencher;
use jiff::Timestamp;

/// A usual letter: a month's plan of one user, CSV and a PDF.
const LETTER_BYTES: usize = 20 * 1024;
const MANIFEST_BYTES: usize = 800;

struct Office {
    key: SigningKey,
    certificate: Certificate,
    terminal: DecryptionKey,
    published: TerminalPublicKey,
}

impl Office {
    fn new() -> Self {
        let pair = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&pair).unwrap();
        let terminal = DecryptionKey::generate_p256().unwrap();
        Self {
            key: SigningKey::from_pkcs8(pair.serialized_der()).unwrap(),
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            published: terminal.terminal_public_key().unwrap(),
            terminal,
        }
    }

    fn sign(&self, manifest: &[u8]) -> Vec<u8> {
        let signer = Signer { key: &self.key, certificate: &self.certificate, chain: &[] };
        sign(manifest, signer, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn letter(&self, terminals: usize) -> Vec<u8> {
        let signed_manifest = self.sign(&[b'm'; MANIFEST_BYTES]);
        let file = [b'f'; LETTER_BYTES];
        let letter = Letter { signed_manifest: &signed_manifest, files: vec![&file] }.encode().unwrap();
        seal(&letter, &vec![Recipient::Terminal(&self.published); terminals]).unwrap()
    }
}

fn main() {
    divan::main();
}

mod envelope {
    use super::*;

    #[divan::bench(args = [1, 2, 8])]
    fn sign_and_seal_20_kib(bencher: Bencher, terminals: usize) {
        let office = Office::new();
        bencher.bench_local(|| office.letter(terminals));
    }

    #[divan::bench]
    fn open_and_verify_20_kib(bencher: Bencher) {
        let office = Office::new();
        let sealed = office.letter(2);
        bencher.bench_local(|| {
            let Opening::Opened(content) = open(&sealed, &[&office.terminal]) else { return None };
            let letter = Letter::parse(&content).unwrap();
            Some(verify(letter.signed_manifest).unwrap())
        });
    }

    #[divan::bench]
    fn sign_manifest(bencher: Bencher) {
        let office = Office::new();
        bencher.bench_local(|| office.sign(&[b'm'; MANIFEST_BYTES]));
    }

    #[divan::bench]
    fn verify_manifest(bencher: Bencher) {
        let office = Office::new();
        let signed = office.sign(&[b'm'; MANIFEST_BYTES]);
        bencher.bench_local(|| verify(&signed).unwrap());
    }

    #[divan::bench]
    fn verify_chain_of_one(bencher: Bencher) {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        let root = Certificate::from_der(params.self_signed(&key).unwrap().der()).unwrap();
        let issuer = rcgen::Issuer::new(params, key);
        let pair = rcgen::KeyPair::generate().unwrap();
        let leaf = rcgen::CertificateParams::default().signed_by(&pair, &issuer).unwrap();
        let leaf = Certificate::from_der(leaf.der()).unwrap();
        let anchors = TrustAnchors::new([root]).unwrap();
        let now = "2026-12-10T03:00:00Z".parse().unwrap();
        bencher.bench_local(|| anchors.verify_chain(&leaf, &[], now, Purpose::Signature).unwrap());
    }

    #[divan::bench(args = [20 * 1024, 20 * 1024 * 1024])]
    fn seal_to_one(bencher: Bencher, bytes: usize) {
        let office = Office::new();
        let content = vec![b'c'; bytes];
        bencher.bench_local(|| seal(&content, &[Recipient::Terminal(&office.published)]).unwrap());
    }

    #[divan::bench(args = [20 * 1024, 20 * 1024 * 1024])]
    fn open_one(bencher: Bencher, bytes: usize) {
        let office = Office::new();
        let sealed = seal(&vec![b'c'; bytes], &[Recipient::Terminal(&office.published)]).unwrap();
        bencher.bench_local(|| open(&sealed, &[&office.terminal]));
    }
}

mod primitives {
    use super::*;

    #[divan::bench]
    fn ecdsa_p256_sign(bencher: Bencher) {
        let office = Office::new();
        bencher.bench_local(|| office.key.sign(&[b'm'; 200]).unwrap());
    }

    #[divan::bench]
    fn ecdsa_p256_verify(bencher: Bencher) {
        let office = Office::new();
        let signature = office.key.sign(&[b'm'; 200]).unwrap();
        let spki = office.key.public_key_spki();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &spki[spki.len() - 65..]);
        bencher.bench_local(|| key.verify(&[b'm'; 200], &signature).unwrap());
    }

    #[divan::bench]
    fn ecdh_p256_generate(bencher: Bencher) {
        bencher.bench_local(|| PrivateKey::generate(&ECDH_P256).unwrap().compute_public_key().unwrap());
    }

    #[divan::bench]
    fn ecdh_p256_agree(bencher: Bencher) {
        let (ours, theirs) =
            (PrivateKey::generate(&ECDH_P256).unwrap(), PrivateKey::generate(&ECDH_P256).unwrap());
        let theirs = theirs.compute_public_key().unwrap();
        let peer = aws_lc_rs::agreement::UnparsedPublicKey::new(&ECDH_P256, theirs.as_ref());
        bencher.bench_local(|| agree(&ours, peer, (), |secret| Ok(secret[0])).unwrap());
    }

    #[divan::bench(args = [20 * 1024, 20 * 1024 * 1024])]
    fn aes_256_gcm(bencher: Bencher, bytes: usize) {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap());
        let mut content = vec![b'c'; bytes];
        bencher.bench_local(|| {
            let nonce = Nonce::assume_unique_for_key([0; 12]);
            key.seal_in_place_separate_tag(nonce, Aad::empty(), &mut content).unwrap()
        });
    }

    #[divan::bench(args = [20 * 1024, 20 * 1024 * 1024])]
    fn copy(bencher: Bencher, bytes: usize) {
        let content = vec![b'c'; bytes];
        bencher.bench_local(|| content.clone());
    }

    #[divan::bench]
    fn sha_256_20_kib(bencher: Bencher) {
        let content = vec![b'c'; LETTER_BYTES];
        bencher.bench_local(|| sha256(&content));
    }
}
