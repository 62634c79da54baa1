//! Every rule of the catalogue, each met by a small hostile sample that is named for its fault.
//!
//! A sample says which rule it must meet; the snapshot beside it shows everything that was found, as a person reads it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod characters;
mod conditions;
mod fields;
mod files;
mod keys;
mod limits;
mod links;
mod masking;
mod names;
mod quoting;
mod sample;
mod sets;
mod totals;
mod units;

use std::collections::BTreeSet;

use careplan_standard::rules;

/// Rules about what is written, met in `tests/forms.rs`.
const WRITING: [&str; 2] = ["ENC-008", "ENC-009"];

#[test]
fn every_rule_of_the_catalogue_is_met_by_a_sample() {
    let met: BTreeSet<&str> = [
        names::samples(),
        files::samples(),
        characters::samples(),
        quoting::samples(),
        fields::samples(),
        links::samples(),
        conditions::samples(),
        keys::samples(),
        totals::samples(),
    ]
    .iter()
    .flatten()
    .map(|sample| sample.rule)
    .chain(sets::samples().iter().chain(&units::samples()).flat_map(|sample| sample.rules.iter().copied()))
    .chain(limits::RULES)
    .chain(WRITING)
    .collect();
    let missing: Vec<&str> =
        rules().iter().map(|rule| rule.code).filter(|code| !met.contains(code)).collect();
    assert_eq!(missing, [""; 0]);
}
