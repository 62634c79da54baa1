//! Settings, cursors and the trust list.

use careplan_domain::{OfficeNumber, ServiceType, Timestamp, UserId};
use serde_json::json;
use sqlx::Row as _;
use uuid::Uuid;

use super::{State, StateFault, Tx, from_ms, read, to_ms};
use crate::history::KeepMonths;
use crate::platform::Proxy;
use crate::staff::Actor;

pub(super) const GET: &str = "select value from setting where name = $1";
const PUT: &str = "insert into setting (name, value) values ($1, $2)
    on conflict (name) do update set value = excluded.value";
const GET_DOCUMENT: &str = "select signed, issued_at from document where name = $1";
const PUT_DOCUMENT: &str = "insert into document (name, signed, issued_at) values ($1, $2, $3)
    on conflict (name) do update set signed = excluded.signed, issued_at = excluded.issued_at
    where excluded.issued_at >= document.issued_at";

/// What set-up has fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `https://host:port` of the platform.
    pub platform: String,
    /// The user ID of this office.
    pub user_id: UserId,
    /// This terminal.
    pub terminal: Uuid,
    /// The service types whose letters this terminal takes; empty for all.
    pub service_types: Vec<ServiceType>,
    /// Where received files go; the data folder's `inbox` when absent.
    pub inbox: Option<String>,
}

impl Settings {
    /// The office.
    pub fn office(&self) -> OfficeNumber {
        self.user_id.office()
    }
}

/// How far a list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// The inbox.
    Inbox,
    /// The news.
    News,
}

impl Cursor {
    fn name(self) -> &'static str {
        match self {
            Self::Inbox => "cursor_inbox",
            Self::News => "cursor_news",
        }
    }
}

impl State {
    pub(super) async fn get(&self, name: &str) -> Result<Option<String>, StateFault> {
        Ok(sqlx::query_scalar(GET).bind(name).fetch_optional(&self.pool).await?)
    }

