//! The catalogue in the words of DCAT-AP 3: the catalogue itself, its records, products as data sets and interface products as data
//! services too, ways to get at them, and the offer under which they are used. What is withdrawn stays with its status, so that whoever
//! keeps a copy marks it instead of losing it. Every node that is named is also described in the same answer.

use super::codes;
use super::graph::Graph;
use super::policy;
use crate::app::App;
use crate::say::Lang;
use platform::people::{Org, org};
use platform::words::Word;
use platform::{At, Look, Result, day};
use primary::ProductForm;
use primary::licence::register::Published;
use resources::{Cycle, Domain};
use secondary::catalogue::record::{Record, Shown};

/// Vocabularies of the Union's publications office, which harvesters of DCAT-AP know.
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";

/// What all answers share: the site and who runs it.
pub struct Site {
    /// Where all addresses begin.
    pub base: String,
    pub operator: String,
    operator_code: String,
    name: [String; 2],
    city: [String; 2],
    contact: String,
}

impl Site {
    pub fn of(look: &mut Look, app: &App) -> Result<Self> {
        let operator = org::primary(look)?;
        let city = look.profile().city.clone();
        let own = |zh: &str, lang: Lang| if zh.is_empty() { lang.t("site-name") } else { zh.to_string() };
        let named = operator.as_ref().map(|o: &Org| o.title.clone()).unwrap_or_default();
        Ok(Self {
            base: app.base_url.clone(),
            operator: [app.site.operator.clone(), named].into_iter().find(|t| !t.is_empty()).unwrap_or_else(|| Lang::Zh.t("site-name")),
            operator_code: operator.and_then(|o| o.credit_code).unwrap_or_default(),
            name: [own(&app.site.name_zh, Lang::Zh), own(&app.site.name_en, Lang::En)],
            city: [city.in_lang(false).to_string(), city.in_lang(true).to_string()],
            contact: app.site.contact.clone(),
        })
    }
    pub fn catalog(&self) -> String {
        format!("{}/catalog", self.base)
    }
    pub fn product(&self, id: impl ToString) -> String {
        format!("{}/products/{}", self.base, id.to_string())
    }
    pub fn licence(&self, id: impl ToString) -> String {
        format!("{}/licences/{}", self.base, id.to_string())
    }
    pub fn operator_iri(&self) -> String {
        format!("{}#operator", self.catalog())
    }
    /// An organisation's address: of its credit code, which outlives its name; of its name when it has none.
    pub fn holder(&self, name: &str, credit_code: &str) -> String {
        if !credit_code.is_empty() && credit_code.chars().all(|c| c.is_ascii_alphanumeric()) {
            format!("{}#org-{credit_code}", self.catalog())
        } else {
            format!("{}#org-{}", self.catalog(), &platform::event::sha256(name)[..16])
        }
    }
}

/// A page of the catalogue as its links say it.
pub struct Pages {
    pub this: String,
    pub first: String,
    pub next: Option<String>,
}

