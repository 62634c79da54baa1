//! The people of the office: who may log in, and what is written down of it.

use careplan_client::staff::{
    Broken, IDLE_MAX, LoginName, NewPerson, Role, SESSION_MAX, SESSIONS_MAX, Search, Session, SessionFault,
    Staff, StaffFault, Stage, Visitor,
};
use careplan_client::state::State;
use careplan_domain::{Secret, Timestamp};
use careplan_login::{Hasher, Token};
use jiff::SignedDuration;
use proptest::prelude::*;
use tempfile::TempDir;

const OWN: &str = "haru no ogawa";

struct Office {
    _folder: TempDir,
    path: std::path::PathBuf,
    staff: Staff,
    now: Timestamp,
}

fn login(name: &str) -> LoginName {
    LoginName::new(name).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("client.sqlite");
        let state = State::open(&path).await.unwrap();
        let now = "2026-11-25T00:00:00Z".parse().unwrap();
        let office = Self { _folder: folder, path, staff: Staff::new(state, Hasher::new(4)), now };
        office.staff.add_first((login("yamada"), "山田 花子"), &secret(OWN), office.now).await.unwrap();
        office
    }

    fn by(&self) -> (&'static str, Timestamp) {
        ("yamada", self.now)
    }

    async fn add(&self, name: &str, role: Role) -> (i64, Secret) {
        let person = NewPerson { login: login(name), name: "佐藤".to_owned(), role };
        let password = self.staff.add(&person, self.by()).await.unwrap();
        (self.id(name).await, password)
    }

    async fn id(&self, name: &str) -> i64 {
        self.staff.people().await.unwrap().into_iter().find(|person| person.login == name).unwrap().id
    }

    async fn log_in(&self, name: &str, password: &str) -> Result<(Token, Session), StaffFault> {
        self.staff.log_in((name, &secret(password)), Visitor::new(Some("Chrome/1 Edg/1")), self.now).await
    }

    async fn actions(&self) -> Vec<String> {
        let mut lines = self.staff.operations(None, 100).await.unwrap();
        lines.reverse();
        lines.into_iter().map(|line| format!("{} {} {}", line.actor, line.action, line.subject)).collect()
    }

    /// Changes the file behind the back of the program.
    async fn change(&self, statement: &'static str) {
        use sqlx::Connection as _;
        let mut file = sqlx::SqliteConnection::connect(self.path.to_str().unwrap()).await.unwrap();
        sqlx::query(statement).execute(&mut file).await.unwrap();
    }
}

fn said(fault: StaffFault) -> String {
    fault.to_string()
}

#[tokio::test]
async fn the_first_manager_is_added_once_and_chooses_a_password_that_holds() {
    let office = Office::new().await;
    let again = office.staff.add_first((login("other"), "別人"), &secret(OWN), office.now).await.unwrap_err();
    assert!(said(again).contains("すでに登録されています"));
    let folder = tempfile::tempdir().unwrap();
    let empty = Staff::new(State::open(&folder.path().join("s")).await.unwrap(), Hasher::new(4));
    assert!(empty.is_empty().await.unwrap());
    for (password, part) in [("short", "8文字以上"), ("password", "広く使われて")] {
        let fault =
            empty.add_first((login("yamada"), "山田"), &secret(password), office.now).await.unwrap_err();
        assert!(said(fault).contains(part), "{password}");
    }
    for name in ["", "　", &"山".repeat(41)] {
        let fault = empty.add_first((login("yamada"), name), &secret(OWN), office.now).await.unwrap_err();
        assert!(said(fault).contains("40文字以内"), "{name}");
    }
    empty.add_first((login("yamada"), &"山".repeat(40)), &secret(OWN), office.now).await.unwrap();
}

