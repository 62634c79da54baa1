//! Starting: in order, or not at all and with a sentence.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use careplan_platform::clock::Clock;
use careplan_platform::mail::{SiteUrl, password_changed};
use careplan_platform::serve::{Ports, StartFault, start};
use careplan_testkit::database::{Engine, TestDatabase};
use careplan_testkit::on_both_databases;
use sqlx::{PgPool, SqlitePool};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::world::{HANG, Peer, ask, ask_operators, ask_port, connect, server_certificate, settings, until};

/// Connections of operators at the same time.
const OPERATORS_CONNECTIONS: usize = 64;

#[tokio::test]
async fn operators_have_64_connections_and_one_more_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(settings(folder.path()), Clock::system()).await.unwrap();
    let address = running.ports().operators;
    let mut held = Vec::new();
    for _ in 0..OPERATORS_CONNECTIONS {
        let mut peer = Peer::plain(address).await;
        assert_eq!(peer.get("/healthz").await.status, 200);
        held.push(peer);
    }
    let mut one_more = TcpStream::connect(address).await.unwrap();
    let mut said = Vec::new();
    // Closed by an end or by a reset.
    let closed = tokio::time::timeout(HANG, one_more.read_to_end(&mut said)).await;
    assert!(closed.is_ok_and(|read| read.is_err() || said.is_empty()), "one more connection was let in");
    for peer in &mut held {
        assert_eq!(peer.get("/healthz").await.status, 200);
    }
    drop(held);
    until("a place is free again", async || {
        let Ok(stream) = TcpStream::connect(address).await else { return false };
        is_served(stream).await
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn a_mail_that_is_queued_lies_in_the_folder_soon_after() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(settings(folder.path()), Clock::system()).await.unwrap();
    let platform = running.platform();
    let now = platform.clock.now();
    let site = SiteUrl::parse("https://careplan.example.jp").unwrap();
    let mut tx = platform.store.begin().await.unwrap();
    password_changed(&"office@example.jp".parse().unwrap(), &site, now).queue(&mut tx, now).await.unwrap();
    tx.commit().await.unwrap();
    let mails = running.data_dir().join("mail");
    until("the mail lies there", async || {
        let Ok(entries) = fs::read_dir(&mails) else { return false };
        entries.flatten().any(|it| it.path().extension().is_some_and(|it| it == "eml"))
    })
    .await;
    running.stop().await;
}

async fn is_served(mut stream: TcpStream) -> bool {
    let asked =
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    let mut said = Vec::new();
    asked.is_ok() && stream.read_to_end(&mut said).await.is_ok() && said.starts_with(b"HTTP/1.1 200")
}

#[tokio::test]
async fn a_replica_starts_with_nothing_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let running = start(config.clone(), Clock::system()).await.unwrap();
    let mode = fs::metadata(&config.data_dir).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let written = fs::read(config.data_dir.join("ports.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Ports>(&written).unwrap(), running.ports());
    assert_eq!(ask(&running, "/v1/openapi.json").await.status, 200);
    let certificate = server_certificate(&running).await;
    assert!(certificate.san_dns_names().contains(&"localhost".to_owned()));
    assert!(running.stop().await);
    assert!(!config.data_dir.join("ports.json").exists());
}

on_both_databases! {
    async fn a_replica_serves_from_a_database_that_is_up_to_date(database: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let mut config = settings(folder.path());
        config.database.url = database.url().to_owned();
        let running = start(config, Clock::system()).await.unwrap();
        let ready = ask_operators(&running, "/readyz").await;
        assert_eq!((ready.status, ready.body.as_str()), (200, READY));
        assert_eq!(ask_operators(&running, "/healthz").await.body, "alive\n");
        running.platform().store.close().await;
        let away = ask_operators(&running, "/readyz").await;
        assert_eq!(away.status, 503);
        assert!(away.body.contains(r#""database":false"#), "{}", away.body);
        assert_eq!(ask_operators(&running, "/healthz").await.status, 200);
        assert_eq!(ask(&running, "/authority/ca.crl").await.status, 503);
        running.stop().await;
    }

    async fn another_schema_is_refused_with_what_to_do(database: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let mut config = settings(folder.path());
        config.database.url = database.url().to_owned();
        move_schema(&database, "delete from _sqlx_migrations").await;
        let fault = start(config.clone(), Clock::system()).await.unwrap_err();
        assert!(matches!(fault.downcast_ref(), Some(StartFault::SchemaOlder { found: 0, .. })), "{fault:?}");
        assert!(fault.to_string().contains("`careplan-platform migrate`"), "{fault}");
        let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             values (9999, 'later', true, '', 0)";
        move_schema(&database, newer).await;
        let fault = start(config, Clock::system()).await.unwrap_err();
        assert!(matches!(fault.downcast_ref(), Some(StartFault::SchemaNewer { found: 9999, .. })), "{fault:?}");
    }

    async fn a_replica_finds_itself_again(database: TestDatabase) {
        let folder = tempfile::tempdir().unwrap();
        let mut config = settings(folder.path());
        config.database.url = database.url().to_owned();
        let first = start(config.clone(), Clock::system()).await.unwrap();
        let (root, certificate) = (first.root().clone(), server_certificate(&first).await);
        first.stop().await;
        let second = start(config, Clock::system()).await.unwrap();
        assert_eq!((second.root(), &server_certificate(&second).await), (&root, &certificate));
        // As a power cut would end it: nothing must hold the folder.
        drop(second);
    }
}

/// `/readyz` of a replica that is well.
const READY: &str = r#"{"database":true,"open":true,"ready":true,"signer":true}"#;

async fn move_schema(database: &TestDatabase, statement: &'static str) {
    match database.engine() {
        Engine::Sqlite => {
            let pool = SqlitePool::connect(database.url()).await.unwrap();
            sqlx::query(statement).execute(&pool).await.unwrap();
            pool.close().await;
        }
        Engine::Postgres => {
            let pool = PgPool::connect(database.url()).await.unwrap();
            sqlx::query(statement).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
}

#[tokio::test]
async fn operators_see_what_was_asked_and_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(settings(folder.path()), Clock::system()).await.unwrap();
    ask(&running, "/v1/openapi.json").await;
    ask(&running, "/v1/offices/9970000018").await;
    let mut metrics = String::new();
    until("jobs are counted", async || {
        metrics = ask_operators(&running, "/metrics").await.body;
        metrics.contains("careplan_jobs_waiting 0")
    })
    .await;
    for line in [
        r#"careplan_request_seconds_count{method="GET",route="/v1/openapi.json",status="200"} 1"#,
        r#"careplan_request_seconds_count{method="GET",route="/v1/offices/{number}",status="401"} 1"#,
        r#"careplan_handshakes_total{outcome="ok"} 2"#,
        r#"careplan_certificates_issued_total{profile="platform-server"} 1"#,
        "process_resident_memory_bytes ",
    ] {
        assert!(metrics.contains(line), "no `{line}` in\n{metrics}");
    }
    assert!(!metrics.contains("9970000018"), "{metrics}");
    running.stop().await;
}

#[tokio::test]
async fn a_folder_serves_one_replica_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let running = start(config.clone(), Clock::system()).await.unwrap();
    let fault = start(config.clone(), Clock::system()).await.unwrap_err();
    assert!(matches!(fault.downcast_ref(), Some(StartFault::DataDirBusy { .. })), "{fault:?}");
    assert!(config.data_dir.join("ports.json").exists(), "the second start removed the first one's ports");
    running.stop().await;
    start(config, Clock::system()).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = settings(folder.path());
    config.operators.listen = taken.local_addr().unwrap();
    fs::create_dir(&config.data_dir).unwrap();
    let ports = config.data_dir.join("ports.json");
    fs::write(&ports, "what an earlier run wrote before its power was cut").unwrap();
    let fault = start(config, Clock::system()).await.unwrap_err().to_string();
    assert!(!ports.exists(), "nobody listens there");
    let port = taken.local_addr().unwrap();
    assert_eq!(
        fault,
        format!(
            "`{port}` で待ち受けられません。ほかのプログラムが使っていないか、設定 `operators.listen` を確かめてください。"
        )
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "a file where the folder should be").unwrap();
    let fault = start(settings(folder.path()), Clock::system()).await.unwrap_err().to_string();
    assert!(fault.contains("に書き込めません") && fault.contains("`--data`"), "{fault}");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut config = settings(folder.path());
    config.database.url = format!("postgres://nobody@{closed}/exchange");
    let fault = start(config, Clock::system()).await.unwrap_err();
    assert!(matches!(fault.downcast_ref(), Some(StartFault::Unreachable(_))), "{fault:?}");
    assert!(fault.to_string().contains("`database.url`"), "{fault}");
}

#[tokio::test]
async fn a_replica_that_stops_says_so_while_it_finishes_what_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(settings(folder.path()), Clock::system()).await.unwrap();
    let (ports, root) = (running.ports(), running.root().clone());
    // Half a request holds it up.
    let mut request = connect(ports.office_api, &root).await.unwrap();
    let head = b"POST /.well-known/est/simpleenroll HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8\r\n\
        content-type: application/pkcs10\r\nexpect: 100-continue\r\n\r\n";
    request.write_all(head).await.unwrap();
    request.read_exact(&mut [0; 25]).await.unwrap();
    let told = async {
        until("operators are told", async || ask_port(ports.operators, "/readyz").await.status == 503).await;
        request.write_all(b"MAAwAA==").await.unwrap();
        let mut answer = String::new();
        request.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let (finished, answer) = tokio::join!(running.stop(), told);
    assert!(finished && answer.starts_with("HTTP/1.1 4"), "{answer}");
}
