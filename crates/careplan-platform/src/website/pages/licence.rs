//! ライセンス: where it stands, 利用申請 with the terms of use, renewal, and what happens at the end.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use careplan_domain::billing::charge::{ChargeState, Method};
use careplan_domain::calendar::{day, last_day};
use careplan_domain::licence::{LicenceState, LicenceTerm, Years};
use careplan_domain::renewal::{Outlook, Plan};
use careplan_domain::{OfficeNumber, Timestamp};
use careplan_protocol::Code;
use careplan_web::text::{date_ja, yen};
use careplan_web::{Banner, Button, Cell, Choice, DataTable, Facts, FieldErrors, Link, Steps, Tag, Tone};

use crate::billing::{BillingFault, ChargeLine};
use crate::licence::{ApplicationFault, Reading, may_apply};
use crate::office_api::problem::Refused;
use crate::store::applications::{self, PlanRow};
use crate::store::licences;
use crate::website::Website;
use crate::website::fields::Fields;
use crate::website::show::{Page, go_to};
use crate::website::visit::Member;
use crate::website::words::{self, Article, Terms};

const APPLIED: &str = "利用申請が正常に完了しております。";

#[derive(Template)]
#[template(path = "licence.html")]
struct Main {
    facts: Facts,
    apply: Option<Button>,
    renewal: Option<Renewal>,
    plan: Option<PlanForm>,
    charges: DataTable,
    method: &'static str,
    /// Of the terms of use that hold: renewing agrees to them.
    terms_version: u32,
}

struct Renewal {
    years: Choice,
    button: Button,
}

struct PlanForm {
    choice: Choice,
    button: Button,
}

fn crumbs() -> [Link; 2] {
    [Link::new("トップ", "/"), Link::new("ライセンス", "/licence")]
}

/// What of an office the pages show.
struct Standing {
    state: LicenceState,
    terms: Vec<LicenceTerm>,
    plan: Option<PlanRow>,
    charges: Vec<ChargeLine>,
}

impl Standing {
    fn outlook(&self, site: &Website, now: Timestamp) -> Outlook {
        let plan = self.plan.map_or(Plan::ByHand, |row| row.plan);
        Outlook::of(&self.terms, plan, site.applications.billing().automatic_days(), day(now))
    }

    /// Whether the page has the forms to renew and to say what happens at the end.
    fn has_forms(&self, site: &Website, now: Timestamp) -> bool {
        matches!(self.state, LicenceState::Valid { .. })
            && !matches!(self.outlook(site, now), Outlook::Renewed { .. })
    }
}

async fn standing(site: &Website, office: &OfficeNumber, now: Timestamp) -> Result<Standing, Refused> {
    let mut db = site.platform.store.read().await?;
    let terms = licences::terms_of(&mut db, office).await?;
    Ok(Standing {
        state: LicenceState::at(&terms, now),
        terms,
        plan: applications::plan(&mut db, office).await?,
        charges: site.applications.billing().statement(&mut db, (office, day(now))).await.map_err(told)?,
    })
}

pub(in crate::website) async fn show(
    State(site): State<Arc<Website>>,
    member: Member,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let notice = match fields.text("done") {
        "applied" => Some(APPLIED),
        "renewed" => Some("更新の手続きが完了しました。"),
        "plan" => Some("期間が終わるときの扱いを変更しました。"),
        _ => None,
    };
    let notice = notice.map(|said| Banner::new(Tone::Success, said));
    draw(&site, &member, &FieldErrors::default(), notice).await
}

async fn draw(
    site: &Website,
    member: &Member,
    errors: &FieldErrors,
    notice: Option<Banner>,
) -> Result<Response, Refused> {
    let standing = standing(site, &member.office, member.visit.now).await?;
    let now = member.visit.now;
    let plan = standing.plan.map_or(Plan::ByHand, |row| row.plan);
    let outlook = standing.outlook(site, now);
    let can_renew = standing.has_forms(site, now);
    let main = Main {
        facts: facts(standing.state, outlook),
        apply: may_apply(standing.state).then(|| Button::link("利用申請をはじめる", "/licence/apply")),
        renewal: can_renew.then(|| Renewal {
            years: years_choice(site, (&used(&standing.charges), member.visit.now)).errors(errors),
            button: Button::submit("更新する").busy("手続きしています"),
        }),
        plan: can_renew.then(|| plan_form(plan)),
        charges: charges(standing.charges),
        terms_version: terms_now(member.visit.now)?.1.version,
        method: match standing.plan.map(|row| row.method) {
            Some(Method::Invoice) => "請求書による銀行振込",
            _ => "国保連合会からの給付費の差引",
        },
    };
    site.show(&member.visit, Page::new("ライセンス", "/licence", &main).errors(errors).notice(notice)).await
}

