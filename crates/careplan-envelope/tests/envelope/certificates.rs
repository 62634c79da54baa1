//! Certificates, their parts, and the keys beside them.

use careplan_envelope::{
    Attribute, CERTIFICATE_BYTES_MAX, CHAIN_CERTIFICATES_MAX, COMMON_NAME_CHARS_MAX, Certificate,
    CertificateFault, CertificateSerial, CertificationRequest, DecryptionKey, KeyFault, OfficeKey, PublicKey,
    REQUEST_BYTES_MAX, RequestFault, SignatureAlgorithm, SigningKey, TerminalPublicKey,
    certification_request, chain_from_pem, sha256,
};
use rcgen::{CustomExtension, DnType, SerialNumber, date_time_ymd};

use crate::openssl::{Leaf, Openssl};
use crate::people::{Authority, at};
use crate::tree::{Node, oid};

fn fault(der: &[u8]) -> CertificateFault {
    Certificate::from_der(der).unwrap_err()
}

#[test]
fn every_part_of_an_offices_certificate_is_read() {
    let openssl = Openssl::new();
    let root = openssl.root("ca");
    openssl.key("office", "rsa");
    let extensions = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n\
        extendedKeyUsage=clientAuth,emailProtection\nsubjectKeyIdentifier=0102030405\n\
        certificatePolicies=1.2.392.200181.1,1.2.3\n\
        subjectAltName=URI:urn:careplan:office:9970000018,DNS:office.example.jp,email:a@example.jp\n";
    let subject = "/C=JP/ST=東京都/O=テスト事業所, Inc./OU=43/OU=予備/serialNumber=9970000018/CN=試験 太郎";
    let certificate = openssl.issue("ca", &Leaf { name: "office", subject, extensions });

    assert_eq!(
        certificate.subject_text(),
        "CN=試験 太郎,SERIALNUMBER=9970000018,OU=予備,OU=43,O=テスト事業所\\, Inc.,ST=東京都,C=JP"
    );
    assert_eq!(certificate.issuer_text(), root.subject_text());
    assert_eq!(certificate.issuer_der(), root.subject_der());
    assert_eq!(certificate.subject_attribute(Attribute::SerialNumber).unwrap(), "9970000018");
    assert_eq!(certificate.subject_attribute(Attribute::CommonName).unwrap(), "試験 太郎");
    assert_eq!(certificate.subject_attribute(Attribute::OrganizationalUnit), None, "two of them");
    assert_eq!(certificate.subject_attributes(Attribute::OrganizationalUnit), ["43", "予備"]);
    assert_eq!(certificate.san_uris(), ["urn:careplan:office:9970000018"]);
    assert_eq!(certificate.san_dns_names(), ["office.example.jp"]);
    assert_eq!(certificate.public_key(), PublicKey::Rsa { bits: 2048 });
    assert_eq!(certificate.extended_key_usages(), ["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"]);
    assert_eq!(certificate.policies(), ["1.2.392.200181.1", "1.2.3"]);
    assert_eq!(certificate.subject_key_identifier().unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(certificate.fingerprint(), sha256(certificate.der()));
    let usage = certificate.key_usage().unwrap();
    assert!(usage.digital_signature && usage.key_encipherment);
    assert!(!usage.key_agreement && !usage.cert_sign && !usage.content_commitment && !usage.crl_sign);
    assert!(!certificate.is_ca() && root.is_ca());

    let serial = openssl.run("x509 -in office.pem -noout -serial");
    let serial = String::from_utf8(serial).unwrap().trim().trim_start_matches("serial=").to_lowercase();
    assert_eq!(certificate.serial().to_string(), serial);
    assert_eq!(Certificate::from_pem(&certificate.to_pem()).unwrap(), certificate);
}

#[test]
fn marks_that_mislead_the_eye_are_escaped_in_texts() {
    let root = Authority::root("root");
    let office = root.office_with(|params| {
        params.distinguished_name.push(DnType::LocalityName, " a\u{202e}b\u{0}+#");
        params.distinguished_name.push(DnType::CountryName, "#x");
    });
    let text = office.certificate.subject_text();
    assert!(text.contains("L=\\ a\\e2\\80\\aeb\\00\\+#"), "{text}");
    assert!(text.contains("C=\\#x"), "{text}");
}

#[test]
fn an_end_without_end_becomes_the_last_instant() {
    let endless = Authority::root("root").office_with(|params| {
        params.not_before = date_time_ymd(2049, 12, 31);
        params.not_after = date_time_ymd(9999, 12, 31);
    });
    assert_eq!(endless.certificate.not_before(), at("2049-12-31T00:00:00Z"));
    assert_eq!(endless.certificate.not_after(), jiff::Timestamp::MAX);
    assert!(endless.certificate.is_valid_at(at("2050-01-01T00:00:00Z")));
    assert!(!endless.certificate.is_valid_at(at("2049-12-30T23:59:59Z")));
}

#[test]
fn serial_numbers_are_numbers() {
    let serial = |text: &str| text.parse::<CertificateSerial>();
    assert_eq!(serial("0A1b").unwrap(), serial("a1B").unwrap());
    assert_eq!(serial("000a1b").unwrap().to_string(), "0a1b");
    assert_eq!(serial("0").unwrap().to_string(), "00", "some roots in use have the number zero");
    assert_eq!(serial(&"f".repeat(40)).unwrap().as_be_bytes(), [0xff; 20]);
    for wrong in ["", "x", "+1", " 1", "1 ", &"f".repeat(41), &"0".repeat(43), "é"] {
        assert!(serial(wrong).is_err(), "{wrong}");
    }
    let root = Authority::root("root");
    for number in [&[0][..], &[0x80], &[0xff; 20]] {
        let office = root.office_with(|params| params.serial_number = Some(SerialNumber::from_slice(number)));
        assert_eq!(*office.certificate.serial(), CertificateSerial::from_be_bytes(number).unwrap());
    }
    let mut negative = Node::parse(root.certificate.der());
    negative.at(&[0, 1]).bytes = vec![0x80];
    assert_eq!(fault(&negative.der()), CertificateFault::Malformed);
    negative.at(&[0, 1]).bytes = vec![0x7f; 21];
    assert_eq!(fault(&negative.der()), CertificateFault::Malformed);
}

#[test]
fn certificates_that_contradict_themselves_are_malformed() {
    let office = Authority::root("root").office();
    let der = office.certificate.der();
    let bent = |path: &[usize], change: &dyn Fn(&mut Node)| {
        let mut tree = Node::parse(der);
        change(tree.at(path));
        Certificate::from_der(&tree.der())
    };
    let malformed = Err(CertificateFault::Malformed);
    assert_eq!(bent(&[0, 0, 0], &|version| version.bytes = vec![1]), malformed, "version 2");
    assert_eq!(bent(&[0], &|tbs| drop(tbs.children.remove(0))), malformed, "version 1");
    assert_eq!(
        bent(&[1, 0], &|algorithm| *algorithm = oid("1.2.840.10045.4.3.3")),
        malformed,
        "two algorithms"
    );
    assert_eq!(bent(&[0, 7, 0], &|list| list.children.push(list.children[0].clone())), malformed, "twice");
    assert_eq!(bent(&[0, 4, 0], &|time| time.bytes[0] = b'x'), malformed, "time");
    assert_eq!(bent(&[], &|outer| outer.children.push(Node::leaf(5, &[]))), malformed, "more inside");
    assert_eq!(fault(&[der, &[0]].concat()), CertificateFault::Malformed);
    assert_eq!(fault(&Node::parse(der).indefinite()), CertificateFault::Malformed);
    for sixteenth in 0..16 {
        assert_eq!(fault(&der[..der.len() * sixteenth / 16]), CertificateFault::Malformed);
    }
    assert_eq!(fault(&vec![0x30; CERTIFICATE_BYTES_MAX + 1]), CertificateFault::TooLarge);
}

#[test]
fn a_certificate_may_be_as_long_as_its_limit() {
    let root = Authority::root("root");
    let with = |bytes: usize| {
        let extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![0; bytes]);
        root.office_with(|params| {
            params.serial_number = Some(SerialNumber::from_slice(&[1]));
            params.custom_extensions = vec![extension];
        })
    };
    // An ECDSA signature varies by two octets, so the edge is approached from below.
    let edge = with(CERTIFICATE_BYTES_MAX - 1024).certificate;
    assert!(edge.der().len() <= CERTIFICATE_BYTES_MAX);
    assert_eq!(Certificate::from_der(edge.der()).unwrap(), edge);
}