    /// What set-up has fixed; `None` before it.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn settings(&self) -> Result<Option<Settings>, StateFault> {
        let Some(platform) = self.get("platform").await? else { return Ok(None) };
        let user_id = self.get("user_id").await?.ok_or(StateFault::Damaged("user_id"))?;
        let terminal = self.get("terminal").await?.ok_or(StateFault::Damaged("terminal"))?;
        let service_types = self.get("service_types").await?.unwrap_or_default();
        let service_types: Result<_, _> =
            service_types.split_whitespace().map(|text| read(text, "service_types")).collect();
        Ok(Some(Settings {
            platform,
            user_id: read(&user_id, "user_id")?,
            terminal: read(&terminal, "terminal")?,
            service_types: service_types?,
            inbox: self.get("inbox").await?,
        }))
    }

    /// Fixes the settings. When other service types are taken than before, the inbox is listed
    /// from its beginning again, so that nothing passed over before is missed.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_settings(&self, settings: &Settings) -> Result<(), StateFault> {
        let before = self.settings().await?;
        let types: Vec<_> = settings.service_types.iter().map(ToString::to_string).collect();
        let mut tx = self.begin().await?;
        put(&mut tx, "platform", &settings.platform).await?;
        put(&mut tx, "user_id", settings.user_id.as_str()).await?;
        put(&mut tx, "terminal", &settings.terminal.to_string()).await?;
        put(&mut tx, "service_types", &types.join(" ")).await?;
        if let Some(inbox) = &settings.inbox {
            put(&mut tx, "inbox", inbox).await?;
        }
        if before.is_some_and(|before| before.service_types != settings.service_types) {
            set_cursor(&mut tx, Cursor::Inbox, 0).await?;
        }
        super::commit(tx).await
    }

    /// How far a list was read; 0 at first.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn cursor(&self, cursor: Cursor) -> Result<i64, StateFault> {
        self.get(cursor.name()).await?.map_or(Ok(0), |text| read(&text, "cursor"))
    }

    /// When the announcement of this terminal's key was made and accepted.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn announced_at(&self) -> Result<Option<Timestamp>, StateFault> {
        let text = self.get("announced_at").await?;
        text.map(|text| from_ms(read(&text, "announced_at")?, "announced_at")).transpose()
    }

    /// Notes that an announcement was accepted.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_announced_at(&self, at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        put(&mut tx, "announced_at", &to_ms(at).to_string()).await?;
        super::commit(tx).await
    }

    /// Notes that the certificate is another one, and by whom when somebody asked for it; nothing is announced with the new one yet.
    ///
    /// # Errors
    /// [`StateFault`].
    pub(crate) async fn certificate_changed(
        &self,
        action: &'static str,
        (by, now): (Option<&Actor>, Timestamp),
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query("delete from setting where name = 'announced_at'").execute(&mut *tx).await?;
        if let Some(by) = by {
            super::append_operation(&mut tx, (by.as_str(), now), (action, ""), &json!({})).await?;
        }
        super::commit(tx).await
    }

    /// How many months copies are kept on this computer.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn keep_months(&self) -> Result<KeepMonths, StateFault> {
        let Some(text) = self.get("keep_months").await? else { return Ok(KeepMonths::DEFAULT) };
        KeepMonths::new(read(&text, "keep_months")?).ok_or(StateFault::Damaged("keep_months"))
    }

    /// Sets how many months copies are kept; `detail` says in the record of operations what follows.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_keep_months(
        &self,
        months: KeepMonths,
        by: (&str, Timestamp),
        detail: &serde_json::Value,
    ) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        put(&mut tx, "keep_months", &months.months().to_string()).await?;
        super::append_operation(&mut tx, by, ("settings.retention", ""), detail).await?;
        super::commit(tx).await
    }

    /// How connections leave the office; as the system says unless something was chosen.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn proxy(&self) -> Result<Proxy, StateFault> {
        let Some(text) = self.get("proxy").await? else { return Ok(Proxy::System) };
        Proxy::read(&text).ok_or(StateFault::Damaged("proxy"))
    }

    /// The trust list that is held.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn trust_list(&self) -> Result<Option<(Vec<u8>, Timestamp)>, StateFault> {
        let row = sqlx::query(GET_DOCUMENT).bind("trust").fetch_optional(&self.pool).await?;
        row.map(|row| Ok((row.try_get("signed")?, from_ms(row.try_get("issued_at")?, "trust")?))).transpose()
    }

    /// Keeps a verified trust list, unless a newer one is held.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn store_trust_list(&self, signed: &[u8], issued_at: Timestamp) -> Result<(), StateFault> {
        let mut tx = self.begin().await?;
        sqlx::query(PUT_DOCUMENT).bind("trust").bind(signed).bind(to_ms(issued_at)).execute(&mut *tx).await?;
        super::commit(tx).await
    }
}

/// Stores how connections leave the office, and in the record of operations who chose it, where it is not as it was.
pub(crate) async fn change_proxy(
    tx: &mut Tx,
    proxy: &Proxy,
    by: (&str, Timestamp),
) -> Result<(), StateFault> {
    let before: Option<String> = sqlx::query_scalar(GET).bind("proxy").fetch_optional(&mut **tx).await?;
    let before = before.map_or(Some(Proxy::System), |text| Proxy::read(&text));
    if before.as_ref() == Some(proxy) {
        return Ok(());
    }
    put(tx, "proxy", &proxy.stored()).await?;
    let way = match proxy {
        Proxy::System => "system",
        Proxy::None => "none",
        Proxy::At(_) => "proxy",
    };
    let detail = json!({ "way": way, "address": proxy.address() });
    super::append_operation(tx, by, ("settings.proxy", ""), &detail).await
}

pub(super) async fn put(tx: &mut Tx, name: &str, value: &str) -> Result<(), StateFault> {
    sqlx::query(PUT).bind(name).bind(value).execute(&mut **tx).await?;
    Ok(())
}

pub(super) async fn set_cursor(tx: &mut Tx, cursor: Cursor, to: i64) -> Result<(), StateFault> {
    put(tx, cursor.name(), &to.to_string()).await
}
