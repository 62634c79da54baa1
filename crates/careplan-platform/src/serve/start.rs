//! From settings to a replica that is ready.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use careplan_envelope::Certificate;
use careplan_protocol::routes;
use tokio::sync::Notify;

use super::background;
use super::data_dir::{self, DataDir, Ports};
use super::edge::{self, Times};
use super::open_files;
use super::site_tls::SiteTls;
use super::supervise::Tasks;
use super::upkeep::{self, Upkeep};
use super::{Running, StartFault};
use crate::authority::desk::Desk;
use crate::authority::home::{self, Home};
use crate::authority::own::Wish;
use crate::authority::profile::ProfileName;
use crate::blobs::{Blobs, BucketSettings};
use crate::caller::{Contacts, Standings};
use crate::clock::Clock;
use crate::config::{BlobStore, Config};
use crate::login::{Accounts, Hasher, IssuePasswords};
use crate::mail::Postman;
use crate::mailbox::Mailbox;
use crate::office_api;
use crate::platform::Platform;
use crate::reminders::Reminders;
use crate::signer::PlatformSigner;
use crate::store::Store;
use crate::telemetry::{self, Health, Metrics, Readiness};
use crate::tls::{Limits, Listener, PeerCertificates, TlsInForce, Transport};
use crate::trust::TrustInForce;
use crate::website::{self, Downloads, Website};

/// Connections of operators: a scraper or two and a person.
const OPERATORS_CONNECTIONS_MAX: usize = 64;

/// Opens the database of a configuration. The embedded one is brought up to date; any other must
/// be, because a replica that changes a shared schema at its start would surprise the others.
///
/// # Errors
/// When it cannot be opened, or has another schema.
pub async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let store = connect(config).await?;
    let checked = if is_embedded(config) { store.migrate().await } else { store.check_schema().await };
    checked.map_err(StartFault::from)?;
    Ok(store)
}

/// Brings the schema of a configuration's database up to date; the embedded one is made when it is
/// not there.
///
/// # Errors
/// When it cannot be opened, or has a newer schema.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let store = connect(config).await?;
    store.migrate().await.map_err(StartFault::from)?;
    store.close().await;
    Ok(())
}

async fn connect(config: &Config) -> anyhow::Result<Store> {
    if is_embedded(config) {
        let fault = |source| StartFault::DataDir { path: config.data_dir.clone(), source };
        data_dir::make(&config.data_dir).map_err(fault)?;
    }
    Ok(Store::connect(&config.database_url()?).await.map_err(StartFault::from)?)
}

fn is_embedded(config: &Config) -> bool {
    config.database.url.is_empty() && config.database.url_file.as_os_str().is_empty()
}

/// Starts a replica. It serves when this returns.
///
/// ```no_run
/// # async fn example() -> anyhow::Result<()> {
/// use careplan_platform::{clock::Clock, config::Config, serve};
/// let mut config = Config::from_text("office_api.listen = '127.0.0.1:0'")?;
/// config.operators.listen.set_port(0);
/// config.data_dir = "/tmp/exchange".into();
/// let replica = serve::start(config, Clock::system()).await?;
/// println!("{}", replica.ports().office_api);
/// replica.stop().await;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// A [`StartFault`], or what is wrong with the authority or a configured file.
pub async fn start(config: Config, clock: Clock) -> anyhow::Result<Running> {
    open_files::warn_when_too_few(config.office_api.connections_max);
    let config = Arc::new(config);
    let metrics = Metrics::of_process()?;
    let data_dir = DataDir::take(&config.data_dir)?;
    let offices = listen("office_api.listen", config.office_api.listen).await?;
    let website = listen("website.listen", config.website.listen).await?;
    let operators = listen("operators.listen", config.operators.listen).await?;
    let ports =
        Ports { office_api: offices.address(), website: website.address(), operators: operators.address() };
    let store = open_store(&config).await?;
    let tasks = Tasks::new();

    let own = own_parts(&config, (&store, &clock), ports, &tasks).await?;
    let hasher = Hasher::new(config.login.hashes_max);
    let rule = config.login.lock_rule();
    let site_url = config.site_url(ports.website.port())?;
    let accounts = Accounts::new(&store, hasher.clone(), &config.login, &site_url);
    let postman = Postman::new(store.clone(), config.mail_transport()?, config.mail_from()?);
    let platform = Arc::new(Platform {
        standings: Standings::start(store.clone()),
        contacts: Contacts::start(store.clone()),
        trust: own.upkeep.trust.clone(),
        mailbox: Mailbox::start(store.clone(), clock.clone(), blobs(&config).await?, config.retention),
        issue_passwords: IssuePasswords::new(store.clone(), hasher, rule),
        order_bell: own.upkeep.bell.clone(),
        enrol_wait: Duration::from_secs(config.authority.enrol_wait_seconds),
        site_url: site_url.clone(),
        signer: own.upkeep.signer.clone(),
        store: store.clone(),
        clock: clock.clone(),
    });
    background::keep(&tasks, &platform, &own.upkeep, &metrics);
    background::keep_mails(&tasks, &clock, accounts.links.clone(), postman);
    let billing = config.billing_room(&store, &site_url)?;
    background::keep_billing(&tasks, &clock, billing.clone());
    background::keep_reminders(&tasks, &clock, Reminders::new(store.clone(), site_url.clone()));

    let readiness = Readiness::default();
    let signer = own.upkeep.signer.clone();
    let health = Health { store, signer, clock, readiness: readiness.clone(), metrics };
    let limits = limits(&config);
    let operators_limits = Limits { connections: OPERATORS_CONNECTIONS_MAX, ..limits };
    let operators = operators.open(Transport::Plain, operators_limits, telemetry::router(Arc::new(health)));
    let router = edge::surround(office_api::router(platform.clone()), Times::default());
    let offices = offices.open(Transport::Tls(own.upkeep.tls.clone()), limits, router);
    let site = Website::new(platform.clone(), accounts, (billing, site_url), config.website.behind_proxy)
        .with_downloads(Downloads::built_in(config.downloads_folder()));
    let limits = Limits { connections: config.website.connections_max, ..limits };
    let website = website.open(own.upkeep.site_tls.transport(), limits, website::router(Arc::new(site)));

    data_dir.write_ports(ports)?;
    readiness.on();
    tracing::info!(office_api = %ports.office_api, website = %ports.website, operators = %ports.operators, "ready");
    Ok(Running {
        ports,
        root: own.root,
        platform,
        readiness,
        upkeep: own.upkeep,
        offices,
        website,
        operators,
        tasks,
        drain: Duration::from_secs(config.office_api.drain_seconds_max),
        data_dir,
    })
}

