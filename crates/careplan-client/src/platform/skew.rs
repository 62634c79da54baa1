//! How far this PC's clock is from the platform's, as each answer says (`Date`, RFC 9110 section 6.6.1).

use std::sync::{Arc, Mutex, PoisonError};

use careplan_domain::Timestamp;
use jiff::SignedDuration;

use super::Answer;
use crate::clock::Clock;

/// So far a clock may be away before it is told: a PC that asks a time server is within a second, one that does not drifts by seconds
/// a day, and a signature may be some minutes ahead.
const TOLD_FROM: SignedDuration = SignedDuration::from_mins(3);

/// Watches the clock. Clones watch the same one.
#[derive(Debug, Clone)]
pub struct SkewWatch {
    clock: Clock,
    seen: Arc<Mutex<Option<SignedDuration>>>,
}

impl SkewWatch {
    /// Nothing was seen yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, seen: Arc::default() }
    }

    /// How far the PC's clock is ahead – behind where it is negative –, if it is worth telling.
    pub fn told(&self) -> Option<SignedDuration> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.filter(|ahead| ahead.abs() >= TOLD_FROM)
    }

    /// Takes notice of an answer to a request that was sent at `asked`.
    pub(super) fn look(&self, answer: &Answer, asked: Timestamp) {
        let Some(date) = answer.header("date").and_then(read_date) else { return };
        // Anywhere between asking and hearing: what is left in between is no fault of the clock.
        let (earliest, latest) = (asked.duration_since(date), self.clock.now().duration_since(date));
        let ahead = if earliest.is_positive() { earliest } else { latest.min(SignedDuration::ZERO) };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// How far a clock is away: 「約5分進んで」.
pub fn how_far_ja(ahead: SignedDuration) -> String {
    let minutes = ahead.abs().as_secs() / 60;
    let how_far = match (minutes / 60 / 24, minutes / 60, minutes) {
        (0, 0, minutes) => format!("{minutes}分"),
        (0, hours, _) => format!("{hours}時間"),
        (days, ..) => format!("{days}日"),
    };
    format!("約{how_far}{}", if ahead.is_positive() { "進んで" } else { "遅れて" })
}

fn read_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn seen(asked: &str, heard: &str, date: Option<&str>) -> Option<SignedDuration> {
        let watch = SkewWatch::new(Clock::fixed(heard.parse().unwrap()));
        let date = date.map(|date| (http::header::DATE, date.parse().unwrap()));
        let headers = HeaderMap::from_iter(date);
        let answer = Answer { status: StatusCode::OK, headers, body: bytes::Bytes::new() };
        watch.look(&answer, asked.parse().unwrap());
        watch.told()
    }

    const NOON: Option<&str> = Some("Sun, 22 Nov 2026 12:00:00 GMT");

    #[test]
    fn a_clock_that_is_away_is_told_from_three_minutes_on() {
        let at = |time: &str| seen(time, time, NOON).map(|ahead| ahead.as_secs());
        assert_eq!(at("2026-11-22T12:02:59Z"), None);
        assert_eq!(at("2026-11-22T12:03:00Z"), Some(180));
        assert_eq!(at("2026-11-22T11:57:01Z"), None);
        assert_eq!(at("2026-11-22T11:57:00Z"), Some(-180));
        assert_eq!(at("2026-11-23T12:00:00Z"), Some(24 * 3600));
    }

    #[test]
    fn a_slow_answer_says_nothing_of_the_clock() {
        assert_eq!(seen("2026-11-22T11:58:00Z", "2026-11-22T12:08:00Z", NOON), None);
    }

    #[test]
    fn an_answer_without_a_date_or_with_one_that_is_none_is_passed_over() {
        let time = "2026-11-22T18:00:00Z";
        assert_eq!(seen(time, time, None), None);
        assert_eq!(seen(time, time, Some("yesterday")), None);
    }
}
