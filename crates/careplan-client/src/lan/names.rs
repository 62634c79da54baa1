//! The names and addresses under which the other PCs find this one.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// An address of documentation (RFC 5737): nothing is sent there. The system only says from which of its addresses it would send.
const ELSEWHERE_4: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// Longest name (RFC 1035).
const NAME_CHARS_MAX: usize = 253;

/// The ends of names that belong to local networks (RFC 6762, RFC 8375, ICANN's `.internal`, and what routers use).
pub(super) const LOCAL_ENDS: &[&str] = &["local", "lan", "home.arpa", "internal", "localhost"];

/// Names and addresses, in small letters, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Names of the host.
    pub dns: BTreeSet<String>,
    /// Its addresses.
    pub addresses: BTreeSet<IpAddr>,
}

impl Names {
    /// Names as people type them, of which those that are not of a local network are left out and given back.
    pub fn read<'a>(typed: impl IntoIterator<Item = &'a str>) -> (Self, Vec<String>) {
        let (mut names, mut refused) = (Self::default(), Vec::new());
        for word in typed {
            let word = word.trim().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
            match word.parse::<IpAddr>() {
                Ok(address) if is_local(address) => drop(names.addresses.insert(address)),
                Err(_) if is_local_name(&word) => drop(names.dns.insert(word)),
                _ if word.is_empty() => {}
                _ => refused.push(word),
            }
        }
        (names, refused)
    }

    /// All of them together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        self.dns.extend(other.dns.iter().cloned());
        self.addresses.extend(&other.addresses);
        self
    }

    /// As they stand in a request's `Host`.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        let addresses = self.addresses.iter().map(|it| match it {
            IpAddr::V4(it) => it.to_string(),
            IpAddr::V6(it) => format!("[{it}]"),
        });
        self.dns.iter().cloned().chain(addresses)
    }
}

/// What this PC knows of itself: its name, the name that Bonjour and Windows make of it, and the address it has in the office.
pub fn own_names() -> Names {
    let mut names = Names::default();
    if let Some(host) = host_name().filter(|host| is_label(host)) {
        names.dns.extend([format!("{host}.local"), host]);
    }
    names.addresses.extend(own_address().filter(|it| is_local(*it)));
    names
}

#[expect(clippy::disallowed_methods, reason = "the name of the PC is the system's, and no configuration")]
fn host_name() -> Option<String> {
    let text = if cfg!(windows) {
        std::env::var("COMPUTERNAME").ok()?
    } else {
        std::fs::read_to_string("/proc/sys/kernel/hostname")
            .or_else(|_| std::fs::read_to_string("/etc/hostname"))
            .ok()?
    };
    // The first label: the domain behind it is the network's, and may be another tomorrow.
    Some(text.trim().split('.').next().unwrap_or_default().to_ascii_lowercase())
}

fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ELSEWHERE_4).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_unspecified() && !address.is_loopback()).then_some(address)
}

/// Private, link-local and shared addresses (RFC 1918, 3927, 6598, 4193, 4291).
fn is_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => {
            let [first, second, ..] = it.octets();
            it.is_private() || it.is_link_local() || it.is_loopback() || first == 100 && second & 0xc0 == 64
        }
        IpAddr::V6(it) => it.is_unique_local() || it.is_unicast_link_local(),
    }
}

/// A name with an end of local networks: nothing that could be a site's.
pub(super) fn is_local_name(name: &str) -> bool {
    let has_local_end =
        LOCAL_ENDS.iter().any(|end| name.strip_suffix(end).is_some_and(|it| it.ends_with('.')));
    name.len() <= NAME_CHARS_MAX && name.split('.').all(is_label) && has_local_end
}

/// A label of a host name (RFC 1123), and no number: `192` would be read as an address.
pub(super) fn is_label(label: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_letter)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_local_networks_are_taken_and_those_of_the_internet_are_not() {
        let typed = ["Front-PC.local", "192.168.1.7", "[fd00::1]", "10.0.0.1", "pc.home.arpa", " "];
        let (names, refused) = Names::read(typed);
        assert_eq!(refused, [""; 0]);
        let hosts: Vec<String> = names.hosts().collect();
        assert_eq!(hosts, ["front-pc.local", "pc.home.arpa", "10.0.0.1", "192.168.1.7", "[fd00::1]"]);
        for foreign in [
            "example.com",
            "front-pc",
            "local",
            "evil.local.example",
            "8.8.8.8",
            "2001:db8::1",
            "::1",
            "a b",
            "-x",
            "事務所",
            "192.168.1",
            "x_y",
            "*.local",
        ] {
            let (names, refused) = Names::read([foreign]);
            assert_eq!((names, refused.len()), (Names::default(), 1), "{foreign}");
        }
    }

    #[test]
    fn this_pc_has_a_name_of_its_own() {
        let own = own_names();
        assert!(own.dns.iter().any(|it| it.ends_with(".local")), "{own:?}");
        assert!(own.addresses.iter().all(|it| is_local(*it)));
    }
}
