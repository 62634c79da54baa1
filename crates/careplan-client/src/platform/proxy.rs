//! The way out of the office's network: as the system says, straight, or over a proxy that somebody named.

use std::fmt;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;
use zeroize::Zeroizing;

/// How connections leave the office.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Proxy {
    /// As the system and its environment say.
    #[default]
    System,
    /// Straight, whatever the system says.
    None,
    /// Over this one. Its address may carry a user and a password, percent-coded.
    At(Url),
}

/// Why a text is no address of a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "プロキシのアドレスを「名前:ポート番号」の形で入力してください（例：proxy.example.jp:8080）。わからないときは、事業所のネットワークの担当者に確かめてください。"
)]
pub struct ProxyFault;

impl Proxy {
    /// A proxy as people write it, with or without `http://`. User and password have fields of their own.
    ///
    /// # Errors
    /// [`ProxyFault`].
    pub fn at(address: &str) -> Result<Self, ProxyFault> {
        let url = parsed(address).ok_or(ProxyFault)?;
        let is_bare = url.username().is_empty() && url.password().is_none();
        if is_bare { Ok(Self::At(url)) } else { Err(ProxyFault) }
    }

    /// The same with a user and a password; nothing changes where there is no address.
    #[must_use]
    pub fn with_credentials(mut self, user: &str, password: &str) -> Self {
        // Every sign, also `%`: who connects decodes it again.
        let coded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        if let Self::At(url) = &mut self {
            // cannot fail: the address has a host.
            let _ = url.set_username(&coded(user));
            let _ = url.set_password((!password.is_empty()).then(|| coded(password)).as_deref());
        }
        self
    }

    /// The user of a proxy that wants one.
    pub fn user(&self) -> String {
        match self {
            Self::At(url) => percent_decode_str(url.username()).decode_utf8_lossy().into_owned(),
            Self::System | Self::None => String::new(),
        }
    }

    /// The address without user and password, for people; empty where there is none.
    pub fn address(&self) -> String {
        match self {
            Self::At(url) => {
                // `http` goes without saying.
                let scheme = if url.scheme() == "https" { "https://" } else { "" };
                let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
                format!("{scheme}{}{port}", url.host_str().unwrap_or_default())
            }
            Self::System | Self::None => String::new(),
        }
    }

    /// As it is stored.
    pub(crate) fn stored(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::System => "system".to_owned(),
            Self::None => "none".to_owned(),
            Self::At(url) => url.to_string(),
        })
    }

    /// What was stored.
    pub(crate) fn read(text: &str) -> Option<Self> {
        match text {
            "system" => Some(Self::System),
            "none" => Some(Self::None),
            url => parsed(url).map(Self::At),
        }
    }
}

/// An address of a proxy: a name and perhaps a port, nothing behind it.
fn parsed(address: &str) -> Option<Url> {
    let address = address.trim();
    let with_scheme = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
    let url = Url::parse(&with_scheme).ok()?;
    let is_good = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    is_good.then_some(url)
}

/// Without user and password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::None => f.write_str("None"),
            Self::At(_) => write!(f, "At({})", self.address()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_as_people_write_it() {
        for typed in ["proxy.example.jp:8080", " http://proxy.example.jp:8080/ "] {
            assert_eq!(Proxy::at(typed).unwrap().address(), "proxy.example.jp:8080");
        }
        for wrong in [
            "",
            "http://",
            "ftp://proxy:21",
            "proxy:8080/path",
            "proxy:port",
            "a b",
            "proxy:8080#x",
            "user:pw@proxy:8080",
        ] {
            assert_eq!(Proxy::at(wrong), Err(ProxyFault), "{wrong}");
        }
        // What is shown is what may be typed again.
        let secure = Proxy::at("https://proxy.example.jp").unwrap();
        assert_eq!(secure.address(), "https://proxy.example.jp:443");
        assert_eq!(Proxy::at(&secure.address()).unwrap(), secure);
    }

    #[test]
    fn user_and_password_are_stored_and_never_shown() {
        let proxy = Proxy::at("proxy:8080").unwrap().with_credentials("office", "hi@mitsu");
        assert_eq!(proxy.user(), "office");
        assert_eq!(Proxy::read(&proxy.stored()), Some(proxy.clone()));
        for shown in [format!("{proxy:?}"), proxy.address()] {
            assert!(!shown.contains("mitsu") && !shown.contains("office"), "{shown}");
        }
        for (user, password) in
            [("taro@example.jp", "ab%20c"), ("DOM\\taro", "a:b/c#d?"), ("花子", "ひみつ +")]
        {
            let proxy = Proxy::at("proxy:8080").unwrap().with_credentials(user, password);
            assert_eq!((proxy.user().as_str(), proxy.address().as_str()), (user, "proxy:8080"));
            let Some(Proxy::At(url)) = Proxy::read(&proxy.stored()) else { panic!("{proxy:?}") };
            let decoded = percent_decode_str(url.password().unwrap()).decode_utf8_lossy();
            assert_eq!(decoded, password, "as who connects reads it");
        }
        for other in [Proxy::System, Proxy::None] {
            assert_eq!(Proxy::read(&other.stored()), Some(other));
        }
    }
}
