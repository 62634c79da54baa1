//! Boxes as rules and shades: each rule once, as long as it runs, and shades side by side as one.
//!
//! Neighbours share their edges. Box by box, every edge would be written twice, in pieces of one cell, and the boxes of a calendar would be
//! the greater part of its page.

use std::collections::BTreeMap;

use crate::page::{Area, Frame};

/// Edges nearer to each other than this are one edge, told apart by rounding only; in points.
const NEAR: f32 = 0.05;

/// A straight line from a point to a point, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) from: (f32, f32),
    pub(super) to: (f32, f32),
}

/// What is drawn of the boxes of a page.
pub(super) struct Drawn {
    pub(super) rules: Vec<Rule>,
    pub(super) shades: Vec<Area>,
}

/// The rules and shades of boxes.
pub(super) fn drawn(frames: &[Frame]) -> Drawn {
    let areas = || frames.iter().map(|frame| frame.area);
    let columns = Levels::new(areas().flat_map(|area| [area.x, area.x + area.width]));
    let rows = Levels::new(areas().flat_map(|area| [area.y, area.y + area.height]));
    let boxed = |area: Area| Boxed {
        left: columns.of(area.x),
        right: columns.of(area.x + area.width),
        top: rows.of(area.y),
        bottom: rows.of(area.y + area.height),
    };
    let boxes: Vec<Boxed> = areas().map(boxed).collect();
    let across = boxes.iter().flat_map(|a| [a.top, a.bottom].map(|row| (row, a.left, a.right)));
    let down = boxes.iter().flat_map(|a| [a.left, a.right].map(|column| (column, a.top, a.bottom)));
    let across = joined(across).into_iter().map(|(row, left, right)| Rule {
        from: (columns.at(left), rows.at(row)),
        to: (columns.at(right), rows.at(row)),
    });
    let down = joined(down).into_iter().map(|(column, top, bottom)| Rule {
        from: (columns.at(column), rows.at(top)),
        to: (columns.at(column), rows.at(bottom)),
    });
    let shaded = frames.iter().filter(|frame| frame.shaded).map(|frame| boxed(frame.area));
    let shades = shades(shaded.collect()).into_iter().map(|shade| Area {
        x: columns.at(shade.left),
        y: rows.at(shade.top),
        width: hundredths(columns.at(shade.right) - columns.at(shade.left)),
        height: hundredths(rows.at(shade.bottom) - rows.at(shade.top)),
    });
    Drawn { rules: across.chain(down).collect(), shades: shades.collect() }
}

/// A length to a hundredth of a point: finer than any printer, and short to write.
pub(super) fn hundredths(length: f32) -> f32 {
    (length * 100.0).round() / 100.0
}

/// A box between levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Boxed {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

/// The different places of edges, in order.
struct Levels(Vec<f32>);

impl Levels {
    fn new(places: impl Iterator<Item = f32>) -> Self {
        let mut levels: Vec<f32> = places.collect();
        levels.sort_by(f32::total_cmp);
        levels.dedup_by(|next, kept| *next - *kept < NEAR);
        Self(levels)
    }

    /// The level that a place belongs to.
    fn of(&self, place: f32) -> usize {
        self.0.partition_point(|level| *level <= place).saturating_sub(1)
    }

    fn at(&self, level: usize) -> f32 {
        hundredths(self.0.get(level).copied().unwrap_or_default())
    }
}

/// Pieces of lines `(line, from, to)`, with those that touch or overlap on one line made one.
fn joined(pieces: impl Iterator<Item = (usize, usize, usize)>) -> Vec<(usize, usize, usize)> {
    let mut lines: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (line, from, to) in pieces {
        lines.entry(line).or_default().push((from, to));
    }
    let mut joined: Vec<(usize, usize, usize)> = Vec::new();
    for (line, mut pieces) in lines {
        pieces.sort_unstable();
        for (from, to) in pieces {
            match joined.last_mut() {
                Some((last, _, end)) if *last == line && from <= *end => *end = to.max(*end),
                _ => joined.push((line, from, to)),
            }
        }
    }
    joined
}

