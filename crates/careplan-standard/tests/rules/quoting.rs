//! CSV: quotes, lines, number of items, and what is read leniently.

use crate::files::HEADER;
use crate::sample::{FORM_3, PLAN, PLAN_DELETION, Sample, changed, example, file, ms932, report};

fn edited(
    fault: &'static str,
    name: &str,
    edit: impl FnOnce(String) -> String,
    rule: &'static str,
) -> Sample {
    file(fault, name, ms932(&edit(example(name))), rule)
}

pub(crate) fn samples() -> Vec<Sample> {
    let deletion = example(PLAN_DELETION);
    let another = deletion.replace("0009900021", "0009900022");
    vec![
        edited(
            "a quote that is never closed",
            FORM_3,
            |text| {
                text[..text.len() - 3].to_owned()
                    + "
"
            },
            "CSV-001",
        ),
        edited(
            "a quote that is closed by the next one",
            FORM_3,
            |text| text.replacen("起床\"", "起床", 1),
            "CSV-002",
        ),
        edited(
            "text behind a closing quote",
            FORM_3,
            |text| text.replacen("起床\"", "起床\"です", 1),
            "CSV-002",
        ),
        edited("a single quote inside a text", FORM_3, |text| text.replacen("起床", "起\"床", 1), "CSV-002"),
        edited(
            "a quote inside a bare item",
            FORM_3,
            |text| text.replacen(",\"起床\",", ",起\"床,", 1),
            "CSV-003",
        ),
        edited(
            "24 of 25 items",
            PLAN,
            |text| text.replacen(",9970000018,\r\n", ",9970000018\r\n", 1),
            "CSV-004",
        ),
        edited(
            "26 of 25 items",
            PLAN,
            |text| text.replacen(",9970000018,\r\n", ",9970000018,,\r\n", 1),
            "CSV-004",
        ),
        file("an empty line of spaces", PLAN_DELETION, format!("{deletion}  \r\n"), "CSV-004"),
        changed(
            "a record beyond the limit",
            FORM_3,
            &[(6, &format!("\"{}\"", "x".repeat(10 * 1024 * 1024)))],
            "CSV-005",
        ),
        file("a header row", PLAN_DELETION, [&HEADER.concat(), deletion.as_bytes()].concat(), "CSV-006"),
        edited("line feeds only", FORM_3, |text| text.replace("\r\n", "\n"), "CSV-007"),
        edited("carriage returns only", FORM_3, |text| text.replace("\r\n", "\r"), "CSV-007"),
        file("no line break at the end", PLAN_DELETION, deletion.trim_end(), "CSV-008"),
        file("blank lines at the end", PLAN_DELETION, format!("{deletion}\r\n\r\n"), "CSV-009"),
        file("a blank line between records", PLAN_DELETION, format!("{deletion}\r\n{another}"), "CSV-010"),
        edited("bare texts", FORM_3, |text| text.replace("\"訪問介護\"", "訪問介護"), "CSV-011"),
        edited("quoted codes", FORM_3, |text| text.replace("202407,", "\"202407\","), "CSV-012"),
        edited("empty texts as nothing", FORM_3, |text| text.replace("\"\"", ""), "CSV-013"),
    ]
}

#[test]
fn faults_of_csv_are_placed_and_leniencies_are_counted() {
    insta::assert_snapshot!(report(&samples()));
}
