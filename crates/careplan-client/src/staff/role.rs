//! Roles, and the one table of what each may do.

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// 管理者: everything.
    Manager,
    /// 一般: the daily work; not people, settings, certificates.
    Member,
}

/// What is done at the screens, as far as roles tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The daily work: sending, receiving, looking things up, the address book; and what concerns oneself.
    Work,
    /// What holds for the whole office: certificate, folders, applications.
    Settings,
    /// Who may log in.
    Staff,
    /// 操作記録: what everybody did.
    Record,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 4] = [Self::Work, Self::Settings, Self::Staff, Self::Record];
}

impl Role {
    /// Every role, the one that may least last.
    pub const ALL: [Self; 2] = [Self::Manager, Self::Member];

    /// Whether somebody in this role may do it.
    pub fn may(self, act: Act) -> bool {
        match (self, act) {
            (Self::Manager, Act::Work | Act::Settings | Act::Staff | Act::Record)
            | (Self::Member, Act::Work) => true,
            (Self::Member, Act::Settings | Act::Staff | Act::Record) => false,
        }
    }

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Member => "member",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Manager => "管理者",
            Self::Member => "一般",
        }
    }

    /// By its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}
