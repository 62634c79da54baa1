//! What documents beside the standard are: their kind and the person, which neither their bytes nor the standard tell.
//!
//! Receivers see it by the names of the files: a document whose kind was chosen goes out as 「種類_利用者_対象年月_元の名前」.

use careplan_domain::ServiceMonth;

use super::Looked;
use crate::files::SafeName;
use crate::history::Person;

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A plan with the consent of the user.
    SignedPlan,
    /// 第4表.
    Meeting,
    /// The plan of a service office, such as 訪問介護計画書.
    ServicePlan,
    /// What a service office reports: monitoring, monthly reports.
    Report,
    /// Assessments.
    Assessment,
    /// Copies of cards and certificates.
    Copy,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::SignedPlan, Self::Meeting, Self::ServicePlan, Self::Report, Self::Assessment, Self::Copy];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedPlan => "signed_plan",
            Self::Meeting => "meeting",
            Self::ServicePlan => "service_plan",
            Self::Report => "report",
            Self::Assessment => "assessment",
            Self::Copy => "copy",
        }
    }

    /// What an office calls it; part of a file name.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::SignedPlan => "同意済みの計画書",
            Self::Meeting => "サービス担当者会議の要点",
            Self::ServicePlan => "個別サービス計画書",
            Self::Report => "モニタリング・報告書",
            Self::Assessment => "アセスメント",
            Self::Copy => "証類の写し",
        }
    }

    /// A kind by its stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What the documents of a draft are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// Their kind, where somebody chose it.
    pub kind: Option<DocumentKind>,
    /// About whom they are.
    pub person: Option<Person>,
}

impl About {
    /// The name under which a document goes. One that would become no good name stays as it is.
    fn name(&self, month: Option<ServiceMonth>, name: &str) -> String {
        let Some(kind) = self.kind else { return name.to_owned() };
        let person = self.person.as_ref().map(|it| it.name.split_whitespace().collect::<String>());
        let parts = [Some(kind.label_ja().to_owned()), person, month.map(|month| month.to_string())];
        let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let head = format!("{}_", parts.join("_"));
        // Files that come back to the desk have it already.
        let named = if name.starts_with(&head) { name.to_owned() } else { format!("{head}{name}") };
        if SafeName::new(&named).is_ok() { named } else { name.to_owned() }
    }
}

/// Gives the documents of a draft the names under which they go; where they lie stays.
pub(super) fn name_documents(looked: &mut Looked) {
    let month = looked.draft.documents.and_then(|order| order.month);
    for index in &looked.judged.documents {
        if let Some(found) = looked.files.get_mut(*index) {
            found.file.name = looked.about.name(month, &found.file.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::NAME_BYTES_MAX;

    #[test]
    fn a_document_goes_under_a_name_that_says_what_it_is() {
        let person = Person {
            insurer: "990001".to_owned(),
            insured_number: "0009900021".to_owned(),
            name: "見本　太郎".to_owned(),
            kana: String::new(),
        };
        let about = About { kind: Some(DocumentKind::Meeting), person: Some(person) };
        let month = Some("202611".parse().unwrap());
        let named = about.name(month, "scan1.pdf");
        assert_eq!(named, "サービス担当者会議の要点_見本太郎_202611_scan1.pdf");
        assert_eq!(about.name(month, &named), named);
        assert_eq!(About { kind: None, ..about.clone() }.name(month, "scan1.pdf"), "scan1.pdf");
        let long = format!("{}.pdf", "a".repeat(NAME_BYTES_MAX - 10));
        assert_eq!(about.name(month, &long), long);
    }

    #[test]
    fn every_kind_is_read_back_and_may_stand_in_a_file_name() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::parse(kind.as_str()), Some(kind));
            assert!(SafeName::new(kind.label_ja()).is_ok());
        }
    }
}