/// The catalogue with the records of a page.
pub fn catalogue(site: &Site, rows: &[Record], pages: &Pages, changed: Option<At>) -> Graph {
    let mut graph = Graph::default();
    let catalog = site.catalog();
    let home = format!("{}/", site.base);
    let node = graph.node(&catalog).a("dcat:Catalog").said("dct:title", &site.name[0], "zh").said("dct:title", &site.name[1], "en");
    node.both("dct:description", "dcat-catalog-text")
        .link("dct:publisher", &site.operator_iri())
        .link("foaf:homepage", &home)
        .link("dct:language", &format!("{AUTHORITY}/language/ZHO"))
        .link("dct:spatial", &format!("{catalog}#city"))
        .link("dcat:themeTaxonomy", &format!("{}/codes/domain", site.base))
        .link("dcat:contactPoint", &format!("{catalog}#contact"))
        .link("dct:license", &format!("{catalog}#terms"))
        .link("dct:rights", &format!("{catalog}#rights"));
    if let Some(changed) = changed.max(rows.iter().map(|row| row.changed_at).max()) {
        graph.node(&catalog).at("dct:modified", changed);
    }
    graph.node(&format!("{catalog}#terms")).a("dct:LicenseDocument").both("dct:title", "dcat-catalog-terms");
    graph.node(&format!("{catalog}#rights")).a("dct:RightsStatement").both("rdfs:label", "dcat-catalog-terms");
    graph.node(&home).a("foaf:Document").said("dct:title", &site.name[0], "zh");
    graph.node(&format!("{}/codes/domain", site.base)).a("skos:ConceptScheme").both("dct:title", "dcat-domains");
    graph.node(&format!("{}/scenarios", site.base)).a("skos:ConceptScheme").both("dct:title", "dcat-scenarios");
    common(&mut graph, site);
    for row in rows {
        let product = site.product(row.id);
        let mut node = graph.node(&catalog).link("dcat:record", &format!("{product}#record"));
        if row.shown.is_some() {
            node = node.link("dcat:dataset", &product);
            if row.form == ProductForm::Interface {
                node.link("dcat:service", &format!("{product}#service"));
            }
        }
        record(&mut graph, site, row);
    }
    let view = graph.node(&pages.this).a("hydra:PartialCollectionView").link("hydra:first", &pages.first);
    if let Some(next) = &pages.next {
        view.link("hydra:next", next);
    }
    graph.node(&catalog).a("hydra:Collection").link("hydra:view", &pages.this);
    graph
}

/// One product with its record, and what both need.
pub fn product(site: &Site, row: &Record) -> Graph {
    let mut graph = Graph::default();
    common(&mut graph, site);
    record(&mut graph, site, row);
    graph
}

/// The licence's terms as a policy.
pub fn licence(site: &Site, of: &Published, cite: impl Fn(&str) -> [String; 2]) -> Graph {
    let mut graph = Graph::default();
    common(&mut graph, site);
    scenario(&mut graph, site, &of.scenario.to_string(), &of.scenario_title);
    agent(&mut graph, &site.holder(&of.holder, &of.credit_code), &of.holder, &of.credit_code);
    policy::agreement(&mut graph, site, of, cite);
    graph
}

fn agent(graph: &mut Graph, iri: &str, name: &str, credit_code: &str) {
    graph.node(iri).a("foaf:Agent").a("odrl:Party").said("foaf:name", name, "zh").text("dct:identifier", credit_code);
}

/// A concept, once.
fn concept(graph: &mut Graph, iri: &str, labels: &[(&str, &str)]) {
    if !graph.knows(iri) {
        labels.iter().fold(graph.node(iri).a("skos:Concept"), |node, (label, language)| node.said("skos:prefLabel", label, language));
    }
}

fn scenario(graph: &mut Graph, site: &Site, id: &str, title: &str) -> String {
    let iri = format!("{}/scenarios/{id}", site.base);
    concept(graph, &iri, &[(title, "zh")]);
    graph.node(&iri).link("skos:inScheme", &format!("{}/scenarios", site.base));
    graph.node(&format!("{}/scenarios", site.base)).a("skos:ConceptScheme").both("dct:title", "dcat-scenarios");
    iri
}

fn domain(graph: &mut Graph, site: &Site, word: Domain) -> String {
    let scheme = format!("{}/codes/domain", site.base);
    let iri = format!("{scheme}#{}", word.as_str());
    concept(graph, &iri, &[(&Lang::Zh.w(word), "zh"), (&Lang::En.w(word), "en")]);
    graph.node(&iri).link("skos:inScheme", &scheme).text("skos:notation", word.as_str());
    graph.node(&scheme).a("skos:ConceptScheme").both("dct:title", "dcat-domains");
    iri
}

/// A national code for a word of ours, as a concept of its table.
fn national<W: Word>(graph: &mut Graph, site: &Site, table: &str, word: W) -> Option<String> {
    let (of, code) = codes::code(table, word)?;
    let scheme = format!("{}/codes/{}", site.base, of.name);
    let iri = format!("{scheme}#{}", code.code);
    concept(graph, &iri, &codes::labels(code));
    graph.node(&iri).link("skos:inScheme", &scheme).text("skos:notation", &code.code);
    let scheme = graph.node(&scheme).a("skos:ConceptScheme").said("dct:title", &of.zh, "zh").said("dct:title", &of.en, "en");
    scheme.text("dct:source", &of.standard).text("dct:hasVersion", &of.version);
    Some(iri)
}

