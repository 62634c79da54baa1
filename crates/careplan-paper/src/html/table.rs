//! A table in HTML.

use super::{Escaped, Page};
use crate::sheet::{Align, Cell, CellKind, Row, Table, TextSize};

/// A row for so many lines is meant to be written in by hand; it gets room for it.
const LINES_OF_ROOMY_ROW: u8 = 3;

impl Page {
    /// Writes a table in a region that scrolls; `name` tells the region from others when the table has no caption.
    pub(super) fn table(&mut self, table: &Table, name: &str) {
        let name = Escaped::line(table.caption.as_deref().unwrap_or(name));
        self.write(format_args!(
            "<div class=\"scroll\" role=\"region\" aria-label=\"{name}\" tabindex=\"0\">\n"
        ));
        self.0.push_str(match table.size {
            TextSize::Normal => "<table>\n",
            TextSize::Small => "<table class=\"small\">\n",
            TextSize::Tiny => "<table class=\"tiny\">\n",
        });
        if let Some(caption) = &table.caption {
            self.write(format_args!("<caption>{}</caption>\n", Escaped::text(caption)));
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
        self.0.push_str("</table>\n</div>\n");
    }

    /// Widths in whole percent; browsers give what rounding leaves to the columns that need it.
    fn columns(&mut self, table: &Table) {
        let total: u32 = table.shares.iter().copied().map(u32::from).sum();
        self.0.push_str("<colgroup>");
        for share in &table.shares {
            let percent = (u32::from(*share) * 100 / total.max(1)).max(1);
            self.write(format_args!("<col class=\"w{percent}\">"));
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
        let (tag, scope) = match cell.kind {
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
        let classes = classes(cell);
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

fn classes(cell: &Cell) -> Vec<&'static str> {
    let align = match cell.align {
        Align::Start => None,
        Align::Center => Some("center"),
        Align::End => Some("end"),
    };
    // Headers are shaded by what they are.
    let shaded = (cell.shaded && cell.kind == CellKind::Data).then_some("shaded");
    align.into_iter().chain(cell.middle.then_some("middle")).chain(shaded).collect()
}
