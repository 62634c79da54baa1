//! The screens for the other PCs of the office: real TLS, asked by curl and by rustls.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use careplan_client::agent::Watcher;
use careplan_client::lan::{Authority, Choice, own_names};
use careplan_client::local_api::Reach;
use careplan_client::mishap::Mishaps;
use careplan_client::service::Service;
use careplan_client::{Office, Step};
use http::StatusCode;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, pem::PemObject as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use crate::browser::{OWN, Screens};

const PAGE: &str = "/settings/lan";

struct Silent;

impl Watcher for Silent {
    fn step(&mut self, _: &Step) {}

    fn trouble(&mut self, _: &dyn std::fmt::Display, _: &str) {}
}

/// A running client that shares its screens.
struct Shared {
    screens: Screens,
    port: u16,
    /// The certificate that a device has installed.
    installed: PathBuf,
    local: String,
    stop: CancellationToken,
    running: tokio::task::JoinHandle<()>,
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap().local_addr().unwrap().port()
}

impl Shared {
    async fn new() -> Self {
        let screens = Screens::new().await;
        let port = free_port();
        screens
            .manager()
            .await
            .post(PAGE, &[("port", &port.to_string())])
            .await
            .leads_to("/settings/lan?done=on");
        let stop = CancellationToken::new();
        let service = Service::prepare(screens.office.clone(), 0).await.unwrap();
        let local = service.address();
        let told = stop.clone();
        let running = tokio::spawn(async move { service.run(&mut Silent, told).await.unwrap() });
        let installed = screens.world.path("installed.pem");
        std::fs::write(&installed, authority(&screens.office).certificate().to_pem()).unwrap();
        let shared = Self { screens, port, installed, local, stop, running };
        shared.until(true).await;
        shared
    }