/// What every answer names: the operator, whom to ask, the city, the language.
fn common(graph: &mut Graph, site: &Site) {
    let catalog = site.catalog();
    agent(graph, &site.operator_iri(), &site.operator, &site.operator_code);
    let contact = graph.node(&format!("{catalog}#contact")).a("vcard:Organization").a("vcard:Kind").said("vcard:fn", &site.operator, "zh");
    let contact = contact.link("vcard:hasURL", &format!("{}/help", site.base)).text("vcard:note", &site.contact);
    if let Some(mail) = mail(&site.contact) {
        contact.link("vcard:hasEmail", &format!("mailto:{mail}"));
    }
    let city = graph.node(&format!("{catalog}#city")).a("dct:Location");
    city.said("skos:prefLabel", &site.city[0], "zh").said("skos:prefLabel", &site.city[1], "en");
    graph.node(&format!("{AUTHORITY}/language/ZHO")).a("dct:LinguisticSystem").text("skos:prefLabel", "中文");
}

/// The mail address in a contact, when there is one that can stand in an address.
pub fn mail(contact: &str) -> Option<&str> {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    contact
        .split(|c: char| c.is_whitespace() || "，,；;：:（）()".contains(c))
        .find(|part| part.matches('@').count() == 1 && part.chars().all(fine) && !part.starts_with('@') && !part.ends_with('@'))
}

/// The status of a product, as the Union's vocabulary has it.
fn status(graph: &mut Graph, row: &Record) -> String {
    let (word, zh, en) = if row.shown.is_some() { ("COMPLETED", "在用", "completed") } else { ("WITHDRAWN", "已撤回", "withdrawn") };
    let iri = format!("{AUTHORITY}/dataset-status/{word}");
    concept(graph, &iri, &[(zh, "zh"), (en, "en")]);
    iri
}

/// A product's record and the product itself.
fn record(graph: &mut Graph, site: &Site, row: &Record) {
    let product = site.product(row.id);
    let status = status(graph, row);
    let record = graph.node(&format!("{product}#record")).a("dcat:CatalogRecord").link("foaf:primaryTopic", &product);
    let record = record.at("dct:modified", row.changed_at).at("dct:issued", row.listed_at).link("adms:status", &status);
    record.said("dct:title", &row.title, "zh").link("dct:language", &format!("{AUTHORITY}/language/ZHO"));
    let holder = site.holder(&row.holder, &row.credit_code);
    agent(graph, &holder, &row.holder, &row.credit_code);
    let scenario = scenario(graph, site, &row.scenario.to_string(), &row.scenario_title);
    let theme = domain(graph, site, row.domain);
    let form = national(graph, site, "delivery", row.form);
    let page = format!("{product}#page");
    graph.node(&page).a("foaf:Document").said("dct:title", &row.title, "zh");
    let mut node = graph.node(&product).a("dcat:Resource").said("dct:title", &row.title, "zh");
    if row.shown.is_some() {
        node = node.a("dcat:Dataset");
    }
    node = match (&row.shown, row.off) {
        (Some(shown), _) => node.said("dct:description", &shown.content.summary, "zh"),
        (None, Some((since, why))) => {
            let said = |lang: Lang| lang.ta("dcat-off", &[("day", day::shanghai_date(since).to_string()), ("why", lang.w(why))]);
            node.said("dct:description", &said(Lang::Zh), "zh").said("dct:description", &said(Lang::En), "en")
        }
        (None, None) => node.said("dct:description", &row.title, "zh"),
    };
    node = node
        .text("dct:identifier", &row.serial)
        .link("dct:publisher", &holder)
        .link("dcat:contactPoint", &format!("{}#contact", site.catalog()))
        .link("dcat:theme", &theme)
        .link("dct:subject", &scenario)
        .link("dct:language", &format!("{AUTHORITY}/language/ZHO"))
        .link("adms:status", &status)
        .link("dcat:landingPage", &page)
        .at("dct:issued", row.listed_at);
    let shown = row.shown.as_ref().map(|_| row.scenario_title.clone());
    let words = [Lang::Zh.w(row.domain), Lang::Zh.w(row.form), Lang::Zh.w(row.purpose)].into_iter().chain(shown);
    node = keywords(words).iter().fold(node, |node, word| node.said("dcat:keyword", word, "zh"));
    if let Some(form) = &form {
        node = node.link("dct:type", form);
    }
    match &row.shown {
        Some(shown) => {
            offered(graph, site, row, shown, &product, &holder);
        }
        // What an address of it holds now says no more than this.
        None => drop(node.at("dct:modified", row.changed_at)),
    }
}

