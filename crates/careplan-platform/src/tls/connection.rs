//! One connection: handshake, requests, end.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper::service::Service as HyperService;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
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

/// Serves a connection until it ends.
pub(super) async fn serve(stream: TcpStream, desk: Arc<Desk>, stopping: CancellationToken) {
    // Answers are small and whole: waiting for more bytes only delays them.
    let _ = stream.set_nodelay(true);
    let ending = stopping.child_token();
    match &desk.transport {
        Transport::Plain => http1(stream, desk.clone(), ending, None).await,
        Transport::Tls(tls) => {
            let acceptor = TlsAcceptor::from(tls.current());
            let handshake = timeout(desk.limits.handshake, acceptor.accept(stream));
            let shaken = tokio::select! {
                shaken = handshake => shaken,
                () = ending.cancelled() => return,
            };
            match shaken {
                Ok(Ok(stream)) => {
                    metrics::counter!("careplan_handshakes_total", "outcome" => "ok").increment(1);
                    encrypted(stream, desk, ending).await;
                }
                Ok(Err(error)) => {
                    metrics::counter!("careplan_handshakes_total", "outcome" => "failed").increment(1);
                    tracing::debug!(%error, "handshake failed");
                }
                Err(_) => {
                    metrics::counter!("careplan_handshakes_total", "outcome" => "timeout").increment(1);
                }
            }
        }
    }
}

async fn encrypted(stream: TlsStream<TcpStream>, desk: Arc<Desk>, ending: CancellationToken) {
    let (_, tls) = stream.get_ref();
    let is_http2 = tls.alpn_protocol() == Some(b"h2");
    let presented: Vec<CertificateDer<'static>> =
        tls.peer_certificates().map(<[_]>::to_vec).unwrap_or_default();
    let peer = Some(Arc::new(Connection::new(presented, ending.clone())));
    if is_http2 { http2(stream, desk, ending, peer).await } else { http1(stream, desk, ending, peer).await }
}

type Peer = Option<Arc<Connection>>;

async fn http1<S>(stream: S, desk: Arc<Desk>, ending: CancellationToken, peer: Peer)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new();
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(desk.limits.silence)
        .max_buf_size(HTTP1_BUFFER_BYTES_MAX);
    let requests = Requests { router: desk.router.clone(), peer, activity: activity.clone() };
    let connection = builder.serve_connection(TokioIo::new(stream), requests);
    drive(Box::pin(connection), &activity, &desk, ending).await;
}

async fn http2<S>(stream: S, desk: Arc<Desk>, ending: CancellationToken, peer: Peer)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    TokioIo<S>: Read + Write,
{
    let activity = Activity::new();
    let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS_MAX)
        .initial_stream_window_size(HTTP2_STREAM_WINDOW_BYTES)
        .initial_connection_window_size(HTTP2_CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(HTTP2_SEND_BUFFER_BYTES)
        .max_header_list_size(HEAD_BYTES_MAX);
    let requests = Requests { router: desk.router.clone(), peer, activity: activity.clone() };
    let connection = builder.serve_connection(TokioIo::new(stream), requests);
    drive(Box::pin(connection), &activity, &desk, ending).await;
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

/// Hands each request to the routes, with the connection it came on.
struct Requests {
    router: Router,
    peer: Peer,
    activity: Arc<Activity>,
}

impl HyperService<Request<Incoming>> for Requests {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Answer>, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
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
