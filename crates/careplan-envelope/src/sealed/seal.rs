//! Sealing a letter.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use der::Tag;
use zeroize::{Zeroize, Zeroizing};

use super::{
    KEY_BYTES, NONCE_BYTES, RECIPIENTS_MAX, SEALED_CONTENT_BYTES_MAX, TAG_BYTES, key_agreement, oaep,
};
use crate::asn1::oid;
use crate::asn1::read::context;
use crate::asn1::write::{self, Part, octets, sequence, small_integer, tagged, tagged_octets};
use crate::certificate::Certificate;
use crate::keys::TerminalPublicKey;
use crate::public_key::{PublicKey, RSA_BITS_MAX, RSA_BITS_MIN};

/// Who can open a letter.
#[derive(Clone, Copy)]
pub enum Recipient<'a> {
    /// A terminal, named by the [`KeyId`](crate::KeyId) of its key.
    Terminal(&'a TerminalPublicKey),
    /// A certificate, named by issuer and serial number: RSA that allows key encipherment, or P-256
    /// that allows key agreement. A certificate that states no key usage allows both.
    Certificate(&'a Certificate),
}

impl fmt::Debug for Recipient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terminal(key) => key.fmt(f),
            Self::Certificate(certificate) => certificate.fmt(f),
        }
    }
}

/// Why a letter could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealFault {
    /// Nobody to seal to.
    #[error("a letter needs at least one recipient")]
    NoRecipient,
    /// More than [`RECIPIENTS_MAX`].
    #[error("too many recipients")]
    TooManyRecipients,
    /// Longer than [`SEALED_CONTENT_BYTES_MAX`].
    #[error("content is too large to seal")]
    TooLarge,
    /// The recipient's certificate does not allow its key to receive, or the key is of a kind or
    /// size that is not accepted.
    #[error("recipient {index} cannot receive sealed letters")]
    UnsuitableRecipient {
        /// Place in the list of recipients, from 0.
        index: usize,
    },
    /// The system gave no randomness, or the library failed.
    #[error("sealing failed")]
    Failed,
}

/// Seals `content` so that each of `recipients` can open it.
///
/// # Errors
/// [`SealFault`] by its variants.
pub fn seal(content: &[u8], recipients: &[Recipient<'_>]) -> Result<Vec<u8>, SealFault> {
    match recipients.len() {
        0 => return Err(SealFault::NoRecipient),
        1..=RECIPIENTS_MAX => {}
        _ => return Err(SealFault::TooManyRecipients),
    }
    if content.len() > SEALED_CONTENT_BYTES_MAX {
        return Err(SealFault::TooLarge);
    }
    let mut content_key = Zeroizing::new([0; KEY_BYTES]);
    let mut nonce = [0; NONCE_BYTES];
    aws_lc_rs::rand::fill(content_key.as_mut_slice()).map_err(|_| SealFault::Failed)?;
    aws_lc_rs::rand::fill(&mut nonce).map_err(|_| SealFault::Failed)?;

    let recipients = recipient_infos(recipients, &content_key)?;
    encrypt(content, &recipients, &content_key, nonce)
}

/// Writes the whole message around the *plain* content, then encrypts that part of it in place:
/// the content is copied once, and the message is laid out once.
fn encrypt(
    content: &[u8],
    recipients: &[u8],
    content_key: &[u8; KEY_BYTES],
    nonce: [u8; NONCE_BYTES],
) -> Result<Vec<u8>, SealFault> {
    let key = UnboundKey::new(&AES_256_GCM, content_key).map_err(|_| SealFault::Failed)?;
    let mut message = sequence(vec![
        write::oid(&oid::AUTH_ENVELOPED_DATA),
        tagged(
            0,
            vec![sequence(vec![
                small_integer(0),
                Part::Encoded(recipients),
                sequence(vec![
                    write::oid(&oid::DATA),
                    sequence(vec![
                        write::oid(&oid::AES256_GCM),
                        sequence(vec![octets(&nonce), small_integer(16)]),
                    ]),
                    tagged_octets(0, content),
                ]),
                octets(&[0; TAG_BYTES]),
            ])],
        ),
    ])
    .to_der();

    // The message ends with: content, two octets of header, tag.
    let tag_at = message.len() - TAG_BYTES;
    let content_at = tag_at - 2 - content.len();
    let (before, tag_place) = message.split_at_mut(tag_at);
    let encrypted =
        before.get_mut(content_at..content_at + content.len()).ok_or(SealFault::Failed).and_then(|place| {
            LessSafeKey::new(key)
                .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), place)
                .map_err(|_| SealFault::Failed)
        });
    match encrypted {
        Ok(tag) => {
            tag_place.copy_from_slice(tag.as_ref());
            Ok(message)
        }
        Err(fault) => {
            message.zeroize();
            Err(fault)
        }
    }
}

