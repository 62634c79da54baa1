//! Pictures: JPEG as it came, or the squares of a two-dimensional code, with words for those who do not see it.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use super::text::clean;

/// One picture. The standard's family chart is a scanned form; a scan of A4 at 300 dpi stays below 5 MB.
pub const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Side of a picture, in pixels: A3 at 600 dpi.
const SIDE_MAX: u16 = 10_000;

/// Pixels of a square of a code: 0.85 mm on paper, which a telephone reads from a copy of a copy.
const SQUARE: u16 = 5;

/// White around a code, in squares (ISO/IEC 18004, 6.3.8: four).
const QUIET: u16 = 4;

/// Squares of a side: QR codes have at most 177.
const SQUARES_MAX: u16 = 177;

/// What a picture is made of.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Pixels {
    Jpeg(Arc<Vec<u8>>),
    /// Left and top of each dark square, and its side, in pixels of the picture.
    Squares(Vec<(u16, u16)>, u16),
}

/// A picture whose size is known. `Debug` shows no pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub(crate) pixels: Pixels,
    pub(crate) alt: String,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

impl Picture {
    /// Takes the bytes of a JPEG file; `alt` says in words what it shows. Without words it is read as 画像.
    ///
    /// # Errors
    ///
    /// Bytes that are no JPEG in grey or in colour (YCbCr, RGB), or too large.
    pub fn jpeg(bytes: &[u8], alt: &str) -> Result<Self, PictureFault> {
        if bytes.len() > PICTURE_BYTES_MAX {
            return Err(PictureFault::TooLarge);
        }
        let frame = frame(bytes).ok_or(PictureFault::NotJpeg)?;
        if frame.width == 0 || frame.height == 0 {
            return Err(PictureFault::NotJpeg);
        }
        if frame.width > SIDE_MAX || frame.height > SIDE_MAX {
            return Err(PictureFault::TooLarge);
        }
        if !matches!(frame.components, 1 | 3) {
            return Err(PictureFault::ColoursOfPrinters);
        }
        let pixels = Pixels::Jpeg(Arc::new(bytes.to_vec()));
        Ok(Self { pixels, alt: words(alt), width: frame.width, height: frame.height })
    }

    /// A two-dimensional code: whether each of its squares is dark, row after row; the white around it is added. `alt` says in words
    /// where it leads.
    ///
    /// # Errors
    ///
    /// [`PictureFault::NotSquare`] when the squares are not those of a square of at most 177.
    pub fn code(dark: &[bool], alt: &str) -> Result<Self, PictureFault> {
        let side = (1..=SQUARES_MAX).find(|side| usize::from(*side).pow(2) == dark.len());
        let side = side.ok_or(PictureFault::NotSquare)?;
        let at = |index: u16| (index + QUIET) * SQUARE;
        let squares = (0..side).flat_map(|row| (0..side).map(move |column| (column, row)));
        let squares =
            squares.zip(dark).filter(|(_, dark)| **dark).map(|((column, row), _)| (at(column), at(row)));
        let whole = (side + 2 * QUIET) * SQUARE;
        Ok(Self {
            pixels: Pixels::Squares(squares.collect(), SQUARE),
            alt: words(alt),
            width: whole,
            height: whole,
        })
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Picture({} × {}, {:?})", self.width, self.height, self.alt)
    }
}

fn words(alt: &str) -> String {
    clean(if alt.trim().is_empty() { "画像" } else { alt })
}

/// Why a picture cannot be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PictureFault {
    /// The bytes are no JPEG picture.
    #[error("画像がJPEG形式ではないか、壊れています。元の画像を確かめて、JPEG形式で保存し直してください。")]
    NotJpeg,
    /// More bytes or pixels than a form has.
    #[error("画像が大きすぎます（10MBまたは縦横10,000画素を超えています）。小さくして保存し直してください。")]
    TooLarge,
    /// Four colours of printing ink, which PDF/A does not take without a profile.
    #[error("画像の色が印刷用（CMYK）です。RGBのJPEG形式で保存し直してください。")]
    ColoursOfPrinters,
    /// A mistake of who made the code.
    #[error("the squares of a code do not fill a square")]
    NotSquare,
}

