//! Accounts of offices and their issue passwords. Hashes only; what they are hashes of is never here.

use careplan_domain::{Digest, OfficeNumber, Timestamp, UserId};
use uuid::Uuid;

use super::misses::{self, Tried};
use super::values::{digest, instant, millis, parse};
use super::{Connected, StoreError, Tx, on};
use crate::mail::MailAddress;

const ACCOUNT: &str = "select office, password_hash, password_is_temporary, letter_hash, mail \
     from account where user_id = $1";
const PUT_ACCOUNT: &str = "insert into account \
     (user_id, office, password_hash, letter_hash, password_is_temporary, failures, created_at) \
     values ($1, $2, $3, $3, 1, 0, $4) \
     on conflict (user_id) do update set password_hash = excluded.password_hash, \
     letter_hash = excluded.letter_hash, password_is_temporary = 1, password_changed_at = null, \
     mail = null, mail_folded = null, mail_confirmed_at = null";
const SET_PASSWORD: &str = "update account set password_hash = $1, password_is_temporary = 0, \
     password_changed_at = $2 where user_id = $3";
const SET_MAIL: &str =
    "update account set mail = $1, mail_folded = $2, mail_confirmed_at = $3 where user_id = $4";
const WITH_MAIL: &str = "select user_id from account where mail_folded = $1 order by user_id limit $2";
// The newest one is the one that no newer one replaced.
const ISSUE_PASSWORD: &str = "select id, office, hash, expires_at, used_at, used_key, used_order \
     from issue_password where office = $1 and replaced_at is null order by created_at desc, id desc limit 1";
const REPLACE_ISSUE_PASSWORDS: &str =
    "update issue_password set replaced_at = $1 where office = $2 and replaced_at is null";
const ADD_ISSUE_PASSWORD: &str = "insert into issue_password (id, office, hash, created_at, expires_at, failures) \
     values ($1, $2, $3, $4, $5, 0)";
const USE_ISSUE_PASSWORD: &str =
    "update issue_password set used_at = $1, used_key = $2, used_order = $3 where id = $4";

pub(super) const STATEMENTS: &[&str] = &[
    ACCOUNT,
    PUT_ACCOUNT,
    SET_PASSWORD,
    SET_MAIL,
    WITH_MAIL,
    ISSUE_PASSWORD,
    REPLACE_ISSUE_PASSWORDS,
    ADD_ISSUE_PASSWORD,
    USE_ISSUE_PASSWORD,
];

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whose account it is.
    pub office: OfficeNumber,
    /// Argon2id, PHC string.
    pub password_hash: String,
    /// The office has not chosen its own password yet.
    pub password_is_temporary: bool,
    /// Of the last temporary password; none where that was issued before it was kept.
    pub letter_hash: Option<String>,
    /// セキュリティ用メールアドレス, confirmed.
    pub mail: Option<MailAddress>,
}

type AccountRow = (String, String, i64, Option<String>, Option<String>);

/// The newest issue password of an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuePassword {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub office: OfficeNumber,
    /// Argon2id, PHC string.
    pub hash: String,
    /// From then on it obtains nothing.
    pub expires_at: Timestamp,
    /// What it was used for, if it was.
    pub used: Option<Use>,
}

/// What an issue password was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the SubjectPublicKeyInfo that was to be certified.
    pub key: Digest,
    /// The certificate order that was recorded with it.
    pub order: Uuid,
}

/// The account of a user ID.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn account(db: &mut impl Connected, user_id: &UserId) -> Result<Option<Account>, StoreError> {
    let row: Option<AccountRow> =
        on!(db, |c| sqlx::query_as(ACCOUNT).bind(user_id.as_str()).fetch_optional(&mut *c).await?);
    row.map(|(office, password_hash, temporary, letter_hash, mail)| {
        Ok(Account {
            office: parse(&office, "office number")?,
            password_hash,
            password_is_temporary: temporary != 0,
            letter_hash,
            mail: mail.map(|mail| parse(&mail, "mail address")).transpose()?,
        })
    })
    .transpose()
}

