//! Reports as data: usage per month, and the record of personal data provided to others.
//!
//! Usage counts what the platform took from this office and its sender did not take back, and what
//! this office opened; for inspections and subsidies the number of partners counts offices, not
//! service types. The record of provision (個人情報保護法 第29条) names date, receiver, person and items.

use std::collections::{BTreeMap, BTreeSet};

use careplan_domain::calendar::{self, spoken};
use careplan_domain::{Address, OfficeNumber, ServiceMonth, Timestamp, TransmissionId, UnitKind};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::csv::table;
use super::{Direction, History, Person};
use crate::state::{ExchangedMonth, Provided, SentState, StateFault};

/// What was exchanged in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageMonth {
    /// The calendar month in which it was exchanged, in Japan.
    pub month: ServiceMonth,
    /// With how many offices.
    pub partners: usize,
    /// How many transmissions were sent.
    pub sends: u32,
    /// How many were received.
    pub receives: u32,
}

/// Usage of a period: every month of it, also those without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The months in order.
    pub months: Vec<UsageMonth>,
    /// With how many offices in the whole period; each counts once.
    pub partners: usize,
}

impl Usage {
    /// How many transmissions were sent in the whole period.
    pub fn sends(&self) -> u32 {
        self.months.iter().map(|month| month.sends).sum()
    }

    /// How many transmissions were received in the whole period.
    pub fn receives(&self) -> u32 {
        self.months.iter().map(|month| month.receives).sum()
    }

    /// As CSV, with a line for the whole period at the end.
    pub fn to_csv(&self) -> String {
        let line = |period: String, partners: usize, sends: u32, receives: u32| {
            vec![period, partners.to_string(), sends.to_string(), receives.to_string()]
        };
        let months =
            self.months.iter().map(|it| line(month_ja(it.month), it.partners, it.sends, it.receives));
        let total = line("合計".to_owned(), self.partners, self.sends(), self.receives());
        table(&["年月", "送受信した事業所数", "送信件数", "受信件数"], months.chain([total]))
    }
}

/// One person in one thing that was provided to another office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provision {
    /// When the platform took it.
    pub at: Timestamp,
    /// The same as a day in Japan.
    pub date: Date,
    /// Which transmission.
    pub id: TransmissionId,
    /// To whom.
    pub to: Address,
    /// What the address book calls it; empty where it knows no name.
    pub to_name: String,
    /// What kind of unit.
    pub kind: UnitKind,
    /// About which month.
    pub month: Option<ServiceMonth>,
    /// Where it stands; what was taken back never reached the receiver.
    pub state: SentState,
    /// Whether it was recorded who is in it.
    pub persons_known: bool,
    /// About whom; `None` where nobody was named.
    pub person: Option<Person>,
}

impl Provision {
    /// What about the person was in it.
    pub fn items_ja(&self) -> &'static str {
        items_ja(self.kind)
    }
}

/// The record of what was provided to others in a period, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionRecord {
    /// One line for each person in each transmission.
    pub lines: Vec<Provision>,
}

impl ProvisionRecord {
    /// As CSV.
    pub fn to_csv(&self) -> String {
        let line = |it: &Provision| {
            let person = it.person.as_ref();
            let unnamed = if it.persons_known { "（指定なし）" } else { "（記録なし）" };
            let text = |of: fn(&Person) -> &String| person.map(of).cloned().unwrap_or_default();
            vec![
                it.date.to_string(),
                it.to.to_string(),
                it.to_name.clone(),
                person.map_or_else(|| unnamed.to_owned(), |person| person.name.clone()),
                text(|person| &person.insurer),
                text(|person| &person.insured_number),
                it.kind.label_ja().to_owned(),
                it.month.map(month_ja).unwrap_or_default(),
                it.items_ja().to_owned(),
                it.state.label_ja().to_owned(),
                it.id.to_string(),
            ]
        };
        let head = [
            "提供した日",
            "提供先",
            "提供先の名称",
            "本人の氏名",
            "保険者番号",
            "被保険者番号",
            "書類",
            "対象年月",
            "提供した個人データの項目",
            "状態",
            "送信番号",
        ];
        table(&head, self.lines.iter().map(line))
    }
}

/// 2026年11月.
pub fn month_ja(month: ServiceMonth) -> String {
    let number = month.as_number();
    format!("{}年{}月", number / 100, number % 100)
}

/// Which personal data a kind of unit holds, as the standard's forms have it.
pub fn items_ja(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::K1 => {
            "氏名・生年月日・性別・住所・電話番号、認定情報、居宅サービス計画（意向・課題・目標・援助内容・週間計画）"
        }
        UnitKind::K2 | UnitKind::Y4 => {
            "氏名・生年月日・性別・住所・電話番号、認定情報・支給限度額、サービスの予定と費用"
        }
        UnitKind::S1 | UnitKind::Y8 => "被保険者番号、サービスの実績",
        UnitKind::Y1 => {
            "氏名・生年月日・性別・住所・電話番号、認定情報、家族構成・緊急連絡先、生活・健康・病歴の状況"
        }
        UnitKind::Y2 => {
            "氏名・生年月日・性別・住所・電話番号、認定情報、家族構成・緊急連絡先、生活・健康・病歴の状況、介護予防サービス・支援計画"
        }
        UnitKind::Y3 => "氏名・生年月日・性別・住所・電話番号、認定情報、介護予防サービス・支援計画",
        UnitKind::K3
        | UnitKind::K4
        | UnitKind::S2
        | UnitKind::Y5
        | UnitKind::Y6
        | UnitKind::Y7
        | UnitKind::Y9 => "保険者番号・被保険者番号、取り消す書類の日付または対象年月",
        UnitKind::Document => "添付した文書の内容",
    }
}

