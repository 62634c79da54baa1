//! What came, as a list: what is asked for, what was read and taken over, and many marked as taken over at once.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::{OfficeNumber, Timestamp, TransmissionId};
use careplan_web::{Banner, Button, Cell, DataTable, Markup, PostForm, Tag, Tone, way_back};
use http::StatusCode;

use super::{is_here, remark};
use crate::history::{Exchanged, Item, Page as Lines};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::lists::{Asked, RECEIVED, ROWS, tags};
use crate::screen::pages::news;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to, local, not_drawn};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, received_tag, users};
use crate::staff::Actor;
use crate::state::{Received, ReceivedState};

#[derive(Template)]
#[template(path = "received.html")]
struct List {
    news: Markup,
    form: Markup,
    table: DataTable,
    /// There is something to be marked.
    button: Option<Button>,
    all: Button,
    /// All on this page that can be marked, for the button of all.
    shown: String,
    /// The list as it is now, to come back to.
    back: String,
    pager: Markup,
}

pub(in crate::screen) async fn list(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    draw(&screen, &member, &Asked::of_query(&RECEIVED, query)).await
}

pub(in crate::screen) async fn find(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let asked = Asked::of_form(&RECEIVED, fields);
    match asked.address() {
        Some(address) => Ok(go_to(&address)),
        None => draw(&screen, &member, &asked).await,
    }
}

async fn draw(screen: &Screen, member: &Member, asked: &Asked) -> Result<Response, Refused> {
    let page = screen.office.history().page(&asked.filter(), asked.after(), ROWS).await?;
    let markable: Vec<String> = page.items.iter().filter_map(markable).map(|id| id.to_string()).collect();
    let main = List {
        news: news::of_now(screen)?,
        form: asked.form(screen, member.visit.now).await?,
        table: table(screen, &page, asked.is_narrow()).await?,
        button: (!markable.is_empty()).then(|| {
            Button::submit("選んだものを取込済にする").value("which", "picked").busy("記録しています")
        }),
        all: Button::submit(format!("この一覧の未取込{}件をすべて取込済にする", markable.len()))
            .value("which", "shown")
            .secondary()
            .busy("記録しています"),
        shown: markable.join(","),
        back: asked.address().unwrap_or_else(|| RECEIVED.path.to_owned()),
        pager: asked.pager(page.next)?,
    };
    let notice = notice(asked.fields(), member.visit.now);
    screen.show(&member.visit, Page::new("受信", "/received", &main).notice(notice).broad())
}

async fn table(screen: &Screen, page: &Lines, is_narrow: bool) -> Result<DataTable, Refused> {
    let numbers: Vec<OfficeNumber> = page.items.iter().map(|item| item.partner().office).collect();
    let partners = screen.partners.of(&screen.office, &numbers).await;
    let heads = ["送信元", "種類", "対象年月", "利用者", "届いた日時", "状態", "選ぶ", ""];
    let empty = if is_narrow {
        "あてはまるものはありません。条件を減らして、もう一度しぼり込んでください。"
    } else {
        "受信したものはありません。届くと、自動で表示されます。"
    };
    let mut table = DataTable::new("受信したもの", heads, empty).quiet_caption();
    for (row, item) in page.items.iter().enumerate() {
        let Exchanged::Received(received) = &item.what else { continue };
        let (id, header) = (received.header.id, &received.header);
        let name = partners.get(&header.from.office).map_or("", Partner::name);
        let about = format!("{}　{}", header.unit.label_ja(), local(received.accepted_at));
        let open = Button::link("見る", format!("/received/{id}")).secondary().small().about(&about);
        table = table.row([
            partner(header.from, name),
            Cell::text(header.unit.label_ja()),
            Cell::text(month_ja(header.month)),
            Cell::text(users(item)),
            Cell::text(local(received.accepted_at)),
            remark(Cell::markup(tags(marks(item, received))?), received),
            Cell::markup(pick(item, row, &about)?),
            Cell::action(open),
        ]);
    }
    Ok(table)
}

