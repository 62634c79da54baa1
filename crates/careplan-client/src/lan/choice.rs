//! What the office chose.

use super::Names;
use crate::office::Office;
use crate::state::{self, StateFault};

/// The port unless another was chosen.
pub const PORT: u16 = 8431;

/// Further names and addresses; more than anybody has.
pub const NAMES_MAX: usize = 8;

/// Ports below belong to the system; on Linux the client's account may not have them.
const PORT_MIN: u16 = 1024;

/// Whether other PCs may come in, and under which names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Whether it is on.
    pub is_on: bool,
    /// The port.
    pub port: u16,
    /// Names and addresses beside those that this PC knows of itself.
    pub further: Names,
}

impl Default for Choice {
    fn default() -> Self {
        Self { is_on: false, port: PORT, further: Names::default() }
    }
}

/// Why something cannot be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceFault {
    /// The port.
    #[error("ポート番号は、1024〜65535の数字で入力してください。決まりがなければ8431のままにします。")]
    Port,
    /// A name is none of a local network.
    #[error(
        "「{0}」は使えません。事業所内の名前（例：uketsuke-pc.local）か、事業所内のIPアドレス（例：192.168.1.20）を、空白で区切って入力してください。"
    )]
    Name(String),
    /// Too many.
    #[error("名前とIPアドレスは、あわせて8個までにしてください。")]
    TooMany,
}

impl Choice {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`ChoiceFault`].
    pub fn read(port: &str, further: &str) -> Result<Self, ChoiceFault> {
        let port: u16 = port.parse().ok().filter(|port| *port >= PORT_MIN).ok_or(ChoiceFault::Port)?;
        let words: Vec<&str> = further.split([' ', '\u{3000}', ',', '、', '\n', '\r', '\t']).collect();
        let (further, refused) = Names::read(words);
        if let Some(name) = refused.into_iter().next() {
            return Err(ChoiceFault::Name(name));
        }
        if further.hosts().count() > NAMES_MAX {
            return Err(ChoiceFault::TooMany);
        }
        Ok(Self { is_on: true, port, further })
    }

    /// The further names as they are typed.
    pub fn further_typed(&self) -> String {
        self.further.hosts().collect::<Vec<_>>().join(" ")
    }
}

impl Office {
    /// What the office chose.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn lan(&self) -> Result<Choice, StateFault> {
        let Some(text) = self.state().lan().await? else { return Ok(Choice::default()) };
        let mut words = text.split(' ');
        let damaged = || StateFault::Damaged("lan");
        let is_on = words.next().ok_or_else(damaged)? == "on";
        let port = words.next().and_then(|it| it.parse().ok()).ok_or_else(damaged)?;
        let (further, _) = Names::read(words);
        Ok(Choice { is_on, port, further })
    }

    /// Chooses; what listens follows within moments.
    ///
    /// # Errors
    /// [`StateFault`].
    pub async fn choose_lan(&self, choice: &Choice, by: &str) -> Result<(), StateFault> {
        let word = if choice.is_on { "on" } else { "off" };
        let text = format!("{word} {} {}", choice.port, choice.further_typed());
        let mut tx = self.state().begin().await?;
        state::put_lan(&mut tx, text.trim_end()).await?;
        let detail = serde_json::json!({ "port": choice.port });
        state::append_operation(&mut tx, (by, self.now()), (&format!("lan.{word}"), ""), &detail).await?;
        state::commit(tx).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_taken_from_1024_on() {
        assert_eq!(Choice::read("1024", "").unwrap().port, 1024);
        for port in ["1023", "0", "65536", "", "x", "-1"] {
            assert_eq!(Choice::read(port, ""), Err(ChoiceFault::Port), "{port}");
        }
    }

    #[test]
    fn eight_names_are_taken_and_a_ninth_is_too_many() {
        let names = |count: u8| (1..=count).map(|n| format!("192.168.1.{n}")).collect::<Vec<_>>().join("　");
        assert_eq!(Choice::read("8431", &names(8)).unwrap().further.addresses.len(), NAMES_MAX);
        assert_eq!(Choice::read("8431", &names(9)), Err(ChoiceFault::TooMany));
        assert_eq!(Choice::read("8431", "example.com"), Err(ChoiceFault::Name("example.com".into())));
    }
}
