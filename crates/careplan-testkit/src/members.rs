//! Offices that take part in an [`Installation`]: registered by the operator, licensed, and with a
//! client each that went through the real set-up.

use std::path::Path;

use anyhow::Context as _;
use careplan_client::enrol::{CertificateSource, RootSource, SetupOrder};
use careplan_client::{Office, OfficeOptions};
use careplan_domain::Secret;
use serde_json::Value;

use crate::installation::Installation;

/// An invented office: number and service type.
pub type Invented<'a> = (&'a str, &'a str);

/// What the operator posts to a new office.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The user ID.
    pub user_id: String,
    /// The first password.
    pub password: Secret,
    /// Obtains a certificate, once.
    pub issue_password: Secret,
    /// `sha256:…` of the authority's root.
    pub fingerprint: String,
}

impl Credentials {
    /// Reads the answer of `admin credentials issue --json`.
    ///
    /// # Errors
    /// When a field is missing.
    pub fn read(json: &str) -> anyhow::Result<Self> {
        let issued: Value = serde_json::from_str(json).context("read the issued credentials")?;
        let field = |name: &str| {
            issued[name].as_str().map(str::to_owned).with_context(|| format!("credentials without `{name}`"))
        };
        Ok(Self {
            user_id: field("user_id")?,
            password: Secret::new(field("temporary_password")?),
            issue_password: Secret::new(field("issue_password")?),
            fingerprint: field("root_fingerprint")?,
        })
    }

    /// What to tell the client's set-up.
    ///
    /// # Errors
    /// When the platform issued something that its own client does not understand.
    pub fn order(&self, platform_url: &str) -> anyhow::Result<SetupOrder> {
        Ok(SetupOrder {
            platform: platform_url.to_owned(),
            root: RootSource::Fingerprint(self.fingerprint.parse()?),
            user_id: self.user_id.parse()?,
            password: self.password.clone(),
            certificate: CertificateSource::IssuePassword(self.issue_password.clone()),
            service_types: Vec::new(),
            inbox: None,
        })
    }
}

/// Registers and licenses offices by the shipped binary and sets up a client for each in `folder`.
/// The platform must be running.
///
/// # Errors
/// When one of the commands or a set-up fails.
pub async fn join(
    installation: &Installation,
    folder: &Path,
    offices: &[Invented<'_>],
) -> anyhow::Result<Vec<Office>> {
    let mut list = String::from("number,name,kana,prefecture,address,service_types\n");
    for (number, service_type) in offices {
        list += &format!("{number},練習事業所{number},レンシュウ,99,練習県練習市1-1,{service_type}\n");
    }
    let file = folder.join("offices.csv");
    std::fs::write(&file, list).context("write the list of offices")?;
    installation.command(&["admin", "offices", "import", &file.to_string_lossy()]).await?;
    let mut joined = Vec::new();
    for (number, _) in offices {
        let grant = ["admin", "licence", "grant", number, "--years", "3"];
        installation.command(&grant).await?;
        let issued = installation.command(&["admin", "credentials", "issue", number, "--json"]).await?;
        let order = Credentials::read(&issued)?.order(&installation.url())?;
        let office = Office::open(OfficeOptions::at(folder.join(number))).await?;
        office.set_up(&order).await.with_context(|| format!("set up the client of {number}"))?;
        joined.push(office);
    }
    Ok(joined)
}
