//! The twelve steps: plans go out (①–⑥), actuals come back (⑦–⑫).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::evidence;
use super::office::Office;
use crate::stop;

const EXAMPLES: &str = "crates/careplan-standard/examples";

/// What each step is called.
const STEPS: [(&str, &str); 12] = [
    ("①", "介護ソフトが予定のCSVと、署名済み計画書のPDFを書き出す (care software writes plan and PDF)"),
    ("②", "居宅のクライアントに取り込み、点検する (the client takes the files and checks them)"),
    ("③", "送信する。電子証明書は自動で付く (send, certificate attached)"),
    ("④", "サービス事業所が最新情報を確認し、受信する (the service office looks for news and receives)"),
    ("⑤", "受信箱フォルダに保存される (files lie in its inbox folder)"),
    ("⑥", "サービス事業所の介護ソフトが取り込む (its care software imports them)"),
    ("⑦", "介護ソフトが実績のCSVを書き出す (care software writes the actuals)"),
    ("⑧", "サービス事業所のクライアントに取り込み、点検する (the client takes and checks them)"),
    ("⑨", "送信する (send)"),
    ("⑩", "居宅が最新情報を確認し、受信する (the care manager's office receives)"),
    ("⑪", "受信箱フォルダに保存される (files lie in its inbox folder)"),
    ("⑫", "居宅の介護ソフトが取り込み、証拠を openssl で確かめる (import; evidence verified with openssl)"),
];

/// Who plays.
pub(crate) struct Story<'a> {
    pub(crate) care_manager: &'a Office,
    pub(crate) home_help: &'a Office,
    pub(crate) headless: bool,
    /// Whether a received file is spoiled before it is compared.
    pub(crate) spoil: bool,
}

/// Files by name, as they were sent.
type Files = BTreeMap<String, Vec<u8>>;

impl Story<'_> {
    /// Plays all steps; returns how many files were compared.
    pub(crate) fn play(&self) -> anyhow::Result<usize> {
        let (manager, help) = (self.care_manager, self.home_help);
        let mut plans = example("01_K1_care_plan")?;
        plans.extend(example("02_K2_use_slip")?);
        let documents = Files::from([("signed-care-plan-202611.pdf".to_owned(), signed_plan_pdf())]);
        self.step(1, || {
            manager.write_export(&plans)?;
            manager.write_export(&documents)?;
            Ok(vec![format!("{} files in {}", plans.len() + documents.len(), manager.export().display())])
        })?;
        self.step(2, || check(manager))?;
        self.step(3, || send(manager, Some(help)))?;
        let sent: Files = plans.into_iter().chain(documents).collect();
        let mut compared = self.deliver([4, 5, 6], manager, help, &sent)?;

        let actuals = example("03_S1_actuals")?;
        self.step(7, || {
            help.write_export(&actuals)?;
            Ok(vec![format!("{} files in {}", actuals.len(), help.export().display())])
        })?;
        self.step(8, || check(help))?;
        self.step(9, || send(help, None))?;
        compared += self.deliver([10, 11, 12], help, manager, &actuals)?;
        Ok(compared)
    }

    /// The three steps of receiving, and the proofs that come back to the sender.
    fn deliver(&self, steps: [usize; 3], from: &Office, to: &Office, sent: &Files) -> anyhow::Result<usize> {
        let [receive, look, import] = steps;
        self.step(receive, || {
            to.tell("receive", &[])?;
            Ok(waiting(to)?
                .into_iter()
                .map(|id| format!("受領証を返しました (acknowledged)  {id}"))
                .collect())
        })?;
        self.step(look, || {
            if self.spoil {
                spoil(to)?;
            }
            compare(to, sent)
        })?;
        self.step(import, || {
            let transmissions = waiting(to)?;
            let files = to.take_over(&transmissions)?;
            to.tell("receive", &[])?;
            let mut details = vec![format!("{files} files in {}", to.import().display())];
            details.extend(proofs(from, transmissions.len())?);
            if import == STEPS.len() {
                details.extend(evidence::of_everything(&[self.care_manager, self.home_help])?);
            }
            Ok(details)
        })?;
        Ok(sent.len())
    }

    fn step(
        &self,
        number: usize,
        action: impl FnOnce() -> anyhow::Result<Vec<String>>,
    ) -> anyhow::Result<()> {
        let (sign, title) = STEPS.get(number - 1).copied().context("there are twelve steps")?;
        ensure!(!stop::asked(), "stopped by the user before step {sign}");
        let details = action().with_context(|| format!("step {number}/12 {sign} failed: {title}"))?;
        println!("{sign} {title}");
        if !self.headless {
            for detail in details {
                println!("     {detail}");
            }
        }
        Ok(())
    }
}

