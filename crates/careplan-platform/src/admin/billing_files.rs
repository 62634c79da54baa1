//! The files of a month's run: requests to the 国保連合会, open invoices as a list and as PDFs for the post.

use std::path::Path;

use anyhow::Context as _;
use careplan_domain::ServiceMonth;
use careplan_domain::calendar::digits;

use super::Desk;
use crate::billing::{Document, DocumentId, Run};
use crate::papers;

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
    files.into_iter().map(|(name, text)| write(&folder.join(name), text.as_bytes())).collect()
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

/// The folder of invoices as PDFs.
pub(super) const INVOICES: &str = "invoices";

/// Writes the open invoices as PDFs that are not in the folder yet: the next month's run must not bring them to the post again. How
/// many, and what could not be printed, with the reason.
pub(super) async fn write_invoices(
    desk: &Desk<'_>,
    run: &Run,
    folder: &Path,
) -> anyhow::Result<(usize, Vec<String>)> {
    let folder = folder.join(INVOICES);
    let (mut written, mut left) = (0, Vec::new());
    for invoice in &run.invoices {
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("フォルダー `{}` を作れません。", folder.display()))?;
        let (id, office) = (DocumentId::Invoice(invoice.charge), invoice.charge.office);
        let mut db = desk.store.read().await?;
        let document = desk.billing.document(&mut db, &office, id).await?;
        let Some(Document::Invoice(document)) = document else { continue };
        let path = folder.join(format!("{}_{id}.pdf", invoice.issued_on));
        if path.exists() {
            continue;
        }
        match papers::invoice(&document) {
            Ok(pdf) => {
                write(&path, &pdf)?;
                written += 1;
            }
            Err(fault) => left.push(format!("{}: {}", invoice.charge, papers::told(&fault))),
        }
    }
    Ok((written, left))
}

fn write(path: &Path, text: &[u8]) -> anyhow::Result<String> {
    let name = path.display().to_string();
    std::fs::write(path, text).with_context(|| format!("`{name}` に書き込めません。"))?;
    Ok(name)
}
