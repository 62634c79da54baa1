//! The signed attributes: what was signed must have one reading.

use careplan_envelope::{OfficeKey, SignatureFault, verify};

use crate::people::Authority;
use crate::signed::{
    CERTIFICATES, CONTENT, EXPLICIT_CONTENT, SHA256, SIGNER, attribute, below, fault, office, signed_again,
    with_attributes,
};
use crate::tree::{Node, oid};

#[test]
fn every_required_attribute_is_required() {
    let office = office();
    for id in ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"] {
        let without = with_attributes(&office, |attributes| {
            attributes.retain(|a| a.children[0].bytes != oid(id).bytes);
        });
        assert_eq!(fault(&without), SignatureFault::Attributes, "{id}");
    }
    let without = with_attributes(&office, |attributes| {
        attributes.retain(|a| a.children[0].bytes != oid("1.2.840.113549.1.9.16.2.47").bytes);
    });
    assert_eq!(verify(&without).unwrap().content, CONTENT, "signingCertificateV2 is optional");
}

#[test]
fn an_attribute_that_occurs_twice_is_refused() {
    let office = office();
    for id in
        ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.47"]
    {
        let twice = with_attributes(&office, |attributes| {
            let mut again = attribute(attributes, id).clone();
            // Differs somewhere, so that the set stays in strict order.
            again.children[1].children.push(Node::leaf(0x05, &[]));
            attributes.push(again);
        });
        assert_eq!(fault(&twice), SignatureFault::Attributes, "{id}");
    }
    let twice = with_attributes(&office, |attributes| {
        for value in [1, 2] {
            attributes.push(Node::holding(
                0x30,
                vec![oid("1.2.3.4"), Node::holding(0x31, vec![Node::leaf(0x02, &[value])])],
            ));
        }
    });
    assert_eq!(fault(&twice), SignatureFault::Attributes, "an unknown attribute");
}

#[test]
fn an_attribute_with_two_values_or_none_is_refused() {
    let office = office();
    for id in
        ["1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.47"]
    {
        let two = with_attributes(&office, |attributes| {
            let values = &mut attribute(attributes, id).children[1].children;
            values.push(values[0].clone());
        });
        assert_eq!(fault(&two), SignatureFault::Attributes, "{id}");
        let none =
            with_attributes(&office, |attributes| attribute(attributes, id).children[1].children.clear());
        assert_eq!(fault(&none), SignatureFault::Malformed, "{id}");
    }
}

#[test]
fn attributes_out_of_order_are_refused() {
    let office = office();
    let mut message = Node::parse(&office.sign(CONTENT));
    message.at(&below(SIGNER, 3)).children.reverse();
    assert_eq!(fault(&signed_again(message, &office)), SignatureFault::Attributes);
}

#[test]
fn an_unknown_attribute_changes_nothing() {
    let office = office();
    let message = with_attributes(&office, |attributes| {
        attributes.push(Node::holding(0x30, vec![oid("1.2.3.4"), Node::holding(0x31, vec![])]));
    });
    assert_eq!(verify(&message).unwrap().content, CONTENT);
}

#[test]
fn a_signing_certificate_attribute_by_sha1_is_refused() {
    let office = office();
    let message = with_attributes(&office, |attributes| {
        let listed = attribute(attributes, "1.2.840.113549.1.9.16.2.47").at(&[1, 0, 0, 0]);
        listed.children.insert(0, Node::holding(0x30, vec![oid("1.3.14.3.2.26")]));
    });
    assert_eq!(fault(&message), SignatureFault::UnsupportedAlgorithm);
    let message = with_attributes(&office, |attributes| {
        let listed = attribute(attributes, "1.2.840.113549.1.9.16.2.47").at(&[1, 0, 0, 0]);
        listed.children.insert(0, Node::holding(0x30, vec![oid(SHA256)]));
    });
    assert_eq!(verify(&message).unwrap().content, CONTENT, "SHA-256 may be spelt out");
}

#[test]
fn signed_attributes_cannot_be_passed_off_as_content() {
    // The content is the set of attributes of an honest message, with its signature.
    let office = office();
    let mut honest = Node::parse(&office.sign(CONTENT));
    let mut attributes = honest.at(&below(SIGNER, 3)).clone();
    attributes.tag = 0x31;
    let mut forged = honest.clone();
    forged.at(&below(EXPLICIT_CONTENT, 0)).bytes = attributes.der();
    forged.at(SIGNER).children.remove(3);
    assert_eq!(fault(&forged.der()), SignatureFault::Attributes);
}

#[test]
fn a_signature_without_signed_attributes_is_refused() {
    let office = office();
    let mut message = Node::parse(&office.sign(CONTENT));
    message.at(SIGNER).children.remove(3);
    message.at(&below(SIGNER, 4)).bytes = office.key.sign(CONTENT).unwrap();
    assert_eq!(fault(&message.der()), SignatureFault::Attributes);
}

#[test]
fn a_certificate_exchanged_for_another_of_the_same_key_is_noticed() {
    // Same key, issuer name and serial, other rights: the attribute names the right one.
    let root = Authority::root("root");
    let office = root.office_with(|params| params.serial_number = Some(vec![1, 2, 3].into()));
    let mut message = Node::parse(&office.sign(CONTENT));
    let mut other = Node::parse(office.certificate.der());
    other.at(&[2]).bytes.push(0);
    *message.at(&below(CERTIFICATES, 0)) = other;
    assert_eq!(fault(&message.der()), SignatureFault::SignerCertificate);
}
