//! The service control manager of Windows, as far as this client needs it.
//!
//! What is decided stands here and runs in every test; what only Windows can do, asking its manager, is behind [`ServiceControl`], which a build for
//! Windows brings along. Sources: Microsoft, “Service Security and Access Rights”, “Service State Transitions”, and “Parsing C command-line arguments”.

use std::path::Path;
use std::time::Duration;

use super::{Definition, Notice, ResidentFault, ServiceState, SystemService};

/// The name of the service, by which commands and logs of Windows know it.
pub const NAME: &str = "careplan-client";

/// The name that people see in the list of services.
const SHOWN_NAME: &str = "ケアプラン連携クライアント";

/// How the description of what we installed begins; without it a service is another's.
const OURS: &str = "careplan-client service install";

/// How often, and how far apart, it is looked whether the service has stopped: forty seconds in all, ten more than it takes for itself.
const STOP_LOOKS: u32 = 80;
const STOP_LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long the service may take to stop before the manager loses patience.
const STOP_HINT: Duration = Duration::from_secs(30);

/// What the manager keeps of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name for people.
    pub shown_name: String,
    /// What it is for.
    pub description: String,
    /// The whole command line.
    pub command: String,
    /// The account it runs as.
    pub account: String,
}

/// How the manager says a service stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlState {
    /// `SERVICE_STOPPED`, after an end that was asked for.
    Stopped,
    /// `SERVICE_STOPPED` with an exit code that is not zero.
    Crashed,
    /// `SERVICE_START_PENDING` or `SERVICE_RUNNING`.
    Running,
    /// `SERVICE_STOP_PENDING`.
    Stopping,
}

/// Why the manager did not do what it was asked for: the error code of Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlFault(pub u32);

impl ControlFault {
    /// `ERROR_ACCESS_DENIED`.
    pub const DENIED: Self = Self(5);
}

impl From<ControlFault> for ResidentFault {
    fn from(fault: ControlFault) -> Self {
        if fault == ControlFault::DENIED { Self::NotAdministrator } else { Self::Control(fault.0) }
    }
}

/// The manager itself. Tests ask another.
pub trait ServiceControl {
    /// The service of a name, if there is one.
    ///
    /// # Errors
    /// [`ControlFault`].
    fn find(&self, name: &str) -> Result<Option<(Entry, ControlState)>, ControlFault>;

    /// Keeps an entry, new or instead of the one of that name; it starts with the machine, and again after a crash.
    ///
    /// # Errors
    /// [`ControlFault`].
    fn put(&self, name: &str, entry: &Entry) -> Result<(), ControlFault>;

    /// Forgets it.
    ///
    /// # Errors
    /// [`ControlFault`].
    fn delete(&self, name: &str) -> Result<(), ControlFault>;

    /// Starts it.
    ///
    /// # Errors
    /// [`ControlFault`].
    fn start(&self, name: &str) -> Result<(), ControlFault>;

    /// Asks it to stop; it does so in its own time.
    ///
    /// # Errors
    /// [`ControlFault`].
    fn stop(&self, name: &str) -> Result<(), ControlFault>;

    /// Lets so much time pass.
    fn wait(&self, time: Duration);
}

/// The service manager of Windows.
pub struct Windows<C>(C);

impl<C: ServiceControl> Windows<C> {
    /// One that asks `control`.
    pub fn new(control: C) -> Self {
        Self(control)
    }

    /// How it stands, when it is ours.
    fn found(&self) -> Result<Option<ControlState>, ResidentFault> {
        match self.0.find(NAME)? {
            None => Ok(None),
            Some((entry, state)) if entry.description.starts_with(OURS) => Ok(Some(state)),
            Some(_) => Err(ResidentFault::ForeignService),
        }
    }

    /// Stops it and waits for its end: a service that still runs cannot be replaced.
    fn stop_whole(&self, mut state: ControlState) -> Result<(), ResidentFault> {
        if state == ControlState::Running {
            self.0.stop(NAME)?;
            state = ControlState::Stopping;
        }
        let mut looks = 0;
        while state == ControlState::Stopping && looks < STOP_LOOKS {
            self.0.wait(STOP_LOOK_EVERY);
            state = self.found()?.unwrap_or(ControlState::Stopped);
            looks += 1;
        }
        if state == ControlState::Stopping { Err(ResidentFault::StillStopping) } else { Ok(()) }
    }
}

impl<C: ServiceControl> SystemService for Windows<C> {
    fn install(&self, definition: &Definition) -> Result<(), ResidentFault> {
        let entry = entry(definition)?;
        if let Some(state) = self.found()? {
            self.stop_whole(state)?;
        }
        self.0.put(NAME, &entry)?;
        Ok(self.0.start(NAME)?)
    }

