//! `careplan-platform billing`: the month's run, what came in, and what operators decide about charges.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use careplan_domain::billing::Yen;
use careplan_domain::billing::charge::{ChargeId, Method};
use careplan_domain::billing::ledger::{Change, Event};
use careplan_domain::calendar::day;
use careplan_domain::{OfficeNumber, ServiceMonth};
use serde_json::json;

use super::billing_files::{INVOICES, write_files, write_invoices};
use super::desk::{known, office_argument};
use super::{Desk, at_desk};
use crate::billing::{ChargeLine, Decision, Imported};
use crate::config::Config;
use crate::store::{applications, payments};

/// Bytes of a file to import: the longest statement that is read, with line ends.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// 料金：月次の請求、差引結果と入金の取り込み、返金・免除など
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// 月次の請求を行い、国保連合会への差引依頼と請求書の一覧を書き出す。何度行っても請求は1回です
    Run {
        /// 差し引く支払いの年月（例: 2026-12）
        #[arg(long, value_parser = month_argument)]
        month: ServiceMonth,
        /// 書き出すフォルダー
        #[arg(long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
    },
    /// 差引の結果ファイルと銀行の入出金取引明細（全銀協規定形式）を取り込み、入金を消し込む。何度取り込んでも数えるのは1回です
    Import {
        /// ファイル（種類は内容で見分けます）
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// 請求が見つからない入金を一覧表示する
    Unmatched {
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
    /// 請求が見つからない入金を、指定した請求に充てる
    Assign {
        /// 入金の番号（`billing unmatched` で表示されます）
        payment: i64,
        /// 請求番号
        charge: ChargeId,
    },
    /// 事業所の請求と支払いを表示する
    Show {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
        /// JSONで出力する
        #[arg(long)]
        json: bool,
    },
    /// 銀行の明細にない入金（現金など）を記録する
    Paid(Decided),
    /// 払い過ぎの返金を記録する
    Refund(Decided),
    /// 請求を免除する
    Waive(Decided),
    /// 回収できない請求を貸倒とする
    WriteOff(Decided),
    /// これからの請求の支払方法を変える
    Method {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
        /// 差引は deduction、請求書は invoice
        #[arg(value_parser = method_argument)]
        method: Method,
    },
    /// 入金の照合に使う振込専用口座と振込名義を登録する
    Payer {
        /// 事業所番号
        #[arg(value_parser = office_argument)]
        office: OfficeNumber,
        /// 振込専用口座（支店3桁と口座番号7桁）
        #[arg(long, required_unless_present = "name")]
        account: Option<String>,
        /// 振込名義（カタカナ・英数字）。登録がなければフリガナで照合します
        #[arg(long)]
        name: Option<String>,
    },
}

/// A decision about a charge.
#[derive(Debug, clap::Args)]
pub struct Decided {
    /// 請求番号（`billing show` で表示されます）
    charge: ChargeId,
    /// 金額（円）
    amount: Yen,
    /// 決裁などの番号。同じ番号は1回だけ記録します
    #[arg(long)]
    number: String,
    /// 理由。個人名は書かないでください
    #[arg(long)]
    reason: String,
}

fn month_argument(text: &str) -> Result<ServiceMonth, String> {
    let digits = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2);
    let month = digits.and_then(|(year, month)| format!("{year}{month}").parse().ok());
    month.ok_or_else(|| "年月は 2026-12 の形で書いてください".to_owned())
}

fn method_argument(text: &str) -> Result<Method, String> {
    match text {
        "deduction" => Ok(Method::Deduction),
        "invoice" => Ok(Method::Invoice),
        _ => Err("支払方法は deduction（差引）か invoice（請求書）で指定してください".to_owned()),
    }
}

impl Command {
    /// Runs the command on the configured database, and writes to standard output.
    ///
    /// # Errors
    /// What went wrong, in a Japanese sentence for the operator.
    pub async fn run(self, config: &Config) -> anyhow::Result<()> {
        at_desk(config, async |desk| self.run_at(desk).await).await
    }

