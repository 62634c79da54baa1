//! Care plans as printed forms (帳票): one model of sheets, drawn as accessible HTML and as PDF.
//!
//! Promises: no I/O, no async, no clock. Values come in, text and bytes go out; the same values give the same bytes.

mod fault;
mod font;
mod forms;
mod html;
mod page;
mod pdf;
mod sheet;
mod words;

pub use fault::PaperFault;
pub use forms::document;
pub use html::to_html;
pub use pdf::to_pdf;
pub use sheet::{
    Align, COLUMNS_MAX, Cell, Document, PICTURE_BYTES_MAX, Part, Picture, PictureFault, Row, Sheet, Table,
    TableBuilder, TableFault, TextSize,
};
pub use words::{SERVICE_NAMES_MAX, ServiceNames, ServiceNamesFault};
