//! A real S3-compatible server in this process, for blob tests: plain HTTP on 127.0.0.1, one
//! bucket, requests with a wrong signature refused.
//!
//! It keeps its objects in a temporary folder that goes when the server is dropped.

#![expect(clippy::expect_used, reason = "a fixture that cannot do its work fails the test")]

use std::fs;
use std::net::SocketAddr;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

/// A running server; dropping it stops it and removes its objects.
#[derive(Debug)]
pub struct S3Server {
    address: SocketAddr,
    folder: TempDir,
    accepting: AbortHandle,
}

impl S3Server {
    /// The one bucket.
    pub const BUCKET: &str = "letters";
    /// Access key of the one account.
    pub const ACCESS_KEY: &str = "careplan-test";
    /// Its secret key; it opens nothing but this server.
    pub const SECRET_KEY: &str = "not-a-secret-outside-this-test";
    /// Any region will do.
    pub const REGION: &str = "local";

    /// Starts a server on a free port.
    ///
    /// # Panics
    /// When a folder or a port cannot be had.
    pub async fn start() -> Self {
        let folder = TempDir::with_prefix("careplan-s3-").expect("make a temporary folder");
        fs::create_dir(folder.path().join(Self::BUCKET)).expect("make the bucket");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("bind a port");
        let address = listener.local_addr().expect("read the port");
        let accepting = tokio::spawn(accept(listener, service(&folder))).abort_handle();
        Self { address, folder, accepting }
    }

    /// Where to find it: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many objects lie in the bucket, in all folders.
    pub fn objects(&self) -> usize {
        count(&self.folder.path().join(Self::BUCKET))
    }

    /// From now on nobody answers, as when the store is down.
    pub fn stop(&self) {
        self.accepting.abort();
    }

    /// After [`stop`](Self::stop): the same objects at the same address.
    ///
    /// # Panics
    /// When somebody else took the port.
    pub async fn start_again(&mut self) {
        while !self.accepting.is_finished() {
            tokio::task::yield_now().await;
        }
        let listener = TcpListener::bind(self.address).await.expect("bind the same port");
        self.accepting = tokio::spawn(accept(listener, service(&self.folder))).abort_handle();
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The objects in a folder.
fn service(folder: &TempDir) -> S3Service {
    let files = FileSystem::new(folder.path()).expect("open the folder as S3");
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(S3Server::ACCESS_KEY, S3Server::SECRET_KEY));
    builder.build()
}

/// Connections live in a set of this task, so they end with it.
async fn accept(listener: TcpListener, service: S3Service) {
    let mut connections = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let service = service.clone();
        connections.spawn(async move {
            let http = Builder::new(TokioExecutor::new());
            // A client that goes away in the middle is no matter of the server's.
            let _ = http.serve_connection(TokioIo::new(socket), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

fn count(folder: &std::path::Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => count(&entry.path()),
            Ok(_) => 1,
            Err(_) => 0,
        })
        .sum()
}
