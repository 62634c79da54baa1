//! A replica in a folder of its own, and a way to ask it.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use careplan_envelope::Certificate;
use careplan_platform::clock::Clock;
use careplan_platform::config::Config;
use careplan_platform::serve::Running;
use careplan_testkit::certificates::{TestAuthority, TestIdentity};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Far beyond what anything here takes: reached only when something hangs.
pub(super) const HANG: Duration = Duration::from_secs(60);

/// Settings of a replica in `folder` on free ports.
pub(super) fn settings(folder: &Path) -> Config {
    let mut config = Config::from_text("").unwrap();
    config.data_dir = folder.join("data");
    config.office_api.listen.set_port(0);
    config.operators.listen.set_port(0);
    config.website.listen.set_port(0);
    config
}

/// The authority of 介護保険証明書, with its files as an operator has them.
pub(super) struct Kaigo {
    authority: TestAuthority,
    folder: TempDir,
}

impl Kaigo {
    pub(super) fn new() -> Self {
        let kaigo =
            Self { authority: TestAuthority::new("Kaigo Root"), folder: tempfile::tempdir().unwrap() };
        let root = Certificate::from_der(kaigo.authority.root()).unwrap();
        fs::write(kaigo.folder.path().join("roots.pem"), root.to_pem()).unwrap();
        kaigo.publish(&[]);
        kaigo
    }

    /// A revocation list that is current for a day, put in the place of the one before.
    pub(super) fn publish(&self, revoked: &[&TestIdentity]) {
        let list = self.authority.revocation_list(revoked, Clock::system().now());
        let draft = self.folder.path().join("draft.crl");
        fs::write(&draft, list).unwrap();
        fs::rename(draft, self.folder.path().join("kaigo.crl")).unwrap();
    }

    /// A certificate for an office.
    pub(super) fn office(&self, number: &str) -> TestIdentity {
        self.authority.foreign(&format!("KJ99{number}"), "Kaigo")
    }

    /// Settings that accept it.
    pub(super) fn settings(&self) -> String {
        let (roots, list) = (self.folder.path().join("roots.pem"), self.folder.path().join("kaigo.crl"));
        format!(
            "[[trust.foreign]]\nlabel = '介護保険証明書'\nroots_file = {roots:?}\ncrl_files = [{list:?}]\n\
             office = {{ attribute = 'common_name', prefix = 'KJ99', suffix = '' }}\n"
        )
    }
}

/// TLS to a replica by its root certificate, as a terminal does.
pub(super) async fn connect(address: SocketAddr, root: &Certificate) -> io::Result<TlsStream<TcpStream>> {
    connect_as(address, root, None).await
}

/// The same with a client certificate.
pub(super) async fn connect_as(
    address: SocketAddr,
    root: &Certificate,
    identity: Option<&TestIdentity>,
) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root.der().to_vec())).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let client = match identity.cloned() {
        Some(it) => client.with_client_auth_cert(it.chain, it.key).unwrap(),
        None => client.with_no_client_auth(),
    };
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(client)).connect(name, stream).await
}

/// The certificate that a replica shows, verified by its root.
pub(super) async fn server_certificate(running: &Running) -> Certificate {
    let stream = connect(running.ports().office_api, running.root()).await.unwrap();
    Certificate::from_der(&stream.get_ref().1.peer_certificates().unwrap()[0]).unwrap()
}

/// One answer, whole.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// Asks the Office API of a replica, without a certificate.
pub(super) async fn ask(running: &Running, path: &str) -> Answer {
    let stream = connect(running.ports().office_api, running.root()).await.unwrap();
    get(TokioIo::new(stream), path).await
}

/// Asks the operators' port of a replica.
pub(super) async fn ask_operators(running: &Running, path: &str) -> Answer {
    ask_port(running.ports().operators, path).await
}

/// The same of a replica that is about to stop.
pub(super) async fn ask_port(operators: SocketAddr, path: &str) -> Answer {
    get(TokioIo::new(TcpStream::connect(operators).await.unwrap()), path).await
}

async fn get<S>(stream: TokioIo<S>, path: &str) -> Answer
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    Peer::of(stream).await.get(path).await
}

/// One connection, for one request after the other.
pub(super) struct Peer(SendRequest<Full<Bytes>>);

impl Peer {
    /// An office on the Office API of a replica.
    pub(super) async fn office(running: &Running, identity: &TestIdentity) -> Self {
        let stream = connect_as(running.ports().office_api, running.root(), Some(identity)).await.unwrap();
        Self::of(TokioIo::new(stream)).await
    }

    /// Somebody on a port without TLS.
    pub(super) async fn plain(address: SocketAddr) -> Self {
        Self::of(TokioIo::new(TcpStream::connect(address).await.unwrap())).await
    }

    async fn of<S>(stream: TokioIo<S>) -> Self
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    /// Asks; a connection that was closed in between fails the test.
    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.0.ready().await.unwrap();
        let request = Request::get(path).header("host", "localhost").body(Full::<Bytes>::default()).unwrap();
        whole(self.0.send_request(request).await.unwrap()).await
    }
}

async fn whole(response: Response<hyper::body::Incoming>) -> Answer {
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// Waits until something holds.
pub(super) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(HANG, waiting).await.is_ok(), "never: {what}");
}
