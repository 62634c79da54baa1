//! The JSON answers of the Office API.

use careplan_domain::licence::LicenceState;
use careplan_domain::transmission::State;
use careplan_domain::{Address, Digest, OfficeNumber, ServiceMonth, ServiceType, Timestamp, TransmissionId};
use careplan_domain::{UnitKind, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Base64;
use crate::receipt::ReceiptKind;

/// Who a user ID and password belong to, and what is still to do before the first exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// The user ID that logged in.
    #[schema(value_type = String, example = "KJ999970000018")]
    pub user_id: UserId,
    /// The office it belongs to.
    pub office: OfficeEntry,
    /// The password is still the temporary one of the letter (仮パスワード).
    pub password_is_temporary: bool,
    /// Until when the issue password can obtain a certificate; absent when none is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub issue_password_until: Option<Timestamp>,
    /// The licence.
    #[schema(value_type = Object)]
    pub licence: LicenceState,
    /// Where the web site of the operations centre is: application, licence, certificates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://careplan.example")]
    pub site: Option<String>,
}

/// One office of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficeEntry {
    /// 事業所番号.
    #[schema(value_type = String, example = "9970000018")]
    pub number: OfficeNumber,
    /// 事業所名.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// Two-digit prefecture code.
    pub prefecture: String,
    /// 所在地.
    pub address: String,
    /// The service types it runs.
    #[schema(value_type = Vec<String>, example = json!(["43"]))]
    pub service_types: Vec<ServiceType>,
    /// Whether letters can be sent to it now: active, licensed, and a terminal has published a key.
    pub joined: bool,
}

/// A page of the directory, in the order of office numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficePage {
    /// The offices found.
    pub offices: Vec<OfficeEntry>,
    /// Ask again with `after=` this number for more; absent on the last page.
    #[schema(value_type = Option<String>)]
    pub next: Option<OfficeNumber>,
}

/// The keys to seal to for an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfficeKeys {
    /// Whose keys.
    #[schema(value_type = String, example = "9970000026")]
    pub office: OfficeNumber,
    /// One signed announcement per active terminal.
    pub terminals: Vec<TerminalKey>,
}

/// One terminal's announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TerminalKey {
    /// Which terminal.
    pub terminal: Uuid,
    /// CMS SignedData over a key announcement.
    pub announcement: Base64,
}

/// The licence of the calling office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Licence {
    /// Whose licence.
    #[schema(value_type = String, example = "9970000018")]
    pub office: OfficeNumber,
    /// Where the office stands now.
    #[schema(value_type = Object)]
    pub licence: LicenceState,
}

/// A transmission as its sender and receiver see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransmissionEntry {
    /// Its id.
    #[schema(value_type = String, example = "01920000-0000-7000-8000-000000000001")]
    pub id: TransmissionId,
    /// Its place in the list it is shown in (inbox or sent); use it as `after`.
    pub seq: i64,
    /// The sending address.
    #[schema(value_type = String, example = "9970000018-43")]
    pub from: Address,
    /// The receiving address.
    #[schema(value_type = String, example = "9970000026-11")]
    pub to: Address,
    /// What kind of unit it is.
    #[schema(value_type = String, example = "K2")]
    pub unit: UnitKind,
    /// The service month, for units that have one.
    #[schema(value_type = Option<String>, example = "202611")]
    pub month: Option<ServiceMonth>,
    /// How many files are inside.
    pub files: u32,
    /// Size of the sealed letter.
    pub sealed_bytes: u64,
    /// SHA-256 of the sealed letter, in hexadecimal.
    #[schema(value_type = String)]
    pub sealed_sha256: Digest,
    /// The earlier transmission that this one corrects.
    #[schema(value_type = Option<String>)]
    pub replaces: Option<TransmissionId>,
    /// When the platform accepted it.
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Timestamp,
    /// When it will expire unless acknowledged.
    #[schema(value_type = String, format = DateTime)]
    pub deadline: Timestamp,
    /// The newest event.
    #[schema(value_type = String, example = "accepted")]
    pub state: State,
    /// When that happened.
    #[schema(value_type = String, format = DateTime)]
    pub state_at: Timestamp,
    /// Whether the sealed bytes can still be fetched.
    pub bytes_kept: bool,
}

/// A transmission with its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransmissionView {
    /// The transmission.
    #[serde(flatten)]
    pub transmission: TransmissionEntry,
    /// Everything that happened to it, oldest first.
    pub events: Vec<TransmissionEvent>,
}

/// One line of a transmission's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransmissionEvent {
    /// What happened.
    #[schema(value_type = String, example = "accepted")]
    pub state: State,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A page of inbox or sent list, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransmissionPage {
    /// The transmissions.
    pub transmissions: Vec<TransmissionEntry>,
    /// The cursor to ask on with: the `seq` of the last entry, or the `after` of the request when
    /// nothing was found.
    pub next: i64,
    /// Whether more is there right now.
    pub more: bool,
}

/// The receipts of a transmission, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptList {
    /// The receipts.
    pub receipts: Vec<SignedReceipt>,
}

/// One receipt with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedReceipt {
    /// What it states.
    pub kind: ReceiptKind,
    /// When the platform stored it.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// CMS SignedData over the receipt.
    pub signed: Base64,
}

/// News for the calling office: something new in its inbox, or a change of something it sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its place in the office's news; use it as `after` or `Last-Event-ID`.
    pub seq: i64,
    /// What happened.
    #[schema(value_type = String, example = "acknowledged")]
    pub state: State,
    /// To which transmission.
    #[schema(value_type = String)]
    pub transmission: TransmissionId,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A page of news, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// The news.
    pub events: Vec<Event>,
    /// The cursor to ask on with.
    pub next: i64,
}

/// A notice of the operations centre (お知らせ).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticeEntry {
    /// Names it, and never changes.
    pub number: i64,
    /// Its place among the changes of all notices; grows when it is edited or withdrawn.
    pub seq: i64,
    /// `maintenance`, `incident`, `release`, `procedure` or `other`; take what you do not know for `other`.
    #[schema(example = "maintenance")]
    pub category: String,
    /// One line. Empty when it was withdrawn.
    pub title: String,
    /// Plain text with a blank line between paragraphs. Empty when it was withdrawn.
    pub body: String,
    /// Since when it stands.
    #[schema(value_type = String, format = DateTime)]
    pub published_at: Timestamp,
    /// When it was edited last.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    /// It was taken away: show it no more.
    pub withdrawn: bool,
}

/// A page of notices, in the order of their last change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoticePage {
    /// The notices.
    pub notices: Vec<NoticeEntry>,
    /// The cursor to ask on with: the `seq` of the last entry, or the `after` of the request when nothing was found.
    pub next: i64,
    /// Whether more is there right now.
    pub more: bool,
}
