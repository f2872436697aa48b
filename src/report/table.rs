//! Owns aligned columns in plain text: cells are measured without their style.

use anstyle::Style;

use super::style::{PLAIN, Paint};

/// A piece of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// Text in a style.
    pub fn new(style: Style, text: impl Into<String>) -> Self {
        Cell { text: text.into(), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Cell::new(PLAIN, text)
    }
}

/// Rows of cells; every column as wide as its widest cell.
#[derive(Debug, Clone, Default)]
pub struct Table {
    indent: usize,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table, so many spaces from the left.
    pub fn new(indent: usize) -> Self {
        Table { indent, rows: vec![] }
    }

    /// One more row; rows may differ in length.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, each without white space at its end.
    pub fn lines(&self, paint: Paint) -> Vec<String> {
        const GAP: usize = 2;
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        // The last cell of a row needs no width: nothing follows it.
        let width = |column: usize| {
            let cells = self.rows.iter().filter(|row| row.len() > column + 1).map(|row| &row[column]);
            cells.map(|cell| cell.text.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let line = |row: &Vec<Cell>| {
            let mut line = " ".repeat(self.indent);
            let used = row.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1);
            for (column, cell) in row.iter().take(used).enumerate() {
                line.push_str(&paint.text(cell.style, &cell.text));
                if column + 1 < used {
                    let pad = widths[column].saturating_sub(cell.text.chars().count());
                    // A column that is empty in every row takes no room.
                    if widths[column] > 0 {
                        line.push_str(&" ".repeat(pad + GAP));
                    }
                }
            }
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }

    /// The lines as one text, each ended by a newline.
    pub fn text(&self, paint: Paint) -> String {
        self.lines(paint).into_iter().map(|line| line + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::style::ADDED;

    #[test]
    fn columns_line_up_whatever_the_style() {
        let mut table = Table::new(2);
        table.row(["tier".into(), "asked".into(), "came".into()]);
        table.row([Cell::new(ADDED, "web"), "10".into(), "10".into()]);
        table.row(["worker-long".into(), "".into(), "".into()]);
        insta::assert_snapshot!(table.text(Paint::new(false)), @r"
          tier         asked  came
          web          10     10
          worker-long
        ");
        let plain: Vec<usize> = table.lines(Paint::new(false)).iter().map(|line| line.chars().count()).collect();
        let escapes = "\u{1b}[32m\u{1b}[0m".chars().count();
        let coloured: Vec<usize> = table.lines(Paint::new(true)).iter().map(|line| line.chars().count()).collect();
        assert_eq!(coloured, [plain[0], plain[1] + escapes, plain[2]]);
    }
}
