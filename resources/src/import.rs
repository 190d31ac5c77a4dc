//! Reading a list of entries from a spreadsheet: columns recognised by their labels, values brought to the catalogue's
//! words, and every fault shown line by line before anything is saved. Units name the same dozen things in well over a
//! hundred ways; `synonyms.csv` holds those we know.

use crate::entry::{self, Domain, ENTRY, Entry};
use crate::table::{self, Table, label};
use platform::caller::{Caller, Role};
use platform::db::{Look, Tx};
use platform::refusal::{Fault, Refusal, Result};
use platform::sheet::Answers;
use platform::{Id, Word};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What stands wherever a line says nothing: answers to the entry's own questions.
pub type Defaults = Answers;

/// What was read from a file.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// Name of the file, for showing.
    pub name: String,
    /// Column headers with the field that each fills.
    pub recognised: Vec<(String, String)>,
    /// Column headers that fill nothing.
    pub unknown: Vec<String>,
    pub rows: Vec<PreviewRow>,
    /// How many rows have a fault.
    pub faulty: usize,
}

/// One row of a list.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewRow {
    /// Its line in the file, counted from 1.
    pub line: usize,
    /// Settled when it has no fault, as typed otherwise.
    pub answers: Answers,
    pub faults: Vec<Fault>,
}

impl Preview {
    /// The rows that may be saved.
    pub fn sound(&self) -> Vec<Answers> {
        self.rows.iter().filter(|r| r.faults.is_empty()).map(|r| r.answers.clone()).collect()
    }
}

/// What was saved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counts {
    pub entered: usize,
    pub ids: Vec<Id<Entry>>,
}

/// `(kind, label)` to what it means.
type Synonyms = HashMap<(String, String), String>;

fn read_synonyms(text: &str) -> Synonyms {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().flatten().filter_map(|r| Some(((r.get(0)?.to_string(), label(r.get(1)?)), r.get(2)?.to_string()))).collect()
}

/// What a label or value means: kinds `header`, `domain`, `level`, `share`, `open`, `cycle`, `yes`.
pub fn meaning(kind: &str, text: &str) -> Option<&'static str> {
    static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| read_synonyms(include_str!("synonyms.csv")));
    SYNONYMS.get(&(kind.to_string(), label(text))).map(String::as_str)
}

/// A domain by any of its usual names.
pub fn domain(text: &str) -> Option<Domain> {
    meaning("domain", text).and_then(Domain::of)
}

/// Reads a file and says, row by row, what would be entered and what is wrong with it. Saves nothing.
/// Faults of the file as a whole stand at `file`; a file without a column for the title is `no-title-column`.
pub fn preview(look: &mut Look, who: &Caller, bytes: &[u8], name: &str, defaults: &Defaults) -> Result<Preview> {
    must_be_source(who)?;
    let table = table::read(bytes, |l| meaning("header", l).is_some())?;
    let columns: Vec<Option<&'static str>> = table.header.iter().map(|h| meaning("header", h)).collect();
    if !columns.contains(&Some("title")) {
        return Err(Refusal::fault("file", "no-title-column"));
    }
    let mut rows = typed(&table, &columns);
    for row in &mut rows {
        for (field, value) in &defaults.0 {
            // A basis is wanted only where something is withheld.
            let idle = field.strip_suffix("_basis").is_some_and(|of| row.answers.text(of) == "unconditional");
            if row.answers.given(field).is_none() && !idle {
                row.answers.0.insert(field.clone(), value.clone());
            }
        }
        row.faults.extend(ENTRY.faults(&row.answers));
        row.faults.extend(entry::basis_faults(&row.answers));
        if row.faults.is_empty()
            && let Ok(settled) = ENTRY.settle(&row.answers)
        {
            row.answers = settled;
        }
    }
    let all: Vec<Answers> = rows.iter().map(|r| r.answers.clone()).collect();
    for (at, fault) in title_faults(look, who, &all, |at| rows[at].line)? {
        rows[at].faults.push(fault);
    }
    let named = |known: bool| table.header.iter().zip(&columns).filter(move |(h, f)| f.is_some() == known && !h.is_empty());
    Ok(Preview {
        name: platform::file::clean_name(name),
        recognised: named(true).map(|(h, f)| (h.clone(), f.unwrap_or_default().to_string())).collect(),
        unknown: named(false).map(|(h, _)| h.clone()).collect(),
        faulty: rows.iter().filter(|r| !r.faults.is_empty()).count(),
        rows,
    })
}

