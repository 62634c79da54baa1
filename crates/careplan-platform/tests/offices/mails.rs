//! Mails: sent once, tried again, or given up — into a folder and through a real SMTP server.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use careplan_domain::Secret;
use careplan_platform::jobs::JOB_TRIES_MAX;
use careplan_platform::mail::{
    Folder, Mail, Postman, SiteUrl, Smtp, Transport, password_changed, reset_password,
};
use careplan_testkit::certificates::TestIdentity;
use careplan_testkit::on_both_databases;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::site::{MAIL, Site, mail};

const MINUTE: Duration = Duration::from_secs(60);

/// What the server of a test does with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    Takes,
    /// Answers the receiver's name with this.
    Says(&'static str),
    /// Closes in the middle of the text.
    HangsUp,
    /// Never says a word.
    Sleeps,
}

/// A small SMTP server (RFC 5321): one mail a connection.
struct Server {
    port: u16,
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mood, taken) = (Arc::new(Mutex::new(Mood::Takes)), Arc::new(Mutex::new(Vec::new())));
        let (moods, mails) = (mood.clone(), taken.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mood = *moods.lock().unwrap();
                tokio::spawn(serve(stream, mood, mails.clone()));
            }
        });
        Self { port, mood, taken }
    }

    fn becomes(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn serve(stream: TcpStream, mood: Mood, taken: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    if mood == Mood::Sleeps {
        tokio::time::sleep(Duration::from_secs(60)).await;
        return Ok(());
    }
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match line.to_ascii_uppercase() {
            it if it.starts_with("EHLO") => "250 test\r\n",
            it if it.starts_with("RCPT") => match mood {
                Mood::Says(answer) => answer,
                _ => "250 ok\r\n",
            },
            it if it.starts_with("DATA") => {
                write.write_all(b"354 go on\r\n").await?;
                let mut text = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    if mood == Mood::HangsUp {
                        return Ok(());
                    }
                    text += &line;
                    text.push('\n');
                }
                taken.lock().unwrap().push(text);
                "250 taken\r\n"
            }
            it if it.starts_with("QUIT") => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// A server with a certificate that no system trusts; whether a client went on nevertheless.
async fn impostor(identity: &TestIdentity) -> (u16, Arc<AtomicBool>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(identity.chain.clone(), identity.key.clone_key())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let greeted = Arc::new(AtomicBool::new(false));
    let flag = greeted.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                // With TLS 1.3 the server is done before the client has judged: what counts is a word.
                stream.write_all(b"220 test\r\n").await.ok();
                let mut lines = BufReader::new(stream).lines();
                if let Ok(Some(_)) = lines.next_line().await {
                    flag.store(true, Ordering::SeqCst);
                }
            }
        }
    });
    (port, greeted)
}

impl Site {
    fn postman(&self, transport: Transport) -> Postman {
        Postman::new(self.store.clone(), transport, "no-reply@careplan.example.jp".parse().unwrap())
    }

    fn by_smtp(&self, server: &Server) -> Postman {
        let url = Secret::new(format!("smtp://127.0.0.1:{}", server.port));
        self.postman(Transport::Smtp(Smtp::from_url(&url, Duration::from_secs(2)).unwrap()))
    }

    fn by_folder(&self, path: &Path) -> Postman {
        self.postman(Transport::Folder(Folder::new(path.to_owned(), 10)))
    }

    async fn queue(&self, mail: &Mail) {
        self.change(async |tx, now| mail.queue(tx, now).await.unwrap()).await;
    }

    async fn deliver(&self, postman: &Postman) -> usize {
        postman.deliver_due(self.clock.now()).await.unwrap()
    }

    /// How the mails came to their ends.
    async fn ends(&self) -> Vec<String> {
        self.texts("select action from audit where action like 'mail.%' order by seq").await
    }

    async fn failures(&self) -> Vec<String> {
        self.texts("select failure from job where failure is not null").await
    }
}

fn notice(site: &Site) -> Mail {
    password_changed(&mail(), &SiteUrl::parse("https://careplan.example.jp").unwrap(), site.clock.now())
}