/// 未読 or 既読, and how far it is.
fn marks(item: &Item, received: &Received) -> Vec<Tag> {
    let state = received_tag(received.state);
    let read = match item.seen_at {
        _ if !is_here(received) => return vec![state],
        None => Tag::new(Tone::Info, "未読"),
        Some(_) => Tag::new(Tone::Plain, "既読"),
    };
    vec![read, state]
}

/// What the care software may have taken over, and nobody said so yet.
fn markable(item: &Item) -> Option<TransmissionId> {
    match &item.what {
        Exchanged::Received(it) if it.state == ReceivedState::Acknowledged => Some(it.header.id),
        Exchanged::Received(_) | Exchanged::Sent(_) => None,
    }
}

/// The box of a row.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(id) = id %}<div class="option"><input type="checkbox" name="pick{{ row }}" value="{{ id }}" aria-label="選ぶ：{{ about }}"></div>{% endif %}"#
)]
struct Pick<'a> {
    row: usize,
    id: Option<TransmissionId>,
    about: &'a str,
}

fn pick(item: &Item, row: usize, about: &str) -> Result<Markup, Refused> {
    Markup::of(&Pick { row, id: markable(item), about }).map_err(|error| not_drawn(&error))
}

fn notice(fields: &Fields, now: Timestamp) -> Option<Banner> {
    let count = fields.text("count");
    match fields.text("done") {
        "imported" => {
            let at = fields.text("at").parse().ok().and_then(|at| Timestamp::from_millisecond(at).ok());
            let banner = Banner::new(Tone::Success, format!("{count}件を取込済にしました。"));
            let banner = match fields.text("left") {
                "" | "0" => banner,
                left => banner.paragraph(format!(
                    "ほかの{left}件は、受領証の送信待ちか、もう取込済です。送信待ちのものは、あとでもう一度お試しください。"
                )),
            };
            Some(match at {
                // One minute later the senders know.
                Some(at) if now.duration_since(at) < crate::inbox::UNDO_WITHIN && count != "0" => {
                    banner.paragraph("送信元には1分後に伝わります。それまでは取り消せます。").action(
                        PostForm::new(
                            "/received/imported/undo",
                            Button::submit("取り消す").secondary().small().about("取込済にしたこと"),
                        )
                        .hidden("at", at.as_millisecond().to_string()),
                    )
                }
                _ => banner,
            })
        }
        "undone" => Some(Banner::new(Tone::Success, format!("{count}件を未取込に戻しました。"))),
        "none" => Some(Banner::new(
            Tone::Warning,
            "取込済にするものが選ばれていません。行の「選ぶ」に印を付けてください。",
        )),
        _ => None,
    }
}

pub(in crate::screen) async fn mark(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let ids: Vec<TransmissionId> = match fields.text("which") {
        "shown" => fields.text("shown").split(',').filter_map(|id| id.parse().ok()).collect(),
        _ => (0..ROWS).filter_map(|row| fields.text(&format!("pick{row}")).parse().ok()).collect(),
    };
    let back = way_back(fields.text("back"));
    let back = if back.starts_with(RECEIVED.path) { back } else { RECEIVED.path };
    let and = if back.contains('?') { '&' } else { '?' };
    if ids.is_empty() {
        return Ok(go_to(&format!("{back}{and}done=none")));
    }
    let marked = screen.office.mark_many_imported(&ids, &Actor::from(&member.session)).await?;
    screen.hub.changed();
    let left = (ids.len() as u64).saturating_sub(marked.count);
    let at = marked.at.as_millisecond();
    Ok(go_to(&format!("{back}{and}done=imported&count={}&left={left}&at={at}", marked.count)))
}

pub(in crate::screen) async fn unmark(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let at = fields.text("at").parse().ok().and_then(|at| Timestamp::from_millisecond(at).ok());
    let at = at.ok_or_else(Refused::form)?;
    let count = screen.office.unmark_imported(at, &Actor::from(&member.session)).await?;
    if count == 0 {
        return Err(Refused::said(
            StatusCode::CONFLICT,
            "取り消せませんでした",
            "取込済にしたことは、もう送信元に伝わっています。取り込んでいないときは、送信元に連絡してください。",
        ));
    }
    screen.hub.changed();
    Ok(go_to(&format!("{}?done=undone&count={count}", RECEIVED.path)))
}