/// Shades with those made one that stand upon each other or side by side.
fn shades(mut boxes: Vec<Boxed>) -> Vec<Boxed> {
    boxes.sort_unstable();
    boxes.dedup_by(|next, kept| {
        let goes_on = (next.left, next.right, next.top) == (kept.left, kept.right, kept.bottom);
        if goes_on {
            kept.bottom = next.bottom;
        }
        goes_on
    });
    boxes.sort_unstable_by_key(|shade| (shade.top, shade.bottom, shade.left));
    boxes.dedup_by(|next, kept| {
        let goes_on = (next.top, next.bottom, next.left) == (kept.top, kept.bottom, kept.right);
        if goes_on {
            kept.right = next.right;
        }
        goes_on
    });
    boxes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(x: f32, y: f32, width: f32, height: f32) -> Frame {
        Frame { area: Area { x, y, width, height }, shaded: false }
    }

    fn shaded(frame: Frame) -> Frame {
        Frame { shaded: true, ..frame }
    }

    #[test]
    fn a_grid_is_drawn_with_as_many_rules_as_it_has_lines() {
        let cells = (0..30_u8).map(|at| frame(f32::from(at % 6) * 10.1, f32::from(at / 6) * 7.3, 10.1, 7.3));
        let drawn = drawn(&cells.collect::<Vec<_>>());
        assert_eq!(drawn.rules.len(), 7 + 6);
        assert_eq!(drawn.rules[0], Rule { from: (0.0, 0.0), to: (60.6, 0.0) });
        assert_eq!(drawn.rules[12], Rule { from: (60.6, 0.0), to: (60.6, 36.5) });
        assert!(drawn.shades.is_empty());
    }

    #[test]
    fn a_cell_over_two_rows_breaks_the_rule_between_them() {
        let cells = [
            frame(0.0, 0.0, 5.0, 10.0),
            frame(5.0, 0.0, 5.0, 20.0),
            frame(10.0, 0.0, 5.0, 10.0),
            frame(0.0, 10.0, 5.0, 10.0),
            frame(10.0, 10.0, 5.0, 10.0),
        ];
        let rules = drawn(&cells).rules;
        let between: Vec<Rule> = rules.into_iter().filter(|rule| rule.from.1 == 10.0).collect();
        let piece = |from, to| Rule { from: (from, 10.0), to: (to, 10.0) };
        assert_eq!(between, [piece(0.0, 5.0), piece(10.0, 15.0)]);
    }

    #[test]
    fn boxes_that_stand_apart_stay_apart() {
        let rules = drawn(&[frame(0.0, 0.0, 5.0, 5.0), frame(0.0, 6.0, 5.0, 5.0)]).rules;
        assert_eq!(rules.len(), 8);
    }

    #[test]
    fn shades_are_joined_down_and_then_across() {
        let cells = [
            shaded(frame(0.0, 0.0, 5.0, 5.0)),
            shaded(frame(5.0, 0.0, 5.0, 5.0)),
            shaded(frame(0.0, 5.0, 5.0, 5.0)),
            frame(5.0, 5.0, 5.0, 5.0),
            shaded(frame(20.0, 5.0, 5.0, 5.0)),
        ];
        let area = |x, y, width, height| Area { x, y, width, height };
        let shades = drawn(&cells).shades;
        assert_eq!(shades, [area(5.0, 0.0, 5.0, 5.0), area(0.0, 0.0, 5.0, 10.0), area(20.0, 5.0, 5.0, 5.0)]);
        let table =
            (0..30_u8).map(|at| shaded(frame(f32::from(at % 6) * 10.1, f32::from(at / 6) * 7.3, 10.1, 7.3)));
        assert_eq!(drawn(&table.collect::<Vec<_>>()).shades, [area(0.0, 0.0, 60.6, 36.5)]);
    }
}