on_both_databases! {
    async fn a_queued_mail_goes_into_the_folder_once_and_leaves_the_database(database: TestDatabase) {
        let site = Site::new(database).await;
        let folder = tempfile::tempdir().unwrap();
        site.queue(&notice(&site)).await;
        let postman = site.by_folder(folder.path());
        assert_eq!((site.deliver(&postman).await, site.deliver(&postman).await), (1, 0));
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().path()).collect();
        let text = std::fs::read_to_string(&files[0]).unwrap();
        let id = files[0].file_stem().unwrap().to_str().unwrap().to_owned();
        for line in [
            "From: no-reply@careplan.example.jp",
            "To: office@example.jp",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/plain; charset=utf-8",
            &format!("Message-ID: <{id}@careplan.example.jp>"),
            "Date: Sun, 01 Nov 2026 00:00:00 +0000",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert_eq!((files.len(), site.count("mail").await, site.count("job").await), (1, 0, 0));
        assert_eq!(site.audited().await, [format!("mail.sent {id}")]);
    }

    async fn a_mail_of_a_transaction_that_never_happened_is_never_sent(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut tx = site.store.begin().await.unwrap();
        notice(&site).queue(&mut tx, site.clock.now()).await.unwrap();
        drop(tx);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(site.deliver(&site.by_folder(folder.path())).await, 0);
    }

    async fn a_server_takes_a_mail_with_the_same_id_at_every_try(database: TestDatabase) {
        let site = Site::new(database).await;
        let server = Server::start().await;
        let postman = site.by_smtp(&server);
        site.queue(&notice(&site)).await;
        server.becomes(Mood::HangsUp);
        assert_eq!(site.deliver(&postman).await, 0);
        server.becomes(Mood::Takes);
        // Not before its time.
        site.hand.advance(MINUTE - Duration::from_millis(1));
        assert_eq!(site.deliver(&postman).await, 0);
        assert!(server.taken().is_empty());
        site.hand.advance(Duration::from_millis(1));
        assert_eq!(site.deliver(&postman).await, 1);
        assert_eq!(server.taken().len(), 1);
        assert!(server.taken()[0].contains("Date: Sun, 01 Nov 2026 00:00:00 +0000"), "{:?}", server.taken());
        assert_eq!(site.ends().await, ["mail.sent"]);
    }

    async fn an_address_that_does_not_exist_ends_the_mail_at_once(database: TestDatabase) {
        let site = Site::new(database).await;
        let server = Server::start().await;
        server.becomes(Mood::Says("550 no such user office@example.jp\r\n"));
        site.queue(&notice(&site)).await;
        assert_eq!(site.deliver(&site.by_smtp(&server)).await, 1);
        assert_eq!((site.ends().await, site.count("mail").await), (vec!["mail.refused".to_owned()], 0));
    }

    async fn what_may_pass_is_tried_again_and_says_nothing_about_the_receiver(database: TestDatabase) {
        let site = Site::new(database).await;
        let server = Server::start().await;
        let postman = site.by_smtp(&server);
        site.queue(&notice(&site)).await;
        for (mood, failure) in [
            (Mood::Says("450 office@example.jp is busy\r\n"), "the SMTP server answered 450"),
            (Mood::Says("554 office@example.jp looks like spam\r\n"), "the SMTP server answered 554"),
            (Mood::Says("what?\r\n"), "the SMTP server broke off, or cannot be understood"),
            (Mood::HangsUp, "the SMTP server broke off, or cannot be understood"),
            (Mood::Sleeps, "the SMTP server took too long"),
        ] {
            server.becomes(mood);
            assert_eq!(site.deliver(&postman).await, 0, "{mood:?}");
            assert_eq!(site.failures().await, [failure], "{mood:?}");
            assert!(!site.failures().await[0].contains(MAIL));
            site.hand.advance(20 * MINUTE);
        }
        server.becomes(Mood::Takes);
        assert_eq!(site.deliver(&postman).await, 1);
    }

    async fn a_server_that_is_away_is_given_up_after_the_last_try(database: TestDatabase) {
        let site = Site::new(database).await;
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let url = Secret::new(format!("smtp://127.0.0.1:{closed}"));
        let postman = site.postman(Transport::Smtp(Smtp::from_url(&url, Duration::from_secs(2)).unwrap()));
        site.queue(&notice(&site)).await;
        for _ in 1..JOB_TRIES_MAX {
            assert_eq!(site.deliver(&postman).await, 0);
            site.hand.advance(48 * 60 * MINUTE);
        }
        assert_eq!(site.ends().await, Vec::<String>::new());
        assert_eq!(site.deliver(&postman).await, 1);
        assert_eq!(site.ends().await, ["mail.given_up"]);
        assert_eq!((site.count("mail").await, site.count("job").await), (0, 0));
    }

    async fn a_mail_whose_link_expired_is_not_sent_any_more(database: TestDatabase) {
        let site = Site::new(database).await;
        let folder = tempfile::tempdir().unwrap();
        let postman = site.by_folder(folder.path());
        for _ in 0..2 {
            let until = site.clock.now() + 30 * MINUTE;
            site.queue(&reset_password(&mail(), "https://careplan.example.jp/mail-link/x", until)).await;
            site.hand.advance(30 * MINUTE - Duration::from_millis(1));
            assert_eq!(site.deliver(&postman).await, 1);
            let until = site.clock.now() + 30 * MINUTE;
            site.queue(&reset_password(&mail(), "https://careplan.example.jp/mail-link/x", until)).await;
            site.hand.advance(30 * MINUTE);
            assert_eq!(site.deliver(&postman).await, 1);
        }
        assert_eq!(site.ends().await, ["mail.sent", "mail.useless", "mail.sent", "mail.useless"]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    async fn a_folder_that_is_full_or_away_is_tried_again(database: TestDatabase) {
        let site = Site::new(database).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mail");
        let postman = site.postman(Transport::Folder(Folder::new(path.clone(), 1)));
        site.queue(&notice(&site)).await;
        site.queue(&notice(&site)).await;
        assert_eq!(site.deliver(&postman).await, 1);
        assert_eq!(site.failures().await, ["the folder of mails is full"]);
        std::fs::remove_dir_all(&path).unwrap();
        std::fs::write(&path, "in the way").unwrap();
        site.hand.advance(MINUTE);
        assert_eq!(site.deliver(&postman).await, 0);
        assert!(site.failures().await[0].starts_with("the folder of mails: "), "{:?}", site.failures().await);
        std::fs::remove_file(&path).unwrap();
        site.hand.advance(2 * MINUTE);
        assert_eq!(site.deliver(&postman).await, 1);
        assert_eq!(site.ends().await, ["mail.sent", "mail.sent"]);
    }

    async fn a_server_with_a_certificate_of_nobody_known_learns_nothing(database: TestDatabase) {
        let site = Site::new(database).await;
        let (port, greeted) = impostor(&site.authority.server()).await;
        let url = Secret::new(format!("smtps://careplan:hirakegoma@localhost:{port}"));
        let smtp = Smtp::from_url(&url, Duration::from_secs(10)).unwrap();
        site.queue(&notice(&site)).await;
        assert_eq!(site.deliver(&site.postman(Transport::Smtp(smtp))).await, 0);
        assert_eq!(site.failures().await, ["no connection to the SMTP server: address, port or certificate"]);
        assert!(!greeted.load(Ordering::SeqCst), "the handshake went through");
    }

    async fn a_mail_that_cannot_be_read_does_not_hold_up_the_others(database: TestDatabase) {
        let site = Site::new(database).await;
        let folder = tempfile::tempdir().unwrap();
        site.queue(&notice(&site)).await;
        site.execute("update mail set recipient = 'nonsense'").await;
        site.hand.advance(Duration::from_millis(1));
        site.queue(&notice(&site)).await;
        assert_eq!(site.deliver(&site.by_folder(folder.path())).await, 2);
        assert_eq!(site.ends().await, ["mail.sent"]);
        assert_eq!(site.failures().await, ["mail address"]);
    }
}