/// Why a period makes no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportFault {
    /// It ends before it begins, or at the end of the calendar.
    #[error("期間が正しくありません。始まり（{0}）が終わり（{1}）より前になるように指定してください。")]
    Period(String, String),
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
}

impl History {
    /// How much was exchanged in each month from one to another, both included.
    ///
    /// # Errors
    /// [`ReportFault`].
    pub async fn usage(&self, from: ServiceMonth, until: ServiceMonth) -> Result<Usage, ReportFault> {
        let period = || ReportFault::Period(month_ja(from), month_ja(until));
        let begin = first_day(from).and_then(calendar::beginning).ok_or_else(period)?;
        let after = first_day(until).and_then(|day| day.checked_add(1.month()).ok());
        let end = after.and_then(calendar::beginning).ok_or_else(period)?;
        if until < from {
            return Err(period());
        }
        Ok(usage_of(&self.state().exchanged(begin, end).await?, from, until))
    }

    /// What was provided to others about whom, from one day to another, both included.
    ///
    /// # Errors
    /// [`ReportFault`].
    pub async fn provision(&self, from: Date, until: Date) -> Result<ProvisionRecord, ReportFault> {
        let period = || ReportFault::Period(spoken(from), spoken(until));
        let begin = calendar::beginning(from).ok_or_else(period)?;
        let end = until.tomorrow().ok().and_then(calendar::beginning).ok_or_else(period)?;
        if until < from {
            return Err(period());
        }
        let provided = self.state().provided(begin, end).await?;
        let partners = self.state().partners().await?.into_iter();
        let names: BTreeMap<OfficeNumber, String> = partners.map(|it| (it.office, it.name)).collect();
        let name = |to: &Address| names.get(&to.office).cloned().unwrap_or_default();
        let lines = provided.into_iter().map(|it| Provision { to_name: name(&it.to), ..provision(it) });
        Ok(ProvisionRecord { lines: lines.collect() })
    }
}

fn provision(it: Provided) -> Provision {
    let Provided { id, at, to, kind, month, state, persons_known, person } = it;
    let (date, to_name) = (calendar::day(at), String::new());
    Provision { at, date, id, to, to_name, kind, month, state, persons_known, person }
}

fn first_day(month: ServiceMonth) -> Option<Date> {
    let number = month.as_number();
    Date::new(i16::try_from(number / 100).ok()?, i8::try_from(number % 100).ok()?, 1).ok()
}

fn usage_of(exchanged: &[ExchangedMonth], from: ServiceMonth, until: ServiceMonth) -> Usage {
    let mut months = BTreeMap::new();
    let all = (from.as_number()..=until.as_number()).filter_map(|it| ServiceMonth::from_number(it).ok());
    for month in all {
        let none = UsageMonth { month, partners: 0, sends: 0, receives: 0 };
        months.insert(month, (none, BTreeSet::<OfficeNumber>::new()));
    }
    for it in exchanged {
        let Some((month, offices)) = months.get_mut(&it.month) else { continue };
        offices.insert(it.office);
        match it.direction {
            Direction::Sent => month.sends += it.count,
            Direction::Received => month.receives += it.count,
        }
    }
    let partners = months.values().flat_map(|(_, offices)| offices).collect::<BTreeSet<_>>().len();
    let counted =
        |(month, offices): (UsageMonth, BTreeSet<_>)| UsageMonth { partners: offices.len(), ..month };
    Usage { months: months.into_values().map(counted).collect(), partners }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(number: u32) -> ServiceMonth {
        ServiceMonth::from_number(number).unwrap()
    }

    fn exchanged(direction: Direction, of: u32, office: &str, count: u32) -> ExchangedMonth {
        ExchangedMonth { direction, month: month(of), office: office.parse().unwrap(), count }
    }

    #[test]
    fn a_partner_counts_once_in_a_month_and_once_in_the_period_and_empty_months_stand_there() {
        let usage = usage_of(
            &[
                exchanged(Direction::Sent, 202_612, "9970000026", 3),
                exchanged(Direction::Received, 202_612, "9970000026", 2),
                exchanged(Direction::Received, 202_612, "9970000034", 1),
                exchanged(Direction::Sent, 202_702, "9970000026", 4),
            ],
            month(202_612),
            month(202_702),
        );
        let line = |number, partners, sends, receives| UsageMonth {
            month: month(number),
            partners,
            sends,
            receives,
        };
        assert_eq!(usage.months, [line(202_612, 2, 3, 3), line(202_701, 0, 0, 0), line(202_702, 1, 4, 0)]);
        assert_eq!((usage.partners, usage.sends(), usage.receives()), (2, 7, 3));
        assert_eq!(usage.to_csv().lines().last().unwrap(), "\"合計\",\"2\",\"7\",\"3\"",);
    }
}
