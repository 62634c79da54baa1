//! The text of every mail. A sentence, what to do, a link; no name, no number, no password.

use careplan_domain::Timestamp;
use careplan_domain::calendar::japan;
use careplan_web::text::date_ja;
use jiff::civil::Date;

use super::{Mail, MailAddress};

/// Where offices reach the web site: `https://` and a name, without a slash at the end. In the clear on this machine only: behind a proxy
/// that ends TLS, or for trying out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteUrl(String);

impl SiteUrl {
    /// `None` when it is not of that form.
    pub fn parse(text: &str) -> Option<Self> {
        let is_loopback = |host: &&str| {
            let name = host.rsplit_once(':').map_or(*host, |(name, _)| name);
            ["localhost", "127.0.0.1", "[::1]"].contains(&name)
        };
        let host =
            text.strip_prefix("https://").or_else(|| text.strip_prefix("http://").filter(is_loopback))?;
        let is_good = !host.is_empty() && !host.ends_with('/') && host.bytes().all(|b| b.is_ascii_graphic());
        is_good.then(|| Self(text.to_owned()))
    }

    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Stands under every mail.
const FOOT: &str = "\n\
    ――――――――――\n\
    ケアプランデータ連携システム（自動送信）\n\
    このメールに返信しても届きません。パスワードをメールでお尋ねすることはありません。\n";

fn mail(to: &MailAddress, kind: &str, subject: &str, text: String) -> Mail {
    Mail {
        to: to.clone(),
        kind: kind.to_owned(),
        subject: format!("【ケアプランデータ連携】{subject}"),
        body: text + FOOT,
        useless_at: None,
    }
}

fn with_link(written: Mail, until: Timestamp) -> Mail {
    Mail { useless_at: Some(until), ..written }
}

/// Confirms that an office reads this address.
pub fn confirm_mail(to: &MailAddress, link: &str, until: Timestamp) -> Mail {
    let text = format!(
        "メールアドレスの登録を受け付けました。\n\
         次のリンクを開いて「登録する」を押すと、登録が終わります。\n\n{link}\n\n\
         このリンクは{}まで、1回だけ使えます。\n\
         心当たりがない場合は、何もしないでください。登録されません。\n",
        minute(until)
    );
    with_link(mail(to, "confirm_mail", "メールアドレスの確認", text), until)
}

/// Lets an office choose a new password.
pub fn reset_password(to: &MailAddress, link: &str, until: Timestamp) -> Mail {
    let text = format!(
        "パスワードの再設定を受け付けました。\n\
         次のリンクを開いて、新しいパスワードを決めてください。\n\n{link}\n\n\
         このリンクは{}まで、1回だけ使えます。\n\
         心当たりがない場合は、何もしないでください。パスワードは変わりません。\n",
        minute(until)
    );
    with_link(mail(to, "reset_password", "パスワードの再設定", text), until)
}

/// Leads to the user IDs that this address is registered for.
pub fn user_id_reminder(to: &MailAddress, link: &str, until: Timestamp) -> Mail {
    let text = format!(
        "ユーザIDのお問い合わせを受け付けました。\n\
         次のリンクを開くと、このメールアドレスで登録されたユーザIDが表示されます。\n\n{link}\n\n\
         このリンクは{}まで、1回だけ使えます。\n\
         心当たりがない場合は、何もしないでください。\n",
        minute(until)
    );
    with_link(mail(to, "user_id_reminder", "ユーザIDの確認", text), until)
}

/// Invites an office: the same as its letter by post.
pub fn invitation(to: &MailAddress, link: &str, until: Timestamp) -> Mail {
    let text = format!(
        "ケアプランデータ連携システムのご利用開始の案内です。\n\
         次のリンクを開いて、ユーザIDを確かめ、パスワードを決めてください。10分ほどで使い始められます。\n\n{link}\n\n\
         このリンクは{}まで、1回だけ使えます。\n\
         期限を過ぎた場合は、運用センターへ新しい案内を依頼してください。\n",
        minute(until)
    );
    with_link(mail(to, "invitation", "ご利用開始の案内", text), until)
}

/// Tells that the password was changed.
pub fn password_changed(to: &MailAddress, site: &SiteUrl, at: Timestamp) -> Mail {
    let text = format!(
        "{}に、パスワードが変更されました。\n\
         心当たりがない場合は、ログイン画面の「パスワードを忘れた場合」から、すぐに新しいパスワードを決めてください。\n\n{}\n",
        minute(at),
        site.as_str()
    );
    mail(to, "password_changed", "パスワードが変更されました", text)
}

/// Tells the address before that another one took its place.
pub fn mail_changed(to: &MailAddress, site: &SiteUrl, at: Timestamp) -> Mail {
    let text = format!(
        "{}に、登録されたメールアドレスが別のアドレスに変わりました。今後のお知らせは、新しいアドレスに届きます。\n\
         心当たりがない場合は、すぐにログインしてパスワードとメールアドレスを確かめ、運用センターへ連絡してください。\n\n{}\n",
        minute(at),
        site.as_str()
    );
    mail(to, "mail_changed", "登録メールアドレスが変わりました", text)
}

/// Tells that the licence will end.
pub fn licence_reminder(to: &MailAddress, site: &SiteUrl, last_day: Date) -> Mail {
    let text = format!(
        "ライセンスの有効期限が近づいています。\n\
         有効期限: {}まで\n\
         期限を過ぎると送信できなくなります（受信は続けられます）。ログインして「利用申請・更新」の画面から更新してください。\n\n{}\n",
        date_ja(last_day),
        site.as_str()
    );
    mail(to, "licence_reminder", "ライセンスの更新のお願い", text)
}

/// Tells that a certificate will expire.
pub fn certificate_reminder(to: &MailAddress, site: &SiteUrl, last_day: Date) -> Mail {
    let text = format!(
        "電子証明書の有効期限が近づいています。\n\
         有効期限: {}まで\n\
         期限を過ぎると送信も受信もできなくなります。ログインして「電子証明書」の画面で状態を確かめ、更新してください。\n\n{}\n",
        date_ja(last_day),
        site.as_str()
    );
    mail(to, "certificate_reminder", "電子証明書の更新のお願い", text)
}

/// Tells that a payment is missing.
pub fn payment_reminder(to: &MailAddress, site: &SiteUrl, due: Date) -> Mail {
    let text = format!(
        "ライセンス料のお支払いを確認できていません。\n\
         お支払いの期限: {}\n\
         ログインして「ライセンス」の画面で金額と方法を確かめてください。行き違いでお支払い済みの場合は、ご容赦ください。\n\n{}\n",
        date_ja(due),
        site.as_str()
    );
    mail(to, "payment_reminder", "ライセンス料のお支払いのお願い", text)
}

/// `2026年11月22日（日）9時05分`
fn minute(instant: Timestamp) -> String {
    let local = japan().to_datetime(instant);
    format!("{}{}時{:02}分", date_ja(local.date()), local.hour(), local.minute())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn to() -> MailAddress {
        "office@example.jp".parse().unwrap()
    }

    fn site() -> SiteUrl {
        SiteUrl::parse("https://careplan.example.jp").unwrap()
    }

    fn all() -> Vec<Mail> {
        let (link, at) = ("https://careplan.example.jp/mail-link/x", "2026-11-22T00:05:00Z".parse().unwrap());
        let last = date(2027, 3, 31);
        vec![
            confirm_mail(&to(), link, at),
            reset_password(&to(), link, at),
            user_id_reminder(&to(), link, at),
            invitation(&to(), link, at),
            password_changed(&to(), &site(), at),
            mail_changed(&to(), &site(), at),
            licence_reminder(&to(), &site(), last),
            certificate_reminder(&to(), &site(), last),
            payment_reminder(&to(), &site(), last),
        ]
    }

    #[test]
    fn every_mail_has_a_link_a_sender_and_what_to_do_and_nobodys_name() {
        for mail in all() {
            assert!(mail.subject.starts_with("【ケアプランデータ連携】"), "{}", mail.subject);
            assert!(mail.body.contains("https://careplan.example.jp"), "{}", mail.body);
            assert!(mail.body.contains("ください。") && mail.body.ends_with(FOOT), "{}", mail.body);
            for personal in ["office@example.jp", "KJ", "事業所番号"] {
                assert!(!mail.body.contains(personal) && !mail.subject.contains(personal), "{}", mail.body);
            }
            assert!(!format!("{mail:?}").contains("https"), "{mail:?}");
        }
    }

    #[test]
    fn what_holds_a_link_is_useless_when_the_link_expires() {
        let kinds: Vec<_> =
            all().into_iter().filter(|mail| mail.useless_at.is_some()).map(|mail| mail.kind).collect();
        assert_eq!(kinds, ["confirm_mail", "reset_password", "user_id_reminder", "invitation"]);
    }

    #[test]
    fn a_mail_reads_as_a_person_would_write_it() {
        let at = "2026-11-22T00:05:00Z".parse().unwrap();
        insta::assert_snapshot!(reset_password(&to(), "https://careplan.example.jp/mail-link/x", at).body, @r"
        パスワードの再設定を受け付けました。
        次のリンクを開いて、新しいパスワードを決めてください。

        https://careplan.example.jp/mail-link/x

        このリンクは2026年11月22日（日）9時05分まで、1回だけ使えます。
        心当たりがない場合は、何もしないでください。パスワードは変わりません。

        ――――――――――
        ケアプランデータ連携システム（自動送信）
        このメールに返信しても届きません。パスワードをメールでお尋ねすることはありません。
        ");
        assert!(licence_reminder(&to(), &site(), date(2027, 3, 31)).body.contains("2027年3月31日（水）まで"));
    }

    #[test]
    fn a_site_is_https_without_a_slash_at_the_end() {
        for text in ["http://x", "https://", "https://x/", "https://a b", "x"] {
            assert_eq!(SiteUrl::parse(text), None, "{text}");
        }
    }
}