#[test]
fn pem_bundles_are_read_in_order_and_limited() {
    let root = Authority::root("root");
    let office = root.office();
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let bundle = format!("text before\n{}{key}{}", office.certificate.to_pem(), root.certificate.to_pem());
    assert_eq!(chain_from_pem(&bundle).unwrap(), [office.certificate.clone(), root.certificate.clone()]);
    assert_eq!(Certificate::from_pem(&bundle).unwrap(), office.certificate);
    for nothing in ["", key, "no PEM at all"] {
        assert_eq!(chain_from_pem(nothing).unwrap_err(), CertificateFault::NoPem);
    }
    let broken = office.certificate.to_pem().replace("MII", "AAA");
    assert_eq!(chain_from_pem(&broken).unwrap_err(), CertificateFault::Malformed);
    let edge = office.certificate.to_pem().repeat(CHAIN_CERTIFICATES_MAX);
    assert_eq!(chain_from_pem(&edge).unwrap().len(), CHAIN_CERTIFICATES_MAX);
    let past = office.certificate.to_pem() + &edge;
    assert_eq!(chain_from_pem(&past).unwrap_err(), CertificateFault::TooLarge);
}

#[test]
fn keys_survive_their_export_and_never_show_in_debug() {
    let openssl = Openssl::new();
    for (kind, algorithm) in
        [("p256", SignatureAlgorithm::EcdsaP256Sha256), ("rsa", SignatureAlgorithm::RsaPkcs1Sha256)]
    {
        let pkcs8 = openssl.key(kind, kind);
        let signing = SigningKey::from_pkcs8(&pkcs8).unwrap();
        assert_eq!(signing.algorithm(), algorithm);
        let again = SigningKey::from_pkcs8(&signing.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.public_key_spki(), signing.public_key_spki());
        openssl.run(&format!("pkey -in {kind}.key -pubout -outform DER -out public.der"));
        assert_eq!(signing.public_key_spki(), openssl.get("public.der"));

        let opening = DecryptionKey::from_pkcs8(&pkcs8).unwrap();
        let again = DecryptionKey::from_pkcs8(&opening.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.public_key_spki(), signing.public_key_spki());
        assert_eq!(format!("{signing:?}"), format!("SigningKey({algorithm:?}, ***)"));
        assert!(format!("{opening:?}").ends_with(", ***)"));
    }
}