/// What a replica is by itself: who it trusts, and its own certificates.
struct Own {
    root: Certificate,
    upkeep: Arc<Upkeep>,
}

/// Opens the authority, starts it where this replica runs it, and obtains the replica's own
/// certificates from it as anybody would.
async fn own_parts(
    config: &Arc<Config>,
    (store, clock): (&Store, &Clock),
    ports: Ports,
    tasks: &Tasks,
) -> anyhow::Result<Own> {
    let list_url = format!("{}{}", config.public_url(ports.office_api.port()), routes::CRL);
    let home = home::open(config, store, list_url, clock.now()).await?;
    let root = home.root().clone();
    let bell = Arc::new(Notify::new());
    keep_authority(config, (store, clock), (home, &bell), tasks)?;

    let roots = home::roots(&mut store.read().await?).await?;
    let wish = |profile, names| Wish { profile, names, folder: config.data_dir.join("keys") };
    let server_wish = wish(ProfileName::PlatformServer, config.server_names());
    let signer_wish = wish(ProfileName::PlatformSigner, Vec::new());
    let server = upkeep::hold(&server_wish, (store, clock), &roots, &bell).await?;
    let signer = upkeep::hold(&signer_wish, (store, clock), &roots, &bell).await?;
    let (chain, key) = upkeep::for_tls(&server);
    let seen = upkeep::look(config, [server_wish.file(), signer_wish.file()]);
    let upkeep = Upkeep {
        config: config.clone(),
        store: store.clone(),
        clock: clock.clone(),
        bell,
        trust: Arc::new(TrustInForce::new(upkeep::load_trust(config, roots)?)),
        tls: Arc::new(TlsInForce::new(chain, key, PeerCertificates::Asked)?),
        site_tls: SiteTls::new(&config.website, &server)?,
        signer: Arc::new(PlatformSigner::new(signer.key, signer.certificate)),
        server_wish,
        signer_wish,
        seen: Mutex::new(seen),
    };
    Ok(Own { root, upkeep: Arc::new(upkeep) })
}

fn keep_authority(
    config: &Config,
    (store, clock): (&Store, &Clock),
    (home, bell): (Home, &Arc<Notify>),
    tasks: &Tasks,
) -> anyhow::Result<()> {
    if !config.authority.run {
        return Ok(());
    }
    let Home::Here(issuer) = home else {
        tracing::warn!("the authority's key is not here: another replica issues certificates");
        return Ok(());
    };
    let desk = Desk::new(store.clone(), clock.clone(), issuer, &config.authority, bell.clone())
        .context("設定 `authority` の有効日数を確かめてください。")?;
    let desk = Arc::new(desk);
    tasks.keep("authority", move |stop| {
        let desk = desk.clone();
        async move { desk.run(stop).await }
    });
    Ok(())
}

async fn blobs(config: &Config) -> anyhow::Result<Blobs> {
    Ok(match config.blob_store()? {
        BlobStore::Folder(folder) => Blobs::folder(folder).await?,
        BlobStore::S3 { bucket, region, endpoint, allow_http, access_key_id, secret_access_key } => {
            let settings =
                BucketSettings { bucket, region, endpoint, allow_http, access_key_id, secret_access_key };
            Blobs::bucket(settings, config.data_dir.join("spool")).await?
        }
    })
}

fn limits(config: &Config) -> Limits {
    let settings = &config.office_api;
    Limits {
        handshake: Duration::from_secs(settings.handshake_seconds_max),
        silence: Duration::from_secs(settings.header_seconds_max),
        age: Duration::from_secs(settings.connection_age_minutes_max.saturating_mul(60)),
        finish: edge::REQUEST_TIME_MAX,
        connections: settings.connections_max,
    }
}

async fn listen(setting: &'static str, address: std::net::SocketAddr) -> Result<Listener, StartFault> {
    Listener::bind(address).await.map_err(|source| StartFault::Port { setting, address, source })
}
