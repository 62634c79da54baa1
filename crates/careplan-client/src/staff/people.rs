//! Adding people, changing what they may do, and their passwords.

use careplan_domain::{Secret, Timestamp};
use careplan_login::{Lock, Token, Weakness, judge_password, temporary_password};
use careplan_web::text::half_width;
use serde_json::json;

use super::sessions::renew;
use super::{Person, Role, Session, Staff, StaffFault, Stage};
use crate::state::{NewStaff, Tx, append_operation, commit, staff_rows as rows};

/// Characters of a name.
pub const NAME_CHARS_MAX: usize = 40;

/// What somebody types to log in: letters and digits, in whatever width and case they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginName(String);

impl LoginName {
    /// Takes what was typed.
    ///
    /// # Errors
    /// [`StaffFault::Login`].
    pub fn new(typed: &str) -> Result<Self, StaffFault> {
        let name = half_width(typed).to_ascii_lowercase();
        let is_good = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'-' | b'_');
        if (2..=40).contains(&name.len()) && name.bytes().all(is_good) {
            Ok(Self(name))
        } else {
            Err(StaffFault::Login)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// What they type to log in.
    pub login: LoginName,
    /// 職員名.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl NewPerson {
    fn check(&self) -> Result<(), StaffFault> {
        let chars = self.name.trim().chars().count();
        if (1..=NAME_CHARS_MAX).contains(&chars) { Ok(()) } else { Err(StaffFault::Name) }
    }
}

impl Staff {
    /// Adds the first manager, with a password of their own choice; only while there is nobody.
    ///
    /// # Errors
    /// [`StaffFault::NotFirst`], [`StaffFault::Weak`], [`StaffFault::Name`].
    pub async fn add_first(
        &self,
        (login, name): (LoginName, &str),
        password: &Secret,
        now: Timestamp,
    ) -> Result<i64, StaffFault> {
        judged(password, &login)?;
        let person = NewPerson { login, name: name.to_owned(), role: Role::Manager };
        person.check()?;
        let hash = self.hasher.hash(password.clone()).await?;
        let mut tx = self.state.begin().await?;
        if !rows::all(&mut tx).await?.is_empty() {
            return Err(StaffFault::NotFirst);
        }
        let actor = person.login.as_str().to_owned();
        let id = self.insert(&mut tx, (&person, &hash, false), (&actor, now)).await?;
        commit(tx).await?;
        Ok(id)
    }

    /// Adds somebody; gives the temporary password, which is shown once.
    ///
    /// # Errors
    /// [`StaffFault::Taken`], [`StaffFault::Name`].
    pub async fn add(&self, person: &NewPerson, by: (&str, Timestamp)) -> Result<Secret, StaffFault> {
        person.check()?;
        let password = temporary_password()?;
        let hash = self.hasher.hash(password.clone()).await?;
        let mut tx = self.state.begin().await?;
        self.insert(&mut tx, (person, &hash, true), by).await?;
        // The first one is a manager.
        keep_a_manager(&mut tx).await?;
        commit(tx).await?;
        Ok(password)
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        (person, hash, is_temporary): (&NewPerson, &str, bool),
        by: (&str, Timestamp),
    ) -> Result<i64, StaffFault> {
        let login = person.login.as_str();
        if rows::by_login(tx, login).await?.is_some() {
            return Err(StaffFault::Taken(login.to_owned()));
        }
        let new = NewStaff { login, name: person.name.trim(), role: person.role, hash, is_temporary };
        let id = rows::insert(tx, &new, by.1).await?;
        append_operation(tx, by, ("staff.added", login), &json!({ "role": person.role.as_str() })).await?;
        Ok(id)
    }

    /// Changes what somebody may do.
    ///
    /// # Errors
    /// [`StaffFault::Unknown`], [`StaffFault::LastManager`].
    pub async fn set_role(&self, id: i64, role: Role, by: (&str, Timestamp)) -> Result<(), StaffFault> {
        let mut tx = self.state.begin().await?;
        let person = known(&mut tx, id).await?;
        rows::set_role(&mut tx, id, role).await?;
        keep_a_manager(&mut tx).await?;
        let detail = json!({ "role": role.as_str() });
        append_operation(&mut tx, by, ("staff.role_changed", &person.login), &detail).await?;
        Ok(commit(tx).await?)
    }

    /// Locks somebody away who left: their sessions end, and they cannot log in any more.
    ///
    /// # Errors
    /// [`StaffFault::Unknown`], [`StaffFault::LastManager`].
    pub async fn lock_away(&self, id: i64, by: (&str, Timestamp)) -> Result<(), StaffFault> {
        self.set_away(id, true, by).await
    }

    /// Takes somebody back who had left.
    ///
    /// # Errors
    /// [`StaffFault::Unknown`].
    pub async fn take_back(&self, id: i64, by: (&str, Timestamp)) -> Result<(), StaffFault> {
        self.set_away(id, false, by).await
    }

