//! Chains to trusted roots, and revocation lists.

use careplan_envelope::{
    ChainFault, INTERMEDIATES_MAX, Purpose, RevocationFault, RevocationList, TrustAnchors,
};
use rcgen::{CustomExtension, ExtendedKeyUsagePurpose, KeyUsagePurpose, date_time_ymd};

use crate::openssl::{Openssl, now as real_now};
use crate::people::{Authority, Office, at, now};
use crate::tree::Node;

fn fault(trust: &TrustAnchors, office: &Office, purpose: Purpose) -> ChainFault {
    trust.verify_chain(&office.certificate, &office.chain, now(), purpose).unwrap_err()
}

#[test]
fn a_chain_is_found_over_intermediates_in_any_order() {
    let root = Authority::root("root");
    let upper = root.below("upper", |_| {});
    let lower = upper.below("lower", |_| {});
    let office = lower.office();
    let surplus = root.below("surplus", |_| {}).certificate;
    let given = [upper.certificate.clone(), surplus, lower.certificate.clone()];
    let chain = root.trusted().verify_chain(&office.certificate, &given, now(), Purpose::ClientAuth).unwrap();

    assert_eq!(chain.leaf(), &office.certificate);
    assert_eq!(chain.intermediates(), [lower.certificate.clone(), upper.certificate.clone()]);
    assert_eq!(chain.issuer(), &lower.certificate);
    assert_eq!(chain.root(), &root.certificate);
    let links: Vec<_> = chain.links().collect();
    assert_eq!(
        links,
        [
            (&office.certificate, &lower.certificate),
            (&lower.certificate, &upper.certificate),
            (&upper.certificate, &root.certificate)
        ]
    );
    assert_eq!(
        fault(&root.trusted(), &office, Purpose::ClientAuth),
        ChainFault::UnknownIssuer,
        "no intermediates"
    );
}

#[test]
fn expired_not_yet_valid_and_unknown_are_told_apart() {
    let root = Authority::root("root");
    let old = root.office_with(|params| {
        params.not_before = date_time_ymd(2024, 1, 1);
        params.not_after = date_time_ymd(2026, 12, 1);
    });
    let ended = ChainFault::Expired { at: at("2026-12-01T00:00:00Z") };
    assert_eq!(fault(&root.trusted(), &old, Purpose::ClientAuth), ended);
    let young = root.office_with(|params| params.not_before = date_time_ymd(2026, 12, 24));
    let later = ChainFault::NotYetValid { at: at("2026-12-24T00:00:00Z") };
    assert_eq!(fault(&root.trusted(), &young, Purpose::ClientAuth), later);
    assert_eq!(later.to_string(), "certificate is not valid before 2026-12-24T00:00:00Z");

    let stranger = Authority::root("stranger");
    assert_eq!(fault(&stranger.trusted(), &old, Purpose::ClientAuth), ChainFault::UnknownIssuer);
    assert_eq!(fault(&stranger.trusted(), &young, Purpose::ClientAuth), ChainFault::UnknownIssuer);
    let impostor = Authority::root("root");
    assert_eq!(fault(&impostor.trusted(), &old, Purpose::ClientAuth), ChainFault::BadSignature);
    assert_eq!(fault(&impostor.trusted(), &root.office(), Purpose::ClientAuth), ChainFault::BadSignature);
    let nobody = TrustAnchors::new([]).unwrap();
    assert_eq!(fault(&nobody, &root.office(), Purpose::ClientAuth), ChainFault::UnknownIssuer);
}

#[test]
fn both_ends_of_the_validity_belong_to_it() {
    let root = Authority::root("root");
    let office = root.office();
    let judge =
        |time: &str| root.trusted().verify_chain(&office.certificate, &[], at(time), Purpose::Signature);
    assert!(judge("2026-01-01T00:00:00Z").is_ok());
    assert!(judge("2027-01-01T00:00:00Z").is_ok());
    assert!(matches!(judge("2025-12-31T23:59:59Z"), Err(ChainFault::NotYetValid { .. })));
    assert!(matches!(judge("2027-01-01T00:00:01Z"), Err(ChainFault::Expired { .. })));
    assert!(matches!(judge("1900-01-01T00:00:00Z"), Err(ChainFault::NotYetValid { .. })));
}

#[test]
fn an_expired_authority_ends_what_it_issued() {
    let root = Authority::root_with("root", |params| params.not_after = date_time_ymd(2026, 11, 1));
    let ended = ChainFault::Expired { at: at("2026-11-01T00:00:00Z") };
    assert_eq!(fault(&root.trusted(), &root.office(), Purpose::ClientAuth), ended, "root");

    let root = Authority::root("root");
    let middle = root.below("middle", |params| params.not_after = date_time_ymd(2026, 11, 1));
    let mut office = middle.office();
    office.chain = vec![middle.certificate.clone()];
    assert_eq!(fault(&root.trusted(), &office, Purpose::ClientAuth), ended, "intermediate");
}

