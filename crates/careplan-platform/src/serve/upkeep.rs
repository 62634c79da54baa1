//! Takes over what changed in files, and renews the replica's own certificates before they end.
//!
//! Promises: what is in force is replaced by something complete and checked, or stays.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use careplan_envelope::Certificate;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::site_tls::SiteTls;
use crate::authority::home;
use crate::authority::own::{Held, Wish};
use crate::clock::Clock;
use crate::config::Config;
use crate::signer::PlatformSigner;
use crate::store::Store;
use crate::tls::TlsInForce;
use crate::trust::{ForeignTrust, Trust, TrustInForce};

/// How often the replica's own certificates are looked at, beside every reload. They are renewed
/// months before they end.
const RENEWAL_LOOK: Duration = Duration::from_secs(3600);

/// A file as it was last seen: enough to notice that it was replaced.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Keeps one replica up to date.
#[derive(Debug)]
pub(super) struct Upkeep {
    pub(super) config: Arc<Config>,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) bell: Arc<Notify>,
    pub(super) trust: Arc<TrustInForce>,
    pub(super) tls: Arc<TlsInForce>,
    pub(super) site_tls: SiteTls,
    pub(super) signer: Arc<PlatformSigner>,
    pub(super) server_wish: Wish,
    pub(super) signer_wish: Wish,
    pub(super) seen: Mutex<Seen>,
}

impl Upkeep {
    /// Looks at the files every few seconds.
    pub(super) async fn watch_files(self: Arc<Self>, stop: CancellationToken) {
        let every = Duration::from_secs(self.config.trust.reload_seconds);
        while wait(&stop, every).await {
            let seen = self.look().await;
            if *self.seen.lock().unwrap_or_else(PoisonError::into_inner) != seen {
                // Logged inside; a broken file is looked at again when it changes again.
                let _ = self.reload().await;
                *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
            }
        }
    }

    /// Looks at the replica's own certificates now and then.
    pub(super) async fn watch_certificates(self: Arc<Self>, stop: CancellationToken) {
        while wait(&stop, RENEWAL_LOOK).await {
            if let Err(error) = self.take_own().await {
                tracing::error!(error = format!("{error:#}"), "the replica's certificates were not renewed");
            }
        }
    }

    /// Takes over everything now. One part that cannot be taken does not keep back the others.
    pub(super) async fn reload(&self) -> anyhow::Result<()> {
        let foreign = self.take_foreign().await;
        let own = self.take_own().await;
        let outcome = foreign.and(own);
        match &outcome {
            Ok(()) => {
                metrics::counter!("careplan_reloads_total", "outcome" => "ok").increment(1);
                tracing::info!("reloaded");
            }
            Err(error) => {
                metrics::counter!("careplan_reloads_total", "outcome" => "failed").increment(1);
                tracing::error!(error = format!("{error:#}"), "not reloaded; what was in force stays");
            }
        }
        outcome
    }

    async fn take_foreign(&self) -> anyhow::Result<()> {
        let roots = home::roots(&mut self.store.read().await?).await?;
        let config = self.config.clone();
        let trust = tokio::task::spawn_blocking(move || load_trust(&config, roots)).await??;
        self.trust.replace(trust);
        Ok(())
    }

    /// Takes the certificates that lie in the folder of keys; obtains new ones when they are due.
    async fn take_own(&self) -> anyhow::Result<()> {
        let trust = self.trust.current();
        let roots = trust.own().roots();
        let server = self.hold(&self.server_wish, roots).await.context("the server certificate")?;
        let (chain, key) = for_tls(&server);
        self.tls.replace(chain, key)?;
        self.site_tls.take(&self.config.website, &server)?;
        let signer = self.hold(&self.signer_wish, roots).await.context("the signing certificate")?;
        self.signer.replace(signer.key, signer.certificate);
        Ok(())
    }

    async fn hold(&self, wish: &Wish, roots: &[Certificate]) -> anyhow::Result<Held> {
        hold(wish, (&self.store, &self.clock), roots, &self.bell).await
    }

    async fn look(&self) -> Seen {
        let config = self.config.clone();
        let own = [self.server_wish.file(), self.signer_wish.file()];
        tokio::task::spawn_blocking(move || look(&config, own)).await.unwrap_or_default()
    }
}

/// `false` when it is time to stop.
async fn wait(stop: &CancellationToken, time: Duration) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(time) => true,
    }
}

/// The certificate that is held already, or a new one from the authority.
pub(super) async fn hold(
    wish: &Wish,
    (store, clock): (&Store, &Clock),
    roots: &[Certificate],
    bell: &Notify,
) -> anyhow::Result<Held> {
    match wish.held(store, roots, clock.now()).await? {
        Some(held) => Ok(held),
        None => wish.obtain(store, clock, Some(bell)).await,
    }
}

/// A certificate and key as the TLS library takes them. The root is not sent: terminals have it.
pub(super) fn for_tls(held: &Held) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let chain = vec![CertificateDer::from(held.certificate.der().to_vec())];
    (chain, PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(held.pkcs8.to_vec())))
}

/// Reads the configured foreign authorities.
pub(super) fn load_trust(config: &Config, own_roots: Vec<Certificate>) -> anyhow::Result<Trust> {
    let foreign = config.trust.foreign.iter().map(ForeignTrust::load).collect::<Result<Vec<_>, _>>()?;
    Trust::new(own_roots, foreign).context("trust our own root")
}

/// How the files look now that a reload would read.
pub(super) fn look(config: &Config, own: [PathBuf; 2]) -> Seen {
    let foreign = config.trust.foreign.iter();
    let foreign = foreign.flat_map(|it| std::iter::once(&it.roots_file).chain(&it.crl_files)).cloned();
    let stamp = |path: &PathBuf| {
        let about = std::fs::metadata(path).ok()?;
        Some((about.modified().ok()?, about.len()))
    };
    let site = [&config.website.certificate_file, &config.website.key_file].into_iter().cloned();
    foreign.chain(own).chain(site).map(|path| (path.clone(), stamp(&path))).collect()
}
