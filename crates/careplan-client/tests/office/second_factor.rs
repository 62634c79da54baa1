//! 2段階認証: a telephone beside the password.

use careplan_client::staff::{
    LoginName, NewPerson, Role, Session, SessionFault, Staff, StaffFault, Stage, Visitor,
};
use careplan_client::state::State;
use careplan_domain::{Secret, Timestamp};
use careplan_login::{Hasher, Token};
use jiff::SignedDuration;
use tempfile::TempDir;

use crate::telephone::Telephone;

const OWN: &str = "haru no ogawa";

/// The manager yamada and the member sato, who both chose their passwords.
struct Office {
    _folder: TempDir,
    staff: Staff,
    now: Timestamp,
    sato: i64,
}

fn own() -> Secret {
    Secret::new(OWN)
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("client.sqlite")).await.unwrap();
        let now = "2026-11-25T00:00:00Z".parse().unwrap();
        let staff = Staff::new(state, Hasher::new(4));
        staff.add_first((LoginName::new("yamada").unwrap(), "山田 花子"), &own(), now).await.unwrap();
        let sato =
            NewPerson { login: LoginName::new("sato").unwrap(), name: "佐藤".into(), role: Role::Member };
        let temporary = staff.add(&sato, ("yamada", now)).await.unwrap();
        let (_, session) = staff.log_in(("sato", &temporary), Visitor::new(None), now).await.unwrap();
        staff.change_password(&session, (&temporary, &own()), now).await.unwrap();
        Self { _folder: folder, staff, now, sato: session.person }
    }

    async fn log_in(&self) -> (Token, Session) {
        self.staff.log_in(("sato", &own()), Visitor::new(None), self.now).await.unwrap()
    }

    /// Sets the second factor up; half a minute passes, so that the telephone shows another code.
    async fn enrolled(&mut self) -> (Telephone, Token, Session) {
        let (_, session) = self.log_in().await;
        let secret = self.staff.begin_factor(&session, &own(), self.now).await.unwrap();
        let telephone = Telephone::with(secret.base32().expose());
        let code = telephone.shows(self.now);
        let (token, session) = self.staff.confirm_factor(&session, &code, self.now).await.unwrap();
        self.now += SignedDuration::from_secs(30);
        (telephone, token, session)
    }

    async fn stage(&self, token: &Token) -> Result<Stage, SessionFault> {
        Ok(self.staff.find(token, self.now).await?.stage)
    }
}

#[tokio::test]
async fn a_factor_counts_from_its_first_right_code_on_and_is_asked_at_the_next_log_in() {
    let mut office = Office::new().await;
    let (before, session) = office.log_in().await;
    let (other, _) = office.log_in().await;
    let wrong = office.staff.begin_factor(&session, &Secret::new("wrong wrong"), office.now).await;
    assert!(matches!(wrong, Err(StaffFault::Wrong)));
    let secret = office.staff.begin_factor(&session, &own(), office.now).await.unwrap();
    // Shown, and nothing typed yet: nobody is asked for it.
    assert_eq!(office.log_in().await.1.stage, Stage::Full);
    let telephone = Telephone::with(secret.base32().expose());
    let confirmed = office.staff.confirm_factor(&session, &telephone.shows(office.now), office.now).await;
    let (token, whole) = confirmed.unwrap();
    assert_eq!((whole.stage, office.stage(&token).await.unwrap()), (Stage::Full, Stage::Full));
    assert!(matches!(office.stage(&before).await, Err(SessionFault::Unknown)));
    assert_eq!(office.stage(&other).await.unwrap(), Stage::SecondFactorDue);
    office.now += SignedDuration::from_secs(30);
    let (due, session) = office.log_in().await;
    assert_eq!(session.stage, Stage::SecondFactorDue);
    let code = telephone.shows(office.now);
    let (token, whole) = office.staff.pass_factor(&session, &code, office.now).await.unwrap();
    assert_eq!((whole.stage, office.stage(&token).await.unwrap()), (Stage::Full, Stage::Full));
    assert!(matches!(office.stage(&due).await, Err(SessionFault::Unknown)));
    // The same code opens no second session.
    let (_, session) = office.log_in().await;
    assert!(matches!(office.staff.pass_factor(&session, &code, office.now).await, Err(StaffFault::Code)));
}

#[tokio::test]
async fn three_wrong_codes_lock_the_codes_for_half_an_hour_whatever_the_password_does() {
    let mut office = Office::new().await;
    let (telephone, ..) = office.enrolled().await;
    for miss in 1..=3 {
        let (_, session) = office.log_in().await;
        let wrong = telephone.does_not_show(office.now);
        let fault = office.staff.pass_factor(&session, &wrong, office.now).await.unwrap_err();
        assert_eq!(matches!(fault, StaffFault::CodeLocked(_)), miss == 3, "{fault}");
    }
    let begin = office.now;
    let (_, session) = office.log_in().await;
    office.now = begin + SignedDuration::from_millis(30 * 60 * 1000 - 1);
    let fault =
        office.staff.pass_factor(&session, &telephone.shows(office.now), office.now).await.unwrap_err();
    assert!(fault.to_string().contains("しばらく確認コードを入力できません"), "{fault}");
    office.now = begin + SignedDuration::from_mins(30);
    office.staff.pass_factor(&session, &telephone.shows(office.now), office.now).await.unwrap();
}

