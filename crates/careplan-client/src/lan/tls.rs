//! TLS for the other PCs: handshakes beside each other, each with an end, and never more than a small office needs.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::LanFault;
use super::authority::ServerCertificate;

/// Longest handshake: a slow tablet takes one second.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Connections at a time: thirty browsers with six each. What comes then waits.
const CONNECTIONS_MAX: usize = 180;

/// How long nothing is accepted after the system refused.
const PAUSE: Duration = Duration::from_millis(200);

/// A listener whose handshakes are done elsewhere; dropped, it listens no more.
pub(super) struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<(Held, SocketAddr)>,
    accepting: tokio::task::JoinHandle<()>,
}

impl TlsListener {
    /// Begins to accept with a certificate.
    pub(super) fn new(listener: TcpListener, certificate: ServerCertificate) -> Result<Self, LanFault> {
        let address = listener.local_addr().map_err(|error| LanFault::Refused(0, error))?;
        let acceptor = TlsAcceptor::from(Arc::new(config(certificate)?));
        let (done, ready) = mpsc::channel(1);
        Ok(Self { address, ready, accepting: tokio::spawn(accept(listener, acceptor, done)) })
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = Held;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Held, SocketAddr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // Only when accepting has ended for good; the server is stopped then.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// Who is at the other end, for the local API: another PC, as far as it is concerned. Its guard lets in whom it knows to be on this one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elsewhere;

impl Connected<IncomingStream<'_, TlsListener>> for Elsewhere {
    fn connect_info(_: IncomingStream<'_, TlsListener>) -> Self {
        Self
    }
}

fn config(certificate: ServerCertificate) -> Result<ServerConfig, LanFault> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certificate.key.to_vec()));
    let chain = vec![CertificateDer::from(certificate.certificate)];
    let config = builder.and_then(|it| it.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|_| LanFault::Certificate)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, done: mpsc::Sender<(Held, SocketAddr)>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, from)) => {
                tokio::spawn(shake(acceptor.clone(), (stream, from), place, done.clone()));
            }
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn shake(
    acceptor: TlsAcceptor,
    (stream, from): (TcpStream, SocketAddr),
    place: OwnedSemaphorePermit,
    done: mpsc::Sender<(Held, SocketAddr)>,
) {
    let _ = stream.set_nodelay(true);
    // What speaks no TLS, or does not know the authority, is let go without a word.
    if let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await {
        let _ = done.send((Held { stream, _place: place }, from)).await;
    }
}

/// A connection with its place.
pub(super) struct Held {
    stream: TlsStream<TcpStream>,
    _place: OwnedSemaphorePermit,
}

mod io_of_held {
    //! A connection is read and written as the stream it holds.

    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::Held;

    impl AsyncRead for Held {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_read(context, buffer)
        }
    }

    impl AsyncWrite for Held {
        fn poll_write(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.stream).poll_write(context, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_flush(context)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_shutdown(context)
        }
    }
}
