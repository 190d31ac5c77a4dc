//! What programs and pictures are given, asked of both databases: pages of records, what changed since, the map, the months, figures.

use crate::road;
use chrono::Duration;
use platform::{Refusal, day, deadline};
use primary::licence::register;
use primary::{announcement, licence};
use secondary::catalogue::{address, record};
use secondary::{product, statistics};
use serde_json::json;
use support::on_both;

on_both! {
    a_product_is_told_to_programs_until_it_is_gone(world) {
        let entries = road::entries(world);
        let class = road::class(world, "城市停车治理", "industry", &entries);
        let licence = road::licensed(world, class, &entries, "1000");
        let holder = world.developer('A');
        let (product, review) = road::submitted(world, &holder, licence, road::content("停车泊位指数接口", "interface", "industry", &entries));
        road::approved(world, review);
        let one = |id| world.db.look(|look| record::one(look, id));
        assert!(matches!(one(product), Err(Refusal::NotFound)), "it never was on offer");
        road::listed(world, &holder, product, json!({ "tariff": "per_call", "amount": "0.35" }));
        let row = one(product).unwrap();
        let shown = row.shown.expect("it is on offer");
        assert_eq!((shown.version, shown.sources.len(), row.off), (1, entries.len(), None));
        assert!(row.changed_at >= row.listed_at);

        let page = |after, since| world.db.look(|look| record::page(look, after, since)).unwrap();
        let listed = |after, since| page(after, since).rows.iter().map(|r| r.id).collect::<Vec<_>>();
        assert_eq!((listed(None, None), page(None, None).next), (vec![product], None));
        assert!(listed(Some(product), None).is_empty());
        let now = world.db.look(|look| Ok(look.now())).unwrap();
        assert_eq!(world.db.look(|look| record::latest(look, 5)).unwrap().len(), 1);
        assert!(world.db.look(record::changed).unwrap().is_some_and(|at| at <= now));

        // Every part of what may change is asked for, and a licence's suspension is a change of its products.
        let later = now + Duration::days(3);
        world.clock.advance(Duration::days(5));
        assert!(listed(None, Some(later)).is_empty());
        world.office().does(licence, licence::Act::Suspend, json!({ "reason": "限期整改" })).unwrap();
        assert_eq!(listed(None, Some(later)), [product]);
        assert_eq!(one(product).unwrap().off.map(|o| o.1), Some(record::OffWhy::Suspended));
        world.office().does(licence, licence::Act::Resume, json!({ "reason": "整改完成" })).unwrap();
        assert!(one(product).unwrap().shown.is_some());
        holder.does(product, product::Act::Delist, json!({ "reason": "调整" })).unwrap();
        assert_eq!(one(product).unwrap().off.map(|o| o.1), Some(record::OffWhy::Holder));

        // The map, the months, the days to come, and the figures.
        let pieces = world.db.look(|look| address::Map::default().pieces(look)).unwrap();
        assert!(pieces.iter().all(|p| (&p.after, &p.until) == (&None, &None)) && pieces.len() == 6);
        for piece in &pieces {
            let rows = world.db.look(|look| address::piece(look, piece.name, None, None)).unwrap();
            assert_eq!(rows.is_empty(), matches!(piece.name, "products" | "disclosures"), "{}", piece.name);
            let last = rows.last().map(|r| r.0.parse().unwrap());
            assert!(last.is_none() || world.db.look(|look| address::piece(look, piece.name, last, None)).unwrap().is_empty());
            // Parts of two lead to the same addresses, each once.
            let small = address::Map::of(2);
            let parts = || world.db.look(|look| small.pieces(look)).unwrap().into_iter().filter(|p| p.name == piece.name).collect::<Vec<_>>();
            let drawn = parts();
            assert_eq!(drawn.len(), rows.len() / 2 + 1);
            let bound = |id: &Option<String>| id.as_ref().map(|id| id.parse().unwrap());
            let of = |p: &address::Piece| world.db.look(|look| address::piece(look, p.name, bound(&p.after), bound(&p.until))).unwrap();
            assert_eq!(drawn.iter().flat_map(of).collect::<Vec<_>>(), rows);
        }
        let first = world.db.look(register::first_day).unwrap().expect("a licence came into force");
        let before = first.pred_opt().unwrap();
        assert!(world.db.look(|look| register::as_of(look, before)).unwrap().is_empty());
        let stood = world.db.look(|look| register::as_of(look, first)).unwrap();
        assert_eq!(stood.iter().map(|(row, state)| (row.id, *state)).collect::<Vec<_>>(), [(licence, licence::State::InForce)]);
        let over = world.db.look(|look| register::as_of(look, day::add_years(first, 30))).unwrap();
        assert_eq!(over[0].1, licence::State::Ended, "its last day is long past by then");
        assert!(world.db.look(announcement::upcoming).unwrap().len() <= 1);
        let today = world.db.look(|look| Ok(look.today())).unwrap();
        assert_eq!(world.db.look(statistics::licences_by_domain).unwrap().iter().map(|r| r.1).sum::<i64>(), 1);
        assert!(world.db.look(|look| statistics::points_raised(look, day::add_years(today, -1))).unwrap().is_empty());
        let taken = world.db.look(|look| deadline::taken(look, day::add_years(today, -1), today)).unwrap();
        assert!(!taken.is_empty() && taken.iter().all(|t| t.median <= t.ninety && t.cases > 0), "{taken:?}");
    }
}
