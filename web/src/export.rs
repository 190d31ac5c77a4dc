//! What a list shows, as files: CSV with BOM and safe from formulas, XLSX with every cell as text.

use crate::view::list::ListView;
use platform::{Refusal, Result};

/// A cell that no spreadsheet takes for a formula: a dangerous first character gets an apostrophe before it.
pub fn safe(text: &str) -> String {
    let dangerous = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠');
    if text.starts_with(dangerous) { format!("'{text}") } else { text.to_string() }
}

/// A table as files take it: labels, then rows of texts.
pub struct Sheet {
    pub labels: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// A list as it is shown.
    fn of(list: &ListView) -> Self {
        Self {
            labels: list.columns.iter().map(|c| c.label.clone()).collect(),
            rows: list.rows.iter().map(|row| row.cells.iter().map(|c| c.text.clone()).collect()).collect(),
        }
    }
    /// CSV in UTF-8 with BOM.
    pub fn csv(&self) -> Vec<u8> {
        let mut out = vec![0xef, 0xbb, 0xbf];
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut out);
        // Writing to memory cannot fail.
        let _ = writer.write_record(self.labels.iter().map(|l| safe(l)));
        for row in &self.rows {
            let _ = writer.write_record(row.iter().map(|c| safe(c)));
        }
        let _ = writer.flush();
        drop(writer);
        out
    }
    /// XLSX; every cell is text.
    pub fn xlsx(&self) -> Result<Vec<u8>> {
        book(&[(String::new(), self)])
    }
}

/// Several tables as one XLSX, each on a sheet of its own; a name that is empty or not allowed becomes the default one.
pub fn book(tables: &[(String, &Sheet)]) -> Result<Vec<u8>> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let bold = rust_xlsxwriter::Format::new().set_bold();
    for (name, table) in tables {
        let sheet = book.add_worksheet();
        if !name.is_empty() {
            let name: String = name.chars().filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\')).take(31).collect();
            sheet.set_name(name).map_err(Refusal::broken)?;
        }
        for (i, label) in table.labels.iter().enumerate() {
            sheet.write_string_with_format(0, i as u16, label, &bold).map_err(Refusal::broken)?;
        }
        for (r, row) in table.rows.iter().enumerate() {
            for (i, cell) in row.iter().enumerate() {
                let text: String = cell.chars().take(32_000).collect();
                sheet.write_string(r as u32 + 1, i as u16, text).map_err(Refusal::broken)?;
            }
        }
        sheet.autofit();
    }
    book.save_to_buffer().map_err(Refusal::broken)
}

/// The list as CSV in UTF-8 with BOM; header in the page's language.
pub fn csv(list: &ListView) -> Vec<u8> {
    Sheet::of(list).csv()
}

/// The list as XLSX; every cell is text.
pub fn xlsx(list: &ListView) -> Result<Vec<u8>> {
    Sheet::of(list).xlsx()
}

/// Media types of files that are made here.
pub const CSV: &str = "text/csv; charset=utf-8";
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Named bytes as one ZIP.
pub fn archive(files: Vec<(String, Vec<u8>)>) -> Result<Vec<u8>> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(name, options).map_err(Refusal::broken)?;
        zip.write_all(&bytes).map_err(Refusal::broken)?;
    }
    Ok(zip.finish().map_err(Refusal::broken)?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::{archive, safe};

    #[test]
    fn an_archive_holds_its_files() {
        let bytes = archive(vec![("一/甲.csv".into(), b"a".to_vec()), ("乙.json".into(), b"{}".to_vec())]).unwrap();
        let mut read = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let names: Vec<String> = (0..read.len()).map(|i| read.by_index(i).unwrap().name().to_string()).collect();
        assert_eq!(names, ["一/甲.csv", "乙.json"]);
    }

    #[test]
    fn formulas_are_defused() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "＠x"] {
            assert!(safe(bad).starts_with('\''), "{bad}");
        }
        assert_eq!(safe("张公数授〔2026〕1号"), "张公数授〔2026〕1号");
    }
}
