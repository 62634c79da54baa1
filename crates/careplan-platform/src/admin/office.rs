//! `admin office`: suspend and resume.

use careplan_domain::OfficeNumber;
use careplan_domain::gate::OfficeStatus;
use serde_json::json;

use super::Desk;
use super::desk::{known, office_argument};
use crate::store::offices;

/// 1つの事業所の利用停止と再開
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 利用を停止する
    Suspend {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
    },
    /// 利用を再開する
    Resume {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
    },
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::Suspend { office } => {
                if set(desk, office, OfficeStatus::Suspended, "office.suspended").await? {
                    desk.say(format!(
                        "事業所 {office} の利用を停止しました。次の要求から、この事業所の送信・受信はすべて断られ、この事業所あての送信も断られます。届いているデータと受領証は失われません。再開は `careplan-platform admin office resume {office}` です。"
                    ))
                } else {
                    desk.say(format!(
                        "事業所 {office} の利用は、すでに停止されています。何も変えていません。"
                    ))
                }
            }
            Self::Resume { office } => {
                if set(desk, office, OfficeStatus::Active, "office.resumed").await? {
                    desk.say(format!(
                        "事業所 {office} の利用を再開しました。次の要求から、ライセンスと電子証明書が有効であれば送受信できます。"
                    ))
                } else {
                    desk.say(format!("事業所 {office} の利用は停止されていません。何も変えていません。"))
                }
            }
        }
    }
}

/// `false` when it was so already.
async fn set(
    desk: &mut Desk<'_>,
    office: OfficeNumber,
    status: OfficeStatus,
    action: &'static str,
) -> anyhow::Result<bool> {
    let now = desk.clock.now();
    let mut tx = desk.store.begin().await?;
    if known(&mut tx, &office).await? == status {
        return Ok(false);
    }
    offices::set_status(&mut tx, &office, status).await?;
    desk.note(&mut tx, now, action, (office.to_string(), json!({})));
    tx.commit().await?;
    Ok(true)
}
