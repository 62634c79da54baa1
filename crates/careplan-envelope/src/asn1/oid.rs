//! Object identifiers used in our messages, each with the document that assigns it.

use der::oid::ObjectIdentifier;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

// RFC 5652 and RFC 5083: content types.
pub(crate) const DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.1");
pub(crate) const SIGNED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.2");
pub(crate) const AUTH_ENVELOPED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.23");

// RFC 5652 section 11, RFC 5035: signed attributes.
pub(crate) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
pub(crate) const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");

// RFC 5754, RFC 4056, RFC 8017: digests and signatures.
pub(crate) const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
pub(crate) const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
pub(crate) const RSA_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.1.11");
pub(crate) const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
pub(crate) const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");
pub(crate) const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");
pub(crate) const P256: ObjectIdentifier = oid("1.2.840.10045.3.1.7");
pub(crate) const ECDSA_SHA256: ObjectIdentifier = oid("1.2.840.10045.4.3.2");

// RFC 8017, RFC 5753, RFC 3394, RFC 5084: sealing.
pub(crate) const RSA_OAEP: ObjectIdentifier = oid("1.2.840.113549.1.1.7");
pub(crate) const P_SPECIFIED: ObjectIdentifier = oid("1.2.840.113549.1.1.9");
pub(crate) const ECDH_SHA256_KDF: ObjectIdentifier = oid("1.3.132.1.11.1");
pub(crate) const AES256_WRAP: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.45");
pub(crate) const AES256_GCM: ObjectIdentifier = oid("2.16.840.1.101.3.4.1.46");

// RFC 5280: names and extensions.
pub(crate) const COMMON_NAME: ObjectIdentifier = oid("2.5.4.3");
pub(crate) const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = oid("2.5.29.14");
pub(crate) const KEY_USAGE: ObjectIdentifier = oid("2.5.29.15");
pub(crate) const SUBJECT_ALT_NAME: ObjectIdentifier = oid("2.5.29.17");
pub(crate) const BASIC_CONSTRAINTS: ObjectIdentifier = oid("2.5.29.19");
pub(crate) const CRL_NUMBER: ObjectIdentifier = oid("2.5.29.20");
pub(crate) const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = oid("2.5.29.28");
pub(crate) const CERTIFICATE_POLICIES: ObjectIdentifier = oid("2.5.29.32");
pub(crate) const EXTENDED_KEY_USAGE: ObjectIdentifier = oid("2.5.29.37");