#[test]
fn keys_of_other_kinds_and_sizes_are_rejected() {
    let openssl = Openssl::new();
    for options in [
        "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
        "-algorithm ED25519",
    ] {
        openssl.run(&format!("genpkey {options} -outform PEM -out other.key"));
        openssl.run("pkcs8 -topk8 -nocrypt -in other.key -outform DER -out other.p8");
        let pkcs8 = openssl.get("other.p8");
        assert_eq!(SigningKey::from_pkcs8(&pkcs8).unwrap_err(), KeyFault::Rejected, "{options}");
        assert_eq!(DecryptionKey::from_pkcs8(&pkcs8).unwrap_err(), KeyFault::Rejected, "{options}");
        openssl.run("pkey -in other.key -pubout -outform DER -out public.der");
        let public = TerminalPublicKey::from_spki(&openssl.get("public.der"));
        assert_eq!(public.unwrap_err(), KeyFault::RejectedPublic, "{options}");
    }
    assert_eq!(SigningKey::from_pkcs8(b"").unwrap_err(), KeyFault::Rejected);
}

#[test]
fn a_published_key_has_one_form_and_lies_on_the_curve() {
    let spki = DecryptionKey::generate_p256().unwrap().public_key_spki().to_vec();
    let bent = |path: &[usize], change: &dyn Fn(&mut Node)| {
        let mut tree = Node::parse(&spki);
        change(tree.at(path));
        TerminalPublicKey::from_spki(&tree.der())
    };
    assert_eq!(bent(&[], &|_| {}).unwrap().spki(), spki);
    let rejected = Err(KeyFault::RejectedPublic);
    assert_eq!(bent(&[1], &|point| point.bytes[65] ^= 1), rejected, "off the curve");
    assert_eq!(bent(&[1], &|point| point.bytes = vec![0, 0]), rejected, "infinity");
    assert_eq!(bent(&[1], &|point| point.bytes[0] = 1), rejected, "unused bits");
    assert_eq!(
        bent(&[1], &|point| {
            point.bytes.truncate(34);
            point.bytes[1] = 2
        }),
        rejected,
        "compressed"
    );
    assert_eq!(bent(&[0], &|algorithm| algorithm.children.truncate(1)), rejected, "no curve named");
    assert_eq!(bent(&[], &|spki| spki.children.push(Node::leaf(5, &[]))), rejected, "more inside");
    assert_eq!(TerminalPublicKey::from_spki(&[spki.as_slice(), &[0]].concat()), rejected, "trailing");
}

