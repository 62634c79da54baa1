//! A month of use slips: reading and checking it, beside the plain `csv` crate over the same bytes.
//!
//! `cargo bench -p careplan-standard` prints the table of `docs/performance.md`. The ratio at the end is what counts; machines differ.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Instant;

use careplan_standard::{Edition, SourceFile, check_file, check_unit, read_forms, sort_into_units};
use divan::Bencher;
use divan::counter::BytesCount;

mod office;

use office::{Month, PLAN, month};

fn main() {
    divan::main();
    ratios();
}

/// A large office: 200 users with 30 lines each; then a hundred of them.
const USERS: [usize; 2] = [200, 20_000];

#[divan::bench(args = USERS, sample_count = 20)]
fn csv_crate_byte_records(bencher: Bencher<'_, '_>, users: usize) {
    let plan = month(users).plan;
    bencher.counter(BytesCount::of_slice(&plan)).bench(|| csv_records(&plan));
}

#[divan::bench(args = USERS, sample_count = 20)]
fn full_check(bencher: Bencher<'_, '_>, users: usize) {
    let plan = month(users).plan;
    bencher.counter(BytesCount::of_slice(&plan)).bench(|| checked(&plan));
}

#[divan::bench(args = [200])]
fn typed_forms(bencher: Bencher<'_, '_>, users: usize) {
    let plan = month(users).plan;
    let read = || read_forms(Edition::v4_1(), &[SourceFile::new(PLAN, &plan)]).unwrap().plan.len();
    bencher.counter(BytesCount::of_slice(&plan)).bench(read);
}

/// A normal office: all three files of a unit of 30 users.
#[divan::bench]
fn whole_unit_of_30_users(bencher: Bencher<'_, '_>) {
    let month = month(30);
    bencher.bench(|| unit_checked(&month));
}

fn csv_records(bytes: &[u8]) -> usize {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut items = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        items += record.len();
    }
    items
}

fn checked(bytes: &[u8]) -> usize {
    let findings = check_file(Edition::v4_1(), &SourceFile::new(PLAN, bytes));
    assert_eq!(findings.len(), 0, "{findings:?}");
    findings.len()
}

fn unit_checked(month: &Month) -> usize {
    let files = month.files();
    let sorted = sort_into_units(Edition::v4_1(), &files);
    let findings = check_unit(Edition::v4_1(), &files, &sorted.units[0]);
    assert_eq!(findings.len(), 0, "{findings:?}");
    findings.len()
}

/// Both side by side, alternating, so that a noisy machine disturbs both alike: the median of the ratios.
fn ratios() {
    const ROUNDS: usize = 9;
    for users in USERS {
        let plan = month(users).plan;
        let time = |work: fn(&[u8]) -> usize| {
            let start = Instant::now();
            black_box(work(black_box(&plan)));
            start.elapsed().as_secs_f64()
        };
        let mut rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (time(csv_records), time(checked))).collect();
        rounds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
        let (csv, check) = rounds[ROUNDS / 2];
        let speed = |seconds: f64| plan.len() as f64 / seconds / 1e6;
        println!(
            "{users} users, {:.1} MB: csv crate {:.0} MB/s, full check {:.0} MB/s, ratio {:.2} (aim: at least 0.5)",
            plan.len() as f64 / 1e6,
            speed(csv),
            speed(check),
            csv / check
        );
    }
}