/// Enters every row, or none. Faults carry the row's place in the list: `rows[3].title`.
pub fn save(tx: &mut Tx, who: &Caller, rows: &[Answers]) -> Result<Counts> {
    must_be_source(who)?;
    if rows.is_empty() {
        return Err(Refusal::fault("rows", "required"));
    }
    if rows.len() > table::MOST_ROWS {
        return Err(Refusal::Faulty(vec![Fault::at("rows", "too-many-rows").with("max", table::MOST_ROWS)]));
    }
    let mut faults = Vec::new();
    let mut settled = Vec::with_capacity(rows.len());
    let place = |at: usize, fault: Fault| Fault { field: format!("rows[{at}].{}", fault.field), ..fault };
    for (at, row) in rows.iter().enumerate() {
        faults.extend(ENTRY.faults(row).into_iter().chain(entry::basis_faults(row)).map(|f| place(at, f)));
        settled.push(ENTRY.settle(row).unwrap_or_default());
    }
    faults.extend(title_faults(tx, who, rows, |at| at + 1)?.into_iter().map(|(at, f)| place(at, f)));
    if !faults.is_empty() {
        return Err(Refusal::Faulty(faults));
    }
    let ids = settled.iter().map(|a| entry::enter_checked(tx, who, a)).collect::<Result<Vec<_>>>()?;
    Ok(Counts { entered: ids.len(), ids })
}

fn must_be_source(who: &Caller) -> Result<()> {
    if who.is(Role::Source) { Ok(()) } else { Err(Refusal::WrongRole { by: &[Role::Source], article: "ZJK-7" }) }
}

/// Titles that stand twice in the list or already in the unit's catalogue.
fn title_faults(look: &mut Look, who: &Caller, rows: &[Answers], line: impl Fn(usize) -> usize) -> Result<Vec<(usize, Fault)>> {
    let titles: Vec<String> = rows.iter().map(|a| a.text("title").trim().to_string()).collect();
    let held = entry::taken(look, who.org()?, &titles.iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>())?;
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut faults = Vec::new();
    for (at, title) in titles.iter().enumerate().filter(|(_, t)| !t.is_empty()) {
        if held.contains_key(title) {
            faults.push((at, Fault::at("title", "title-taken")));
        } else if let Some(before) = first.get(title.as_str()) {
            faults.push((at, Fault::at("title", "title-repeated").with("line", line(*before))));
        } else {
            first.insert(title, at);
        }
    }
    Ok(faults)
}

/// Labels that say no more than that it is a remark.
const REMARKS: [&str; 6] = ["备注", "附注", "remark", "remarks", "note", "notes"];

