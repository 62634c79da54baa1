//! Our messages in the hands of `openssl`, and theirs in ours.

use careplan_envelope::{
    CertificationRequest, DecryptionKey, OfficeKey, Opening, Purpose, Recipient, SignatureFault, Signer,
    SigningKey, TerminalPublicKey, TrustAnchors, certification_request, open, seal, sign, verify,
};

use crate::openssl::{Leaf, Openssl, now};

const CONTENT: &[u8] = "予定 2026年12月\r\n\0最後".as_bytes();

fn opened(opening: Opening) -> Vec<u8> {
    match opening {
        Opening::Opened(content) => content.to_vec(),
        other => panic!("not opened: {other:?}"),
    }
}

#[test]
fn openssl_verifies_what_we_sign() {
    for kind in ["p256", "rsa"] {
        let openssl = Openssl::new();
        openssl.root("ca");
        let (pkcs8, certificate) = openssl.office("office", kind);
        let key = SigningKey::from_pkcs8(&pkcs8).unwrap();
        let signer = Signer { key: &key, certificate: &certificate, chain: &[] };
        openssl.put("signed.der", &sign(CONTENT, signer, now()).unwrap());

        for extra in ["", "-cades"] {
            let content = openssl.run(&format!(
                "cms -verify -binary -inform DER -in signed.der -CAfile ca.pem -purpose any {extra}"
            ));
            assert_eq!(content, CONTENT, "{kind} {extra}");
        }
        let other = Openssl::new();
        other.root("ca");
        other.put("signed.der", &openssl.get("signed.der"));
        other
            .try_run("cms -verify -binary -inform DER -in signed.der -CAfile ca.pem -purpose any")
            .unwrap_err();
    }
}

#[test]
fn we_verify_what_openssl_signs() {
    for (kind, options) in [
        ("p256", ""),
        ("p256", "-cades"),
        ("rsa", ""),
        ("rsa", "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32"),
    ] {
        let openssl = Openssl::new();
        let root = openssl.root("ca");
        let (_, certificate) = openssl.office("office", kind);
        openssl.put("content", CONTENT);
        openssl.run(&format!(
            "cms -sign -binary -nodetach -md sha256 -in content -signer office.pem -inkey office.key \
             -certfile ca.pem -outform DER -out signed.der {options}"
        ));

        let signed = verify(&openssl.get("signed.der")).unwrap();
        assert_eq!(signed.content, CONTENT, "{kind} {options}");
        assert_eq!(signed.signer, certificate);
        assert_eq!(signed.chain, std::slice::from_ref(&root));
        assert!((now() - signed.signing_time).get_seconds().abs() < 3600);
        let chain = signed.verify_trust(&TrustAnchors::new([root]).unwrap(), now()).unwrap();
        assert_eq!(chain.leaf(), &certificate);
    }
}

#[test]
fn openssl_opens_what_we_seal_to_a_terminal() {
    let openssl = Openssl::new();
    openssl.root("ca");
    let key = DecryptionKey::from_pkcs8(&openssl.key("terminal", "p256")).unwrap();
    // openssl finds its copy by the certificate's Subject Key Identifier.
    let identifier: String = key.key_id().as_bytes().iter().map(|b| format!("{b:02X}")).collect();
    let extensions = format!("subjectKeyIdentifier={identifier}\n");
    openssl.issue("ca", &Leaf { name: "terminal", subject: "/CN=terminal", extensions: &extensions });

    let ours = TerminalPublicKey::from_spki(key.public_key_spki()).unwrap();
    let stranger = DecryptionKey::generate_p256().unwrap().terminal_public_key().unwrap();
    for recipients in [vec![&ours], vec![&stranger, &ours, &stranger]] {
        let recipients: Vec<_> = recipients.into_iter().map(Recipient::Terminal).collect();
        let sealed = seal(CONTENT, &recipients).unwrap();
        openssl.put("sealed.der", &sealed);
        let content = openssl
            .run("cms -decrypt -binary -inform DER -in sealed.der -recip terminal.pem -inkey terminal.key");
        assert_eq!(content, CONTENT);
        assert_eq!(opened(open(&sealed, &[&key])), CONTENT);
    }
}

