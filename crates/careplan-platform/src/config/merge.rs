//! Lays an operator's settings over the defaults, which also say what exists.

use toml::{Table, Value};

/// Why a setting cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingFault {
    /// No setting of this name exists.
    #[error("設定 `{0}` はありません。`careplan-platform config show` にある名前を使ってください。")]
    Unknown(String),
    /// The value has another type than the default.
    #[error("設定 `{name}` の値の種類が違います（{wanted} が必要なところに {found} があります）。")]
    Type {
        /// Full name of the setting.
        name: String,
        /// The type of its default.
        wanted: &'static str,
        /// The type that was given.
        found: &'static str,
    },
}

impl SettingFault {
    /// Full name of the setting.
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(name) | Self::Type { name, .. } => name,
        }
    }
}

/// The line (from 1) on which a TOML text names a setting, for the operator to find it.
pub(super) fn line_of(text: &str, name: &str) -> Option<usize> {
    let mut table = "";
    for (line, content) in text.lines().map(str::trim).enumerate() {
        let full = if content.starts_with('[') {
            table = content.trim_matches(['[', ']']).trim();
            table.to_owned()
        } else {
            let Some((key, _)) = content.split_once('=') else { continue };
            let key = key.trim();
            if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") }
        };
        if name == full
            || name.strip_prefix(&full).is_some_and(|rest| rest.starts_with('.') && !content.starts_with('['))
        {
            return Some(line + 1);
        }
    }
    None
}

/// Replaces values of `defaults` by those of `own`. Lists are replaced as a whole.
pub(super) fn over(defaults: &mut Table, own: Table) -> Result<(), SettingFault> {
    over_at("", defaults, own)
}

fn over_at(place: &str, defaults: &mut Table, own: Table) -> Result<(), SettingFault> {
    for (key, value) in own {
        let name = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
        let Some(default) = defaults.get_mut(&key) else {
            return Err(SettingFault::Unknown(name));
        };
        match (default, value) {
            (Value::Table(default), Value::Table(value)) => over_at(&name, default, value)?,
            (default, value) if default.same_type(&value) => *default = value,
            (default, value) => {
                return Err(SettingFault::Type { name, wanted: default.type_str(), found: value.type_str() });
            }
        }
    }
    Ok(())
}
