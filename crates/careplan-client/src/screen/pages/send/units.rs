//! The units of a draft: to whom each goes, how it was judged, what went before it, and how it looks as forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::OfficeNumber;
use careplan_web::{Button, Cell, DataTable};
use uuid::Uuid;

use super::draft::refused;
use super::findings::grade;
use crate::desk::{Before, Looked};
use crate::outbox::{Earlier, JudgedUnit};
use crate::screen::Screen;
use crate::screen::pages::forms;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::local;
use crate::screen::visit::Member;
use crate::screen::words::{month_ja, partner};

pub(super) fn units(
    looked: &Looked,
    before: &[Option<Before>],
    (partners, own): (&BTreeMap<OfficeNumber, Partner>, Option<OfficeNumber>),
) -> DataTable {
    let heads = ["宛先", "種類", "対象年月", "ファイル", "点検", "前に送ったもの", ""];
    let mut table = DataTable::new("送る内容", heads, "標準仕様のファイルはありません。");
    let mut units: Vec<_> = (1..).zip(looked.units().zip(before)).collect();
    units.sort_by_key(|(_, ((unit, _), _))| (unit.to, unit.kind, unit.serial.clone()));
    for (number, ((unit, other), before)) in units {
        let known = unit.to.and_then(|to| partners.get(&to.office));
        let mut to = match unit.to {
            Some(to) => partner(to, known.map_or("", Partner::name)),
            None => Cell::text("宛先を読み取れません"),
        };
        if let Some(from) = unit.from.filter(|from| own.is_some_and(|own| own != from.office)) {
            to = to.note(format!("送信元の事業所番号 {} が、この事業所と違うため送信できません。介護ソフトの事業所設定を確かめてください。", from.office));
        } else if let Some(trouble) = known.and_then(Partner::trouble) {
            to = to.note(trouble);
        }
        table = table.row([
            to,
            Cell::text(unit.kind.label_ja()).note(unit.serial.clone()),
            Cell::text(month_ja(unit.month)),
            Cell::number(format!("{}個", unit.files.len())),
            Cell::tag(grade(&unit.findings, other.is_some())),
            before.as_ref().map_or_else(|| Cell::text("なし"), |before| went_before(looked.draft.id, before)),
            look(looked, number, unit),
        ]);
    }
    table
}

/// The link to a unit as forms, where it has some. It is named by its number: a name of a file may tell of a person.
fn look(looked: &Looked, number: usize, unit: &JudgedUnit) -> Cell {
    let mut files = unit.files.iter().filter_map(|index| looked.files.get(*index));
    if !files.any(|found| forms::has_form(&found.file.name)) {
        return Cell::text("－");
    }
    let about = format!("{}・{}", unit.kind.label_ja(), unit.serial);
    Cell::action(
        Button::link("帳票で見る", format!("/send/{}/forms/{number}", looked.draft.id))
            .secondary()
            .small()
            .about(about),
    )
}

/// What went before, and what happens to it by the button.
fn went_before(draft: Uuid, before: &Before) -> Cell {
    let (id, at) = (before.id(), local(before.at));
    match (before.earlier, &before.changes) {
        (Earlier::Same(_), _) => Cell::link("送信済み", format!("/sent/{id}"))
            .note(format!("{at}に同じ内容を送っています。もう一度は送りません。")),
        (Earlier::Replaced(_), Some(changes)) => {
            Cell::link("変わったところを見る", format!("/send/{draft}/changes/{id}"))
                .note(format!("{at}に送ったものを差し替えます。{}", forms::summary(changes)))
        }
        (Earlier::Replaced(_), None) => Cell::link("前に送ったものを見る", format!("/sent/{id}"))
            .note(format!("{at}に送ったものを差し替えます。違いは表示できません。")),
    }
}

/// One unit as forms, before it is sent: what is to be mended in it is no reason not to look at it.
pub(in crate::screen) async fn look_at_forms(
    State(screen): State<Arc<Screen>>,
    member: Member,
    Path((id, number)): Path<(Uuid, usize)>,
) -> Result<Response, Refused> {
    let looked = screen.desk.look(id).await.map_err(refused)?;
    let unit = number.checked_sub(1).and_then(|index| looked.judged.units.get(index));
    let wanted = unit.map(|unit| &unit.files).ok_or_else(Refused::unknown)?;
    let files = (0..).zip(looked.files).filter(|(index, _)| wanted.contains(index));
    forms::html_of(files.map(|(_, found)| found).collect(), member.visit.now).await
}
