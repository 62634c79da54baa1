//! Which certificates an office holds, and what to tell it about them.
//!
//! Pure decisions over what the database and the trust say at one instant.

use careplan_domain::{Digest, Timestamp};
use careplan_envelope::CertificateSerial;
use uuid::Uuid;

use crate::store::certificates::CertificateRow;
use crate::store::terminals::Listed;
use crate::terminals::Announced;
use crate::trust::{Refusal, Trust};

/// From so many days before its end on, an office is told. Clients renew from then on, too.
pub(super) const NOTICE_DAYS: i64 = 90;

/// Where a certificate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// Can be used for a long time.
    Good,
    /// Ends within [`NOTICE_DAYS`]: so many whole days are left.
    Ending { days: i64 },
    /// Its time has not begun.
    Later,
    /// Its time is over.
    Ended,
    /// Revoked, with the reason where it is known.
    Revoked { at: Option<Timestamp>, reason: Option<String> },
    /// Another authority's that is not accepted: what the caller would be told.
    Refused(String),
}

/// A certificate as the office sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// Of our authority; `None` for another's.
    pub(super) serial: Option<CertificateSerial>,
    /// Last instant of validity.
    pub(super) until: Timestamp,
    pub(super) state: State,
    /// Terminals in use whose keys it signed.
    pub(super) terminals: Vec<Uuid>,
}

impl Held {
    /// Whether the client can work with it now.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.state, State::Good | State::Ending { .. })
    }
}

fn by_time(from: Timestamp, until: Timestamp, now: Timestamp) -> State {
    let days = until.duration_since(now).as_hours() / 24;
    match () {
        () if until < now => State::Ended,
        () if now < from => State::Later,
        () if days < NOTICE_DAYS => State::Ending { days },
        () => State::Good,
    }
}

/// Our authority's certificates, newest first, and then those of others that signed keys in use.
pub(super) fn held(
    rows: Vec<CertificateRow>,
    terminals: &[Listed],
    trust: &Trust,
    now: Timestamp,
) -> Vec<Held> {
    let in_use = || terminals.iter().filter(|it| it.is_in_use(now));
    let signed_with = |fingerprint: Digest| -> Vec<Uuid> {
        in_use().filter(|it| it.terminal.fingerprint == fingerprint).map(|it| it.id).collect()
    };
    let mut own: Vec<Held> = Vec::with_capacity(rows.len());
    let mut known: Vec<Digest> = rows.iter().map(|row| row.fingerprint).collect();
    for row in rows.into_iter().rev() {
        let state = match row.revoked_at {
            Some(at) => State::Revoked { at: Some(at), reason: row.reason },
            None => by_time(row.not_before, row.not_after, now),
        };
        let terminals = signed_with(row.fingerprint);
        own.push(Held { serial: Some(row.serial), until: row.not_after, state, terminals });
    }
    for listed in in_use() {
        let fingerprint = listed.terminal.fingerprint;
        if known.contains(&fingerprint) {
            continue;
        }
        known.push(fingerprint);
        own.extend(foreign(listed, trust, now).map(|(until, state)| {
            let terminals = signed_with(fingerprint);
            Held { serial: None, until, state, terminals }
        }));
    }
    own
}

/// The certificate of another authority that signed an announcement: its end, and where it stands.
fn foreign(listed: &Listed, trust: &Trust, now: Timestamp) -> Option<(Timestamp, State)> {
    let announcement = &listed.terminal.announcement;
    let signed = careplan_envelope::verify(announcement).ok()?;
    let (from, until) = (signed.signer.not_before(), signed.signer.not_after());
    let judged = match Announced::read(announcement, trust, now) {
        Ok(read) => trust.judge(&read.signer, now),
        // Its authority or its kind is not accepted any more.
        Err(crate::terminals::PublishFault::Certificate(refusal)) => Err(refusal),
        Err(_) => return None,
    };
    let state = match judged {
        Ok(()) => by_time(from, until, now),
        Err(Refusal::Expired { .. }) => State::Ended,
        Err(Refusal::NotYetValid { .. }) => State::Later,
        Err(Refusal::Revoked { at }) => State::Revoked { at, reason: None },
        Err(refusal) => State::Refused(refusal.problem().title),
    };
    Some((until, state))
}

/// What to do about all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Advice {
    /// There never was one.
    Obtain,
    /// There were some, and none can be used.
    ObtainAnew,
    /// One of ours that is in use ends on this day.
    Renew { until: Timestamp },
    /// One of another authority that is in use ends on this day.
    RenewThere { until: Timestamp },
}

/// The one thing to tell; nothing when all is well.
pub(super) fn advice(held: &[Held]) -> Option<Advice> {
    let live = || held.iter().filter(|it| it.is_live());
    if live().next().is_none() {
        return Some(if held.is_empty() { Advice::Obtain } else { Advice::ObtainAnew });
    }
    // A certificate that was renewed signs no key any more: it may end.
    let is_renewed = |it: &Held| it.terminals.is_empty() && live().any(|other| other.until > it.until);
    let ending = live().filter(|it| it.state != State::Good && !is_renewed(it)).min_by_key(|it| it.until)?;
    let until = ending.until;
    Some(if ending.serial.is_some() { Advice::Renew { until } } else { Advice::RenewThere { until } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        format!("{day}T00:00:00+09:00").parse().unwrap()
    }

    fn own(until: &str, now: &str, terminals: usize) -> Held {
        let state = by_time(at("2020-01-01"), at(until), at(now));
        let serial = Some("1f".parse().unwrap());
        Held { serial, until: at(until), state, terminals: vec![Uuid::nil(); terminals] }
    }

    #[test]
    fn the_notice_begins_ninety_days_before_the_end_to_the_second() {
        let (from, until) = (at("2026-01-01"), at("2026-12-31"));
        let days = |days: i64| jiff::SignedDuration::from_hours(24 * days);
        let second = jiff::SignedDuration::from_secs(1);
        assert_eq!(by_time(from, until, until - days(90)), State::Good);
        assert_eq!(by_time(from, until, until - days(90) + second), State::Ending { days: 89 });
        assert_eq!(by_time(from, until, until), State::Ending { days: 0 });
        assert_eq!(by_time(from, until, until + second), State::Ended);
        assert_eq!(by_time(from, until, from - second), State::Later);
    }

    #[test]
    fn what_is_to_be_done_is_told_once_and_not_where_it_was_done() {
        let now = "2026-11-01";
        assert_eq!(advice(&[]), Some(Advice::Obtain));
        assert_eq!(advice(&[own("2026-10-01", now, 1)]), Some(Advice::ObtainAnew));
        assert_eq!(advice(&[own("2028-01-01", now, 1)]), None);
        let ending = own("2026-12-01", now, 1);
        assert_eq!(
            advice(&[own("2028-01-01", now, 1), ending.clone()]),
            Some(Advice::Renew { until: ending.until })
        );
        // The client took a new one, and announced its key with it.
        assert_eq!(advice(&[own("2028-01-01", now, 1), own("2026-12-01", now, 0)]), None);
        // No client runs.
        assert_eq!(advice(&[own("2026-12-01", now, 0)]), Some(Advice::Renew { until: ending.until }));
        let foreign = Held { serial: None, ..ending };
        assert_eq!(advice(std::slice::from_ref(&foreign)), Some(Advice::RenewThere { until: foreign.until }));
    }
}
