//! The yardstick: a bare hyper + rustls server that asks for a client certificate, reads the whole
//! body and answers with as many bytes as a receipt has. It decides nothing and stores nothing, so
//! no server on this machine with this TLS can be faster.
//!
//! It runs as a process of its own (`load yardstick FOLDER`), like the platform.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use careplan_testkit::certificates::{TestAuthority, TestIdentity, Validity};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Size of a signed receipt of the platform.
const ANSWER_BYTES: usize = 2048;

/// Names of the files in the yardstick's folder.
pub(crate) const ROOT: &str = "root.der";
pub(crate) const CLIENT: &str = "client.der";
pub(crate) const CLIENT_KEY: &str = "client.key";
pub(crate) const PORT: &str = "port";

/// Serves until it is killed. Writes certificates and, last, its port into `folder`.
pub(crate) async fn serve(folder: &Path) -> anyhow::Result<()> {
    let authority = TestAuthority::new("Yardstick");
    let client = authority.office("9970000018", Validity::Good);
    fs::write(folder.join(ROOT), authority.root())?;
    fs::write(folder.join(CLIENT), client.chain.first().context("a certificate")?)?;
    fs::write(folder.join(CLIENT_KEY), client.key.secret_der())?;
    let tls = TlsAcceptor::from(Arc::new(settings(&authority, authority.server())?));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    fs::write(folder.join("port.new"), listener.local_addr()?.port().to_string())?;
    fs::rename(folder.join("port.new"), folder.join(PORT))?;
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let tls = tls.clone();
        tokio::spawn(async move {
            if let Ok(stream) = tls.accept(socket).await {
                let http = Builder::new(TokioExecutor::new());
                // A connection that breaks is the client's matter.
                let _ = http.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
            }
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // A body that breaks off gets the same answer: nobody waits for it.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(Bytes::from_static(&[b'r'; ANSWER_BYTES])));
    *response.status_mut() = hyper::StatusCode::CREATED;
    Ok(response)
}

fn settings(authority: &TestAuthority, server: TestIdentity) -> anyhow::Result<rustls::ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.root().clone())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let key: PrivateKeyDer<'static> = server.key;
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(verifier)
        .with_single_cert(server.chain, key)?;
    Ok(config)
}
