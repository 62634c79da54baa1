//! The page that people read, also where their program knows no reminders. No user is named on it.

use careplan_domain::OfficeNumber;
use careplan_domain::calendar::spoken;
use careplan_paper::{Document, PaperFault, Sheet, to_pdf};
use careplan_protocol::manifest::{Reminder, ReminderKind};
use jiff::civil::Date;

use crate::history::month_ja;
use crate::letter::OutgoingFile;

/// Who writes to whom, about what, on which day. Names are empty where nobody knows them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) from: (OfficeNumber, &'a str),
    pub(super) to: (OfficeNumber, &'a str),
    pub(super) reminder: Reminder,
    pub(super) day: Date,
}

/// What is asked for, in a sentence for the partner.
fn sentence(reminder: Reminder) -> String {
    let month = month_ja(reminder.month);
    match reminder.kind {
        ReminderKind::PlanMissing => format!("{month}分の予定がまだ届いていません。お送りください。"),
        ReminderKind::PlanUnread => {
            format!("{month}分の予定をお送りしましたが、まだ受け取られていません。ご確認ください。")
        }
        ReminderKind::ActualsMissing => format!("{month}分の実績がまだ届いていません。お送りください。"),
    }
}

/// What it is called.
fn title(kind: ReminderKind) -> &'static str {
    match kind {
        ReminderKind::PlanMissing => "予定のお願い",
        ReminderKind::PlanUnread => "予定の確認のお願い",
        ReminderKind::ActualsMissing => "実績のお願い",
    }
}

impl Page<'_> {
    /// The page as a PDF. A name with a letter that no font has is left out: the number says who it is.
    pub(super) fn to_file(self) -> Result<OutgoingFile, PaperFault> {
        let bytes = match self.to_pdf() {
            Err(PaperFault::MissingGlyph { .. }) => {
                Self { from: (self.from.0, ""), to: (self.to.0, ""), ..self }.to_pdf()
            }
            done => done,
        }?;
        let name = format!("{}（{}分）.pdf", title(self.reminder.kind), month_ja(self.reminder.month));
        Ok(OutgoingFile { name, bytes })
    }

    fn to_pdf(self) -> Result<Vec<u8>, PaperFault> {
        let title = title(self.reminder.kind);
        let sheet = Sheet::new(title)
            .portrait()
            .paragraph(&format!("{}　御中", called(self.to)))
            .paragraph(&sentence(self.reminder))
            .paragraph("行き違いのときは、ご容赦ください。")
            .paragraph(&format!("{}\n{}", spoken(self.day), called(self.from)));
        to_pdf(&Document::new(title, self.day).sheet(sheet))
    }
}

/// `さくら訪問介護（9970000026）`
fn called((office, name): (OfficeNumber, &str)) -> String {
    if name.is_empty() { format!("事業所番号 {office}") } else { format!("{name}（{office}）") }
}

#[cfg(test)]
mod tests {
    use careplan_standard::{ContentKind, judge};

    use super::*;

    fn page(kind: ReminderKind) -> Page<'static> {
        Page {
            from: ("9970000018".parse().unwrap(), "見本居宅介護支援事業所"),
            to: ("9970000026".parse().unwrap(), "さくら訪問介護"),
            reminder: Reminder { kind, month: "202611".parse().unwrap() },
            day: jiff::civil::date(2026, 12, 2),
        }
    }

    #[test]
    fn each_kind_is_a_pdf_with_a_name_of_its_own_that_any_client_takes() {
        let mut names = std::collections::BTreeSet::new();
        for kind in ReminderKind::ALL {
            let file = page(kind).to_file().unwrap();
            assert!(!matches!(judge(&file.name, &file.bytes), ContentKind::Other(_)), "{kind:?}");
            assert!(crate::files::SafeName::new(&file.name).is_ok(), "{}", file.name);
            assert!(names.insert(file.name));
        }
        assert!(names.contains("実績のお願い（2026年11月分）.pdf"));
        let said = sentence(page(ReminderKind::ActualsMissing).reminder);
        assert_eq!(said, "2026年11月分の実績がまだ届いていません。お送りください。");
    }

    #[test]
    fn a_name_that_cannot_be_printed_is_left_out_and_the_number_stays() {
        let strange =
            Page { to: ("9970000026".parse().unwrap(), "\u{10ffff}"), ..page(ReminderKind::PlanMissing) };
        assert!(strange.to_pdf().is_err());
        assert!(strange.to_file().is_ok());
        assert_eq!(called(("9970000026".parse().unwrap(), "")), "事業所番号 9970000026");
    }
}
