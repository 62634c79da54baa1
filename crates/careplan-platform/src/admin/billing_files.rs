//! The files of a month's run: requests to the 国保連合会, and the list of open invoices.

use std::path::Path;

use anyhow::Context as _;
use careplan_domain::ServiceMonth;
use careplan_domain::calendar::digits;

use crate::billing::Run;

/// Writes the files of a run into a folder; their names. What a run before it wrote is replaced by the same.
pub(super) fn write_files(run: &Run, month: ServiceMonth, folder: &Path) -> anyhow::Result<Vec<String>> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("フォルダー `{}` を作れません。", folder.display()))?;
    let mut files = Vec::new();
    for request in &run.requests {
        let name = format!("deduction-{}-{month}.csv", request.prefecture);
        files.push((name, request.write()?));
    }
    files.push((format!("invoices-{month}.csv"), invoices(run)));
    files.into_iter().map(|(name, text)| write(&folder.join(name), &text)).collect()
}

/// 請求番号, 事業所番号, 発行日, 期限, 金額, 残額. ASCII, as the requests are.
fn invoices(run: &Run) -> String {
    let mut text = "charge,office,issued_on,due_on,amount,open\r\n".to_owned();
    for invoice in &run.invoices {
        let (charge, amount, open) = (invoice.charge, invoice.amount.get(), invoice.open.get());
        let (issued, due) = (digits(invoice.issued_on), digits(invoice.due_on));
        text += &format!("{charge},{},{issued},{due},{amount},{open}\r\n", charge.office);
    }
    text
}

fn write(path: &Path, text: &str) -> anyhow::Result<String> {
    let name = path.display().to_string();
    std::fs::write(path, text).with_context(|| format!("`{name}` に書き込めません。"))?;
    Ok(name)
}
