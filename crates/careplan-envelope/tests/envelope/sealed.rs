//! Sealed letters: the round trip, and every way of spoiling one.

use careplan_envelope::{
    BrokenReason, DecryptionKey, Opening, RECIPIENTS_MAX, Recipient, SEALED_BYTES_MAX,
    SEALED_CONTENT_BYTES_MAX, SealFault, TerminalPublicKey, open, seal,
};
use rcgen::KeyUsagePurpose;

use crate::openssl::{Leaf, Openssl, PLAIN};
use crate::people::Authority;
use crate::tree::{Node, flipped, oid, place_of};

const CONTENT: &[u8] = b"a letter of some length, longer than one block of AES";

// Paths into a letter sealed to terminals.
const VERSION: &[usize] = &[1, 0, 0];
const RECIPIENTS: &[usize] = &[1, 0, 1];
const AGREEMENT: &[usize] = &[1, 0, 1, 0];
const POINT: &[usize] = &[1, 0, 1, 0, 1, 0, 1];
const POINT_ALGORITHM: &[usize] = &[1, 0, 1, 0, 1, 0, 0];
const DERIVATION: &[usize] = &[1, 0, 1, 0, 2, 0];
const WRAP: &[usize] = &[1, 0, 1, 0, 2, 1, 0];
const COPIES: &[usize] = &[1, 0, 1, 0, 3];
const WRAPPED: &[usize] = &[1, 0, 1, 0, 3, 0, 1];
const CONTENT_TYPE: &[usize] = &[1, 0, 2, 0];
const CIPHER: &[usize] = &[1, 0, 2, 1, 0];
const NONCE: &[usize] = &[1, 0, 2, 1, 1, 0];
const TAG_LENGTH: &[usize] = &[1, 0, 2, 1, 1, 1];
const CIPHERTEXT: &[usize] = &[1, 0, 2, 2];
const TAG: &[usize] = &[1, 0, 3];

struct Terminal {
    key: DecryptionKey,
    published: TerminalPublicKey,
}

fn terminal() -> Terminal {
    let key = DecryptionKey::generate_p256().unwrap();
    Terminal { published: key.terminal_public_key().unwrap(), key }
}

impl Terminal {
    fn sealed(&self) -> Vec<u8> {
        seal(CONTENT, &[Recipient::Terminal(&self.published)]).unwrap()
    }

    fn reason(&self, sealed: &[u8]) -> BrokenReason {
        match open(sealed, &[&self.key]) {
            Opening::Broken(reason) => reason,
            other => panic!("{other:?}"),
        }
    }

    /// Why a letter that was bent in one place does not open.
    fn bent(&self, path: &[usize], change: impl FnOnce(&mut Node)) -> BrokenReason {
        let mut letter = Node::parse(&self.sealed());
        change(letter.at(path));
        self.reason(&letter.der())
    }
}

fn content(opening: Opening) -> Option<Vec<u8>> {
    match opening {
        Opening::Opened(content) => Some(content.to_vec()),
        _ => None,
    }
}

#[test]
fn every_recipient_opens_a_letter_and_nobody_else() {
    let terminals: Vec<_> = (0..5).map(|_| terminal()).collect();
    let recipients: Vec<_> = terminals[..4].iter().map(|t| Recipient::Terminal(&t.published)).collect();
    for plain in [CONTENT, b"", &[7; 100_000]] {
        let sealed = seal(plain, &recipients).unwrap();
        for terminal in &terminals[..4] {
            assert_eq!(content(open(&sealed, &[&terminals[4].key, &terminal.key])).unwrap(), plain);
        }
        assert!(matches!(open(&sealed, &[&terminals[4].key]), Opening::NotForUs));
        assert!(matches!(open(&sealed, &[]), Opening::NotForUs));
    }
}

