//! The public lists that cities really publish, taken in by the doors that the people use: one of 北京's scenarios goes the whole way on both
//! databases, and all of them make a catalogue that is looked through, page by page, as a visitor would.

use crate::road;
use diesel::prelude::*;
use platform::Id;
use platform::sheet::Answers;
use primary::bid;
use primary::licence::Licence;
use primary::scenario::{self, Scenario};
use resources::Entry;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use support::city::City;
use support::{Actor, World, on_both, skipped};

/// The public lists handed to us, beside the repository.
fn real(name: &str) -> Option<Vec<u8>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/real").join(name);
    std::fs::read(path).ok()
}

/// One line of a CSV file by column name.
fn lines(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(|line| line.unwrap()).collect()
}

/// What a service is, by the words of its name.
fn form_of(service: &str) -> &'static str {
    if service.contains("模型") {
        "model"
    } else if service.contains("数据集") {
        "dataset"
    } else {
        "interface"
    }
}

/// 北京's lists come in whole; then one of its scenarios goes the whole way, with every service named under it.
fn walks_a_real_scenario(world: &World) {
    let lists = ["beijing_resource_items.csv", "beijing_scenarios.csv", "beijing_products_services.csv"].map(real);
    let [Some(items), Some(scenarios), Some(services)] = lists else {
        skipped("the lists of ../shared/real: they are not here");
        return;
    };
    let (source, desk, bureau) = (world.source(1), world.scenario_desk(), world.bureau());
    let defaults = json!({ "level": "l2", "share": "unconditional", "open": "unconditional", "cycle": "monthly" });
    let preview = source.looks(|look, who| resources::import::preview(look, who, &items, "资源.csv", &Answers::of(defaults))).unwrap();
    let faults: Vec<_> = preview.rows.iter().filter(|r| !r.faults.is_empty()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let rows = preview.sound();
    let entered = source.tries(move |tx, who| resources::import::save(tx, who, &rows)).unwrap();
    assert_eq!(entered.entered, lines(&items).len());
    let preview = desk.looks(|look, who| scenario::preview(look, who, &scenarios, "场景.csv", &Answers::default())).unwrap();
    assert_eq!((preview.rows.len(), preview.faulty), (lines(&scenarios).len(), 0));
    let rows = preview.sound();
    let classes = desk.tries(move |tx, who| scenario::save(tx, who, &rows)).unwrap();
    assert_eq!(classes.len(), 69);

    // The scenario with the most services that may be sold and belong to a domain of which we have resources.
    let (scenarios, services, items) = (lines(&scenarios), lines(&services), lines(&items));
    let of =
        |s: &BTreeMap<String, String>| services.iter().filter(|x| x["domain"] == s["domain"] && x["scenario"] == s["scenario"]).collect::<Vec<_>>();
    let (at, chosen) = scenarios
        .iter()
        .enumerate()
        .filter(|(_, s)| s["purpose"].contains("产业") && items.iter().any(|i| i["domain"] == s["domain"]))
        .max_by_key(|(at, s)| (of(s).len(), std::cmp::Reverse(*at)))
        .unwrap();
    let class = classes[at];
    let entries: Vec<String> =
        entered.ids.iter().zip(&items).filter(|(_, i)| i["domain"] == chosen["domain"]).take(4).map(|(id, _)| id.to_string()).collect();
    for (at, id) in entries.iter().enumerate() {
        let id = id.parse::<platform::Id<Entry>>().unwrap();
        if at == 0 {
            // Of level 1, so that a service may be a data set; those of level 2 leave as interfaces, models and reports only.
            let mut said = source.sees(id).unwrap().answers();
            said.merge(Answers::of(json!({ "level": "l1" })));
            source.does(id, resources::entry::Act::Edit, serde_json::to_value(said).unwrap()).unwrap();
        }
        source.does(id, resources::entry::Act::Submit, json!({})).unwrap();
        bureau.does(id, resources::entry::Act::Publish, json!({})).unwrap();
    }
    let row = desk.sees::<Scenario>(class).unwrap();
    assert_eq!(row.title, chosen["scenario"]);
    let mut said = row.answers();
    said.merge(Answers::of(json!({
        "description": format!("{}：在授权运营域内加工，原始数据不出域。", chosen["scenario"]), "entries": entries, "safeguards": "脱敏、最小分组", "value": "服务产业",
        "product_forms": ["interface", "model", "dataset", "report"],
    })));
    desk.does(class, scenario::Act::Edit, serde_json::to_value(said).unwrap()).unwrap();
    road::publish_class(world, class);
    let licence = road::licensed(world, class, &entries, "1000");
    let holder = world.developer('A');
    let wanted: Vec<String> = of(chosen).iter().map(|s| s["service"].clone()).collect();
    assert!(wanted.len() >= 3, "{wanted:?}");
    for service in &wanted {
        let form = form_of(service);
        let sources = if form == "dataset" { &entries[..1] } else { &entries[..] };
        let (product, review) = road::submitted(world, &holder, licence, road::content(service, form, "industry", sources));
        road::approved(world, review);
        road::listed(world, &holder, product, json!({ "tariff": "per_call", "amount": "0.35" }));
    }
    let mut offered = road::on_offer(world);
    let mut wanted = wanted;
    offered.sort();
    wanted.sort();
    assert_eq!(offered, wanted, "{} of {}", chosen["scenario"], chosen["domain"]);
    eprintln!("{} · {}: {} services on offer", chosen["domain"], chosen["scenario"], wanted.len());
}

on_both! {
    a_real_scenario_goes_the_whole_way(world) {
        walks_a_real_scenario(world);
    }
}

/// What one made of Beijing's lists: a call and its winner, or a licence, with the row of the list it came from.
struct Path {
    domain: String,
    scenario: String,
    entries: Vec<String>,
    class: Id<Scenario>,
}

fn free(row: &BTreeMap<String, String>) -> bool {
    !row["purpose"].contains("产业")
}

/// Entries of a list, entered by one unit and published; the first of each domain at the lowest level, so that a data set may be made of it.
fn published(world: &World, number: usize, list: &[u8], name: &str, most: usize) -> BTreeMap<String, Vec<String>> {
    let (source, bureau) = (world.source(number), world.bureau());
    let defaults = json!({ "domain": "city", "level": "l2", "share": "unconditional", "open": "unconditional", "cycle": "monthly" });
    let preview = source.looks(|look, who| resources::import::preview(look, who, list, name, &Answers::of(defaults))).unwrap();
    assert_eq!((preview.faulty, preview.rows.len()), (0, lines(list).len()), "{name}");
    let rows = preview.sound();
    let ids = source.tries(move |tx, who| resources::import::save(tx, who, &rows)).unwrap().ids;
    let mut by_domain: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, line) in ids.into_iter().zip(lines(list)) {
        let of = by_domain.entry(line.get("domain").cloned().unwrap_or_default()).or_default();
        if of.len() == most {
            continue;
        }
        if of.is_empty() {
            let mut said = source.sees(id).unwrap().answers();
            said.merge(Answers::of(json!({ "level": "l1" })));
            source.does(id, resources::entry::Act::Edit, serde_json::to_value(said).unwrap()).unwrap();
        }
        source.does(id, resources::entry::Act::Submit, json!({})).unwrap();
        bureau.does(id, resources::entry::Act::Publish, json!({})).unwrap();
        of.push(id.to_string());
    }
    by_domain
}

