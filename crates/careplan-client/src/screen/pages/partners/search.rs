//! The platform's directory: found offices are put into the book by one button.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use careplan_domain::{OfficeNumber, ServiceType};
use careplan_protocol::office_api::{OfficeEntry, OfficePage};
use careplan_web::{
    Banner, Button, Cell, Choice, DataTable, FieldErrors, Pager, PostForm, Tag, TextField, TextKind, Tone,
    way_back,
};

use super::{book, crumbs, number, type_names};
use crate::office::OfficeFault;
use crate::partners::{PartnerFault, Wanted, prefecture_name, prefectures, service_types};
use crate::platform::OfficeQuery;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Member;

/// Characters of a name that is looked for; the platform takes no more.
const NAME_CHARS_MAX: usize = 100;

/// The fields of a search.
const FIELDS: [&str; 6] = ["number", "name", "kana", "prefecture", "service_type", "joined"];

#[derive(Template)]
#[template(path = "partners_search.html")]
struct Main {
    number: TextField,
    name: TextField,
    kana: TextField,
    prefecture: Choice,
    service_type: Choice,
    joined: Choice,
    button: Button,
    results: Option<Results>,
}

struct Results {
    table: DataTable,
    pager: Pager,
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let asked = query.clone().unwrap_or_default();
    let fields = Fields::of_query(query);
    let mut errors = FieldErrors::default();
    let is_asked = FIELDS.iter().any(|name| !fields.text(name).is_empty());
    let is_sent = asked.contains("number=");
    let wanted = read(&fields, &mut errors);
    if is_sent && !is_asked {
        errors.add("number", "番号・名前・都道府県などを、どれか1つは入れてください。");
    }
    let mut notice =
        (fields.text("done") == "added").then(|| Banner::new(Tone::Success, "アドレス帳に加えました。"));
    let mut found = None;
    if is_asked && errors.is_empty() {
        match book(&screen).search(&wanted).await {
            Ok(page) => found = Some(results(&screen, page, &fields).await?),
            Err(fault) => notice = Some(away(fault)?),
        }
    }
    draw(&screen, &member, (&fields, &errors), (found, notice))
}

/// Away is no fault of who searches: what was typed stays, and the page says what to do.
fn away(fault: OfficeFault) -> Result<Banner, Refused> {
    match fault {
        OfficeFault::Platform(fault) => {
            Ok(Banner::new(Tone::Warning, "連携基盤の事業所検索から結果を受け取れませんでした。")
                .paragraph(fault.to_string()))
        }
        OfficeFault::NotSetUp => {
            Ok(Banner::new(Tone::Warning, "初期設定がまだのため、事業所をさがせません。")
                .paragraph("管理者に、初期設定を済ませてもらってください。"))
        }
        fault => Err(fault.into()),
    }
}

fn draw(
    screen: &Screen,
    member: &Member,
    (fields, errors): (&Fields, &FieldErrors),
    (results, notice): (Option<Results>, Option<Banner>),
) -> Result<Response, Refused> {
    let text = |name: &'static str, label: &str| {
        TextField::new(name, label).optional().value(fields.text(name)).max_length(100).errors(errors)
    };
    let prefecture =
        Choice::list("prefecture", "都道府県").optional().empty("すべて").selected(fields.text("prefecture"));
    let service_type = Choice::list("service_type", "サービス種類")
        .optional()
        .empty("すべて")
        .selected(fields.text("service_type"));
    let main = Main {
        number: text("number", "事業所番号")
            .kind(TextKind::Digits)
            .hint("はじめの数桁だけでもさがせます。")
            .max_length(20),
        name: text("name", "事業所名").hint("一部だけでもさがせます。全角と半角は区別しません。"),
        kana: text("kana", "フリガナ").hint("一部だけでもさがせます。ひらがなでもさがせます。"),
        prefecture: prefectures().fold(prefecture, |choice, (code, name)| choice.option(code, name)),
        service_type: service_types().fold(service_type, |choice, (code, name)| choice.option(code, name)),
        joined: Choice::radio("joined", "利用状況")
            .unmarked()
            .option("", "すべて")
            .option("yes", "いま送れる事業所だけ")
            .selected(fields.text("joined")),
        button: Button::submit("さがす").busy("さがしています"),
        results,
    };
    let crumbs = crumbs();
    let page =
        Page::new("事業所をさがして加える", "/partners", &main).crumbs(&crumbs).errors(errors).notice(notice);
    screen.show(&member.visit, page.broad())
}