/// Texts as keywords, each once: harvesters refuse one with other signs than letters, digits, spaces, hyphens, underscores and dots, and
/// with it the whole data set.
fn keywords(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        for word in text.split(|c: char| !c.is_alphanumeric() && !" -_.".contains(c)).map(str::trim) {
            if (2..=100).contains(&word.chars().count()) && !found.iter().any(|f| f == word) {
                found.push(word.to_string());
            }
        }
    }
    found
}

/// How often, in the Union's words.
const fn frequency(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::RealTime => "UPDATE_CONT",
        Cycle::Daily => "DAILY",
        Cycle::Weekly => "WEEKLY",
        Cycle::Monthly => "MONTHLY",
        Cycle::Quarterly => "QUARTERLY",
        Cycle::HalfYearly => "ANNUAL_2",
        Cycle::Yearly => "ANNUAL",
        Cycle::Irregular => "IRREG",
        Cycle::Never => "NEVER",
    }
}

/// What is said of a product while it is on offer.
fn offered(graph: &mut Graph, site: &Site, row: &Record, shown: &Shown, product: &str, holder: &str) {
    let content = &shown.content;
    let part = |name: &str| format!("{product}#{name}");
    let cycle = format!("{AUTHORITY}/frequency/{}", frequency(content.update_cycle));
    let exact = national(graph, site, "update", content.update_cycle);
    let node = graph.node(&cycle).a("dct:Frequency").a("skos:Concept");
    let node = node.said("skos:prefLabel", &Lang::Zh.w(content.update_cycle), "zh").said("skos:prefLabel", &Lang::En.w(content.update_cycle), "en");
    if let Some(exact) = exact {
        node.link("skos:exactMatch", &exact);
    }
    let restricted = format!("{AUTHORITY}/access-right/RESTRICTED");
    graph.node(&restricted).a("dct:RightsStatement").said("rdfs:label", "受限", "zh").said("rdfs:label", "restricted", "en");
    let licence = site.licence(row.licence);
    graph.node(&licence).a("odrl:Policy").text("dct:identifier", &row.licence_serial).said("dct:title", &row.licence_title, "zh");
    let mut node = graph
        .node(product)
        .link("dcat:distribution", &part("access"))
        .link("dct:accrualPeriodicity", &cycle)
        .link("dct:accessRights", &restricted)
        .link("dct:spatial", &part("coverage"))
        .link("dct:relation", &licence)
        .text("dcat:version", &shown.version.to_string())
        .at("dct:modified", shown.made_at.max(row.listed_at));
    if !shown.sources.is_empty() || content.external_sources.is_some() {
        node = node.link("dct:provenance", &part("sources"));
    }
    if shown.sample.is_some() {
        node = node.link("adms:sample", &sample_of(product));
    }
    if shown.registration.is_some() {
        node = node.link("adms:identifier", &part("registration"));
    }
    node.link("odrl:hasPolicy", &part("offer"));
    graph.node(&part("coverage")).a("dct:Location").said("skos:prefLabel", &content.coverage, "zh");
    if let Some(code) = &shown.registration {
        let node = graph.node(&part("registration")).a("adms:Identifier").text("skos:notation", code);
        node.both("adms:schemaAgency", "dcat-registry");
    }
    if !shown.sources.is_empty() || content.external_sources.is_some() {
        let named: Vec<String> = shown.sources.iter().map(|(title, level)| format!("{title}（{}）", Lang::Zh.w(*level))).collect();
        let all = named.into_iter().chain(content.external_sources.clone()).collect::<Vec<_>>().join("；");
        graph.node(&part("sources")).a("dct:ProvenanceStatement").said("rdfs:label", &all, "zh");
    }
    graph.node(&part("terms")).a("dct:LicenseDocument").both("dct:title", "dcat-terms").said("dct:description", &content.limits, "zh").said(
        "rdfs:label",
        &content.limits,
        "zh",
    );
    let available = format!("{AUTHORITY}/planned-availability/STABLE");
    concept(graph, &available, &[("稳定", "zh"), ("stable", "en")]);
    let is_service = row.form == ProductForm::Interface;
    let access = graph
        .node(&part("access"))
        .a("dcat:Distribution")
        .both("dct:title", "dcat-access")
        .said("dct:description", &content.delivery, "zh")
        .link("dcat:accessURL", &part("page"))
        .link("dct:license", &part("terms"))
        .link("odrl:hasPolicy", &part("offer"))
        .link("dcatap:availability", &available)
        .at("dct:issued", row.listed_at);
    if is_service {
        access.link("dcat:accessService", &part("service"));
        graph
            .node(&part("service"))
            .a("dcat:DataService")
            .a("dcat:Resource")
            .said("dct:title", &row.title, "zh")
            .said("dct:description", &content.summary, "zh")
            .text("dct:identifier", &row.serial)
            .link("dcat:endpointURL", &part("page"))
            .link("dcat:endpointDescription", &part("page"))
            .link("dcat:servesDataset", product)
            .link("dct:publisher", holder)
            .link("dct:accessRights", &restricted)
            .link("dct:license", &part("terms"))
            .link("dcat:contactPoint", &format!("{}#contact", site.catalog()))
            .link("dcat:landingPage", &part("page"));
    }
    if let Some(file) = &shown.sample {
        sample(graph, file, product);
    }
    policy::offer(graph, site, row, shown, product, holder);
}

