//! Rows that continue what stands above them, as cells that reach over several rows.
//!
//! Forms 2 and the support plan repeat a number on every row of a need or goal, and the texts only sometimes. A text joins the row above
//! when it is empty or the same.

use std::iter;

use careplan_sheet::Cell;

/// What a row says at one level, e.g. its long-term goal: the number, and the texts that share its fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level<const TEXTS: usize> {
    pub(super) number: String,
    pub(super) texts: [String; TEXTS],
}

impl<const TEXTS: usize> Level<TEXTS> {
    /// Whether a row below that says `other` goes on with the same.
    fn is_continued_by(&self, other: &Self) -> bool {
        let same = |(above, below): (&String, &String)| below.is_empty() || above == below;
        self.number == other.number && self.texts.iter().zip(&other.texts).all(same)
    }
}

/// The lengths of the runs that rows form at a level. A run never reaches over the begin of a run of the level above.
pub(super) fn runs<const TEXTS: usize>(rows: &[Level<TEXTS>], above: &[usize]) -> Vec<usize> {
    let begins: Vec<bool> = above
        .iter()
        .flat_map(|length| iter::once(true).chain(iter::repeat_n(false, length.saturating_sub(1))))
        .collect();
    let mut runs: Vec<usize> = Vec::new();
    let mut current: Option<&Level<TEXTS>> = None;
    for (at, row) in rows.iter().enumerate() {
        let is_free = !begins.get(at).copied().unwrap_or(false);
        match (current, runs.last_mut()) {
            // A span is counted in u16; a longer run goes on in a cell of its own.
            (Some(first), Some(length))
                if is_free && first.is_continued_by(row) && *length < usize::from(u16::MAX) =>
            {
                *length += 1;
            }
            _ => {
                runs.push(1);
                current = Some(row);
            }
        }
    }
    runs
}

/// The cells of a level, for each row those that begin on it.
pub(super) fn cells<const TEXTS: usize>(rows: &[Level<TEXTS>], runs: &[usize]) -> Vec<Vec<Cell>> {
    let mut cells = vec![Vec::new(); rows.len()];
    let mut at = 0;
    for length in runs {
        if let (Some(row), Some(cells)) = (rows.get(at), cells.get_mut(at)) {
            let rows = u16::try_from(*length).unwrap_or(u16::MAX);
            cells.extend(row.texts.iter().map(|text| Cell::data(text).rows(rows)));
        }
        at += length;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(rows: &[(&str, &str)]) -> Vec<Level<1>> {
        rows.iter()
            .map(|(number, text)| Level { number: (*number).to_owned(), texts: [(*text).to_owned()] })
            .collect()
    }

    #[test]
    fn empty_and_repeated_texts_go_on_and_others_begin_anew() {
        let rows = levels(&[("1", "歩く"), ("1", ""), ("1", "歩く"), ("1", "食べる"), ("1", ""), ("2", "")]);
        assert_eq!(runs(&rows, &[6]), [3, 2, 1]);
    }

    #[test]
    fn a_run_ends_where_one_of_the_level_above_ends() {
        let rows = levels(&[("1", "歩く"), ("1", "歩く"), ("1", "歩く")]);
        assert_eq!(runs(&rows, &[1, 2]), [1, 2]);
    }

    #[test]
    fn a_run_is_no_longer_than_a_span_can_count() {
        let rows = vec![Level { number: String::new(), texts: [String::new()] }; 65_536];
        assert_eq!(runs(&rows, &[65_536]), [65_535, 1]);
    }

    #[test]
    fn each_run_has_its_cells_on_its_first_row() {
        let rows = levels(&[("1", "歩く"), ("1", ""), ("2", "食べる")]);
        let cells = cells(&rows, &[2, 1]);
        let expected = [vec![Cell::data("歩く").rows(2)], vec![], vec![Cell::data("食べる")]];
        assert_eq!(cells, expected);
    }
}
