//! The home-care plan (居宅サービス計画書): forms 1, 2 and 3.

use jiff::civil::Date;

use super::code::{Code, InsuredNumber, InsurerNumber, OfficeNumber};
use super::columns::form;
use super::item::Item;
use super::value::{Number, Text, TimeOfDay};

form! {
    /// Form 1 of the home-care plan (居宅サービス計画書（１）): aims and policy.
    pub struct Form1 {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "作成年月日" created_date: Item<Date>,
        "利用者郵便番号" user_postal_code: Item<Text>,
        "利用者住所１" user_address_1: Item<Text>,
        "利用者住所２" user_address_2: Item<Text>,
        "居宅サービス計画作成者氏名" plan_author_name: Item<Text>,
        "介護支援事業者名" care_management_office_name: Item<Text>,
        "介護支援事業者郵便番号" care_management_office_postal_code: Item<Text>,
        "介護支援事業者住所１" care_management_office_address_1: Item<Text>,
        "介護支援事業者住所２" care_management_office_address_2: Item<Text>,
        "介護支援事業者コード" care_management_office_no: Item<OfficeNumber>,
        "居宅サービス計画作成（変更）日" plan_date: Item<Date>,
        "初回居宅サービス計画作成日" first_plan_date: Item<Date>,
        "計画書区分" plan_kind: Item<Code>,
        "認定状況区分" certification_status: Item<Code>,
        "認定日" certification_date: Item<Date>,
        "認定有効期間開始日" certification_period_start: Item<Date>,
        "認定有効期間終了日" certification_period_end: Item<Date>,
        "要介護状態区分" care_level: Item<Code>,
        "利用者及び家族の生活に対する意向を踏まえた課題分析の結果" needs_analysis: Item<Text>,
        "介護認定審査会の意見及びサービスの種類の指定" review_board_opinion: Item<Text>,
        "総合的な援助の方針" overall_policy: Item<Text>,
        "生活援助中心型の算定理由" life_support_reason: Item<Code>,
        "その他理由" life_support_reason_other: Item<Text>,
        "更新業者コード" updater_office_no: Item<OfficeNumber>,
    }
}

form! {
    /// A row of form 2 (居宅サービス計画書（２）): a service under a goal under a need.
    ///
    /// Rows of one need or goal repeat its number; its texts may stand on the first of them only.
    pub struct Form2Row {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "居宅計画書作成年月日" form_created_date: Item<Date>,
        "居宅サービス計画作成（変更）日" plan_date: Item<Date>,
        "課題ＮＯ" need_no: Item<Number>,
        "課題" need: Item<Text>,
        "援助目標ＮＯ" goal_no: Item<Number>,
        "長期目標" long_term_goal: Item<Text>,
        "短期目標" short_term_goal: Item<Text>,
        "長期期間" long_term_period: Item<Text>,
        "短期期間" short_term_period: Item<Text>,
        "援助内容ＮＯ" service_no: Item<Number>,
        "サービス内容" service_content: Item<Text>,
        "保険対象区分" insurance_flag: Item<Code>,
        "サービス種別" service_kind_text: Item<Text>,
        "サービス事業者コード" service_office_no: Item<OfficeNumber>,
        "サービス事業所名" service_office_name: Item<Text>,
        "頻度" frequency: Item<Text>,
        "実施期間" service_period: Item<Text>,
        "更新業者コード" updater_office_no: Item<OfficeNumber>,
    }
}

form! {
    /// A row of form 3 (週間サービス計画表): a slot of the week, an activity of the day, or a service outside the week.
    pub struct Form3Row {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "週間サービス計画表作成年月日" form_created_date: Item<Date>,
        "居宅サービス計画作成（変更）日" plan_date: Item<Date>,
        "介護サービス内容" service_content: Item<Text>,
        "曜日" weekday: Item<Code>,
        "開始時間" service_start_time: Item<TimeOfDay>,
        "終了時間" service_end_time: Item<TimeOfDay>,
        "主な日常生活上の活動" daily_activity: Item<Text>,
        "開始時間" activity_start_time: Item<TimeOfDay>,
        "終了時間" activity_end_time: Item<TimeOfDay>,
        "週単位以外のサービス" non_weekly_service: Item<Text>,
    }
}
