//! The preventive plan (介護予防サービス・支援計画書) and its annex.

use jiff::civil::Date;

use super::code::{Code, InsuredNumber, InsurerNumber};
use super::columns::form;
use super::item::Item;
use super::value::{Number, Text};

form! {
    /// A preventive plan (介護予防サービス・支援計画書).
    pub struct PreventivePlan {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "計画作成(変更)日" plan_date: Item<Date>,
        "計画種類" plan_scheme: Item<Code>,
        "委託の有無" outsourced: Item<Code>,
        "整理番号" file_no: Item<Text>,
        "利用者名" user_name: Item<Text>,
        "認定年月日" certification_date: Item<Date>,
        "認定有効期間開始日" certification_period_start: Item<Date>,
        "認定有効期間終了日" certification_period_end: Item<Date>,
        "計画書区分" plan_kind: Item<Code>,
        "認定状況区分" certification_status: Item<Code>,
        "要支援状態区分" support_level: Item<Code>,
        "計画作成者氏名（地域包括支援センター担当者名）" author_support_centre: Item<Text>,
        "計画作成者氏名（担当介護支援専門員名）" author_care_manager: Item<Text>,
        "計画作成者事業者・事業所名" author_office_name: Item<Text>,
        "計画作成者事業者・事業所住所" author_office_address: Item<Text>,
        "計画作成者事業者・事業所電話番号" author_office_phone: Item<Text>,
        "初回作成日" first_plan_date: Item<Date>,
        "担当地域包括支援センター" support_centre: Item<Text>,
        "目標とする生活(1日)" target_life_day: Item<Text>,
        "目標とする生活(1年)" target_life_year: Item<Text>,
        "運動・移動" mobility: Area,
        "日常生活（家庭生活）" daily_living: Area,
        "社会参加、対人関係・コミュニケーション" social: Area,
        "健康管理" health: Area,
        "健康状態の留意点" health_caution: Item<Text>,
        "妥当な支援の実施に向けた方針" support_policy: Item<Text>,
        "総合的な方針" overall_policy: Item<Text>,
        "基本チェックリストの該当数" checklist_count: ChecklistCounts,
        "事業プログラムの要否" program: ProgramNeeds,
        "地域包括支援センター意見" support_centre_opinion: Item<Text>,
        "同意日" consent_date: Item<Date>,
        "同意者氏名" consent_name: Item<Text>,
    }
}

form! {
    /// An area of life (アセスメント領域) and what is to be worked on in it.
    pub struct Area {
        "現在の状況" status: Item<Text>,
        "本人・家族の意欲・意向" intention: Item<Text>,
        "領域における課題の有無" issue_flag: Item<Code>,
        "領域における課題（背景・原因）" issue: Item<Text>,
    }
}

form! {
    /// Marks of the basic checklist, per programme (基本チェックリストの該当数).
    pub struct ChecklistCounts {
        "運動不足" exercise: Item<Number>,
        "栄養改善" nutrition: Item<Number>,
        "口腔内ケア" oral: Item<Number>,
        "閉じこもり予防" housebound: Item<Number>,
        "物忘れ予防" memory: Item<Number>,
        "うつ予防" depression: Item<Number>,
    }
}

form! {
    /// Which programmes are needed (事業プログラムの要否).
    pub struct ProgramNeeds {
        "運動不足" exercise: Item<Code>,
        "栄養改善" nutrition: Item<Code>,
        "口腔内ケア" oral: Item<Code>,
        "閉じこもり予防" housebound: Item<Code>,
        "物忘れ予防" memory: Item<Code>,
        "うつ予防" depression: Item<Code>,
    }
}

form! {
    /// A row of the support plan (介護予防サービス・支援計画書 別表).
    pub struct SupportRow {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "計画作成(変更)日" plan_date: Item<Date>,
        "課題ＮＯ" issue_no: Item<Number>,
        "総合的課題" overall_issue: Item<Text>,
        "課題に対する目標と具体策の提案" proposal: Item<Text>,
        "具体策についての意向本人・家族" intention: Item<Text>,
        "目標" goal: Item<Text>,
        "支援計画ＮＯ" support_no: Item<Number>,
        "【支援計画】目標についての支援のポイント" support_point: Item<Text>,
        "【支援計画】本人等のセルフケアや家族の支援、インフォーマルサービス（民間サービス）" self_care_informal: Item<Text>,
        "【支援計画】介護保険サービス又は地域支援事業（総合事業のサービス）" insured_service: Item<Text>,
        "利用サービスＮＯ" service_no: Item<Number>,
        "【利用サービス】サービス種別" service_kind: Item<Text>,
        "【利用サービス】事業所(利用先)" service_office: Item<Text>,
        "【利用サービス】期間" service_period: Item<Text>,
    }
}
