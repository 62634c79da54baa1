//! As much of JSON Schema (draft 2020-12) as our schemas use. A word it does not know fails the test: nothing passes unexamined.

use serde_json::Value;

/// Why a value does not fit a schema; nothing when it does.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(schema, (schema, value), "$", &mut faults);
    faults
}

pub(crate) fn assert_fits(schema: &Value, value: &Value) {
    let faults = faults(schema, value);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn check(root: &Value, (schema, value): (&Value, &Value), at: &str, faults: &mut Vec<String>) {
    for (word, rule) in schema.as_object().unwrap() {
        let fits = match word.as_str() {
            "$schema" | "title" | "description" | "$defs" => true,
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#'));
                check(root, (target.unwrap_or_else(|| panic!("{rule}")), value), at, faults);
                true
            }
            "type" => match rule {
                Value::Array(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
                kind => is_of(kind, value),
            },
            "enum" => rule.as_array().unwrap().contains(value),
            "anyOf" => rule.as_array().unwrap().iter().any(|option| {
                let mut inner = Vec::new();
                check(root, (option, value), at, &mut inner);
                inner.is_empty()
            }),
            "pattern" => value.as_str().is_none_or(|text| fits_pattern(rule.as_str().unwrap(), text)),
            "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
            "maximum" => value.as_i64().is_none_or(|number| number <= rule.as_i64().unwrap()),
            "minItems" => value.as_array().is_none_or(|it| it.len() as u64 >= rule.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|it| it.len() as u64 <= rule.as_u64().unwrap()),
            "items" => {
                for (item, number) in value.as_array().into_iter().flatten().zip(0..) {
                    check(root, (rule, item), &format!("{at}[{number}]"), faults);
                }
                true
            }
            "properties" => {
                for (name, item) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(name) {
                        check(root, (rule, item), &format!("{at}.{name}"), faults);
                    }
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(rule, &Value::Bool(false));
                let known = &schema["properties"];
                value.as_object().is_none_or(|it| it.keys().all(|name| known.get(name).is_some()))
            }
            "required" => value.as_object().is_none_or(|it| {
                rule.as_array().unwrap().iter().all(|name| it.contains_key(name.as_str().unwrap()))
            }),
            other => panic!("the validator of the tests does not know \"{other}\""),
        };
        if !fits {
            faults.push(format!("{at}: {word} {rule} does not hold for {value}"));
        }
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the validator of the tests does not know the type {other}"),
    }
}

/// Patterns of the form `^…$` made of literal characters, `[0-9]` and `{n}` after it.
fn fits_pattern(pattern: &str, text: &str) -> bool {
    let pattern = pattern.strip_prefix('^').and_then(|it| it.strip_suffix('$')).unwrap();
    let mut rest = text.chars();
    let mut parts = pattern;
    while !parts.is_empty() {
        if let Some(after) = parts.strip_prefix("[0-9]{") {
            let (count, after) = after.split_once('}').unwrap();
            let digits = (&mut rest).take(count.parse().unwrap()).filter(char::is_ascii_digit).count();
            if digits != count.parse::<usize>().unwrap() {
                return false;
            }
            parts = after;
        } else {
            let mut chars = parts.chars();
            if rest.next() != chars.next() {
                return false;
            }
            parts = chars.as_str();
        }
    }
    rest.next().is_none()
}

/// Every object of a schema says which keys it has, all of them and no other.
pub(crate) fn assert_closed(schema: &Value) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        assert_eq!(schema["additionalProperties"], false, "{schema}");
        let mut required: Vec<&str> =
            schema["required"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let mut known: Vec<&str> = properties.keys().map(String::as_str).collect();
        required.sort_unstable();
        known.sort_unstable();
        assert_eq!(required, known);
    }
    match schema {
        Value::Object(members) => members.values().for_each(assert_closed),
        Value::Array(items) => items.iter().for_each(assert_closed),
        _ => {}
    }
}

#[test]
fn the_validator_finds_what_does_not_fit() {
    let schema = serde_json::json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["a"],
        "properties": {
            "a": { "$ref": "#/$defs/number" },
            "b": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "enum": ["x", "y"] } },
            "c": { "anyOf": [{ "type": "null" }, { "type": "string", "pattern": "^[0-9]{2}:x$" }] }
        },
        "$defs": { "number": { "type": ["integer", "null"], "minimum": 1, "maximum": 3 } }
    });
    for value in ["{\"a\":1}", "{\"a\":null,\"b\":[\"x\",\"y\"]}", "{\"a\":3,\"c\":\"12:x\"}"] {
        assert_fits(&schema, &serde_json::from_str(value).unwrap());
    }
    let unfit = [
        "[]",
        "{}",
        "{\"a\":0}",
        "{\"a\":4}",
        "{\"a\":1.5}",
        "{\"a\":\"1\"}",
        "{\"a\":1,\"d\":1}",
        "{\"a\":1,\"b\":[]}",
        "{\"a\":1,\"b\":[\"z\"]}",
        "{\"a\":1,\"b\":[\"x\",\"x\",\"x\"]}",
        "{\"a\":1,\"c\":\"1:x\"}",
        "{\"a\":1,\"c\":\"12:xy\"}",
        "{\"a\":1,\"c\":1}",
    ];
    for value in unfit {
        assert_eq!(faults(&schema, &serde_json::from_str(value).unwrap()).len(), 1, "{value}");
    }
}
