//! The pages, a file for each family. A handler is: read what was typed → ask the room below → draw or go on.

pub(super) mod account;
pub(super) mod assets;
pub(super) mod certificates;
pub(super) mod documents;
pub(super) mod downloads;
pub(super) mod factor;
pub(super) mod help;
pub(super) mod licence;
pub(super) mod login;
pub(super) mod lost;
pub(super) mod mail_link;
pub(super) mod notices;
pub(super) mod offices;
pub(super) mod offices_csv;
pub(super) mod password;
pub(super) mod revocation;
pub(super) mod status;
pub(super) mod top;
