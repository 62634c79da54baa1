//! Refusals: what happened, and what to do next. They lie in the extensions of their answer until the outermost layer draws the page.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::office::OfficeFault;
use crate::state::StateFault;

/// Why a page is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) title: String,
    pub(super) what_to_do: String,
}

impl Refused {
    fn new(status: StatusCode, title: &str, what_to_do: &str) -> Self {
        Self { status, title: title.to_owned(), what_to_do: what_to_do.to_owned() }
    }

    /// No such page or thing.
    pub(super) fn unknown() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "お探しのページはありません",
            "アドレスを確かめるか、メニューから選び直してください。",
        )
    }

    /// The page is there, but not for this.
    pub(super) fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "この操作はできません",
            "前のページに戻り、ボタンからやり直してください。",
        )
    }

    /// Asked for under a name that is not ours.
    pub(super) fn host() -> Self {
        Self::new(
            StatusCode::MISDIRECTED_REQUEST,
            "このアドレスでは開けません",
            "このパソコンで careplan-client open を実行するか、http://localhost と、あとに続くポート番号で開いてください。ほかのパソコンから使うには、設定の「事業所内での共有」を始めてください。",
        )
    }

    /// A form of another site, or of no page at all.
    pub(super) fn foreign_form() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "この操作は受け付けませんでした",
            "ほかのサイトから送られた操作のようです。この画面のメニューから、もう一度行ってください。",
        )
    }

    /// A form that cannot be read.
    pub(super) fn form() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "入力の内容を読み取れませんでした",
            "前のページに戻り、もう一度入力してください。",
        )
    }

    /// More than is taken at once.
    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "一度に受け付けられる大きさを超えています",
            "ファイルを分けて、もう一度入れてください。",
        )
    }

    /// Only managers may.
    pub(super) fn managers_only() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "この操作は管理者だけが行えます",
            "事業所の管理者に頼むか、管理者としてログインし直してください。",
        )
    }

    /// Our fault; the log knows more.
    pub(super) fn inside() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "処理できませんでした",
            "もう一度お試しください。続くときは、管理者が、設定の「この端末と電子証明書」で「問い合わせ用の報告」を保存し、それを添えて運用センターへ連絡してください。",
        )
    }

    /// A sentence of a room.
    pub(super) fn said(status: StatusCode, title: &str, sentence: impl std::fmt::Display) -> Self {
        Self::new(status, title, &sentence.to_string())
    }
}

impl From<StateFault> for Refused {
    fn from(fault: StateFault) -> Self {
        let cause = std::error::Error::source(&fault).map(ToString::to_string);
        tracing::error!(%fault, cause, "the state failed");
        Self::said(StatusCode::INTERNAL_SERVER_ERROR, "このパソコンの記録を読み書きできません", fault)
    }
}

impl From<OfficeFault> for Refused {
    fn from(fault: OfficeFault) -> Self {
        let status = match &fault {
            OfficeFault::Unknown(_) => return Self::unknown(),
            OfficeFault::WrongState(..) | OfficeFault::NotSetUp | OfficeFault::TooOld => StatusCode::CONFLICT,
            OfficeFault::State(_) | OfficeFault::File(_) | OfficeFault::Keys(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        tracing::warn!(code = fault.code(), "an office's operation failed");
        Self::said(status, "操作できませんでした", fault)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
