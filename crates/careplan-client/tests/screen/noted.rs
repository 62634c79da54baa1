//! What stands in the record of operations is within the transaction of its act: no act without its line, no line without its act.

use careplan_client::history::KeepMonths;
use careplan_client::state::ReceivedState;
use jiff::SignedDuration;

use crate::browser::Screens;
use crate::world::{RECEIVER, World, drain, examples, send};

/// Runs a statement on the state file, as if from beside the program.
async fn beside(screens: &Screens, statement: &'static str) {
    use sqlx::Connection as _;
    let file = screens.office.options().data.join("client.sqlite");
    let mut file = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    sqlx::query(statement).execute(&mut file).await.unwrap();
}

/// From now on no line can be written.
async fn seal_the_record(screens: &Screens) {
    beside(
        screens,
        "create trigger sealed before insert on operation begin select raise(abort, 'sealed'); end",
    )
    .await;
}

async fn open_the_record(screens: &Screens) {
    beside(screens, "drop trigger sealed").await;
}

/// The newest line: who, what, on what, and more.
async fn newest(screens: &Screens) -> (String, String, String, String) {
    let [line, ..] = &screens.staff.operations(None, 1).await.unwrap()[..] else { panic!("nothing noted") };
    (line.actor.clone(), line.action.clone(), line.subject.clone(), line.detail.clone())
}

#[tokio::test]
async fn marks_of_many_are_made_and_taken_back_with_their_line_or_not_at_all() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    send(&sender, &examples().join("02_K2_use_slip")).await;
    drain(&sender).await;
    drain(&receiver).await;
    let screens = Screens::of(world, receiver);
    let mut browser = screens.manager().await;
    let state = async || screens.office.state().all_received().await.unwrap()[0].state;
    let id = screens.office.state().all_received().await.unwrap()[0].header.id.to_string();
    let picked = [("which", "picked"), ("pick0", &*id), ("back", "/received")];
    let at = screens.office.now();
    let undone = [("at", &*at.as_millisecond().to_string())];

    seal_the_record(&screens).await;
    assert_eq!(browser.post("/received/imported", &picked).await.status, 500);
    assert_eq!(state().await, ReceivedState::Acknowledged);
    open_the_record(&screens).await;
    assert_eq!(browser.post("/received/imported", &picked).await.status, 303);
    let (actor, action, subject, detail) = newest(&screens).await;
    assert_eq!([&*actor, &*action, &*subject], ["yamada", "imported.many", &*at.to_string()]);
    assert!(detail.contains(&id), "{detail}");

    seal_the_record(&screens).await;
    assert_eq!(browser.post("/received/imported/undo", &undone).await.status, 500);
    assert_eq!(state().await, ReceivedState::Importing);
    open_the_record(&screens).await;
    assert_eq!(browser.post("/received/imported/undo", &undone).await.status, 303);
    assert_eq!(state().await, ReceivedState::Acknowledged);
    assert_eq!(newest(&screens).await.1, "imported.undone");
}

#[tokio::test]
async fn of_many_marks_the_record_names_only_those_that_were_made() {
    let world = World::new();
    let (sender, receiver) = world.two().await;
    for example in ["01_K1_care_plan", "02_K2_use_slip"] {
        send(&sender, &examples().join(example)).await;
    }
    drain(&sender).await;
    drain(&receiver).await;
    let all = receiver.state().all_received().await.unwrap();
    let [before, now] = [0, 1].map(|n: usize| all[n].header.id);
    receiver.mark_imported(before).await.unwrap();
    let screens = Screens::of(world, receiver);
    let mut browser = screens.manager().await;
    let shown = format!("{before},{now}");
    browser
        .post("/received/imported", &[("which", "shown"), ("shown", &*shown), ("back", "/received")])
        .await;
    let (_, action, _, detail) = newest(&screens).await;
    assert_eq!(action, "imported.many");
    assert_eq!(detail, format!("{{\"transmissions\":[\"{now}\"]}}"));
    // Where nothing is left to mark, nothing is noted.
    let lines = screens.staff.operations(None, 100).await.unwrap().len();
    browser
        .post("/received/imported", &[("which", "shown"), ("shown", &*shown), ("back", "/received")])
        .await;
    assert_eq!(screens.staff.operations(None, 100).await.unwrap().len(), lines);
}

#[tokio::test]
async fn the_time_that_copies_are_kept_changes_with_its_line_or_not_at_all() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    seal_the_record(&screens).await;
    assert_eq!(browser.post("/settings/retention", &[("years", "10")]).await.status, 500);
    assert_eq!(screens.office.state().keep_months().await.unwrap(), KeepMonths::DEFAULT);
}

#[tokio::test]
async fn a_renewed_certificate_is_noted_although_its_announcement_fails() {
    let screens = Screens::new().await;
    let mut browser = screens.manager().await;
    let before = screens.office.link().await.unwrap().identity.certificate().clone();
    beside(
        &screens,
        "create trigger unannounced before update on setting when new.name = 'announcing_at' begin select raise(abort, 'no'); end",
    )
    .await;
    assert_ne!(browser.post("/settings/terminal/renew", &[]).await.status, 303);
    assert_ne!(screens.office.link().await.unwrap().identity.certificate(), &before);
    assert_eq!(newest(&screens).await.1, "certificate.renewed");
}

#[tokio::test]
async fn the_pc_that_counts_is_chosen_with_its_line_or_not_at_all() {
    let screens = Screens::new().await;
    screens.world.set_up(RECEIVER).await;
    let mut browser = screens.manager().await;
    beside(&screens, "insert into setting (name, value) values ('other_copy_at', '1')").await;
    screens.world.pass(SignedDuration::from_secs(2));
    seal_the_record(&screens).await;
    assert_eq!(browser.post("/settings/backup/claim", &[]).await.status, 500);
    assert!(screens.office.state().other_copy_at().await.unwrap().is_some());
    open_the_record(&screens).await;
    browser.post("/settings/backup/claim", &[]).await.leads_to("/settings/backup?done=claimed");
    assert_eq!(newest(&screens).await.1, "terminal.claimed");
}
