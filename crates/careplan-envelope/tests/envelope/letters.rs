//! The plaintext container.

use careplan_envelope::{
    FILES_BYTES_MAX, FILES_MAX, LETTER_BYTES_MAX, Letter, LetterFault, SIGNED_BYTES_MAX,
};

use crate::tree::Node;

fn letter() -> Vec<u8> {
    Letter { signed_manifest: b"manifest", files: vec![b"one", b"", b"three"] }.encode().unwrap().to_vec()
}

fn fault(bytes: &[u8]) -> LetterFault {
    Letter::parse(bytes).unwrap_err()
}

#[test]
fn a_letter_is_parsed_without_copies_as_it_was_encoded() {
    let encoded = letter();
    assert_eq!(encoded[..13], [0x30, 0x1d, 2, 1, 1, 4, 8, b'm', b'a', b'n', b'i', b'f', b'e']);
    let parsed = Letter::parse(&encoded).unwrap();
    assert_eq!(parsed.signed_manifest, b"manifest");
    assert_eq!(parsed.files, [&b"one"[..], b"", b"three"]);
    assert!(encoded.as_ptr_range().contains(&parsed.files[0].as_ptr()));
    assert_eq!(*parsed.encode().unwrap(), encoded);
    let empty = Letter { signed_manifest: b"", files: vec![] };
    assert_eq!(Letter::parse(&empty.encode().unwrap()).unwrap(), empty);
}

#[test]
fn files_are_counted_up_to_their_limit_and_not_one_past_it() {
    let mut letter = Letter { signed_manifest: b"", files: vec![b"x"; FILES_MAX] };
    let edge = letter.encode().unwrap();
    assert_eq!(Letter::parse(&edge).unwrap().files.len(), FILES_MAX);
    letter.files.push(b"x");
    assert_eq!(letter.encode().unwrap_err(), LetterFault::TooManyFiles);
    let mut past = Node::parse(&edge);
    past.at(&[2]).children.push(Node::leaf(4, b"x"));
    assert_eq!(fault(&past.der()), LetterFault::TooManyFiles);
}

#[test]
fn files_and_manifest_are_weighed_up_to_their_limits_and_not_one_past_them() {
    let (bytes, manifest) = (vec![1; FILES_BYTES_MAX + 1], vec![2; SIGNED_BYTES_MAX + 1]);
    let edge = Letter { signed_manifest: &manifest[1..], files: vec![&bytes[1..]] };
    let encoded = edge.encode().unwrap();
    assert_eq!(Letter::parse(&encoded).unwrap(), edge);
    let most = Letter {
        signed_manifest: &manifest[1..],
        files: bytes[1..].chunks(FILES_BYTES_MAX / FILES_MAX + 1).collect(),
    };
    assert!(most.encode().unwrap().len() <= LETTER_BYTES_MAX);

    let heavy = Letter { signed_manifest: b"", files: vec![&bytes] };
    assert_eq!(heavy.encode().unwrap_err(), LetterFault::TooLarge);
    let heavy = Letter { signed_manifest: &manifest, files: vec![] };
    assert_eq!(heavy.encode().unwrap_err(), LetterFault::TooLarge);
    for path in [&[1][..], &[2, 0]] {
        let mut past = Node::parse(&encoded);
        past.at(path).bytes.push(0);
        assert_eq!(fault(&past.der()), LetterFault::TooLarge, "{path:?}");
    }
    assert_eq!(fault(&vec![0; LETTER_BYTES_MAX + 1]), LetterFault::TooLarge);
}

#[test]
fn another_version_is_named() {
    let mut other = Node::parse(&letter());
    other.at(&[0]).bytes = vec![2];
    assert_eq!(fault(&other.der()), LetterFault::Version(2));
    assert_eq!(fault(&other.der()).to_string(), "letter version 2 is not supported");
}

#[test]
fn anything_but_the_one_encoding_is_malformed() {
    let encoded = letter();
    for cut in 0..encoded.len() {
        assert_eq!(fault(&encoded[..cut]), LetterFault::Malformed, "cut at {cut}");
    }
    assert_eq!(fault(&[encoded.as_slice(), &[0]].concat()), LetterFault::Malformed);
    assert_eq!(fault(&Node::parse(&encoded).indefinite()), LetterFault::Malformed);
    // A length in two octets where one would do.
    let padded = [&[0x30, 0x81, encoded[1]], &encoded[2..]].concat();
    assert_eq!(fault(&padded), LetterFault::Malformed);
    for path in [&[][..], &[2]] {
        let mut tree = Node::parse(&encoded);
        tree.at(path).children.push(Node::leaf(0x05, &[]));
        assert_eq!(fault(&tree.der()), LetterFault::Malformed, "{path:?}");
    }
    let mut in_pieces = Node::parse(&encoded);
    *in_pieces.at(&[1]) = Node::holding(0x24, vec![Node::leaf(4, b"manifest")]);
    assert_eq!(fault(&in_pieces.der()), LetterFault::Malformed);
}

#[test]
fn the_content_of_a_letter_never_shows_in_debug() {
    let encoded = letter();
    assert_eq!(format!("{:?}", Letter::parse(&encoded).unwrap()), "Letter(3 files, 8 bytes)");
}