    fn remove(&self) -> Result<(), ResidentFault> {
        let Some(state) = self.found()? else { return Ok(()) };
        self.stop_whole(state)?;
        Ok(self.0.delete(NAME)?)
    }

    fn start(&self) -> Result<(), ResidentFault> {
        match self.found()?.ok_or(ResidentFault::NotInstalled)? {
            ControlState::Running => Ok(()),
            state => {
                self.stop_whole(state)?;
                Ok(self.0.start(NAME)?)
            }
        }
    }

    fn stop(&self) -> Result<(), ResidentFault> {
        let state = self.found()?.ok_or(ResidentFault::NotInstalled)?;
        self.stop_whole(state)
    }

    fn state(&self) -> Result<ServiceState, ResidentFault> {
        Ok(match self.found()? {
            None => ServiceState::NotInstalled,
            Some(ControlState::Running) => ServiceState::Running,
            Some(ControlState::Crashed) => ServiceState::Failed,
            Some(ControlState::Stopped | ControlState::Stopping) => ServiceState::Stopped,
        })
    }
}

/// The entry of a definition.
fn entry(definition: &Definition) -> Result<Entry, ResidentFault> {
    let Definition { program, data, account, port } = definition;
    if account.is_empty() || account.chars().any(|it| it.is_control() || it == '"') {
        return Err(ResidentFault::Unsuitable("アカウント名"));
    }
    let program = quoted(program).ok_or(ResidentFault::Unsuitable("プログラムの場所"))?;
    let data = quoted(data).ok_or(ResidentFault::Unsuitable("データフォルダー"))?;
    Ok(Entry {
        shown_name: SHOWN_NAME.to_owned(),
        description: format!("{OURS}: sends and receives care plans while nobody is logged in"),
        // Unquoted, a path with a space would let another program be started in its place.
        command: format!("{program} --data {data} run --listen {port}"),
        account: account.clone(),
    })
}

/// A path as one argument: backslashes count only before a quotation mark, where each is doubled.
fn quoted(path: &Path) -> Option<String> {
    let text = path.to_str().filter(|text| !text.chars().any(|it| it.is_control() || it == '"'))?;
    let trailing = text.len() - text.trim_end_matches('\\').len();
    Some(format!("\"{text}{}\"", "\\".repeat(trailing)))
}

/// What the manager asks of the running service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// `SERVICE_CONTROL_STOP`.
    Stop,
    /// `SERVICE_CONTROL_PRESHUTDOWN` or `SERVICE_CONTROL_SHUTDOWN`: the machine goes down.
    Shutdown,
    /// `SERVICE_CONTROL_INTERROGATE`: how it stands.
    Interrogate,
}

impl Control {
    /// Whether the work is to end.
    pub fn is_end(self) -> bool {
        matches!(self, Self::Stop | Self::Shutdown)
    }
}

/// What the running service tells the manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// `SERVICE_RUNNING`, else `SERVICE_STOP_PENDING`.
    pub is_running: bool,
    /// Whether it takes stop and shutdown.
    pub takes_end: bool,
    /// How long the next step may take.
    pub hint: Duration,
}

