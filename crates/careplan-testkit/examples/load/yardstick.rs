//! The yardstick: a bare hyper + rustls server that asks for a client certificate, reads the whole
//! body and answers with as many bytes as a receipt has. It decides nothing and stores nothing, so
//! a server that does can at best come near it.
//!
//! It runs as a process of its own, like the platform, with the platform's own server certificate
//! and the same root for clients.

use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio_rustls::TlsAcceptor;

/// What the yardstick is started with.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// PEM: the server's key and certificate.
    #[arg(long)]
    identity: PathBuf,
    /// DER: whoever presents a certificate from this root is served.
    #[arg(long)]
    root: PathBuf,
    /// What is answered to every request.
    #[arg(long)]
    answer: PathBuf,
}

/// A running yardstick; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Yardstick {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Yardstick {
    /// Starts this program again as a yardstick that answers `answer`.
    pub(crate) async fn start(
        folder: &Path,
        identity: &Path,
        root: &[u8],
        answer: &[u8],
    ) -> anyhow::Result<Self> {
        let (root_file, answer_file) = (folder.join("root.der"), folder.join("answer"));
        fs::write(&root_file, root)?;
        fs::write(&answer_file, answer)?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("yardstick")
            .arg("--identity")
            .arg(identity)
            .arg("--root")
            .arg(root_file)
            .arg("--answer")
            .arg(answer_file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("start the yardstick")?;
        let output = child.stdout.take().context("the yardstick's output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        let address = line.trim().parse().context("the yardstick did not start")?;
        Ok(Self { child, address })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("the yardstick ended")
    }
}

/// Serves until it is killed. Prints its address.
pub(crate) async fn serve(options: &Options) -> anyhow::Result<()> {
    let tls = TlsAcceptor::from(Arc::new(settings(options)?));
    let answer = Bytes::from(fs::read(&options.answer).context("read the answer")?);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let (tls, answer) = (tls.clone(), answer.clone());
        tokio::spawn(async move {
            let Ok(stream) = tls.accept(socket).await else { return };
            let serve = service_fn(|request| reply(request, answer.clone()));
            // A connection that breaks is the client's matter.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), serve)
                .await;
        });
    }
}

async fn reply(request: Request<Incoming>, answer: Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    // A body that breaks off gets the same answer: nobody waits for it.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(answer));
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

fn settings(options: &Options) -> anyhow::Result<rustls::ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(fs::read(&options.root).context("read the root")?))?;
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let chain =
        CertificateDer::pem_file_iter(&options.identity)?.collect::<Result<Vec<_>, _>>().context("chain")?;
    let key = PrivateKeyDer::from_pem_file(&options.identity).context("key")?;
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