/// What to look for; what cannot be read is told at its field.
fn read(fields: &Fields, errors: &mut FieldErrors) -> OfficeQuery {
    let number = fields.number("number");
    if number.len() > 10 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        errors.add("number", "事業所番号は10桁までの数字です。番号を確かめてください。");
    }
    for name in ["name", "kana"] {
        if fields.text(name).chars().count() > NAME_CHARS_MAX {
            errors.add(name, format!("{NAME_CHARS_MAX}文字以内で入力してください。"));
        }
    }
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    OfficeQuery {
        number: filled(&number),
        name: filled(fields.text("name")),
        kana: filled(fields.text("kana")),
        prefecture: filled(fields.text("prefecture")),
        service_type: fields.text("service_type").parse::<ServiceType>().ok(),
        joined: (fields.text("joined") == "yes").then_some(true),
        after: fields.text("after").parse().ok(),
    }
}

/// The same search with another value of one field, as a query.
fn with(fields: &Fields, (name, value): (&str, &str)) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for field in FIELDS {
        query.append_pair(field, fields.text(field));
    }
    query.append_pair(name, value);
    query.finish()
}

async fn results(screen: &Screen, page: OfficePage, fields: &Fields) -> Result<Results, Refused> {
    let known = book(screen).list(&Wanted::default()).await?;
    let known: Vec<OfficeNumber> = known.into_iter().map(|partner| partner.office).collect();
    let count = page.offices.len();
    let place = if count == 0 { "0件".to_owned() } else { format!("{count}件を表示しています") };
    let next = page.next.map(|next| format!("/partners/search?{}", with(fields, ("after", next.as_str()))));
    let back = format!("/partners/search?{}", with(fields, ("after", fields.text("after"))));
    Ok(Results {
        table: table(&page.offices, &known, &back),
        pager: Pager::new("検索結果のページ", place).next(next),
    })
}

fn table(offices: &[OfficeEntry], known: &[OfficeNumber], back: &str) -> DataTable {
    let heads = ["事業所", "サービス種類", "所在地", "利用状況", "アドレス帳"];
    let none = "見つかりませんでした。番号や名前の一部だけで、もう一度おさがしください。";
    offices.iter().fold(DataTable::new("検索結果", heads, none), |table, office| {
        let state = if office.joined {
            Tag::new(Tone::Success, "送れます")
        } else {
            Tag::new(Tone::Warning, "未利用")
        };
        let book = if known.contains(&office.number) {
            Cell::link("登録済み", format!("/partners/{}", office.number))
        } else {
            let button = Button::submit("加える").secondary().small().about(office.name.clone());
            let form = PostForm::new("/partners/add", button).hidden("number", office.number.as_str());
            Cell::action(form.hidden("back", back))
        };
        table.row([
            Cell::text(office.name.clone()).note(format!("{}　{}", office.number, office.kana)),
            Cell::text(type_names(&office.service_types)),
            Cell::text(format!("{} {}", prefecture_name(&office.prefecture), office.address)),
            Cell::tag(state),
            book,
        ])
    })
}

pub(in crate::screen) async fn add(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let office = number(&fields.number("number"))?;
    let book = book(&screen);
    match book.add(&office, (&member.session.login, member.visit.now)).await {
        Ok(()) => {}
        Err(PartnerFault::State(fault)) => return Err(fault.into()),
        Err(fault) => {
            let mut errors = FieldErrors::default();
            errors.add_for_form(fault.to_string());
            return draw(&screen, &member, (&fields, &errors), (None, None));
        }
    }
    // The answer is a moment old, but the directory is asked again: what a form says of an office is no word of the directory.
    if let Ok(link) = screen.office.link().await
        && let Ok(entry) = link.platform.office(&office).await
    {
        book.heard(&entry).await?;
    }
    let back = way_back(fields.text("back"));
    let back = if back == "/" { "/partners/search" } else { back };
    let joint = if back.contains('?') { '&' } else { '?' };
    Ok(go_to(&format!("{back}{joint}done=added")))
}
