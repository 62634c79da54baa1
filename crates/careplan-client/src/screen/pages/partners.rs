//! アドレス帳: whom the office deals with, who can be written to, and what the office noted about them.

mod import;
mod list;
mod one;
mod search;

use careplan_domain::{OfficeNumber, ServiceType};
use careplan_web::{Link, Tag, Tone};

pub(in crate::screen) use import::{import, show as import_page};
pub(in crate::screen) use list::{csv, refresh, show as list};
pub(in crate::screen) use one::{remove, show as one, write_down};
pub(in crate::screen) use search::{add, show as search};

use crate::partners::{Partners, Standing, service_type_name};
use crate::screen::Screen;
use crate::screen::refused::Refused;

fn book(screen: &Screen) -> Partners {
    Partners::new(screen.office.clone())
}

fn crumbs() -> [Link; 1] {
    [Link::new("アドレス帳", "/partners")]
}

fn tag(standing: Standing) -> Tag {
    let tone = match standing {
        Standing::Joined => Tone::Success,
        Standing::NotJoined | Standing::Absent => Tone::Warning,
        Standing::NotAsked => Tone::Plain,
    };
    Tag::new(tone, standing.label_ja())
}

fn type_names(types: &[ServiceType]) -> String {
    types.iter().map(service_type_name).collect::<Vec<_>>().join("、")
}

/// A number in an address of ours; anything else is no page.
fn number(text: &str) -> Result<OfficeNumber, Refused> {
    text.parse().map_err(|_| Refused::unknown())
}