/// The rows as answers, in the catalogue's words where the value is understood, as they stand where it is not.
fn typed(table: &Table, columns: &[Option<&'static str>]) -> Vec<PreviewRow> {
    let mut rows: Vec<PreviewRow> = Vec::new();
    for line in &table.rows {
        let cells = || columns.iter().zip(&table.header).zip(&line.cells).filter(|(_, cell)| !cell.is_empty());
        // A merged cell leaves the title blank below its first line; such lines add fields to the entry above.
        let more_fields = cells().all(|((column, _), _)| matches!(column, None | Some("fields")));
        let mut a = Answers::default();
        let mut fields: Vec<Value> = Vec::new();
        let mut remarks: Vec<String> = Vec::new();
        for ((column, header), cell) in cells() {
            match *column {
                Some("fields") => fields.extend(split(cell).map(|name| json!({"name": name}))),
                Some("remark") if REMARKS.contains(&label(header).as_str()) => remarks.push(cell.clone()),
                Some("remark") => remarks.push(format!("{header}：{cell}")),
                Some(field) if a.given(field).is_none() => put(&mut a, field, header, cell, &mut remarks),
                // A second column of the same meaning is kept in words.
                Some(_) => remarks.push(format!("{header}：{cell}")),
                None => {}
            }
        }
        if more_fields
            && !fields.is_empty()
            && let Some(above) = rows.last_mut()
        {
            if let Value::Array(held) = above.answers.0.entry("fields").or_insert_with(|| json!([])) {
                held.extend(fields);
            }
            continue;
        }
        if !fields.is_empty() {
            a.set("fields", fields);
        }
        if !remarks.is_empty() {
            a.set("remark", remarks.join("\n"));
        }
        if !a.0.is_empty() {
            rows.push(PreviewRow { line: line.number, answers: a, faults: Vec::new() });
        }
    }
    rows
}

fn split(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(['、', ',', '，', ';', '；', '|', '\n']).map(str::trim).filter(|s| !s.is_empty())
}

/// One value. Level, sharing and opening decide who may have the data, so what is not understood stays as it is and is a
/// fault; a cycle or a domain we have no word for becomes `irregular` or `other`, and the original goes to the remark.
fn put(a: &mut Answers, field: &str, header: &str, cell: &str, remarks: &mut Vec<String>) {
    match field {
        "level" | "share" | "open" => a.set(field, meaning(field, cell).unwrap_or(cell)),
        "domain" => {
            a.set(field, domain(cell).unwrap_or(Domain::Other).as_str());
            if domain(cell).is_none() {
                remarks.push(format!("{header}：{cell}"));
            }
        }
        "cycle" => {
            a.set(field, meaning(field, cell).unwrap_or("irregular"));
            if meaning(field, cell).is_none() {
                remarks.push(format!("{header}：{cell}"));
            }
        }
        "personal" => match meaning("yes", cell) {
            Some("no") => a.set(field, false),
            Some(_) => a.set(field, true),
            // Rather marked than missed (ZJK-15).
            None => {
                a.set(field, true);
                remarks.push(format!("{header}：{cell}"));
            }
        },
        "title" | "code" | "format" => a.set(field, cell.replace('\n', " ")),
        _ => a.set(field, cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cycle, Level, Open, Share};

    fn rows(text: &str) -> Vec<PreviewRow> {
        let table = table::read(text.as_bytes(), |l| meaning("header", l).is_some()).unwrap();
        let columns: Vec<_> = table.header.iter().map(|h| meaning("header", h)).collect();
        typed(&table, &columns)
    }

    #[test]
    fn every_synonym_means_something() {
        let mut reader = csv::Reader::from_reader(include_str!("synonyms.csv").as_bytes());
        let mut seen = std::collections::HashSet::new();
        for line in reader.records() {
            let line = line.unwrap();
            let (kind, means) = (&line[0], &line[2]);
            assert!(seen.insert((kind.to_string(), label(&line[1]))), "{line:?} stands twice");
            let known = match kind {
                "header" => ENTRY.field(means).is_some(),
                "domain" => Domain::of(means).is_some(),
                "level" => Level::of(means).is_some(),
                "share" => Share::of(means).is_some(),
                "open" => Open::of(means).is_some(),
                "cycle" => Cycle::of(means).is_some(),
                "yes" => matches!(means, "yes" | "no"),
                _ => false,
            };
            assert!(known, "{line:?}");
        }
        for word in Domain::TEXTS {
            assert_eq!(meaning("domain", word), Some(*word));
        }
        for word in Cycle::TEXTS {
            assert_eq!(meaning("cycle", word), Some(*word));
        }
    }

    #[test]
    fn values_come_to_the_catalogues_words() {
        let rows = rows(
            "资源名称,数据级别,共享属性,开放方式,更新频率,是否含个人信息,所属行业\n停车场,三级,有条件共享,不予开放,每两周,涉及,烟草\n路况,L2,无条件共享,依申请开放,每月,无,交通运输\n",
        );
        let a = &rows[0].answers;
        let got: Vec<&str> = ["level", "share", "open", "cycle", "domain"].iter().map(|f| a.text(f)).collect();
        assert_eq!(got, ["l3", "conditional", "none", "irregular", "other"]);
        assert_eq!(a.text("remark"), "更新频率：每两周\n所属行业：烟草");
        assert!(a.ticked("personal"));
        let b = &rows[1].answers;
        let got: Vec<&str> = ["level", "share", "open", "cycle", "domain"].iter().map(|f| b.text(f)).collect();
        assert_eq!(got, ["l2", "unconditional", "conditional", "monthly", "transport"]);
        assert!(!b.ticked("personal"));
    }

    #[test]
    fn what_decides_access_is_never_guessed() {
        let rows = rows("名称,级别,共享属性\n停车场,秘密,看情况\n");
        let faults = ENTRY.faults(&rows[0].answers);
        for field in ["level", "share"] {
            assert!(faults.contains(&Fault::at(field, "not-a-choice")), "{faults:?}");
        }
    }

    #[test]
    fn lines_below_a_merged_title_add_fields() {
        let rows = rows("信息资源名称,信息项名称,备注\n停车场,泊位数,甲\n,经度、纬度,\n路况,,乙\n");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].answers.0["fields"], json!([{"name": "泊位数"}, {"name": "经度"}, {"name": "纬度"}]));
        assert_eq!(rows[1].line, 4);
        assert_eq!(rows[1].answers.text("remark"), "乙");
    }
}
