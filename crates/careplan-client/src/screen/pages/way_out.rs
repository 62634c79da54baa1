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
        Self { way, proxy: proxy.address(), user: proxy.user().to_owned(), password: String::new() }
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
            "at" => match Proxy::at(&self.proxy) {
                Ok(proxy) => Some(self.with_credentials(proxy, before)),
                Err(fault) => {
                    errors.add("proxy", fault.to_string());
                    None
                }
            },
            _ => {
                errors.add("way", "プロキシの使い方を選んでください。");
                None
            }
        }
    }

    /// A password that was typed before is kept while address and user stay.
    fn with_credentials(&self, proxy: Proxy, before: &Proxy) -> Proxy {
        let is_same = before.address() == proxy.address() && before.user() == self.user;
        if self.password.is_empty() && is_same && !self.user.is_empty() {
            before.clone()
        } else if self.user.is_empty() {
            proxy
        } else {
            proxy.with_credentials(&self.user, &self.password)
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
        assert_eq!(typed("office", "").with_credentials(proxy(), &before), before);
        assert_ne!(typed("other", "").with_credentials(proxy(), &before), before);
        assert_ne!(typed("office", "new").with_credentials(proxy(), &before), before);
        assert_eq!(typed("", "").with_credentials(proxy(), &before), proxy());
    }
}
