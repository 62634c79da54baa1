//! おためし事業所: an ordinary client whose operator lets it answer by itself, so that an office can try the whole exchange alone.
//!
//! Promises: a plan is answered with actuals that say it was carried out as planned, once, however often the program is killed in
//! between; whatever cannot be answered so gets a letter that says why and what to try; an answer is never answered itself. The answer
//! is made of what came and of nothing else, and is on its way before the plan counts as imported.

mod answer;
mod reply;

use careplan_domain::TransmissionId;
use uuid::Uuid;

pub use answer::NoAnswer;

use crate::history::{CopyFault, Direction};
use crate::letter::OutgoingFile;
use crate::office::{Office, OfficeFault};
use crate::outbox::{DocumentOrder, FoundFile, OUTBOX_WAIT_MAX, SendOptions, UnitOutcome, judge};
use crate::state::{Fault, Received};

/// What stands in the name of an office that answers by itself. Others must not: their actuals would be invented.
pub const PRACTICE_NAME: &str = "おためし";

/// Letters that are read at once.
const PAGE: u32 = 100;

/// What became of one thing that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// Actuals are on their way to who sent the plan.
    WithActuals(TransmissionId),
    /// There are none to send; a letter that says so is on its way.
    WithLetter(TransmissionId, NoAnswer),
    /// It needs no answer: it is one itself.
    Silently(TransmissionId),
    /// The answer cannot go now, and is tried again.
    Later(TransmissionId, Fault),
    /// Nothing worked for so long that nobody waits any more.
    GivenUp(TransmissionId, Fault),
}

impl Office {
    /// Whether this office is one that answers by itself, as the directory names it.
    ///
    /// # Errors
    /// [`OfficeFault`].
    pub async fn is_for_practice(&self) -> Result<bool, OfficeFault> {
        let link = self.link().await?;
        Ok(link.platform.office(&link.office()).await?.name.contains(PRACTICE_NAME))
    }

    /// Answers everything that came and was not answered; `tell` hears of each. What cannot be answered now stays for the next time
    /// and keeps nothing else from its answer.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn answer_what_came(&self, mut tell: impl FnMut(&Answered) + Send) -> Result<(), OfficeFault> {
        let mut behind = (String::new(), String::new());
        loop {
            let page = self.state().received_to_import(&behind, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            behind = (last.serial.clone().unwrap_or_default(), last.header.id.to_string());
            for received in &page {
                tell(&self.answer(received).await?);
            }
        }
    }

    async fn answer(&self, received: &Received) -> Result<Answered, OfficeFault> {
        let id = received.header.id;
        // The number of the action is that of what is answered: after a kill it is known that there is an answer.
        let dispatch = Uuid::from_bytes(*id.as_bytes());
        let answered = if self.state().sent_in_dispatch(dispatch).await?.is_empty() {
            match self.compose_and_store(received, dispatch).await? {
                Ok(answered) => answered,
                Err(fault) if self.now().duration_since(received.accepted_at) > OUTBOX_WAIT_MAX => {
                    Answered::GivenUp(id, fault)
                }
                Err(fault) => return Ok(Answered::Later(id, fault)),
            }
        } else {
            Answered::Silently(id)
        };
        self.mishaps().pass(crate::mishap::Point::AnswerStored).await;
        self.mark_imported(id).await?;
        Ok(answered)
    }

    /// Puts the answer into the outbox, or tells why that does not work now.
    async fn compose_and_store(
        &self,
        received: &Received,
        dispatch: Uuid,
    ) -> Result<Result<Answered, Fault>, OfficeFault> {
        let id = received.header.id;
        let files = match self.history().files(id, Direction::Received).await {
            Ok(files) => files.unwrap_or_default(),
            Err(CopyFault::State(fault)) => return Err(fault.into()),
            Err(fault) => return Ok(Err(Fault { code: "copy".to_owned(), text: fault.to_string() })),
        };
        if reply::is_reply(&received.header, &files) {
            return Ok(Ok(Answered::Silently(id)));
        }
        let why = match answer::actuals(received, &files) {
            Ok(actuals) => {
                match self
                    .send_one(actuals, &SendOptions { dispatch: Some(dispatch), ..Default::default() })
                    .await?
                {
                    UnitOutcome::Failed(fault) => return Ok(Err(fault)),
                    // The checks find fault with it: so with the plan, of which it is made.
                    UnitOutcome::Blocked | UnitOutcome::Looked => NoAnswer::Unfit,
                    UnitOutcome::Prepared(_) | UnitOutcome::Duplicate(_) => {
                        return Ok(Ok(Answered::WithActuals(id)));
                    }
                }
            }
            Err(why) => why,
        };
        let letter = match reply::letter(received, why) {
            Ok(letter) => letter,
            Err(fault) => return Ok(Err(fault)),
        };
        let order = DocumentOrder { from: received.header.to, to: received.header.from, month: None };
        let options =
            SendOptions { dispatch: Some(dispatch), documents: Some(order), ..SendOptions::default() };
        Ok(match self.send_one(letter, &options).await? {
            UnitOutcome::Failed(fault) => Err(fault),
            _ => Ok(Answered::WithLetter(id, why)),
        })
    }

    async fn send_one(&self, file: OutgoingFile, options: &SendOptions) -> Result<UnitOutcome, OfficeFault> {
        let files = [FoundFile { path: file.name.clone().into(), label: file.name.clone(), file }];
        let report = match self.send_files(&files, &judge(&files), options, |_| {}).await {
            Ok(report) => report,
            Err(fault @ (OfficeFault::State(_) | OfficeFault::Keys(_) | OfficeFault::NotSetUp)) => {
                return Err(fault);
            }
            Err(fault) => return Ok(UnitOutcome::Failed(fault.stored())),
        };
        Ok(report.units.into_iter().next().map_or(UnitOutcome::Blocked, |unit| unit.outcome))
    }
}
