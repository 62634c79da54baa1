//! Files that an application brings: a JSON body, each file with its name and its bytes as base64.
//!
//! JSON and not `multipart/form-data`: names of files are Japanese, and how such a name stands in a multipart header differs from
//! library to library; a body of one kind is described whole in OpenAPI and can be made with the standard library of every language. It is
//! a third longer, which costs nothing within one PC.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use careplan_domain::Digest;
use careplan_domain::limits::MIB;
use careplan_envelope::Sha256;
use futures_util::StreamExt as _;
use http::header;
use serde::{Deserialize, Deserializer};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::LocalApi;
use super::problem::{Code, Refused};
use crate::files::SafeName;
use crate::letter::OutgoingFile;
use crate::outbox::FoundFile;

/// Files of one request: thirty partners with two units of five files each, several times over.
pub const FILES_MAX: usize = 2_000;

/// Bytes of all files of one request: the largest transmission, and half as much beside it. They are held in memory.
pub const CONTENT_BYTES_MAX: u64 = 32 * MIB;

/// Bytes of a body: base64 makes four of three; the rest is for names.
pub const BODY_BYTES_MAX: u64 = CONTENT_BYTES_MAX / 3 * 4 + 2 * MIB;

/// Without a byte of a body, on a line within one PC. Its place is needed.
const BODY_SILENCE_MAX: Duration = Duration::from_secs(30);

/// What is asked with files.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FilesBody {
    /// The files, as the care software exported them. Up to 2,000, together up to 32 MiB.
    #[schema(max_items = 2000)]
    files: Vec<FileBody>,
    /// Where documents beside the standard (PDF, JPEG) go: their names do not say it. Read when something is sent.
    #[serde(default)]
    documents: Option<DocumentsBody>,
}

/// One file.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct FileBody {
    /// Its name without folders, as the care software chose it.
    #[schema(example = "DLT1KYO_9970000018_43_9970000026_11_20261021110000.CSV")]
    name: String,
    /// Its bytes as base64 (RFC 4648, section 4; with padding, without line breaks).
    #[schema(value_type = String, format = Byte)]
    content: Content,
}

/// Where documents go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DocumentsBody {
    /// The address of this office: its number and the code of the service type.
    #[schema(example = "9970000018-43")]
    pub(super) from: String,
    /// The address of the receiver.
    #[schema(example = "9970000026-11")]
    pub(super) to: String,
    /// The service month they are about.
    #[serde(default)]
    #[schema(example = "202611")]
    pub(super) month: Option<String>,
    /// About whom they are (利用者): their bytes do not say it.
    #[serde(default)]
    pub(super) person: Option<PersonBody>,
}

/// Somebody who is cared for (利用者).
#[derive(Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonBody {
    /// 保険者番号.
    #[schema(example = "990001")]
    pub(super) insurer: String,
    /// 被保険者番号.
    #[schema(example = "0009900021")]
    pub(super) insured_number: String,
    /// The name.
    #[serde(default)]
    pub(super) name: String,
    /// The name in kana.
    #[serde(default)]
    pub(super) kana: String,
}

/// Personal data.
impl std::fmt::Debug for PersonBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonBody(***)")
    }
}

/// Bytes, decoded while the JSON is read: the text is never held beside them.
struct Content(Vec<u8>);

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Content;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("base64")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Content, E> {
                STANDARD.decode(text).map(Content).map_err(|_| E::custom("base64"))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Files on their way to be checked or sent. While they are held, they take one of few places.
pub(super) struct Brought {
    pub(super) files: Vec<FoundFile>,
    pub(super) documents: Option<DocumentsBody>,
    pub(super) place: OwnedSemaphorePermit,
}

impl FromRequest<Arc<LocalApi>> for Brought {
    type Rejection = Refused;

    async fn from_request(request: Request, api: &Arc<LocalApi>) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind
            .and_then(|kind| kind.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(Code::BodyKind.into());
        }
        let place = api.bodies.clone().acquire_owned().await.map_err(|_| Code::Busy)?;
        let body = whole(request.into_body()).await?;
        // Reading tens of megabytes takes its time; others are served meanwhile.
        let read = tokio::task::spawn_blocking(move || read(&body)).await;
        let (files, documents) = read.map_err(|_| Code::Internal)??;
        Ok(Self { files, documents, place })
    }
}

/// The whole body, as long as it may be.
async fn whole(body: Body) -> Result<Vec<u8>, Refused> {
    let (mut stream, mut whole) = (body.into_data_stream(), Vec::new());
    loop {
        let piece = timeout(BODY_SILENCE_MAX, stream.next()).await.map_err(|_| Code::BodyInvalid)?;
        let Some(piece) = piece else { return Ok(whole) };
        whole.extend_from_slice(&piece.map_err(|_| Code::BodyInvalid)?);
        if whole.len() as u64 > BODY_BYTES_MAX {
            let sentence = format!("1つの要求の本文は{}バイトまでです。", BODY_BYTES_MAX);
            return Err(Refused::from(Code::BodyTooLarge).detail(sentence));
        }
    }
}

/// What stands in a body.
fn read(body: &[u8]) -> Result<(Vec<FoundFile>, Option<DocumentsBody>), Refused> {
    let body: FilesBody = serde_json::from_slice(body).map_err(|error| {
        // The place, and never what stands there.
        let place = format!("{}行{}文字目を確かめてください。", error.line(), error.column());
        Refused::from(Code::BodyInvalid).detail(place)
    })?;
    Ok((found(body.files)?, body.documents))
}

