//! Values that would like to be markup. Names of offices, words of a search and what was typed come from others.

use askama::Template;
use careplan_web::{
    Account, Banner, Button, Cell, Check, Checklist, Choice, DataTable, Facts, FieldErrors, FileField, Frame,
    Item, Link, Pager, PostForm, Progress, Site, State, Steps, Tag, TextArea, TextField, TextKind, Tone,
};

/// Ends an attribute of either quote, a tag and a script.
const EVIL: &str = r#"x" onfocus='y' ><script>z</script>&amp;"#;
const RUNS: &str = "javascript:alert(1)";

/// Every part, with the evil text wherever text goes, and how often that is.
fn parts() -> Vec<(String, usize)> {
    let mut errors = FieldErrors::default();
    errors.add(EVIL, EVIL);
    errors.add_for_form(EVIL);
    let button = || Button::submit(EVIL).value(EVIL, EVIL).busy(EVIL).about(EVIL).id(EVIL);
    let text = TextField::new(EVIL, EVIL).hint(EVIL).value(EVIL).errors(&errors);
    let heads = [EVIL, EVIL];
    let row = || [Cell::text(EVIL).note(EVIL), Cell::tag(Tag::new(Tone::Plain, EVIL))];
    vec![
        (errors.summary().to_string(), 3),
        // Its label and for; id and text of hint and fault; its id, name, value, and both descriptions.
        (text.to_string(), 11),
        (TextField::new(EVIL, EVIL).kind(TextKind::Password).to_string(), 7),
        (TextArea::new(EVIL, EVIL).hint(EVIL).value(EVIL).errors(&errors).to_string(), 11),
        (FileField::new(EVIL, EVIL).hint(EVIL).errors(&errors).to_string(), 10),
        (Check::new(EVIL, EVIL).hint(EVIL).value(EVIL).errors(&errors).to_string(), 11),
        (
            Choice::radio(EVIL, EVIL)
                .hint(EVIL)
                .errors(&errors)
                .option_with_hint(EVIL, EVIL, EVIL)
                .to_string(),
            15,
        ),
        (Choice::list(EVIL, EVIL).empty(EVIL).option(EVIL, EVIL).to_string(), 7),
        (button().to_string(), 6),
        (PostForm::new(RUNS, button()).hidden(EVIL, EVIL).to_string(), 8),
        (Button::link(EVIL, RUNS).about(EVIL).id(EVIL).to_string(), 3),
        (Banner::new(Tone::Info, EVIL).paragraph(EVIL).action(button()).to_string(), 8),
        (Checklist::default().item(Item::new(EVIL, State::Later).word(EVIL).note(EVIL)).to_string(), 3),
        (Steps::new(EVIL, [EVIL], 0).to_string(), 2),
        (Pager::new(EVIL, EVIL).next(Some(RUNS)).to_string(), 2),
        (Progress::new(EVIL, EVIL, 1, 2).watch(RUNS).say(EVIL).to_string(), 4),
        (DataTable::new(EVIL, heads, EVIL).row(row()).to_string(), 7),
        (DataTable::new(EVIL, heads, EVIL).to_string(), 1),
        (Facts::default().fact(EVIL, Cell::link(EVIL, RUNS)).fact(EVIL, Cell::code(EVIL)).to_string(), 4),
        (Cell::number(EVIL).to_string(), 1),
    ]
}

fn is_harmless(html: &str) {
    assert!(!html.contains("<script>z"), "{html}");
    assert!(!html.contains(r#"x" onfocus"#) && !html.contains("='y'"), "{html}");
    assert!(!html.contains("javascript:"), "{html}");
    assert!(!html.contains("z</script>&amp;"), "{html}");
}

#[test]
fn no_part_lets_a_value_become_markup_and_none_loses_it() {
    let (drawn, expected): (Vec<String>, Vec<usize>) = parts().into_iter().unzip();
    drawn.iter().for_each(|html| is_harmless(html));
    let found: Vec<usize> = drawn.iter().map(|html| html.matches("&#60;script&#62;z").count()).collect();
    assert_eq!(found, expected, "{drawn:#?}");
}

#[test]
fn the_frame_escapes_what_it_is_given() {
    let mut errors = FieldErrors::default();
    errors.add(EVIL, EVIL);
    let main = Banner::new(Tone::Info, EVIL);
    let site = Site::new(EVIL, RUNS, EVIL).footer(Link::new(EVIL, RUNS));
    let account = Account::new(EVIL, EVIL, RUNS);
    let links = [Link::new(EVIL, RUNS).count(EVIL)];
    let frame = Frame::new(&site, EVIL, &main).account(Some(&account)).nav(&links, EVIL).crumbs(&links);
    let html = frame.status(Some(EVIL)).notice(Some(main.clone())).errors(&errors).render().unwrap();
    is_harmless(&html);
    assert_eq!(html.matches("&#60;script&#62;z").count(), 19, "{html}");
}
