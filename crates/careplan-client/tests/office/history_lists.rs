//! The lists against a plain look at every row: whatever way a page takes, it shows the same.

use std::collections::BTreeSet;

use careplan_client::history::{Direction, Filter, History, Item, Key, Partner, folded};
use careplan_client::{Office, OfficeOptions};

#[path = "../../benches/history/made_up.rs"]
mod made_up;

/// So many that a common name is searched by a walk, and a rare one person by person.
const TRANSMISSIONS: u64 = 24_000;

async fn all(history: &History, filter: &Filter, limit: u32) -> Vec<Item> {
    let (mut items, mut after): (Vec<Item>, Option<Key>) = (Vec::new(), None);
    loop {
        let page = history.page(filter, after, limit).await.unwrap();
        items.extend(page.items);
        after = page.next;
        if after.is_none() {
            return items;
        }
    }
}

fn matches(filter: &Filter, item: &Item) -> bool {
    let header = match &item.what {
        careplan_client::history::Exchanged::Sent(it) => &it.header,
        careplan_client::history::Exchanged::Received(it) => &it.header,
    };
    let by_partner = match filter.partner {
        None => true,
        Some(Partner::Office(office)) => item.partner().office == office,
        Some(Partner::Address(address)) => item.partner() == address,
    };
    let read = (item.key().direction == Direction::Received).then_some(item.seen_at.is_some());
    let by_text = filter.text.as_ref().is_none_or(|text| {
        let text = folded(text);
        let of_person = item.persons.iter().any(|it| {
            [&it.name, &it.kana, &it.insured_number].into_iter().any(|part| folded(part).contains(&text))
        });
        of_person || item.partner().office.to_string().contains(&text)
    });
    by_partner
        && by_text
        && filter.direction.is_none_or(|it| it == item.key().direction)
        && filter.kind.is_none_or(|it| it == header.unit)
        && filter.month.is_none_or(|it| Some(it) == header.month)
        && (filter.states.is_empty() || filter.states.contains(&item.state()))
        && (filter.read.is_none() || filter.read == read)
}

#[tokio::test]
async fn every_filter_shows_exactly_what_it_asks_for_newest_first_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(OfficeOptions::at(folder.path())).await.unwrap();
    made_up::fill(folder.path(), TRANSMISSIONS).await;
    let history = office.history();
    let everything = all(&history, &Filter::default(), 500).await;
    assert_eq!(everything.len() as u64, TRANSMISSIONS);
    let text = |text: &str| Filter { text: Some(text.to_owned()), ..Filter::default() };
    let partner: Option<Partner> = Some("9970000101".parse().unwrap());
    let address: Option<Partner> = Some("9970000102-11".parse().unwrap());
    let nobody: Option<Partner> = Some("9970000102-13".parse().unwrap());
    let (kind, month) = (Some("K2".parse().unwrap()), Some("202403".parse().unwrap()));
    let filters = [
        Filter { direction: Some(Direction::Sent), ..Filter::default() },
        Filter { partner, ..Filter::default() },
        Filter { partner: address, kind, ..Filter::default() },
        Filter { partner: nobody, ..Filter::default() },
        Filter { month, states: vec!["imported"], ..Filter::default() },
        Filter { states: vec!["refused"], ..Filter::default() },
        Filter { states: vec!["acknowledged", "written", "withdrawn"], ..Filter::default() },
        Filter { read: Some(false), ..Filter::default() },
        Filter { read: Some(true), partner, ..Filter::default() },
        // Few, found person by person; many, found by a walk.
        text("カクウ　ハナコ"),
        text(&made_up::person(3).insured),
        text("み"),
        Filter { month, ..text("み") },
        Filter { partner, kind, ..text("こ") },
        Filter { direction: Some(Direction::Received), ..text("み") },
        text("9970000117"),
        text("99"),
        text("いないひと"),
    ];
    for filter in &filters {
        let expected: Vec<Key> =
            everything.iter().filter(|item| matches(filter, item)).map(Item::key).collect();
        let found: Vec<Key> = all(&history, filter, 397).await.iter().map(Item::key).collect();
        assert_eq!(found.len(), expected.len(), "{filter:?}");
        assert_eq!(found, expected, "{filter:?}");
    }
    let keys: BTreeSet<Key> = everything.iter().map(Item::key).collect();
    assert_eq!(keys.len(), everything.len());
    // Both ways of searching were gone.
    let common = everything.iter().filter(|item| matches(&text("み"), item)).count();
    let rare = everything.iter().filter(|item| matches(&text("カクウ　ハナコ"), item)).count();
    assert!(common > 2 * 4_000 && (1..4_000).contains(&rare), "{common} {rare}");
}
