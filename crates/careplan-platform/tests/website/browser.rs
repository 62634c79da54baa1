//! A browser as far as the site needs one: keeps the cookie, follows redirects, fills in forms that are on the page.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use careplan_platform::tls::PeerAddress;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::promises;

const COOKIE: &str = "__Host-session";

#[derive(Clone)]
pub struct Browser {
    router: Router,
    token: Option<String>,
    address: IpAddr,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Page {
    pub path: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

/// A form as it stands on a page.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub method: String,
    /// Names with the values that stand in them.
    pub fields: Vec<(String, String)>,
}

impl Browser {
    pub fn new(router: Router) -> Self {
        Self { router, token: None, address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)) }
    }

    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Somewhere else in the network.
    pub fn from(mut self, address: &str) -> Self {
        self.address = address.parse().unwrap();
        self
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Asks for a page; redirects are not followed.
    pub async fn get(&mut self, path: &str) -> Page {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Asks for a page, and goes where it leads.
    pub async fn open(&mut self, path: &str) -> Page {
        let page = self.get(path).await;
        self.follow(page).await
    }

    /// Goes where an answer leads.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..5 {
            let Some(path) = page.leads_to() else { return page };
            page = self.get(&path).await;
        }
        panic!("led in a circle: {}", page.path)
    }

    /// Posts fields as a browser that stands on a page of the site.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = form_request(path).header("sec-fetch-site", "same-origin");
        self.ask(request.body(encoded(fields)).unwrap()).await
    }

    /// Types into the form of a page that posts to `action`, and presses its button; goes where that leads. Fails when the form
    /// has no such field.
    pub async fn submit(&mut self, page: &Page, action: &str, typed: &[(&str, &str)]) -> Page {
        let answer = self.press(page, action, typed).await;
        self.follow(answer).await
    }

    /// The same, without going where it leads.
    pub async fn press(&mut self, page: &Page, action: &str, typed: &[(&str, &str)]) -> Page {
        let mut form = page.form(action);
        for (name, value) in typed {
            let field = form.fields.iter_mut().find(|(known, _)| known == name);
            let Some(field) = field else { panic!("{action} has no field {name}: {form:?}") };
            (*value).clone_into(&mut field.1);
        }
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// One request as it is; the cookie is added, and taken from the answer.
    pub async fn ask(&mut self, mut request: Request<Body>) -> Page {
        let path = request.uri().to_string();
        request.extensions_mut().insert(PeerAddress(self.address));
        if let Some(token) = &self.token {
            request.headers_mut().insert(header::COOKIE, format!("{COOKIE}={token}").parse().unwrap());
        }
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let page = Page { path, status: head.status, headers: head.headers, bytes };
        for cookie in page.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        promises::hold(&page);
        page
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, flags) = cookie.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        assert_eq!(name, COOKIE);
        let gone = flags == "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";
        assert!(gone || flags == "Path=/; Secure; HttpOnly; SameSite=Lax", "{flags}");
        assert_eq!(value.is_empty(), gone, "{cookie}");
        self.token = (!gone).then(|| value.to_owned());
    }
}

/// A post of a form, without the headers that tell where it comes from.
pub fn form_request(path: &str) -> http::request::Builder {
    Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "careplan.example.jp")
}

pub fn encoded(fields: &[(&str, &str)]) -> Body {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        text.append_pair(name, value);
    }
    Body::from(text.finish())
}

impl Page {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub fn is_html(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("text/html"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Where it leads, when it is a redirect.
    pub fn leads_to(&self) -> Option<String> {
        self.header("location").map(str::to_owned)
    }

    pub fn title(&self) -> &str {
        between(self.text(), "<h1>", "</h1>").unwrap()
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "{} does not say {words:?}:\n{}", self.path, self.text());
        self
    }

    #[track_caller]
    pub fn is(&self, status: u16, title: &str) -> &Self {
        assert_eq!((self.status.as_u16(), self.title()), (status, title), "{}\n{}", self.path, self.text());
        self
    }

    /// The message at a field.
    pub fn error_at(&self, field: &str) -> Option<&str> {
        let at = self.text().split_once(&format!(r#"<p class="error" id="{field}-error">"#))?.1;
        between(at, "エラー：</span>", "</p>")
    }

    /// The form that posts to a path; the page's own form when it names none.
    pub fn form(&self, action: &str) -> Form {
        let found = self.forms().into_iter().find(|form| form.action == action);
        found.unwrap_or_else(|| panic!("{} has no form to {action}:\n{}", self.path, self.text()))
    }

    pub fn forms(&self) -> Vec<Form> {
        let forms = self.text().split("<form ").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        forms.map(|form| self.read_form(form)).collect()
    }

    fn read_form(&self, form: &str) -> Form {
        let head = format!(" {}", form.split('>').next().unwrap());
        let mut fields: Vec<(String, String)> = Vec::new();
        for tag in tags(form) {
            let Some(name) = attribute(tag, "name") else { continue };
            let is_radio = attribute(tag, "type").is_some_and(|kind| kind == "radio" || kind == "checkbox");
            let value = attribute(tag, "value").unwrap_or_default();
            let value = if is_radio && !tag.contains(" checked") { String::new() } else { value };
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some(field) if !value.is_empty() => field.1 = value,
                Some(_) => {}
                None => fields.push((name, value)),
            }
        }
        Form {
            action: attribute(&head, "action").unwrap_or_else(|| self.path.clone()),
            method: attribute(&head, "method").unwrap_or_else(|| "get".to_owned()),
            fields,
        }
    }
}

/// The tags of fields in a piece of a page.
pub fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .filter(|tag| ["input ", "select ", "textarea ", "button "].iter().any(|kind| tag.starts_with(kind)))
        .map(|tag| tag.split('>').next().unwrap())
}

/// The value of an attribute in a tag, as a browser reads it.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = between(tag, &format!(" {name}=\""), "\"")?;
    let read = value.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<");
    Some(read.replace("&#62;", ">").replace("&#38;", "&"))
}

pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}
