//! `careplan-client service`

use std::path::PathBuf;

use anyhow::Context as _;

use super::screen::say;
use super::{Outcome, data_folder};
use crate::resident::{Definition, ServiceState, SystemService, Systemd, unit};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Service {
    /// サービスとして登録し、起動します（パソコンの起動時に、ログインしなくても動きます。管理者の権限が必要です）
    Install(Install),
    /// 停止し、登録を取り消します（データは残ります）
    Remove,
    /// 起動します
    Start,
    /// 停止します
    Stop,
    /// 登録と動作の状態を表示します（終了コード：0 動いている、1 動いていない）
    Status,
}

#[derive(Debug, clap::Args)]
pub(super) struct Install {
    /// 動かすアカウント（データフォルダーの持ち主。sudo で実行したときは、なければ sudo の元のアカウント）
    #[arg(long, value_name = "NAME", env = "SUDO_USER", hide_env = true)]
    account: Option<String>,
    /// 画面を開くポート番号
    #[arg(long, value_name = "PORT", default_value_t = crate::screen::PORT, value_parser = clap::value_parser!(u16).range(1024..))]
    listen: u16,
    /// 登録せずに、登録される内容を表示します
    #[arg(long)]
    print: bool,
}

impl Service {
    pub(super) fn perform(self, data: Option<PathBuf>) -> anyhow::Result<Outcome> {
        self.perform_with(data, &Systemd::of_this_machine())
    }

    fn perform_with(self, data: Option<PathBuf>, system: &dyn SystemService) -> anyhow::Result<Outcome> {
        match self {
            Self::Install(install) => return install.perform(data, system),
            Self::Remove => {
                system.remove()?;
                say("サービスの登録を取り消しました。データはそのまま残っています。");
            }
            Self::Start => {
                system.start()?;
                say("起動しました。");
            }
            Self::Stop => {
                system.stop()?;
                say("停止しました。次にパソコンを起動すると、また動きます。");
            }
            Self::Status => {
                let state = system.state()?;
                say(format_args!("サービス：{}", state.label_ja()));
                let runs = state == ServiceState::Running;
                return Ok(if runs { Outcome::Done } else { Outcome::Refused });
            }
        }
        Ok(Outcome::Done)
    }
}

impl Install {
    fn perform(self, data: Option<PathBuf>, system: &dyn SystemService) -> anyhow::Result<Outcome> {
        let data = match data {
            Some(data) => std::path::absolute(data)?,
            None => data_folder::default()?,
        };
        let account = self.account.context(
            "動かすアカウントが分かりません。--account で、データフォルダーの持ち主のアカウント名を指定してください。",
        )?;
        let program = std::env::current_exe().context("このプログラムの場所が分かりません")?;
        let definition = Definition { program, data, account, port: self.listen };
        if self.print {
            say(unit(&definition)?.trim_end());
            return Ok(Outcome::Done);
        }
        system.install(&definition)?;
        say("サービスとして登録し、起動しました。careplan-client service status で状態を確かめられます。");
        Ok(Outcome::Done)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::resident::ResidentFault;

    /// The service manager of no operating system.
    struct Fake(RefCell<Option<(Definition, bool)>>);

    impl Fake {
        fn run(&self, runs: bool) -> Result<(), ResidentFault> {
            let mut held = self.0.borrow_mut();
            held.as_mut().ok_or(ResidentFault::NotInstalled)?.1 = runs;
            Ok(())
        }
    }

    impl SystemService for Fake {
        fn install(&self, definition: &Definition) -> Result<(), ResidentFault> {
            *self.0.borrow_mut() = Some((definition.clone(), true));
            Ok(())
        }

        fn remove(&self) -> Result<(), ResidentFault> {
            *self.0.borrow_mut() = None;
            Ok(())
        }

        fn start(&self) -> Result<(), ResidentFault> {
            self.run(true)
        }

        fn stop(&self) -> Result<(), ResidentFault> {
            self.run(false)
        }

        fn state(&self) -> Result<ServiceState, ResidentFault> {
            Ok(match &*self.0.borrow() {
                None => ServiceState::NotInstalled,
                Some((_, true)) => ServiceState::Running,
                Some((_, false)) => ServiceState::Stopped,
            })
        }
    }

    #[test]
    fn the_commands_drive_whatever_service_manager_there_is() {
        let fake = Fake(RefCell::new(None));
        let data = || Some(PathBuf::from("/srv/careplan"));
        let install = |account: Option<&str>, print| {
            Service::Install(Install { account: account.map(str::to_owned), listen: 8430, print })
        };
        let perform = |service: Service| service.perform_with(data(), &fake);
        assert_eq!(perform(Service::Status).unwrap(), Outcome::Refused);
        assert!(perform(Service::Start).unwrap_err().to_string().contains("service install"));
        assert!(perform(install(None, false)).unwrap_err().to_string().contains("--account"));
        assert_eq!(perform(install(Some("careplan"), true)).unwrap(), Outcome::Done);
        assert_eq!(fake.state().unwrap(), ServiceState::NotInstalled, "it was only shown");
        perform(install(Some("careplan"), false)).unwrap();
        assert_eq!(perform(Service::Status).unwrap(), Outcome::Done);
        let held = fake.0.borrow().clone().unwrap().0;
        assert_eq!((held.data, held.account.as_str()), (PathBuf::from("/srv/careplan"), "careplan"));
        perform(Service::Stop).unwrap();
        assert_eq!(perform(Service::Status).unwrap(), Outcome::Refused);
        perform(Service::Remove).unwrap();
        assert_eq!(fake.state().unwrap(), ServiceState::NotInstalled);
    }
}
