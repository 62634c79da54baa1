//! The names under which the screens may be asked for.
//!
//! A page of any site can make a browser on this PC send requests to `127.0.0.1`, and by changing what its own name stands for even
//! read the answers. Such a request carries the name of that site: what is not asked under a name of ours is refused.

use std::net::SocketAddr;

/// The names of a listener, each with its port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doors {
    names: Vec<String>,
    scheme: Scheme,
    port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Doors {
    /// The doors on this PC only.
    pub fn on_this_pc(address: SocketAddr) -> Self {
        let names = ["localhost", "127.0.0.1", "[::1]"];
        Self { names: names.map(str::to_owned).to_vec(), scheme: Scheme::Http, port: address.port() }
    }

    /// The doors in the network of the office, over TLS: the names and addresses that stand in its certificate.
    pub fn in_the_office(port: u16, names: impl IntoIterator<Item = String>) -> Self {
        let names = names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
        Self { names, scheme: Scheme::Https, port }
    }

    /// Whether a request that names this host came through one of the doors.
    pub fn admit(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            // The colons of `[::1]` are no port's.
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host, Some(self.default_port())),
        };
        port == Some(self.port) && self.names.contains(&name.to_ascii_lowercase())
    }

    /// Whether the browser speaks to it over TLS.
    pub fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// The name of the session's cookie. Cookies do not know ports: two clients on one PC have one each. With the prefix, browsers take
    /// it over TLS only, for this host only.
    pub fn cookie(&self) -> String {
        match self.scheme {
            Scheme::Http => format!("careplan-{}", self.port),
            Scheme::Https => format!("__Host-careplan-{}", self.port),
        }
    }

    /// The name of the cookie that holds the start code, on the pages of the first start.
    pub fn start_cookie(&self) -> String {
        format!("careplan-start-{}", self.port)
    }

    /// What is typed into a browser on this PC.
    pub fn address(&self) -> String {
        let scheme = if self.is_secure() { "https" } else { "http" };
        format!("{scheme}://localhost:{}", self.port)
    }

    fn default_port(&self) -> u16 {
        match self.scheme {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doors() -> Doors {
        Doors::on_this_pc("127.0.0.1:8430".parse().unwrap())
    }

    #[test]
    fn this_pc_is_asked_under_its_own_names_and_port_only() {
        for host in ["localhost:8430", "127.0.0.1:8430", "[::1]:8430", "LocalHost:8430"] {
            assert!(doors().admit(host), "{host}");
        }
        for host in [
            "evil.example:8430",
            "localhost",
            "localhost:80",
            "localhost.evil.example:8430",
            "127.0.0.2:8430",
            "[::1]",
            "",
            ":8430",
            "localhost:8430:8430",
            "localhost:99999",
        ] {
            assert!(!doors().admit(host), "{host}");
        }
        assert!(Doors::on_this_pc("127.0.0.1:80".parse().unwrap()).admit("localhost"));
    }

    #[test]
    fn in_the_office_the_names_of_the_certificate_count() {
        let names = ["Careplan-PC.local", "192.0.2.7", "localhost"].map(str::to_owned);
        let doors = Doors::in_the_office(8430, names);
        for host in ["careplan-pc.local:8430", "192.0.2.7:8430", "localhost:8430"] {
            assert!(doors.admit(host), "{host}");
        }
        assert!(!doors.admit("192.0.2.8:8430"));
        assert_eq!(doors.cookie(), "__Host-careplan-8430");
        assert_eq!(doors.address(), "https://localhost:8430");
    }
}
