//! The user supplement (利用者補足情報), which goes with every plan and slip.

use jiff::civil::Date;

use super::code::{Code, InsuredNumber, InsurerNumber, OfficeNumber};
use super::columns::form;
use super::item::Item;
use super::value::{FormMonth, Number, PlanDay, Text};

form! {
    /// The user supplement (利用者補足情報): who the person is, and the limits of the benefits.
    pub struct Supplement {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "居宅サービス計画作成（変更）日" plan_date: Item<PlanDay>,
        "利用者氏名フリガナ" user_name_kana: Item<Text>,
        "利用者氏名" user_name: Item<Text>,
        "利用者性別" user_sex: Item<Code>,
        "利用者生年月日" user_birth_date: Item<Date>,
        "利用者郵便番号" user_postal_code: Item<Text>,
        "利用者住所１" user_address_1: Item<Text>,
        "利用者住所２" user_address_2: Item<Text>,
        "利用者電話番号" user_phone: Item<Text>,
        "認定日" certification_date: Item<Date>,
        "限度額適用開始年月日" limit_period_start: Item<Date>,
        "限度額適用終了年月日" limit_period_end: Item<Date>,
        "認定状況区分" certification_status: Item<Code>,
        "要介護状態変更日" care_level_change_date: Item<Date>,
        "要介護状態区分" care_level: Item<Code>,
        "区分支給限度基準額" benefit_limit_units: Item<Number>,
        "種類支給限度" limit: [TypeLimit; 9],
        "合計限度超単位数" limit_total_excess_units: Item<Number>,
        "入所前月迄利用日数" shortstay_days_until_prev_month: Item<Number>,
        "入所累積利用日数" shortstay_days_cumulative: Item<Number>,
        "前回要介護状態区分" previous_care_level: Item<Code>,
        "同意書受付業者" consent_receiver_office_no: Item<OfficeNumber>,
        "更新業者コード" updater_office_no: Item<OfficeNumber>,
        "対象年月" target_month: Item<FormMonth>,
    }
}

form! {
    /// The limit of one service type (種類支給限度), one of nine slots of a supplement.
    pub struct TypeLimit {
        "サービス種類コード" service_type: Item<Code>,
        "支給限度基準額" limit: Item<Number>,
        "合計単位数" total_units: Item<Number>,
        "限度超単位数" excess_units: Item<Number>,
    }
}
