//! What went wrong, told to a program and to a person (RFC 9457): the local API's own table of codes.
//!
//! Problems have the shape of the platform's ([`careplan_protocol::Problem`]); what the platform refused keeps the platform's code and
//! sentences. The cause inside goes to the log, once, and never to the caller.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use careplan_protocol::headers::PROBLEM_JSON;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// Seconds after which a caller may try again what could not be done at the time.
const RETRY_SECONDS: u16 = 5;

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// URI of the kind of problem: `urn:x-careplan:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The stable code: one of the local API's, or the platform's where the platform refused.
    #[schema(value_type = String, example = "token-unknown")]
    pub code: Cow<'static, str>,
    /// HTTP status.
    pub status: u16,
    /// What happened, in one Japanese sentence.
    pub title: String,
    /// Where: the item or value in question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do next.
    pub action: String,
}

macro_rules! codes {
    ($($variant:ident = $code:literal, $status:literal, $title:literal, $action:literal;)*) => {
        /// Every problem that the local API itself can answer with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = concat!("`", $code, "`: ", $title)] $variant,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// HTTP status of the answer.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// What happened, in one Japanese sentence without full stop.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What to do next.
            pub fn action(self) -> &'static str {
                match self { $(Self::$variant => $action,)* }
            }
        }
    };
}

codes! {
    // Who is calling.
    HostForeign = "host-foreign", 421,
        "このアドレスでは使えません",
        "同じパソコンから http://localhost と、あとに続くポート番号で呼び出してください。";
    Browser = "browser", 403,
        "ブラウザーからは使えません",
        "ローカルAPIは、介護ソフトなどのプログラムから呼び出してください。人が使う画面は、同じアドレスをブラウザーで開くと表示されます。";
    Elsewhere = "elsewhere", 403,
        "ほかのパソコンからは使えません",
        "クライアントが動いているパソコンから呼び出すか、設定でほかのパソコンからの利用を許可してください。";
    TokenMissing = "token-missing", 401,
        "トークンがありません",
        "careplan-client api-token add で作ったトークンを、Authorization: Bearer ヘッダーに付けてください。";
    TokenUnknown = "token-unknown", 401,
        "トークンが正しくありません",
        "アプリケーションの設定のトークンを確かめてください。分からなくなったときは、careplan-client api-token で取り消して作り直してください。";
    TokenRevoked = "token-revoked", 401,
        "このトークンは取り消されています",
        "careplan-client api-token add で新しいトークンを作り、アプリケーションの設定に登録してください。";
    // What is asked.
    RouteUnknown = "route-unknown", 404,
        "その窓口はありません",
        "アドレスを docs/local-api.json と見比べてください。クライアントを最新版にすると使えることがあります。";
    MethodNotAllowed = "method-not-allowed", 405,
        "その操作はこの窓口ではできません",
        "メソッドを docs/local-api.json と見比べてください。";
    RequestInvalid = "request-invalid", 400,
        "要求の項目に誤りがあります",
        "示された項目を直して、もう一度要求してください。";
    BodyInvalid = "body-invalid", 400,
        "要求の本文を読み取れません",
        "本文は docs/local-api.json のとおりのJSON（UTF-8）にしてください。ファイルの内容は改行のないbase64で入れます。";
    BodyKind = "body-kind", 415,
        "本文の種類がJSONではありません",
        "Content-Type: application/json を付けて、JSONの本文を送ってください。";
    BodyTooLarge = "body-too-large", 413,
        "本文が大きすぎます",
        "ファイルを分けて、別々の要求にしてください。";
    FilesNone = "files-none", 422,
        "ファイルがありません",
        "files に1個以上のファイルを入れてください。";
    FilesTooMany = "files-too-many", 422,
        "ファイルが多すぎます",
        "ファイルを分けて、別々の要求にしてください。";
    FileName = "file-name", 422,
        "受け付けられないファイル名があります",
        "介護ソフトが書き出したときのファイル名を、フォルダーを付けずに指定してください。";
    DocumentSender = "document-sender", 422,
        "文書の送信元が、このクライアントの事業所ではありません",
        "documents の from に、自事業所の番号とサービス種類コードを指定してください。";
    // Sending.
    KeyConflict = "key-conflict", 409,
        "同じキーで、別の内容がすでに送られています",
        "内容が違うときは、新しいキーを使ってください。";
    SendUnknown = "send-unknown", 404,
        "そのキーの送信はありません",
        "キーを確かめてください。90日を過ぎたキーは忘れられます。送信した1件ごとの状態は sent から調べられます。";
    // Transmissions.
    TransmissionUnknown = "transmission-unknown", 404,
        "その送信番号のものはありません",
        "送信番号を確かめてください。";
    FileUnknown = "file-unknown", 404,
        "その名前のファイルはありません",
        "ファイルの一覧（files）で名前を確かめてください。";
    FilesGone = "files-gone", 410,
        "ファイルは、もうこのパソコンにありません",
        "保存期間を過ぎたか、受信フォルダーから移されています。必要であれば、送信元に送り直してもらってください。";
    FilesChanged = "files-changed", 409,
        "ファイルの内容が、受信したときと違います",
        "受信フォルダーのファイルが書き換えられた可能性があります。送信元に送り直してもらうか、サポートへ連絡してください。";
    FilesNotYet = "files-not-yet", 409,
        "まだ受信の途中です",
        "状態が「受領済」になるのを待って、もう一度要求してください。";
    WrongState = "wrong-state", 409,
        "いまの状態では、この操作はできません",
        "状態を確かめてください。";
    // Events.
    EventsGone = "events-gone", 410,
        "その位置から後の出来事は、もう分かりません",
        "一覧を読み直し、そのあと after を付けずに出来事を読んで、next から続けてください。";
    WaitingTooMany = "waiting-too-many", 429,
        "出来事を待っている要求が多すぎます",
        "1つのアプリケーションでは、待つ要求を1つだけにしてください。";
    // The client itself.
    NotSetUp = "not-set-up", 409,
        "クライアントの初期設定がまだです",
        "クライアントの画面か careplan-client setup で、初期設定を済ませてください。";
    Busy = "busy", 503,
        "クライアントが送受信の途中です",
        "少し待って、もう一度要求してください。";
    PlatformAway = "platform-away", 503,
        "いま連携基盤につながりません",
        "回線を確かめ、しばらく待って、もう一度要求してください。";
    StorageFull = "storage-full", 507,
        "パソコンのディスクに空きがありません",
        "不要なファイルを削除して空きを作り、もう一度要求してください。途中のものは失われません。";
    Internal = "internal", 500,
        "クライアントで予期しない問題が起きました",
        "もう一度要求してください。続くときは、クライアントを再起動し、サポートへ連絡してください。";
}