    /// Runs the command at a given desk.
    ///
    /// # Errors
    /// What went wrong, in a Japanese sentence for the operator.
    pub async fn run_at(self, desk: &mut Desk<'_>) -> anyhow::Result<()> {
        match self {
            Self::Run { month, out } => run(desk, month, &out).await,
            Self::Import { files } => import(desk, &files).await,
            Self::Unmatched { json } => unmatched(desk, json).await,
            Self::Assign { payment, charge } => assign(desk, payment, charge).await,
            Self::Show { office, json } => show(desk, office, json).await,
            Self::Paid(decided) => decide(desk, decided, (Event::Paid, "入金を記録しました")).await,
            Self::Refund(decided) => decide(desk, decided, (Event::Refunded, "返金を記録しました")).await,
            Self::Waive(decided) => decide(desk, decided, (Event::Waived, "請求を免除しました")).await,
            Self::WriteOff(decided) => decide(desk, decided, (Event::WrittenOff, "貸倒としました")).await,
            Self::Method { office, method } => set_method(desk, office, method).await,
            Self::Payer { office, account, name } => set_payer(desk, office, (account, name)).await,
        }
    }
}

async fn run(desk: &mut Desk<'_>, month: ServiceMonth, out: &Path) -> anyhow::Result<()> {
    let operator = desk.operator.clone();
    let run = desk.billing.run(month, &operator, &desk.by()).await?;
    let count = |event: &str| run.added.get(event).copied().unwrap_or_default();
    desk.say(format!(
        "{month}の請求を行いました: 差引依頼 {}件、請求書 {}件、督促 {}件、ライセンス終了 {}件を新しく記録しました。",
        count("deduction_requested"),
        count("invoiced"),
        count("reminded"),
        count("licence_ended"),
    ))?;
    for file in write_files(&run, month, out)? {
        desk.say(format!("書き出しました: {file}"))?;
    }
    let (printed, left) = write_invoices(desk, &run, out).await?;
    desk.say(format!("請求書のPDF: 新しく{printed}件（フォルダー {INVOICES}）"))?;
    for line in &left {
        desk.say(line)?;
    }
    anyhow::ensure!(
        left.is_empty(),
        "印刷できない請求書が{}件あります。事業所の登録の文字を確かめてください。",
        left.len()
    );
    Ok(())
}

async fn import(desk: &mut Desk<'_>, files: &[PathBuf]) -> anyhow::Result<()> {
    for file in files {
        let said = import_one(desk, file).await;
        let said = said.with_context(|| format!("`{}` を取り込めません。", file.display()))?;
        desk.say(format!("{}: {said}", file.display()))?;
    }
    let waiting = desk.billing.waiting().await?;
    if waiting.is_empty() {
        return desk.say("請求が見つからない入金はありません。");
    }
    desk.say(format!("請求が見つからない入金が{}件あります。", waiting.len()))?;
    unmatched(desk, false).await
}

async fn import_one(desk: &Desk<'_>, file: &Path) -> anyhow::Result<String> {
    let length = std::fs::metadata(file).context("ファイルを読めません。場所を確かめてください。")?.len();
    anyhow::ensure!(length <= FILE_BYTES_MAX, "ファイルが大きすぎます（32 MiBまで）。期間を分けてください。");
    let bytes = std::fs::read(file).context("ファイルを読めません。場所を確かめてください。")?;
    Ok(match desk.billing.import(&bytes, &desk.by()).await? {
        Imported::Answer { deducted, failed, already, matched } => format!(
            "差引の結果 – 差引済 {deducted}件、差引不能 {failed}件、取込済み {already}件、消し込んだ入金 {matched}件"
        ),
        Imported::Statement { new, already, out, matched } => format!(
            "入出金取引明細 – 新しい入金 {new}件、取込済み {already}件、出金 {out}件、消し込んだ入金 {matched}件"
        ),
    })
}

async fn unmatched(desk: &mut Desk<'_>, as_json: bool) -> anyhow::Result<()> {
    let waiting = desk.billing.waiting().await?;
    if as_json {
        let one = |it: &payments::Waiting| {
            json!({
                "number": it.number, "booked_on": it.entry.booked_on, "amount": it.entry.amount,
                "remitter": it.entry.remitter, "payer": it.entry.payer, "reason": it.told,
            })
        };
        return desk.say_json(&waiting.iter().map(one).collect::<Vec<_>>());
    }
    for payments::Waiting { number, entry, told } in &waiting {
        desk.say(format!("{number}\t{}\t{}\t{}\t{told}", entry.booked_on, entry.amount, entry.payer))?;
    }
    Ok(())
}

