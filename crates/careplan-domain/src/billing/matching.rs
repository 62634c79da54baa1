//! 消込: which charge an incoming payment belongs to.
//!
//! Promises: a payment is matched when the payer is certain and exactly one of its charges has exactly
//! this amount open; by the virtual account number if the payment carries one of ours, else by the
//! payer's name. It never guesses between two, and never splits or adds up. What is not matched is listed
//! with its reason, for a person, and asked about again at each import. The outcome then does not depend
//! on the order of imports: of payments that could be taken for one another, any may come first, and a
//! charge that may still be deducted waits for its answer.

use std::collections::BTreeMap;

use super::Yen;
use super::bank::{BankEntry, Direction};
use super::charge::{Charge, ChargeId};
use super::ledger::Ledger;
use super::money::MoneyFault;
use super::payer::PayerName;
use crate::OfficeNumber;

/// 取引区分 19: the bank corrects an entry it made before.
const CORRECTION: u8 = 19;

/// How an office can be known in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// Which office.
    pub office: OfficeNumber,
    /// 振込専用口座: branch and number, ten digits, as the bank writes them into 振込依頼人コード.
    pub account: Option<String>,
    /// The names under which it pays: its own, its corporation's.
    pub names: Vec<PayerName>,
}

/// A charge that something is open of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenCharge {
    /// Which charge.
    pub charge: ChargeId,
    /// What is open of it.
    pub open: Yen,
    /// Whether its deduction was asked for and not answered yet.
    pub awaited: bool,
}

/// The charges of a ledger that something is open of.
///
/// # Errors
/// When a sum leaves the range of money.
pub fn open_charges(ledger: &Ledger) -> Result<Vec<OpenCharge>, MoneyFault> {
    let mut charges = Vec::new();
    for Charge { id, .. } in ledger.charges() {
        let open = ledger.totals(*id)?.open()?;
        if open.is_positive() {
            charges.push(OpenCharge { charge: *id, open, awaited: ledger.awaited(*id).is_some() });
        }
    }
    Ok(charges)
}

/// By what a payer was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The virtual account number.
    Account,
    /// The name.
    Name,
}

/// What a payment was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It pays this charge, whole.
    Matched {
        /// Which charge.
        charge: ChargeId,
        /// How it was found.
        by: By,
    },
    /// It may be of each of these offices.
    AmbiguousPayer(Vec<OfficeNumber>),
    /// It may pay each of these charges of one office.
    AmbiguousCharge(Vec<ChargeId>),
    /// It is for a person.
    Unmatched(Reason),
}

/// Why a payment is not matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Money that went out.
    NotIncoming,
    /// A correction of the bank: look at the entry it corrects.
    Correction,
    /// Neither account nor name is of an office.
    UnknownPayer,
    /// The office has nothing to pay, or has paid already.
    NothingOpen(OfficeNumber),
    /// It would pay this charge, but the 国保連合会 may have kept the fee back already.
    AwaitsDeduction(ChargeId),
    /// None of the open charges has this amount.
    OtherAmount(OfficeNumber, Vec<OpenCharge>),
}

impl Reason {
    /// What the operator's list says.
    pub fn told(&self) -> String {
        match self {
            Self::NotIncoming => "出金のため対象外です。".into(),
            Self::Correction => "銀行による訂正です。訂正された取引を確かめてください。".into(),
            Self::UnknownPayer => {
                "振込専用口座・振込名義に一致する事業所がありません。名義を確かめ、事業所に登録してください。"
                    .into()
            }
            Self::NothingOpen(office) => {
                format!("事業所 {office} に未入金の請求がありません。二重の入金でないか確かめてください。")
            }
            Self::AwaitsDeduction(charge) => {
                format!("請求 {charge} は差引の結果待ちです。結果を取り込むと、もう一度照合します。")
            }
            Self::OtherAmount(office, open) => {
                let open: Vec<_> = open.iter().map(|it| format!("{}：{}", it.charge, it.open)).collect();
                format!("事業所 {office} の残額（{}）と金額が一致しません。", open.join("、"))
            }
        }
    }
}

