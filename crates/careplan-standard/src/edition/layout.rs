//! Layouts: the items of a CSV file, in order.

use super::{Condition, Confidence, Key, OfficeRole, Totals};
use crate::prefix::Prefix;

/// The layout of one kind of CSV file.
#[derive(Debug)]
pub struct Layout {
    pub(crate) prefix: Prefix,
    pub(crate) name_ja: String,
    pub(crate) sender: OfficeRole,
    pub(crate) receiver: OfficeRole,
    /// The file whose annex it is.
    pub(crate) annex_of: Option<Prefix>,
    pub(crate) fields: Vec<Field>,
    pub(crate) links: Vec<Link>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) keys: Vec<Key>,
    pub(crate) totals: Option<Totals>,
}

impl Layout {
    /// Which kind of file this is.
    #[must_use]
    pub fn prefix(&self) -> Prefix {
        self.prefix
    }

    /// The ministry's name of the file.
    #[must_use]
    pub fn name_ja(&self) -> &str {
        &self.name_ja
    }

    /// The side that sends it.
    #[must_use]
    pub fn sender(&self) -> OfficeRole {
        self.sender
    }

    /// The side that receives it.
    #[must_use]
    pub fn receiver(&self) -> OfficeRole {
        self.receiver
    }

    /// The items in order; the first has number 1.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

/// One item (項目) of a layout.
#[derive(Debug)]
pub struct Field {
    pub(crate) no: u16,
    pub(crate) name_ja: String,
    pub(crate) name_en: String,
    pub(crate) shape: Shape,
    pub(crate) max_len: Option<usize>,
    pub(crate) tolerated_len: Option<usize>,
    pub(crate) required: Required,
    pub(crate) code_table: Option<String>,
    pub(crate) special: Option<String>,
    pub(crate) confidence: Confidence,
    pub(crate) inferred: Option<Attribute>,
}

/// The attribute of an item that is a reading of ours, where its row is marked as inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    Required,
    MaxLen,
}

impl Field {
    /// The item number, from 1.
    #[must_use]
    pub fn no(&self) -> u16 {
        self.no
    }

    /// The ministry's name of the item.
    #[must_use]
    pub fn name_ja(&self) -> &str {
        &self.name_ja
    }

    /// Our English name of the item, unique in its layout.
    #[must_use]
    pub fn name_en(&self) -> &str {
        &self.name_en
    }

    /// What values look like.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The longest value in bytes (項目長); `None` for free text.
    #[must_use]
    pub fn max_len(&self) -> Option<usize> {
        self.max_len
    }

    /// Whether a value must be there.
    #[must_use]
    pub fn required(&self) -> Required {
        self.required
    }

    /// The name of the code table the value is taken from.
    #[must_use]
    pub fn code_table(&self) -> Option<&str> {
        self.code_table.as_deref()
    }

    /// How well the item's row is supported.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// Number and name of the item, for a message.
    pub(crate) fn label_ja(&self) -> String {
        format!("項目{}「{}」", self.no, self.name_ja)
    }

    /// The support of one attribute: where the row says what is inferred, the rest of it is confirmed.
    pub(crate) fn confidence_of(&self, attribute: Option<Attribute>) -> Confidence {
        match (self.confidence, self.inferred) {
            (Confidence::Inferred, Some(inferred)) if attribute != Some(inferred) => Confidence::Confirmed,
            (confidence, _) => confidence,
        }
    }
}

/// The required mark of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// 必須 (○).
    Yes,
    /// Only 必要 is marked (△); the standard does not explain the difference, so an empty value warns.
    Needed,
    /// Not marked.
    No,
}

/// What the values of an item look like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// The CSV version value.
    Version,
    /// `YYYYMM`.
    YearMonth,
    /// `YYYYMMDD`.
    Date,
    /// `HHMM`; `true` where 9999 stands for a service without clock times.
    Time(bool),
    /// A whole number.
    Integer,
    /// 1, 2, 3, …
    Counting,
    /// A number with up to two decimals.
    Decimal,
    /// 31 characters of 0 and 1, one for each day.
    DayFlags,
    /// An office number of ten digits.
    OfficeNumber,
    /// Exactly this many digits.
    Digits(usize),
    /// An insured person's number: ten digits, or H and nine digits.
    InsuredNumber,
    /// `NNN-NNNN`.
    PostalCode,
    /// `NNNNN-NNNNNN`: TAIS code or equipment notice code.
    EquipmentCode,
    /// Type and item of the national service code table, six characters.
    ServiceCode,
    /// A value of the item's code table.
    Code,
    /// One fixed value.
    Fixed(String),
    /// An item the standard keeps empty.
    Unused,
    /// Half-width letters, digits and signs.
    Alphanumeric,
    /// Free text, in double quotes.
    FreeText,
}

