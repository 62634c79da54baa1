//! The generator's wire: the client library's requests over one kept-alive HTTP/1.1 connection each.
//!
//! The generator shares the machine with the server it measures, so it uses hyper directly in place
//! of the shipped client's reqwest. What goes over the line is the same: HTTP/1.1, TLS 1.3, the
//! office's certificate, and the requests that the client library makes. Nothing is repeated and
//! nothing is pooled: a request that fails ends the run.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use careplan_client::keys::OfficeIdentity;
use careplan_client::platform::{Answer, Listening, Request, Transport, TransportFault};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use http_body_util::{BodyDataStream, BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::header::{HOST, HeaderValue};
use hyper_util::rt::TokioIo;
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The name both servers have in their certificate.
const NAME: &str = "localhost";

/// TLS of one office: believes `root` only, presents the office's certificate, never resumes.
pub(crate) fn tls(identity: &OfficeIdentity, root: &[u8]) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root.to_vec()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let certified = identity.for_tls(&provider)?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// A TCP connection and a full mutual handshake on it.
pub(crate) async fn connect(
    address: SocketAddr,
    tls: &Arc<ClientConfig>,
) -> anyhow::Result<TlsStream<TcpStream>> {
    let socket = TcpStream::connect(address).await.context("connect")?;
    socket.set_nodelay(true)?;
    let name = ServerName::try_from(NAME)?;
    TlsConnector::from(Arc::clone(tls)).connect(name, socket).await.context("handshake")
}

/// One connection; requests wait for each other.
pub(crate) struct Wire {
    requests: Mutex<SendRequest<Full<Bytes>>>,
}

impl Wire {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr, tls: &Arc<ClientConfig>) -> anyhow::Result<Self> {
        let stream = connect(address, tls).await?;
        let (requests, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // When it breaks, the request that waits on it fails and says so.
        tokio::spawn(connection);
        Ok(Self { requests: Mutex::new(requests) })
    }

    async fn start(&self, request: Request) -> Result<hyper::Response<Incoming>, TransportFault> {
        let mut built = hyper::Request::new(Full::new(request.body));
        *built.method_mut() = request.method;
        *built.uri_mut() = request.path.parse().map_err(|_| TransportFault::Settings)?;
        *built.headers_mut() = request.headers;
        built.headers_mut().insert(HOST, HeaderValue::from_static(NAME));
        let mut requests = self.requests.lock().await;
        requests.ready().await.map_err(|_| TransportFault::Unreachable)?;
        requests.send_request(built).await.map_err(|_| TransportFault::Broken)
    }
}

impl Transport for Wire {
    fn exchange(&self, request: Request) -> BoxFuture<'_, Result<Answer, TransportFault>> {
        async move {
            let (head, body) = self.start(request).await?.into_parts();
            let body = body.collect().await.map_err(|_| TransportFault::Broken)?.to_bytes();
            Ok(Answer { status: head.status, headers: head.headers, body })
        }
        .boxed()
    }

    fn listen(&self, request: Request) -> BoxFuture<'_, Result<Listening, TransportFault>> {
        async move {
            let (head, body) = self.start(request).await?.into_parts();
            let body = BodyDataStream::new(body).map(|piece| piece.map_err(|_| TransportFault::Broken));
            Ok(Listening { status: head.status, headers: head.headers, body: body.boxed() })
        }
        .boxed()
    }
}
