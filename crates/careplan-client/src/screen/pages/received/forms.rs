//! Looking at what came without care software: its forms as pages and as PDF.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::TransmissionId;
use careplan_paper::{Document, ServiceNames, document, to_html, to_pdf};
use careplan_standard::{Edition, SourceFile, read_forms};
use http::{StatusCode, header};

use crate::letter::OutgoingFile;
use crate::office::OfficeFault;
use crate::outbox::gather;
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::visit::Member;
use crate::state::Received;

/// The files of something that came, as they lie in its folder; none when they are not here (any more).
pub(super) async fn files_of(screen: &Screen, received: &Received) -> Result<Vec<OutgoingFile>, Refused> {
    let Some(folder) = &received.folder else { return Ok(Vec::new()) };
    let folder = screen.office.inbox_folder().await?.join(folder);
    let read = tokio::task::spawn_blocking(move || gather(&[folder]));
    // The care software may have taken them away: that is what the folder is for.
    let found = read.await.map_err(|_| Refused::inside())?.unwrap_or_default();
    Ok(found.into_iter().map(|found| found.file).collect())
}

/// Whether there is something to be drawn.
pub(super) fn has_forms(files: &[OutgoingFile]) -> bool {
    files.iter().any(|file| file.name.to_ascii_lowercase().ends_with(".csv"))
}

pub(in crate::screen) async fn html(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    let drawn = to_html(&drawn(&screen, &member, id).await?);
    // The page has one style of its own; the policy names it and allows no other.
    let style = drawn
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"))
        .map_or("", |(style, _)| style);
    let hash = STANDARD.encode(careplan_envelope::sha256(style.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    Ok((
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, &policy)],
        drawn,
    )
        .into_response())
}

pub(in crate::screen) async fn pdf(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<TransmissionId>,
) -> Result<Response, Refused> {
    let document = drawn(&screen, &member, id).await?;
    let pdf = to_pdf(&document)
        .map_err(|fault| Refused::said(StatusCode::UNPROCESSABLE_ENTITY, "PDFにできませんでした", fault))?;
    let name = format!("inline; filename=\"{id}.pdf\"");
    Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, &name)], pdf)
        .into_response())
}

async fn drawn(screen: &Screen, member: &Member, id: TransmissionId) -> Result<Document, Refused> {
    let received = screen.office.state().received(id).await?.ok_or_else(Refused::unknown)?;
    let files = files_of(screen, &received).await?;
    if !has_forms(&files) {
        return Err(gone().into());
    }
    let today = member.visit.now.to_zoned(jiff::tz::TimeZone::system()).date();
    let drawing = tokio::task::spawn_blocking(move || {
        let sources: Vec<SourceFile<'_>> =
            files.iter().map(|file| SourceFile::new(&file.name, &file.bytes)).collect();
        let shares = Edition::share_out(&sources);
        let edition = shares.first().map_or_else(Edition::v4_1, |(edition, _)| *edition);
        let unreadable = |sentence: String| {
            Refused::said(StatusCode::UNPROCESSABLE_ENTITY, "帳票として表示できませんでした", sentence)
        };
        let forms = read_forms(edition, &sources).map_err(|findings| {
            unreadable(findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>().join("\n"))
        })?;
        document(edition, &forms, &ServiceNames::default(), today)
            .map_err(|fault| unreadable(fault.to_string()))
    });
    drawing.await.map_err(|_| Refused::inside())?
}

/// The files are elsewhere.
fn gone() -> OfficeFault {
    OfficeFault::File(crate::files::FileFault {
        path: std::path::PathBuf::new(),
        action: crate::files::FileAction::Read,
        source: std::io::ErrorKind::NotFound.into(),
    })
}
