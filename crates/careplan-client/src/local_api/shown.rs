//! What answers are made of: findings, units, transmissions.

use std::fmt;

use careplan_domain::{Address, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use careplan_standard::{Finding, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::history::{Direction, Exchanged, Item, Person};
use crate::office::Office;
use crate::state::{Fault, StateFault};

/// One thing that the check of the standard has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct FindingShown {
    /// The stable code of the rule.
    #[schema(example = "FIELD-002")]
    code: String,
    /// `block` (送信不可), `warn` (注意), `info` (参考).
    #[schema(example = "block")]
    severity: String,
    /// In which file.
    file: Option<String>,
    /// In which record, from 1.
    record: Option<u64>,
    /// In which line, from 1.
    line: Option<u64>,
    /// In which column, from 1, in characters.
    column: Option<u64>,
    /// Item number (項目番号), from 1.
    field_no: Option<u16>,
    /// Item name (項目名).
    field: Option<String>,
    /// What happened and where, in Japanese. May quote the value: personal data.
    message: String,
    /// What to do, in Japanese.
    fix: String,
    /// Where the rule comes from, in Japanese.
    source: String,
}

impl From<&Finding> for FindingShown {
    fn from(finding: &Finding) -> Self {
        let severity = match finding.severity {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Info => "info",
        };
        Self {
            code: finding.code.to_owned(),
            severity: severity.to_owned(),
            file: finding.file.clone(),
            record: finding.record,
            line: finding.line,
            column: finding.column,
            field_no: finding.field_no,
            field: finding.field.clone(),
            message: finding.message.clone(),
            fix: finding.fix.clone(),
            source: finding.source.clone(),
        }
    }
}

/// Findings as they are answered.
pub(super) fn findings<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<FindingShown> {
    findings.into_iter().map(FindingShown::from).collect()
}

/// Why something does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(super) struct Trouble {
    /// A stable code.
    #[schema(example = "receiver-unlicensed")]
    pub(super) code: String,
    /// What happened and what to do, in Japanese.
    pub(super) message: String,
}

impl From<&Fault> for Trouble {
    fn from(fault: &Fault) -> Self {
        Self { code: fault.code.clone(), message: fault.text.clone() }
    }
}

/// A transmission, sent or received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Transmission {
    /// `sent` or `received`.
    #[schema(example = "received")]
    pub(super) direction: &'static str,
    /// 送信番号.
    #[schema(value_type = String, example = "01920000-0000-7000-8000-000000000001")]
    pub(super) id: TransmissionId,
    /// The sending address.
    #[schema(value_type = String, example = "9970000018-43")]
    pub(super) from: Address,
    /// The receiving address.
    #[schema(value_type = String, example = "9970000026-11")]
    pub(super) to: Address,
    /// The kind of unit (送信単位).
    #[schema(value_type = String, example = "K2")]
    pub(super) unit: UnitKind,
    /// What an office calls it.
    #[schema(example = "サービス利用票（予定）")]
    pub(super) unit_label: &'static str,
    /// The service month, of units that have one.
    #[schema(value_type = Option<String>, example = "202611")]
    pub(super) month: Option<ServiceMonth>,
    /// The serial of the standard (14 digits); of what was received once it is open. Units are imported in its order.
    #[schema(example = "20261021110000")]
    pub(super) serial: Option<String>,
    /// How many files it has.
    pub(super) files: u32,
    /// Who is in it, where its forms say so.
    pub(super) persons: Vec<PersonShown>,
    /// The earlier transmission that this one corrects.
    #[schema(value_type = Option<String>)]
    pub(super) replaces: Option<TransmissionId>,
    /// Where it stands. Sent: `prepared`, `rejected`, `accepted`, `fetched`, `acknowledged`, `imported`, `withdrawn`, `refused`,
    /// `expired`. Received: `listed`, `verified`, `written`, `acknowledged`, `importing`, `imported`, `set_aside`, `refused`,
    /// `withdrawn`, `expired`, `elsewhere`.
    #[schema(example = "acknowledged")]
    pub(super) state: &'static str,
    /// What an office calls the state.
    #[schema(example = "受領済")]
    pub(super) state_label: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub(super) state_at: Timestamp,
    /// When it was sealed here, or accepted by the platform.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// Why it does not go on, or why it was refused.
    pub(super) trouble: Option<Trouble>,
}

/// Somebody who is cared for (利用者). Personal data.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PersonShown {
    /// 保険者番号.
    #[schema(example = "990001")]
    insurer: String,
    /// 被保険者番号.
    #[schema(example = "0009900021")]
    insured_number: String,
    /// The name, where a form gives it; else empty.
    name: String,
    /// The name in kana, where a form gives it; else empty.
    kana: String,
}

/// Personal data.
impl fmt::Debug for PersonShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonShown(***)")
    }
}

impl From<&Person> for PersonShown {
    fn from(person: &Person) -> Self {
        Self {
            insurer: person.insurer.clone(),
            insured_number: person.insured_number.clone(),
            name: person.name.clone(),
            kana: person.kana.clone(),
        }
    }
}

impl From<&Item> for Transmission {
    fn from(item: &Item) -> Self {
        let key = item.key();
        let (header, serial, fault) = match &item.what {
            Exchanged::Sent(sent) => (&sent.header, &sent.serial, sent.trouble()),
            Exchanged::Received(received) => (&received.header, &received.serial, received.fault.clone()),
        };
        let (state_label, state_at) = match &item.what {
            Exchanged::Sent(sent) => (sent.state.label_ja(), sent.state_at),
            Exchanged::Received(received) => (received.state.label_ja(), received.state_at),
        };
        Self {
            direction: key.direction.as_str(),
            id: header.id,
            from: header.from,
            to: header.to,
            unit: header.unit,
            unit_label: header.unit.label_ja(),
            month: header.month,
            serial: serial.clone(),
            files: header.files,
            persons: item.persons.iter().map(PersonShown::from).collect(),
            replaces: header.replaces,
            state: item.state(),
            state_label,
            state_at,
            at: key.at,
            trouble: fault.as_ref().map(Trouble::from),
        }
    }
}

/// One transmission as it is shown; `None` when there is none of that id.
pub(super) async fn one(
    office: &Office,
    id: TransmissionId,
    direction: Direction,
) -> Result<Option<Transmission>, StateFault> {
    Ok(office.history().item(id, direction).await?.as_ref().map(Transmission::from))
}
