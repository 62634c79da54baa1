//! Why a document cannot be put on paper.

use thiserror::Error;

/// Why a document has no PDF. HTML, which is drawn with the fonts of its reader, has no such faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PaperFault {
    /// A character that no font of ours can draw. The form is refused as a whole: a hole in a name does not show that it is one.
    #[error(
        "{form}の文字「{character}」（U+{:04X}）は印刷用の書体にありません。介護ソフトで別の文字に直すか、\
         画面の表示からブラウザーで印刷してください。",
        u32::from(*character)
    )]
    MissingGlyph {
        /// The character.
        character: char,
        /// The form it stands in: its number, or its title.
        form: String,
    },
    /// Title and note of a form leave too little room for what is between them. A mistake of the form, not of what was filled in.
    #[error("the title and the note of {form} leave less than half a page")]
    NoRoom {
        /// The form's number, or its title.
        form: String,
    },
    /// The address of a letter is longer than the window of its envelope.
    #[error("{form}の宛先が封筒の窓に収まりません。所在地や名称を短くしてください。")]
    LongAddress {
        /// The form's number, or its title.
        form: String,
    },
    /// A picture whose beginning is that of a JPEG but whose tables are not.
    #[error("{form}の画像を読めません。元の画像を確かめて、JPEG形式で保存し直してください。")]
    BrokenPicture {
        /// The form's number, or its title.
        form: String,
    },
    /// The PDF writer found fault with what we handed to it. A mistake of ours.
    #[error("the PDF cannot be written: {0}")]
    Writer(String),
}
