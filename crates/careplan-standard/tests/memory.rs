//! Checking takes a small multiple of the file's size in memory, whatever the file looks like. Prints what it took.
//!
//! One test only: the allocator counts for the whole process.

use careplan_standard::{Edition, SourceFile, check_file, check_unit, read_forms, sort_into_units};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A month of a very large office, many times over.
const SLIP_BYTES: usize = 20 * 1024 * 1024;

/// Enough to see a step that keeps something for every row; all shapes together should not take long.
const SHAPE_BYTES: usize = 4 * 1024 * 1024;

/// The file itself and at most three times as much besides.
const TIMES_MAX: usize = 4;

/// A form keeps every item as a value of its own, with a text of its own where it is one. Read one file at a time.
const FORMS_TIMES_MAX: usize = 20;

const SLIP: &str = "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV";
const DELETION: &str = "DLTPLAN_202611_9970000018_43_9970000026_11_20261026120000.CSV";

/// Rows until the file is large enough; `row` writes the one of this number.
fn rows(size: usize, row: impl Fn(usize) -> String) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(size + 1024);
    for number in 0.. {
        if bytes.len() >= size {
            break;
        }
        bytes.extend_from_slice(row(number).as_bytes());
    }
    bytes
}

/// Ten visits for each of many persons.
fn slip() -> Vec<u8> {
    rows(SLIP_BYTES, |number| {
        let (person, day) = (number / 10, number % 10 * 3 + 1);
        format!(
            "202407,990001,{person:010},20261025,202611,9970000018,\"x\",244,,202611{day:02},,1000,1030,1,111111,,,\"\",,9970000026,\"y\",,0,9970000018,\r\n"
        )
    })
}

/// A row of form 7 for each of the first persons.
fn annex() -> Vec<u8> {
    rows(SHAPE_BYTES, |person| {
        format!(
            "202407,990001,{person:010},20261025,202611,\"y\",9970000026,,111111,,,\"\",244,,,10,2440,2440,,,,2440,10.00,24400,90,21960,,2440,,,,,0,9999999999,,9970000018,\r\n"
        )
    })
}

/// The supplements of other persons.
fn supplement() -> Vec<u8> {
    rows(SHAPE_BYTES, |person| {
        let empty = ",".repeat(42);
        format!(
            "202407,990001,9{person:09},00000000,\"x\",\"x\",2,19380412,,\"\",\"\",,20260825,20260901,20280831,2,,22,19705{empty},,202611\r\n"
        )
    })
}

fn deletion(number: usize) -> String {
    format!("202407,990001,{number:010},202611\r\n")
}

/// One of the products that a person rents on a day under one code and at one price.
fn rental(number: usize) -> String {
    format!(
        "202407,990001,0009900013,20261025,202611,9970000018,\"x\",300,,20261102,,9999,9999,1,171007,{:05}-{number:06},,\"\",,9970000026,\"y\",,0,9970000018,\r\n",
        number / 1_000_000
    )
}

fn repeated(piece: &[u8]) -> Vec<u8> {
    piece.repeat(SHAPE_BYTES / piece.len())
}

/// The most memory there was while `work` ran, in tenths of the file's size, the file counted in.
fn tenths<T>(size: usize, work: impl FnOnce() -> T) -> usize {
    let before = MEMORY.current_usage() - size;
    MEMORY.reset_peak_usage();
    drop(work());
    (MEMORY.peak_usage() - before) * 10 / size
}

fn told(what: &str, size: usize, took: usize, times_max: usize) {
    println!("{what}: {size} bytes, {}.{} times", took / 10, took % 10);
    assert!(took <= times_max * 10, "{what}");
}

fn check(what: &str, name: &str, bytes: &[u8]) {
    let edition = Edition::v4_1();
    let file = SourceFile::new(name, bytes);
    told(what, bytes.len(), tenths(bytes.len(), || check_file(edition, &file)), TIMES_MAX);
}

#[test]
fn checking_takes_a_small_multiple_of_the_files_size() {
    let edition = Edition::v4_1();
    // What is made once for all files does not count.
    drop(check_file(edition, &SourceFile::new(DELETION, deletion(0).as_bytes())));
    check("withdrawals of many persons", DELETION, &rows(SHAPE_BYTES, deletion));
    check("a withdrawal that repeats", DELETION, &rows(SHAPE_BYTES, |_| deletion(0)));
    check(
        "another month in every row",
        DELETION,
        &rows(SHAPE_BYTES, |number| deletion(0).replace("202611", &format!("20{:04}", number % 9000))),
    );
    check(
        "another version in every row",
        DELETION,
        &rows(SHAPE_BYTES, |number| deletion(0).replace("202407", &format!("{number:06}"))),
    );
    let shapes: [(&str, &[u8]); 10] = [
        ("commas", b","),
        ("quotes", b"\""),
        ("pairs of quotes and a comma", b"\"\","),
        ("line breaks", b"\n"),
        ("short lines", b"1\n"),
        ("rows of four empty items", b",,,\n"),
        ("zero bytes", b"1,\0,\0\n"),
        ("halves of characters", b"\x81,"),
        ("user-defined characters", b"\xF0\x40,\xF0\x41\r\n"),
        ("UTF-8", "見本\r\n".as_bytes()),
    ];
    for (what, piece) in shapes {
        check(what, DELETION, &repeated(piece));
    }
    check("rentals that look alike", SLIP, &rows(SHAPE_BYTES, rental));
    check("a quote never closed", DELETION, &[b"202407,\"".to_vec(), repeated(b"x,\"\"\r\n")].concat());

    whole_unit();
}

/// A unit whose files name many persons, most of them in one file only.
fn whole_unit() {
    let edition = Edition::v4_1();
    let names = ["UPPLAN", "UPSIKYU", "UPHOSOKU"].map(|prefix| SLIP.replace("UPPLAN", prefix));
    let contents = [slip(), annex(), supplement()];
    let files: Vec<SourceFile<'_>> =
        names.iter().zip(&contents).map(|(name, bytes)| SourceFile::new(name, bytes)).collect();
    let sorted = sort_into_units(edition, &files);
    assert_eq!(sorted.units.len(), 1);
    for file in &files {
        let findings = check_file(edition, file);
        assert!(findings.iter().all(|finding| finding.code != "CSV-004"), "the rows are whole");
    }
    let size = contents.iter().map(Vec::len).sum();
    let check = || sorted.units.iter().flat_map(|unit| check_unit(edition, &files, unit)).count();
    told("a unit of many persons", size, tenths(size, check), TIMES_MAX);
    let size = contents[1].len();
    told("reading into forms", size, tenths(size, || read_forms(edition, &files[1..2])), FORMS_TIMES_MAX);
}
