//! The kinds of form, and by what the rows of each are recognised in a newer version.

use serde::Serialize;

use crate::prefix::Prefix;

/// A kind of form. Serialised as JSON it is the key of [`Forms`](crate::form::Forms) under which the forms stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FormKind {
    /// User supplements (UPHOSOKU).
    Supplements,
    /// Forms 1 (UP1KYO).
    Form1,
    /// Rows of forms 2 (UP2KYO).
    Form2,
    /// Rows of forms 3 (UP3KYO).
    Form3,
    /// Lines of forms 6 as planned (UPPLAN).
    Plan,
    /// Lines of forms 7 (UPSIKYU).
    Benefits,
    /// Lines of forms 6 as they came about (UPJSK).
    Actuals,
    /// Basic information (UPKIHON).
    BasicInformation,
    /// Rows of the day's schedules (UPKIHON_SUB1).
    Days,
    /// Illnesses (UPKIHON_SUB2).
    Illnesses,
    /// Family charts (UPKIHON_IMAGE).
    FamilyCharts,
    /// Preventive plans (UPYOBO).
    PreventivePlans,
    /// Rows of support plans (UPYOBO_SUB).
    Support,
    /// Withdrawn care plans (DLT1KYO).
    WithdrawnCarePlans,
    /// Withdrawn months of plan (DLTPLAN).
    WithdrawnSlips,
    /// Withdrawn actuals (DLTJSK).
    WithdrawnActuals,
    /// Withdrawn basic information (DLTKIHON).
    WithdrawnBasicInformation,
    /// Withdrawn preventive plans (DLTYOBO).
    WithdrawnPreventivePlans,
}

impl FormKind {
    /// The file it stands in.
    pub(super) fn prefix(self) -> Prefix {
        match self {
            Self::Supplements => Prefix::UpHosoku,
            Self::Form1 => Prefix::Up1Kyo,
            Self::Form2 => Prefix::Up2Kyo,
            Self::Form3 => Prefix::Up3Kyo,
            Self::Plan => Prefix::UpPlan,
            Self::Benefits => Prefix::UpSikyu,
            Self::Actuals => Prefix::UpJsk,
            Self::BasicInformation => Prefix::UpKihon,
            Self::Days => Prefix::UpKihonSub1,
            Self::Illnesses => Prefix::UpKihonSub2,
            Self::FamilyCharts => Prefix::UpKihonImage,
            Self::PreventivePlans => Prefix::UpYobo,
            Self::Support => Prefix::UpYoboSub,
            Self::WithdrawnCarePlans => Prefix::Dlt1Kyo,
            Self::WithdrawnSlips => Prefix::DltPlan,
            Self::WithdrawnActuals => Prefix::DltJsk,
            Self::WithdrawnBasicInformation => Prefix::DltKihon,
            Self::WithdrawnPreventivePlans => Prefix::DltYobo,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name_ja(self) -> &'static str {
        match self {
            Self::Supplements => "利用者補足情報",
            Self::Form1 => "居宅サービス計画書（１）",
            Self::Form2 => "居宅サービス計画書（２）",
            Self::Form3 => "週間サービス計画表（第３表）",
            Self::Plan => "サービス利用票（第６表）予定",
            Self::Benefits => "サービス利用票別表（第７表）",
            Self::Actuals => "サービス利用票（第６表）実績",
            Self::BasicInformation => "利用者基本情報",
            Self::Days => "利用者基本情報 別表１（１日の生活）",
            Self::Illnesses => "利用者基本情報 別表２（現病歴・既往歴）",
            Self::FamilyCharts => "利用者基本情報 家族構成の画像",
            Self::PreventivePlans => "介護予防サービス・支援計画書",
            Self::Support => "介護予防サービス・支援計画書 別表（支援計画）",
            Self::WithdrawnCarePlans => "居宅サービス計画書の削除",
            Self::WithdrawnSlips => "サービス利用票（予定）の削除",
            Self::WithdrawnActuals => "サービス利用票（実績）の削除",
            Self::WithdrawnBasicInformation => "利用者基本情報の削除",
            Self::WithdrawnPreventivePlans => "介護予防サービス・支援計画書の削除",
        }
    }

    /// How rows of this kind are recognised. All items are named as in the form.
    pub(super) fn how(self) -> How {
        match self {
            Self::Supplements => SUPPLEMENTS,
            Self::Form1 | Self::PreventivePlans => PLANS,
            Self::Form2 => FORM2,
            Self::Form3 => FORM3,
            Self::Plan | Self::Actuals => SLIP_LINES,
            Self::Benefits => BENEFITS,
            Self::BasicInformation => BASIC_INFORMATION,
            Self::Days => DAYS,
            Self::Illnesses => ILLNESSES,
            Self::FamilyCharts => FAMILY_CHARTS,
            Self::Support => SUPPORT,
            // A withdrawal is nothing but what it names: another one is another.
            Self::WithdrawnCarePlans | Self::WithdrawnPreventivePlans => {
                How { label: &["plan_date"], ..NONE }
            }
            Self::WithdrawnSlips => How { label: &["target_month"], ..NONE },
            Self::WithdrawnActuals => {
                How { label: &["target_month", "service_office_no", "service_type"], ..NONE }
            }
            Self::WithdrawnBasicInformation => How { label: &["consultation_date"], ..NONE },
        }
    }
}

/// How the rows of a person are recognised in a newer version. Rows that say the same are the same; then goes one step after the other.
#[derive(Clone, Copy)]
pub(super) struct How {
    /// Items that all rows of a form repeat: when they do, a change of them is told once, not row by row.
    pub(super) shared: &'static [&'static str],
    /// Rows are taken in the order of these items, where the order of the file says nothing.
    pub(super) order: &'static [&'static str],
    pub(super) steps: &'static [Step],
    /// What a row is called by.
    pub(super) label: &'static [&'static str],
}

