//! Looking at what was exchanged, or is about to be, without care software: its files, its forms as pages and as PDF, and what changed
//! between two of them.

use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_paper::{Document, ServiceNames, differences, document, to_html, to_pdf};
use careplan_standard::compare::FormsDiff;
use careplan_standard::{Edition, SourceFile, read_forms};
use careplan_web::{Cell, DataTable};
use http::{StatusCode, header};
use jiff::civil::Date;

use super::exchanged::path_of;
use super::percent;
use crate::history::{CopiedFile, CopyFault, Direction, difference, zipped};
use crate::outbox::FoundFile;
use crate::screen::Screen;
use crate::screen::refused::Refused;

/// Which transmission: an office that writes to itself has one of each.
pub(super) type Which = (TransmissionId, Direction);

/// The files of something, as they were exchanged; none when they are not here (any more).
pub(super) async fn files_of(screen: &Screen, (id, direction): Which) -> Result<Vec<CopiedFile>, Refused> {
    match screen.office.history().files(id, direction).await {
        Ok(files) => Ok(files.unwrap_or_default()),
        Err(CopyFault::State(fault)) => Err(fault.into()),
        Err(fault) => Err(Refused::said(StatusCode::CONFLICT, "控えのファイルを表示できません", fault)),
    }
}

/// The files of something, as its page shows them.
pub(super) struct Listed {
    pub(super) table: DataTable,
    /// Whether there is something to be saved.
    pub(super) has_files: bool,
    /// Whether there is something to be drawn.
    pub(super) has_forms: bool,
}

/// The files as a table, and what can be done with them. What cannot be read is told in its place.
pub(super) async fn listed(screen: &Screen, which: Which) -> Result<Listed, Refused> {
    let (files, trouble) = match screen.office.history().files(which.0, which.1).await {
        Ok(Some(files)) => (files, String::new()),
        Ok(None) => (Vec::new(), "ファイルは、このパソコンにありません。".to_owned()),
        Err(CopyFault::State(fault)) => return Err(fault.into()),
        Err(fault) => (Vec::new(), fault.to_string()),
    };
    let mut table = DataTable::new("ファイル", ["名前", "大きさ"], trouble).quiet_caption();
    for (name, bytes) in &files {
        let path = format!("{}/{}/files/{}", path_of(which.1), which.0, percent(name.as_str()));
        table = table.row([Cell::link(name.as_str(), path), Cell::number(format!("{}バイト", bytes.len()))]);
    }
    Ok(Listed { table, has_files: !files.is_empty(), has_forms: has_forms(&sources(&files)) })
}

/// Whether there is something to be drawn.
fn has_forms(files: &[SourceFile<'_>]) -> bool {
    files.iter().any(|file| has_form(file.name))
}

/// Whether a file of this name has something to be drawn.
pub(super) fn has_form(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".csv")
}

/// One file, to be saved.
pub(super) async fn file(screen: &Screen, which: Which, name: &str) -> Result<Response, Refused> {
    let files = files_of(screen, which).await?;
    let file = files.into_iter().find(|(found, _)| found.as_str() == name);
    let (name, bytes) = file.ok_or_else(Refused::unknown)?;
    let kind = match name.as_str().rsplit('.').next().map(str::to_ascii_lowercase).as_deref() {
        Some("pdf") => "application/pdf",
        Some("jpg" | "jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    };
    let name = format!("attachment; filename*=UTF-8''{}", percent(name.as_str()));
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, &name)], bytes).into_response())
}

/// All files in one ZIP, to be saved.
pub(super) async fn zip(screen: &Screen, which: Which) -> Result<Response, Refused> {
    let files = files_of(screen, which).await?;
    if files.is_empty() {
        return Err(Refused::unknown());
    }
    let zipping = tokio::task::spawn_blocking(move || zipped(&files));
    let zip = zipping.await.map_err(|_| Refused::inside())?.map_err(|error| {
        tracing::error!(%error, "a ZIP could not be made");
        Refused::inside()
    })?;
    let name = format!("attachment; filename=\"{}.zip\"", which.0);
    Ok(([(header::CONTENT_TYPE, "application/zip"), (header::CONTENT_DISPOSITION, &name)], zip)
        .into_response())
}

/// The forms as a page.
pub(super) async fn html(screen: &Screen, which: Which, now: Timestamp) -> Result<Response, Refused> {
    Ok(page(&drawn(screen, which, now).await?))
}

