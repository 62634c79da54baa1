//! What a letter costs its offices, beside the primitives it cannot do without. One thread.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey as Peer, agree};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use careplan_client::letter::{Composed, Outside, Reader};

use crate::figures::median;
use crate::letters::{self, LETTER_BYTES};
use crate::world::Member;

/// Letters a second, and how often a second the primitives under it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Sign the manifest and seal.
    pub(crate) seal: f64,
    /// One ephemeral key, one agreement, one signature, AES-GCM and SHA-256 (twice) over the bytes.
    pub(crate) seal_primitives: f64,
    /// Open, verify the manifest with its chain, compare all digests.
    pub(crate) open: f64,
    /// One agreement, two verifications (manifest, certificate), AES-GCM and SHA-256 (twice).
    pub(crate) open_primitives: f64,
}

/// Measures `rounds` rounds of `slice` for each figure.
pub(crate) fn measure(members: &Arc<[Member]>, rounds: usize, slice: Duration) -> anyhow::Result<Figures> {
    let files = letters::files();
    let letter = letters::seal(members, 0, &files)?;
    let raw = Primitives::new()?;
    let mut seen: [Vec<f64>; 4] = Default::default();
    for _ in 0..rounds {
        let round = [
            rate(slice, || letters::seal(members, 0, &files).map(drop))?,
            rate(slice, || raw.seal())?,
            rate(slice, || open(members, &letter))?,
            rate(slice, || raw.open())?,
        ];
        for (all, one) in seen.iter_mut().zip(round) {
            all.push(one);
        }
    }
    let [seal, seal_primitives, open, open_primitives] = seen.map(median);
    Ok(Figures { seal, seal_primitives, open, open_primitives })
}

fn rate(slice: Duration, mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let began = Instant::now();
    let mut count = 0_u32;
    while began.elapsed() < slice {
        work()?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

fn open(members: &[Member], letter: &Composed) -> anyhow::Result<()> {
    let receiver = members.get(1 % members.len()).context("a receiver")?;
    let outside = Outside { header: letter.header.clone(), accepted_at: letters::now() };
    let reader =
        Reader { office: receiver.address.office, keys: &[&receiver.terminal], trust: &receiver.link.trust };
    black_box(reader.read(&letter.sealed, &outside).context("open a letter")?);
    Ok(())
}

struct Primitives {
    signing: EcdsaKeyPair,
    signature: Vec<u8>,
    agreeing: PrivateKey,
    peer: Vec<u8>,
    cipher: LessSafeKey,
}

const SIGNED_BYTES: [u8; 200] = [b's'; 200];

impl Primitives {
    fn new() -> anyhow::Result<Self> {
        let signing = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?;
        let signature = signing.sign(&SystemRandom::new(), &SIGNED_BYTES)?.as_ref().to_vec();
        let agreeing = PrivateKey::generate(&ECDH_P256)?;
        let peer = PrivateKey::generate(&ECDH_P256)?.compute_public_key()?.as_ref().to_vec();
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32])?);
        Ok(Self { signing, signature, agreeing, peer, cipher })
    }

    fn seal(&self) -> anyhow::Result<()> {
        let ephemeral = PrivateKey::generate(&ECDH_P256)?;
        black_box(ephemeral.compute_public_key()?);
        self.agree(&ephemeral)?;
        black_box(self.signing.sign(&SystemRandom::new(), &SIGNED_BYTES)?);
        self.bytes()
    }

    fn open(&self) -> anyhow::Result<()> {
        self.agree(&self.agreeing)?;
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.signing.public_key());
        for _ in 0..2 {
            key.verify(&SIGNED_BYTES, &self.signature)?;
        }
        self.bytes()
    }

    fn agree(&self, key: &PrivateKey) -> anyhow::Result<()> {
        let peer = Peer::new(&ECDH_P256, &self.peer);
        agree(key, peer, anyhow::anyhow!("no agreement"), |secret| {
            black_box(secret);
            Ok(())
        })
    }

    fn bytes(&self) -> anyhow::Result<()> {
        let mut content = vec![b'c'; LETTER_BYTES];
        black_box(digest(&SHA256, &content));
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        self.cipher.seal_in_place_append_tag(nonce, Aad::empty(), &mut content)?;
        black_box(digest(&SHA256, &content));
        Ok(())
    }
}