fn facts(state: LicenceState, outlook: Outlook) -> Facts {
    let (tag, until) = match state {
        LicenceState::NotApplied => (Tag::new(Tone::Warning, "未申請"), None),
        LicenceState::Upcoming { starts_at } => {
            (Tag::new(Tone::Info, "開始前"), Some(("利用開始日", date_ja(day(starts_at)))))
        }
        LicenceState::Valid { ends_at } => {
            (Tag::new(Tone::Success, "有効"), Some(("有効期限", date_ja(last_day(ends_at)))))
        }
        LicenceState::Expired { ended_at } => {
            (Tag::new(Tone::Error, "期限切れ"), Some(("終了日", date_ja(last_day(ended_at)))))
        }
    };
    let facts = Facts::default().fact("状態", Cell::tag(tag));
    let facts = match until {
        Some((term, date)) => facts.fact(term, date),
        None => facts,
    };
    facts.fact("期間が終わるとき", outlook.told())
}

/// The campaigns that an office used: each is given once.
fn used(charges: &[ChargeLine]) -> Vec<String> {
    charges.iter().filter_map(|line| line.charge.pass.clone()).collect()
}

/// How many years, each with its price of the day.
fn years_choice(site: &Website, (used, now): (&[String], Timestamp)) -> Choice {
    let choice = Choice::radio("years", "年数").selected("1");
    Years::ALL.into_iter().fold(choice, |choice, years| {
        match site.applications.prices().price(day(now), years, used) {
            Ok(price) => {
                let label = format!("{years}年（{}）", yen(price.amount.get()));
                match price.pass() {
                    Some(pass) => choice.option_with_hint(
                        years.to_string(),
                        label,
                        format!("{pass}の期間中です。1事業所に1回だけ、1年分が無料になります。"),
                    ),
                    None => choice.option(years.to_string(), label),
                }
            }
            Err(_) => choice,
        }
    })
}

fn plan_form(plan: Plan) -> PlanForm {
    let selected = match plan {
        Plan::Automatic { years } => format!("automatic-{years}"),
        Plan::ByHand => "by-hand".to_owned(),
        Plan::Cancel => "cancel".to_owned(),
    };
    let choice = Choice::radio("plan", "期間が終わるときの扱い")
        .option("automatic-1", "自動で1年更新する")
        .option("automatic-2", "自動で2年更新する")
        .option("automatic-3", "自動で3年更新する")
        .option("by-hand", "自動更新しない（そのつど更新する）")
        .option("cancel", "解約する（期間の終わりまで使えます）")
        .selected(selected);
    PlanForm { choice, button: Button::submit("変更する").secondary() }
}

fn charges(charges: Vec<ChargeLine>) -> DataTable {
    let heads = ["期間の初日", "年数", "金額（税込）", "うち消費税", "状態", "書類"];
    let table = DataTable::new("料金とお支払い", heads, "料金はまだ発生していません。").quiet_caption();
    charges.into_iter().fold(table, |table, line| {
        let charge = &line.charge;
        let note = charge.pass.clone().unwrap_or_else(|| format!("請求番号 {}", charge.id));
        table.row([
            Cell::text(date_ja(charge.id.starts_on)).note(note),
            Cell::number(format!("{}年", charge.years)),
            Cell::number(yen(charge.amount.get())),
            Cell::number(yen(charge.tax.contained_in(charge.amount).get())),
            state(&line),
            documents(&line),
        ])
    })
}

