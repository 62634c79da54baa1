//! Telling the service manager how far we are (`sd_notify(3)`): one datagram each, to the socket that it named.

use std::io;
use std::path::Path;

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The screens answer.
    Ready,
    /// The end was asked for.
    Stopping,
}

#[cfg(unix)]
impl Notice {
    fn as_bytes(self) -> &'static [u8] {
        match self {
            Self::Ready => b"READY=1",
            Self::Stopping => b"STOPPING=1",
        }
    }
}

/// Tells it.
///
/// # Errors
/// When nobody listens there.
#[cfg(unix)]
pub fn notify(socket: &Path, notice: Notice) -> io::Result<()> {
    let datagram = std::os::unix::net::UnixDatagram::unbound()?;
    #[cfg(target_os = "linux")]
    if let Some(name) = socket.to_str().and_then(|it| it.strip_prefix('@')) {
        use std::os::linux::net::SocketAddrExt as _;
        let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
        return datagram.send_to_addr(notice.as_bytes(), &address).map(|_| ());
    }
    datagram.send_to(notice.as_bytes(), socket).map(|_| ())
}

/// Elsewhere nobody names a socket.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn notify(_socket: &Path, _notice: Notice) -> io::Result<()> {
    Ok(())
}
