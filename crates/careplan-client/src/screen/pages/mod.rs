//! The pages, one file for each family.

pub(super) mod assets;
pub(super) mod board;
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

/// Percent-encoded, for a part of a path or of a header (RFC 3986, section 2.1; RFC 8187, section 3.2.1).
fn percent(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
