//! The code without which nobody makes the first account: several people may use this PC, and the first to come must not become its
//! manager by chance.

use std::path::Path;

use careplan_domain::Secret;
use careplan_login::Token;

use super::{ServiceFault, start_page};
use crate::files::{self, FileFault, Privacy};
use crate::mishap::Mishaps;

/// The file, which only who may read the data folder can read.
const FILE: &str = "start-code";

/// The code. It cannot be printed by accident.
#[derive(Debug, Clone)]
pub struct StartCode(Secret);

impl StartCode {
    /// The code of a data folder; made when there is none.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn obtain(data: &Path, mishaps: &Mishaps) -> Result<Self, ServiceFault> {
        if let Some(code) = Self::read(data)? {
            return Ok(code);
        }
        let fresh = Token::fresh()?;
        files::replace(&data.join(FILE), fresh.expose().as_bytes(), Privacy::Private, mishaps)?;
        Ok(Self(Secret::new(fresh.expose())))
    }

    /// The code of a data folder, if one was made.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(data: &Path) -> Result<Option<Self>, FileFault> {
        let bytes = files::read_if_there(&data.join(FILE))?.unwrap_or_default();
        let token = std::str::from_utf8(&bytes).ok().and_then(|text| Token::parse(text.trim()));
        Ok(token.map(|token| Self(Secret::new(token.expose()))))
    }

    /// Lets go of it, and of the page that leads there: the first account was made.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn drop_it(data: &Path) -> Result<(), FileFault> {
        files::remove(&data.join(FILE))?;
        start_page::remove(data)
    }

    /// Whether this is the code that was typed; takes the same time whatever was.
    pub fn is(&self, typed: &str) -> bool {
        let digest = |text| Token::parse(text).map(|token| token.digest());
        digest(typed).is_some_and(|typed| Some(typed) == digest(self.expose()))
    }

    /// The code itself, for a link on this PC.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stays_until_it_is_let_go_and_is_another_then() {
        let folder = tempfile::tempdir().unwrap();
        let none = Mishaps::default();
        let code = StartCode::obtain(folder.path(), &none).unwrap();
        assert!(StartCode::obtain(folder.path(), &none).unwrap().is(code.expose()));
        assert!(!code.is("") && !code.is(&"A".repeat(43)));
        StartCode::drop_it(folder.path()).unwrap();
        assert!(StartCode::read(folder.path()).unwrap().is_none());
        assert!(!StartCode::obtain(folder.path(), &none).unwrap().is(code.expose()));
    }

    #[cfg(unix)]
    #[test]
    fn only_who_may_read_the_data_folder_reads_the_code() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        StartCode::obtain(folder.path(), &Mishaps::default()).unwrap();
        let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
