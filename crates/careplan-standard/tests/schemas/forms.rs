//! `docs/schemas/forms.schema.json`: the JSON view of forms, written from the outlines of the forms.
//!
//! After a change of a form: `UPDATE_SCHEMAS=1 cargo test -p careplan-standard --test schemas`.

use careplan_standard::form::{
    self, Columns, DayFlags, FamilyChart, Forms, FormsView, Item, ItemKind, Outline, SlipLine, Supplement,
};
use careplan_standard::{Edition, FileName};
use serde_json::{Map, Value, json};

use crate::validator::{assert_closed, assert_fits, faults};
use crate::{examples, forms_of, schema, schema_path};

/// The forms in the order of [`Forms`], with what they are called.
fn outlines() -> [(&'static str, &'static str, Option<Outline>); 18] {
    [
        ("supplements", "UPHOSOKU", Some(form::Supplement::outline())),
        ("form1", "UP1KYO", Some(form::Form1::outline())),
        ("form2", "UP2KYO", Some(form::Form2Row::outline())),
        ("form3", "UP3KYO", Some(form::Form3Row::outline())),
        ("plan", "UPPLAN", Some(form::SlipLine::outline())),
        ("benefits", "UPSIKYU", Some(form::BenefitLine::outline())),
        ("actuals", "UPJSK", Some(form::SlipLine::outline())),
        ("basic_information", "UPKIHON", Some(form::BasicInformation::outline())),
        ("days", "UPKIHON_SUB1", Some(form::DayRow::outline())),
        ("illnesses", "UPKIHON_SUB2", Some(form::IllnessRow::outline())),
        ("family_charts", "UPKIHON_IMAGE", None),
        ("preventive_plans", "UPYOBO", Some(form::PreventivePlan::outline())),
        ("support", "UPYOBO_SUB", Some(form::SupportRow::outline())),
        ("withdrawn_care_plans", "DLT1KYO", Some(form::CarePlanWithdrawal::outline())),
        ("withdrawn_slips", "DLTPLAN", Some(form::SlipWithdrawal::outline())),
        ("withdrawn_actuals", "DLTJSK", Some(form::ActualsWithdrawal::outline())),
        ("withdrawn_basic_information", "DLTKIHON", Some(form::BasicInformationWithdrawal::outline())),
        ("withdrawn_preventive_plans", "DLTYOBO", Some(form::PreventivePlanWithdrawal::outline())),
    ]
}

