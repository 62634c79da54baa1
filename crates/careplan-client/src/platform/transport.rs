//! The seam to the network: one request out, one answer back.
//!
//! The wire is one implementation; tests put faults or a whole platform in its place. Nothing
//! above this seam knows about sockets, and nothing below it about the exchange.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use careplan_domain::limits::SEALED_BYTES_MAX;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

/// Longest wait for the answer to a request: an office's slow line sends a part of 1 MiB in a minute.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Longest answer that is read: a sealed letter, or a full page of a list.
pub const ANSWER_BYTES_MAX: u64 = SEALED_BYTES_MAX + 1024 * 1024;

/// One request to the platform.
#[derive(Clone)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// Path and query, beginning with a slash.
    pub path: String,
    /// Header fields beyond those every request has.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Longest wait for the whole answer.
    pub patience: Duration,
}

impl Request {
    /// A request without body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: HeaderMap::new(), body: Bytes::new(), patience: PATIENCE }
    }

    /// Reads something.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Puts a body somewhere.
    pub fn put(path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::new(Method::PUT, path) }
    }

    /// Adds a header field. Values that no header can carry are left out; every value we put here
    /// is ASCII by its type.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.to_string()) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Waits this long for the answer.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// Without header values and body: they may hold credentials.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes)", self.method, self.path, self.body.len())
    }
}

/// What the platform answered, whatever it says.
#[derive(Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Header fields.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// A header field as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// An answer that goes on: its body arrives in pieces until the platform or the line ends it.
pub struct Listening {
    /// HTTP status.
    pub status: StatusCode,
    /// Header fields.
    pub headers: HeaderMap,
    /// The pieces.
    pub body: BoxStream<'static, Result<Bytes, TransportFault>>,
}

/// Why there is no answer. Whether the platform acted on the request is unknown, except after
/// [`Unreachable`](Self::Unreachable) and [`Untrusted`](Self::Untrusted).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// No connection.
    #[error(
        "連携基盤につながりません。インターネットの接続と、プロキシの設定を確かめてください。送信待ちのものは失われません。"
    )]
    Unreachable,
    /// The other end does not prove to be the platform.
    #[error(
        "接続先が本物の連携基盤であることを確かめられません。接続先の名前と、パソコンの日付・時刻を確かめてください。"
    )]
    Untrusted,
    /// The line broke, or the answer was cut.
    #[error("連携基盤との通信が途中で切れました。自動でやり直します。続くときは回線を確かめてください。")]
    Broken,
    /// Nothing came in time.
    #[error("連携基盤から時間内に返事がありません。自動でやり直します。続くときは回線を確かめてください。")]
    Silent,
    /// The answer is longer than any answer may be.
    #[error("連携基盤の返事が大きすぎます。クライアントを最新版にしてください。")]
    TooLong,
    /// The office's key did not sign for the connection.
    #[error(
        "電子証明書の鍵を使えないため、連携基盤につながりません。電子証明書をカードや機器に入れているときは、差し込んでください。送信待ちのものは失われません。"
    )]
    Key,
    /// The address, the keys or the proxy settings cannot be used.
    #[error("接続の設定を使えません。接続先のURL、証明書、プロキシの設定を確かめてください。")]
    Settings,
}

impl TransportFault {
    /// Whether trying again can help.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Unreachable | Self::Broken | Self::Silent | Self::Key)
    }

    /// A stable word for logs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Untrusted => "untrusted",
            Self::Broken => "broken",
            Self::Silent => "silent",
            Self::TooLong => "too_long",
            Self::Key => "key",
            Self::Settings => "settings",
        }
    }
}

/// Carries requests to the platform.
pub trait Transport: Send + Sync {
    /// Sends one request and reads the whole answer.
    fn exchange(&self, request: Request) -> BoxFuture<'_, Result<Answer, TransportFault>>;

    /// Sends one request and hands on the answer's body as it arrives.
    fn listen(&self, request: Request) -> BoxFuture<'_, Result<Listening, TransportFault>>;
}
