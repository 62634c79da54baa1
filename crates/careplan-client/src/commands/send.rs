//! `careplan-client send`

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use careplan_domain::{Address, OfficeNumber, ServiceMonth, ServiceType, TransmissionId};
use serde::Serialize;
use uuid::Uuid;

use super::Outcome;
use super::findings::{Shown, say_findings};
use super::screen::{progress, remark, say, say_json};
use crate::office::{Office, OfficeFault, Step};
use crate::outbox::{
    DispatchReport, DocumentOrder, SendOptions, SerialUsed, UnitOutcome, UnitReport, gather, judge,
};
use crate::state::{Sent, SentState};

/// How long the command stays with letters that cannot be handed over at once. They are not lost
/// after it: the next `send` or `run` goes on.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often the state is looked at while another process sends, or a try is not due yet.
const LOOK_EVERY: Duration = Duration::from_millis(200);

#[derive(Debug, clap::Args)]
pub(super) struct Send {
    /// 送信するファイルまたはフォルダー（送信単位がいくつあってもかまいません）
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// 文書（PDF・JPEG）の宛先（例：9970000026-11）
    #[arg(long, value_name = "ADDRESS")]
    to: Option<Address>,
    /// 文書の対象年月（例：202611）
    #[arg(long, value_name = "YYYYMM", requires = "to")]
    month: Option<ServiceMonth>,
    /// 文書の送信元のサービス種類コード（1つしかないときは省略できます）
    #[arg(long, value_name = "CODE", requires = "to")]
    service_type: Option<ServiceType>,
    /// 送信済みと同じ内容でも、もう一度送信します
    #[arg(long)]
    again: bool,
    /// 同じ連番で内容の違うものを送信済みのとき、その訂正として送信します
    #[arg(long)]
    correction: bool,
    /// 検査だけして、何がどこへ送られるかを表示します
    #[arg(long)]
    dry_run: bool,
    /// 結果をJSONで出力します
    #[arg(long)]
    json: bool,
}

/// One unit of the result, as programs read it.
#[derive(Serialize)]
struct UnitLine<'a> {
    unit: String,
    serial: Option<&'a str>,
    from: Option<Address>,
    to: Option<Address>,
    files: usize,
    result: &'static str,
    transmission: Option<TransmissionId>,
    state: Option<&'static str>,
    code: Option<&'a str>,
    message: Option<&'a str>,
    /// Terminals of sender and receiver that cannot open it.
    terminals_left: Vec<TerminalLine>,
}

/// A terminal to which nothing was sealed.
#[derive(Serialize)]
struct TerminalLine {
    office: OfficeNumber,
    terminal: Uuid,
    message: String,
}

impl Send {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let files = gather(&self.paths)?;
        let judged = judge(&files);
        let options = SendOptions {
            again: self.again,
            dry_run: self.dry_run,
            documents: self.document_order(office, !judged.documents.is_empty()).await?,
            serial_used: if self.correction { SerialUsed::Corrected } else { SerialUsed::Refused },
            ..SendOptions::default()
        };
        if !self.json {
            say_findings(judged.all_findings(), &files, Shown::Plain);
        }
        let (all, mut done) = (judged.units.len() + usize::from(options.documents.is_some()), 0);
        let report = office
            .send_files(&files, &judged, &options, |unit| {
                done += 1;
                if !self.json {
                    say_prepared(unit);
                    progress(done, all);
                }
            })
            .await?;
        for left_out in &report.terminals_left {
            remark(format_args!("注意：{left_out}"));
        }
        office.state().hurry_outbox().await?;
        let ids: Vec<_> = report.transmissions().collect();
        let sent = deliver(office, &ids, self.json).await?;
        self.conclude(&report, &sent)
    }

    /// Where documents go, when there are any and their receiver was named.
    async fn document_order(&self, office: &Office, needed: bool) -> anyhow::Result<Option<DocumentOrder>> {
        let Some(to) = self.to.filter(|_| needed) else { return Ok(None) };
        let link = office.link().await?;
        let service_type = match (self.service_type, link.settings.service_types.as_slice()) {
            (Some(given), _) => given,
            (None, [one]) => *one,
            _ => match link.platform.office(&link.office()).await?.service_types.as_slice() {
                [one] => *one,
                _ => bail!("送信元のサービス種類が1つに決まりません。--service-type で指定してください。"),
            },
        };
        let from = Address { office: link.office(), service_type };
        Ok(Some(DocumentOrder { from, to, month: self.month }))
    }

    fn conclude(
        &self,
        report: &DispatchReport,
        sent: &BTreeMap<TransmissionId, Sent>,
    ) -> anyhow::Result<Outcome> {
        let lines: Vec<UnitLine<'_>> = report.units.iter().map(|unit| line(unit, report, sent)).collect();
        let count = |result: &str| lines.iter().filter(|line| line.result == result).count();
        let good = count("accepted") + count("duplicate") + count("looked");
        let complete = good == lines.len() && report.left_over.is_empty() && report.documents_left.is_empty();
        if self.json {
            say_json(&lines)?;
        } else {
            for path in &report.left_over {
                remark(format_args!("送信していません：{}（上の指摘を確かめてください）", path.display()));
            }
            for path in &report.documents_left {
                remark(format_args!(
                    "送信していません：{}（文書は --to で宛先を指定してください）",
                    path.display()
                ));
            }
            say(format_args!(
                "送信 {}件、送信済みのため省略 {}件、送信待ち {}件、送信できないもの {}件",
                count("accepted"),
                count("duplicate"),
                count("waiting"),
                lines.len() - good - count("waiting")
            ));
        }
        Ok(if complete { Outcome::Done } else { Outcome::Refused })
    }
}

