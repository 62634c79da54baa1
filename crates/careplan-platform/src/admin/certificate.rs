//! `admin certificate`: list and revoke what our authority issued.

use anyhow::bail;
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_envelope::CertificateSerial;
use serde_json::json;

use super::Desk;
use super::desk::{known, minute, office_argument};
use crate::store::Tx;
use crate::store::certificates::{self, CertificateRow};

/// Characters of a reason.
const REASON_CHARS_MAX: usize = 200;

/// 電子証明書の一覧と失効
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 発行した電子証明書の一覧
    List {
        /// この事業所のものだけ
        #[arg(value_parser = office_argument)]
        office: Option<OfficeNumber>,
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
    /// 電子証明書を失効させる
    Revoke(Revoke),
}

/// 電子証明書を失効させる
#[derive(Debug, clap::Args)]
pub struct Revoke {
    #[command(flatten)]
    which: Which,
    /// 理由（監査記録に残ります。個人名は書かないでください）
    #[arg(long)]
    reason: String,
}

/// どの電子証明書か
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// シリアル番号（`certificate list` で表示されます）
    #[arg(value_parser = serial_argument)]
    serial: Option<CertificateSerial>,
    /// この事業所の有効な電子証明書すべて
    #[arg(long, value_parser = office_argument)]
    office: Option<OfficeNumber>,
}

fn serial_argument(text: &str) -> Result<CertificateSerial, String> {
    text.parse().map_err(|_| "シリアル番号は16進数で、40桁までです".to_owned())
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::List { office, json } => list(desk, office, json).await,
            Self::Revoke(revoke) => revoke.run(desk).await,
        }
    }
}

impl Revoke {
    async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        let reason = self.reason.trim();
        let is_line = !reason.is_empty() && !reason.chars().any(char::is_control);
        if !is_line || reason.chars().count() > REASON_CHARS_MAX {
            bail!("--reason には理由を{REASON_CHARS_MAX}文字以内の1行で書いてください。");
        }
        let now = desk.clock.now();
        let mut tx = desk.store.begin().await?;
        let mut revoked = Vec::new();
        for row in self.which.rows(&mut tx).await? {
            if row.revoked_at.is_none() && now <= row.not_after {
                certificates::revoke(&mut tx, &row.serial, now, reason).await?;
                let detail = json!({ "office": row.office, "reason": reason });
                desk.note(&mut tx, now, "certificate.revoked", (row.serial.to_string(), detail));
                revoked.push(row.serial);
            }
        }
        if revoked.is_empty() {
            return desk.say("有効な電子証明書がありません（失効済みか期限切れです）。何も変えていません。");
        }
        tx.commit().await?;
        for serial in revoked {
            desk.say(format!("電子証明書 {serial} を失効させました。"))?;
        }
        desk.say("次の要求から、この電子証明書での接続は断られ、この証明書で公告された端末鍵には送られなくなります。失効は取り消せません。続けて利用するには、証明書発行用パスワードを発行し直してください（admin credentials issue）。")
    }
}

impl Which {
    async fn rows(&self, tx: &mut Tx) -> anyhow::Result<Vec<CertificateRow>> {
        let Some(serial) = &self.serial else {
            let Some(office) = &self.office else {
                bail!("シリアル番号か --office を指定してください。")
            };
            known(tx, office).await?;
            return Ok(certificates::certificates_of(tx, office).await?);
        };
        match certificates::certificate(tx, serial).await? {
            None => bail!(
                "シリアル番号 `{serial}` の電子証明書はありません。`certificate list` で確かめてください。"
            ),
            Some(row) if row.office.is_none() => bail!(
                "シリアル番号 `{serial}` は連携基盤か認証局自身の電子証明書です。この操作では失効させられません。"
            ),
            Some(row) => Ok(vec![row]),
        }
    }
}

async fn list(desk: &mut Desk<'_>, office: Option<OfficeNumber>, as_json: bool) -> anyhow::Result<()> {
    let now = desk.clock.now();
    let mut db = desk.store.read().await?;
    let mut rows: Vec<CertificateRow> = Vec::new();
    if let Some(office) = office {
        known(&mut db, &office).await?;
        rows = certificates::certificates_of(&mut db, &office).await?;
    } else {
        loop {
            let after = rows.last().map(|row| row.serial.to_string()).unwrap_or_default();
            let page = certificates::certificates_after(&mut db, &after).await?;
            if page.is_empty() {
                break;
            }
            rows.extend(page);
        }
    }
    if as_json {
        let rows: Vec<_> = rows.iter().map(|row| in_json(row, now)).collect();
        return desk.say_json(&rows);
    }
    for row in &rows {
        let holder = row.office.map_or_else(|| row.profile.clone(), |office| office.to_string());
        desk.say(format!("{}\t{holder}\t{} まで\t{}", row.serial, minute(row.not_after), state(row, now).1))?;
    }
    Ok(())
}

/// For programs and for people.
fn state(row: &CertificateRow, now: Timestamp) -> (&'static str, String) {
    match row.revoked_at {
        Some(at) => {
            let reason = row.reason.as_deref().unwrap_or("理由なし");
            ("revoked", format!("{} に失効（{reason}）", minute(at)))
        }
        None if row.not_after < now => ("expired", "期限切れ".to_owned()),
        None => ("valid", "有効".to_owned()),
    }
}

fn in_json(row: &CertificateRow, now: Timestamp) -> serde_json::Value {
    json!({
        "serial": row.serial.to_string(),
        "office": row.office,
        "profile": row.profile,
        "state": state(row, now).0,
        "fingerprint": format!("sha256:{}", row.fingerprint),
        "not_before": row.not_before,
        "not_after": row.not_after,
        "issued_at": row.issued_at,
        "revoked_at": row.revoked_at,
        "reason": row.reason,
    })
}
