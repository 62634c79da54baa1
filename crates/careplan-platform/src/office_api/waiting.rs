//! Waiting for news inside a request: `Prefer: wait=N` (RFC 7240).

use std::sync::Arc;
use std::time::Duration;

use careplan_domain::OfficeNumber;
use careplan_protocol::headers::PREFER;
use http::HeaderMap;
use tokio::time::{Instant, sleep_until};

use super::problem::Refused;
use crate::caller::Connection;
use crate::platform::Platform;

/// The longest wait: many proxies give up on an answer after a minute.
pub(super) const WAIT_SECONDS_MAX: u64 = 60;

/// How long the caller is willing to wait; longer wishes are cut to [`WAIT_SECONDS_MAX`].
pub(super) fn preferred(fields: &HeaderMap) -> Option<Duration> {
    let given = fields.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let mut preferences = given.flat_map(|value| value.split([',', ';'])).map(str::trim);
    let seconds: u64 = preferences.find_map(|preference| {
        let (name, seconds) = preference.split_once('=')?;
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        if is_wait { seconds.trim().trim_matches('"').parse().ok() } else { None }
    })?;
    Some(Duration::from_secs(seconds.min(WAIT_SECONDS_MAX)))
}

/// Who waits, for what, how long.
pub(super) struct Waiting<'a> {
    pub(super) platform: &'a Platform,
    pub(super) connection: &'a Arc<Connection>,
    pub(super) office: OfficeNumber,
    pub(super) wait: Option<Duration>,
}

impl Waiting<'_> {
    /// Loads until `is_news` says that what was loaded is worth answering, or the wait is over, or
    /// the connection should come to its end.
    pub(super) async fn until<T>(
        self,
        mut load: impl AsyncFnMut() -> Result<T, Refused>,
        is_news: impl Fn(&T) -> bool,
    ) -> Result<T, Refused> {
        let Some(wait) = self.wait else { return load().await };
        let deadline = Instant::now() + wait;
        // Subscribe first, then look: what happens in between wakes.
        let mut subscription = self.platform.mailbox.news.subscribe(self.office);
        loop {
            let loaded = load().await?;
            if is_news(&loaded) {
                return Ok(loaded);
            }
            tokio::select! {
                () = subscription.changed() => {}
                () = sleep_until(deadline) => return Ok(loaded),
                () = self.connection.ending() => return Ok(loaded),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Option<u64> {
        let mut fields = HeaderMap::new();
        fields.insert(PREFER, value.parse().unwrap());
        preferred(&fields).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_taken_up_to_a_minute() {
        assert_eq!(asked("wait=30"), Some(30));
        assert_eq!(asked("respond-async, wait=60"), Some(60));
        assert_eq!(asked("wait=61"), Some(60));
        assert_eq!(asked("Wait = \"5\""), Some(5));
        assert_eq!(asked("respond-async"), None);
        assert_eq!(asked("wait=soon"), None);
    }
}
