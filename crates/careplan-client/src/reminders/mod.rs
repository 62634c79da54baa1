//! 催促: a short signed message to the partner from whom something of a month is due, and what partners ask of this office.
//!
//! Promises: a reminder is a letter like every other – signed, sealed, proven –, and a page that people can read where the program knows
//! no reminders; one a day for each partner, month and kind, however often the button is pressed; only of what the board shows as due.
//! One that came is shown until what it asks for was done or somebody settles it, and never reaches the care software. What is no
//! reminder known here is an ordinary document. No user is named in any of it.

mod letter;
mod many;
mod rule;

use careplan_domain::calendar::day;
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp, TransmissionId};
use careplan_protocol::manifest::Reminder;

pub use careplan_protocol::manifest::ReminderKind;
pub use many::Reminded;
pub use rule::{MONTHS_AHEAD_MAX, MONTHS_BACK_MAX, Way, heard, is_timely, way_of};

use crate::board::{By, Row, Side, Subject, View, month_before};
use crate::office::{Office, OfficeFault};
use crate::outbox::{DocumentOrder, FoundFile, SendOptions, UnitOutcome, judge};
use crate::partners::{Partner, Partners, Standing, Wanted};
use crate::platform::is_away;
use crate::staff::Actor;
use crate::state::{Fault, StateFault};

/// Partners that are reminded at one press: each costs a look at its keys, and a person waits for the page.
pub const AT_ONCE_MAX: usize = 50;

/// A reminder that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The letter.
    pub id: TransmissionId,
    /// Who asks.
    pub partner: OfficeNumber,
    /// What for.
    pub reminder: Reminder,
    /// When the platform accepted it.
    pub at: Timestamp,
}

/// What one partner can be reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub partner: OfficeNumber,
    /// What the address book calls it; its number where it knows no name.
    pub name: String,
    /// What is due, and when it was reminded of that last.
    pub asks: Vec<(ReminderKind, Option<Timestamp>)>,
    /// Whether letters can be sent to it.
    pub is_joined: bool,
}

impl Candidate {
    /// What it can be reminded of on a day.
    pub fn open(&self, now: Timestamp) -> impl Iterator<Item = ReminderKind> {
        let asks = self.asks.iter().filter(move |(_, at)| at.is_none_or(|at| day(at) != day(now)));
        asks.map(|(kind, _)| *kind).filter(|_| self.is_joined)
    }

    /// When it was reminded of a kind last.
    pub fn reminded_at(&self, kind: ReminderKind) -> Option<Timestamp> {
        self.asks.iter().find(|(asked, _)| *asked == kind).and_then(|(_, at)| *at)
    }

    /// When it was reminded last, of anything.
    fn last(&self) -> Option<Timestamp> {
        self.asks.iter().filter_map(|(_, at)| *at).max()
    }
}

/// Whom to remind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Who.
    pub partner: OfficeNumber,
    /// Of which month.
    pub month: ServiceMonth,
    /// On which side this office is.
    pub side: Side,
}

/// Why nobody is reminded.
#[derive(Debug, thiserror::Error)]
pub enum RemindFault {
    /// Nothing is due any more, or never was.
    #[error("この事業所から、この月に待っているものはありません。月次ボードを開き直して確かめてください。")]
    NothingDue,
    /// Letters cannot be sent to it.
    #[error(
        "この事業所には、いま送れません（アドレス帳の利用状況が「送れます」ではありません）。アドレス帳で「いますぐ確かめる」を押すか、電話などで連絡してください。"
    )]
    NotJoined,
    /// It was reminded of all of it today.
    #[error("同じ依頼は、1日に1回だけ送れます。次は明日以降に送るか、急ぐときは電話などで連絡してください。")]
    Today(Timestamp),
    /// It cannot be sent now.
    #[error("{}", .0.text)]
    NotSent(Fault),
    /// Anything else.
    #[error(transparent)]
    Office(#[from] OfficeFault),
}

impl From<StateFault> for RemindFault {
    fn from(fault: StateFault) -> Self {
        Self::Office(fault.into())
    }
}

/// The reminders of an office. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Reminders {
    office: Office,
}

impl Office {
    /// The reminders.
    pub fn reminders(&self) -> Reminders {
        Reminders { office: self.clone() }
    }
}

