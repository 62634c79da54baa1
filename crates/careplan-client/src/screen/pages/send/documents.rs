//! Documents beside the standard in a draft: from where and to whom they go, what they are, about whom.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::Address;
use careplan_web::{Banner, Button, Choice, FieldErrors, TextField, TextKind, Tone};
use uuid::Uuid;

use super::draft::{draw, refused};
use super::ordered::{self, NO_OWN_TYPES, OWN_TYPES_NOT_KNOWN};
use crate::desk::{About, DocumentKind, Looked};
use crate::history::Person;
use crate::partners::{LISTED_MAX, Partners, Receivers, service_type_name};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::go_to;
use crate::screen::visit::Member;
use crate::state::DraftState;

/// Documents beside the standard, from where and to whom they go, and what they are.
pub(super) struct Documents {
    pub(super) names: Vec<String>,
    pub(super) trouble: Option<Banner>,
    pub(super) from: Option<Choice>,
    pub(super) to: Option<Choice>,
    pub(super) other: TextField,
    pub(super) kind: Choice,
    pub(super) person: Choice,
    pub(super) month: TextField,
    pub(super) button: Button,
}

/// What stands in the form: what was typed, or else what is stored.
struct Shown {
    from: String,
    to: String,
    other: String,
    kind: String,
    person: String,
    month: String,
}

impl Shown {
    fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            from: text("from"),
            to: text("to"),
            other: text("other"),
            kind: text("kind"),
            person: text("person"),
            month: text("month"),
        }
    }

    fn stored(looked: &Looked) -> Self {
        let (order, about) = (looked.draft.documents, &looked.about);
        let month = order.and_then(|order| order.month);
        Self {
            from: order.map(|order| order.from.service_type.to_string()).unwrap_or_default(),
            to: order.map(|order| order.to.to_string()).unwrap_or_default(),
            other: String::new(),
            kind: about.kind.map(DocumentKind::as_str).unwrap_or_default().to_owned(),
            person: about.person.as_ref().map(value).unwrap_or_default(),
            month: month.map(|month| month.to_string()).unwrap_or_default(),
        }
    }

    /// A receiver that the list does not have, or not any more, is one of the field beside it.
    fn beside(mut self, receivers: &Receivers) -> Self {
        let is_listed = receivers.listed.iter().any(|it| it.address.to_string() == self.to);
        if !is_listed && self.other.is_empty() {
            self.other = std::mem::take(&mut self.to);
        }
        self
    }
}

/// A person as the form names it.
fn value(person: &Person) -> String {
    format!("{}-{}", person.insurer, person.insured_number)
}

/// The documents of an open draft; `None` when there are none.
pub(super) async fn documents(
    screen: &Screen,
    looked: &Looked,
    (errors, typed): (&FieldErrors, Option<&Fields>),
) -> Result<Option<Documents>, Refused> {
    let files = looked.judged.documents.iter().filter_map(|index| looked.files.get(*index));
    let names: Vec<String> = files.map(|file| file.file.name.clone()).collect();
    if names.is_empty() || looked.draft.state != DraftState::Open {
        return Ok(None);
    }
    let book = Partners::new(screen.office.clone());
    let (own, receivers) = (book.own_addresses().await?, book.receivers().await?);
    let shown = typed.map_or_else(|| Shown::stored(looked), Shown::typed).beside(&receivers);
    let persons = screen.desk.known_persons().await?;
    Ok(Some(Documents {
        names,
        trouble: trouble(own.as_deref()),
        from: from(own.as_deref().unwrap_or_default(), shown.from, errors),
        other: other(&receivers, shown.other, errors),
        to: to(receivers, shown.to, errors),
        kind: kind(shown.kind),
        person: person(&persons, shown.person),
        month: TextField::new("month", "対象年月")
            .kind(TextKind::Digits)
            .optional()
            .hint("例：202611")
            .value(shown.month)
            .errors(errors),
        button: Button::submit("この内容にする").secondary(),
    }))
}

