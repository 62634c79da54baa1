//! A small browser of ours: cookies, forms, redirects; and the screens it looks at.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use careplan_client::Office;
use careplan_client::desk::Desk;
use careplan_client::lan::Standing;
use careplan_client::screen::{Doors, Screen, router};
use careplan_client::service::{Hub, StartCode};
use careplan_client::staff::{LoginName, NewPerson, Role, Staff, Visitor};
use careplan_domain::Secret;
use careplan_login::Hasher;
use http::{Method, Request, StatusCode, header};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::world::{SENDER, World};

/// The password of everybody.
pub const OWN: &str = "haru no ogawa";

/// A client with screens; nobody is registered yet.
pub struct Screens {
    pub world: World,
    pub office: Office,
    pub staff: Staff,
    pub hub: Hub,
    screen: Screen,
    router: Router,
}

impl Screens {
    /// Of an office that is set up.
    pub async fn new() -> Self {
        let world = World::new();
        let office = world.set_up(SENDER).await;
        Self::of(world, office)
    }

    pub fn of(world: World, office: Office) -> Self {
        let staff = Staff::new(office.state().clone(), Hasher::new(4));
        let hub = Hub::new(office.options().clock.clone());
        let doors = Doors::on_this_pc("127.0.0.1:8430".parse().unwrap());
        let screen = Screen::new(office.clone(), staff.clone(), hub.clone(), doors);
        Self { world, office, staff, hub, screen: screen.clone(), router: router(Arc::new(screen)) }
    }

    /// A browser on another PC of the office, and the manager before it.
    pub async fn manager_elsewhere(&self) -> Browser {
        let names = ["careplan-pc.local".to_owned()];
        let (_, lan) = watch::channel(Standing::Open(vec!["https://careplan-pc.local:8431".to_owned()]));
        let elsewhere = self.screen.clone().telling(lan).behind(Doors::in_the_office(8431, names));
        let router = router(Arc::new(elsewhere));
        let mut browser = Browser { router, cookie: None, host: "careplan-pc.local:8431".into() };
        browser.post("/login", &[("name", "yamada"), ("password", OWN)]).await.leads_to("/");
        browser
    }

    /// The desk behind the pages.
    pub fn desk(&self) -> Desk {
        self.screen.desk().clone()
    }

    pub fn code(&self) -> String {
        let data = &self.office.options().data;
        StartCode::obtain(data, &careplan_client::mishap::Mishaps::default()).unwrap().expose().to_owned()
    }

    /// Registers the manager yamada, and the member sato whose password was handed out; gives that password.
    pub async fn staffed(&self) -> Secret {
        let now = self.office.now();
        let yamada = LoginName::new("yamada").unwrap();
        self.staff.add_first((yamada, "山田 花子"), &Secret::new(OWN), now).await.unwrap();
        let sato = NewPerson {
            login: LoginName::new("sato").unwrap(),
            name: "佐藤 太郎".into(),
            role: Role::Member,
        };
        self.staff.add(&sato, ("yamada", now)).await.unwrap()
    }

    /// The member suzuki, who owes nothing.
    pub async fn add_member(&self) {
        let now = self.office.now();
        let login = LoginName::new("suzuki").unwrap();
        let suzuki = NewPerson { login: login.clone(), name: "鈴木 次郎".into(), role: Role::Member };
        let temporary = self.staff.add(&suzuki, ("yamada", now)).await.unwrap();
        let credentials = (login.as_str(), &temporary);
        let (_, session) = self.staff.log_in(credentials, Visitor::new(None), now).await.unwrap();
        self.staff.change_password(&session, (&temporary, &Secret::new(OWN)), now).await.unwrap();
    }

    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: None, host: "localhost:8430".into() }
    }

    /// The manager, logged in.
    pub async fn manager(&self) -> Browser {
        self.staffed().await;
        let mut browser = self.browser();
        browser.post("/login", &[("name", "yamada"), ("password", OWN)]).await.leads_to("/");
        browser
    }
}

pub struct Browser {
    router: Router,
    pub cookie: Option<String>,
    pub host: String,
}

pub struct Page {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Browser {
    pub async fn get(&mut self, path: &str) -> Page {
        self.ask(self.request(Method::GET, path), Body::empty()).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.header("sec-fetch-site", "same-origin"), Body::from(body)).await
    }

    /// Sends files as a form of a page does.
    pub async fn upload(&mut self, path: &str, files: &[(&str, Vec<u8>)]) -> Page {
        self.upload_as("files", path, files).await
    }

    /// The same from another field of the page.
    pub async fn upload_as(&mut self, field: &str, path: &str, files: &[(&str, Vec<u8>)]) -> Page {
        let mut body = Vec::new();
        for (name, bytes) in files {
            body.extend(
                format!(
                    "--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
                )
                .into_bytes(),
            );
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--cut--\r\n");
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
        self.ask(request.header("sec-fetch-site", "same-origin"), Body::from(body)).await
    }

    /// Files of one field with other fields beside them.
    pub async fn upload_fields(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (field, files): (&str, &[(&str, Vec<u8>)]),
    ) -> Page {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        for (name, bytes) in files {
            let head = format!(
                "--cut\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n"
            );
            body.extend(head.into_bytes());
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--cut--\r\n");
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
        self.ask(request.header("sec-fetch-site", "same-origin"), Body::from(body)).await
    }

    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        request
    }

    pub async fn ask(&mut self, request: http::request::Builder, body: Body) -> Page {
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            self.cookie = (!set.contains("Max-Age=0")).then(|| set.split(';').next().unwrap().to_owned());
        }
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Page { status: parts.status, headers: parts.headers, bytes }
    }
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "{words} is not in {}", self.text());
        self
    }

    pub fn is(&self, status: u16, title: &str) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.says(&format!("<h1>{title}</h1>"))
    }

    pub fn leads_to(&self, path: &str) -> &Self {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        assert_eq!(self.header("location"), path);
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }
}
