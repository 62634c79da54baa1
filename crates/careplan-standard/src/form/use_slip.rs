//! The use slip of a month (サービス利用票・別表): forms 6 and 7.

use jiff::civil::Date;

use super::code::{BenefitRow, Code, InsuredNumber, InsurerNumber, OfficeNumber, ServiceCode};
use super::columns::form;
use super::item::Item;
use super::value::{DayFlags, Hundredths, Number, SlipTime, Text};
use crate::month::YearMonth;

form! {
    /// A line of form 6 (サービス利用票): one service on one day, as planned or as it came about.
    pub struct SlipLine {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "作成年月日" created_date: Item<Date>,
        "対象年月" target_month: Item<YearMonth>,
        "プラン担当業者コード" care_management_office_no: Item<OfficeNumber>,
        "プラン担当者名" care_manager_name: Item<Text>,
        "単位数" units: Item<Number>,
        "前月までの短期入所利用日数" shortstay_days_until_prev_month: Item<Number>,
        "サービス利用日" service_date: Item<Date>,
        "日割対象日" prorated_days: Item<DayFlags>,
        "サービス開始時刻" start_time: Item<SlipTime>,
        "サービス終了時刻" end_time: Item<SlipTime>,
        "サービス回数" times: Item<Number>,
        "サービスコード" service_code: Item<ServiceCode>,
        "TAISコード" tais_code: Item<Text>,
        "福祉用具届出コード" equipment_notice_code: Item<Text>,
        "用具名称（機種名）" equipment_name: Item<Text>,
        "明細判別コード" line_discriminator: Item<Number>,
        "サービス事業者コード" service_office_no: Item<OfficeNumber>,
        "サービス事業所名" service_office_name: Item<Text>,
        "サテライト枝番" satellite_no: Item<Text>,
        "３０日超区分" over_30_days_flag: Item<Code>,
        "更新業者コード" updater_office_no: Item<OfficeNumber>,
    }
}

form! {
    /// A line of form 7 (サービス利用票別表): a service of the month with its units and costs, or a total.
    pub struct BenefitLine {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "作成年月日" created_date: Item<Date>,
        "対象年月" target_month: Item<YearMonth>,
        "サービス事業所名" service_office_name: Item<Text>,
        "サービス事業所コード" service_office_no: Item<OfficeNumber>,
        "サテライト枝番" satellite_no: Item<Text>,
        "サービスコード" service_code: Item<BenefitRow>,
        "TAISコード" tais_code: Item<Text>,
        "福祉用具届出コード" equipment_notice_code: Item<Text>,
        "用具名称（機種名）" equipment_name: Item<Text>,
        "単位数" units: Item<Number>,
        "割引後率" discounted_rate: Item<Number>,
        "割引後単位数" discounted_units: Item<Number>,
        "回数／日数" times_or_days: Item<Number>,
        "サービス単位金額" service_units_or_amount: Item<Number>,
        "給付管理単位数" benefit_management_units: Item<Number>,
        "種類支給限度基準超単位数" type_limit_excess_units: Item<Number>,
        "種類支給限度基準内単位数" type_limit_within_units: Item<Number>,
        "区分支給限度基準超単位数" level_limit_excess_units: Item<Number>,
        "区分支給限度基準内単位数" level_limit_within_units: Item<Number>,
        "単位数単価" unit_price: Item<Hundredths>,
        "費用総額保険／事業対象分" total_cost_covered: Item<Number>,
        "給付率" benefit_rate: Item<Number>,
        "保険／事業費請求額" insurance_claim: Item<Number>,
        "定額利用者負担単価金額" fixed_copay_unit_price: Item<Number>,
        "利用者負担保険／事業対象分" copay_covered: Item<Number>,
        "利用者負担（全額負担分）" copay_full: Item<Number>,
        "前月までの利用日数" days_until_prev_month: Item<Number>,
        "当月の計画利用日数" days_planned_this_month: Item<Number>,
        "累積利用日数" days_cumulative: Item<Number>,
        "３０日超区分" over_30_days_flag: Item<Code>,
        "入力者コード" operator_code: Item<Text>,
        "更新業者コード" updater_office_no: Item<OfficeNumber>,
    }
}
