//! From lines to rows: by partner or by user, the one inside the other one step away.

use std::collections::BTreeMap;
use std::fmt;

use careplan_domain::{OfficeNumber, ServiceMonth};
use jiff::civil::Date;

use super::cell::{Cell, CellState, Look, Side, Single};
use super::due::Between;
use super::{Line, Lines};
use crate::history::Person;
use crate::partners::Partner;

/// What the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Partners.
    Partner,
    /// Users.
    Person,
}

impl By {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Person => "person",
        }
    }
}

/// Who a user is to the insurance; names are written in more than one way.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonKey {
    /// 保険者番号.
    pub insurer: String,
    /// 被保険者番号.
    pub insured_number: String,
}

/// Personal data.
impl fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonKey(＊＊＊)")
    }
}

impl PersonKey {
    /// That of a person.
    pub fn of(person: &Person) -> Self {
        Self { insurer: person.insurer.clone(), insured_number: person.insured_number.clone() }
    }
}

/// What is asked of a board.
#[derive(Debug, Clone)]
pub struct View {
    /// The month.
    pub month: ServiceMonth,
    /// From which side.
    pub side: Side,
    /// What the rows are.
    pub by: By,
    /// Only what concerns this partner.
    pub partner: Option<OfficeNumber>,
    /// Only what concerns this user.
    pub person: Option<PersonKey>,
    /// Only rows with something of this kind.
    pub look: Option<Look>,
}

/// What a row is about.
#[derive(Clone, PartialEq, Eq)]
pub enum Subject {
    /// A partner with its name; the name is empty where nobody said it.
    Partner(OfficeNumber, String),
    /// A user, with the number of a row of theirs.
    Person(i64, Person),
    /// What names nobody, or could not be looked into.
    Nobody,
}

/// May be a user.
impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Partner(office, _) => write!(f, "Partner({office})"),
            Self::Person(n, _) => write!(f, "Person({n})"),
            Self::Nobody => f.write_str("Nobody"),
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is about.
    pub subject: Subject,
    /// In the order of the columns.
    pub cells: [Cell; 4],
    /// How many users of the partner, or partners of the user, lie in it.
    pub parts: usize,
    /// What of it is to be looked at.
    pub looks: Vec<Look>,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The rows that were asked for.
    pub rows: Vec<Row>,
    /// How many rows there are without the look.
    pub all: usize,
    /// How many of them each look has.
    pub counts: [(Look, usize); 3],
    /// Whether there is anything on the other side: an office may make plans and give services.
    pub has_other_side: bool,
}

/// The key of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Partner(OfficeNumber),
    Person(Option<PersonKey>),
}

/// Draws the board. A line about several users counts for each of them; one about nobody, for nobody.
pub fn board_of(view: &View, lines: &Lines, book: &[Partner], today: Date) -> Board {
    let mut pairs = BTreeMap::<(OfficeNumber, Option<PersonKey>), Between<'_>>::new();
    for line in lines.lines.iter().filter(|line| view.partner.is_none_or(|it| it == line.partner)) {
        let Some(lane) = view.side.lane(line) else { continue };
        for person in lines.persons_of(line) {
            if view.person.is_none() || view.person == person {
                pairs.entry((line.partner, person)).or_default().push(lane, line);
            }
        }
    }
    let mut rows = BTreeMap::<Key, Vec<[Single; 4]>>::new();
    for ((partner, person), between) in pairs {
        let cells = between.cells(view.side, view.month, today);
        if cells.iter().any(|cell| cell.state != CellState::NotDue) {
            let key = match view.by {
                By::Partner => Key::Partner(partner),
                By::Person => Key::Person(person),
            };
            rows.entry(key).or_default().push(cells);
        }
    }
    if view.by == By::Partner && view.person.is_none() {
        // Whom the office listed itself it wants to see, with or without anything due.
        let is_asked = |it: &&Partner| it.is_listed && view.partner.is_none_or(|asked| asked == it.office);
        for partner in book.iter().filter(is_asked) {
            rows.entry(Key::Partner(partner.office)).or_default();
        }
    }
    let names = Names { people: known_people(lines), book };
    let mut rows: Vec<Row> =
        rows.into_iter().map(|(key, singles)| row(names.subject(key), &singles)).collect();
    rows.sort_by_cached_key(|row| names.place(&row.subject));
    let all = rows.len();
    let counts = Look::ALL.map(|look| (look, rows.iter().filter(|row| row.looks.contains(&look)).count()));
    rows.retain(|row| view.look.is_none_or(|look| row.looks.contains(&look)));
    let is_on_other_side = |line: &Line| view.side.lane(line).is_none();
    Board { rows, all, counts, has_other_side: lines.lines.iter().any(is_on_other_side) }
}

