//! Passwords that are printed in a letter and typed once: no characters that look alike.

use aws_lc_rs::rand;
use careplan_domain::Secret;

use crate::HashFault;

/// Digits and capital letters without 0 and O, 1 and I: 32, so five bits each.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// 60 bits: tried over the network only, three times in half an hour.
const TEMPORARY_CHARS: usize = 12;

/// 80 bits: it stands for the office until it is used.
const ISSUE_CHARS: usize = 16;

/// Characters between two hyphens of what is typed from paper.
const GROUP_CHARS: usize = 4;

/// A password for the first log-in.
///
/// # Errors
/// When the system gives no randomness.
pub fn temporary_password() -> Result<Secret, HashFault> {
    letters(TEMPORARY_CHARS).map(Secret::new)
}

/// An issue password in groups of four: `ABCD-EFGH-JKLM-NPQR`.
///
/// # Errors
/// When the system gives no randomness.
pub fn issue_password() -> Result<Secret, HashFault> {
    grouped(ISSUE_CHARS)
}

/// So many letters in groups of four.
///
/// # Errors
/// When the system gives no randomness.
pub fn grouped(count: usize) -> Result<Secret, HashFault> {
    let letters = zeroize::Zeroizing::new(letters(count)?);
    let mut grouped = String::with_capacity(count + count / GROUP_CHARS);
    for (place, letter) in letters.chars().enumerate() {
        if place > 0 && place % GROUP_CHARS == 0 {
            grouped.push('-');
        }
        grouped.push(letter);
    }
    Ok(Secret::new(grouped))
}

/// What is left of an issue password when hyphens, spaces and small letters do not matter.
pub fn plain(typed: &Secret) -> Secret {
    let mut plain = String::with_capacity(typed.expose().len());
    plain.extend(
        typed
            .expose()
            .chars()
            .filter(|letter| *letter != '-' && !letter.is_whitespace())
            .map(|letter| letter.to_ascii_uppercase()),
    );
    Secret::new(plain)
}

fn letters(count: usize) -> Result<String, HashFault> {
    let mut bytes = zeroize::Zeroizing::new(vec![0; count]);
    rand::fill(&mut bytes).map_err(|_| HashFault::Randomness)?;
    // 256 is a multiple of 32, so every letter is as likely as any other.
    Ok(bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_issue_password_is_four_groups_of_four_clear_letters() {
        let password = issue_password().unwrap();
        let groups: Vec<&str> = password.expose().split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4, 4]);
        assert!(groups.concat().bytes().all(|letter| ALPHABET.contains(&letter)));
        assert!(!ALPHABET.iter().any(|letter| b"01OIl".contains(letter)));
        assert_eq!(temporary_password().unwrap().expose().len(), 12);
    }

    #[test]
    fn passwords_differ_and_use_the_whole_alphabet() {
        let passwords: BTreeSet<String> =
            (0..200).map(|_| temporary_password().unwrap().expose().to_owned()).collect();
        assert_eq!(passwords.len(), 200);
        let used: BTreeSet<u8> = passwords.iter().flat_map(|password| password.bytes()).collect();
        assert_eq!(used.len(), ALPHABET.len());
    }

    #[test]
    fn hyphens_spaces_and_small_letters_do_not_matter_when_typing() {
        let typed = Secret::new(" abcd-efgh jklm\u{3000}NPQR ");
        assert_eq!(plain(&typed).expose(), "ABCDEFGHJKLMNPQR");
    }
}
