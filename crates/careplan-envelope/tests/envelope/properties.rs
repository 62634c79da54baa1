//! What holds for every input.

use std::sync::LazyLock;

use careplan_envelope::{
    Certificate, CertificationRequest, DecryptionKey, FILES_MAX, Letter, Opening, Recipient, RevocationList,
    TerminalPublicKey, certification_request, chain_from_pem, import, open, seal, verify,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::people::{Authority, Office, now};

/// Made once: the properties are about bytes, not about keys.
struct World {
    root: Authority,
    office: Office,
    terminals: Vec<(DecryptionKey, TerminalPublicKey)>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let root = Authority::root("root");
    let office = root.office();
    let terminal = || DecryptionKey::generate_p256().unwrap();
    let terminals = (0..8).map(|_| terminal()).map(|key| (key.terminal_public_key().unwrap(), key));
    World { root, office, terminals: terminals.map(|(public, key)| (key, public)).collect() }
});

/// One way of spoiling a message.
#[derive(Clone, Debug)]
enum Spoil {
    Flip(Index, u8),
    Set(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Remove(Index, u8),
    Double(Index, u8),
}

fn spoil() -> impl Strategy<Value = Spoil> {
    prop_oneof![
        (any::<Index>(), 0u8..8).prop_map(|(place, bit)| Spoil::Flip(place, bit)),
        (
            any::<Index>(),
            prop_oneof![any::<u8>(), Just(0x80), Just(0x84), Just(0xff), Just(0x30), Just(0xa0)]
        )
            .prop_map(|(place, octet)| Spoil::Set(place, octet)),
        any::<Index>().prop_map(Spoil::Cut),
        (any::<Index>(), vec(any::<u8>(), 1..8)).prop_map(|(place, octets)| Spoil::Insert(place, octets)),
        (any::<Index>(), 1u8..64).prop_map(|(place, octets)| Spoil::Remove(place, octets)),
        (any::<Index>(), 1u8..64).prop_map(|(place, octets)| Spoil::Double(place, octets)),
    ]
}

fn spoiled(message: &[u8], ways: &[Spoil]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    for way in ways {
        if bytes.is_empty() {
            break;
        }
        let end = |place: usize, octets: u8, len: usize| (place + usize::from(octets)).min(len);
        match way {
            Spoil::Flip(place, bit) => {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << bit;
            }
            Spoil::Set(place, octet) => {
                let place = place.index(bytes.len());
                bytes[place] = *octet;
            }
            Spoil::Cut(place) => bytes.truncate(place.index(bytes.len())),
            Spoil::Insert(place, octets) => {
                let place = place.index(bytes.len());
                bytes.splice(place..place, octets.iter().copied());
            }
            Spoil::Remove(place, octets) => {
                let place = place.index(bytes.len());
                bytes.drain(place..end(place, *octets, bytes.len()));
            }
            Spoil::Double(place, octets) => {
                let place = place.index(bytes.len());
                let copy = bytes[place..end(place, *octets, bytes.len())].to_vec();
                bytes.splice(place..place, copy);
            }
        }
    }
    bytes
}

/// Everything that takes bytes from outside, except PKCS#12, which is slow by design.
fn read_everywhere(bytes: &[u8]) {
    let world = &*WORLD;
    let keys: Vec<_> = world.terminals.iter().map(|(key, _)| key).collect();
    let _ = verify(bytes);
    let _ = open(bytes, &keys);
    let _ = Letter::parse(bytes);
    let _ = CertificationRequest::verify(bytes);
    let _ = TerminalPublicKey::from_spki(bytes);
    let _ = RevocationList::from_der(bytes, &world.root.certificate);
    let _ = chain_from_pem(&String::from_utf8_lossy(bytes));
    if let Ok(certificate) = Certificate::from_der(bytes) {
        let _ = format!("{certificate:?} {}", certificate.to_pem());
        let trust = world.root.trusted();
        let _ = trust.verify_chain(&certificate, &[], now(), careplan_envelope::Purpose::Signature);
        let _ = seal(b"", &[Recipient::Certificate(&certificate)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sealed_opens_for_exactly_its_recipients(
        content in vec(any::<u8>(), 0..5000),
        recipients in proptest::sample::subsequence((0..8).collect::<Vec<usize>>(), 1..8),
    ) {
        let terminals = &WORLD.terminals;
        let list: Vec<_> = recipients.iter().map(|place| Recipient::Terminal(&terminals[*place].1)).collect();
        let sealed = seal(&content, &list).unwrap();
        for (place, (key, _)) in terminals.iter().enumerate() {
            match open(&sealed, &[key]) {
                Opening::Opened(opened) => {
                    prop_assert!(recipients.contains(&place));
                    prop_assert_eq!(&*opened, &content);
                }
                Opening::NotForUs => prop_assert!(!recipients.contains(&place)),
                Opening::Broken(reason) => prop_assert!(false, "{}", reason),
            }
        }
    }

    #[test]
    fn what_is_signed_verifies_as_it_was(content in vec(any::<u8>(), 0..5000)) {
        let signed = verify(&WORLD.office.sign(&content)).unwrap();
        prop_assert_eq!(signed.content, content);
        prop_assert_eq!(signed.signer, WORLD.office.certificate.clone());
    }

    #[test]
    fn a_letter_parses_as_it_was_and_has_one_encoding(
        manifest in vec(any::<u8>(), 0..300),
        files in vec(vec(any::<u8>(), 0..300), 0..=FILES_MAX),
    ) {
        let letter = Letter { signed_manifest: &manifest, files: files.iter().map(Vec::as_slice).collect() };
        let encoded = letter.encode().unwrap();
        prop_assert_eq!(Letter::parse(&encoded).unwrap(), letter);
    }

    #[test]
    fn a_spoiled_letter_parses_only_as_what_it_encodes(
        files in vec(vec(any::<u8>(), 0..40), 0..6),
        ways in vec(spoil(), 1..4),
    ) {
        let letter = Letter { signed_manifest: b"m", files: files.iter().map(Vec::as_slice).collect() };
        let bytes = spoiled(&letter.encode().unwrap(), &ways);
        if let Ok(parsed) = Letter::parse(&bytes) {
            prop_assert_eq!(parsed.encode().unwrap().to_vec(), bytes);
        }
    }

    #[test]
    fn a_spoiled_signed_message_never_gives_other_content(ways in vec(spoil(), 1..4)) {
        let message = WORLD.office.sign(b"the content");
        let bytes = spoiled(&message, &ways);
        read_everywhere(&bytes);
        if let Ok(signed) = verify(&bytes) {
            prop_assert_eq!(signed.content, b"the content");
            prop_assert_eq!(signed.signer.public_key_spki(), WORLD.office.certificate.public_key_spki());
        }
    }

    #[test]
    fn a_spoiled_sealed_letter_never_gives_other_content(ways in vec(spoil(), 1..4)) {
        let (key, published) = &WORLD.terminals[0];
        let sealed = seal(b"the content", &[Recipient::Terminal(published)]).unwrap();
        let bytes = spoiled(&sealed, &ways);
        read_everywhere(&bytes);
        if let Opening::Opened(content) = open(&bytes, &[key]) {
            prop_assert_eq!(&*content, b"the content");
        }
    }

    #[test]
    fn spoiled_certificates_requests_and_lists_never_panic(ways in vec(spoil(), 1..4), which in 0..3usize) {
        let world = &*WORLD;
        let message = match which {
            0 => world.office.certificate.der().to_vec(),
            1 => certification_request(&world.office.key, "9970000018").unwrap(),
            _ => world.root.revocation_list(&[&world.office.certificate]),
        };
        read_everywhere(&spoiled(&message, &ways));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        read_everywhere(&bytes);
        read_everywhere(&[&[0x30, 0x82, 0x01, 0x00], bytes.as_slice()].concat());
        let _ = import(&bytes, "password");
    }
}
