//! `admin credentials`: what goes into an office's letter — user ID, temporary password, issue
//! password — and the fingerprint by which its client recognises our authority. Shown once.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use careplan_domain::{OfficeNumber, Secret, Timestamp, UserId};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::desk::{known, minute, office_argument};
use super::private_file::{self, Present};
use super::{Desk, requests};
use crate::authority::home::ROOT_PROFILE;
use crate::login::{Hasher, LetterRequest, issue_password, plain_issue_password, temporary_password};
use crate::store::accounts::{self, IssuePassword};
use crate::store::certificates::{self, CertificateRow};
use crate::store::{Connected, links, sessions};

/// ユーザID・仮パスワード・証明書発行用パスワードの発行
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 発行する。いちどだけ表示され、以前のパスワードは使えなくなります
    Issue {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
        /// 画面のかわりに書き込む、まだないファイル（所有者だけが読めます）。- は画面
        #[arg(long, default_value = "-")]
        out: PathBuf,
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
}

/// The letter to an office.
#[derive(Serialize)]
struct Letter<'a> {
    office: OfficeNumber,
    user_id: UserId,
    temporary_password: &'a str,
    issue_password: &'a str,
    issue_password_until: Timestamp,
    root_fingerprint: String,
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        let Self::Issue { office, out, json } = self;
        issue(desk, office, Delivery { out, json, request: None }).await
    }
}

/// Where a letter goes, and what it answers.
pub(super) struct Delivery {
    /// A file that is not there yet, or `-`.
    pub(super) out: PathBuf,
    /// As JSON.
    pub(super) json: bool,
    /// The request that it fulfils.
    pub(super) request: Option<LetterRequest>,
}

/// Passwords that were just made, and the end of the second one.
pub(super) struct Fresh {
    /// Of the issue password.
    pub(super) id: Uuid,
    pub(super) temporary: Secret,
    pub(super) issue: Secret,
    pub(super) until: Timestamp,
}

/// Makes new credentials for an office; earlier ones are worth nothing then, and its sessions end.
pub(super) async fn issue(
    desk: &mut Desk<'_>,
    office: OfficeNumber,
    delivery: Delivery,
) -> anyhow::Result<()> {
    let Delivery { out, json, request } = delivery;
    let now = desk.clock.now();
    let mut db = desk.store.read().await?;
    known(&mut db, &office).await?;
    let root_fingerprint = fingerprint_of_root(&mut db, now).await?;
    drop(db);
    let lifetime = SignedDuration::from_hours(24 * i64::from(desk.login.issue_password_days));
    let until = now.saturating_add(lifetime).unwrap_or(Timestamp::MAX);
    let fresh =
        Fresh { id: Uuid::now_v7(), temporary: temporary_password()?, issue: issue_password()?, until };
    let letter = Letter {
        office,
        user_id: UserId::of(&office),
        temporary_password: fresh.temporary.expose(),
        issue_password: fresh.issue.expose(),
        issue_password_until: until,
        root_fingerprint,
    };
    let text = letter.text(json)?;
    if out.as_os_str() == "-" {
        store(desk, (office, request), &fresh, now).await?;
        return desk.out.write_all(text.as_bytes()).context("結果を書き出せません。");
    }
    // The file first: passwords that nobody has on paper would lock the office out.
    private_file::write(&out, text.as_bytes(), Present::Refused).with_context(|| {
        let path = out.display();
        format!("ファイル `{path}` を作れません。すでにある場合は、別の名前を指定してください。資格情報は発行していません。")
    })?;
    if let Err(error) = store(desk, (office, request), &fresh, now).await {
        let _ = std::fs::remove_file(&out);
        return Err(error);
    }
    let file = out.display();
    desk.say(format!(
            "事業所 {office} の資格情報を発行し、`{file}` に書き込みました。以前のパスワードと証明書発行用パスワードは使えなくなりました。発行済みの電子証明書はそのまま使えます。事業所に渡したら、このファイルを消してください。"
        ))
}

/// Stores what a letter says; earlier passwords are worth nothing then.
pub(super) async fn store(
    desk: &Desk<'_>,
    (office, request): (OfficeNumber, Option<LetterRequest>),
    fresh: &Fresh,
    now: Timestamp,
) -> anyhow::Result<()> {
    let Fresh { id, temporary, issue, until: expires_at } = fresh;
    let (id, expires_at) = (*id, *expires_at);
    let hasher = Hasher::new(1);
    let password_hash = hasher.hash(temporary.clone()).await?;
    let hash = hasher.hash(plain_issue_password(issue)).await?;
    let mut tx = desk.store.begin().await?;
    accounts::put_account(&mut tx, &office, &password_hash, now).await?;
    let user_id = UserId::of(&office);
    // Whoever had the account before gets nowhere with what is left of it.
    sessions::end_all(&mut tx, &user_id).await?;
    links::replace_all(&mut tx, &office, now).await?;
    if let Some(request) = request {
        requests::approve(desk, &mut tx, &request, now).await?;
    }
    let new = IssuePassword { id, office, hash, expires_at, used: None };
    accounts::add_issue_password(&mut tx, &new, now).await?;
    let detail = json!({ "issue_password": id, "issue_password_until": expires_at });
    desk.note(&mut tx, now, "credentials.issued", (office.to_string(), detail));
    tx.commit().await?;
    Ok(())
}

impl Letter<'_> {
    fn text(&self, as_json: bool) -> anyhow::Result<Zeroizing<String>> {
        if as_json {
            return Ok(Zeroizing::new(serde_json::to_string_pretty(self)? + "\n"));
        }
        Ok(Zeroizing::new(format!(
            "事業所番号               {}\n\
             ユーザID                 {}\n\
             仮パスワード             {}\n\
             証明書発行用パスワード   {}（{} まで、1回だけ使えます）\n\
             認証局の指紋             {}\n\
             この内容は二度と表示されません。以前のパスワードと証明書発行用パスワードは使えなくなりました。\n",
            self.office,
            self.user_id,
            self.temporary_password,
            self.issue_password,
            minute(self.issue_password_until),
            self.root_fingerprint,
        )))
    }
}

/// The newest root of our authority that is valid: `sha256:` and 64 hexadecimal digits.
pub(super) async fn fingerprint_of_root(db: &mut impl Connected, now: Timestamp) -> anyhow::Result<String> {
    let roots = certificates::certificates_of_profile(db, ROOT_PROFILE).await?;
    let is_valid = |root: &&CertificateRow| root.revoked_at.is_none() && now <= root.not_after;
    match roots.iter().find(is_valid) {
        Some(root) => Ok(format!("sha256:{}", root.fingerprint)),
        None => bail!(
            "認証局がまだありません。先に `careplan-platform serve` または `careplan-platform authority init` を実行してください。"
        ),
    }
}
