//! What a partner is called, from what was exchanged with it, until the directory says it.

use std::collections::BTreeMap;

use careplan_domain::OfficeNumber;
use careplan_standard::form::Forms;
use careplan_standard::{Edition, SourceFile, read_forms};

use crate::office::Office;
use crate::state::{State, StateFault, commit, partner_rows as rows};

/// Characters of a name; care software fills these items from its own book, and some have remarks in it.
const NAME_CHARS_MAX: usize = 60;

impl Office {
    /// Learns from the forms of something that was exchanged what the partner is called, where nobody said it yet. What was exchanged is
    /// exchanged: that a name could not be written down is only noted.
    pub(crate) async fn learn_name(
        &self,
        (own, partner): (OfficeNumber, OfficeNumber),
        files: impl Iterator<Item = (&str, &[u8])>,
    ) {
        // From one service type of ours to another.
        if own == partner {
            return;
        }
        let files: Vec<SourceFile<'_>> = files.map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
        if let Err(fault) = learn(self.state(), &partner, &files).await {
            tracing::warn!(%fault, "the name of a partner could not be written down");
        }
    }
}

async fn learn(state: &State, office: &OfficeNumber, files: &[SourceFile<'_>]) -> Result<(), StateFault> {
    let known = state.partner(office).await?;
    if known.is_some_and(|partner| !partner.name.is_empty()) {
        return Ok(());
    }
    let Some(name) = names_in(files).remove(office.as_str()) else { return Ok(()) };
    let mut tx = state.begin().await?;
    rows::learn(&mut tx, office, &name).await?;
    commit(tx).await
}

/// What the forms of some files call offices, by their numbers. Files that cannot be read name nobody.
fn names_in(files: &[SourceFile<'_>]) -> BTreeMap<String, String> {
    let mut names = Names::default();
    for (edition, share) in Edition::share_out(files) {
        for file in share.iter().filter_map(|at| files.get(*at)) {
            if let Ok(forms) = read_forms(edition, &[*file]) {
                names.add(&forms);
            }
        }
    }
    names.0
}

#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn add(&mut self, forms: &Forms) {
        for it in &forms.form1 {
            self.note(it.care_management_office_no.text(), &it.care_management_office_name.text());
        }
        macro_rules! services {
            ($($rows:ident),*) => {
                $(for it in &forms.$rows {
                    self.note(it.service_office_no.text(), &it.service_office_name.text());
                })*
            };
        }
        services!(form2, plan, benefits, actuals);
    }

    fn note(&mut self, number: String, name: &str) {
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX;
        if is_name && !name.chars().any(char::is_control) {
            self.0.entry(number).or_insert_with(|| name.to_owned());
        }
    }
}
