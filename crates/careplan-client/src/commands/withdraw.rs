//! `careplan-client withdraw`

use careplan_domain::TransmissionId;

use super::Outcome;
use super::screen::{remark, say};
use crate::office::{Office, OfficeFault};

pub(super) async fn perform(office: &Office, id: TransmissionId) -> anyhow::Result<Outcome> {
    match office.withdraw(id).await {
        Ok(()) => {
            say(format_args!("取り下げました：{id}"));
            Ok(Outcome::Done)
        }
        Err(OfficeFault::Platform(fault)) if fault.is_final() => {
            remark(format_args!("取り下げできません：{fault}"));
            Ok(Outcome::Refused)
        }
        Err(fault) => Err(fault.into()),
    }
}
