//! The two fonts that paper is drawn with, and which of them has a letter.
//!
//! Promises: no letter is drawn as an empty box. A letter that neither font has is named to the caller, who refuses the whole
//! document: a name with a hole in it looks like a finished form. Fonts are read once in the life of the program.
//!
//! Variation selectors are left out. They ask for another shape of the same letter (葛 with 人 or 匕), and no shape of it is
//! wrong to read; files in MS932 cannot hold them anyway. HTML keeps them, for browsers whose fonts know more shapes.

use std::sync::OnceLock;

use krilla::text::Font;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// BIZ UDGothic, drawn for weak eyes; see `fonts/README.md`.
static MAIN: &[u8] = include_bytes!("../../fonts/BIZUDGothic-Regular.ttf");

/// What BIZ UDGothic lacks, from Noto Sans CJK JP.
static FALLBACK: &[u8] = include_bytes!("../../fonts/NotoSansCJKjp-Fallback.otf");

/// How far a letter of both fonts reaches above its baseline, in heights of the letter; it reaches below by what is left of 1.
pub(crate) const ASCENT: f32 = 0.88;

/// One of the two fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Main,
    Fallback,
}

/// A letter that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Letter {
    pub(crate) character: char,
    pub(crate) face: Face,
    pub(crate) glyph: u32,
    /// Its width, in heights of the letter.
    pub(crate) advance: f32,
}

/// The letters of a text; `Err` is the first that neither font has.
pub(crate) fn letters(text: &str) -> Result<Vec<Letter>, char> {
    text.chars().filter(|character| !is_variation(*character)).map(letter).collect()
}

/// Whether a character only asks for another shape of the one before it.
pub(crate) fn is_variation(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

fn letter(character: char) -> Result<Letter, char> {
    let loaded = loaded().ok_or(character)?;
    // A control character or a letter of somebody's own (外字) has no shape that both offices agree on, whatever the font says.
    if character.is_control() || matches!(character, '\u{E000}'..='\u{F8FF}') {
        return Err(character);
    }
    [Face::Main, Face::Fallback]
        .into_iter()
        .find_map(|face| loaded.of(face).letter(face, character))
        .ok_or(character)
}

/// The font as the PDF writer wants it; cheap to clone. `None` only if the embedded file is broken.
pub(crate) fn krilla_font(face: Face) -> Option<Font> {
    Some(loaded()?.of(face).font.clone())
}

struct Loaded {
    main: Tables,
    fallback: Tables,
}

impl Loaded {
    fn of(&self, face: Face) -> &Tables {
        match face {
            Face::Main => &self.main,
            Face::Fallback => &self.fallback,
        }
    }
}

/// What is asked of a font.
struct Tables {
    charmap: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units: f32,
    font: Font,
}

impl Tables {
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let file = FontRef::new(bytes).ok()?;
        let metrics = file.glyph_metrics(Size::unscaled(), LocationRef::default());
        let font = Font::new(bytes.into(), 0)?;
        Some(Self { charmap: file.charmap(), metrics, units: font.units_per_em(), font })
    }

    fn letter(&self, face: Face, character: char) -> Option<Letter> {
        let glyph = self.charmap.map(character).filter(|glyph| glyph.to_u32() != 0)?;
        let advance = self.metrics.advance_width(glyph)? / self.units;
        Some(Letter { character, face, glyph: glyph.to_u32(), advance })
    }
}

fn loaded() -> Option<&'static Loaded> {
    static LOADED: OnceLock<Option<Loaded>> = OnceLock::new();
    let read = || Some(Loaded { main: Tables::read(MAIN)?, fallback: Tables::read(FALLBACK)? });
    LOADED.get_or_init(read).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code of MS932, one byte and two, that names a character.
    fn ms932() -> Vec<char> {
        let single = (0x20..=0x7E_u8).chain(0xA1..=0xDF).map(|byte| vec![byte]);
        let double = (0x81..=0xFC_u8).flat_map(|lead| (0x40..=0xFC_u8).map(move |trail| vec![lead, trail]));
        single
            .chain(double)
            .filter_map(|bytes| {
                let text =
                    encoding_rs::SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes)?;
                let mut characters = text.chars();
                let first = characters.next()?;
                // Lead bytes outside of the code read as two characters, or as half-width kana and another.
                characters.next().is_none().then_some(first)
            })
            .collect()
    }

    #[test]
    fn every_character_of_ms932_has_a_glyph_in_the_main_font() {
        let all = ms932();
        let (own, common): (Vec<char>, Vec<char>) =
            all.into_iter().partition(|character| matches!(character, '\u{E000}'..='\u{F8FF}'));
        // 1,880 places are for letters of somebody's own (外字).
        assert_eq!((common.len(), own.len()), (7882, 1880));
        for character in common {
            assert_eq!(letter(character).map(|letter| letter.face), Ok(Face::Main), "{character}");
        }
        for character in own {
            assert_eq!(letter(character), Err(character));
        }
    }

    #[test]
    fn names_beyond_the_main_font_come_from_the_other() {
        let faces: Vec<Face> = letters("吉𠮷丄").unwrap().iter().map(|letter| letter.face).collect();
        assert_eq!(faces, [Face::Main, Face::Fallback, Face::Fallback]);
    }

    #[test]
    fn a_letter_that_no_font_has_is_named() {
        assert_eq!(letters("小さな𓀀鳥"), Err('𓀀'));
        assert_eq!(letters("外字\u{E000}"), Err('\u{E000}'));
        assert_eq!(letters("鐘\u{7}"), Err('\u{7}'));
    }

    #[test]
    fn variation_selectors_are_not_drawn() {
        let drawn: String =
            letters("葛\u{E0100}城\u{FE00}").unwrap().iter().map(|letter| letter.character).collect();
        assert_eq!(drawn, "葛城");
    }

    #[test]
    fn no_letter_is_wider_than_it_is_high() {
        for character in (' '..='\u{2FFFF}').filter(|character| !is_variation(*character)) {
            if let Ok(letter) = letter(character) {
                assert!((0.25..=1.0).contains(&letter.advance), "{letter:?}");
            }
        }
    }
}