#[test]
fn the_same_content_never_seals_to_the_same_bytes() {
    let terminal = terminal();
    let (mut one, mut two) = (Node::parse(&terminal.sealed()), Node::parse(&terminal.sealed()));
    for path in [POINT, WRAPPED, NONCE, CIPHERTEXT, TAG] {
        assert_ne!(one.at(path).bytes, two.at(path).bytes, "{path:?}");
    }
}

#[test]
fn openssl_opens_an_empty_letter() {
    let openssl = Openssl::new();
    openssl.root("ca");
    let key = DecryptionKey::from_pkcs8(&openssl.key("office", "rsa")).unwrap();
    let certificate =
        openssl.issue("ca", &Leaf { name: "office", subject: "/CN=9970000026", extensions: PLAIN });
    let sealed = seal(b"", &[Recipient::Certificate(&certificate)]).unwrap();
    openssl.put("sealed.der", &sealed);
    assert_eq!(
        openssl.run("cms -decrypt -binary -inform DER -in sealed.der -recip office.pem -inkey office.key"),
        b""
    );
    assert_eq!(content(open(&sealed, &[&key.with_certificate(certificate).unwrap()])).unwrap(), b"");
}

#[test]
fn recipients_are_limited_on_both_sides() {
    let terminal = terminal();
    let recipient = Recipient::Terminal(&terminal.published);
    assert_eq!(seal(CONTENT, &[]).unwrap_err(), SealFault::NoRecipient);
    assert_eq!(seal(CONTENT, &[recipient; RECIPIENTS_MAX + 1]).unwrap_err(), SealFault::TooManyRecipients);
    let edge = seal(CONTENT, &[recipient; RECIPIENTS_MAX]).unwrap();
    assert_eq!(content(open(&edge, &[&terminal.key])).unwrap(), CONTENT);

    let mut past = Node::parse(&edge);
    let copy = past.at(COPIES).children[0].clone();
    past.at(COPIES).children.push(copy);
    assert_eq!(terminal.reason(&past.der()), BrokenReason::TooLarge);

    // Sixty-five of a kind that is only skipped.
    let reason = terminal.bent(RECIPIENTS, |recipients| {
        recipients.children.extend((0..RECIPIENTS_MAX).map(|_| Node::holding(0xa4, vec![])));
    });
    assert_eq!(reason, BrokenReason::TooLarge);
}

#[test]
fn content_is_sealed_up_to_its_limit_and_not_one_past_it() {
    let terminal = terminal();
    let recipient = [Recipient::Terminal(&terminal.published)];
    let plain = vec![7; SEALED_CONTENT_BYTES_MAX + 1];
    assert_eq!(seal(&plain, &recipient).unwrap_err(), SealFault::TooLarge);
    let edge = seal(&plain[1..], &recipient).unwrap();
    assert!(
        matches!(open(&edge, &[&terminal.key]), Opening::Opened(c) if c.len() == SEALED_CONTENT_BYTES_MAX)
    );

    let mut past = Node::parse(&edge);
    past.at(CIPHERTEXT).bytes.push(0);
    assert_eq!(terminal.reason(&past.der()), BrokenReason::TooLarge);
    assert_eq!(terminal.reason(&vec![0x30; SEALED_BYTES_MAX + 1]), BrokenReason::TooLarge);
    assert_eq!(terminal.reason(&vec![0x30; SEALED_BYTES_MAX]), BrokenReason::Malformed);
}

#[test]
fn one_flipped_bit_in_tag_ciphertext_nonce_wrapped_key_or_point_is_damage() {
    let terminal = terminal();
    let sealed = terminal.sealed();
    let mut letter = Node::parse(&sealed);
    for path in [TAG, CIPHERTEXT, NONCE, WRAPPED] {
        let part = letter.at(path).bytes.clone();
        for (place, changed) in flipped(&sealed, place_of(&part, &sealed)) {
            assert_eq!(terminal.reason(&changed), BrokenReason::Damaged, "{path:?} octet {place}");
        }
    }
    let point = letter.at(POINT).bytes[1..].to_vec();
    for (place, changed) in flipped(&sealed, place_of(&point, &sealed)) {
        assert_eq!(terminal.reason(&changed), BrokenReason::Damaged, "octet {place}");
    }
}

