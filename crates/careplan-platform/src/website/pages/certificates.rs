//! 電子証明書: which ones the office has, its terminals, and a new issue password.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::calendar::{day, japan};
use careplan_domain::{Secret, Timestamp};
use careplan_protocol::trust::ForeignAuthority;
use careplan_web::text::{date_ja, date_time_ja};
use careplan_web::{Banner, Button, Cell, DataTable, FieldErrors, Link, Tag, TextField, TextKind, Tone};

use super::login::told;
use crate::login::{IssuePasswordState, LoginFault};
use crate::office_api::problem::Refused;
use crate::store::terminals::{self, Listed};
use crate::store::{accounts, certificates};
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::held::{Advice, Held, State as HeldState, advice, held};
use crate::website::show::Page;
use crate::website::visit::Member;

/// Kinds that are refused whatever is configured: they stand for something else than the office.
const NEVER_TAKEN: [(&str, &str); 2] = [
    ("代理人証明書", "請求を代理する人を表すもので、事業所そのものを表すものではないためです。"),
    (
        "障害者総合支援証明書",
        "障害福祉の請求のためのもので、介護保険の事業所番号を表すものではないためです。",
    ),
];

/// The reason for a kind that the operator refuses by configuration.
const NOT_TAKEN: &str = "運用センターが受け付けないことにしている種類のためです。";

#[derive(Template)]
#[template(path = "certificates.html")]
struct Main {
    advice: Option<Banner>,
    table: DataTable,
    terminals: DataTable,
    issue_password: String,
    password: TextField,
    button: Button,
    /// Labels of other authorities' certificates that are taken.
    taken: Vec<String>,
    /// Kinds that are not taken, each with its reason.
    not_taken: Vec<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "certificates_issued.html")]
struct Issued {
    user_id: String,
    secret: Secret,
    until: String,
    go_on: Button,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let notice = match fields.text("done") {
        "revoked" => Some(Banner::new(Tone::Success, "電子証明書を失効させました。").paragraph(
            "この証明書を使っていた端末は、次の通信から送受信できません。ほかの端末には影響しません。",
        )),
        "ended" => Some(Banner::new(
            Tone::Info,
            "この電子証明書は、すでに使えなくなっています（失効済み、または期限切れ）。何も変えていません。",
        )),
        _ => None,
    };
    draw(&site, &member, &FieldErrors::default(), notice).await
}

async fn draw(
    site: &Website,
    member: &Member,
    errors: &FieldErrors,
    notice: Option<Banner>,
) -> Result<Response, Refused> {
    let now = member.visit.now;
    let mut db = site.platform.store.read().await?;
    let rows = certificates::certificates_of(&mut db, &member.office).await?;
    let listed = terminals::of_office(&mut db, &member.office).await?;
    let issued = accounts::issue_password(&mut db, &member.office).await?;
    drop(db);
    let trust = site.platform.trust.current();
    let all = held(rows, &listed, &trust, now);
    let foreign = trust.list(now).foreign;
    let main = Main {
        advice: advice(&all).map(advise),
        table: table(&all),
        terminals: terminals_table(&listed, now),
        issue_password: state_of(issued.map(|it| it.state(now))),
        password: TextField::new("password", "ログインのパスワード").kind(TextKind::Password).errors(errors),
        button: Button::submit("証明書発行用パスワードを再発行する").busy("発行しています"),
        not_taken: not_taken(&foreign),
        taken: foreign.into_iter().map(|it| it.label).collect(),
    };
    let page = Page::new("電子証明書", "/certificates", &main).errors(errors).notice(notice);
    site.show(&member.visit, page).await
}

/// The kinds that are never taken, and those that an authority's settings refuse; each once.
fn not_taken(foreign: &[ForeignAuthority]) -> Vec<(String, &'static str)> {
    let mut kinds: Vec<_> = NEVER_TAKEN.map(|(label, why)| (label.to_owned(), why)).into();
    for refused in foreign.iter().flat_map(|it| &it.refused_kinds) {
        if !kinds.iter().any(|(label, _)| *label == refused.label) {
            kinds.push((refused.label.clone(), NOT_TAKEN));
        }
    }
    kinds
}

fn until_ja(until: Timestamp) -> String {
    format!("{}まで", date_ja(day(until)))
}

fn advise(advice: Advice) -> Banner {
    match advice {
        Advice::Obtain => Banner::new(Tone::Info, "電子証明書はまだありません。")
            .paragraph("クライアントの初期設定で「証明書発行用パスワード」を入力すると、その場で発行されます。")
            .action(Button::link("クライアントをダウンロードする", "/downloads").secondary()),
        Advice::ObtainAnew => Banner::new(Tone::Error, "いま使える電子証明書がありません。送受信ができません。")
            .paragraph("下の「証明書発行用パスワード」を再発行し、クライアントの初期設定をもう一度実行してください。届いているものは運用センターに残っており、再開すると順に受け取れます。"),
        Advice::Renew { until } => {
            Banner::new(Tone::Warning, format!("使っている電子証明書の期限が近づいています（{}）。", until_ja(until)))
                .paragraph("クライアントを動かしていれば、自動で更新されます。その端末のクライアントを起動してください。数日たってもこの表示が消えないときは、下の「証明書発行用パスワード」を再発行し、初期設定をもう一度実行してください。")
        }
        Advice::RenewThere { until } => {
            Banner::new(Tone::Warning, format!("使っている電子証明書の期限が近づいています（{}）。", until_ja(until)))
                .paragraph("ほかの認証局が発行したものなので、更新はその発行元での手続きになります。新しい証明書を受け取ったら、クライアントの初期設定で取り込んでください。")
        }
    }
}

