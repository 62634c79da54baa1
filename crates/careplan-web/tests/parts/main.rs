//! What parts and pages look like from outside: as HTML, to a screen reader, and with hostile values.

mod forms;
mod hostile;
mod tells;
mod whole;

#[path = "../../examples/gallery/pages.rs"]
mod pages;
