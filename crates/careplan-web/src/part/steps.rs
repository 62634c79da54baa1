//! The pages of one procedure, and on which of them one is.

use std::cmp::Ordering;

use askama::Template;

use super::State;
use crate::markup::part;

/// The pages of a procedure in their order: 「申請」「規約」「完了」.
///
/// ```
/// let steps = careplan_web::Steps::new("利用申請の流れ", ["申請", "規約", "完了"], 1);
/// assert!(steps.to_string().contains(r#"aria-current="step"><b>規約</b>"#));
/// ```
#[derive(Debug, Clone, Template)]
#[template(path = "steps.html")]
pub struct Steps {
    label: String,
    names: Vec<String>,
    current: usize,
}

part!(Steps);

impl Steps {
    /// Pages and the index of the one that is shown, from 0. Past the last, all are done.
    pub fn new<N: Into<String>>(
        label: impl Into<String>,
        names: impl IntoIterator<Item = N>,
        current: usize,
    ) -> Self {
        Self { label: label.into(), names: names.into_iter().map(Into::into).collect(), current }
    }

    fn states(&self) -> impl Iterator<Item = (&str, State, &'static str)> {
        self.names.iter().enumerate().map(|(index, name)| {
            let (state, word) = match index.cmp(&self.current) {
                Ordering::Less => (State::Done, "完了"),
                Ordering::Equal => (State::Current, "現在"),
                Ordering::Greater => (State::Later, "これから"),
            };
            (name.as_str(), state, word)
        })
    }
}
