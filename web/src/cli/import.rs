//! `dajing import`: whole lists from the command line, as a person who may enter them; all rows or none.

use crate::say::Lang;
use crate::view::form::nest;
use crate::work::import::{LISTS, List};
use clap::{Args, ValueEnum};
use platform::people::person;
use platform::sheet::Answers;
use platform::{Caller, Db, Look, Refusal};
use resources::import::Preview;
use serde_json::json;
use std::path::PathBuf;

/// What a list holds.
#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// Entries of a source unit's resource catalogue
    Resources,
    /// Demands for scenarios, collected elsewhere
    Demands,
    /// Classes of scenario, such as an approved plan's annex
    Scenarios,
}

impl Which {
    fn list(self) -> &'static List {
        match self {
            Self::Resources => &LISTS[0],
            Self::Demands => &LISTS[1],
            Self::Scenarios => &LISTS[2],
        }
    }
}

#[derive(Args)]
pub struct Import {
    #[arg(value_enum)]
    list: Which,
    /// CSV or XLSX file with a header line
    file: PathBuf,
    /// E-mail address of the person who enters the list
    #[arg(long = "as", value_name = "EMAIL")]
    email: String,
    /// Organisation for which that person acts, when there are several
    #[arg(long = "for", value_name = "NAME")]
    org: Option<String>,
    /// What stands wherever a row says nothing; may be repeated
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Only say what would be entered
    #[arg(long)]
    check: bool,
}

/// So many rows are entered between two lines of progress.
const STRIDE: usize = 500;

/// A refusal in words.
fn said(refusal: Refusal) -> String {
    match &refusal {
        Refusal::Faulty(faults) => faults.iter().map(|f| Lang::En.fault(f)).collect::<Vec<_>>().join("; "),
        _ => format!("{} {}", refusal.why().1, refusal.remedy().1).trim().to_string(),
    }
}

/// The person as a caller in the organisation for which the list can be entered.
fn caller(look: &mut Look, import: &Import) -> Result<Caller, String> {
    let list = import.list.list();
    let person = person::by_email(look, &import.email).map_err(said)?.ok_or_else(|| format!("nobody has the address {}", import.email))?;
    let fits = |title: &str| import.org.as_deref().is_none_or(|wanted| wanted == title);
    let orgs: Vec<_> = person::orgs_of(look, person.id).map_err(said)?;
    let mut able = orgs.into_iter().filter(|(org, roles)| roles.contains(&list.role) && fits(&org.title));
    let Some((org, _)) = able.next() else {
        return Err(format!(
            "{} does not act as {} for an organisation{}",
            import.email,
            list.role,
            import.org.as_deref().map_or(String::new(), |o| format!(" called {o}"))
        ));
    };
    if let Some((other, _)) = able.next() {
        return Err(format!("{} may act for {} or {}; say which with --for", import.email, org.title, other.title));
    }
    person::caller(look, person.id, Some(org.id)).map_err(said)
}

/// What `--set` says, checked against what the list's form asks.
fn defaults(import: &Import) -> Result<Answers, String> {
    let asked = import.list.list().asked;
    let names = || asked.fields.iter().map(|f| f.name).filter(|n| *n != "file").collect::<Vec<_>>().join(", ");
    let mut pairs = Vec::new();
    for set in &import.set {
        let (name, value) = set.split_once('=').ok_or_else(|| format!("--set {set}: write FIELD=VALUE"))?;
        if name == "file" || asked.field(name).is_none() {
            return Err(format!("--set {set}: the fields are {}", names()));
        }
        pairs.push((name.to_string(), value.to_string()));
    }
    let answers = nest(pairs);
    match asked.faults(&answers).into_iter().find(|f| f.field != "file") {
        Some(fault) => Err(format!("--set {}: {}", fault.field, Lang::En.fault(&fault))),
        None => Ok(answers),
    }
}

/// The report: columns, counts, and every faulty row.
fn report(list: &List, preview: &Preview, entered: usize, json: bool) {
    let faults: Vec<_> = preview.rows.iter().flat_map(|row| row.faults.iter().map(move |f| (row, f))).collect();
    if json {
        let faults: Vec<_> = faults
            .iter()
            .map(|(row, f)| json!({ "line": row.line, "field": f.field, "code": f.code, "text": list.sentence(Lang::En, row, f) }))
            .collect();
        println!(
            "{}",
            json!({
                "file": preview.name, "rows": preview.rows.len(), "faulty": preview.faulty, "entered": entered,
                "recognised": preview.recognised, "unknown": preview.unknown, "faults": faults,
            })
        );
        return;
    }
    for (header, field) in &preview.recognised {
        println!("column {header} → {}", list.label(Lang::En, field));
    }
    for header in &preview.unknown {
        println!("column {header} is not used");
    }
    for (row, fault) in faults {
        println!("line {}: {}", row.line, list.sentence(Lang::En, row, fault));
    }
    println!("rows: {}, faulty: {}, entered: {entered}", preview.rows.len(), preview.faulty);
}

/// Reads, checks and enters a list. An empty error means that the report has said it all.
pub fn run(db: &Db, import: &Import, json: bool) -> Result<(), String> {
    let list = import.list.list();
    let defaults = defaults(import)?;
    let bytes = std::fs::read(&import.file).map_err(|e| format!("{}: {e}", import.file.display()))?;
    let name = import.file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let (who, preview) = db
        .look(|look| {
            Ok(caller(look, import).map(|who| {
                let preview = (list.preview)(look, &who, &bytes, &name, &defaults);
                (who, preview)
            }))
        })
        .map_err(said)??;
    let preview = preview.map_err(said)?;
    if preview.rows.len() > STRIDE {
        eprintln!("{} rows read, {} faulty", preview.rows.len(), preview.faulty);
    }
    if preview.faulty > 0 || import.check {
        report(list, &preview, 0, json);
        return if preview.faulty > 0 { Err(String::new()) } else { Ok(()) };
    }
    let rows = preview.sound();
    let entered = db
        .act(move |tx| {
            let mut entered = 0;
            for some in rows.chunks(STRIDE) {
                entered += (list.save)(tx, &who, some)?;
                if rows.len() > STRIDE {
                    eprintln!("{entered} of {} entered", rows.len());
                }
            }
            Ok(entered)
        })
        .map_err(said)?;
    report(list, &preview, entered, json);
    Ok(())
}
