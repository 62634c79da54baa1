//! One-time links by mail: who gets one, what it does once, and what is said afterwards.

use std::time::Duration;

use careplan_domain::UserId;
use careplan_platform::audit::Actor;
use careplan_platform::login::{
    Asked, ChangeFault, LINK_PAUSE, LinkFault, LoginFault, MailFault, Purpose, Stage, Token, Typed,
    sweep_logins,
};
use careplan_testkit::on_both_databases;

use crate::site::{MAIL, OWN, Site, TEMPORARY, USER, mail, secret, user, visitor};
use crate::world::helper;

const NEW: &str = "another pass phrase";
const MILLISECOND: Duration = Duration::from_millis(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

impl Site {
    async fn ask(&self, asked: &Asked) {
        self.accounts.links.ask(asked, self.clock.now()).await.unwrap();
    }

    async fn answer(&self) -> usize {
        self.accounts.links.answer_asked(self.clock.now()).await.unwrap()
    }

    /// A link for a new password, asked for and sent.
    async fn reset_link(&self) -> (Purpose, Token) {
        self.ask(&reset(USER)).await;
        self.answer().await;
        self.link().await
    }

    async fn reset(&self, link: (Purpose, &Token), new: &str) -> Result<UserId, ChangeFault> {
        self.accounts.changes.reset(link, secret(new), self.clock.now()).await
    }
}

fn reset(user_id: &str) -> Asked {
    Asked::ResetPassword { user_id: user_id.to_owned() }
}

fn remind(mail: &str) -> Asked {
    Asked::RemindUserId { mail: mail.to_owned() }
}

fn said(fault: ChangeFault) -> String {
    fault.message_ja().unwrap()
}

on_both_databases! {
    async fn a_lost_password_is_replaced_by_a_link_and_every_session_ends(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        site.session().await;
        for _ in 0..3 {
            site.log_in("wrong").await.unwrap_err();
        }
        let (purpose, token) = site.reset_link().await;
        assert_eq!(purpose, Purpose::ResetPassword);
        assert_eq!(site.reset((purpose, &token), NEW).await.unwrap(), user());
        assert_eq!(site.count("session").await, 0);
        assert_eq!(site.log_in(NEW).await.unwrap().1.stage, Stage::Full);
        assert_eq!(site.queued().await, ["reset_password", "password_changed"]);
        assert!(site.audited().await.contains(&format!("password.reset {USER}")));
    }

    async fn looking_at_a_link_does_not_use_it_and_using_it_does(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (purpose, token) = site.reset_link().await;
        for _ in 0..3 {
            site.accounts.links.look((purpose, &token), site.clock.now()).await.unwrap();
        }
        let weak = site.reset((purpose, &token), "1234567").await.unwrap_err();
        assert!(said(weak).contains("8文字以上"));
        site.reset((purpose, &token), NEW).await.unwrap();
        let replay = said(site.reset((purpose, &token), "a third pass phrase").await.unwrap_err());
        assert!(replay.contains("使用済みです") && replay.contains("「パスワードを忘れた場合」から"), "{replay}");
        site.log_in(NEW).await.unwrap();
    }

    async fn the_first_link_used_kills_the_others_of_its_purpose(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (purpose, first) = site.reset_link().await;
        site.ask(&remind(MAIL)).await;
        site.answer().await;
        let (_, other_purpose) = site.link().await;
        site.hand.advance(Duration::from_secs(120));
        let (_, second) = site.reset_link().await;
        assert_ne!(first.digest(), second.digest());
        site.reset((purpose, &second), NEW).await.unwrap();
        let fault = said(site.reset((purpose, &first), "a third pass phrase").await.unwrap_err());
        assert!(fault.starts_with("同じ手続きの別のリンクが使われたか"), "{fault}");
        assert_eq!(site.accounts.links.remind(&other_purpose, site.clock.now()).await.unwrap(), [user()]);
    }

    async fn of_two_who_use_a_link_at_the_same_time_one_succeeds(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (purpose, token) = site.reset_link().await;
        let (one, other) =
            tokio::join!(site.reset((purpose, &token), NEW), site.reset((purpose, &token), "a third pass phrase"));
        assert_eq!(usize::from(one.is_ok()) + usize::from(other.is_ok()), 1);
        assert_eq!(site.log_in(NEW).await.is_ok(), one.is_ok());
    }

    async fn a_link_is_good_for_half_an_hour_to_the_millisecond(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (purpose, token) = site.reset_link().await;
        site.hand.advance(Duration::from_secs(30 * 60) - MILLISECOND);
        site.accounts.links.look((purpose, &token), site.clock.now()).await.unwrap();
        site.hand.advance(MILLISECOND);
        let fault = said(site.reset((purpose, &token), NEW).await.unwrap_err());
        assert!(fault.starts_with("このリンクの期限（2026年11月1日 09時30分）が過ぎました。"), "{fault}");
        site.hand.advance(30 * DAY - MILLISECOND);
        assert_eq!(sweep_logins(&site.store, site.clock.now()).await.unwrap(), 0);
        site.hand.advance(MILLISECOND);
        assert_eq!(sweep_logins(&site.store, site.clock.now()).await.unwrap(), 1);
        let fault = site.accounts.links.look((purpose, &token), site.clock.now()).await.unwrap_err();
        assert!(matches!(fault, LinkFault::Unknown { .. }));
    }

    async fn a_link_does_nothing_but_its_own_purpose(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (_, token) = site.reset_link().await;
        let links = &site.accounts.links;
        for purpose in [Purpose::ConfirmMail, Purpose::RemindUserId, Purpose::InviteOffice] {
            let fault = links.look((purpose, &token), site.clock.now()).await.unwrap_err();
            assert!(matches!(fault, LinkFault::Unknown { .. }), "{purpose:?}");
        }
        site.ask(&remind(MAIL)).await;
        site.answer().await;
        let (purpose, reminder) = site.link().await;
        assert_eq!(purpose, Purpose::RemindUserId);
        assert!(site.reset((purpose, &reminder), NEW).await.is_err());
        assert!(site.reset((Purpose::ResetPassword, &reminder), NEW).await.is_err());
        site.log_in(OWN).await.unwrap();
    }

    async fn asking_for_somebody_unknown_answers_the_same_and_costs_the_same(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        for (known, unknown) in
            [(reset(USER), reset("KJ999970000034")), (remind(MAIL), remind("nobody@example.jp"))]
        {
            assert_eq!(known.answer_ja(), unknown.answer_ja());
            for asked in [known, unknown] {
                let before = site.count("job").await;
                site.ask(&asked).await;
                // The same one row for both, and nothing is looked up while somebody waits.
                assert_eq!(site.count("job").await, before + 1);
            }
        }
        assert_eq!(site.answer().await, 4);
        assert_eq!(site.queued().await, ["reset_password", "user_id_reminder"]);
        assert_eq!(site.texts("select kind from job order by kind").await, ["mail.send", "mail.send"]);
    }

    async fn without_a_registered_address_nothing_is_sent(database: TestDatabase) {
        let site = Site::new(database).await;
        site.ask(&reset(USER)).await;
        site.ask(&remind(MAIL)).await;
        for nonsense in [reset("x"), remind("x"), reset(&"K".repeat(100_000))] {
            site.ask(&nonsense).await;
        }
        assert_eq!(site.answer().await, 2);
        assert_eq!((site.count("mail").await, site.count("login_link").await), (0, 0));
    }

    async fn nobody_fills_the_mailbox_of_an_office(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        for _ in 0..3 {
            site.ask(&reset(USER)).await;
        }
        site.answer().await;
        assert_eq!(site.count("mail").await, 1);
        site.hand.advance(Duration::try_from(LINK_PAUSE).unwrap() - MILLISECOND);
        site.ask(&reset(USER)).await;
        site.answer().await;
        assert_eq!(site.count("mail").await, 1);
        site.hand.advance(MILLISECOND);
        site.ask(&reset(USER)).await;
        site.answer().await;
        assert_eq!(site.count("mail").await, 2);
    }

    async fn an_address_is_registered_by_its_password_and_its_link(database: TestDatabase) {
        let site = Site::new(database).await;
        let (_, session) = site.session().await;
        let links = &site.accounts.links;
        let now = site.clock.now();
        let wrong = links.register_mail(&session, (&mail(), &secret("wrong")), now).await.unwrap_err();
        assert!(matches!(wrong, MailFault::Login(LoginFault::PasswordWrong)));
        links.register_mail(&session, (&mail(), &secret(OWN)), now).await.unwrap();
        let again = links.register_mail(&session, (&mail(), &secret(OWN)), now).await.unwrap_err();
        assert!(again.message_ja().unwrap().contains("2分ほど待って"), "{again}");
        site.hand.advance(DAY - MILLISECOND);
        let (purpose, token) = site.link().await;
        assert_eq!(purpose, Purpose::ConfirmMail);
        assert_eq!(links.confirm_mail(&token, site.clock.now()).await.unwrap(), user());
        assert!(matches!(links.confirm_mail(&token, site.clock.now()).await, Err(LinkFault::Used { .. })));
        assert_eq!(site.texts("select mail from account").await, [MAIL]);
        assert!(site.audited().await.contains(&format!("mail.registered {USER}")));
        // The address before is told when another takes its place.
        let (_, session) = site.session().await;
        let other = "other@example.jp".parse().unwrap();
        links.register_mail(&session, (&other, &secret(OWN)), site.clock.now()).await.unwrap();
        let (_, token) = site.link().await;
        links.confirm_mail(&token, site.clock.now()).await.unwrap();
        assert_eq!(site.texts("select recipient from mail where kind = 'mail_changed'").await, [MAIL]);
    }

    async fn a_changed_password_kills_every_link_that_is_about(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (_, session) = site.session().await;
        let other = "thief@example.jp".parse().unwrap();
        let links = &site.accounts.links;
        links.register_mail(&session, (&other, &secret(OWN)), site.clock.now()).await.unwrap();
        let (_, confirm) = site.link().await;
        site.hand.advance(MILLISECOND);
        let (purpose, reset) = site.reset_link().await;
        let typed = Typed { present: secret(OWN), new: secret(NEW) };
        site.accounts.changes.change(&session, typed, site.clock.now()).await.unwrap();
        assert!(matches!(links.confirm_mail(&confirm, site.clock.now()).await, Err(LinkFault::Replaced { .. })));
        let fault = said(site.reset((purpose, &reset), "a third pass phrase").await.unwrap_err());
        assert!(fault.contains("あとからパスワードが変わったため"), "{fault}");
        assert_eq!(site.texts("select mail from account").await, [MAIL]);
    }

    async fn a_reset_kills_a_link_that_would_register_another_address(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (_, session) = site.session().await;
        let other = "thief@example.jp".parse().unwrap();
        let links = &site.accounts.links;
        links.register_mail(&session, (&other, &secret(OWN)), site.clock.now()).await.unwrap();
        let (_, confirm) = site.link().await;
        site.hand.advance(MILLISECOND);
        let (purpose, reset) = site.reset_link().await;
        site.reset((purpose, &reset), NEW).await.unwrap();
        assert!(matches!(links.confirm_mail(&confirm, site.clock.now()).await, Err(LinkFault::Replaced { .. })));
    }

    async fn with_new_credentials_the_address_is_to_be_registered_again(database: TestDatabase) {
        let site = Site::new(database).await;
        site.found_authority().await;
        site.with_mail().await;
        let (purpose, reset) = site.reset_link().await;
        site.admin(&["credentials", "issue", "9970000018"]).await.unwrap();
        assert!(site.reset((purpose, &reset), NEW).await.is_err());
        site.hand.advance(DAY);
        site.ask(&self::reset(USER)).await;
        site.answer().await;
        assert_eq!(site.count("mail").await, 1, "no second mail to an address that was before");
    }

    async fn with_a_temporary_password_no_address_is_registered(database: TestDatabase) {
        let site = Site::with_letter(database).await;
        let (_, session) = site.log_in(TEMPORARY).await.unwrap();
        let typed = (&mail(), &secret(TEMPORARY));
        let fault = site.accounts.links.register_mail(&session, typed, site.clock.now()).await.unwrap_err();
        assert!(fault.message_ja().unwrap().starts_with("まだ仮パスワードです。"));
    }

    async fn a_reminder_shows_every_office_of_the_address_in_any_case(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let second = UserId::of(&helper());
        site.change(async |tx, now| {
            use careplan_platform::store::accounts;
            accounts::put_account(tx, &helper(), "$argon2id$", now).await.unwrap();
            accounts::set_mail(tx, &UserId::of(&helper()), &"Office@example.jp".parse().unwrap(), now).await.unwrap();
        }).await;
        site.ask(&remind("OFFICE@EXAMPLE.JP")).await;
        site.answer().await;
        let (_, token) = site.link().await;
        let shown = site.accounts.links.remind(&token, site.clock.now()).await.unwrap();
        assert_eq!(shown, [user(), second]);
        assert!(site.accounts.links.remind(&token, site.clock.now()).await.is_err());
    }

    async fn an_invited_office_chooses_its_password_by_the_link(database: TestDatabase) {
        let site = Site::new(database).await;
        let mut tx = site.store.begin().await.unwrap();
        let operator = Actor::Operator("uketsuke".to_owned());
        site.accounts.links.invite(&mut tx, (helper(), &mail()), operator, site.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let (purpose, token) = site.link().await;
        site.hand.advance(14 * DAY - MILLISECOND);
        assert_eq!(site.reset((purpose, &token), NEW).await.unwrap(), UserId::of(&helper()));
        let opened = site.accounts.sessions.log_in(("KJ999970000026", &secret(NEW)), visitor(), site.clock.now()).await;
        assert_eq!(opened.unwrap().1.stage, Stage::Full);
        let replay = said(site.reset((purpose, &token), "a third pass phrase").await.unwrap_err());
        assert!(replay.ends_with("運用センターへ、新しい案内を依頼してください。"), "{replay}");
    }

    async fn neither_the_letter_nor_the_old_password_can_be_chosen_again(database: TestDatabase) {
        let site = Site::new(database).await;
        site.with_mail().await;
        let (purpose, token) = site.reset_link().await;
        for (password, part) in [(TEMPORARY, "仮パスワード"), (OWN, "いまのパスワードと同じ")] {
            let fault = said(site.reset((purpose, &token), password).await.unwrap_err());
            assert!(fault.contains(part), "{fault}");
        }
    }
}