/// The SET OF `RecipientInfo`: all P-256 keys share one ephemeral key, each RSA key stands alone.
fn recipient_infos(
    recipients: &[Recipient<'_>],
    content_key: &[u8; KEY_BYTES],
) -> Result<Vec<u8>, SealFault> {
    let mut infos = Vec::new();
    let mut agreeing = Vec::new();
    for (index, recipient) in recipients.iter().enumerate() {
        let unsuitable = SealFault::UnsuitableRecipient { index };
        match recipient {
            Recipient::Terminal(key) => agreeing.push((Name::KeyId(key), (*key).clone())),
            Recipient::Certificate(certificate) => {
                let usage = certificate.key_usage();
                match certificate.public_key() {
                    PublicKey::EcP256 if usage.is_none_or(|u| u.key_agreement) => {
                        let key = TerminalPublicKey::from_spki(certificate.public_key_spki())
                            .map_err(|_| unsuitable)?;
                        agreeing.push((Name::Certificate(certificate), key));
                    }
                    PublicKey::Rsa { bits: RSA_BITS_MIN..=RSA_BITS_MAX }
                        if usage.is_none_or(|u| u.key_encipherment) =>
                    {
                        infos.push(transported(certificate, content_key).ok_or(unsuitable)?);
                    }
                    _ => return Err(unsuitable),
                }
            }
        }
    }
    if !agreeing.is_empty() {
        infos.push(agreed(&agreeing, content_key).ok_or(SealFault::Failed)?);
    }
    Ok(write::set_of(infos, Tag::Set))
}

/// How the message names a recipient.
enum Name<'a> {
    KeyId(&'a TerminalPublicKey),
    Certificate(&'a Certificate),
}

/// `KeyTransRecipientInfo` (RFC 5652 section 6.2.1) with RSA-OAEP.
fn transported(certificate: &Certificate, content_key: &[u8; KEY_BYTES]) -> Option<Vec<u8>> {
    let key = PublicEncryptingKey::from_der(certificate.public_key_spki()).ok()?;
    let key = OaepPublicEncryptingKey::new(key).ok()?;
    let mut wrapped = vec![0; key.ciphertext_size()];
    let wrapped = key.encrypt(&OAEP_SHA256_MGF1SHA256, content_key, &mut wrapped, None).ok()?;
    let algorithm = oaep::identifier();
    Some(
        sequence(vec![
            small_integer(0),
            issuer_and_serial(certificate),
            Part::Encoded(&algorithm),
            octets(wrapped),
        ])
        .to_der(),
    )
}

/// `KeyAgreeRecipientInfo` (RFC 5652 section 6.2.2) with one `RecipientEncryptedKey` per recipient.
fn agreed(recipients: &[(Name<'_>, TerminalPublicKey)], content_key: &[u8; KEY_BYTES]) -> Option<Vec<u8>> {
    let ephemeral = PrivateKey::generate(&ECDH_P256).ok()?;
    let public = ephemeral.compute_public_key().ok()?;
    let wrap_algorithm = key_agreement::wrap_algorithm();
    let shared_info = key_agreement::shared_info(&wrap_algorithm, None);
    let wrapped: Option<Vec<_>> = recipients
        .iter()
        .map(|(_, key)| key_agreement::wrap(&ephemeral, key.parsed(), &shared_info, content_key))
        .collect();
    let wrapped = wrapped?;
    let keys = recipients.iter().zip(&wrapped).map(|((name, _), wrapped)| {
        let name = match name {
            Name::KeyId(key) => tagged(0, vec![octets(key.key_id_ref().as_bytes())]),
            Name::Certificate(certificate) => issuer_and_serial(certificate),
        };
        sequence(vec![name, octets(wrapped)])
    });
    let info = Part::Holds(
        context(1),
        vec![
            small_integer(3),
            // originatorKey; RFC 5753 section 3.1.1 wants the parameters of the key absent.
            tagged(0, vec![tagged(1, vec![write::algorithm(&oid::EC), write::bits(public.as_ref())])]),
            sequence(vec![write::oid(&oid::ECDH_SHA256_KDF), Part::Encoded(&wrap_algorithm)]),
            sequence(keys.collect()),
        ],
    );
    Some(info.to_der())
}

fn issuer_and_serial(certificate: &Certificate) -> Part<'_> {
    sequence(vec![Part::Encoded(certificate.issuer_der()), Part::Encoded(certificate.serial_der())])
}
