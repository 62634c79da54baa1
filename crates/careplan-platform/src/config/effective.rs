//! What the settings come to: derived places, checked ranges, and a text to show.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use careplan_domain::Secret;
use careplan_domain::billing::price::{self, PriceList};

use super::{BlobKind, Config, MailTransport};
use crate::billing::Billing;
use crate::mail::{Folder, MailAddress, SiteUrl, Smtp, Transport};
use crate::store::{DatabaseUrl, Store};

/// Where large letters lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobStore {
    /// A folder.
    Folder(PathBuf),
    /// A bucket.
    S3 {
        /// The bucket.
        bucket: String,
        /// Its region.
        region: String,
        /// URL of the store, unless the provider's own.
        endpoint: Option<String>,
        /// Whether the endpoint may be plain HTTP.
        allow_http: bool,
        /// Who we are there.
        access_key_id: String,
        /// The secret to it.
        secret_access_key: Secret,
    },
}

impl Config {
    /// Refuses values that no operator can mean.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let positive = [
            ("office_api.handshake_seconds_max", self.office_api.handshake_seconds_max),
            ("office_api.header_seconds_max", self.office_api.header_seconds_max),
            ("office_api.connection_age_minutes_max", self.office_api.connection_age_minutes_max),
            ("office_api.connections_max", self.office_api.connections_max as u64),
            ("website.connections_max", self.website.connections_max as u64),
            ("database.connections_max", self.database.connections_max.into()),
            ("authority.root_days", self.authority.root_days.into()),
            ("authority.office_days", self.authority.office_days.into()),
            ("authority.platform_days", self.authority.platform_days.into()),
            ("authority.revocation_list_hours", self.authority.revocation_list_hours.into()),
            ("trust.reload_seconds", self.trust.reload_seconds),
            ("login.failures_max", self.login.failures_max.into()),
            ("login.lock_minutes", self.login.lock_minutes.into()),
            ("login.issue_password_days", self.login.issue_password_days.into()),
            ("login.hashes_max", self.login.hashes_max as u64),
            ("login.session_idle_minutes", self.login.session_idle_minutes.into()),
            ("login.session_hours_max", self.login.session_hours_max.into()),
            ("mail.folder_mails_max", self.mail.folder_mails_max as u64),
            ("mail.smtp_seconds_max", self.mail.smtp_seconds_max),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, value)| *value == 0) {
            bail!("設定 `{name}` は1以上にしてください。");
        }
        let url = &self.office_api.public_url;
        if !url.is_empty() && (!url.starts_with("https://") || url.ends_with('/')) {
            bail!("設定 `office_api.public_url` は https:// で始め、/ で終わらないようにしてください。");
        }
        self.check_website()?;
        if masked(&self.database.url) != self.database.url {
            bail!(
                "パスワードを含むデータベースのURLは、`database.url_file` で示すファイルに書いてください。"
            );
        }
        if self.database.url_file.as_os_str().is_empty() {
            address_of(&self.database.url)?;
        }
        let number = &self.billing.registration_number;
        let digits = number.strip_prefix('T').unwrap_or_default();
        if !number.is_empty() && (digits.len() != 13 || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
            bail!(
                "設定 `billing.registration_number` は、T と13桁の半角数字で書いてください（例: T1234567890123）。"
            );
        }
        self.mail_from()?;
        if self.mail.transport == MailTransport::Smtp && self.mail.smtp_url_file.as_os_str().is_empty() {
            bail!("`mail.transport = \"smtp\"` には `mail.smtp_url_file` が必要です。");
        }
        if self.blobs.kind == BlobKind::S3 && self.blobs.bucket.is_empty() {
            bail!("`blobs.kind = \"s3\"` には `blobs.bucket` が必要です。");
        }
        if self.retention.proof_days < self.retention.unfetched_days + self.retention.acknowledged_days {
            bail!(
                "設定 `retention.proof_days` は、unfetched_days と acknowledged_days の合計以上にしてください。"
            );
        }
        Ok(())
    }

    fn check_website(&self) -> anyhow::Result<()> {
        let site = &self.website;
        let url = &site.public_url;
        if !url.is_empty() && SiteUrl::parse(url).is_none() {
            bail!("設定 `website.public_url` は https:// で始め、/ で終わらないようにしてください。");
        }
        if site.plain && !site.listen.ip().is_loopback() {
            bail!(
                "設定 `website.plain` は、`website.listen` が127.0.0.1などの自機のアドレスのときだけ使えます。"
            );
        }
        if site.certificate_file.as_os_str().is_empty() != site.key_file.as_os_str().is_empty() {
            bail!("設定 `website.certificate_file` と `website.key_file` は、両方とも書いてください。");
        }
        Ok(())
    }

    /// Where people reach the web site. `port` is the port that was really taken.
    ///
    /// # Errors
    /// A URL of another form, made from a name that is none.
    pub fn site_url(&self, port: u16) -> anyhow::Result<SiteUrl> {
        let scheme = if self.website.plain { "http" } else { "https" };
        let url = match self.website.public_url.as_str() {
            "" => format!("{scheme}://{}", self.own_name(port)),
            url => url.to_owned(),
        };
        SiteUrl::parse(&url).context("設定 `website.public_url` と `office_api.names` を確かめてください。")
    }

    /// Where the database is; reads `database.url_file`.
    ///
    /// # Errors
    /// A file that cannot be read, or a URL of another kind of database.
    pub fn database_url(&self) -> anyhow::Result<DatabaseUrl> {
        let file = &self.database.url_file;
        let url = if file.as_os_str().is_empty() {
            Secret::new(self.database.url.clone())
        } else {
            read_secret(file)?
        };
        Ok(address_of(url.expose())?
            .unwrap_or_else(|| DatabaseUrl::Sqlite(self.data_dir.join("exchange.db"))))
    }

    /// Where large letters lie; reads `blobs.secret_access_key_file`.
    ///
    /// # Errors
    /// A secret file that cannot be read.
    pub fn blob_store(&self) -> anyhow::Result<BlobStore> {
        let blobs = &self.blobs;
        Ok(match blobs.kind {
            BlobKind::Folder if blobs.folder.as_os_str().is_empty() => {
                BlobStore::Folder(self.data_dir.join("blobs"))
            }
            BlobKind::Folder => BlobStore::Folder(blobs.folder.clone()),
            BlobKind::S3 => BlobStore::S3 {
                bucket: blobs.bucket.clone(),
                region: blobs.region.clone(),
                endpoint: Some(blobs.endpoint.clone()).filter(|url| !url.is_empty()),
                allow_http: blobs.allow_http,
                access_key_id: blobs.access_key_id.clone(),
                secret_access_key: read_secret(&blobs.secret_access_key_file)?,
            },
        })
    }

    /// The price list; reads `billing.prices_file`.
    ///
    /// # Errors
    /// A file that cannot be read, or a list that is not accepted.
    pub fn prices(&self) -> anyhow::Result<PriceList> {
        let file = &self.billing.prices_file;
        let text = match file.as_os_str().is_empty() {
            true => price::BUILT_IN.to_owned(),
            false => std::fs::read_to_string(file).with_context(|| {
                format!("設定 `billing.prices_file` の `{}` を読めません", file.display())
            })?,
        };
        PriceList::parse(&text).map_err(|faults| {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("設定 `billing.prices_file` の料金表に誤りがあります。\n{}", faults.join("\n"))
        })
    }

    /// Billing in a database, at the configured prices; mails lead to `site`.
    ///
    /// # Errors
    /// As [`prices`](Self::prices).
    pub fn billing_room(&self, store: &Store, site: &SiteUrl) -> anyhow::Result<Billing> {
        Ok(Billing::new(store, self.prices()?, &self.billing, site))
    }

    /// The folder with the client's packages, if there is one.
    pub fn downloads_folder(&self) -> Option<PathBuf> {
        let folder = &self.website.downloads_folder;
        (!folder.as_os_str().is_empty()).then(|| folder.clone())
    }

    /// The address mails come from.
    ///
    /// # Errors
    /// A text that is no address.
    pub fn mail_from(&self) -> anyhow::Result<MailAddress> {
        self.mail.from.parse().context("設定 `mail.from` がメールアドレスではありません。")
    }

    /// How mails go; reads `mail.smtp_url_file`.
    ///
    /// # Errors
    /// A file that cannot be read, or a URL that is none of a server.
    pub fn mail_transport(&self) -> anyhow::Result<Transport> {
        let mail = &self.mail;
        Ok(match mail.transport {
            MailTransport::Folder => {
                let folder = or_in_data(&mail.folder, &self.data_dir, "mail");
                Transport::Folder(Folder::new(folder, mail.folder_mails_max))
            }
            MailTransport::Smtp => {
                let url = read_secret(&mail.smtp_url_file)?;
                let smtp = Smtp::from_url(&url, Duration::from_secs(mail.smtp_seconds_max));
                Transport::Smtp(smtp.context("設定 `mail.smtp_url_file` のファイルを確かめてください。")?)
            }
        })
    }

    /// The authority's key file.
    pub fn authority_key_file(&self) -> PathBuf {
        or_in_data(&self.authority.key_file, &self.data_dir, "authority/ca.key")
    }

    /// The authority's certificate file.
    pub fn authority_certificate_file(&self) -> PathBuf {
        or_in_data(&self.authority.certificate_file, &self.data_dir, "authority/ca.pem")
    }

    /// Names and addresses of the server certificate; the local ones are always there.
    pub fn server_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.office_api.names.clone();
        for local in ["localhost", "127.0.0.1", "::1"] {
            if !names.iter().any(|name| name == local) {
                names.push(local.to_owned());
            }
        }
        names
    }

    /// Where others reach the Office API. `port` is the port that was really taken.
    pub fn public_url(&self, port: u16) -> String {
        if !self.office_api.public_url.is_empty() {
            return self.office_api.public_url.clone();
        }
        format!("https://{}", self.own_name(port))
    }

    /// The first name of the server and a port, as URLs have it.
    fn own_name(&self, port: u16) -> String {
        let host = self.office_api.names.first().map_or("localhost", String::as_str);
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// The settings in effect as TOML, passwords masked.
    ///
    /// # Errors
    /// None in practice: the settings came from TOML.
    pub fn show(&self) -> anyhow::Result<String> {
        let mut shown = self.clone();
        shown.database.url = masked(&self.database.url);
        toml::to_string(&shown).context("show the settings")
    }
}

