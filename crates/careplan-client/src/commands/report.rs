//! `careplan-client report`

use std::path::{Path, PathBuf};

use careplan_domain::{Address, ServiceMonth, TransmissionId};
use jiff::civil::Date;
use serde::Serialize;

use super::Outcome;
use super::screen::{say, say_json};
use crate::files::{self, Privacy};
use crate::history::{Provision, Usage, UsageMonth, month_ja};
use crate::office::Office;

#[derive(Debug, clap::Args)]
pub(super) struct Report {
    #[command(subcommand)]
    about: About,
}

#[derive(Debug, clap::Subcommand)]
enum About {
    /// 利用実績：月ごとの、送受信した事業所の数・送信件数・受信件数
    Usage(OfUsage),
    /// 第三者提供の記録：提供した日・提供先・本人・項目（個人情報保護法 第29条）
    Provision(OfProvision),
}

#[derive(Debug, clap::Args)]
struct OfUsage {
    /// はじめの月（例：202604）
    #[arg(long, value_name = "YYYYMM")]
    from: ServiceMonth,
    /// 終わりの月（例：202703）
    #[arg(long, value_name = "YYYYMM")]
    until: ServiceMonth,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, clap::Args)]
struct OfProvision {
    /// はじめの日（例：2026-04-01）
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Date,
    /// 終わりの日（例：2026-04-30）
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Date,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, clap::Args)]
struct Form {
    /// CSV（UTF-8）でこのファイルに書き出します
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    csv: Option<PathBuf>,
    /// JSONで出力します
    #[arg(long)]
    json: bool,
}

/// One month, as programs read it.
#[derive(Serialize)]
struct MonthLine {
    month: ServiceMonth,
    partners: usize,
    sends: u32,
    receives: u32,
}

#[derive(Serialize)]
struct UsageLines {
    months: Vec<MonthLine>,
    partners: usize,
    sends: u32,
    receives: u32,
}

/// One provision, as programs read it.
#[derive(Serialize)]
struct ProvisionLine<'a> {
    date: Date,
    to: Address,
    name: Option<&'a str>,
    insurer: Option<&'a str>,
    insured_number: Option<&'a str>,
    unit: &'static str,
    month: Option<ServiceMonth>,
    items: &'static str,
    state: &'static str,
    transmission: TransmissionId,
}

impl Report {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        match self.about {
            About::Usage(of) => of.perform(office).await,
            About::Provision(of) => of.perform(office).await,
        }
    }
}

impl OfUsage {
    async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let usage = office.history().usage(self.from, self.until).await?;
        if self.form.json {
            say_json(&lines(&usage))?;
        } else if let Some(path) = &self.form.csv {
            write(office, path, &usage.to_csv())?;
        } else {
            for it in &usage.months {
                say(of_month(&month_ja(it.month), it.partners, it.sends, it.receives));
            }
            say(of_month("合計", usage.partners, usage.sends(), usage.receives()));
        }
        Ok(Outcome::Done)
    }
}

impl OfProvision {
    async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let record = office.history().provision(self.from, self.until).await?;
        if self.form.json {
            say_json(&record.lines.iter().map(line).collect::<Vec<_>>())?;
        } else if let Some(path) = &self.form.csv {
            write(office, path, &record.to_csv())?;
        } else {
            for it in &record.lines {
                let person = it.person.as_ref();
                let name = person.map_or("-", |person| person.name.as_str());
                let number = person.map_or("-", |person| person.insured_number.as_str());
                let (date, to, kind, state) = (it.date, it.to, it.kind.label_ja(), it.state.label_ja());
                say(format_args!("{date} → {to} {number} {name} {kind} {state}"));
            }
            say(format_args!("{}件", record.lines.len()));
        }
        Ok(Outcome::Done)
    }
}

fn of_month(period: &str, partners: usize, sends: u32, receives: u32) -> String {
    format!("{period}：事業所 {partners}、送信 {sends}件、受信 {receives}件")
}

/// The table names people: only this account may read it.
fn write(office: &Office, path: &Path, csv: &str) -> anyhow::Result<()> {
    files::replace(path, csv.as_bytes(), Privacy::Private, office.mishaps())?;
    say(format_args!("「{}」に書き出しました。", path.display()));
    Ok(())
}

fn lines(usage: &Usage) -> UsageLines {
    let month = |it: &UsageMonth| MonthLine {
        month: it.month,
        partners: it.partners,
        sends: it.sends,
        receives: it.receives,
    };
    UsageLines {
        months: usage.months.iter().map(month).collect(),
        partners: usage.partners,
        sends: usage.sends(),
        receives: usage.receives(),
    }
}

fn line(it: &Provision) -> ProvisionLine<'_> {
    let person = it.person.as_ref();
    ProvisionLine {
        date: it.date,
        to: it.to,
        name: person.map(|person| person.name.as_str()),
        insurer: person.map(|person| person.insurer.as_str()),
        insured_number: person.map(|person| person.insured_number.as_str()),
        unit: it.kind.as_str(),
        month: it.month,
        items: it.items_ja(),
        state: it.state.as_str(),
        transmission: it.id,
    }
}
