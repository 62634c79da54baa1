//! The listener on this PC.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Doors, Screen, router};
use crate::local_api::{self, LocalApi};

/// The port of the screens unless another was chosen.
pub const PORT: u16 = 8430;

/// Why nothing can be listened to.
#[derive(Debug, thiserror::Error)]
pub enum ListenFault {
    /// Another program has the port.
    #[error(
        "画面用のポート {0} は、ほかのプログラムが使っています。ほかの careplan-client が動いていないか確かめるか、--listen で別のポートを指定してください。"
    )]
    Taken(u16),
    /// The system refused.
    #[error("画面用のポート {0} を開けません。{1}")]
    Refused(u16, #[source] io::Error),
}

/// A listener whose port is known and which answers nothing yet.
#[derive(Debug)]
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
}

/// Takes a port of the loopback address; 0 for any that is free.
///
/// # Errors
/// [`ListenFault`].
pub async fn listen(port: u16) -> Result<Listening, ListenFault> {
    let fault = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => ListenFault::Taken(port),
        _ => ListenFault::Refused(port, source),
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(fault)?;
    let address = listener.local_addr().map_err(fault)?;
    Ok(Listening { listener, address })
}

impl Listening {
    /// The names under which it is asked.
    pub fn doors(&self) -> Doors {
        Doors::on_this_pc(self.address)
    }

    /// Answers until told to stop; requests in hand are finished.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        screen: Arc<Screen>,
        local_api: Arc<LocalApi>,
        stop: CancellationToken,
    ) -> io::Result<()> {
        // The local API has guards of its own, and those of the screens stay theirs.
        let all = router(screen).merge(local_api::router(local_api));
        let all = all.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(self.listener, all).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}
