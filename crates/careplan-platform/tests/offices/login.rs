//! User ID and password, issue password: who gets in, who is locked out, and what they are told.

use std::time::{Duration, Instant};

use careplan_domain::limits::PASSWORD_CHARS_MAX;
use careplan_domain::{OfficeNumber, Secret, Timestamp, UserId};
use careplan_platform::login::{Grant, Hasher, LoggedIn, LoginFault, Passwords, Spent, sweep_logins};
use careplan_platform::store::accounts::{self, IssuePassword};
use careplan_testkit::on_both_databases;
use uuid::Uuid;

use crate::world::{World, helper, manager};

const PASSWORD: &str = "HIRAKEGOMA22";
const ISSUE: &str = "ABCD-EFGH-JKLM-NPQR";
const KEY: &[u8] = b"a public key";
const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// Gives an office an account with [`PASSWORD`] and an issue password that lasts a day.
async fn credentials(world: &World, office: OfficeNumber, issue: &str) {
    let password_hash = world.hasher.hash(secret(PASSWORD)).await.unwrap();
    let hash = world.hasher.hash(secret(&issue.replace('-', ""))).await.unwrap();
    world
        .change(async |tx, now| {
            accounts::put_account(tx, &office, &password_hash, now).await.unwrap();
            let expires_at = now + Duration::from_secs(24 * 3600);
            let id = Uuid::now_v7();
            let new = IssuePassword { id, office, hash, expires_at, used: None };
            accounts::add_issue_password(tx, &new, now).await.unwrap();
        })
        .await;
}

async fn try_password(world: &World, user_id: &str, password: &str) -> Result<LoggedIn, LoginFault> {
    world.passwords().check(user_id, &secret(password), world.clock.now()).await
}

async fn try_issue(world: &World, user_id: &str, password: &str, key: &[u8]) -> Result<Grant, LoginFault> {
    world.issue_passwords().check(user_id, &secret(password), key, world.clock.now()).await
}

/// Obtains a certificate: checks, and records an order.
async fn obtain(world: &World, key: &[u8], order: Uuid) -> Result<Spent, LoginFault> {
    let grant = try_issue(world, "KJ999970000018", ISSUE, key).await?;
    assert_eq!(grant.office(), manager());
    let mut tx = world.store.begin().await.unwrap();
    let spent = grant.spend(&mut tx, order, world.clock.now()).await?;
    tx.commit().await.unwrap();
    Ok(spent)
}

fn said(fault: LoginFault) -> String {
    fault.problem().unwrap().to_string()
}

