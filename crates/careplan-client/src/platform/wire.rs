//! The wire: HTTP/1.1 over TLS with our root only and the office's certificate.
//!
//! Never uses the system's root store; never follows a redirect. HTTP/1.1 on purpose: a kept-alive
//! connection serves one request after the other, and every proxy in an office understands it.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use careplan_envelope::KeyFault;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::proxy::Proxy;
use super::transport::{ANSWER_BYTES_MAX, Answer, Listening, Request, Transport, TransportFault};
use crate::keys::OfficeIdentity;

/// Longest wait for a connection.
const CONNECT_PATIENCE: Duration = Duration::from_secs(15);

/// An event stream whose heartbeat (every 20 s) is missing for so long is dead.
const STREAM_SILENCE_MAX: Duration = Duration::from_secs(65);

/// How the other end of the line is known.
#[derive(Clone, Debug)]
pub enum ServerTrust {
    /// Its certificate comes from this root (DER).
    Root(Vec<u8>),
    /// Not at all. Only for fetching the authority's certificates, whose fingerprint the person
    /// who sets up the client compares; nothing else may be believed or sent over such a line.
    Nothing,
}

/// Makes transports: from set-up on with the office's certificate, before without.
pub trait Connector: Send + Sync {
    /// A transport to the platform at `base` (`https://host:port`).
    ///
    /// # Errors
    /// [`TransportFault::Settings`] when address or keys cannot be used.
    fn connect(
        &self,
        base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Arc<dyn Transport>, TransportFault>;

    /// The same out of the office over a proxy, for a connector that has a network.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    fn connect_through(
        &self,
        _proxy: &Proxy,
        base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Arc<dyn Transport>, TransportFault> {
        self.connect(base, trust, identity)
    }
}

/// The connector of installed clients.
#[derive(Debug, Clone, Copy, Default)]
pub struct WireConnector;

impl Connector for WireConnector {
    fn connect(
        &self,
        base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Arc<dyn Transport>, TransportFault> {
        self.connect_through(&Proxy::System, base, trust, identity)
    }

    fn connect_through(
        &self,
        proxy: &Proxy,
        base: &str,
        trust: &ServerTrust,
        identity: Option<&OfficeIdentity>,
    ) -> Result<Arc<dyn Transport>, TransportFault> {
        let tls = tls_config(trust, identity)?;
        let client = match proxy {
            Proxy::System => reqwest::Client::builder(),
            Proxy::None => reqwest::Client::builder().no_proxy(),
            Proxy::At(url) => {
                let all = reqwest::Proxy::all(url.as_str()).map_err(|_| TransportFault::Settings)?;
                reqwest::Client::builder().proxy(all)
            }
        };
        let client = client
            .tls_backend_preconfigured(tls)
            .http1_only()
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_PATIENCE)
            .user_agent(concat!("careplan-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| TransportFault::Settings)?;
        let base = base.trim_end_matches('/').to_owned();
        if reqwest::Url::parse(&base).map_or(true, |url| url.scheme() != "https") {
            return Err(TransportFault::Settings);
        }
        Ok(Arc::new(Wire { client, base }))
    }
}

/// What the keys of offices sign with in TLS 1.3.
const SCHEMES_OF_TLS13: &[SignatureScheme] =
    &[SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::RSA_PSS_SHA256];

fn tls_config(
    trust: &ServerTrust,
    identity: Option<&OfficeIdentity>,
) -> Result<ClientConfig, TransportFault> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let certified = identity.map(|it| it.for_tls(&provider)).transpose();
    let certified = certified.map_err(|fault| match fault {
        KeyFault::Unavailable => TransportFault::Key,
        _ => TransportFault::Settings,
    })?;
    let both: &[_] = &[&rustls::version::TLS13, &rustls::version::TLS12];
    let versions = match &certified {
        // TLS 1.3 knows no PKCS #1 signatures (RFC 8446 section 4.2.3), which are all that some chips make.
        Some(it) if it.key.choose_scheme(SCHEMES_OF_TLS13).is_none() => &both[1..],
        _ => both,
    };
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|_| TransportFault::Settings)?;
    let builder = match trust {
        ServerTrust::Root(der) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(der.clone())).map_err(|_| TransportFault::Settings)?;
            builder.with_root_certificates(roots)
        }
        ServerTrust::Nothing => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyServer(provider)))
        }
    };
    let mut config = match certified {
        None => builder.with_no_client_auth(),
        Some(certified) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(certified))),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