fn row(subject: Subject, singles: &[[Single; 4]]) -> Row {
    let column = |at: usize| singles.iter().filter_map(|cells| cells.get(at).copied()).collect::<Vec<_>>();
    let has = |look: &Look| singles.iter().flatten().any(|cell| look.holds(cell.state));
    Row {
        subject,
        cells: [0, 1, 2, 3].map(|at| Cell::over(&column(at))),
        parts: singles.len(),
        looks: Look::ALL.into_iter().filter(has).collect(),
    }
}

/// Each user once, by the spelling of the newest row that has a name: actuals carry none.
fn known_people(lines: &Lines) -> BTreeMap<PersonKey, (i64, &Person)> {
    let mut people = BTreeMap::<PersonKey, (i64, &Person)>::new();
    for (n, person) in &lines.people {
        let known = people.entry(PersonKey::of(person)).or_insert((*n, person));
        if !person.name.is_empty() || known.1.name.is_empty() {
            *known = (*n, person);
        }
    }
    people
}

/// What rows are called, and their order.
struct Names<'a> {
    people: BTreeMap<PersonKey, (i64, &'a Person)>,
    book: &'a [Partner],
}

impl Names<'_> {
    fn subject(&self, key: Key) -> Subject {
        match key {
            Key::Partner(office) => {
                let name = self.book.iter().find(|it| it.office == office).map(|it| it.name.clone());
                Subject::Partner(office, name.unwrap_or_default())
            }
            Key::Person(key) => {
                let known = key.and_then(|key| self.people.get(&key));
                known.map_or(Subject::Nobody, |(n, person)| Subject::Person(*n, (*person).clone()))
            }
        }
    }

    /// Partners as the book has them, users by their kana; those without come behind.
    fn place(&self, subject: &Subject) -> (usize, String, String) {
        match subject {
            Subject::Partner(office, _) => {
                let at = self.book.iter().position(|it| it.office == *office).unwrap_or(usize::MAX);
                (at, String::new(), office.to_string())
            }
            Subject::Person(_, person) => {
                let kana = if person.kana.is_empty() { &person.name } else { &person.kana };
                (usize::from(kana.is_empty()), kana.clone(), person.insured_number.clone())
            }
            Subject::Nobody => (usize::MAX, String::new(), String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::line::made_up::{received, sent};
    use super::*;
    use crate::partners::Standing;

    fn person(insured: &str, name: &str, kana: &str) -> Person {
        Person {
            insurer: "990001".into(),
            insured_number: insured.into(),
            name: name.into(),
            kana: kana.into(),
        }
    }

    fn office(number: &str) -> OfficeNumber {
        number.parse().unwrap()
    }

    fn partner(number: &str, name: &str, is_listed: bool) -> Partner {
        Partner {
            office: office(number),
            name: name.into(),
            kana: String::new(),
            address: String::new(),
            service_types: Vec::new(),
            standing: Standing::Joined,
            asked_at: None,
            is_listed,
            is_exchanged: true,
            note: String::new(),
            preferred: None,
        }
    }

    /// Two partners and two users; the first user is written in two ways.
    fn world() -> (Lines, Vec<Partner>) {
        let mut lines = Lines::default();
        lines.people.insert(1, person("0009900013", "見本　花子", "ミホン　ハナコ"));
        lines.people.insert(2, person("0009900021", "仮野　太郎", "カリノ　タロウ"));
        lines.people.insert(3, person("0009900013", "", ""));
        let line = |line: &Line, to: &str, persons: &[i64]| Line {
            partner: office(to),
            persons: persons.to_vec(),
            ..line.clone()
        };
        let (plan, actuals) = (sent("K2", 202_611, "acknowledged"), received("S1", 202_611, "acknowledged"));
        lines.lines = vec![
            line(&plan, "9970000026", &[1, 2]),
            line(&sent("K2", 202_611, "accepted"), "9970000034", &[1]),
            line(&actuals, "9970000026", &[3]),
            line(&sent("K2", 202_610, "imported"), "9970000042", &[2]),
        ];
        let book = vec![
            partner("9970000034", "もみじ", false),
            partner("9970000026", "さくら", false),
            partner("9970000059", "うめ", true),
            partner("9970000067", "ふじ", false),
        ];
        (lines, book)
    }

    fn view(by: By) -> View {
        let month = ServiceMonth::from_number(202_611).unwrap();
        View { month, side: Side::Planner, by, partner: None, person: None, look: None }
    }

    /// Each row in a line.
    fn drawn(view: &View) -> Vec<String> {
        let (lines, book) = world();
        let board = board_of(view, &lines, &book, date(2026, 11, 30));
        let line = |row: &Row| {
            let name = match &row.subject {
                Subject::Partner(office, name) if name.is_empty() => office.to_string(),
                Subject::Partner(_, name) => name.clone(),
                Subject::Person(_, person) => person.name.clone(),
                Subject::Nobody => "？".to_owned(),
            };
            let cells = row.cells.map(|cell| match cell.of {
                0 | 1 => cell.state.label_ja().to_owned(),
                of => format!("{}{}/{of}", cell.state.label_ja(), cell.count),
            });
            format!("{name} {}", cells.join(" "))
        };
        board.rows.iter().map(line).collect()
    }

    #[test]
    fn partners_stand_in_the_order_of_the_book_and_listed_ones_also_without_anything() {
        assert_eq!(
            drawn(&view(By::Partner)),
            [
                "もみじ 送信済 相手未読 未受信 －",
                "さくら 送信済2/2 受領済2/2 未受信1/2 未取込",
                "うめ － － － －",
                "9970000042 未送信 － － －",
            ]
        );
    }

    #[test]
    fn users_stand_once_however_they_are_written_in_the_order_of_their_kana() {
        assert_eq!(
            drawn(&view(By::Person)),
            ["仮野　太郎 未送信1/2 受領済 未受信 －", "見本　花子 送信済2/2 相手未読1/2 未受信1/2 未取込",]
        );
    }

    #[test]
    fn a_look_leaves_the_rows_that_have_it_and_counts_all() {
        let look = |look| View { look: Some(look), ..view(By::Partner) };
        assert_eq!(drawn(&look(Look::Unsent)), ["9970000042 未送信 － － －"]);
        assert_eq!(drawn(&look(Look::Unread)), ["もみじ 送信済 相手未読 未受信 －"]);
        assert_eq!(drawn(&look(Look::Missing)).len(), 2);
        let (lines, book) = world();
        let board = board_of(&look(Look::Unsent), &lines, &book, date(2026, 11, 30));
        assert_eq!(board.counts, [(Look::Unsent, 1), (Look::Unread, 1), (Look::Missing, 2)]);
        assert_eq!((board.all, board.has_other_side), (4, false));
    }

    #[test]
    fn the_users_of_one_partner_and_the_partners_of_one_user_are_one_step_away() {
        let users = View { partner: Some(office("9970000026")), ..view(By::Person) };
        assert_eq!(
            drawn(&users),
            ["仮野　太郎 送信済 受領済 未受信 －", "見本　花子 送信済 受領済 受信済 未取込"]
        );
        let key = PersonKey::of(&person("0009900013", "", ""));
        let partners = View { person: Some(key), ..view(By::Partner) };
        assert_eq!(
            drawn(&partners),
            ["もみじ 送信済 相手未読 未受信 －", "さくら 送信済 受領済 受信済 未取込"]
        );
    }

    #[test]
    fn what_names_nobody_has_a_row_of_its_own_and_no_name_is_in_debug() {
        let (mut lines, book) = world();
        lines.lines[0].persons.clear();
        let board = board_of(&view(By::Person), &lines, &book, date(2026, 11, 30));
        assert_eq!(board.rows.last().map(|row| &row.subject), Some(&Subject::Nobody));
        let shown = format!("{board:?}{lines:?}{:?}", PersonKey::of(&lines.people[&1]));
        assert!(!shown.contains("見本") && !shown.contains("0009900013"), "{shown}");
    }
}
