//! 受信: what came, as a list; one of them with its files, its forms to look at, and what was done with it.

mod list;
mod one;

pub(in crate::screen) use list::{find, list, mark, unmark};
pub(in crate::screen) use one::{imported, one};

use careplan_web::Cell;

use crate::state::{Received, ReceivedState};

/// Whether somebody can read it here.
fn is_here(received: &Received) -> bool {
    use ReceivedState::{Acknowledged, Imported, Importing, Written};
    matches!(received.state, Written | Acknowledged | Importing | Imported)
}

/// The cell of a state, with what there is to say about it.
fn remark(cell: Cell, received: &Received) -> Cell {
    match &received.fault {
        Some(fault) if !fault.text.is_empty() => cell.note(fault.text.clone()),
        _ if received.state == ReceivedState::Withdrawn => cell.note(
            "送信元が取り下げました。内容は届いていません。必要なものであれば、送信元に確かめてください。",
        ),
        _ if received.findings > 0 => cell.note(format!("点検の指摘 {}件", received.findings)),
        _ => cell,
    }
}