fn line<'a>(
    unit: &'a UnitReport,
    report: &DispatchReport,
    sent: &'a BTreeMap<TransmissionId, Sent>,
) -> UnitLine<'a> {
    let mut line = UnitLine {
        unit: unit.kind.to_string(),
        serial: unit.serial.as_deref(),
        from: unit.from,
        to: unit.to,
        files: unit.files,
        result: "looked",
        transmission: None,
        state: None,
        code: None,
        message: None,
        terminals_left: Vec::new(),
    };
    match &unit.outcome {
        UnitOutcome::Looked => {}
        UnitOutcome::Blocked => line.result = "blocked",
        UnitOutcome::Failed(fault) => {
            line.result = "failed";
            line.code = Some(&fault.code);
            line.message = Some(&fault.text);
        }
        UnitOutcome::Prepared(id) => {
            line.terminals_left = terminals_left(unit, report);
            place(&mut line, *id, sent, "accepted");
        }
        UnitOutcome::Duplicate(before) => {
            // One that still waited was sent on by this action.
            let result = if before.state == SentState::Prepared { "accepted" } else { "duplicate" };
            place(&mut line, before.header.id, sent, result);
        }
    }
    line
}

/// Of the terminals that the action left out, those of this unit's sender and receiver.
fn terminals_left(unit: &UnitReport, report: &DispatchReport) -> Vec<TerminalLine> {
    let offices = [unit.from, unit.to].map(|address| address.map(|it| it.office));
    let left = report.terminals_left.iter().filter(|left| offices.contains(&Some(left.office)));
    left.map(|left| TerminalLine { office: left.office, terminal: left.terminal, message: left.to_string() })
        .collect()
}

fn place<'a>(
    line: &mut UnitLine<'a>,
    id: TransmissionId,
    sent: &'a BTreeMap<TransmissionId, Sent>,
    result: &'static str,
) {
    line.transmission = Some(id);
    let Some(sent) = sent.get(&id) else { return };
    line.state = Some(sent.state.as_str());
    line.result = match sent.state {
        SentState::Prepared => "waiting",
        SentState::Rejected => "failed",
        SentState::Life(_) => result,
    };
    line.code = sent.fault.as_ref().map(|fault| fault.code.as_str());
    line.message = sent.fault.as_ref().map(|fault| fault.text.as_str());
}

fn say_prepared(unit: &UnitReport) {
    let to = unit.to.map_or_else(|| "（宛先なし）".to_owned(), |to| to.to_string());
    let serial = unit.serial.as_deref().unwrap_or("文書");
    let head = format!("{serial} {}（ファイル{}個）→ {to}", unit.kind, unit.files);
    match &unit.outcome {
        UnitOutcome::Prepared(id) => say(format_args!("{head}：署名・暗号化しました（{id}）")),
        UnitOutcome::Duplicate(sent) => say(format_args!(
            "{head}：同じ内容を送信済みです（{} {}）。もう一度送るには --again を付けてください",
            sent.header.id,
            sent.state.label_ja()
        )),
        UnitOutcome::Blocked => {
            say(format_args!("{head}：送信できません（上の「送信不可」の指摘を直してください）"))
        }
        UnitOutcome::Failed(fault) => say(format_args!("{head}：送信できません。{}", fault.text)),
        UnitOutcome::Looked => say(format_args!("{head}：送信できます（--dry-run のため送信していません）")),
    }
}