/// The payers, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub struct Payers {
    accounts: BTreeMap<String, Vec<OfficeNumber>>,
    names: BTreeMap<PayerName, Vec<OfficeNumber>>,
}

impl Payers {
    /// All offices that may pay, also those with nothing open: whoever else has the name counts.
    pub fn new(payers: impl IntoIterator<Item = Payer>) -> Self {
        let mut known = Self::default();
        for payer in payers {
            if let Some(account) = payer.account {
                add(known.accounts.entry(account).or_default(), payer.office);
            }
            for name in payer.names {
                add(known.names.entry(name).or_default(), payer.office);
            }
        }
        known
    }

    /// What one payment is, given what is open now. Record a matched payment before the next is asked
    /// about.
    pub fn find(&self, entry: &BankEntry, open: &[OpenCharge]) -> Outcome {
        if entry.direction == Direction::Out {
            return Outcome::Unmatched(Reason::NotIncoming);
        }
        if entry.kind == Some(CORRECTION) {
            return Outcome::Unmatched(Reason::Correction);
        }
        let by_account = entry.remitter.as_ref().and_then(|account| self.accounts.get(account));
        let by_name = || PayerName::new(&entry.payer).ok().and_then(|name| self.names.get(&name));
        let known = by_account.map(|offices| (offices, By::Account));
        match known.or_else(|| by_name().map(|offices| (offices, By::Name))) {
            None => Outcome::Unmatched(Reason::UnknownPayer),
            Some((offices, by)) => match offices[..] {
                [office] => of_office(office, by, entry.amount, open),
                _ => Outcome::AmbiguousPayer(offices.clone()),
            },
        }
    }
}

fn add(offices: &mut Vec<OfficeNumber>, office: OfficeNumber) {
    if !offices.contains(&office) {
        offices.push(office);
    }
}

