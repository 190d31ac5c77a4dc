//! The chain of duties, data, systems and tables, and who collects what.

use super::units::{UNITS, name_entry, party};
use crate::ask::Ask;
use crate::noun::Show;
use crate::view::case::{CaseView, Fact};
use crate::view::list::{Cell, ListView, Row};
use platform::Role;
use platform::case::{self, Case};
use platform::people::org;
use platform::sheet::{Answers, Sheet};
use platform::{Caller, Id, Look, Result, Word};
use resources::Entry;
use resources::collection::{COLLECTION, Collection};
use resources::node::{self, Layer, NODE, Node, State};

impl Show for Node {
    const DOOR: &'static [Role] = UNITS;

    fn sheet() -> Option<&'static Sheet> {
        Some(&NODE)
    }
    fn content(&self) -> Answers {
        let mut content = self.answers();
        // Linked below, with their own pages.
        content.0.remove("parent");
        content
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        let view = ListView::new(ask, ask.t("nouns-node"), "nodes", &["title", "layer", "organisation", "state", "updated_at"])
            .lead(ask.t("node-list-lead"))
            .words(ask)
            .filter::<Layer>(ask, "layer")
            .filter::<State>(ask, "state")
            .turns::<Node>(look, who, ask)?;
        let about = ask.q_word::<Layer>("layer").map(|l| ("kind", l.as_str().to_string())).into_iter().collect();
        let wanted = case::Ask { words: ask.q("q").into(), state: ask.q_word("state"), about, owner: ask.q("unit").parse().ok() };
        let page = case::list(look, &Node::sight(who), &wanted, ask.page())?;
        let units = org::names(look, page.rows.iter().filter_map(|r: &Node| r.owner).collect())?;
        Ok(view.fill(ask, page, |row| Row {
            href: format!("/work/nodes/{}", row.id),
            cells: vec![
                Cell::titled(&row.title, row.code.clone()),
                Cell::word(ask.lang, row.kind),
                Cell::maybe(row.owner.and_then(|o| units.get(&o).cloned())),
                Cell::state(ask.lang, row.state),
                Cell::at(Some(row.updated_at)),
            ],
        }))
    }
    /// Up to what it stands under, down to what stands under it, across to the data.
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Node, view: &mut CaseView) -> Result<()> {
        view.lead_with(party(look, ask, "col-organisation", row.owner)?.into_iter().collect());
        let mut facts = Vec::new();
        if let Some(above) = row.parent {
            let above = Node::row(look, above)?;
            facts.push(Fact::link(ask.t("node-parent"), named(ask, &above), href(&above)));
        }
        let below = node::below(look, row.id)?;
        facts.extend(links(ask, "node-below", &below));
        let tied = node::tied(look, row.id)?;
        let entries = super::entry::named(look, who, ask, &tied.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        if !entries.is_empty() {
            let (links, texts): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(_, href)| !href.is_empty());
            let texts = texts.into_iter().map(|(text, _)| text).collect();
            facts.push(Fact { label: ask.t("node-entries"), links, texts, ..Fact::default() });
        }
        // From a duty to the systems that hold its data, and from a system to the duties it serves.
        let others = across(look, row, &tied)?;
        facts.extend(links(ask, if row.kind == Layer::Duty { "node-held-in" } else { "node-serves" }, &others));
        view.section(ask.t("node-chain"), facts);
        Ok(())
    }
}

/// Nodes of the other end of the chain that are tied to the same data.
fn across(look: &mut Look, row: &Node, tied: &[Id<Entry>]) -> Result<Vec<Node>> {
    let mut found: Vec<Node> = Vec::new();
    for entry in tied.iter().take(50) {
        for other in node::of_entry(look, *entry)? {
            let other_end = (other.kind == Layer::Duty) != (row.kind == Layer::Duty);
            if other_end && !found.iter().any(|n| n.id == other.id) {
                found.push(other);
            }
        }
    }
    Ok(found)
}

fn named(ask: &Ask, node: &Node) -> String {
    format!("{} · {}", node.title, ask.lang.w(node.kind))
}

fn href(node: &Node) -> String {
    format!("/work/nodes/{}", node.id)
}

fn links(ask: &Ask, label: &str, nodes: &[Node]) -> Option<Fact> {
    let links: Vec<(String, String)> = nodes.iter().map(|n| (named(ask, n), href(n))).collect();
    (!links.is_empty()).then(|| Fact { label: ask.t(label), links, ..Fact::default() })
}

/// The chain of an entry: the duties it serves, the systems and tables it lives in.
pub fn of_entry(look: &mut Look, who: &Caller, ask: &Ask, row: &Entry) -> Result<Vec<Fact>> {
    let nodes = node::of_entry(look, row.id)?;
    let seen = who.is_any(UNITS);
    Ok(Layer::ALL
        .iter()
        .filter_map(|layer| {
            let of: Vec<&Node> = nodes.iter().filter(|n| n.kind == *layer).collect();
            let mut fact = Fact { label: ask.lang.w(*layer), ..Fact::default() };
            for n in &of {
                if seen && (n.state == State::Confirmed || n.owner == who.org || who.oversees()) {
                    fact.links.push((n.title.clone(), href(n)));
                } else {
                    fact.texts.push(n.title.clone());
                }
            }
            (!of.is_empty()).then_some(fact)
        })
        .collect())
}

impl Show for Collection {
    const DOOR: &'static [Role] = UNITS;

    fn sheet() -> Option<&'static Sheet> {
        Some(&COLLECTION)
    }
    fn content(&self) -> Answers {
        self.answers()
    }
    fn list(look: &mut Look, who: &Caller, ask: &Ask) -> Result<ListView> {
        ListView::cases::<Collection>(look, who, ask)
    }
    fn extend(look: &mut Look, who: &Caller, ask: &Ask, row: &Collection, view: &mut CaseView) -> Result<()> {
        if let Ok(entry) = row.answers().text("entry").parse::<Id<Entry>>() {
            name_entry(look, who, ask, view, entry)?;
        }
        view.lead_with(party(look, ask, "col-organisation", row.owner)?.into_iter().collect());
        Ok(())
    }
}
