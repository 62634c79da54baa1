//! What each step tries out, and what is to be done where it fails.

use careplan_domain::calendar::spoken;
use careplan_domain::{Secret, UserId, calendar};
use careplan_protocol::Code;
use url::Url;

use super::verdict::{enrol_trial, is_wrong_password, judge_licence, no_connection, own};
use super::{Step, Wizard};
use crate::enrol::{CertificateSource, EnrolFault, Fingerprint, RootSource, SetupOrder};
use crate::office::OfficeFault;
use crate::platform::{Platform, Proxy, ServerTrust, how_far_ja};
use crate::state::StateFault;

/// How a trial went: what was found, and what to do where it is not good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    is_passed: bool,
    /// What was found.
    pub said: String,
    /// What to do about it, one thing each.
    pub todo: Vec<String>,
}

impl Trial {
    /// It works.
    pub fn passed(said: impl Into<String>) -> Self {
        Self { is_passed: true, said: said.into(), todo: Vec::new() }
    }

    /// It does not.
    pub fn failed(said: impl Into<String>) -> Self {
        Self { is_passed: false, said: said.into(), todo: Vec::new() }
    }

    /// One more thing to do about it.
    #[must_use]
    pub fn todo(mut self, todo: impl Into<String>) -> Self {
        self.todo.push(todo.into());
        self
    }

    /// Whether it works.
    pub fn is_passed(&self) -> bool {
        self.is_passed
    }
}

/// What was typed so far; empty where it was not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// `https://host:port` of the platform.
    pub platform: String,
    /// The fingerprint in the letter.
    pub fingerprint: String,
    /// The user ID.
    pub user_id: String,
}

/// Everything that set-up is told, but the password.
struct Introduction {
    platform: String,
    root: Fingerprint,
    user_id: UserId,
}

const UNANSWERED: &str =
    "前の手順がまだ終わっていません。「前の手順へ戻る」から、上から順に確かめてください。";
const BEGUN: &str = "接続先を確かめている途中で終わりました。もう一度確かめてください。";
const NO_PASSWORD: &str =
    "パスワードを入力してください。安全のため、クライアントを起動し直すと、前の入力は残りません。";

