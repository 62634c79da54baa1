//! Mails through an SMTP server (RFC 5321), over TLS.
//!
//! The server's words are never passed on: they name the receiver. What is told is the number of its
//! reply, or what kind of fault kept us from one.

use std::time::Duration;

use careplan_domain::Secret;
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tokio::time::timeout;

use super::SendFault;

/// Replies that no later try can change: no such mailbox, not here, name not allowed (RFC 5321,
/// section 4.2.3). Others of the 5yz — a wrong password of ours, too much mail — an operator can mend.
const NEVER: &[u16] = &[550, 551, 553];

/// Why an SMTP server cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpFault {
    /// Not a URL of an SMTP server.
    #[error(
        "SMTPサーバのURLは smtps://ユーザ:パスワード@ホスト または smtp://ユーザ:パスワード@ホスト:587?tls=required の形で書いてください。"
    )]
    Url,
    /// Passwords and links would cross the network readable.
    #[error(
        "暗号化しないSMTPは、同じ計算機のサーバにだけ使えます。smtps:// または ?tls=required を使ってください。"
    )]
    Plain,
}

/// An SMTP server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    time_max: Duration,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    /// The server of a URL that may hold a password; a mail that takes longer than `time_max` is tried
    /// again later.
    ///
    /// # Errors
    /// [`SmtpFault`] by its variants.
    pub fn from_url(url: &Secret, time_max: Duration) -> Result<Self, SmtpFault> {
        let text = url.expose();
        let is_sealed = text.starts_with("smtps://")
            || (text.starts_with("smtp://")
                && text.split_once('?').is_some_and(|(_, it)| it.split('&').any(|it| it == "tls=required")));
        if !is_sealed && !text.starts_with("smtp://") {
            return Err(SmtpFault::Url);
        }
        if !is_sealed && (text.contains('?') || !is_this_machine(text)) {
            return Err(SmtpFault::Plain);
        }
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(text).map_err(|_| SmtpFault::Url)?;
        Ok(Self { transport: builder.timeout(Some(time_max)).build(), time_max })
    }

    /// Hands a mail over.
    pub(super) async fn send(&self, message: Message) -> Result<(), SendFault> {
        match timeout(self.time_max, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(fault(&error)),
            Err(_) => Err(SendFault::Later("the SMTP server took too long".to_owned())),
        }
    }
}

fn fault(error: &Error) -> SendFault {
    if let Some(code) = error.status().map(u16::from) {
        let reason = format!("the SMTP server answered {code}");
        return if NEVER.contains(&code) { SendFault::Never(reason) } else { SendFault::Later(reason) };
    }
    let kind = match error {
        error if error.is_tls() => "TLS with the SMTP server failed",
        error if error.is_timeout() => "the SMTP server took too long",
        error if error.is_response() => "the SMTP server broke off, or cannot be understood",
        error if error.is_client() => "the mail does not fit the SMTP server",
        // A certificate that nobody trusts ends here, too.
        _ => "no connection to the SMTP server: address, port or certificate",
    };
    SendFault::Later(kind.to_owned())
}

/// Whether the host of an `smtp://` URL is this machine.
fn is_this_machine(url: &str) -> bool {
    let place = url.strip_prefix("smtp://").unwrap_or_default();
    let place = place.split('/').next().unwrap_or_default();
    let host = place.rsplit('@').next().unwrap_or_default();
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> Option<SmtpFault> {
        Smtp::from_url(&Secret::new(url), Duration::from_secs(1)).err()
    }

    #[tokio::test]
    async fn a_server_is_reached_over_tls_or_on_this_machine() {
        for url in [
            "smtps://u:p@mail.example.jp",
            "smtp://u:p@mail.example.jp:587?tls=required",
            "smtp://localhost:2525",
            "smtp://127.0.0.1:25",
            "smtp://[::1]:25",
        ] {
            assert_eq!(refusal(url), None, "{url}");
        }
    }

    #[tokio::test]
    async fn what_would_cross_the_network_readable_is_refused() {
        for url in [
            "smtp://u:p@mail.example.jp",
            "smtp://mail.example.jp:587?tls=opportunistic",
            "smtp://localhost@mail.example.jp:25",
            "smtp://localhost.example.jp",
            "smtp://mail.example.jp/localhost",
            "smtp://localhost?tls=opportunistic",
        ] {
            assert_eq!(refusal(url), Some(SmtpFault::Plain), "{url}");
        }
        for url in ["", "mail.example.jp", "http://mail.example.jp", "smtps://"] {
            assert_eq!(refusal(url), Some(SmtpFault::Url), "{url}");
        }
    }
}
