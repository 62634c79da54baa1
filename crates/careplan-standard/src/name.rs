//! File names of the standard: what a file is, of which month, from whom, to whom, and when it was made.
//!
//! Promises: a [`FileName`] exists only for a name the standard allows; [`FileName::parse`] takes any text, never panics,
//! and says which part is wrong. Must never guess a part that is missing.

use std::fmt;

use crate::month::{YearMonth, digits, is_date, is_time};
use crate::prefix::{MonthPart, Prefix};

/// The longest name is an image's, 67 characters; anything far beyond it is not read any further.
pub const NAME_CHARS_MAX: usize = 128;

/// A name by the rule `PREFIX[_YYYYMM]_FROM_TYPE_TO_TYPE_YYYYMMDDHHMMSS.CSV` (file name rule of edition 4.1).
///
/// Read without regard to case; [`Display`](fmt::Display) writes the canonical form.
///
/// ```
/// use careplan_standard::{FileName, NameMonth, Prefix};
///
/// let name = FileName::parse("upplan_202611_9970000018_43_9970000026_11_20261025101500.csv")?;
/// assert_eq!(name.prefix(), Prefix::UpPlan);
/// assert!(matches!(name.month(), Some(NameMonth::Month(month)) if month.month() == 11));
/// assert_eq!(name.sender().number(), "9970000018");
/// assert_eq!(name.receiver().service_type(), "11");
/// assert_eq!(name.serial(), "20261025101500");
/// assert_eq!(name.to_string(), "UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV");
/// # Ok::<(), careplan_standard::NameFault>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    prefix: Prefix,
    month: Option<NameMonth>,
    sender: NamedOffice,
    receiver: NamedOffice,
    serial: String,
    branch: Option<String>,
}

/// The month part of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameMonth {
    /// `000000`: a supplement that goes with forms 1 to 3 and belongs to no month.
    Zero,
    /// The service month.
    Month(YearMonth),
}

impl fmt::Display for NameMonth {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => out.write_str("000000"),
            Self::Month(month) => month.fmt(out),
        }
    }
}

/// An office as file names address it: office number and service type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedOffice {
    number: String,
    service_type: String,
}

impl NamedOffice {
    /// The office number (事業所番号), ten characters.
    ///
    /// Digits by the standard. A capital letter in third place, as municipalities give it to offices of their own
    /// preventive services, is read here, so that the checks can say which number it is that keeps the file from being sent.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The same office number with another service type.
    pub(crate) fn of_type(&self, service_type: &str) -> Self {
        Self { number: self.number.clone(), service_type: service_type.to_owned() }
    }

    /// The service type code (サービス種類コード), two characters, e.g. `43` or `A2`. Not checked against the code table here.
    #[must_use]
    pub fn service_type(&self) -> &str {
        &self.service_type
    }
}

impl fmt::Display for NamedOffice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}_{}", self.number, self.service_type)
    }
}

/// What files share that were written together: the serial, and from whom to whom they go.
///
/// Ordered by serial, the order in which units are to be imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The file serial (ファイル連番), 14 digits.
    pub serial: String,
    /// The office that sends.
    pub sender: NamedOffice,
    /// The office that receives.
    pub receiver: NamedOffice,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}_{}_{}", self.serial, self.sender, self.receiver)
    }
}

