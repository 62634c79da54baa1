//! What the lists of an office cost after five years and 200,000 transmissions: each must stay under
//! 100 ms. The state lies in a file as in an installed client; making it up is not counted.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a benchmark stops at the first fault")]

use std::sync::LazyLock;

use careplan_client::board::{By, Look, Side, View};
use careplan_client::history::{Direction, Filter, Key};
use careplan_client::{Office, OfficeOptions};
use divan::Bencher;
use tokio::runtime::Runtime;

mod made_up;

const TRANSMISSIONS: u64 = 200_000;
const LINES: u32 = 50;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static OFFICE: LazyLock<(tempfile::TempDir, Office)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let office = RUNTIME.block_on(async {
        let office = Office::open(OfficeOptions::at(folder.path())).await.unwrap();
        made_up::fill(folder.path(), TRANSMISSIONS).await;
        office
    });
    (folder, office)
});

fn main() {
    LazyLock::force(&OFFICE);
    divan::main();
}

fn lines(bencher: Bencher, filter: Filter, after: Option<Key>) {
    let history = OFFICE.1.history();
    bencher.bench(|| RUNTIME.block_on(history.page(&filter, after, LINES)).unwrap());
}

/// The place in the middle of all years.
fn middle() -> Option<Key> {
    let at =
        careplan_domain::Timestamp::from_millisecond(made_up::BEGIN_MS + made_up::LENGTH_MS / 2).unwrap();
    let id = "01920000-0000-7000-8000-000000000001".parse().unwrap();
    Some(Key { at, id, direction: Direction::Sent })
}

fn text(text: &str) -> Filter {
    Filter { text: Some(text.to_owned()), ..Filter::default() }
}

#[divan::bench]
fn first_page(bencher: Bencher) {
    lines(bencher, Filter::default(), None);
}

#[divan::bench]
fn page_in_the_middle(bencher: Bencher) {
    lines(bencher, Filter::default(), middle());
}

#[divan::bench]
fn partner(bencher: Bencher) {
    lines(bencher, Filter { partner: Some("9970000101".parse().unwrap()), ..Filter::default() }, None);
}

#[divan::bench]
fn partner_kind_and_a_state_that_none_is_in(bencher: Bencher) {
    let filter = Filter {
        partner: Some("9970000101-11".parse().unwrap()),
        kind: Some("K1".parse().unwrap()),
        states: vec!["refused"],
        ..Filter::default()
    };
    lines(bencher, filter, None);
}

#[divan::bench]
fn month_and_kind(bencher: Bencher) {
    let filter = Filter {
        month: Some("202403".parse().unwrap()),
        kind: Some("S1".parse().unwrap()),
        ..Filter::default()
    };
    lines(bencher, filter, None);
}

#[divan::bench]
fn a_state_that_none_is_in(bencher: Bencher) {
    lines(bencher, Filter { states: vec!["refused"], ..Filter::default() }, None);
}

#[divan::bench]
fn unread(bencher: Bencher) {
    lines(bencher, Filter { read: Some(false), ..Filter::default() }, None);
}

#[divan::bench]
fn search_one_user_by_kana(bencher: Bencher) {
    lines(bencher, text("ｶｸｳ ﾊﾅｺ"), None);
}

#[divan::bench]
fn search_insured_number(bencher: Bencher) {
    lines(bencher, text(&made_up::person(230).insured), None);
}

#[divan::bench]
fn search_what_half_of_all_users_match(bencher: Bencher) {
    lines(bencher, text("み"), None);
}

#[divan::bench]
fn search_users_of_years_ago(bencher: Bencher) {
    lines(bencher, text("花子"), None);
}

#[divan::bench]
fn search_many_users_with_a_state_that_none_is_in(bencher: Bencher) {
    lines(bencher, Filter { states: vec!["refused"], ..text("み") }, None);
}

#[divan::bench]
fn search_partner_number(bencher: Bencher) {
    lines(bencher, text("9970000117"), None);
}

#[divan::bench]
fn search_nobody(bencher: Bencher) {
    lines(bencher, text("いないひと"), None);
}

#[divan::bench(sample_count = 20)]
fn usage_of_a_year(bencher: Bencher) {
    let history = OFFICE.1.history();
    let (from, until) = ("202501".parse().unwrap(), "202512".parse().unwrap());
    bencher.bench(|| RUNTIME.block_on(history.usage(from, until)).unwrap());
}

#[divan::bench(sample_count = 20)]
fn provision_of_a_month(bencher: Bencher) {
    let history = OFFICE.1.history();
    let (from, until) = ("2025-11-01".parse().unwrap(), "2025-11-30".parse().unwrap());
    bencher.bench(|| RUNTIME.block_on(history.provision(from, until)).unwrap());
}

fn board(bencher: Bencher, by: By, look: Option<Look>) {
    let boards = OFFICE.1.boards();
    let month = "202411".parse().unwrap();
    let view = View { month, side: Side::Planner, by, partner: None, person: None, look };
    let now = "2024-11-30T01:00:00Z".parse().unwrap();
    bencher.bench(|| {
        RUNTIME.block_on(async {
            let lines = boards.lines(view.month).await.unwrap();
            boards.board(&view, &lines, now).await.unwrap()
        })
    });
}

#[divan::bench(sample_count = 20)]
fn board_of_partners(bencher: Bencher) {
    board(bencher, By::Partner, None);
}

#[divan::bench(sample_count = 20)]
fn board_of_users_with_something_missing(bencher: Bencher) {
    board(bencher, By::Person, Some(Look::Missing));
}
