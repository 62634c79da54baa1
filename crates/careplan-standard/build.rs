//! Takes every folder under `editions/` into the crate: a further edition is a further folder, and no code names it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The tables of a folder, by the fields of `EditionTables`.
const TABLES: [&str; 8] =
    ["files", "codes", "send_units", "links", "conditions", "keys", "totals", "relations"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=editions");
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("editions");
    let mut editions: Vec<(Vec<u32>, PathBuf)> = Vec::new();
    for folder in listed(&root)? {
        if folder.is_dir() {
            editions.push((numbers(&name_of(&folder))?, folder));
        }
    }
    editions.sort();
    let mut code = String::from("pub(super) const EDITIONS: &[EditionTables<'static>] = &[\n");
    for (_, folder) in &editions {
        edition(folder, &mut code)?;
    }
    code.push_str("];\n");
    fs::write(PathBuf::from(variable("OUT_DIR")?).join("editions.rs"), code)
}

fn edition(folder: &Path, code: &mut String) -> io::Result<()> {
    let line = |code: &mut String, text: String| writeln!(code, "{text}").map_err(io::Error::other);
    line(code, format!("EditionTables {{ name: {:?},", name_of(folder)))?;
    for table in TABLES {
        line(code, format!("{table}: {},", included(&folder.join(format!("{table}.csv")))))?;
    }
    line(code, "layouts: &[".to_owned())?;
    for layout in listed(&folder.join("layouts"))? {
        let name = name_of(&layout);
        let prefix = name.strip_suffix(".csv").ok_or_else(|| io::Error::other("a layout that is no .csv"))?;
        line(code, format!("({prefix:?}, {}),", included(&layout)))?;
    }
    line(code, "] },".to_owned())
}

fn included(path: &Path) -> String {
    format!("include_str!({path:?})")
}

fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries =
        fs::read_dir(folder)?.map(|entry| entry.map(|it| it.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// 4.1 as 4 and 1, so that 4.10 comes after 4.9.
fn numbers(name: &str) -> io::Result<Vec<u32>> {
    let fault = || io::Error::other(format!("editions/{name} is not named by a number such as 4.1"));
    name.split('.').map(|part| part.parse().map_err(|_| fault())).collect()
}

#[expect(clippy::disallowed_methods, reason = "cargo speaks to a build script through variables")]
fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(io::Error::other)
}
