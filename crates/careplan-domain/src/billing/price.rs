//! 料金表: what a term costs on the day it is granted. Data with validity dates, not code.
//!
//! Promises: a list that was accepted has exactly one regular price for each day and number of years
//! that it sells; a free pass costs nothing and is given once per office. Prices include tax.
//!
//! One line per entry: `from,until,years,amount,tax_percent,kind`. `from` is the first day of granting,
//! `until` the first day on which it no longer counts (empty: open), `kind` is `regular` or `pass:` and
//! the campaign's name. Empty lines and lines that begin with `#` are comments.

use jiff::civil::Date;

use super::{TaxRate, Yen};
use crate::licence::Years;

/// The list that is used until an operator gives another.
pub const BUILT_IN: &str = include_str!("prices.csv");

/// Entries of one list: a change of price every year for a century would not need half of them.
pub const ENTRIES_MAX: usize = 500;

/// What kind of price an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// 通常料金.
    Regular,
    /// フリーパス: one year for nothing, once per office and campaign; with the campaign's name.
    Pass(String),
}

/// One price and the days of granting for which it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceEntry {
    /// First day of granting.
    pub from: Date,
    /// First day on which it no longer holds; open when there is none.
    pub until: Option<Date>,
    /// The length of the term it buys.
    pub years: Years,
    /// What the term costs, tax included.
    pub amount: Yen,
    /// The tax in it.
    pub tax: TaxRate,
    /// Regular, or a campaign.
    pub kind: Kind,
}

impl PriceEntry {
    /// Whether a term granted on `day` is sold by this entry.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// Why a list is not accepted. `line` counts from 1; of a list made of entries it is the entry's place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceFault {
    /// Not six fields.
    #[error(
        "料金表の{line}行目：項目が6つではありません。「from,until,years,amount,tax_percent,kind」の順に書いてください。"
    )]
    Fields {
        /// Where.
        line: usize,
    },
    /// A field that cannot be read.
    #[error("料金表の{line}行目：{field}の値を読み取れません。docs/billing.md の書き方に合わせてください。")]
    Field {
        /// Where.
        line: usize,
        /// Which field.
        field: &'static str,
    },
    /// It ends before it begins.
    #[error("料金表の{line}行目：until は from より後の日にしてください。")]
    NoDay {
        /// Where.
        line: usize,
    },
    /// A free pass that costs something, or lasts longer than a year.
    #[error("料金表の{line}行目：フリーパスは1年・0円で書いてください。")]
    PassNotFree {
        /// Where.
        line: usize,
    },
    /// A regular price of nothing: it would never be noticed.
    #[error("料金表の{line}行目：通常料金を0円にはできません。無料にするときは pass: で書いてください。")]
    RegularFree {
        /// Where.
        line: usize,
    },
    /// Two prices for the same day.
    #[error("料金表の{line}行目：{other}行目と期間が重なります。until を直してください。")]
    Overlap {
        /// Where.
        line: usize,
        /// The earlier entry.
        other: usize,
    },
    /// No price between two.
    #[error("料金表：{years}年分の料金が{from}から{until}の前日まで決まっていません。")]
    Gap {
        /// Of how many years.
        years: Years,
        /// First day without price.
        from: Date,
        /// First day with one again.
        until: Date,
    },
    /// Automatic renewal of a year would fail one day.
    #[error("料金表：1年分の通常料金に、終わりのない（until が空の）行がありません。")]
    YearEnds,
    /// More than [`ENTRIES_MAX`].
    #[error("料金表の行が多すぎます（{ENTRIES_MAX}行まで）。")]
    TooMany,
}

/// Why there is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{day}に申し込む{years}年分の料金がありません。年数を選び直すか、運営者にお問い合わせください。")]
pub struct NotSold {
    /// The day of granting.
    pub day: Date,
    /// The years asked for.
    pub years: Years,
}

/// A list that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    entries: Vec<PriceEntry>,
}

