//! What a list shows, as files: CSV with BOM and safe from formulas, XLSX with every cell as text.

use crate::view::list::ListView;
use platform::{Refusal, Result};

/// A cell that no spreadsheet takes for a formula: a dangerous first character gets an apostrophe before it.
pub fn safe(text: &str) -> String {
    let dangerous = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠');
    if text.starts_with(dangerous) { format!("'{text}") } else { text.to_string() }
}

/// The list as CSV in UTF-8 with BOM; header in the page's language.
pub fn csv(list: &ListView) -> Vec<u8> {
    let mut out = vec![0xef, 0xbb, 0xbf];
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut out);
    // Writing to memory cannot fail.
    let _ = writer.write_record(list.columns.iter().map(|c| safe(&c.label)));
    for row in &list.rows {
        let _ = writer.write_record(row.cells.iter().map(|c| safe(&c.text)));
    }
    let _ = writer.flush();
    drop(writer);
    out
}

/// The list as XLSX; every cell is text.
pub fn xlsx(list: &ListView) -> Result<Vec<u8>> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let bold = rust_xlsxwriter::Format::new().set_bold();
    for (i, column) in list.columns.iter().enumerate() {
        sheet.write_string_with_format(0, i as u16, &column.label, &bold).map_err(Refusal::broken)?;
    }
    for (r, row) in list.rows.iter().enumerate() {
        for (i, cell) in row.cells.iter().enumerate() {
            let text: String = cell.text.chars().take(32_000).collect();
            sheet.write_string(r as u32 + 1, i as u16, text).map_err(Refusal::broken)?;
        }
    }
    sheet.autofit();
    book.save_to_buffer().map_err(Refusal::broken)
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn formulas_are_defused() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "＠x"] {
            assert!(safe(bad).starts_with('\''), "{bad}");
        }
        assert_eq!(safe("张公数授〔2026〕1号"), "张公数授〔2026〕1号");
    }
}
