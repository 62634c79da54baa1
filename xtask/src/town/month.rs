//! What care software writes for a month: use slips of the care manager's office (利用票, unit K2), actuals of a service office
//! (実績, unit S1).

use std::fmt::Write as _;

use encoding_rs::SHIFT_JIS;
use jiff::civil::{Date, Weekday};

use super::people::INSURER;
use super::{Files, Invented, User};

/// A month of services.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Month {
    first: Date,
}

impl Month {
    /// The month of a day.
    pub(crate) fn of(day: Date) -> Self {
        Self { first: day.first_of_month() }
    }

    /// The month before.
    pub(crate) fn before(self) -> anyhow::Result<Self> {
        Ok(Self::of(self.first.yesterday()?))
    }

    /// The month after.
    pub(crate) fn after(self) -> anyhow::Result<Self> {
        Ok(Self::of(self.first.last_of_month().tomorrow()?))
    }

    /// `YYYYMM`.
    pub(crate) fn digits(self) -> String {
        self.first.strftime("%Y%m").to_string()
    }

    /// The days of two weekdays, as a plan has them.
    fn days_of(self, weekdays: [Weekday; 2]) -> impl Iterator<Item = Date> {
        self.first
            .series(jiff::Span::new().days(1))
            .take_while(move |day| day.month() == self.first.month())
            .filter(move |day| weekdays.contains(&day.weekday()))
    }

    /// A moment of the day, as a serial: use slips are written before the month, actuals after it.
    fn serial(day: Date, time: &str) -> String {
        format!("{}{time}", day.strftime("%Y%m%d"))
    }
}

/// One service of one user in a month.
struct Use<'a> {
    office: &'a Invented,
    /// 111111 and the like; invented but of the right shape.
    code: &'static str,
    units: u32,
    /// From and until; `9999` where the service is had all month.
    times: [&'static str; 2],
    /// 福祉用具 has an article.
    article: [&'static str; 2],
    days: Vec<Date>,
}

fn uses(user: &User, month: Month) -> Vec<Use<'_>> {
    let weekdays = match user.care_level.0 {
        "21" => [Weekday::Monday, Weekday::Thursday],
        "22" => [Weekday::Tuesday, Weekday::Friday],
        _ => [Weekday::Wednesday, Weekday::Saturday],
    };
    let of = |office: &&'static Invented| {
        let (code, units, times, article) = match office.service_type {
            "15" | "16" | "78" => ("151243", 658, ["0930", "1600"], ["", ""]),
            "13" | "14" => ("131011", 471, ["1400", "1430"], ["", ""]),
            "17" => ("171007", 300, ["9999", "9999"], ["99999-000001", "見本手すり　ＭＨ－１"]),
            _ => ("111111", 244, ["1000", "1030"], ["", ""]),
        };
        let is_all_month = times[0] == "9999";
        let days = if is_all_month { vec![month.first] } else { month.days_of(weekdays).collect() };
        Use { office, code, units, times, article, days }
    };
    user.services.iter().map(of).collect()
}

/// The unit K2 to one service office: the slips of everybody who uses it.
pub(crate) fn use_slips([from, to]: [&Invented; 2], users: &[User], month: Month) -> anyhow::Result<Files> {
    let written = month.first.checked_sub(jiff::Span::new().days(7))?;
    let (mut plan, mut annex, mut supplement) = (String::new(), String::new(), String::new());
    for user in users.iter().filter(|user| user.services.iter().any(|office| office.number == to.number)) {
        let uses = uses(user, month);
        for it in &uses {
            lines(&mut plan, (user, it), [&Month::serial(written, ""), &month.digits()], from)?;
        }
        fees(&mut annex, (user, &uses), [&Month::serial(written, ""), &month.digits()], from)?;
        person(&mut supplement, user, &month.digits(), from)?;
    }
    let name = |prefix: &str| name(prefix, month, [from, to], &Month::serial(written, "103000"));
    Ok(Files::from([
        (name("UPPLAN"), ms932(&plan)),
        (name("UPSIKYU"), ms932(&annex)),
        (name("UPHOSOKU"), ms932(&supplement)),
    ]))
}

