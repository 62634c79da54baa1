//! The other implementation: the `openssl` command, with a folder of its own for each test.

use std::path::PathBuf;
use std::process::Command;

use careplan_envelope::Certificate;
use jiff::Timestamp;
use tempfile::TempDir;

/// A folder in which `openssl` works.
pub(crate) struct Openssl(TempDir);

/// A certificate to be made.
pub(crate) struct Leaf<'a> {
    pub(crate) name: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) extensions: &'a str,
}

/// The extensions of an office's signing certificate.
pub(crate) const SIGNING: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n\
    extendedKeyUsage=clientAuth\nsubjectKeyIdentifier=hash\nsubjectAltName=URI:urn:careplan:office:9970000018\n";

/// An extension that says nothing: without any, openssl makes a certificate of version 1.
pub(crate) const PLAIN: &str = "basicConstraints=CA:FALSE\n";

/// The real time, by which `openssl` dates its certificates.
#[expect(clippy::disallowed_methods, reason = "openssl dates its certificates by the real clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

impl Openssl {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn get(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs `openssl` with words separated by blanks; `Err` holds what it complained about.
    pub(crate) fn try_run(&self, words: &str) -> Result<Vec<u8>, String> {
        self.try_args(&words.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run(&self, words: &str) -> Vec<u8> {
        self.try_run(words).unwrap_or_else(|complaint| panic!("openssl {words}: {complaint}"))
    }

    pub(crate) fn args(&self, args: &[&str]) -> Vec<u8> {
        self.try_args(args).unwrap_or_else(|complaint| panic!("openssl {args:?}: {complaint}"))
    }

    pub(crate) fn try_args(&self, args: &[&str]) -> Result<Vec<u8>, String> {
        let output = Command::new("openssl").args(args).current_dir(self.0.path()).output().unwrap();
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// `<name>.key` in PEM and `<name>.p8` in DER; `kind` is `p256`, `rsa` (2048 bits) or `rsa1024`.
    pub(crate) fn key(&self, name: &str, kind: &str) -> Vec<u8> {
        let options = match kind {
            "p256" => "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve",
            "rsa" => "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            "rsa1024" => "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            other => panic!("no such kind of key: {other}"),
        };
        self.run(&format!("genpkey {options} -out {name}.key"));
        self.run(&format!("pkcs8 -topk8 -nocrypt -in {name}.key -outform DER -out {name}.p8"));
        self.get(&format!("{name}.p8"))
    }

    /// `<name>.pem`: a root of its own key `<name>.key`.
    pub(crate) fn root(&self, name: &str) -> Certificate {
        self.key(name, "p256");
        self.put(
            &format!("{name}.cnf"),
            b"[req]\ndistinguished_name=dn\n[dn]\n[v3]\nbasicConstraints=critical,CA:TRUE\n\
              keyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
        );
        self.args(&[
            "req",
            "-x509",
            "-new",
            "-sha256",
            "-days",
            "3650",
            "-utf8",
            "-key",
            &format!("{name}.key"),
            "-config",
            &format!("{name}.cnf"),
            "-extensions",
            "v3",
            "-subj",
            &format!("/C=JP/O=テスト認証局/CN={name}"),
            "-out",
            &format!("{name}.pem"),
        ]);
        self.certificate(name)
    }

    /// `<name>.pem` for the existing key `<name>.key`, issued by `issuer`.
    pub(crate) fn issue(&self, issuer: &str, leaf: &Leaf<'_>) -> Certificate {
        let name = leaf.name;
        self.put(&format!("{name}.cnf"), b"[req]\ndistinguished_name=dn\n[dn]\n");
        self.put(&format!("{name}.ext"), leaf.extensions.as_bytes());
        self.args(&[
            "req",
            "-new",
            "-sha256",
            "-utf8",
            "-key",
            &format!("{name}.key"),
            "-config",
            &format!("{name}.cnf"),
            "-subj",
            leaf.subject,
            "-out",
            &format!("{name}.csr"),
        ]);
        self.args(&[
            "x509",
            "-req",
            "-sha256",
            "-days",
            "365",
            "-in",
            &format!("{name}.csr"),
            "-CA",
            &format!("{issuer}.pem"),
            "-CAkey",
            &format!("{issuer}.key"),
            "-CAcreateserial",
            "-extfile",
            &format!("{name}.ext"),
            "-out",
            &format!("{name}.pem"),
        ]);
        self.certificate(name)
    }

    /// The certificate in `<name>.pem`.
    pub(crate) fn certificate(&self, name: &str) -> Certificate {
        Certificate::from_pem(&String::from_utf8(self.get(&format!("{name}.pem"))).unwrap()).unwrap()
    }

    /// An office with a new key of `kind` and a signing certificate issued by the root `ca`.
    pub(crate) fn office(&self, name: &str, kind: &str) -> (Vec<u8>, Certificate) {
        let pkcs8 = self.key(name, kind);
        let subject = "/C=JP/O=テスト事業所/OU=43/CN=9970000018";
        (pkcs8, self.issue("ca", &Leaf { name, subject, extensions: SIGNING }))
    }
}
