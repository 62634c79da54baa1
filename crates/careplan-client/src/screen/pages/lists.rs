//! What 受信 and 送信したもの have in common: what is asked for, the form that asks, the way to the next page.
//!
//! What is asked for stands in the address line, so that it is there again after a step aside – but never a user's name,
//! because browsers keep addresses: with one, the list is the answer to a form.

use std::ops::Range;

use askama::Template;
use careplan_domain::{OfficeNumber, ServiceMonth, Timestamp, UnitKind, calendar};
use careplan_web::{Button, Choice, Markup, Pager, PostForm, Tag, TextField, TextKind};
use jiff::ToSpan as _;

use crate::history::{Direction, Filter, Key};
use crate::partners::{Partner, Partners, Wanted};
use crate::screen::Screen;
use crate::screen::fields::Fields;
use crate::screen::refused::Refused;
use crate::screen::show::not_drawn;
use crate::screen::words::month_ja;

/// Rows of a page.
pub(super) const ROWS: u32 = 50;

/// Months that can be chosen, from the one after the next back; older ones are found under 検索.
const MONTHS: i32 = 26;

/// One of the two lists.
pub(super) struct List {
    direction: Direction,
    pub(super) path: &'static str,
    partner: &'static str,
    standings: &'static [Standing],
}

/// Where things stand, as people ask for it.
struct Standing {
    word: &'static str,
    label: &'static str,
    states: &'static [&'static str],
    read: Option<bool>,
    reminders: Option<bool>,
}

/// What lies here, for somebody to read.
const HERE: &[&str] = &["written", "acknowledged", "importing", "imported"];

const fn standing(word: &'static str, label: &'static str, states: &'static [&'static str]) -> Standing {
    Standing { word, label, states, read: None, reminders: None }
}

/// 受信.
pub(super) const RECEIVED: List = List {
    direction: Direction::Received,
    path: "/received",
    partner: "送信元",
    standings: &[
        Standing { read: Some(false), ..standing("unread", "未読", HERE) },
        Standing { read: Some(true), ..standing("read", "既読", HERE) },
        // What a partner reminds of is not for the care software.
        Standing { reminders: Some(false), ..standing("waiting", "未取込", &["written", "acknowledged"]) },
        Standing { reminders: Some(true), ..standing("reminder", "催促", HERE) },
        standing("imported", "取込済", &["importing", "imported"]),
        standing("withdrawn", "取下げ", &["withdrawn"]),
        standing("failed", "開けません・期限切れ", &["set_aside", "left_alone", "refused", "expired"]),
    ],
};

/// 送信したもの.
pub(super) const SENT: List = List {
    direction: Direction::Sent,
    path: "/sent",
    partner: "宛先",
    standings: &[
        standing("waiting", "送信待ち", &["prepared"]),
        standing("unread", "相手がまだ受け取っていないもの", &["accepted", "fetched"]),
        standing("received", "受領済", &["acknowledged"]),
        standing("imported", "取込済", &["imported"]),
        standing("withdrawn", "取下げ", &["withdrawn"]),
        standing("failed", "送信できなかったもの", &["rejected", "refused", "expired"]),
    ],
};

/// The fields that may stand in an address.
const FIELDS: [&str; 4] = ["partner", "kind", "month", "state"];

/// What is asked of a list. What cannot be read was not chosen here, and asks for nothing.
pub(super) struct Asked {
    list: &'static List,
    fields: Fields,
    by_form: bool,
}

impl Asked {
    /// By an address line.
    pub(super) fn of_query(list: &'static List, query: Option<String>) -> Self {
        Self { list, fields: Fields::of_query(query), by_form: false }
    }

    /// By a form.
    pub(super) fn of_form(list: &'static List, fields: Fields) -> Self {
        Self { list, fields, by_form: true }
    }

    /// What was done before the list is shown anew.
    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The text of a user; only a form may ask for one.
    fn user(&self) -> &str {
        if self.by_form { self.fields.text("text") } else { "" }
    }

    /// Where the same is shown without a form; `None` with a user's name.
    pub(super) fn address(&self) -> Option<String> {
        self.user().is_empty().then(|| self.address_from(None))
    }

    fn address_from(&self, after: Option<Key>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for name in FIELDS.into_iter().filter(|name| !self.fields.text(name).is_empty()) {
            query.append_pair(name, self.fields.text(name));
        }
        if let Some(after) = after {
            query.append_pair("after", &after.to_string());
        }
        let query = query.finish();
        if query.is_empty() { self.list.path.to_owned() } else { format!("{}?{query}", self.list.path) }
    }

