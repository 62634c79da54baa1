//! File names that came over the network and are about to name a file on this computer.
//!
//! A [`SafeName`] cannot leave its folder, cannot be a device, a hidden or an alternate stream, and
//! names the same one file on Windows, macOS and Linux. Names are refused, never mended: what
//! arrives must be what was sent.

use std::fmt;

/// Longest name in bytes of UTF-8: what every common file system takes, with room for the
/// client's own temporary suffix.
pub const NAME_BYTES_MAX: usize = 200;

/// Names of devices on Windows, with or without extension.
const RESERVED: &[&str] = &[
    "CON", "PRN", "AUX", "NUL", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8",
    "COM9", "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "CONIN$",
    "CONOUT$",
];

/// Why a name cannot name a received file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// No character at all.
    #[error("ファイル名が空です")]
    Empty,
    /// Longer than [`NAME_BYTES_MAX`].
    #[error("ファイル名が長すぎます")]
    TooLong,
    /// A path, or a part of one.
    #[error("ファイル名にフォルダーの区切りが含まれています")]
    Path,
    /// A control or invisible character, or one that Windows does not allow.
    #[error("ファイル名に使えない文字が含まれています")]
    Character,
    /// A device of Windows.
    #[error("ファイル名がWindowsの予約名です")]
    Reserved,
    /// Begins with a dot, or ends with a dot or blank.
    #[error("ファイル名の先頭または末尾に使えない文字があります")]
    Edge,
}

/// A name that is safe to create in a folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeName(String);

impl SafeName {
    /// Takes a name from a manifest.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn new(name: &str) -> Result<Self, NameFault> {
        if name.is_empty() {
            return Err(NameFault::Empty);
        }
        if name.len() > NAME_BYTES_MAX {
            return Err(NameFault::TooLong);
        }
        if name.contains(['/', '\\']) {
            return Err(NameFault::Path);
        }
        if name.chars().any(is_forbidden) {
            return Err(NameFault::Character);
        }
        if name.starts_with(['.', ' ']) || name.ends_with(['.', ' ', '\u{3000}']) {
            return Err(NameFault::Edge);
        }
        let stem = name.split('.').next().unwrap_or_default().trim_end();
        if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(stem)) {
            return Err(NameFault::Reserved);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What file systems that ignore case take for the same name.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// Control characters, marks that change the direction of text (a name could show `.pdf` and end
/// in `.exe`), invisible characters, and what Windows forbids.
fn is_forbidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '<' | '>' | ':' | '"' | '|' | '?' | '*')
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

/// Names may hold people's names.
impl fmt::Debug for SafeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SafeName({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_standard_and_japanese_names_are_taken() {
        for name in
            ["UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV", "第1表 署名.pdf", "a.b.jpg"]
        {
            assert_eq!(SafeName::new(name).map(|it| it.0), Ok(name.to_owned()));
        }
    }

    #[test]
    fn names_that_leave_the_folder_or_name_a_device_are_refused() {
        for (name, fault) in [
            ("", NameFault::Empty),
            ("../../etc/passwd", NameFault::Path),
            ("..\\x.csv", NameFault::Path),
            ("/abs.csv", NameFault::Path),
            ("..", NameFault::Edge),
            (".hidden", NameFault::Edge),
            ("a.csv.", NameFault::Edge),
            ("a.csv ", NameFault::Edge),
            ("a\n.csv", NameFault::Character),
            ("a\0.csv", NameFault::Character),
            ("a.csv:stream", NameFault::Character),
            ("gpj\u{202e}exe.pdf", NameFault::Character),
            ("a\u{200b}.csv", NameFault::Character),
            ("con", NameFault::Reserved),
            ("NUL.csv", NameFault::Reserved),
            ("lpt1 .pdf", NameFault::Reserved),
        ] {
            assert_eq!(SafeName::new(name), Err(fault), "{name:?}");
        }
    }

    #[test]
    fn the_longest_name_is_taken_and_one_byte_more_is_refused() {
        assert!(SafeName::new(&"a".repeat(NAME_BYTES_MAX)).is_ok());
        assert_eq!(SafeName::new(&"a".repeat(NAME_BYTES_MAX + 1)), Err(NameFault::TooLong));
    }
}
