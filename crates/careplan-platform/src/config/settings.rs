//! The settings as types. Each is described beside its default in `default.toml`.

use std::net::SocketAddr;
use std::path::PathBuf;

use careplan_domain::billing::dunning;
use careplan_domain::retention::Retention;
use careplan_protocol::trust::{RefusedKind, SubjectRule};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::login::{LockRule, SessionRule};

/// All settings of one process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where database, letters and keys of this replica live.
    pub data_dir: PathBuf,
    /// The port for offices.
    pub office_api: OfficeApi,
    /// The web site.
    pub website: Website,
    /// The port for operators.
    pub operators: Operators,
    /// The database.
    pub database: Database,
    /// The shelf for large letters.
    pub blobs: Blobs,
    /// The certificate authority.
    pub authority: Authority,
    /// Foreign authorities.
    pub trust: Trust,
    /// How long things are kept.
    pub retention: Retention,
    /// Passwords, sessions and lock-outs.
    pub login: Login,
    /// Mails to offices.
    pub mail: Mail,
    /// Prices and payments.
    pub billing: Billing,
    /// The log.
    pub log: Log,
}

/// `[office_api]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeApi {
    /// Address and port.
    pub listen: SocketAddr,
    /// Further names of the server certificate.
    pub names: Vec<String>,
    /// Where others reach the API; empty when derived.
    pub public_url: String,
    /// Seconds for the TLS handshake.
    pub handshake_seconds_max: u64,
    /// Seconds for the head of a request.
    pub header_seconds_max: u64,
    /// Minutes after which a connection is ended.
    pub connection_age_minutes_max: u64,
    /// Connections at the same time.
    pub connections_max: usize,
    /// Seconds for requests in flight when stopping.
    pub drain_seconds_max: u64,
}

/// `[website]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Website {
    /// Address and port.
    pub listen: SocketAddr,
    /// Where people reach the site; empty when derived.
    pub public_url: String,
    /// Certificate and chain (PEM); empty for the platform's own.
    pub certificate_file: PathBuf,
    /// Its key (PKCS#8, PEM).
    pub key_file: PathBuf,
    /// HTTP in the clear, for a proxy on the same machine.
    pub plain: bool,
    /// Callers' addresses are what the proxy says.
    pub behind_proxy: bool,
    /// Where the client's packages lie; empty for none.
    pub downloads_folder: PathBuf,
    /// Connections at the same time.
    pub connections_max: usize,
}

/// `[operators]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operators {
    /// Address and port.
    pub listen: SocketAddr,
}

/// `[database]`
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The address; empty for SQLite in the data folder.
    pub url: String,
    /// A file with the address.
    pub url_file: PathBuf,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub connections_max: u32,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("url", &super::effective::masked(&self.url))
            .field("url_file", &self.url_file)
            .field("connections_max", &self.connections_max)
            .finish()
    }
}

/// `[blobs]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blobs {
    /// Folder or S3.
    pub kind: BlobKind,
    /// The folder; empty for `blobs` in the data folder.
    pub folder: PathBuf,
    /// The bucket.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// URL of the store; empty for the provider's own.
    pub endpoint: String,
    /// Whether the endpoint may be plain HTTP.
    pub allow_http: bool,
    /// Who we are at the store.
    pub access_key_id: String,
    /// A file with the secret to it.
    pub secret_access_key_file: PathBuf,
}

/// Kinds of shelves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlobKind {
    /// A folder.
    Folder,
    /// A bucket of an S3-compatible store.
    S3,
}

/// `[authority]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Whether `serve` issues certificates.
    pub run: bool,
    /// The key; empty for the data folder.
    pub key_file: PathBuf,
    /// The certificate; empty for the data folder.
    pub certificate_file: PathBuf,
    /// Validity of a new root.
    pub root_days: u32,
    /// Validity of certificates of offices.
    pub office_days: u32,
    /// Validity of the platform's own certificates.
    pub platform_days: u32,
    /// Hours between revocation lists.
    pub revocation_list_hours: u32,
    /// Seconds that an enrolment waits for its certificate.
    pub enrol_wait_seconds: u64,
}

/// `[trust]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Accepted foreign authorities.
    pub foreign: Vec<Foreign>,
    /// Seconds between looks at the files.
    pub reload_seconds: u64,
}

/// One `[[trust.foreign]]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foreign {
    /// What offices call its certificates.
    pub label: String,
    /// PEM file with its roots (and intermediates that issue to offices).
    pub roots_file: PathBuf,
    /// Its revocation lists, one per issuer.
    pub crl_files: Vec<PathBuf>,
    /// Where the office number stands.
    pub office: SubjectRule,
    /// Kinds that are refused by name.
    #[serde(default)]
    pub refused_kinds: Vec<RefusedKind>,
}

/// `[login]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Wrong tries in a row that lock.
    pub failures_max: u32,
    /// How long a lock lasts.
    pub lock_minutes: u32,
    /// How long an issue password lasts.
    pub issue_password_days: u32,
    /// Passwords hashed at the same time.
    pub hashes_max: usize,
    /// Minutes after which a session ends when nothing is asked.
    pub session_idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub session_hours_max: u32,
    /// Whether every account must have a second factor.
    pub second_factor_required: bool,
}

impl Login {
    /// When wrong tries lock.
    pub fn lock_rule(&self) -> LockRule {
        LockRule {
            failures_max: self.failures_max,
            duration: SignedDuration::from_mins(self.lock_minutes.into()),
        }
    }

    /// How long sessions last, and what an account owes.
    pub fn session_rule(&self) -> SessionRule {
        SessionRule {
            idle: SignedDuration::from_mins(self.session_idle_minutes.into()),
            absolute: SignedDuration::from_hours(self.session_hours_max.into()),
            second_factor_required: self.second_factor_required,
        }
    }
}

/// `[mail]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Folder or server.
    pub transport: MailTransport,
    /// The folder; empty for `mail` in the data folder.
    pub folder: PathBuf,
    /// Mails it holds at most.
    pub folder_mails_max: usize,
    /// A file with the URL of the server.
    pub smtp_url_file: PathBuf,
    /// Seconds that a server may take for a mail.
    pub smtp_seconds_max: u64,
    /// The address mails come from.
    pub from: String,
}

/// Ways of mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// A folder.
    Folder,
    /// An SMTP server.
    Smtp,
}

/// `[billing]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Billing {
    /// The price list; empty for the built-in one.
    pub prices_file: PathBuf,
    /// Days before its end on which a licence is renewed automatically.
    pub automatic_days: u16,
    /// Months in which a deduction is asked for.
    pub deduction_attempts: u8,
    /// Days from the invoice to its due day.
    pub invoice_due_days: u16,
    /// Days from the due day to the reminder.
    pub reminder_days: u16,
    /// Days from the reminder to the end of the licence.
    pub grace_days: u16,
    /// Who stands on invoices and receipts.
    pub issuer_name: String,
    /// Its address.
    pub issuer_address: String,
    /// 登録番号; empty without one.
    pub registration_number: String,
    /// Where invoices are paid to.
    pub bank_account: String,
}

impl Billing {
    /// When what is owed is asked for, and how often.
    pub fn dunning_rule(&self) -> dunning::Rule {
        dunning::Rule {
            deduction_attempts: self.deduction_attempts,
            due_days: self.invoice_due_days,
            reminder_days: self.reminder_days,
            grace_days: self.grace_days,
        }
    }
}

/// `[log]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Level or directives.
    pub level: String,
    /// For machines or for people.
    pub format: LogFormat,
}

/// Shapes of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object a line.
    Json,
    /// One readable line.
    Text,
}