#[test]
fn a_renewed_root_stands_in_for_its_expired_predecessor() {
    let root = Authority::root_with("root", |params| params.not_after = date_time_ymd(2026, 11, 1));
    let renewed = root.renewed("root", |_| {});
    let trust = TrustAnchors::new([root.certificate.clone(), renewed.clone()]).unwrap();
    let office = root.office();
    let chain = trust.verify_chain(&office.certificate, &[], now(), Purpose::ClientAuth).unwrap();
    assert_eq!(chain.root(), &renewed);
}

#[test]
fn certificates_serve_only_their_purposes() {
    let root = Authority::root("root");
    let trust = root.trusted();
    let serves = |usages: &[ExtendedKeyUsagePurpose], purpose| {
        let office = root.office_with(|params| params.extended_key_usages = usages.to_vec());
        match trust.verify_chain(&office.certificate, &[], now(), purpose) {
            Ok(_) => true,
            Err(ChainFault::WrongPurpose) => false,
            Err(other) => panic!("{other}"),
        }
    };
    use ExtendedKeyUsagePurpose::{Any, ClientAuth, CodeSigning, EmailProtection, OcspSigning, ServerAuth};
    for (usages, client, server, signature) in [
        (&[][..], true, true, true),
        (&[Any], true, true, true),
        (&[ClientAuth], true, false, true),
        (&[ServerAuth], false, true, false),
        (&[EmailProtection], false, false, true),
        (&[CodeSigning, OcspSigning], false, false, false),
        (&[CodeSigning, ClientAuth], true, false, true),
    ] {
        assert_eq!(serves(usages, Purpose::ClientAuth), client, "{usages:?} client");
        assert_eq!(serves(usages, Purpose::ServerAuth), server, "{usages:?} server");
        assert_eq!(serves(usages, Purpose::Signature), signature, "{usages:?} signature");
    }
}

#[test]
fn the_key_usage_must_allow_the_purpose() {
    let root = Authority::root("root");
    let with = |usage: KeyUsagePurpose| {
        root.office_with(|params| {
            params.key_usages = vec![usage];
            params.extended_key_usages.clear();
        })
    };
    let sealing = with(KeyUsagePurpose::KeyAgreement);
    for purpose in [Purpose::ClientAuth, Purpose::Signature] {
        assert_eq!(fault(&root.trusted(), &sealing, purpose), ChainFault::WrongPurpose);
    }
    let proof = with(KeyUsagePurpose::ContentCommitment);
    root.trusted().verify_chain(&proof.certificate, &[], now(), Purpose::Signature).unwrap();
    assert_eq!(fault(&root.trusted(), &proof, Purpose::ClientAuth), ChainFault::WrongPurpose);
}

#[test]
fn an_authority_is_no_office_and_an_office_no_authority() {
    let root = Authority::root("root");
    let middle = root.below("middle", |_| {});
    let judged = root.trusted().verify_chain(&middle.certificate, &[], now(), Purpose::Signature);
    assert_eq!(judged.unwrap_err(), ChainFault::WrongPurpose);
    assert_eq!(TrustAnchors::new([root.office().certificate]).unwrap_err(), ChainFault::WrongPurpose);

    // An office issues a certificate for itself in another's name.
    let rogue = root.below("rogue", |params| {
        params.is_ca = rcgen::IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    });
    let mut forged = rogue.office();
    forged.chain = vec![rogue.certificate.clone()];
    let fault = fault(&root.trusted(), &forged, Purpose::ClientAuth);
    assert_eq!(fault, ChainFault::Other("EndEntityUsedAsCa".to_owned()));
}

#[test]
fn an_unknown_critical_extension_is_refused() {
    let root = Authority::root("root");
    let office = root.office_with(|params| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions = vec![extension];
    });
    let fault = fault(&root.trusted(), &office, Purpose::ClientAuth);
    assert_eq!(fault, ChainFault::Other("UnsupportedCriticalExtension".to_owned()));
}

#[test]
fn intermediates_are_considered_up_to_their_limit_and_not_one_past_it() {
    let root = Authority::root("root");
    let mut office = root.office();
    office.chain = vec![root.below("surplus", |_| {}).certificate; INTERMEDIATES_MAX];
    root.trusted().verify_chain(&office.certificate, &office.chain, now(), Purpose::Signature).unwrap();
    office.chain.push(office.chain[0].clone());
    let fault = fault(&root.trusted(), &office, Purpose::Signature);
    assert_eq!(fault, ChainFault::Other("too many intermediate certificates".to_owned()));
}

#[test]
fn a_revocation_list_names_the_revoked_and_no_others() {
    let root = Authority::root("root");
    let (revoked, fine) = (root.office().certificate, root.office().certificate);
    let list = RevocationList::from_der(&root.revocation_list(&[&revoked]), &root.certificate).unwrap();
    assert_eq!(list.contains(revoked.serial()), Some(at("2026-06-01T00:00:00Z")));
    assert_eq!(list.contains(fine.serial()), None);
    assert_eq!((list.len(), list.is_empty()), (1, false));
    assert_eq!(list.number().unwrap().to_string(), "07");
    assert_eq!(list.issuer_text(), root.certificate.subject_text());
    assert!(list.covers(&fine));
    assert!(!list.covers(&Authority::root("other").office().certificate));
    assert_eq!(list.this_update(), at("2026-12-01T00:00:00Z"));
    assert_eq!(list.next_update(), Some(at("2026-12-31T00:00:00Z")));
    assert!(list.is_current_at(at("2026-12-01T00:00:00Z")) && list.is_current_at(at("2026-12-31T00:00:00Z")));
    assert!(
        !list.is_current_at(at("2026-11-30T23:59:59Z")) && !list.is_current_at(at("2026-12-31T00:00:01Z"))
    );
    let none = RevocationList::from_der(&root.revocation_list(&[]), &root.certificate).unwrap();
    assert!(none.is_empty());
}

