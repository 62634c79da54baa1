//! Codes and numbers that name something: offices, persons, services. Valid by their form, not checked against any table.

use std::fmt;

use serde::{Serialize, Serializer};

use super::item::{ItemKind, ItemValue};
use crate::edition::{is_code_char, is_service_code};

/// Texts that are names: numbers and codes, valid by their form only.
macro_rules! named {
    ($($(#[$doc:meta])* $name:ident if $fits:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The value of this text; `None` when it is not of the right form.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let fits: fn(&[u8]) -> bool = $fits;
                fits(text.as_bytes()).then(|| Self(text.to_owned()))
            }

            /// The characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($name), "(＊＊＊)"))
            }
        }

        impl ItemValue for $name {
            const KIND: ItemKind = ItemKind::Code;

            fn read(text: &str) -> Option<Self> {
                Self::parse(text)
            }

            fn text(&self) -> String {
                self.0.clone()
            }
        }
    )+};
}

fn all(value: &[u8], length: usize, allowed: fn(&u8) -> bool) -> bool {
    value.len() == length && value.iter().all(allowed)
}

named! {
    /// A value of a code table. Not checked against the table: an unknown code is shown as itself.
    Code if |value| !value.is_empty() && value.iter().all(u8::is_ascii_graphic);
    /// An office number (事業所番号), ten characters.
    OfficeNumber if |value| all(value, 10, is_code_char);
    /// An insurer number (保険者番号), six digits.
    InsurerNumber if |value| all(value, 6, u8::is_ascii_digit);
    /// An insured person's number (被保険者番号): ten digits, or H and nine digits.
    InsuredNumber if |value| match value {
        [b'H', rest @ ..] => all(rest, 9, u8::is_ascii_digit),
        value => all(value, 10, u8::is_ascii_digit),
    };
    /// A service code (サービスコード): type and item of the national table, six characters.
    ServiceCode if is_service_code;
}

impl ServiceCode {
    /// The service type (サービス種類コード), the first two characters.
    #[must_use]
    pub fn service_type(&self) -> &str {
        // cannot fail: six ASCII characters.
        self.0.get(..2).unwrap_or_default()
    }
}

/// What a row of form 7 is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BenefitRow {
    /// A service.
    Service(ServiceCode),
    /// Subtotal of a service type inside the limit (`AAAA`).
    Subtotal(String),
    /// Subtotal of a service type outside the limit (`EEEE`).
    SubtotalOutside(String),
    /// Subtotal of a service type beyond 30 days (`ZZZZ`).
    SubtotalOver30Days(String),
    /// Grand total (`999999`).
    Total,
}

impl BenefitRow {
    /// Whether the row adds up others.
    #[must_use]
    pub fn is_total(&self) -> bool {
        !matches!(self, Self::Service(_))
    }
}

impl fmt::Debug for BenefitRow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("BenefitRow(＊＊＊)")
    }
}

impl ItemValue for BenefitRow {
    const KIND: ItemKind = ItemKind::Code;

    fn read(text: &str) -> Option<Self> {
        let code = ServiceCode::parse(text)?;
        let service_type = code.service_type().to_owned();
        Some(match text.get(2..) {
            _ if text == "999999" => Self::Total,
            Some("AAAA") => Self::Subtotal(service_type),
            Some("EEEE") => Self::SubtotalOutside(service_type),
            Some("ZZZZ") => Self::SubtotalOver30Days(service_type),
            _ => Self::Service(code),
        })
    }

    fn text(&self) -> String {
        match self {
            Self::Service(code) => code.as_str().to_owned(),
            Self::Subtotal(kind) => format!("{kind}AAAA"),
            Self::SubtotalOutside(kind) => format!("{kind}EEEE"),
            Self::SubtotalOver30Days(kind) => format!("{kind}ZZZZ"),
            Self::Total => "999999".to_owned(),
        }
    }
}

impl Serialize for BenefitRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}
