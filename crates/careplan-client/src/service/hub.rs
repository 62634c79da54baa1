//! What the parts of a running client tell each other: that something changed, and whether the platform answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use careplan_domain::{Timestamp, TransmissionId};
use tokio::sync::{Notify, watch};

use crate::agent::{RENEWAL, Watcher};
use crate::clock::Clock;
use crate::folders::Status;
use crate::office::Step;
use crate::platform::is_away;

/// Arrivals that are remembered for pages that are open: more is told as a number.
const ARRIVALS_KEPT: usize = 100;

/// Whether the platform answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Line {
    /// Nothing was asked yet.
    #[default]
    Unknown,
    /// The last thing that was asked was answered.
    Online,
    /// It was not: the platform does not answer.
    Offline {
        /// Since when.
        since: Timestamp,
        /// What went wrong, in a sentence for people.
        said: String,
    },
    /// The platform answers, and yet nothing can be sent or received.
    Stopped {
        /// Since when.
        since: Timestamp,
        /// What keeps it from going on, in a sentence for people.
        said: String,
    },
}

impl Line {
    /// What a trouble says of the line; what lasts has its beginning.
    fn troubled(&self, (said, code): (String, &str), now: Timestamp) -> Self {
        match (self, is_away(code)) {
            (Self::Offline { since, .. }, true) => Self::Offline { since: *since, said },
            (_, true) => Self::Offline { since: now, said },
            (Self::Stopped { since, .. }, false) => Self::Stopped { since: *since, said },
            (_, false) => Self::Stopped { since: now, said },
        }
    }
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Condition {
    /// Grows with every change of what was sent or received.
    pub changes: u64,
    /// Whether the platform answers.
    pub line: Line,
    /// Why the certificate or what else is renewed by itself is not, in a sentence for people. Letters may go all the same.
    pub renewal: Option<String>,
}

/// The place where it is told and heard. Clones are the same place.
#[derive(Debug, Clone)]
pub struct Hub {
    clock: Clock,
    condition: Arc<watch::Sender<Condition>>,
    /// What came, each with the count of changes that it made; the newest last.
    arrivals: Arc<Mutex<VecDeque<(u64, TransmissionId)>>>,
    /// How things stand in the folders that are shared with the care software.
    folders: watch::Sender<Status>,
    /// Somebody thinks that something changed in these folders.
    folders_hint: Arc<Notify>,
}

impl Hub {
    /// A place where nothing was told yet.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            condition: Arc::new(watch::Sender::new(Condition::default())),
            arrivals: Arc::default(),
            folders: watch::Sender::default(),
            folders_hint: Arc::default(),
        }
    }

    /// How things stand now.
    pub fn condition(&self) -> Condition {
        self.condition.borrow().clone()
    }

    /// Hears of every change from now on.
    pub fn listen(&self) -> watch::Receiver<Condition> {
        self.condition.subscribe()
    }

    /// Something was sent, received or marked.
    pub fn changed(&self) {
        self.condition.send_modify(|condition| condition.changes += 1);
    }

    /// What came after a count of changes, the newest last. A count that was not reached yet is one of an earlier run: since then all of it came.
    pub fn arrived_since(&self, changes: u64) -> Vec<TransmissionId> {
        let changes = if changes > self.condition.borrow().changes { 0 } else { changes };
        self.arrivals().iter().filter(|(at, _)| *at > changes).map(|(_, id)| *id).collect()
    }

    fn arrivals(&self) -> MutexGuard<'_, VecDeque<(u64, TransmissionId)>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How things stand in the folders that are shared with the care software.
    pub fn folders(&self) -> Status {
        self.folders.borrow().clone()
    }

    /// The place where that is told.
    pub fn folders_told(&self) -> watch::Sender<Status> {
        self.folders.clone()
    }

    /// Says that something may have changed in these folders: it is looked at once.
    pub fn hint_folders(&self) {
        self.folders_hint.notify_one();
    }

    pub(super) fn folders_hint(&self) -> &Notify {
        &self.folders_hint
    }
}

impl Watcher for Hub {
    fn step(&mut self, step: &Step) {
        // A look that the platform did not answer is put off like one that it did.
        let is_answered = !matches!(step, Step::Later(..) | Step::LookedAgain(_));
        self.condition.send_modify(|condition| {
            condition.changes += 1;
            if is_answered {
                condition.line = Line::Online;
            }
        });
        // Whole, verified, and the sender has its receipt.
        if let Step::Acknowledged(id) = step {
            let changes = self.condition.borrow().changes;
            let mut arrivals = self.arrivals();
            if arrivals.len() == ARRIVALS_KEPT {
                arrivals.pop_front();
            }
            arrivals.push_back((changes, *id));
        }
        // What came goes into the import folder; what went is answered in the export folder.
        self.hint_folders();
    }

