//! What every log-in is made of, on the platform's site and in the office client: slow hashes, passwords worth choosing,
//! one-time codes, tokens, locks.
//!
//! Promises: no I/O and no clock; the instant is an argument. No secret can be printed. What is stored (a hash, a digest, a lock) is
//! the caller's business, and who may do what as well.
//!
//! ```
//! use careplan_domain::Secret;
//! use careplan_login::{Lock, LockRule, Weakness, judge_password};
//!
//! // What everybody knows of an account is no password for it.
//! let public = ["KJ999970000018", "9970000018"];
//! assert_eq!(judge_password(&Secret::new("９９７００００018"), &public), Err(Weakness::Public));
//! assert_eq!(judge_password(&Secret::new("correct horse battery staple"), &public), Ok(()));
//!
//! let now = "2026-11-22T09:00:00+09:00".parse()?;
//! let missed = (0..3).fold(Lock::default(), |lock, _| lock.after_miss(LockRule::default(), now));
//! assert_eq!(missed.holds(now), Some("2026-11-22T09:30:00+09:00".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod generate;
mod hash;
mod lock;
mod new_password;
mod token;
mod totp;

pub use generate::{grouped, issue_password, plain as plain_issue_password, temporary_password};
pub use hash::{HashFault, Hasher};
pub use lock::{Lock, LockRule};
pub use new_password::{PASSWORD_CHARS_MIN, Weakness, judge as judge_password};
pub use token::Token;
pub use totp::{TotpSecret, plain as plain_code};
