//! EST (RFC 7030): terminals obtain and renew certificates.
//!
//! Promises: an issue password obtains one certificate; asking again with the same key gives the
//! same certificate, so a lost answer is repaired. The private key never comes here.

mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse as _, Response};
use careplan_domain::gate::OfficeStatus;
use careplan_domain::{Digest, OfficeNumber, Timestamp};
use careplan_envelope::{Certificate, CertificationRequest, PublicKey};
use careplan_protocol::{Code, Problem, routes};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as route;
use uuid::Uuid;

use super::body::is_silence;
use super::credentials::Credentials;
use super::problem::Refused;
use super::{answer, refusals};
use crate::authority::ledger::{self, Order, OrderDetail};
use crate::authority::profile::{ProfileName, RSA_BITS_MAX};
use crate::caller::Caller;
use crate::login::Spent;
use crate::platform::Platform;
use crate::store::Tx;
use crate::store::certificates::caller_standing;
use crate::store::orders::{OrderRow, OrderState, order, order_for_key};

/// A request in base64 with its line breaks: 16 KiB of DER at most.
const BODY_BYTES_MAX: usize = 32 * 1024;

/// Looks at an order while its terminal waits.
const LOOK: Duration = Duration::from_millis(25);

/// When a terminal shall ask again for a certificate that is not ready, in seconds.
const RETRY_SECONDS: u16 = 5;

