//! The first start: from an empty folder to a client that has exchanged something, one step after the other.
//!
//! Promises: each step tries out what it is about and says what to do where that fails; it can be tried again at any time; how far it
//! came is durable, so that a closed browser or a kill goes on at the same step. No password is written down: what is needed twice is
//! held in memory only and asked for again after a restart. The report for a help desk tells everything but secrets.

mod practice;
mod report;
mod sample;
mod step;
mod trial;
mod verdict;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use careplan_domain::Secret;

pub use practice::{Practice, PracticeFault};
pub use report::Report;
pub use step::{Record, Standing, Step, StepState};
pub use trial::{Answers, Trial};

use crate::keys::KeysFault;
use crate::office::{Office, OfficeFault};
use crate::state::StateFault;

/// The first start of one office. Clones are the same.
#[derive(Clone)]
pub struct Wizard {
    office: Office,
    /// The password of the user ID between the step that tried it and the one that needs it again.
    password: Arc<Mutex<Option<Secret>>>,
}

impl std::fmt::Debug for Wizard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wizard")
    }
}

impl Wizard {
    /// The first start of an office.
    pub fn new(office: Office) -> Self {
        Self { office, password: Arc::default() }
    }

    /// Where it stands.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn standing(&self) -> Result<Standing, OfficeFault> {
        let records = self.records().await?;
        let is_set_up = match self.office.link().await {
            Ok(_) => true,
            Err(OfficeFault::NotSetUp) => false,
            // A key that its store does not give is told as the state of the line.
            Err(OfficeFault::Keys(KeysFault::Store(_))) => true,
            Err(fault) => return Err(fault),
        };
        Ok(step::standing(&records, is_set_up))
    }

    /// How the last trials went, in the order of the steps.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn records(&self) -> Result<Vec<Record>, StateFault> {
        let mut records = self.office.state().wizard_records().await?;
        records.sort_by_key(|record| record.step);
        Ok(records)
    }

    /// The last trial of a step.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn record(&self, step: Step) -> Result<Option<Record>, StateFault> {
        Ok(self.records().await?.into_iter().find(|record| record.step == step))
    }

    /// Writes down how a trial went.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn note(&self, step: Step, trial: &Trial) -> Result<(), StateFault> {
        self.office.state().store_wizard_record(&self.recorded(step, trial)).await
    }

    /// How a trial went, as it is written down.
    fn recorded(&self, step: Step, trial: &Trial) -> Record {
        let state = if trial.is_passed() { StepState::Passed } else { StepState::Failed };
        Record { step, state, said: trial.said.clone(), todo: trial.todo.clone(), at: self.office.now() }
    }

    /// Leaves a step for later.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn skip(&self, step: Step) -> Result<(), StateFault> {
        let said = "あとで行うことにしました。".to_owned();
        let record =
            Record { step, state: StepState::Skipped, said, todo: Vec::new(), at: self.office.now() };
        self.office.state().store_wizard_record(&record).await
    }

    /// Ends the first start: what is left is done in the settings.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn finish(&self) -> Result<(), StateFault> {
        self.note(Step::Finish, &Trial::passed("最初の設定を終えました。")).await
    }

    /// Whether the password of the user ID is still in memory.
    pub fn holds_password(&self) -> bool {
        self.held().is_some()
    }

    fn hold(&self, password: Option<Secret>) {
        *self.held() = password;
    }

    fn held(&self) -> MutexGuard<'_, Option<Secret>> {
        self.password.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
