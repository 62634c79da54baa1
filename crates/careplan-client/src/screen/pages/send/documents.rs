//! Documents beside the standard in a draft: where they go, what they are, about whom.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::{Address, ServiceMonth};
use careplan_web::{Button, Choice, FieldErrors, TextField, TextKind};
use uuid::Uuid;

use super::draft::{draw, refused};
use crate::desk::{About, DocumentKind, Looked};
use crate::history::Person;
use crate::outbox::DocumentOrder;
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::go_to;
use crate::screen::visit::Member;
use crate::state::DraftState;

/// Documents beside the standard, where they go, and what they are.
pub(super) struct Documents {
    pub(super) names: Vec<String>,
    pub(super) to: TextField,
    pub(super) kind: Choice,
    pub(super) person: Choice,
    pub(super) month: TextField,
    pub(super) button: Button,
}

/// What stands in the form: what was typed, or else what is stored.
struct Shown {
    to: String,
    kind: String,
    person: String,
    month: String,
}

impl Shown {
    fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self { to: text("to"), kind: text("kind"), person: text("person"), month: text("month") }
    }

    fn stored(looked: &Looked) -> Self {
        let (order, about) = (looked.draft.documents, &looked.about);
        let month = order.and_then(|order| order.month);
        Self {
            to: order.map(|order| order.to.to_string()).unwrap_or_default(),
            kind: about.kind.map(DocumentKind::as_str).unwrap_or_default().to_owned(),
            person: about.person.as_ref().map(value).unwrap_or_default(),
            month: month.map(|month| month.to_string()).unwrap_or_default(),
        }
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
    let shown = typed.map_or_else(|| Shown::stored(looked), Shown::typed);
    let kinds = Choice::list("kind", "文書の種類")
        .optional()
        .empty("選ばない")
        .selected(shown.kind)
        .hint("選ぶと、相手に届くファイルの名前が「種類_利用者_対象年月_元の名前」になります。");
    let persons = screen.desk.known_persons().await?;
    let person = Choice::list("person", "利用者")
        .optional()
        .empty("選ばない")
        .selected(shown.person)
        .hint("これまでに送受信した利用者から選べます。あとで、利用者の名前でさがせます。");
    Ok(Some(Documents {
        names,
        to: TextField::new("to", "文書の宛先")
            .kind(TextKind::Code)
            .hint("事業所番号10桁とサービス種類コード2桁。例：9970000026-11")
            .value(shown.to)
            .errors(errors),
        kind: DocumentKind::ALL
            .into_iter()
            .fold(kinds, |kinds, kind| kinds.option(kind.as_str(), kind.label_ja())),
        person: persons
            .iter()
            .fold(person, |all, it| all.option(value(it), format!("{}（{}）", it.name, it.insured_number))),
        month: TextField::new("month", "対象年月")
            .kind(TextKind::Digits)
            .optional()
            .hint("例：202611")
            .value(shown.month)
            .errors(errors),
        button: Button::submit("この内容にする").secondary(),
    }))
}

pub(in crate::screen) async fn order_documents(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path(id): Path<Uuid>,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let to: Option<Address> = fields.code("to").parse().ok();
    if to.is_none() {
        errors.add(
            "to",
            "文書の宛先を、事業所番号10桁とサービス種類コード2桁で入力してください（例：9970000026-11）。",
        );
    }
    let month = match fields.number("month") {
        month if month.is_empty() => None,
        month => match month.parse::<ServiceMonth>() {
            Ok(month) => Some(month),
            Err(_) => {
                errors.add("month", "対象年月を、年4桁と月2桁で入力してください（例：202611）。");
                None
            }
        },
    };
    let from = match own_address(&screen).await? {
        Ok(from) => Some(from),
        Err(sentence) => {
            errors.add_for_form(sentence);
            None
        }
    };
    if let (Some(to), Some(from), true) = (to, from, errors.is_empty()) {
        let order = DocumentOrder { from, to, month };
        let persons = screen.desk.known_persons().await?;
        let about = About {
            kind: DocumentKind::parse(fields.text("kind")),
            person: persons.into_iter().find(|it| value(it) == fields.text("person")),
        };
        screen.desk.describe_documents(id, &about).await.map_err(refused)?;
        screen.desk.order_documents(id, &order).await.map_err(refused)?;
        return Ok(go_to(&format!("/send/{id}")));
    }
    draw(&screen, &member, id, (&errors, Some(&fields))).await
}

/// From which of its addresses an office sends documents.
async fn own_address(screen: &Screen) -> Result<Result<Address, String>, Refused> {
    let link = screen.office.link().await?;
    let service_type = match link.settings.service_types.as_slice() {
        [one] => Some(*one),
        _ => match link.platform.office(&link.office()).await.map(|entry| entry.service_types) {
            Ok(types) => match types.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            Err(_) => None,
        },
    };
    Ok(service_type.map(|service_type| Address { office: link.office(), service_type }).ok_or_else(|| {
        "この事業所には複数のサービス種類があるため、文書の送信元が決まりません。設定で、この端末のサービス種類を1つにしてください。".to_owned()
    }))
}
