//! The steps of a life.

use careplan_client::mishap::Point;
use careplan_testkit::line::Loss;
use careplan_testkit::office::SharedFolder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Which of the two offices.
pub(crate) type Who = usize;

/// Something that happens.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// An office sends a document to the other; large ones go to the blob store.
    Send { who: Who, large: bool },
    /// An office sends something that its receiver cannot open.
    Poison { who: Who },
    /// A client takes so many steps.
    Work { who: Who, steps: u8 },
    /// A sender takes back one of its letters.
    Withdraw { which: usize },
    /// A letter that was accepted is handed over once more.
    Replay { which: usize },
    /// A receiver's care software takes over what was acknowledged.
    Import { who: Who },
    /// Care software writes a set into the export folder.
    Export { who: Who, how: How },
    /// Care software writes a set once more under the serial that it went with, as it was or changed.
    ExportAgain { who: Who, changed: bool },
    /// A client looks into the shared folders so many times, three seconds apart.
    Look { who: Who, times: u8 },
    /// Care software takes everything out of the import folder.
    Take { who: Who },
    /// A shared folder is away, or there again: a network drive.
    Share { who: Who, which: SharedFolder, is_there: bool },
    /// Somebody reminds the other office of what is due on the board.
    Remind { who: Who },
    /// Another client is started on the same data folder.
    SecondClient { who: Who },
    /// The disk of an office has no room, or has it again.
    Disk { who: Who, is_full: bool },
    /// The clock of an office is so many hours ahead of everybody else's, or behind.
    Clock { who: Who, ahead: i8 },
    /// The operator stops an office, or lets it go on.
    Suspend { who: Who, is_stopped: bool },
    /// The platform is away for so many hours, in which both offices go on working.
    Away { hours: u8 },
    /// After so many more requests one is lost, or its answer.
    Lose { who: Who, after: usize, loss: Loss },
    /// The next time the client passes this point its power is cut; then it starts again.
    PowerCut { who: Who, point: Point },
    /// The platform's process is gone in an instant, and started again.
    Crash,
    /// The platform stops in order and is started again.
    Restart,
    /// Another replica takes over; the one before it is gone.
    OtherReplica,
    /// Time passes.
    Jump { hours: u16 },
    /// The platform does its periodic work.
    Jobs,
}

/// How care software writes a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// All of it at once.
    Whole,
    /// All but its last file, which never comes.
    LackingOne,
    /// Each file first by half; the client looks in between.
    Slowly,
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![7 => Just(How::Whole), 1 => Just(How::LackingOne), 2 => Just(How::Slowly)]
}

/// Lists of steps, most of them ordinary.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 6..30)
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0usize..2;
    prop_oneof![
        6 => (who.clone(), prop::bool::weighted(0.2)).prop_map(|(who, large)| Step::Send { who, large }),
        1 => who.clone().prop_map(|who| Step::Poison { who }),
        8 => (who.clone(), 1u8..20).prop_map(|(who, steps)| Step::Work { who, steps }),
        2 => any::<usize>().prop_map(|which| Step::Withdraw { which }),
        2 => any::<usize>().prop_map(|which| Step::Replay { which }),
        1 => who.clone().prop_map(|who| Step::Import { who }),
        4 => (who.clone(), how()).prop_map(|(who, how)| Step::Export { who, how }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, changed)| Step::ExportAgain { who, changed }),
        6 => (who.clone(), 2u8..7).prop_map(|(who, times)| Step::Look { who, times }),
        2 => who.clone().prop_map(|who| Step::Take { who }),
        2 => (who.clone(), select(vec![SharedFolder::Export, SharedFolder::Import]), any::<bool>())
            .prop_map(|(who, which, is_there)| Step::Share { who, which, is_there }),
        3 => who.clone().prop_map(|who| Step::Remind { who }),
        1 => who.clone().prop_map(|who| Step::SecondClient { who }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, is_full)| Step::Disk { who, is_full }),
        2 => (who.clone(), -30i8..31).prop_map(|(who, ahead)| Step::Clock { who, ahead }),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, is_stopped)| Step::Suspend { who, is_stopped }),
        1 => (1u8..49).prop_map(|hours| Step::Away { hours }),
        4 => (who.clone(), 0usize..6, select(vec![Loss::Request, Loss::Answer]))
            .prop_map(|(who, after, loss)| Step::Lose { who, after, loss }),
        4 => (who, select([Point::ALL, Point::OF_FOLDERS].concat())).prop_map(|(who, point)| Step::PowerCut { who, point }),
        2 => Just(Step::Crash),
        1 => Just(Step::Restart),
        1 => Just(Step::OtherReplica),
        3 => (1u16..8 * 24).prop_map(|hours| Step::Jump { hours }),
        1 => Just(Step::Jobs),
    ]
}