impl Shape {
    /// Reads the type and format columns of a layout table.
    pub(crate) fn parse(kind: &str, format: &str, code_table: &str) -> Option<Self> {
        let shape = match (kind, format) {
            ("年月", "YYYYMM") if code_table == "CSV_VERSION" => Self::Version,
            ("年月", "YYYYMM") => Self::YearMonth,
            ("日付", "YYYYMMDD") => Self::Date,
            ("時刻", "HHMM") => Self::Time(false),
            ("時刻", "HHMM or 9999") => Self::Time(true),
            ("数字", "integer" | "") => Self::Integer,
            ("数字", "1,2,3..." | "1-99") => Self::Counting,
            ("数字", "31 characters of 0/1") => Self::DayFlags,
            ("小数", "99.99") => Self::Decimal,
            ("英数", "10 digits") => Self::OfficeNumber,
            ("英数", "6 digits") => Self::Digits(6),
            ("英数", "10 digits, or H + 9 digits") => Self::InsuredNumber,
            ("英数", "NNN-NNNN") => Self::PostalCode,
            ("英数", "NNNNN-NNNNNN") => Self::EquipmentCode,
            ("英数", "2-char type + 4-char item") => Self::ServiceCode,
            ("英数", "6 chars") | ("コード" | "フラグ", _) if !code_table.is_empty() => Self::Code,
            ("英数", "9999999999") => Self::Fixed(format.to_owned()),
            ("英数", "empty") => Self::Unused,
            ("英数", "" | "1,2,3... or own number") => Self::Alphanumeric,
            ("文字", _) => Self::FreeText,
            _ => return None,
        };
        Some(shape)
    }

    /// What a right value looks like, for a message.
    pub(crate) fn expected_ja(&self) -> String {
        let text = match self {
            Self::Version => "CSVバージョン6桁（YYYYMM）",
            Self::YearMonth => "実在する西暦の年月6桁（YYYYMM）",
            Self::Date => "実在する西暦の年月日8桁（YYYYMMDD）",
            Self::Time(true) => "24時間制の時刻4桁（HHMM、時刻のないサービスは9999）",
            Self::Time(false) => "24時間制の時刻4桁（HHMM）",
            Self::Integer => "半角の整数",
            Self::Counting => "1から始まる半角の整数",
            Self::Decimal => "小数2桁までの半角の数（99.99）",
            Self::DayFlags => "0と1だけの31文字（1日から31日まで）",
            Self::OfficeNumber => "半角数字10桁の事業所番号",
            Self::Digits(count) => return format!("半角数字{count}桁"),
            Self::InsuredNumber => "半角数字10桁、または「H」と半角数字9桁",
            Self::PostalCode => "「NNN-NNNN」の形の郵便番号",
            Self::EquipmentCode => "「NNNNN-NNNNNN」の形のコード",
            Self::ServiceCode => "半角英数字6桁のサービスコード",
            Self::Code => "コード表にある値",
            Self::Fixed(value) => return format!("固定値「{value}」"),
            Self::Unused => "空",
            Self::Alphanumeric => "半角の英数字と記号",
            Self::FreeText => "文字",
        };
        text.to_owned()
    }
}

/// What an item of the content says about the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkMeaning {
    /// The service month of the name.
    Month,
    /// The sender's office number, in every record.
    SenderNumber,
    /// The receiver's office number, in every record.
    ReceiverNumber,
    /// The value begins with the sender's service type.
    SenderServiceType,
    /// The receiver's office number, in at least one record.
    ReceiverSomewhere,
    /// The receiver's office number, in at least one record of each person.
    ReceiverPerPerson,
    /// The name of an image that travels with the file.
    ImageName,
    /// The item that holds the name of an image when items are counted as in the ministry's worked example.
    ImageNameOfExample,
    /// The plan date beside forms 1 to 3; zeros beside a slip.
    PlanDateUnlessSlip,
}

impl LinkMeaning {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "month" => Self::Month,
            "sender_number" => Self::SenderNumber,
            "receiver_number" => Self::ReceiverNumber,
            "sender_service_type" => Self::SenderServiceType,
            "receiver_somewhere" => Self::ReceiverSomewhere,
            "receiver_per_person" => Self::ReceiverPerPerson,
            "image_name" => Self::ImageName,
            "image_name_of_example" => Self::ImageNameOfExample,
            "plan_date_unless_slip" => Self::PlanDateUnlessSlip,
            _ => return None,
        })
    }
}

/// An item that must agree with the file's name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    /// Index into the layout's fields.
    pub(crate) index: usize,
    pub(crate) meaning: LinkMeaning,
    pub(crate) confidence: Confidence,
}
