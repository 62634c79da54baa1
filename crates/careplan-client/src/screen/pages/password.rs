//! One's own password: chosen first where a manager handed one out, changed at any time.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use careplan_web::{Banner, Button, FieldErrors, TextField, TextKind, Tone};

use super::login::with_cookie;
use crate::screen::Screen;
use crate::screen::admit::step_page;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::{Page, go_to};
use crate::screen::visit::Visit;
use crate::staff::{StaffFault, Stage};

#[derive(Template)]
#[template(path = "password.html")]
struct Main {
    notice: Option<Banner>,
    present: TextField,
    new: TextField,
    again: TextField,
    button: Button,
}

/// The field of a password that is chosen.
pub(super) fn chosen(errors: &FieldErrors) -> TextField {
    TextField::new("new", "新しいパスワード")
        .kind(TextKind::NewPassword)
        .hint("8文字以上。記号や大文字を混ぜる必要はありません。覚えやすい言葉をいくつかつなげると、長くて破られにくくなります。")
        .errors(errors)
}

/// The same once more.
pub(super) fn again(errors: &FieldErrors) -> TextField {
    TextField::new("again", "新しいパスワード（確認）").kind(TextKind::NewPassword).errors(errors)
}

pub(in crate::screen) async fn show(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
) -> Result<Response, Refused> {
    match visit.session.as_ref().map(|session| session.stage) {
        // The password alone must not shut out who has the telephone.
        Some(Stage::SecondFactorDue) => Ok(go_to(step_page(Stage::SecondFactorDue))),
        _ => draw(&screen, &visit, &FieldErrors::default()),
    }
}

fn draw(screen: &Screen, visit: &Visit, errors: &FieldErrors) -> Result<Response, Refused> {
    let is_temporary =
        visit.session.as_ref().is_some_and(|session| session.stage == Stage::PasswordTemporary);
    let notice = is_temporary.then(|| {
        Banner::new(Tone::Info, "管理者から受け取った仮パスワードは、最初のログインだけに使います。続けるには、自分のパスワードを決めてください。")
    });
    let main = Main {
        notice,
        present: TextField::new("present", if is_temporary { "仮パスワード" } else { "いまのパスワード" })
            .kind(TextKind::Password)
            .errors(errors),
        new: chosen(errors),
        again: again(errors),
        button: Button::submit("パスワードを変更する").busy("変更しています"),
    };
    screen.show(visit, Page::new("パスワードの変更", "/password", &main).errors(errors))
}

pub(in crate::screen) async fn change(
    State(screen): State<Arc<Screen>>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Refused> {
    let session = visit.session.as_ref().ok_or_else(Refused::inside)?;
    let (present, new) = (fields.secret("present"), fields.secret("new"));
    let mut errors = FieldErrors::default();
    if present.expose().is_empty() {
        errors.add("present", "いまのパスワードを入力してください。");
    }
    if new != fields.secret("again") {
        errors.add("again", "2つのパスワードが違います。同じものを入力してください。");
    }
    if errors.is_empty() {
        match screen.staff.change_password(session, (&present, &new), visit.now).await {
            Ok((token, session)) => {
                let next = match session.stage {
                    Stage::Full => "/?done=password",
                    owed => step_page(owed),
                };
                return Ok(with_cookie(go_to(next), (&screen.doors, &token)));
            }
            Err(StaffFault::NotYet) => return Ok(go_to(step_page(session.stage))),
            Err(fault @ StaffFault::Weak(_)) => errors.add("new", fault.to_string()),
            Err(StaffFault::Wrong) => {
                errors.add("present", "いまのパスワードが違います。入力を確かめてください。");
            }
            Err(StaffFault::State(fault)) => return Err(fault.into()),
            Err(fault) => errors.add_for_form(fault.to_string()),
        }
    }
    draw(&screen, &visit, &errors)
}
