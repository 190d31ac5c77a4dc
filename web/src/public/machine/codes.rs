//! Code tables of national documents, as versioned data files, and which of our words stands for which code. Our own ids and words stay;
//! a national code is said beside them, so that another edition of a table changes a file here and nothing else.

use super::super::{list, whole_files};
use crate::answer::PageResult;
use crate::ask::Ask;
use crate::routes::{Door, Route, route};
use crate::say::Lang;
use crate::view::list::{Cell, Row};
use platform::Refusal;
use platform::paging::Page;
use platform::words::Word;
use std::sync::OnceLock;

pub fn routes() -> Vec<Route> {
    vec![
        route("GET", "/codes", Door::Public, "route-public-codes", tables_page),
        route("GET", "/codes/{name}", Door::Public, "route-public-code-table", table_page),
    ]
}

const TABLES: &str = include_str!("../../../codes/tables.csv");
const FILES: &[(&str, &str)] = &[
    ("delivery", include_str!("../../../codes/delivery.csv")),
    ("update", include_str!("../../../codes/update.csv")),
    ("level", include_str!("../../../codes/level.csv")),
    ("source", include_str!("../../../codes/source.csv")),
];

/// A code table.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    /// Edition of the file.
    pub version: String,
    /// The document it is of.
    pub standard: String,
    pub zh: String,
    pub en: String,
    pub codes: Vec<Code>,
}

/// A line of a table.
#[derive(Clone, Debug)]
pub struct Code {
    pub code: String,
    /// Our words that it stands for.
    pub words: Vec<String>,
    pub zh: String,
    pub en: String,
    /// `standard` when the document says so, `proposal` when we conclude it from the order of the table.
    pub source: String,
}

fn rows(text: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    let reader = csv::ReaderBuilder::new().from_reader(text.as_bytes()).into_records();
    reader.filter_map(|r| Some(r.ok()?.iter().map(str::to_string).collect()))
}

/// Every table, read once.
pub fn tables() -> &'static [Table] {
    static ALL: OnceLock<Vec<Table>> = OnceLock::new();
    ALL.get_or_init(|| {
        rows(TABLES)
            .filter_map(|line| {
                let [name, version, standard, zh, en] = <[String; 5]>::try_from(line).ok()?;
                let text = FILES.iter().find(|(of, _)| *of == name)?.1;
                let codes = rows(text).filter_map(|line| {
                    let [code, words, zh, en, source] = <[String; 5]>::try_from(line).ok()?;
                    Some(Code { code, words: words.split_whitespace().map(str::to_string).collect(), zh, en, source })
                });
                Some(Table { codes: codes.collect(), name, version, standard, zh, en })
            })
            .collect()
    })
}

/// The table of that name, and in it the code for a word of ours.
pub fn code<W: Word>(table: &str, word: W) -> Option<(&'static Table, &'static Code)> {
    let table = tables().iter().find(|t| t.name == table)?;
    Some((table, table.codes.iter().find(|c| c.words.iter().any(|w| w == word.as_str()))?))
}

/// `GET /codes`
async fn tables_page(ask: Ask) -> PageResult {
    let view = list(&ask, "pub-codes", "codes", &["title", "version", "standard", "count"]);
    let all = tables();
    let page = Page::first(all.len().max(1) as i64).of(all.iter().collect(), all.len() as i64);
    let line = |table: &&Table| Row {
        href: format!("/codes/{}", table.name),
        cells: vec![
            Cell::text(ask.lang.pick(&table.zh, &table.en).as_str()),
            Cell::text(&table.version),
            Cell::text(&table.standard),
            Cell::text(table.codes.len().to_string()),
        ],
    };
    whole_files(view.fill(&ask, page, line), &ask).answer(&ask)
}

/// `GET /codes/{name}`: the table with our words beside each code.
async fn table_page(ask: Ask) -> PageResult {
    let table = tables().iter().find(|t| t.name == ask.param("name")).ok_or(Refusal::NotFound)?;
    let mut view = list(&ask, "pub-code-table", "code-table", &["national_code", "name_zh", "name_en", "words", "ground"]);
    let said = [("title", ask.lang.pick(&table.zh, &table.en).clone()), ("standard", table.standard.clone()), ("version", table.version.clone())];
    view.c.title = ask.lang.pick(&table.zh, &table.en).clone();
    view.lead = ask.lang.ta("pub-code-table-of", &said);
    let page = Page::first(table.codes.len().max(1) as i64).of(table.codes.iter().collect(), table.codes.len() as i64);
    let line = |code: &&Code| Row {
        href: String::new(),
        cells: vec![
            Cell::text(&code.code),
            Cell::text(&code.zh),
            Cell::text(&code.en),
            Cell::text(code.words.join(" ")),
            Cell::text(ask.t(if code.source == "standard" { "pub-code-standard" } else { "pub-code-proposal" })),
        ],
    };
    whole_files(view.fill(&ask, page, line), &ask).answer(&ask)
}

/// A code in both languages, for a concept.
pub fn labels(code: &Code) -> [(&str, &str); 2] {
    [(Lang::Zh.pick(&code.zh, &code.en), "zh"), (Lang::En.pick(&code.zh, &code.en), "en")]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether every word of a set has exactly one code; what has none is named.
    fn uncoded<W: Word>(table: &str) -> Vec<&'static str> {
        let found = tables().iter().find(|t| t.name == table).unwrap();
        let codes = |word: &str| found.codes.iter().filter(|c| c.words.iter().any(|w| w == word)).count();
        W::ALL.iter().map(|w| w.as_str()).filter(|w| codes(w) != 1).collect()
    }

    #[test]
    fn every_word_has_one_code_and_every_table_is_whole() {
        assert_eq!(tables().len(), FILES.len(), "a table without a file or a file without a table");
        for table in tables() {
            let text = FILES.iter().find(|(name, _)| *name == table.name).unwrap().1;
            assert_eq!(table.codes.len(), text.lines().count() - 1, "{}: a line could not be read", table.name);
            let mut codes: Vec<&str> = table.codes.iter().map(|c| c.code.as_str()).collect();
            assert!(codes.iter().all(|c| c.len() == 3 && c.chars().all(|d| d.is_ascii_digit())), "{}", table.name);
            codes.dedup();
            assert_eq!(codes.len(), table.codes.len(), "{}: a code stands twice", table.name);
            assert!(!table.version.is_empty() && table.codes.iter().all(|c| !c.zh.is_empty() && !c.en.is_empty()));
            assert!(table.codes.iter().all(|c| ["standard", "proposal"].contains(&c.source.as_str())));
        }
        assert!(uncoded::<primary::ProductForm>("delivery").is_empty());
        assert!(uncoded::<resources::Cycle>("update").is_empty());
        assert!(uncoded::<resources::Level>("level").is_empty());
    }

    #[test]
    fn a_form_is_said_by_its_code() {
        use primary::ProductForm::{Application, Dataset, Indicator, Interface, Model, Report};
        let codes: Vec<&str> =
            [Dataset, Interface, Application, Report, Indicator, Model].map(|f| code("delivery", f).unwrap().1.code.as_str()).to_vec();
        assert_eq!(codes, ["001", "002", "003", "004", "006", "006"]);
    }
}
