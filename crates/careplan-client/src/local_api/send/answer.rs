//! What a send action is answered with: kept as it was decided, shown with the states as they are now.

use careplan_domain::{Address, OfficeNumber, Timestamp, TransmissionId, UnitKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::key::SendKey;
use crate::history::Direction;
use crate::local_api::LocalApi;
use crate::local_api::problem::Refused;
use crate::local_api::shown::{FindingShown, Transmission, Trouble, findings, one};
use crate::outbox::{DispatchReport, Judged, UnitOutcome, UnitReport};
use crate::state::{Sent, StateFault, StoredSend};

/// What became of a unit when it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::local_api) enum UnitResult {
    /// Sealed and stored; it goes by itself.
    Prepared,
    /// The same was sent before and is not sent again; `transmission` is that one.
    Duplicate,
    /// What was found in it keeps it from being sent.
    Blocked,
    /// It could not be prepared; `trouble` says why. The same request once more tries again.
    Failed,
}

/// One unit of a send action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(in crate::local_api) struct UnitAnswer {
    /// The kind of unit (送信単位).
    #[schema(value_type = String, example = "K2")]
    pub(super) unit: UnitKind,
    /// The serial of the standard; documents beside the standard have none.
    #[schema(example = "20261021110000")]
    serial: Option<String>,
    /// The sending address.
    #[schema(value_type = Option<String>, example = "9970000018-43")]
    from: Option<Address>,
    /// The receiving address.
    #[schema(value_type = Option<String>, example = "9970000026-11")]
    to: Option<Address>,
    /// How many files it has.
    files: usize,
    /// What the check found.
    findings: Vec<FindingShown>,
    /// What became of it.
    result: UnitResult,
    /// Why it failed.
    trouble: Option<Trouble>,
    /// 送信番号.
    #[schema(value_type = Option<String>)]
    transmission: Option<TransmissionId>,
}

/// A terminal of a receiver (or of this office) that cannot open what was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(in crate::local_api) struct TerminalLeft {
    /// Whose terminal it is.
    #[schema(value_type = String, example = "9970000026")]
    office: OfficeNumber,
    /// Which.
    terminal: Uuid,
    /// Why, and what to do.
    message: String,
}

/// What was decided about an action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) units: Vec<UnitAnswer>,
    findings: Vec<FindingShown>,
    left_over: Vec<String>,
    documents_left: Vec<String>,
    terminals_left: Vec<TerminalLeft>,
}

/// A send action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::local_api) struct SendShown {
    /// The caller's key.
    key: String,
    /// When it was first asked for.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    /// Whether everything is decided. When not, the same request once more goes on.
    settled: bool,
    /// Its units, in the order of their serials.
    units: Vec<UnitShown>,
    /// What was found about names and sets, beside the units.
    findings: Vec<FindingShown>,
    /// Files that belong to no unit; they were not sent.
    left_over: Vec<String>,
    /// Documents beside the standard that were not sent, because `documents` did not say where they go.
    documents_left: Vec<String>,
    /// Terminals that cannot open what was sealed.
    terminals_left: Vec<TerminalLeft>,
}

/// One unit, with where it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct UnitShown {
    #[serde(flatten)]
    unit: UnitAnswer,
    /// Where its transmission stands now.
    status: Option<Transmission>,
}

impl UnitAnswer {
    /// Whether asking once more changes nothing.
    pub(super) fn is_settled(&self) -> bool {
        self.result != UnitResult::Failed
    }

    fn of_report(report: &UnitReport, dispatch: Uuid) -> Self {
        let (result, trouble, transmission) = match &report.outcome {
            UnitOutcome::Prepared(id) => (UnitResult::Prepared, None, Some(*id)),
            UnitOutcome::Duplicate(sent) if sent.dispatch == dispatch => {
                (UnitResult::Prepared, None, Some(sent.header.id))
            }
            UnitOutcome::Duplicate(sent) => (UnitResult::Duplicate, None, Some(sent.header.id)),
            UnitOutcome::Blocked | UnitOutcome::Looked => (UnitResult::Blocked, None, None),
            UnitOutcome::Failed(fault) => (UnitResult::Failed, Some(Trouble::from(fault)), None),
        };
        Self {
            unit: report.kind,
            serial: report.serial.clone(),
            from: report.from,
            to: report.to,
            files: report.files,
            findings: findings(&report.findings),
            result,
            trouble,
            transmission,
        }
    }

