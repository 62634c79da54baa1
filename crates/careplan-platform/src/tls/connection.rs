//! One connection: handshake, requests, end.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service as HyperService;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use super::activity::{Activity, Answer};
use super::door::{Desk, Transport};
use crate::caller::Connection;

/// Bytes gathered of a request's head, or of a body at a time, on HTTP/1.1.
const HTTP1_BUFFER_BYTES_MAX: usize = 32 * 1024;

/// Requests of one HTTP/2 connection at the same time: a terminal sends a few letters at once, and
/// holds an event stream.
const HTTP2_STREAMS_MAX: u32 = 64;

/// Bytes of one HTTP/2 body on their way: enough for a letter of usual size without a pause.
const HTTP2_STREAM_WINDOW_BYTES: u32 = 256 * 1024;

/// The same for all bodies of a connection.
const HTTP2_CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;

/// Bytes of an answer that wait for a slow reader, per stream.
const HTTP2_SEND_BUFFER_BYTES: usize = 64 * 1024;

/// Size of a request's head. Ours are under 1 KiB.
const HEAD_BYTES_MAX: u32 = 16 * 1024;

/// A connection ends at an age between nine tenths of the limit and the whole, so that those
/// which came together after a restart do not come again together.
const AGE_SPREAD_TENTHS: u32 = 1;

/// Where a request's connection comes from, in the extensions of the request. Behind a proxy that is the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

/// Serves a connection until it ends.
///
/// While it is served it is no larger than it must be, since idle ones are many: what only the
/// handshake needs is gone by then.
pub(super) async fn serve(
    (stream, address): (TcpStream, SocketAddr),
    desk: Arc<Desk>,
    stopping: CancellationToken,
) {
    // Answers are small and whole: waiting for more bytes only delays them.
    let _ = stream.set_nodelay(true);
    let ending = stopping.child_token();
    let welcomed = match &desk.transport {
        Transport::Plain => {
            let requests = Requests::new(&desk, address, None);
            let activity = requests.activity.clone();
            let connection = http1_builder(&desk).serve_connection(TokioIo::new(stream), requests);
            Some(Welcomed::Plain(Box::pin(connection), activity))
        }
        Transport::Tls(tls) => Box::pin(shake((stream, address), tls.current(), &desk, &ending)).await,
    };
    match welcomed {
        Some(Welcomed::Http1(connection, activity)) => drive(connection, &activity, &desk, ending).await,
        Some(Welcomed::Http2(connection, activity)) => drive(connection, &activity, &desk, ending).await,
        Some(Welcomed::Plain(connection, activity)) => drive(connection, &activity, &desk, ending).await,
        None => {}
    }
}

/// A connection that is ready for requests.
enum Welcomed {
    Plain(Pin<Box<http1::Connection<TokioIo<TcpStream>, Requests>>>, Arc<Activity>),
    Http1(Pin<Box<http1::Connection<TokioIo<TlsStream<TcpStream>>, Requests>>>, Arc<Activity>),
    Http2(Pin<Box<Http2>>, Arc<Activity>),
}

type Http2 = http2::Connection<TokioIo<TlsStream<TcpStream>>, Requests, TokioExecutor>;

/// Shakes hands; `None` when that fails, takes too long, or the platform stops.
async fn shake(
    (stream, address): (TcpStream, SocketAddr),
    tls: Arc<ServerConfig>,
    desk: &Desk,
    ending: &CancellationToken,
) -> Option<Welcomed> {
    let handshake = timeout(desk.limits.handshake, TlsAcceptor::from(tls).accept(stream));
    let shaken = tokio::select! {
        shaken = handshake => shaken,
        () = ending.cancelled() => return None,
    };
    let outcome = match &shaken {
        Ok(Ok(_)) => "ok",
        Ok(Err(error)) => {
            tracing::debug!(%error, "handshake failed");
            "failed"
        }
        Err(_) => "timeout",
    };
    metrics::counter!("careplan_handshakes_total", "outcome" => outcome).increment(1);
    let stream = shaken.ok()?.ok()?;
    let (_, tls) = stream.get_ref();
    let is_http2 = tls.alpn_protocol() == Some(b"h2");
    let presented: Vec<CertificateDer<'static>> =
        tls.peer_certificates().map(<[_]>::to_vec).unwrap_or_default();
    let peer = Some(Arc::new(Connection::new(presented, ending.clone())));
    let requests = Requests::new(desk, address, peer);
    let activity = requests.activity.clone();
    Some(if is_http2 {
        Welcomed::Http2(Box::pin(http2_builder().serve_connection(TokioIo::new(stream), requests)), activity)
    } else {
        Welcomed::Http1(
            Box::pin(http1_builder(desk).serve_connection(TokioIo::new(stream), requests)),
            activity,
        )
    })
}

fn http1_builder(desk: &Desk) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(desk.limits.silence)
        .max_buf_size(HTTP1_BUFFER_BYTES_MAX);
    builder
}

fn http2_builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS_MAX)
        .initial_stream_window_size(HTTP2_STREAM_WINDOW_BYTES)
        .initial_connection_window_size(HTTP2_CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(HTTP2_SEND_BUFFER_BYTES)
        .max_header_list_size(HEAD_BYTES_MAX);
    builder
}

/// Serves until the peer leaves, the connection comes of age or falls silent, or the platform
/// stops; then lets the requests under way finish.
async fn drive<C>(mut connection: Pin<Box<C>>, activity: &Activity, desk: &Desk, ending: CancellationToken)
where
    C: GracefulConnection,
    C::Error: std::fmt::Display,
{
    let ends_at = Instant::now() + aged(desk.limits.age);
    let mut look_at = Instant::now() + desk.limits.silence;
    loop {
        tokio::select! {
            ended = connection.as_mut() => return note(ended),
            () = ending.cancelled() => break,
            () = sleep_until(look_at.min(ends_at)) => {
                let now = Instant::now();
                look_at = activity.silent_until(desk.limits.silence, now);
                if ends_at <= now || look_at <= now {
                    break;
                }
            }
        }
    }
    ending.cancel();
    connection.as_mut().graceful_shutdown();
    // When the platform stops, the door cuts sooner than this.
    if let Ok(ended) = timeout(desk.limits.finish, connection).await {
        note(ended);
    }
}

fn aged(age: std::time::Duration) -> std::time::Duration {
    let mut random = [0_u8];
    // Without randomness all live as long as they may.
    let spread = aws_lc_rs::rand::fill(&mut random).map_or(0, |()| u32::from(random[0]));
    age - age * AGE_SPREAD_TENTHS * spread / (10 * 255)
}

fn note<E: std::fmt::Display>(ended: Result<(), E>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "connection broke");
    }
}

type Peer = Option<Arc<Connection>>;

/// Hands each request to the routes, with the connection it came on.
struct Requests {
    router: Router,
    address: PeerAddress,
    peer: Peer,
    activity: Arc<Activity>,
}

impl Requests {
    fn new(desk: &Desk, address: SocketAddr, peer: Peer) -> Self {
        let address = PeerAddress(address.ip());
        Self { router: desk.router.clone(), address, peer, activity: Activity::new() }
    }
}

impl HyperService<Request<Incoming>> for Requests {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Answer>, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        request.extensions_mut().insert(self.address);
        if let Some(peer) = &self.peer {
            request.extensions_mut().insert(peer.clone());
        }
        let under_way = self.activity.begin();
        let mut router = self.router.clone();
        Box::pin(async move {
            let response = router.call(request).await?;
            Ok(response.map(|body| Answer::new(body, under_way)))
        })
    }
}