/// Where the masked sample of a product lies.
fn sample_of(product: &str) -> String {
    format!("{product}/sample")
}

/// The masked sample, with its digest.
fn sample(graph: &mut Graph, file: &platform::file::File, product: &str) {
    let address = sample_of(product);
    let plain = file.media.split(';').next().unwrap_or_default().trim();
    let media = plain
        .split_once('/')
        .filter(|(a, b)| [a, b].iter().all(|t| !t.is_empty() && t.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))));
    let checksum = format!("{product}#sample-checksum");
    graph.node("spdx:checksumAlgorithm_sha256").a("spdx:ChecksumAlgorithm");
    graph.node(&checksum).a("spdx:Checksum").link("spdx:algorithm", "spdx:checksumAlgorithm_sha256").value(
        "spdx:checksumValue",
        &file.sha256,
        "hexBinary",
    );
    let node = graph.node(&address).a("dcat:Distribution").both("dct:title", "dcat-sample").link("dcat:accessURL", &address);
    let node = node.link("dcat:downloadURL", &address).value("dcat:byteSize", file.size, "nonNegativeInteger").link("spdx:checksum", &checksum);
    if media.is_some() {
        let kind = format!("https://www.iana.org/assignments/media-types/{plain}");
        node.link("dcat:mediaType", &kind);
        graph.node(&kind).a("dct:MediaType").a("dct:MediaTypeOrExtent").text("rdfs:label", plain);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn keywords_are_such_as_harvesters_take() {
        let texts = ["公共治理、公益事业", "停车“诱导”（一期）", "API v1.2", "公共治理", "车", ""].map(String::from);
        assert_eq!(super::keywords(texts.into_iter()), ["公共治理", "公益事业", "停车", "诱导", "一期", "API v1.2"]);
        assert_eq!(super::keywords(["长".repeat(101)].into_iter()), Vec::<String>::new());
    }

    #[test]
    fn a_mail_address_is_found_or_none_is() {
        for (contact, found) in [
            ("0313-1234567，data@zjk.example", Some("data@zjk.example")),
            ("电话：0313-1", None),
            ("a@b@c", None),
            ("x@<script>", None),
            ("@", None),
            ("(help@x.cn)", Some("help@x.cn")),
        ] {
            assert_eq!(super::mail(contact), found, "{contact}");
        }
    }
}
