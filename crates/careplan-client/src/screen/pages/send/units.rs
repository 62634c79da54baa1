//! The units of a draft: to whom each goes, how it was judged, what went before it, and how it looks as forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use careplan_domain::{Address, OfficeNumber};
use careplan_web::{Button, Cell, DataTable, Tag, Tone};
use uuid::Uuid;

use super::draft::refused;
use super::findings::grade;
use crate::desk::{Before, Looked};
use crate::outbox::{Earlier, JudgedUnit};
use crate::partners::NAME_TO_COME;
use crate::screen::Screen;
use crate::screen::pages::forms;
use crate::screen::partners::Partner;
use crate::screen::refused::Refused;
use crate::screen::show::local;
use crate::screen::visit::Member;
use crate::screen::words::month_ja;

/// In the place of a receiver whose number is none.
const NO_RECEIVER: &str = "宛先を読み取れません";

/// What goes to one receiver, or to all where none has more than one unit.
pub(super) struct Group {
    pub(super) heading: Option<Heading>,
    pub(super) table: DataTable,
}

/// To whom the units below go.
pub(super) struct Heading {
    pub(super) name: String,
    pub(super) address: String,
    /// Why nothing can be sent there.
    pub(super) trouble: Option<&'static str>,
}

/// Who is at the two ends: what is known of the receivers, and which office this is.
pub(super) type Ends<'a> = (&'a BTreeMap<OfficeNumber, Partner>, Option<OfficeNumber>);

/// One unit with what there is to say about it.
struct Line<'a> {
    /// In the order of the draft, from 1.
    number: usize,
    unit: &'a JudgedUnit,
    is_serial_used: bool,
    before: Option<&'a Before>,
}

/// The units by receiver; those whose receiver cannot be read come first.
pub(super) fn units(looked: &Looked, before: &[Option<Before>], ends: Ends<'_>) -> Vec<Group> {
    let mut lines: Vec<_> = (1..)
        .zip(looked.units().zip(before))
        .map(|(number, ((unit, other), before))| Line {
            number,
            unit,
            is_serial_used: other.is_some(),
            before: before.as_ref(),
        })
        .collect();
    lines.sort_by_key(|line| (line.unit.to, line.unit.kind, line.unit.serial.clone()));
    let groups: Vec<&[Line<'_>]> = lines.chunk_by(|one, next| one.unit.to == next.unit.to).collect();
    // Of one unit the row names the receiver: a heading above each would make of thirty rows a page of thirty tables.
    if groups.len() < 2 || groups.len() == lines.len() {
        return vec![Group { heading: None, table: table(looked, &lines, ends, None) }];
    }
    let group = |lines: &[Line<'_>]| {
        let heading = heading(lines.first().and_then(|line| line.unit.to), ends);
        Group { table: table(looked, lines, ends, Some(&heading)), heading: Some(heading) }
    };
    groups.into_iter().map(group).collect()
}

fn heading(to: Option<Address>, (partners, _): Ends<'_>) -> Heading {
    let known = to.and_then(|to| partners.get(&to.office));
    let name = match (to, known.map_or("", Partner::name)) {
        (None, _) => NO_RECEIVER,
        (Some(_), "") => NAME_TO_COME,
        (Some(_), name) => name,
    };
    Heading {
        name: name.to_owned(),
        address: to.map(|to| to.to_string()).unwrap_or_default(),
        trouble: known.and_then(Partner::trouble),
    }
}

/// Units as a table, in which each names its receiver where no heading does.
fn table(looked: &Looked, lines: &[Line<'_>], ends: Ends<'_>, above: Option<&Heading>) -> DataTable {
    let heads = ["宛先", "種類", "対象年月", "ファイル", "点検", "前に送ったもの", ""];
    let skipped = usize::from(above.is_some());
    let caption = above.map_or_else(|| "送る内容".to_owned(), |above| format!("送る内容：{}", above.name));
    let mut table =
        DataTable::new(caption, heads.into_iter().skip(skipped), "標準仕様のファイルはありません。");
    if above.is_some() {
        table = table.quiet_caption();
    }
    for line in lines {
        let unit = line.unit;
        let cells = [
            receiver(unit.to, ends),
            Cell::text(unit.kind.label_ja()).note(unit.serial.clone()),
            Cell::text(month_ja(unit.month)),
            Cell::number(format!("{}個", unit.files.len())),
            judged(line, ends),
            line.before.map_or_else(|| Cell::text("なし"), |before| went_before(looked.draft.id, before)),
            look(looked, line),
        ];
        table = table.row(cells.into_iter().skip(skipped));
    }
    table
}

fn receiver(to: Option<Address>, ends: Ends<'_>) -> Cell {
    let Heading { name, address, trouble } = heading(to, ends);
    let note = [address.as_str(), trouble.unwrap_or_default()].join("　");
    if note.trim().is_empty() { Cell::text(name) } else { Cell::text(name).note(note.trim()) }
}

/// How a unit was judged, and whether it is of this office at all.
fn judged(line: &Line<'_>, (_, own): Ends<'_>) -> Cell {
    match line.unit.from.filter(|from| own.is_some_and(|own| own != from.office)) {
        Some(from) => Cell::tag(Tag::new(Tone::Error, "送信不可")).note(format!("送信元の事業所番号 {} が、この事業所と違うため送信できません。介護ソフトの事業所設定を確かめてください。", from.office)),
        None => Cell::tag(grade(&line.unit.findings, line.is_serial_used)),
    }
}

/// The link to a unit as forms, where it has some. It is named by its number: a name of a file may tell of a person.
fn look(looked: &Looked, Line { number, unit, .. }: &Line<'_>) -> Cell {
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
