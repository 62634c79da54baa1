//! What went wrong, told to a program and to a person (RFC 9457).
//!
//! The table below is the one list of codes, shared by platform and client. A code is stable; its
//! sentences may get better. Every problem says what happened (`title`), where (`detail`) and what
//! to do next (`action`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// URI of the kind of problem: `urn:x-careplan:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The stable code.
    #[schema(value_type = String, example = "receiver-unknown")]
    pub code: Code,
    /// HTTP status.
    pub status: u16,
    /// What happened, in one Japanese sentence.
    pub title: String,
    /// Where: the value or place in question. Never quotes content or secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do next.
    pub action: String,
    /// Number of the request, to be quoted to the help desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// The problem of a code, with the table's sentences.
    pub fn new(code: Code) -> Self {
        Self {
            kind: format!("urn:x-careplan:problem:{code}"),
            code,
            status: code.status(),
            title: code.title().to_owned(),
            detail: None,
            action: code.action().to_owned(),
            request_id: None,
        }
    }

    /// Says where: a Japanese sentence with the value in question.
    #[must_use]
    pub fn detail(mut self, sentence: impl Into<String>) -> Self {
        self.detail = Some(sentence.into());
        self
    }
}

impl fmt::Display for Problem {
    /// What happened — where — what to do next, as one paragraph.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}。", self.title)?;
        if let Some(detail) = &self.detail {
            f.write_str(detail)?;
        }
        f.write_str(&self.action)
    }
}

impl std::error::Error for Problem {}

