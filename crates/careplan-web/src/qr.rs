//! QR codes as pictures in the page itself, so that what they say is in no address and no file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// Points of a side: large enough for an old telephone's camera at arm's length.
const SIDE: u32 = 220;

/// A text is too long for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text does not fit into a QR code")]
pub struct QrFault;

/// A `data:` address of the picture of a text. Dark on white in both schemes: inverted codes are not read by every app.
///
/// # Errors
/// [`QrFault`].
pub fn qr_data_uri(text: &str) -> Result<String, QrFault> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrFault)?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(SIDE, SIDE)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build();
    Ok(format!("data:image/svg+xml;base64,{}", STANDARD.encode(picture)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_fits_becomes_a_picture_and_one_more_letter_is_refused() {
        // The most bytes at this level of correction (ISO/IEC 18004, table 7).
        let fits = qr_data_uri(&"x".repeat(2331)).unwrap();
        assert!(fits.starts_with("data:image/svg+xml;base64,"));
        assert_eq!(qr_data_uri(&"x".repeat(2332)), Err(QrFault));
    }
}