fn table(all: &[Held]) -> DataTable {
    let heads = ["電子証明書", "状態", "有効期限", "使っている端末", "操作"];
    let table = DataTable::new("電子証明書", heads, "電子証明書はまだありません。").quiet_caption();
    all.iter().fold(table, |table, held| {
        let name = match &held.serial {
            Some(serial) => Cell::text("ケアプラン証明書").note(format!("番号 {serial}")),
            None => Cell::text("ほかの認証局の証明書").note("介護保険証明書など"),
        };
        let terminals: Vec<String> = held.terminals.iter().map(ToString::to_string).collect();
        let action = match &held.serial {
            Some(serial) if held.is_live() => {
                let path = format!("/certificates/{serial}/revocation");
                Cell::action(
                    Button::link("失効させる", path).secondary().small().about(format!("番号 {serial}")),
                )
            }
            None if held.is_live() => Cell::text("失効は発行元へ"),
            _ => Cell::text("なし"),
        };
        let terminals = if terminals.is_empty() { "なし".to_owned() } else { terminals.join("、") };
        table.row([
            name,
            state_cell(&held.state),
            Cell::text(date_ja(day(held.until))),
            Cell::text(terminals),
            action,
        ])
    })
}

fn state_cell(state: &HeldState) -> Cell {
    let tag = |tone, word: &str| Cell::tag(Tag::new(tone, word));
    match state {
        HeldState::Good => tag(Tone::Success, "有効"),
        HeldState::Ending { days: 0 } => tag(Tone::Warning, "まもなく期限").note("残り1日以内です。"),
        HeldState::Ending { days } => tag(Tone::Warning, "まもなく期限").note(format!("残り{days}日です。")),
        HeldState::Later => tag(Tone::Info, "開始前"),
        HeldState::Ended => tag(Tone::Plain, "期限切れ"),
        HeldState::Revoked { at, reason } => {
            let at = at.map(|at| date_ja(day(at)));
            let words: Vec<String> = at.into_iter().chain(reason.clone()).collect();
            let cell = tag(Tone::Plain, "失効");
            if words.is_empty() { cell } else { cell.note(words.join("　")) }
        }
        HeldState::Refused(why) => tag(Tone::Error, "使えません").note(format!("{why}。")),
    }
}

fn terminals_table(listed: &[Listed], now: Timestamp) -> DataTable {
    let heads = ["端末", "最後の連絡", "鍵の期限", "状態"];
    let none = "クライアントを設定した端末はまだありません。";
    listed.iter().fold(DataTable::new("端末", heads, none).quiet_caption(), |table, it| {
        let state = match it.terminal.retired_at {
            Some(_) => Tag::new(Tone::Plain, "使用終了"),
            None if it.is_in_use(now) => Tag::new(Tone::Success, "使用中"),
            None => Tag::new(Tone::Warning, "連絡が途絶えています"),
        };
        table.row([
            Cell::code(it.id.to_string()),
            Cell::text(date_time_ja(japan().to_datetime(it.last_contact()))),
            Cell::text(date_ja(day(it.terminal.expires_at))),
            Cell::tag(state),
        ])
    })
}

fn state_of(state: Option<IssuePasswordState>) -> String {
    match state {
        None => "まだ発行されていません。".to_owned(),
        Some(IssuePasswordState::Open { until }) => {
            format!("いまのものは、まだ使われていません（{}使えます）。", until_ja(until))
        }
        Some(IssuePasswordState::Used { by }) => {
            let at = date_time_ja(japan().to_datetime(by.at));
            format!("いまのものは使用済みです（{at}に電子証明書の発行に使われました）。")
        }
        Some(IssuePasswordState::Expired { at }) => {
            format!("いまのものは、{}に期限が切れました。", date_ja(day(at)))
        }
    }
}

pub(in crate::website) async fn issue_password(
    State(site): State<Arc<Website>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let password = fields.secret("password");
    if password.expose().is_empty() {
        errors.add("password", "ログインのパスワードを入力してください。");
        return draw(&site, &member, &errors, None).await;
    }
    match site.accounts.reissues.reissue(&member.session, &password, member.visit.now).await {
        Ok(made) => {
            let main = Issued {
                user_id: member.session.user_id.to_string(),
                secret: made.issue_password,
                until: until_ja(made.until),
                go_on: Button::link("控えました。電子証明書へ戻る", "/certificates"),
            };
            let notice = Banner::new(Tone::Success, "証明書発行用パスワードを再発行しました。");
            let crumbs = [Link::new("トップ", "/"), Link::new("電子証明書", "/certificates")];
            let page = Page::new("新しい証明書発行用パスワード", "/certificates", &main);
            site.show(&member.visit, page.crumbs(&crumbs).notice(Some(notice))).await
        }
        Err(LoginFault::PasswordWrong) => {
            errors.add("password", "パスワードが違います。3回続けて間違えると30分間使えなくなります。");
            draw(&site, &member, &errors, None).await
        }
        Err(fault) => {
            errors.add_for_form(told(fault)?);
            draw(&site, &member, &errors, None).await
        }
    }
}
