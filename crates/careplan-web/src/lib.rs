//! The shared look of the platform's site and the office client's screens.
//!
//! Promises: no routes, no I/O, no async, no clock. Values come in, HTML goes out; every value in it is escaped. Every
//! part works without script and under the policy of [`headers`], tells nothing by colour alone, and can be used by
//! keyboard and screen reader, at 200 %, on a phone, in light and dark, and on paper.
//!
//! # A page
//!
//! A page is an askama template of the program, with parts of this crate as its fields. Each part is a template and
//! writes itself: `{{ user_id }}`. [`Frame`] puts head, menu and foot around it.
//!
//! ```
//! use askama::Template as _;
//! use careplan_web::{Button, FieldErrors, Frame, Site, TextField, TextKind};
//!
//! #[derive(askama::Template)]
//! #[template(ext = "html", source = r#"<form class="form" method="post" novalidate>{{ user_id }}{{ password }}{{ button }}</form>"#)]
//! struct LogIn {
//!     user_id: TextField,
//!     password: TextField,
//!     button: Button,
//! }
//!
//! let mut errors = FieldErrors::default();
//! errors.add("user_id", "ユーザIDは KJ と12桁の数字です。お手元の通知書で確かめてください。");
//! let main = LogIn {
//!     user_id: TextField::new("user_id", "ユーザID").kind(TextKind::Code).value("KJ99").errors(&errors),
//!     password: TextField::new("password", "パスワード").kind(TextKind::Password).errors(&errors),
//!     button: Button::submit("ログインする"),
//! };
//! let site = Site::new("ケアプランデータ連携", "/", "運営：見本県国保連合会");
//! let page = Frame::new(&site, "ログイン", &main).errors(&errors).render()?;
//! assert!(page.contains("<title>エラー：ログイン｜ケアプランデータ連携</title>"));
//! # Ok::<(), askama::Error>(())
//! ```
//!
//! # What templates may use besides
//!
//! Classes of the stylesheet: `form` around fields, `actions` around buttons, `search` around a search in one line, `cards` and
//! `card`, `details` on `<details>`, `scroll` around what is wider than the page, `lead`, `small`, `quiet`, `strong`, `code`,
//! `secret` (a password shown once), `number`, `price`, `unseen` (for screen readers only).
//!
//! Attributes that the script reads: `data-read-to-end="BUTTON-ID"` on a region with `class="terms" tabindex="0"`, `data-copy="ID"`
//! and `data-print` on a `<button type="button" hidden>`.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;

pub mod assets;
mod form;
mod frame;
pub mod headers;
mod markup;
mod part;
mod qr;
pub mod text;

pub use form::{
    Action, Button, Check, Choice, ErrorSummary, FIELDS_MAX, FieldErrors, Fields, FileField, PostForm,
    TextArea, TextField, TextKind, way_back,
};
pub use frame::{Account, Frame, Site};
pub use markup::{Href, Link, Markup};
pub use part::{Banner, Cell, Checklist, DataTable, Facts, Item, Pager, Progress, State, Steps, Tag, Tone};
pub use qr::{QrFault, qr_data_uri};