/// One way to recognise a row.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// All items but these say the same.
    SameBut(&'static [&'static str]),
    /// These items say the same and are not empty, and the others say the same.
    By(&'static [&'static str], &'static [&'static str]),
    /// The next one is it.
    Next,
}

const NONE: How = How { shared: &[], order: &[], steps: &[], label: &[] };

const SUPPLEMENTS: How = How {
    steps: &[Step::By(&["target_month", "plan_date"], &[]), Step::By(&["target_month"], &[]), Step::Next],
    label: &["plan_date", "target_month"],
    ..NONE
};

/// A plan goes with its person; the date of the plan is an item that may change.
const PLANS: How = How { steps: &[Step::By(&["plan_date"], &[]), Step::Next], label: &["plan_date"], ..NONE };

/// When a row is put in between, the numbers of all later ones shift: content goes before numbers.
const FORM2: How = How {
    shared: &["form_created_date", "plan_date", "updater_office_no"],
    steps: &[
        Step::SameBut(&["need_no", "goal_no", "service_no"]),
        Step::By(&["need_no", "goal_no", "service_no", "service_content"], &[]),
        Step::By(&["service_content", "service_kind_text"], &["service_office_no"]),
        Step::By(&["need_no", "goal_no", "service_no"], &[]),
        Step::By(&["service_content"], &[]),
    ],
    label: &["need_no", "goal_no", "service_no", "service_content"],
    ..NONE
};

/// A row is a slot of the week, an activity of the day, or a service outside the week: the steps of each meet only its own.
const FORM3: How = How {
    shared: &["form_created_date", "plan_date"],
    steps: &[
        Step::By(&["weekday", "service_content", "service_start_time"], &[]),
        Step::By(&["weekday", "service_content"], &[]),
        Step::By(&["service_content", "service_start_time"], &["service_end_time"]),
        Step::By(&["weekday", "service_start_time"], &["service_end_time"]),
        Step::By(&["daily_activity"], &[]),
        Step::By(&["activity_start_time"], &["activity_end_time"]),
        Step::By(&["non_weekly_service"], &[]),
    ],
    label: &[
        "weekday",
        "service_content",
        "service_start_time",
        "service_end_time",
        "daily_activity",
        "activity_start_time",
        "activity_end_time",
        "non_weekly_service",
    ],
    ..NONE
};

const SLIP_SERVICE: &[&str] = &["satellite_no", "tais_code", "equipment_notice_code", "line_discriminator"];

const SLIP_LINES: How = How {
    shared: &[
        "created_date",
        "target_month",
        "care_management_office_no",
        "care_manager_name",
        "updater_office_no",
    ],
    order: &["service_date", "start_time", "end_time"],
    steps: &[
        Step::By(
            &["service_office_no", "service_code", "service_date", "start_time", "end_time"],
            SLIP_SERVICE,
        ),
        Step::By(&["service_office_no", "service_code", "service_date"], SLIP_SERVICE),
    ],
    label: &["service_date", "start_time", "end_time", "service_office_name", "service_code"],
};

const BENEFITS: How = How {
    shared: &["created_date", "target_month", "operator_code", "updater_office_no"],
    steps: &[
        Step::By(
            &["service_office_no", "service_code"],
            &["satellite_no", "tais_code", "equipment_notice_code", "equipment_name"],
        ),
        Step::By(&["service_office_no", "service_code"], &[]),
    ],
    label: &["service_office_name", "service_code", "equipment_name"],
    ..NONE
};

const BASIC_INFORMATION: How = How {
    steps: &[Step::By(&["consultation_date"], &[]), Step::Next],
    label: &["consultation_date"],
    ..NONE
};

const DAYS: How = How {
    shared: &["consultation_date"],
    steps: &[Step::By(&["time_text"], &[]), Step::By(&["user_activity"], &[])],
    label: &["time_text", "user_activity"],
    ..NONE
};

const ILLNESSES: How = How {
    shared: &["consultation_date"],
    steps: &[
        Step::By(&["disease"], &["onset_text"]),
        Step::By(&["disease"], &[]),
        Step::By(&["onset_text", "clinic_and_doctor"], &[]),
    ],
    label: &["disease"],
    ..NONE
};

const FAMILY_CHARTS: How = How { steps: &[Step::Next], label: &["picture"], ..NONE };

const SUPPORT: How = How {
    shared: &["plan_date"],
    steps: &[
        Step::SameBut(&["issue_no", "support_no", "service_no"]),
        Step::By(&["issue_no", "support_no", "service_no", "service_kind"], &["service_office"]),
        Step::By(&["service_kind", "service_office"], &["support_point"]),
        Step::By(&["issue_no", "support_no", "service_no"], &[]),
    ],
    label: &["issue_no", "support_no", "service_no", "service_kind", "service_office"],
    ..NONE
};
