//! Tables from files: bytes of CSV or XLSX to a header and rows of text. Whatever the bytes are, the answer is a table
//! or a fault, never a panic and never more memory than the limits allow.

use calamine::{DataRef, Reader, Xlsx};
use platform::refusal::{Fault, Refusal, Result};
use std::borrow::Cow;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 20 << 20;
/// Most rows below the header.
pub const MOST_ROWS: usize = 5_000;
/// Longest line or record, in bytes.
pub const LONGEST_LINE: usize = 1 << 20;
/// Most columns that are read; what stands further right is passed over.
const MOST_COLUMNS: usize = 200;
/// Most bytes that the parts of an XLSX file may unpack to.
const MOST_UNPACKED: u64 = 200 << 20;
/// A header is looked for in so many lines: official tables carry a title and notes above it.
const HEADER_WITHIN: usize = 10;

/// One row: its line in the file, counted from 1, and its cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub number: usize,
    pub cells: Vec<String>,
}

/// A header and the rows below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Line>,
}

fn fault(code: &'static str) -> Refusal {
    Refusal::fault("file", code)
}

/// Reads a file. The header is the line, among the first ten, in which most labels are `known`.
/// Faults at `file`: `file-empty`, `file-too-large`, `file-unreadable`, `line-too-long`, `too-many-rows`.
pub fn read(bytes: &[u8], known: impl Fn(&str) -> bool) -> Result<Table> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(fault("file-empty"));
    }
    if bytes.len() > MOST_BYTES {
        return Err(fault("file-too-large"));
    }
    let lines = if bytes.starts_with(b"PK\x03\x04") {
        if unpacked(bytes, MOST_UNPACKED).is_none_or(|n| n > MOST_UNPACKED) {
            return Err(fault("file-unreadable"));
        }
        // The reader of workbooks is not ours; a panic in it is an unreadable file.
        catch_unwind(AssertUnwindSafe(|| xlsx(bytes))).unwrap_or_else(|_| Err(fault("file-unreadable")))?
    } else {
        csv(&decode(bytes)?.replace("\r\n", "\n"))?
    };
    let at = (0..lines.len().min(HEADER_WITHIN))
        .max_by_key(|at| (lines[*at].cells.iter().filter(|c| known(c)).count(), std::cmp::Reverse(*at)))
        .ok_or_else(|| fault("file-empty"))?;
    let mut lines = lines.into_iter().skip(at);
    let header = lines.next().map(|l| l.cells).unwrap_or_default();
    let rows: Vec<Line> = lines.collect();
    match rows.len() {
        0 => Err(fault("file-empty")),
        n if n > MOST_ROWS => Err(Refusal::Faulty(vec![Fault::at("file", "too-many-rows").with("max", MOST_ROWS)])),
        _ => Ok(Table { header, rows }),
    }
}

/// Bytes as text: by their byte order mark, else UTF-8, else GB18030, in which Chinese spreadsheets save CSV.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let text = if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..])
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        Some(Cow::Borrowed(text))
    } else {
        encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    };
    text.filter(|t| !t.contains('\0')).ok_or_else(|| fault("file-unreadable"))
}

fn csv(text: &str) -> Result<Vec<Line>> {
    let too_long = |number: usize| Refusal::Faulty(vec![Fault::at("file", "line-too-long").with("line", number).with("max", LONGEST_LINE)]);
    if let Some(at) = text.split('\n').position(|line| line.len() > LONGEST_LINE) {
        return Err(too_long(at + 1));
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(text)).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| fault("file-unreadable"))?;
        let number = record.position().map_or(lines.len() + 1, |p| p.line() as usize);
        // A quote that is never closed takes in the rest of the file.
        if record.as_slice().len() > LONGEST_LINE {
            return Err(too_long(number));
        }
        push(&mut lines, Line { number, cells: record.iter().take(MOST_COLUMNS).map(clean).collect() })?;
    }
    Ok(lines)
}

/// The separator that stands most often in the first line that has one, outside quotes.
fn delimiter(text: &str) -> u8 {
    for line in text.lines().take(HEADER_WITHIN) {
        let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
        let mut quoted = false;
        for byte in line.bytes() {
            if byte == b'"' {
                quoted = !quoted;
            } else if !quoted && let Some(count) = counts.iter_mut().find(|c| c.0 == byte) {
                count.1 += 1;
            }
        }
        // The first of equals, so that a comma wins.
        if let Some((byte, n)) = counts.into_iter().rev().max_by_key(|c| c.1)
            && n > 0
        {
            return byte;
        }
    }
    b','
}

