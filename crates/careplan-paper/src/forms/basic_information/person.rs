//! 《基本情報》: the person, how they came, their certification, their home and their contacts.

use careplan_standard::form::{BasicInformation, Contact};

use crate::forms::Basis;
use crate::forms::fields::{fields, with_remark};
use crate::words::days::{date, period};
use crate::words::quantities::amount_of;
use careplan_sheet::{Cell, Row, Table, TableFault};

/// Who wrote it, and under which kind of plan.
pub(super) fn author(form: &BasicInformation, basis: &Basis<'_>) -> Result<Table, TableFault> {
    let words = &basis.words;
    Table::builder([100, 169, 100, 169])
        .row(fields([
            ("作成担当者", form.author.text(), 1),
            ("委託の有無", words.choices("ITAKU", &form.outsourced), 1),
        ]))
        .row(fields([("計画種類", words.choices("KEIKAKU_SHURUI", &form.plan_scheme), 3)]))
        .row(fields([("保険者番号", form.insurer_no.text(), 1), ("被保険者番号", form.insured_no.text(), 1)]))
        .build()
}

/// From 相談日 to 経済状況, in the order of the paper.
pub(super) fn table(form: &BasicInformation, basis: &Basis<'_>) -> Result<Table, TableFault> {
    Table::builder([100, 169, 100, 169])
        .rows(who(form, basis))
        .rows(certified(form, basis))
        .rows(living(form, basis))
        .build()
}

fn who(form: &BasicInformation, basis: &Basis<'_>) -> [Row; 6] {
    let words = &basis.words;
    let method = words.choices("SODAN_HOHO", &form.consultation_method);
    let previous = date(&form.previous_consultation_date);
    let previous = if previous.is_empty() { previous } else { format!("前回 {previous}") };
    let round = words.choices("SODAN_KAISU", &form.consultation_round);
    let situation = words.choices("GENKYO", &form.user_situation);
    [
        fields([
            ("相談日", date(&form.consultation_date), 1),
            ("相談方法", with_remark(&method, &form.consultation_method_other.text()), 1),
        ]),
        fields([
            ("相談回数", with_remark(&round, &previous), 1),
            ("本人の現況", with_remark(&situation, &form.user_situation_note.text()), 1),
        ]),
        fields([
            ("フリガナ", form.user_name_kana.text(), 1),
            ("性別", words.choices("SEX", &form.user_sex), 1),
        ]),
        fields([("本人氏名", form.user_name.text(), 1), ("生年月日", date(&form.user_birth_date), 1)]),
        fields([("住所", form.user_address.text(), 3)]),
        fields([("電話番号", form.user_phone.text(), 1), ("Fax番号", form.user_fax.text(), 1)]),
    ]
}

fn certified(form: &BasicInformation, basis: &Basis<'_>) -> [Row; 7] {
    let words = &basis.words;
    let valid = period(&form.certification_period_start, &form.certification_period_end);
    let flags = [
        words.flag("身障", &form.disability_physical),
        words.flag("療育", &form.disability_intellectual),
        words.flag("精神", &form.disability_mental),
        words.flag("難病", &form.disability_intractable),
    ];
    [
        fields([(
            "障害高齢者の\n日常生活自立度",
            words.choices("SHOGAI_JIRITSU", &form.adl_independence),
            3,
        )]),
        fields([(
            "認知症高齢者の\n日常生活自立度",
            words.choices("NINCHI_JIRITSU", &form.dementia_independence),
            3,
        )]),
        fields([("認定情報", words.choices("YOKAIGO_KIHON", &form.care_level), 3)]),
        fields([("有効期限", valid, 3)]),
        fields([("基本チェックリスト\n記入結果", words.choices("KIHON_CHECK", &form.checklist_result), 3)]),
        fields([
            ("基本チェックリスト\n記入日", date(&form.checklist_date), 1),
            ("前回の介護度", words.code("YOKAIGO_KIHON", &form.previous_care_level), 1),
        ]),
        fields([("障害等認定", with_remark(&flags.join("　"), &form.disability_note.text()), 3)]),
    ]
}

fn living(form: &BasicInformation, basis: &Basis<'_>) -> [Row; 3] {
    let words = &basis.words;
    let income = [
        words.flag("国民年金", &form.income_national_pension),
        words.flag("厚生年金", &form.income_employee_pension),
        words.flag("障害年金", &form.income_disability_pension),
        words.flag("生活保護", &form.income_public_assistance),
    ];
    [
        fields([("本人の住居環境", words.choices("KYOJU_KEITAI", &form.residence_type), 3)]),
        fields([
            ("自室の階数", amount_of(&form.room_floor, "階"), 1),
            ("住宅改修の有無", words.choices("UMU", &form.home_modified), 1),
        ]),
        fields([("経済状況", with_remark(&income.join("　"), &form.income_note.text()), 3)]),
    ]
}

/// 来所者（相談者） and 緊急連絡先.
pub(super) fn contacts(form: &BasicInformation) -> Result<Table, TableFault> {
    let visitor = [
        form.visitor_name.text(),
        form.visitor_relation.text(),
        form.visitor_address.text(),
        form.visitor_phone.text(),
    ];
    let row = |texts: [String; 4]| texts.map(|text| Cell::data(&text));
    let labelled = |label: &str, rows, texts: [String; 4]| {
        Row::new([Cell::label(label).rows(rows)].into_iter().chain(row(texts)))
    };
    // An empty contact in the last place tells nothing; the first row stands always, as on the paper.
    let is_filled = |contact: &&Contact| **contact != Contact::default();
    let mut filled: Vec<&Contact> = form.emergency.iter().filter(is_filled).collect();
    if filled.is_empty() {
        filled.extend(form.emergency.first());
    }
    let count = u16::try_from(filled.len()).unwrap_or(1);
    let emergency = filled.into_iter().enumerate().map(|(at, contact)| {
        let texts =
            [contact.name.text(), contact.relation.text(), contact.address.text(), contact.phone.text()];
        if at == 0 { labelled("緊急連絡先", count, texts) } else { Row::new(row(texts)) }
    });
    Table::builder([100, 95, 60, 173, 110])
        .head(Row::new(["", "氏名", "続柄", "住所", "電話番号"].map(Cell::head)))
        .row(labelled("来所者（相談者）", 1, visitor))
        .rows(emergency)
        .build()
}