/// Hands over what was prepared, or watches another process do it; gives how each stands at the end.
async fn deliver(
    office: &Office,
    ids: &[TransmissionId],
    quiet: bool,
) -> anyhow::Result<BTreeMap<TransmissionId, Sent>> {
    let mut sent = BTreeMap::new();
    let mut waiting: BTreeSet<TransmissionId> = ids.iter().copied().collect();
    let all = waiting.len();
    let end = tokio::time::Instant::now() + PATIENCE;
    while !waiting.is_empty() && tokio::time::Instant::now() < end {
        let step = deliver_some(office).await?;
        // After a step only its letter can have moved; after none, another process may have moved any.
        let look: Vec<_> = match step {
            Step::Idle => waiting.iter().copied().collect(),
            Step::Accepted(id) | Step::Rejected(id, _) | Step::Later(id, _) => vec![id],
            _ => Vec::new(),
        };
        for id in look.into_iter().filter(|id| waiting.contains(id)).collect::<Vec<_>>() {
            let Some(it) = office.state().sent(id).await? else { continue };
            if it.state != SentState::Prepared {
                waiting.remove(&id);
                if !quiet {
                    say_delivered(&it);
                    progress(all - waiting.len(), all);
                }
            }
            sent.insert(id, it);
        }
        if step.is_idle() && !waiting.is_empty() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
    for id in waiting {
        if let Some(it) = office.state().sent(id).await? {
            if !quiet {
                say_delivered(&it);
            }
            sent.insert(id, it);
        }
    }
    Ok(sent)
}

/// Does one step of the outbox; none while another process does them.
async fn deliver_some(office: &Office) -> anyhow::Result<Step> {
    match office.engine() {
        Ok(mut engine) => Ok(engine.step_outbox().await?),
        Err(OfficeFault::Busy) => Ok(Step::Idle),
        Err(fault) => Err(fault.into()),
    }
}

fn say_delivered(sent: &Sent) {
    let (id, to) = (sent.header.id, sent.header.to);
    let fault = sent.fault.as_ref().map(|fault| fault.text.as_str()).unwrap_or_default();
    match sent.state {
        SentState::Prepared => {
            say(format_args!(
                "{id} → {to}：送信待ちです。{fault}あとで自動で送信します（careplan-client run）"
            ));
        }
        SentState::Rejected => say(format_args!("{id} → {to}：送信できませんでした。{fault}")),
        SentState::Life(_) => say(format_args!("{id} → {to}：{}", sent.state.label_ja())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address_book::AnnouncementRefusal;
    use crate::outbox::LeftOut;

    #[test]
    fn programs_read_which_terminals_of_sender_and_receiver_cannot_open_a_letter() {
        let id: TransmissionId = "01920000-0000-7000-8000-000000000001".parse().unwrap();
        let unit = |outcome| UnitReport {
            kind: careplan_domain::UnitKind::K3,
            serial: Some("20261021110000".to_owned()),
            from: Some("9970000018-43".parse().unwrap()),
            to: Some("9970000026-11".parse().unwrap()),
            files: 1,
            findings: Vec::new(),
            outcome,
        };
        let left = |office: &str, terminal: u128| LeftOut {
            office: office.parse().unwrap(),
            terminal: Uuid::from_u128(terminal),
            refusal: AnnouncementRefusal::OtherOffice,
        };
        let report = DispatchReport {
            dispatch: Uuid::nil(),
            units: vec![unit(UnitOutcome::Prepared(id)), unit(UnitOutcome::Blocked)],
            findings: Vec::new(),
            left_over: Vec::new(),
            documents_left: Vec::new(),
            terminals_left: vec![left("9970000018", 1), left("9970000026", 2), left("9970000034", 3)],
        };
        let [prepared, blocked] = [0, 1].map(|place| {
            serde_json::to_value(line(&report.units[place], &report, &BTreeMap::new())).unwrap()
        });
        let left = prepared["terminals_left"].as_array().unwrap();
        assert_eq!(
            left.iter().map(|it| it["office"].as_str().unwrap()).collect::<Vec<_>>(),
            ["9970000018", "9970000026"]
        );
        assert_eq!(left[1]["terminal"], "00000000-0000-0000-0000-000000000002");
        assert!(left[1]["message"].as_str().unwrap().contains("別の事業所の電子証明書"), "{prepared}");
        assert_eq!(blocked["terminals_left"], serde_json::json!([]), "nothing was sealed");
    }
}
