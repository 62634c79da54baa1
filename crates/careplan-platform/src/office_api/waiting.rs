//! Waiting for news inside a request: `Prefer: wait=N` (RFC 7240).

use std::time::Duration;

use careplan_domain::OfficeNumber;
use careplan_protocol::headers::PREFER;
use http::HeaderMap;
use tokio::time::{Instant, sleep_until};

use crate::caller::Connection;
use crate::mailbox::Subscription;
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

/// A request that may wait for news. Begun before the first look, so that what happens in between
/// is not missed.
pub(super) struct Waiting<'a> {
    news: Option<(Subscription, Instant)>,
    connection: &'a Connection,
}

impl<'a> Waiting<'a> {
    /// Begins to wait; `wait` is [`preferred`].
    pub(super) fn begin(
        platform: &Platform,
        office: OfficeNumber,
        connection: &'a Connection,
        wait: Option<Duration>,
    ) -> Self {
        let news = wait.map(|wait| (platform.mailbox.news.subscribe(office), Instant::now() + wait));
        Self { news, connection }
    }

    /// Waits for news: true when it is worth looking again, false when the wait is over or the
    /// connection should come to its end.
    pub(super) async fn again(&mut self) -> bool {
        let Some((subscription, deadline)) = &mut self.news else { return false };
        tokio::select! {
            () = subscription.changed() => true,
            () = sleep_until(*deadline) => false,
            () = self.connection.ending() => false,
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
