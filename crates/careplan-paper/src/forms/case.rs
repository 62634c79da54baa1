//! What belongs together: the rows of one person's plan, slip or information.
//!
//! Promises: every row is in exactly one case, and cases stand in the order in which the files name them first. Keys are the texts of the
//! items, so that rows whose key could not be read find each other too.

use std::collections::{BTreeMap, BTreeSet};

use careplan_standard::form::{
    BasicInformation, BenefitLine, DayRow, Form1, Form2Row, Form3Row, FormMonth, IllnessRow, InsuredNumber,
    InsurerNumber, Item, PreventivePlan, SlipLine, Supplement, SupportRow,
};

/// A person and the day or month that a form is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CaseKey {
    pub(super) person: PersonKey,
    time: String,
}

/// A person: insurer number and insured person's number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PersonKey {
    insurer_no: String,
    insured_no: String,
}

impl CaseKey {
    fn new(insurer_no: &Item<InsurerNumber>, insured_no: &Item<InsuredNumber>, time: String) -> Self {
        Self { person: PersonKey { insurer_no: insurer_no.text(), insured_no: insured_no.text() }, time }
    }
}

/// A form, or a row of one, that says which case it belongs to.
pub(super) trait Keyed {
    fn key(&self) -> CaseKey;
}

macro_rules! keyed {
    ($($form:ident by $time:ident,)+) => {$(
        impl Keyed for $form {
            fn key(&self) -> CaseKey {
                CaseKey::new(&self.insurer_no, &self.insured_no, self.$time.text())
            }
        }
    )+};
}

keyed! {
    Form1 by plan_date,
    Form2Row by plan_date,
    Form3Row by plan_date,
    SlipLine by target_month,
    BenefitLine by target_month,
    BasicInformation by consultation_date,
    DayRow by consultation_date,
    IllnessRow by consultation_date,
    PreventivePlan by plan_date,
    SupportRow by plan_date,
}

impl Keyed for Supplement {
    /// The month of the slip it goes with, else the day of the plan.
    fn key(&self) -> CaseKey {
        let time = if goes_with_slip(self) { self.target_month.text() } else { self.plan_date.text() };
        CaseKey::new(&self.insurer_no, &self.insured_no, time)
    }
}

/// Whether a supplement goes with a use slip and not with a plan: it names a month.
pub(super) fn goes_with_slip(supplement: &Supplement) -> bool {
    matches!(supplement.target_month, Item::Value(FormMonth::Month(_)))
}

/// Rows by their case.
pub(super) struct Grouped<'a, T> {
    keys: Vec<CaseKey>,
    rows: BTreeMap<CaseKey, Vec<&'a T>>,
}

impl<'a, T: Keyed> Grouped<'a, T> {
    pub(super) fn new(rows: impl IntoIterator<Item = &'a T>) -> Self {
        let mut grouped = Self { keys: Vec::new(), rows: BTreeMap::new() };
        for row in rows {
            let key = row.key();
            if !grouped.rows.contains_key(&key) {
                grouped.keys.push(key.clone());
            }
            grouped.rows.entry(key).or_default().push(row);
        }
        grouped
    }

    /// The rows of a case, in their order.
    pub(super) fn of(&self, key: &CaseKey) -> &[&'a T] {
        self.rows.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// The cases in the order of the file.
    pub(super) fn keys(&self) -> &[CaseKey] {
        &self.keys
    }
}

/// The cases of several files, each once, in the order in which they are named first.
pub(super) fn cases(lists: &[&[CaseKey]]) -> Vec<CaseKey> {
    let mut seen = BTreeSet::new();
    lists.iter().copied().flatten().filter(|key| seen.insert((*key).clone())).cloned().collect()
}
