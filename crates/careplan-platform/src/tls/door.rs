//! The listening socket, and all its connections.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use super::{TlsInForce, connection};

/// Pause after the system refused to accept, so that a shortage (of file descriptors) is not made
/// worse by asking again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What speaks on a port.
#[derive(Debug, Clone)]
pub enum Transport {
    /// HTTP/1.1 in the clear: the operators' port.
    Plain,
    /// HTTP/1.1 and HTTP/2 over TLS.
    Tls(Arc<TlsInForce>),
}

/// Limits of the connections of one port.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// Without a request under way, and for the head of a request.
    pub silence: Duration,
    /// Of a connection; the request under way then finishes.
    pub age: Duration,
    /// For the requests under way when a connection comes of age.
    pub finish: Duration,
    /// Connections at the same time.
    pub connections: usize,
}

/// A bound socket that does not accept yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// What every connection of a port needs.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) transport: Transport,
    pub(super) limits: Limits,
    pub(super) router: Router,
}

/// An open port. Dropped, it cuts all connections at once.
#[derive(Debug)]
pub struct Door {
    address: SocketAddr,
    stopping: CancellationToken,
    cutting: CancellationToken,
    connections: TaskTracker,
    _cut: DropGuard,
}

impl Listener {
    /// Takes the port; 0 takes a free one.
    ///
    /// # Errors
    /// When the port is in use, or is not ours to take.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The address with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins to accept.
    pub fn open(self, transport: Transport, limits: Limits, router: Router) -> Door {
        let stopping = CancellationToken::new();
        let cutting = CancellationToken::new();
        let connections = TaskTracker::new();
        let desk = Arc::new(Desk { transport, limits, router });
        let accepting = Accepting {
            socket: self.socket,
            places: Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS))),
            desk,
            stopping: stopping.clone(),
            cutting: cutting.clone(),
            connections: connections.clone(),
        };
        connections.spawn(accepting.accept());
        let _cut = cutting.clone().drop_guard();
        Door { address: self.address, stopping, cutting, connections, _cut }
    }
}

impl Door {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections, ends silent ones, lets requests under way finish for `grace`,
    /// and then cuts. Says whether all finished.
    pub async fn close(&self, grace: Duration) -> bool {
        self.stopping.cancel();
        self.connections.close();
        let finished = timeout(grace, self.connections.wait()).await.is_ok();
        self.cutting.cancel();
        self.connections.wait().await;
        finished
    }
}

struct Accepting {
    socket: TcpListener,
    places: Arc<Semaphore>,
    desk: Arc<Desk>,
    stopping: CancellationToken,
    cutting: CancellationToken,
    connections: TaskTracker,
}

impl Accepting {
    /// Accepts until the port closes; the socket is gone with the return.
    async fn accept(self) {
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.stopping.cancelled() => return,
                () = self.cutting.cancelled() => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.welcome(stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn welcome(&self, stream: tokio::net::TcpStream, peer: SocketAddr) {
        // A handshake just to say no would cost more than the connection: closing is the answer.
        let Ok(place) = self.places.clone().try_acquire_owned() else {
            metrics::counter!("careplan_connections_refused_total").increment(1);
            return;
        };
        let (desk, stopping) = (self.desk.clone(), self.stopping.clone());
        let cutting = self.cutting.clone();
        self.connections.spawn(async move {
            let _place = place;
            metrics::gauge!("careplan_connections_open").increment(1);
            let _open = Open;
            tokio::select! {
                biased;
                () = cutting.cancelled() => {}
                () = connection::serve((stream, peer), desk, stopping) => {}
            }
        });
    }
}

/// Counted as long as it lives.
struct Open;

impl Drop for Open {
    fn drop(&mut self) {
        metrics::gauge!("careplan_connections_open").decrement(1);
    }
}
