//! 送信単位: what may travel together, as the exchange sees it — a name, never the content.

use std::fmt;
use std::str::FromStr;

use crate::office::as_text;

/// Why a text is not a unit kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a unit kind is one of K1-K4, S1, S2, Y1-Y9, DOC")]
pub struct UnitFault;

macro_rules! unit_kinds {
    ($($(#[doc = $doc:literal])+ $variant:ident = $text:literal, $label:literal;)*) => {
        /// The send units of the ministry's standard (edition 4.1), and documents beside it.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum UnitKind { $($(#[doc = $doc])+ $variant,)* }

        impl UnitKind {
            /// Every kind, in the order of the standard.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The short stable name.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What an office calls it.
            pub fn label_ja(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }

        impl FromStr for UnitKind {
            type Err = UnitFault;

            fn from_str(text: &str) -> Result<Self, UnitFault> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(UnitFault) }
            }
        }
    };
}

unit_kinds! {
    /// Care plan, forms 1 to 3 with supplement.
    K1 = "K1", "居宅サービス計画書";
    /// Monthly use slip (planned).
    K2 = "K2", "サービス利用票（予定）";
    /// Withdrawal of a care plan.
    K3 = "K3", "居宅サービス計画書の削除";
    /// Withdrawal of a month of plan.
    K4 = "K4", "サービス利用票（予定）の削除";
    /// Monthly actuals.
    S1 = "S1", "実績";
    /// Withdrawal of actuals.
    S2 = "S2", "実績の削除";
    /// Preventive care: user basic information.
    Y1 = "Y1", "利用者基本情報（予防）";
    /// Preventive care: plan with basic information.
    Y2 = "Y2", "介護予防サービス・支援計画書と利用者基本情報";
    /// Preventive care: plan.
    Y3 = "Y3", "介護予防サービス・支援計画書";
    /// Preventive care: monthly use slip.
    Y4 = "Y4", "サービス利用票（予防・予定）";
    /// Preventive care: withdrawal of basic information.
    Y5 = "Y5", "利用者基本情報（予防）の削除";
    /// Preventive care: withdrawal of a plan.
    Y6 = "Y6", "介護予防サービス・支援計画書の削除";
    /// Preventive care: withdrawal of a month of plan.
    Y7 = "Y7", "サービス利用票（予防・予定）の削除";
    /// Preventive care: monthly actuals.
    Y8 = "Y8", "実績（予防）";
    /// Preventive care: withdrawal of actuals.
    Y9 = "Y9", "実績（予防）の削除";
    /// Documents beside the standard: PDF and JPEG.
    Document = "DOC", "文書（PDF・画像）";
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
as_text!(UnitKind);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_kind_is_read_back_as_it_was_written() {
        for kind in UnitKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        assert_eq!("k1".parse::<UnitKind>(), Err(UnitFault));
    }
}