/// All scenarios of the list in the catalogue of scenarios, with the entries of their domain.
fn classes(world: &World, list: &[u8], entries: &BTreeMap<String, Vec<String>>) -> Vec<Path> {
    let desk = world.scenario_desk();
    let preview = desk.looks(|look, who| scenario::preview(look, who, list, "场景.csv", &Answers::default())).unwrap();
    assert_eq!(preview.faulty, 0);
    let rows = preview.sound();
    let ids = desk.tries(move |tx, who| scenario::save(tx, who, &rows)).unwrap();
    let finish = |(class, line): (Id<Scenario>, BTreeMap<String, String>)| {
        let of = entries[&line["domain"]].clone();
        let mut said = desk.sees(class).unwrap().answers();
        said.merge(Answers::of(json!({
            "description": format!("{}：在授权运营域内加工，原始数据不出域。", line["scenario"]), "entries": of, "safeguards": "脱敏、最小分组",
            "value": "服务产业与民生", "product_forms": ["interface", "model", "dataset", "report"],
        })));
        desk.does(class, scenario::Act::Edit, serde_json::to_value(said).unwrap()).unwrap();
        road::publish_class(world, class);
        Path { domain: line["domain"].clone(), scenario: line["scenario"].clone(), entries: of, class }
    };
    ids.into_iter().zip(lines(list)).map(finish).collect()
}