/// Why nothing can be sent from this office, before anybody typed for nothing.
fn trouble(own: Option<&[Address]>) -> Option<Banner> {
    let told = |(title, todo): (&str, &str)| Some(Banner::new(Tone::Warning, title).paragraph(todo));
    match own {
        None => told(OWN_TYPES_NOT_KNOWN),
        Some([]) => told(NO_OWN_TYPES),
        Some(_) => None,
    }
}

/// Only where there is something to choose.
fn from(own: &[Address], selected: String, errors: &FieldErrors) -> Option<Choice> {
    if own.len() < 2 {
        return None;
    }
    let choice = Choice::list("from", "自事業所のサービス種類")
        .empty("選択してください")
        .hint("この事業所のどのサービスから送るかです。相手には、このサービスからの文書として届きます。")
        .selected(selected)
        .errors(errors);
    let types = own.iter().map(|it| it.service_type);
    Some(types.fold(choice, |all, it| all.option(it.to_string(), service_type_name(&it))))
}

/// The offices of the book to choose from; `None` where it has none.
fn to(receivers: Receivers, selected: String, errors: &FieldErrors) -> Option<Choice> {
    if receivers.listed.is_empty() {
        return None;
    }
    let hint = if receivers.is_cut {
        format!(
            "アドレス帳の送れる事業所のうち{LISTED_MAX}件を、送受信したことのある事業所から順に表示しています。ないときは、下の欄に番号を入力してください。"
        )
    } else {
        "アドレス帳の送れる事業所です。送受信したことのある事業所から順に並んでいます。".to_owned()
    };
    let choice = Choice::list("to", "文書の宛先")
        .unmarked()
        .empty("選択してください")
        .hint(hint)
        .selected(selected)
        .errors(errors);
    Some(receivers.listed.into_iter().fold(choice, |all, it| {
        let Address { office, service_type } = it.address;
        let label = format!("{}（{office}） {}", it.name, service_type_name(&service_type));
        all.option(it.address.to_string(), label)
    }))
}

fn other(receivers: &Receivers, typed: String, errors: &FieldErrors) -> TextField {
    let form = "事業所番号10桁。サービス種類も決めるときは、続けて「-」とサービス種類コード2桁。例：9970000026、9970000026-11";
    let field = if receivers.listed.is_empty() {
        TextField::new("other", "文書の宛先").hint(form)
    } else {
        let hint = format!("上の一覧から選んだときは、空のままにしてください。{form}");
        TextField::new("other", "一覧にない宛先").unmarked().hint(hint)
    };
    field.kind(TextKind::Code).value(typed).errors(errors)
}

fn kind(selected: String) -> Choice {
    let kinds = Choice::list("kind", "文書の種類")
        .optional()
        .empty("選ばない")
        .selected(selected)
        .hint("選ぶと、相手に届くファイルの名前が「種類_利用者_対象年月_元の名前」になります。");
    DocumentKind::ALL.into_iter().fold(kinds, |kinds, kind| kinds.option(kind.as_str(), kind.label_ja()))
}

fn person(persons: &[Person], selected: String) -> Choice {
    let choice = Choice::list("person", "利用者")
        .optional()
        .empty("選ばない")
        .selected(selected)
        .hint("これまでに送受信した利用者から選べます。あとで、利用者の名前でさがせます。");
    persons
        .iter()
        .fold(choice, |all, it| all.option(value(it), format!("{}（{}）", it.name, it.insured_number)))
}

pub(in crate::screen) async fn order_documents(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
    fields: Fields,
) -> Result<Response, Refused> {
    let book = Partners::new(screen.office.clone());
    let order = match ordered::read(&book, &fields).await? {
        Ok(order) => order,
        Err(errors) => return draw(&screen, &member, id, (&errors, Some(&fields))).await,
    };
    let persons = screen.desk.known_persons().await?;
    let about = About {
        kind: DocumentKind::parse(fields.text("kind")),
        person: persons.into_iter().find(|it| value(it) == fields.text("person")),
    };
    screen.desk.describe_documents(id, &about).await.map_err(refused)?;
    screen.desk.order_documents(id, &order).await.map_err(refused)?;
    Ok(go_to(&format!("/send/{id}")))
}
