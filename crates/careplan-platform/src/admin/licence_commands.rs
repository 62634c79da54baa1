//! `admin licence`: grant, end, show.

use careplan_domain::OfficeNumber;
use careplan_domain::calendar::day;
use careplan_domain::licence::{LicenceState, LicenceTerm, Years};
use jiff::civil::Date;
use serde_json::json;

use super::Desk;
use super::desk::{day_argument, known, minute, office_argument};
use crate::billing::{Ended, Granted, Payment};
use crate::licence::LicenceFault;
use crate::store::licences;

/// ライセンスの付与・終了・表示
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// ライセンスを付与する
    Grant {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
        /// 始まりの日（例: 2026-04-01）。省くと、いまの期間の続き、なければ今日から
        #[arg(long, value_parser = day_argument)]
        from: Option<Date>,
        /// 年数（1〜3）
        #[arg(long, default_value_t = 1)]
        years: u8,
        /// 料金を請求せずに付与する。その理由
        #[arg(long, value_name = "REASON")]
        free: Option<String>,
    },
    /// ライセンスを終わらせる
    End {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
        /// 使えなくなる日（例: 2027-04-01）。省くと、いますぐ
        #[arg(long, value_parser = day_argument)]
        at: Option<Date>,
    },
    /// ライセンスの期間を表示する
    Show {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    pub(super) async fn run(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::Grant { office, from, years, free } => grant(desk, office, (from, years), free).await,
            Self::End { office, at } => end(desk, office, at).await,
            Self::Show { office, json } => show(desk, office, json).await,
        }
    }
}

async fn grant(
    desk: &mut Desk<'_>,
    office: OfficeNumber,
    (from, years): (Option<Date>, u8),
    free: Option<String>,
) -> anyhow::Result<()> {
    let years = Years::new(years).map_err(|_| LicenceFault::Years);
    known(&mut desk.store.read().await?, &office).await?;
    let payment = free.map_or(Payment::Charged, Payment::Free);
    let Granted { term, charge } = desk.billing.grant(&office, (from, years?), &payment, &desk.by()).await?;
    let (first, end) = (day(term.starts_at), day(term.ends_at));
    desk.say(format!(
        "事業所 {office} にライセンスを付与しました: {first} から {end} の前日まで。この期間は、送信することも、ほかの事業所から送ってもらうこともできます。"
    ))?;
    match charge {
        Some(charge) => desk.say(format!("請求 {}: {}（税込）。", charge.id, charge.amount)),
        None => desk.say("料金は請求しません。"),
    }
}

async fn end(desk: &mut Desk<'_>, office: OfficeNumber, at: Option<Date>) -> anyhow::Result<()> {
    known(&mut desk.store.read().await?, &office).await?;
    let Ended { at, charges } = desk.billing.end(&office, at, &desk.by()).await?;
    let from = minute(at);
    desk.say(format!(
        "事業所 {office} のライセンスは {from} に終わります。それからは、この事業所は送信できず、この事業所あての送信も断られます。すでに届いているものの受信と受領は、そのあともできます。"
    ))?;
    if charges.is_empty() {
        return Ok(());
    }
    let charges: Vec<String> = charges.iter().map(ToString::to_string).collect();
    desk.say(format!(
        "請求 {}: まだ始まっていない年の料金は請求しません。すでに入金がある場合は `billing show {office}` で返金を確かめてください。",
        charges.join("、")
    ))
}

async fn show(desk: &mut Desk<'_>, office: OfficeNumber, as_json: bool) -> anyhow::Result<()> {
    let now = desk.clock.now();
    let mut db = desk.store.read().await?;
    known(&mut db, &office).await?;
    let terms: Vec<LicenceTerm> = licences::terms_of(&mut db, &office).await?;
    let state = LicenceState::at(&terms, now);
    if as_json {
        let term = |term: &LicenceTerm| json!({ "starts_at": term.starts_at, "ends_at": term.ends_at });
        let terms: Vec<_> = terms.iter().map(term).collect();
        return desk.say_json(&json!({ "office": office, "licence": state, "terms": terms }));
    }
    let state = match state {
        LicenceState::NotApplied => "未申請".to_owned(),
        LicenceState::Upcoming { starts_at } => format!("{} から有効", minute(starts_at)),
        LicenceState::Valid { ends_at } => format!("有効（{} まで）", minute(ends_at)),
        LicenceState::Expired { ended_at } => format!("期限切れ（{} まで）", minute(ended_at)),
    };
    desk.say(format!("{office}\t{state}"))?;
    for term in &terms {
        desk.say(format!("\t{} 〜 {}", minute(term.starts_at), minute(term.ends_at)))?;
    }
    Ok(())
}
