//! The client as a service: systemd's units, and telling it when the screens answer.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use careplan_client::resident::{
    Definition, Notice, ResidentFault, Said, ServiceState, SystemService as _, Systemctl, Systemd, UNIT,
    notify,
};

use crate::commands::{client, err, out};
use crate::world::{SENDER, World};

/// A systemctl that does what it is told, and remembers.
#[derive(Clone, Default)]
struct Scripted(Rc<RefCell<Inside>>);

#[derive(Default)]
struct Inside {
    asked: Vec<String>,
    running: bool,
    refuses: BTreeSet<&'static str>,
}

impl Systemctl for Scripted {
    fn ask(&self, arguments: &[&str]) -> std::io::Result<Said> {
        let mut inside = self.0.borrow_mut();
        inside.asked.push(arguments.join(" "));
        let verb = arguments[0];
        if inside.refuses.contains(verb) {
            return Ok(Said { is_good: false, text: String::new() });
        }
        match verb {
            "start" | "restart" => inside.running = true,
            "stop" | "disable" => inside.running = false,
            "is-active" => {
                let text = if inside.running { "active" } else { "inactive" };
                return Ok(Said { is_good: inside.running, text: text.to_owned() });
            }
            _ => {}
        }
        Ok(Said { is_good: true, text: String::new() })
    }
}

fn definition(port: u16) -> Definition {
    Definition {
        program: "/usr/local/bin/careplan-client".into(),
        data: "/srv/careplan".into(),
        account: "careplan".into(),
        port,
    }
}

fn systemd(units: &Path) -> (Systemd, Scripted) {
    let systemctl = Scripted::default();
    (Systemd::new(units, systemctl.clone()), systemctl)
}

#[test]
fn it_is_installed_started_stopped_and_removed_and_twice_is_like_once() {
    let units = tempfile::tempdir().unwrap();
    let (systemd, systemctl) = systemd(units.path());
    assert_eq!(systemd.state().unwrap(), ServiceState::NotInstalled);
    assert!(matches!(systemd.start(), Err(ResidentFault::NotInstalled)));
    systemd.remove().unwrap();
    assert_eq!(systemctl.0.borrow().asked, [""; 0], "nothing was there to be driven");
    systemd.install(&definition(8430)).unwrap();
    assert_eq!(systemd.state().unwrap(), ServiceState::Running);
    systemd.stop().unwrap();
    assert_eq!(systemd.state().unwrap(), ServiceState::Stopped);
    systemd.install(&definition(9000)).unwrap();
    let text = std::fs::read_to_string(units.path().join(UNIT)).unwrap();
    assert!(text.contains("run --listen 9000"), "{text}");
    let enable = format!("enable {UNIT}");
    assert_eq!(systemctl.0.borrow().asked[..2], ["daemon-reload", enable.as_str()]);
    systemd.remove().unwrap();
    systemd.remove().unwrap();
    assert_eq!(systemd.state().unwrap(), ServiceState::NotInstalled);
    assert_eq!(std::fs::read_dir(units.path()).unwrap().count(), 0);
}

#[test]
fn what_another_wrote_stays_and_what_systemd_refuses_is_told() {
    let units = tempfile::tempdir().unwrap();
    let (systemd, systemctl) = systemd(units.path());
    let unit = units.path().join(UNIT);
    std::fs::write(&unit, "[Service]\nExecStart=/opt/other\n").unwrap();
    assert!(matches!(systemd.install(&definition(8430)), Err(ResidentFault::Foreign)));
    assert!(matches!(systemd.remove(), Err(ResidentFault::Foreign)));
    assert!(std::fs::read_to_string(&unit).unwrap().contains("/opt/other"));
    std::fs::remove_file(&unit).unwrap();
    systemctl.0.borrow_mut().refuses.insert("restart");
    let fault = systemd.install(&definition(8430)).unwrap_err();
    assert!(fault.to_string().contains("journalctl -u careplan-client"), "{fault}");
    let nowhere = Systemd::new(units.path().join("none"), Scripted::default());
    assert!(matches!(nowhere.install(&definition(8430)), Err(ResidentFault::NoManager)));
}

#[test]
fn the_unit_is_shown_before_anything_is_installed() {
    let shown =
        client(&["service", "install", "--print", "--account", "careplan", "--data", "/srv/care plan"]);
    assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
    let text = out(&shown);
    assert!(
        text.contains("User=careplan\n") && text.contains("--data \"/srv/care plan\" run --listen 8430"),
        "{text}"
    );
    assert!(text.contains("Type=notify\n"));
}

#[cfg(unix)]
#[test]
fn the_service_manager_is_told_when_the_screens_answer_and_when_they_end() {
    use std::io::{BufRead as _, BufReader};
    use std::os::unix::net::UnixDatagram;
    use std::process::{Command, Stdio};
    let world = World::new();
    let path = world.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let mut running = Command::new(env!("CARGO_BIN_EXE_careplan-client"))
        .args(["run", "--listen", "0", "--data"])
        .arg(world.path(SENDER))
        .env("NOTIFY_SOCKET", &path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = [0; 64];
    let mut next = || {
        let count = socket.recv(&mut told).unwrap();
        String::from_utf8(told[..count].to_vec()).unwrap()
    };
    assert_eq!(next(), "READY=1");
    let mut said = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let port = said.trim().rsplit(':').next().unwrap().parse::<u16>().unwrap();
    std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    Command::new("kill").arg(running.id().to_string()).status().unwrap();
    assert_eq!(next(), "STOPPING=1");
    assert!(running.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_socket_without_a_file_is_told_as_well() {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let name = format!("careplan-test-{}", std::process::id());
    let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    notify(Path::new(&format!("@{name}")), Notice::Ready).unwrap();
    let mut told = [0; 64];
    let count = socket.recv(&mut told).unwrap();
    assert_eq!(&told[..count], b"READY=1");
}
