//! Licences and offers as ODRL policies: what may be done with the data and what may not, by whom, for what, until when. Nothing stands
//! in one that is not on the page of the licence or the product.

use super::dcat::Site;
use super::graph::Graph;
use crate::say::Lang;
use platform::money::yuan;
use primary::licence::State;
use primary::licence::register::Published;
use secondary::catalogue::record::{Record, Shown};
use secondary::pricing::Tariff;

/// Prohibitions of every licence: the action that may not be done, the message that says it, the articles it rests on.
const PROHIBITED: [(&str, &str, &str, &str); 3] = [
    ("sublicence", "odrl:grantUse", "odrl-no-sublicence", "ZJK-11"),
    ("raw", "odrl:distribute", "odrl-no-raw", "ZJK-21"),
    ("other", "odrl:use", "odrl-no-other-use", "ZJK-21"),
];

/// A condition: this operand stands so to that value.
struct Constraint<'a> {
    name: &'a str,
    left: &'a str,
    operator: &'a str,
    right: Right<'a>,
}

enum Right<'a> {
    Day(chrono::NaiveDate),
    Node(&'a str),
    /// Yuan.
    Yuan(i64),
}

/// Writes a condition of a rule; its address is the rule's with the name behind it.
fn constrain(graph: &mut Graph, rule: &str, of: Constraint) {
    let iri = format!("{rule}-{}", of.name);
    let node = graph.node(&iri).a("odrl:Constraint").link("odrl:leftOperand", of.left).link("odrl:operator", of.operator);
    match of.right {
        Right::Day(day) => drop(node.value("odrl:rightOperand", day, "date")),
        Right::Node(to) => drop(node.link("odrl:rightOperandReference", to)),
        Right::Yuan(fen) => {
            node.value("odrl:rightOperand", yuan(fen), "decimal").link("odrl:unit", "http://publications.europa.eu/resource/authority/currency/CNY");
        }
    }
    graph.node(rule).link("odrl:constraint", &iri);
}

/// The licence as an agreement between the operator and its holder. A licence that is suspended or over permits nothing; what it
/// prohibits stands on.
pub fn agreement(graph: &mut Graph, site: &Site, of: &Published, cite: impl Fn(&str) -> [String; 2]) {
    let iri = site.licence(of.id);
    let part = |name: &str| format!("{iri}#{name}");
    let (operator, holder) = (site.operator_iri(), site.holder(&of.holder, &of.credit_code));
    let scenario = format!("{}/scenarios/{}", site.base, of.scenario);
    let assets = graph.node(&part("resources")).a("odrl:AssetCollection").a("odrl:Asset").both("dct:title", "odrl-resources");
    of.resources.iter().fold(assets, |node, title| node.said("dct:description", title, "zh"));
    let node = graph.node(&iri).a("odrl:Agreement").a("odrl:Policy").link("odrl:uid", &iri).text("dct:identifier", &of.serial);
    let node = node.said("dct:title", &of.title, "zh").said("dct:description", &of.scope, "zh").link("dct:subject", &scenario);
    let node = node.link("odrl:assigner", &operator).link("odrl:assignee", &holder).link("odrl:target", &part("resources"));
    let mut node = node.link("dct:valid", &part("term"));
    if let Some(at) = of.in_force_at {
        node = node.at("dct:issued", at);
    }
    let ended = of.ended_at.filter(|_| of.state == State::Ended);
    let last = ended.map(platform::day::shanghai_date).map_or(of.to_on, |day| day.min(of.to_on));
    node.both("dct:abstract", if of.in_force { "odrl-in-force" } else { "odrl-not-in-force" });
    let term = graph.node(&part("term")).a("dct:PeriodOfTime");
    term.value("dcat:startDate", of.from_on, "date").value("dcat:endDate", last, "date");
    if of.state == State::InForce {
        let rule = part("develop");
        graph.node(&iri).link("odrl:permission", &rule);
        let node = graph.node(&rule).a("odrl:Permission").link("odrl:action", "odrl:derive").both("dct:description", "odrl-develop");
        node.link("odrl:assigner", &operator).link("odrl:assignee", &holder).link("odrl:target", &part("resources"));
        for (name, operator, day) in [("from", "odrl:gteq", of.from_on), ("to", "odrl:lteq", last)] {
            constrain(graph, &rule, Constraint { name, left: "odrl:dateTime", operator, right: Right::Day(day) });
        }
        constrain(graph, &rule, Constraint { name: "purpose", left: "odrl:purpose", operator: "odrl:eq", right: Right::Node(&scenario) });
    }
    for (name, action, key, articles) in PROHIBITED {
        let rule = part(&format!("no-{name}"));
        graph.node(&iri).link("odrl:prohibition", &rule);
        let [zh, en] = cite(articles);
        let node = graph.node(&rule).a("odrl:Prohibition").link("odrl:action", action).both("dct:description", key);
        let node = node.said("dct:source", &zh, "zh").said("dct:source", &en, "en");
        node.link("odrl:assigner", &operator).link("odrl:assignee", &holder).link("odrl:target", &part("resources"));
        if name == "other" {
            constrain(graph, &rule, Constraint { name: "purpose", left: "odrl:purpose", operator: "odrl:neq", right: Right::Node(&scenario) });
        }
    }
}

/// The offer under which a product is used: for its price, within its limits, as long as the licence behind it lasts.
pub fn offer(graph: &mut Graph, site: &Site, row: &Record, shown: &Shown, product: &str, holder: &str) {
    let part = |name: &str| format!("{product}#{name}");
    let (offer, rule) = (part("offer"), part("use"));
    let node = graph.node(&offer).a("odrl:Offer").a("odrl:Policy").link("odrl:uid", &offer).link("odrl:assigner", holder);
    let node = node.said("dct:title", &row.title, "zh").said("dct:description", &shown.content.limits, "zh");
    let node = node.text("dct:identifier", &shown.price_serial).link("odrl:permission", &rule).link("dct:relation", &site.licence(row.licence));
    if let Some(day) = shown.effective_on {
        node.value("dct:issued", day, "date");
    }
    let node = graph.node(&rule).a("odrl:Permission").link("odrl:action", "odrl:use").link("odrl:target", product).link("odrl:assigner", holder);
    node.both("dct:description", "odrl-use");
    constrain(graph, &rule, Constraint { name: "to", left: "odrl:dateTime", operator: "odrl:lteq", right: Right::Day(row.licence_to) });
    if shown.tariff != Tariff::Free {
        let duty = part("pay");
        graph.node(&rule).link("odrl:duty", &duty);
        let node = graph.node(&duty).a("odrl:Duty").link("odrl:action", "odrl:compensate").link("odrl:compensatedParty", holder);
        node.said("dct:description", &shown.tariff.say(false), "zh").said("dct:description", &shown.tariff.say(true), "en");
        if let Tariff::Per { amount, .. } = shown.tariff {
            constrain(graph, &duty, Constraint { name: "amount", left: "odrl:payAmount", operator: "odrl:eq", right: Right::Yuan(amount) });
        }
    }
}

/// A citation in both languages.
pub fn cited(article: &str) -> [String; 2] {
    [Lang::Zh.cited(article), Lang::En.cited(article)]
}
