//! Settings: the annotated default file, an operator's file over it, and nothing else.
//!
//! Promises: every setting has one documented default (`default.toml`, compiled in); a setting that
//! does not exist, or has the wrong type, is refused with its full name. Secrets are read from files
//! and never shown.

mod effective;
mod merge;
mod settings;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

pub use effective::BlobStore;
pub use merge::SettingFault;
pub use settings::{
    Authority, BlobKind, Blobs, Config, Database, Foreign, Log, LogFormat, Login, Mail, MailTransport,
    OfficeApi, Operators, Trust, Website,
};

/// The reference manual and the defaults in one.
pub const DEFAULT_FILE: &str = include_str!("config/default.toml");

impl Config {
    /// The defaults, with the settings of `file` over them and `data_dir` over both.
    ///
    /// # Errors
    /// A file that cannot be read, is not TOML, or names a setting that does not exist.
    pub fn load(file: Option<&Path>, data_dir: Option<PathBuf>) -> anyhow::Result<Self> {
        let mut config = match file {
            None => Self::from_text("")?,
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("設定ファイル `{}` を読めません", path.display()))?;
                Self::from_text(&text).map_err(|fault| {
                    let name = fault.downcast_ref::<SettingFault>().map(SettingFault::name);
                    let line = name.and_then(|name| merge::line_of(&text, name));
                    let line = line.map_or(String::new(), |line| format!("の{line}行目"));
                    fault.context(format!("設定ファイル `{}` {line}に誤りがあります", path.display()))
                })?
            }
        };
        if let Some(data_dir) = data_dir {
            config.data_dir = data_dir;
        }
        Ok(config)
    }

    /// The defaults with the settings of a TOML text over them.
    ///
    /// ```
    /// use careplan_platform::config::Config;
    /// let config = Config::from_text("[office_api]\nlisten = '0.0.0.0:443'")?;
    /// assert_eq!(config.office_api.listen.port(), 443);
    /// assert_eq!(config.retention.unfetched_days, 400);
    /// assert!(Config::from_text("[office_api]\nlisten_on = '0.0.0.0:443'").is_err());
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// A text that is not TOML, a setting that does not exist, or a value that makes no sense.
    pub fn from_text(text: &str) -> anyhow::Result<Self> {
        let mut effective: toml::Table = toml::from_str(DEFAULT_FILE).context("the compiled-in defaults")?;
        let own: toml::Table = toml::from_str(text).context("TOMLとして読めません")?;
        merge::over(&mut effective, own)?;
        let config: Self = effective.try_into().context("値の形が違います")?;
        config.check()?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiled_in_file_is_a_complete_configuration() {
        let config = Config::from_text("").unwrap();
        assert_eq!(config.office_api.listen.to_string(), "127.0.0.1:8443");
        assert_eq!(config.retention, careplan_domain::retention::Retention::default());
    }

    #[test]
    fn a_setting_that_does_not_exist_is_refused_with_its_full_name() {
        let fault = Config::from_text("[office_api]\nlisten_on = '127.0.0.1:1'").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "設定 `office_api.listen_on` はありません。`careplan-platform config show` にある名前を使ってください。"
        );
        let fault = Config::from_text("[office]\n").unwrap_err();
        assert!(fault.to_string().contains("`office`"), "{fault}");
    }

    #[test]
    fn the_line_of_a_wrong_setting_is_found() {
        let text = "data_dir = 'x'\n\n[office_api]\n# listen_on = 1\n listen_on = 'y'\n[log]\nlevel = 1\n";
        assert_eq!(merge::line_of(text, "office_api.listen_on"), Some(5));
        assert_eq!(merge::line_of(text, "log.level"), Some(7));
        assert_eq!(merge::line_of(text, "log"), Some(6));
        assert_eq!(merge::line_of(text, "log.format"), None);
        assert_eq!(merge::line_of("log = { levle = 'info' }", "log.levle"), Some(1));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_with_its_name() {
        let fault = Config::from_text("[login]\nfailures_max = 'three'").unwrap_err();
        assert_eq!(
            fault.to_string(),
            "設定 `login.failures_max` の値の種類が違います（integer が必要なところに string があります）。"
        );
    }

    #[test]
    fn limits_that_make_no_sense_are_refused() {
        for (text, named) in [
            ("[login]\nfailures_max = 0", "login.failures_max"),
            ("[office_api]\nconnections_max = 0", "office_api.connections_max"),
            ("[office_api]\npublic_url = 'http://x'", "office_api.public_url"),
            ("[office_api]\npublic_url = 'https://x/'", "office_api.public_url"),
            ("[database]\nurl = 'mysql://x'", "database.url"),
            ("[database]\nurl = 'postgres://u:secret@h/n'", "database.url_file"),
            ("[blobs]\nkind = 's3'", "blobs.bucket"),
            ("[authority]\noffice_days = 0", "authority.office_days"),
            ("[retention]\nproof_days = 100", "retention.proof_days"),
            ("[login]\nsession_idle_minutes = 0", "login.session_idle_minutes"),
            ("[login]\nsession_hours_max = 0", "login.session_hours_max"),
            ("[website]\npublic_url = 'http://x'", "website.public_url"),
            ("[mail]\ntransport = 'smtp'", "mail.smtp_url_file"),
            ("[mail]\nfrom = 'nobody'", "mail.from"),
        ] {
            let fault = Config::from_text(text).unwrap_err().to_string();
            assert!(fault.contains(named), "{text}: {fault}");
        }
    }

    #[test]
    fn a_foreign_authority_is_named_with_its_rule() {
        let config = Config::from_text(
            r#"
            [[trust.foreign]]
            label = "介護保険証明書"
            roots_file = "roots.pem"
            crl_files = ["kaigo.crl"]
            office = { attribute = "common_name", prefix = "KJ99" }
            refused_kinds = [{ label = "代理人証明書", attribute = "organizational_unit", contains = "Agent" }]
            "#,
        )
        .unwrap();
        assert_eq!(config.trust.foreign[0].refused_kinds[0].label, "代理人証明書");
        let unknown = Config::from_text("[[trust.foreign]]\nlable = 'x'").unwrap_err();
        assert!(format!("{unknown:#}").contains("lable"), "{unknown:#}");
    }

    #[test]
    fn shown_settings_do_not_contain_passwords() {
        for (url, shown_as) in [
            ("postgres://careplan:hirakegoma@db/careplan", "postgres://careplan:***@db/careplan"),
            ("postgres://u@h/n?password=hirakegoma", "postgres://u@h/n?password=***"),
            (
                "postgres://u@h:1/n?sslmode=require&password=a@hirakegoma",
                "h:1/n?sslmode=require&password=***",
            ),
            ("postgres://u@h/n?PASSWORD=hirakegoma&port=1", "postgres://u@h/n?PASSWORD=***&port=1"),
            ("postgres://u@h/n?sslpassword=hirakegoma", "postgres://u@h/n?sslpassword=***"),
            ("postgres://u@h/n?p%61ssword=hirakegoma", "postgres://u@h/n?p%61ssword=***"),
            ("postgres://u@h/n?pass\nword=hirakegoma", "word=***"),
            ("postgres://u@h/n?sslkey=-----BEGIN hirakegoma", "postgres://u@h/n?sslkey=***"),
            ("postgres://u:hirakegoma@h/n?password=hirakegoma", "postgres://u:***@h/n?password=***"),
        ] {
            let mut config = Config::from_text("").unwrap();
            config.database.url = url.to_owned();
            let shown = config.show().unwrap();
            assert!(shown.contains(shown_as), "{url}: {shown}");
            let debug = format!("{config:?}");
            assert!(!shown.contains("hirakegoma") && !debug.contains("hirakegoma"), "{url}: {shown} {debug}");
            let refused = Config::from_text(&format!("[database]\nurl = {url:?}")).unwrap_err().to_string();
            assert!(refused.contains("database.url_file") && !refused.contains("hirakegoma"), "{refused}");
        }
    }

    #[test]
    fn parameters_that_are_no_secret_are_shown() {
        let url = "postgres://u@h:5432/n?sslmode=verify-full&sslrootcert=/etc/ca.pem&sslkey=/etc/key.pem&options[x]=1";
        let config = Config::from_text(&format!("[database]\nurl = {url:?}")).unwrap();
        assert!(config.show().unwrap().contains(url));
    }
}
