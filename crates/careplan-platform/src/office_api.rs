//! The Office API over HTTP: one file per resource, mirroring the routes.
//!
//! A handler is always parse → authorise → load → decide → commit. Every refusal is a problem
//! document with a stable code; an internal cause is logged once and never sent.

mod account;
mod answer;
mod body;
pub mod credentials;
mod directory;
mod est;
mod events;
mod inbox;
mod letter;
mod letter_header;
mod licence;
mod notices;
mod openapi;
pub(crate) mod parameters;
pub mod problem;
mod receipts;
mod refusals;
mod sent;
mod terminals;
mod transmissions;
mod trust;
mod upload;
mod waiting;
mod withdrawal;

use std::sync::Arc;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as route;

use crate::platform::Platform;

pub use openapi::document;
pub use upload::{PART_BYTES_MAX, UPLOADS_OPEN_MAX};

/// Every described route of the Office API.
fn routes() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(route!(transmissions::send, transmissions::show))
        .routes(route!(upload::held, upload::add, upload::forget))
        .routes(route!(letter::fetch))
        .routes(route!(receipts::list))
        .routes(route!(receipts::fetch, receipts::hand_in))
        .routes(route!(withdrawal::withdraw))
        .routes(route!(inbox::list))
        .routes(route!(sent::list))
        .routes(route!(events::follow))
        .routes(route!(directory::search))
        .routes(route!(directory::show))
        .routes(route!(directory::keys))
        .routes(route!(terminals::publish, terminals::retire))
        .routes(route!(licence::show))
        .routes(route!(account::show))
        .routes(route!(notices::list))
        .merge(est::routes())
        .routes(route!(trust::show))
        .routes(route!(trust::revocation_list))
        .routes(route!(openapi::show))
}

/// The Office API of one replica. Requests carry their `Arc<Connection>` as an extension; what is
/// no route is answered by whoever serves it.
pub fn router(platform: Arc<Platform>) -> Router {
    let (router, _) = routes().split_for_parts();
    router.with_state(platform)
}
