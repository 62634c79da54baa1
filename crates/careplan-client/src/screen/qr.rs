//! QR codes as pictures in the page itself, so that what they say is in no address and no file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::Secret;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::refused::Refused;

/// Points of a side: large enough for an old telephone's camera at arm's length.
const SIDE: u32 = 220;

/// A `data:` address of the picture of a text. Dark on white in both schemes: inverted codes are not read by every app.
pub(super) fn data_uri(text: &Secret) -> Result<String, Refused> {
    let code = QrCode::with_error_correction_level(text.expose(), EcLevel::M).map_err(|error| {
        tracing::error!(%error, "a QR code could not be drawn");
        Refused::inside()
    })?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(SIDE, SIDE)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build();
    Ok(format!("data:image/svg+xml;base64,{}", STANDARD.encode(picture)))
}
