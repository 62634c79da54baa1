//! The link of an office that is let go while another one is being made.

use std::sync::{Arc, Mutex};

use careplan_client::keys::OfficeIdentity;
use careplan_client::mishap::Mishaps;
use careplan_client::platform::{Connector, ServerTrust, Transport, TransportFault};
use careplan_client::{Office, OfficeOptions};

use crate::exchange::Exchange;
use crate::world::{SENDER, World};

/// Somebody who changes the settings at the moment a link is made, once.
struct Meanwhile(Exchange, Arc<Mutex<Option<Office>>>);

impl Connector for Meanwhile {
    fn connect(
        &self,
        base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Arc<dyn Transport>, TransportFault> {
        if let Some(office) = self.1.lock().unwrap().take() {
            office.forget_link();
        }
        self.0.connect(base, trust, identity)
    }
}

#[tokio::test]
async fn a_link_begun_before_the_settings_changed_is_not_kept() {
    let world = World::new();
    world.set_up(SENDER).await.close().await;
    let office_to_forget = Arc::new(Mutex::new(None));
    let connector = Arc::new(Meanwhile(world.exchange.clone(), office_to_forget.clone()));
    let options = OfficeOptions { connector, ..world.options(SENDER, Mishaps::default()) };
    let office = Office::open(options).await.unwrap();
    *office_to_forget.lock().unwrap() = Some(office.clone());
    let before = office.link().await.unwrap();
    let after = office.link().await.unwrap();
    assert!(!Arc::ptr_eq(&before, &after), "the next one is made anew");
    assert!(Arc::ptr_eq(&after, &office.link().await.unwrap()), "and that one is kept");
}
