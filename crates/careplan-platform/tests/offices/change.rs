//! Choosing a password: at the first log-in, later, and by a mailed link.

use careplan_platform::login::{
    ChangeFault, LoginFault, Session, SessionFault, Stage, Token, Typed, Weakness,
};
use careplan_testkit::on_both_databases;

use crate::site::{OWN, Site, TEMPORARY, USER, secret};

const NEW: &str = "another pass phrase";

async fn change(
    site: &Site,
    session: &Session,
    present: &str,
    new: &str,
) -> Result<(Token, Session), ChangeFault> {
    let typed = Typed { present: secret(present), new: secret(new) };
    site.accounts.changes.change(session, typed, site.clock.now()).await
}

fn said(fault: ChangeFault) -> String {
    fault.message_ja().unwrap()
}

on_both_databases! {
    async fn the_temporary_password_is_changed_once_and_opens_nothing_afterwards(database: TestDatabase) {
        let site = Site::with_letter(database).await;
        let (before, session) = site.log_in(TEMPORARY).await.unwrap();
        let (token, session) = change(&site, &session, TEMPORARY, NEW).await.unwrap();
        assert_eq!(session.stage, Stage::Full);
        let sessions = &site.accounts.sessions;
        assert_eq!(sessions.find(&token, site.clock.now()).await.unwrap(), session);
        assert!(matches!(sessions.find(&before, site.clock.now()).await, Err(SessionFault::Unknown)));
        assert!(matches!(site.log_in(TEMPORARY).await, Err(LoginFault::PasswordWrong)));
        assert_eq!(site.log_in(NEW).await.unwrap().1.stage, Stage::Full);
        assert!(site.audited().await.contains(&format!("password.changed {USER}")));
        assert_eq!(site.queued().await, Vec::<String>::new());
    }

    async fn a_change_ends_the_other_sessions_and_tells_the_registered_address(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (other, _) = site.session().await;
        let (_, session) = site.session().await;
        change(&site, &session, OWN, NEW).await.unwrap();
        assert!(matches!(site.accounts.sessions.find(&other, site.clock.now()).await, Err(SessionFault::Unknown)));
        assert_eq!(site.count("session").await, 1);
        assert_eq!(site.queued().await, ["password_changed"]);
    }

    async fn neither_the_letter_nor_the_present_password_can_be_chosen(database: TestDatabase) {
        let site = Site::with_letter(database).await;
        let (_, session) = site.log_in(TEMPORARY).await.unwrap();
        let fault = change(&site, &session, TEMPORARY, TEMPORARY).await.unwrap_err();
        assert!(said(fault).contains("仮パスワードとは別の"));
        let (_, session) = change(&site, &session, TEMPORARY, NEW).await.unwrap();
        let fault = change(&site, &session, NEW, NEW).await.unwrap_err();
        assert!(matches!(fault, ChangeFault::Weak(Weakness::Same)));
        // Also later: the letter lies about in the office.
        let fault = change(&site, &session, NEW, TEMPORARY).await.unwrap_err();
        assert!(matches!(fault, ChangeFault::Weak(Weakness::Temporary)));
        change(&site, &session, NEW, OWN).await.unwrap();
    }

    async fn a_weak_password_is_refused_before_the_present_one_is_looked_at(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        for _ in 0..4 {
            let fault = change(&site, &session, "wrong", "1234567").await.unwrap_err();
            assert!(said(fault).contains("8文字以上"));
        }
        site.log_in(OWN).await.unwrap();
    }

    async fn a_wrong_present_password_counts_as_a_miss(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        let fault = change(&site, &session, "wrong", NEW).await.unwrap_err();
        assert!(said(fault).starts_with("いまのパスワードが違います。"));
        change(&site, &session, "wrong", NEW).await.unwrap_err();
        let locked = change(&site, &session, "wrong", NEW).await.unwrap_err();
        assert!(matches!(locked, ChangeFault::Login(LoginFault::Locked { .. })));
        assert!(matches!(site.log_in(OWN).await, Err(LoginFault::Locked { .. })));
    }

    async fn who_owes_a_second_factor_changes_no_password(database: TestDatabase) {
        let site = Site::under(database, "login.second_factor_required = true").await;
        let (_, session) = site.log_in(TEMPORARY).await.unwrap();
        let (_, session) = change(&site, &session, TEMPORARY, OWN).await.unwrap();
        assert_eq!(session.stage, Stage::SecondFactorDue);
        let fault = change(&site, &session, OWN, NEW).await.unwrap_err();
        assert!(said(fault).starts_with("2段階認証がまだ済んでいません。"));
    }

    async fn a_session_that_was_ended_changes_nothing(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        site.accounts.sessions.log_out(&session, site.clock.now()).await.unwrap();
        let fault = change(&site, &session, OWN, NEW).await.unwrap_err();
        assert!(matches!(fault, ChangeFault::Login(LoginFault::SessionEnded)));
        site.log_in(OWN).await.unwrap();
    }
}
