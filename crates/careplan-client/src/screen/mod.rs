//! The screens: HTTP and pages in a browser, and nothing else. Rooms beside it decide; here they are asked and their answers drawn.
//!
//! Promises: every route stands in one table with who may ask for it ([`routes()`]), and nothing is served that does not; the listener
//! answers to its own names only, so that no page of another site can talk to it under a name of its own (DNS rebinding); a form that
//! another site sends is refused; every page works without script; nothing that was typed is lost after an error, passwords excepted.

mod admit;
mod doors;
mod fields;
mod form;
mod guard;
mod listen;
mod pages;
mod partners;
mod refused;
mod routes;
mod sheet;
mod show;
mod visit;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use doors::Doors;
pub use listen::{ListenFault, Listening, PORT, listen};
pub use routes::{Route, Who, routes};

use crate::desk::Desk;
use crate::lan;
use crate::office::Office;
use crate::service::Hub;
use crate::staff::Staff;
use crate::wizard::Wizard;

/// Bytes of a form without files.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// What the handlers of the screens share. Clones are the same screens.
#[derive(Clone)]
pub struct Screen {
    office: Office,
    staff: Staff,
    desk: Desk,
    wizard: Wizard,
    partners: Arc<partners::Partners>,
    hub: Hub,
    /// The names under which it may be asked.
    doors: Doors,
    /// What is typed into a browser on this PC, behind whatever doors.
    home: String,
    look: careplan_web::Site,
    /// The program comes to its end: long work that a page began stops.
    stop: CancellationToken,
    /// Whether other PCs of the office can come in.
    lan: watch::Receiver<lan::Standing>,
}

impl Screen {
    /// The screens of an office, behind `doors`.
    pub fn new(office: Office, staff: Staff, hub: Hub, doors: Doors) -> Self {
        let (desk, wizard) = (Desk::new(office.clone()), Wizard::new(office.clone()));
        let (partners, look, stop) = (Arc::default(), show::look(), CancellationToken::new());
        let (_, lan) = watch::channel(lan::Standing::Off);
        let home = doors.address();
        Self { office, staff, desk, wizard, partners, hub, doors, home, look, stop, lan }
    }

    /// Their desk.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The same screens behind other doors; the first ones stay those of this PC.
    #[must_use]
    pub fn behind(&self, doors: Doors) -> Self {
        Self { doors, ..self.clone() }
    }

    /// The same, which tell how sharing in the office stands.
    #[must_use]
    pub fn telling(mut self, lan: watch::Receiver<lan::Standing>) -> Self {
        self.lan = lan;
        self
    }

    /// The same, whose long work stops with the program.
    #[must_use]
    pub fn stopping(mut self, stop: CancellationToken) -> Self {
        self.stop = stop;
        self
    }
}

/// All pages and files of the screens.
pub fn router(screen: Arc<Screen>) -> Router {
    let routes = routes::all(&screen).layer(DefaultBodyLimit::max(FORM_BYTES_MAX));
    guard::around(routes, screen)
}
