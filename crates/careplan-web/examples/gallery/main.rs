//! Draws every part on pages, with the files they ask for, into a folder: to be looked at in a browser.
//!
//! `cargo run -p careplan-web --example gallery -- FOLDER`; serve the folder as the root of a site.

mod pages;

use std::fs;
use std::path::{Path, PathBuf};

use careplan_web::assets::{asset, paths};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("Name a folder for the gallery.")?);
    for path in paths() {
        let file = asset(path).ok_or("A file without content.")?;
        write(&folder.join(path.trim_start_matches('/')), file.bytes)?;
    }
    for (path, html) in pages::pages()? {
        write(&folder.join(path).join("index.html"), html.as_bytes())?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}
