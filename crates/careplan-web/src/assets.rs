//! The files that pages ask for: one stylesheet, one script, one sign, one licence.
//!
//! Promise: a name holds a digest of the content, so a file may be kept for ever and a page never meets an older
//! stylesheet. The stylesheet takes along only the design tokens it uses.

use std::sync::LazyLock;

/// Where pages look for files; the programs route this prefix to [`asset`].
pub const PREFIX: &str = "/assets/";

const TOKENS: &str = include_str!("../assets/design-tokens/tokens.css");
const TOKENS_LICENCE: &str = include_str!("../assets/design-tokens/LICENSE");
const STYLE: &str = include_str!("../assets/site.css");
const SCRIPT: &str = include_str!("../assets/site.js");
const SIGN: &str = include_str!("../assets/sign.svg");

/// A file to send, with [`CACHE_ASSETS`](crate::headers::CACHE_ASSETS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// The value of `content-type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
}

struct Named {
    path: String,
    asset: Asset,
}

impl Named {
    fn new(name: &str, content_type: &'static str, text: &'static str) -> Self {
        let (stem, kind) = name.split_once('.').unwrap_or((name, "txt"));
        let path = format!("{PREFIX}{stem}.{:016x}.{kind}", digest(text.as_bytes()));
        Self { path, asset: Asset { content_type, bytes: text.as_bytes() } }
    }
}

static STYLESHEET_TEXT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "/* Design tokens: Copyright (c) 2023 デジタル庁, MIT License, {} */\n{}{}",
        LICENCE.path,
        used_tokens(TOKENS, STYLE),
        squeezed(STYLE)
    )
});
static STYLESHEET: LazyLock<Named> =
    LazyLock::new(|| Named::new("site.css", "text/css; charset=utf-8", &STYLESHEET_TEXT));
static SCRIPT_FILE: LazyLock<Named> =
    LazyLock::new(|| Named::new("site.js", "text/javascript; charset=utf-8", SCRIPT));
static SIGN_FILE: LazyLock<Named> = LazyLock::new(|| Named::new("sign.svg", "image/svg+xml", SIGN));
static LICENCE: LazyLock<Named> =
    LazyLock::new(|| Named::new("design-tokens.txt", "text/plain; charset=utf-8", TOKENS_LICENCE));

/// The file at a path of a request, or nothing.
///
/// ```
/// use careplan_web::assets::{asset, stylesheet};
///
/// assert_eq!(asset(stylesheet()).map(|file| file.content_type), Some("text/css; charset=utf-8"));
/// assert_eq!(asset("/assets/site.css"), None);
/// ```
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    all().into_iter().find(|named| named.path == path).map(|named| named.asset)
}

/// The paths of all files.
pub fn paths() -> impl Iterator<Item = &'static str> {
    all().into_iter().map(|named| named.path.as_str())
}

fn all() -> [&'static Named; 4] {
    [&STYLESHEET, &SCRIPT_FILE, &SIGN_FILE, &LICENCE]
}

/// The path of the stylesheet.
#[must_use]
pub fn stylesheet() -> &'static str {
    &STYLESHEET.path
}

/// The path of the script.
#[must_use]
pub fn script() -> &'static str {
    &SCRIPT_FILE.path
}

/// The path of the product's sign, for the tab of the browser.
#[must_use]
pub fn sign() -> &'static str {
    &SIGN_FILE.path
}

/// FNV-1a, 64 bits: tells contents of ours apart. Nobody but us makes them, so it need not withstand anybody.
fn digest(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The tokens, one a line, that the style names as `var(--…)`: a fifth of all.
fn used_tokens(tokens: &str, style: &str) -> String {
    let named = tokens.lines().filter_map(|line| line.trim().split_once(':'));
    let used = named.filter(|(name, _)| style.contains(&format!("var({name})")));
    let lines = used.map(|(name, value)| format!("{name}:{}\n", value.trim()));
    format!(":root {{\n{}}}\n", lines.collect::<String>())
}

/// The style without what is there for us: indentation and room between words. Its strings hold none of these.
fn squeezed(style: &str) -> String {
    let lines = style.lines().map(|line| {
        line.trim_start().replace(" { ", "{").replace("; }", "}").replace(": ", ":").replace("; ", ";")
    });
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Site and frame are to stay under 50 KB a page, on an old line too.
    const STYLESHEET_BYTES_MAX: usize = 20 * 1024;
    const SCRIPT_BYTES_MAX: usize = 6 * 1024;

    #[test]
    fn the_files_stay_small() {
        assert!(STYLESHEET_TEXT.len() <= STYLESHEET_BYTES_MAX, "{}", STYLESHEET_TEXT.len());
        assert!(SCRIPT.len() <= SCRIPT_BYTES_MAX, "{}", SCRIPT.len());
    }

    #[test]
    fn the_stylesheet_defines_every_variable_it_uses_and_no_token_it_does_not() {
        let used: Vec<&str> =
            STYLESHEET_TEXT.split("var(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        for name in &used {
            assert!(STYLESHEET_TEXT.contains(&format!("{name}:")), "{name} is used and not defined");
        }
        let (tokens, _) = STYLESHEET_TEXT.split_once("}\n").unwrap();
        let tokens: Vec<&str> = tokens
            .lines()
            .filter(|line| line.starts_with("--"))
            .filter_map(|line| line.split(':').next())
            .collect();
        assert!(tokens.len() > 20, "{tokens:?}");
        for name in tokens {
            assert!(used.contains(&name), "{name} is defined and not used");
        }
    }

    #[test]
    fn nothing_comes_from_outside() {
        for text in [STYLESHEET_TEXT.as_str(), SCRIPT] {
            for forbidden in ["http:", "https:", "url(", "@import", "eval", "innerHTML"] {
                assert!(!text.contains(forbidden), "{forbidden}");
            }
        }
    }

    #[test]
    fn a_name_follows_its_content() {
        assert_eq!(digest(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest(b"a"), 0xaf63_dc4c_8601_ec8c);
        let [one, other] = ["a {}", "b {}"].map(|text| Named::new("site.css", "text/css", text).path);
        assert_ne!(one, other);
        assert!(one.starts_with("/assets/site.") && one.ends_with(".css"));
    }

    #[test]
    fn every_file_is_found_by_its_path_and_by_no_other() {
        for path in paths() {
            assert!(asset(path).is_some_and(|file| !file.bytes.is_empty()), "{path}");
            assert_eq!(asset(&path.replace('.', "..")), None);
        }
        assert_eq!(asset("/assets/../Cargo.toml"), None);
    }

    #[test]
    fn the_notice_of_the_tokens_travels_with_them() {
        let (notice, _) = STYLESHEET_TEXT.split_once('\n').unwrap();
        let path = notice.split(' ').find(|word| word.starts_with(PREFIX)).unwrap();
        let licence = asset(path).unwrap();
        assert!(String::from_utf8_lossy(licence.bytes).contains("Permission is hereby granted"));
    }
}
