//! The same unit before and after: each version one click away, with what changed.

use careplan_web::{Banner, Button, Cell, DataTable, Tone};

use super::exchanged::path_of;
use super::forms::Which;
use crate::history::{Direction, Exchanged, Item};
use crate::screen::Screen;
use crate::screen::refused::Refused;
use crate::screen::show::local;
use crate::screen::words::{received_tag, sent_tag};

/// The versions beside one.
#[derive(Default)]
pub(super) struct Versions {
    /// That there is a newer one.
    pub(super) newer: Option<Banner>,
    /// The older ones; none when there is none.
    pub(super) older: Option<DataTable>,
}

/// The versions beside a transmission.
pub(super) async fn beside(screen: &Screen, (id, direction): Which) -> Result<Versions, Refused> {
    let history = screen.office.history();
    let Some(item) = history.item(id, direction).await? else { return Ok(Versions::default()) };
    let place = path_of(direction);
    let word = match direction {
        Direction::Sent => "送信",
        Direction::Received => "受信",
    };
    let newer = history.newer_version(&item).await?.map(|newer| {
        let key = newer.key();
        Banner::new(Tone::Warning, format!("これより新しいものを、{}に{word}しています。", local(key.at)))
            .action(Button::link("新しいものを見る", format!("{place}/{}", key.id)).small())
    });
    let mut older = history.older_versions(&item).await?;
    if let Some(named) = replaced(&item).filter(|named| older.iter().all(|it| it.key().id != *named)) {
        older.extend(history.item(named, direction).await?);
    }
    if older.is_empty() {
        return Ok(Versions { newer, older: None });
    }
    let table = DataTable::new("前のもの", [word, "状態", "", ""], "").quiet_caption();
    let older = older.iter().fold(table, |table, it| {
        let (key, at) = (it.key(), local(it.key().at));
        let state = match &it.what {
            Exchanged::Sent(sent) => sent_tag(sent.state),
            Exchanged::Received(received) => received_tag(received.state),
        };
        let changes = format!("{place}/{id}/changes/{}", key.id);
        table.row([
            Cell::text(&at),
            Cell::tag(state),
            Cell::action(Button::link("変わったところを見る", changes).small().about(&at)),
            Cell::action(
                Button::link("前のものを見る", format!("{place}/{}", key.id)).secondary().small().about(&at),
            ),
        ])
    });
    Ok(Versions { newer, older: Some(older) })
}

/// Which one it says that it replaces.
fn replaced(item: &Item) -> Option<careplan_domain::TransmissionId> {
    match &item.what {
        Exchanged::Sent(sent) => sent.header.replaces,
        Exchanged::Received(received) => received.header.replaces,
    }
}
