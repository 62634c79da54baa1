use jiff::civil::date;

use super::*;
use crate::billing::charge::Method;
use crate::billing::ledger::tests::{TODAY, id, ledger, month, requested, yen};

const RESULT: &str = "1,RESULT,1,99,202612,20270110\r\n\
                      2,9970000018,9970000018-20261201-1,63000,1,,20270105\r\n\
                      2,9970000026,9970000026-20261201-1,21000,2,02,20270105\r\n\
                      8,2,1,63000\r\n";

fn faults(text: &str) -> Vec<FileFault> {
    Answer::read(text).expect_err("the file should be refused")
}

#[test]
fn a_request_holds_what_was_requested_that_month_and_is_read_back() {
    let mut ledger = ledger(Method::Deduction);
    assert_eq!(Request::of(&ledger, "99", month(), TODAY).lines, []);
    ledger.record(requested()).unwrap();
    let request = Request::of(&ledger, "99", month(), TODAY);
    let text = request.write().unwrap();
    assert_eq!(
        text,
        "1,REQUEST,1,99,202612,20261122\r\n\
         2,9970000018,9970000018-20261201-1,20261201,20291130,63000,10\r\n\
         8,1,63000\r\n"
    );
    assert_eq!(Request::read(&text), Ok(request));
    assert_eq!(Request::of(&ledger, "13", month(), TODAY).lines, []);
    assert_eq!(Request::of(&ledger, "99", "202701".parse().unwrap(), TODAY).lines, []);
}

#[test]
fn an_answer_is_read_back_and_makes_one_entry_a_line() {
    let answer = Answer::read(RESULT).unwrap();
    assert_eq!(answer.write().unwrap(), RESULT);
    let entries: Vec<_> = answer.entries().collect();
    assert_eq!(entries[0].event, Event::Deducted(month(), yen(63_000)));
    assert_eq!((entries[0].charge, entries[0].on), (id(), date(2027, 1, 5)));
    assert_eq!(entries[1].event, Event::DeductionFailed(month(), Reason::NoPayment));
    let bare = RESULT.replace("\r\n", "\n");
    assert_eq!(Answer::read(bare.trim_end()), Ok(answer));
}

#[test]
fn each_fault_of_an_answer_is_told_with_its_line() {
    let field = |line, field| FileFault::Field { line, field };
    let charge = "9970000026-20261201-1".parse().unwrap();
    let totals = |field, found| FileFault::Totals { line: 4, field, found };
    let cases = [
        ("RESULT,1,", "REQUEST,1,", FileFault::Head { expected: "RESULT" }),
        ("1,99,2026", "2,99,2026", FileFault::Head { expected: "RESULT" }),
        (",99,202612", ",9,202612", field(1, "都道府県")),
        (",202612,", ",202613,", field(1, "年月")),
        (",20270110", ",20270230", field(1, "作成日")),
        ("63000,1,,", "063 000,1,,", field(2, "金額")),
        ("63000,1,,", "63000,1,01,", field(2, "差引結果")),
        ("21000,2,02,", "21000,2,,", field(3, "差引不能理由")),
        ("21000,2,02,", "21000,3,02,", field(3, "差引結果")),
        (",02,20270105", ",02,", field(3, "処理日")),
        ("2,9970000026,", "2,9970000018,", FileFault::Office { line: 3 }),
        ("9970000026-20261201-1", "9970000026-20261201", field(3, "請求番号")),
        ("2,9970000026", "3,9970000026", FileFault::Shape { line: 3 }),
        (",02,20270105", ",02,20270105,", FileFault::Shape { line: 3 }),
        ("8,2,1,63000\r\n", "8,2,1,63000\r\n8,2,1,63000\r\n", FileFault::End { line: 4 }),
        ("8,2,1,63000\r\n", "", FileFault::End { line: 3 }),
        ("8,2,1,63000", "8,3,1,63000", totals("件数", 2)),
        ("8,2,1,63000", "8,2,2,63000", totals("差引済件数", 1)),
        ("8,2,1,63000", "8,2,1,84000", totals("差引済合計金額", 63_000)),
        ("8,2,1,63000", "8,2,1", FileFault::Shape { line: 4 }),
    ];
    for (from, to, fault) in cases {
        let found = faults(&RESULT.replacen(from, to, 1));
        assert!(found.contains(&fault), "{from} → {to}: {found:?}");
    }
    let twice = RESULT.replacen("9970000018", "9970000026", 2);
    assert!(faults(&twice).contains(&FileFault::Twice { line: 3, charge, first: 2 }));
    let elsewhere = RESULT.replacen(",99,", ",13,", 1);
    assert!(faults(&elsewhere).contains(&FileFault::Office { line: 2 }));
    assert_eq!(faults(""), [FileFault::Head { expected: "RESULT" }]);
}

#[test]
fn each_fault_of_a_request_is_told_with_its_line() {
    let mut ledger = ledger(Method::Deduction);
    ledger.record(requested()).unwrap();
    let text = Request::of(&ledger, "99", month(), TODAY).write().unwrap();
    let field = |field| FileFault::Field { line: 2, field };
    let cases = [
        (",20261201,", ",20261202,", field("初日")),
        (",20291130,", ",20291131,", field("末日")),
        (",63000,10", ",0,10", field("金額")),
        (",63000,10", ",63000,100", field("税率")),
        ("8,1,63000", "8,1,0", FileFault::Totals { line: 3, field: "合計金額", found: 63_000 }),
    ];
    for (from, to, fault) in cases {
        let found = Request::read(&text.replacen(from, to, 1)).unwrap_err();
        assert!(found.contains(&fault), "{from} → {to}: {found:?}");
    }
}

#[test]
fn each_reason_has_a_code_of_its_own() {
    let mut codes: Vec<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    codes.dedup();
    assert_eq!(codes.len(), Reason::ALL.len());
}

#[test]
fn a_file_has_a_bounded_number_of_lines() {
    let lines = |count: usize| format!("1,RESULT,1,99,202612,20270110\n{}", "3\n".repeat(count - 1));
    assert_eq!(faults(&lines(read::LINES_MAX)), [FileFault::End { line: read::LINES_MAX }]);
    assert_eq!(faults(&lines(read::LINES_MAX + 1)), [FileFault::TooLong]);
}
