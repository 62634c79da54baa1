//! Sessions of the web site: how they begin, how long they last, and who ends them.

use std::time::Duration;

use careplan_platform::login::{LoginFault, SESSIONS_MAX, Session, SessionFault, Stage, Token, sweep_logins};
use careplan_testkit::on_both_databases;

use crate::site::{OWN, Site, TEMPORARY, USER, user};

const MINUTE: Duration = Duration::from_secs(60);
const MILLISECOND: Duration = Duration::from_millis(1);

async fn find(site: &Site, token: &Token) -> Result<Session, SessionFault> {
    site.accounts.sessions.find(token, site.clock.now()).await
}

on_both_databases! {
    async fn a_right_password_opens_a_session_that_its_token_finds(database: TestDatabase) {
        let site = Site::new(database).await;
        let (token, session) = site.session().await;
        assert_eq!((session.stage, session.browser.as_str()), (Stage::Full, "Windows の Edge"));
        assert_eq!(session.address, "192.0.2.7");
        assert_eq!(find(&site, &token).await.unwrap(), session);
        let unknown = find(&site, &Token::fresh().unwrap()).await.unwrap_err();
        assert!(unknown.message_ja().unwrap().starts_with("ログインしていません。"));
        assert_eq!(site.audited().await, [format!("session.opened {USER}")]);
    }

    async fn only_the_hash_of_a_token_is_stored(database: TestDatabase) {
        let site = Site::new(database).await;
        let (token, _) = site.session().await;
        let hashes = site.texts(match site.database.engine() {
            careplan_testkit::database::Engine::Sqlite => "select lower(hex(token_hash)) from session",
            careplan_testkit::database::Engine::Postgres => "select encode(token_hash, 'hex') from session",
        }).await;
        assert_eq!(hashes, [hex::encode(careplan_envelope::sha256(token.expose().as_bytes()))]);
    }

    async fn a_temporary_password_gets_no_further_than_its_change(database: TestDatabase) {
        let site = Site::with_letter(database).await;
        let (token, session) = site.log_in(TEMPORARY).await.unwrap();
        assert_eq!(session.stage, Stage::PasswordTemporary);
        assert_eq!(find(&site, &token).await.unwrap().stage, Stage::PasswordTemporary);
        assert!(matches!(site.log_in(OWN).await, Err(LoginFault::PasswordWrong)));
    }

    async fn where_a_second_factor_is_required_it_is_due_after_the_password(database: TestDatabase) {
        let site = Site::under(database, "login.second_factor_required = true").await;
        assert_eq!(site.log_in(TEMPORARY).await.unwrap().1.stage, Stage::PasswordTemporary);
        site.choose_own().await;
        assert_eq!(site.session().await.1.stage, Stage::SecondFactorDue);
    }

    async fn a_session_ends_after_an_idle_hour_to_the_millisecond(database: TestDatabase) {
        let site = Site::new(database).await;
        let (token, _) = site.session().await;
        site.hand.advance(60 * MINUTE - MILLISECOND);
        find(&site, &token).await.unwrap();
        site.hand.advance(60 * MINUTE - MILLISECOND);
        find(&site, &token).await.unwrap();
        site.hand.advance(60 * MINUTE);
        let fault = find(&site, &token).await.unwrap_err();
        assert!(matches!(fault, SessionFault::TimedOut) && fault.message_ja().unwrap().contains("操作がなかった"));
        assert!(site.accounts.sessions.of(&user(), site.clock.now()).await.unwrap().is_empty());
    }

    async fn a_session_ends_after_twelve_hours_however_busy(database: TestDatabase) {
        let site = Site::new(database).await;
        let (token, _) = site.session().await;
        for _ in 0..23 {
            site.hand.advance(30 * MINUTE);
            find(&site, &token).await.unwrap();
        }
        site.hand.advance(30 * MINUTE - MILLISECOND);
        find(&site, &token).await.unwrap();
        site.hand.advance(MILLISECOND);
        assert!(matches!(find(&site, &token).await, Err(SessionFault::TimedOut)));
        assert_eq!(sweep_logins(&site.store, site.clock.now()).await.unwrap(), 1);
        assert!(matches!(find(&site, &token).await, Err(SessionFault::Unknown)));
    }

    async fn that_a_session_was_seen_is_written_once_a_minute(database: TestDatabase) {
        let site = Site::new(database).await;
        let (token, session) = site.session().await;
        site.hand.advance(MINUTE - MILLISECOND);
        assert_eq!(find(&site, &token).await.unwrap().seen_at, session.seen_at);
        site.hand.advance(MILLISECOND);
        assert_eq!(find(&site, &token).await.unwrap().seen_at, site.clock.now());
        let listed = site.accounts.sessions.of(&user(), site.clock.now()).await.unwrap();
        assert_eq!(listed[0].seen_at, site.clock.now());
    }

    async fn sessions_are_listed_and_ended_one_by_one_and_all_others(database: TestDatabase) {
        let site = Site::new(database).await;
        let sessions = &site.accounts.sessions;
        let (first, oldest) = site.session().await;
        site.hand.advance(MINUTE);
        let (second, _) = site.session().await;
        site.hand.advance(MINUTE);
        let (mine, session) = site.session().await;
        let now = site.clock.now();
        let listed = sessions.of(&user(), now).await.unwrap();
        assert_eq!(listed.iter().map(|it| it.opened_at).collect::<Vec<_>>(), [now, now - MINUTE, now - 2 * MINUTE]);
        assert!(sessions.end(&session, oldest.id, now).await.unwrap());
        assert!(!sessions.end(&session, oldest.id, now).await.unwrap());
        assert!(matches!(find(&site, &first).await, Err(SessionFault::Unknown)));
        assert_eq!(sessions.end_others(&session, now).await.unwrap(), 1);
        assert!(matches!(find(&site, &second).await, Err(SessionFault::Unknown)));
        find(&site, &mine).await.unwrap();
        sessions.log_out(&session, now).await.unwrap();
        assert!(matches!(find(&site, &mine).await, Err(SessionFault::Unknown)));
        let ends = ["session.ended", "session.others_ended", "session.ended"].map(|it| format!("{it} {USER}"));
        assert_eq!(site.audited().await[3..], ends);
    }

    async fn nobody_ends_the_session_of_another_office(database: TestDatabase) {
        let site = Site::new(database).await;
        let (token, session) = site.session().await;
        let other = Session { user_id: "KJ999970000026".parse().unwrap(), ..session.clone() };
        assert!(!site.accounts.sessions.end(&other, session.id, site.clock.now()).await.unwrap());
        assert_eq!(site.accounts.sessions.end_others(&other, site.clock.now()).await.unwrap(), 0);
        find(&site, &token).await.unwrap();
    }

    async fn when_there_are_too_many_the_one_seen_longest_ago_makes_room(database: TestDatabase) {
        let site = Site::new(database).await;
        let (first, _) = site.session().await;
        site.hand.advance(MINUTE);
        let (second, _) = site.session().await;
        for _ in 2..SESSIONS_MAX {
            site.session().await;
        }
        site.hand.advance(MINUTE);
        find(&site, &first).await.unwrap();
        assert_eq!(site.count("session").await, SESSIONS_MAX);
        site.session().await;
        assert_eq!(site.count("session").await, SESSIONS_MAX);
        find(&site, &first).await.unwrap();
        assert!(matches!(find(&site, &second).await, Err(SessionFault::Unknown)));
    }

    async fn three_misses_lock_and_stand_in_the_audit(database: TestDatabase) {
        let site = Site::new(database).await;
        for _ in 0..3 {
            site.log_in("wrong").await.unwrap_err();
        }
        assert!(matches!(site.log_in(OWN).await, Err(LoginFault::Locked { .. })));
        assert_eq!(site.audited().await, [format!("account.locked {USER}")]);
    }

    async fn new_credentials_end_every_session(database: TestDatabase) {
        let site = Site::new(database).await;
        site.found_authority().await;
        let (token, _) = site.session().await;
        site.admin(&["credentials", "issue", "9970000018"]).await.unwrap();
        assert!(matches!(find(&site, &token).await, Err(SessionFault::Unknown)));
    }
}
