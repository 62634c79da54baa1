//! The forms that browsers send.

use std::ops::Deref;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use careplan_domain::Secret;
use http::{StatusCode, header};

use super::refused::Refused;

/// The fields of a form or a query.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields(careplan_web::Fields);

impl Deref for Fields {
    type Target = careplan_web::Fields;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Fields {
    /// Reads a query; of too many fields the first ones.
    pub(super) fn of_query(query: Option<String>) -> Self {
        Self(careplan_web::Fields::read(query.unwrap_or_default().as_bytes()))
    }

    /// A password, untouched.
    pub(super) fn secret(&self, name: &str) -> Secret {
        Secret::new(self.untouched(name))
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            return Err(Refused::form());
        }
        let body =
            Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Refused::too_large(),
                _ => Refused::form(),
            })?;
        careplan_web::Fields::read_whole(&body).map(Self).ok_or_else(Refused::form)
    }
}
