//! Building our own programs, with the features of a whole-workspace build, so that tests and
//! scripts share every artefact.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context as _;
use serde_json::Value;

use crate::command;

/// The shipped programs.
pub(crate) struct Programs {
    pub(crate) platform: PathBuf,
    pub(crate) client: PathBuf,
}

/// The shipped programs, and our drivers.
pub(crate) struct AsTested {
    pub(crate) shipped: Programs,
    pub(crate) torture: PathBuf,
}

/// Builds the platform and the client as they are shipped.
pub(crate) fn shipped() -> anyhow::Result<Programs> {
    println!("Building the platform and the client (連携基盤とクライアントを作っています)…");
    Programs::among(&build(&["--bins"])?)
}

/// Builds them together with what only tests need: cargo then chooses the same features of every
/// crate as for the tests, and nothing is built twice.
pub(crate) fn as_tested() -> anyhow::Result<AsTested> {
    let built = build(&["--bins", "--examples"])?;
    Ok(AsTested { shipped: Programs::among(&built)?, torture: find(&built, "torture")? })
}

impl Programs {
    fn among(messages: &str) -> anyhow::Result<Self> {
        Ok(Self {
            platform: find(messages, "careplan-platform")?,
            client: find(messages, "careplan-client")?,
        })
    }
}

/// Builds, optimised as they are shipped, both programs and an example of the testkit.
pub(crate) fn optimised(example: &str) -> anyhow::Result<(Programs, PathBuf)> {
    println!("Building the programs as they are shipped; the first time this takes several minutes…");
    let built = build(&["--release", "--bins", "--example", example])?;
    Ok((Programs::among(&built)?, find(&built, example)?))
}

/// Cargo's messages about what it built.
fn build(what: &[&str]) -> anyhow::Result<String> {
    let mut build = command::cargo();
    build.args(["build", "--workspace", "--locked", "--message-format=json-render-diagnostics"]).args(what);
    command::output(build.stderr(Stdio::inherit()))
}

/// The program of this name, by cargo's messages.
pub(crate) fn find(messages: &str, name: &str) -> anyhow::Result<PathBuf> {
    let mut messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let message = messages.find(|it| {
        it["reason"] == "compiler-artifact" && it["target"]["name"] == name && it["executable"].is_string()
    });
    let path = message.and_then(|it| it["executable"].as_str().map(PathBuf::from));
    path.with_context(|| format!("cargo built no program `{name}`"))
}