    /// Waits until it listens, or does no more.
    async fn until(&self, listens: bool) {
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() == listens {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never came");
    }

    /// A device of the office with the certificate, which finds this PC by any name.
    async fn curl(&self, host: &str, more: &[&str]) -> Output {
        let installed = self.installed.to_str().unwrap();
        self.curl_with(&["--cacert", installed], host, more).await
    }

    async fn curl_with(&self, trust: &[&str], host: &str, more: &[&str]) -> Output {
        let mut command = Command::new("curl");
        let (path, more) = more.split_first().unwrap();
        command.args(["--silent", "--show-error", "--noproxy", "*", "--include", "--max-time", "20"]);
        command.args(["--connect-to", &format!("::127.0.0.1:{}", self.port)]);
        command.args(trust).args(more).arg(format!("https://{host}:{}{path}", self.port));
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn end(self) {
        self.stop.cancel();
        self.running.await.unwrap();
    }
}

fn authority(office: &Office) -> Authority {
    Authority::read(&office.options().data, &Mishaps::default()).unwrap().unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn status(output: &Output) -> u16 {
    text(output).split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_with_the_certificate_comes_in_under_every_name_and_logs_in() {
    let shared = Shared::new().await;
    let hosts: Vec<String> =
        own_names().hosts().chain(["localhost".to_owned(), "127.0.0.1".to_owned()]).collect();
    assert!(hosts.len() >= 4, "{hosts:?}");
    for host in &hosts {
        let page = shared.curl(host, &["/login"]).await;
        assert_eq!(status(&page), 200, "{host}");
        assert!(text(&page).contains("<h1>ログイン</h1>"));
    }
    let host = &hosts[0];
    let form = format!("name=yamada&password={}", OWN.replace(' ', "+"));
    let origin = format!("Origin: https://{host}:{}", shared.port);
    let logged_in = shared.curl(host, &["/login", "--data", &form, "--header", &origin]).await;
    assert_eq!(status(&logged_in), 303);
    let answer = text(&logged_in);
    let cookie = answer.lines().find(|line| line.to_lowercase().starts_with("set-cookie:")).unwrap();
    assert!(cookie.contains(&format!("__Host-careplan-{}=", shared.port)), "{cookie}");
    for word in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let token = cookie.split_once(": ").unwrap().1.split(';').next().unwrap();
    let top = shared.curl(host, &["/", "--cookie", token]).await;
    assert!(text(&top).contains("<h1>今日の仕事</h1>"));
    // A form of another site comes with its own origin.
    let foreign = shared
        .curl(host, &["/logout", "--cookie", token, "--data", "", "--header", "Origin: https://evil.example"])
        .await;
    assert_eq!(status(&foreign), 403);
    shared.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_certificate_without_tls_or_under_another_name_nobody_comes_in() {
    let shared = Shared::new().await;
    let stranger = shared.curl_with(&[], "localhost", &["/login"]).await;
    assert_eq!(stranger.status.code(), Some(60), "the certificate is of no authority that the device knows");
    let renamed = shared.curl("evil.example", &["/login"]).await;
    assert_eq!(renamed.status.code(), Some(60), "the certificate is not for that name");
    let host = format!("Host: evil.example:{}", shared.port);
    let rebound = shared.curl("localhost", &["/login", "--header", &host]).await;
    assert_eq!(status(&rebound), 421);
    let plain = reqwest_like(&format!("http://127.0.0.1:{}/login", shared.port)).await;
    assert!(!plain.status.success(), "{plain:?}");
    // The local API is for this PC unless the office chose otherwise.
    let api = shared.curl("localhost", &["/api/v1/events"]).await;
    assert_eq!(status(&api), 403);
    shared.screens.office.state().store_local_api_reach(Reach::Office).await.unwrap();
    let api = shared.curl("localhost", &["/api/v1/events"]).await;
    assert_eq!(status(&api), 401, "a token is asked for");
    shared.end().await;
}

async fn reqwest_like(address: &str) -> Output {
    let address = address.to_owned();
    let ask = move || {
        Command::new("curl")
            .args(["--silent", "--noproxy", "*", "--max-time", "20", &address])
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(ask).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_at_first_and_ends_with_the_button_while_the_screens_of_this_pc_stay() {
    let screens = Screens::new().await;
    assert_eq!(screens.office.lan().await.unwrap(), Choice::default());
    let mut browser = screens.manager().await;
    browser.get(PAGE).await.is(200, "事業所内での共有").says("いまは、このパソコンだけで使っています。");
    assert_eq!(browser.get(&format!("{PAGE}/ca.crt")).await.status, StatusCode::NOT_FOUND);
    let shared = Shared::new().await;
    let mut browser = shared.screens.browser();
    browser.post("/login", &[("name", "yamada"), ("password", OWN)]).await;
    browser.post(&format!("{PAGE}/off"), &[]).await.leads_to("/settings/lan?done=off");
    shared.until(false).await;
    let local = reqwest_like(&format!("{}/login", shared.local)).await;
    assert!(text(&local).contains("ログイン"));
    // On again, with the same authority: nobody installs anything twice.
    let port = shared.port.to_string();
    browser.post(PAGE, &[("port", &port)]).await.leads_to("/settings/lan?done=on");
    shared.until(true).await;
    assert_eq!(status(&shared.curl("localhost", &["/login"]).await), 200);
    shared.end().await;
}

#[tokio::test]
async fn the_page_gives_the_certificate_and_says_what_is_wrong_with_what_was_typed() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    for (port, further, words) in [
        ("80", "", "1024〜65535"),
        ("x", "", "1024〜65535"),
        ("8431", "example.com", "「example.com」は使えません"),
        ("8431", "8.8.8.8", "「8.8.8.8」は使えません"),
    ] {
        let page = browser.post(PAGE, &[("port", port), ("further", further)]).await;
        assert_eq!(page.status, 422, "{port} {further}");
        page.says(words).says(&format!("value=\"{port}\""));
    }
    let typed = [("port", "８４３１"), ("further", "192.168.1.20　Uketsuke.local")];
    browser.post(PAGE, &typed).await.leads_to("/settings/lan?done=on");
    let page = browser.get(PAGE).await;
    page.says("iPhone・iPad").says("value=\"uketsuke.local 192.168.1.20\"");
    let fingerprint = authority(&screens.office).fingerprint().to_string().to_uppercase();
    page.says(&format!("{} {}", &fingerprint[..4], &fingerprint[4..8]));
    let given = browser.get(&format!("{PAGE}/ca.crt")).await;
    assert_eq!(given.header("content-type"), "application/x-x509-ca-cert");
    assert_eq!(given.bytes, authority(&screens.office).certificate().der());
    browser.get("/settings").await.says("ほかのパソコンからも使えます");
    let done = &screens.staff.operations(None, 1).await.unwrap()[0];
    assert_eq!((done.actor.as_str(), done.action.as_str()), ("yamada", "lan.on"));
}

/// Whether a client that trusts the office's authority alone takes this certificate for this name.
async fn takes(shared: &Shared, name: ServerName<'static>) -> Result<(), String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&shared.installed).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", shared.port)).await.unwrap();
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    shaken.map(|_| ()).map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn rustls_takes_the_names_of_this_pc_and_no_other() {
    let shared = Shared::new().await;
    for host in ["localhost", own_names().dns.first().unwrap()] {
        takes(&shared, host.to_owned().try_into().unwrap()).await.unwrap();
    }
    for address in own_names().addresses.into_iter().chain([IpAddr::from(Ipv4Addr::LOCALHOST)]) {
        takes(&shared, address.into()).await.unwrap();
    }
    let refused = takes(&shared, "evil.example".to_owned().try_into().unwrap()).await.unwrap_err();
    assert!(refused.contains("not valid for name"), "{refused}");
    shared.end().await;
}

/// The worst that can happen to the devices: somebody has the key of the authority that they all trust.
#[tokio::test]
async fn who_steals_the_authoritys_key_can_pretend_to_be_no_site_of_the_internet() {
    let screens = Screens::new().await;
    screens.manager().await.post(PAGE, &[("port", "8431")]).await;
    let pem = std::fs::read(screens.office.options().data.join("lan/authority.pem")).unwrap();
    let key = rcgen::KeyPair::try_from(&PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap()).unwrap();
    let root = authority(&screens.office);
    let name = root.certificate().subject_attribute(careplan_envelope::Attribute::CommonName).unwrap();
    let mut issuer = rcgen::CertificateParams::default();
    issuer.distinguished_name = rcgen::DistinguishedName::new();
    issuer.distinguished_name.push(rcgen::DnType::CommonName, name);
    let issuer = rcgen::Issuer::new(issuer, key);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(root.certificate().der().to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let judge = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .unwrap();
    for (host, is_taken) in
        [("pc.local", true), ("www.example.com", false), ("8.8.8.8", false), ("192.168.1.7", true)]
    {
        let pair = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new([host.to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let leaf = params.signed_by(&pair, &issuer).unwrap();
        use rustls::client::danger::ServerCertVerifier as _;
        let name: ServerName<'static> = host.to_owned().try_into().unwrap();
        let now = rustls_pki_types::UnixTime::since_unix_epoch(Duration::from_secs(
            screens.office.now().as_second() as u64,
        ));
        let judged = judge.verify_server_cert(leaf.der(), &[], &name, &[], now);
        assert_eq!(judged.is_ok(), is_taken, "{host}: {judged:?}");
    }
}
