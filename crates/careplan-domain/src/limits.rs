//! The limits both sides of the exchange obey. Each has its reason beside it.

/// One mebibyte.
pub const MIB: u64 = 1024 * 1024;

/// All files of one transmission together. Forms of one user for one month are well under 1 MiB;
/// scanned attachments dominate.
pub const TRANSMISSION_BYTES_MAX: u64 = 20 * MIB;

/// The sealed letter: the files, plus room for the manifest, its signature with chain, and one
/// wrapped key per terminal.
pub const SEALED_BYTES_MAX: u64 = TRANSMISSION_BYTES_MAX + 256 * 1024;

/// Files in one transmission: the largest unit of the standard has four forms and a handful of images.
pub const TRANSMISSION_FILES_MAX: u32 = 50;

/// Transmissions made by one action: a large office plans for some hundred users a month.
pub const DISPATCH_TRANSMISSIONS_MAX: usize = 1_000;

/// Active terminals of one office: every terminal costs a wrapped key in each letter.
pub const TERMINALS_MAX: usize = 16;

/// Entries in one page of a list.
pub const PAGE_ENTRIES_MAX: u32 = 500;

/// Characters in a reason that travels back with a refusal.
pub const REFUSAL_REASON_CHARS_MAX: usize = 500;

/// Characters of a password: long pass-phrases are welcome, the bound stops hashing of megabytes.
pub const PASSWORD_CHARS_MAX: usize = 128;