impl Reminders {
    /// What the partners in rows of a board can be reminded of; those of whom nothing is due are left out.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn candidates(&self, month: ServiceMonth, rows: &[Row]) -> Result<Vec<Candidate>, StateFault> {
        if !is_timely(month, day(self.office.now())) || rows.iter().all(|row| row.asks.is_empty()) {
            return Ok(Vec::new());
        }
        let reminded = self.office.state().reminded(month).await?;
        let book = Partners::new(self.office.clone()).list(&Wanted::default()).await?;
        let candidate = |row: &Row| {
            let Subject::Partner(partner, _) = &row.subject else { return None };
            let known = book.iter().find(|it| it.office == *partner);
            (!row.asks.is_empty()).then(|| Candidate {
                partner: *partner,
                name: known.map_or_else(|| partner.to_string(), |it| it.shown_name().to_owned()),
                asks: row
                    .asks
                    .iter()
                    .map(|kind| (*kind, reminded.get(&(*partner, *kind)).copied()))
                    .collect(),
                is_joined: known.is_some_and(|it| it.standing == Standing::Joined),
            })
        };
        Ok(rows.iter().filter_map(candidate).collect())
    }

    /// Reminds a partner of everything that is due and that it was not reminded of today; says how many letters are on their way.
    ///
    /// # Errors
    /// [`RemindFault`]. When only a part cannot be sent, that part stays open.
    pub async fn remind(&self, order: &Order, by: &Actor) -> Result<usize, RemindFault> {
        let candidate = self.reachable(order).await?;
        let own = self.own_name().await?;
        self.remind_as(&own, (&candidate, order.month), by).await
    }

    /// Whoever can be reminded now; asks nobody else.
    async fn reachable(&self, order: &Order) -> Result<Candidate, RemindFault> {
        let candidate = self.candidate(order).await?.ok_or(RemindFault::NothingDue)?;
        if !candidate.is_joined {
            return Err(RemindFault::NotJoined);
        }
        if candidate.open(self.office.now()).next().is_none() {
            return Err(candidate.last().map_or(RemindFault::NothingDue, RemindFault::Today));
        }
        Ok(candidate)
    }

    /// What the directory calls this office; asked once, for a person waits. Empty where it has no name for it: then the number says who
    /// writes.
    async fn own_name(&self) -> Result<String, RemindFault> {
        let link = self.office.link().await?;
        match link.platform.clone().once().office(&link.office()).await {
            Ok(entry) => Ok(entry.name),
            Err(fault) if is_away(fault.code()) => {
                Err(RemindFault::NotSent(OfficeFault::from(fault).stored()))
            }
            Err(_) => Ok(String::new()),
        }
    }

    async fn remind_as(
        &self,
        own: &str,
        (candidate, month): (&Candidate, ServiceMonth),
        by: &Actor,
    ) -> Result<usize, RemindFault> {
        let (mut sent, mut today, mut fault) = (0, candidate.last(), None);
        for kind in candidate.open(self.office.now()) {
            match self.send((own, candidate), Reminder { kind, month }, by).await? {
                UnitOutcome::Prepared(_) => sent += 1,
                // Somebody else pressed at the same moment.
                UnitOutcome::Duplicate(before) => today = Some(before.created_at),
                UnitOutcome::Failed(why) => {
                    let is_over = is_away(&why.code);
                    fault = Some(why);
                    if is_over {
                        break;
                    }
                }
                UnitOutcome::Blocked | UnitOutcome::Looked => return Err(RemindFault::NothingDue),
            }
        }
        match (sent, fault, today) {
            (0, Some(fault), _) => Err(RemindFault::NotSent(fault)),
            (0, None, Some(at)) => Err(RemindFault::Today(at)),
            (0, None, None) => Err(RemindFault::NothingDue),
            (sent, ..) => {
                self.office.state().hurry_outbox().await?;
                Ok(sent)
            }
        }
    }

    /// One partner, as the board has it now: the page may be older.
    async fn candidate(&self, order: &Order) -> Result<Option<Candidate>, StateFault> {
        let boards = self.office.boards();
        let lines = boards.lines(order.month).await?;
        let view = View {
            month: order.month,
            side: order.side,
            by: By::Partner,
            partner: Some(order.partner),
            person: None,
            look: None,
        };
        let board = boards.board(&view, &lines, self.office.now()).await?;
        Ok(self.candidates(order.month, &board.rows).await?.pop())
    }

    async fn send(
        &self,
        (own, to): (&str, &Candidate),
        reminder: Reminder,
        by: &Actor,
    ) -> Result<UnitOutcome, RemindFault> {
        let months = (reminder.month, month_before(reminder.month));
        let ways = self.office.state().ways_to(&to.partner, months).await?;
        let (from, address) = way_of(reminder.kind, &ways).ok_or(RemindFault::NothingDue)?;
        let link = self.office.link().await?;
        let to_name = if to.name == to.partner.as_str() { "" } else { &to.name };
        let page = letter::Page {
            from: (link.office(), own),
            to: (to.partner, to_name),
            reminder,
            day: day(self.office.now()),
        };
        let file = match page.to_file() {
            Ok(file) => file,
            Err(fault) => {
                return Ok(UnitOutcome::Failed(Fault { code: "letter".to_owned(), text: fault.to_string() }));
            }
        };
        let files = [FoundFile { path: file.name.clone().into(), label: file.name.clone(), file }];
        let options = SendOptions {
            documents: Some(DocumentOrder { from, to: address, month: Some(reminder.month) }),
            reminder: Some(reminder),
            by: by.clone(),
            ..SendOptions::default()
        };
        let report = self.office.send_files(&files, &judge(&files), &options, |_| {}).await?;
        let outcome = report.units.into_iter().next().map(|unit| unit.outcome);
        Ok(outcome.unwrap_or(UnitOutcome::Blocked))
    }

    /// What partners remind this office of and is still open, newest first, with who they are; one more than `limit` when there is more.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn open(&self, limit: u32) -> Result<Vec<(Asked, Option<Partner>)>, StateFault> {
        let open = self.office.state().reminders_open(limit.saturating_add(1)).await?;
        let mut named = Vec::with_capacity(open.len());
        for asked in open {
            named.push((asked, self.office.state().partner(&asked.partner).await?));
        }
        Ok(named)
    }

    /// One that came; `None` for everything else.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn one(&self, id: TransmissionId) -> Result<Option<Asked>, StateFault> {
        self.office.state().reminder_received(id).await
    }

    /// Somebody says that it is settled, and with it the earlier ones of its kind. Whether there is such a one.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn settle(&self, id: TransmissionId, by: &Actor) -> Result<bool, StateFault> {
        let Some(asked) = self.one(id).await? else { return Ok(false) };
        self.office.state().settle_reminder(&asked, (by.as_str(), self.office.now())).await?;
        Ok(true)
    }

    /// Which of some letters that came are reminders.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn among(
        &self,
        ids: &[TransmissionId],
    ) -> Result<std::collections::BTreeSet<TransmissionId>, StateFault> {
        self.office.state().reminders_among(ids).await
    }
}
