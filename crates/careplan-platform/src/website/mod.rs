//! The web site: HTTP and pages, and nothing else. Rooms below decide; here they are asked and their answers drawn.
//!
//! Promises: every route stands in one table with who may ask for it ([`routes()`]), and nothing is served that does not; every page
//! works without script under a strict policy; what was typed is not lost after an error, passwords excepted; a form that another
//! site sends is refused; nobody learns whether a user ID exists.

mod admit;
mod condition;
mod downloads;
mod fields;
mod guard;
mod held;
mod pages;
mod routes;
mod show;
mod squeeze;
mod viewer;
mod visit;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use governor::clock::DefaultClock;

pub use downloads::{Downloads, ListFault};
pub use routes::{Route, Who, routes};

use crate::billing::Billing;
use crate::licence::Applications;
use crate::login::Accounts;
use crate::mail::SiteUrl;
use crate::platform::Platform;

/// Bytes of a form. The longest one is a search.
const FORM_BYTES_MAX: usize = 32 * 1024;

/// What the handlers of the site share.
pub struct Website {
    platform: Arc<Platform>,
    accounts: Accounts,
    applications: Applications,
    /// Where people reach the site.
    url: SiteUrl,
    look: careplan_web::Site,
    guard: guard::Limits,
    downloads: Downloads,
    looks: condition::Looks,
    /// Whether callers' addresses are what a proxy says.
    behind_proxy: bool,
}

impl Website {
    /// The site of a platform.
    pub fn new(
        platform: Arc<Platform>,
        accounts: Accounts,
        (billing, url): (Billing, SiteUrl),
        behind_proxy: bool,
    ) -> Self {
        Self {
            applications: Applications::new(billing),
            platform,
            accounts,
            url,
            look: show::look(),
            guard: guard::Limits::by(&DefaultClock::default()),
            downloads: Downloads::default(),
            looks: condition::Looks::default(),
            behind_proxy,
        }
    }

    /// With packages of the client.
    #[must_use]
    pub fn with_downloads(mut self, downloads: Downloads) -> Self {
        self.downloads = downloads;
        self
    }
}

/// All pages and files of the site.
pub fn router(site: Arc<Website>) -> Router {
    let routes = routes::all(&site).layer(DefaultBodyLimit::max(FORM_BYTES_MAX));
    guard::around(routes, site)
}