fn closed(properties: Vec<(String, Value)>) -> Value {
    let required: Vec<&String> = properties.iter().map(|(name, _)| name).collect();
    let required = json!(required);
    let properties: Map<String, Value> = properties.into_iter().collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn of_outline(outline: &Outline) -> Value {
    match outline {
        Outline::Item(kind) => json!({ "$ref": format!("#/$defs/{}", name_of(*kind)) }),
        Outline::Group(members) => closed(
            members
                .iter()
                .map(|member| {
                    let mut schema = of_outline(&member.outline);
                    schema["description"] = json!(member.name_ja);
                    (member.name.to_owned(), schema)
                })
                .collect(),
        ),
        Outline::Times(count, outline) => {
            json!({ "type": "array", "minItems": count, "maxItems": count, "items": of_outline(outline) })
        }
        other => panic!("{other:?} has no schema"),
    }
}

const KINDS: [ItemKind; 8] = [
    ItemKind::Text,
    ItemKind::Code,
    ItemKind::Date,
    ItemKind::Month,
    ItemKind::Time,
    ItemKind::Number,
    ItemKind::Decimal,
    ItemKind::Days,
];

fn name_of(kind: ItemKind) -> String {
    format!("{kind:?}").to_lowercase()
}

fn of_kind(kind: ItemKind) -> Value {
    let pattern = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let mut options = vec![json!({ "type": "null" })];
    options.push(match kind {
        ItemKind::Date => pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        ItemKind::Month => pattern("^[0-9]{6}$"),
        ItemKind::Time => pattern("^[0-9]{2}:[0-9]{2}$"),
        ItemKind::Number => json!({ "type": "integer" }),
        ItemKind::Days => {
            json!({ "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 31 } })
        }
        _ => json!({ "type": "string" }),
    });
    if matches!(kind, ItemKind::Date | ItemKind::Month | ItemKind::Time) {
        options.push(json!({ "enum": ["none"] }));
    }
    options.push(json!({ "$ref": "#/$defs/unread" }));
    let description = match kind {
        ItemKind::Text => "Free text, with its line breaks.",
        ItemKind::Code => "A code of a code table, or a number used as a name.",
        ItemKind::Date => "A date; none where a supplement has no plan.",
        ItemKind::Month => "A month YYYYMM; none where a supplement has no month.",
        ItemKind::Time => "A time of day; none for a service without clock times.",
        ItemKind::Number => "A whole number.",
        ItemKind::Decimal => "A number with two decimals, as text.",
        ItemKind::Days => "Days of a month.",
        other => panic!("{other:?} has no description"),
    };
    json!({ "description": description, "anyOf": options })
}

fn generated() -> Value {
    let mut defs: Map<String, Value> = KINDS.map(|kind| (name_of(kind), of_kind(kind))).into_iter().collect();
    let mut unread = closed(vec![("unread".to_owned(), json!({ "type": "string" }))]);
    unread["description"] = json!("A text that is no value of its kind, as it stood in the file.");
    defs.insert("unread".to_owned(), unread);
    let properties = outlines().map(|(name, prefix, outline)| {
        let form = match outline {
            Some(outline) => of_outline(&outline),
            None => closed(vec![("file_name".to_owned(), json!({ "type": "string" }))]),
        };
        (name.to_owned(), json!({ "description": prefix, "type": "array", "items": form }))
    });
    let mut forms = closed(properties.into());
    forms["description"] =
        json!("The forms by kind, each in the order of its file. An item is null where nothing was written.");
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let office =
        || json!({ "type": "string", "description": "Office number and service type, joined by _." });
    let mut schema = closed(vec![
        ("format".to_owned(), json!({ "enum": [FormsView::FORMAT] })),
        ("edition".to_owned(), json!({ "type": "string" })),
        ("serial".to_owned(), text("^[0-9]{14}$")),
        ("sender".to_owned(), office()),
        ("receiver".to_owned(), office()),
        ("forms".to_owned(), forms),
    ]);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Forms");
    schema["description"] = json!(
        "The files of one serial as `careplan-client render --json` writes them. The view is ours; the ministry's JSON of edition 5.0 \
         is another."
    );
    schema["$defs"] = Value::Object(defs);
    schema
}

#[test]
fn the_committed_schema_is_the_one_of_the_code() {
    if std::env::var_os("UPDATE_SCHEMAS").is_some_and(|value| value == "1") {
        let text = serde_json::to_string_pretty(&generated()).unwrap() + "\n";
        std::fs::write(schema_path("forms"), text).unwrap();
    }
    // Compared as values: the order of keys depends on features that other crates of a build may switch on.
    assert!(
        schema("forms") == generated(),
        "docs/schemas/forms.schema.json differs from the forms. If the change is meant, write it anew: \
         UPDATE_SCHEMAS=1 cargo test -p careplan-standard --test schemas"
    );
}

/// The forms as they are written.
fn view(forms: &Forms) -> Value {
    let name = FileName::parse("UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV").unwrap();
    serde_json::to_value(FormsView::new(Edition::v4_1(), &name, forms)).unwrap()
}

#[test]
fn the_forms_of_every_example_fit_the_schema() {
    let schema = schema("forms");
    assert_closed(&schema);
    for (_, files) in examples() {
        assert_fits(&schema, &view(&forms_of(&files)));
    }
}

#[test]
fn rare_values_and_those_that_cannot_be_read_fit_the_schema_and_others_do_not() {
    let schema = schema("forms");
    let line = SlipLine {
        start_time: Item::read("9999"),
        prorated_days: Item::Value(DayFlags::of([1, 31])),
        service_date: Item::read("20261131"),
        units: Item::read("-12"),
        ..SlipLine::default()
    };
    let forms = Forms {
        plan: vec![line],
        supplements: vec![Supplement { target_month: Item::read("000000"), ..Supplement::default() }],
        family_charts: vec![FamilyChart { file_name: "A.jpg".to_owned(), jpeg: vec![1] }],
        ..Forms::default()
    };
    let json = view(&forms);
    assert_fits(&schema, &json);
    for (pointer, value) in [
        ("/forms/plan/0/start_time", json!("9999")),
        ("/forms/plan/0/units", json!("1")),
        ("/forms/plan/0/prorated_days", json!([32])),
        ("/forms/plan/0/service_date", json!("2026/11/12")),
        ("/forms/supplements/0/limit", json!([])),
    ] {
        let mut spoiled = json.clone();
        *spoiled.pointer_mut(pointer).unwrap() = value;
        assert_eq!(faults(&schema, &spoiled).len(), 1, "{pointer}");
    }
}