#[test]
fn a_certificate_is_attached_only_to_its_own_key() {
    let root = Authority::root("root");
    let (one, two) = (root.office(), root.office());
    let key = DecryptionKey::from_pkcs8(&one.key.to_pkcs8().unwrap()).unwrap();
    assert_eq!(key.with_certificate(two.certificate).unwrap_err(), KeyFault::CertificateMismatch);
}

#[test]
fn common_names_are_limited_in_characters() {
    let key = SigningKey::generate_p256().unwrap();
    let edge = "端".repeat(COMMON_NAME_CHARS_MAX);
    let request = CertificationRequest::verify(&certification_request(&key, &edge).unwrap()).unwrap();
    assert_eq!(request.common_name().unwrap(), edge);
    assert_eq!(request.public_key(), PublicKey::EcP256);
    for wrong in [String::new(), edge + "末"] {
        assert_eq!(certification_request(&key, &wrong).unwrap_err(), RequestFault::CommonName);
    }
}

#[test]
fn requests_that_do_not_verify_are_refused() {
    let key = SigningKey::generate_p256().unwrap();
    let der = certification_request(&key, "9970000018").unwrap();
    for place in 0..der.len() {
        let mut changed = der.clone();
        changed[place] ^= 0x04;
        assert!(CertificationRequest::verify(&changed).is_err(), "octet {place}");
    }
    let fault = |der: &[u8]| CertificationRequest::verify(der).unwrap_err();
    for sixteenth in 0..16 {
        assert_eq!(fault(&der[..der.len() * sixteenth / 16]), RequestFault::Malformed);
    }
    assert_eq!(fault(&[der.as_slice(), &[0]].concat()), RequestFault::Malformed);
    assert_eq!(fault(&Node::parse(&der).indefinite()), RequestFault::Malformed);
    assert_eq!(fault(&vec![0x30; REQUEST_BYTES_MAX + 1]), RequestFault::TooLarge);
    assert_eq!(fault(&vec![0x30; REQUEST_BYTES_MAX]), RequestFault::Malformed);

    // Another's key in our request: the holder of the key did not sign.
    let mut stolen = Node::parse(&der);
    *stolen.at(&[0, 2]) = Node::parse(SigningKey::generate_p256().unwrap().public_key_spki());
    assert_eq!(fault(&stolen.der()), RequestFault::BadSignature);
}

#[test]
fn requests_with_weak_keys_or_digests_are_refused() {
    let openssl = Openssl::new();
    openssl.put("office.cnf", b"[req]\ndistinguished_name=dn\n[dn]\n");
    let request = |digest: &str| {
        openssl.run(&format!(
            "req -new -{digest} -key office.key -config office.cnf -subj /CN=9970000018 -outform DER -out office.csr"
        ));
        CertificationRequest::verify(&openssl.get("office.csr")).map(|_| ()).unwrap_err()
    };
    openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out office.key");
    assert_eq!(request("sha256"), RequestFault::UnacceptableKey);
    openssl.run("genpkey -algorithm ED25519 -out office.key");
    assert_eq!(request("sha256"), RequestFault::UnacceptableKey);
    openssl.key("office", "rsa");
    assert_eq!(request("sha1"), RequestFault::BadSignature);
    assert_eq!(request("md5"), RequestFault::BadSignature);
}
