//! What is sent to the practice partner: the plan of a month of an invented person, or a document where the office writes no plans.

use careplan_domain::calendar::digits;
use careplan_domain::{Address, ServiceMonth};
use careplan_paper::{Document, Sheet, to_pdf};
use careplan_standard::form::{BenefitLine, Item, SlipLine, Supplement};
use careplan_standard::{Edition, FileName, FormWriter};
use jiff::civil::Date;

use crate::letter::OutgoingFile;

/// A service that a practice partner may have: its type, a code, the units of one time, from and until.
struct Service {
    service_type: &'static str,
    code: &'static str,
    units: i64,
    times: [&'static str; 2],
}

/// Home help first: it is what most plans have.
const SERVICES: [Service; 3] = [
    Service { service_type: "11", code: "111111", units: 244, times: ["1000", "1030"] },
    Service { service_type: "15", code: "151243", units: 658, times: ["0930", "1600"] },
    Service { service_type: "13", code: "131011", units: 471, times: ["1400", "1430"] },
];

/// The service types of a practice partner to which a plan can be made, the best first.
pub(super) fn plannable() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.service_type)
}

/// The invented person; insurers of 99 are nobody's.
const INSURER: &str = "990001";
const INSURED: &str = "0009900013";

/// What a sample is made of.
pub(super) struct Sample<'a> {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) partner_name: &'a str,
    pub(super) day: Date,
    /// 14 digits.
    pub(super) serial: &'a str,
}

impl Sample<'_> {
    fn month(&self) -> String {
        self.day.strftime("%Y%m").to_string()
    }

    fn name(&self, prefix: &str) -> Option<FileName> {
        let part = |address: &Address| format!("{}_{}", address.office, address.service_type);
        let text =
            format!("{prefix}_{}_{}_{}_{}.CSV", self.month(), part(&self.from), part(&self.to), self.serial);
        FileName::parse(&text).ok()
    }

    /// The three files of a month's plan (K2); `None` where the partner has no service that a plan can be made for.
    pub(super) fn plan(&self) -> Option<Vec<OutgoingFile>> {
        let service = SERVICES.iter().find(|it| it.service_type == self.to.service_type.as_str())?;
        let edition = Edition::v4_1();
        let lines: Vec<SlipLine> = self.days().map(|day| self.line(service, day)).collect();
        let times = i64::try_from(lines.len()).ok()?;
        let file = |name: &FileName, written: careplan_standard::Written| OutgoingFile {
            name: name.to_string(),
            bytes: written.bytes,
        };
        let (plan, annex, person) = (self.name("UPPLAN")?, self.name("UPSIKYU")?, self.name("UPHOSOKU")?);
        let fees = [self.fee(service, times, false), self.fee(service, times, true)];
        Some(vec![
            file(&plan, FormWriter::new(edition, &plan)?.write(&lines).ok()?),
            file(&annex, FormWriter::new(edition, &annex)?.write(&fees).ok()?),
            file(&person, FormWriter::new(edition, &person)?.write(&[self.person()]).ok()?),
        ])
    }

    /// The four first Mondays and Thursdays of the month, and no holiday is asked for.
    fn days(&self) -> impl Iterator<Item = Date> {
        use jiff::civil::Weekday::{Monday, Thursday};
        let first = self.day.first_of_month();
        let all = first.series(jiff::Span::new().days(1)).take_while(move |day| day.month() == first.month());
        all.filter(|day| matches!(day.weekday(), Monday | Thursday)).take(8)
    }

    fn line(&self, service: &Service, day: Date) -> SlipLine {
        let number = self.from.office.to_string();
        let [from, until] = service.times;
        SlipLine {
            insurer_no: Item::read(INSURER),
            insured_no: Item::read(INSURED),
            created_date: Item::Value(self.day),
            target_month: Item::read(&self.month()),
            care_management_office_no: Item::read(&number),
            care_manager_name: Item::read("例文　一郎"),
            units: Item::Value(service.units),
            service_date: Item::Value(day),
            start_time: Item::read(from),
            end_time: Item::read(until),
            times: Item::Value(1),
            service_code: Item::read(service.code),
            service_office_no: Item::read(self.to.office.as_str()),
            service_office_name: Item::read(&written_name(self.partner_name)),
            over_30_days_flag: Item::read("0"),
            updater_office_no: Item::read(&number),
            ..SlipLine::default()
        }
    }

    /// The line of the service, or the one of the sum. A unit is ten yen, of which the insurer pays nine.
    fn fee(&self, service: &Service, times: i64, is_sum: bool) -> BenefitLine {
        let all = service.units * times;
        let unless_sum = |text: &str| if is_sum { Item::Empty } else { Item::read(text) };
        let number = if is_sum { "9999999999" } else { self.to.office.as_str() };
        BenefitLine {
            insurer_no: Item::read(INSURER),
            insured_no: Item::read(INSURED),
            created_date: Item::Value(self.day),
            target_month: Item::read(&self.month()),
            service_office_name: unless_sum(&written_name(self.partner_name)),
            service_office_no: Item::read(number),
            service_code: Item::read(if is_sum { "999999" } else { service.code }),
            units: Item::Value(if is_sum { 0 } else { service.units }),
            times_or_days: Item::Value(if is_sum { 0 } else { times }),
            service_units_or_amount: Item::Value(all),
            benefit_management_units: Item::Value(all),
            level_limit_within_units: Item::Value(all),
            unit_price: if is_sum { Item::Empty } else { Item::read("10.00") },
            total_cost_covered: Item::Value(all * 10),
            benefit_rate: if is_sum { Item::Empty } else { Item::Value(90) },
            insurance_claim: Item::Value(all * 9),
            copay_covered: Item::Value(all),
            over_30_days_flag: Item::read("0"),
            updater_office_no: Item::read(self.from.office.as_str()),
            ..BenefitLine::default()
        }
    }

    fn person(&self) -> Supplement {
        let number = self.from.office.to_string();
        let first = self.day.first_of_month();
        Supplement {
            insurer_no: Item::read(INSURER),
            insured_no: Item::read(INSURED),
            plan_date: Item::read("00000000"),
            user_name_kana: Item::read("レンシュウ　ハナコ"),
            user_name: Item::read("練習　花子"),
            user_sex: Item::read("2"),
            user_birth_date: Item::read("19380412"),
            user_postal_code: Item::read("000-0001"),
            user_address_1: Item::read("架空県見本市例示町１－２－３"),
            user_phone: Item::read("000-0000-0001"),
            certification_date: Item::Value(first),
            limit_period_start: Item::Value(first),
            limit_period_end: Item::read(&digits(first.last_of_month())),
            certification_status: Item::read("2"),
            care_level: Item::read("22"),
            benefit_limit_units: Item::Value(19_705),
            consent_receiver_office_no: Item::read(&number),
            updater_office_no: Item::read(&number),
            target_month: Item::read(&self.month()),
            ..Supplement::default()
        }
    }

    /// A document, for offices that write no plans.
    pub(super) fn document(&self) -> Option<Vec<OutgoingFile>> {
        let title = "おためしの文書";
        let sheet = Sheet::new(title).portrait().paragraph(&format!(
            "最初の設定から送る、おためしの文書です。\n\n送信元：{}\n送信先：{}（{}）\n連番：{}",
            self.from, self.to, self.partner_name, self.serial
        ));
        let bytes = to_pdf(&Document::new(title, self.day).sheet(sheet)).ok()?;
        Some(vec![OutgoingFile { name: format!("{title}.pdf"), bytes }])
    }

    /// The month it is about.
    pub(super) fn service_month(&self) -> Option<ServiceMonth> {
        self.month().parse().ok()
    }
}