/// The routes of EST; a body longer than any request is refused unread.
pub(super) fn routes() -> OpenApiRouter<Arc<Platform>> {
    OpenApiRouter::new()
        .routes(route!(cacerts))
        .routes(route!(simpleenroll))
        .routes(route!(simplereenroll))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// The authority's certificates (RFC 7030 section 4.1). No certificate is needed.
#[utoipa::path(get, path = routes::EST_CACERTS, operation_id = "est_cacerts", tag = "authority",
    responses(
        (status = 200, description = "PKCS#7 with certificates only, in base64", content_type = "application/pkcs7-mime", body = String),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
async fn cacerts(State(platform): State<Arc<Platform>>) -> Result<Response, Refused> {
    let trust = platform.trust.current();
    wire::certificates("application/pkcs7-mime", trust.own().roots())
}

/// First certificate (RFC 7030 section 4.2.1), with user ID and issue password.
///
/// The same key gets the same certificate again, as long as the issue password has not expired.
#[utoipa::path(post, path = routes::EST_SIMPLEENROLL, operation_id = "est_simpleenroll", tag = "authority",
    params(("authorization" = String, Header, description = "`Basic`, user ID and issue password")),
    request_body(content = String, content_type = "application/pkcs10", description = "PKCS#10 in base64"),
    responses(
        (status = 200, description = "PKCS#7 with certificates only, in base64", content_type = "application/pkcs7-mime", body = String),
        (status = 202, description = "Not ready: ask again with the same request after `Retry-After`"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
async fn simpleenroll(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match enrol(&platform, &headers, body).await {
        Ok(answer) => answer,
        Err(refused) => answer::challenged(refused),
    }
}

async fn enrol(
    platform: &Platform,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let now = platform.clock.now();
    let typed = Credentials::of(headers)?;
    // Before the password, so that a request that cannot be read costs no try.
    let request = read_request(body)?;
    let checked =
        platform.issue_passwords.check(&typed.user_id, &typed.password, request.public_key_spki(), now).await;
    let grant = checked.map_err(refusals::login)?;
    let mut tx = platform.store.begin().await?;
    refuse_suspended(&mut tx, &grant.office()).await?;
    let id = Uuid::now_v7();
    match grant.spend(&mut tx, id, now).await.map_err(refusals::login)? {
        // The answer to the same request was lost: the same order leads to the same certificate.
        Spent::Before(id) => wait(platform, id).await,
        Spent::Now => {
            let detail =
                OrderDetail { issue_password: Some(grant.issue_password()), ..OrderDetail::default() };
            place(platform, (tx, id), (grant.office(), &request, detail), now).await?;
            wait(platform, id).await
        }
    }
}

/// Next certificate (RFC 7030 section 4.2.2), with the present one.
///
/// The key may be another, the subject not.
#[utoipa::path(post, path = routes::EST_SIMPLEREENROLL, operation_id = "est_simplereenroll", tag = "authority",
    request_body(content = String, content_type = "application/pkcs10", description = "PKCS#10 in base64"),
    responses(
        (status = 200, description = "PKCS#7 with certificates only, in base64", content_type = "application/pkcs7-mime", body = String),
        (status = 202, description = "Not ready: ask again with the same request after `Retry-After`"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ))]
async fn simplereenroll(
    State(platform): State<Arc<Platform>>,
    caller: Caller,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refused> {
    let now = platform.clock.now();
    if !caller.identity.is_own() {
        let sentence = "更新できるのは、本システムが発行した証明書だけです。";
        return Err(Problem::new(Code::CertificateKind).detail(sentence).into());
    }
    let request = read_request(body)?;
    let present = &caller.identity.certificate;
    if request.subject_text() != present.subject_text()
        && request.common_name() != Some(caller.office.as_str())
    {
        let sentence = format!("要求の名義が、いまの証明書（{}）と違います。", caller.office);
        return Err(Problem::new(Code::EnrolmentRequestInvalid).detail(sentence).into());
    }
    let mut tx = platform.store.begin().await?;
    let before = order_for_key(&mut tx, ProfileName::Office.as_str(), request.public_key_spki()).await?;
    let id = match before {
        Some(order) if follows(&order, &caller.office, present) => order.id,
        _ => {
            let detail = OrderDetail { previous_end: Some(present.not_after()), ..OrderDetail::default() };
            let id = Uuid::now_v7();
            place(&platform, (tx, id), (caller.office, &request, detail), now).await?;
            id
        }
    };
    wait(&platform, id).await
}

/// Whether an order is the renewal of this certificate, asked for before.
fn follows(order: &OrderRow, office: &OfficeNumber, present: &Certificate) -> bool {
    let previous_end = OrderDetail::of(order).ok().and_then(|it| it.previous_end);
    order.office == Some(*office)
        && previous_end == Some(present.not_after())
        && order.certificate.as_deref() != Some(present.der())
}

async fn place(
    platform: &Platform,
    (mut tx, id): (Tx, Uuid),
    (office, request, detail): (OfficeNumber, &CertificationRequest, OrderDetail),
    now: Timestamp,
) -> Result<(), Refused> {
    let order = Order {
        profile: ProfileName::Office,
        office: Some(office),
        public_key: request.public_key_spki(),
        detail,
    };
    ledger::place(&mut tx, id, &order, now).await?;
    tx.commit().await?;
    platform.order_bell.notify_one();
    Ok(())
}

/// Waits for the authority; a terminal that waited too long is told to ask again (section 4.2.3).
async fn wait(platform: &Platform, id: Uuid) -> Result<Response, Refused> {
    let give_up = tokio::time::Instant::now() + platform.enrol_wait;
    loop {
        let order = order(&mut platform.store.read().await?, id).await?;
        let order = order.ok_or(Code::Internal)?;
        match (order.state, order.certificate) {
            (OrderState::Signed, Some(der)) => {
                let certificate = Certificate::from_der(&der).map_err(|_| Code::Internal)?;
                let media_type = "application/pkcs7-mime; smime-type=certs-only";
                return wire::certificates(media_type, &[certificate]);
            }
            (OrderState::Waiting, _) if tokio::time::Instant::now() < give_up => {
                tokio::time::sleep(LOOK).await;
            }
            (OrderState::Waiting, _) => {
                let mut answer = StatusCode::ACCEPTED.into_response();
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
                return Ok(answer);
            }
            _ => {
                let sentence = "認証局がこの要求から証明書を発行できませんでした。";
                return Err(Problem::new(Code::EnrolmentRequestInvalid).detail(sentence).into());
            }
        }
    }
}

fn read_request(body: Result<Bytes, BytesRejection>) -> Result<CertificationRequest, Refused> {
    let invalid = || Problem::new(Code::EnrolmentRequestInvalid);
    let body = body.map_err(|fault| match is_silence(&fault) {
        true => Code::Timeout.into(),
        false => Refused::from(invalid()),
    })?;
    let der = wire::decode(&body).ok_or_else(|| Refused::from(invalid()))?;
    let request = CertificationRequest::verify(&der)
        .map_err(|_| Refused::from(invalid().detail("要求の形式、鍵、または署名を確かめられません。")))?;
    match request.public_key() {
        PublicKey::Rsa { bits } if bits > RSA_BITS_MAX => {
            Err(invalid().detail(format!("RSAの鍵は{RSA_BITS_MAX}ビットまでです。")).into())
        }
        _ => Ok(request),
    }
}

async fn refuse_suspended(tx: &mut Tx, office: &OfficeNumber) -> Result<(), Refused> {
    let standing = caller_standing(tx, office, &Digest([0; 32])).await?;
    let number = format!("事業所番号は `{office}` です。");
    match standing.map(|it| it.status) {
        Some(OfficeStatus::Active) => Ok(()),
        Some(OfficeStatus::Suspended) => Err(Problem::new(Code::OfficeSuspended).detail(number).into()),
        None => Err(Problem::new(Code::OfficeUnknown).detail(number).into()),
    }
}
