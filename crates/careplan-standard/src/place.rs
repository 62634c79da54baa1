//! Places in a file: byte, line, column and record.

use crate::ms932::char_len;

/// Where in a file something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) byte: usize,
    pub(crate) record: Option<u64>,
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// Finds line and column of byte offsets.
///
/// Goes forward from the last place it was asked for, so that many questions about one long record cost one pass. An offset
/// further back restarts at the beginning of the current record.
#[derive(Debug)]
pub(crate) struct Locator<'a> {
    bytes: &'a [u8],
    record: Cursor,
    cursor: Cursor,
    record_no: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Cursor {
    byte: usize,
    line: u64,
    column: u64,
}

impl<'a> Locator<'a> {
    /// Begins at offset `byte`, the first of line 1.
    pub(crate) fn new(bytes: &'a [u8], byte: usize) -> Self {
        let start = Cursor { byte, line: 1, column: 1 };
        Self { bytes, record: start, cursor: start, record_no: None }
    }

    /// Says where the record begins that is asked about next. Records begin in column 1.
    pub(crate) fn enter(&mut self, record_no: u64, byte: usize, line: u64) {
        self.record = Cursor { byte, line, column: 1 };
        self.record_no = Some(record_no);
        if self.cursor.byte < byte {
            self.cursor = self.record;
        }
    }

    /// The place of an offset.
    pub(crate) fn place(&mut self, byte: usize) -> Place {
        if byte < self.cursor.byte {
            self.cursor = self.record;
        }
        while self.cursor.byte < byte {
            let rest = self.bytes.get(self.cursor.byte..).unwrap_or_default();
            let length = char_len(rest);
            if length == 0 || self.cursor.byte + length > byte {
                break;
            }
            let breaks = match rest {
                [b'\n', ..] => true,
                [b'\r', next, ..] => *next != b'\n',
                _ => false,
            };
            self.cursor.byte += length;
            if breaks {
                self.cursor.line += 1;
                self.cursor.column = 1;
            } else {
                self.cursor.column += 1;
            }
        }
        Place { byte, record: self.record_no, line: self.cursor.line, column: self.cursor.column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_bytes() {
        let bytes = b"\x8C\xA9\x96\x7B,1\r\nx,y\n";
        let mut locator = Locator::new(bytes, 0);
        locator.enter(1, 0, 1);
        let place = locator.place(5);
        assert_eq!((place.line, place.column, place.record), (1, 4, Some(1)));
        let back = locator.place(2);
        assert_eq!((back.line, back.column), (1, 2));
        locator.enter(2, 8, 2);
        let next = locator.place(10);
        assert_eq!((next.line, next.column, next.record), (2, 3, Some(2)));
    }

    #[test]
    fn line_breaks_inside_a_record_begin_a_new_line() {
        let mut locator = Locator::new(b"1,\"a\r\nb\rc\nd\"", 0);
        locator.enter(1, 0, 1);
        let places: Vec<(u64, u64)> = [3, 6, 8, 10]
            .into_iter()
            .map(|byte| locator.place(byte))
            .map(|place| (place.line, place.column))
            .collect();
        assert_eq!(places, [(1, 4), (2, 1), (3, 1), (4, 1)]);
    }
}
