//! What a web site does with accounts, for tests: an office with a password, and its mails.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::Deref;

use careplan_domain::{Secret, UserId};
use careplan_platform::config::Config;
use careplan_platform::login::{Accounts, LoginFault, Purpose, Session, Token, Visitor};
use careplan_platform::mail::{MailAddress, SiteUrl};
use careplan_platform::store::accounts;
use careplan_testkit::database::TestDatabase;

use crate::world::{World, manager};

pub const USER: &str = "KJ999970000018";
pub const TEMPORARY: &str = "HIRAKEGOMA22";
pub const OWN: &str = "hirake goma hirake";
pub const MAIL: &str = "office@example.jp";

pub fn secret(text: &str) -> Secret {
    Secret::new(text)
}

pub fn user() -> UserId {
    USER.parse().unwrap()
}

pub fn mail() -> MailAddress {
    MAIL.parse().unwrap()
}

pub fn visitor() -> Visitor {
    let edge = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0";
    Visitor::new(Some(edge), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)))
}

/// A world with the web site's rooms; office 9970000018 has an account.
pub struct Site {
    pub world: World,
    pub accounts: Accounts,
}

impl Deref for Site {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Site {
    /// The office still has its temporary password.
    pub async fn with_letter(database: TestDatabase) -> Self {
        Self::under(database, "").await
    }

    /// The office has chosen its own password.
    pub async fn new(database: TestDatabase) -> Self {
        let site = Self::with_letter(database).await;
        site.choose_own().await;
        site
    }

    /// With settings of its own.
    pub async fn under(database: TestDatabase, settings: &str) -> Self {
        let world = World::new(database).await;
        let settings = Config::from_text(settings).unwrap().login;
        let url = SiteUrl::parse("https://careplan.example.jp").unwrap();
        let accounts = Accounts::new(&world.store, world.hasher.clone(), &settings, &url);
        let hash = world.hasher.hash(secret(TEMPORARY)).await.unwrap();
        world.change(async |tx, now| accounts::put_account(tx, &manager(), &hash, now).await.unwrap()).await;
        Self { world, accounts }
    }

    pub async fn choose_own(&self) {
        let hash = self.hasher.hash(secret(OWN)).await.unwrap();
        self.change(async |tx, now| accounts::set_password(tx, &user(), &hash, now).await.unwrap()).await;
    }

    /// The office confirmed its address.
    pub async fn with_mail(&self) {
        self.change(async |tx, now| accounts::set_mail(tx, &user(), &mail(), now).await.unwrap()).await;
    }

    pub async fn log_in(&self, password: &str) -> Result<(Token, Session), LoginFault> {
        self.accounts.sessions.log_in((USER, &secret(password)), visitor(), self.clock.now()).await
    }

    /// Logged in with the own password.
    pub async fn session(&self) -> (Token, Session) {
        self.log_in(OWN).await.unwrap()
    }

    /// Which templates wait to be sent, oldest first.
    pub async fn queued(&self) -> Vec<String> {
        self.texts("select kind from mail order by queued_at, id").await
    }

    /// The link in the newest mail.
    pub async fn link(&self) -> (Purpose, Token) {
        let body = self.texts("select body from mail order by queued_at desc, id desc").await.remove(0);
        let link = body.lines().find_map(|line| line.split_once("https://careplan.example.jp/mail-link/"));
        let (purpose, token) = link.unwrap().1.split_once('/').unwrap();
        (Purpose::parse(purpose).unwrap(), Token::parse(token).unwrap())
    }
}
