//! The lines of a slip, drawn together to services.

use std::collections::BTreeMap;

use careplan_standard::form::SlipLine;

use crate::forms::fields::distinct;

/// The lines of a month as planned and as they came about.
pub(in crate::forms) struct Lines<'a> {
    pub(in crate::forms) plan: Vec<&'a SlipLine>,
    pub(in crate::forms) actuals: Vec<&'a SlipLine>,
}

impl<'a> Lines<'a> {
    pub(in crate::forms) fn all(&self) -> impl Iterator<Item = &'a SlipLine> {
        self.plan.iter().chain(&self.actuals).copied()
    }

    /// What the lines say about one thing. Where plan and actuals disagree, both are told.
    pub(super) fn both(&self, text: &dyn Fn(&SlipLine) -> String) -> String {
        let said = |lines: &[&SlipLine]| distinct(lines.iter().map(|line| text(line)));
        match (said(&self.plan), said(&self.actuals)) {
            (plan, actual) if actual.is_empty() || plan == actual => plan,
            (plan, actual) if plan.is_empty() => actual,
            (plan, actual) => format!("予定 {plan}／実績 {actual}"),
        }
    }
}

/// What makes lines the same service at the same time: the texts of the items that say so.
type ServiceKey = [String; 9];

fn key(line: &SlipLine) -> ServiceKey {
    [
        line.start_time.text(),
        line.end_time.text(),
        line.service_code.text(),
        line.tais_code.text(),
        line.equipment_notice_code.text(),
        line.line_discriminator.text(),
        line.service_office_no.text(),
        line.satellite_no.text(),
        // Days beyond the thirtieth of a short stay are paid in full and stand in lines of their own.
        Some(line.over_30_days_flag.text()).filter(|flag| flag != "0").unwrap_or_default(),
    ]
}

/// The services of a month in the order in which they come first, those of the plan before those that only came about.
pub(super) fn services<'a>(lines: &Lines<'a>) -> Vec<Lines<'a>> {
    let mut places: BTreeMap<ServiceKey, usize> = BTreeMap::new();
    let mut services: Vec<Lines<'a>> = Vec::new();
    let kinds = [(&lines.plan, true), (&lines.actuals, false)];
    for (line, is_planned) in
        kinds.into_iter().flat_map(|(lines, kind)| lines.iter().map(move |line| (*line, kind)))
    {
        let place = *places.entry(key(line)).or_insert(services.len());
        if place == services.len() {
            services.push(Lines { plan: Vec::new(), actuals: Vec::new() });
        }
        if let Some(service) = services.get_mut(place) {
            if is_planned { service.plan.push(line) } else { service.actuals.push(line) }
        }
    }
    services
}
