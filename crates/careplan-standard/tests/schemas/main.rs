//! The JSON of this crate has the form that `docs/schemas` promises.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod comparisons;
mod findings;
mod forms;
mod validator;

use std::path::{Path, PathBuf};

use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};
use serde_json::Value;

fn schema_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas").join(format!("{name}.schema.json"))
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(schema_path(name)).unwrap()).unwrap()
}

/// Names and bytes of files.
type Files = Vec<(String, Vec<u8>)>;

/// The files of all examples by folder.
fn examples() -> Vec<(String, Files)> {
    let entries = |path: &Path| {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let folders = entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    folders
        .iter()
        .filter(|path| path.is_dir())
        .map(|folder| {
            let files = entries(folder).into_iter().map(|path| (name(&path), std::fs::read(path).unwrap()));
            (name(folder), files.collect())
        })
        .collect()
}

fn forms_of(files: &[(String, Vec<u8>)]) -> Forms {
    let files: Vec<SourceFile<'_>> = files.iter().map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    read_forms(Edition::v4_1(), &files).unwrap()
}
