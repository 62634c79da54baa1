//! The tables of edition 4.1 are complete and agree with each other.

use std::collections::{BTreeMap, BTreeSet};

use careplan_standard::{
    Confidence, Edition, EditionError, EditionTables, FileName, Prefix, Required, Scheme, Shape, UnitKind,
    UnitMonth,
};

#[test]
fn there_are_seventeen_layouts_with_the_ministrys_number_of_items() {
    let counts: Vec<(&str, usize)> =
        Edition::v4_1().layouts().map(|layout| (layout.prefix().as_str(), layout.fields().len())).collect();
    let expected = [
        ("UP1KYO", 28),
        ("UP2KYO", 22),
        ("UP3KYO", 13),
        ("UPPLAN", 25),
        ("UPSIKYU", 37),
        ("UPHOSOKU", 63),
        ("UPJSK", 25),
        ("DLT1KYO", 4),
        ("DLTPLAN", 4),
        ("DLTJSK", 6),
        ("UPYOBO", 57),
        ("UPYOBO_SUB", 17),
        ("UPKIHON", 71),
        ("UPKIHON_SUB1", 7),
        ("UPKIHON_SUB2", 11),
        ("DLTKIHON", 4),
        ("DLTYOBO", 4),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn every_layout_begins_with_version_insurer_and_insured_person() {
    for layout in Edition::v4_1().layouts() {
        let names: Vec<&str> = layout.fields().iter().take(3).map(|field| field.name_en()).collect();
        assert_eq!(names, ["csv_version", "insurer_no", "insured_no"], "{}", layout.prefix());
        assert!(layout.fields().iter().take(3).all(|field| field.required() == Required::Yes));
        assert_eq!(layout.fields().first().map(|field| field.shape()), Some(&Shape::Version));
    }
}

#[test]
fn english_names_are_unique_in_a_layout_and_free_text_alone_has_no_length() {
    for layout in Edition::v4_1().layouts() {
        let names: BTreeSet<&str> = layout.fields().iter().map(|field| field.name_en()).collect();
        assert_eq!(names.len(), layout.fields().len(), "{}", layout.prefix());
        for field in layout.fields() {
            let is_text = *field.shape() == Shape::FreeText;
            assert_eq!(field.max_len().is_none(), is_text, "{} {}", layout.prefix(), field.no());
        }
    }
}

#[test]
fn every_code_fits_the_length_of_the_items_that_use_its_table() {
    let edition = Edition::v4_1();
    for layout in edition.layouts() {
        for field in layout.fields() {
            let Some(table) = field.code_table().map(|name| edition.code_table(name).unwrap()) else {
                continue;
            };
            for code in table.codes().iter().filter_map(|code| code.code()) {
                assert_eq!(Some(code.len()), field.max_len(), "{} {} {code}", layout.prefix(), field.no());
            }
        }
    }
}

#[test]
fn there_are_fifteen_units_and_only_shared_layouts_are_inferred() {
    let units = Edition::v4_1().units();
    let kinds: Vec<UnitKind> = units.iter().map(|unit| unit.kind()).collect();
    assert_eq!(kinds, UnitKind::ALL);
    for unit in units {
        let shared = matches!(unit.kind(), UnitKind::Y4 | UnitKind::Y7 | UnitKind::Y8 | UnitKind::Y9);
        assert_eq!(unit.confidence() == Confidence::Inferred, shared, "{}", unit.kind());
        assert_eq!(unit.scheme() == Scheme::Preventive, unit.kind().as_str().starts_with('Y'));
    }
}

#[test]
fn the_months_of_units_agree_with_the_names_of_their_files() {
    for unit in Edition::v4_1().units() {
        let has_month = unit.required().iter().any(|prefix| {
            let name = format!("{prefix}_202611_9970000018_43_9970000026_11_20261025101500.CSV");
            FileName::parse(&name).is_ok()
        });
        assert_eq!(unit.month() != UnitMonth::Absent, has_month, "{}", unit.kind());
    }
}

#[test]
fn the_name_patterns_of_the_table_are_the_names_that_are_read() {
    let table = include_str!("../editions/4.1/files.csv");
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let mut seen = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let (prefix, pattern) = (row.get(0).unwrap(), row.get(3).unwrap());
        let name = pattern
            .replace("{YYYYMM|000000}", "000000")
            .replace("{YYYYMM}", "202611")
            .replace("{FROM_NO}", "9970000018")
            .replace("{FROM_TYPE}", "43")
            .replace("{TO_NO}", "9970000026")
            .replace("{TO_TYPE}", "11")
            .replace("{TIMESTAMP}", "20261025101500")
            .replace("{NNNN}", "0001");
        let parsed = FileName::parse(&name).unwrap();
        assert_eq!(parsed.prefix(), Prefix::parse(prefix).unwrap());
        assert_eq!(parsed.to_string(), name);
        seen += 1;
    }
    assert_eq!(seen, Prefix::ALL.len());
}

#[test]
fn special_values_stand_in_the_table_of_special_values() {
    let edition = Edition::v4_1();
    let special = edition.code_table("SPECIAL_VALUE").unwrap();
    for value in ["000000", "00000000", "9999", "9999999999"] {
        assert!(special.find(value.as_bytes()).is_some(), "{value}");
    }
}

const LAYOUT_HEAD: &str = "no,name_ja,name_en,type,max_len,unit,required,code_table,format,special,tolerated_len,inferred,remarks,confidence\n";

#[test]
fn every_layout_has_one_key_and_the_supplement_one_for_each_company() {
    let table = include_str!("../editions/4.1/keys.csv");
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.unwrap();
        if matches!(row.get(1).unwrap(), "unique" | "group") {
            *keys.entry(row.get(0).unwrap().to_owned()).or_default() += 1;
        }
    }
    for layout in Edition::v4_1().layouts() {
        let expected = if layout.prefix() == Prefix::UpHosoku { 2 } else { 1 };
        assert_eq!(keys.get(layout.prefix().as_str()), Some(&expected), "{}", layout.prefix());
    }
}

