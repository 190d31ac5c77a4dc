//! Triples, and the three ways of writing them: Turtle, JSON-LD and RDF/XML say the same because they are written from one graph. Every
//! node has an address of its own, so that a reader who comes again knows it again.

use oxrdf::{Literal, NamedNode, Term, TripleRef};
use platform::{Refusal, Result};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// The vocabularies, by the short names under which this program speaks of them.
pub const PREFIXES: &[(&str, &str)] = &[
    ("adms", "http://www.w3.org/ns/adms#"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dcatap", "http://data.europa.eu/r5r/"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("hydra", "http://www.w3.org/ns/hydra/core#"),
    ("odrl", "http://www.w3.org/ns/odrl/2/"),
    ("rdf", RDF),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("spdx", "http://spdx.org/rdf/terms#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// A way of writing a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Turtle,
    JsonLd,
    RdfXml,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Turtle, Self::JsonLd, Self::RdfXml];
    /// How addresses of it end.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Turtle => "ttl",
            Self::JsonLd => "jsonld",
            Self::RdfXml => "rdf",
        }
    }
    pub const fn media(self) -> &'static str {
        match self {
            Self::Turtle => "text/turtle",
            Self::JsonLd => "application/ld+json",
            Self::RdfXml => "application/rdf+xml",
        }
    }
}

/// What is said of one node: predicates with what they lead to.
type Said = Vec<(NamedNode, Term)>;

/// A set of triples, together by what they are about, in the order in which it was first spoken of.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<(NamedNode, Said)>,
    places: HashMap<String, usize>,
    /// The first address that was none.
    fault: Option<String>,
}

/// One node of a graph, to say things about.
pub struct Node<'g> {
    graph: &'g mut Graph,
    at: usize,
}

/// `dct:title` in full; a name without a known prefix stands for itself.
fn full(name: &str) -> String {
    name.split_once(':')
        .and_then(|(short, rest)| PREFIXES.iter().find(|(p, _)| *p == short).map(|(_, space)| format!("{space}{rest}")))
        .unwrap_or_else(|| name.to_string())
}

/// A full address in its short form, where it has one that reads back.
fn short(full: &str) -> String {
    let found = PREFIXES.iter().find_map(|(short, space)| full.strip_prefix(space).map(|rest| (short, rest)));
    match found {
        Some((short, rest)) if !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric()) => format!("{short}:{rest}"),
        _ => full.to_string(),
    }
}

/// A text as all three can carry it: XML has no control characters and reads every line end as one.
pub fn carried(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\r' { '\n' } else { c })
        .filter(|c| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..) && !('\u{7f}'..='\u{9f}').contains(c))
        .collect()
}

impl Graph {
    /// The node with this address or short name.
    pub fn node(&mut self, name: &str) -> Node<'_> {
        let full = full(name);
        let at = match self.places.get(&full) {
            Some(at) => *at,
            None => {
                let node = self.named(&full);
                self.nodes.push((node, Vec::new()));
                self.places.insert(full, self.nodes.len() - 1);
                self.nodes.len() - 1
            }
        };
        Node { graph: self, at }
    }
    fn named(&mut self, full: &str) -> NamedNode {
        NamedNode::new(full).unwrap_or_else(|_| {
            self.fault.get_or_insert_with(|| full.to_string());
            NamedNode::new_unchecked("urn:none")
        })
    }
    /// Whether this node was spoken of already.
    pub fn knows(&self, name: &str) -> bool {
        self.places.contains_key(&full(name))
    }
    /// The graph in that format.
    pub fn write(&self, format: Format) -> Result<Vec<u8>> {
        if let Some(fault) = &self.fault {
            return Err(Refusal::broken(format!("no address: {fault}")));
        }
        match format {
            Format::Turtle => {
                let mut writer = oxttl::TurtleSerializer::new();
                for (short, space) in PREFIXES {
                    writer = writer.with_prefix(*short, *space).map_err(Refusal::broken)?;
                }
                let mut writer = writer.for_writer(Vec::new());
                for triple in self.triples() {
                    writer.serialize_triple(triple).map_err(Refusal::broken)?;
                }
                writer.finish().map_err(Refusal::broken)
            }
            Format::RdfXml => {
                let mut writer = oxrdfxml::RdfXmlSerializer::new();
                for (short, space) in PREFIXES.iter().filter(|(short, _)| *short != "rdf") {
                    writer = writer.with_prefix(*short, *space).map_err(Refusal::broken)?;
                }
                let mut writer = writer.for_writer(Vec::new());
                for triple in self.triples() {
                    writer.serialize_triple(triple).map_err(Refusal::broken)?;
                }
                writer.finish().map_err(Refusal::broken)
            }
            Format::JsonLd => Ok(serde_json::to_vec_pretty(&self.json())?),
        }
    }
    fn triples(&self) -> impl Iterator<Item = TripleRef<'_>> {
        self.nodes.iter().flat_map(|(node, said)| said.iter().map(move |(p, o)| TripleRef::new(node, p, o)))
    }
    /// As JSON-LD with the prefixes as its context. Written here, because the library's writer spells every predicate out.
    pub fn json(&self) -> Value {
        let value = |term: &Term| match term {
            Term::NamedNode(node) => json!({ "@id": short(node.as_str()) }),
            Term::BlankNode(node) => json!({ "@id": node.to_string() }),
            Term::Literal(text) => match text.language() {
                Some(language) => json!({ "@language": language, "@value": text.value() }),
                None if text.datatype() == oxrdf::vocab::xsd::STRING => json!(text.value()),
                None => json!({ "@type": short(text.datatype().as_str()), "@value": text.value() }),
            },
        };
        let nodes: Vec<Value> = self
            .nodes
            .iter()
            .filter(|(_, said)| !said.is_empty())
            .map(|(node, said)| {
                let mut map = Map::new();
                map.insert("@id".into(), node.as_str().into());
                for (predicate, object) in said {
                    let is_type = predicate.as_str().strip_prefix(RDF) == Some("type");
                    let key = if is_type { "@type".into() } else { short(predicate.as_str()) };
                    let one = match object {
                        Term::NamedNode(class) if is_type => short(class.as_str()).into(),
                        other => value(other),
                    };
                    match map.get_mut(&key) {
                        Some(Value::Array(all)) => all.push(one),
                        Some(first) => *first = Value::Array(vec![first.take(), one]),
                        None => drop(map.insert(key, one)),
                    }
                }
                Value::Object(map)
            })
            .collect();
        let context: Map<String, Value> = PREFIXES.iter().map(|(short, space)| (short.to_string(), (*space).into())).collect();
        json!({ "@context": context, "@graph": nodes })
    }
}

