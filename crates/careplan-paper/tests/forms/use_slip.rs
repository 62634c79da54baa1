//! Forms 6 and 7: how lines become services, and what stands where in the month.

use careplan_standard::form::{BenefitLine, Forms, SlipLine};

use crate::{item, lines_with, shown};

fn line(date: &str, start: &str, code: &str) -> SlipLine {
    SlipLine {
        insurer_no: item("990001"),
        insured_no: item("0009900013"),
        target_month: item("202611"),
        service_date: item(date),
        start_time: item(start),
        end_time: item("1030"),
        service_code: item(code),
        units: item("244"),
        times: item("1"),
        over_30_days_flag: item("0"),
        service_office_no: item("9970000026"),
        ..SlipLine::default()
    }
}

fn slip(plan: Vec<SlipLine>, actuals: Vec<SlipLine>) -> Forms {
    Forms { plan, actuals, ..Forms::default() }
}

/// The rows of the calendar: what stands before the days, the days that have a count, the sum.
fn calendar(forms: &Forms) -> Vec<String> {
    let page = shown(forms);
    let rows = page.lines().filter(|line| line.contains("予定|") || line.contains("実績|"));
    let told = rows.map(|row| {
        let kind = if row.contains("予定|") { "予定" } else { "実績" };
        let (before, days) = row.split_once(&format!("{kind}|")).unwrap();
        let days: Vec<&str> = days.split('|').collect();
        assert_eq!(days.len(), 32, "30 days, the sum, and what stands behind the last bar: {row}");
        let counts = (1..=30).zip(&days).filter(|(_, count)| !count.is_empty());
        let counts: Vec<String> = counts.map(|(day, count)| format!("{day}日{count}回")).collect();
        format!("{before}{kind} {} 合計{}", counts.join(" "), days[30])
    });
    told.collect()
}

#[test]
fn planned_and_actual_lines_of_one_service_share_two_rows() {
    let plan = ["20261102", "20261105"].map(|date| line(date, "1000", "111111"));
    let actual = line("20261105", "1000", "111111");
    let moved = line("20261103", "0930", "111111");
    let expected = [
        "10:00～10:30|身体介護１ 111111^244単位|9970000026|予定 2日1回 5日1回 合計2",
        "実績 5日1回 合計1",
        "9:30～10:30|身体介護１ 111111^244単位|9970000026|予定  合計",
        "実績 3日1回 合計1",
    ];
    assert_eq!(calendar(&slip(plan.to_vec(), vec![actual, moved])), expected);
}

#[test]
fn counts_of_one_day_are_added() {
    let twice = SlipLine { times: item("2"), ..line("20261102", "1000", "111111") };
    let rows = calendar(&slip(vec![line("20261102", "1000", "111111"), twice], vec![]));
    assert!(rows[0].ends_with("予定 2日3回 合計3"), "{rows:?}");
}

#[test]
fn lines_that_differ_in_what_they_are_stand_apart() {
    let base = || line("20261102", "1000", "171007");
    let others = vec![
        base(),
        SlipLine { end_time: item("1100"), ..base() },
        SlipLine { tais_code: item("99999-000001"), ..base() },
        SlipLine { equipment_notice_code: item("99999-000002"), ..base() },
        SlipLine { line_discriminator: item("2"), ..base() },
        SlipLine { service_office_no: item("9970000034"), ..base() },
        SlipLine { satellite_no: item("1"), ..base() },
        SlipLine { over_30_days_flag: item("1"), ..base() },
    ];
    assert_eq!(calendar(&slip(others, vec![])).len(), 16);
    // Units and names may be written differently by two programs.
    let unset = item("");
    let same = vec![SlipLine {
        units: item("0"),
        service_office_name: item("みほん"),
        over_30_days_flag: unset,
        ..base()
    }];
    let rows = calendar(&slip(vec![base()], same));
    let expected = "10:00～10:30|手すり貸与 171007^予定 244単位／実績 0単位|予定 9970000026／実績 みほん^9970000026|予定 2日1回 合計1";
    assert_eq!(rows[0], expected);
}

