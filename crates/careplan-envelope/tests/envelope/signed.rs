//! Signed messages: the round trip, and every way of spoiling one.

use careplan_envelope::{
    OfficeKey, SIGNED_BYTES_MAX, SIGNED_CERTIFICATES_MAX, SIGNED_CONTENT_BYTES_MAX, SignFault,
    SignatureFault, Signer, SigningKey, sha256, sign, verify,
};

use crate::people::{Authority, Office, at, now};
use crate::tree::{Node, flipped, oid, place_of};

const DATA: &str = "1.2.840.113549.1.7.1";
pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub(crate) const CONTENT: &[u8] = b"{\"transmission\":\"0197\"}";

// Paths into a signed message.
const VERSION: &[usize] = &[1, 0, 0];
const CONTENT_TYPE: &[usize] = &[1, 0, 2, 0];
pub(crate) const EXPLICIT_CONTENT: &[usize] = &[1, 0, 2, 1];
pub(crate) const CERTIFICATES: &[usize] = &[1, 0, 3];
const SIGNERS: &[usize] = &[1, 0, 4];
pub(crate) const SIGNER: &[usize] = &[1, 0, 4, 0];

pub(crate) fn below(path: &[usize], step: usize) -> Vec<usize> {
    [path, &[step]].concat()
}

pub(crate) fn office() -> Office {
    Authority::root("root").office()
}

pub(crate) fn fault(message: &[u8]) -> SignatureFault {
    verify(message).unwrap_err()
}

/// Signs the attributes of a bent message again, as a signer with ill will could.
pub(crate) fn signed_again(mut message: Node, office: &Office) -> Vec<u8> {
    let mut attributes = message.at(&below(SIGNER, 3)).clone();
    attributes.tag = 0x31;
    message.at(&below(SIGNER, 5)).bytes = office.key.sign(&attributes.der()).unwrap();
    message.der()
}

/// `change`s the list of signed attributes, keeps them in DER order, and signs again.
pub(crate) fn with_attributes(office: &Office, change: impl FnOnce(&mut Vec<Node>)) -> Vec<u8> {
    let mut message = Node::parse(&office.sign(CONTENT));
    let attributes = message.at(&below(SIGNER, 3));
    change(&mut attributes.children);
    attributes.children.sort_by_key(Node::der);
    signed_again(message, office)
}

pub(crate) fn attribute<'a>(attributes: &'a mut [Node], id: &str) -> &'a mut Node {
    let id = oid(id).bytes;
    attributes.iter_mut().find(|a| a.children[0].bytes == id).unwrap()
}

#[test]
fn a_signed_message_gives_back_content_signer_chain_and_time() {
    let root = Authority::root("root");
    let middle = root.below("middle", |_| {});
    let mut office = middle.office();
    office.chain = vec![middle.certificate.clone(), office.certificate.clone()];
    for content in [CONTENT, b"", &[0xff; 70_000]] {
        let signed = verify(&sign(content, office.signer(), at("2026-12-10T03:00:00.75Z")).unwrap()).unwrap();
        assert_eq!(signed.content, content);
        assert_eq!(signed.signer, office.certificate);
        assert_eq!(signed.chain, std::slice::from_ref(&middle.certificate));
        assert_eq!(signed.signing_time, now());
        signed.verify_trust(&root.trusted(), now()).unwrap();
    }
}

