//! The page that leads a browser to the first start. The code may stand on no command line, where every account of this PC reads it:
//! it stands in a file of the data folder, and the browser is given the file.

use std::path::{Path, PathBuf};

use askama::Template;

use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;

/// The file, which only who may read the data folder can read.
const FILE: &str = "start.html";

#[derive(Template)]
#[template(path = "start_page.html")]
struct Page<'a> {
    address: &'a str,
}

/// Writes the page that leads to an address.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(data: &Path, address: &str, mishaps: &Mishaps) -> Result<PathBuf, FileFault> {
    let path = data.join(FILE);
    let page = Page { address }.render().map_err(|error| FileFault {
        path: path.clone(),
        action: files::FileAction::Write,
        source: std::io::Error::other(error),
    })?;
    files::replace(&path, page.as_bytes(), Privacy::Private, mishaps)?;
    Ok(path)
}

/// Removes the page, if there is one.
///
/// # Errors
/// When it cannot be removed.
pub(super) fn remove(data: &Path) -> Result<(), FileFault> {
    files::remove(&data.join(FILE))
}
