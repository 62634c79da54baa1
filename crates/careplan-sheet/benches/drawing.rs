//! What a document of five pages costs, each way; the fonts are read once and not counted.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first fault")]

use careplan_sheet::{to_html, to_pdf};
use divan::Bencher;

#[path = "../examples/sample/document.rs"]
mod document;

fn main() {
    to_pdf(&document::sample().unwrap()).unwrap();
    divan::main();
}

#[divan::bench]
fn pdf_of_five_pages(bencher: Bencher) {
    let sample = document::sample().unwrap();
    bencher.bench(|| to_pdf(&sample).unwrap());
}

#[divan::bench]
fn html_of_five_pages(bencher: Bencher) {
    let sample = document::sample().unwrap();
    bencher.bench(|| to_html(&sample));
}
