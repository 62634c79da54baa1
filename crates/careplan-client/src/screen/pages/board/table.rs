//! The rows of the board: each cell a state and a day, and a way to what is behind it.

use askama::Template;
use careplan_web::{Cell, DataTable, Markup, Tag, Tone};

use super::asked::Asked;
use super::{compare, has_both};
use crate::board::{Board, By, Cell as Stand, CellState, Column, Due, Row, Subject};
use crate::partners::NAME_TO_COME;
use crate::screen::pages::exchanged::path_of;
use crate::screen::refused::Refused;
use crate::screen::show::{local, not_drawn};

/// A state, and where it leads.
#[derive(Template)]
#[template(path = "board_cell.html")]
struct State {
    tag: Tag,
    path: Option<String>,
    /// Plan against actuals of the row.
    compare: Option<String>,
    /// For a whole column of the same words: which row this is.
    about: String,
}

pub(super) fn of(asked: &Asked, board: &Board) -> Result<DataTable, Refused> {
    let side = asked.view.side;
    let subject = match asked.view.by {
        By::Partner => "事業所",
        By::Person => "利用者",
    };
    let heads = std::iter::once(subject).chain(Column::ALL.map(|column| column.title_ja(side)));
    let none = if board.all == 0 {
        "この月に送受信したもの、または予定されているものはありません。"
    } else {
        "あてはまるものはありません。"
    };
    let mut table = DataTable::new("月次ボード", heads, none).quiet_caption();
    for row in &board.rows {
        let mut cells = vec![subject_of(asked, row)];
        for (column, cell) in Column::ALL.into_iter().zip(&row.cells) {
            cells.push(cell_of(asked, row, (column, cell))?);
        }
        table = table.row(cells);
    }
    Ok(table)
}

/// Whose row it is; it leads to the other kind of rows inside it.
fn subject_of(asked: &Asked, row: &Row) -> Cell {
    match &row.subject {
        Subject::Partner(office, name) => {
            let label = if name.is_empty() { NAME_TO_COME.to_owned() } else { name.clone() };
            let note = format!("{office}　利用者{}人", row.parts);
            Cell::link(label, inside(asked, row)).note(note)
        }
        Subject::Person(_, person) => Cell::link(person.name.clone(), inside(asked, row))
            .note(format!("{}　{}事業所", person.kana, row.parts)),
        Subject::Nobody => Cell::text("利用者のわからないもの").note("利用者の名前のないファイルです。"),
    }
}

/// The board inside a row.
fn inside(asked: &Asked, row: &Row) -> String {
    asked.path(|view, person| match &row.subject {
        Subject::Partner(office, _) => (view.by, view.partner) = (By::Person, Some(*office)),
        Subject::Person(n, _) => (view.by, *person) = (By::Partner, Some(*n)),
        Subject::Nobody => {}
    })
}

/// Plan against actuals of a row, where both are there.
fn compared(asked: &Asked, row: &Row) -> Option<String> {
    let is_somebody = row.subject != Subject::Nobody;
    (is_somebody && has_both(row)).then(|| {
        asked.path_of(compare::PATH, |view, person| {
            view.look = None;
            match &row.subject {
                Subject::Partner(office, _) => view.partner = Some(*office),
                Subject::Person(n, _) => *person = Some(*n),
                Subject::Nobody => {}
            }
        })
    })
}

fn cell_of(asked: &Asked, row: &Row, (column, cell): (Column, &Stand)) -> Result<Cell, Refused> {
    if cell.state == CellState::NotDue {
        return Ok(Cell::text(cell.state.label_ja()));
    }
    let path = match cell.one {
        Some((direction, id)) => Some(format!("{}/{id}", path_of(direction))),
        None if cell.of > 1 => Some(inside(asked, row)),
        None if cell.state == CellState::Unsent => Some("/send".to_owned()),
        None => None,
    };
    let about = match &row.subject {
        Subject::Partner(office, _) => office.to_string(),
        Subject::Person(_, person) => person.name.clone(),
        Subject::Nobody => String::new(),
    };
    let compare = (column == Column::Actuals).then(|| compared(asked, row)).flatten();
    let state = State { tag: Tag::new(tone(cell.state), cell.state.label_ja()), path, compare, about };
    let drawn = Markup::of(&state).map_err(|error| not_drawn(&error))?;
    let count = if cell.of > 1 { format!("{}／{}　", cell.count, cell.of) } else { String::new() };
    let at = cell.at.map(local).unwrap_or_default();
    // What is not there has a reason instead of a day.
    let why = cell.due.map_or("", Due::reason_ja);
    let note = format!("{count}{at}{why}");
    let drawn = Cell::markup(drawn);
    Ok(if note.is_empty() { drawn } else { drawn.note(note) })
}

fn tone(state: CellState) -> Tone {
    use CellState::{
        Acknowledged, Arriving, Deleted, Elsewhere, Expired, Imported, Missing, NotDue, NotImported, NotSent,
        Queued, Received, Refused, Sent, Unopened, Unread, Unsent, Upcoming,
    };
    match state {
        NotSent | Refused | Expired | Unopened => Tone::Error,
        Unsent | Missing | Unread | NotImported => Tone::Warning,
        Queued | Arriving | Sent | Received => Tone::Info,
        Acknowledged | Imported => Tone::Success,
        Upcoming | Elsewhere | Deleted | NotDue => Tone::Plain,
    }
}
