//! The local API: what the screens do for people, for care software on the same PC (介護ソフト連携).
//!
//! Promises: nothing is answered without the token of an application, under a foreign name, to a browser, or – unless the office chose
//! so – to another PC; what is sent under a key goes once, however often and after whatever crash it is asked for; every event is
//! told at least once to who follows them by their numbers. Every refusal is a problem document with a stable code. Nothing is decided
//! here: the outbox, the inbox and the history decide.
//!
//! The description of all routes is `docs/local-api.json`, made from the code; how to begin stands in `docs/vendors.md`.

mod about;
mod application;
mod brought;
mod check;
mod events;
mod guard;
mod openapi;
mod parameters;
mod problem;
mod received;
mod refusals;
mod send;
mod sent;
mod shown;
mod stream;
mod transmissions;
mod waiting;

use std::sync::Arc;

use axum::Router;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as route;

pub(crate) use application::Added;
pub use application::{
    APPLICATIONS_MAX, Application, ApplicationFault, ApplicationName, ApplicationNameFault, NAME_CHARS_MAX,
    Reach,
};
pub use brought::{BODY_BYTES_MAX, CONTENT_BYTES_MAX, FILES_MAX};
pub use events::EVENTS_KEPT;
pub use openapi::document;
pub use problem::{Code, Problem};
pub(crate) use send::SendKey;
pub use send::{KEY_CHARS_MAX, SENDS_KEPT};
pub use transmissions::TEXT_CHARS_MAX;
pub use waiting::{WAIT_SECONDS_MAX, WAITING_MAX};

use crate::office::Office;
use crate::screen::Doors;
use crate::service::Hub;

/// Bodies with files that are held in memory at the same time; the next one waits. The PCs are small.
const BODIES_MAX: usize = 2;

/// What the handlers of the local API share. Clones are the same local API.
#[derive(Clone)]
pub struct LocalApi {
    office: Office,
    hub: Hub,
    /// The names under which it may be asked.
    doors: Doors,
    bodies: Arc<Semaphore>,
    /// One thing is sent at a time: who asks twice waits, and finds it sent.
    sending: Arc<Mutex<()>>,
    /// Places for requests that wait for events.
    places: Arc<Semaphore>,
    /// The program comes to its end: who waits is let go.
    stop: CancellationToken,
}

impl LocalApi {
    /// The local API of an office, behind the same `doors` as the screens.
    pub fn new(office: Office, hub: Hub, doors: Doors, stop: CancellationToken) -> Self {
        Self {
            office,
            hub,
            doors,
            bodies: Arc::new(Semaphore::new(BODIES_MAX)),
            sending: Arc::default(),
            places: Arc::new(Semaphore::new(WAITING_MAX)),
            stop,
        }
    }
}

impl LocalApi {
    /// The same behind other doors.
    #[must_use]
    pub fn behind(&self, doors: Doors) -> Self {
        Self { doors, ..self.clone() }
    }
}

/// Every described route.
fn described() -> OpenApiRouter<Arc<LocalApi>> {
    OpenApiRouter::new()
        .routes(route!(about::show))
        .routes(route!(check::check))
        .routes(route!(send::send, send::show))
        .routes(route!(transmissions::list))
        .routes(route!(sent::show))
        .routes(route!(sent::withdraw))
        .routes(route!(received::waiting))
        .routes(route!(received::show))
        .routes(route!(received::files))
        .routes(route!(received::file))
        .routes(route!(received::zipped))
        .routes(route!(received::imported))
        .routes(route!(events::follow))
        .routes(route!(openapi::show))
}

/// The local API. It answers for everything below `/api` and for nothing else, so that it can be merged with the screens; requests carry
/// the address of their caller as [`axum::extract::ConnectInfo`].
pub fn router(api: Arc<LocalApi>) -> Router {
    let (routes, _) = described().split_for_parts();
    guard::around(routes.with_state(api.clone()), api)
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// `GET`, `PUT`, `POST`.
    pub method: String,
    /// Its path, with the names of its parts in braces.
    pub path: String,
}

/// Every route, as the description has it – which is what the router is made from.
pub fn routes() -> Vec<Route> {
    let described = serde_json::to_value(document()).unwrap_or_default();
    let paths = described.get("paths").and_then(|paths| paths.as_object()).cloned().unwrap_or_default();
    let of_path = |(path, operations): (String, serde_json::Value)| {
        let methods: Vec<String> =
            operations.as_object().into_iter().flatten().map(|(it, _)| it.to_uppercase()).collect();
        methods.into_iter().map(move |method| Route { method, path: path.clone() })
    };
    paths.into_iter().flat_map(of_path).collect()
}