async fn assign(desk: &mut Desk<'_>, payment: i64, charge: ChargeId) -> anyhow::Result<()> {
    let entry = desk.billing.assign(payment, charge, &desk.by()).await?;
    desk.say(format!("入金 {payment}（{}）を請求 {charge} に充てました。", entry.amount))
}

async fn show(desk: &mut Desk<'_>, office: OfficeNumber, as_json: bool) -> anyhow::Result<()> {
    let mut db = desk.store.read().await?;
    known(&mut db, &office).await?;
    let lines = desk.billing.statement(&mut db, (&office, day(desk.clock.now()))).await?;
    let plan = applications::plan(&mut db, &office).await?;
    let (account, name) = payments::payer(&mut db, &office).await?;
    drop(db);
    let method = plan.map_or(Method::Deduction, |row| row.method);
    if as_json {
        let charges = lines.iter().map(in_json).collect::<anyhow::Result<Vec<_>>>()?;
        return desk.say_json(&json!({
            "office": office, "method": method, "plan": plan.map(|row| row.plan),
            "account": account, "payer": name, "charges": charges,
        }));
    }
    let method = match method {
        Method::Deduction => "差引",
        Method::Invoice => "請求書",
    };
    desk.say(format!("{office}\t支払方法: {method}"))?;
    for line in &lines {
        let (charge, open) = (&line.charge, line.totals.open()?);
        let state = line.state.label_ja();
        desk.say(format!("\t{}\t{}年\t{}\t{state}\t残額 {open}", charge.id, charge.years, charge.amount))?;
    }
    Ok(())
}

fn in_json(line: &ChargeLine) -> anyhow::Result<serde_json::Value> {
    let (charge, totals) = (&line.charge, &line.totals);
    Ok(json!({
        "charge": charge.id, "years": charge.years, "amount": charge.amount, "tax_percent": charge.tax,
        "pass": charge.pass, "method": charge.method, "state": line.state, "due_on": line.due_on,
        "forgiven": totals.forgiven, "deducted": totals.deducted, "paid": totals.paid,
        "refunded": totals.refunded, "open": totals.open()?,
    }))
}

async fn decide(
    desk: &mut Desk<'_>,
    decided: Decided,
    (event, done): (fn(Yen) -> Event, &str),
) -> anyhow::Result<()> {
    let Decided { charge, amount, number, reason } = decided;
    let decision = Decision { number, charge, event, amount };
    match desk.billing.decide(&decision, &desk.by().because(reason)).await? {
        Change::Record => desk.say(format!("請求 {charge}: {amount}の{done}。")),
        Change::Already => {
            desk.say(format!("番号 `{}` はすでに記録されています。何も変えていません。", decision.number))
        }
    }
}

async fn set_method(desk: &mut Desk<'_>, office: OfficeNumber, method: Method) -> anyhow::Result<()> {
    known(&mut desk.store.read().await?, &office).await?;
    desk.billing.set_method(&office, method, &desk.by()).await?;
    let method = match method {
        Method::Deduction => "国保連合会の支払いからの差引",
        Method::Invoice => "請求書による銀行振込",
    };
    desk.say(format!(
        "事業所 {office} の支払方法を「{method}」にしました。これからの請求に使います。すでにある請求は変わりません。"
    ))
}

async fn set_payer(
    desk: &mut Desk<'_>,
    office: OfficeNumber,
    (account, name): (Option<String>, Option<String>),
) -> anyhow::Result<()> {
    known(&mut desk.store.read().await?, &office).await?;
    desk.billing.set_payer(&office, (account.as_deref(), name.as_deref()), &desk.by()).await?;
    desk.say(format!(
        "事業所 {office} の入金の照合に使う口座・名義を登録しました。次の取り込みから使います。"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_on_the_command_line_has_a_hyphen() {
        assert_eq!(month_argument("2026-12"), Ok("202612".parse().unwrap()));
        for bad in ["202612", "2026-13", "2026-1", "26-12", "2026-012", "２０２６-１２"] {
            assert!(month_argument(bad).is_err_and(|said| said.contains("2026-12 の形")), "{bad}");
        }
    }
}
