//! Withdrawals (削除): each names what the receiver is to take out.

use jiff::civil::Date;

use super::code::{Code, InsuredNumber, InsurerNumber, OfficeNumber};
use super::columns::form;
use super::item::Item;
use crate::month::YearMonth;

form! {
    /// Withdrawal of a home-care plan with its forms 1 to 3.
    pub struct CarePlanWithdrawal {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "居宅サービス計画作成（変更）日" plan_date: Item<Date>,
    }
}

form! {
    /// Withdrawal of a person's month of plan.
    pub struct SlipWithdrawal {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "削除対象年月" target_month: Item<YearMonth>,
    }
}

form! {
    /// Withdrawal of a person's actuals of a month, an office and a service type.
    pub struct ActualsWithdrawal {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "削除対象年月" target_month: Item<YearMonth>,
        "サービス事業者コード" service_office_no: Item<OfficeNumber>,
        "サービス種類コード" service_type: Item<Code>,
    }
}

form! {
    /// Withdrawal of user basic information.
    pub struct BasicInformationWithdrawal {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "相談日" consultation_date: Item<Date>,
    }
}

form! {
    /// Withdrawal of a preventive plan.
    pub struct PreventivePlanWithdrawal {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "計画作成(変更)日" plan_date: Item<Date>,
    }
}