/// One unit of the standard's examples.
fn example(name: &str) -> anyhow::Result<Files> {
    let folder = Path::new(EXAMPLES).join(name);
    let entries =
        fs::read_dir(&folder).with_context(|| format!("read the examples in {}", folder.display()))?;
    entries
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?))
        })
        .collect()
}

fn check(office: &Office) -> anyhow::Result<Vec<String>> {
    let export = office.export();
    office.tell("check", &[&export.to_string_lossy()]).map(lines)
}

/// Sends everything in the export folder; documents go to `documents_to`.
fn send(office: &Office, documents_to: Option<&Office>) -> anyhow::Result<Vec<String>> {
    let export = office.export();
    let export = export.to_string_lossy();
    let address = documents_to.map(Office::address);
    let mut arguments = vec![export.as_ref()];
    if let Some(address) = &address {
        arguments.extend(["--to", address, "--month", "202611"]);
    }
    let said = office.tell("send", &arguments).map(lines)?;
    let sent = list(office, "--sent")?;
    ensure!(!sent.is_empty(), "nothing was sent");
    Ok(said)
}

/// One byte more in one of the files that were received.
fn spoil(office: &Office) -> anyhow::Result<()> {
    let files = office.inbox_files()?;
    let path = files.values().next().context("nothing was received that could be spoiled")?;
    let mut bytes = fs::read(path)?;
    bytes.push(b' ');
    Ok(fs::write(path, bytes)?)
}

/// Files in the inbox folder against what was sent.
fn compare(office: &Office, sent: &Files) -> anyhow::Result<Vec<String>> {
    let received = office.inbox_files()?;
    let names = |it: Vec<&String>| it.into_iter().cloned().collect::<Vec<_>>().join(", ");
    ensure!(
        received.keys().eq(sent.keys()),
        "sent were {}; received were {}",
        names(sent.keys().collect()),
        names(received.keys().collect())
    );
    let mut details = Vec::new();
    for (name, path) in &received {
        if sent.get(name) != Some(&fs::read(path)?) {
            bail!("{} differs from what was sent", path.display());
        }
        details.push(format!("一致 (identical)  {}", path.display()));
    }
    Ok(details)
}

/// Received and acknowledged, not taken over yet.
fn waiting(office: &Office) -> anyhow::Result<Vec<String>> {
    let received = list(office, "--received")?;
    let acknowledged = received.iter().filter(|it| it["state"] == "acknowledged");
    acknowledged.map(|it| it["id"].as_str().map(str::to_owned).context("an entry without id")).collect()
}

/// The sender looks for news: everything it sent last is imported now.
fn proofs(sender: &Office, expected: usize) -> anyhow::Result<Vec<String>> {
    sender.tell("receive", &[])?;
    let sent = list(sender, "--sent")?;
    let imported = sent.iter().filter(|it| it["state"] == "imported").count();
    ensure!(imported == expected, "the sender sees {imported} imported transmissions, not {expected}");
    Ok(vec![format!("送信元に取込証が届きました (the sender holds {imported} import receipts)")])
}

/// Entries of `careplan-client list --json`.
pub(super) fn list(office: &Office, which: &str) -> anyhow::Result<Vec<Value>> {
    match office.ask("list", &[which])? {
        Value::Array(entries) => Ok(entries),
        Value::Object(fields) => {
            let entries = fields.into_iter().find_map(|(_, value)| value.as_array().cloned());
            entries.context("`careplan-client list --json` answered without entries")
        }
        other => bail!("`careplan-client list --json` answered {other}"),
    }
}

fn lines(text: String) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The smallest honest PDF: one empty page.
fn signed_plan_pdf() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        pdf += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = pdf.len();
    pdf += "xref\n0 4\n0000000000 65535 f \n";
    for place in places {
        pdf += &format!("{place:010} 00000 n \n");
    }
    pdf += &format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    pdf.into_bytes()
}
