//! What a command works with: the database, the clock, who the operator is, and where to write.

use std::io::Write;

use anyhow::{Context as _, bail};
use careplan_domain::calendar::japan;
use careplan_domain::gate::OfficeStatus;
use careplan_domain::{OfficeNumber, Timestamp};
use jiff::civil::Date;
use serde::Serialize;

use crate::audit::{self, Actor, Entry};
use crate::billing::{Billing, By};
use crate::clock::Clock;
use crate::config::Login;
use crate::store::{Connected, Store, Tx, offices};

/// What a command works with.
pub struct Desk<'a> {
    /// The database.
    pub store: Store,
    /// Asked once per command.
    pub clock: Clock,
    /// Who works here: stands in the audit.
    pub operator: String,
    /// Lifetimes of what is issued.
    pub login: Login,
    /// Charges.
    pub billing: Billing,
    /// Results.
    pub out: &'a mut (dyn Write + Send),
    /// How far a long command is.
    pub progress: &'a mut (dyn Write + Send),
}

impl Desk<'_> {
    /// Writes a line.
    pub(super) fn say(&mut self, line: impl AsRef<str>) -> anyhow::Result<()> {
        writeln!(self.out, "{}", line.as_ref()).context("結果を書き出せません。")
    }

    /// Writes a value as JSON.
    pub(super) fn say_json(&mut self, value: &impl Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(value).context("結果をJSONにできません。")?;
        self.say(text)
    }

    /// Tells how far a long command is; nobody minds when it cannot be shown.
    pub(super) fn tell(&mut self, line: &str) {
        let _ = writeln!(self.progress, "{line}");
    }

    /// The operator, at this moment.
    pub(super) fn by(&self) -> By {
        By::new(Actor::Operator(self.operator.clone()), self.clock.now())
    }

    /// The audit line of what the operator did: the action, and its subject with details.
    pub(super) fn note(
        &self,
        tx: &mut Tx,
        now: Timestamp,
        action: &'static str,
        about: (String, serde_json::Value),
    ) {
        let (subject, detail) = about;
        let actor = Actor::Operator(self.operator.clone());
        audit::append(tx, now, Entry { actor, action, subject, detail });
    }
}

/// The status of an office, which must be registered.
pub(super) async fn known(db: &mut impl Connected, office: &OfficeNumber) -> anyhow::Result<OfficeStatus> {
    match offices::status(db, office).await? {
        Some(status) => Ok(status),
        None => bail!(
            "事業所 `{office}` は登録されていません。番号を確かめるか、`careplan-platform admin offices import` で取り込んでください。"
        ),
    }
}

/// An instant for operators: `2026-11-22 17:00`, Japanese time.
pub(super) fn minute(instant: Timestamp) -> String {
    japan().to_datetime(instant).strftime("%Y-%m-%d %H:%M").to_string()
}

/// An office number on the command line.
pub(super) fn office_argument(text: &str) -> Result<OfficeNumber, String> {
    text.parse().map_err(|_| "事業所番号は半角数字10桁です（例: 9970000018）".to_owned())
}

/// A day on the command line.
pub(super) fn day_argument(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "日付は 2026-04-01 の形で書いてください".to_owned())
}

/// The name of the account that runs this process; its number when it has no name.
pub(super) fn operator() -> String {
    let Some(uid) = user_number() else { return "cli".to_owned() };
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(&accounts, uid).unwrap_or_else(|| format!("uid-{uid}"))
}

#[cfg(target_os = "linux")]
fn user_number() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    // The kernel gives a process its own entry.
    std::fs::metadata("/proc/self").ok().map(|entry| entry.uid())
}

#[cfg(not(target_os = "linux"))]
fn user_number() -> Option<u32> {
    None
}

/// The name of a user number in `name:password:number:…` lines.
fn name_of(accounts: &str, uid: u32) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let number = fields.nth(1)?;
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_named_as_the_system_names_the_account() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\nuketsuke:x:1001:1001::/home/u:/bin/sh\n";
        assert_eq!(name_of(accounts, 1001), Some("uketsuke".to_owned()));
        assert_eq!(name_of(accounts, 7), None);
        assert!(!operator().is_empty());
    }

    #[test]
    fn arguments_that_cannot_be_read_are_answered_in_japanese() {
        assert!(office_argument("123").unwrap_err().contains("半角数字10桁"));
        assert!(day_argument("2026/4/1").unwrap_err().contains("2026-04-01"));
        assert_eq!(day_argument("2026-04-01"), Ok(jiff::civil::date(2026, 4, 1)));
    }
}