impl Node<'_> {
    fn say(self, predicate: &str, object: Term) -> Self {
        let predicate = self.graph.named(&full(predicate));
        let said = &mut self.graph.nodes[self.at].1;
        if !said.iter().any(|(p, o)| *p == predicate && *o == object) {
            // Beside its like, so that each predicate is written once.
            let at = said.iter().rposition(|(p, _)| *p == predicate).map_or(said.len(), |last| last + 1);
            said.insert(at, (predicate, object));
        }
        self
    }
    /// What it is.
    pub fn a(self, class: &str) -> Self {
        self.link("rdf:type", class)
    }
    /// Leads to another node.
    pub fn link(self, predicate: &str, name: &str) -> Self {
        let object = self.graph.named(&full(name));
        self.say(predicate, object.into())
    }
    /// A text without a language; nothing when it is empty.
    pub fn text(self, predicate: &str, text: &str) -> Self {
        let text = carried(text);
        if text.trim().is_empty() { self } else { self.say(predicate, Literal::new_simple_literal(text).into()) }
    }
    /// A text in a language; nothing when it is empty.
    pub fn said(self, predicate: &str, text: &str, language: &str) -> Self {
        let text = carried(text);
        if text.trim().is_empty() { self } else { self.say(predicate, Literal::new_language_tagged_literal_unchecked(text, language).into()) }
    }
    /// A message of ours in both languages.
    pub fn both(self, predicate: &str, key: &str) -> Self {
        use crate::say::Lang;
        self.said(predicate, &Lang::Zh.t(key), "zh").said(predicate, &Lang::En.t(key), "en")
    }
    /// A value of a type of XML Schema, such as `date`.
    pub fn value(self, predicate: &str, value: impl ToString, kind: &str) -> Self {
        let kind = self.graph.named(&full(&format!("xsd:{kind}")));
        self.say(predicate, Literal::new_typed_literal(value.to_string(), kind).into())
    }
    /// An instant, in UTC.
    pub fn at(self, predicate: &str, at: platform::At) -> Self {
        self.value(predicate, at.and_utc().format("%Y-%m-%dT%H:%M:%SZ"), "dateTime")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The triples that somebody else reads in what was written.
    fn read(format: Format, bytes: &[u8]) -> BTreeSet<String> {
        let text = |t: oxrdf::Triple| t.to_string();
        match format {
            Format::Turtle => oxttl::TurtleParser::new().for_slice(bytes).map(|t| text(t.unwrap())).collect(),
            Format::RdfXml => oxrdfxml::RdfXmlParser::new().for_slice(bytes).map(|t| text(t.unwrap())).collect(),
            Format::JsonLd => oxjsonld::JsonLdParser::new()
                .for_slice(bytes)
                .map(|q| {
                    let q = q.unwrap();
                    text(oxrdf::Triple::new(q.subject, q.predicate, q.object))
                })
                .collect(),
        }
    }

    #[test]
    fn three_formats_say_the_same_whatever_the_text() {
        let mut graph = Graph::default();
        let texts =
            ["</rdf:RDF>&amp;<!--", "\"\"\"\\ \u{7}\u{0}\u{fffe}\r\nzwei\rdrei\t", "@en 大境 𠮷 ]]>", " lead and trail ", "^^<x>", "https://a.b/c"];
        for (n, text) in texts.iter().enumerate() {
            let one = graph.node(&format!("https://data.example/products/{n}")).a("dcat:Dataset").text("dct:title", text);
            one.said("dct:description", text, "zh").value("dct:issued", "2026-11-01", "date").link("dct:relation", "https://data.example/products/0");
        }
        graph
            .node("https://data.example/catalog")
            .a("dcat:Catalog")
            .link("dcat:dataset", "https://data.example/products/1")
            .both("dct:title", "site-name");
        let all = Format::ALL.map(|f| read(f, &graph.write(f).unwrap()));
        assert!(all[0].len() > 25, "{:?}", all[0]);
        assert_eq!(all[0], all[1]);
        assert_eq!(all[0], all[2]);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let mut graph = Graph::default();
        graph.node("https://data.example/a b").a("dcat:Dataset");
        assert!(graph.write(Format::Turtle).is_err());
    }
}