#[test]
fn signing_times_on_both_sides_of_2050_are_kept() {
    let office = office();
    for time in
        ["1970-01-01T00:00:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "9999-12-30T00:00:00Z"]
    {
        let signed = verify(&sign(CONTENT, office.signer(), at(time)).unwrap()).unwrap();
        assert_eq!(signed.signing_time, at(time));
    }
    let early = sign(CONTENT, office.signer(), at("1969-12-31T23:59:59Z"));
    assert_eq!(early.unwrap_err(), SignFault::SigningTime);
}

#[test]
fn rsa_signs_and_verifies() {
    let openssl = crate::openssl::Openssl::new();
    openssl.root("ca");
    let (pkcs8, certificate) = openssl.office("office", "rsa");
    let key = SigningKey::from_pkcs8(&pkcs8).unwrap();
    let signer = Signer { key: &key, certificate: &certificate, chain: &[] };
    assert_eq!(verify(&sign(CONTENT, signer, now()).unwrap()).unwrap().content, CONTENT);
}

#[test]
fn a_certificate_of_another_key_cannot_be_used_for_signing() {
    let (ours, other) = (office(), office());
    let signer = Signer { key: &ours.key, certificate: &other.certificate, chain: &[] };
    assert_eq!(sign(CONTENT, signer, now()).unwrap_err(), SignFault::CertificateMismatch);
}

#[test]
fn content_is_signed_up_to_its_limit_and_not_one_past_it() {
    let office = office();
    let content = vec![7; SIGNED_CONTENT_BYTES_MAX + 1];
    let edge = office.sign(&content[1..]);
    assert_eq!(verify(&edge).unwrap().content.len(), SIGNED_CONTENT_BYTES_MAX);
    assert_eq!(sign(&content, office.signer(), now()).unwrap_err(), SignFault::TooLarge);

    let mut message = Node::parse(&edge);
    message.at(&below(EXPLICIT_CONTENT, 0)).bytes.push(7);
    assert_eq!(fault(&message.der()), SignatureFault::TooLarge);
    assert_eq!(fault(&vec![0x30; SIGNED_BYTES_MAX + 1]), SignatureFault::TooLarge);
    assert_eq!(fault(&vec![0x30; SIGNED_BYTES_MAX]), SignatureFault::Malformed);
}

#[test]
fn certificates_are_carried_up_to_their_limit_and_not_one_past_it() {
    let root = Authority::root("root");
    let mut office = root.office();
    office.chain = (1..SIGNED_CERTIFICATES_MAX).map(|_| root.office().certificate).collect();
    let edge = office.sign(CONTENT);
    assert_eq!(verify(&edge).unwrap().chain.len(), SIGNED_CERTIFICATES_MAX - 1);

    office.chain.push(root.certificate.clone());
    assert_eq!(sign(CONTENT, office.signer(), now()).unwrap_err(), SignFault::TooManyCertificates);
    let mut message = Node::parse(&edge);
    message.at(CERTIFICATES).children.push(Node::parse(root.certificate.der()));
    assert_eq!(fault(&message.der()), SignatureFault::Malformed);
}

#[test]
fn one_flipped_bit_in_anything_that_was_signed_is_noticed() {
    let office = office();
    let message = office.sign(CONTENT);
    let mut tree = Node::parse(&message);
    let attributes = tree.at(&below(SIGNER, 3)).der();
    for part in [CONTENT, &attributes] {
        for (place, changed) in flipped(&message, place_of(part, &message)) {
            assert!(verify(&changed).is_err(), "octet {place}");
        }
    }
    let signature = tree.at(&below(SIGNER, 5)).bytes.clone();
    for (place, changed) in flipped(&message, place_of(&signature, &message)) {
        assert!(verify(&changed).is_err(), "octet {place}");
    }
}

#[test]
fn one_flipped_bit_anywhere_never_changes_what_is_returned() {
    let office = office();
    let message = office.sign(CONTENT);
    for (place, changed) in flipped(&message, 0..message.len()) {
        // What nobody signed (the list of digests, the certificate's own signature) may differ.
        if let Ok(signed) = verify(&changed) {
            assert_eq!((signed.content.as_slice(), signed.signing_time), (CONTENT, now()), "octet {place}");
            assert_eq!(signed.signer.public_key_spki(), office.key.public_key_spki());
        }
    }
}

#[test]
fn a_truncated_message_is_malformed() {
    let message = office().sign(CONTENT);
    for sixteenth in 0..16 {
        let cut = message.len() * sixteenth / 16;
        assert_eq!(fault(&message[..cut]), SignatureFault::Malformed, "{sixteenth}/16");
    }
    assert_eq!(fault(&message[..message.len() - 1]), SignatureFault::Malformed);
}

#[test]
fn trailing_bytes_are_malformed() {
    let message = office().sign(CONTENT);
    assert_eq!(fault(&[message.as_slice(), &[0]].concat()), SignatureFault::Malformed);
    for path in [&[][..], &[1], &[1, 0], EXPLICIT_CONTENT, SIGNER] {
        let mut tree = Node::parse(&message);
        tree.at(path).children.push(Node::leaf(0x05, &[]));
        assert!(verify(&tree.der()).is_err(), "{path:?}");
    }
}

#[test]
fn indefinite_lengths_are_malformed() {
    let message = Node::parse(&office().sign(CONTENT));
    assert_eq!(fault(&message.indefinite()), SignatureFault::Malformed);
}

#[test]
fn content_in_pieces_is_malformed() {
    let mut message = Node::parse(&office().sign(CONTENT));
    let pieces = CONTENT.chunks(5).map(|piece| Node::leaf(0x04, piece)).collect();
    *message.at(&below(EXPLICIT_CONTENT, 0)) = Node::holding(0x24, pieces);
    assert_eq!(fault(&message.der()), SignatureFault::Malformed);

    let mut message = Node::parse(&office().sign(CONTENT));
    message.at(EXPLICIT_CONTENT).children.push(Node::leaf(0x04, b"and more"));
    assert_eq!(fault(&message.der()), SignatureFault::Malformed);
}

#[test]
fn huge_length_claims_are_malformed() {
    for claim in
        [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x88, 1, 0, 0, 0, 0, 0, 0, 0], &[0x30, 0xff]]
    {
        assert_eq!(fault(claim), SignatureFault::Malformed);
    }
}