#[test]
fn openssl_opens_what_we_seal_to_a_certificate() {
    for (kind, usage) in [("rsa", "keyEncipherment"), ("p256", "keyAgreement")] {
        let openssl = Openssl::new();
        openssl.root("ca");
        let key = DecryptionKey::from_pkcs8(&openssl.key("office", kind)).unwrap();
        let extensions = format!("keyUsage=critical,digitalSignature,{usage}\n");
        let certificate =
            openssl.issue("ca", &Leaf { name: "office", subject: "/CN=9970000026", extensions: &extensions });
        let terminal = DecryptionKey::generate_p256().unwrap().terminal_public_key().unwrap();
        let recipients = [Recipient::Terminal(&terminal), Recipient::Certificate(&certificate)];
        let sealed = seal(CONTENT, &recipients).unwrap();
        openssl.put("sealed.der", &sealed);

        let content = openssl
            .run("cms -decrypt -binary -inform DER -in sealed.der -recip office.pem -inkey office.key");
        assert_eq!(content, CONTENT, "{kind}");
        let key = key.with_certificate(certificate).unwrap();
        assert_eq!(opened(open(&sealed, &[&key])), CONTENT);
    }
}

#[test]
fn we_open_what_openssl_encrypts() {
    let p256 = "-keyopt ecdh_kdf_md:sha256";
    let rsa = "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha256";
    for (kind, options, by_key_id) in
        [("p256", p256, false), ("p256", p256, true), ("rsa", rsa, false), ("rsa", rsa, true)]
    {
        let openssl = Openssl::new();
        openssl.root("ca");
        let key = DecryptionKey::from_pkcs8(&openssl.key("office", kind)).unwrap();
        let identifier: String = key.key_id().as_bytes().iter().map(|b| format!("{b:02X}")).collect();
        let extensions = format!("subjectKeyIdentifier={identifier}\n");
        let certificate =
            openssl.issue("ca", &Leaf { name: "office", subject: "/CN=9970000026", extensions: &extensions });
        openssl.put("content", CONTENT);
        let keyid = if by_key_id { "-keyid" } else { "" };
        openssl.run(&format!(
            "cms -encrypt -binary -aes-256-gcm -in content -outform DER -out sealed.der {keyid} \
             -recip office.pem {options}"
        ));
        let sealed = openssl.get("sealed.der");

        let with_certificate = DecryptionKey::from_pkcs8(&openssl.get("office.p8"))
            .unwrap()
            .with_certificate(certificate)
            .unwrap();
        assert_eq!(opened(open(&sealed, &[&with_certificate])), CONTENT, "{kind} {keyid}");
        if by_key_id {
            assert_eq!(opened(open(&sealed, &[&key])), CONTENT);
        } else {
            assert!(matches!(open(&sealed, &[&key]), Opening::NotForUs));
        }
    }
}

#[test]
fn openssl_accepts_our_certification_requests() {
    for key in [SigningKey::generate_p256().unwrap(), SigningKey::generate_rsa_2048().unwrap()] {
        let openssl = Openssl::new();
        openssl.put("request.der", &certification_request(&key, "9970000018-端末1").unwrap());
        openssl.run("req -inform DER -in request.der -verify -noout");
        let subject = openssl.run("req -inform DER -in request.der -subject -noout -nameopt utf8,sname");
        assert_eq!(String::from_utf8(subject).unwrap().trim(), "subject=CN=9970000018-端末1");
    }
}