/// Cells are read one by one, so that a single cell in the last corner of a sheet takes no more room than any other.
fn xlsx(bytes: &[u8]) -> Result<Vec<Line>> {
    let unreadable = |_| fault("file-unreadable");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    for sheet in book.sheet_names() {
        let mut cells = book.worksheet_cells_reader(&sheet).map_err(unreadable)?;
        let mut lines: Vec<Line> = Vec::new();
        let mut line = Line { number: 0, cells: Vec::new() };
        while let Some(cell) = cells.next_cell().map_err(unreadable)? {
            let (row, column) = (cell.get_position().0 as usize + 1, cell.get_position().1 as usize);
            if row != line.number {
                push(&mut lines, std::mem::replace(&mut line, Line { number: row, cells: Vec::new() }))?;
            }
            let text = clean(&text(cell.get_value()));
            if column >= MOST_COLUMNS || text.is_empty() {
                continue;
            }
            if line.cells.len() <= column {
                line.cells.resize(column + 1, String::new());
            }
            line.cells[column] = text;
        }
        push(&mut lines, line)?;
        // The first sheet that holds anything.
        if !lines.is_empty() {
            return Ok(lines);
        }
    }
    Ok(Vec::new())
}

fn push(lines: &mut Vec<Line>, line: Line) -> Result<()> {
    if line.cells.iter().all(String::is_empty) {
        return Ok(());
    }
    if lines.len() > MOST_ROWS + HEADER_WITHIN {
        return Err(Refusal::Faulty(vec![Fault::at("file", "too-many-rows").with("max", MOST_ROWS)]));
    }
    lines.push(line);
    Ok(())
}

