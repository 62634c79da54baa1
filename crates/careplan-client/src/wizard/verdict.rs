//! From faults and licences to what a person is told, and what to do about it.

use careplan_domain::calendar;
use careplan_domain::calendar::spoken;
use careplan_domain::licence::LicenceState;
use careplan_protocol::Code;
use url::Url;

use super::Trial;
use crate::enrol::EnrolFault;
use crate::office::OfficeFault;
use crate::platform::{PlatformFault, TransportFault};

/// What this computer cannot do is no trial's result.
pub(super) fn own(fault: OfficeFault) -> Result<OfficeFault, OfficeFault> {
    match fault {
        OfficeFault::State(_) | OfficeFault::Keys(_) | OfficeFault::File(_) => Err(fault),
        fault => Ok(fault),
    }
}

pub(super) fn enrol_trial(fault: EnrolFault) -> Result<Trial, OfficeFault> {
    match fault {
        EnrolFault::Office(fault) => {
            let fault = own(fault)?;
            let is_untrusted =
                matches!(&fault, OfficeFault::Platform(PlatformFault::Transport(TransportFault::Untrusted)));
            let trial = Trial::failed(fault.to_string());
            Ok(if is_untrusted {
                trial.todo("セキュリティソフトが通信の中身を検査していると、このようになることがあります。事業所のネットワークの担当者に、連携基盤への通信を検査の対象から外せるか確かめてください。")
            } else {
                trial
            })
        }
        fault => Ok(Trial::failed(fault.to_string())),
    }
}

/// Whether the platform does not know the password of the user ID.
pub(super) fn is_wrong_password(fault: &EnrolFault) -> bool {
    let EnrolFault::Office(OfficeFault::Platform(fault)) = fault else { return false };
    fault.problem() == Some(Code::CredentialsWrong)
}

pub(super) fn no_connection(platform: &str, fault: OfficeFault) -> Trial {
    let OfficeFault::Platform(fault) = fault else { return Trial::failed(fault.to_string()) };
    let host = Url::parse(platform)
        .ok()
        .and_then(|url| Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?)));
    let host = host.unwrap_or_else(|| platform.to_owned());
    match fault {
        PlatformFault::Transport(TransportFault::Settings) => Trial::failed(format!("{platform} への接続を始められません。"))
            .todo("接続先とプロキシの入力を、通知書などで確かめてください。"),
        PlatformFault::Transport(_) => Trial::failed(format!("{host} につながりませんでした。"))
            .todo("このパソコンのブラウザーで、ほかのサイトが開けるか確かめてください。開けないときは、LANケーブルやWi-Fiを確かめてください。")
            .todo("接続先を、通知書と1文字ずつ見比べてください。")
            .todo("事業所でプロキシを使っているときは、「プロキシを指定する」を選んで入力してください。使っているかわからないときは、事業所のネットワークの担当者に確かめてください。")
            .todo(format!("ウイルス対策ソフトやルーターが通信を止めていることがあります。{host} への通信（TCP）を許可してください。")),
        PlatformFault::Unreadable { status } => Trial::failed(format!("{host} から、連携基盤のものではない返事が届きました（HTTP {status}）。"))
            .todo("接続先を、通知書と1文字ずつ見比べてください。")
            .todo("プロキシを通るときは、プロキシのユーザー名とパスワードを確かめてください。"),
        fault @ PlatformFault::Problem(_) => Trial::failed(fault.to_string()),
    }
}

pub(super) fn judge_licence(licence: &LicenceState) -> Trial {
    let day = |at| spoken(calendar::day(at));
    let apply = "Webサイトにログインして、「利用申請」をしてください。終わったら、この画面に戻って、もう一度確かめてください。";
    match licence {
        LicenceState::Valid { ends_at } => {
            Trial::passed(format!("利用申請は済んでいます（{}まで）。", spoken(calendar::last_day(*ends_at))))
        }
        LicenceState::Upcoming { starts_at } => {
            Trial::passed(format!("利用申請は済んでいます。{}から送信できます。", day(*starts_at)))
        }
        LicenceState::NotApplied => {
            Trial::failed("利用申請がまだです。受信はできますが、送信はできません。").todo(apply)
        }
        LicenceState::Expired { ended_at } => Trial::failed(format!(
            "利用期間が{}に終わっています。受信はできますが、送信はできません。",
            spoken(calendar::last_day(*ended_at))
        ))
        .todo(apply),
    }
}
