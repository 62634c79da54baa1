//! Secrets come from a file or are asked for on a terminal; never from the command line.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use careplan_domain::Secret;
use careplan_domain::limits::PASSWORD_CHARS_MAX;
use zeroize::Zeroizing;

/// Reads a secret from a file, or asks for it.
pub(super) fn secret(file: Option<&Path>, label: &str, option: &str) -> anyhow::Result<Secret> {
    let text = match file {
        Some(path) => {
            let bytes = Zeroizing::new(crate::files::read(path)?);
            let text = std::str::from_utf8(&bytes).with_context(|| {
                format!("{label}のファイルを読み取れません（文字コードはUTF-8にしてください）")
            })?;
            Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        None if std::io::stdin().is_terminal() => {
            let asked = rpassword::prompt_password(format!("{label}: "));
            Zeroizing::new(asked.with_context(|| format!("{label}を読み取れません"))?)
        }
        None => {
            bail!("{label}が必要です。{option} でファイルを指定するか、端末から実行して入力してください。")
        }
    };
    if text.is_empty() || text.chars().count() > PASSWORD_CHARS_MAX {
        bail!("{label}が空か、長すぎます。通知書を確かめて入力し直してください。");
    }
    Ok(Secret::new(text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_a_file_without_its_line_end() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("p");
        std::fs::write(&path, "hirake goma\r\n").unwrap();
        assert_eq!(secret(Some(&path), "パスワード", "--password-file").unwrap().expose(), "hirake goma");
    }

    #[test]
    fn an_empty_secret_and_one_beyond_the_limit_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("p");
        for (text, good) in [
            ("", false),
            (&"x".repeat(PASSWORD_CHARS_MAX), true),
            (&"x".repeat(PASSWORD_CHARS_MAX + 1), false),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(secret(Some(&path), "パスワード", "--password-file").is_ok(), good);
        }
    }
}
