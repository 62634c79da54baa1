//! The second factor: enrolled with a code, asked for at each log-in, replaced by recovery codes.

use std::time::Duration;

use aws_lc_rs::hmac;
use careplan_domain::{Secret, Timestamp};
use careplan_platform::login::{
    Confirmed, FactorFault, FactorState, LoginFault, RECOVERY_CODES, Session, Stage, TotpSecret,
};
use careplan_testkit::on_both_databases;

use crate::site::{OWN, Site, TEMPORARY, USER, secret, user};

const STEP: Duration = Duration::from_secs(30);
const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

/// An authenticator app: reads the secret as a person would, and shows codes.
struct App(Vec<u8>);

impl App {
    fn scan(secret: &TotpSecret) -> Self {
        let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
        for letter in secret.base32().expose().bytes() {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|it| *it == letter).unwrap();
            held = (held << 5) | u32::try_from(value).unwrap();
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from((held >> bits) & 255).unwrap());
            }
        }
        Self(bytes)
    }

    fn shows(&self, now: Timestamp) -> Secret {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &(now.as_second() / 30).to_be_bytes());
        let offset = usize::from(tag.as_ref()[19] & 15);
        let four: [u8; 4] = tag.as_ref()[offset..offset + 4].try_into().unwrap();
        Secret::new(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
    }
}

/// An office with a second factor, and its app.
async fn enrolled(site: &Site) -> (App, Confirmed) {
    let (_, session) = site.session().await;
    let factors = &site.accounts.second_factors;
    let app = App::scan(&factors.begin(&session, &secret(OWN), site.clock.now()).await.unwrap());
    let code = app.shows(site.clock.now());
    (app, factors.confirm(&session, &code, site.clock.now()).await.unwrap())
}

async fn pass(site: &Site, session: &Session, code: &Secret) -> Result<Stage, FactorFault> {
    let passed = site.accounts.second_factors.pass(session, code, site.clock.now()).await;
    passed.map(|(_, session)| session.stage)
}

async fn recover(site: &Site, session: &Session, code: &Secret) -> Result<Stage, FactorFault> {
    let passed = site.accounts.second_factors.recover(session, code, site.clock.now()).await;
    passed.map(|(_, session)| session.stage)
}

fn wrong(code: &Secret) -> Secret {
    let number: u32 = code.expose().parse().unwrap();
    Secret::new(format!("{:06}", (number + 500_000) % 1_000_000))
}