struct Wire {
    client: reqwest::Client,
    base: String,
}

impl Wire {
    fn start(&self, request: &Request) -> reqwest::RequestBuilder {
        let url = format!("{}{}", self.base, request.path);
        let builder = self.client.request(request.method.clone(), url).headers(request.headers.clone());
        if request.body.is_empty() && !matches!(request.method, http::Method::PUT | http::Method::POST) {
            builder
        } else {
            builder.body(request.body.clone())
        }
    }
}

impl Transport for Wire {
    fn exchange(&self, request: Request) -> BoxFuture<'_, Result<Answer, TransportFault>> {
        async move {
            let patience = request.patience;
            let response = self.start(&request).timeout(patience).send().await.map_err(|it| fault(&it))?;
            let (status, headers) = (response.status(), response.headers().clone());
            let body = read_whole(response, ANSWER_BYTES_MAX).await?;
            Ok(Answer { status, headers, body })
        }
        .boxed()
    }

    fn listen(&self, request: Request) -> BoxFuture<'_, Result<Listening, TransportFault>> {
        async move {
            let sending = self.start(&request).send();
            let response = tokio::time::timeout(request.patience, sending)
                .await
                .map_err(|_| TransportFault::Silent)?
                .map_err(|it| fault(&it))?;
            let (status, headers) = (response.status(), response.headers().clone());
            let pieces = response.bytes_stream().map(|piece| piece.map_err(|it| fault(&it))).boxed();
            let body = futures_util::stream::unfold(Some(pieces), |pieces| async move {
                let mut pieces = pieces?;
                match tokio::time::timeout(STREAM_SILENCE_MAX, pieces.next()).await {
                    Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
                    Ok(Some(Err(fault))) => Some((Err(fault), None)),
                    Ok(None) => None,
                    Err(_) => Some((Err(TransportFault::Silent), None)),
                }
            })
            .boxed();
            Ok(Listening { status, headers, body })
        }
        .boxed()
    }
}

async fn read_whole(mut response: reqwest::Response, bytes_max: u64) -> Result<Bytes, TransportFault> {
    if response.content_length().is_some_and(|length| length > bytes_max) {
        return Err(TransportFault::TooLong);
    }
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(|it| fault(&it))? {
        if body.len() as u64 + piece.len() as u64 > bytes_max {
            return Err(TransportFault::TooLong);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn fault(error: &reqwest::Error) -> TransportFault {
    if error.is_timeout() {
        return if error.is_connect() { TransportFault::Unreachable } else { TransportFault::Silent };
    }
    if error.is_builder() {
        return TransportFault::Settings;
    }
    match in_tls(error) {
        Some(rustls::Error::InvalidCertificate(_)) => return TransportFault::Untrusted,
        Some(rustls::Error::Other(other)) if other.0.is::<KeyFault>() => return TransportFault::Key,
        _ => {}
    }
    if error.is_connect() { TransportFault::Unreachable } else { TransportFault::Broken }
}

/// What went wrong in TLS, if that is the cause.
/// rustls' error travels inside [`std::io::Error`], which hides it from `source`.
fn in_tls<'a>(fault: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = fault.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    let hidden = fault.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    hidden.and_then(|it| in_tls(it)).or_else(|| fault.source().and_then(in_tls))
}

/// Believes any server, but still demands that it holds the key of what it shows.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_is_read_up_to_its_limit_whether_it_says_its_length_or_not() {
        let said =
            |bytes: &'static [u8]| reqwest::Response::from(http::Response::new(reqwest::Body::from(bytes)));
        let unsaid = |bytes: &'static [u8]| {
            let pieces = bytes.chunks(4).map(Ok::<_, std::io::Error>);
            let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
            reqwest::Response::from(http::Response::new(body))
        };
        assert_eq!((said(b"123456").content_length(), unsaid(b"123456").content_length()), (Some(6), None));
        for answer in [said(b"123456"), unsaid(b"123456")] {
            assert_eq!(read_whole(answer, 6).await, Ok(Bytes::from_static(b"123456")));
        }
        for answer in [said(b"1234567"), unsaid(b"1234567")] {
            assert_eq!(read_whole(answer, 6).await, Err(TransportFault::TooLong));
        }
    }
}
