//! 事業所検索: who is there and who can be written to, for everybody; and the sheet that invites a partner.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_domain::{OfficeNumber, ServiceType};
use careplan_protocol::Code;
use careplan_protocol::office_api::OfficeEntry;
use careplan_web::{
    Banner, Button, Cell, Choice, DataTable, FieldErrors, Link, Pager, Tag, TextField, TextKind, Tone,
    qr_data_uri,
};

use crate::directory::{self, fold, fold_place};
use crate::office_api::problem::Refused;
use crate::store::directory::Search;
use crate::website::Website;
use crate::website::admit::is_full;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::{Member, Visit};
use crate::website::words::{name_of, prefectures, service_types};

/// Offices on a page.
const PAGE: u32 = 50;

/// Letters of a name that are looked for.
const NAME_CHARS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "offices.html")]
struct Main {
    number: TextField,
    name: TextField,
    prefecture: Choice,
    place: TextField,
    service_type: Choice,
    joined: Choice,
    button: Button,
    results: Option<Results>,
}

pub(super) struct Results {
    table: DataTable,
    pager: Pager,
    csv: Button,
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let query = query.unwrap_or_default();
    let fields = Fields::read(query.as_bytes());
    let mut errors = FieldErrors::default();
    let search = read(&fields, PAGE, &mut errors);
    let results = match (&search, errors.is_empty() && !query.is_empty()) {
        (search, true) => {
            let mut db = site.platform.store.read().await?;
            let page = directory::page(&mut db, search, visit.now).await?;
            let can_invite = visit.session.as_ref().is_some_and(is_full);
            let count = page.offices.len();
            let next = page.next.map(|next| format!("/offices?{}", with(&fields, ("after", next.as_str()))));
            let place =
                if count == 0 { "0件".to_owned() } else { format!("{count}件を表示しています") };
            Some(Results {
                table: table(page.offices, can_invite),
                pager: Pager::new("検索結果のページ", place).next(next),
                csv: Button::link(
                    "CSVでダウンロードする",
                    format!("/offices.csv?{}", with(&fields, ("after", ""))),
                )
                .secondary()
                .small(),
            })
        }
        _ => None,
    };
    draw(&site, &visit, (&fields, &errors), results).await
}

pub(super) async fn draw(
    site: &Website,
    visit: &Visit,
    (fields, errors): (&Fields, &FieldErrors),
    results: Option<Results>,
) -> Result<Response, Refused> {
    let list = |name: &str, label: &str, options: &'static [(&'static str, &'static str)], all: &str| {
        let choice = Choice::list(name, label).optional().empty(all).selected(fields.text(name));
        options.iter().fold(choice, |choice, (code, name)| choice.option(*code, *name))
    };
    let main = Main {
        number: TextField::new("number", "事業所番号")
            .kind(TextKind::Digits)
            .optional()
            .hint("はじめの数桁だけでもさがせます。")
            .value(fields.text("number"))
            .max_length(20)
            .errors(errors),
        name: TextField::new("name", "事業所名・フリガナ")
            .optional()
            .hint("一部だけでもさがせます。ひらがなとカタカナ、全角と半角は区別しません。")
            .value(fields.text("name"))
            .max_length(100)
            .errors(errors),
        prefecture: list("prefecture", "都道府県", prefectures(), "すべて").errors(errors),
        place: TextField::new("place", "市区町村")
            .optional()
            .hint("例：見本市")
            .value(fields.text("place"))
            .max_length(60)
            .errors(errors),
        service_type: list("service_type", "サービス種類", service_types(), "すべて").errors(errors),
        joined: Choice::radio("joined", "利用状況")
            .unmarked()
            .option("", "すべて")
            .option("yes", "いま送れる事業所だけ")
            .selected(fields.text("joined")),
        button: Button::submit("さがす"),
        results,
    };
    site.show(visit, Page::new("事業所検索", "/offices", &main).errors(errors).broad().open()).await
}

/// What to look for; what cannot be read is told at its field.
pub(super) fn read(fields: &Fields, limit: u32, errors: &mut FieldErrors) -> Search {
    let number = fields.number("number");
    if number.len() > 10 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        errors.add("number", "事業所番号は10桁までの数字です。");
    }
    let name = fields.text("name");
    if name.chars().count() > NAME_CHARS_MAX {
        errors.add("name", format!("{NAME_CHARS_MAX}文字以内で入力してください。"));
    }
    let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Search {
        after: fields.text("after").parse().ok(),
        number,
        name_or_kana: filled(&fold(name)),
        prefecture: filled(fields.text("prefecture")),
        place: filled(&fold_place(fields.text("place"))),
        service_type: fields.text("service_type").parse::<ServiceType>().ok(),
        joined: (fields.text("joined") == "yes").then_some(true),
        limit,
        ..Search::default()
    }
}

/// The same search with another value of one field, as a query.
fn with(fields: &Fields, (name, value): (&str, &str)) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for field in ["number", "name", "prefecture", "place", "service_type", "joined"] {
        query.append_pair(field, fields.text(field));
    }
    query.append_pair(name, value);
    query.finish()
}

fn table(offices: Vec<OfficeEntry>, can_invite: bool) -> DataTable {
    let heads = ["事業所", "サービス種類", "所在地", "利用状況"];
    let none = "見つかりませんでした。番号や名前の一部だけで、もう一度おさがしください。";
    offices.into_iter().fold(DataTable::new("検索結果", heads, none), |table, office| {
        let types: Vec<&str> =
            office.service_types.iter().map(|it| name_of(service_types(), it.as_str())).collect();
        let place = format!("{} {}", name_of(prefectures(), &office.prefecture), office.address);
        let state = if office.joined {
            Cell::tag(Tag::new(Tone::Success, "送れます"))
        } else if can_invite {
            let path = format!("/offices/{}/invitation", office.number);
            Cell::action(Button::link("案内状を作る", path).secondary().small().about(office.name.clone()))
                .note("まだ利用していません")
        } else {
            Cell::tag(Tag::new(Tone::Info, "まだ利用していません"))
        };
        table.row([
            Cell::text(office.name).note(format!("{}　{}", office.number, office.kana)),
            Cell::text(types.join("、")),
            Cell::text(place),
            state,
        ])
    })
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct Invitation {
    hint: Banner,
    to: OfficeEntry,
    from: OfficeEntry,
    qr: String,
    url: String,
}

pub(in crate::website) async fn invitation(
    State(site): State<Arc<Website>>,
    member: Member,
    Path(number): Path<String>,
) -> Result<Response, Refused> {
    let number: OfficeNumber = number.parse().map_err(|_| Code::PageUnknown)?;
    let mut db = site.platform.store.read().await?;
    let to = directory::entry(&mut db, &number, member.visit.now).await?.ok_or(Code::PageUnknown)?;
    let from = directory::entry(&mut db, &member.office, member.visit.now).await?.ok_or(Code::PageUnknown)?;
    drop(db);
    if to.joined {
        // Where it stands that it can be written to.
        return Ok(go_to(&format!("/offices?number={number}")));
    }
    let url = site.url.as_str().to_owned();
    let hint = Banner::new(Tone::Info, "印刷して、FAXや郵送、訪問のときにお渡しください。");
    let qr = qr_data_uri(&url).map_err(|_| Code::Internal)?;
    let main = Invitation { hint, to, from, qr, url };
    let crumbs = [Link::new("トップ", "/"), Link::new("事業所検索", "/offices")];
    site.show(&member.visit, Page::new("ケアプランデータ連携のご案内", "/offices", &main).crumbs(&crumbs))
        .await
}
