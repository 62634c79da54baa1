//! Forms: what the files of the standard say, as typed values that know nothing of CSV.
//!
//! A form's items have the ministry's names in their documentation and ours in code. Which file and which column an item stands in
//! is the business of a reader or writer ([`read_forms`](crate::read_forms), [`FormWriter`](crate::FormWriter)), which meets a form by
//! the names of its items ([`Columns`]); a reader of another format needs no change here.
//!
//! ```
//! use careplan_standard::form::{Item, SlipLine, SlipTime};
//!
//! let line = SlipLine { start_time: Item::read("1030"), end_time: Item::read("9999"), ..SlipLine::default() };
//! assert_eq!(line.end_time.value(), Some(&SlipTime::Clockless));
//! assert_eq!(serde_json::to_value(&line)?["start_time"], "10:30");
//! # Ok::<(), serde_json::Error>(())
//! ```

mod basic_information;
mod care_plan;
mod code;
mod columns;
mod forms;
mod item;
mod preventive_plan;
mod supplement;
mod use_slip;
mod value;
mod withdrawal;

pub use basic_information::{BasicInformation, Contact, DayRow, IllnessRow};
pub use care_plan::{Form1, Form2Row, Form3Row};
pub use code::{BenefitRow, Code, InsuredNumber, InsurerNumber, OfficeNumber, ServiceCode};
pub(crate) use columns::OutlineItem;
pub use columns::{Columns, Outline, OutlineMember};
pub use forms::{FamilyChart, Forms, FormsView};
pub use item::{Item, ItemKind, ItemValue};
pub use preventive_plan::{Area, ChecklistCounts, PreventivePlan, ProgramNeeds, SupportRow};
pub use supplement::{Supplement, TypeLimit};
pub use use_slip::{BenefitLine, SlipLine};
pub use value::{DayFlags, FormMonth, Hundredths, Number, PlanDay, SlipTime, Text, TimeOfDay};
pub use withdrawal::{
    ActualsWithdrawal, BasicInformationWithdrawal, CarePlanWithdrawal, PreventivePlanWithdrawal,
    SlipWithdrawal,
};
