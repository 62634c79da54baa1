//! Slow hashes, a few at a time: Argon2id with 19 MiB, two passes, one lane (OWASP's and RFC 9106's
//! second choice), about a tenth of a second.
//!
//! A place for hashing belongs to the hashing itself, not to the request: whoever goes away after
//! asking does not make room for the next before the work is done.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use aws_lc_rs::rand;
use careplan_domain::Secret;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Bytes of salt.
const SALT_BYTES: usize = 16;

/// What an unknown user's password is hashed with: the work is the same, the result of no interest.
const NOBODYS_SALT: &[u8; SALT_BYTES] = b"nobody's account";

/// Why there is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashFault {
    /// As many passwords as allowed are being hashed; ask again later.
    #[error("too many passwords are being hashed")]
    Busy,
    /// A stored hash is no PHC string of Argon2.
    #[error("a stored password hash cannot be read")]
    Stored,
    /// The system gave no randomness.
    #[error("the system gave no randomness")]
    Randomness,
    /// The hash could not be computed.
    #[error("the password could not be hashed")]
    Lost,
}

/// Hashes passwords. Clones share the places.
#[derive(Debug, Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
}

impl Hasher {
    /// At most `hashes_max` at the same time; each takes 19 MiB.
    pub fn new(hashes_max: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(hashes_max)) }
    }

    /// The PHC string to store for a password.
    ///
    /// # Errors
    /// When too many are being hashed, or the system gives no randomness.
    pub async fn hash(&self, password: Secret) -> Result<String, HashFault> {
        self.work(move || {
            let mut salt = [0; SALT_BYTES];
            rand::fill(&mut salt).map_err(|_| HashFault::Randomness)?;
            let hash = argon2()?.hash_password_with_salt(password.expose().as_bytes(), &salt);
            hash.map(|hash: PasswordHash| hash.to_string()).map_err(|_| HashFault::Lost)
        })
        .await
    }

    /// Whether a password is the one of a stored hash. Without one (an unknown user) the answer is
    /// no, at the same cost.
    ///
    /// # Errors
    /// When too many are being hashed, or the stored hash cannot be read.
    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<bool, HashFault> {
        self.work(move || {
            let password = password.expose().as_bytes();
            let Some(stored) = stored else {
                let hash = argon2()?.hash_password_with_salt(password, NOBODYS_SALT);
                return hash.map(|_: PasswordHash| false).map_err(|_| HashFault::Lost);
            };
            let stored = PasswordHash::new(&stored).map_err(|_| HashFault::Stored)?;
            match argon2()?.verify_password(password, &stored) {
                Ok(()) => Ok(true),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(_) => Err(HashFault::Stored),
            }
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashFault> + Send + 'static,
    ) -> Result<T, HashFault> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| HashFault::Busy)?;
        tokio::task::spawn_blocking(move || at(place, work)).await.unwrap_or(Err(HashFault::Lost))
    }
}

/// Works at a place; the place is free when the work is done.
fn at<T>(_place: OwnedSemaphorePermit, work: impl FnOnce() -> T) -> T {
    work()
}

fn argon2() -> Result<Argon2<'static>, HashFault> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| HashFault::Lost)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_of_19_mib_and_knows_its_password_only() {
        let hasher = Hasher::new(1);
        let stored = hasher.hash(Secret::new("hirakegoma")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hasher.hash(Secret::new("hirakegoma")).await.unwrap());
        assert_eq!(hasher.verify(Secret::new("hirakegoma"), Some(stored.clone())).await, Ok(true));
        assert_eq!(hasher.verify(Secret::new("Hirakegoma"), Some(stored)).await, Ok(false));
        assert_eq!(hasher.verify(Secret::new("hirakegoma"), None).await, Ok(false));
        assert_eq!(hasher.verify(Secret::new("x"), Some("x".into())).await, Err(HashFault::Stored));
    }

    #[tokio::test]
    async fn a_request_that_goes_away_keeps_its_place_until_the_work_is_done() {
        let hasher = Hasher::new(1);
        let (finish, finished) = std::sync::mpsc::channel::<()>();
        let asked = hasher.work(move || finished.recv().map_err(|_| HashFault::Lost));
        // Polled once, then dropped: the caller went away.
        let mut asked = Box::pin(asked);
        assert!(futures_util::poll!(asked.as_mut()).is_pending());
        drop(asked);
        assert_eq!(hasher.hash(Secret::new("next")).await, Err(HashFault::Busy));
        finish.send(()).unwrap();
        let freed = hasher.places.acquire();
        tokio::time::timeout(std::time::Duration::from_secs(30), freed).await.unwrap().unwrap().forget();
    }
}