macro_rules! codes {
    ($($variant:ident = $code:literal, $status:literal, $title:literal, $action:literal;)*) => {
        /// Every problem the Office API can answer with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = concat!("`", $code, "`: ", $title)] $variant,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable code.
            pub const fn as_str(self) -> &'static str {
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
    CertificateMissing = "certificate-missing", 401,
        "電子証明書が提示されていません",
        "クライアントの初期設定（careplan-client setup）を済ませてから、もう一度お試しください。";
    CertificateUnreadable = "certificate-unreadable", 403,
        "電子証明書を読み取れません",
        "電子証明書を発行し直すか、正しい証明書ファイルを取り込み直してください。";
    CertificateUnknownAuthority = "certificate-unknown-authority", 403,
        "この電子証明書の発行元は受け付けていません",
        "本システムが発行した証明書か、介護保険証明書を選んでください。";
    CertificateExpired = "certificate-expired", 403,
        "電子証明書の有効期限が切れています",
        "クライアントの設定の「この端末と電子証明書」から取得し直してください（画面を使わないときは careplan-client setup）。";
    CertificateNotYetValid = "certificate-not-yet-valid", 403,
        "電子証明書の有効期間がまだ始まっていません",
        "パソコンの日付と時刻が正しいか確かめてください。";
    CertificateRevoked = "certificate-revoked", 403,
        "この電子証明書は失効しています",
        "心当たりがない場合は運用センターへ連絡し、証明書発行用パスワードの再発行を受けてください。";
    CertificateKind = "certificate-kind", 403,
        "この種類の電子証明書は使えません",
        "使えるのは、本システムのケアプラン証明書（介護DX証明書）と介護保険証明書です。";
    CertificateNoOffice = "certificate-no-office", 403,
        "電子証明書から事業所番号を読み取れません",
        "証明書の種類を確かめ、運用センターへ連絡してください。";
    RevocationUnknown = "revocation-unknown", 503,
        "この電子証明書が失効していないことを、いま確かめられません",
        "証明書に問題があるわけではありません。しばらく待ってやり直し、続く場合は運用センターへ連絡してください。";
    OfficeUnknown = "office-unknown", 403,
        "この事業所は登録されていません",
        "事業所番号を確かめ、運用センターへ連絡してください。";
    OfficeSuspended = "office-suspended", 403,
        "この事業所の利用は停止されています",
        "停止の理由と再開の手続きを運用センターへ確かめてください。";
    CredentialsMissing = "credentials-missing", 401,
        "ユーザIDとパスワードが必要です",
        "通知書に書かれたユーザIDとパスワードを入力してください。";
    CredentialsWrong = "credentials-wrong", 401,
        "ユーザIDまたはパスワードが違います",
        "通知書の文字を確かめて入力し直してください。仮パスワードを変更したあとは、新しいパスワードを使います。3回続けて間違えると30分間使えなくなります。";
    AccountLocked = "account-locked", 403,
        "続けて間違えたため、しばらく使えません",
        "表示された時刻のあとに、もう一度お試しください。";
    IssuePasswordWrong = "issue-password-wrong", 401,
        "ユーザIDまたは証明書発行用パスワードが違います",
        "通知書の「証明書発行用パスワード」を確かめて入力し直してください。ログイン用のパスワードとは別のものです。";
    IssuePasswordUsed = "issue-password-used", 403,
        "この証明書発行用パスワードは使用済みです",
        "新しい証明書発行用パスワードの発行を運用センターへ依頼してください。";
    IssuePasswordExpired = "issue-password-expired", 403,
        "証明書発行用パスワードの期限が切れています",
        "新しい証明書発行用パスワードの発行を運用センターへ依頼してください。";
    EnrolmentRequestInvalid = "enrolment-request-invalid", 400,
        "証明書の発行要求を読み取れません",
        "PKCS#10形式（P-256、またはRSA 2048ビット以上の鍵）の要求を送ってください。";
    // What is sent.
    HeaderInvalid = "header-invalid", 400,
        "要求の項目に誤りがあります",
        "示された項目を直して、もう一度送ってください。";
    SenderNotCaller = "sender-not-caller", 403,
        "送信元が電子証明書の事業所と違います",
        "ファイル名の送信元の事業所番号を確かめ、介護ソフトから出力し直してください。";
    SenderServiceTypeUnknown = "sender-service-type-unknown", 403,
        "送信元のサービス種類が登録されていません",
        "ファイル名のサービス種類コードを確かめるか、登録の追加を運用センターへ依頼してください。";
    SenderUnlicensed = "sender-unlicensed", 403,
        "自事業所のライセンスが有効ではありません",
        "利用申請または更新をしてください。受信は引き続きできます。";
    ReceiverUnknown = "receiver-unknown", 422,
        "宛先の事業所は登録されていません",
        "番号を確かめるか、事業所検索から選び直してください。";
    ReceiverServiceTypeUnknown = "receiver-service-type-unknown", 422,
        "宛先の事業所は、そのサービス種類を行っていません",
        "ファイル名のサービス種類コードを確かめ、事業所検索で宛先を選び直してください。";
    ReceiverUnlicensed = "receiver-unlicensed", 422,
        "宛先の事業所のライセンスが有効ではありません",
        "宛先へ利用申請・更新を確かめてください。それまでは、これまでの方法で届けてください。";
    ReceiverSuspended = "receiver-suspended", 422,
        "宛先の事業所の利用は停止されています",
        "宛先へ確かめてください。それまでは、これまでの方法で届けてください。";
    SameAddress = "same-address", 422,
        "送信元と宛先が同じです",
        "宛先の事業所番号とサービス種類を確かめてください。";
    FileCount = "file-count", 422,
        "1回に送れるファイルは1〜50個です",
        "送信を分けてください。";
    TooLarge = "too-large", 413,
        "1回に送れる大きさ（20 MiB）を超えています",
        "添付を減らすか、送信を分けてください。";
    LengthMismatch = "length-mismatch", 400,
        "受け取ったデータの長さが、届け出た長さと違います",
        "通信が途中で切れた可能性があります。もう一度送ってください。";
    DigestMismatch = "digest-mismatch", 400,
        "受け取ったデータが、届け出たハッシュ値と一致しません",
        "通信中に壊れた可能性があります。もう一度送ってください。";
    IdConflict = "id-conflict", 409,
        "同じ番号で別の内容がすでに受け付けられています",
        "新しい送信として送り直してください。";
    UploadUnknown = "upload-unknown", 404,
        "分割送信の途中のデータがありません",
        "はじめから送り直してください。";
    UploadOffset = "upload-offset", 409,
        "分割送信の続きの位置が合いません",
        "基盤が持っている位置（Upload-Offset）から続けてください。";
    // A transmission's life.
    TransmissionUnknown = "transmission-unknown", 404,
        "その送信は見つかりません",
        "番号を確かめてください。保存期間を過ぎた送信は表示できません。";
    NotSender = "not-sender", 403,
        "この操作は送信元の事業所だけができます",
        "送信元の事業所へ依頼してください。";
    NotReceiver = "not-receiver", 403,
        "この操作は宛先の事業所だけができます",
        "宛先の事業所へ依頼してください。";
    NotFetched = "not-fetched", 409,
        "まだ受け取られていない送信です",
        "先に内容を受け取ってください。";
    NotAcknowledged = "not-acknowledged", 409,
        "まだ受領証を返していない送信です",
        "先に受領してください。";
    AlreadyFetched = "already-fetched", 409,
        "宛先がすでに受け取っているため、取り下げできません",
        "宛先へ連絡し、訂正したものを送り直してください。";
    TransmissionEnded = "transmission-ended", 409,
        "この送信はすでに終了しています",
        "必要であれば、送信元に新しい送信として送り直してもらってください。";
    LetterGone = "letter-gone", 410,
        "保存期間を過ぎたため、内容は削除されました",
        "必要であれば、送信元に送り直してもらってください。受付票と受領証は引き続き取り出せます。";
    ReceiptUnknown = "receipt-unknown", 404,
        "その受領証はまだありません",
        "状態を確かめてください。";
    ReceiptInvalid = "receipt-invalid", 422,
        "受領証の署名または内容を確かめられません",
        "クライアントを最新版にして、もう一度お試しください。";
    // Terminals.
    AnnouncementInvalid = "announcement-invalid", 422,
        "端末鍵の公告を確かめられません",
        "パソコンの時刻を確かめ、クライアントの初期設定をやり直してください。";
    AnnouncementSuperseded = "announcement-superseded", 409,
        "この端末には、より新しい鍵の公告があります",
        "クライアントを再起動してください。";
    TerminalLimit = "terminal-limit", 409,
        "登録できる端末は16台までです",
        "使っていない端末の登録を解除してください。";
    TerminalUnknown = "terminal-unknown", 404,
        "その端末は登録されていません",
        "端末の番号を確かめてください。";
    // The web site.
    PageUnknown = "page-unknown", 404,
        "そのページはありません",
        "アドレスを確かめるか、トップから開き直してください。";
    FormInvalid = "form-invalid", 400,
        "入力された内容を読み取れません",
        "前のページに戻り、もう一度入力してください。";
    FormTooLarge = "form-too-large", 413,
        "入力が大きすぎます",
        "前のページに戻り、入力を短くしてから、もう一度お試しください。";
    FormForeign = "form-foreign", 403,
        "ほかのサイトから送られた入力は受け付けません",
        "このサイトのページを開き直し、もう一度入力してください。";
    ActionUnknown = "action-unknown", 405,
        "その操作はできません",
        "前のページに戻るか、トップから開き直してください。";
    StepDue = "step-due", 403,
        "先に済ませる手続きがあります",
        "トップから開き直し、表示された手続きを済ませてください。";
    // The service itself.
    RouteUnknown = "route-unknown", 404,
        "その窓口はありません",
        "クライアントを最新版にしてください。";
    MethodNotAllowed = "method-not-allowed", 405,
        "その操作はこの窓口ではできません",
        "クライアントを最新版にしてください。";
    TooManyRequests = "too-many-requests", 429,
        "要求が多すぎます",
        "しばらく待ってから、もう一度お試しください。";
    Timeout = "timeout", 408,
        "時間内にデータを受け取れませんでした",
        "回線を確かめ、もう一度送ってください。途中まで送れたデータは続きから送れます。";
    StorageUnavailable = "storage-unavailable", 503,
        "連携基盤が一時的に応答できません",
        "データは失われていません。クライアントが自動でやり直します。";
    StorageFull = "storage-full", 507,
        "連携基盤の保存領域が足りません",
        "運用センターが対応します。データは失われていません。クライアントが自動でやり直します。";
    ShuttingDown = "shutting-down", 503,
        "連携基盤は再起動中です",
        "まもなく再開します。クライアントが自動でやり直します。";
    Internal = "internal", 500,
        "連携基盤で予期しない問題が起きました",
        "しばらく待ってやり直し、続く場合は問い合わせ番号を運用センターへ伝えてください。";
}

impl Code {
    /// The code of its stable text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Self::TooManyRequests
                | Self::Timeout
                | Self::StorageUnavailable
                | Self::StorageFull
                | Self::ShuttingDown
                | Self::RevocationUnknown
                | Self::Internal
                | Self::LengthMismatch
                | Self::DigestMismatch
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    /// An unknown code (of a newer platform) is read as [`Code::Internal`]; the sentences of the
    /// document are shown as they came.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Ok(Self::parse(&text).unwrap_or(Self::Internal))
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
            assert!((400..600).contains(&code.status()), "{code}");
            assert!(!code.title().is_empty() && !code.title().ends_with('。'), "{code}");
            assert!(code.action().ends_with('。'), "{code}");
        }
    }

    #[test]
    fn a_problem_reads_as_what_happened_where_and_what_to_do() {
        let problem = Problem::new(Code::ReceiverUnknown).detail("宛先の事業所番号は `1370000009` です。");
        assert_eq!(
            problem.to_string(),
            "宛先の事業所は登録されていません。宛先の事業所番号は `1370000009` です。番号を確かめるか、事業所検索から選び直してください。"
        );
    }

    #[test]
    fn a_problem_of_a_newer_platform_is_still_read() {
        let text =
            r#"{"type":"urn:x-careplan:problem:new","code":"new","status":418,"title":"t","action":"a"}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert_eq!((problem.code, problem.status, problem.title.as_str()), (Code::Internal, 418, "t"));
    }
}