#[test]
fn one_flipped_bit_anywhere_never_changes_what_is_opened() {
    let terminal = terminal();
    let sealed = terminal.sealed();
    for (place, changed) in flipped(&sealed, 0..sealed.len()) {
        if let Some(opened) = content(open(&changed, &[&terminal.key])) {
            assert_eq!(opened, CONTENT, "octet {place}");
        }
    }
}

#[test]
fn a_truncated_letter_is_malformed() {
    let terminal = terminal();
    let sealed = terminal.sealed();
    for sixteenth in 0..16 {
        let cut = &sealed[..sealed.len() * sixteenth / 16];
        assert_eq!(terminal.reason(cut), BrokenReason::Malformed, "{sixteenth}/16");
    }
    assert_eq!(terminal.reason(&sealed[..sealed.len() - 1]), BrokenReason::Malformed);
}

#[test]
fn trailing_bytes_are_malformed() {
    let terminal = terminal();
    assert_eq!(terminal.reason(&[terminal.sealed().as_slice(), &[0]].concat()), BrokenReason::Malformed);
    for path in [&[][..], &[1], &[1, 0], &[1, 0, 2], AGREEMENT, &[1, 0, 1, 0, 3, 0]] {
        let reason = terminal.bent(path, |node| node.children.push(Node::leaf(0x05, &[])));
        assert_eq!(reason, BrokenReason::Malformed, "{path:?}");
    }
}

#[test]
fn indefinite_lengths_and_huge_claims_are_malformed() {
    let terminal = terminal();
    assert_eq!(terminal.reason(&Node::parse(&terminal.sealed()).indefinite()), BrokenReason::Malformed);
    for claim in [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x88, 1, 0, 0, 0, 0, 0, 0, 0], &[]] {
        assert_eq!(terminal.reason(claim), BrokenReason::Malformed);
    }
    let sealed = terminal.sealed();
    let in_pieces = terminal.bent(CIPHERTEXT, |node| {
        *node = Node::holding(0xa0, vec![Node::leaf(0x04, &node.bytes)]);
    });
    assert_eq!(in_pieces, BrokenReason::Malformed);
    assert_eq!(content(open(&sealed, &[&terminal.key])).unwrap(), CONTENT);
}

#[test]
fn other_kinds_of_message_and_content_are_not_supported() {
    let terminal = terminal();
    // EnvelopedData: the same key under a cipher without a tag (the downgrade of RFC 9709 section 1).
    for kind in ["1.2.840.113549.1.7.3", "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"] {
        assert_eq!(terminal.bent(&[0], |node| *node = oid(kind)), BrokenReason::Unsupported);
    }
    let signed_data = oid("1.2.840.113549.1.7.2");
    assert_eq!(terminal.bent(CONTENT_TYPE, |node| *node = signed_data), BrokenReason::Unsupported);
    assert_eq!(terminal.bent(VERSION, |node| node.bytes = vec![1]), BrokenReason::Malformed);
}

#[test]
fn other_ciphers_nonces_and_tags_are_not_supported() {
    let terminal = terminal();
    // AES-128-GCM, AES-256-CBC, AES-256-CCM
    for cipher in ["2.16.840.1.101.3.4.1.6", "2.16.840.1.101.3.4.1.42", "2.16.840.1.101.3.4.1.47"] {
        assert_eq!(terminal.bent(CIPHER, |node| *node = oid(cipher)), BrokenReason::Unsupported, "{cipher}");
    }
    for length in [0, 8, 11, 13, 16] {
        let reason = terminal.bent(NONCE, |node| node.bytes.resize(length, 0));
        assert_eq!(reason, BrokenReason::Unsupported, "nonce of {length}");
    }
    for length in [4, 12, 13, 15] {
        let mut letter = Node::parse(&terminal.sealed());
        letter.at(TAG).bytes.truncate(length.into());
        assert_eq!(terminal.reason(&letter.der()), BrokenReason::Unsupported, "tag of {length}");
        letter.at(TAG_LENGTH).bytes = vec![length];
        assert_eq!(terminal.reason(&letter.der()), BrokenReason::Unsupported, "stated tag of {length}");
    }
    let unstated = terminal.bent(&TAG_LENGTH[..5], |node| node.children.truncate(1));
    assert_eq!(unstated, BrokenReason::Unsupported, "the default is a tag of 12");
}

