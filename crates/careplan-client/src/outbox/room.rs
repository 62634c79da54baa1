//! How many transmissions one action may still make.

use careplan_domain::limits::DISPATCH_TRANSMISSIONS_MAX;

use super::prepare::UnitOutcome;
use crate::state::Fault;

/// Counts what an action makes. What was sent before and what cannot be sent make nothing, so that
/// the same action once more sends what was left.
#[derive(Default)]
pub(super) struct Room {
    made: usize,
}

impl Room {
    /// Why there is no room for one more.
    ///
    /// # Errors
    /// When [`DISPATCH_TRANSMISSIONS_MAX`] were made.
    pub(super) fn for_one_more(&self) -> Result<(), Fault> {
        if self.made < DISPATCH_TRANSMISSIONS_MAX {
            return Ok(());
        }
        let text = format!(
            "1回に送れるのは{DISPATCH_TRANSMISSIONS_MAX}件までです。残りは、もう一度送信してください。"
        );
        Err(Fault { code: "dispatch_full".to_owned(), text })
    }

    pub(super) fn count(&mut self, outcome: &UnitOutcome) {
        if matches!(outcome, UnitOutcome::Prepared(_) | UnitOutcome::Looked) {
            self.made += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared() -> UnitOutcome {
        UnitOutcome::Prepared("01920000-0000-7000-8000-000000000001".parse().unwrap())
    }

    #[test]
    fn a_thousand_transmissions_have_room_and_one_more_has_not() {
        let mut room = Room::default();
        for _ in 0..DISPATCH_TRANSMISSIONS_MAX {
            assert_eq!(room.for_one_more(), Ok(()));
            room.count(&prepared());
        }
        let fault = room.for_one_more().unwrap_err();
        assert_eq!(fault.code, "dispatch_full");
        assert_eq!(fault.text, "1回に送れるのは1000件までです。残りは、もう一度送信してください。");
    }

    #[test]
    fn what_makes_no_transmission_takes_no_room() {
        let mut room = Room { made: DISPATCH_TRANSMISSIONS_MAX - 1 };
        let failed = Fault { code: "receiver_without_terminal".to_owned(), text: String::new() };
        for outcome in [UnitOutcome::Blocked, UnitOutcome::Failed(failed)] {
            room.count(&outcome);
            assert_eq!(room.for_one_more(), Ok(()), "{outcome:?}");
        }
        room.count(&UnitOutcome::Looked);
        assert!(room.for_one_more().is_err());
    }
}