impl From<Notice> for Report {
    fn from(notice: Notice) -> Self {
        match notice {
            Notice::Ready => Self { is_running: true, takes_end: true, hint: Duration::ZERO },
            Notice::Stopping => Self { is_running: false, takes_end: false, hint: STOP_HINT },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// A manager in memory. A service takes `slow` looks to stop.
    #[derive(Default)]
    struct Fake {
        held: RefCell<Option<(Entry, ControlState)>>,
        slow: Cell<u32>,
        is_denied: Cell<bool>,
        asked: RefCell<Vec<&'static str>>,
    }

    impl Fake {
        fn change(&self, word: &'static str, state: ControlState) -> Result<(), ControlFault> {
            if self.is_denied.get() {
                return Err(ControlFault::DENIED);
            }
            self.asked.borrow_mut().push(word);
            self.held.borrow_mut().as_mut().ok_or(ControlFault(1060))?.1 = state;
            Ok(())
        }
    }

    impl ServiceControl for &Fake {
        fn find(&self, name: &str) -> Result<Option<(Entry, ControlState)>, ControlFault> {
            assert_eq!(name, NAME);
            Ok(self.held.borrow().clone())
        }

        fn put(&self, _: &str, entry: &Entry) -> Result<(), ControlFault> {
            *self.held.borrow_mut() = Some((entry.clone(), ControlState::Stopped));
            self.change("put", ControlState::Stopped)
        }

        fn delete(&self, _: &str) -> Result<(), ControlFault> {
            self.change("delete", ControlState::Stopped)?;
            *self.held.borrow_mut() = None;
            Ok(())
        }

        fn start(&self, _: &str) -> Result<(), ControlFault> {
            self.change("start", ControlState::Running)
        }

        fn stop(&self, _: &str) -> Result<(), ControlFault> {
            self.change("stop", ControlState::Stopping)
        }

        fn wait(&self, _: Duration) {
            let left = self.slow.get();
            if left > 0 {
                self.slow.set(left - 1);
            } else if let Some(held) = self.held.borrow_mut().as_mut() {
                held.1 = ControlState::Stopped;
            }
        }
    }

    fn definition() -> Definition {
        Definition {
            program: "C:\\Program Files\\Careplan\\careplan-client.exe".into(),
            data: "D:\\連携データ\\".into(),
            account: "NT SERVICE\\careplan-client".to_owned(),
            port: 8430,
        }
    }

    fn words(fake: &Fake) -> String {
        std::mem::take(&mut *fake.asked.borrow_mut()).join(" ")
    }

    #[test]
    fn a_service_is_installed_stopped_started_and_removed() {
        let fake = Fake::default();
        let system = Windows::new(&fake);
        assert_eq!(system.state().unwrap(), ServiceState::NotInstalled);
        for act in [system.start(), system.stop()] {
            assert!(matches!(act, Err(ResidentFault::NotInstalled)));
        }
        system.remove().unwrap();
        system.install(&definition()).unwrap();
        assert_eq!((system.state().unwrap(), words(&fake).as_str()), (ServiceState::Running, "put start"));
        let command = fake.held.borrow().as_ref().unwrap().0.command.clone();
        assert_eq!(
            command,
            r#""C:\Program Files\Careplan\careplan-client.exe" --data "D:\連携データ\\" run --listen 8430"#
        );
        // Once more: what runs gives way first.
        fake.slow.set(3);
        system.install(&definition()).unwrap();
        assert_eq!(words(&fake), "stop put start");
        system.start().unwrap();
        assert_eq!(words(&fake), "", "it runs already");
        system.stop().unwrap();
        assert_eq!((system.state().unwrap(), words(&fake).as_str()), (ServiceState::Stopped, "stop"));
        system.start().unwrap();
        system.remove().unwrap();
        assert_eq!(
            (system.state().unwrap(), words(&fake).as_str()),
            (ServiceState::NotInstalled, "start stop delete")
        );
    }

    #[test]
    fn what_cannot_be_done_says_why() {
        let fake = Fake::default();
        let system = Windows::new(&fake);
        fake.is_denied.set(true);
        let said = system.install(&definition()).unwrap_err().to_string();
        assert!(said.contains("管理者として実行"), "{said}");
        fake.is_denied.set(false);
        fake.held.take();
        system.install(&definition()).unwrap();
        // The last look is still in time, one more is not.
        fake.slow.set(STOP_LOOKS - 1);
        system.stop().unwrap();
        system.start().unwrap();
        fake.slow.set(STOP_LOOKS);
        let said = system.stop().unwrap_err().to_string();
        assert!(said.contains("まだ終わっていません"), "{said}");
        fake.held.borrow_mut().as_mut().unwrap().1 = ControlState::Crashed;
        assert_eq!(system.state().unwrap(), ServiceState::Failed);
        fake.held.borrow_mut().as_mut().unwrap().0.description = "another's".to_owned();
        words(&fake);
        for act in [system.install(&definition()), system.remove(), system.start(), system.stop()] {
            assert!(matches!(act, Err(ResidentFault::ForeignService)));
        }
        assert_eq!(words(&fake), "", "it is not touched");
        assert!(ResidentFault::from(ControlFault(1060)).to_string().contains("1060"));
    }

    #[test]
    fn a_definition_that_is_no_command_line_is_refused() {
        for (wrong, what) in [
            (Definition { account: String::new(), ..definition() }, "アカウント名"),
            (Definition { account: "a\"b".to_owned(), ..definition() }, "アカウント名"),
            (Definition { program: "C:\\a\"b.exe".into(), ..definition() }, "プログラムの場所"),
            (Definition { data: "D:\\a\nb".into(), ..definition() }, "データフォルダー"),
        ] {
            assert!(entry(&wrong).unwrap_err().to_string().starts_with(what));
        }
    }

    #[test]
    fn the_manager_is_told_that_it_runs_and_how_long_its_end_may_take() {
        let ready = Report::from(Notice::Ready);
        assert!(ready.is_running && ready.takes_end);
        let stopping = Report::from(Notice::Stopping);
        assert!(!stopping.is_running && !stopping.takes_end && stopping.hint == STOP_HINT);
        assert!(Control::Stop.is_end() && Control::Shutdown.is_end() && !Control::Interrogate.is_end());
    }
}