#[tokio::test]
async fn a_new_person_changes_the_password_that_was_handed_out() {
    let office = Office::new().await;
    let (_, temporary) = office.add("sato", Role::Member).await;
    let (token, session) = office.log_in("ＳＡＴＯ", temporary.expose()).await.unwrap();
    assert_eq!(
        (session.stage, session.role, session.name.as_str()),
        (Stage::PasswordTemporary, Role::Member, "佐藤")
    );
    let kept =
        office.staff.change_password(&session, (&temporary, &temporary), office.now).await.unwrap_err();
    assert!(said(kept).contains("仮パスワード"));
    let (renewed, whole) =
        office.staff.change_password(&session, (&temporary, &secret(OWN)), office.now).await.unwrap();
    assert_eq!(office.staff.find(&renewed, office.now).await.unwrap(), whole);
    assert_eq!(whole.stage, Stage::Full);
    // Whoever knew the token of before does not go along.
    assert!(matches!(office.staff.find(&token, office.now).await, Err(SessionFault::Unknown)));
    assert!(office.log_in("sato", temporary.expose()).await.is_err());
    let taken = office
        .staff
        .add(&NewPerson { login: login("sato"), name: "佐藤".into(), role: Role::Member }, office.by())
        .await;
    assert!(said(taken.unwrap_err()).contains("すでに使われています"));
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_one_who_left_get_the_same_answer() {
    let office = Office::new().await;
    let (id, temporary) = office.add("sato", Role::Member).await;
    office.staff.lock_away(id, office.by()).await.unwrap();
    for (name, password) in
        [("yamada", "wrong wrong"), ("nobody", OWN), ("山田", OWN), ("sato", temporary.expose())]
    {
        let fault = office.log_in(name, password).await.unwrap_err();
        assert!(matches!(fault, StaffFault::Wrong), "{name}");
        assert!(said(fault).contains("ログイン名かパスワードが違います"));
    }
    office.staff.take_back(id, office.by()).await.unwrap();
    office.log_in("sato", temporary.expose()).await.unwrap();
}

#[tokio::test]
async fn a_try_of_one_who_left_stands_in_the_record_and_one_of_nobody_does_not() {
    let office = Office::new().await;
    let (id, temporary) = office.add("sato", Role::Member).await;
    office.staff.lock_away(id, office.by()).await.unwrap();
    let before = office.actions().await;
    for (name, password) in [("sato", temporary.expose()), ("ＳＡＴＯ", "wrong wrong"), ("nobody", OWN)] {
        assert!(matches!(office.log_in(name, password).await, Err(StaffFault::Wrong)), "{name}");
    }
    assert_eq!(office.actions().await[before.len()..], ["sato staff.refused_locked_away sato"; 2]);
    let lines = office.staff.operations(None, 2).await.unwrap();
    let details: Vec<_> = lines.iter().map(|line| line.detail.as_str()).collect();
    assert_eq!(details, [r#"{"misses":2,"password_right":false}"#, r#"{"misses":1,"password_right":true}"#]);
    assert_eq!(office.staff.verify_operations().await.unwrap(), Ok(before.len() + 2));
}

#[tokio::test]
async fn tries_of_one_who_left_fill_the_record_no_faster_than_misses_of_others_and_lock_nobody_out() {
    let mut office = Office::new().await;
    let (id, temporary) = office.add("sato", Role::Member).await;
    office.staff.lock_away(id, office.by()).await.unwrap();
    let before = office.actions().await.len();
    for lines in [3, 6] {
        for _ in 0..5 {
            // Told like an unknown name, also when it is not noted any more.
            let left = office.log_in("sato", temporary.expose()).await.unwrap_err().to_string();
            let nobody = office.log_in("nobody", OWN).await.unwrap_err().to_string();
            assert_eq!(left, nobody);
        }
        assert_eq!(office.actions().await.len(), before + lines);
        office.now += SignedDuration::from_mins(30);
    }
    for _ in 0..3 {
        office.log_in("sato", "wrong wrong").await.unwrap_err();
    }
    office.staff.take_back(id, office.by()).await.unwrap();
    office.log_in("sato", temporary.expose()).await.unwrap();
}

#[tokio::test]
async fn three_misses_lock_for_thirty_minutes_to_the_millisecond() {
    let mut office = Office::new().await;
    for _ in 0..2 {
        office.log_in("yamada", "wrong wrong").await.unwrap_err();
    }
    office.log_in("yamada", OWN).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(office.log_in("yamada", "wrong wrong").await, Err(StaffFault::Wrong)));
    }
    let begin = office.now;
    let locked = office.log_in("yamada", OWN).await.unwrap_err();
    assert!(said(locked).contains("しばらくログインできません"));
    office.now = begin + SignedDuration::from_millis(30 * 60 * 1000 - 1);
    assert!(matches!(office.log_in("yamada", OWN).await, Err(StaffFault::Locked(_))));
    office.now = begin + SignedDuration::from_mins(30);
    office.log_in("yamada", OWN).await.unwrap();
}

#[tokio::test]
async fn a_name_that_nobody_has_locks_like_one_that_somebody_has() {
    let mut office = Office::new().await;
    for round in 0..2 {
        for miss in 0..5 {
            let known = office.log_in("yamada", "wrong wrong").await.unwrap_err();
            let unknown = office.log_in("ｎｏｂｏｄｙ", "wrong wrong").await.unwrap_err();
            assert_eq!(known.to_string(), unknown.to_string(), "{round} {miss}");
            assert_eq!(matches!(unknown, StaffFault::Locked(_)), miss >= 3, "{round} {miss}");
        }
        office.now += SignedDuration::from_mins(30);
    }
    // Of many at once.
    office.now += SignedDuration::from_mins(30);
    for name in ["yamada", "somebody"] {
        let tries = (0..8).map(|_| office.log_in(name, "wrong wrong"));
        let faults = futures_util::future::join_all(tries).await;
        let wrong = faults.iter().filter(|it| matches!(it, Err(StaffFault::Wrong))).count();
        assert_eq!(wrong, 3, "{name}");
    }
    // Whose name it becomes begins anew.
    let (_, temporary) = office.add("nobody", Role::Member).await;
    office.log_in("nobody", temporary.expose()).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_after_an_idle_hour_and_after_twelve_hours_however_busy() {
    let mut office = Office::new().await;
    let (token, _) = office.log_in("yamada", OWN).await.unwrap();
    let begin = office.now;
    office.now = begin + IDLE_MAX - SignedDuration::from_millis(1);
    office.staff.find(&token, office.now).await.unwrap();
    office.now += IDLE_MAX;
    assert!(matches!(office.staff.find(&token, office.now).await, Err(SessionFault::TimedOut)));
    assert!(matches!(office.staff.find(&token, office.now).await, Err(SessionFault::Unknown)));
    let (token, _) = office.log_in("yamada", OWN).await.unwrap();
    let begin = office.now;
    while office.now < begin + SESSION_MAX - SignedDuration::from_mins(30) {
        office.now += SignedDuration::from_mins(30);
        if office.now < begin + SESSION_MAX {
            office.staff.find(&token, office.now).await.unwrap();
        }
    }
    office.now = begin + SESSION_MAX;
    assert!(matches!(office.staff.find(&token, office.now).await, Err(SessionFault::TimedOut)));
}

#[tokio::test]
async fn sessions_end_with_the_log_out_the_reset_and_the_departure_and_the_oldest_makes_room() {
    let mut office = Office::new().await;
    let (id, temporary) = office.add("sato", Role::Member).await;
    let mut tokens = Vec::new();
    for _ in 0..=SESSIONS_MAX {
        office.now += SignedDuration::from_secs(1);
        tokens.push(office.log_in("sato", temporary.expose()).await.unwrap());
    }
    assert!(office.staff.find(&tokens[0].0, office.now).await.is_err());
    office.staff.find(&tokens[1].0, office.now).await.unwrap();
    office.staff.log_out(&tokens[1].1, office.now).await.unwrap();
    assert!(office.staff.find(&tokens[1].0, office.now).await.is_err());
    let fresh = office.staff.reset_password(id, office.by()).await.unwrap();
    assert!(office.staff.find(&tokens[2].0, office.now).await.is_err());
    let (token, _) = office.log_in("sato", fresh.expose()).await.unwrap();
    office.staff.lock_away(id, office.by()).await.unwrap();
    assert!(matches!(office.staff.find(&token, office.now).await, Err(SessionFault::Unknown)));
}

#[tokio::test]
async fn everything_stands_in_the_record_and_no_secret_does() {
    let office = Office::new().await;
    let (id, temporary) = office.add("sato", Role::Member).await;
    office.log_in("sato", "wrong wrong").await.unwrap_err();
    let (_, session) = office.log_in("sato", temporary.expose()).await.unwrap();
    office.staff.log_out(&session, office.now).await.unwrap();
    office.staff.set_role(id, Role::Manager, office.by()).await.unwrap();
    assert_eq!(
        office.actions().await,
        [
            "yamada staff.added yamada",
            "yamada staff.added sato",
            "sato staff.password_wrong sato",
            "sato staff.logged_in sato",
            "sato staff.logged_out sato",
            "yamada staff.role_changed sato",
        ]
    );
    let all = format!("{:?}", office.staff.operations(None, 100).await.unwrap());
    assert!(!all.contains(temporary.expose()) && !all.contains("wrong wrong"));
    assert_eq!(office.staff.verify_operations().await.unwrap(), Ok(6));
}

#[tokio::test]
async fn a_line_of_the_record_that_was_changed_taken_out_or_moved_is_found() {
    for (statement, seq) in [
        ("update operation set detail = '{}' where seq = 2", 2),
        ("update operation set actor = 'sato' where seq = 3", 3),
        ("delete from operation where seq = 1", 1),
        ("delete from operation where seq = 2", 2),
        ("update operation set seq = 9 where seq = 3", 3),
        ("update operation set at = at + 1 where seq = 1", 1),
        // The end is cut off, in part or whole, or stands elsewhere.
        ("delete from operation where seq = 3", 3),
        ("delete from operation", 1),
        ("update operation_head set seq = 2", 3),
        ("update operation_head set hash = 'x'", 3),
        ("delete from operation_head", 4),
        // Lines before the first one and behind the last.
        ("update operation set seq = 0 where seq = 1", 1),
        (
            "insert into operation select -7, at, actor, action, subject, detail, '', hash from operation where seq = 1",
            1,
        ),
        (
            "insert into operation select 4, at, actor, action, subject, detail, hash, hash from operation where seq = 3",
            4,
        ),
        // Nothing that can be read: no such instant, no text.
        ("update operation set at = 9223372036854775807 where seq = 2", 2),
        ("update operation set detail = cast(x'ff' as text) where seq = 3", 3),
    ] {
        let office = Office::new().await;
        office.add("sato", Role::Member).await;
        office.add("suzuki", Role::Member).await;
        assert_eq!(office.staff.verify_operations().await.unwrap(), Ok(3));
        office.change(statement).await;
        assert_eq!(office.staff.verify_operations().await.unwrap(), Err(Broken { seq }), "{statement}");
    }
}

#[tokio::test]
async fn a_gap_at_the_end_stays_when_the_record_goes_on() {
    for (statement, seq) in [
        ("delete from operation where seq = 3", 3),
        ("delete from operation", 1),
        ("delete from operation_head", 4),
        (
            "insert into operation select 4, at, actor, action, subject, detail, hash, hash from operation where seq = 3",
            4,
        ),
    ] {
        let office = Office::new().await;
        office.add("sato", Role::Member).await;
        office.add("suzuki", Role::Member).await;
        office.change(statement).await;
        office.add("takahashi", Role::Member).await;
        assert_eq!(office.staff.verify_operations().await.unwrap(), Err(Broken { seq }), "{statement}");
    }
}

#[tokio::test]
async fn a_line_that_cannot_be_read_hides_no_other() {
    let office = Office::new().await;
    office.add("sato", Role::Member).await;
    office.add("suzuki", Role::Member).await;
    office.change("update operation set at = 9223372036854775807 where seq = 2").await;
    let lines = office.staff.search_operations(&Search::default(), None, 10).await.unwrap();
    let places: Vec<_> =
        lines.iter().map(|line| line.as_ref().map_or_else(|it| -it.seq, |it| it.seq)).collect();
    assert_eq!(places, [3, -2, 1]);
    assert_eq!(office.staff.operations(None, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_record_is_searched_by_person_and_time() {
    let mut office = Office::new().await;
    office.add("sato", Role::Member).await;
    let first = office.now;
    office.now += SignedDuration::from_hours(24);
    office.log_in("yamada", OWN).await.unwrap();
    office.log_in("sato", "wrong wrong").await.unwrap_err();
    let find = async |search: Search| {
        let lines = office.staff.search_operations(&search, None, 10).await.unwrap();
        lines.into_iter().map(|line| line.unwrap().seq).collect::<Vec<_>>()
    };
    let by = |actor: &str| Search { actor: Some(actor.to_owned()), ..Search::default() };
    assert_eq!(find(by("yamada")).await, [3, 2, 1]);
    assert_eq!(find(by("sato")).await, [4]);
    assert_eq!(find(by("nobody")).await, [] as [i64; 0]);
    assert_eq!(find(Search { from: Some(office.now), ..Search::default() }).await, [4, 3]);
    assert_eq!(find(Search { until: Some(office.now), ..Search::default() }).await, [2, 1]);
    assert_eq!(find(Search { from: Some(first), until: Some(office.now), ..by("yamada") }).await, [2, 1]);
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Add(bool),
    Role(usize, bool),
    Away(usize),
    Back(usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        2 => any::<bool>().prop_map(Change::Add),
        2 => (0..5_usize, any::<bool>()).prop_map(|(who, manager)| Change::Role(who, manager)),
        2 => (0..5_usize).prop_map(Change::Away),
        1 => (0..5_usize).prop_map(Change::Back),
    ];
    prop::collection::vec(change, 1..12)
}

fn role(manager: bool) -> Role {
    if manager { Role::Manager } else { Role::Member }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn there_is_always_a_manager_who_can_log_in(changes in changes()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let office = Office::new().await;
            for (place, change) in changes.into_iter().enumerate() {
                let people = office.staff.people().await.unwrap();
                let id = |who: usize| people[who % people.len()].id;
                let by = office.by();
                let _ = match change {
                    Change::Add(manager) => {
                        office.add(&format!("person{place}"), role(manager)).await;
                        Ok(())
                    }
                    Change::Role(who, manager) => office.staff.set_role(id(who), role(manager), by).await,
                    Change::Away(who) => office.staff.lock_away(id(who), by).await,
                    Change::Back(who) => office.staff.take_back(id(who), by).await,
                };
                let people = office.staff.people().await.unwrap();
                assert!(people.iter().any(|person| person.role == Role::Manager && !person.is_away));
            }
        });
    }
}

#[tokio::test]
async fn a_change_that_was_begun_before_a_reset_does_not_undo_it() {
    let office = Office::new().await;
    let (id, temporary) = office.add("sato", Role::Member).await;
    let (_, session) = office.log_in("sato", temporary.expose()).await.unwrap();
    let (new, now) = (secret("natsu no umi"), office.now);
    // Both hash at the same time; whichever is done first, the password that was handed out last opens.
    let change = office.staff.change_password(&session, (&temporary, &new), now);
    let (_, fresh) = tokio::join!(change, office.staff.reset_password(id, office.by()));
    office.log_in("sato", fresh.unwrap().expose()).await.unwrap();
    office.log_in("sato", "natsu no umi").await.unwrap_err();
}

#[tokio::test]
async fn the_first_person_is_a_manager() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Staff::new(State::open(&folder.path().join("s")).await.unwrap(), Hasher::new(4));
    let member = NewPerson { login: login("sato"), name: "佐藤".into(), role: Role::Member };
    let refused = empty.add(&member, ("sato", "2026-11-25T00:00:00Z".parse().unwrap())).await.unwrap_err();
    assert!(said(refused).contains("管理者が1人もいなくなる"));
    assert!(empty.is_empty().await.unwrap());
}

#[tokio::test]
async fn the_last_manager_can_neither_leave_nor_become_a_member() {
    let office = Office::new().await;
    let id = office.id("yamada").await;
    for refused in [
        office.staff.lock_away(id, office.by()).await,
        office.staff.set_role(id, Role::Member, office.by()).await,
    ] {
        assert!(said(refused.unwrap_err()).contains("管理者が1人もいなくなる"));
    }
    assert!(
        said(office.staff.reset_password(99, office.by()).await.unwrap_err()).contains("登録されていません")
    );
    let (other, _) = office.add("sato", Role::Manager).await;
    office.staff.lock_away(id, ("sato", office.now)).await.unwrap();
    assert!(office.staff.lock_away(other, ("sato", office.now)).await.is_err());
}