    /// A unit that the action sealed before it was cut off.
    pub(super) fn of_sent(sent: &Sent, judged: &Judged) -> Self {
        let header = &sent.header;
        let unit = judged
            .units
            .iter()
            .find(|unit| Some(&unit.serial) == sent.serial.as_ref() && unit.kind == header.unit);
        Self {
            unit: header.unit,
            serial: sent.serial.clone(),
            from: Some(header.from),
            to: Some(header.to),
            files: usize::try_from(header.files).unwrap_or_default(),
            findings: unit.map(|unit| findings(&unit.findings)).unwrap_or_default(),
            result: UnitResult::Prepared,
            trouble: None,
            transmission: Some(header.id),
        }
    }
}

impl Answer {
    /// The answer that is kept of an action.
    pub(super) fn read(stored: &StoredSend) -> Result<Option<Self>, StateFault> {
        let read = |text: &String| serde_json::from_str(text).map_err(|_| StateFault::Damaged("answer"));
        stored.answer.as_ref().map(read).transpose()
    }

    pub(super) fn written(&self) -> String {
        // cannot fail: maps have text keys, and nothing in it refuses to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn is_settled(&self) -> bool {
        self.units.iter().all(UnitAnswer::is_settled)
    }

    /// Whether a unit is decided.
    pub(super) fn knows(
        &self,
        kind: UnitKind,
        serial: Option<&str>,
        (from, to): (Option<Address>, Option<Address>),
    ) -> bool {
        let mut units = self.units.iter();
        units.any(|it| it.unit == kind && it.serial.as_deref() == serial && it.from == from && it.to == to)
    }

    /// Adds what was done now.
    pub(super) fn add(&mut self, report: &DispatchReport) {
        self.units.extend(report.units.iter().map(|unit| UnitAnswer::of_report(unit, report.dispatch)));
        self.units.sort_by(|a, b| (a.serial.is_none(), &a.serial).cmp(&(b.serial.is_none(), &b.serial)));
        let name = |path: &std::path::PathBuf| path.display().to_string();
        self.findings = findings(&report.findings);
        self.left_over = report.left_over.iter().map(name).collect();
        self.documents_left = report.documents_left.iter().map(name).collect();
        let left = report.terminals_left.iter().map(|left| TerminalLeft {
            office: left.office,
            terminal: left.terminal,
            message: left.to_string(),
        });
        self.terminals_left.extend(left);
    }
}

impl SendShown {
    /// Whether something of it waits to be handed over.
    pub(super) fn is_waiting(&self) -> bool {
        self.units.iter().any(|unit| unit.status.as_ref().is_some_and(|status| status.state == "prepared"))
    }
}

/// An action as it is answered now.
pub(super) async fn shown(
    api: &LocalApi,
    key: &SendKey,
    begun: &StoredSend,
    answer: Option<Answer>,
) -> Result<SendShown, Refused> {
    let settled = answer.as_ref().is_some_and(Answer::is_settled);
    let answer = answer.unwrap_or_default();
    let mut units = Vec::with_capacity(answer.units.len());
    for unit in answer.units {
        let status = match unit.transmission {
            Some(id) => one(&api.office, id, Direction::Sent).await?,
            None => None,
        };
        units.push(UnitShown { unit, status });
    }
    Ok(SendShown {
        key: key.as_str().to_owned(),
        begun_at: begun.begun_at,
        settled,
        units,
        findings: answer.findings,
        left_over: answer.left_over,
        documents_left: answer.documents_left,
        terminals_left: answer.terminals_left,
    })
}
