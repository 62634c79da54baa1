//! User basic information of preventive care (利用者基本情報) and its annexes.

use jiff::civil::Date;

use super::code::{Code, InsuredNumber, InsurerNumber};
use super::columns::form;
use super::item::Item;
use super::value::{Number, Text};

form! {
    /// User basic information of preventive care (利用者基本情報).
    pub struct BasicInformation {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "相談日" consultation_date: Item<Date>,
        "計画種類" plan_scheme: Item<Code>,
        "委託の有無" outsourced: Item<Code>,
        "作成担当者" author: Item<Text>,
        "相談方法" consultation_method: Item<Code>,
        "相談方法(その他の内容)" consultation_method_other: Item<Text>,
        "相談回数" consultation_round: Item<Code>,
        "前回相談日" previous_consultation_date: Item<Date>,
        "利用者の現況" user_situation: Item<Code>,
        "利用者の現況(状況補足)" user_situation_note: Item<Text>,
        "利用者氏名ﾌﾘｶﾞﾅ" user_name_kana: Item<Text>,
        "利用者氏名" user_name: Item<Text>,
        "利用者性別" user_sex: Item<Code>,
        "利用者生年月日" user_birth_date: Item<Date>,
        "利用者住所" user_address: Item<Text>,
        "利用者電話番号" user_phone: Item<Text>,
        "利用者Fax番号" user_fax: Item<Text>,
        "障害高齢者の日常生活自立度" adl_independence: Item<Code>,
        "認知症高齢者の日常生活自立度" dementia_independence: Item<Code>,
        "要介護状態区分" care_level: Item<Code>,
        "認定有効期限開始日" certification_period_start: Item<Date>,
        "認定有効期間終了日" certification_period_end: Item<Date>,
        "前回の介護度" previous_care_level: Item<Code>,
        "基本チェックリスト記入結果" checklist_result: Item<Code>,
        "基本チェックリスト記入日" checklist_date: Item<Date>,
        "障害等認定(身障)" disability_physical: Item<Code>,
        "障害等認定(療育)" disability_intellectual: Item<Code>,
        "障害等認定(精神)" disability_mental: Item<Code>,
        "障害等認定(難病)" disability_intractable: Item<Code>,
        "障害等認定特記事項" disability_note: Item<Text>,
        "居住形態" residence_type: Item<Code>,
        "自室の階数" room_floor: Item<Number>,
        "住宅改修の有無" home_modified: Item<Code>,
        "経済状況(国民年金)" income_national_pension: Item<Code>,
        "経済状況(厚生年金)" income_employee_pension: Item<Code>,
        "経済状況(障害年金)" income_disability_pension: Item<Code>,
        "経済状況(生活保護)" income_public_assistance: Item<Code>,
        "経済状況詳細" income_note: Item<Text>,
        "来所者(相談者)氏名" visitor_name: Item<Text>,
        "来所者(相談者)住所" visitor_address: Item<Text>,
        "来所者(相談者)電話番号" visitor_phone: Item<Text>,
        "来所者(相談者)続柄" visitor_relation: Item<Text>,
        "緊急連絡先" emergency: [Contact; 4],
        "家族構成 画像ファイル名" family_chart_image_file: Item<Text>,
        "家族関係等の状況" family_situation: Item<Text>,
        "今までの生活" life_history: Item<Text>,
        "１日の生活・すごし方(生活全般)" daily_life_overview: Item<Text>,
        "趣味・楽しみ・特技" hobbies: Item<Text>,
        "友人・地域との関係" community_relations: Item<Text>,
        "現在利用している公的サービス" public_services_in_use: Item<Text>,
        "現在利用している非公的サービス" informal_services_in_use: Item<Text>,
        "同意日" consent_date: Item<Date>,
        "同意者氏名" consent_name: Item<Text>,
    }
}

form! {
    /// A person to call in an emergency (緊急連絡先).
    pub struct Contact {
        "氏名" name: Item<Text>,
        "続柄" relation: Item<Text>,
        "住所" address: Item<Text>,
        "電話番号" phone: Item<Text>,
    }
}

form! {
    /// A row of the day's schedule (利用者基本情報 別表1).
    pub struct DayRow {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "相談日" consultation_date: Item<Date>,
        "時間" time_text: Item<Text>,
        "本人の生活状況" user_activity: Item<Text>,
        "介護者・家族の生活状況" family_activity: Item<Text>,
    }
}

form! {
    /// An illness, past or present (利用者基本情報 別表2).
    pub struct IllnessRow {
        "保険者番号" insurer_no: Item<InsurerNumber>,
        "被保険者番号" insured_no: Item<InsuredNumber>,
        "相談日" consultation_date: Item<Date>,
        "年月日" onset_text: Item<Text>,
        "病名" disease: Item<Text>,
        "医療機関・医師名" clinic_and_doctor: Item<Text>,
        "主治医・意見作成者フラグ" attending_doctor_flag: Item<Code>,
        "医療機関・医師電話番号" clinic_phone: Item<Text>,
        "経過" course: Item<Code>,
        "治療中の内容" treatment_note: Item<Text>,
    }
}
