//! The index follows the log: what is listed is found, what is suspended or ended is not, and an index that was thrown away or has read
//! another log is made anew.

use crate::road;
use primary::licence;
use secondary::index::{Ask, Facet, Index, Kind, Shown};
use secondary::product;
use serde_json::json;
use support::place::Folder;
use support::{World, on_both};

/// Titles found, by kind, once the index has caught up.
fn found(world: &World, index: &Index, words: &str, facets: &[(Facet, &str)]) -> Vec<(Kind, String)> {
    index.catch_up(&world.db).unwrap();
    let facets = facets.iter().map(|(f, w)| (*f, w.to_string())).collect();
    let found = index.ask(&Ask { words: words.into(), facets, size: 50, ..Ask::default() }).unwrap();
    assert!(found.complete && found.rows.len() as u64 == found.total);
    let title = |shown: Shown| match shown {
        Shown::Product(offer) => (Kind::Product, offer.title.clone()),
        Shown::Scenario(l) => (Kind::Scenario, l.title),
        Shown::Announcement(l) => (Kind::Announcement, l.title),
        Shown::Licence(l) => (Kind::Licence, l.title),
        Shown::Disclosure(l) => (Kind::Disclosure, l.title),
    };
    found.rows.into_iter().map(title).collect()
}

fn products(world: &World, index: &Index, words: &str) -> Vec<String> {
    found(world, index, words, &[(Facet::Kind, "product")]).into_iter().map(|(_, title)| title).collect()
}

on_both! {
    the_index_follows_a_product_and_its_licence(world) {
        let folder = Folder::fresh();
        let index = Index::open(&folder.path().join("index")).unwrap();
        assert_eq!(found(world, &index, "", &[]), [], "nothing is public yet");
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let holder = world.developer('A');
        let (id, review) = road::submitted(world, &holder, licence, road::content("停车泊位指数接口", "interface", "industry", &entries));
        road::approved(world, review);
        assert_eq!(products(world, &index, "泊位"), Vec::<String>::new(), "approved is not on offer");
        road::listed(world, &holder, id, json!({ "tariff": "per_call", "amount": "0.35" }));
        assert_eq!(products(world, &index, "泊位"), ["停车泊位指数接口"]);
        assert_eq!(products(world, &index, "位泊"), Vec::<String>::new());
        let kinds: Vec<Kind> = found(world, &index, "停车", &[]).into_iter().map(|(kind, _)| kind).collect();
        assert!([Kind::Product, Kind::Scenario, Kind::Announcement, Kind::Licence].iter().all(|k| kinds.contains(k)), "{kinds:?}");

        // It leaves every answer with the act that takes it off, and comes back with the one that puts it there.
        let moment = std::time::Duration::from_millis(10);
        assert!(index.wait(&world.db, 0, moment));
        world.office().does(licence, licence::Act::Suspend, json!({ "reason": "限期整改" })).unwrap();
        assert!(!index.wait(&world.db, 0, moment), "an index that lags behind says so");
        assert_eq!(products(world, &index, ""), Vec::<String>::new());
        world.office().does(licence, licence::Act::Resume, json!({ "reason": "验收" })).unwrap();
        assert_eq!(products(world, &index, ""), ["停车泊位指数接口"]);
        holder.does(id, product::Act::Delist, json!({ "reason": "停售" })).unwrap();
        assert_eq!(products(world, &index, ""), Vec::<String>::new());
        holder.does(id, product::Act::List, json!({})).unwrap();
        assert_eq!(products(world, &index, ""), ["停车泊位指数接口"]);

        // Thrown away or of another log, it is made anew and says the same.
        let again = Index::open(&folder.path().join("again")).unwrap();
        assert_eq!(found(world, &again, "", &[]), found(world, &index, "", &[]));
        drop(index);
        let index = Index::open(&folder.path().join("index")).unwrap();
        assert_eq!(index.catch_up(&world.db), Ok(0), "what is kept is read on, not made anew");
        assert_eq!(products(world, &index, "泊位"), ["停车泊位指数接口"]);
        drop(again);
        let strange = World::sqlite();
        let again = Index::open(&folder.path().join("again")).unwrap();
        assert_eq!(found(&strange, &again, "", &[]), []);

        // The last day ends it without any event: the day itself is enough.
        let to = holder.sees(licence).unwrap().to_on;
        world.days_pass((to - world.today()).num_days() + 1);
        assert_eq!(products(world, &index, ""), Vec::<String>::new());
    }

    a_price_to_come_and_a_level_are_followed(world) {
        let folder = Folder::fresh();
        let index = Index::open(&folder.path().join("index")).unwrap();
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let holder = world.developer('A');
        let (id, review) = road::submitted(world, &holder, licence, road::content("停车泊位指数接口", "interface", "industry", &entries));
        road::approved(world, review);
        road::listed(world, &holder, id, json!({ "tariff": "per_call", "amount": "0.35" }));
        let count = |facet, word| found(world, &index, "", &[(Facet::Kind, "product"), (facet, word)]).len();
        assert_eq!((count(Facet::Tariff, "per_call"), count(Facet::Tariff, "free")), (1, 0));
        // A new price takes effect on a day, not with an event.
        let mut said = json!({ "product": id.to_string(), "tariff": "free", "basis": "公益免费", "scenario_use": "停车", "scope": "全市" });
        said["effective_on"] = road::day(world, 10).into();
        let price = holder.opens::<secondary::Pricing>(said).unwrap();
        world.finance().does(price, secondary::pricing::Act::Receive, json!({})).unwrap();
        assert_eq!((count(Facet::Tariff, "per_call"), count(Facet::Tariff, "free")), (1, 0));
        world.days_pass(10);
        assert_eq!((count(Facet::Tariff, "per_call"), count(Facet::Tariff, "free")), (0, 1));
    }
}
