//! A care software of ours, and the client that it asks.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_client::Office;
use careplan_client::local_api::{LocalApi, router};
use careplan_client::screen::Doors;
use careplan_client::service::Hub;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::world::{RECEIVER, SENDER, World, drain, files_below};

/// A client of an office with its local API.
pub struct Client {
    pub office: Office,
    pub hub: Hub,
    pub stop: CancellationToken,
    router: Router,
}

impl Client {
    pub fn of(office: Office) -> Self {
        let (hub, stop) = (Hub::new(office.options().clock.clone()), CancellationToken::new());
        let doors = Doors::on_this_pc("127.0.0.1:8430".parse().unwrap());
        let api = LocalApi::new(office.clone(), hub.clone(), doors, stop.clone());
        Self { office, hub, stop, router: router(Arc::new(api)) }
    }

    /// Of an office that is not set up.
    pub async fn alone() -> (World, Self) {
        let world = World::new();
        let office = world.open(SENDER).await;
        (world, Self::of(office))
    }

    /// An application with a token of its own.
    pub async fn software(&self, name: &str) -> Software {
        let token = self.office.add_application(&name.parse().unwrap(), "yamada").await.unwrap();
        Software {
            router: self.router.clone(),
            authorization: Some(format!("Bearer {}", token.expose())),
            host: "localhost:8430".to_owned(),
            from: Some("127.0.0.1:50000".parse().unwrap()),
            origin: None,
        }
    }
}

/// A sender and a receiver that are set up, and a care software at each.
pub struct Two {
    pub world: World,
    pub sender: Client,
    pub receiver: Client,
    pub here: Software,
    pub there: Software,
}

impl Two {
    pub async fn new() -> Self {
        let world = World::new();
        let (sender, receiver) =
            (Client::of(world.set_up(SENDER).await), Client::of(world.set_up(RECEIVER).await));
        let (here, there) = (sender.software("ソフトA").await, receiver.software("ソフトB").await);
        Self { world, sender, receiver, here, there }
    }

    /// Both engines work until nothing is left to do.
    pub async fn work(&self) {
        drain(&self.sender.office).await;
        drain(&self.receiver.office).await;
        drain(&self.sender.office).await;
    }

    /// Sends one unit that arrives; gives its id.
    pub async fn arrived(&self, serial: &str) -> String {
        let sent = self.here.put(&format!("/api/v1/sends/{serial}"), &small(serial)).await.good();
        self.work().await;
        sent["units"][0]["transmission"].as_str().unwrap().to_owned()
    }
}

/// The body of the smallest good unit.
pub fn small(serial: &str) -> Value {
    let name = format!("DLT1KYO_{SENDER}_43_{RECEIVER}_11_{serial}.CSV");
    body(&[(&name, b"202407,990001,0009900021,20261015\r\n")])
}

pub fn body(files: &[(&str, &[u8])]) -> Value {
    let files: Vec<Value> = files
        .iter()
        .map(|(name, bytes)| json!({ "name": name, "content": STANDARD.encode(bytes) }))
        .collect();
    json!({ "files": files })
}

/// The body of an example of the standard.
pub fn example(names: &[&str]) -> Value {
    let all: Vec<(String, Vec<u8>)> = names
        .iter()
        .flat_map(|name| files_below(&crate::world::examples().join(name)))
        .map(|(path, bytes)| (path.to_str().unwrap().to_owned(), bytes))
        .collect();
    body(&all.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect::<Vec<_>>())
}

/// A program that asks.
#[derive(Clone)]
pub struct Software {
    router: Router,
    pub authorization: Option<String>,
    pub host: String,
    pub from: Option<SocketAddr>,
    pub origin: Option<(&'static str, &'static str)>,
}

impl Software {
    pub fn request(&self, method: &str, path: &str) -> http::request::Builder {
        let method: Method = method.parse().unwrap();
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some((name, value)) = self.origin {
            request = request.header(name, value);
        }
        match self.from {
            Some(from) => request.extension(ConnectInfo(from)),
            None => request,
        }
    }

    pub async fn raw(&self, request: http::request::Builder, body: impl Into<Body>) -> Response<Body> {
        self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }

    pub async fn ask(&self, request: http::request::Builder, body: impl Into<Body>) -> Answer {
        let (parts, body) = self.raw(request, body).await.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(self.request("GET", path), Body::empty()).await
    }

    pub async fn with_body(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.ask(request, serde_json::to_vec(body).unwrap()).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.with_body("PUT", path, body).await
    }

    pub async fn check(&self, body: &Value) -> Answer {
        self.with_body("POST", "/api/v1/check", body).await
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.bytes)))
    }

    /// What was answered, where nothing went wrong.
    pub fn good(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }

    /// A problem document with this code, and a sentence that says where.
    pub fn is(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!((self.status.as_u16(), problem["code"].as_str()), (status, Some(code)), "{problem}");
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(problem["type"], format!("urn:x-careplan:problem:{code}"));
        assert!(problem["action"].as_str().unwrap().ends_with('。'), "{problem}");
        problem
    }
}
