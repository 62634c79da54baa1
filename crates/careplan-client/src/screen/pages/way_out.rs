//! The part of a form that says how connections leave the office: for the first start and for the settings.

use careplan_web::{Choice, FieldErrors, TextField, TextKind};

use crate::platform::Proxy;
use crate::screen::fields::Fields;

/// UTF-16 units of an address that is typed.
pub(super) const ADDRESS_CHARS_MAX: u32 = 300;

const WAYS: [&str; 3] = ["system", "none", "at"];

/// The way as it stands in the form.
#[derive(Default)]
pub(super) struct TypedWay {
    way: &'static str,
    proxy: String,
    user: String,
    /// Never drawn again.
    password: String,
}

/// The fields of the part, in their order.
pub(super) struct WayFields {
    pub(super) way: Choice,
    /// Address, user and password of a proxy.
    pub(super) proxy: [TextField; 3],
}

impl TypedWay {
    pub(super) fn of(proxy: &Proxy) -> Self {
        let way = match proxy {
            Proxy::System => "system",
            Proxy::None => "none",
            Proxy::At(_) => "at",
        };
        Self { way, proxy: proxy.address(), user: proxy.user(), password: String::new() }
    }

    pub(super) fn of_fields(fields: &Fields) -> Self {
        Self {
            way: WAYS.into_iter().find(|way| *way == fields.text("way")).unwrap_or(""),
            proxy: fields.code("proxy"),
            user: fields.text("proxy_user").to_owned(),
            password: fields.untouched("proxy_password").to_owned(),
        }
    }

    /// The way, `before` being the one that holds; `None` when something is wrong, which is added to `errors`.
    pub(super) fn read(&self, before: &Proxy, errors: &mut FieldErrors) -> Option<Proxy> {
        match self.way {
            "system" => Some(Proxy::System),
            "none" => Some(Proxy::None),
            "at" => {
                let proxy =
                    Proxy::at(&self.proxy).map_err(|fault| errors.add("proxy", fault.to_string())).ok()?;
                let proxy = self.with_credentials(proxy, before);
                if proxy.is_none() {
                    errors.add("proxy_password", "プロキシのパスワードを、もう一度入力してください。");
                }
                proxy
            }
            _ => {
                errors.add("way", "プロキシの使い方を選んでください。");
                None
            }
        }
    }

    /// A password that was typed before is kept while address and user stay; `None` when there is none for a user.
    fn with_credentials(&self, proxy: Proxy, before: &Proxy) -> Option<Proxy> {
        let is_same = before.address() == proxy.address() && before.user() == self.user;
        match (self.user.is_empty(), self.password.is_empty()) {
            (true, _) => Some(proxy),
            (false, false) => Some(proxy.with_credentials(&self.user, &self.password)),
            (false, true) => is_same.then(|| before.clone()),
        }
    }

    pub(super) fn fields(&self, errors: &FieldErrors) -> WayFields {
        let way = Choice::radio("way", "プロキシ（事業所のネットワークの中継）")
            .option_with_hint(
                "system",
                "パソコンの設定に合わせる",
                "わからないときは、これを選んでください。",
            )
            .option("none", "使わない")
            .option("at", "プロキシを指定する")
            .selected(self.way)
            .errors(errors);
        let address = TextField::new("proxy", "プロキシのアドレス")
            .kind(TextKind::Code)
            .optional()
            .hint("「プロキシを指定する」を選んだときに入力します。例：proxy.example.jp:8080")
            .value(self.proxy.clone())
            .max_length(ADDRESS_CHARS_MAX)
            .errors(errors);
        let user = TextField::new("proxy_user", "プロキシのユーザー名")
            .kind(TextKind::Code)
            .optional()
            .hint("プロキシにユーザー名とパスワードが要るときに入力します。")
            .value(self.user.clone())
            .max_length(ADDRESS_CHARS_MAX)
            .errors(errors);
        let password = TextField::new("proxy_password", "プロキシのパスワード")
            .kind(TextKind::Password)
            .autocomplete("off")
            .optional()
            .errors(errors);
        WayFields { way, proxy: [address, user, password] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_the_proxy_is_kept_while_its_user_stays() {
        let before = Proxy::at("proxy:8080").unwrap().with_credentials("office", "himitsu");
        let typed = |user: &str, password: &str| TypedWay {
            user: user.to_owned(),
            password: password.to_owned(),
            ..TypedWay::default()
        };
        let proxy = || Proxy::at("proxy:8080").unwrap();
        let with = |user: &str, password: &str| typed(user, password).with_credentials(proxy(), &before);
        assert_eq!(with("office", ""), Some(before.clone()));
        assert_eq!(with("other", ""), None);
        assert_eq!(with("office", "new"), Some(proxy().with_credentials("office", "new")));
        assert_eq!(with("", ""), Some(proxy()));
        let secure = Proxy::at("https://proxy:8080").unwrap();
        assert_eq!(typed("office", "").with_credentials(secure, &before), None, "another way needs it anew");
    }
}
