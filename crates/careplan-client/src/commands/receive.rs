//! `careplan-client receive`

use careplan_domain::TransmissionId;

use super::Outcome;
use super::list::Entry;
use super::run::{engine_soon, say_step};
use super::screen::{remark, say, say_json};
use crate::office::{Office, OfficeFault, Step};

#[derive(Debug, clap::Args)]
pub(super) struct Receive {
    /// 受信したものをJSONで出力します
    #[arg(long)]
    json: bool,
}

impl Receive {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let mut engine = match engine_soon(office).await {
            Ok(engine) => engine,
            Err(OfficeFault::Busy) => {
                // What was asked for happens all the time then.
                remark(
                    "常駐中のクライアントが受信しています。届いたものは careplan-client list で確かめられます。",
                );
                self.conclude(office, &[]).await?;
                return Ok(Outcome::Done);
            }
            Err(fault) => return Err(fault.into()),
        };
        if let Err(fault) = office.renew().await {
            remark(format_args!("注意：{fault}"));
        }
        let (mut touched, mut trouble) = (Vec::new(), false);
        loop {
            let step = engine.step_inbox().await?;
            if step.is_idle() {
                break;
            }
            trouble |= matches!(step, Step::Later(..) | Step::SetAside(..) | Step::LeftAlone(..));
            if let Step::Written(id) | Step::SetAside(id, _) | Step::LeftAlone(id, _) | Step::Ended(id, _) =
                &step
            {
                touched.push(*id);
            }
            if !self.json {
                say_step(&step);
            }
        }
        loop {
            let step = engine.step_news().await?;
            if step.is_idle() {
                break;
            }
            if !self.json {
                say_step(&step);
            }
        }
        self.conclude(office, &touched).await?;
        Ok(if trouble { Outcome::Refused } else { Outcome::Done })
    }

    async fn conclude(&self, office: &Office, touched: &[TransmissionId]) -> anyhow::Result<()> {
        let mut entries = Vec::new();
        for id in touched {
            if let Some(received) = office.state().received(*id).await? {
                entries.push(Entry::of_received(&received));
            }
        }
        if self.json {
            return say_json(&entries);
        }
        let folder = office.inbox_folder().await?;
        for entry in entries.iter().filter_map(|entry| entry.folder.as_ref()) {
            say(format_args!("　{}", folder.join(entry).display()));
        }
        say(format_args!("受信 {}件", entries.iter().filter(|entry| entry.folder.is_some()).count()));
        Ok(())
    }
}
