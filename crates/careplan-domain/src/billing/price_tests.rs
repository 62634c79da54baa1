use jiff::civil::date;

use super::*;

const PASS: &str = "フリーパス";

fn faults(text: &str) -> Vec<PriceFault> {
    PriceList::parse(text).expect_err("the list should be refused")
}

#[test]
fn the_built_in_list_sells_one_to_three_years() {
    let list = PriceList::parse(BUILT_IN).unwrap();
    for (years, amount) in [(Years::ONE, 21_000), (Years::TWO, 42_000), (Years::THREE, 63_000)] {
        let price = list.price(date(2026, 11, 22), years, &[]).unwrap();
        assert_eq!((price.amount.get(), price.tax), (amount, TaxRate::STANDARD));
    }
    let early = list.price(date(2023, 3, 31), Years::ONE, &[]);
    assert_eq!(early, Err(NotSold { day: date(2023, 3, 31), years: Years::ONE }));
}

#[test]
fn a_free_pass_is_given_on_the_days_of_its_campaign_and_once_per_office() {
    let list = PriceList::parse(BUILT_IN).unwrap();
    let amount = |day, years, used: &[String]| list.price(day, years, used).unwrap().amount.get();
    assert_eq!(amount(date(2025, 5, 31), Years::ONE, &[]), 21_000);
    assert_eq!(amount(date(2025, 6, 1), Years::ONE, &[]), 0);
    assert_eq!(amount(date(2026, 5, 31), Years::ONE, &[]), 0);
    assert_eq!(amount(date(2026, 6, 1), Years::ONE, &[]), 21_000);
    assert_eq!(amount(date(2026, 1, 1), Years::ONE, &[PASS.into()]), 21_000);
    assert_eq!(amount(date(2026, 1, 1), Years::TWO, &[]), 42_000);
}

#[test]
fn the_price_of_the_day_of_granting_counts() {
    let list = PriceList::parse(
        "2026-01-01,2027-01-01,1,21000,10,regular\r\n2027-01-01,,1,22000,10,regular\r\n# note\r\n",
    );
    let list = list.unwrap();
    assert_eq!(list.price(date(2026, 12, 31), Years::ONE, &[]).unwrap().amount.get(), 21_000);
    assert_eq!(list.price(date(2027, 1, 1), Years::ONE, &[]).unwrap().amount.get(), 22_000);
}

#[test]
fn a_list_with_gaps_or_overlaps_is_refused_with_each_place() {
    let open = "2030-01-01,,1,21000,10,regular";
    assert_eq!(
        faults(&format!("2026-01-01,2029-12-31,1,21000,10,regular\n{open}")),
        [PriceFault::Gap { years: Years::ONE, from: date(2029, 12, 31), until: date(2030, 1, 1) }]
    );
    assert_eq!(
        faults(&format!("# head\n{open}\n2026-01-01,2030-01-02,1,21000,10,regular")),
        [PriceFault::Overlap { line: 2, other: 3 }]
    );
    assert_eq!(
        faults(&format!("{open}\n2026-01-01,2026-03-01,1,0,10,pass:春\n2026-02-01,,1,0,10,pass:春")),
        [PriceFault::Overlap { line: 3, other: 2 }]
    );
    assert_eq!(faults("2026-01-01,2027-01-01,1,21000,10,regular"), [PriceFault::YearEnds]);
}

#[test]
fn an_entry_that_cannot_be_meant_is_refused() {
    let open = "2030-01-01,,1,21000,10,regular";
    let cases = [
        ("2026-01-01,2026-01-01,2,42000,10,regular", PriceFault::NoDay { line: 2 }),
        ("2026-01-01,,2,0,10,regular", PriceFault::RegularFree { line: 2 }),
        ("2026-01-01,,1,1,10,pass:春", PriceFault::PassNotFree { line: 2 }),
        ("2026-01-01,,2,0,10,pass:春", PriceFault::PassNotFree { line: 2 }),
        ("2026-01-01,,2,42000,10", PriceFault::Fields { line: 2 }),
        ("2026-02-30,,2,42000,10,regular", PriceFault::Field { line: 2, field: "from" }),
        ("2026-01-01,soon,2,42000,10,regular", PriceFault::Field { line: 2, field: "until" }),
        ("2026-01-01,,4,42000,10,regular", PriceFault::Field { line: 2, field: "years" }),
        ("2026-01-01,,2,-42000,10,regular", PriceFault::Field { line: 2, field: "amount" }),
        ("2026-01-01,,2,42000,100,regular", PriceFault::Field { line: 2, field: "tax_percent" }),
        ("2026-01-01,,1,0,10,pass:", PriceFault::Field { line: 2, field: "kind" }),
    ];
    for (line, fault) in cases {
        assert_eq!(faults(&format!("{open}\n{line}")), [fault], "{line}");
    }
}

#[test]
fn a_list_has_a_bounded_number_of_entries() {
    let campaigns = |count: usize| {
        let passes = (1..count).map(|nth| format!("2026-01-01,,1,0,10,pass:{nth}\n"));
        format!("2026-01-01,,1,21000,10,regular\n{}", passes.collect::<String>())
    };
    assert!(PriceList::parse(&campaigns(ENTRIES_MAX)).is_ok());
    assert_eq!(faults(&campaigns(ENTRIES_MAX + 1)), [PriceFault::TooMany]);
}