impl Wizard {
    /// What was typed so far.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn answers(&self) -> Result<Answers, StateFault> {
        let state = self.office.state();
        let read =
            async |name: &str| Ok::<_, StateFault>(state.wizard_answer(name).await?.unwrap_or_default());
        Ok(Answers {
            platform: read("platform").await?,
            fingerprint: read("fingerprint").await?,
            user_id: read("user_id").await?,
        })
    }

    /// Where the web site of the operations centre is, once the platform told it.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn site(&self) -> Result<Option<String>, StateFault> {
        Ok(self.office.state().wizard_answer("site").await?.filter(|site| !site.is_empty()))
    }

    /// What set-up is told, once everything was typed.
    async fn introduction(&self) -> Result<Option<Introduction>, StateFault> {
        let Answers { platform, fingerprint, user_id } = self.answers().await?;
        let parsed = fingerprint.parse().ok().zip(user_id.parse().ok());
        Ok(parsed.map(|(root, user_id)| Introduction { platform, root, user_id }))
    }

    /// Asks the platform for something that everybody may know, over the way out that was chosen, and by whom.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn try_connection(
        &self,
        platform: &Url,
        proxy: &Proxy,
        by: &str,
    ) -> Result<Trial, OfficeFault> {
        let platform = platform.as_str().trim_end_matches('/');
        let begun = self.recorded(Step::Connection, &Trial::failed(BEGUN));
        self.office.state().store_wizard_connection((platform, proxy), &begun, by).await?;
        self.office.forget_link();
        let asked = match self.stranger(platform).await {
            Ok(stranger) => stranger.authority_certificates().await.map_err(OfficeFault::from),
            Err(fault) => Err(fault),
        };
        let trial = match asked {
            Ok(_) => Trial::passed(format!("{platform} につながりました。")),
            Err(fault) => no_connection(platform, own(fault)?),
        };
        self.noted(Step::Connection, trial).await
    }

    /// The platform over a line that is not believed, asked once: a person waits.
    async fn stranger(&self, platform: &str) -> Result<Platform, OfficeFault> {
        Ok(self.office.connect(platform, &ServerTrust::Nothing, None).await?.once())
    }

    /// Compares the platform's root with the letter to the office, and talks to it by that root.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn try_platform(&self, fingerprint: Fingerprint) -> Result<Trial, OfficeFault> {
        self.office.state().store_wizard_answers(&[("fingerprint", &fingerprint.to_string())]).await?;
        let platform = self.answers().await?.platform;
        let trial = match self.office.meet(&platform, &RootSource::Fingerprint(fingerprint)).await {
            Ok(_) => Trial::passed("接続先は、通知書に書かれた本物の連携基盤です。"),
            Err(fault) => self.with_clock(enrol_trial(fault)?),
        };
        self.noted(Step::Platform, trial).await
    }

    /// Compares this PC's clock with the platform's.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn try_clock(&self) -> Result<Trial, OfficeFault> {
        let platform = self.answers().await?.platform;
        let asked = match self.stranger(&platform).await {
            Ok(stranger) => stranger.authority_certificates().await.map_err(OfficeFault::from),
            Err(fault) => Err(fault),
        };
        let trial = match (asked, self.office.clock_ahead()) {
            (Err(fault), _) => no_connection(&platform, own(fault)?),
            (Ok(_), None) => Trial::passed("このパソコンの時計は合っています（ずれは3分未満）。"),
            (Ok(_), Some(_)) => self.with_clock(Trial::failed("このパソコンの時計が合っていません。")),
        };
        self.noted(Step::Clock, trial).await
    }

    /// What to do about the clock, where it is wrong.
    fn with_clock(&self, trial: Trial) -> Trial {
        match self.office.clock_ahead() {
            Some(ahead) => trial.todo(format!(
                "時計が{}います。Windowsでは「設定」→「時刻と言語」→「日付と時刻」で「時刻を自動的に設定する」をオンにし、「今すぐ同期」を押してから、もう一度確かめてください。",
                how_far_ja(ahead)
            )),
            None => trial,
        }
    }

    /// Asks who the user ID and the password belong to. Once: three wrong tries lock the account.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn try_account(&self, user_id: &UserId, password: Secret) -> Result<Trial, OfficeFault> {
        self.office.state().store_wizard_answers(&[("user_id", user_id.as_str())]).await?;
        let trial = match self.account(Some(&password)).await? {
            Err(trial) => trial,
            Ok(account) => {
                self.hold(Some(password));
                let who = format!("{} {}", account.office.number, account.office.name);
                let temporary = if account.password_is_temporary {
                    "パスワードは仮パスワードのままです。設定を終えてから、Webサイトにログインして変更してください。"
                } else {
                    ""
                };
                Trial::passed(format!("{who} のユーザIDとパスワードを確かめました。{temporary}"))
            }
        };
        self.noted(Step::Account, trial).await
    }

    /// Looks whether the office has applied, so that it may send.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn try_application(&self, typed: Option<Secret>) -> Result<Trial, OfficeFault> {
        let password = typed.or_else(|| self.held().clone());
        let trial = match self.account(password.as_ref()).await? {
            Err(trial) => trial,
            Ok(account) => {
                self.hold(password);
                judge_licence(&account.licence)
            }
        };
        self.noted(Step::Application, trial).await
    }

    /// The account, or why it is not told.
    async fn account(
        &self,
        password: Option<&Secret>,
    ) -> Result<Result<careplan_protocol::office_api::Account, Trial>, OfficeFault> {
        let Some(Introduction { platform, root, user_id }) = self.introduction().await? else {
            return Ok(Err(Trial::failed(UNANSWERED)));
        };
        let Some(password) = password else { return Ok(Err(Trial::failed(NO_PASSWORD))) };
        let met = match self.office.meet(&platform, &RootSource::Fingerprint(root)).await {
            Ok(met) => met,
            Err(fault) => return Ok(Err(self.with_clock(enrol_trial(fault)?))),
        };
        Ok(match met.account(&user_id, password).await {
            Ok(account) if account.user_id == user_id => {
                let site = account.site.as_deref().unwrap_or_default();
                self.office.state().store_wizard_answers(&[("site", site)]).await?;
                Ok(account)
            }
            Ok(_) => Err(Trial::failed(EnrolFault::AccountMismatch.to_string())),
            Err(fault) => {
                let is_wrong = fault.problem() == Some(Code::CredentialsWrong);
                let trial = Trial::failed(fault.to_string());
                Err(if is_wrong {
                    // It may have been changed at the web site meanwhile; sent again it would lock the account.
                    self.hold(None);
                    trial
                        .todo("通知書の「ユーザID」と「パスワード」を、大文字と小文字に気をつけて、1文字ずつ確かめてください。Webサイトで変更したときは、変更したあとのパスワードです。")
                        .todo("3回続けて間違えると、30分間ログインできなくなります。")
                } else {
                    trial
                })
            }
        })
    }

    /// Whether a certificate of the user ID is here already.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn has_certificate(&self) -> Result<bool, OfficeFault> {
        let Some(introduction) = self.introduction().await? else { return Ok(false) };
        self.office.has_certificate_for(&introduction.user_id).map_err(|fault| match fault {
            EnrolFault::Office(fault) => fault,
            _ => OfficeFault::NotSetUp,
        })
    }

    /// Sets the client up with a certificate. May be tried again after any failure or kill: it goes on where it stopped.
    ///
    /// # Errors
    /// [`OfficeFault`] of this computer.
    pub async fn certify(
        &self,
        certificate: CertificateSource,
        typed: Option<Secret>,
    ) -> Result<Trial, OfficeFault> {
        let password = typed.or_else(|| self.held().clone());
        let trial = match (self.introduction().await?, password) {
            (None, _) => Trial::failed(UNANSWERED),
            (_, None) => Trial::failed(NO_PASSWORD),
            (Some(introduction), Some(password)) => {
                let order = SetupOrder {
                    platform: introduction.platform,
                    root: RootSource::Fingerprint(introduction.root),
                    user_id: introduction.user_id,
                    password,
                    certificate,
                    service_types: Vec::new(),
                    inbox: None,
                };
                match self.office.set_up(&order).await {
                    Ok(report) => {
                        self.hold(None);
                        Trial::passed(format!(
                            "電子証明書の準備ができました（{}まで有効）。この端末の鍵も登録しました。",
                            spoken(calendar::day(report.certificate_until))
                        ))
                    }
                    Err(fault) => {
                        if is_wrong_password(&fault) {
                            self.hold(None);
                        }
                        enrol_trial(fault)?
                    }
                }
            }
        };
        self.noted(Step::Certificate, trial).await
    }

    pub(super) async fn noted(&self, step: Step, trial: Trial) -> Result<Trial, OfficeFault> {
        self.note(step, &trial).await?;
        Ok(trial)
    }
}