on_both_databases! {
    async fn a_factor_counts_from_its_first_right_code_on(database: TestDatabase) {
        let site = Site::new(database).await;
        let (before, session) = site.session().await;
        let factors = &site.accounts.second_factors;
        assert_eq!(factors.state(&user()).await.unwrap(), FactorState::Off);
        let wrong_password = factors.begin(&session, &secret("wrong"), site.clock.now()).await.unwrap_err();
        assert!(matches!(wrong_password, FactorFault::Login(LoginFault::PasswordWrong)));
        assert_eq!(factors.state(&user()).await.unwrap(), FactorState::Off);
        let app = App::scan(&factors.begin(&session, &secret(OWN), site.clock.now()).await.unwrap());
        assert_eq!(factors.state(&user()).await.unwrap(), FactorState::Unconfirmed);
        assert_eq!(site.session().await.1.stage, Stage::Full);
        let code = app.shows(site.clock.now());
        let fault = factors.confirm(&session, &wrong(&code), site.clock.now()).await.unwrap_err();
        assert!(fault.message_ja().unwrap().starts_with("確認コードが違います。"));
        let confirmed = factors.confirm(&session, &code, site.clock.now()).await.unwrap();
        assert_eq!((confirmed.session.stage, confirmed.recovery_codes.0.len()), (Stage::Full, RECOVERY_CODES));
        assert!(site.accounts.sessions.find(&before, site.clock.now()).await.is_err());
        site.accounts.sessions.find(&confirmed.token, site.clock.now()).await.unwrap();
        let state = factors.state(&user()).await.unwrap();
        assert_eq!(state, FactorState::On { since: site.clock.now(), recovery_codes: RECOVERY_CODES });
        assert_eq!(site.session().await.1.stage, Stage::SecondFactorDue);
    }

    async fn a_code_opens_one_session_and_no_second_one(database: TestDatabase) {
        let site = Site::new(database).await;
        let (app, _) = enrolled(&site).await;
        let (_, session) = site.session().await;
        // The code of the enrolment itself is used up.
        assert!(matches!(pass(&site, &session, &app.shows(site.clock.now())).await, Err(FactorFault::CodeWrong)));
        site.hand.advance(STEP);
        let code = app.shows(site.clock.now());
        assert_eq!(pass(&site, &session, &code).await.unwrap(), Stage::Full);
        let (_, other) = site.session().await;
        assert!(matches!(pass(&site, &other, &code).await, Err(FactorFault::CodeWrong)));
    }

    async fn a_code_is_good_a_step_early_and_late_and_not_two(database: TestDatabase) {
        let site = Site::new(database).await;
        let (app, _) = enrolled(&site).await;
        site.hand.advance(10 * STEP);
        let (_, session) = site.session().await;
        let now = site.clock.now();
        for aside in [now - 2 * STEP, now + 2 * STEP] {
            assert!(matches!(pass(&site, &session, &app.shows(aside)).await, Err(FactorFault::CodeWrong)));
        }
        pass(&site, &session, &app.shows(now - STEP)).await.unwrap();
        let (_, session) = site.session().await;
        pass(&site, &session, &app.shows(now + STEP)).await.unwrap();
        // A step before the one that was used is over.
        let (_, session) = site.session().await;
        assert!(matches!(pass(&site, &session, &app.shows(now)).await, Err(FactorFault::CodeWrong)));
    }

    async fn three_wrong_codes_lock_the_factor_and_not_the_password(database: TestDatabase) {
        let site = Site::new(database).await;
        let (app, confirmed) = enrolled(&site).await;
        site.hand.advance(2 * STEP);
        let (_, session) = site.session().await;
        let bad = wrong(&app.shows(site.clock.now()));
        for _ in 0..2 {
            assert!(matches!(pass(&site, &session, &bad).await, Err(FactorFault::CodeWrong)));
        }
        let third = recover(&site, &session, &secret("ABCD-ABCD-ABCD")).await.unwrap_err();
        assert!(third.message_ja().unwrap().contains("2026年11月1日 09時31分を過ぎて"), "{third}");
        let right = pass(&site, &session, &app.shows(site.clock.now())).await.unwrap_err();
        assert!(matches!(right, FactorFault::Locked { .. }));
        let right = recover(&site, &session, &confirmed.recovery_codes.0[0]).await.unwrap_err();
        assert!(matches!(right, FactorFault::Locked { .. }));
        let (_, session) = site.session().await;
        site.hand.advance(HALF_AN_HOUR - Duration::from_millis(1));
        assert!(pass(&site, &session, &app.shows(site.clock.now())).await.is_err());
        site.hand.advance(Duration::from_millis(1));
        assert_eq!(pass(&site, &session, &app.shows(site.clock.now())).await.unwrap(), Stage::Full);
        assert!(site.audited().await.contains(&format!("second_factor.locked {USER}")));
    }

    async fn each_recovery_code_is_good_once_in_any_writing(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, confirmed) = enrolled(&site).await;
        let code = &confirmed.recovery_codes.0[3];
        let (_, session) = site.session().await;
        let sloppy = secret(&format!(" {} ", code.expose().to_lowercase().replace('-', " ")));
        assert_eq!(recover(&site, &session, &sloppy).await.unwrap(), Stage::Full);
        let (_, session) = site.session().await;
        let again = recover(&site, &session, code).await.unwrap_err();
        assert!(again.message_ja().unwrap().contains("すでに使われています"));
        let state = site.accounts.second_factors.state(&user()).await.unwrap();
        assert!(matches!(state, FactorState::On { recovery_codes, .. } if recovery_codes == RECOVERY_CODES - 1));
    }

    async fn new_recovery_codes_replace_the_old_ones(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, confirmed) = enrolled(&site).await;
        let factors = &site.accounts.second_factors;
        let codes = factors.new_codes(&confirmed.session, site.clock.now()).await.unwrap();
        let (_, session) = site.session().await;
        assert!(recover(&site, &session, &confirmed.recovery_codes.0[0]).await.is_err());
        recover(&site, &session, &codes.0[0]).await.unwrap();
        let (_, due) = site.session().await;
        let early = factors.new_codes(&due, site.clock.now()).await.unwrap_err();
        assert!(matches!(early, FactorFault::NotYet(Stage::SecondFactorDue)));
    }

    async fn who_owes_a_code_can_neither_choose_a_new_factor_nor_remove_it(database: TestDatabase) {
        let site = Site::new(database).await;
        enrolled(&site).await;
        let (_, due) = site.session().await;
        let factors = &site.accounts.second_factors;
        assert!(matches!(factors.begin(&due, &secret(OWN), site.clock.now()).await, Err(FactorFault::On)));
        let code = secret("000000");
        assert!(matches!(factors.confirm(&due, &code, site.clock.now()).await, Err(FactorFault::On)));
        let removed = factors.remove(&due, &secret(OWN), site.clock.now()).await;
        assert!(matches!(removed, Err(FactorFault::NotYet(Stage::SecondFactorDue))));
    }

    async fn with_a_temporary_password_there_is_no_second_factor_yet(database: TestDatabase) {
        let site = Site::with_letter(database).await;
        let (_, session) = site.log_in(TEMPORARY).await.unwrap();
        let fault = site.accounts.second_factors.begin(&session, &secret(OWN), site.clock.now()).await.unwrap_err();
        assert!(fault.message_ja().unwrap().starts_with("まだ仮パスワードです。"));
    }

    async fn a_factor_is_removed_with_the_password_only_and_other_sessions_end(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, confirmed) = enrolled(&site).await;
        site.session().await;
        let factors = &site.accounts.second_factors;
        let fault = factors.remove(&confirmed.session, &secret("wrong"), site.clock.now()).await.unwrap_err();
        assert!(matches!(fault, FactorFault::Login(LoginFault::PasswordWrong)));
        let (_, session) = factors.remove(&confirmed.session, &secret(OWN), site.clock.now()).await.unwrap();
        assert_eq!((session.stage, site.count("session").await), (Stage::Full, 1));
        assert_eq!(factors.state(&user()).await.unwrap(), FactorState::Off);
        let again = factors.remove(&session, &secret(OWN), site.clock.now()).await.unwrap_err();
        assert!(again.message_ja().unwrap().contains("設定されていません"));
        assert_eq!(site.session().await.1.stage, Stage::Full);
    }

    async fn where_it_is_required_a_first_code_makes_the_session_whole(database: TestDatabase) {
        let site = Site::under(database, "login.second_factor_required = true").await;
        site.choose_own().await;
        let (_, session) = site.session().await;
        assert_eq!(session.stage, Stage::SecondFactorDue);
        assert!(matches!(pass(&site, &session, &secret("000000")).await, Err(FactorFault::None)));
        let (_, confirmed) = enrolled(&site).await;
        assert_eq!(confirmed.session.stage, Stage::Full);
        let removed = site.accounts.second_factors.remove(&confirmed.session, &secret(OWN), site.clock.now()).await;
        assert_eq!(removed.unwrap().1.stage, Stage::SecondFactorDue);
    }
}
