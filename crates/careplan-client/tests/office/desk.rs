//! The desk: what was brought is sent once, and what cannot be sent stays.

use careplan_client::Office;
use careplan_client::desk::{Brought, Desk, DeskFault};
use careplan_client::outbox::{DocumentOrder, UnitOutcome};
use careplan_client::staff::Actor;
use careplan_client::state::DraftState;
use uuid::Uuid;

use crate::world::{RECEIVER, SENDER, World, drain, examples, files_below};

/// The files of an example, as a browser brings them.
fn brought(names: &[&str]) -> Brought {
    let mut all = Brought::default();
    for name in names {
        for (path, bytes) in files_below(&examples().join(name)) {
            all.add(path.to_str().unwrap(), bytes).unwrap();
        }
    }
    all
}

async fn send(desk: &Desk, id: Uuid) -> Vec<UnitOutcome> {
    desk.send(id, Actor::default(), |_| {})
        .await
        .unwrap()
        .units
        .into_iter()
        .map(|unit| unit.outcome)
        .collect()
}

fn left(world: &World) -> usize {
    files_below(&world.path(SENDER).join("drafts")).len()
}

async fn count_sent(office: &Office) -> usize {
    office.state().all_sent().await.unwrap().len()
}

#[tokio::test]
async fn a_draft_is_looked_at_sent_once_and_closed() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    let desk = Desk::new(sender.clone());
    let id = desk.bring(brought(&["01_K1_care_plan", "02_K2_use_slip"]), "yamada").await.unwrap();
    let looked = desk.look(id).await.unwrap();
    assert_eq!((looked.files.len(), looked.judged.units.len(), looked.ready()), (7, 2, 2));
    assert_eq!((looked.draft.made_by.as_str(), looked.draft.state), ("yamada", DraftState::Open));
    let sent = send(&desk, id).await;
    assert!(sent.iter().all(|outcome| matches!(outcome, UnitOutcome::Prepared(_))), "{sent:?}");
    let again = desk.send(id, Actor::default(), |_| {}).await.unwrap_err().to_string();
    assert!(again.contains("もう送信を終えています"), "{again}");
    assert_eq!((count_sent(&sender).await, left(&world)), (2, 0));
    assert_eq!(desk.look(id).await.unwrap().sent.len(), 2);
    assert!(desk.drafts().await.unwrap().is_empty());
    drain(&sender).await;
    drain(&receiver).await;
    assert_eq!(files_below(&world.path(RECEIVER).join("inbox")).len(), 7);
}

#[tokio::test]
async fn who_presses_twice_at_the_same_time_sends_once() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let desk = Desk::new(sender.clone());
    let id = desk.bring(brought(&["01_K1_care_plan"]), "yamada").await.unwrap();
    let (one, other) =
        tokio::join!(desk.send(id, Actor::default(), |_| {}), desk.send(id, Actor::default(), |_| {}));
    assert!(one.is_ok() && matches!(other, Err(DeskFault::Closed(DraftState::Sent))));
    assert_eq!(count_sent(&sender).await, 1);
}

#[tokio::test]
async fn a_send_that_was_killed_after_the_letter_was_stored_sends_nothing_twice() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let id = Desk::new(sender.clone()).bring(brought(&["01_K1_care_plan"]), "yamada").await.unwrap();
    // The unit is in the outbox; the draft does not know it.
    let folder = world.path(SENDER).join("drafts").join(id.to_string());
    crate::world::send(&sender, &folder).await;
    let desk = Desk::new(sender.clone());
    let sent = send(&desk, id).await;
    assert!(matches!(sent[..], [UnitOutcome::Duplicate(_)]), "{sent:?}");
    assert_eq!((count_sent(&sender).await, desk.look(id).await.unwrap().draft.state), (1, DraftState::Sent));
}

