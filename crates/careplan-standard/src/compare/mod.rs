//! Comparing: the plan of a month against its actuals, and old forms against new ones.
//!
//! Promises: pure functions of forms, without I/O and clock; nothing that was handed in is left out of the result; time in
//! proportion to the number of lines. Results hold personal data: they serialise and show it, can be masked, and are masked in `Debug`.

mod align;
mod diff;
mod diff_result;
mod form_kind;
mod line;
mod matching;
mod month;
mod month_text;
mod result;
mod shown;
mod teller;
mod visit;

pub use diff::diff_forms;
pub use diff_result::{DiffRow, DiffTotals, FormChange, FormChanged, FormsDiff, ItemChange, KindDiff};
pub use form_kind::FormKind;
pub use line::{BlockingItem, NotComparable};
pub use month::{MonthComparer, compare_month};
pub use month_text::VisitRow;
pub use result::{MonthComparison, PersonMonth, Presence, ServiceMonth, Totals};
pub use shown::{Person, Shown};
pub use visit::{Change, Occasion, Side, Verdict, Visit};
