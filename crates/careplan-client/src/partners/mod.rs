//! アドレス帳: the offices this office deals with, what the directory says of them, and what the office notes itself.
//!
//! Promises: everybody with whom something was exchanged is in it by itself, and stays; what the office wrote (note, preferred service
//! type) is never overwritten by the directory; what the directory said carries its time, and stays until it says something else. Until it
//! says a name, the one counts that the care software writes into what is exchanged.

mod import;
mod learn;
mod own;
mod places;
mod receivers;
mod refresh;

use std::str::FromStr;

use careplan_domain::{OfficeNumber, ServiceType, Timestamp};
use careplan_protocol::office_api::{OfficeEntry, OfficePage};
use careplan_standard::Edition;
use serde_json::json;
use unicode_normalization::UnicodeNormalization as _;

pub use import::{FILE_BYTES_MAX, ImportFault, Imported, LineFault};
pub use places::{prefecture_name, prefectures};
pub use receivers::{LISTED_MAX, Meant, Receiver, Receivers};
pub use refresh::{Refreshed, Which, keep_fresh};

use crate::office::{Office, OfficeFault};
use crate::platform::OfficeQuery;
use crate::state::{StateFault, append_operation, commit, partner_rows as rows};

/// Offices in the book: an office has twenty to thirty partners, a large one with branches a few hundred.
pub const PARTNERS_MAX: usize = 1_000;

/// Characters of a note.
pub const NOTE_CHARS_MAX: usize = 500;

/// In place of the name of an office that nobody said yet.
pub const NAME_TO_COME: &str = "（名前を確認中）";

/// In place of the name of an office that is not in the directory.
pub const NO_SUCH_OFFICE: &str = "（登録のない事業所）";

/// What the directory says of an office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was not asked yet.
    NotAsked,
    /// Letters can be sent to it.
    Joined,
    /// It is known, and nothing can be sent to it now.
    NotJoined,
    /// It is not in the directory.
    Absent,
}

impl Standing {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::Joined => "joined",
            Self::NotJoined => "not_joined",
            Self::Absent => "absent",
        }
    }

    /// What an office calls it.
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::NotAsked => "未確認",
            Self::Joined => "送れます",
            Self::NotJoined => "未利用",
            Self::Absent => "登録なし",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [Self::NotAsked, Self::Joined, Self::NotJoined, Self::Absent];
        all.into_iter().find(|standing| standing.as_str() == text)
    }
}

/// One office of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// 事業所番号.
    pub office: OfficeNumber,
    /// 事業所名; empty as long as nobody said it.
    pub name: String,
    /// フリガナ.
    pub kana: String,
    /// 所在地.
    pub address: String,
    /// The service types it runs.
    pub service_types: Vec<ServiceType>,
    /// What the directory says.
    pub standing: Standing,
    /// When it said so.
    pub asked_at: Option<Timestamp>,
    /// Whether somebody put it in.
    pub is_listed: bool,
    /// Whether something was exchanged with it.
    pub is_exchanged: bool,
    /// What the office noted.
    pub note: String,
    /// The service type that documents for it go to first, when the office chose one.
    pub preferred: Option<ServiceType>,
}

impl Partner {
    /// The name, or the number where nobody said the name yet.
    pub fn shown_name(&self) -> &str {
        if self.name.is_empty() { self.office.as_str() } else { &self.name }
    }

    /// The name; or, where nobody said it, whether it is still to come.
    pub fn name_or_why_not(&self) -> &str {
        match self.standing {
            _ if !self.name.is_empty() => &self.name,
            Standing::Absent => NO_SUCH_OFFICE,
            Standing::NotAsked | Standing::Joined | Standing::NotJoined => NAME_TO_COME,
        }
    }

    /// Whether all words occur in its names, its number or the note.
    fn has_all(&self, words: &[String]) -> bool {
        let text = fold(&format!("{}\n{}\n{}\n{}", self.office, self.name, self.kana, self.note));
        words.iter().all(|word| text.contains(word.as_str()))
    }
}