/// A name as files of the standard can hold it; the directory's may have other characters, and it is the number that counts.
fn written_name(name: &str) -> String {
    if careplan_standard::unwritable(name).is_empty() {
        name.to_owned()
    } else {
        "おためし事業所".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::{FoundFile, judge};

    fn sample<'a>(service_type: &str, day: Date) -> Sample<'a> {
        Sample {
            from: "9970000018-43".parse().unwrap(),
            to: format!("9970000026-{service_type}").parse().unwrap(),
            partner_name: "おためし事業所",
            day,
            serial: "20261126100000",
        }
    }

    #[test]
    fn the_plan_of_every_month_passes_the_checks_without_a_remark() {
        for service_type in plannable() {
            for month in 1..=12 {
                let files = sample(service_type, jiff::civil::date(2027, month, 15)).plan().unwrap();
                let found = |file: OutgoingFile| FoundFile {
                    path: file.name.clone().into(),
                    label: file.name.clone(),
                    file,
                };
                let judged = judge(&files.into_iter().map(found).collect::<Vec<_>>());
                assert_eq!(judged.units.len(), 1);
                let findings: Vec<_> = judged.all_findings().map(|it| it.masked()).collect();
                assert!(findings.is_empty(), "{service_type} {month}: {findings:?}");
            }
        }
    }

    #[test]
    fn a_partner_without_such_a_service_gets_a_document() {
        let sample = sample("43", jiff::civil::date(2027, 1, 15));
        assert!(sample.plan().is_none());
        assert!(sample.document().unwrap()[0].bytes.starts_with(b"%PDF-"));
    }
}