/// The forms in files that were brought and not sent yet, as a page.
pub(super) async fn html_of(files: Vec<FoundFile>, now: Timestamp) -> Result<Response, Refused> {
    let drawing = tokio::task::spawn_blocking(move || {
        let sources: Vec<_> = files.iter().map(FoundFile::source).collect();
        drawn_from(&sources, now)
    });
    Ok(page(&drawing.await.map_err(|_| Refused::inside())??))
}

/// The forms as PDF.
pub(super) async fn pdf(screen: &Screen, which: Which, now: Timestamp) -> Result<Response, Refused> {
    as_pdf(&drawn(screen, which, now).await?, &format!("{}.pdf", which.0))
}

/// What changed from an older to a newer one, as a page.
pub(super) async fn changes(
    screen: &Screen,
    (old, new): (Which, Which),
    now: Timestamp,
) -> Result<Response, Refused> {
    let (old, new) = (files_of(screen, old).await?, files_of(screen, new).await?);
    let found = tokio::task::spawn_blocking(move || difference(&sources(&old), &sources(&new)));
    changed(found.await.map_err(|_| Refused::inside())?.as_ref(), now)
}

/// What changed, as a page.
pub(super) fn changed(found: Option<&FormsDiff>, now: Timestamp) -> Result<Response, Refused> {
    let found = found.ok_or_else(|| {
        Refused::said(
            StatusCode::UNPROCESSABLE_ENTITY,
            "違いを表示できません",
            "前のものか新しいもののファイルがこのパソコンにないか、帳票として読み取れません。それぞれの記録を開いて、ファイルを確かめてください。",
        )
    })?;
    let document = differences(found, today(now)).map_err(|fault| unreadable(&fault.to_string()))?;
    Ok(page(&document))
}

/// How much changed, in one line.
pub(super) fn summary(found: &FormsDiff) -> String {
    if found.is_empty() {
        return "帳票の内容は前と同じです。".to_owned();
    }
    let totals = &found.totals;
    format!("変更 {}件・追加 {}件・削除 {}件", totals.changed, totals.added, totals.removed)
}

/// A document as PDF.
pub(super) fn as_pdf(document: &Document, name: &str) -> Result<Response, Refused> {
    let pdf = to_pdf(document)
        .map_err(|fault| Refused::said(StatusCode::UNPROCESSABLE_ENTITY, "PDFにできませんでした", fault))?;
    let name = format!("inline; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CONTENT_DISPOSITION, &name)], pdf)
        .into_response())
}

/// A document as a page of its own.
pub(super) fn page(document: &Document) -> Response {
    let drawn = to_html(document);
    // The page has one style of its own; the policy names it and allows no other.
    let style = drawn
        .split_once("<style>")
        .and_then(|(_, rest)| rest.split_once("</style>"))
        .map_or("", |(style, _)| style);
    let hash = STANDARD.encode(careplan_envelope::sha256(style.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    let kind = "text/html; charset=utf-8";
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, &policy)], drawn).into_response()
}

async fn drawn(screen: &Screen, which: Which, now: Timestamp) -> Result<Document, Refused> {
    let files = files_of(screen, which).await?;
    let drawing = tokio::task::spawn_blocking(move || drawn_from(&sources(&files), now));
    drawing.await.map_err(|_| Refused::inside())?
}

fn drawn_from(sources: &[SourceFile<'_>], now: Timestamp) -> Result<Document, Refused> {
    if !has_forms(sources) {
        return Err(Refused::said(
            StatusCode::NOT_FOUND,
            "表示できる帳票がありません",
            "帳票のファイルが、このパソコンにありません。前の画面に戻り、ファイルを確かめてください。",
        ));
    }
    let shares = Edition::share_out(sources);
    let edition = shares.first().map_or_else(Edition::v4_1, |(edition, _)| *edition);
    let forms = read_forms(edition, sources).map_err(|findings| {
        unreadable(&findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>().join("\n"))
    })?;
    document(edition, &forms, &ServiceNames::default(), today(now))
        .map_err(|fault| unreadable(&fault.to_string()))
}

fn unreadable(sentence: &str) -> Refused {
    Refused::said(StatusCode::UNPROCESSABLE_ENTITY, "帳票として表示できませんでした", sentence)
}

fn sources(files: &[CopiedFile]) -> Vec<SourceFile<'_>> {
    files.iter().map(|(name, bytes)| SourceFile::new(name.as_str(), bytes)).collect()
}

fn today(now: Timestamp) -> Date {
    now.to_zoned(jiff::tz::TimeZone::system()).date()
}