/// Which offices of the book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words that occur in name, kana, number or note.
    pub words: String,
    /// Only those to which nothing can be sent, or only those to which it can.
    pub joined: Option<bool>,
}

/// Why a change to the book is refused.
#[derive(Debug, thiserror::Error)]
pub enum PartnerFault {
    /// It is not in the book.
    #[error("この事業所は、アドレス帳にありません。一覧から選び直してください。")]
    Unknown,
    /// Something was exchanged with it.
    #[error("この事業所とは送受信の記録があるため、アドレス帳から外せません。")]
    Exchanged,
    /// The book is full.
    #[error(
        "アドレス帳に登録できるのは{PARTNERS_MAX}事業所までです。使わない事業所を外してから、もう一度登録してください。"
    )]
    Full,
    /// The note is too long.
    #[error("メモは{NOTE_CHARS_MAX}文字以内で入力してください。")]
    Note,
    /// Not a service type of it.
    #[error("この事業所が行っていないサービス種類です。一覧から選び直してください。")]
    Preferred,
    /// The state file.
    #[error(transparent)]
    State(#[from] StateFault),
}

/// The book of an office. Clones are the same.
#[derive(Debug, Clone)]
pub struct Partners {
    office: Office,
}

impl Partners {
    /// The book in the state of an office.
    pub fn new(office: Office) -> Self {
        Self { office }
    }

    /// The offices that are wanted, by their kana.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn list(&self, wanted: &Wanted) -> Result<Vec<Partner>, StateFault> {
        self.take_in_exchanged().await?;
        let words: Vec<String> = wanted.words.split_whitespace().map(fold).collect();
        let is_wanted = |partner: &Partner| {
            let joined = wanted.joined.is_none_or(|joined| joined == (partner.standing == Standing::Joined));
            joined && partner.has_all(&words)
        };
        Ok(self.office.state().partners().await?.into_iter().filter(is_wanted).collect())
    }

    /// One office of the book.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn one(&self, office: &OfficeNumber) -> Result<Option<Partner>, StateFault> {
        self.office.state().partner(office).await
    }

    /// Puts in everybody with whom something was exchanged meanwhile.
    async fn take_in_exchanged(&self) -> Result<(), StateFault> {
        let own = self.office.state().settings().await?.map(|settings| settings.office());
        self.office.state().take_in_exchanged(own).await
    }

    /// Searches the platform's directory.
    ///
    /// # Errors
    /// [`OfficeFault`], such as that of a line that is away.
    pub async fn search(&self, query: &OfficeQuery) -> Result<OfficePage, OfficeFault> {
        Ok(self.office.link().await?.platform.offices(query).await?)
    }

    /// Puts in an office by its number; the directory is asked for the rest by and by.
    ///
    /// # Errors
    /// [`PartnerFault::Full`].
    pub async fn add(&self, office: &OfficeNumber, by: (&str, Timestamp)) -> Result<(), PartnerFault> {
        let mut tx = self.office.state().begin().await?;
        rows::put_listed(&mut tx, office, "", "").await?;
        if rows::count_listed(&mut tx).await? > PARTNERS_MAX {
            return Err(PartnerFault::Full);
        }
        append_operation(&mut tx, by, ("partner.added", office.as_str()), &json!({})).await?;
        Ok(commit(tx).await?)
    }

    /// Writes down what the directory said just now.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn heard(&self, entry: &OfficeEntry) -> Result<(), StateFault> {
        let mut tx = self.office.state().begin().await?;
        rows::heard(&mut tx, entry, self.office.now()).await?;
        commit(tx).await
    }

    /// Changes what the office noted.
    ///
    /// # Errors
    /// [`PartnerFault::Unknown`], [`PartnerFault::Note`], [`PartnerFault::Preferred`].
    pub async fn write_down(
        &self,
        office: &OfficeNumber,
        (note, preferred): (&str, Option<ServiceType>),
        by: (&str, Timestamp),
    ) -> Result<(), PartnerFault> {
        if note.chars().count() > NOTE_CHARS_MAX {
            return Err(PartnerFault::Note);
        }
        let partner = self.one(office).await?.ok_or(PartnerFault::Unknown)?;
        // What was chosen before may stay when the directory does not name it any more.
        let is_of_it = |chosen: ServiceType| {
            partner.service_types.contains(&chosen) || partner.preferred == Some(chosen)
        };
        if preferred.is_some_and(|chosen| !is_of_it(chosen)) {
            return Err(PartnerFault::Preferred);
        }
        let mut tx = self.office.state().begin().await?;
        rows::write_down(&mut tx, office, (note, preferred)).await?;
        append_operation(&mut tx, by, ("partner.changed", office.as_str()), &json!({})).await?;
        Ok(commit(tx).await?)
    }

    /// Takes an office out of the book.
    ///
    /// # Errors
    /// [`PartnerFault::Unknown`], [`PartnerFault::Exchanged`].
    pub async fn remove(&self, office: &OfficeNumber, by: (&str, Timestamp)) -> Result<(), PartnerFault> {
        self.take_in_exchanged().await?;
        let partner = self.one(office).await?.ok_or(PartnerFault::Unknown)?;
        if partner.is_exchanged {
            return Err(PartnerFault::Exchanged);
        }
        let mut tx = self.office.state().begin().await?;
        rows::remove(&mut tx, office).await?;
        append_operation(&mut tx, by, ("partner.removed", office.as_str()), &json!({})).await?;
        Ok(commit(tx).await?)
    }
}

