//! The JSON of this crate has the form that `docs/schemas` promises.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod comparisons;
mod findings;
mod forms;
#[path = "../support/mod.rs"]
mod support;
mod validator;

use std::path::{Path, PathBuf};

use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};
use serde_json::Value;

use crate::support::{Files, export_folders};

fn schema_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas").join(format!("{name}.schema.json"))
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(schema_path(name)).unwrap()).unwrap()
}

/// The files of all examples by folder.
fn examples() -> Vec<(String, Files)> {
    export_folders("examples")
}

fn forms_of(files: &Files) -> Forms {
    let files: Vec<SourceFile<'_>> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    read_forms(Edition::v4_1(), &files).unwrap()
}
