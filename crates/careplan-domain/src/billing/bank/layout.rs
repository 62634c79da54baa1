//! Where each field stands in its record: first byte (from 0), length and name.

/// One field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) name: &'static str,
}

const fn field(at: usize, len: usize, name: &'static str) -> Field {
    Field { at, len, name }
}

/// ヘッダー・レコード.
pub(super) mod header {
    use super::{Field, field};

    pub(in super::super) const KIND: Field = field(1, 2, "種別コード");
    pub(in super::super) const CODE: Field = field(3, 1, "コード区分");
    pub(in super::super) const MADE_ON: Field = field(4, 6, "作成日");
    pub(in super::super) const FROM: Field = field(10, 6, "勘定日（自）");
    pub(in super::super) const TO: Field = field(16, 6, "勘定日（至）");
    pub(in super::super) const BANK: Field = field(22, 4, "銀行コード");
    // 26: 銀行名 C(15)
    pub(in super::super) const BRANCH: Field = field(41, 3, "支店コード");
    // 44: 支店名 C(15); 59: ダミー N(3)
    pub(in super::super) const DEPOSIT: Field = field(62, 1, "預金種目");
    pub(in super::super) const NUMBER: Field = field(63, 10, "口座番号");
    // 73: 口座名 C(40)
    pub(in super::super) const SIGN: Field = field(113, 1, "貸越区分");
    // 114: 通帳・証書区分 N(1)
    pub(in super::super) const BALANCE: Field = field(115, 14, "取引前残高");
    // 129: ダミー C(71)
}

/// データ・レコード of 普通, 当座 and 貯蓄預金.
pub(super) mod data {
    use super::{Field, field};

    pub(in super::super) const INQUIRY: Field = field(1, 8, "照会番号");
    pub(in super::super) const BOOKED_ON: Field = field(9, 6, "勘定日");
    pub(in super::super) const VALUED_ON: Field = field(15, 6, "預入・払出日");
    pub(in super::super) const DIRECTION: Field = field(21, 1, "入払区分");
    pub(in super::super) const KIND: Field = field(22, 2, "取引区分");
    pub(in super::super) const AMOUNT: Field = field(24, 12, "取引金額");
    // 36: うち他店券金額 N(12); 48: 交換呈示日 N(6); 54: 不渡返還日 N(6); 60: 手形・小切手区分 N(1);
    // 61: 手形・小切手番号 N(7); 68: 僚店番号 N(3)
    pub(in super::super) const REMITTER: Field = field(71, 10, "振込依頼人コード");
    pub(in super::super) const PAYER: Field = field(81, 48, "振込依頼人名");
    pub(in super::super) const FROM_BANK: Field = field(129, 15, "仕向銀行名");
    pub(in super::super) const FROM_BRANCH: Field = field(144, 15, "仕向店名");
    pub(in super::super) const SUMMARY: Field = field(159, 20, "摘要内容");
    pub(in super::super) const EDI: Field = field(179, 20, "EDI情報");
    // 199: ダミー C(1)
}

/// トレーラ・レコード.
pub(super) mod trailer {
    use super::{Field, field};

    pub(in super::super) const IN_COUNT: Field = field(1, 6, "入金件数");
    pub(in super::super) const IN_SUM: Field = field(7, 13, "入金額合計");
    pub(in super::super) const OUT_COUNT: Field = field(20, 6, "出金件数");
    pub(in super::super) const OUT_SUM: Field = field(26, 13, "出金額合計");
    pub(in super::super) const SIGN: Field = field(39, 1, "貸越区分");
    pub(in super::super) const BALANCE: Field = field(40, 14, "取引後残高");
    pub(in super::super) const RECORDS: Field = field(54, 7, "データ・レコード件数");
    // 61: ダミー C(139)
}

/// エンド・レコード.
pub(super) mod end {
    use super::{Field, field};

    pub(in super::super) const RECORDS: Field = field(1, 10, "レコード総件数");
    pub(in super::super) const ACCOUNTS: Field = field(11, 5, "口座数");
    // 16: ダミー C(184)
}