/// サービス種類 by their codes, those of care managers first.
pub fn service_types() -> impl Iterator<Item = (&'static str, &'static str)> {
    let tables =
        ["OFFICE_TYPE", "SERVICE_TYPE"].into_iter().filter_map(|name| Edition::newest().code_table(name));
    // Longer codes stand for several at once.
    let codes =
        tables.flat_map(|table| table.codes()).filter_map(|code| Some((code.code()?, code.meaning_ja())));
    codes.filter(|(code, _)| ServiceType::from_str(code).is_ok())
}

/// What a service type is called; its code where no table names it.
pub fn service_type_name(service_type: &ServiceType) -> String {
    let name =
        service_types().find(|(code, _)| *code == service_type.as_str()).map(|(_, name)| name.to_owned());
    name.unwrap_or_else(|| service_type.to_string())
}

/// A text in which width, case, spaces and the two kana make no difference.
fn fold(text: &str) -> String {
    let narrow = text.nfkc().flat_map(char::to_lowercase).filter(|letter| !letter.is_whitespace());
    // Hiragana and katakana lie 0x60 apart.
    let katakana = |letter: char| match letter {
        '\u{3041}'..='\u{3096}' => char::from_u32(u32::from(letter) + 0x60).unwrap_or(letter),
        _ => letter,
    };
    narrow.map(katakana).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_width_and_kana() {
        let partner = Partner {
            office: "9970000026".parse().unwrap(),
            name: "さくら訪問介護".to_owned(),
            kana: "サクラホウモンカイゴ".to_owned(),
            address: String::new(),
            service_types: Vec::new(),
            standing: Standing::Joined,
            asked_at: None,
            is_listed: false,
            is_exchanged: true,
            note: "火曜はＦＡＸ".to_owned(),
            preferred: None,
        };
        for words in ["ｻｸﾗ", "さくら かいご", "0026", "００２６", "fax", ""] {
            let words: Vec<String> = words.split_whitespace().map(fold).collect();
            assert!(partner.has_all(&words), "{words:?}");
        }
        assert!(!partner.has_all(&["もみじ".to_owned()]));
    }

    #[test]
    fn service_types_have_names() {
        let name = |code: &str| service_type_name(&code.parse().unwrap());
        assert_eq!(name("43"), "居宅介護支援");
        assert_eq!(name("11"), "訪問介護");
        assert_eq!(name("ZZ"), "ZZ");
    }
}
