//! Adding somebody.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_web::{Button, Choice, FieldErrors, TextField, TextKind};

use super::{MENU, crumbs, hand_out};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::Page;
use crate::screen::visit::Member;
use crate::staff::{LoginName, NAME_CHARS_MAX, NewPerson, Role, StaffFault};

#[derive(Template)]
#[template(path = "staff_add.html")]
struct Main {
    name: TextField,
    login: TextField,
    role: Choice,
    button: Button,
}

pub(in crate::screen) async fn add_page(
    State(screen): State<Arc<Screen>>,
    member: Member,
) -> Result<Response, Refused> {
    draw(&screen, &member, (&Fields::default(), &FieldErrors::default()))
}

fn draw(
    screen: &Screen,
    member: &Member,
    (fields, errors): (&Fields, &FieldErrors),
) -> Result<Response, Refused> {
    let main = Main {
        name: TextField::new("name", "職員名")
            .value(fields.text("name"))
            .max_length(u32::try_from(NAME_CHARS_MAX).unwrap_or(u32::MAX))
            .errors(errors),
        login: TextField::new("login", "ログイン名")
            .kind(TextKind::Code)
            .hint("半角の英数字で、2文字以上。あとから変えられません。例：sato")
            .value(fields.text("login"))
            .max_length(40)
            .errors(errors),
        role: role_choice(fields.text("role"), errors),
        button: Button::submit("登録して仮パスワードを出す").busy("登録しています"),
    };
    let crumbs = crumbs();
    screen.show(&member.visit, Page::new("職員の追加", MENU, &main).crumbs(&crumbs).errors(errors))
}

/// Which role; what each may do stands beside it.
pub(super) fn role_choice(selected: &str, errors: &FieldErrors) -> Choice {
    let choice = Role::ALL.iter().rev().fold(Choice::radio("role", "権限"), |choice, role| {
        let hint = match role {
            Role::Member => "送信・受信など、毎日の仕事をします。",
            Role::Manager => "毎日の仕事に加えて、職員・設定・操作記録を扱います。2人以上いると安心です。",
        };
        choice.option_with_hint(role.as_str(), role.label_ja(), hint)
    });
    choice.selected(selected).errors(errors)
}

/// The role that was chosen.
pub(super) fn chosen_role(fields: &Fields, errors: &mut FieldErrors) -> Option<Role> {
    let role = Role::parse(fields.text("role"));
    if role.is_none() {
        errors.add("role", "権限を選んでください。");
    }
    role
}

pub(in crate::screen) async fn add(
    State(screen): State<Arc<Screen>>,
    member: Member,
    fields: Fields,
) -> Result<Response, Refused> {
    let mut errors = FieldErrors::default();
    let name = fields.text("name").trim();
    if name.is_empty() {
        errors.add("name", "職員名を入力してください。");
    }
    let login = LoginName::new(fields.text("login")).map_err(|fault| errors.add("login", fault.to_string()));
    let role = chosen_role(&fields, &mut errors);
    let (Ok(login), Some(role), true) = (login, role, errors.is_empty()) else {
        return draw(&screen, &member, (&fields, &errors));
    };
    let person = NewPerson { login, name: name.to_owned(), role };
    match screen.staff.add(&person, (&member.session.login, member.visit.now)).await {
        Ok(password) => {
            return hand_out(&screen, &member, (&person.name, person.login.as_str()), &password);
        }
        Err(StaffFault::State(fault)) => return Err(fault.into()),
        Err(fault @ StaffFault::Taken(_)) => errors.add("login", fault.to_string()),
        Err(fault @ StaffFault::Name) => errors.add("name", fault.to_string()),
        Err(fault) => errors.add_for_form(fault.to_string()),
    }
    draw(&screen, &member, (&fields, &errors))
}
