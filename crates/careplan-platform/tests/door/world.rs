//! A door on a free port, routes that tell what they see, and peers of all kinds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Extension, State};
use axum::routing::get;
use bytes::Bytes;
use careplan_platform::caller::Connection;
use careplan_platform::tls::{Door, Limits, Listener, PeerCertificates, TlsInForce, Transport};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Far beyond what anything here takes: reached only when something hangs.
pub(super) const HANG: Duration = Duration::from_secs(30);

/// Limits nobody reaches.
pub(super) const GENEROUS: Limits =
    Limits { handshake: HANG, silence: HANG, age: Duration::from_secs(3600), finish: HANG, connections: 100 };

/// Requests that were begun, and leave to end them.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) entered: Arc<Semaphore>,
    pub(super) leave: Arc<Semaphore>,
}

pub(super) struct World {
    pub(super) door: Door,
    pub(super) tls: Arc<TlsInForce>,
    pub(super) gate: Gate,
}

impl World {
    pub(super) async fn open(limits: Limits) -> Self {
        let gate = Gate { entered: Arc::new(Semaphore::new(0)), leave: Arc::new(Semaphore::new(0)) };
        let routes = Router::new()
            .route("/peer", get(peer))
            .route("/gate", get(pass))
            .route("/ending", get(ending))
            .with_state(gate.clone());
        let server = Identity::ecdsa(&rcgen::PKCS_ECDSA_P256_SHA256);
        let tls = Arc::new(
            TlsInForce::new(vec![server.certificate.clone()], server.key(), PeerCertificates::Asked).unwrap(),
        );
        let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let door = listener.open(Transport::Tls(tls.clone()), limits, routes);
        Self { door, tls, gate }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// A connection that speaks HTTP/1.1.
    pub(super) async fn http1(&self, client: ClientConfig) -> Http1 {
        let stream = self.connect(client).await.unwrap();
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let ended = tokio::spawn(async move { drop(connection.await) });
        Http1 { sender, ended }
    }

    /// A connection that speaks HTTP/2.
    pub(super) async fn http2(&self, mut client: ClientConfig) -> Http2 {
        client.alpn_protocols = vec![b"h2".to_vec()];
        let stream = self.connect(client).await.unwrap();
        let (sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let ended = tokio::spawn(async move { drop(connection.await) });
        Http2 { sender, ended }
    }

    pub(super) async fn connect(&self, client: ClientConfig) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address()).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(client)).connect(name, stream).await
    }
}

/// Who the platform believes the peer to be: the SHA-256 of its certificate.
async fn peer(Extension(connection): Extension<Arc<Connection>>) -> String {
    connection.presented().first().map_or("nobody".to_owned(), |der| fingerprint(der))
}

async fn pass(State(gate): State<Gate>) -> &'static str {
    gate.entered.add_permits(1);
    gate.leave.acquire().await.unwrap().forget();
    "through"
}

/// An answer that would last for ever.
async fn ending(Extension(connection): Extension<Arc<Connection>>) -> &'static str {
    connection.ending().await;
    "ended"
}

pub(super) fn fingerprint(der: &CertificateDer<'_>) -> String {
    hex::encode(careplan_envelope::sha256(der))
}

pub(super) fn get_of(path: &str) -> Request<Empty<Bytes>> {
    Request::get(path).header("host", "localhost").body(Empty::new()).unwrap()
}

pub(super) async fn text(response: Response<hyper::body::Incoming>) -> String {
    assert_eq!(response.status(), StatusCode::OK);
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

pub(super) struct Http1 {
    pub(super) sender: http1::SendRequest<Empty<Bytes>>,
    pub(super) ended: tokio::task::JoinHandle<()>,
}

impl Http1 {
    pub(super) async fn get(&mut self, path: &str) -> hyper::Result<Response<hyper::body::Incoming>> {
        self.sender.ready().await?;
        self.sender.send_request(get_of(path)).await
    }
}

pub(super) struct Http2 {
    pub(super) sender: http2::SendRequest<Empty<Bytes>>,
    pub(super) ended: tokio::task::JoinHandle<()>,
}

impl Http2 {
    pub(super) async fn get(&mut self, path: &str) -> hyper::Result<Response<hyper::body::Incoming>> {
        self.sender.ready().await?;
        self.sender.send_request(get_of(&format!("https://localhost{path}"))).await
    }
}

/// A certificate that nobody issued but its holder, and its key.
pub(super) struct Identity {
    pub(super) certificate: CertificateDer<'static>,
    pkcs8: Vec<u8>,
}

impl Identity {
    pub(super) fn ecdsa(algorithm: &'static rcgen::SignatureAlgorithm) -> Self {
        Self::of(rcgen::KeyPair::generate_for(algorithm).unwrap())
    }

    pub(super) fn rsa() -> Self {
        let size = rcgen::RsaKeySize::_2048;
        Self::of(rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).unwrap())
    }

    fn of(key: rcgen::KeyPair) -> Self {
        let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate: certificate.der().clone(), pkcs8: key.serialize_der() }
    }

    pub(super) fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.pkcs8.clone()))
    }

    pub(super) fn fingerprint(&self) -> String {
        fingerprint(&self.certificate)
    }
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn client_of(
    versions: &[&'static SupportedProtocolVersion],
) -> rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert> {
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer))
}

pub(super) const BOTH: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13, &rustls::version::TLS12];

/// A peer without a certificate.
pub(super) fn nobody() -> ClientConfig {
    client_of(BOTH).with_no_client_auth()
}

/// A peer with a certificate and its key.
pub(super) fn holder(identity: &Identity, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    client_of(versions).with_client_auth_cert(vec![identity.certificate.clone()], identity.key()).unwrap()
}

/// A peer that presents what a resolver says.
pub(super) fn resolved(
    resolver: Arc<dyn rustls::client::ResolvesClientCert>,
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    client_of(versions).with_client_cert_resolver(resolver)
}

/// Accepts every server: these tests look at what the server accepts.
#[derive(Debug)]
struct AnyServer;

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
