//! 送信したもの: the list, and one of them with its proofs; taking back, and sending again.

mod list;
mod one;

pub(in crate::screen) use list::{find, list};
pub(in crate::screen) use one::{again, one, withdraw};

use careplan_web::Cell;

use crate::screen::show::local;
use crate::screen::words::sent_tag;
use crate::state::Sent;

/// Where something sent stands, and why or since when.
fn state(sent: &Sent) -> Cell {
    let cell = Cell::tag(sent_tag(sent.state));
    match sent.trouble() {
        Some(fault) if !fault.text.is_empty() => cell.note(fault.text.clone()),
        _ => cell.note(local(sent.state_at)),
    }
}