#[test]
fn other_derivations_and_wraps_are_not_supported() {
    let terminal = terminal();
    // With SHA-1, with SHA-512, with cofactor
    for derivation in ["1.3.133.16.840.63.0.2", "1.3.132.1.11.3", "1.3.132.1.14.1"] {
        assert_eq!(terminal.bent(DERIVATION, |node| *node = oid(derivation)), BrokenReason::Unsupported);
    }
    // AES-128 wrap, AES-256 wrap with padding, 3DES wrap
    for wrap in ["2.16.840.1.101.3.4.1.5", "2.16.840.1.101.3.4.1.48", "1.2.840.113549.1.9.16.3.6"] {
        assert_eq!(terminal.bent(WRAP, |node| *node = oid(wrap)), BrokenReason::Unsupported);
    }
    // originatorKey of X25519, of P-384
    let x25519 = |node: &mut Node| node.children[0] = oid("1.3.101.110");
    assert_eq!(terminal.bent(POINT_ALGORITHM, x25519), BrokenReason::Unsupported);
    let p384 = |node: &mut Node| node.children.push(oid("1.3.132.0.34"));
    assert_eq!(terminal.bent(POINT_ALGORITHM, p384), BrokenReason::Unsupported);
    let by_identifier = |node: &mut Node| node.children = vec![Node::leaf(0x80, &[1; 20])];
    assert_eq!(terminal.bent(&POINT[..5], by_identifier), BrokenReason::Unsupported);
}

#[test]
fn points_that_are_not_on_the_curve_are_damage() {
    let terminal = terminal();
    let off_curve = [&[0x04][..], &[1; 64]].concat();
    // The prime of the field as a coordinate: zero, but not reduced.
    let prime = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
        .into_iter()
        .chain([0; 4])
        .chain([0xff; 12])
        .collect::<Vec<u8>>();
    let not_reduced = [&[0x04], prime.as_slice(), &[0; 32]].concat();
    for point in [off_curve, not_reduced, vec![0x00], vec![0x04], vec![]] {
        let reason = terminal.bent(POINT, |node| node.bytes = [&[0], point.as_slice()].concat());
        assert_eq!(reason, BrokenReason::Damaged, "{point:02x?}");
    }

    // The very point that was used, in other forms: it would open if they were taken.
    let compressed = |node: &mut Node| {
        let parity = node.bytes[65] & 1;
        node.bytes.truncate(34);
        node.bytes[1] = 0x02 | parity;
    };
    assert_eq!(terminal.bent(POINT, compressed), BrokenReason::Damaged);
    let hybrid = |node: &mut Node| node.bytes[1] = 0x06 | node.bytes[65] & 1;
    assert_eq!(terminal.bent(POINT, hybrid), BrokenReason::Damaged);
    let before_the_point = &terminal.published.spki()[..26];
    let whole_key = |node: &mut Node| node.bytes = [&[0], before_the_point, &node.bytes[1..]].concat();
    assert_eq!(terminal.bent(POINT, whole_key), BrokenReason::Damaged, "a SubjectPublicKeyInfo");
}

