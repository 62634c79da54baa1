//! The first exchange: something invented goes to the practice partner, and its answer comes back.

use careplan_domain::calendar::{day, japan};
use careplan_domain::{Address, OfficeNumber};
use uuid::Uuid;

use super::sample::{Sample, plannable};
use super::{Step, Trial, Wizard};
use crate::echo::PRACTICE_NAME;
use crate::history::{Direction, Exchanged, Filter, Partner};
use crate::office::OfficeFault;
use crate::outbox::{DocumentOrder, FoundFile, SendOptions, UnitOutcome, judge, new_uuid};
use crate::platform::OfficeQuery;
use crate::state::{Cursor, Received, ReceivedState, Sent, SentState, StateFault};

/// The service type of offices that write plans (居宅介護支援).
const CARE_MANAGEMENT: &str = "43";

/// Why nothing can be sent to the practice partner.
#[derive(Debug, thiserror::Error)]
pub enum PracticeFault {
    /// There is none in the directory.
    #[error(
        "事業所検索に、いま送れるおためし事業所が見つかりません。この手順はあとで行い、先に進んでください。"
    )]
    NoPartner,
    /// What was to be sent could not be made or prepared.
    #[error("おためしのデータを送信できません。{0}")]
    NotSent(String),
    /// Anything else.
    #[error(transparent)]
    Office(#[from] OfficeFault),
}

impl From<StateFault> for PracticeFault {
    fn from(fault: StateFault) -> Self {
        Self::Office(fault.into())
    }
}

/// How far the first exchange is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// Which turn it is: whoever begins another one names the one before.
    pub round: String,
    /// Whom it is with.
    pub partner: OfficeNumber,
    /// What was sent; absent when nothing was stored yet.
    pub sent: Option<Sent>,
    /// What came back.
    pub answer: Option<Received>,
}

impl Practice {
    /// Whether the answer is here: both ways work.
    pub fn is_complete(&self) -> bool {
        self.answer.is_some()
    }

    /// Whether it was refused, so that no answer will come.
    pub fn is_refused(&self) -> bool {
        use careplan_domain::transmission::State as Life;
        let state = self.sent.as_ref().map(|sent| sent.state);
        matches!(
            state,
            Some(SentState::Rejected | SentState::Life(Life::Refused | Life::Expired | Life::Withdrawn))
        )
    }
}

impl Wizard {
    /// How far it is; `None` before it was begun.
    ///
    /// # Errors
    /// [`OfficeFault`].
    pub async fn practice(&self) -> Result<Option<Practice>, OfficeFault> {
        let state = self.office.state();
        let Some(round) = state.wizard_answer("practice_dispatch").await? else { return Ok(None) };
        let read =
            async |name: &'static str| state.wizard_answer(name).await?.ok_or(StateFault::Damaged(name));
        let damaged = StateFault::Damaged("wizard_answer");
        let dispatch: Uuid = round.parse().map_err(|_| damaged)?;
        let partner: Address =
            read("practice_partner").await?.parse().map_err(|_| StateFault::Damaged("practice_partner"))?;
        let known: i64 =
            read("practice_known").await?.parse().map_err(|_| StateFault::Damaged("practice_known"))?;
        let sent = state.sent_in_dispatch(dispatch).await?.into_iter().next();
        let from_partner = Filter {
            direction: Some(Direction::Received),
            partner: Some(Partner::Office(partner.office)),
            ..Filter::default()
        };
        let page = self.office.history().page(&from_partner, None, 1).await?;
        let answer = page.items.into_iter().find_map(|item| match item.what {
            Exchanged::Received(received) if received.seq > known && is_here(&received) => Some(received),
            _ => None,
        });
        Ok(Some(Practice { round, partner: partner.office, sent, answer }))
    }

    /// Sends something invented to the practice partner, once for each round: `before` is the round that was seen on the page, empty
    /// at first.
    ///
    /// # Errors
    /// [`PracticeFault`].
    pub async fn begin_practice(&self, before: &str) -> Result<(), PracticeFault> {
        let state = self.office.state();
        let present = state.wizard_answer("practice_dispatch").await?.unwrap_or_default();
        if present == before {
            self.choose_practice(before).await?;
        }
        let Some(round) = state.wizard_answer("practice_dispatch").await? else {
            return Err(PracticeFault::NoPartner);
        };
        let dispatch = round.parse().map_err(|_| StateFault::Damaged("practice_dispatch"))?;
        if !state.sent_in_dispatch(dispatch).await?.is_empty() {
            return Ok(());
        }
        self.send_practice(dispatch).await
    }

