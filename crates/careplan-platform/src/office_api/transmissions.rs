//! `PUT /v1/transmissions/{id}`: send. `GET`: look at one.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::gate::{SendRefusal, may_send};
use careplan_domain::transmission::Header;
use careplan_domain::{Timestamp, TransmissionId};
use careplan_envelope::Sha256;
use careplan_protocol::office_api::{TransmissionEntry, TransmissionEvent, TransmissionView};
use careplan_protocol::receipt::ReceiptKind;
use careplan_protocol::{Code, Problem, routes};
use http::HeaderMap;

use super::answer::{cms, created};
use super::body::{Reader, check_digest, check_hashed};
use super::letter_header::{self, Delivery};
use super::parameters::{transmission, unknown};
use super::problem::Refused;
use super::refusals;
use crate::blobs::{BlobName, Incoming};
use crate::caller::Caller;
use crate::mailbox::{self, Accept, Operation, SealedBytes, Statement, platform_receipt};
use crate::platform::Platform;
use crate::store::letters::LETTER_ROW_BYTES_MAX;
use crate::store::standings::standings;
use crate::store::transmissions::{self, Held, Shelf};
use crate::store::{events, receipts, uploads};

/// Sends a sealed letter.
///
/// Idempotent by the id: the same request again gets the first receipt, byte for byte. The answer
/// comes after letter and receipt are durable.
#[utoipa::path(put, path = routes::TRANSMISSION, operation_id = "send_letter", tag = "transmissions",
    params(
        ("id" = String, Path, description = "UUIDv7, chosen by the client"),
        ("careplan-from" = String, Header, description = "Sending address: `9970000018-43`"),
        ("careplan-to" = String, Header, description = "Receiving address"),
        ("careplan-unit" = String, Header, description = "Unit kind: `K2`"),
        ("careplan-month" = Option<String>, Header, description = "Service month `YYYYMM`"),
        ("careplan-files" = u32, Header, description = "Number of files inside"),
        ("careplan-replaces" = Option<String>, Header, description = "The transmission this one corrects"),
        ("careplan-sealed-bytes" = Option<u64>, Header, description = "Size, needed with `upload-complete`"),
        ("content-digest" = String, Header, description = "`sha-256=:<base64>:` of the letter (RFC 9530)"),
        ("upload-complete" = Option<String>, Header, description = "`?1`: the bytes were uploaded in parts"),
    ),
    request_body(content_type = "application/cms", description = "The sealed letter"),
    responses(
        (status = 201, description = "Accepted: the platform's signed receipt", content_type = "application/cms"),
        (status = 200, description = "Accepted before: the same receipt", content_type = "application/cms"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn send(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
    fields: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    let id = id
        .parse()
        .map_err(|_| super::parameters::invalid("id", "UUIDv7（小文字・ハイフンつき）で指定してください"))?;
    let (header, delivery) = letter_header::read(id, &fields)?;
    if header.from.office != caller.office {
        return Err(refusals::send(SendRefusal::SenderNotCaller, &header));
    }
    let length = header.sealed_bytes;
    let sending = Sending { platform: &platform, caller: &caller, header };
    match delivery {
        Delivery::Body if length <= LETTER_ROW_BYTES_MAX => {
            let bytes = Reader::new(body, length).whole().await?;
            check_digest(&sending.header, &bytes)?;
            sending.accept(SealedBytes::Row(bytes), platform.clock.now(), false).await
        }
        Delivery::Body => sending.large(Reader::new(body, length)).await,
        Delivery::Uploaded => sending.uploaded().await,
    }
}

/// One request to send, after its header was read.
struct Sending<'a> {
    platform: &'a Platform,
    caller: &'a Caller,
    header: Header,
}

impl Sending<'_> {
    /// A letter too large for a row: asked about first, then gathered on the shelf.
    async fn large(self, mut body: Reader) -> Result<Response, Refused> {
        match self.ask_first().await {
            Ok(None) => {}
            Ok(Some(answer)) => {
                body.drain().await;
                return Ok(answer);
            }
            Err(refused) => {
                body.drain().await;
                return Err(refused);
            }
        }
        let mut incoming = self.platform.mailbox.blobs.receive().await;
        let mut digest = Sha256::new();
        while let Some(piece) = body.next().await? {
            digest.update(&piece);
            // A shelf that fails is told at the end: a refusal must reach who is still sending.
            if let Ok(file) = &mut incoming
                && let Err(fault) = file.write(&piece).await
            {
                incoming = Err(fault);
            }
        }
        self.shelve(incoming?, digest, false).await
    }

    /// A letter whose parts are here already.
    async fn uploaded(self) -> Result<Response, Refused> {
        // First: after an answer that was lost, the parts are gone and the letter is accepted.
        if let Some(answer) = self.ask_first().await? {
            return Ok(answer);
        }
        let (id, office) = (self.header.id, self.caller.office);
        let mut conn = self.platform.store.read().await?;
        let held = uploads::held(&mut conn, &id, &office).await?.ok_or(Code::UploadUnknown)?;
        if u64::try_from(held).ok() != Some(self.header.sealed_bytes) {
            let detail =
                format!("届け出は {} バイト、受け取ったのは {held} バイトです。", self.header.sealed_bytes);
            return Err(Problem::new(Code::LengthMismatch).detail(detail).into());
        }
        let is_small = self.header.sealed_bytes <= LETTER_ROW_BYTES_MAX;
        let mut small = Vec::new();
        let mut incoming = if is_small { None } else { Some(self.platform.mailbox.blobs.receive().await?) };
        let mut digest = Sha256::new();
        let mut read = 0;
        while read < held {
            let part = uploads::next_part(&mut conn, &id, &office, read).await?;
            let part = part.filter(|part| part.start == read).ok_or(Code::UploadUnknown)?;
            read += i64::try_from(part.bytes.len()).unwrap_or(i64::MAX);
            digest.update(&part.bytes);
            match &mut incoming {
                Some(incoming) => incoming.write(&part.bytes).await?,
                None => small.extend_from_slice(&part.bytes),
            }
        }
        drop(conn);
        match incoming {
            Some(incoming) => self.shelve(incoming, digest, true).await,
            None => {
                check_hashed(&self.header, digest)?;
                let now = self.platform.clock.now();
                self.accept(SealedBytes::Row(small.into()), now, true).await
            }
        }
    }

    /// What would be answered without looking at the bytes: the first receipt again, or a refusal.
    async fn ask_first(&self) -> Result<Option<Response>, Refused> {
        let header = &self.header;
        let mut conn = self.platform.store.read().await?;
        if let Some(held) = transmissions::find(&mut conn, &header.id).await? {
            if held.header != *header {
                return Err(refusals::operation(mailbox::Refused::Conflict, &header.id));
            }
            let receipt = receipts::find(&mut conn, &header.id, ReceiptKind::Accepted).await?;
            let receipt = receipt.ok_or(Code::Internal)?;
            return Ok(Some(cms(created(false), receipt, held.state)));
        }
        let offices = standings(&mut conn, vec![header.from.office, header.to.office]).await?;
        let now = self.platform.clock.now();
        let standing = |address: careplan_domain::Address| {
            offices.get(&address.office).map(|office| office.standing(address.service_type, now))
        };
        let sender = standing(header.from).ok_or(Code::OfficeUnknown)?;
        may_send(header, &sender, standing(header.to).as_ref())
            .map_err(|refusal| refusals::send(refusal, header))?;
        Ok(None)
    }

    /// Puts a gathered letter on the shelf, then hands it to the mailbox.
    async fn shelve(self, incoming: Incoming, digest: Sha256, uploaded: bool) -> Result<Response, Refused> {
        check_hashed(&self.header, digest)?;
        let now = self.platform.clock.now();
        let name = BlobName { id: self.header.id, put_at: now, digest: self.header.sealed_digest };
        self.platform.mailbox.blobs.keep(incoming, &name).await?;
        self.accept(SealedBytes::Shelved, now, uploaded).await
    }

    async fn accept(self, sealed: SealedBytes, at: Timestamp, uploaded: bool) -> Result<Response, Refused> {
        let Self { platform, caller, header } = self;
        let deadline = platform.mailbox.retention.deadline(at);
        let statement = Statement { kind: ReceiptKind::Accepted, at, deadline: Some(deadline), reason: None };
        let receipt = platform_receipt(&*platform.signer, &header, statement)?;
        let fingerprint = caller.fingerprint;
        let accept = Accept { header: header.clone(), fingerprint, sealed, receipt, at, deadline, uploaded };
        let outcome = platform.mailbox.writer.submit(Operation::Accept(Box::new(accept))).await?;
        let done = outcome.map_err(|refused| match refused {
            mailbox::Refused::Send(refusal) => refusals::send(refusal, &header),
            refused => refusals::operation(refused, &header.id),
        })?;
        let receipt = done.receipt.ok_or(Code::Internal)?;
        Ok(cms(created(done.first), receipt, done.held.state))
    }
}

