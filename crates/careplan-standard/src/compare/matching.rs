//! Which planned line of a day and which actual line are the same visit.
//!
//! Works on the lines of one person, one service and one day. Promises: every line comes out exactly once, alone or in a pair; the
//! order of the lines does not matter; the work is bounded per line.

use super::line::Line;

/// Of a day and service the cheapest pairing is looked for as long as this many pairs are possible; beyond, which no real day has,
/// lines are paired one after the other. Keeps the work per line bounded.
const PAIRS_WEIGHED_MAX: usize = 2_500;

/// A planned line and the actual line that belongs to it, or one of them alone.
pub(super) type Pair<'a> = (Option<Line<'a>>, Option<Line<'a>>);

/// Pairs the lines of a day: those that say the same, then those at the same time, then the rest in the order of their times such that
/// they are moved as little as possible. What is left over on one side stays alone.
pub(super) fn pair<'a>(mut plan: Vec<Line<'a>>, mut actual: Vec<Line<'a>>) -> Vec<Pair<'a>> {
    plan.sort_by(|a, b| a.order().cmp(&b.order()));
    actual.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut pairs = Vec::with_capacity(plan.len().max(actual.len()));
    take_equal(&mut plan, &mut actual, &mut pairs, |a, b| a.order().cmp(&b.order()));
    take_equal(&mut plan, &mut actual, &mut pairs, |a, b| (a.start, a.end).cmp(&(b.start, b.end)));
    take_nearest(plan, actual, &mut pairs);
    pairs.sort_by(|a, b| time(a).cmp(&time(b)));
    pairs
}

/// Where a pair stands in its day: at the planned time, else at the actual.
fn time<'p>(pair: &'p Pair<'_>) -> Option<(crate::form::SlipTime, crate::form::SlipTime, &'p str, &'p str)> {
    pair.0.as_ref().or(pair.1.as_ref()).map(Line::order)
}

/// Takes out pairs of lines that are equal by an order that both lists are sorted by.
fn take_equal<'a>(
    plan: &mut Vec<Line<'a>>,
    actual: &mut Vec<Line<'a>>,
    pairs: &mut Vec<Pair<'a>>,
    compare: impl Fn(&Line<'a>, &Line<'a>) -> std::cmp::Ordering,
) {
    let mut planned = std::mem::take(plan).into_iter().peekable();
    let mut done = std::mem::take(actual).into_iter().peekable();
    while let (Some(first), Some(second)) = (planned.peek(), done.peek()) {
        match compare(first, second) {
            std::cmp::Ordering::Less => plan.extend(planned.next()),
            std::cmp::Ordering::Greater => actual.extend(done.next()),
            std::cmp::Ordering::Equal => pairs.push((planned.next(), done.next())),
        }
    }
    plan.extend(planned);
    actual.extend(done);
}

fn take_nearest<'a>(plan: Vec<Line<'a>>, actual: Vec<Line<'a>>, pairs: &mut Vec<Pair<'a>>) {
    if plan.len() <= actual.len() {
        let taken = nearest(&plan, &actual);
        let mut plan = plan.into_iter();
        for (line, taken) in actual.into_iter().zip(taken) {
            pairs.push((if taken { plan.next() } else { None }, Some(line)));
        }
    } else {
        let taken = nearest(&actual, &plan);
        let mut actual = actual.into_iter();
        for (line, taken) in plan.into_iter().zip(taken) {
            pairs.push((Some(line), if taken { actual.next() } else { None }));
        }
    }
}

/// Which lines of the longer list the lines of the shorter one are paired with, in order, such that the sum of all moves is least.
///
/// A row of the table holds, for each beginning of the longer list, the least sum for the lines of the shorter one so far.
fn nearest(short: &[Line<'_>], long: &[Line<'_>]) -> Vec<bool> {
    if short.len() == long.len() || short.len() * long.len() > PAIRS_WEIGHED_MAX {
        return (0..long.len()).map(|at| at < short.len()).collect();
    }
    let mut table = Vec::with_capacity(short.len());
    let mut before = vec![0_u32; long.len() + 1];
    for line in short {
        let mut least = u32::MAX;
        let mut row = vec![least];
        for (other, sum) in long.iter().zip(&before) {
            least = least.min(sum.saturating_add(line.minutes_to(other)));
            row.push(least);
        }
        before.clone_from(&row);
        table.push(row);
    }
    let mut taken = vec![false; long.len()];
    let mut end = long.len();
    for row in table.iter().rev() {
        // Sums only fall along a row: where the final one first stands is the line that was paired.
        let least = row.get(end);
        let first = row.iter().position(|sum| Some(sum) == least).unwrap_or(end);
        end = first.saturating_sub(1);
        if let Some(slot) = taken.get_mut(end) {
            *slot = true;
        }
    }
    taken
}