#[test]
fn a_message_without_signers_or_with_two_is_refused() {
    let office = office();
    let message = Node::parse(&office.sign(CONTENT));
    let mut none = message.clone();
    none.at(SIGNERS).children.clear();
    assert_eq!(fault(&none.der()), SignatureFault::NotOneSigner);

    let mut two = message.clone();
    let again = Node::parse(&office.sign(CONTENT)).at(SIGNER).clone();
    two.at(SIGNERS).children.push(again);
    assert_eq!(fault(&two.der()), SignatureFault::NotOneSigner);
}

#[test]
fn other_content_under_the_same_signature_is_refused() {
    let office = office();
    let mut message = Node::parse(&office.sign(CONTENT));
    message.at(&below(EXPLICIT_CONTENT, 0)).bytes = b"something else".to_vec();
    assert_eq!(fault(&message.der()), SignatureFault::DigestMismatch);

    // With the digest adapted, the attributes no longer verify.
    let digest = sha256(b"something else");
    let attributes = &mut message.at(&below(SIGNER, 3)).children;
    attribute(attributes, "1.2.840.113549.1.9.4").at(&[1, 0]).bytes = digest.to_vec();
    attributes.sort_by_key(Node::der);
    assert_eq!(fault(&message.der()), SignatureFault::BadSignature);
}

#[test]
fn a_signature_of_another_office_is_refused() {
    let (ours, other) = (office(), office());
    let message = Node::parse(&ours.sign(CONTENT));
    assert_eq!(fault(&signed_again(message, &other)), SignatureFault::BadSignature);
}

#[test]
fn digests_and_signatures_by_md5_or_sha1_are_refused() {
    let office = office();
    for digest in ["1.2.840.113549.2.5", "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.3"] {
        let mut message = Node::parse(&office.sign(CONTENT));
        *message.at(&[SIGNER, &[2, 0]].concat()) = oid(digest);
        assert_eq!(fault(&message.der()), SignatureFault::UnsupportedAlgorithm, "{digest}");
    }
    // md5WithRSA, sha1WithRSA, ecdsa-with-SHA1, ecdsa-with-SHA512, dsa-with-sha256
    for signature in [
        "1.2.840.113549.1.1.4",
        "1.2.840.113549.1.1.5",
        "1.2.840.10045.4.1",
        "1.2.840.10045.4.3.4",
        "2.16.840.1.101.3.4.3.2",
    ] {
        let mut message = Node::parse(&office.sign(CONTENT));
        *message.at(&[SIGNER, &[4, 0]].concat()) = oid(signature);
        assert_eq!(fault(&message.der()), SignatureFault::UnsupportedAlgorithm, "{signature}");
    }
}

#[test]
fn an_algorithm_of_another_kind_of_key_is_refused() {
    let mut message = Node::parse(&office().sign(CONTENT));
    *message.at(&[SIGNER, &[4, 0]].concat()) = oid("1.2.840.113549.1.1.11");
    assert_eq!(fault(&message.der()), SignatureFault::UnsupportedAlgorithm);
}

