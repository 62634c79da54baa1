//! A person of an office at the platform's web site: in Chromium where it is there with what drives it, else with `curl` and a cookie
//! jar. Neither is a program of ours.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};

use serde_json::json;

use super::office::write_secret;
use super::platform::{Letter, Platform};
use crate::{browser, command, curl};

/// What each step is called.
const STEPS: [&str; 4] = [
    "仮パスワードでログインし、自分のパスワードに変える (log in, change the temporary password)",
    "規約を最後まで読み、同意する。ライセンスがすぐ有効になる (apply, read the terms, agree: licence)",
    "有効期限と料金を確かめる (look at expiry and charge)",
    "この事業所の証明書の状態を見る (look at the certificates)",
];

/// A browser of one person.
struct Visitor<'a> {
    jar: PathBuf,
    certificate: &'a Path,
    site: &'a str,
}

/// A page as it came, after redirects.
struct Page {
    status: String,
    path: String,
    html: String,
}

/// From the letter in the post to a licence; gives the password that the office chose.
pub(crate) fn from_letter_to_licence(
    platform: &Platform,
    (name, letter): (&str, &Letter),
    folder: &Path,
) -> anyhow::Result<String> {
    let site = platform.site_url();
    let password = format!("{name}の合言葉は春の小川");
    if browser::is_there() {
        in_a_browser((&site, &password), (name, letter), folder)?;
        return Ok(password);
    }
    let visitor = Visitor { jar: folder.join("cookies"), certificate: &platform.authority(), site: &site };
    let [log_in, apply, licence, certificates] = STEPS;
    step(name, log_in, || {
        visitor.open("/login")?.says("ログインできないとき")?;
        let page =
            visitor.submit("/login", &[("user_id", &letter.user_id), ("password", &letter.password)])?;
        ensure!(page.path == "/password", "the temporary password leads to {}", page.path);
        let typed = [("present", letter.password.as_str()), ("new", &password), ("again", &password)];
        visitor.submit("/password", &typed)?.says("利用申請")
    })?;
    step(name, apply, || {
        visitor.open("/licence/apply")?;
        let mut page = visitor.submit("/licence/apply", &[("years", "1")])?;
        // The button stands on the last page.
        for number in 2.. {
            if page.html.contains("action=\"/licence/agree\"") {
                break;
            }
            page = visitor.open(&format!("/licence/terms/{number}"))?;
        }
        visitor.submit("/licence/agree", &[])?.says("利用申請が正常に完了しております。")
    })?;
    step(name, licence, || visitor.open("/licence")?.says("21,000円"))?;
    step(name, certificates, || visitor.open("/certificates")?.says("電子証明書"))?;
    fs::remove_file(&visitor.jar).context("forget the session")?;
    Ok(password)
}

/// By the same hands as the tests of the site.
fn in_a_browser(
    (site, chosen): (&str, &str),
    (name, letter): (&str, &Letter),
    folder: &Path,
) -> anyhow::Result<()> {
    let member = json!({ "name": name, "user_id": letter.user_id, "password": letter.password });
    let world = json!({
        "site": site, "chromium": browser::CHROMIUM, "chosen": chosen, "steps": STEPS, "offices": [member],
    });
    let file = folder.join("browser.json");
    write_secret(&file, &world.to_string())?;
    let said = command::output(browser::node(&file).arg("demo.mjs"));
    fs::remove_file(&file)?;
    print!("{}", said.with_context(|| format!("{name} on the web site"))?);
    Ok(())
}

fn step(name: &str, title: &str, action: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    action().with_context(|| format!("{name} on the web site, at: {title}"))?;
    println!("Web {name}：{title}");
    Ok(())
}

impl Visitor<'_> {
    fn open(&self, path: &str) -> anyhow::Result<Page> {
        self.ask(path, "")
    }

    /// Fills in a form and sends it, as a page of the site does.
    fn submit(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        let mut typed = String::from("header = \"Sec-Fetch-Site: same-origin\"\n");
        for (name, value) in fields {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            writeln!(typed, "data-urlencode = \"{name}={value}\"")?;
        }
        if fields.is_empty() {
            typed += "data = \"\"\n";
        }
        self.ask(path, &typed)
    }

    fn ask(&self, path: &str, typed: &str) -> anyhow::Result<Page> {
        let output = curl::run(
            |curl| {
                curl.arg("--location").arg("--cacert").arg(self.certificate);
                curl.arg("--cookie").arg(&self.jar).arg("--cookie-jar").arg(&self.jar);
                curl.args(["--write-out", "\n%{http_code} %{url_effective}"]);
                curl.arg(format!("{}{path}", self.site));
            },
            typed,
        )?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "curl at {path}: {}", said.trim());
        let answer = String::from_utf8(output.stdout).context("a page is text")?;
        let (html, end) = answer.rsplit_once('\n').context("curl says how it ended")?;
        let (status, address) = end.split_once(' ').context("curl says where it ended")?;
        let path = address.strip_prefix(self.site).unwrap_or(address);
        if status != "200" {
            bail!("{path} answered {status}: {}", title(html));
        }
        Ok(Page { status: status.to_owned(), path: path.to_owned(), html: html.to_owned() })
    }
}

impl Page {
    fn says(&self, words: &str) -> anyhow::Result<()> {
        let Self { status, path, html } = self;
        ensure!(html.contains(words), "{path} ({status}, {}) does not say {words}", title(html));
        Ok(())
    }
}

/// The heading is enough to know a page; what else is in it may be secret.
fn title(html: &str) -> &str {
    html.split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map_or("", |(title, _)| title)
}
