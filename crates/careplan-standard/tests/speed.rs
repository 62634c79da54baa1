//! A file of 1 MiB and a row of 10 MB are checked without a quadratic step. Prints what it took; judges nothing by the clock.

use std::time::Instant;

use careplan_standard::{Edition, SourceFile, check_file};

#[test]
fn large_files_with_faults_everywhere_are_checked() {
    let name = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
    let example =
        std::fs::read(format!("{}/examples/02_K2_use_slip/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let valid = example.repeat(1024 * 1024 / example.len());
    let faulty: Vec<u8> = valid.iter().map(|byte| if *byte == b'6' { b'x' } else { *byte }).collect();
    let commas = vec![b','; 10_000_000];
    let quotes = [&b"202407,"[..], &vec![b'"'; 10_000_001]].concat();
    let open = [&b"202407,\""[..], &vec![b'\n'; 10_000_000]].concat();
    for (what, bytes) in
        [("valid", valid), ("faulty", faulty), ("commas", commas), ("quotes", quotes), ("open", open)]
    {
        let start = Instant::now();
        let findings = check_file(Edition::v4_1(), &SourceFile::new(name, &bytes));
        println!("{what}: {} bytes, {} findings, {:?}", bytes.len(), findings.len(), start.elapsed());
        assert_eq!(findings.is_empty(), what == "valid");
    }
}
