//! ダウンロード: the client's packages, and their files.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use careplan_protocol::Code;
use careplan_web::text::count_ja;
use careplan_web::{Banner, Cell, DataTable, Tone};
use http::header;
use tokio_util::io::ReaderStream;

use crate::office_api::problem::Refused;
use crate::website::Website;
use crate::website::show::Page;
use crate::website::visit::Visit;

#[derive(Template)]
#[template(path = "downloads.html")]
struct Main {
    soon: Option<Banner>,
    table: Option<DataTable>,
    sums: DataTable,
}

pub(in crate::website) async fn list(
    State(site): State<Arc<Website>>,
    visit: Visit,
) -> Result<Response, Refused> {
    let all = site.downloads.all();
    let heads = ["対応するパソコン", "ファイル", "版", "大きさ"];
    let table = DataTable::new("クライアント", heads, "").quiet_caption();
    let table = all.iter().fold(table, |table, it| {
        table.row([
            Cell::text(it.platform.clone()).note(it.note.clone()),
            Cell::link(it.file.clone(), format!("/downloads/{}", it.file)),
            Cell::text(it.version.clone()),
            Cell::number(count_ja(it.bytes.div_ceil(1024), " KB")),
        ])
    });
    let sums = DataTable::new("ファイルの確認", ["ファイル", "SHA-256", "署名"], "").quiet_caption();
    let sums = all.iter().fold(sums, |table, it| {
        let signature = format!("/downloads/{}", it.signature_file);
        table.row([
            Cell::text(it.file.clone()),
            Cell::code(it.sha256.clone()),
            Cell::link(it.signature_file.clone(), signature),
        ])
    });
    let soon = all.is_empty().then(|| {
        Banner::new(Tone::Info, "クライアントの配布を準備しています。")
            .paragraph("準備ができしだい、お知らせでご案内します。")
    });
    let main = Main { table: soon.is_none().then_some(table), soon, sums };
    site.show(&visit, Page::new("ダウンロード", "/downloads", &main).open()).await
}

/// One listed file, as an attachment.
pub(in crate::website) async fn file(
    State(site): State<Arc<Website>>,
    Path(name): Path<String>,
) -> Result<Response, Refused> {
    let opened = site.downloads.open(&name).await.map_err(|error| {
        tracing::error!(%error, name, "a listed download cannot be served");
        Code::PageUnknown
    })?;
    let opened = opened.ok_or(Code::PageUnknown)?;
    let headers = [
        (header::CONTENT_TYPE, opened.content_type.to_owned()),
        (header::CONTENT_LENGTH, opened.bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(ReaderStream::new(opened.file))).into_response())
}
