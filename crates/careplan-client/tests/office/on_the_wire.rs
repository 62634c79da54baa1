//! The real transport: whom it believes, and how it names what goes wrong.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use careplan_client::platform::{Connector as _, Request, ServerTrust, TransportFault, WireConnector};
use careplan_envelope::{OfficeKey as _, SigningKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::authority::Authority;

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Manner {
    Answers,
    CutsTheAnswer,
    Redirects,
    SaysNothing,
}

/// What a TLS server of an authority shows, and its key.
pub fn server_identity(authority: &Authority) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let key = SigningKey::generate_p256().unwrap();
    let certificate = authority.server(key.public_key_spki());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.to_pkcs8().unwrap().to_vec()));
    (vec![CertificateDer::from(certificate.der().to_vec())], key)
}

/// A TLS server for one manner; gives its address.
async fn server(authority: &Authority, manner: Manner) -> SocketAddr {
    let (shown, key) = server_identity(authority);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(shown, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer: &[u8] = match manner {
                Manner::Answers => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
                Manner::CutsTheAnswer => b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nok",
                Manner::Redirects => b"HTTP/1.1 302 Found\r\nlocation: /else\r\ncontent-length: 0\r\n\r\n",
                Manner::SaysNothing => {
                    std::future::pending::<()>().await;
                    b""
                }
            };
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    address
}

async fn ask(address: SocketAddr, trust: &ServerTrust, patience: Duration) -> Result<String, TransportFault> {
    let transport = WireConnector.connect(&format!("https://{address}"), trust, None)?;
    let answer = transport.exchange(Request::get("/").patience(patience)).await?;
    Ok(format!("{} {}", answer.status.as_u16(), String::from_utf8_lossy(&answer.body)))
}

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn only_a_server_of_the_believed_root_is_spoken_to() {
    let authority = Authority::new("練習用ルート");
    let address = server(&authority, Manner::Answers).await;
    let root = |authority: &Authority| ServerTrust::Root(authority.root.der().to_vec());
    assert_eq!(ask(address, &root(&authority), PATIENCE).await, Ok("200 ok".to_owned()));
    let stranger = Authority::new("よその認証局");
    assert_eq!(ask(address, &root(&stranger), PATIENCE).await, Err(TransportFault::Untrusted));
    // For the comparison of fingerprints only.
    assert_eq!(ask(address, &ServerTrust::Nothing, PATIENCE).await, Ok("200 ok".to_owned()));
}

#[tokio::test]
async fn a_cut_answer_a_silent_server_and_none_at_all_are_told_apart() {
    let authority = Authority::new("練習用ルート");
    let trust = ServerTrust::Root(authority.root.der().to_vec());
    let cut = server(&authority, Manner::CutsTheAnswer).await;
    assert_eq!(ask(cut, &trust, PATIENCE).await, Err(TransportFault::Broken));
    let silent = server(&authority, Manner::SaysNothing).await;
    assert_eq!(ask(silent, &trust, Duration::from_millis(300)).await, Err(TransportFault::Silent));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(ask(nobody, &trust, PATIENCE).await, Err(TransportFault::Unreachable));
}

#[tokio::test]
async fn redirects_are_not_followed_and_plain_http_is_not_spoken() {
    let authority = Authority::new("練習用ルート");
    let trust = ServerTrust::Root(authority.root.der().to_vec());
    let address = server(&authority, Manner::Redirects).await;
    assert_eq!(ask(address, &trust, PATIENCE).await, Ok("302 ".to_owned()));
    for base in ["http://127.0.0.1:1", "127.0.0.1:1", "ftp://127.0.0.1", ""] {
        assert!(WireConnector.connect(base, &trust, None).is_err(), "{base}");
    }
}
