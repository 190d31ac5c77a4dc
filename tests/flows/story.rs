//! The main job from end to end: a demand becomes a scenario, a call, a licence, a product on the shelf and a disclosure.

use crate::road;
use platform::{Refusal, event};
use primary::licence::{self, Licence};
use secondary::disclosure::{self, Disclosure};
use secondary::product::{self, Product};
use serde_json::json;
use support::on_both;

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
