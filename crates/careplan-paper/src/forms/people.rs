//! Who a form is about, where the form itself says only numbers.

use std::collections::BTreeMap;

use careplan_standard::form::Supplement;

use super::case::{CaseKey, Grouped, Keyed as _, PersonKey, goes_with_slip};

/// The supplements of all forms, which know the persons' names.
pub(super) struct People<'a> {
    plans: Grouped<'a, Supplement>,
    slips: Grouped<'a, Supplement>,
    persons: BTreeMap<PersonKey, &'a Supplement>,
    nobody: Supplement,
}

impl<'a> People<'a> {
    pub(super) fn new(supplements: &'a [Supplement]) -> Self {
        let (slips, plans): (Vec<_>, Vec<_>) =
            supplements.iter().partition(|supplement| goes_with_slip(supplement));
        let mut persons = BTreeMap::new();
        for supplement in supplements {
            persons.entry(supplement.key().person).or_insert(supplement);
        }
        Self {
            plans: Grouped::new(plans),
            slips: Grouped::new(slips),
            persons,
            nobody: Supplement::default(),
        }
    }

    /// The supplements that go with plans.
    pub(super) fn with_plans(&self) -> &Grouped<'a, Supplement> {
        &self.plans
    }

    /// The supplements that go with slips.
    pub(super) fn with_slips(&self) -> &Grouped<'a, Supplement> {
        &self.slips
    }

    /// What a slip shows of its supplement; an empty one where there is none.
    pub(super) fn limits(&self, slip: &CaseKey) -> &Supplement {
        self.slips.of(slip).first().copied().unwrap_or(&self.nobody)
    }

    /// Who the person is: name, sex and birth date, by the supplement of the case, else by any of the same person. An empty one where
    /// nobody says.
    pub(super) fn person(&self, case: &CaseKey) -> &Supplement {
        let of_case = self.plans.of(case).first().or_else(|| self.slips.of(case).first());
        of_case.or_else(|| self.persons.get(&case.person)).copied().unwrap_or(&self.nobody)
    }

    /// The person's name as it is addressed; nothing where nobody says it.
    pub(super) fn addressed(&self, case: &CaseKey) -> String {
        let name = self.person(case).user_name.text();
        if name.is_empty() { name } else { format!("{name} 殿") }
    }
}

/// Postal code and address in one line each.
pub(super) fn address(postal_code: &str, lines: [&str; 2]) -> String {
    let postal_code = if postal_code.is_empty() { String::new() } else { format!("〒{postal_code}") };
    let lines = lines.join(" ");
    let parts = [postal_code.as_str(), lines.trim_matches(' ')];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The address of a supplement.
pub(super) fn address_of(supplement: &Supplement) -> String {
    let lines = [supplement.user_address_1.text(), supplement.user_address_2.text()];
    address(&supplement.user_postal_code.text(), lines.each_ref().map(String::as_str))
}