/// One call for each scenario, all at the same time; the developers win in turn. With the number of the winner's letter.
fn licences(world: &World, paths: &[Path], free: &[bool]) -> Vec<(Actor, Id<Licence>)> {
    let developers = ['A', 'B', 'C'].map(|letter| world.developer(letter));
    let papers = developers.each_ref().map(|who| road::papers(world, who));
    let price = |free: bool| if free { ("0", "0") } else { ("1000", "900") };
    let calls: Vec<_> = paths.iter().zip(free).map(|(p, free)| road::call(world, p.class, &p.entries, price(*free).0)).collect();
    let offers = calls.iter().zip(free).enumerate();
    let bids: Vec<Id<bid::Bid>> =
        offers.map(|(at, (call, free))| road::bid(world, &developers[at % 3], *call, &papers[at % 3], price(*free).1)).collect();
    road::opened(world, calls[0]);
    calls.iter().zip(&bids).for_each(|(call, bid)| road::noticed(world, *call, &[*bid], 1));
    world.days_pass(15);
    for call in &calls {
        world.legal(1).does(*call, primary::announcement::Act::Award, json!({})).unwrap();
    }
    let signed = |(at, bid): (usize, &Id<bid::Bid>)| {
        let filing = road::filed(world, *bid);
        (developers[at % 3].clone(), road::signed(world, &developers[at % 3], filing))
    };
    let signed: Vec<_> = bids.iter().enumerate().map(signed).collect();
    world.days_pass(3);
    signed
}

fn words_of(facets: &Value, name: &str) -> BTreeMap<String, u64> {
    let facet = facets.as_array().unwrap().iter().find(|f| f["name"] == name).unwrap_or_else(|| panic!("no facet {name}"));
    facet["words"].as_array().unwrap().iter().map(|w| (w["value"].as_str().unwrap().to_string(), w["count"].as_u64().unwrap())).collect()
}

/// What a search by words looks through.
#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    words: String,
}

