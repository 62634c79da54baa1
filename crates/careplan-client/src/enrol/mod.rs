//! Setting a client up: believe the platform, obtain a certificate, announce this terminal's key.
//!
//! Promises: no secret is sent before the platform's root was compared with what the office's
//! letter says (RFC 7030 section 4.1.1); the key never leaves this computer; every step is stored
//! before the next begins, so that a lost answer or a kill is mended by running set-up again with
//! the same key.

mod again;
mod announce;
mod bundle;
mod certificate;
mod ending;
mod renew;
mod root;
mod setup;

use careplan_domain::OfficeNumber;
use careplan_domain::Timestamp;
use careplan_domain::licence::LicenceState;
use careplan_envelope::Pkcs12Fault;

pub use again::Obtained;
pub use ending::Ending;
pub use renew::{RENEWAL_DAYS, Renewed};
pub use root::{Fingerprint, FingerprintFault, RootSource};
pub use setup::{CertificateSource, SetupOrder, SetupReport};

use crate::files::FileFault;
use crate::keys::KeysFault;
use crate::office::OfficeFault;
use crate::platform::PlatformFault;
use crate::state::StateFault;
use crate::trust::TrustFault;

/// Why set-up or renewal stopped.
#[derive(Debug, thiserror::Error)]
pub enum EnrolFault {
    /// The platform shows no root of the expected fingerprint.
    #[error(
        "接続先の認証局の指紋が、通知書の指紋と一致しません。接続先のURLと、通知書の「認証局の指紋」を確かめてください。何も送信していません。"
    )]
    RootMismatch,
    /// A file with the root holds none, or more than one.
    #[error(
        "認証局の証明書ファイルを読み取れません。運用センターから受け取ったPEM形式のファイル（証明書1つ）を指定してください。"
    )]
    RootFile,
    /// The client was set up for another office or platform.
    #[error(
        "このデータフォルダーは、事業所 {0} の初期設定に使われています。別の事業所には、別のフォルダーを --data で指定してください。"
    )]
    OtherOffice(OfficeNumber),
    /// The user ID given belongs to another office than the platform says.
    #[error("ユーザIDの事業所と、連携基盤が答えた事業所が違います。運用センターへ連絡してください。")]
    AccountMismatch,
    /// The service type is not registered for the office.
    #[error(
        "サービス種類 {0} は、この事業所に登録されていません。登録されている {1} の中から指定するか、--service-type を省いてください。"
    )]
    ServiceType(String, String),
    /// What the authority sent is no certificate for our key and office.
    #[error(
        "発行された電子証明書を確かめられません（{0}）。もう一度同じ操作をし、続くときは運用センターへ連絡してください。"
    )]
    Issued(&'static str),
    /// The authority did not issue in time.
    #[error(
        "電子証明書の発行を待っています。しばらくしてから、同じ操作をもう一度してください。続きから行います。"
    )]
    NotYet,
    /// Another authority made the certificate.
    #[error(
        "この電子証明書は、本システムの認証局が発行したものではないため、ここからは更新できません。発行元で更新し、新しい証明書ファイルを、設定の「この端末と電子証明書」から取り込んでください。"
    )]
    NotOurs,
    /// The certificate ended, so that it opens no door any more.
    #[error(
        "電子証明書の有効期限が切れているため、更新できません。Webサイトの「電子証明書」で発行用パスワードを受け取ると、設定の「この端末と電子証明書」から取得し直せます（画面を使わないときは careplan-client setup）。送受信の記録は残ります。"
    )]
    Ended,
    /// There is nothing to choose a certificate from.
    #[error(
        "このパソコンには、電子証明書を選べる証明書ストアがありません。証明書ファイル（PKCS#12）か、証明書発行用パスワードを使ってください。"
    )]
    NoStore,
    /// The file with an existing certificate.
    #[error("{}", pkcs12_ja(*.0))]
    Pkcs12(Pkcs12Fault),
    /// An existing certificate is not accepted.
    #[error(
        "この電子証明書は使えません：{0}。使えるのは、本システムのケアプラン証明書（介護DX証明書）と介護保険証明書です。"
    )]
    Certificate(TrustFault),
    /// An existing certificate belongs to another office.
    #[error("電子証明書の事業所番号 {0} が、ユーザIDの事業所と違います。証明書ファイルを確かめてください。")]
    CertificateOffice(OfficeNumber),
    /// Anything else.
    #[error(transparent)]
    Office(#[from] OfficeFault),
}

fn pkcs12_ja(fault: Pkcs12Fault) -> &'static str {
    match fault {
        Pkcs12Fault::WrongPassword => {
            "証明書ファイル（PKCS#12）のパスワードが違います。発行時の書類を確かめてください。"
        }
        Pkcs12Fault::NoKey | Pkcs12Fault::NoCertificate => {
            "証明書ファイル（PKCS#12）に、鍵と証明書の組が入っていません。秘密鍵を含めて書き出したファイルを指定してください。"
        }
        Pkcs12Fault::SeveralKeys => {
            "証明書ファイル（PKCS#12）に鍵が2つ以上入っています。使うもの1つだけを書き出したファイルを指定してください。"
        }
        Pkcs12Fault::UnacceptableKey => {
            "証明書の鍵の種類が使えません（RSA 2048ビット以上、またはP-256）。証明書を発行し直してください。"
        }
        _ => "証明書ファイルを読み取れません。PKCS#12形式（.p12 / .pfx）のファイルを指定してください。",
    }
}

macro_rules! through_office {
    ($($fault:ty),*) => {$(
        impl From<$fault> for EnrolFault {
            fn from(fault: $fault) -> Self {
                Self::Office(fault.into())
            }
        }
    )*};
}
through_office!(FileFault, KeysFault, PlatformFault, StateFault, TrustFault);

/// What an office should know about its certificate, key and licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The office.
    pub office: OfficeNumber,
    /// Until when the certificate is valid.
    pub certificate_until: Timestamp,
    /// Its serial number in hexadecimal.
    pub certificate_serial: String,
    /// When this terminal's key was announced.
    pub announced_at: Option<Timestamp>,
    /// The licence as the platform says; `None` when it was not asked.
    pub licence: Option<LicenceState>,
}