/// The word for it, with what there is to do.
fn state(line: &ChargeLine) -> Cell {
    let tone = match line.state {
        ChargeState::Deducted | ChargeState::Paid | ChargeState::Free => Tone::Success,
        ChargeState::Unpaid | ChargeState::PartlyPaid => Tone::Warning,
        _ => Tone::Info,
    };
    let cell = Cell::tag(Tag::new(tone, line.state.label_ja()));
    let open = line.totals.open().map(careplan_domain::billing::Yen::get).unwrap_or_default();
    match (line.state, line.due_on) {
        (ChargeState::Invoiced, Some(due)) => {
            cell.note(format!("{}までに{}をお振り込みください。", date_ja(due), yen(open)))
        }
        (ChargeState::Unpaid | ChargeState::PartlyPaid, Some(due)) => cell.note(format!(
            "期限は{}です。残りの{}をお振り込みください。行き違いの場合はご容赦ください。",
            date_ja(due),
            yen(open)
        )),
        (ChargeState::Unpaid, None) => {
            cell.note("差し引けませんでした。次の月にもう一度差し引くか、請求書をお送りします。")
        }
        _ if open < 0 => cell.note(format!("{}をお返しします。", yen(-open))),
        _ => cell,
    }
}

fn documents(line: &ChargeLine) -> Cell {
    // The receipt also leads to the invoice.
    match line.documents[..] {
        [] => Cell::text("—"),
        [.., last] => {
            let button = Button::link(last.label_ja(), format!("/licence/documents/{last}")).secondary();
            Cell::action(button.small().about(format!("請求番号 {}", line.charge.id)))
        }
    }
}

/// What went wrong inside.
pub(super) fn told(fault: BillingFault) -> Refused {
    match fault {
        BillingFault::Store(error) => error.into(),
        fault => {
            tracing::error!(%fault, "charges cannot be shown");
            Code::Internal.into()
        }
    }
}

#[derive(Template)]
#[template(path = "licence_apply.html")]
struct Apply {
    steps: Steps,
    years: Choice,
    button: Button,
}

fn steps(current: usize) -> Steps {
    Steps::new("利用申請の流れ", ["年数を選ぶ", "利用規約を読む", "完了"], current)
}

pub(in crate::website) async fn apply(
    State(site): State<Arc<Website>>,
    member: Member,
) -> Result<Response, Refused> {
    if !may_apply(standing(&site, &member.office, member.visit.now).await?.state) {
        return Ok(go_to("/licence?done=applied"));
    }
    draw_apply(&site, &member, &FieldErrors::default()).await
}

async fn draw_apply(site: &Website, member: &Member, errors: &FieldErrors) -> Result<Response, Refused> {
    let now = member.visit.now;
    let charges = standing(site, &member.office, now).await?.charges;
    let main = Apply {
        steps: steps(0),
        years: years_choice(site, (&used(&charges), now)).errors(errors),
        button: Button::submit("利用規約へ進む"),
    };
    let crumbs = crumbs();
    let page = Page::new("利用申請", "/licence", &main).crumbs(&crumbs).errors(errors);
    site.show(&member.visit, page).await
}

/// The terms that hold, and how they are read.
fn terms_now(now: Timestamp) -> Result<(&'static Terms, Reading), Refused> {
    let terms = words::terms_on(day(now)).ok_or(Code::Internal)?;
    Ok((terms, Reading { version: terms.version, pages: terms.pages() }))
}

fn years(fields: &Fields, errors: &mut FieldErrors) -> Option<Years> {
    let years = fields.code("years").parse().ok().and_then(|years| Years::new(years).ok());
    if years.is_none() {
        errors.add("years", "年数を選んでください。");
    }
    years
}

pub(in crate::website) async fn begin(
    State(site): State<Arc<Website>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let (_, reading) = terms_now(member.visit.now)?;
    if !may_apply(standing(&site, &member.office, member.visit.now).await?.state) {
        return Ok(go_to("/licence?done=applied"));
    }
    let mut errors = FieldErrors::default();
    let Some(years) = years(&fields, &mut errors) else {
        return draw_apply(&site, &member, &errors).await;
    };
    site.applications.begin(&member.office, (years, reading), member.visit.now).await?;
    Ok(go_to("/licence/terms/1"))
}

#[derive(Template)]
#[template(path = "licence_terms.html")]
struct Reader {
    steps: Steps,
    terms: &'static Terms,
    page: u32,
    pages: u32,
    articles: &'static [Article],
    back: Option<Button>,
    next: Option<Button>,
    agree: Option<Button>,
}