on_both_databases! {
    async fn the_right_password_logs_in(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let who = try_password(&world, "KJ999970000018", PASSWORD).await.unwrap();
        assert_eq!((who.office, who.user_id, who.password_is_temporary), (manager(), UserId::of(&manager()), true));
    }

    async fn a_wrong_password_an_unknown_user_and_nonsense_get_the_same_answer(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let wrong = said(try_password(&world, "KJ999970000018", "x").await.unwrap_err());
        assert!(wrong.starts_with("ユーザIDまたはパスワードが違います。"), "{wrong}");
        for user_id in ["KJ999970000026", "KJ999970000034", "", "nonsense", &"K".repeat(100_000)] {
            assert_eq!(said(try_password(&world, user_id, PASSWORD).await.unwrap_err()), wrong);
        }
    }

    /// Tries at two replicas in turn, past the end of the lock, of an account, an office without one, and nobody.
    async fn an_unknown_user_id_is_locked_like_a_known_one_and_opens_like_it(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let mut series = vec![Vec::new(); 3];
        for step in 0..9 {
            for (user_id, answers) in ["KJ999970000018", "KJ999970000026", "KJ999970000034"].iter().zip(&mut series) {
                answers.push(said(try_password(&world, user_id, "x").await.unwrap_err()));
                answers.push(said(try_issue(&world, user_id, "X", KEY).await.unwrap_err()));
            }
            world.hand.advance(if step == 4 { HALF_AN_HOUR } else { Duration::from_millis(1) });
        }
        let locked = |it: &String| it.contains("を過ぎると、また使えます。");
        let steps: String = series[0].iter().map(|it| if locked(it) { 'L' } else { '-' }).collect();
        assert_eq!(steps, "----LLLLLL----LLLL");
        assert_eq!(series[1], series[0]);
        assert_eq!(series[2], series[0]);
        // Nobody can fill the chain with user IDs that are nobody's.
        let audited = world.audited().await;
        assert_eq!(audited.iter().filter(|it| it.starts_with("account.locked KJ999970000018")).count(), 2);
        assert_eq!(audited.len(), 4, "{audited:?}");
    }

    async fn misses_are_forgotten_once_a_lock_of_then_had_ended_whoever_it_is(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        for user_id in ["KJ999970000018", "KJ999970000034"] {
            for (pause, last_locks) in [(HALF_AN_HOUR, false), (HALF_AN_HOUR - Duration::from_millis(1), true)] {
                world.hand.advance(HALF_AN_HOUR * 2);
                for _ in 0..2 {
                    try_password(&world, user_id, "x").await.unwrap_err();
                }
                world.hand.advance(pause);
                let third = try_password(&world, user_id, "x").await.unwrap_err();
                assert_eq!(matches!(third, LoginFault::Locked { .. }), last_locks, "{user_id} {pause:?}");
            }
        }
    }

    async fn a_miss_sweeps_those_that_are_over_and_what_is_no_user_id_leaves_nothing(database: TestDatabase) {
        let world = World::new(database).await;
        let remembered = async || world.texts("select user_id from login_miss order by user_id").await;
        for user_id in ["KJ999970000034", "KJ999970000042", "HIRAKEGOMA22", "kj999970000034", ""] {
            try_password(&world, user_id, "x").await.unwrap_err();
        }
        assert_eq!(remembered().await, ["KJ999970000034", "KJ999970000042"]);
        world.hand.advance(HALF_AN_HOUR);
        try_password(&world, "KJ999970000050", "x").await.unwrap_err();
        assert_eq!(remembered().await, ["KJ999970000050"]);
        world.hand.advance(HALF_AN_HOUR);
        assert_eq!(sweep_logins(&world.store, world.clock.now()).await.unwrap(), 1);
        assert!(remembered().await.is_empty());
    }

    async fn new_credentials_end_a_lock(database: TestDatabase) {
        let world = World::new(database).await;
        // Locked while there was no account: the letter opens it, too.
        for user_id in ["KJ999970000018", "KJ999970000018", "KJ999970000018"] {
            try_password(&world, user_id, "x").await.unwrap_err();
            try_issue(&world, user_id, "X", KEY).await.unwrap_err();
        }
        credentials(&world, manager(), ISSUE).await;
        try_password(&world, "KJ999970000018", PASSWORD).await.unwrap();
        try_issue(&world, "KJ999970000018", ISSUE, KEY).await.unwrap();
    }

    async fn three_misses_lock_for_thirty_minutes_to_the_millisecond(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        for _ in 0..2 {
            let fault = try_password(&world, "KJ999970000018", "x").await.unwrap_err();
            assert!(matches!(fault, LoginFault::PasswordWrong), "{fault}");
        }
        let third = said(try_password(&world, "KJ999970000018", "x").await.unwrap_err());
        assert!(third.contains("2026年11月1日 09時30分を過ぎると、また使えます。"), "{third}");
        world.hand.advance(HALF_AN_HOUR - Duration::from_millis(1));
        let right = try_password(&world, "KJ999970000018", PASSWORD).await.unwrap_err();
        assert_eq!(said(right), third);
        world.hand.advance(Duration::from_millis(1));
        try_password(&world, "KJ999970000018", PASSWORD).await.unwrap();
        assert_eq!(world.audited().await, ["account.locked KJ999970000018"]);
    }

    async fn the_right_password_forgets_misses(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        for _ in 0..3 {
            for _ in 0..2 {
                assert!(try_password(&world, "KJ999970000018", "x").await.is_err());
            }
            try_password(&world, "KJ999970000018", PASSWORD).await.unwrap();
        }
    }

    async fn the_right_issue_password_forgets_misses(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        for _ in 0..3 {
            for _ in 0..2 {
                assert!(try_issue(&world, "KJ999970000018", "X", KEY).await.is_err());
            }
            try_issue(&world, "KJ999970000018", ISSUE, KEY).await.unwrap();
        }
    }

    /// What was read before the change is compared with what stands there after the hash was made.
    async fn a_password_that_was_changed_while_it_was_hashed_is_wrong(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let other = world.hasher.hash(secret("SOMETHINGELSE")).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        accounts::put_account(&mut tx, &manager(), &other, world.clock.now()).await.unwrap();
        let new = IssuePassword {
            id: Uuid::now_v7(),
            office: manager(),
            hash: other,
            expires_at: world.clock.now() + Duration::from_secs(24 * 3600),
            used: None,
        };
        accounts::add_issue_password(&mut tx, &new, world.clock.now() + Duration::from_millis(1)).await.unwrap();
        // The tries cannot be decided before the change commits, a hash of ours later.
        let change = async {
            world.hasher.hash(secret(PASSWORD)).await.unwrap();
            tx.commit().await.unwrap();
        };
        let (password, issue, ()) = tokio::join!(
            try_password(&world, "KJ999970000018", PASSWORD),
            try_issue(&world, "KJ999970000018", ISSUE, KEY),
            change
        );
        assert!(matches!(password, Err(LoginFault::PasswordWrong)), "{password:?}");
        assert!(matches!(issue, Err(LoginFault::IssuePasswordWrong)), "{issue:?}");
    }

    async fn an_unknown_user_costs_as_much_as_a_wrong_password(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        // The quickest of a few: a machine that is busy only makes things slower. Misses are taken back,
        // so that none locks.
        let quickest = async |user_id: &str| {
            let mut quickest = [Duration::MAX; 2];
            for _ in 0..5 {
                let began = Instant::now();
                try_password(&world, user_id, "x").await.unwrap_err();
                quickest[0] = quickest[0].min(began.elapsed());
                let began = Instant::now();
                try_issue(&world, user_id, "X", KEY).await.unwrap_err();
                quickest[1] = quickest[1].min(began.elapsed());
                world.execute("delete from login_miss").await;
            }
            quickest
        };
        let known = quickest("KJ999970000018").await;
        for user_id in ["KJ999970000034", "nonsense"] {
            let unknown = quickest(user_id).await;
            assert!(unknown.iter().zip(known).all(|(unknown, known)| *unknown * 4 > known), "{unknown:?} {known:?}");
        }
    }

    async fn many_tries_at_once_are_no_more_than_three(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let many = Passwords::new(world.store.clone(), Hasher::new(8), Default::default());
        let now = world.clock.now();
        let wrong = secret("x");
        let tries = (0..8).map(|_| many.check("KJ999970000018", &wrong, now));
        let answers = futures_util::future::join_all(tries).await;
        let wrong = answers.iter().filter(|it| matches!(it, Err(LoginFault::PasswordWrong))).count();
        let locked = answers.iter().filter(|it| matches!(it, Err(LoginFault::Locked { .. }))).count();
        assert_eq!((wrong, locked), (2, 6));
        // A right one among them would not have been told either.
        assert!(matches!(many.check("KJ999970000018", &secret(PASSWORD), now).await, Err(LoginFault::Locked { .. })));
    }

    async fn a_password_of_the_greatest_length_is_taken_and_a_longer_one_is_wrong(database: TestDatabase) {
        let world = World::new(database).await;
        let longest = "あ".repeat(PASSWORD_CHARS_MAX);
        let hash = world.hasher.hash(secret(&longest)).await.unwrap();
        world.change(async |tx, now| accounts::put_account(tx, &helper(), &hash, now).await.unwrap()).await;
        try_password(&world, "KJ999970000026", &longest).await.unwrap();
        // Not even hashed, hence not counted.
        for _ in 0..4 {
            let longer = try_password(&world, "KJ999970000026", &format!("{longest}あ")).await.unwrap_err();
            assert!(matches!(longer, LoginFault::PasswordWrong), "{longer}");
        }
    }

    async fn when_all_places_are_taken_one_is_told_to_come_back(database: TestDatabase) {
        let world = World::new(database).await;
        let full = Passwords::new(world.store.clone(), Hasher::new(0), Default::default());
        let fault = full.check("KJ999970000018", &secret(PASSWORD), world.clock.now()).await.unwrap_err();
        assert_eq!(said(fault), "要求が多すぎます。しばらく待ってから、もう一度お試しください。");
    }

    async fn an_issue_password_obtains_one_certificate(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let order = Uuid::now_v7();
        assert_eq!(obtain(&world, KEY, order).await.unwrap(), Spent::Now);
        // The answer was lost: the same terminal asks again and is led to the same order.
        assert_eq!(obtain(&world, KEY, Uuid::now_v7()).await.unwrap(), Spent::Before(order));
        let other = said(obtain(&world, b"another key", Uuid::now_v7()).await.unwrap_err());
        assert!(other.starts_with("この証明書発行用パスワードは使用済みです。"), "{other}");
        assert_eq!(world.audited().await, ["issue_password.used 9970000018"]);
    }

    async fn of_two_terminals_with_one_issue_password_the_quicker_one_gets_it(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let slow = try_issue(&world, "KJ999970000018", ISSUE, b"slow").await.unwrap();
        assert_eq!(obtain(&world, b"quick", Uuid::now_v7()).await.unwrap(), Spent::Now);
        let mut tx = world.store.begin().await.unwrap();
        let fault = slow.spend(&mut tx, Uuid::now_v7(), world.clock.now()).await.unwrap_err();
        assert!(matches!(fault, LoginFault::Used), "{fault}");
    }

    async fn an_issue_password_is_good_to_the_last_millisecond_of_its_time(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        world.hand.advance(Duration::from_secs(24 * 3600) - Duration::from_millis(1));
        obtain(&world, KEY, Uuid::now_v7()).await.unwrap();
        world.hand.advance(Duration::from_millis(1));
        let expired = said(obtain(&world, KEY, Uuid::now_v7()).await.unwrap_err());
        assert!(expired.contains("期限は2026年11月2日 09時00分まででした。"), "{expired}");
    }

    async fn a_newer_issue_password_replaces_the_older_one(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let granted = try_issue(&world, "KJ999970000018", ISSUE, KEY).await.unwrap();
        world.hand.advance(Duration::from_millis(1));
        credentials(&world, manager(), "2222-3333-4444-5555").await;
        let old = said(try_issue(&world, "KJ999970000018", ISSUE, KEY).await.unwrap_err());
        assert!(old.starts_with("ユーザIDまたは証明書発行用パスワードが違います。"), "{old}");
        let mut tx = world.store.begin().await.unwrap();
        let fault = granted.spend(&mut tx, Uuid::now_v7(), world.clock.now()).await.unwrap_err();
        assert!(matches!(fault, LoginFault::IssuePasswordWrong), "{fault}");
        drop(tx);
        try_issue(&world, "KJ999970000018", "2222333344445555", KEY).await.unwrap();
    }

    async fn an_issue_password_is_taken_however_it_is_typed(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        for typed in ["abcd efgh jklm npqr", "ABCDEFGHJKLMNPQR", " abcd-EFGH-jklm-NPQR "] {
            try_issue(&world, "KJ999970000018", typed, KEY).await.unwrap();
        }
    }

    async fn wrong_issue_passwords_lock_it_and_unknown_users_look_the_same(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        let wrong = said(try_issue(&world, "KJ999970000018", "X", KEY).await.unwrap_err());
        for user_id in ["KJ999970000026", "nonsense"] {
            assert_eq!(said(try_issue(&world, user_id, ISSUE, KEY).await.unwrap_err()), wrong);
        }
        assert_eq!(said(try_issue(&world, "KJ999970000018", "X", KEY).await.unwrap_err()), wrong);
        let third = try_issue(&world, "KJ999970000018", "X", KEY).await.unwrap_err();
        let end: Timestamp = world.clock.now() + HALF_AN_HOUR;
        assert!(matches!(third, LoginFault::Locked { until } if until == end), "{third}");
        world.hand.advance(HALF_AN_HOUR - Duration::from_millis(1));
        assert!(matches!(try_issue(&world, "KJ999970000018", ISSUE, KEY).await, Err(LoginFault::Locked { .. })));
        world.hand.advance(Duration::from_millis(1));
        try_issue(&world, "KJ999970000018", ISSUE, KEY).await.unwrap();
        // The account itself is not locked by it.
        try_password(&world, "KJ999970000018", PASSWORD).await.unwrap();
        assert_eq!(world.audited().await, ["issue_password.locked 9970000018"]);
    }

    async fn who_does_not_know_a_used_issue_password_does_not_learn_that_it_is_used(database: TestDatabase) {
        let world = World::new(database).await;
        credentials(&world, manager(), ISSUE).await;
        obtain(&world, KEY, Uuid::now_v7()).await.unwrap();
        let fault = try_issue(&world, "KJ999970000018", "X", b"another key").await.unwrap_err();
        assert!(matches!(fault, LoginFault::IssuePasswordWrong), "{fault}");
    }
}