fn of_office(office: OfficeNumber, by: By, amount: Yen, open: &[OpenCharge]) -> Outcome {
    let owed = |it: &&OpenCharge| it.charge.office == office && it.open.is_positive();
    let owed: Vec<OpenCharge> = open.iter().filter(owed).copied().collect();
    let exact: Vec<_> = owed.iter().filter(|it| it.open == amount).copied().collect();
    match exact[..] {
        [OpenCharge { charge, awaited: true, .. }] => Outcome::Unmatched(Reason::AwaitsDeduction(charge)),
        [OpenCharge { charge, .. }] => Outcome::Matched { charge, by },
        [] if owed.is_empty() => Outcome::Unmatched(Reason::NothingOpen(office)),
        [] => Outcome::Unmatched(Reason::OtherAmount(office, owed)),
        _ => Outcome::AmbiguousCharge(exact.iter().map(|it| it.charge).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bank::tests::entries;
    use crate::billing::charge::Method;
    use crate::billing::ledger::Event;
    use crate::billing::ledger::tests::{answered, id, ledger, month, requested, yen};

    const ACCOUNT: &str = "0011234567";

    fn office(number: &str) -> OfficeNumber {
        number.parse().unwrap()
    }

    fn payers() -> Payers {
        let payer = |number, account: Option<&str>, names: &[&str]| Payer {
            office: office(number),
            account: account.map(Into::into),
            names: names.iter().map(|name| PayerName::new(name).unwrap()).collect(),
        };
        Payers::new([
            payer("9970000018", Some(ACCOUNT), &["カブシキガイシャレンシュウ", "レンシュウケア"]),
            payer("9970000026", None, &["ミホン（フク）", "ミホン(フク"]),
            payer("9970000034", None, &["レンシュウケア"]),
        ])
    }

    fn open(charges: &[(&str, i64)]) -> Vec<OpenCharge> {
        let one = |(charge, open): &(&str, i64)| OpenCharge {
            charge: charge.parse().unwrap(),
            open: yen(*open),
            awaited: false,
        };
        charges.iter().map(one).collect()
    }

    const ONE: (&str, i64) = ("9970000018-20261201-1", 21_000);
    const TWO: (&str, i64) = ("9970000018-20271201-1", 42_000);
    const OTHER: (&str, i64) = ("9970000026-20261201-1", 21_000);

    fn find(payment: (&str, &str, i64), charges: &[(&str, i64)]) -> Outcome {
        payers().find(&entries(&[payment])[0], &open(charges))
    }

    fn matched(charge: (&str, i64), by: By) -> Outcome {
        Outcome::Matched { charge: charge.0.parse().unwrap(), by }
    }

    #[test]
    fn the_account_number_comes_before_the_name() {
        let found = find((ACCOUNT, "ﾐﾎﾝ(ﾌｸ", 21_000), &[ONE, TWO, OTHER]);
        assert_eq!(found, matched(ONE, By::Account));
        let unknown_account = find(("0019999999", "ﾐﾎﾝ(ﾌｸ)", 21_000), &[ONE, TWO, OTHER]);
        assert_eq!(unknown_account, matched(OTHER, By::Name));
    }

    #[test]
    fn a_name_and_the_exact_amount_name_the_charge() {
        assert_eq!(find(("", "ｶ)ﾚﾝｼﾕｳ", 42_000), &[ONE, TWO, OTHER]), matched(TWO, By::Name));
        let charges = open(&[ONE, TWO]);
        for amount in [20_999, 21_001, 63_000] {
            let reason = Reason::OtherAmount(office("9970000018"), charges.clone());
            assert_eq!(find(("", "ｶ)ﾚﾝｼﾕｳ", amount), &[ONE, TWO, OTHER]), Outcome::Unmatched(reason));
        }
    }

    #[test]
    fn it_never_guesses_between_two() {
        let charges = [ONE, ("9970000018-20271201-1", 21_000)];
        let both = charges.map(|it| it.0.parse().unwrap());
        let found = find((ACCOUNT, "", 21_000), &charges);
        assert_eq!(found, Outcome::AmbiguousCharge(both.into()));
        let offices = vec![office("9970000018"), office("9970000034")];
        let found = find(("", "ﾚﾝｼﾕｳｹｱ", 21_000), &[ONE]);
        assert_eq!(found, Outcome::AmbiguousPayer(offices), "also when one of them owes nothing");
    }

    #[test]
    fn a_payment_waits_for_the_answer_about_its_charge() {
        let mut ledger = ledger(Method::Deduction);
        let find = |ledger: &Ledger| {
            let payment = (ACCOUNT, "", 63_000);
            payers().find(&entries(&[payment])[0], &open_charges(ledger).unwrap())
        };
        assert_eq!(find(&ledger), Outcome::Matched { charge: id(), by: By::Account });
        ledger.record(requested()).unwrap();
        assert_eq!(find(&ledger), Outcome::Unmatched(Reason::AwaitsDeduction(id())));
        ledger.record(answered(Event::Deducted(month(), yen(63_000)))).unwrap();
        assert_eq!(find(&ledger), Outcome::Unmatched(Reason::NothingOpen(id().office)));
    }

    #[test]
    fn what_is_not_matched_says_why() {
        let reason = |payment, charges: &[_]| match find(payment, charges) {
            Outcome::Unmatched(reason) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(("", "ｶ)ﾅﾅｼ", 21_000), &[ONE]), Reason::UnknownPayer);
        assert_eq!(reason(("", "", 21_000), &[ONE]), Reason::UnknownPayer);
        let nothing = Reason::NothingOpen(office("9970000026"));
        assert_eq!(reason(("", "ﾐﾎﾝ(ﾌｸ", 21_000), &[ONE, (OTHER.0, 0)]), nothing);
        assert!(nothing.told().contains("9970000026"));
        let mut entry = entries(&[(ACCOUNT, "", 21_000)]).remove(0);
        entry.kind = Some(19);
        assert_eq!(payers().find(&entry, &open(&[ONE])), Outcome::Unmatched(Reason::Correction));
        entry.direction = Direction::Out;
        assert_eq!(payers().find(&entry, &open(&[ONE])), Outcome::Unmatched(Reason::NotIncoming));
    }
}