#[test]
fn every_row_of_the_new_tables_says_how_sure_it_is() {
    for (name, table) in [
        ("conditions", include_str!("../editions/4.1/conditions.csv")),
        ("keys", include_str!("../editions/4.1/keys.csv")),
        ("totals", include_str!("../editions/4.1/totals.csv")),
        ("relations", include_str!("../editions/4.1/relations.csv")),
    ] {
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let head = reader.headers().unwrap().clone();
        assert!(head.iter().rev().take(2).eq(["remarks", "confidence"]), "{name}");
        assert!(reader.records().all(|row| row.is_ok_and(|row| row.len() == head.len())), "{name}");
    }
}

fn tables_with<'a>(
    layout: &'a str,
    codes: &'a str,
    layouts: &'a mut Vec<(&'a str, &'a str)>,
) -> EditionTables<'a> {
    layouts.push(("DLT1KYO", layout));
    EditionTables {
        name: "9.9",
        files: "prefix,name_ja,fields,sender,receiver,support\nDLT1KYO,削除,1,planner,service,optional\n",
        codes,
        send_units: "unit,scheme,files,month,confidence\nK3,home,DLT1KYO,none,confirmed\n",
        links: "prefix,field_no,meaning,confidence\n",
        conditions: "prefix,rows,item,when,values,need,others,severity,confidence\n",
        keys: "prefix,kind,with,items,severity,confidence\n",
        totals: "prefix,item,role,value,confidence\n",
        relations: "prefix,in,meaning,severity,confidence\n",
        layouts,
    }
}

const CODES: &str = "code_table,code,meaning_ja,scope,scheme,confidence\nSEX,1,男性,,,confirmed\n";

#[test]
fn another_edition_is_read_from_tables_alone() {
    let layout = format!("{LAYOUT_HEAD}1,性別,sex,コード,1,bytes,○,SEX,1|2,,,,,confirmed\n");
    let mut layouts = Vec::new();
    let edition = Edition::from_tables(&tables_with(&layout, CODES, &mut layouts)).unwrap();
    assert_eq!(edition.name(), "9.9");
    assert_eq!(edition.layout(Prefix::Dlt1Kyo).map(|layout| layout.fields().len()), Some(1));
}

#[test]
fn a_word_that_is_not_known_is_refused_and_named() {
    let layout = format!("{LAYOUT_HEAD}1,性別,sex,コード,1,bytes,◎,SEX,1|2,,,,,confirmed\n");
    let mut layouts = Vec::new();
    let error = Edition::from_tables(&tables_with(&layout, CODES, &mut layouts)).unwrap_err();
    assert_eq!(error.to_string(), "table `DLT1KYO`, column `required`: `◎` is not understood");
}

