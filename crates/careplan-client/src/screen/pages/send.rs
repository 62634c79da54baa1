//! 送信: bring files, see what would go to whom and what is wrong with it, send everything by one button.

mod documents;
mod draft;
mod findings;
mod ordered;
mod progress;
mod units;

use std::sync::Arc;

use askama::Template;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use careplan_web::{Button, Cell, DataTable, FieldErrors, FileField, Tag, Tone};
use uuid::Uuid;

pub(in crate::screen) use documents::order_documents;
pub(in crate::screen) use draft::{changes, drop_it, end_waiting, send, show};
pub(in crate::screen) use progress::show as progress;
pub(in crate::screen) use units::look_at_forms;

use crate::desk::{Brought, DeskFault};
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local};
use crate::screen::visit::Member;
use crate::state::Waiting;

/// The name of the file field.
const FILES: &str = "files";

#[derive(Template)]
#[template(path = "send.html")]
struct Main {
    files: FileField,
    folder: FileField,
    button: Button,
    drafts: DataTable,
}

pub(in crate::screen) async fn list(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    draw(&screen, &member, FieldErrors::default()).await
}

async fn draw(screen: &Screen, member: &Member, errors: FieldErrors) -> Result<Response, Refused> {
    let mut drafts = DataTable::new(
        "送信の準備中のもの",
        ["入れた日時", "入れた人", "状態", ""],
        "準備中のものはありません。",
    );
    for draft in screen.desk.drafts().await? {
        let open = Button::link("開く", format!("/send/{}", draft.id))
            .secondary()
            .small()
            .about(local(draft.made_at));
        drafts = drafts.row([
            Cell::text(local(draft.made_at)),
            Cell::text(draft.made_by),
            Cell::tag(draft_tag(draft.waiting.as_ref())),
            Cell::action(open),
        ]);
    }
    let main = Main {
        files: file_field(&errors),
        folder: folder_field(),
        button: Button::submit("取り込んで点検する").busy("点検しています"),
        drafts,
    };
    screen.show(&member.visit, Page::new("送信", "/send", &main).errors(&errors))
}

/// What an open draft waits for.
fn draft_tag(waiting: Option<&Waiting>) -> Tag {
    match waiting {
        None => Tag::new(Tone::Plain, "準備中"),
        Some(Waiting::ForTheLine { .. }) => Tag::new(Tone::Info, "送信待ち（回線）"),
        Some(Waiting::Left { .. }) => Tag::new(Tone::Warning, "送信できないもの"),
    }
}

fn file_field(errors: &FieldErrors) -> FileField {
    FileField::new(FILES, "送るファイル").multiple().unmarked().errors(errors)
}

fn folder_field() -> FileField {
    FileField::new("folder", "またはフォルダーごと").folder().unmarked()
}

pub(in crate::screen) async fn bring(
    State(screen): State<Arc<Screen>>,
    member: Member,
    form: Multipart,
) -> Result<Response, Refused> {
    let brought = match files_of(form).await? {
        Ok(brought) => screen.desk.bring(brought, &member.session.login).await,
        Err(fault) => Err(fault),
    };
    match brought {
        Ok(id) => Ok(go_to(&format!("/send/{id}"))),
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add(FILES, told(fault)?);
            draw(&screen, &member, errors).await
        }
    }
}

pub(in crate::screen) async fn add(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
    form: Multipart,
) -> Result<Response, Refused> {
    let added = match files_of(form).await? {
        Ok(brought) if brought.is_empty() => Err(DeskFault::Empty),
        Ok(brought) => screen.desk.add(id, brought).await,
        Err(fault) => Err(fault),
    };
    match added {
        Ok(()) => Ok(go_to(&format!("/send/{id}"))),
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add(FILES, told(fault)?);
            draft::draw(&screen, &member, id, (&errors, None)).await
        }
    }
}

/// The files of a form. Faults of the files are for the person; those of the form itself are refusals.
async fn files_of(mut form: Multipart) -> Result<Result<Brought, DeskFault>, Refused> {
    let mut brought = Brought::default();
    while let Some(field) = form.next_field().await.map_err(unread)? {
        let Some(name) = named(&field) else { continue };
        let bytes = field.bytes().await.map_err(unread)?;
        if let Err(fault) = brought.add(&name, bytes.to_vec()) {
            return Ok(Err(fault));
        }
    }
    Ok(Ok(brought))
}

/// A file field that was left empty comes without a name.
fn named(field: &Field<'_>) -> Option<String> {
    field.file_name().filter(|name| !name.is_empty()).map(str::to_owned)
}

fn unread(error: MultipartError) -> Refused {
    if error.status() == http::StatusCode::PAYLOAD_TOO_LARGE { Refused::too_large() } else { Refused::form() }
}

/// What a person is told; what is no fault of theirs is a refusal.
pub(super) fn told(fault: DeskFault) -> Result<String, Refused> {
    match fault {
        DeskFault::Unknown => Err(Refused::unknown()),
        DeskFault::Office(fault) => Err(fault.into()),
        DeskFault::Inside => Err(Refused::inside()),
        fault => Ok(fault.to_string()),
    }
}
