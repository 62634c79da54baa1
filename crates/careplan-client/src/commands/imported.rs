//! `careplan-client imported`

use careplan_domain::TransmissionId;

use super::Outcome;
use super::run::{engine_soon, say_step};
use super::screen::say;
use crate::office::{Office, OfficeFault, Step};

pub(super) async fn perform(office: &Office, id: TransmissionId) -> anyhow::Result<Outcome> {
    office.mark_imported(id).await?;
    let mut engine = match engine_soon(office).await {
        Ok(engine) => engine,
        Err(OfficeFault::Busy) => {
            say("取込済みとしました。取込証は、常駐中のクライアントが返します。");
            return Ok(Outcome::Done);
        }
        Err(fault) => return Err(fault.into()),
    };
    loop {
        let step = engine.step_inbox().await?;
        say_step(&step);
        match step {
            Step::Imported(done) if done == id => return Ok(Outcome::Done),
            Step::Later(later, _) if later == id => return Ok(Outcome::Refused),
            Step::Ended(ended, _) if ended == id => return Ok(Outcome::Refused),
            Step::Idle => return Ok(Outcome::Done),
            _ => {}
        }
    }
}
