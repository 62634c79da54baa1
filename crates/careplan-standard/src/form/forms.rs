//! All forms of a unit, or of whatever files are looked at together.

use std::fmt;

use serde::Serialize;

use super::{
    ActualsWithdrawal, BasicInformation, BasicInformationWithdrawal, BenefitLine, CarePlanWithdrawal, DayRow,
    Form1, Form2Row, Form3Row, IllnessRow, PreventivePlan, PreventivePlanWithdrawal, SlipLine,
    SlipWithdrawal, Supplement, SupportRow,
};

/// The forms of some files, by kind, each in the order of its file. Persons are told apart by the numbers in the forms.
///
/// Serialised as JSON this is the JSON view of the standard's files. The view is ours: the ministry's JSON of edition 5.0 is another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Forms {
    /// User supplements (UPHOSOKU).
    pub supplements: Vec<Supplement>,
    /// Forms 1 (UP1KYO).
    pub form1: Vec<Form1>,
    /// Rows of forms 2 (UP2KYO).
    pub form2: Vec<Form2Row>,
    /// Rows of forms 3 (UP3KYO).
    pub form3: Vec<Form3Row>,
    /// Lines of forms 6 as planned (UPPLAN).
    pub plan: Vec<SlipLine>,
    /// Lines of forms 7 (UPSIKYU).
    pub benefits: Vec<BenefitLine>,
    /// Lines of forms 6 as they came about (UPJSK).
    pub actuals: Vec<SlipLine>,
    /// Basic information (UPKIHON).
    pub basic_information: Vec<BasicInformation>,
    /// Rows of the day's schedules (UPKIHON_SUB1).
    pub days: Vec<DayRow>,
    /// Illnesses (UPKIHON_SUB2).
    pub illnesses: Vec<IllnessRow>,
    /// Family charts (UPKIHON_IMAGE).
    pub family_charts: Vec<FamilyChart>,
    /// Preventive plans (UPYOBO).
    pub preventive_plans: Vec<PreventivePlan>,
    /// Rows of support plans (UPYOBO_SUB).
    pub support: Vec<SupportRow>,
    /// Withdrawn care plans (DLT1KYO).
    pub withdrawn_care_plans: Vec<CarePlanWithdrawal>,
    /// Withdrawn months of plan (DLTPLAN).
    pub withdrawn_slips: Vec<SlipWithdrawal>,
    /// Withdrawn actuals (DLTJSK).
    pub withdrawn_actuals: Vec<ActualsWithdrawal>,
    /// Withdrawn basic information (DLTKIHON).
    pub withdrawn_basic_information: Vec<BasicInformationWithdrawal>,
    /// Withdrawn preventive plans (DLTYOBO).
    pub withdrawn_preventive_plans: Vec<PreventivePlanWithdrawal>,
}

/// The family chart of basic information (家族構成), a JPEG.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FamilyChart {
    /// The name by which the basic information refers to it.
    pub file_name: String,
    /// The picture.
    #[serde(skip)]
    pub jpeg: Vec<u8>,
}

impl fmt::Debug for FamilyChart {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "FamilyChart({} bytes)", self.jpeg.len())
    }
}
