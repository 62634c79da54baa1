//! Keys and certificates arriving in PKCS#12 files.

use careplan_envelope::{
    Imported, OfficeKey, Opening, PKCS12_BYTES_MAX, Pkcs12Fault, Recipient, Signer, import, open, seal, sign,
    verify,
};

use crate::openssl::{Leaf, Openssl};
use crate::people::now;

const PASSWORD: &str = "ひみつ-①";

/// A file with the office's key and certificate and the authority's, written by openssl.
fn file(kind: &str, options: &str) -> (Openssl, Vec<u8>) {
    let openssl = Openssl::new();
    openssl.root("ca");
    openssl.key("office", kind);
    let extensions = "keyUsage=critical,digitalSignature,keyEncipherment\n";
    openssl.issue("ca", &Leaf { name: "office", subject: "/O=テスト事業所/CN=9970000018", extensions });
    let bytes = export(&openssl, &format!("-inkey office.key -in office.pem -certfile ca.pem {options}"));
    (openssl, bytes)
}

fn export(openssl: &Openssl, options: &str) -> Vec<u8> {
    let password = format!("pass:{PASSWORD}");
    let mut args =
        vec!["pkcs12", "-export", "-out", "office.p12", "-passout", &password, "-name", "事業所の証明書"];
    args.extend(options.split_whitespace());
    openssl.args(&args);
    openssl.get("office.p12")
}

fn fault(bytes: &[u8], password: &str) -> Pkcs12Fault {
    import(bytes, password).unwrap_err()
}

#[test]
fn modern_and_old_files_are_read_with_a_japanese_password() {
    for kind in ["p256", "rsa"] {
        for options in ["", "-legacy", "-keypbe AES-128-CBC -certpbe NONE"] {
            let (openssl, bytes) = file(kind, options);
            let Imported { key, decryption, certificate, chain } = import(&bytes, PASSWORD).unwrap();
            assert_eq!(certificate, openssl.certificate("office"), "{kind} {options}");
            assert_eq!(chain, [openssl.certificate("ca")]);
            let signer = Signer { key: &key, certificate: &certificate, chain: &chain };
            assert_eq!(verify(&sign(b"content", signer, now()).unwrap()).unwrap().signer, certificate);

            assert_eq!(decryption.is_some(), kind == "rsa");
            if let Some(decryption) = decryption {
                let sealed = seal(b"content", &[Recipient::Certificate(&certificate)]).unwrap();
                let opening = open(&sealed, &[&decryption]);
                assert!(matches!(opening, Opening::Opened(content) if *content == b"content"));
            }
        }
    }
}

#[test]
fn a_wrong_password_is_told_from_a_broken_file() {
    for options in ["", "-legacy"] {
        let (_, bytes) = file("p256", options);
        for wrong in ["", "ひみつ", "secret", "𠮷野家"] {
            assert_eq!(fault(&bytes, wrong), Pkcs12Fault::WrongPassword, "{options}");
        }
        assert_eq!(fault(&bytes[..bytes.len() - 1], PASSWORD), Pkcs12Fault::Malformed);
    }
    assert_eq!(fault(b"", PASSWORD), Pkcs12Fault::Malformed);
    assert_eq!(fault(b"-----BEGIN CERTIFICATE-----", PASSWORD), Pkcs12Fault::Malformed);
}

#[test]
fn a_file_must_hold_a_key_with_its_certificate() {
    let (openssl, _) = file("p256", "");
    let no_key = export(&openssl, "-nokeys -in office.pem");
    assert_eq!(fault(&no_key, PASSWORD), Pkcs12Fault::NoKey);
    let no_certificate = export(&openssl, "-nocerts -inkey office.key");
    assert_eq!(fault(&no_certificate, PASSWORD), Pkcs12Fault::NoCertificate);
    assert_eq!(fault(&no_key, PASSWORD).to_string(), "PKCS#12 file holds no private key");
}

#[test]
fn a_key_of_another_kind_is_named_as_such() {
    let openssl = Openssl::new();
    openssl.root("ca");
    openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out office.key");
    openssl.issue("ca", &Leaf { name: "office", subject: "/CN=x", extensions: crate::openssl::PLAIN });
    let bytes = export(&openssl, "-inkey office.key -in office.pem");
    assert_eq!(fault(&bytes, PASSWORD), Pkcs12Fault::UnacceptableKey);
}

#[test]
fn a_file_is_read_up_to_its_limit_and_not_one_past_it() {
    assert_eq!(fault(&vec![0x30; PKCS12_BYTES_MAX], PASSWORD), Pkcs12Fault::Malformed);
    assert_eq!(fault(&vec![0x30; PKCS12_BYTES_MAX + 1], PASSWORD), Pkcs12Fault::TooLarge);
}

#[test]
fn a_damaged_file_is_refused_and_never_panics() {
    let (_, bytes) = file("p256", "-macalg sha256 -iter 2");
    let key = import(&bytes, PASSWORD).unwrap().key.public_key_spki().to_vec();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x21;
        if let Ok(imported) = import(&changed, PASSWORD) {
            // The outermost tags and the names of algorithms are outside the MAC.
            assert_eq!(imported.key.public_key_spki(), key, "octet {place}");
        }
    }
}

#[test]
fn the_certificate_is_found_by_its_key_and_not_by_its_place_or_label() {
    use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, LocalKeyId, PrivateKey, PrivateKeyChain};
    let openssl = Openssl::new();
    let root = openssl.root("ca");
    let (pkcs8, office) = openssl.office("office", "p256");
    let file = |certificates: &[&careplan_envelope::Certificate]| {
        let certificates = certificates.iter().map(|c| Certificate::from_der(c.der()).unwrap());
        let key = PrivateKey::from_der(&pkcs8).unwrap();
        let chain = PrivateKeyChain::new(LocalKeyId(vec![1]), key, certificates.collect::<Vec<_>>());
        let mut store = KeyStore::new();
        store.add_entry("key", KeyStoreEntry::PrivateKeyChain(chain));
        store.writer(PASSWORD).write().unwrap()
    };
    let imported = import(&file(&[&root, &office]), PASSWORD).unwrap();
    assert_eq!((&imported.certificate, imported.chain.as_slice()), (&office, std::slice::from_ref(&root)));
    assert_eq!(fault(&file(&[&root]), PASSWORD), Pkcs12Fault::NoCertificate);
}
