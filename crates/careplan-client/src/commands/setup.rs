//! `careplan-client setup`

use std::path::PathBuf;

use careplan_domain::licence::LicenceState;
use careplan_domain::{ServiceType, UserId};

use super::screen::{local, remark, say};
use super::{Outcome, secrets};
use crate::enrol::{CertificateSource, Fingerprint, RootSource, SetupOrder};
use crate::office::Office;

#[derive(Debug, clap::Args)]
pub(super) struct Setup {
    /// 連携基盤のURL（https://…）
    #[arg(long, value_name = "URL")]
    platform: String,
    /// 通知書にある「認証局の指紋」（sha256:…）
    #[arg(long, value_name = "FINGERPRINT", required_unless_present = "ca_file", conflicts_with = "ca_file")]
    ca_fingerprint: Option<Fingerprint>,
    /// 運用センターから受け取った認証局の証明書（PEM）
    #[arg(long, value_name = "PEM")]
    ca_file: Option<PathBuf>,
    /// ユーザID（KJで始まる14文字）
    #[arg(long, value_name = "ID")]
    user_id: UserId,
    /// パスワードを書いたファイル（なければ入力を求めます）
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// 証明書発行用パスワードを書いたファイル（なければ入力を求めます）
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pkcs12", "stored"])]
    issue_password_file: Option<PathBuf>,
    /// すでに持っている電子証明書（PKCS#12形式）を使います
    #[arg(long, value_name = "FILE")]
    pkcs12: Option<PathBuf>,
    /// 電子証明書ファイルのパスワードを書いたファイル（なければ入力を求めます）
    #[arg(long, value_name = "FILE", requires = "pkcs12")]
    pkcs12_password_file: Option<PathBuf>,
    /// 証明書ストア（Windows）に入っている電子証明書を、その指紋（certificates で表示されます）で選びます
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "pkcs12")]
    stored: Option<Fingerprint>,
    /// この端末で受信するサービス種類コード（繰り返し可。なければすべて）
    #[arg(long, value_name = "CODE")]
    service_type: Vec<ServiceType>,
    /// 受信したファイルを置くフォルダー（なければデータフォルダーの inbox）
    #[arg(long, value_name = "DIR")]
    inbox: Option<PathBuf>,
}

impl Setup {
    pub(super) async fn perform(self, office: &Office) -> anyhow::Result<Outcome> {
        let root = match (self.ca_fingerprint, self.ca_file) {
            (_, Some(path)) => RootSource::File(path),
            (Some(fingerprint), None) => RootSource::Fingerprint(fingerprint),
            (None, None) => anyhow::bail!("--ca-fingerprint または --ca-file を指定してください。"),
        };
        let password = secrets::secret(self.password_file.as_deref(), "パスワード", "--password-file")?;
        let certificate = match (&self.pkcs12, self.stored, &self.issue_password_file) {
            (_, Some(chosen), _) => CertificateSource::Stored(chosen),
            (Some(path), None, _) => CertificateSource::Pkcs12 {
                path: path.clone(),
                password: secrets::secret(
                    self.pkcs12_password_file.as_deref(),
                    "電子証明書ファイルのパスワード",
                    "--pkcs12-password-file",
                )?,
            },
            (None, None, None) if office.has_certificate_for(&self.user_id)? => CertificateSource::Present,
            (None, None, file) => CertificateSource::IssuePassword(secrets::secret(
                file.as_deref(),
                "証明書発行用パスワード",
                "--issue-password-file",
            )?),
        };
        let order = SetupOrder {
            platform: self.platform,
            root,
            user_id: self.user_id,
            password,
            certificate,
            service_types: self.service_type,
            inbox: self.inbox.map(std::path::absolute).transpose()?,
        };
        let report = office.set_up(&order).await?;
        say("初期設定が終わりました。");
        say(format_args!(
            "  事業所　　　　: {} {}",
            report.account.office.number, report.account.office.name
        ));
        say(format_args!("  認証局の指紋　: {}", report.root));
        say(format_args!("  電子証明書　　: {} まで有効", local(report.certificate_until)));
        say(format_args!("  ライセンス　　: {}", licence_ja(&report.licence)));
        say(format_args!("  受信フォルダー: {}", office.inbox_folder().await?.display()));
        if report.account.password_is_temporary {
            remark(
                "パスワードが仮パスワードのままです。Webサイトにログインして、新しいパスワードに変更してください。",
            );
        }
        if !report.licence.is_valid() {
            remark(
                "ライセンスが有効ではないため、まだ送信できません。利用申請をしてください。受信はできます。",
            );
        }
        say("続けて careplan-client run を起動すると、送受信を始めます。");
        Ok(Outcome::Done)
    }
}

/// A licence as an office reads it.
pub(super) fn licence_ja(licence: &LicenceState) -> String {
    match licence {
        LicenceState::NotApplied => "未申請".to_owned(),
        LicenceState::Upcoming { starts_at } => format!("{} から有効", local(*starts_at)),
        LicenceState::Valid { ends_at } => format!("有効（{} まで）", local(*ends_at)),
        LicenceState::Expired { ended_at } => format!("期限切れ（{} に終了）", local(*ended_at)),
    }
}
