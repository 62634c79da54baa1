//! Who sends and who receives: 事業所番号, サービス種類コード, and the address made of both.
//!
//! One office number can run several service types, so a letter is addressed to number **and**
//! type; two service types of one number can write to each other.

use std::fmt;
use std::str::FromStr;

/// Why a text is not an office number, a service type, an address or a user ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfficeFault {
    /// Not exactly ten half-width digits.
    #[error("an office number has exactly 10 half-width digits")]
    NumberShape,
    /// The first two digits name no prefecture (01–47, or 99 for practice offices).
    #[error("the first two digits of an office number are a prefecture (01-47), or 99 for practice")]
    Prefecture,
    /// Not exactly two half-width digits or capital letters.
    #[error("a service type has exactly 2 half-width digits or capital letters")]
    ServiceTypeShape,
    /// Not of the form `number-type`.
    #[error("an address is an office number, a hyphen and a service type: 9970000018-43")]
    AddressShape,
    /// Not `KJ`, two digits of the prefecture and the office number.
    #[error("a user ID is KJ, the prefecture and the office number: 14 characters")]
    UserIdShape,
}

/// 事業所番号: ten digits, the first two of which are the prefecture (01–47).
///
/// Numbers that begin with 99 belong to no prefecture; the exchange keeps them for practice
/// offices, examples and tests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeNumber([u8; 10]);

impl OfficeNumber {
    /// The ten digits.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }

    /// The two-digit prefecture code (`01`–`47`, or `99`).
    pub fn prefecture(&self) -> &str {
        ascii(&self.0[..2])
    }
}

impl FromStr for OfficeNumber {
    type Err = OfficeFault;

    fn from_str(text: &str) -> Result<Self, OfficeFault> {
        let digits: [u8; 10] = text.as_bytes().try_into().map_err(|_| OfficeFault::NumberShape)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(OfficeFault::NumberShape);
        }
        match (digits[0] - b'0') * 10 + (digits[1] - b'0') {
            1..=47 | 99 => Ok(Self(digits)),
            _ => Err(OfficeFault::Prefecture),
        }
    }
}

/// サービス種類コード: two characters, such as `43` (居宅介護支援), `11` (訪問介護), `A2`.
///
/// Only the shape is checked: the table of types belongs to an edition of the ministry's standard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceType([u8; 2]);

impl ServiceType {
    /// The two characters.
    pub fn as_str(&self) -> &str {
        ascii(&self.0)
    }
}

impl FromStr for ServiceType {
    type Err = OfficeFault;

    fn from_str(text: &str) -> Result<Self, OfficeFault> {
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| OfficeFault::ServiceTypeShape)?;
        if code.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
            Ok(Self(code))
        } else {
            Err(OfficeFault::ServiceTypeShape)
        }
    }
}

/// 宛先: an office number and one of its service types, written `9970000018-43`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Whose mailbox it is.
    pub office: OfficeNumber,
    /// Which of the office's services is meant.
    pub service_type: ServiceType,
}

impl FromStr for Address {
    type Err = OfficeFault;

    fn from_str(text: &str) -> Result<Self, OfficeFault> {
        let (office, service_type) = text.split_once('-').ok_or(OfficeFault::AddressShape)?;
        Ok(Self { office: office.parse()?, service_type: service_type.parse()? })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.office, self.service_type)
    }
}

/// ユーザID: `KJ`, the prefecture and the office number — 14 characters, one per office.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(String);

impl UserId {
    /// The user ID of an office.
    pub fn of(office: &OfficeNumber) -> Self {
        Self(format!("KJ{}{office}", office.prefecture()))
    }

    /// The office this user ID belongs to.
    pub fn office(&self) -> OfficeNumber {
        let mut digits = [0; 10];
        digits.copy_from_slice(&self.0.as_bytes()[4..14]);
        OfficeNumber(digits)
    }

    /// The 14 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserId {
    type Err = OfficeFault;

    fn from_str(text: &str) -> Result<Self, OfficeFault> {
        let number = text.strip_prefix("KJ").filter(|rest| rest.len() == 12 && rest.is_ascii());
        let number = number.ok_or(OfficeFault::UserIdShape)?;
        let user_id = Self::of(&number[2..].parse()?);
        if user_id.0 == text { Ok(user_id) } else { Err(OfficeFault::UserIdShape) }
    }
}

fn ascii(bytes: &[u8]) -> &str {
    // cannot fail: the constructors above admit ASCII only; the fallback keeps this panic-free.
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Debug and serde as the plain text of `Display` and `FromStr`.
macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use as_text;

macro_rules! display_as_str {
    ($($type:ty),*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
display_as_str!(OfficeNumber, ServiceType, UserId);
as_text!(OfficeNumber, ServiceType, UserId, Address);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_number_is_ten_digits_of_a_prefecture() {
        for good in ["0170000018", "4770000018", "9970000018"] {
            assert_eq!(good.parse::<OfficeNumber>().map(|it| it.to_string()), Ok(good.into()));
        }
        for shape in ["", "997000001", "99700000180", "997000001a", "９９７０００００１８"] {
            assert_eq!(shape.parse::<OfficeNumber>(), Err(OfficeFault::NumberShape), "{shape}");
        }
        for prefecture in ["0070000018", "4870000018", "9870000018"] {
            assert_eq!(prefecture.parse::<OfficeNumber>(), Err(OfficeFault::Prefecture));
        }
    }

    #[test]
    fn an_address_is_read_back_as_it_was_written() {
        for good in ["9970000018-43", "9970000026-2A", "0170000018-A2"] {
            assert_eq!(good.parse::<Address>().map(|it| it.to_string()), Ok(good.into()));
        }
        assert_eq!("9970000018".parse::<Address>(), Err(OfficeFault::AddressShape));
        assert_eq!("9970000018-4".parse::<Address>(), Err(OfficeFault::ServiceTypeShape));
        assert_eq!("9970000018-a2".parse::<Address>(), Err(OfficeFault::ServiceTypeShape));
    }

    #[test]
    fn a_user_id_names_its_office_and_repeats_its_prefecture() {
        let user_id: UserId = "KJ999970000018".parse().unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(user_id.office().as_str(), "9970000018");
        assert_eq!("KJ019970000018".parse::<UserId>(), Err(OfficeFault::UserIdShape));
        assert_eq!("KK999970000018".parse::<UserId>(), Err(OfficeFault::UserIdShape));
        assert_eq!("KJ99997000001８".parse::<UserId>(), Err(OfficeFault::UserIdShape));
    }
}