/// Gives an office an account with a temporary password, or its account a new one; a lock ends. The
/// mail address is to be registered again: it opens the account, and nobody knows whose it was.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn put_account(
    tx: &mut Tx,
    office: &OfficeNumber,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let user_id = UserId::of(office);
    on!(tx, |c| {
        let query = sqlx::query(PUT_ACCOUNT).bind(user_id.as_str()).bind(office.as_str());
        query.bind(password_hash).bind(millis(now)).execute(&mut *c).await?;
    });
    misses::forget(tx, (Tried::Password, &user_id)).await
}

/// Gives an account the password that its office chose; a lock ends.
///
/// # Errors
/// When the database cannot be reached.
pub async fn set_password(
    tx: &mut Tx,
    user_id: &UserId,
    password_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(SET_PASSWORD).bind(password_hash).bind(millis(now)).bind(user_id.as_str());
        query.execute(&mut *c).await?;
    });
    misses::forget(tx, (Tried::Password, user_id)).await
}

/// Registers the mail address that an office confirmed.
///
/// # Errors
/// When the database cannot be reached.
pub async fn set_mail(
    tx: &mut Tx,
    user_id: &UserId,
    mail: &MailAddress,
    now: Timestamp,
) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(SET_MAIL).bind(mail.expose()).bind(mail.folded()).bind(millis(now));
        query.bind(user_id.as_str()).execute(&mut *c).await?;
    });
    Ok(())
}

/// The accounts that registered a mail address, so many at most: an organisation has one for all its
/// offices.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn with_mail(
    db: &mut impl Connected,
    mail: &MailAddress,
    limit: u32,
) -> Result<Vec<UserId>, StoreError> {
    let rows: Vec<String> = on!(db, |c| {
        let query = sqlx::query_scalar(WITH_MAIL).bind(mail.folded()).bind(i64::from(limit));
        query.fetch_all(&mut *c).await?
    });
    rows.iter().map(|user_id| parse(user_id, "user ID")).collect()
}

type IssueRow = (Vec<u8>, String, String, i64, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);

/// The newest issue password of an office.
///
/// # Errors
/// When the database cannot be reached or holds nonsense.
pub async fn issue_password(
    db: &mut impl Connected,
    office: &OfficeNumber,
) -> Result<Option<IssuePassword>, StoreError> {
    let row: Option<IssueRow> =
        on!(db, |c| sqlx::query_as(ISSUE_PASSWORD).bind(office.as_str()).fetch_optional(&mut *c).await?);
    let Some((id, office, hash, expires_at, used_at, key, order)) = row else {
        return Ok(None);
    };
    let used = match (used_at, key, order) {
        (Some(at), Some(key), Some(order)) => {
            Some(Use { at: instant(at)?, key: digest(&key)?, order: uuid(&order)? })
        }
        (None, None, None) => None,
        _ => return Err(StoreError::Corrupt("use of an issue password")),
    };
    Ok(Some(IssuePassword {
        id: uuid(&id)?,
        office: parse(&office, "office number")?,
        hash,
        expires_at: instant(expires_at)?,
        used,
    }))
}

/// Gives an office a new issue password; earlier ones are replaced, a lock ends.
///
/// # Errors
/// When there is no such office, or the database cannot be reached.
pub async fn add_issue_password(tx: &mut Tx, new: &IssuePassword, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| {
        let replace = sqlx::query(REPLACE_ISSUE_PASSWORDS).bind(millis(now)).bind(new.office.as_str());
        replace.execute(&mut *c).await?;
        let add = sqlx::query(ADD_ISSUE_PASSWORD).bind(&new.id.as_bytes()[..]).bind(new.office.as_str());
        add.bind(&new.hash).bind(millis(now)).bind(millis(new.expires_at)).execute(&mut *c).await?;
    });
    misses::forget(tx, (Tried::IssuePassword, &UserId::of(&new.office))).await
}

/// Records what an issue password was used for.
///
/// # Errors
/// When the database cannot be reached.
pub async fn use_issue_password(tx: &mut Tx, id: Uuid, used: Use) -> Result<(), StoreError> {
    on!(tx, |c| {
        let query = sqlx::query(USE_ISSUE_PASSWORD).bind(millis(used.at)).bind(&used.key.as_bytes()[..]);
        query.bind(&used.order.as_bytes()[..]).bind(&id.as_bytes()[..]).execute(&mut *c).await?;
    });
    Ok(())
}

fn uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|_| StoreError::Corrupt("id"))
}
