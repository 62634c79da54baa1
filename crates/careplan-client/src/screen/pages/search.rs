//! 検索: everything that was sent and received, by partner, kind, month, user and state.
//!
//! What is searched for may be a user's name: it goes in the body of a form and never into an address line, which browsers keep.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_domain::{OfficeNumber, ServiceMonth, UnitKind};
use careplan_web::{Button, Cell, Choice, DataTable, FieldErrors, PostForm, TextField, TextKind};

use crate::history::{Direction, Exchanged, Filter, Item, Key};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::pages::reminders;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, local};
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner, received_tag, sent_tag, users};

/// Rows of a page.
const ROWS: u32 = 50;

/// The fields of the form, which go along to the next page.
const FIELDS: [&str; 5] = ["text", "partner", "month", "kind", "direction"];

#[derive(Template)]
#[template(path = "search.html")]
struct Main {
    text: TextField,
    partner: TextField,
    month: TextField,
    kind: Choice,
    direction: Choice,
    button: Button,
    table: Option<DataTable>,
    next: Option<PostForm>,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    draw(&screen, &member, (&Fields::default(), &FieldErrors::default()), None).await
}

pub(in crate::screen) async fn find(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let filter = filter(&fields, &mut errors);
    if !errors.is_empty() {
        return draw(&screen, &member, (&fields, &errors), None).await;
    }
    let after: Option<Key> = fields.text("after").parse().ok();
    let page = screen.office.history().page(&filter, after, ROWS).await?;
    draw(&screen, &member, (&fields, &errors), Some((page.items, page.next))).await
}

fn filter(fields: &Fields, errors: &mut FieldErrors) -> Filter {
    let mut filter = Filter::default();
    if !fields.text("text").is_empty() {
        filter.text = Some(fields.text("text").to_owned());
    }
    if !fields.text("partner").is_empty() {
        filter.partner = fields.code("partner").parse().ok();
        if filter.partner.is_none() {
            errors.add("partner", "相手の事業所番号を、半角または全角の数字10桁で入力してください。");
        }
    }
    if !fields.text("month").is_empty() {
        filter.month = fields.number("month").parse::<ServiceMonth>().ok();
        if filter.month.is_none() {
            errors.add("month", "対象年月を、年4桁と月2桁で入力してください（例：202611）。");
        }
    }
    filter.kind = fields.text("kind").parse().ok();
    filter.direction =
        Direction::ALL.into_iter().find(|direction| direction.as_str() == fields.text("direction"));
    filter
}

async fn draw(
    screen: &Screen,
    member: &Member,
    (fields, errors): (&Fields, &FieldErrors),
    found: Option<(Vec<Item>, Option<Key>)>,
) -> Result<Response, Refused> {
    let kinds = Choice::list("kind", "種類").optional().empty("すべて").selected(fields.text("kind"));
    let kinds = UnitKind::ALL.iter().fold(kinds, |kinds, kind| kinds.option(kind.as_str(), kind.label_ja()));
    let (table, next) = match found {
        Some((items, next)) => {
            (Some(table(screen, &items).await?), next.map(|next| form_of_next(fields, next)))
        }
        None => (None, None),
    };
    let main = Main {
        text: TextField::new("text", "利用者の氏名・フリガナ・被保険者番号")
            .optional()
            .hint("一部だけでもさがせます。ひらがなとカタカナ、全角と半角は区別しません。")
            .value(fields.text("text"))
            .errors(errors),
        partner: TextField::new("partner", "相手の事業所番号")
            .kind(TextKind::Code)
            .optional()
            .value(fields.text("partner"))
            .errors(errors),
        month: TextField::new("month", "対象年月")
            .kind(TextKind::Digits)
            .optional()
            .hint("例：202611")
            .value(fields.text("month"))
            .errors(errors),
        kind: kinds,
        direction: Choice::list("direction", "送信・受信")
            .optional()
            .empty("両方")
            .option("sent", "送信したもの")
            .option("received", "受信したもの")
            .selected(fields.text("direction")),
        button: Button::submit("さがす").busy("さがしています"),
        table,
        next,
    };
    screen.show(&member.visit, Page::new("検索", "/search", &main).errors(errors).broad())
}

fn form_of_next(fields: &Fields, next: Key) -> PostForm {
    let form =
        PostForm::new("/search", Button::submit("次の50件").secondary()).hidden("after", next.to_string());
    FIELDS.into_iter().fold(form, |form, name| form.hidden(name, fields.text(name)))
}

async fn table(screen: &Screen, items: &[Item]) -> Result<DataTable, Refused> {
    let ids: Vec<_> = items.iter().map(|item| item.key().id).collect();
    let asking = screen.office.reminders().among(&ids).await?;
    let numbers: Vec<OfficeNumber> = items.iter().map(|item| item.partner().office).collect();
    let partners = screen.partners.of(&screen.office, &numbers).await;
    let heads = ["相手", "種類", "対象年月", "利用者", "日時", "状態", ""];
    let empty = "見つかりません。条件を減らして、もう一度さがしてください。";
    let mut table = DataTable::new("見つかったもの", heads, empty);
    for item in items {
        let key = item.key();
        let name = partners.get(&item.partner().office).map_or("", Partner::name);
        let (header, state, path) = match &item.what {
            Exchanged::Sent(sent) => (&sent.header, sent_tag(sent.state), format!("/sent/{}", key.id)),
            Exchanged::Received(received) if asking.contains(&key.id) => {
                (&received.header, reminders::tag(), format!("/received/{}", key.id))
            }
            Exchanged::Received(received) => {
                (&received.header, received_tag(received.state), format!("/received/{}", key.id))
            }
        };
        let way = match key.direction {
            Direction::Sent => "送信",
            Direction::Received => "受信",
        };
        table = table.row([
            partner(item.partner(), name),
            Cell::text(header.unit.label_ja()).note(way),
            Cell::text(month_ja(header.month)),
            Cell::text(users(item)),
            Cell::text(local(key.at)),
            Cell::tag(state),
            Cell::action(Button::link("見る", path).secondary().small().about(local(key.at))),
        ]);
    }
    Ok(table)
}