/// Why a text is not a file name of the standard. The text of the error is Japanese, for the person who exported the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// Longer than [`NAME_CHARS_MAX`] characters.
    #[error("名前が長すぎます")]
    TooLong,
    /// A character that no name of the standard holds: a space, a slash, full-width letters.
    #[error("名前に半角英数字・「_」・「.」以外の文字があります")]
    Character,
    /// Neither `.CSV` nor, for an image, `.jpg`.
    #[error("拡張子が「.CSV」（家族構成の画像は「.jpg」）ではありません")]
    Extension,
    /// A second ending before the last one, as where `.CSV` was hidden and written once more.
    #[error("拡張子が二重になっています（「.」は一つだけです）")]
    DoubleExtension,
    /// The name begins with none of the eighteen prefixes.
    #[error("先頭のファイル種別（UPPLAN など）が標準仕様にありません")]
    Prefix,
    /// The name follows edition 3, without service types.
    #[error("サービス種類コードがありません（第3版までの名前です）")]
    EditionThree,
    /// An office number of nine digits, as one listing of the ministry's main document has it.
    #[error("事業所番号が9桁です（決まりは10桁）")]
    OfficeNumberOfNine,
    /// A serial of fifteen digits, as the same listing has it.
    #[error("ファイル連番が15桁です（決まりは14桁）")]
    SerialOfFifteen,
    /// Too many or too few parts between underscores.
    #[error("「_」で区切った部分の数が合いません")]
    Parts,
    /// This prefix needs a month.
    #[error("対象年月（YYYYMM）の部分が正しくありません")]
    Month,
    /// This prefix has no month part.
    #[error("この種別の名前には対象年月の部分を付けません")]
    MonthNotAllowed,
    /// An office number is not ten digits.
    #[error("事業所番号が半角数字10桁ではありません")]
    OfficeNumber,
    /// A service type is not two capitals or digits.
    #[error("サービス種類コードが半角英数字2桁ではありません")]
    ServiceType,
    /// The serial is not a point in time of 14 digits.
    #[error("ファイル連番（YYYYMMDDHHMMSS）が実在する日時の14桁ではありません")]
    Serial,
    /// The branch of an image is not four digits.
    #[error("画像の枝番が半角数字4桁ではありません")]
    Branch,
}

impl FileName {
    /// Reads a file name (without folders), in any mixture of capitals and small letters.
    ///
    /// # Errors
    /// [`NameFault`] names the first part that does not fit.
    pub fn parse(name: &str) -> Result<Self, NameFault> {
        if name.chars().nth(NAME_CHARS_MAX).is_some() {
            return Err(NameFault::TooLong);
        }
        let plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
        if !name.chars().all(plain) {
            return Err(NameFault::Character);
        }
        let upper = name.to_ascii_uppercase();
        let (stem, extension) = upper.rsplit_once('.').ok_or(NameFault::Extension)?;
        let (prefix, rest) = Prefix::split(stem).ok_or(NameFault::Prefix)?;
        if stem.contains('.') {
            return Err(NameFault::DoubleExtension);
        }
        if extension != if prefix.is_image() { "JPG" } else { "CSV" } {
            return Err(NameFault::Extension);
        }
        let parts: Vec<&str> = rest.split('_').collect();
        let (month, parts) = split_month(prefix, &parts)?;
        let branch = match (prefix.is_image(), parts) {
            (true, [.., branch]) if parts.len() == 6 => Some(*branch),
            (false, _) => None,
            (true, _) => return Err(NameFault::Parts),
        };
        let (from, from_type, to, to_type, serial) = match parts {
            [from, from_type, to, to_type, serial, ..]
                if parts.len() == 5 + usize::from(branch.is_some()) =>
            {
                (*from, *from_type, *to, *to_type, *serial)
            }
            [from, to, serial] if from.len() == 10 && to.len() == 10 && serial.len() >= 14 => {
                return Err(NameFault::EditionThree);
            }
            _ => return Err(NameFault::Parts),
        };
        Ok(Self {
            prefix,
            month,
            sender: office(from, from_type)?,
            receiver: office(to, to_type)?,
            serial: read_serial(serial)?,
            branch: branch.map(read_branch).transpose()?,
        })
    }

    /// What the file holds.
    #[must_use]
    pub fn prefix(&self) -> Prefix {
        self.prefix
    }

    /// The month part, where the prefix has one.
    #[must_use]
    pub fn month(&self) -> Option<NameMonth> {
        self.month
    }

    /// The service month, where the name carries a real one.
    #[must_use]
    pub fn service_month(&self) -> Option<YearMonth> {
        match self.month {
            Some(NameMonth::Month(month)) => Some(month),
            Some(NameMonth::Zero) | None => None,
        }
    }

    /// The office that sends.
    #[must_use]
    pub fn sender(&self) -> &NamedOffice {
        &self.sender
    }

    /// The office that receives.
    #[must_use]
    pub fn receiver(&self) -> &NamedOffice {
        &self.receiver
    }