#[tokio::test]
async fn what_blocks_stays_and_goes_when_it_was_mended() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let desk = Desk::new(sender.clone());
    let mut both = brought(&["02_K2_use_slip"]);
    // A unit whose file cannot be read.
    let (path, bytes) = files_below(&examples().join("01_K1_care_plan")).into_iter().next().unwrap();
    both.add(path.to_str().unwrap(), b"\xFF\xFF\r\n".to_vec()).unwrap();
    let id = desk.bring(both, "yamada").await.unwrap();
    assert_eq!(desk.look(id).await.unwrap().ready(), 1);
    send(&desk, id).await;
    let looked = desk.look(id).await.unwrap();
    assert_eq!((looked.draft.state, looked.files.len(), looked.sent.len()), (DraftState::Open, 1, 1));
    let mut mended = brought(&["01_K1_care_plan"]);
    mended.add(path.to_str().unwrap(), bytes).unwrap();
    desk.add(id, mended).await.unwrap();
    let sent = send(&desk, id).await;
    assert!(matches!(sent[..], [UnitOutcome::Prepared(_)]), "{sent:?}");
    assert_eq!(desk.look(id).await.unwrap().draft.state, DraftState::Sent);
}

#[tokio::test]
async fn a_document_waits_until_it_is_said_where_it_goes() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let desk = Desk::new(sender.clone());
    let mut document = Brought::default();
    document.add("計画書.pdf", b"%PDF-1.7\n%%EOF\n".to_vec()).unwrap();
    let id = desk.bring(document, "yamada").await.unwrap();
    assert!(send(&desk, id).await.is_empty());
    assert_eq!(desk.look(id).await.unwrap().draft.state, DraftState::Open);
    let order = DocumentOrder {
        from: "9970000018-43".parse().unwrap(),
        to: "9970000026-11".parse().unwrap(),
        month: Some("202611".parse().unwrap()),
    };
    desk.order_documents(id, &order).await.unwrap();
    assert_eq!(desk.look(id).await.unwrap().draft.documents, Some(order));
    assert!(matches!(send(&desk, id).await[..], [UnitOutcome::Prepared(_)]));
}

#[tokio::test]
async fn a_document_that_went_does_not_lie_in_a_draft_that_stays_open() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let desk = Desk::new(sender.clone());
    let mut both = Brought::default();
    both.add("計画書.pdf", b"%PDF-1.7\n%%EOF\n".to_vec()).unwrap();
    let (path, bytes) = files_below(&examples().join("01_K1_care_plan")).into_iter().next().unwrap();
    both.add(path.to_str().unwrap(), b"\xFF\xFF\r\n".to_vec()).unwrap();
    let id = desk.bring(both, "yamada").await.unwrap();
    let order = DocumentOrder {
        from: "9970000018-43".parse().unwrap(),
        to: "9970000026-11".parse().unwrap(),
        month: Some("202611".parse().unwrap()),
    };
    desk.order_documents(id, &order).await.unwrap();
    send(&desk, id).await;
    let looked = desk.look(id).await.unwrap();
    assert_eq!((looked.draft.state, looked.sent.len()), (DraftState::Open, 1));
    assert_eq!((looked.files.len(), looked.judged.documents.len()), (1, 0));
    // The rest goes when it was mended, and the document not once more.
    let mut mended = brought(&["01_K1_care_plan"]);
    mended.add(path.to_str().unwrap(), bytes).unwrap();
    desk.add(id, mended).await.unwrap();
    let sent = send(&desk, id).await;
    assert!(matches!(sent[..], [UnitOutcome::Prepared(_)]), "{sent:?}");
    assert_eq!(desk.look(id).await.unwrap().draft.state, DraftState::Sent);
}

#[tokio::test]
async fn what_was_thrown_away_is_gone_and_nothing_of_it_is_sent() {
    let world = World::new();
    let (sender, _receiver) = world.two().await;
    let desk = Desk::new(sender.clone());
    let id = desk.bring(brought(&["01_K1_care_plan"]), "yamada").await.unwrap();
    desk.throw_away(id, &Actor::default()).await.unwrap();
    for refused in [
        desk.send(id, Actor::default(), |_| {}).await.err(),
        desk.throw_away(id, &Actor::default()).await.err(),
        desk.add(id, brought(&["02_K2_use_slip"])).await.err(),
    ] {
        let said = refused.unwrap().to_string();
        assert!(said.contains("取り消されています") && said.contains("もう一度入れてください"), "{said}");
    }
    assert_eq!((count_sent(&sender).await, left(&world)), (0, 0));
    let unknown = desk.look(Uuid::nil()).await.err().unwrap().to_string();
    assert!(unknown.contains("見つかりません"), "{unknown}");
    let empty = desk.bring(Brought::default(), "yamada").await.unwrap_err().to_string();
    assert!(empty.contains("送信するファイルがありません"), "{empty}");
}