#[test]
fn what_is_peculiar_to_a_service_stands_with_it() {
    let flags = "1".repeat(15) + &"0".repeat(16);
    let peculiar = SlipLine {
        prorated_days: item(&flags),
        over_30_days_flag: item("1"),
        equipment_name: item("見本手すり"),
        ..line("20261102", "9999", "171007")
    };
    let rows = calendar(&slip(vec![SlipLine { end_time: item("9999"), ..peculiar }], vec![]));
    assert_eq!(
        rows[0],
        "時刻なし|手すり貸与 171007^見本手すり^３０日超^244単位^日割 1日～15日|9970000026|予定 2日1回 合計1"
    );
}

#[test]
fn lines_without_a_place_in_the_month_are_listed_below() {
    let plan = vec![
        line("20261201", "1000", "111111"),
        line("20261131", "1000", "111111"),
        SlipLine { times: item("二"), ..line("20261102", "1000", "111111") },
        line("20261130", "1000", "111111"),
    ];
    let forms = slip(plan, vec![]);
    let page = shown(&forms);
    let (_, below) = page.split_once("利用日または回数が読み取れないか、対象年月の外にある明細").unwrap();
    let dates: Vec<&str> =
        below.lines().filter_map(|line| line.strip_prefix("予定|")?.split('|').next()).collect();
    assert_eq!(dates, ["令和8年12月1日（2026年）", "20261131", "令和8年11月2日（2026年）"]);
    assert!(!shown(&slip(vec![line("20261130", "1000", "111111")], vec![])).contains("明細"));
}

#[test]
fn the_calendar_has_the_days_of_its_month() {
    let february = |year| SlipLine { target_month: item(&format!("{year}02")), ..line("", "1000", "111111") };
    for (year, days) in [(2026, 28), (2028, 29)] {
        let heads = lines_with(&slip(vec![february(year)], vec![]), "|日付|");
        assert!(heads[0].ends_with(&format!("|{days}|合計^回数|")), "{heads:?}");
    }
    let unread = SlipLine { target_month: item("202613"), ..line("20261102", "1000", "111111") };
    assert!(shown(&slip(vec![unread], vec![])).contains("予定|令和8年11月2日（2026年）|"));
}

#[test]
fn plan_and_actuals_that_disagree_are_both_told() {
    let plan = SlipLine {
        care_manager_name: item("例文　一郎"),
        created_date: item("20261025"),
        ..line("20261102", "1000", "111111")
    };
    let actual = SlipLine { created_date: item("20261202"), ..plan.clone() };
    let forms = slip(vec![plan], vec![actual]);
    let created = "予定 令和8年10月25日（2026年）／実績 令和8年12月2日（2026年）";
    assert_eq!(lines_with(&forms, created).len(), 1);
    assert_eq!(lines_with(&forms, "例文　一郎|").len(), 1);
}

#[test]
fn totals_are_strong_and_leave_empty_what_the_standard_fills_with_noughts_and_nines() {
    let row = |code: &str, office: &str| BenefitLine {
        service_code: item(code),
        service_office_no: item(office),
        units: item("0"),
        times_or_days: item("0"),
        service_units_or_amount: item("2524"),
        ..BenefitLine::default()
    };
    let benefits = vec![
        row("111111", "9970000026"),
        row("11AAAA", "9970000026"),
        row("999999", "9999999999"),
        row("??", "9999999999"),
    ];
    let rows = lines_with(&Forms { benefits: benefits.clone(), ..Forms::default() }, "2,524");
    let expected = [
        "|9970000026|身体介護１|111111|0|||0|2,524|",
        "|9970000026|訪問介護 合計|11AAAA||||||2,524|",
        "||合計|999999||||||2,524|",
        "|9999999999|??|??|0|||0|2,524|",
    ];
    let rows: Vec<&str> = rows.iter().map(|row| row.trim_end_matches('|')).collect();
    assert_eq!(
        rows,
        expected.map(|row| row
            .trim_end_matches('|')
            .replace("AA||||||", "AA|||||")
            .replace("99||||||", "99|||||"))
    );
    let page = careplan_paper::to_html(&crate::printed(&Forms { benefits, ..Forms::default() }));
    assert_eq!(page.matches("<strong>2,524</strong>").count(), 2);
}