#[test]
fn attributes_and_originators_certificates_are_not_supported() {
    let terminal = terminal();
    let attributes = |tag| Node::holding(tag, vec![]);
    let authenticated = terminal.bent(&[1, 0], |node| node.children.insert(3, attributes(0xa1)));
    assert_eq!(authenticated, BrokenReason::Unsupported);
    let unauthenticated = terminal.bent(&[1, 0], |node| node.children.push(attributes(0xa2)));
    assert_eq!(unauthenticated, BrokenReason::Unsupported);
    let originator = terminal.bent(&[1, 0], |node| node.children.insert(1, attributes(0xa0)));
    assert_eq!(originator, BrokenReason::Unsupported);
    let ukm = terminal.bent(AGREEMENT, |node| {
        node.children.insert(2, Node::holding(0xa1, vec![Node::leaf(0x04, b"other")]));
    });
    assert_eq!(ukm, BrokenReason::Damaged, "keying material enters the derivation");
}

#[test]
fn recipients_of_unknown_kinds_are_passed_over() {
    let terminal = terminal();
    let mut letter = Node::parse(&terminal.sealed());
    letter.at(RECIPIENTS).children.push(Node::holding(0xa3, vec![Node::leaf(0x02, &[0])]));
    assert_eq!(content(open(&letter.der(), &[&terminal.key])).unwrap(), CONTENT);
    letter.at(RECIPIENTS).children.remove(0);
    assert!(matches!(open(&letter.der(), &[&terminal.key]), Opening::NotForUs));
    letter.at(RECIPIENTS).children.clear();
    assert_eq!(terminal.reason(&letter.der()), BrokenReason::Malformed);
}

#[test]
fn only_the_first_copy_for_a_key_is_tried() {
    let terminal = terminal();
    let mut letter = Node::parse(&terminal.sealed());
    let mut spoiled = letter.at(COPIES).children[0].clone();
    spoiled.at(&[1]).bytes[0] ^= 1;
    letter.at(COPIES).children.insert(0, spoiled);
    assert_eq!(terminal.reason(&letter.der()), BrokenReason::Damaged);
}

#[test]
fn a_content_key_of_another_letter_is_damage() {
    let terminal = terminal();
    let mut other = Node::parse(&terminal.sealed());
    let reason = terminal.bent(RECIPIENTS, |node| *node = other.at(RECIPIENTS).clone());
    assert_eq!(reason, BrokenReason::Damaged);
}

#[test]
fn weaker_ways_of_openssl_are_not_supported() {
    let p256 = [
        ("-aes-256-gcm", ""),
        ("-aes-128-gcm", "-keyopt ecdh_kdf_md:sha256"),
        ("-aes-256-cbc", "-keyopt ecdh_kdf_md:sha256"),
    ];
    let oaep = "-keyopt rsa_padding_mode:oaep";
    let label = format!("{oaep} -keyopt rsa_oaep_md:sha256 -keyopt rsa_oaep_label:6c6162656c");
    let mixed = format!("{oaep} -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1");
    let strange = format!("{oaep} -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha512");
    let other = format!("{oaep} -keyopt rsa_oaep_md:sha512 -keyopt rsa_mgf1_md:sha256");
    let rsa = ["", oaep, &label, &mixed, &strange, &other].map(|options| ("-aes-256-gcm", options));
    for (kind, ways) in [("p256", &p256[..]), ("rsa", &rsa)] {
        let openssl = Openssl::new();
        openssl.root("ca");
        openssl.key("office", kind);
        let certificate =
            openssl.issue("ca", &Leaf { name: "office", subject: "/CN=9970000026", extensions: PLAIN });
        openssl.put("content", CONTENT);
        let key = DecryptionKey::from_pkcs8(&openssl.get("office.p8")).unwrap();
        let key = key.with_certificate(certificate).unwrap();
        for (cipher, options) in ways {
            openssl.run(&format!(
                "cms -encrypt -binary {cipher} -in content -outform DER -out sealed.der -recip office.pem {options}"
            ));
            let opening = open(&openssl.get("sealed.der"), &[&key]);
            let unsupported = matches!(opening, Opening::Broken(BrokenReason::Unsupported));
            assert!(unsupported, "{kind} {cipher} {options}: {opening:?}");
        }
    }
}

