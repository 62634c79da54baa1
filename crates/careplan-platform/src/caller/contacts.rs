//! When terminals were heard of last: the newest request with their certificate.
//!
//! Promises: no request waits for it, and each certificate costs one small write in [`NOTED_EVERY`] on each replica, however many requests
//! come with it. It is for people who wonder whether a terminal still works; nothing is decided by it, and a crash may lose the last ones.
//! Terminals of one office that share a certificate cannot be told apart by their requests: they were heard of together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use careplan_domain::{Digest, OfficeNumber, Timestamp};
use jiff::SignedDuration;
use tokio::sync::mpsc;

use crate::store::terminals::{Contact, heard_of};
use crate::store::{Store, StoreError};

/// A certificate is noted so often: people ask for the hour, not the minute.
pub const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(15);

/// Certificates remembered as noted before those are forgotten whose time is over: several for each of the largest number of offices.
const REMEMBERED_MAX: usize = 100_000;

/// Contacts that wait to be written; of more than that, the next request tells again.
const WAITING_MAX: usize = 1_024;

/// Contacts in one transaction: it holds the one lock on writing for some milliseconds.
const WRITTEN_AT_ONCE: usize = 64;

/// The place where contacts are noted. Clones are the same place; its task ends with the last of them.
#[derive(Debug, Clone)]
pub struct Contacts {
    noted: Arc<Mutex<HashMap<Digest, Timestamp>>>,
    heard: mpsc::Sender<Contact>,
}

impl Contacts {
    /// Starts the task that writes.
    pub fn start(store: Store) -> Self {
        let (heard, waiting) = mpsc::channel(WAITING_MAX);
        tokio::spawn(write(store, waiting));
        Self { noted: Arc::default(), heard }
    }

    /// Notes that an office called with a certificate.
    pub(crate) fn note(&self, office: OfficeNumber, fingerprint: Digest, at: Timestamp) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_news(noted.get(&fingerprint).copied(), at) {
            return;
        }
        if noted.len() >= REMEMBERED_MAX {
            noted.retain(|_, before| !is_news(Some(*before), at));
        }
        if self.heard.try_send(Contact { office, fingerprint, at }).is_ok() {
            noted.insert(fingerprint, at);
        }
    }
}

/// Whether a contact is worth noting; also where the clock went back.
fn is_news(before: Option<Timestamp>, at: Timestamp) -> bool {
    before.is_none_or(|before| at.duration_since(before).abs() >= NOTED_EVERY)
}

async fn write(store: Store, mut waiting: mpsc::Receiver<Contact>) {
    let mut contacts = Vec::with_capacity(WRITTEN_AT_ONCE);
    while waiting.recv_many(&mut contacts, WRITTEN_AT_ONCE).await > 0 {
        if let Err(error) = write_down(&store, &contacts).await {
            tracing::warn!(%error, "contacts could not be noted");
        }
        contacts.clear();
    }
}

async fn write_down(store: &Store, contacts: &[Contact]) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    for contact in contacts {
        heard_of(&mut tx, contact).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_noted_once_in_a_quarter_of_an_hour() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let before = Some(at("2026-11-25T01:00:00Z"));
        assert!(is_news(None, at("2026-11-25T01:00:00Z")));
        assert!(!is_news(before, at("2026-11-25T01:14:59.999Z")));
        assert!(is_news(before, at("2026-11-25T01:15:00Z")));
        assert!(is_news(before, at("2026-11-25T00:00:00Z")), "the clock went back");
    }
}