    /// Decides with whom, and what; durable before anything is made, so that a second try makes the same. Of two presses at once the
    /// first one decides.
    async fn choose_practice(&self, before: &str) -> Result<(), PracticeFault> {
        let link = self.office.link().await?;
        let query = OfficeQuery {
            name: Some(PRACTICE_NAME.to_owned()),
            joined: Some(true),
            ..OfficeQuery::default()
        };
        let found = link.platform.offices(&query).await.map_err(OfficeFault::from)?.offices;
        let partner = found.into_iter().find(|it| it.number != link.office());
        let partner = partner.ok_or(PracticeFault::NoPartner)?;
        let own = link.platform.office(&link.office()).await.map_err(OfficeFault::from)?;
        let has = |types: &[careplan_domain::ServiceType], wanted: &str| {
            types.iter().find(|it| it.as_str() == wanted).copied()
        };
        let planned = plannable().find_map(|wanted| has(&partner.service_types, wanted));
        let pair = has(&own.service_types, CARE_MANAGEMENT).zip(planned);
        let pair =
            pair.or_else(|| own.service_types.first().copied().zip(partner.service_types.first().copied()));
        let (from, to) = pair.ok_or(PracticeFault::NoPartner)?;
        let from = Address { office: link.office(), service_type: from };
        let to = Address { office: partner.number, service_type: to };
        let now = self.office.now();
        let serial = now.to_zoned(japan()).strftime("%Y%m%d%H%M%S").to_string();
        let known = self.office.state().cursor(Cursor::Inbox).await?;
        let round = new_uuid(now).to_string();
        Ok(self
            .office
            .state()
            .store_practice_round(
                before,
                &[
                    ("practice_dispatch", &round),
                    ("practice_from", &from.to_string()),
                    ("practice_partner", &to.to_string()),
                    ("practice_name", &partner.name),
                    ("practice_serial", &serial),
                    ("practice_known", &known.to_string()),
                ],
            )
            .await?)
    }

    async fn send_practice(&self, dispatch: Uuid) -> Result<(), PracticeFault> {
        let state = self.office.state();
        let read =
            async |name: &'static str| state.wizard_answer(name).await?.ok_or(StateFault::Damaged(name));
        let address = |text: String| text.parse::<Address>().map_err(|_| StateFault::Damaged("practice"));
        let (from, to) = (address(read("practice_from").await?)?, address(read("practice_partner").await?)?);
        let (name, serial) = (read("practice_name").await?, read("practice_serial").await?);
        let sample = Sample { from, to, partner_name: &name, day: day(self.office.now()), serial: &serial };
        let is_planner = from.service_type.as_str() == CARE_MANAGEMENT;
        let plan = is_planner.then(|| sample.plan()).flatten();
        let documents = plan.is_none().then(|| DocumentOrder { from, to, month: sample.service_month() });
        let files = plan.or_else(|| sample.document());
        let files = files.ok_or_else(|| PracticeFault::NotSent(String::new()))?;
        let found = |file: crate::letter::OutgoingFile| FoundFile {
            path: file.name.clone().into(),
            label: file.name.clone(),
            file,
        };
        let files: Vec<FoundFile> = files.into_iter().map(found).collect();
        let options = SendOptions { dispatch: Some(dispatch), documents, ..SendOptions::default() };
        let report = self.office.send_files(&files, &judge(&files), &options, |_| {}).await?;
        match report.units.into_iter().next().map(|unit| unit.outcome) {
            Some(UnitOutcome::Prepared(_) | UnitOutcome::Duplicate(_)) => Ok(()),
            Some(UnitOutcome::Failed(fault)) => Err(PracticeFault::NotSent(fault.text)),
            _ => Err(PracticeFault::NotSent("運用センターへ連絡してください。".to_owned())),
        }
    }

    /// Writes down that both ways work.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn note_practice(&self) -> Result<(), StateFault> {
        let said = "おためし事業所へ送り、返事を受け取りました。送信も受信も、正しく動いています。";
        self.note(Step::Practice, &Trial::passed(said)).await
    }
}

/// Whether the files of something that came are here.
fn is_here(received: &Received) -> bool {
    use ReceivedState::{Acknowledged, Imported, Importing, Written};
    matches!(received.state, Written | Acknowledged | Importing | Imported)
}
