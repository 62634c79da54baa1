//! What lines of the record say, in words of the office.

use serde_json::Value;

use crate::screen::words::month_ja;
use crate::staff::{Person, Role};

/// What the stable words of the record mean.
const ACTIONS: &[(&str, &str)] = &[
    ("application.added", "介護ソフトを登録"),
    ("application.revoked", "介護ソフトのトークンを取り消し"),
    ("backup.folder", "バックアップの保存先を変更"),
    ("certificate.obtained", "電子証明書を取得し直した"),
    ("certificate.renewed", "電子証明書を更新"),
    ("folders.chosen", "共有フォルダーを変更"),
    ("imported", "取込済みにした"),
    ("imported.many", "まとめて取込済みにした"),
    ("imported.undone", "取込済みを取り消し"),
    ("lan.off", "事業所内での共有をやめた"),
    ("lan.on", "事業所内での共有を始めた"),
    ("partner.added", "アドレス帳に追加"),
    ("partner.changed", "アドレス帳の控えを変更"),
    ("partner.imported", "アドレス帳に一覧を取り込み"),
    ("partner.removed", "アドレス帳から外した"),
    ("provision.saved", "第三者提供の記録を保存"),
    ("recovery_key.made", "復旧キーを作成"),
    ("reminder.sent", "催促を送信"),
    ("reminder.settled", "相手からの依頼を対応済みにした"),
    ("send", "送信を依頼"),
    ("send.dropped", "送信前のファイルを取り消し"),
    ("send.wait_ended", "自動送信をやめた"),
    ("sent", "送信"),
    ("settings.proxy", "プロキシの設定を変更"),
    ("settings.retention", "控えの保存期間を変更"),
    ("settings.second_factor", "2段階認証の決まりを変更"),
    ("staff.added", "職員を追加"),
    ("staff.code_right", "確認コードを入力"),
    ("staff.code_wrong", "確認コードを間違えた"),
    ("staff.locked_away", "ログインできなくした"),
    ("staff.logged_in", "ログイン"),
    ("staff.logged_out", "ログアウト"),
    ("staff.password_changed", "自分のパスワードを変更"),
    ("staff.password_reset", "仮パスワードを出し直し"),
    ("staff.password_wrong", "パスワードを間違えた"),
    ("staff.refused_locked_away", "ログインできない職員のログインを断った"),
    ("staff.role_changed", "権限を変更"),
    ("staff.second_factor_off", "自分の2段階認証を解除"),
    ("staff.second_factor_on", "2段階認証を設定"),
    ("staff.second_factor_reset", "2段階認証を解除"),
    ("staff.session_ended", "ブラウザーをログアウトさせた"),
    ("staff.taken_back", "ログインできるように戻した"),
    ("terminal.claimed", "このパソコンを使う端末に決めた"),
    ("withdraw", "取下げ"),
];

/// What was done; a word that is not known here stands as it is.
pub(super) fn action_ja(action: &str) -> &str {
    ACTIONS.iter().find(|(word, _)| *word == action).map_or(action, |(_, said)| *said)
}

/// The part of the detail that helps people; the CSV has all of it.
pub(super) fn detail_ja(detail: &str) -> String {
    let Ok(Value::Object(detail)) = serde_json::from_str::<Value>(detail) else { return String::new() };
    let said = detail.iter().filter_map(|(name, value)| match (name.as_str(), value) {
        ("browser", Value::String(browser)) => Some(browser.clone()),
        ("role", Value::String(role)) => Role::parse(role).map(|role| format!("{}にした", role.label_ja())),
        ("to", Value::String(to)) => Some(format!("宛先 {to}")),
        ("month", Value::String(month)) => {
            month.parse().ok().map(|month| format!("{}分", month_ja(Some(month))))
        }
        ("misses", Value::Number(misses)) => Some(format!("続けて{misses}回")),
        ("password_right", Value::Bool(true)) => Some("パスワードは合っていた".to_owned()),
        ("password_right", Value::Bool(false)) => Some("パスワードも違っていた".to_owned()),
        ("required", Value::Bool(true)) => Some("全員が使う".to_owned()),
        ("required", Value::Bool(false)) => Some("使いたい人だけが使う".to_owned()),
        _ => None,
    });
    said.collect::<Vec<_>>().join("、")
}

/// The people of the office by their log-in names.
pub(super) struct People(Vec<Person>);

impl People {
    pub(super) fn of(people: Vec<Person>) -> Self {
        Self(people)
    }

    pub(super) fn logins(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|person| person.login.as_str())
    }

    /// `山田 花子（yamada）`; who is none of the people stands as they are.
    pub(super) fn label(&self, login: &str) -> String {
        match self.0.iter().find(|person| person.login == login) {
            Some(person) => format!("{}（{login}）", person.name),
            None => login.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_the_source_writes_into_the_record_is_said_in_japanese() {
        fn words(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    words(&path, found);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for prefix in [
                    "staff.",
                    "partner.",
                    "application.",
                    "reminder.",
                    "settings.",
                    "certificate.",
                    "send.",
                    "imported.",
                ] {
                    for (at, _) in text.match_indices(&format!("\"{prefix}")) {
                        let word = text[at + 1..].split('"').next().unwrap();
                        let is_word = |it: char| it.is_ascii_lowercase() || it == '.' || it == '_';
                        let is_file = word.ends_with(".html") || word.ends_with(".lock");
                        if word != prefix && !is_file && word.chars().all(is_word) {
                            found.push(word.to_owned());
                        }
                    }
                }
            }
        }
        let mut found = Vec::new();
        words(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 20, "{found:?}");
        for word in found {
            assert_ne!(action_ja(&word), word, "no sentence for {word}");
        }
    }

    #[test]
    fn of_the_detail_what_helps_is_said_and_what_is_no_detail_is_left_out() {
        assert_eq!(detail_ja(r#"{"role":"manager"}"#), "管理者にした");
        assert_eq!(detail_ja(r#"{"misses":2,"x":1}"#), "続けて2回");
        assert_eq!(detail_ja(r#"{"misses":1,"password_right":true}"#), "続けて1回、パスワードは合っていた");
        assert_eq!(detail_ja(r#"{"password_right":false}"#), "パスワードも違っていた");
        assert_eq!(detail_ja("{}"), "");
        assert_eq!(detail_ja("nonsense"), "");
    }
}
