//! The extensions that decisions rest on; each may occur once.

use der::oid::ObjectIdentifier;
use der::{Decode, Tag};
use x509_cert::ext::pkix;
use x509_cert::ext::pkix::name::GeneralName;

use crate::asn1::oid;
use crate::asn1::read::{Fields, Malformed};

/// Extensions looked at in one certificate; ours carry about eight.
const EXTENSIONS_MAX: usize = 64;

/// What a certificate allows its key to do (RFC 5280 section 4.2.1.3).
///
/// Signing certificates of the exchange carry `digital_signature` alone; letters are sealed to
/// terminal keys, and directly to a certificate only when it allows `key_encipherment` (RSA) or
/// `key_agreement` (P-256).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct KeyUsage {
    /// Signatures in protocols and messages.
    pub digital_signature: bool,
    /// Signatures meant as lasting proof (nonRepudiation).
    pub content_commitment: bool,
    /// Encrypting keys, as RSA-OAEP does.
    pub key_encipherment: bool,
    /// Encrypting data directly.
    pub data_encipherment: bool,
    /// Diffie–Hellman.
    pub key_agreement: bool,
    /// Signing certificates.
    pub cert_sign: bool,
    /// Signing revocation lists.
    pub crl_sign: bool,
}

#[derive(Default)]
pub(super) struct Extensions {
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) extended_key_usages: Vec<String>,
    pub(super) policies: Vec<String>,
    pub(super) san_uris: Vec<String>,
    pub(super) san_dns_names: Vec<String>,
    pub(super) is_ca: bool,
    pub(super) subject_key_identifier: Option<Box<[u8]>>,
}

impl Extensions {
    /// Reads the content of the `[3]` field of a certificate.
    pub(super) fn parse(field: &[u8]) -> Result<Self, Malformed> {
        let mut extensions = Self::default();
        let mut seen: Vec<ObjectIdentifier> = Vec::new();
        for element in Fields::only(field, Tag::Sequence)?.all(Tag::Sequence, EXTENSIONS_MAX)? {
            let mut fields = Fields::over(element.value)?;
            let id = fields.oid()?;
            fields.optional(Tag::Boolean)?;
            let value = fields.octets()?;
            fields.finish()?;
            if seen.contains(&id) {
                return Err(Malformed);
            }
            seen.push(id);
            extensions.take(id, value)?;
        }
        Ok(extensions)
    }

    fn take(&mut self, id: ObjectIdentifier, value: &[u8]) -> Result<(), Malformed> {
        match id {
            oid::KEY_USAGE => self.key_usage = Some(KeyUsage::parse(value)?),
            oid::EXTENDED_KEY_USAGE => {
                let usages = pkix::ExtendedKeyUsage::from_der(value)?;
                self.extended_key_usages = usages.0.iter().map(ToString::to_string).collect();
            }
            oid::CERTIFICATE_POLICIES => {
                let policies = pkix::CertificatePolicies::from_der(value)?;
                self.policies = policies.0.iter().map(|p| p.policy_identifier.to_string()).collect();
            }
            oid::SUBJECT_ALT_NAME => self.take_names(value)?,
            oid::BASIC_CONSTRAINTS => self.is_ca = pkix::BasicConstraints::from_der(value)?.ca,
            oid::SUBJECT_KEY_IDENTIFIER => {
                let identifier = pkix::SubjectKeyIdentifier::from_der(value)?;
                self.subject_key_identifier = Some(identifier.0.as_bytes().into());
            }
            _ => {}
        }
        Ok(())
    }

    fn take_names(&mut self, value: &[u8]) -> Result<(), Malformed> {
        for name in pkix::SubjectAltName::from_der(value)?.0 {
            match name {
                GeneralName::UniformResourceIdentifier(uri) => self.san_uris.push(uri.as_str().to_owned()),
                GeneralName::DnsName(dns) => self.san_dns_names.push(dns.as_str().to_owned()),
                _ => {}
            }
        }
        Ok(())
    }
}

impl KeyUsage {
    fn parse(value: &[u8]) -> Result<Self, Malformed> {
        let usage = pkix::KeyUsage::from_der(value)?;
        Ok(Self {
            digital_signature: usage.digital_signature(),
            content_commitment: usage.non_repudiation(),
            key_encipherment: usage.key_encipherment(),
            data_encipherment: usage.data_encipherment(),
            key_agreement: usage.key_agreement(),
            cert_sign: usage.key_cert_sign(),
            crl_sign: usage.crl_sign(),
        })
    }
}
