//! The forms of any two heaps of files, the old ones and the new ones: every row is new, gone or paired with one other, forms against
//! themselves have no difference in whatever order, and what is masked stays so.

#![no_main]

use careplan_fuzz::two_heaps;
use careplan_standard::compare::{FormChange, diff_forms};
use careplan_standard::form::Forms;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (old, new) = two_heaps(data);
    assert!(diff_forms(&old, &old).is_empty() && diff_forms(&new, &turned(&new)).is_empty());
    let diff = diff_forms(&old, &new);
    assert_eq!(count(&old) + diff.totals.added, count(&new) + diff.totals.removed);
    let changes = || diff.kinds.iter().flat_map(|kind| &kind.changes);
    assert!(changes().all(|it| (it.change == FormChange::Changed) != it.items.is_empty()));
    let rows: usize = changes().map(|it| it.items.len().max(1)).sum();
    assert_eq!(rows, diff.rows().len());
    assert!(serde_json::to_string(&diff).is_ok());
    let masked = diff.masked();
    assert!(masked.masked() == masked && masked.totals == diff.totals);
    assert!(masked.is_empty() == diff.is_empty() && !masked.to_text().is_empty());
});

/// How many rows there are of all kinds.
fn count(forms: &Forms) -> usize {
    let Ok(serde_json::Value::Object(kinds)) = serde_json::to_value(forms) else {
        return 0;
    };
    kinds.values().filter_map(|rows| rows.as_array()).map(Vec::len).sum()
}

/// The rows of some kinds from the last to the first.
fn turned(forms: &Forms) -> Forms {
    let mut turned = forms.clone();
    turned.form2.reverse();
    turned.form3.reverse();
    turned.plan.reverse();
    turned.benefits.reverse();
    turned.support.reverse();
    turned.supplements.reverse();
    turned
}