impl Code {
    /// Whether the same request may succeed later without anybody changing anything.
    fn is_transient(self) -> bool {
        matches!(self, Self::WaitingTooMany | Self::Busy | Self::PlatformAway | Self::FilesNotYet)
    }
}

impl Problem {
    /// The problem of a code, with the table's sentences.
    pub fn new(code: Code) -> Self {
        Self {
            kind: format!("urn:x-careplan:problem:{}", code.as_str()),
            code: code.as_str().into(),
            status: code.status(),
            title: code.title().to_owned(),
            detail: None,
            action: code.action().to_owned(),
        }
    }
}

/// A refusal on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    problem: Box<Problem>,
    is_transient: bool,
}

impl Refused {
    /// A problem of the platform, as it came. That the platform does not know this office is no word about the application's token.
    pub(super) fn of_platform(problem: &careplan_protocol::Problem) -> Self {
        let status = if matches!(problem.status, 401 | 403) { 502 } else { problem.status };
        let is_transient = problem.code.is_transient();
        let problem = Problem {
            kind: problem.kind.clone(),
            code: problem.code.as_str().into(),
            status,
            title: problem.title.clone(),
            detail: problem.detail.clone(),
            action: problem.action.clone(),
        };
        Self { problem: Box::new(problem), is_transient }
    }

    /// The stable code.
    #[cfg(test)]
    pub(super) fn code(&self) -> &str {
        &self.problem.code
    }

    /// Says where: a Japanese sentence with the value in question.
    pub(super) fn detail(mut self, sentence: impl Into<String>) -> Self {
        self.problem.detail = Some(sentence.into());
        self
    }
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Self { problem: Box::new(Problem::new(code)), is_transient: code.is_transient() }
    }
}

/// One item of a request: which, and what is wrong with it.
pub(super) fn invalid(item: &str, what: &str) -> Refused {
    Refused::from(Code::RequestInvalid).detail(format!("項目 `{item}`: {what}。"))
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self { problem, is_transient } = self;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&*problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if is_transient {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_unique_and_says_what_happened_and_what_to_do() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(!code.title().is_empty() && !code.title().ends_with('。'), "{code:?}");
            assert!(code.action().ends_with('。'), "{code:?}");
        }
    }

    #[test]
    fn what_the_platform_says_of_the_office_is_no_word_about_the_token() {
        use careplan_protocol::Code as Theirs;
        for (code, status) in [
            (Theirs::CertificateMissing, 502),
            (Theirs::OfficeSuspended, 502),
            (Theirs::AlreadyFetched, 409),
            (Theirs::StorageUnavailable, 503),
        ] {
            let answer = Refused::of_platform(&careplan_protocol::Problem::new(code)).into_response();
            assert_eq!(answer.status().as_u16(), status, "{code}");
            assert_eq!(answer.headers().contains_key(header::RETRY_AFTER), code.is_transient(), "{code}");
            assert!(!answer.headers().contains_key(header::WWW_AUTHENTICATE));
        }
    }
}
