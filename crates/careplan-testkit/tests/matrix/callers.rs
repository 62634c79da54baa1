//! Who asks: an office of each kind, with a connection of its own, in one exchange.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use careplan_client::keys::OfficeIdentity;
use careplan_client::platform::{Connector as _, Retry, ServerTrust, Transport, WireConnector};
use careplan_client::{Clock, Office, OfficeOptions};
use careplan_domain::Address;
use careplan_envelope::{Certificate, SigningKey};
use careplan_testkit::certificates::{TestAuthority, TestIdentity, Validity};
use careplan_testkit::courier::Courier;
use careplan_testkit::database::TestDatabase;
use careplan_testkit::exchange::Exchange;
use careplan_testkit::members::Credentials;
use http::Method;
use jiff::tz::TimeZone;
use tempfile::TempDir;

use crate::ask::Prepared;
use crate::rows::rows;

/// A kind of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Caller {
    /// Without a certificate.
    Nobody,
    /// With a certificate that names a real office, by an authority nobody configured.
    OtherAuthority,
    /// With a certificate of our authority that ran out.
    Expired,
    /// With a certificate that was revoked.
    Revoked,
    /// Of an office that was suspended.
    Suspended,
    /// Of an office whose licence ended.
    Unlicensed,
    /// Of a good office that asks for what belongs to others.
    Stranger,
    /// Of the office that it belongs to.
    Right,
}

impl Caller {
    pub(crate) const ALL: &[Self] = &[
        Self::Nobody,
        Self::OtherAuthority,
        Self::Expired,
        Self::Revoked,
        Self::Suspended,
        Self::Unlicensed,
        Self::Stranger,
        Self::Right,
    ];
}

/// The office whose letters are asked for, and its partner.
pub(crate) const OWNER: &str = "9970000018-43";
pub(crate) const PARTNER: &str = "9970000026-11";
const SUSPENDED: &str = "9970000034-43";
pub(crate) const UNLICENSED: &str = "9970000042-43";
const STRANGER: &str = "9970000050-43";
const REVOKED: &str = "9970000068-43";

/// The exchange with all its offices.
pub(crate) struct World {
    pub(crate) exchange: Exchange,
    /// Offices whose clients are set up, by address.
    pub(crate) couriers: BTreeMap<&'static str, Courier>,
    pub(crate) credentials: BTreeMap<&'static str, Credentials>,
    transports: BTreeMap<Caller, Arc<dyn Transport>>,
    /// The right caller where it stands on the receiving side.
    partner: Arc<dyn Transport>,
    /// What was prepared for the office whose licence ended.
    pub(crate) before_the_end: Vec<((Method, &'static str), Prepared)>,
    folder: TempDir,
}

impl World {
    pub(crate) async fn begin(database: &TestDatabase) -> Self {
        let exchange = Exchange::start(database, "").await.unwrap();
        let folder = TempDir::with_prefix("careplan-matrix-").unwrap();
        let mut world = Self {
            partner: connect(&exchange, None),
            exchange,
            couriers: BTreeMap::new(),
            credentials: BTreeMap::new(),
            transports: BTreeMap::new(),
            before_the_end: Vec::new(),
            folder,
        };
        for address in [OWNER, PARTNER, SUSPENDED, UNLICENSED, STRANGER, REVOKED] {
            world.join(address).await;
        }
        world.open_lines();
        world.end_licence().await;
        // Two days: what ended yesterday is expired now.
        world.exchange.hand().advance(Duration::from_secs(2 * 86_400));
        let operate = async |words: &[&str]| drop(world.exchange.operate(words).await.unwrap());
        operate(&["office", "suspend", number(SUSPENDED)]).await;
        operate(&["certificate", "revoke", "--office", number(REVOKED), "--reason", "test"]).await;
        world
    }

    /// What the office asks for whose licence ends is prepared while it has one.
    async fn end_licence(&mut self) {
        for row in rows() {
            let prepared = self.prepare(&row, Caller::Unlicensed).await;
            self.before_the_end.push(((row.method, row.path), prepared));
        }
        self.exchange.operate(&["licence", "end", number(UNLICENSED)]).await.unwrap();
    }

    /// The line of a caller; the right one is on either side of a transmission.
    pub(crate) fn line(&self, caller: Caller, on_the_receiving_side: bool) -> &Arc<dyn Transport> {
        match caller {
            Caller::Right if on_the_receiving_side => &self.partner,
            caller => &self.transports[&caller],
        }
    }

    async fn join(&mut self, address: &'static str) {
        let parsed: Address = address.parse().unwrap();
        let service_type = parsed.service_type.to_string();
        let credentials = self.exchange.register(number(address), &[&service_type]).await.unwrap();
        let clock = self.exchange.clock();
        let options = OfficeOptions {
            clock: Clock::new(move || clock.now()),
            retry: Retry::NEVER,
            ..OfficeOptions::at(self.folder.path().join(address))
        };
        let office = Office::open(options).await.unwrap();
        office.set_up(&credentials.order(&self.exchange.url()).unwrap()).await.unwrap();
        self.couriers.insert(address, Courier::of(&office, Retry::NEVER).await.unwrap());
        self.credentials.insert(address, credentials);
    }

    fn open_lines(&mut self) {
        let name = "Careplan Exchange Root CA";
        let other = identity(&TestAuthority::new(name).office(number(OWNER), Validity::Good));
        let tomorrow = self.exchange.clock().now().to_zoned(TimeZone::UTC).date().tomorrow().unwrap();
        let expired = self.exchange.stolen_authority().office(number(OWNER), Validity::Until(tomorrow));
        let expired = identity(&expired);
        let of = |address| Some(self.couriers[address].identity());
        let lines = [
            (Caller::Nobody, None),
            (Caller::OtherAuthority, Some(&other)),
            (Caller::Expired, Some(&expired)),
            (Caller::Revoked, of(REVOKED)),
            (Caller::Suspended, of(SUSPENDED)),
            (Caller::Unlicensed, of(UNLICENSED)),
            (Caller::Stranger, of(STRANGER)),
            (Caller::Right, of(OWNER)),
        ];
        for (caller, identity) in lines {
            self.transports.insert(caller, connect(&self.exchange, identity));
        }
        self.partner = connect(&self.exchange, Some(self.couriers[PARTNER].identity()));
    }
}

/// The office number of an address.
pub(crate) fn number(address: &str) -> &str {
    address.split('-').next().unwrap()
}

fn connect(exchange: &Exchange, identity: Option<&OfficeIdentity>) -> Arc<dyn Transport> {
    let trust = ServerTrust::Root(exchange.root_der());
    WireConnector.connect(&exchange.url(), &trust, identity).unwrap()
}

fn identity(made: &TestIdentity) -> OfficeIdentity {
    let key = SigningKey::from_pkcs8(made.key.secret_der()).unwrap();
    let mut chain = made.chain.iter().map(|der| Certificate::from_der(der).unwrap());
    let leaf = chain.next().unwrap();
    OfficeIdentity::new(key, leaf, chain.collect()).unwrap()
}
