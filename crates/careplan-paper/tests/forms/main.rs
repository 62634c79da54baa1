//! The ministry's paper forms, seen as a reader of the HTML page sees them.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod care_plan;
mod examples;
mod items;
mod long;
mod preventive;
mod use_slip;
mod whole;

use careplan_paper::{Document, ServiceNames, document, to_html};
use careplan_standard::Edition;
use careplan_standard::form::{Forms, Item, ItemValue};

fn printed(forms: &Forms) -> Document {
    document(Edition::v4_1(), forms, &ServiceNames::default(), jiff::civil::date(2026, 11, 30)).unwrap()
}

/// The page without its style: a row of a table on a line, cells between bars, `^` for lines of a cell.
fn shown(forms: &Forms) -> String {
    told(forms, |_| String::new())
}

/// As [`shown`], with what a cell is: `→2` and `↓2` over so many columns and rows, `*` strong, `#` a label or head.
fn shown_in_full(forms: &Forms) -> String {
    told(forms, |tag| {
        let span = |mark, name| {
            let (_, rest) = tag.split_once(name)?;
            Some(format!("{mark}{} ", rest.split('"').next().unwrap_or_default()))
        };
        let spans = [span('→', "colspan=\""), span('↓', "rowspan=\"")];
        let mut told = spans.into_iter().flatten().collect::<String>();
        if tag.starts_with("th ") {
            told.push('#');
        }
        if tag == "strong" {
            told.push('*');
        }
        told
    })
}

fn told(forms: &Forms, of_tag: impl Fn(&str) -> String) -> String {
    let page = to_html(&printed(forms));
    let (_, body) = page.split_once("<main>").unwrap();
    let mut text = String::new();
    for part in body.split('<') {
        let (tag, after) = part.split_once('>').unwrap_or(("", part));
        match tag {
            "/td" | "/th" | "/caption" => text.push('|'),
            "br" => text.push('^'),
            "/tr" => text.push('\n'),
            tag => text.push_str(&of_tag(tag)),
        }
        text.push_str(after);
    }
    let text = text.replace("&quot;", "\"").replace("&amp;", "&");
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The lines that hold a text.
fn lines_with(forms: &Forms, text: &str) -> Vec<String> {
    shown(forms).lines().filter(|line| line.contains(text)).map(str::to_owned).collect()
}

fn item<T: ItemValue>(text: &str) -> Item<T> {
    Item::read(text)
}
