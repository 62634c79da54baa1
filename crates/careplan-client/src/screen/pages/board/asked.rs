//! What is asked of the board, read from an address and written into one.

use careplan_domain::{Timestamp, calendar};

use super::PATH;
use crate::board::{By, Lines, Look, PersonKey, Side, View};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;

/// What was asked for, as it stands in addresses. A user is there by a number of ours: names do not belong into addresses.
pub(super) struct Asked {
    pub(super) view: View,
    pub(super) person: Option<i64>,
    /// What its board is made of: read once, for it also says on which side the office is.
    pub(super) lines: Lines,
}

impl Asked {
    /// What cannot be read was not chosen here, and asks for nothing.
    pub(super) async fn read(screen: &Screen, fields: &Fields, now: Timestamp) -> Result<Self, Refused> {
        let boards = screen.office.boards();
        let present = calendar::digits(calendar::day(now)).get(..6).and_then(|month| month.parse().ok());
        let month = fields.text("month").parse().ok().or(present).ok_or_else(Refused::unknown)?;
        let lines = boards.lines(month).await?;
        let side = Side::ALL.into_iter().find(|side| side.as_str() == fields.text("side"));
        let side = match side {
            Some(side) => side,
            None => boards.side(&lines).await?,
        };
        let n = fields.text("person").parse().ok();
        let person = match n {
            Some(n) => Some(boards.person(n).await?.ok_or_else(Refused::unknown)?),
            None => None,
        };
        let view = View {
            month,
            side,
            by: if fields.text("by") == By::Person.as_str() { By::Person } else { By::Partner },
            partner: fields.text("partner").parse().ok(),
            person: person.as_ref().map(PersonKey::of),
            look: Look::ALL.into_iter().find(|look| look.as_str() == fields.text("look")),
        };
        Ok(Self { view, person: n, lines })
    }

    /// The address of the same board but for what `change` changes.
    pub(super) fn path(&self, change: impl FnOnce(&mut View, &mut Option<i64>)) -> String {
        self.path_of(PATH, change)
    }

    /// The same for a page beside the board.
    pub(super) fn path_of(&self, page: &str, change: impl FnOnce(&mut View, &mut Option<i64>)) -> String {
        let (mut view, mut person) = (self.view.clone(), self.person);
        change(&mut view, &mut person);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("month", &view.month.to_string());
        query.append_pair("side", view.side.as_str());
        query.append_pair("by", view.by.as_str());
        if let Some(partner) = view.partner {
            query.append_pair("partner", partner.as_str());
        }
        if let Some(person) = person {
            query.append_pair("person", &person.to_string());
        }
        if let Some(look) = view.look {
            query.append_pair("look", look.as_str());
        }
        format!("{page}?{}", query.finish())
    }
}