    /// What the name shares with those of the files that were written together with it.
    ///
    /// ```
    /// use careplan_standard::FileName;
    ///
    /// let plan = FileName::parse("UPPLAN_202611_9970000018_43_9970000026_11_20261025101500.CSV")?;
    /// let annex = FileName::parse("UPSIKYU_202611_9970000018_43_9970000026_11_20261025101500.CSV")?;
    /// assert_eq!(plan.origin(), annex.origin());
    /// assert_eq!(plan.origin().to_string(), "20261025101500_9970000018_43_9970000026_11");
    /// # Ok::<(), careplan_standard::NameFault>(())
    /// ```
    #[must_use]
    pub fn origin(&self) -> Origin {
        let (serial, sender, receiver) = (self.serial.clone(), self.sender.clone(), self.receiver.clone());
        Origin { serial, sender, receiver }
    }

    /// The file serial (ファイル連番): 14 digits `YYYYMMDDHHMMSS`, the same for all files of a unit. Units are imported in its order.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The four digits that tell the images of one set apart.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }
}

impl NameFault {
    /// Whether only the ending keeps a name from being one of the standard, as far as it was read.
    pub(crate) fn is_of_the_ending(self) -> bool {
        matches!(self, Self::Extension | Self::DoubleExtension)
    }

    /// Whether the name follows a listing of the ministry that departs from its own rule.
    pub(crate) fn is_of_the_listing(self) -> bool {
        matches!(self, Self::OfficeNumberOfNine | Self::SerialOfFifteen)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}_", self.prefix)?;
        if let Some(month) = self.month {
            write!(out, "{month}_")?;
        }
        write!(out, "{}_{}_{}", self.sender, self.receiver, self.serial)?;
        match &self.branch {
            Some(branch) => write!(out, "_{branch}.jpg"),
            None => out.write_str(".CSV"),
        }
    }
}

type MonthAndRest<'p, 'n> = (Option<NameMonth>, &'p [&'n str]);

fn split_month<'p, 'n>(prefix: Prefix, parts: &'p [&'n str]) -> Result<MonthAndRest<'p, 'n>, NameFault> {
    let Some((first, rest)) = parts.split_first() else {
        return Err(NameFault::Parts);
    };
    match prefix.month_part() {
        MonthPart::ServiceOrZero if *first == "000000" => Ok((Some(NameMonth::Zero), rest)),
        MonthPart::Service | MonthPart::ServiceOrZero => {
            let month = YearMonth::parse(first).ok_or(NameFault::Month)?;
            Ok((Some(NameMonth::Month(month)), rest))
        }
        MonthPart::AbsentOrZero if *first == "000000" => Ok((Some(NameMonth::Zero), rest)),
        MonthPart::Absent | MonthPart::AbsentOrZero => {
            if first.len() == 6 && digits(first.as_bytes()).is_some() {
                return Err(NameFault::MonthNotAllowed);
            }
            Ok((None, parts))
        }
    }
}

fn office(number: &str, service_type: &str) -> Result<NamedOffice, NameFault> {
    if !is_office_number(number.as_bytes()) {
        let is_of_nine = number.len() == 9 && digits(number.as_bytes()).is_some();
        return Err(if is_of_nine { NameFault::OfficeNumberOfNine } else { NameFault::OfficeNumber });
    }
    if service_type.len() != 2 || !service_type.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(NameFault::ServiceType);
    }
    Ok(NamedOffice { number: number.to_owned(), service_type: service_type.to_owned() })
}

/// Ten digits; a capital letter in third place is read, too (see [`NamedOffice::number`]).
pub(crate) fn is_office_number(bytes: &[u8]) -> bool {
    bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(place, byte)| byte.is_ascii_digit() || (place == 2 && byte.is_ascii_uppercase()))
}

fn read_serial(text: &str) -> Result<String, NameFault> {
    let bytes = text.as_bytes();
    if bytes.len() == 15 && bytes.iter().all(u8::is_ascii_digit) {
        return Err(NameFault::SerialOfFifteen);
    }
    let (date, time) = bytes.split_at_checked(8).ok_or(NameFault::Serial)?;
    let (minute, second) = time.split_at_checked(4).ok_or(NameFault::Serial)?;
    let real = is_date(date)
        && is_time(minute)
        && second.len() == 2
        && digits(second).is_some_and(|second| second < 60);
    if real { Ok(text.to_owned()) } else { Err(NameFault::Serial) }
}

fn read_branch(text: &str) -> Result<String, NameFault> {
    if text.len() == 4 && digits(text.as_bytes()).is_some() {
        Ok(text.to_owned())
    } else {
        Err(NameFault::Branch)
    }
}