/// Shows a transmission with its history, to its sender and its receiver.
#[utoipa::path(get, path = routes::TRANSMISSION, operation_id = "show_transmission", tag = "transmissions",
    params(("id" = String, Path, description = "Transmission id")),
    responses(
        (status = 200, description = "The transmission", body = TransmissionView),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn show(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refused> {
    let mut conn = platform.store.read().await?;
    let held = party(&mut conn, &caller, &transmission(&id)?).await?;
    let events = events::history(&mut conn, &held.header.id).await?;
    let events = events.into_iter().map(|(state, at)| TransmissionEvent { state, at }).collect();
    let seq = if held.header.to.office == caller.office { held.inbox_seq } else { held.sent_seq };
    Ok(Json(TransmissionView { transmission: entry(held, seq), events }).into_response())
}

/// A transmission of which the caller is sender or receiver; to others it does not exist.
pub(super) async fn party(
    conn: &mut crate::store::Conn,
    caller: &Caller,
    id: &TransmissionId,
) -> Result<Held, Refused> {
    let held = transmissions::find(conn, id).await?;
    held.filter(|held| held.transmission().is_party(&caller.office)).ok_or_else(|| unknown(&id.to_string()))
}

/// A transmission as it is shown, at its place in one of the two lists.
pub(super) fn entry(held: Held, seq: i64) -> TransmissionEntry {
    let header = held.header;
    TransmissionEntry {
        id: header.id,
        seq,
        from: header.from,
        to: header.to,
        unit: header.unit,
        month: header.month,
        files: header.files,
        sealed_bytes: header.sealed_bytes,
        sealed_sha256: header.sealed_digest,
        replaces: header.replaces,
        accepted_at: held.accepted_at,
        deadline: held.deadline,
        state: held.state,
        state_at: held.state_at,
        bytes_kept: held.shelf != Shelf::Gone,
    }
}
