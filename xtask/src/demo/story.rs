//! The twelve steps: plans go out (①–⑥), actuals come back (⑦–⑫). Both care softwares use the local API of the client on their PC.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::at_work::AtWork;
use super::care_software::Documents;
use super::evidence;
use crate::stop;
use crate::town::{Files, Month, User, actuals, use_slips};

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

/// Who plays, and in which month.
pub(crate) struct Story<'a> {
    pub(crate) care_manager: &'a AtWork,
    pub(crate) service: &'a AtWork,
    pub(crate) users: &'a [User],
    pub(crate) month: Month,
    pub(crate) headless: bool,
    /// Whether a received file is spoiled before it is compared.
    pub(crate) spoil: bool,
}

/// What was sent: the numbers of its transmissions, and its bytes.
struct Sent {
    numbers: Vec<String>,
    files: Files,
}

impl Story<'_> {
    /// Plays all steps; returns how many files were compared.
    pub(crate) fn play(&self) -> anyhow::Result<usize> {
        let (manager, service) = (self.care_manager, self.service);
        let mut files = example("01_K1_care_plan")?;
        files.extend(use_slips([manager, service].map(|it| it.office().invented()), self.users, self.month)?);
        let pdf = format!("signed-care-plan-{}.pdf", self.month.digits());
        files.insert(pdf, signed_plan_pdf());
        let documents = Documents {
            from: manager.office().address(),
            to: service.office().address(),
            month: self.month.digits(),
        };
        let sent = self.send([1, 2, 3], manager, files, Some(&documents))?;
        let mut compared = self.deliver([4, 5, 6], manager, service, &sent)?;

        let files = actuals([service, manager].map(|it| it.office().invented()), self.users, self.month)?;
        let back = self.send([7, 8, 9], service, files, None)?;
        compared += self.deliver([10, 11, 12], service, manager, &back)?;
        Ok(compared)
    }

    /// The three steps of sending.
    fn send(
        &self,
        [write, check, send]: [usize; 3],
        from: &AtWork,
        files: Files,
        documents: Option<&Documents>,
    ) -> anyhow::Result<Sent> {
        self.step(write, || {
            from.office().write_export(&files)?;
            Ok(vec![format!("{} files in {}", files.len(), from.office().export().display())])
        })?;
        self.step(check, || from.software().check(&files))?;
        let mut numbers = Vec::new();
        self.step(send, || {
            numbers = from.software().send(&format!("story-{write}"), &files, documents)?;
            Ok(numbers.iter().map(|number| format!("送信番号 (transmission)  {number}")).collect())
        })?;
        Ok(Sent { numbers, files })
    }

    /// The three steps of receiving, and the proofs that come back to the sender.
    fn deliver(&self, steps: [usize; 3], from: &AtWork, to: &AtWork, sent: &Sent) -> anyhow::Result<usize> {
        let [receive, look, import] = steps;
        self.step(receive, || {
            to.software().wait_for(&sent.numbers)?;
            let said = |number| format!("受領証を返しました (acknowledged)  {number}");
            Ok(sent.numbers.iter().map(said).collect())
        })?;
        self.step(look, || {
            if self.spoil {
                spoil(to, &sent.files)?;
            }
            compare(to, sent)
        })?;
        self.step(import, || {
            let files = to.take_over(&sent.numbers)?;
            let mut details = vec![format!("{files} files in {}", to.office().import().display())];
            for number in &sent.numbers {
                from.software().wait_for_proof(number)?;
                details.push(format!(
                    "送信元に取込証が届きました (the sender holds the import receipt)  {number}"
                ));
            }
            details.extend(evidence::of(from.office(), &sent.numbers)?);
            Ok(details)
        })?;
        Ok(sent.files.len())
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

/// One byte more in one of the files that were received.
fn spoil(office: &AtWork, sent: &Files) -> anyhow::Result<()> {
    let files = office.office().inbox_files()?;
    let path = sent.keys().find_map(|name| files.get(name)).context("nothing was received")?;
    let mut bytes = fs::read(path)?;
    bytes.push(b' ');
    Ok(fs::write(path, bytes)?)
}

/// Files in the inbox folder, and what the client hands to the care software, against what was sent.
fn compare(to: &AtWork, sent: &Sent) -> anyhow::Result<Vec<String>> {
    let in_the_folder = to.office().inbox_files()?;
    let mut details = Vec::new();
    for (name, bytes) in &sent.files {
        let path = in_the_folder.get(name).with_context(|| format!("{name} did not arrive"))?;
        if *bytes != fs::read(path)? {
            bail!("{} differs from what was sent", path.display());
        }
        details.push(format!("一致 (identical)  {}", path.display()));
    }
    let mut handed_over = Files::new();
    for number in &sent.numbers {
        handed_over.extend(to.software().files(number)?);
    }
    ensure!(handed_over == sent.files, "the client hands over other files than were sent");
    Ok(details)
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
