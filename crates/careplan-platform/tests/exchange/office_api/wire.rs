//! The Office API over real sockets: HTTP/1.1 as somebody types it, byte by byte. The certificate is
//! handed over beside them, as a door with TLS would.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Extension;
use bytes::Bytes;
use careplan_platform::serve::edge::{Times, surround};
use careplan_platform::tls::{Door, Limits, Listener, Transport};
use careplan_protocol::Problem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Client;

/// Far beyond what anything here takes: reached only when something hangs.
const HANG: Duration = Duration::from_secs(60);

/// An open port on which every connection is one client's.
pub(crate) struct Wire(Door);

impl Wire {
    pub(crate) async fn of(client: &Client, times: Times) -> Self {
        let routes = client.router.clone().layer(Extension(client.connection.clone()));
        let limits = Limits { handshake: HANG, silence: HANG, age: HANG, finish: HANG, connections: 100 };
        let listener = Listener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        Self(listener.open(Transport::Plain, limits, surround(routes, times)))
    }

    /// Sends the head of a request and what is there of its body, reads the whole answer, and only
    /// then hangs up: whoever waits for more of the body waits in vain.
    pub(crate) async fn ask(&self, request: http::request::Builder, body: &Bytes) -> WireAnswer {
        let (head, ()) = request.body(()).unwrap().into_parts();
        let mut text = format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", head.method, head.uri);
        for (name, value) in &head.headers {
            text += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        let mut stream = TcpStream::connect(self.0.address()).await.unwrap();
        stream.write_all(format!("{text}connection: close\r\n\r\n").as_bytes()).await.unwrap();
        // Fails when the server hangs up before it has read the body.
        stream.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(HANG, stream.read_to_end(&mut answer)).await;
        read.unwrap().unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        WireAnswer { head: head.to_lowercase(), body: body.to_owned() }
    }
}

/// What came back.
pub(crate) struct WireAnswer {
    head: String,
    body: String,
}

impl WireAnswer {
    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The whole problem as a person reads it, after its status and code.
    pub(crate) fn problem(&self) -> String {
        assert!(self.head.contains("content-type: application/problem+json"), "{}\n{}", self.head, self.body);
        let problem: Problem = serde_json::from_str(&self.body).unwrap();
        assert_eq!(problem.status, self.status());
        format!("{} {} {problem}", problem.status, problem.code)
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.head.lines().any(|line| line == field)
    }
}
