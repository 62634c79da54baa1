//! Waiting inside a request: `Prefer: wait=N` (RFC 7240), and streams.

use std::time::Duration;

use careplan_protocol::headers::PREFER;
use http::HeaderMap;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep};

use super::LocalApi;
use super::problem::{Code, Refused};
use crate::service::Condition;

/// The longest wait of one request; many HTTP libraries give up after a hundred seconds.
pub const WAIT_SECONDS_MAX: u64 = 60;

/// Requests and streams that wait at the same time: one of each application, with room.
pub const WAITING_MAX: usize = 64;

/// The state is looked at so often even when nobody says that it changed: the command line is another process.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long the caller is willing to wait; longer wishes are cut to [`WAIT_SECONDS_MAX`].
fn preferred(fields: &HeaderMap) -> Option<Duration> {
    let given = fields.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let mut preferences = given.flat_map(|value| value.split([',', ';'])).map(str::trim);
    let seconds: u64 = preferences.find_map(|preference| {
        let (name, seconds) = preference.split_once('=')?;
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        if is_wait { seconds.trim().trim_matches('"').parse().ok() } else { None }
    })?;
    Some(Duration::from_secs(seconds.min(WAIT_SECONDS_MAX)))
}

/// Who waits for changes. Begun before the first look, so that what happens in between is not missed.
pub(super) struct Waiting {
    heard: watch::Receiver<Condition>,
    _place: OwnedSemaphorePermit,
}

impl Waiting {
    /// Takes a place to wait.
    pub(super) fn begin(api: &LocalApi) -> Result<Self, Refused> {
        let place = api.places.clone().try_acquire_owned().map_err(|_| Code::WaitingTooMany)?;
        let mut heard = api.hub.listen();
        heard.mark_unchanged();
        Ok(Self { heard, _place: place })
    }

    /// Returns when it is worth looking again; false when the program comes to its end.
    pub(super) async fn changed(&mut self, api: &LocalApi) -> bool {
        tokio::select! {
            () = api.stop.cancelled() => false,
            heard = self.heard.changed() => {
                if heard.is_err() {
                    // Nobody is left who could tell.
                    sleep(LOOK_EVERY).await;
                }
                true
            }
            () = sleep(LOOK_EVERY) => true,
        }
    }
}

/// A request that waits as long as its caller said.
pub(super) struct Patience(Option<(Waiting, Instant)>);

impl Patience {
    /// Begins to wait, if the caller is willing to.
    pub(super) fn begin(api: &LocalApi, fields: &HeaderMap) -> Result<Self, Refused> {
        let Some(wait) = preferred(fields) else { return Ok(Self(None)) };
        Ok(Self(Some((Waiting::begin(api)?, Instant::now() + wait))))
    }

    /// True when it is worth looking again; false when the wait is over.
    pub(super) async fn again(&mut self, api: &LocalApi) -> bool {
        let Some((waiting, end)) = &mut self.0 else { return false };
        tokio::select! {
            is_worth = waiting.changed(api) => is_worth,
            () = tokio::time::sleep_until(*end) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_taken_up_to_a_minute() {
        let asked = |value: &str| {
            let fields =
                HeaderMap::from_iter([(http::HeaderName::from_static(PREFER), value.parse().unwrap())]);
            preferred(&fields).map(|wait| wait.as_secs())
        };
        assert_eq!(asked("wait=30"), Some(30));
        assert_eq!(asked("respond-async, Wait = \"60\""), Some(60));
        assert_eq!(asked("wait=61"), Some(WAIT_SECONDS_MAX));
        assert_eq!(asked("respond-async"), None);
        assert_eq!(asked("wait=soon"), None);
    }
}
