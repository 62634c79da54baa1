//! Parts that tell: where one stands, what there is, what happened.
//!
//! Promise: nothing is told by colour alone. Every state has a word and a sign besides.

mod banner;
mod checklist;
mod pager;
mod progress;
mod steps;
mod table;

pub use banner::{Banner, Tag};
pub use checklist::{Checklist, Item, State};
pub use pager::Pager;
pub use progress::Progress;
pub use steps::Steps;
pub use table::{Cell, DataTable, Facts};

/// How serious something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Info,
    /// It worked.
    Success,
    /// Do something before it is too late.
    Warning,
    /// It did not work, or does not any more.
    Error,
    /// Not begun, ended, of no weight. A banner of this tone is an information.
    Plain,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "danger",
            Self::Plain => "plain",
        }
    }

    /// Classes and signs have the same names.
    fn icon(self) -> &'static str {
        self.class()
    }

    fn word(self) -> &'static str {
        match self {
            Self::Info | Self::Plain => "お知らせ",
            Self::Success => "完了",
            Self::Warning => "注意",
            Self::Error => "エラー",
        }
    }
}
