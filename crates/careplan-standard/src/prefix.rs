//! The eighteen kinds of file the standard names, by the prefix of their names.

use std::fmt;

/// What a file of the standard holds, written as the first part of its name.
///
/// The order of the variants is the order in which the files of a unit are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Prefix {
    /// Form 1 of the home-care plan (居宅サービス計画１表).
    Up1Kyo,
    /// Form 2 of the home-care plan (居宅サービス計画２表).
    Up2Kyo,
    /// Form 3, the weekly plan (居宅サービス計画３表).
    Up3Kyo,
    /// Form 6, the use slip as planned (第6表 予定).
    UpPlan,
    /// Form 7, the annex of the use slip (第7表).
    UpSikyu,
    /// The user supplement (利用者補足情報).
    UpHosoku,
    /// Form 6 as it came about (実績情報).
    UpJsk,
    /// Withdrawal of form 1 with its forms 2 and 3.
    Dlt1Kyo,
    /// Withdrawal of a month's plan.
    DltPlan,
    /// Withdrawal of actuals.
    DltJsk,
    /// Preventive plan (介護予防サービス・支援計画書).
    UpYobo,
    /// Annex of the preventive plan: the support plan.
    UpYoboSub,
    /// User basic information of preventive care (利用者基本情報).
    UpKihon,
    /// Annex 1 of the basic information: the day's schedule.
    UpKihonSub1,
    /// Annex 2 of the basic information: illnesses.
    UpKihonSub2,
    /// The family chart of the basic information, a JPEG.
    UpKihonImage,
    /// Withdrawal of user basic information.
    DltKihon,
    /// Withdrawal of a preventive plan.
    DltYobo,
}

/// Whether names of a prefix carry a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MonthPart {
    /// No month part.
    Absent,
    /// No month part, but `000000` is seen in the ministry's own example and let through.
    AbsentOrZero,
    /// A service month.
    Service,
    /// A service month, or `000000` beside forms 1 to 3.
    ServiceOrZero,
}

impl Prefix {
    /// Every prefix, in the order of the variants.
    pub const ALL: [Self; 18] = [
        Self::Up1Kyo,
        Self::Up2Kyo,
        Self::Up3Kyo,
        Self::UpPlan,
        Self::UpSikyu,
        Self::UpHosoku,
        Self::UpJsk,
        Self::Dlt1Kyo,
        Self::DltPlan,
        Self::DltJsk,
        Self::UpYobo,
        Self::UpYoboSub,
        Self::UpKihon,
        Self::UpKihonSub1,
        Self::UpKihonSub2,
        Self::UpKihonImage,
        Self::DltKihon,
        Self::DltYobo,
    ];

    /// The prefix as file names write it, e.g. `UP1KYO`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up1Kyo => "UP1KYO",
            Self::Up2Kyo => "UP2KYO",
            Self::Up3Kyo => "UP3KYO",
            Self::UpPlan => "UPPLAN",
            Self::UpSikyu => "UPSIKYU",
            Self::UpHosoku => "UPHOSOKU",
            Self::UpJsk => "UPJSK",
            Self::Dlt1Kyo => "DLT1KYO",
            Self::DltPlan => "DLTPLAN",
            Self::DltJsk => "DLTJSK",
            Self::UpYobo => "UPYOBO",
            Self::UpYoboSub => "UPYOBO_SUB",
            Self::UpKihon => "UPKIHON",
            Self::UpKihonSub1 => "UPKIHON_SUB1",
            Self::UpKihonSub2 => "UPKIHON_SUB2",
            Self::UpKihonImage => "UPKIHON_IMAGE",
            Self::DltKihon => "DLTKIHON",
            Self::DltYobo => "DLTYOBO",
        }
    }

    /// Reads a prefix written in capitals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prefix| prefix.as_str() == text)
    }

    /// The prefix that a name in capitals begins with, and what follows its underscore.
    /// `UPYOBO_SUB` is told from `UPYOBO` by taking the longest that fits.
    pub(crate) fn split(name: &str) -> Option<(Self, &str)> {
        Self::ALL
            .into_iter()
            .filter_map(|prefix| {
                let rest = name.strip_prefix(prefix.as_str())?.strip_prefix('_')?;
                Some((prefix, rest))
            })
            .min_by_key(|(_, rest)| rest.len())
    }

    pub(crate) fn month_part(self) -> MonthPart {
        match self {
            Self::UpHosoku => MonthPart::ServiceOrZero,
            Self::UpPlan | Self::UpSikyu | Self::UpJsk | Self::DltPlan | Self::DltJsk => MonthPart::Service,
            Self::UpKihon => MonthPart::AbsentOrZero,
            _ => MonthPart::Absent,
        }
    }

    /// Whether the file is an image and not CSV.
    #[must_use]
    pub fn is_image(self) -> bool {
        self == Self::UpKihonImage
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