#[tokio::test]
async fn the_password_alone_neither_takes_a_factor_away_nor_replaces_it_nor_changes_itself() {
    let mut office = Office::new().await;
    let (_, token, _) = office.enrolled().await;
    let (_, due) = office.log_in().await;
    assert!(matches!(office.staff.begin_factor(&due, &own(), office.now).await, Err(StaffFault::FactorOn)));
    assert!(matches!(office.staff.remove_factor(&due, &own(), office.now).await, Err(StaffFault::NotYet)));
    let change = office.staff.change_password(&due, (&own(), &Secret::new("natsu no umi")), office.now).await;
    assert!(matches!(change, Err(StaffFault::NotYet)));
    let whole = office.staff.find(&token, office.now).await.unwrap();
    assert!(matches!(office.staff.begin_factor(&whole, &own(), office.now).await, Err(StaffFault::FactorOn)));
    let wrong = office.staff.remove_factor(&whole, &Secret::new("wrong wrong"), office.now).await;
    assert!(matches!(wrong, Err(StaffFault::Wrong)));
    let (_, after) = office.staff.remove_factor(&whole, &own(), office.now).await.unwrap();
    assert_eq!((after.stage, office.log_in().await.1.stage), (Stage::Full, Stage::Full));
}

#[tokio::test]
async fn a_manager_helps_who_lost_the_telephone_and_not_themselves() {
    let mut office = Office::new().await;
    let (_, token, _) = office.enrolled().await;
    let by = ("yamada", office.now);
    office.staff.reset_factor(office.sato, by).await.unwrap();
    assert!(matches!(office.stage(&token).await, Err(SessionFault::Unknown)));
    assert_eq!(office.log_in().await.1.stage, Stage::Full);
    assert!(matches!(office.staff.reset_factor(office.sato, by).await, Err(StaffFault::FactorOff)));
    assert!(matches!(office.staff.reset_factor(99, by).await, Err(StaffFault::Unknown)));
    for fault in [
        office.staff.reset_factor(office.sato, ("sato", office.now)).await.unwrap_err(),
        office.staff.reset_password(office.sato, ("sato", office.now)).await.unwrap_err(),
    ] {
        assert!(matches!(fault, StaffFault::Own), "{fault}");
    }
    let lines = office.staff.operations(None, 2).await.unwrap();
    assert!(
        lines.iter().any(|line| (&*line.actor, &*line.action) == ("yamada", "staff.second_factor_reset"))
    );
    assert!(office.staff.verify_operations().await.unwrap().is_ok());
}

#[tokio::test]
async fn where_everybody_needs_one_who_has_none_sets_it_up_first() {
    let mut office = Office::new().await;
    let (token, _) = office.log_in().await;
    office.staff.require_second_factor(true, ("yamada", office.now)).await.unwrap();
    // Chosen again, nothing is written again.
    office.staff.require_second_factor(true, ("yamada", office.now)).await.unwrap();
    let lines = office.staff.operations(None, 100).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "settings.second_factor").count(), 1);
    assert_eq!(office.stage(&token).await.unwrap(), Stage::SecondFactorMissing);
    let (telephone, token, session) = office.enrolled().await;
    assert_eq!((session.stage, office.stage(&token).await.unwrap()), (Stage::Full, Stage::Full));
    let (_, after) = office.staff.remove_factor(&session, &own(), office.now).await.unwrap();
    assert_eq!(after.stage, Stage::SecondFactorMissing);
    // The code of the telephone of before opens nothing any more.
    let old = office.staff.pass_factor(&after, &telephone.shows(office.now), office.now).await;
    assert!(matches!(old, Err(StaffFault::FactorOff)));
    office.staff.require_second_factor(false, ("yamada", office.now)).await.unwrap();
    assert_eq!(office.log_in().await.1.stage, Stage::Full);
}

#[tokio::test]
async fn sessions_are_listed_and_end_one_by_one() {
    let mut office = Office::new().await;
    let (first, own_session) = office.log_in().await;
    office.now += SignedDuration::from_secs(1);
    let (second, _) = office.log_in().await;
    let open = office.staff.sessions(office.sato, office.now).await.unwrap();
    // The one of the temporary password went on when it was changed.
    assert_eq!(open.len(), 3);
    assert!(!open[0].is(&own_session) && open.iter().any(|it| it.is(&own_session)));
    let by = ("yamada", office.now);
    for mark in ["", &open[0].mark[..8]] {
        office.staff.end_session((office.sato, mark), by).await.unwrap();
        assert_eq!(office.staff.sessions(office.sato, office.now).await.unwrap().len(), 3, "{mark}");
    }
    for _ in 0..2 {
        office.staff.end_session((office.sato, &open[0].mark), by).await.unwrap();
    }
    assert!(matches!(office.stage(&second).await, Err(SessionFault::Unknown)));
    assert_eq!(office.stage(&first).await.unwrap(), Stage::Full);
    let yamada = office.staff.people().await.unwrap().into_iter().find(|it| it.login == "yamada").unwrap().id;
    // Not under the name of somebody else.
    office.staff.end_session((yamada, &open[1].mark), by).await.unwrap();
    assert_eq!(office.stage(&first).await.unwrap(), Stage::Full);
    let lines = office.staff.operations(None, 100).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.action == "staff.session_ended").count(), 1);
}