    fn standing(&self) -> Option<&'static Standing> {
        self.list.standings.iter().find(|it| it.word == self.fields.text("state"))
    }

    /// Where the page begins.
    pub(super) fn after(&self) -> Option<Key> {
        self.fields.text("after").parse().ok()
    }

    /// Whether it asks for anything.
    pub(super) fn is_narrow(&self) -> bool {
        !self.user().is_empty() || FIELDS.into_iter().any(|name| !self.fields.text(name).is_empty())
    }

    /// The same for the history.
    pub(super) fn filter(&self) -> Filter {
        let standing = self.standing();
        Filter {
            direction: Some(self.list.direction),
            partner: self.fields.text("partner").parse().ok(),
            kind: self.fields.text("kind").parse().ok(),
            month: self.fields.text("month").parse().ok(),
            states: standing.map(|it| it.states.to_vec()).unwrap_or_default(),
            read: standing.and_then(|it| it.read),
            reminders: standing.and_then(|it| it.reminders),
            text: Some(self.user().to_owned()).filter(|text| !text.is_empty()),
            named: Vec::new(),
        }
    }

    /// The form that asks, with what was chosen.
    pub(super) async fn form(&self, screen: &Screen, now: Timestamp) -> Result<Markup, Refused> {
        let book = Partners::new(screen.office.clone()).list(&Wanted::default()).await?;
        let chosen = |name: &str| self.fields.text(name).to_owned();
        let kinds = Choice::list("kind", "種類").unmarked().empty("すべて").selected(chosen("kind"));
        let states = Choice::list("state", "状態").unmarked().empty("すべて").selected(chosen("state"));
        let form = Form {
            path: self.list.path,
            partner: self.partners(&book),
            kind: UnitKind::ALL.iter().fold(kinds, |all, kind| all.option(kind.as_str(), kind.label_ja())),
            month: self.months(now),
            state: self.list.standings.iter().fold(states, |all, it| all.option(it.word, it.label)),
            text: TextField::new("text", "利用者（氏名・フリガナ・番号）")
                .kind(TextKind::Search)
                .unmarked()
                .value(self.user()),
            button: Button::submit("しぼり込む").secondary().busy("さがしています"),
            is_narrow: self.is_narrow(),
        };
        Markup::of(&form).map_err(|error| not_drawn(&error))
    }

    fn partners(&self, book: &[Partner]) -> Choice {
        let asked = self.fields.text("partner");
        let mut choice =
            Choice::list("partner", self.list.partner).unmarked().empty("すべて").selected(asked);
        // Somebody may have followed an address with a partner that is not in the book.
        if asked.parse::<OfficeNumber>().is_ok_and(|asked| book.iter().all(|it| it.office != asked)) {
            choice = choice.option(asked, asked);
        }
        book.iter().fold(choice, |all, it| all.option(it.office.to_string(), it.shown_name()))
    }

    fn months(&self, now: Timestamp) -> Choice {
        let choice = Choice::list("month", "対象年月").unmarked().empty("すべて");
        with_months(choice.selected(self.fields.text("month")), now, -1..MONTHS - 1)
    }

    /// The way to the pages beside this one.
    pub(super) fn pager(&self, next: Option<Key>) -> Result<Markup, Refused> {
        let drawn = if self.user().is_empty() {
            let previous = self.after().map(|_| self.address_from(None));
            let next = next.map(|next| self.address_from(Some(next)));
            Markup::of(&Pager::new("一覧のページ", "新しい順").previous(previous).next(next))
        } else if let Some(next) = next {
            let form = PostForm::new(self.list.path, Button::submit("次へ").secondary());
            let form = form.hidden("after", next.to_string()).hidden("text", self.user());
            Markup::of(&FIELDS.into_iter().fold(form, |form, name| form.hidden(name, self.fields.text(name))))
        } else {
            Markup::of(&Nothing)
        };
        drawn.map_err(|error| not_drawn(&error))
    }
}

/// Adds months to choose from, so many back from this one.
pub(super) fn with_months(choice: Choice, now: Timestamp, back: Range<i32>) -> Choice {
    let first = calendar::day(now).first_of_month();
    let months = back.filter_map(|back| {
        let day = first.checked_sub(back.months()).ok()?;
        day.strftime("%Y%m").to_string().parse::<ServiceMonth>().ok()
    });
    months.fold(choice, |choice, month| choice.option(month.to_string(), month_ja(Some(month))))
}

#[derive(Template)]
#[template(path = "list_form.html")]
struct Form {
    path: &'static str,
    partner: Choice,
    kind: Choice,
    month: Choice,
    state: Choice,
    text: TextField,
    button: Button,
    is_narrow: bool,
}

#[derive(Template)]
#[template(ext = "html", source = "")]
struct Nothing;

#[derive(Template)]
#[template(ext = "html", source = "{% for tag in tags %}{{ tag }} {% endfor %}")]
struct Tags {
    tags: Vec<Tag>,
}

/// Several tags in one cell.
pub(super) fn tags(tags: Vec<Tag>) -> Result<Markup, Refused> {
    Markup::of(&Tags { tags }).map_err(|error| not_drawn(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::state_named;

    #[test]
    fn every_state_that_is_asked_for_is_one_and_no_word_stands_for_two() {
        for list in [&RECEIVED, &SENT] {
            let mut words = std::collections::BTreeSet::new();
            for standing in list.standings {
                assert!(words.insert(standing.word), "{}", standing.word);
                for state in standing.states {
                    assert_eq!(state_named(state), Some(*state));
                }
            }
        }
    }

    #[test]
    fn an_address_holds_what_was_chosen_and_never_a_user() {
        let query = "text=%E8%A6%8B%E6%9C%AC&state=unread&month=202611&x=1".to_owned();
        let asked = Asked::of_query(&RECEIVED, Some(query.clone()));
        assert_eq!(asked.address().as_deref(), Some("/received?month=202611&state=unread"));
        assert_eq!((asked.filter().text, asked.filter().read), (None, Some(false)));
        let asked = Asked::of_form(&RECEIVED, Fields::of_query(Some(query)));
        assert_eq!((asked.address(), asked.filter().text.as_deref()), (None, Some("見本")));
    }
}
