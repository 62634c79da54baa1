//! A table in HTML.

use super::{Escaped, Page};
use crate::sheet::{Align, Cell, CellKind, Row, Table, TextSize};

/// A row for so many lines is meant to be written in by hand; it gets room for it.
const LINES_OF_ROOMY_ROW: u8 = 3;

/// A table with a head and more columns than this scrolls where the screen is too narrow; fewer have room on a telephone.
const COLUMNS_OF_TELEPHONE: usize = 3;

/// A table with more columns than this has no room on half a screen, which is a screen at 200 %.
const COLUMNS_OF_HALF_SCREEN: usize = 7;

impl Page {
    /// Writes a table; `name` tells it from others when it has no caption.
    pub(super) fn table(&mut self, table: &Table, name: &str) {
        let columns = table.shares.len();
        let label = Escaped::line(table.caption.as_deref().unwrap_or(name));
        let scrolls = !is_fields(table) && columns > COLUMNS_OF_TELEPHONE;
        if scrolls {
            self.write(format_args!(
                "<div class=\"scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\n"
            ));
        }
        let size = match table.size {
            TextSize::Normal => None,
            TextSize::Small => Some("small"),
            TextSize::Tiny => Some("tiny"),
        };
        let shape = match (is_fields(table), columns > COLUMNS_OF_HALF_SCREEN) {
            (true, _) => Some("fields"),
            (false, true) => Some("wide"),
            (false, false) => None,
        };
        self.0.push_str("<table");
        let classes: Vec<&str> = size.into_iter().chain(shape).collect();
        if !classes.is_empty() {
            self.write(format_args!(" class=\"{}\"", classes.join(" ")));
        }
        match &table.caption {
            Some(caption) => self.write(format_args!(">\n<caption>{}</caption>\n", Escaped::text(caption))),
            None => self.write(format_args!(" aria-label=\"{label}\">\n")),
        }
        self.columns(table);
        for (rows, tag) in [(&table.head, "thead"), (&table.body, "tbody")] {
            if rows.is_empty() {
                continue;
            }
            self.write(format_args!("<{tag}>\n"));
            for row in rows {
                self.row(row);
            }
            self.write(format_args!("</{tag}>\n"));
        }
        self.0.push_str(if scrolls { "</table>\n</div>\n" } else { "</table>\n" });
    }

    /// Widths in whole percent. Few columns share what rounding leaves; of many, as the days of a month, equals stay equal, and browsers give the
    /// rest to those that need it.
    fn columns(&mut self, table: &Table) {
        let total: u32 = table.shares.iter().copied().map(u32::from).sum();
        let is_wide = table.shares.len() > COLUMNS_OF_HALF_SCREEN;
        let percent = |share: u32| share * 100 / total.max(1);
        let mut end = 0;
        self.0.push_str("<colgroup>");
        for share in table.shares.iter().copied().map(u32::from) {
            let width = if is_wide { percent(share) } else { percent(end + share) - percent(end) };
            end += share;
            self.write(format_args!("<col class=\"w{}\">", width.max(1)));
        }
        self.0.push_str("</colgroup>\n");
    }

    fn row(&mut self, row: &Row) {
        let roomy = row.height.lines() >= LINES_OF_ROOMY_ROW;
        self.0.push_str(if roomy { "<tr class=\"roomy\">" } else { "<tr>" });
        for cell in &row.cells {
            self.cell(cell);
        }
        self.0.push_str("</tr>\n");
    }

    fn cell(&mut self, cell: &Cell) {
        // A corner without words heads nothing.
        let kind = if cell.text.is_empty() { CellKind::Data } else { cell.kind };
        let (tag, scope) = match kind {
            CellKind::Data => ("td", ""),
            CellKind::RowHeader => ("th", " scope=\"row\""),
            CellKind::ColumnHeader => ("th", " scope=\"col\""),
        };
        self.write(format_args!("<{tag}{scope}"));
        if cell.cols > 1 {
            self.write(format_args!(" colspan=\"{}\"", cell.cols));
        }
        if cell.rows > 1 {
            self.write(format_args!(" rowspan=\"{}\"", cell.rows));
        }
        let classes = classes(cell, kind);
        if !classes.is_empty() {
            self.write(format_args!(" class=\"{}\"", classes.join(" ")));
        }
        let text = Escaped::text(&cell.text);
        match cell.strong && !cell.text.is_empty() {
            true => self.write(format_args!("><strong>{text}</strong></{tag}>")),
            false => self.write(format_args!(">{text}</{tag}>")),
        }
    }
}

/// Whether a table is labels with their values, which a narrow screen shows below each other.
fn is_fields(table: &Table) -> bool {
    table.head.is_empty() && table.body.iter().flat_map(|row| &row.cells).all(|cell| cell.rows == 1)
}

fn classes(cell: &Cell, kind: CellKind) -> Vec<&'static str> {
    let align = match cell.align {
        Align::Start => None,
        Align::Center => Some("center"),
        Align::End => Some("end"),
    };
    // Headers are shaded by what they are.
    let shaded = (cell.shaded && kind == CellKind::Data).then_some("shaded");
    align.into_iter().chain(cell.middle.then_some("middle")).chain(shaded).collect()
}
