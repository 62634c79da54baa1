//! `admin licence`: grant, end, show.

use careplan_domain::OfficeNumber;
use careplan_domain::licence::{LicenceState, LicenceTerm};
use jiff::civil::Date;
use serde_json::json;

use super::Desk;
use super::desk::{day_argument, known, minute, office_argument};
use crate::licence::{self, day};
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
            Self::Grant { office, from, years } => grant(desk, office, from, years).await,
            Self::End { office, at } => end(desk, office, at).await,
            Self::Show { office, json } => show(desk, office, json).await,
        }
    }
}

async fn grant(
    desk: &mut Desk<'_>,
    office: OfficeNumber,
    from: Option<Date>,
    years: u8,
) -> anyhow::Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.store.begin().await?;
    known(&mut tx, &office).await?;
    let terms: Vec<LicenceTerm> = licences::terms_of(&mut tx, &office).await?;
    let term = licence::new_term(&terms, from, years, now)?;
    licences::grant(&mut tx, &office, term, now).await?;
    let detail = json!({ "starts_at": term.starts_at, "ends_at": term.ends_at });
    desk.note(&mut tx, now, "licence.granted", (office.to_string(), detail));
    tx.commit().await?;
    let (first, end) = (day(term.starts_at), day(term.ends_at));
    desk.say(format!(
        "事業所 {office} にライセンスを付与しました: {first} から {end} の前日まで。この期間は、送信することも、ほかの事業所から送ってもらうこともできます。"
    ))
}

async fn end(desk: &mut Desk<'_>, office: OfficeNumber, at: Option<Date>) -> anyhow::Result<()> {
    let now = desk.clock.now();
    let mut tx = desk.store.begin().await?;
    known(&mut tx, &office).await?;
    let rows = licences::terms(&mut tx, &office).await?;
    let terms: Vec<LicenceTerm> = rows.iter().map(|row| row.1).collect();
    let ends = licence::ends(&terms, at, now)?;
    for (place, ends_at) in &ends {
        if let Some((id, _)) = rows.get(*place) {
            licences::end(&mut tx, *id, *ends_at).await?;
        }
    }
    let from = ends.iter().map(|(_, ends_at)| *ends_at).min().unwrap_or(now);
    let detail = json!({ "ends_at": from, "terms": ends.len() });
    desk.note(&mut tx, now, "licence.ended", (office.to_string(), detail));
    tx.commit().await?;
    let from = minute(from);
    desk.say(format!(
        "事業所 {office} のライセンスは {from} に終わります。それからは、この事業所は送信できず、この事業所あての送信も断られます。すでに届いているものの受信と受領は、そのあともできます。"
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
