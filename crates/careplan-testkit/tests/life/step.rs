//! The steps of a life.

use careplan_client::mishap::Point;
use careplan_testkit::line::Loss;
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
    /// Care software writes a set into the export folder, all of it or all but its last file.
    Export { who: Who, whole: bool },
    /// A client looks into the shared folders so many times, three seconds apart.
    Look { who: Who, times: u8 },
    /// Care software takes everything out of the import folder.
    Take { who: Who },
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

/// Lists of steps, most of them ordinary.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 4..24)
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
        4 => (who.clone(), prop::bool::weighted(0.9)).prop_map(|(who, whole)| Step::Export { who, whole }),
        6 => (who.clone(), 1u8..6).prop_map(|(who, times)| Step::Look { who, times }),
        2 => who.clone().prop_map(|who| Step::Take { who }),
        4 => (who.clone(), 0usize..6, select(vec![Loss::Request, Loss::Answer]))
            .prop_map(|(who, after, loss)| Step::Lose { who, after, loss }),
        4 => (who, select(Point::ALL)).prop_map(|(who, point)| Step::PowerCut { who, point }),
        2 => Just(Step::Crash),
        1 => Just(Step::Restart),
        1 => Just(Step::OtherReplica),
        3 => (1u16..8 * 24).prop_map(|hours| Step::Jump { hours }),
        1 => Just(Step::Jobs),
    ]
}
