//! What a file really is, judged by its bytes.

/// What the bytes of a file look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentKind {
    /// A file to be read as CSV of the standard.
    StandardCsv,
    /// A PDF document.
    Pdf,
    /// A JPEG picture.
    Jpeg,
    /// Something else; the text says in Japanese what it looks like.
    Other(&'static str),
}

/// What text under a name that is not one of CSV looks like.
pub(crate) const TEXT: &str = "文字のファイル";

/// Bytes within which a PDF announces itself; readers accept it anywhere in the first kilobyte.
const PDF_SEARCH_BYTES: usize = 1024;

/// Bytes looked at to tell text from anything else.
const TEXT_SEARCH_BYTES: usize = 4096;

const SIGNATURES: [(&[u8], &str); 15] = [
    (b"MZ", "Windows実行ファイル"),
    (b"\x7FELF", "Linux実行ファイル"),
    (b"\xCF\xFA\xED\xFE", "macOS実行ファイル"),
    (b"\xFE\xED\xFA\xCF", "macOS実行ファイル"),
    (b"PK\x03\x04", "ZIP形式のファイル（ZIP・Excel・Wordなど）"),
    (b"PK\x05\x06", "空のZIPファイル"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "旧形式のExcel・Wordなどのファイル"),
    (b"7z\xBC\xAF\x27\x1C", "7z圧縮ファイル"),
    (b"Rar!\x1A\x07", "RAR圧縮ファイル"),
    (b"\x1F\x8B", "gzip圧縮ファイル"),
    (b"\x89PNG\r\n\x1A\n", "PNG画像"),
    (b"GIF8", "GIF画像"),
    (b"II*\0", "TIFF画像"),
    (b"MM\0*", "TIFF画像"),
    (b"{\\rtf", "RTF文書"),
];

/// Judges a file by its content. The name only decides whether text is meant to be CSV: it must end in `.csv`.
///
/// ```
/// use careplan_standard::{ContentKind, judge};
///
/// assert_eq!(judge("plan.pdf", b"MZ\x90\0"), ContentKind::Other("Windows実行ファイル"));
/// assert_eq!(judge("scan.csv", b"%PDF-1.7\n"), ContentKind::Pdf);
/// ```
#[must_use]
pub fn judge(name: &str, bytes: &[u8]) -> ContentKind {
    if bytes.starts_with(b"%PDF-") {
        return ContentKind::Pdf;
    }
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        return ContentKind::Jpeg;
    }
    if let Some((_, kind)) = SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start)) {
        return ContentKind::Other(kind);
    }
    if is_csv_name(name) {
        return ContentKind::StandardCsv;
    }
    let head = bytes.get(..PDF_SEARCH_BYTES).unwrap_or(bytes);
    if head.windows(5).any(|window| window == b"%PDF-") {
        return ContentKind::Pdf;
    }
    let head = bytes.get(..TEXT_SEARCH_BYTES).unwrap_or(bytes);
    ContentKind::Other(if bytes.is_empty() {
        "空のファイル"
    } else if head.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\r' | b'\n' | b'\t')) {
        TEXT
    } else {
        "種類の分からないファイル"
    })
}

/// Whether a name ends in `.csv`, in whatever case.
fn is_csv_name(name: &str) -> bool {
    let end = name.len().checked_sub(4).and_then(|start| name.get(start..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(".csv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_is_recognised_under_a_csv_name() {
        for (start, kind) in SIGNATURES {
            assert_eq!(judge("UPPLAN.CSV", start), ContentKind::Other(kind));
        }
    }

    #[test]
    fn text_is_csv_only_under_a_csv_name() {
        assert_eq!(judge("a.csv", b"1,2\r\n"), ContentKind::StandardCsv);
        assert_eq!(judge("a.CSV", b""), ContentKind::StandardCsv);
        assert_eq!(judge("a.txt", b"1,2\r\n"), ContentKind::Other("文字のファイル"));
        assert_eq!(judge("a.txt", b""), ContentKind::Other("空のファイル"));
        assert_eq!(judge("a.bin", b"1\x002"), ContentKind::Other("種類の分からないファイル"));
        assert_eq!(judge("計画.CSV", b"1"), ContentKind::StandardCsv);
        assert_eq!(judge("画", b"1"), ContentKind::Other("文字のファイル"));
    }

    #[test]
    fn a_pdf_and_a_jpeg_are_recognised_under_any_name() {
        assert_eq!(judge("a.csv", b"%PDF-1.4"), ContentKind::Pdf);
        assert_eq!(judge("a.pdf", b"\n\n%PDF-1.4"), ContentKind::Pdf);
        assert_eq!(judge("a.pdf", b"\xFF\xD8\xFF\xE0"), ContentKind::Jpeg);
    }
}