#[test]
fn other_types_of_content_are_refused() {
    let office = office();
    let signed_data = "1.2.840.113549.1.7.2";
    let mut message = Node::parse(&office.sign(CONTENT));
    *message.at(CONTENT_TYPE) = oid(signed_data);
    assert_eq!(fault(&message.der()), SignatureFault::WrongContentType, "in front of the content");

    let message = with_attributes(&office, |attributes| {
        *attribute(attributes, "1.2.840.113549.1.9.3").at(&[1, 0]) = oid(signed_data);
    });
    assert_eq!(fault(&message), SignatureFault::WrongContentType, "in the attributes");

    let mut message = Node::parse(&office.sign(CONTENT));
    *message.at(&[0]) = oid(DATA);
    assert_eq!(fault(&message.der()), SignatureFault::WrongContentType, "of the message");
}

#[test]
fn a_detached_signature_is_refused() {
    let mut message = Node::parse(&office().sign(CONTENT));
    message.at(&[1, 0, 2]).children.pop();
    assert_eq!(fault(&message.der()), SignatureFault::Malformed);
}

#[test]
fn a_message_of_another_version_is_refused() {
    let mut message = Node::parse(&office().sign(CONTENT));
    message.at(VERSION).bytes = vec![5];
    assert_eq!(fault(&message.der()), SignatureFault::Malformed);
}

#[test]
fn the_signers_certificate_must_be_there_once() {
    let office = office();
    let mut message = Node::parse(&office.sign(CONTENT));
    message.at(CERTIFICATES).children.clear();
    assert_eq!(fault(&message.der()), SignatureFault::SignerCertificate);

    let mut message = Node::parse(&office.sign(CONTENT));
    message.at(&[1, 0]).children.remove(3);
    assert_eq!(fault(&message.der()), SignatureFault::SignerCertificate);

    let mut message = Node::parse(&office.sign(CONTENT));
    let certificate = Node::parse(office.certificate.der());
    message.at(CERTIFICATES).children.push(certificate);
    assert_eq!(fault(&message.der()), SignatureFault::SignerCertificate);
}

#[test]
fn a_signer_named_by_key_identifier_is_refused() {
    let mut message = Node::parse(&office().sign(CONTENT));
    message.at(&below(SIGNER, 0)).bytes = vec![3];
    *message.at(&below(SIGNER, 1)) = Node::leaf(0x80, &[1; 20]);
    assert_eq!(fault(&message.der()), SignatureFault::SignerCertificate);
}

#[test]
fn a_strangers_signature_verifies_but_is_not_trusted() {
    let signed = verify(&office().sign(CONTENT)).unwrap();
    let fault = signed.verify_trust(&Authority::root("root").trusted(), now()).unwrap_err();
    assert_eq!(fault, careplan_envelope::ChainFault::BadSignature, "same name, other key");
    let fault = signed.verify_trust(&Authority::root("other").trusted(), now()).unwrap_err();
    assert_eq!(fault, careplan_envelope::ChainFault::UnknownIssuer);
}

#[test]
fn certificates_we_cannot_read_are_left_aside() {
    let office = office();
    let mut message = Node::parse(&office.sign(CONTENT));
    let mut version_1 = Node::parse(Authority::root("old").certificate.der());
    version_1.at(&[0]).children.remove(0);
    message.at(CERTIFICATES).children.push(version_1);
    let signed = verify(&message.der()).unwrap();
    assert_eq!((signed.signer, signed.chain), (office.certificate, vec![]));
}

#[test]
fn a_certificate_that_may_not_sign_is_not_used_for_signing() {
    let root = Authority::root("root");
    let sealing = root.office_with(|params| params.key_usages = vec![rcgen::KeyUsagePurpose::KeyAgreement]);
    assert_eq!(sign(CONTENT, sealing.signer(), now()).unwrap_err(), SignFault::NotForSigning);
    for allowed in [vec![], vec![rcgen::KeyUsagePurpose::ContentCommitment]] {
        let office = root.office_with(|params| params.key_usages = allowed);
        sign(CONTENT, office.signer(), now()).unwrap();
    }
}

#[test]
fn certificates_lie_in_the_order_of_der() {
    let root = Authority::root("root");
    let mut office = root.office();
    office.chain = (1..8).map(|_| root.office().certificate).collect();
    let mut message = Node::parse(&office.sign(CONTENT));
    assert!(message.at(CERTIFICATES).children.is_sorted_by_key(Node::der));
}