fn found(files: Vec<FileBody>) -> Result<Vec<FoundFile>, Refused> {
    if files.is_empty() {
        return Err(Code::FilesNone.into());
    }
    if files.len() > FILES_MAX {
        let sentence = format!("1つの要求に{FILES_MAX}個までです。");
        return Err(Refused::from(Code::FilesTooMany).detail(sentence));
    }
    let mut bytes = 0_u64;
    let mut named = BTreeMap::new();
    for file in files {
        bytes = bytes.saturating_add(file.content.0.len() as u64);
        if bytes > CONTENT_BYTES_MAX {
            let sentence = format!("ファイルの合計は{} MiBまでです。", CONTENT_BYTES_MAX / MIB);
            return Err(Refused::from(Code::BodyTooLarge).detail(sentence));
        }
        let name = SafeName::new(&file.name).map_err(|fault| {
            Refused::from(Code::FileName).detail(format!("ファイル「{}」：{fault}。", file.name))
        })?;
        let folded = name.folded();
        if named.insert(folded, (file.name.clone(), file.content.0)).is_some() {
            let sentence = format!("ファイル「{}」が2つあります。", file.name);
            return Err(Refused::from(Code::FileName).detail(sentence));
        }
    }
    let as_found = |(name, bytes): (String, Vec<u8>)| FoundFile {
        path: PathBuf::from(&name),
        label: name.clone(),
        file: OutgoingFile { name, bytes },
    };
    Ok(named.into_values().map(as_found).collect())
}

/// SHA-256 over all that is asked, each part with its length, the files in the order of their names: the same request gives the same
/// digest however its JSON is written.
pub(super) fn digest(files: &[FoundFile], documents: Option<&DocumentsBody>) -> Digest {
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update(&(bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    for found in files {
        part(found.file.name.as_bytes());
        part(&found.file.bytes);
    }
    if let Some(documents) = documents {
        part(b"documents");
        part(documents.from.as_bytes());
        part(documents.to.as_bytes());
        part(documents.month.as_deref().unwrap_or_default().as_bytes());
        if let Some(person) = &documents.person {
            for text in [&person.insurer, &person.insured_number, &person.name, &person.kana] {
                part(text.as_bytes());
            }
        }
    }
    Digest(digest.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: Vec<u8>) -> FileBody {
        FileBody { name: name.to_owned(), content: Content(bytes) }
    }

    fn code(files: Vec<FileBody>) -> Option<String> {
        found(files).err().map(|refused| refused.code().to_owned())
    }

    #[test]
    fn the_most_files_and_bytes_are_taken_and_one_more_is_not() {
        let many = |count| (0..count).map(|n| file(&format!("{n}.csv"), vec![])).collect();
        assert_eq!(code(many(FILES_MAX)), None);
        assert_eq!(code(many(FILES_MAX + 1)).as_deref(), Some("files-too-many"));
        let most = usize::try_from(CONTENT_BYTES_MAX).unwrap();
        assert_eq!(code(vec![file("a.pdf", vec![0; most])]), None);
        let more = vec![file("a.pdf", vec![0; most]), file("b.pdf", vec![0])];
        assert_eq!(code(more).as_deref(), Some("body-too-large"));
        assert_eq!(code(vec![]).as_deref(), Some("files-none"));
    }

    #[test]
    fn names_that_leave_a_folder_and_names_that_are_one_on_windows_are_refused() {
        for name in ["../a.csv", "", "CON", "a\u{202e}b.csv"] {
            assert_eq!(code(vec![file(name, vec![])]).as_deref(), Some("file-name"), "{name}");
        }
        assert_eq!(code(vec![file("a.csv", vec![]), file("A.CSV", vec![])]).as_deref(), Some("file-name"));
    }

    #[test]
    fn the_same_request_is_known_again_however_it_is_written_and_another_is_not() {
        let digest_of = |text: &str| {
            let (files, documents) = read(text.as_bytes()).unwrap();
            digest(&files, documents.as_ref())
        };
        let one = digest_of(r#"{"files":[{"name":"a","content":"MTI="},{"name":"b","content":"Mw=="}]}"#);
        let same = digest_of(
            r#"{ "files": [ {"content":"Mw==","name":"b"}, {"name":"a","content":"MTI\u003d"} ] }"#,
        );
        assert_eq!(one, same);
        let to = r#"{"from":"9970000018-43","to":"9970000026-11"}"#;
        for other in [
            r#"{"files":[{"name":"a","content":"MQ=="},{"name":"b","content":"MjM="}]}"#.to_owned(),
            format!(
                r#"{{"files":[{{"name":"a","content":"MTI="}},{{"name":"b","content":"Mw=="}}],"documents":{to}}}"#
            ),
        ] {
            assert_ne!(one, digest_of(&other), "{other}");
        }
    }

    #[test]
    fn what_is_no_body_is_told_by_its_place_and_quotes_nothing() {
        for text in [
            "",
            "見本太郎",
            r#"{"files":[{"name":"a","content":"見本太郎"}]}"#,
            r#"{"files":[{"name":"a","content":"MTI"}]}"#,
            r#"{"files":[],"見本太郎":1}"#,
        ] {
            let refused = read(text.as_bytes()).err().unwrap();
            assert_eq!(refused.code(), "body-invalid", "{text}");
            assert!(!format!("{refused:?}").contains("見本"), "{refused:?}");
        }
    }
}
