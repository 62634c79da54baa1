//! Lists inside of other people's messages: read up to their limit, refused one past it.

use careplan_envelope::{
    CERTIFICATE_BYTES_MAX, Certificate, CertificateFault, Pkcs12Fault, REVOCATION_LIST_BYTES_MAX,
    RevocationFault, RevocationList, SignatureFault, import, verify,
};
use p12_keystore::{KeyStore, KeyStoreEntry, LocalKeyId, PrivateKey, PrivateKeyChain};

use crate::people::Authority;
use crate::signed::{CONTENT, attribute, fault, office, with_attributes};
use crate::tree::{Node, oid};

/// Where the digest algorithms of a signed message stand.
const DIGESTS: &[usize] = &[1, 0, 1];
/// Where the extensions of our offices' certificates stand.
const EXTENSIONS: &[usize] = &[0, 7, 0];

/// An attribute or extension of an identifier of our own, with one more element.
fn unknown(number: usize, value: Node) -> Node {
    Node::holding(0x30, vec![oid(&format!("1.2.3.{number}")), value])
}

#[test]
fn thirty_two_signed_attributes_are_read_and_one_more_is_not() {
    let office = office();
    let with = |count: usize| {
        with_attributes(&office, |attributes| {
            for number in attributes.len()..count {
                attributes.push(unknown(number, Node::holding(0x31, vec![])));
            }
        })
    };
    assert_eq!(verify(&with(32)).unwrap().content, CONTENT);
    assert_eq!(fault(&with(33)), SignatureFault::Malformed);
}

#[test]
fn sixteen_certificates_are_listed_in_a_signature_and_one_more_is_not() {
    let office = office();
    let with = |count: usize| {
        with_attributes(&office, |attributes| {
            let listed = attribute(attributes, "1.2.840.113549.1.9.16.2.47").at(&[1, 0, 0]);
            let own = listed.children[0].clone();
            listed.children.resize(count, own);
        })
    };
    assert_eq!(verify(&with(16)).unwrap().content, CONTENT);
    assert_eq!(fault(&with(17)), SignatureFault::Malformed);
}

#[test]
fn sixteen_digest_algorithms_are_read_and_one_more_is_not() {
    let mut message = Node::parse(&office().sign(CONTENT));
    let own = message.at(DIGESTS).children[0].clone();
    message.at(DIGESTS).children.resize(16, own.clone());
    assert_eq!(verify(&message.der()).unwrap().content, CONTENT);
    message.at(DIGESTS).children.push(own);
    assert_eq!(fault(&message.der()), SignatureFault::Malformed);
}

#[test]
fn sixty_four_extensions_of_a_certificate_are_read_and_one_more_is_not() {
    let mut certificate = Node::parse(office().certificate.der());
    let extensions = &mut certificate.at(EXTENSIONS).children;
    for number in extensions.len()..64 {
        extensions.push(unknown(number, Node::leaf(0x04, &[])));
    }
    assert!(Certificate::from_der(&certificate.der()).is_ok());
    certificate.at(EXTENSIONS).children.push(unknown(64, Node::leaf(0x04, &[])));
    assert_eq!(Certificate::from_der(&certificate.der()).unwrap_err(), CertificateFault::Malformed);
}

#[test]
fn a_certificate_is_read_up_to_its_last_byte_and_not_one_past_it() {
    let of = |bytes: usize| {
        let mut certificate = Node::parse(office().certificate.der());
        certificate.at(EXTENSIONS).children.push(unknown(1, Node::leaf(0x04, &vec![0; 0x8000])));
        let too_little = bytes - certificate.der().len();
        let place = certificate.at(EXTENSIONS).children.len() - 1;
        let value = &mut certificate.at(&[EXTENSIONS, &[place, 1]].concat()).bytes;
        value.resize(0x8000 + too_little, 0);
        assert_eq!(certificate.der().len(), bytes);
        Certificate::from_der(&certificate.der())
    };
    assert!(of(CERTIFICATE_BYTES_MAX).is_ok());
    assert_eq!(of(CERTIFICATE_BYTES_MAX + 1).unwrap_err(), CertificateFault::TooLarge);
}

#[test]
fn a_revocation_list_is_looked_at_up_to_its_limit_and_not_one_byte_past_it() {
    let root = Authority::root("root");
    let bytes = vec![0x30; REVOCATION_LIST_BYTES_MAX + 1];
    let fault = |bytes: &[u8]| RevocationList::from_der(bytes, &root.certificate).unwrap_err();
    assert_eq!(fault(&bytes[1..]), RevocationFault::Malformed);
    assert_eq!(fault(&bytes), RevocationFault::TooLarge);
}

#[test]
fn a_key_file_of_thirty_two_certificates_is_read_and_one_of_more_is_not() {
    let root = Authority::root("root");
    let office = root.office();
    let others: Vec<_> = (0..32).map(|_| root.office().certificate).collect();
    let file = |others: &[Certificate]| {
        let certificates = std::iter::once(&office.certificate).chain(others);
        let certificates = certificates.map(|it| p12_keystore::Certificate::from_der(it.der()).unwrap());
        let key = PrivateKey::from_der(&office.key.to_pkcs8().unwrap()).unwrap();
        let chain = PrivateKeyChain::new(LocalKeyId(vec![1]), key, certificates.collect::<Vec<_>>());
        let mut store = KeyStore::new();
        store.add_entry("key", KeyStoreEntry::PrivateKeyChain(chain));
        store.writer("himitsu").write().unwrap()
    };
    assert_eq!(import(&file(&others[1..]), "himitsu").unwrap().chain.len(), 31);
    assert_eq!(import(&file(&others), "himitsu").unwrap_err(), Pkcs12Fault::TooLarge);
}
