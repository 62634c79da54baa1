//! The text of the systemd unit.

use std::path::{Path, PathBuf};

use super::ResidentFault;

/// The name of the unit.
pub const UNIT: &str = "careplan-client.service";

/// The first line of what we wrote; without it a unit is another's.
pub(super) const OURS: &str = "# careplan-client service install";

/// What is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The program.
    pub program: PathBuf,
    /// The data folder.
    pub data: PathBuf,
    /// The account whose files these are.
    pub account: String,
    /// The port of the screens.
    pub port: u16,
}

/// The unit of a definition.
///
/// # Errors
/// [`ResidentFault::Unsuitable`].
pub fn unit(definition: &Definition) -> Result<String, ResidentFault> {
    let Definition { program, data, account, port } = definition;
    let is_letter = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '$');
    if account.is_empty() || !account.chars().all(is_letter) {
        return Err(ResidentFault::Unsuitable("アカウント名"));
    }
    let program = quoted(program).ok_or(ResidentFault::Unsuitable("プログラムの場所"))?;
    let data = quoted(data).ok_or(ResidentFault::Unsuitable("データフォルダー"))?;
    // The folders of care software may be anywhere: what is protected is the system.
    Ok(format!(
        "{OURS}
[Unit]
Description=Careplan Exchange client
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
User={account}
ExecStart={program} --data {data} run --listen {port}
Restart=on-failure
RestartSec=5
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes

[Install]
WantedBy=multi-user.target
"
    ))
}

/// A path as one word of a command line (systemd.service, \"Command lines\"): quoted, and without what systemd would put in place of `%` and `$`.
fn quoted(path: &Path) -> Option<String> {
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control))?;
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    Some(format!("\"{text}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(data: &str) -> Definition {
        Definition {
            program: "/usr/local/bin/careplan-client".into(),
            data: data.into(),
            account: "careplan".into(),
            port: 8430,
        }
    }

    #[test]
    fn the_unit_runs_the_client_of_an_account_on_its_data() {
        insta::assert_snapshot!(unit(&definition("/var/lib/careplan")).unwrap(), @r#"
        # careplan-client service install
        [Unit]
        Description=Careplan Exchange client
        Wants=network-online.target
        After=network-online.target

        [Service]
        Type=notify
        User=careplan
        ExecStart="/usr/local/bin/careplan-client" --data "/var/lib/careplan" run --listen 8430
        Restart=on-failure
        RestartSec=5
        TimeoutStopSec=30
        UMask=0077
        NoNewPrivileges=yes
        ProtectSystem=full
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectControlGroups=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes

        [Install]
        WantedBy=multi-user.target
        "#);
    }

    #[test]
    fn a_path_stays_one_word_whatever_is_in_it() {
        let text = unit(&definition("/srv/ケア プラン/50%\"$HOME\\x")).unwrap();
        let line = text.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
        assert!(line.contains(r#" --data "/srv/ケア プラン/50%%\"$$HOME\\x" run "#), "{line}");
        assert!(unit(&definition("/srv/a\nUser=root")).is_err());
        let account = |name: &str| unit(&Definition { account: name.into(), ..definition("/srv") });
        for name in ["", "a b", "a\nExecStart=x", "山田"] {
            assert!(account(name).is_err(), "{name}");
        }
    }
}
