//! The second listener, there while the office wants it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use careplan_domain::Timestamp;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::tls::{Elsewhere, TlsListener};
use super::{Authority, Choice, LanFault, Names, own_names};
use crate::local_api::{self, LocalApi};
use crate::office::Office;
use crate::screen::{self, Doors, Screen};

/// How soon a choice takes effect.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often it is looked whether this PC has another address now, or the certificate nears its end: looks, not seconds.
const LOOKS_TO_NAMES: u32 = 60;

/// How soon a port that was taken is tried again: looks.
const LOOKS_TO_AGAIN: u32 = 10;

/// How often it is opened anew, so that a certificate that nears its end is replaced.
const CERTIFICATE_AGAIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How things stand, for the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nobody can come in.
    #[default]
    Off,
    /// Whoever has installed the certificate can, at these addresses.
    Open(Vec<String>),
    /// It was turned on and does not work.
    Trouble(String),
}

/// What is listening now.
struct Open {
    choice: Choice,
    names: Names,
    until: Timestamp,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

/// Opens and closes the second listener as the office chooses, until told to stop. Trouble is told by `standing`, and tried again.
pub async fn keep_open(
    office: Office,
    (screen, api): (Screen, LocalApi),
    standing: watch::Sender<Standing>,
    stop: CancellationToken,
) {
    let mut open: Option<Open> = None;
    let mut looks = 0_u32;
    let mut wait_until = 0_u32;
    while !stop.is_cancelled() {
        let choice = office.lan().await.unwrap_or_default();
        let is_stale = open.as_ref().is_some_and(|open| {
            let names_due = looks.is_multiple_of(LOOKS_TO_NAMES);
            choice != open.choice || open.serving.is_finished() || names_due && open.is_outdated(&office)
        });
        if is_stale && let Some(open) = open.take() {
            open.close().await;
            standing.send_replace(Standing::Off);
            wait_until = 0;
        }
        if !choice.is_on {
            standing.send_if_modified(|it| std::mem::take(it) != Standing::Off);
        } else if open.is_none() && looks >= wait_until {
            match begin(&office, (&screen, &api), choice).await {
                Ok((opened, addresses)) => {
                    standing.send_replace(Standing::Open(addresses));
                    open = Some(opened);
                }
                Err(fault) => {
                    tracing::warn!(%fault, "nothing is shared in the office");
                    standing.send_replace(Standing::Trouble(fault.to_string()));
                    wait_until = looks.saturating_add(LOOKS_TO_AGAIN);
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        looks = looks.wrapping_add(1);
    }
    if let Some(open) = open {
        open.close().await;
    }
}

impl Open {
    /// Whether this PC has other names now, or the certificate is due.
    fn is_outdated(&self, office: &Office) -> bool {
        names_for(office, &self.choice).is_ok_and(|(_, names)| names != self.names)
            || office.now() >= self.until
    }

    async fn close(self) {
        self.stop.cancel();
        let _ = self.serving.await;
    }
}

fn names_for(office: &Office, choice: &Choice) -> Result<(Authority, Names), LanFault> {
    let authority = Authority::obtain(&office.options().data, office.now(), office.mishaps())?;
    let names = authority.speaks_for(own_names().and(&choice.further));
    Ok((authority, names))
}

async fn begin(
    office: &Office,
    (screen, api): (&Screen, &LocalApi),
    choice: Choice,
) -> Result<(Open, Vec<String>), LanFault> {
    let (authority, names) = names_for(office, &choice)?;
    let now = office.now();
    let with_this_pc = names.clone().and(&this_pc());
    let certificate = authority.server(&with_this_pc, now)?;
    let listener = TlsListener::new(listen(choice.port).await?, certificate)?;
    let doors = Doors::in_the_office(choice.port, with_this_pc.hosts());
    let addresses = names.hosts().map(|host| format!("https://{host}:{}", choice.port)).collect();
    let routes: Router = screen::router(Arc::new(screen.behind(doors.clone())))
        .merge(local_api::router(Arc::new(api.behind(doors))));
    let stop = CancellationToken::new();
    let told = stop.clone();
    let serving = tokio::spawn(async move {
        let routes = routes.into_make_service_with_connect_info::<Elsewhere>();
        let served = axum::serve(listener, routes).with_graceful_shutdown(told.cancelled_owned()).await;
        if let Err(error) = served {
            tracing::error!(%error, "the listener of the office ended");
        }
    });
    let until = now.saturating_add(CERTIFICATE_AGAIN).unwrap_or(Timestamp::MAX);
    Ok((Open { choice, names, until, stop, serving }, addresses))
}

/// This PC asks itself by these.
fn this_pc() -> Names {
    let mut names = Names::default();
    names.dns.insert("localhost".to_owned());
    names.addresses.insert(Ipv4Addr::LOCALHOST.into());
    names
}

/// All addresses, of both kinds where the system has both.
async fn listen(port: u16) -> Result<TcpListener, LanFault> {
    let fault = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AddrInUse => LanFault::Taken(port),
        _ => LanFault::Refused(port, source),
    };
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Err(fault(error)),
        Err(_) => TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).await.map_err(fault),
    }
}