/// All of 北京's scenarios and services, and the catalogue of the office for intellectual property, as a visitor finds them.
#[test]
fn real_lists_give_a_catalogue_to_look_through() {
    let lists = ["beijing_resource_items.csv", "beijing_scenarios.csv", "beijing_products_services.csv", "cnipa_open_catalogue_cn.csv"].map(real);
    let [Some(items), Some(scenarios), Some(services), Some(office)] = lists else {
        skipped("the lists of ../shared/real: they are not here");
        return;
    };
    let world = World::sqlite();
    published(&world, 2, &office, "知识产权.csv", usize::MAX);
    let entries = published(&world, 1, &items, "资源.csv", 4);
    let paths = classes(&world, &scenarios, &entries);
    let (scenarios, services) = (lines_of(scenarios), lines_of(services));
    let licences = licences(&world, &paths, &scenarios.iter().map(free).collect::<Vec<_>>());
    for (at, ((path, (holder, licence)), row)) in paths.iter().zip(&licences).zip(&scenarios).enumerate() {
        let purpose = if free(row) { "public_good" } else { "industry" };
        for line in services.iter().filter(|s| s["domain"] == path.domain && s["scenario"] == path.scenario) {
            let form = form_of(&line["service"]);
            let sources = if form == "dataset" { &path.entries[..1] } else { &path.entries[..] };
            let (product, review) = road::submitted(&world, holder, *licence, road::content(&line["service"], form, purpose, sources));
            road::approved(&world, review);
            let tariff = if free(row) {
                json!({ "tariff": "free", "costs": [] })
            } else {
                json!({ "tariff": "per_call", "amount": format!("0.{:02}", at + 1) })
            };
            road::listed(&world, holder, product, tariff);
        }
    }

    let city = City::over(&world);
    let visitor = city.visitor();
    let all = visitor.json("/products").json();
    assert_eq!(all["total"], services.len());
    // Each filter counts what the list holds.
    let counted = |name: &str| {
        services.iter().fold(BTreeMap::<String, u64>::new(), |mut sum, s| {
            *sum.entry(s[name].clone()).or_default() += 1;
            sum
        })
    };
    let tell = |counts: BTreeMap<String, u64>| {
        let mut counts: Vec<u64> = counts.into_values().collect();
        counts.sort_unstable();
        counts
    };
    assert_eq!(tell(words_of(&all["facets"], "domain")), tell(counted("domain")));
    let of_forms = words_of(&all["facets"], "form");
    assert_eq!(of_forms["model"], services.iter().filter(|s| s["service"].contains("模型")).count() as u64);
    // From page to page by the link that a page shows, every service is met once.
    let (mut next, mut met) = (Some("/products".to_string()), Vec::new());
    while let Some(path) = next.take() {
        let page = visitor.json(&path).json();
        met.extend(page["rows"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap().to_string()));
        next = page["next"].as_str().map(str::to_string);
        assert!(visitor.page(&path).text.contains("</main>"));
    }
    met.sort();
    let mut expected: Vec<String> = services.iter().map(|s| s["service"].clone()).collect();
    expected.sort();
    assert_eq!(met, expected);
    // Two neighbouring characters of any title find what holds them, and as many as that.
    let held: Vec<Text> = world.db.look(|look| Ok(diesel::sql_query("SELECT words FROM product").load(look.db())?)).unwrap();
    let pairs: BTreeSet<String> =
        expected.iter().flat_map(|t| t.chars().zip(t.chars().skip(1)).map(|(a, b)| format!("{a}{b}")).collect::<Vec<_>>()).collect();
    for pair in pairs.iter().filter(|p| p.chars().all(|c| c > '\u{2fff}' && !"、（）“”·，".contains(c))) {
        let found = visitor.json(&format!("/products?q={pair}")).json();
        assert_eq!(found["total"], held.iter().filter(|t| t.words.contains(pair.as_str())).count(), "{pair}");
    }
    // Every scenario is shown with its services; every data set of the office stands in the open catalogue.
    assert_eq!(visitor.json("/scenarios").json()["total"], paths.len());
    for path in &paths {
        let of = services.iter().filter(|s| s["domain"] == path.domain && s["scenario"] == path.scenario).count();
        assert_eq!(visitor.json(&format!("/products?scenario={}", path.class)).json()["total"], of, "{}", path.scenario);
        assert!(visitor.page(&format!("/scenarios/{}", path.class)).text.contains(&path.scenario));
    }
    let published = 30 + entries.values().map(Vec::len).sum::<usize>();
    assert_eq!(visitor.json("/open-data").json()["total"], published);
    assert_eq!(
        visitor.json("/open-data?q=全文图像").json()["total"],
        lines_of(office).iter().filter(|l| l["data_name"].contains("全文图像")).count()
    );
}

fn lines_of(bytes: Vec<u8>) -> Vec<BTreeMap<String, String>> {
    lines(&bytes)
}