#[test]
fn a_flipped_bit_in_an_rsa_wrapped_key_is_damage() {
    let openssl = Openssl::new();
    openssl.root("ca");
    let key = DecryptionKey::from_pkcs8(&openssl.key("office", "rsa")).unwrap();
    let certificate =
        openssl.issue("ca", &Leaf { name: "office", subject: "/CN=9970000026", extensions: PLAIN });
    let sealed = seal(CONTENT, &[Recipient::Certificate(&certificate)]).unwrap();
    let key = key.with_certificate(certificate).unwrap();
    let mut letter = Node::parse(&sealed);
    let wrapped = letter.at(&[1, 0, 1, 0, 3]).bytes.clone();
    for (place, changed) in flipped(&sealed, place_of(&wrapped, &sealed)).step_by(37) {
        let damaged = matches!(open(&changed, &[&key]), Opening::Broken(BrokenReason::Damaged));
        assert!(damaged, "octet {place}");
    }
    letter.at(&[1, 0, 1, 0, 3]).bytes.pop();
    assert!(matches!(open(&letter.der(), &[&key]), Opening::Broken(BrokenReason::Damaged)));
}

#[test]
fn certificates_that_may_only_sign_are_unsuitable() {
    let root = Authority::root("root");
    let terminal = terminal();
    let signing = root.office().certificate;
    let recipients = [Recipient::Terminal(&terminal.published), Recipient::Certificate(&signing)];
    assert_eq!(seal(CONTENT, &recipients).unwrap_err(), SealFault::UnsuitableRecipient { index: 1 });

    let agreeing = root.office_with(|params| params.key_usages.push(KeyUsagePurpose::KeyAgreement));
    let sealed = seal(CONTENT, &[Recipient::Certificate(&agreeing.certificate)]).unwrap();
    assert_eq!(content(open(&sealed, &[&agreeing.decryption_key()])).unwrap(), CONTENT);
    let silent = root.office_with(|params| params.key_usages.clear());
    let sealed = seal(CONTENT, &[Recipient::Certificate(&silent.certificate)]).unwrap();
    assert_eq!(content(open(&sealed, &[&silent.decryption_key()])).unwrap(), CONTENT);

    let openssl = Openssl::new();
    openssl.root("ca");
    let (_, rsa_signing) = openssl.office("office", "rsa");
    let fault = seal(CONTENT, &[Recipient::Certificate(&rsa_signing)]).unwrap_err();
    assert_eq!(fault, SealFault::UnsuitableRecipient { index: 0 });
    assert_eq!(fault.to_string(), "recipient 0 cannot receive sealed letters");
}

#[test]
fn nothing_secret_shows_in_debug() {
    let terminal = terminal();
    assert_eq!(format!("{:?}", terminal.key), "DecryptionKey(P256, ***)");
    assert_eq!(
        format!("{:?}", open(&terminal.sealed(), &[&terminal.key])),
        format!("Opened({} bytes)", CONTENT.len())
    );
}

#[test]
fn a_key_made_from_a_secret_is_the_same_each_time_and_opens_what_is_sealed_to_it() {
    let key = DecryptionKey::derive_p256(b"a secret of many random letters").unwrap();
    let public = key.terminal_public_key().unwrap();
    let sealed = seal(CONTENT, &[Recipient::Terminal(&public)]).unwrap();
    let again = DecryptionKey::derive_p256(b"a secret of many random letters").unwrap();
    assert_eq!(content(open(&sealed, &[&again])).unwrap(), CONTENT);
    let other = DecryptionKey::derive_p256(b"a secret of many random letterz").unwrap();
    assert!(matches!(open(&sealed, &[&other]), Opening::NotForUs));
    assert!(DecryptionKey::derive_p256(b"").is_err());
}