    fn quiet(&mut self) {
        self.condition.send_if_modified(|condition| {
            let is_news = condition.line != Line::Online;
            condition.line = Line::Online;
            is_news
        });
    }

    fn renewed(&mut self) {
        self.condition.send_if_modified(|condition| condition.renewal.take().is_some());
    }

    fn trouble(&mut self, fault: &dyn std::fmt::Display, code: &str) {
        let (now, said) = (self.clock.now(), fault.to_string());
        self.condition.send_modify(|condition| match code {
            RENEWAL => condition.renewal = Some(said),
            code => condition.line = condition.line.troubled((said, code), now),
        });
    }
}

#[cfg(test)]
mod tests {
    use careplan_protocol::{Code, Problem};

    use super::*;
    use crate::platform::{PlatformFault, TransportFault};

    fn hub() -> Hub {
        Hub::new(Clock::fixed("2026-11-01T00:00:00Z".parse().unwrap()))
    }

    #[test]
    fn the_line_is_away_since_the_first_trouble_and_back_with_the_first_answer() {
        let mut hub = hub();
        hub.trouble(&"つながりません。", "unreachable");
        hub.trouble(&"まだつながりません。", "unreachable");
        let Line::Offline { since, said } = hub.condition().line else { panic!("{:?}", hub.condition()) };
        assert_eq!((since, said.as_str()), ("2026-11-01T00:00:00Z".parse().unwrap(), "まだつながりません。"));
        hub.quiet();
        assert_eq!(hub.condition().line, Line::Online);
    }

    #[test]
    fn only_a_platform_that_does_not_answer_is_away_and_a_renewal_is_troubled_beside_it() {
        let mut hub = hub();
        hub.trouble(&"断られました。", RENEWAL);
        assert_eq!(
            (hub.condition().line, hub.condition().renewal.as_deref()),
            (Line::Unknown, Some("断られました。"))
        );
        let silent = PlatformFault::from(TransportFault::Silent);
        let unreadable = PlatformFault::Unreadable { status: 502 };
        let revoked = PlatformFault::Problem(Box::new(Problem::new(Code::CertificateRevoked)));
        for (code, is_offline) in
            [(silent.code(), true), (unreadable.code(), true), ("disk_full", false), (revoked.code(), false)]
        {
            hub.trouble(&"つながりません。", code);
            assert_eq!(matches!(hub.condition().line, Line::Offline { .. }), is_offline, "{code}");
            assert_eq!(matches!(hub.condition().line, Line::Stopped { .. }), !is_offline, "{code}");
        }
        hub.quiet();
        assert_eq!(hub.condition().renewal.as_deref(), Some("断られました。"), "letters say nothing of it");
        hub.renewed();
        assert_eq!(hub.condition(), Condition { line: Line::Online, ..hub.condition() });
        assert_eq!(hub.condition().renewal, None);
    }

    #[test]
    fn what_came_after_a_page_was_drawn_is_known_and_only_so_much_of_it() {
        let mut hub = hub();
        let id = |n: usize| -> TransmissionId { format!("01920000-0000-7000-8000-{n:012}").parse().unwrap() };
        hub.step(&Step::Acknowledged(id(1)));
        hub.step(&Step::Verified(id(2)));
        let drawn = hub.condition().changes;
        assert!(hub.arrived_since(drawn).is_empty());
        hub.step(&Step::Acknowledged(id(2)));
        hub.step(&Step::Imported(id(2)));
        assert_eq!((hub.arrived_since(drawn), hub.arrived_since(0)), (vec![id(2)], vec![id(1), id(2)]));
        assert_eq!(hub.arrived_since(500), vec![id(1), id(2)], "the page is older than this run");
        for n in 0..ARRIVALS_KEPT {
            hub.step(&Step::Acknowledged(id(n)));
        }
        assert_eq!(hub.arrived_since(drawn), (0..ARRIVALS_KEPT).map(id).collect::<Vec<_>>());
    }

    #[test]
    fn who_listens_hears_of_changes_and_not_of_silence() {
        let mut hub = hub();
        hub.quiet();
        let mut heard = hub.listen();
        heard.mark_unchanged();
        hub.quiet();
        assert!(!heard.has_changed().unwrap());
        hub.changed();
        assert!(heard.has_changed().unwrap());
    }
}
