//! The names of services (サービスコード表), which no edition of the standard brings along: the national table changes several times
//! a year, and municipalities add codes of their own.

use std::collections::BTreeMap;

use thiserror::Error;

/// Names in a table. The national table has some 30,000 codes; those of a municipality's own services come on top.
pub const SERVICE_NAMES_MAX: usize = 200_000;

/// What services are called, by their codes of six characters. A code without a name is shown as itself.
///
/// The default knows a few codes only; whoever prints brings the table of the month.
///
/// ```
/// use careplan_paper::ServiceNames;
///
/// let names = ServiceNames::parse("code,name\n151111,\"通所介護Ⅰ１, 例示\"\n")?;
/// assert_eq!(names.get("151111"), Some("通所介護Ⅰ１, 例示"));
/// assert_eq!(names.get("111111"), None);
/// assert_eq!(ServiceNames::default().get("111111"), Some("身体介護１"));
/// # Ok::<(), careplan_paper::ServiceNamesFault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceNames {
    names: BTreeMap<String, String>,
}

impl ServiceNames {
    /// Reads lines `code,name`. A first line `code,name`, blank lines and quotes around a value do not count; where a code stands twice the
    /// later name holds, so that a municipality's lines may follow the national ones.
    ///
    /// # Errors
    ///
    /// The first line that is no code and name, or the line after the last that has room.
    pub fn parse(text: &str) -> Result<Self, ServiceNamesFault> {
        let mut names = BTreeMap::new();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() || (number == 1 && line.trim() == "code,name") {
                continue;
            }
            let (code, name) = line.split_once(',').ok_or(ServiceNamesFault::NoName { line: number })?;
            let (code, name) = (unquoted(code), unquoted(name));
            if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
            {
                return Err(ServiceNamesFault::NoCode { line: number });
            }
            if name.is_empty() {
                return Err(ServiceNamesFault::NoName { line: number });
            }
            names.insert(code, name);
            if names.len() > SERVICE_NAMES_MAX {
                return Err(ServiceNamesFault::TooMany { line: number });
            }
        }
        Ok(Self { names })
    }

    /// The name of a service.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&str> {
        self.names.get(code).map(String::as_str)
    }
}

impl Default for ServiceNames {
    fn default() -> Self {
        // cannot fail: the table is compiled in, and the example above reads it
        Self::parse(include_str!("service_names.csv")).unwrap_or(Self { names: BTreeMap::new() })
    }
}

/// A value without the spaces and quotes around it.
fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or_else(|| value.to_owned(), |inner| inner.replace("\"\"", "\"").trim().to_owned())
}

/// Why a table of service names cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ServiceNamesFault {
    /// The line does not begin with a service code.
    #[error(
        "サービス名称表の{line}行目の先頭がサービスコード（半角英数字6桁）ではありません。コードを確かめてください。"
    )]
    NoCode {
        /// Counted from 1.
        line: usize,
    },
    /// The line has a code and no name.
    #[error("サービス名称表の{line}行目に名称がありません。「サービスコード,名称」の形で書いてください。")]
    NoName {
        /// Counted from 1.
        line: usize,
    },
    /// More names than any table has.
    #[error(
        "サービス名称表の{line}行目で{SERVICE_NAMES_MAX}件を超えました。使わないコードの行を除いてください。"
    )]
    TooMany {
        /// Counted from 1.
        line: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_no_code_and_name_is_told() {
        let fault = |text| ServiceNames::parse(text).err();
        assert_eq!(fault("\u{FEFF}code,name\r\n\r\n111111,身体介護１\r\n"), None);
        assert_eq!(
            fault("code,name\n111111,身体介護１\n11111,身体介護\n"),
            Some(ServiceNamesFault::NoCode { line: 3 })
        );
        assert_eq!(fault("11111a,身体介護１\n"), Some(ServiceNamesFault::NoCode { line: 1 }));
        assert_eq!(fault("111111\n"), Some(ServiceNamesFault::NoName { line: 1 }));
        assert_eq!(fault("\n111111,\"\"\n"), Some(ServiceNamesFault::NoName { line: 2 }));
        assert_eq!(fault("111111,一\ncode,name\n"), Some(ServiceNamesFault::NoCode { line: 2 }));
    }

    #[test]
    fn a_later_name_takes_the_place_of_an_earlier() {
        let names = ServiceNames::parse("A21111,\"訪問型\"\"独自\"\"\"\nA21111,訪問型サービスⅠ\n").unwrap();
        assert_eq!(names.get("A21111"), Some("訪問型サービスⅠ"));
    }

    #[test]
    fn a_table_has_an_end() {
        let lines = |count: usize| (0..count).map(|at| format!("{at:06},名\n")).collect::<String>();
        assert!(ServiceNames::parse(&lines(SERVICE_NAMES_MAX)).is_ok());
        let fault = ServiceNamesFault::TooMany { line: SERVICE_NAMES_MAX + 1 };
        assert_eq!(ServiceNames::parse(&lines(SERVICE_NAMES_MAX + 1)).err(), Some(fault));
    }
}
