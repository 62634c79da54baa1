//! `careplan-client withdraw`

use careplan_domain::TransmissionId;

use super::Outcome;
use super::screen::{remark, say};
use crate::office::{Office, OfficeFault};
use crate::outbox::Withdrawal;

pub(super) async fn perform(office: &Office, id: TransmissionId) -> anyhow::Result<Outcome> {
    match office.withdraw(id).await {
        Ok(Withdrawal::Done) => {
            say(format_args!("取り下げました：{id}"));
            Ok(Outcome::Done)
        }
        Ok(Withdrawal::Waiting) => {
            say(format_args!(
                "取下げを受け付けました：{id}\n連携基盤に伝わり次第、取り下げます（careplan-client run が動いている間）。結果は careplan-client show で確かめられます。"
            ));
            Ok(Outcome::Done)
        }
        Err(OfficeFault::Platform(fault)) if fault.is_final() => {
            remark(format_args!("取り下げできません：{fault}"));
            Ok(Outcome::Refused)
        }
        Err(fault) => Err(fault.into()),
    }
}
