//! The kinds of transmission unit (送信単位).

use std::fmt;

/// A kind of unit: K from a care-management office, S from a service office, Y for preventive care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// Home-care plan, forms 1 to 3 with supplement.
    K1,
    /// Use slip of a month as planned, forms 6 and 7 with supplement.
    K2,
    /// Withdrawal of a home-care plan.
    K3,
    /// Withdrawal of a month's plan.
    K4,
    /// Actuals of a month.
    S1,
    /// Withdrawal of actuals.
    S2,
    /// User basic information (preventive).
    Y1,
    /// Preventive plan with basic information.
    Y2,
    /// Preventive plan.
    Y3,
    /// Use slip of a month (preventive).
    Y4,
    /// Withdrawal of basic information.
    Y5,
    /// Withdrawal of a preventive plan.
    Y6,
    /// Withdrawal of a month's plan (preventive).
    Y7,
    /// Actuals of a month (preventive).
    Y8,
    /// Withdrawal of actuals (preventive).
    Y9,
}

impl UnitKind {
    /// Every kind, in order.
    pub const ALL: [Self; 15] = [
        Self::K1,
        Self::K2,
        Self::K3,
        Self::K4,
        Self::S1,
        Self::S2,
        Self::Y1,
        Self::Y2,
        Self::Y3,
        Self::Y4,
        Self::Y5,
        Self::Y6,
        Self::Y7,
        Self::Y8,
        Self::Y9,
    ];

    /// The short name, e.g. `K1`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::K1 => "K1",
            Self::K2 => "K2",
            Self::K3 => "K3",
            Self::K4 => "K4",
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::Y1 => "Y1",
            Self::Y2 => "Y2",
            Self::Y3 => "Y3",
            Self::Y4 => "Y4",
            Self::Y5 => "Y5",
            Self::Y6 => "Y6",
            Self::Y7 => "Y7",
            Self::Y8 => "Y8",
            Self::Y9 => "Y9",
        }
    }

    /// Reads a short name.
    ///
    /// ```
    /// use careplan_standard::UnitKind;
    ///
    /// assert_eq!(UnitKind::parse("K2"), Some(UnitKind::K2));
    /// assert_eq!(UnitKind::parse("K5"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What a clerk calls it.
    #[must_use]
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::K1 => "居宅サービス計画書",
            Self::K2 => "サービス利用票（予定）",
            Self::K3 => "居宅サービス計画書の削除",
            Self::K4 => "サービス利用票（予定）の削除",
            Self::S1 => "実績",
            Self::S2 => "実績の削除",
            Self::Y1 => "利用者基本情報",
            Self::Y2 => "介護予防サービス・支援計画書と利用者基本情報",
            Self::Y3 => "介護予防サービス・支援計画書",
            Self::Y4 => "介護予防のサービス利用票（予定）",
            Self::Y5 => "利用者基本情報の削除",
            Self::Y6 => "介護予防サービス・支援計画書の削除",
            Self::Y7 => "介護予防のサービス利用票（予定）の削除",
            Self::Y8 => "介護予防の実績",
            Self::Y9 => "介護予防の実績の削除",
        }
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl serde::Serialize for UnitKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