impl PriceList {
    /// Checks a list of entries.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn new(entries: Vec<PriceEntry>) -> Result<Self, Vec<PriceFault>> {
        let places = (1..=entries.len()).collect();
        Self::checked(entries, places)
    }

    /// Reads a list from its text.
    ///
    /// ```
    /// use careplan_domain::billing::price::{BUILT_IN, PriceList};
    /// use careplan_domain::licence::Years;
    /// use jiff::civil::date;
    /// let list = PriceList::parse(BUILT_IN).expect("the built-in list is tested");
    /// let price = list.price(date(2026, 11, 22), Years::THREE, &[])?;
    /// assert_eq!(price.amount.to_string(), "63,000円");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Every fault that was found, with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<PriceFault>> {
        let lines = text.lines().enumerate().map(|(place, line)| (place + 1, line.trim()));
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (mut entries, mut places, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for (place, line) in lines {
            match entry(place, line) {
                Ok(entry) => {
                    entries.push(entry);
                    places.push(place);
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Self::checked(entries, places) } else { Err(faults) }
    }

    fn checked(entries: Vec<PriceEntry>, places: Vec<usize>) -> Result<Self, Vec<PriceFault>> {
        if entries.len() > ENTRIES_MAX {
            return Err(vec![PriceFault::TooMany]);
        }
        let mut placed: Vec<_> = places.into_iter().zip(&entries).collect();
        placed.sort_by_key(|(place, entry)| (entry.from, *place));
        let mut faults: Vec<_> = placed.iter().filter_map(|(line, entry)| alone(*line, entry)).collect();
        faults.extend(overlaps(&placed));
        faults.extend(Years::ALL.into_iter().flat_map(|years| gaps(&placed, years)));
        let open = |entry: &PriceEntry| {
            entry.kind == Kind::Regular && entry.years == Years::ONE && entry.until.is_none()
        };
        if !entries.iter().any(open) {
            faults.push(PriceFault::YearEnds);
        }
        if faults.is_empty() { Ok(Self { entries }) } else { Err(faults) }
    }

    /// The price of a term granted on `day`. A running campaign comes before the regular price, unless
    /// the office `used` its free pass before.
    ///
    /// # Errors
    /// When that many years are not sold on that day.
    pub fn price(&self, day: Date, years: Years, used: &[String]) -> Result<&PriceEntry, NotSold> {
        let sold = || self.entries.iter().filter(|entry| entry.years == years && entry.holds_on(day));
        let pass = sold().find(|entry| matches!(&entry.kind, Kind::Pass(name) if !used.contains(name)));
        pass.or_else(|| sold().find(|entry| entry.kind == Kind::Regular)).ok_or(NotSold { day, years })
    }

    /// The entries, for a page that shows them.
    pub fn entries(&self) -> &[PriceEntry] {
        &self.entries
    }
}

fn entry(line: usize, text: &str) -> Result<PriceEntry, PriceFault> {
    let fields: Vec<_> = text.split(',').map(str::trim).collect();
    let [from, until, years, amount, tax, kind] = fields[..] else {
        return Err(PriceFault::Fields { line });
    };
    let fault = |field| PriceFault::Field { line, field };
    let kind = match kind.strip_prefix("pass:") {
        None if kind == "regular" => Kind::Regular,
        Some(name) if !name.is_empty() => Kind::Pass(name.into()),
        _ => return Err(fault("kind")),
    };
    Ok(PriceEntry {
        from: from.parse().map_err(|_| fault("from"))?,
        until: match until {
            "" => None,
            until => Some(until.parse().map_err(|_| fault("until"))?),
        },
        years: years.parse().ok().and_then(|it| Years::new(it).ok()).ok_or(fault("years"))?,
        amount: amount.parse().map_err(|_| fault("amount"))?,
        tax: tax.parse().ok().and_then(|it| TaxRate::new(it).ok()).ok_or(fault("tax_percent"))?,
        kind,
    })
}

fn alone(line: usize, entry: &PriceEntry) -> Option<PriceFault> {
    if entry.until.is_some_and(|until| until <= entry.from) {
        return Some(PriceFault::NoDay { line });
    }
    match entry.kind {
        Kind::Regular => (!entry.amount.is_positive()).then_some(PriceFault::RegularFree { line }),
        Kind::Pass(_) => {
            let free = entry.amount == Yen::ZERO && entry.years == Years::ONE;
            (!free).then_some(PriceFault::PassNotFree { line })
        }
    }
}

/// Overlaps of entries of the same kind and years. `placed` is in order of `from`.
fn overlaps(placed: &[(usize, &PriceEntry)]) -> Vec<PriceFault> {
    let mut found = Vec::new();
    for (at, (line, entry)) in placed.iter().enumerate() {
        let same = |it: &&(usize, &PriceEntry)| it.1.kind == entry.kind && it.1.years == entry.years;
        let mut earlier = placed.iter().take(at).filter(same);
        if let Some((other, _)) = earlier.rfind(|it| it.1.holds_on(entry.from)) {
            found.push(PriceFault::Overlap { line: *line, other: *other });
        }
    }
    found
}

fn gaps(placed: &[(usize, &PriceEntry)], years: Years) -> Vec<PriceFault> {
    let regular = placed.iter().map(|it| it.1).filter(|it| it.kind == Kind::Regular && it.years == years);
    let mut found = Vec::new();
    let mut before: Option<&PriceEntry> = None;
    for entry in regular {
        if let Some(from) = before.and_then(|it| it.until).filter(|until| *until < entry.from) {
            found.push(PriceFault::Gap { years, from, until: entry.from });
        }
        before = Some(entry);
    }
    found
}

#[cfg(test)]
#[path = "price_tests.rs"]
mod tests;
