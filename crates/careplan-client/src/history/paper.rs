//! The usage of a period on paper, for inspections and subsidies.

use careplan_domain::calendar::spoken;
use careplan_paper::{Align, Cell, Document, Row, Sheet, Table, TableFault};
use jiff::civil::Date;

use super::{Usage, month_ja};

impl Usage {
    /// A sheet with a row for each month; `office` is who reports, as it stands on the paper.
    ///
    /// # Errors
    /// A table that does not fill its grid: a mistake of ours.
    pub fn to_document(&self, office: &str, day: Date) -> Result<Document, TableFault> {
        let title = "ケアプランデータ連携　利用実績";
        let number = |of: u64| Cell::data(&of.to_string()).align(Align::End);
        let line = |period: Cell, partners: usize, sends: u32, receives: u32| {
            Row::new([period, number(partners as u64), number(sends.into()), number(receives.into())])
        };
        let months = self
            .months
            .iter()
            .map(|it| line(Cell::label(&month_ja(it.month)), it.partners, it.sends, it.receives));
        let total = line(Cell::label("合計"), self.partners, self.sends(), self.receives());
        let table = Table::builder([4, 4, 3, 3])
            .caption("月ごとの送受信")
            .head(Row::new(["年月", "送受信した事業所数", "送信件数", "受信件数"].map(Cell::head)))
            .rows(months.chain([total]))
            .build()?;
        let about = format!("事業所：{office}\n期間：{}\n作成日：{}", self.period_ja(), spoken(day));
        let sheet = Sheet::new(title).portrait().paragraph(&about).table(table).paragraph(
            "送信件数は、連携基盤が受け付け、取り下げていないものの数です。受信件数は、この事業所が受け取ったものの数です。事業所数は、期間の中で重ねて数えません。",
        );
        Ok(Document::new(title, day).sheet(sheet))
    }

    /// 2026年4月〜2026年11月.
    pub fn period_ja(&self) -> String {
        match self.months.as_slice() {
            [] => String::new(),
            [one] => month_ja(one.month),
            [first, .., last] => format!("{}〜{}", month_ja(first.month), month_ja(last.month)),
        }
    }
}