#[test]
fn an_annex_of_a_file_that_does_not_exist_is_refused() {
    let mut layouts = Vec::new();
    let mut tables = tables_with(LAYOUT_HEAD, CODES, &mut layouts);
    tables.files =
        "prefix,name_ja,fields,sender,receiver,support\nDLT1KYO,削除,0,planner,service,travels with UPKHON\n";
    let error = Edition::from_tables(&tables).unwrap_err();
    assert_eq!(error.to_string(), "table `files`, column `support`: `travels with UPKHON` is not understood");
}

#[test]
fn a_code_table_that_is_not_there_is_refused() {
    let layout = format!("{LAYOUT_HEAD}1,性別,sex,コード,1,bytes,○,GENDER,1|2,,,,,confirmed\n");
    let mut layouts = Vec::new();
    let error = Edition::from_tables(&tables_with(&layout, CODES, &mut layouts)).unwrap_err();
    assert_eq!(error.to_string(), "table `DLT1KYO`: no code table `GENDER`");
}

const PERSON: &str = "1,保険者番号,insurer_no,英数,6,bytes,○,,6 digits,,,,,confirmed\n2,被保険者番号,insured_no,英数,10,bytes,○,,\"10 digits, or H + 9 digits\",,,,,confirmed\n";

/// What reading an edition of one layout says when one of its tables has these rows.
fn refusal(table: &str, rows: &str) -> String {
    let layout = format!("{LAYOUT_HEAD}{PERSON}");
    let mut layouts = Vec::new();
    let mut tables = tables_with(&layout, CODES, &mut layouts);
    tables.files = "prefix,name_ja,fields,sender,receiver,support\nDLT1KYO,削除,2,planner,service,optional\n";
    let head = match table {
        "conditions" => tables.conditions,
        "keys" => tables.keys,
        "totals" => tables.totals,
        _ => tables.relations,
    };
    let text = format!("{head}{rows}\n");
    match table {
        "conditions" => tables.conditions = &text,
        "keys" => tables.keys = &text,
        "totals" => tables.totals = &text,
        _ => tables.relations = &text,
    }
    Edition::from_tables(&tables).map_or_else(|error| error.to_string(), |_| "read".to_owned())
}

#[test]
fn rows_that_tie_items_together_are_read_or_refused_by_name() {
    let told = [
        ("conditions", "DLT1KYO,all,insurer_no,is,990001,filled,insured_no,block,confirmed"),
        ("conditions", "DLT1KYO,all,insurer,is,990001,filled,insured_no,block,confirmed"),
        ("conditions", "DLT1KYO,all,insurer_no,is,,filled,insured_no,block,confirmed"),
        ("conditions", "DLT1KYO,all,insurer_no,filled,,filled,,block,confirmed"),
        ("conditions", "DLT1KYO,all,insurer_no,filled,,service_type,,warn,confirmed"),
        ("conditions", "DLT1KYO,all,insurer_no,seems,1,filled,insured_no,block,confirmed"),
        ("conditions", "UPPLAN,all,insurer_no,filled,,empty,insured_no,block,confirmed"),
        ("keys", "DLT1KYO,unique,,insurer_no+insured_no,warn,confirmed"),
        ("keys", "DLT1KYO,unique,,insured_no+insurer_no,warn,confirmed"),
        ("keys", "DLT1KYO,line,,,warn,confirmed"),
        ("keys", "DLT1KYO,unique,,insurer_no+insured_no,,confirmed"),
        ("totals", "DLT1KYO,insurer_no,units,,confirmed"),
        ("totals", "DLT1KYO,insurer_no,sum,,confirmed"),
        ("relations", "DLT1KYO,DLT1KYO,parent,block,confirmed"),
        ("conditions", "DLT1KYO,all,insurer_no,begins,17,told_apart,insured_no,warn,confirmed"),
    ]
    .map(|(table, rows)| format!("{rows}\n  {}", refusal(table, rows)));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn another_number_of_items_than_announced_is_refused() {
    let row = "1,性別,sex,コード,1,bytes,○,SEX,1|2,,,,,confirmed\n";
    let layout = format!("{LAYOUT_HEAD}{row}2{}", row.strip_prefix('1').unwrap());
    let mut layouts = Vec::new();
    match Edition::from_tables(&tables_with(&layout, CODES, &mut layouts)).unwrap_err() {
        EditionError::Inconsistent { table, what } => {
            assert_eq!((table.as_str(), what.as_str()), ("files", "DLT1KYO has another number of fields"));
        }
        other => panic!("{other}"),
    }
}
