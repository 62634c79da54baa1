//! The server's certificate and key, and the TLS rules: what a new connection meets.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{NoServerSessionStorage, ProducesTickets};
use rustls::version::{TLS12, TLS13};

use super::holder::Holder;

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// The certificate or key cannot be used, or one is not the other's.
    #[error("the server certificate and its key cannot be used: {0}")]
    Identity(#[source] rustls::Error),
    /// The TLS library refused its own parts.
    #[error("TLS cannot be set up: {0}")]
    Library(#[source] rustls::Error),
}

/// Whether a peer is asked for a certificate of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerCertificates {
    /// Terminals of offices have one; who has none is served all the same.
    Asked,
    /// A browser that is asked bothers its user with a choice that means nothing on a web site.
    NotAsked,
}

/// What new connections are served with. A reload is one store; open connections keep theirs.
pub struct TlsInForce {
    current: RwLock<Arc<ServerConfig>>,
    provider: Arc<CryptoProvider>,
    /// Kept over reloads, so that terminals can resume their sessions.
    tickets: Arc<dyn ProducesTickets>,
    peers: PeerCertificates,
}

impl fmt::Debug for TlsInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsInForce")
    }
}

impl TlsInForce {
    /// Begins with a certificate (its chain after it) and its key.
    ///
    /// # Errors
    /// [`TlsFault`].
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        peers: PeerCertificates,
    ) -> Result<Self, TlsFault> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tickets = aws_lc_rs::Ticketer::new().map_err(TlsFault::Library)?;
        let config = server_config((&provider, &tickets, peers), chain, key)?;
        Ok(Self { current: RwLock::new(Arc::new(config)), provider, tickets, peers })
    }

    /// From now on new connections meet this certificate.
    ///
    /// # Errors
    /// [`TlsFault`]; then the old one stays.
    pub fn replace(
        &self,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<(), TlsFault> {
        let config = server_config((&self.provider, &self.tickets, self.peers), chain, key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
        Ok(())
    }

    pub(super) fn current(&self) -> Arc<ServerConfig> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn server_config(
    (provider, tickets, peers): (&Arc<CryptoProvider>, &Arc<dyn ProducesTickets>, PeerCertificates),
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, TlsFault> {
    // Every suite of the provider is ephemeral and authenticated; X25519MLKEM768 comes first.
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(TlsFault::Library)?;
    let builder = match peers {
        PeerCertificates::Asked => builder.with_client_cert_verifier(Arc::new(Holder::new(provider))),
        PeerCertificates::NotAsked => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(chain, key).map_err(TlsFault::Identity)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Sessions live in the tickets: a thousand idle offices cost the server nothing.
    config.ticketer = tickets.clone();
    config.session_storage = Arc::new(NoServerSessionStorage {});
    // Without it, TLS 1.2 would let a session be resumed under another peer's name (RFC 7627).
    config.require_ems = true;
    Ok(config)
}
