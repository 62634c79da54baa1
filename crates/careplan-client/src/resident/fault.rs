//! Why the service cannot be installed or driven.

use crate::files::FileFault;

/// Why the service cannot be installed or driven.
#[derive(Debug, thiserror::Error)]
pub enum ResidentFault {
    /// It is not there.
    #[error("サービスは登録されていません。careplan-client service install で登録してください。")]
    NotInstalled,
    /// There is no manager that we know.
    #[error(
        "このパソコンには systemd がありません。careplan-client run を、お使いの仕組みで常駐させてください。"
    )]
    NoManager,
    /// The account may not.
    #[error("サービスの登録には管理者の権限が必要です。sudo を付けて、もう一度実行してください。")]
    Forbidden,
    /// The definition holds something that cannot be written.
    #[error("{0}に、サービスの登録に使えない文字があります。別の名前にしてください。")]
    Unsuitable(&'static str),
    /// A service of that name is another program's.
    #[error(
        "同じ名前のサービス（careplan-client.service）を、別のプログラムが登録しています。そちらを削除してから、やり直してください。"
    )]
    Foreign,
    /// The manager refused.
    #[error(
        "systemd が受け付けませんでした（systemctl {0}）。journalctl -u careplan-client で理由を確かめてください。"
    )]
    Refused(String),
    /// The account may not, on Windows.
    #[error(
        "サービスの登録には管理者の権限が必要です。コマンドの画面を「管理者として実行」で開き、もう一度実行してください。"
    )]
    NotAdministrator,
    /// A service of that name on Windows is another program's.
    #[error(
        "同じ名前のサービス（careplan-client）を、別のプログラムが登録しています。そちらを削除してから、やり直してください。"
    )]
    ForeignService,
    /// It was asked to stop and has not.
    #[error(
        "サービスがまだ終わっていません。1分ほど待ってやり直し、続くときはパソコンを再起動してください。送受信の記録は失われません。"
    )]
    StillStopping,
    /// Windows refused, with its error code.
    #[error(
        "Windows が受け付けませんでした（エラー {0}）。イベント ビューアーの「システム」で理由を確かめてください。"
    )]
    Control(u32),
    /// A file.
    #[error(transparent)]
    File(FileFault),
}

impl From<FileFault> for ResidentFault {
    fn from(fault: FileFault) -> Self {
        match fault.source.kind() {
            std::io::ErrorKind::PermissionDenied => Self::Forbidden,
            _ => Self::File(fault),
        }
    }
}
