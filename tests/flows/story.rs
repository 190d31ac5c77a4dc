//! The main job from end to end: a demand becomes a scenario, a call, a licence, a product on the shelf and a disclosure.

use crate::road;
use platform::paging::Page;
use platform::sheet::Answers;
use platform::{Refusal, event};
use primary::licence::{self, Licence};
use primary::scenario::{self, Scenario};
use resources::Entry;
use secondary::disclosure::{self, Disclosure};
use secondary::product::{self, Product};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use support::{World, on_both, skipped};

on_both! {
    from_a_demand_to_a_disclosure(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let (holder, rival) = (world.developer('A'), world.developer('B'));
        assert_eq!(rival.sees::<Licence>(licence).map(|l| l.title), Err(Refusal::NotFound));
        assert_eq!(world.legal(1).opens::<Licence>(json!({ "filing": holder.sees(licence).unwrap().filing })).unwrap_err().code(), "second-live-licence");

        // Two opinions, unseen by each other, one decision; the rival sees nothing of it.
        let (product, review) = road::submitted(world, &holder, licence, road::content("停车泊位指数接口", "interface", "industry", &entries));
        assert_eq!(rival.sees::<Product>(product).map(|p| p.title), Err(Refusal::NotFound));
        road::approved(world, review);
        assert_eq!(holder.sees(product).unwrap().state, product::State::Approved);
        assert_eq!(road::on_offer(world), Vec::<String>::new(), "without a price it is not on offer");
        road::listed(world, &holder, product, json!({ "tariff": "per_call", "amount": "0.35" }));
        assert_eq!(road::on_offer(world), ["停车泊位指数接口"]);

        // A year is told of, from the record.
        let period = world.today().format("%Y").to_string();
        let told = holder.opens::<Disclosure>(json!({ "period": period })).unwrap();
        let row = holder.does(told, disclosure::Act::Publish, json!({})).unwrap();
        assert!(row.holds() && row.read().lists.products.iter().any(|p| p.title == "停车泊位指数接口"));
        world.public().sees::<Disclosure>(told).unwrap();

        // Everybody concerned was told, and nobody else.
        assert!(!world.letters_to(&holder).is_empty() && !world.letters_to(&world.finance()).is_empty());
        assert!(world.letters_to(&world.buyer()).is_empty());

        // Suspended, resumed, ended: the shelf follows in the same instant.
        world.office().does(licence, licence::Act::Suspend, json!({ "reason": "限期整改" })).unwrap();
        assert_eq!(road::on_offer(world), Vec::<String>::new());
        world.office().does(licence, licence::Act::Resume, json!({ "reason": "验收" })).unwrap();
        assert_eq!(road::on_offer(world).len(), 1);
        let to = holder.sees(licence).unwrap().to_on;
        world.days_pass((to - world.today()).num_days() + 1);
        assert_eq!(road::on_offer(world), Vec::<String>::new(), "the last day ends it, whether or not the daily job has run");
        assert_eq!(world.db.act(licence::expire_due), Ok(1));
        assert_eq!(holder.sees(licence).unwrap().state, licence::State::Ended);

        // Every step of the way stands in one chain.
        let verified = world.db.look(event::verify).unwrap();
        assert!(verified.broken.is_none() && verified.events > 100, "{}", verified.events);
    }

    what_serves_the_public_good_costs_nothing(world) {
        let entries = road::entries(world);
        let class = road::class(world, "独居老人关爱", "public_good", &entries);
        let licence = road::licensed(world, class, &entries, "0");
        let holder = world.developer('A');
        let (product, review) = road::submitted(world, &holder, licence, road::content("关爱提醒", "interface", "public_good", &entries));
        road::approved(world, review);
        let dear = json!({
            "product": product, "tariff": "per_call", "amount": "0.01", "effective_on": road::day(world, 0), "basis": "成本", "scenario_use": "走访",
            "scope": "免费", "costs": [{ "item": "计算", "amount": "1" }],
        });
        assert_eq!(holder.opens::<secondary::Pricing>(dear).unwrap_err().code(), "public-good-free");
        road::listed(world, &holder, product, json!({ "tariff": "free", "costs": [] }));
        assert_eq!(road::on_offer(world), ["关爱提醒"]);
    }
}

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
    let page = world.db.look(|look| secondary::register::products(look, Page::first(100))).unwrap();
    assert_eq!(page.total as usize, wanted.len());
}

on_both! {
    a_real_scenario_goes_the_whole_way(world) {
        walks_a_real_scenario(world);
    }
}
