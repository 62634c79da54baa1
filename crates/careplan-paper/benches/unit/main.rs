//! What a whole send unit of a normal office costs on paper: thirty users, one PDF.
//!
//! `cargo bench -p careplan-paper --bench unit`. The table at the end says pages, milliseconds and the aim; the fonts are read once and not counted.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first fault")]

use std::time::Instant;

use careplan_paper::{Document, ServiceNames, document, to_html, to_pdf};
use careplan_standard::form::Forms;
use careplan_standard::{Edition, read_forms};
use divan::Bencher;

mod care_plans;
#[path = "../../../careplan-standard/benches/office/mod.rs"]
mod office;

/// Users of a normal office.
const USERS: usize = 30;

/// A unit is drawn while somebody waits for it to appear.
const MILLISECONDS_MAX: f64 = 100.0;

fn main() {
    to_pdf(&sheets(&use_slips())).unwrap();
    divan::main();
    table();
}

/// Form 6 with 30 lines, form 7 and the supplement of each user.
#[divan::bench]
fn use_slips_pdf(bencher: Bencher<'_, '_>) {
    let forms = use_slips();
    bencher.bench(|| to_pdf(&sheets(&forms)).unwrap());
}

/// Forms 1, 2 and 3 and the supplement of each user.
#[divan::bench]
fn care_plans_pdf(bencher: Bencher<'_, '_>) {
    let forms = care_plans::care_plans(USERS);
    bencher.bench(|| to_pdf(&sheets(&forms)).unwrap());
}

#[divan::bench]
fn use_slips_html(bencher: Bencher<'_, '_>) {
    let forms = use_slips();
    bencher.bench(|| to_html(&sheets(&forms)));
}

fn use_slips() -> Forms {
    read_forms(Edition::v4_1(), &office::month(USERS).files()).unwrap()
}

fn sheets(forms: &Forms) -> Document {
    let date = jiff::civil::date(2026, 11, 30);
    document(Edition::v4_1(), forms, &ServiceNames::default(), date).unwrap()
}

/// The median of some rounds; machines are noisy.
fn table() {
    const ROUNDS: usize = 15;
    for (name, forms) in [("use slips", use_slips()), ("care plans", care_plans::care_plans(USERS))] {
        let mut pdf = Vec::new();
        let mut rounds: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                pdf = to_pdf(&sheets(&forms)).unwrap();
                start.elapsed().as_secs_f64() * 1e3
            })
            .collect();
        rounds.sort_by(f64::total_cmp);
        let milliseconds = rounds[ROUNDS / 2];
        let pages = pdf.windows(11).filter(|window| *window == b"/Type/Page/").count();
        println!(
            "{name} of {USERS} users: {pages} pages, {} KB, {milliseconds:.1} ms, {:.2} ms a page (aim: at most {MILLISECONDS_MAX} ms)",
            pdf.len() / 1000,
            milliseconds / pages as f64,
        );
    }
}
