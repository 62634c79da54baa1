//! Any text as a file name: reading never panics, and a name written canonically reads the same.

#![no_main]

use careplan_standard::FileName;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(name) = FileName::parse(text) {
        let again = FileName::parse(&name.to_string());
        assert_eq!(again.as_ref().map(ToString::to_string), Ok(name.to_string()));
    }
});