#[test]
fn a_list_of_a_hundred_thousand_answers_for_each() {
    let root = Authority::root("root");
    let serial = |number: u32| [&[0x5a], number.to_be_bytes().as_slice(), &[0; 11]].concat();
    // Out of order, as authorities write them.
    let der = root.revocation_list_of((0..100_000u32).map(|n| serial(n.wrapping_mul(0x9e37_79b1))));
    let list = RevocationList::from_der(&der, &root.certificate).unwrap();
    assert_eq!(list.len(), 100_000);
    for number in [0u32, 1, 49_999, 99_999, 100_000] {
        let serial = serial(number.wrapping_mul(0x9e37_79b1));
        let serial = careplan_envelope::CertificateSerial::from_be_bytes(&serial).unwrap();
        assert_eq!(list.contains(&serial).is_some(), number < 100_000);
    }
}

#[test]
fn a_revocation_list_of_anybody_else_is_refused() {
    let root = Authority::root("root");
    let der = root.revocation_list(&[]);
    let fault =
        |der: &[u8], issuer: &Authority| RevocationList::from_der(der, &issuer.certificate).unwrap_err();
    assert_eq!(fault(&der, &Authority::root("other")), RevocationFault::OtherIssuer);
    assert_eq!(fault(&der, &Authority::root("root")), RevocationFault::BadSignature);
    let silent =
        Authority::root_with("root", |params| params.key_usages = vec![KeyUsagePurpose::KeyCertSign]);
    assert_eq!(fault(&der, &silent), RevocationFault::NotAllowed);
    for place in 0..der.len() {
        let mut changed = der.clone();
        changed[place] ^= 0x10;
        assert!(RevocationList::from_der(&changed, &root.certificate).is_err(), "octet {place}");
    }
    for sixteenth in 0..16 {
        assert_eq!(fault(&der[..der.len() * sixteenth / 16], &root), RevocationFault::Malformed);
    }
    assert_eq!(fault(&Node::parse(&der).indefinite(), &root), RevocationFault::Malformed);
    assert_eq!(fault(&[der.as_slice(), &[0]].concat(), &root), RevocationFault::Malformed);
}

#[test]
fn revocation_lists_of_openssl_are_read_and_partial_ones_refused() {
    let openssl = Openssl::new();
    let root = openssl.root("ca");
    let (_, office) = openssl.office("office", "p256");
    let list = |scope: &str| {
        openssl.put(
            "crl.cnf",
            format!(
                "[ca]\ndefault_ca=d\n[d]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\n\
                 default_crl_days=30\ncrl_extensions=e\n[e]\n{scope}\n[idp]\nfullname=URI:http://crl.example.jp/\n\
                 [user]\nonlyuser=TRUE\n[auth]\nonlyCA=TRUE\n[some]\nonlysomereasons=keyCompromise\n\
                 [indirect]\nindirectCRL=TRUE\n[attribute]\nonlyAA=TRUE\n"
            )
            .as_bytes(),
        );
        openssl.put("index", b"");
        openssl.put("number", b"1000");
        openssl.run("ca -config crl.cnf -revoke office.pem -cert ca.pem -keyfile ca.key");
        openssl.run("ca -config crl.cnf -gencrl -cert ca.pem -keyfile ca.key -out list.pem");
        openssl.run("crl -in list.pem -outform DER -out list.der");
        RevocationList::from_der(&openssl.get("list.der"), &root)
    };
    for scope in ["authorityKeyIdentifier=keyid", "issuingDistributionPoint=critical,@idp"] {
        let list = list(scope).unwrap();
        assert!(list.contains(office.serial()).is_some(), "{scope}");
        assert!(list.covers(&office) && list.covers(&root) && list.is_current_at(real_now()));
    }
    let users = list("issuingDistributionPoint=critical,@user").unwrap();
    assert!(users.covers(&office) && !users.covers(&root));
    let authorities = list("issuingDistributionPoint=critical,@auth").unwrap();
    assert!(!authorities.covers(&office) && authorities.covers(&root));
    for scope in ["some", "indirect", "attribute"] {
        let fault = list(&format!("issuingDistributionPoint=critical,@{scope}")).unwrap_err();
        assert_eq!(fault, RevocationFault::Unsupported, "{scope}");
    }
    let fault = list("deltaCRL=critical,DER:02:01:01").or_else(|_| list("2.5.29.27=critical,DER:02:01:01"));
    assert_eq!(fault.unwrap_err(), RevocationFault::Unsupported, "a delta");
}