fn or_in_data(path: &std::path::Path, data_dir: &std::path::Path, derived: &str) -> PathBuf {
    if path.as_os_str().is_empty() { data_dir.join(derived) } else { path.to_owned() }
}

/// `None` for an empty text: derived.
fn address_of(url: &str) -> anyhow::Result<Option<DatabaseUrl>> {
    if url.is_empty() {
        return Ok(None);
    }
    url.parse().map(Some).map_err(|_| {
        anyhow::anyhow!("設定 `database.url` は、sqlite: とファイル名、または postgres:// で書いてください。")
    })
}

fn read_secret(path: &std::path::Path) -> anyhow::Result<Secret> {
    let text = zeroize::Zeroizing::new(
        std::fs::read_to_string(path)
            .with_context(|| format!("秘密のファイル `{}` を読めません", path.display()))?,
    );
    Ok(Secret::new(text.trim()))
}

/// A URL without the passwords in it: neither before the `@` nor in a parameter.
pub(super) fn masked(url: &str) -> String {
    let Some((place, parameters)) = url.split_once('?') else { return without_credentials(url) };
    let parameters: Vec<_> = parameters.split('&').map(without_secret).collect();
    without_credentials(&format!("{place}?{}", parameters.join("&")))
}

fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((credentials, place)) = rest.rsplit_once('@') else { return url.to_owned() };
    match credentials.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:***@{place}"),
        None => url.to_owned(),
    }
}

/// `password`, `sslpassword` and the like; a private key written out; and names spelled so that they
/// could be any of these (the driver decodes `%70` and drops line ends).
fn without_secret(parameter: &str) -> Cow<'_, str> {
    let Some((name, value)) = parameter.split_once('=') else { return parameter.into() };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
    let lower = name.to_ascii_lowercase();
    let secret = !name.chars().all(plain)
        || lower.contains("passw")
        || (lower == "sslkey" && (value.contains("-----") || value.contains('%')));
    if secret { format!("{name}=***").into() } else { parameter.into() }
}