/// The unit S1 of one service office: what was done of what was planned. Every fourth user stayed away once.
pub(crate) fn actuals([from, to]: [&Invented; 2], users: &[User], month: Month) -> anyhow::Result<Files> {
    let written = month.first.last_of_month().checked_add(jiff::Span::new().days(2))?;
    let mut text = String::new();
    for (number, user) in users.iter().enumerate() {
        for mut it in uses(user, month).into_iter().filter(|it| it.office.number == from.number) {
            if number % 4 == 3 && it.days.len() > 1 {
                it.days.pop();
            }
            lines(&mut text, (user, &it), [&Month::serial(written, ""), &month.digits()], to)?;
        }
    }
    // The last field but one says whose file it is.
    let text = text.replace(&format!(",0,{},\r\n", to.number), &format!(",0,{},\r\n", from.number));
    let name = name("UPJSK", month, [from, to], &Month::serial(written, "164500"));
    Ok(Files::from([(name, ms932(&text))]))
}

/// A line for each day: of the plan as of the actuals.
fn lines(
    text: &mut String,
    (user, it): (&User, &Use<'_>),
    [written, month]: [&str; 2],
    care_manager: &Invented,
) -> std::fmt::Result {
    let ([from, until], [article, article_name]) = (it.times, it.article);
    for day in &it.days {
        write!(
            text,
            "202407,{INSURER},{},{written},{month},{},\"{}\",{},,{},,{from},{until},1,{},{article},,\"{article_name}\",,{},\"{}\",,0,{},\r\n",
            user.insured,
            care_manager.number,
            user.care_manager,
            it.units,
            day.strftime("%Y%m%d"),
            it.code,
            it.office.number,
            it.office.name,
            care_manager.number,
        )?;
    }
    Ok(())
}

/// The annex of one user: a line for each service, and the sum. A unit is ten yen, of which the insurer pays nine.
fn fees(
    text: &mut String,
    (user, uses): (&User, &[Use<'_>]),
    [written, month]: [&str; 2],
    from: &Invented,
) -> std::fmt::Result {
    let mut sum = 0;
    for it in uses {
        let times = it.days.len() as u32;
        let all = it.units * times;
        sum += all;
        let [article, article_name] = it.article;
        write!(
            text,
            "202407,{INSURER},{},{written},{month},\"{}\",{},,{},{article},,\"{article_name}\",{},,,{times},{all},{all},,,,{all},10.00,{},90,{},,{all},,,,,0,9999999999,,{},\r\n",
            user.insured,
            it.office.name,
            it.office.number,
            it.code,
            it.units,
            all * 10,
            all * 9,
            from.number,
        )?;
    }
    write!(
        text,
        "202407,{INSURER},{},{written},{month},\"\",9999999999,,999999,,,\"\",0,,,0,{sum},{sum},,,,{sum},,{},,{},,{sum},,,,,0,9999999999,,{},\r\n",
        user.insured,
        sum * 10,
        sum * 9,
        from.number,
    )
}

fn person(text: &mut String, user: &User, month: &str, from: &Invented) -> std::fmt::Result {
    let User { insured, kana, name, sex, birthday, care_level: (level, units), .. } = user;
    write!(
        text,
        "202407,{INSURER},{insured},00000000,\"{kana}\",\"{name}\",{sex},{birthday},000-0001,\"架空県見本市例示町１－２－３\",\"\",\
         000-0000-0001,20260825,20260901,20280831,2,,{level},{units},{}{},{},,{month}\r\n",
        ",".repeat(40),
        from.number,
        from.number,
    )
}

fn name(prefix: &str, month: Month, [from, to]: [&Invented; 2], serial: &str) -> String {
    format!(
        "{prefix}_{}_{}_{}_{}_{}_{serial}.CSV",
        month.digits(),
        from.number,
        from.service_type,
        to.number,
        to.service_type
    )
}

fn ms932(text: &str) -> Vec<u8> {
    SHIFT_JIS.encode(text).0.into_owned()
}
