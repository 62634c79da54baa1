//! All forms of a unit, or of whatever files are looked at together.

use std::fmt;

use serde::Serialize;

use super::{
    ActualsWithdrawal, BasicInformation, BasicInformationWithdrawal, BenefitLine, CarePlanWithdrawal, DayRow,
    Form1, Form2Row, Form3Row, IllnessRow, PreventivePlan, PreventivePlanWithdrawal, SlipLine,
    SlipWithdrawal, Supplement, SupportRow,
};
use crate::edition::Edition;
use crate::name::FileName;

/// The forms of some files, by kind, each in the order of its file. Persons are told apart by the numbers in the forms.
///
/// As JSON, see [`FormsView`].
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

impl Forms {
    /// These forms and behind them the others, kind by kind.
    #[must_use]
    pub fn with(mut self, others: Self) -> Self {
        self.supplements.extend(others.supplements);
        self.form1.extend(others.form1);
        self.form2.extend(others.form2);
        self.form3.extend(others.form3);
        self.plan.extend(others.plan);
        self.benefits.extend(others.benefits);
        self.actuals.extend(others.actuals);
        self.basic_information.extend(others.basic_information);
        self.days.extend(others.days);
        self.illnesses.extend(others.illnesses);
        self.family_charts.extend(others.family_charts);
        self.preventive_plans.extend(others.preventive_plans);
        self.support.extend(others.support);
        self.withdrawn_care_plans.extend(others.withdrawn_care_plans);
        self.withdrawn_slips.extend(others.withdrawn_slips);
        self.withdrawn_actuals.extend(others.withdrawn_actuals);
        self.withdrawn_basic_information.extend(others.withdrawn_basic_information);
        self.withdrawn_preventive_plans.extend(others.withdrawn_preventive_plans);
        self
    }
}

/// The JSON view of the files of one serial: whose they are, and their forms.
///
/// The view is ours and says so (`format`); it is no format of the ministry.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct FormsView<'a> {
    /// What this is: [`FormsView::FORMAT`].
    pub format: &'static str,
    /// Which edition of the standard the files are of.
    pub edition: &'a str,
    /// The file serial (ファイル連番), 14 digits.
    pub serial: &'a str,
    /// The office that sent them, e.g. `9970000018_43`.
    pub sender: String,
    /// The office they are for.
    pub receiver: String,
    /// What they say.
    pub forms: &'a Forms,
}

impl<'a> FormsView<'a> {
    /// The name of the format and its version.
    pub const FORMAT: &'static str = "careplan-exchange-forms/1";

    /// The view of the forms that came with the file of this name and its companions.
    #[must_use]
    pub fn new(edition: &'a Edition, name: &'a FileName, forms: &'a Forms) -> Self {
        Self {
            format: Self::FORMAT,
            edition: edition.name(),
            serial: name.serial(),
            sender: name.sender().to_string(),
            receiver: name.receiver().to_string(),
            forms,
        }
    }
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