/// What the start of frame says.
struct Frame {
    width: u16,
    height: u16,
    components: u8,
}

/// Walks the segments up to the start of frame (ITU-T T.81, annex B.1 and B.2.2).
fn frame(bytes: &[u8]) -> Option<Frame> {
    let mut rest = bytes.strip_prefix(&[0xFF, 0xD8])?;
    loop {
        rest = rest.strip_prefix(&[0xFF])?;
        let (marker, after) = rest.split_first()?;
        // Any number of 0xFF may fill the room before a marker.
        if *marker == 0xFF {
            continue;
        }
        let (length, _) = after.split_first_chunk::<2>()?;
        let (segment, next) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        // SOF0 to SOF2: baseline, extended, progressive. The others are rare, and readers of PDF do not know them.
        if let 0xC0..=0xC2 = marker {
            let (&[_, _, 8, h1, h2, w1, w2, components], _) = segment.split_first_chunk::<8>()? else {
                return None;
            };
            let (width, height) = (u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2]));
            return Some(Frame { width, height, components });
        }
        // SOI, EOI, SOS and restarts cannot stand before the frame.
        if matches!(marker, 0xD0..=0xDA) {
            return None;
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a JPEG file: one segment of application data, then the start of frame.
    fn beginning(marker: u8, width: u16, height: u16, components: u8) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0xFF, 0xC0, 0xFF, 0xFF, marker, 0, 8, 8];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.push(components);
        bytes
    }

    fn judged(bytes: &[u8]) -> Result<(u16, u16), PictureFault> {
        Picture::jpeg(bytes, "家族構成図").map(|picture| (picture.width, picture.height))
    }

    #[test]
    fn the_size_stands_in_the_start_of_frame() {
        assert_eq!(judged(&beginning(0xC0, 640, 480, 3)), Ok((640, 480)));
        assert_eq!(judged(&beginning(0xC2, 10_000, 1, 1)), Ok((10_000, 1)));
    }

    #[test]
    fn what_paper_cannot_take_is_told() {
        assert_eq!(judged(b"GIF89a"), Err(PictureFault::NotJpeg));
        assert_eq!(judged(&beginning(0xC9, 640, 480, 3)), Err(PictureFault::NotJpeg));
        assert_eq!(judged(&beginning(0xDA, 640, 480, 3)), Err(PictureFault::NotJpeg));
        assert_eq!(judged(&beginning(0xC0, 0, 480, 3)), Err(PictureFault::NotJpeg));
        assert_eq!(judged(&beginning(0xC0, 10_001, 1, 3)), Err(PictureFault::TooLarge));
        assert_eq!(judged(&beginning(0xC0, 640, 480, 4)), Err(PictureFault::ColoursOfPrinters));
        let mut heavy = beginning(0xC0, 640, 480, 3);
        heavy.resize(PICTURE_BYTES_MAX, 0);
        assert_eq!(judged(&heavy), Ok((640, 480)));
        heavy.push(0);
        assert_eq!(judged(&heavy), Err(PictureFault::TooLarge));
    }

    #[test]
    fn a_code_has_white_around_it_and_is_square() {
        let code = Picture::code(&[true, false, false, true], "ログインのページ").unwrap();
        assert_eq!((code.width, code.height), (50, 50));
        assert!(code.pixels == Pixels::Squares(vec![(20, 20), (25, 25)], 5));
        let (largest, one_more) = (vec![false; 177 * 177], vec![false; 178 * 178]);
        assert!(Picture::code(&largest, "").is_ok());
        for wrong in [&[true, false][..], &[], &one_more] {
            assert_eq!(Picture::code(wrong, "").unwrap_err(), PictureFault::NotSquare);
        }
    }

    #[test]
    fn a_torn_picture_is_refused_wherever_it_ends() {
        let whole = beginning(0xC0, 640, 480, 3);
        for end in 0..whole.len() {
            assert_eq!(judged(&whole[..end]), Err(PictureFault::NotJpeg), "{end} bytes");
        }
    }
}