fn text(value: &DataRef) -> String {
    match value {
        DataRef::Int(n) => n.to_string(),
        DataRef::Float(n) => n.to_string(),
        DataRef::String(s) => s.clone(),
        DataRef::SharedString(s) => s.to_string(),
        DataRef::Bool(b) => b.to_string(),
        DataRef::DateTime(at) => {
            let (year, month, day, ..) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A cell without marks that nobody sees and without the space around it.
fn clean(cell: &str) -> String {
    let kept: String =
        cell.replace("\r\n", "\n").chars().filter(|c| !matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')).collect();
    kept.trim().trim_matches('\u{3000}').trim().to_string()
}

/// How many bytes the parts of a ZIP file really unpack to, counted, not believed; `None` when it cannot be told.
/// Counting stops above `most`.
fn unpacked(bytes: &[u8], most: u64) -> Option<u64> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?) as usize);
    let u32_at = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    // The end record is 22 bytes and a comment of at most 65,535.
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end = (from..bytes.len().saturating_sub(21)).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
    let (parts, mut at) = (u16_at(end + 10)?, u32_at(end + 16)?);
    let mut total = 0;
    for _ in 0..parts {
        if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let (method, packed, head) = (u16_at(at + 10)?, u32_at(at + 20)?, u32_at(at + 42)?);
        let data = head.checked_add(30)?.checked_add(u16_at(head + 26)?)?.checked_add(u16_at(head + 28)?)?;
        let part = bytes.get(data..data.checked_add(packed)?)?;
        total += match method {
            0 => packed as u64,
            8 => std::io::copy(&mut flate2::read::DeflateDecoder::new(part).take(most + 1), &mut std::io::sink()).ok()?,
            _ => return None,
        };
        if total > most {
            return Some(total);
        }
        at = at.checked_add(46)?.checked_add(u16_at(at + 28)?)?.checked_add(u16_at(at + 30)?)?.checked_add(u16_at(at + 32)?)?;
    }
    Some(total)
}

/// A label without case, width, space, marks of obligation and trailing colon, so that the same label in two spellings meets.
pub fn label(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            other => other,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect();
    // What stands in brackets explains the label and is no part of it.
    let bare = folded.split(['(', '【']).next().unwrap_or_default();
    let kept = if bare.is_empty() { &folded } else { bare };
    kept.trim_end_matches([':', '：']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(label: &str) -> bool {
        matches!(label, "名称" | "领域")
    }
    fn code(result: Result<Table>) -> &'static str {
        match result {
            Err(Refusal::Faulty(faults)) => faults[0].code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn three_encodings_and_three_separators_read_alike() {
        let expected = read("名称,领域\n甲,医疗\n".as_bytes(), known).unwrap();
        assert_eq!(expected.header, ["名称", "领域"]);
        assert_eq!(expected.rows, [Line { number: 2, cells: vec!["甲".into(), "医疗".into()] }]);
        for text in ["名称;领域\n甲;医疗\n", "名称\t领域\r\n甲\t医疗\r\n", "\u{feff}名称,领域\n甲,医疗"] {
            assert_eq!(read(text.as_bytes(), known).unwrap(), expected, "{text}");
        }
        let (gb, _, _) = encoding_rs::GB18030.encode("名称,领域\n甲,医疗\n");
        assert_eq!(read(&gb, known).unwrap(), expected);
        let utf16: Vec<u8> = "\u{feff}名称\t领域\n甲\t医疗\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16, known).unwrap(), expected);
    }

    #[test]
    fn a_title_above_the_header_is_passed_over() {
        let table = read("某市公共数据资源目录,,\n\n序号,名称,领域\n1,\"甲\n乙\",医疗\n".as_bytes(), known).unwrap();
        assert_eq!(table.header, ["序号", "名称", "领域"]);
        assert_eq!(table.rows[0].cells[1], "甲\n乙");
        assert_eq!(table.rows[0].number, 4);
    }

    #[test]
    fn what_cannot_be_read_is_a_fault() {
        assert_eq!(code(read(b"", known)), "file-empty");
        assert_eq!(code(read(b" \r\n", known)), "file-empty");
        assert_eq!(code(read("名称\n".as_bytes(), known)), "file-empty");
        assert_eq!(code(read(b"\x00\x01\x02,\xff\xff", known)), "file-unreadable");
        assert_eq!(code(read(b"PK\x03\x04 no workbook", known)), "file-unreadable");
        assert_eq!(code(read(&vec![b'a'; MOST_BYTES + 1], known)), "file-too-large");
        assert_eq!(code(read(&[b"a,b\n".as_slice(), &vec![b'x'; LONGEST_LINE + 1]].concat(), known)), "line-too-long");
        assert_eq!(code(read(["a,b\n\"", "x\n".repeat(LONGEST_LINE).as_str()].concat().as_bytes(), known)), "line-too-long");
        assert_eq!(code(read("a,b\n".repeat(MOST_ROWS + 2).as_bytes(), known)), "too-many-rows");
        assert_eq!(read("a,b\n".repeat(MOST_ROWS + 1).as_bytes(), known).unwrap().rows.len(), MOST_ROWS);
    }

    #[test]
    fn workbooks_are_read_and_bombs_are_not() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "目录").unwrap();
        sheet.write_string(2, 0, "名称").unwrap();
        sheet.write_string(2, 1, "领域").unwrap();
        sheet.write_string(3, 0, "甲").unwrap();
        sheet.write_number(3, 1, 3.0).unwrap();
        sheet.write_string(1_048_575, 16_383, "角落").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let table = read(&bytes, known).unwrap();
        assert_eq!((table.header.as_slice(), table.rows.len()), (["名称".to_string(), "领域".to_string()].as_slice(), 1));
        assert_eq!(table.rows[0], Line { number: 4, cells: vec!["甲".into(), "3".into()] });
        // Cut anywhere, it is a fault or a table.
        for cut in (4..bytes.len()).step_by(97) {
            let _ = read(&bytes[..cut], known);
        }
        let whole = unpacked(&bytes, MOST_UNPACKED).unwrap();
        assert!(whole > bytes.len() as u64);
        // Counting stops early, whatever the file says of its own size.
        assert!(unpacked(&bytes, 100).is_some_and(|n| n > 100 && n < whole));
        assert_eq!(unpacked(b"PK\x05\x06", MOST_UNPACKED), None);
    }

    #[test]
    fn labels_meet() {
        for text in ["更新周期", " 更新周期： ", "*更新周期", "更新周期（必填）", "更 新 周 期"] {
            assert_eq!(label(text), "更新周期");
        }
        assert_eq!(label("Update_Cycle"), "updatecycle");
    }
}