    async fn set_away(&self, id: i64, is_away: bool, by: (&str, Timestamp)) -> Result<(), StaffFault> {
        let mut tx = self.state.begin().await?;
        let person = known(&mut tx, id).await?;
        rows::set_away(&mut tx, id, is_away).await?;
        // Tries before are not held against them after.
        rows::set_lock(&mut tx, id, Lock::default()).await?;
        if is_away {
            rows::end_sessions(&mut tx, id, None).await?;
        }
        keep_a_manager(&mut tx).await?;
        let action = if is_away { "staff.locked_away" } else { "staff.taken_back" };
        append_operation(&mut tx, by, (action, &person.login), &json!({})).await?;
        Ok(commit(tx).await?)
    }

    /// Hands out a new temporary password, which is shown once; all sessions end, a lock is taken off.
    ///
    /// # Errors
    /// [`StaffFault::Unknown`]; [`StaffFault::Own`], for which there is [`change_password`](Self::change_password).
    pub async fn reset_password(&self, id: i64, by: (&str, Timestamp)) -> Result<Secret, StaffFault> {
        let password = temporary_password()?;
        let hash = self.hasher.hash(password.clone()).await?;
        let mut tx = self.state.begin().await?;
        let person = known(&mut tx, id).await?;
        not_own(&person, by.0)?;
        rows::set_password(&mut tx, id, &hash, true).await?;
        rows::end_sessions(&mut tx, id, None).await?;
        append_operation(&mut tx, by, ("staff.password_reset", &person.login), &json!({})).await?;
        commit(tx).await?;
        Ok(password)
    }

    /// Somebody chooses a password; their other sessions end, and this one goes on under a new token.
    ///
    /// # Errors
    /// [`StaffFault::Wrong`] for the present one, [`StaffFault::Locked`], [`StaffFault::Weak`]; [`StaffFault::NotYet`] before the code.
    pub async fn change_password(
        &self,
        session: &Session,
        (present, new): (&Secret, &Secret),
        now: Timestamp,
    ) -> Result<(Token, Session), StaffFault> {
        // The password alone must not shut out who has the telephone.
        if session.stage == Stage::SecondFactorDue {
            return Err(StaffFault::NotYet);
        }
        let login = LoginName(session.login.clone());
        judged(new, &login)?;
        let (person, checked) = self.check((&session.login, present), now).await?;
        if present == new {
            let weakness = if person.is_temporary { Weakness::Temporary } else { Weakness::Same };
            return Err(StaffFault::Weak(weakness));
        }
        let hash = self.hasher.hash(new.clone()).await?;
        let mut tx = self.state.begin().await?;
        still(&mut tx, &person, &checked).await?;
        rows::set_password(&mut tx, person.id, &hash, false).await?;
        rows::end_sessions(&mut tx, person.id, Some(&session.digest)).await?;
        let renewed = renew(&mut tx, session, false).await?;
        append_operation(
            &mut tx,
            (&person.login, now),
            ("staff.password_changed", &person.login),
            &json!({}),
        )
        .await?;
        commit(tx).await?;
        Ok(renewed)
    }
}

/// Refuses what was begun with a password that was changed meanwhile, or by somebody who left meanwhile: hashing takes its time.
pub(super) async fn still(tx: &mut Tx, person: &Person, hash: &str) -> Result<(), StaffFault> {
    match rows::by_login(tx, &person.login).await? {
        Some((now_is, secrets)) if !now_is.is_away && secrets.hash == hash => Ok(()),
        _ => Err(StaffFault::Wrong),
    }
}

pub(super) async fn known(tx: &mut Tx, id: i64) -> Result<Person, StaffFault> {
    rows::by_id(tx, id).await?.ok_or(StaffFault::Unknown)
}

/// Refuses for somebody themselves what managers do for others: at a browser that was left open the password is asked for.
pub(super) fn not_own(person: &Person, by: &str) -> Result<(), StaffFault> {
    if person.login == by { Err(StaffFault::Own) } else { Ok(()) }
}

/// Refuses a change after which no manager could log in; the transaction is not committed then.
async fn keep_a_manager(tx: &mut Tx) -> Result<(), StaffFault> {
    let all = rows::all(tx).await?;
    let is_left = all.iter().any(|person| person.role == Role::Manager && !person.is_away);
    if is_left { Ok(()) } else { Err(StaffFault::LastManager) }
}

fn judged(password: &Secret, login: &LoginName) -> Result<(), StaffFault> {
    judge_password(password, &[login.as_str()]).map_err(StaffFault::Weak)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_name_is_read_in_any_width_and_case() {
        for typed in ["Yamada.h", "ｙａｍａｄａ．ｈ", " yamada.h "] {
            assert_eq!(LoginName::new(typed).unwrap().as_str(), "yamada.h", "{typed}");
        }
        let longest = "a".repeat(40);
        assert!(LoginName::new(&longest).is_ok() && LoginName::new("ab").is_ok());
        for wrong in ["a", "", "山田", "a b", "a@b", &format!("{longest}a")] {
            assert!(LoginName::new(wrong).is_err(), "{wrong}");
        }
    }
}
