//! The steps in their order, and which of them comes next.

use careplan_domain::Timestamp;

macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $title:literal, $skip:literal;)*) => {
        /// A step of the first start, in the order in which they are done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Step { $($(#[doc = $doc])+ $variant,)* }

        impl Step {
            const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable name; also the last part of its page's path.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What people read.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Whether it may be left for later: sending and receiving work without it.
            pub fn may_be_skipped(self) -> bool {
                match self { $(Self::$variant => $skip,)* }
            }
        }
    };
}

steps! {
    /// The network and its proxy.
    Connection = "connection", "接続", false;
    /// The platform is reached, and is the real one.
    Platform = "platform", "連携基盤", false;
    /// This PC's clock.
    Clock = "clock", "日付と時刻", true;
    /// User ID and password.
    Account = "account", "ユーザID", false;
    /// 利用申請.
    Application = "application", "利用申請", true;
    /// The certificate: made now, or taken over.
    Certificate = "certificate", "電子証明書", false;
    /// The folders that are shared with the care software.
    Folders = "folders", "フォルダー", true;
    /// The first manager.
    Staff = "staff", "管理者", false;
    /// The recovery key for the paper.
    Recovery = "recovery", "復元キー", true;
    /// The first exchange, with the practice partner.
    Practice = "practice", "おためし", true;
    /// Everything is done.
    Finish = "finish", "完了", false;
}

impl Step {
    /// The steps that people see, in their order.
    pub fn pages() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|step| *step != Self::Finish)
    }

    /// The step of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.as_str() == name)
    }

    /// The step before.
    pub fn before(self) -> Option<Self> {
        Self::pages().take_while(|step| *step < self).last()
    }

    /// Its page.
    pub fn path(self) -> String {
        format!("/start/{}", self.as_str())
    }
}

/// How a step was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// It worked.
    Passed,
    /// It did not.
    Failed,
    /// Somebody left it for later.
    Skipped,
}

impl StepState {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Passed, Self::Failed, Self::Skipped].into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the next step may begin.
    pub fn lets_on(self) -> bool {
        self != Self::Failed
    }
}

/// The last trial of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which.
    pub step: Step,
    /// How it went.
    pub state: StepState,
    /// What was found.
    pub said: String,
    /// What to do about it.
    pub todo: Vec<String>,
    /// When.
    pub at: Timestamp,
}

/// Where the first start stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The client was set up by a command, and nothing was begun here.
    NotNeeded,
    /// This step is next; those before it may be looked at again.
    At(Step),
    /// It was ended.
    Finished,
}

/// The next step: the first one that was not left behind.
pub(super) fn standing(records: &[Record], is_set_up: bool) -> Standing {
    if records.is_empty() && is_set_up {
        return Standing::NotNeeded;
    }
    let lets_on = |step: Step| records.iter().any(|it| it.step == step && it.state.lets_on());
    match Step::ALL.iter().copied().find(|step| !lets_on(*step)) {
        Some(step) => Standing::At(step),
        None => Standing::Finished,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(step: Step, state: StepState) -> Record {
        Record { step, state, said: String::new(), todo: Vec::new(), at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn the_first_step_that_was_not_left_behind_is_next() {
        assert_eq!(standing(&[], false), Standing::At(Step::Connection));
        assert_eq!(standing(&[], true), Standing::NotNeeded);
        let mut records = vec![record(Step::Connection, StepState::Passed)];
        assert_eq!(standing(&records, false), Standing::At(Step::Platform));
        records.push(record(Step::Platform, StepState::Failed));
        assert_eq!(standing(&records, false), Standing::At(Step::Platform));
        // A step that fails anew comes first again, whatever was done after it.
        records = Step::ALL.iter().map(|step| record(*step, StepState::Passed)).collect();
        assert_eq!(standing(&records, true), Standing::Finished);
        records[2].state = StepState::Failed;
        assert_eq!(standing(&records, true), Standing::At(Step::Clock));
        records[2].state = StepState::Skipped;
        records.pop();
        assert_eq!(standing(&records, true), Standing::At(Step::Finish));
    }

    #[test]
    fn every_step_is_found_by_its_name_and_knows_the_one_before() {
        for step in Step::ALL {
            assert_eq!(Step::parse(step.as_str()), Some(*step));
        }
        assert_eq!(Step::parse("x"), None);
        assert_eq!((Step::Connection.before(), Step::Platform.before()), (None, Some(Step::Connection)));
        assert_eq!(Step::pages().count(), 10);
    }
}
