//! The exchange under load: the shipped platform and invented offices that joined it by the real
//! set-up.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use careplan_client::platform::{Platform, Retry};
use careplan_client::{Link, Office, address_book};
use careplan_domain::Address;
use careplan_envelope::{DecryptionKey, TerminalPublicKey};
use careplan_testkit::installation::Installation;
use careplan_testkit::members;
use rustls::ClientConfig;

use crate::wire::{self, Wire};

/// Every office of the load runs this service.
const SERVICE_TYPE: &str = "43";

/// An office that takes part: who it is, and how it seals and opens.
pub(crate) struct Member {
    /// Its address.
    pub(crate) address: Address,
    /// Its certificate, and whom it believes.
    pub(crate) link: Arc<Link>,
    /// Opens its letters.
    pub(crate) terminal: DecryptionKey,
    /// What others seal to, as its own announcement at the platform says.
    pub(crate) keys: Vec<TerminalPublicKey>,
    tls: Arc<ClientConfig>,
}

impl Member {
    async fn of(office: &Office) -> anyhow::Result<Self> {
        let link = office.link().await?;
        let number = link.office();
        let root = link.trust.roots().first().context("a root")?;
        let keys = address_book::keys_of(&link, office.state(), &number, office.now()).await?.keys;
        Ok(Self {
            address: format!("{number}-{SERVICE_TYPE}").parse()?,
            terminal: office.keys().terminal()?,
            tls: wire::tls(&link.identity, root.der())?,
            keys,
            link,
        })
    }

    /// The client library's Office API over a new connection to `server`.
    pub(crate) async fn connect(&self, server: SocketAddr) -> anyhow::Result<Platform> {
        let wire = Wire::open(server, &self.tls).await.with_context(|| format!("{server}"))?;
        Ok(Platform::new(Arc::new(wire), Retry::NEVER))
    }

    /// How it connects.
    pub(crate) fn tls(&self) -> &Arc<ClientConfig> {
        &self.tls
    }

    /// The root that signed every certificate here.
    pub(crate) fn root(&self) -> anyhow::Result<&[u8]> {
        Ok(self.link.trust.roots().first().context("a root")?.der())
    }
}

/// Starts a platform, lets `count` offices join it, and stops it again: whoever measures starts
/// one that has done nothing yet.
pub(crate) async fn found(
    installation: &Installation,
    folder: &Path,
    count: u32,
) -> anyhow::Result<Arc<[Member]>> {
    let running = installation.start().await?;
    let numbers: Vec<String> = (0..count).map(|it| format!("99700{it:05}")).collect();
    let offices: Vec<_> = numbers.iter().map(|number| (number.as_str(), SERVICE_TYPE)).collect();
    let mut members = Vec::new();
    for office in members::join(installation, folder, &offices).await? {
        members.push(Member::of(&office).await?);
    }
    running.stop().await?;
    Ok(members.into())
}
