//! Dependency policy: which of our crates may use which, which foreign crates never come in, and
//! under which licences the others stand. Asks cargo, needs no network.

#![expect(clippy::unwrap_used, reason = "tests")]

mod licence;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Which of our crates a crate may use. A server that cannot parse a care plan cannot leak one,
/// so the platform never reaches `careplan-standard`.
const ARROWS: &[(&str, &[&str])] = &[
    ("careplan-standard", &[]),
    ("careplan-sheet", &[]),
    ("careplan-paper", &["careplan-sheet", "careplan-standard"]),
    ("careplan-web", &[]),
    ("careplan-domain", &[]),
    ("careplan-envelope", &[]),
    ("careplan-login", &["careplan-domain"]),
    ("careplan-protocol", &["careplan-domain"]),
    (
        "careplan-platform",
        &[
            "careplan-domain",
            "careplan-envelope",
            "careplan-login",
            "careplan-protocol",
            "careplan-sheet",
            "careplan-web",
        ],
    ),
    (
        "careplan-client",
        &[
            "careplan-domain",
            "careplan-envelope",
            "careplan-login",
            "careplan-paper",
            "careplan-protocol",
            "careplan-standard",
            "careplan-web",
        ],
    ),
    (
        "careplan-testkit",
        &[
            "careplan-domain",
            "careplan-envelope",
            "careplan-protocol",
            "careplan-standard",
            "careplan-platform",
            "careplan-client",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that must never be built, with the reason.
const FORBIDDEN: &[(&str, &str)] = &[
    ("ring", "aws-lc-rs is the only source of primitives"),
    ("openssl", "aws-lc-rs is the only source of primitives"),
    ("openssl-sys", "aws-lc-rs is the only source of primitives"),
    ("native-tls", "rustls with aws-lc-rs is the only TLS"),
    ("rsa", "RUSTSEC-2023-0071, without a patched release"),
    ("async-std", "tokio is the only runtime"),
];

/// Our crates may only be used along the arrows; tests may use the testkit besides.
#[test]
fn our_crates_depend_on_each_other_only_along_the_arrows() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let metadata = metadata();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let allowed = arrows.get(name).expect("every crate of ours has a line in ARROWS");
        for dependency in package["dependencies"].as_array().unwrap() {
            let uses = dependency["name"].as_str().unwrap();
            if !arrows.contains_key(uses) {
                continue;
            }
            let in_tests = dependency["kind"] == "dev";
            let good = allowed.contains(&uses) || (in_tests && matches!(uses, "careplan-testkit"));
            assert!(good, "{name} must not depend on {uses}");
        }
    }
}

#[test]
fn forbidden_crates_are_not_built() {
    let built: BTreeSet<String> = built().into_iter().map(|(name, _)| name).collect();
    assert!(built.contains("aws-lc-rs"), "cargo tree lists nothing: {built:?}");
    for (name, reason) in FORBIDDEN {
        assert!(!built.contains(*name), "{name} is in the build: {reason}");
    }
}

#[test]
fn every_crate_stands_under_an_allowed_licence() {
    for (name, licence) in built() {
        assert!(licence::is_allowed(&licence), "{name} stands under `{licence}`");
    }
}

fn metadata() -> Value {
    serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"])).unwrap()
}

/// Every crate that is built for any target, with its licence. (`cargo metadata` lists more: also
/// optional crates that no feature switches on.)
fn built() -> BTreeSet<(String, String)> {
    let arguments = [
        "tree",
        "--workspace",
        "--offline",
        "--target=all",
        "--edges=all",
        "--prefix=none",
        "--format={p}|{l}",
    ];
    let tree = cargo(&arguments);
    let lines = tree.lines().filter_map(|line| line.split_once('|'));
    lines
        .map(|(package, licence)| {
            let name = package.split(' ').next().unwrap_or_default();
            (name.to_owned(), licence.trim_end_matches("(*)").trim().to_owned())
        })
        .collect()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