pub(in crate::website) async fn terms(
    State(site): State<Arc<Website>>,
    member: Member,
    Path(page): Path<String>,
) -> Result<Response, Refused> {
    let (terms, reading) = terms_now(member.visit.now)?;
    let page: u32 = page.parse().map_err(|_| Code::PageUnknown)?;
    let articles = terms.page(page);
    if articles.is_empty() {
        return Err(Code::PageUnknown.into());
    }
    match site.applications.open_page(&member.office, (page, reading)).await {
        Ok(_) => {}
        Err(ApplicationFault::NotRead { read_to }) => {
            return Ok(go_to(&format!("/licence/terms/{}", read_to + 1)));
        }
        Err(fault) => return not_taken(&site, &member, fault).await,
    }
    let is_last = page == reading.pages;
    let main = Reader {
        steps: steps(1),
        terms,
        page,
        pages: reading.pages,
        articles,
        back: (page > 1)
            .then(|| Button::link("前のページ", format!("/licence/terms/{}", page - 1)).secondary()),
        next: (!is_last).then(|| Button::link("次のページへ", format!("/licence/terms/{}", page + 1))),
        agree: is_last.then(|| Button::submit("利用規約に同意する").id("agree").busy("手続きしています")),
    };
    let crumbs = crumbs();
    site.show(&member.visit, Page::new("利用規約の確認", "/licence", &main).crumbs(&crumbs)).await
}

pub(in crate::website) async fn agree(
    State(site): State<Arc<Website>>,
    member: Member,
) -> Result<Response, Refused> {
    let (_, reading) = terms_now(member.visit.now)?;
    match site.applications.agree(&member.session, reading, member.visit.now).await {
        Ok(_) => Ok(go_to("/licence?done=applied")),
        // Pressed twice: the first time granted it.
        Err(ApplicationFault::NotBegun)
            if !may_apply(standing(&site, &member.office, member.visit.now).await?.state) =>
        {
            Ok(go_to("/licence?done=applied"))
        }
        Err(fault) => not_taken(&site, &member, fault).await,
    }
}

pub(in crate::website) async fn renew(
    State(site): State<Arc<Website>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let (_, reading) = terms_now(member.visit.now)?;
    let mut errors = FieldErrors::default();
    let Some(years) = years(&fields, &mut errors) else {
        return draw_where_shown(&site, &member, errors).await;
    };
    match site.applications.renew(&member.session, (years, reading), member.visit.now).await {
        Ok(_) => Ok(go_to("/licence?done=renewed")),
        Err(fault) => not_taken(&site, &member, fault).await,
    }
}

pub(in crate::website) async fn set_plan(
    State(site): State<Arc<Website>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let plan = match fields.text("plan") {
        "automatic-1" => Plan::Automatic { years: Years::ONE },
        "automatic-2" => Plan::Automatic { years: Years::TWO },
        "automatic-3" => Plan::Automatic { years: Years::THREE },
        "by-hand" => Plan::ByHand,
        "cancel" => Plan::Cancel,
        _ => {
            let mut errors = FieldErrors::default();
            errors.add("plan", "期間が終わるときの扱いを選んでください。");
            return draw_where_shown(&site, &member, errors).await;
        }
    };
    match site.applications.set_plan(&member.office, plan, member.visit.now).await {
        Ok(()) => Ok(go_to("/licence?done=plan")),
        Err(fault) => not_taken(&site, &member, fault).await,
    }
}

/// Says at its field what is wrong, where the page has the field: without a licence there is nothing to renew or to end.
async fn draw_where_shown(
    site: &Website,
    member: &Member,
    mut errors: FieldErrors,
) -> Result<Response, Refused> {
    let standing = standing(site, &member.office, member.visit.now).await?;
    if !standing.has_forms(site, member.visit.now) {
        errors = FieldErrors::default();
        errors.add_for_form("いま更新できるライセンスの期間がありません。期間を確かめてください。");
    }
    draw(site, member, &errors, None).await
}

/// Says on the licence page why something was not taken.
async fn not_taken(site: &Website, member: &Member, fault: ApplicationFault) -> Result<Response, Refused> {
    let Some(message) = fault.message_ja() else {
        return match fault {
            ApplicationFault::Store(error) => Err(error.into()),
            ApplicationFault::Billing(fault) => Err(told(fault)),
            _ => Err(Code::Internal.into()),
        };
    };
    let mut errors = FieldErrors::default();
    errors.add_for_form(message);
    draw(site, member, &errors, None).await
}