#[test]
fn we_accept_certification_requests_of_openssl() {
    for kind in ["p256", "rsa"] {
        let openssl = Openssl::new();
        let key = SigningKey::from_pkcs8(&openssl.key("office", kind)).unwrap();
        openssl.put(
            "office.cnf",
            b"[req]\ndistinguished_name=dn\nattributes=at\n[dn]\n[at]\nchallengePassword=secret-1\n[v3]\n\
              subjectAltName=DNS:example.jp\n",
        );
        openssl.args(&[
            "req",
            "-new",
            "-sha256",
            "-utf8",
            "-key",
            "office.key",
            "-config",
            "office.cnf",
            "-reqexts",
            "v3",
            "-subj",
            "/O=テスト事業所/CN=9970000018",
            "-outform",
            "DER",
            "-out",
            "office.csr",
        ]);
        let request = CertificationRequest::verify(&openssl.get("office.csr")).unwrap();
        assert_eq!(request.public_key_spki(), key.public_key_spki());
        assert_eq!(request.subject_text(), "CN=9970000018,O=テスト事業所");
        assert_eq!(request.common_name(), Some("9970000018"));
        assert!(request.attributes().iter().any(|a| a.oid == "1.2.840.113549.1.9.14"), "extension request");
    }
}

#[test]
fn a_chain_made_by_openssl_verifies_for_its_purposes() {
    let openssl = Openssl::new();
    let root = openssl.root("ca");
    let (_, certificate) = openssl.office("office", "p256");
    let anchors = TrustAnchors::new([root.clone()]).unwrap();
    for purpose in [Purpose::ClientAuth, Purpose::Signature] {
        let chain = anchors.verify_chain(&certificate, &[], now(), purpose).unwrap();
        assert_eq!(chain.issuer(), &root);
    }
    assert_eq!(certificate.san_uris(), ["urn:careplan:office:9970000018"]);
    assert_eq!(certificate.subject_text(), "CN=9970000018,OU=43,O=テスト事業所,C=JP");
}

#[test]
fn weaker_signatures_of_openssl_are_refused() {
    let pss = "-md sha256 -keyopt rsa_padding_mode:pss";
    let short_salt = format!("{pss} -keyopt rsa_pss_saltlen:20");
    let other_salt = format!("{pss} -keyopt rsa_pss_saltlen:30");
    let mixed = format!("{pss} -keyopt rsa_pss_saltlen:32 -keyopt rsa_mgf1_md:sha1");
    let strange = format!("{pss} -keyopt rsa_pss_saltlen:32 -keyopt rsa_mgf1_md:sha512");
    for (kind, options, expected) in [
        ("p256", "-md sha1", SignatureFault::UnsupportedAlgorithm),
        ("p256", "-md sha512", SignatureFault::UnsupportedAlgorithm),
        ("rsa", "-md sha1", SignatureFault::UnsupportedAlgorithm),
        ("rsa", "-md md5", SignatureFault::UnsupportedAlgorithm),
        ("rsa", &short_salt, SignatureFault::UnsupportedAlgorithm),
        ("rsa", &other_salt, SignatureFault::UnsupportedAlgorithm),
        ("rsa", &mixed, SignatureFault::UnsupportedAlgorithm),
        ("rsa", &strange, SignatureFault::UnsupportedAlgorithm),
        ("rsa1024", "-md sha256", SignatureFault::UnsupportedAlgorithm),
        ("p256", "-md sha256 -noattr", SignatureFault::Attributes),
        ("p256", "-md sha256 -nocerts", SignatureFault::SignerCertificate),
        ("p256", "-md sha256 -keyid", SignatureFault::SignerCertificate),
        ("p256", "-md sha256 -econtent_type 1.2.3.4", SignatureFault::WrongContentType),
    ] {
        let openssl = Openssl::new();
        openssl.root("ca");
        let (_, certificate) = openssl.office("office", kind);
        assert!(certificate.subject_key_identifier().is_some(), "needed by -keyid");
        openssl.put("content", CONTENT);
        openssl.run(&format!(
            "cms -sign -binary -nodetach -in content -signer office.pem -inkey office.key -outform DER \
             -out signed.der {options}"
        ));
        assert_eq!(verify(&openssl.get("signed.der")).unwrap_err(), expected, "{kind} {options}");
    }
}
