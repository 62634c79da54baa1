//! Files of several editions in one folder.
//!
//! Promises: every file comes out exactly once, files of one origin stay together, and the order in which they come does not matter.

use std::collections::BTreeMap;

use super::Edition;
use crate::check::SourceFile;
use crate::name::{FileName, Origin};

impl Edition {
    /// Shares files out among the editions they are written in, as indexes in the order of the files; older editions first, none
    /// without files. Where software is updated within a month, a folder holds units of both editions. What is no file of the standard is
    /// with the newest edition, and so are files that state no version that is known.
    ///
    /// ```
    /// use careplan_standard::{Edition, SourceFile, check_unit, sort_into_units};
    ///
    /// let name = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
    /// let files = [SourceFile::new(name, b"202407,990001,0009900021,20261015\r\n")];
    /// for (edition, indexes) in Edition::share_out(&files) {
    ///     let share: Vec<SourceFile<'_>> = indexes.iter().map(|index| files[*index]).collect();
    ///     for unit in sort_into_units(edition, &share).units {
    ///         assert!(check_unit(edition, &share, &unit).is_empty());
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn share_out(files: &[SourceFile<'_>]) -> Vec<(&'static Self, Vec<usize>)> {
        Self::share_among(Self::all(), files)
    }

    /// Shares files out among some editions, of which the last is the newest.
    fn share_among<'e>(editions: &'e [Self], files: &[SourceFile<'_>]) -> Vec<(&'e Self, Vec<usize>)> {
        let mut origins: BTreeMap<Option<Origin>, Vec<(Option<FileName>, usize)>> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            let name = FileName::parse(file.name).ok();
            origins.entry(name.as_ref().map(FileName::origin)).or_default().push((name, index));
        }
        let mut shares: Vec<(&Self, Vec<usize>)> = editions.iter().map(|edition| (edition, vec![])).collect();
        for (origin, mut members) in origins {
            members.sort();
            let own: Vec<SourceFile<'_>> =
                members.iter().filter_map(|(_, index)| files.get(*index).copied()).collect();
            let stated = origin.and_then(|_| Self::among(editions, &own)).or(editions.last());
            let share =
                shares.iter_mut().find(|(edition, _)| stated.is_some_and(|it| std::ptr::eq(it, *edition)));
            if let Some((_, share)) = share {
                share.extend(members.iter().map(|(_, index)| index));
            }
        }
        shares.retain(|(_, share)| !share.is_empty());
        shares.iter_mut().for_each(|(_, share)| share.sort_unstable());
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::{EditionTables, tables};
    use crate::{check_unit, sort_into_units};

    const OLD: &str = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV";
    const NEW: &str = "DLTPLAN_202704_9970000018_43_9970000026_11_20270421110000.CSV";
    /// Of one origin with the one above.
    const NEW_TOO: &str = "DLT1KYO_9970000018_43_9970000026_11_20270421110000.CSV";
    const OLD_ROW: &[u8] = b"202407,990001,0009900021,20261015\r\n";
    const NEW_ROW: &[u8] = b"202704,990001,0009900021,202704\r\n";

    /// Edition 4.1, and one whose version is 202704.
    fn editions() -> [Edition; 2] {
        let present = &tables::EDITIONS[0];
        let codes = present.codes.replace("CSV_VERSION,202407,", "CSV_VERSION,202704,");
        let next = EditionTables { name: "9.9", codes: &codes, ..*present };
        [tables::read(present).unwrap(), tables::read(&next).unwrap()]
    }

    fn shared(files: &[SourceFile<'_>]) -> Vec<(String, Vec<usize>)> {
        let editions = editions();
        let shares = Edition::share_among(&editions, files).into_iter();
        shares.map(|(edition, share)| (edition.name().to_owned(), share)).collect()
    }

    #[test]
    fn units_of_two_editions_in_one_folder_are_each_checked_by_their_own() {
        let editions = editions();
        for files in [
            [SourceFile::new(OLD, OLD_ROW), SourceFile::new(NEW, NEW_ROW)],
            [SourceFile::new(NEW, NEW_ROW), SourceFile::new(OLD, OLD_ROW)],
        ] {
            let mut checked = 0;
            for (edition, indexes) in Edition::share_among(&editions, &files) {
                let share: Vec<SourceFile<'_>> = indexes.iter().map(|index| files[*index]).collect();
                for unit in sort_into_units(edition, &share).units {
                    assert_eq!(check_unit(edition, &share, &unit), []);
                    checked += 1;
                }
            }
            assert_eq!(checked, 2);
        }
    }

    #[test]
    fn files_of_one_origin_stay_together_in_whatever_order_they_come() {
        let (one, other) = (SourceFile::new(NEW, NEW_ROW), SourceFile::new(NEW_TOO, OLD_ROW));
        assert_eq!(shared(&[one, other]), [("4.1".to_owned(), vec![0, 1])]);
        assert_eq!(shared(&[other, one]), [("4.1".to_owned(), vec![0, 1])]);
    }

    #[test]
    fn what_says_nothing_and_what_is_none_of_the_standard_goes_to_the_newest() {
        let files = [
            SourceFile::new(OLD, OLD_ROW),
            SourceFile::new("202407.csv", b"202407,1\r\n"),
            SourceFile::new(NEW, b""),
        ];
        assert_eq!(shared(&files), [("4.1".to_owned(), vec![0]), ("9.9".to_owned(), vec![1, 2])]);
        assert_eq!(shared(&[]), []);
    }
}
