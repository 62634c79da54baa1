//! The pages, one file for each family.

pub(super) mod assets;
pub(super) mod board;
pub(super) mod certificate_forms;
pub(super) mod exchanged;
pub(super) mod factor;
pub(super) mod folders;
mod forms;
mod lists;
pub(super) mod login;
pub(super) mod me;
pub(super) mod news;
pub(super) mod notices;
pub(super) mod partners;
pub(super) mod password;
pub(super) mod received;
pub(super) mod record;
pub(super) mod reminders;
pub(super) mod reports;
pub(super) mod search;
pub(super) mod send;
pub(super) mod sent;
pub(super) mod settings;
pub(super) mod staff;
pub(super) mod start;
pub(super) mod top;
mod versions;
mod way_out;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved signs (RFC 3986, section 2.3).
const BUT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encoded, for a part of a path or of a header (RFC 3986, section 2.1; RFC 8187, section 3.2.1).
fn percent(text: &str) -> String {
    utf8_percent_encode(text, BUT_UNRESERVED).to_string()
}
