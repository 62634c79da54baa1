//! Reads the SPDX expressions that occur in Cargo manifests: names, AND, OR, parentheses, and the
//! old `/` for OR.

/// Licences that ask for nothing but their notice. `deny.toml` holds the same list.
const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    // BSD without even the notice (quoted_printable, of lettre).
    "0BSD",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    // Mozilla's root certificates as data (webpki-roots, webpki-root-certs).
    "CDLA-Permissive-2.0",
];

/// Whether the expression can be met with allowed licences only.
pub(crate) fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words: Vec<String> = Vec::new();
    let mut parts = spaced.split_whitespace().peekable();
    while let Some(word) = parts.next() {
        match (word, words.last_mut()) {
            ("WITH", Some(licence)) => {
                licence.push_str(" WITH ");
                licence.push_str(parts.next().unwrap_or_default());
            }
            _ => words.push(word.to_owned()),
        }
    }
    let mut rest = words.as_slice();
    let verdict = any(&mut rest);
    verdict && rest.is_empty()
}

fn any(words: &mut &[String]) -> bool {
    let mut verdict = all(words);
    while next_is(words, "OR") {
        verdict |= all(words);
    }
    verdict
}

fn all(words: &mut &[String]) -> bool {
    let mut verdict = one(words);
    while next_is(words, "AND") {
        verdict &= one(words);
    }
    verdict
}

fn one(words: &mut &[String]) -> bool {
    if next_is(words, "(") {
        let verdict = any(words);
        return next_is(words, ")") && verdict;
    }
    let Some((licence, rest)) = words.split_first() else { return false };
    *words = rest;
    ALLOWED.contains(&licence.as_str())
}

fn next_is(words: &mut &[String], word: &str) -> bool {
    match words.split_first() {
        Some((first, rest)) if first == word => {
            *words = rest;
            true
        }
        _ => false,
    }
}

#[test]
fn an_expression_is_allowed_when_one_way_through_it_is() {
    for good in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-3.0) AND Unicode-3.0"] {
        assert!(is_allowed(good), "{good}");
    }
    assert!(is_allowed("Apache-2.0 WITH LLVM-exception OR GPL-2.0"));
    for bad in ["", "GPL-3.0", "MIT AND AGPL-3.0", "(MIT", "MIT MIT", "AGPL-3.0 OR (MIT AND GPL-2.0)"] {
        assert!(!is_allowed(bad), "{bad}");
    }
}
