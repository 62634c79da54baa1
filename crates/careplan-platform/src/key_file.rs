//! Private keys as files: PKCS#8 in PEM, mode 0600, complete or not there at all.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use careplan_envelope::SigningKey;
use zeroize::Zeroizing;

/// The PEM label of PKCS#8.
const LABEL: &str = "PRIVATE KEY";

/// The PKCS#8 of a key in a PEM text, which may hold certificates too.
///
/// # Errors
/// When there is no key, or none that we use.
pub fn key_of_pem(pem: &str) -> anyhow::Result<(SigningKey, Zeroizing<Vec<u8>>)> {
    let begin = pem.find("-----BEGIN PRIVATE KEY-----").context("no PKCS#8 private key in the PEM file")?;
    let section = pem.get(begin..).unwrap_or_default();
    const END: &str = "-----END PRIVATE KEY-----";
    let end = section.find(END).context("the private key's PEM is cut off")? + END.len();
    let section = section.get(..end).unwrap_or_default();
    let (_, der) = der::pem::decode_vec(section.as_bytes()).context("read the private key's PEM")?;
    let der = Zeroizing::new(der);
    let key = SigningKey::from_pkcs8(&der)?;
    Ok((key, der))
}

/// A key as PEM text; wiped when dropped.
///
/// # Errors
/// When the library cannot encode it.
pub fn pem_of_key(key: &SigningKey) -> anyhow::Result<Zeroizing<String>> {
    let der = key.to_pkcs8()?;
    let pem = der::pem::encode_string(LABEL, der::pem::LineEnding::LF, &der).context("encode a key")?;
    Ok(Zeroizing::new(pem))
}

/// Reads a file that holds a key.
///
/// # Errors
/// When it cannot be read, or others on this machine could read it too.
pub fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode =
            fs::metadata(path).with_context(|| format!("open {}", path.display()))?.permissions().mode();
        if mode & 0o007 != 0 {
            bail!(
                "秘密鍵のファイル `{}` が他の利用者からも読めます。`chmod 600` で直してください。",
                path.display()
            );
        }
    }
    fs::read_to_string(path).map(Zeroizing::new).with_context(|| format!("read {}", path.display()))
}

/// Writes a file of mode 0600 so that it is complete and durable, or not there at all.
///
/// # Errors
/// When the disk refuses.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let draft: PathBuf = folder.join(name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&draft).with_context(|| format!("write {}", draft.display()))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).context("write a key")?;
    fs::rename(&draft, path).with_context(|| format!("put {} in place", path.display()))?;
    File::open(folder).and_then(|folder| folder.sync_all()).context("flush the folder of keys")
}

/// Makes a folder that only we can read.
///
/// # Errors
/// When the disk refuses.
pub fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder).with_context(|| format!("make the folder {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use careplan_envelope::OfficeKey as _;

    use super::*;

    #[test]
    fn a_key_is_written_for_its_owner_only_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/ca.key");
        let key = SigningKey::generate_p256().unwrap();
        write(&path, &pem_of_key(&key).unwrap()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        let (again, _) = key_of_pem(&read(&path).unwrap()).unwrap();
        assert_eq!(again.public_key_spki(), key.public_key_spki());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.key");
        write(&path, &pem_of_key(&SigningKey::generate_p256().unwrap()).unwrap()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let fault = read(&path).unwrap_err().to_string();
        assert!(fault.contains("chmod 600"), "{fault}");
    }

    #[test]
    fn a_file_without_a_key_is_refused() {
        for text in
            ["", "-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"]
        {
            assert!(key_of_pem(text).is_err());
        }
    }
}
