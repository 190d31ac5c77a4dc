//! The public log over HTTP: a copy is taken and checked as any citizen would, each tampering is refused, receipts are checked
//! on the page, and a witness answers as it is specified.

use platform::log::folder::Folder as Files;
use platform::log::note::{Checkpoint, Note, Purpose, Vkey, base64};
use platform::log::opening::Opening;
use platform::log::policy::Policy;
use platform::log::proof::Proof;
use platform::log::signer::{Ed25519, Signer};
use platform::log::tree::{self, Hash, Tile};
use platform::log::witness::Peer;
use platform::log::{Leaf, Log, chronicle, leaf, mirror};
use std::path::{Path, PathBuf};
use support::City;
use support::leaves::{leaves, witness};
use support::place::Folder;
use support::visitor::Visitor;

const ORIGIN: &str = "city.example/log";

/// The demo city with its log, followed by another organisation's witness.
fn watched(state: &Folder) -> (City, String, Vkey) {
    let mut seen = None;
    let city = City::open_under(|data| {
        let own = Ed25519::in_folder(data, "log.key", ORIGIN, Purpose::Log).unwrap().vkey();
        let (url, vkey) = witness(&state.path().join("witness"), "bureau.example", own);
        let setting = format!("{url} {vkey}");
        seen = Some((url, vkey));
        vec![("log_origin", ORIGIN.into()), ("log_witnesses", setting), ("log_quorum", "1".into())]
    });
    let (url, vkey) = seen.unwrap();
    (city, url, vkey)
}

fn published(city: &City) -> u64 {
    city.app.log.turn(&city.app.db).unwrap()
}

/// Takes a copy, file by file, as a mirror does.
fn copied(visitor: &Visitor, to: &Path) -> Checkpoint {
    let take = |name: &str| {
        let answer = visitor.get(&format!("/log/{name}"));
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        assert!(answer.header("set-cookie").is_empty(), "{name}");
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &answer.bytes).unwrap();
        answer
    };
    let note = take("checkpoint");
    assert_eq!(note.header("content-type"), "text/plain; charset=utf-8");
    assert!(note.header("cache-control").contains("max-age=2"), "{}", note.header("cache-control"));
    take("policy");
    let checkpoint = Checkpoint::parse(&Note::parse(&note.text).unwrap().text).unwrap();
    for tile in Tile::all(checkpoint.size) {
        let answer = take(&tile.path());
        assert!(answer.header("cache-control").contains("immutable"), "{}", tile.path());
        if tile.level.is_some() {
            assert_eq!(answer.bytes.len() as u64, tile.width * 32, "{}", tile.path());
        }
    }
    checkpoint
}

fn policy_in(folder: &Path) -> Policy {
    Policy::parse(&std::fs::read_to_string(folder.join("policy")).unwrap()).unwrap()
}

fn copy_of(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(item.file_name());
        if item.path().is_dir() { copy_of(&item.path(), &target) } else { std::fs::copy(item.path(), target).map(drop).unwrap() }
    }
}

/// Flips a bit of a file.
fn flip(path: PathBuf, at: usize) {
    let mut bytes = std::fs::read(&path).unwrap();
    let at = at % bytes.len();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_citizen_s_copy_is_checked_and_every_tampering_refused() {
    let state = Folder::fresh();
    let (city, _, vkey) = watched(&state);
    // Enough for several tiles, in two checkpoints.
    let size = published(&city);
    assert!(size > 50, "the demo city has done public acts: {size}");
    assert_eq!(size as usize, leaves(&city.app.db).len());
    let visitor = city.visitor();
    let before = Folder::fresh();
    copied(&visitor, before.path());
    let kept = std::fs::read_to_string(before.path().join("checkpoint")).unwrap();
    for _ in 0..260 {
        city.app.db.act(chronicle::day).unwrap();
    }
    assert_eq!(published(&city), size + 260);
    let copy = Folder::fresh();
    let now = copied(&visitor, copy.path());
    let policy = policy_in(copy.path());
    let found = mirror::verify(&mirror::folder(copy.path()), &policy, Some(&kept)).unwrap();
    assert_eq!((found.checkpoint.size, found.vouched.witnesses[0].0.as_str(), found.alone), (size + 260, "bureau.example", false));
    assert_eq!(now, found.checkpoint);
    // The tiles of the earlier checkpoint are still to be had.
    for tile in Tile::all(size) {
        assert_eq!(visitor.get(&format!("/log/{}", tile.path())).status, 200, "{}", tile.path());
    }

    let refused = |name: &str, why: &str, since: Option<&str>, tamper: &dyn Fn(&Path)| {
        let bad = Folder::fresh();
        copy_of(copy.path(), bad.path());
        tamper(bad.path());
        let said = mirror::verify(&mirror::folder(bad.path()), &policy, since).err().unwrap_or_else(|| panic!("{name} was not refused"));
        assert!(said.contains(why), "{name}: {said}");
    };
    let tiles = Tile::all(size + 260);
    for tile in &tiles {
        refused(&tile.path(), "", None, &|at| flip(at.join(tile.path()), 4_321));
    }
    let note = std::fs::read_to_string(copy.path().join("checkpoint")).unwrap();
    let write = |at: &Path, text: &str| std::fs::write(at.join("checkpoint"), text).unwrap();
    refused("another size", "not signed", None, &|at| write(at, &note.replace(&format!("\n{}\n", now.size), &format!("\n{}\n", now.size - 1))));
    refused("no witness", "too few witnesses", None, &|at| {
        let log_only: Vec<&str> = note.lines().filter(|l| !l.contains("bureau.example")).collect();
        write(at, &format!("{}\n", log_only.join("\n")));
    });
    refused("no signature of the log", "not signed", None, &|at| {
        let rest: Vec<&str> = note.lines().filter(|l| !l.starts_with(&format!("— {ORIGIN}"))).collect();
        write(at, &format!("{}\n", rest.join("\n")));
    });
    // Rolled back to what was true once: all signatures hold, a kept checkpoint tells.
    let older = mirror::verify(&mirror::folder(before.path()), &policy, None).unwrap();
    assert_eq!(older.checkpoint.size, size);
    let said = mirror::verify(&mirror::folder(before.path()), &policy, Some(&note)).unwrap_err();
    assert!(said.contains("rolled back"), "{said}");

    // History rewritten with the log's real key, every tile in order: the witness's word is missing, and a kept checkpoint tells.
    let key = Ed25519::in_folder(&city.data(), "log.key", ORIGIN, Purpose::Log).unwrap();
    let forged = Folder::fresh();
    let files = Files::open(forged.path()).unwrap();
    let mut entries: Vec<String> = leaves(&city.app.db).into_iter().map(|l| l.entry).collect();
    let changed = size as usize / 2;
    entries[changed] = entries[changed].replacen("c:sha256:", "c:sha256:0", 1);
    let hashes: Vec<Hash> = entries.iter().map(|e| tree::leaf_hash(e.as_bytes())).collect();
    files.extend(0, entries.len() as u64, &mut |from, n| Ok(entries[from as usize..(from + n) as usize].to_vec())).unwrap();
    let text = Checkpoint { origin: ORIGIN.into(), size: entries.len() as u64, root: tree::root(&hashes[..], entries.len() as u64).unwrap() }.text();
    files.put_checkpoint(&Note { lines: vec![key.line(&text, 0).unwrap()], text: text.clone() }.to_string()).unwrap();
    let said = mirror::verify(&mirror::folder(forged.path()), &policy, None).unwrap_err();
    assert!(said.contains("too few witnesses"), "{said}");
    let alone = Policy::of(key.vkey(), &[], 0);
    mirror::verify(&mirror::folder(forged.path()), &alone, None).unwrap();
    let said = mirror::verify(&mirror::folder(forged.path()), &alone, Some(&kept)).unwrap_err();
    assert!(said.contains("rewritten"), "{said}");
    // A line in the witness's name by another key is no word of the witness.
    let mut note = Note::parse(&files.checkpoint().unwrap().unwrap()).unwrap();
    let mut line = Ed25519::fresh("bureau.example", Purpose::Witness).line(&text, 1).unwrap();
    line.id = vkey.id;
    note.lines.push(line);
    files.put_checkpoint(&note.to_string()).unwrap();
    assert!(mirror::verify(&mirror::folder(forged.path()), &policy, None).is_err());
}

#[test]
fn what_is_no_tile_is_not_there() {
    let city = City::open();
    let visitor = city.visitor();
    for path in ["checkpoint", "tile/0/000", "proof/0.tlog-proof"] {
        assert_eq!(visitor.get(&format!("/log/{path}")).status, 404, "{path} before anything is published");
    }
    assert!(visitor.page("/log/0").text.contains("已经记录"), "a recorded act without proof says so");
    let size = published(&city);
    for path in [
        "tile/0/0",
        "tile/0/../../log.key",
        "tile/0/..%2f..%2f..%2flog.key",
        "tile/0/000.p/300",
        "tile/9/000",
        "tile/entries/x000/000",
        "tile/",
        "proof/0",
        "proof/00.tlog-proof",
        "proof/..%2flog.key",
        "proof/-1.tlog-proof",
        "99999999",
        "01",
        "x",
    ] {
        assert_eq!(visitor.get(&format!("/log/{path}")).status, 404, "{path}");
    }
    assert_eq!(visitor.get(&format!("/log/proof/{size}.tlog-proof")).status, 404);
    assert_eq!(visitor.get("/log/policy").text.lines().last(), Some("quorum none"));
    assert!(visitor.page("/log").text.contains("目前没有其他单位见证"), "that nobody vouches is said plainly");
}

/// A leaf of an act that publishes no text.
fn leaf_without(city: &City) -> Leaf {
    city.look(|look| leaf::last(look, "product.listed")).expect("the demo lists products")
}

#[test]
fn a_receipt_is_checked_on_the_page_and_what_is_wrong_is_said_in_words() {
    let state = Folder::fresh();
    let (city, ..) = watched(&state);
    let size = published(&city);
    let visitor = city.visitor();
    let granted = city.look(|look| leaf::last(look, "licence.granted")).expect("the demo grants licences");
    let number = granted.fields()["body"]["number"].as_str().unwrap().to_string();

    // From the licence to its leaf, from the leaf to its receipt, and from the list by its number.
    let subject = granted.subject.split_once('/').unwrap().1;
    let page = visitor.page(&format!("/licences/{subject}"));
    let shown = page.links().into_iter().find(|l| l.starts_with("/log/") && !l.contains("proof")).expect("a way to the log");
    assert_eq!(visitor.get(&shown).status, 200);
    let page = visitor.page(&format!("/log/{}", granted.idx));
    for text in [number.as_str(), "核验本行为", "dajing verify receipt", "授权生效", &leaf::hex(&tree::leaf_hash(granted.entry.as_bytes()))]
    {
        assert!(page.text.contains(text), "{text}");
    }
    // What was published that day, to the letter, as a file whose digest stands in the entry; acts without one have no such file.
    let file = format!("/log/wording/{}.json", granted.idx);
    assert!(page.links().contains(&file) && visitor.page(&format!("/licences/{subject}")).links().contains(&file));
    let worded = visitor.get(&file);
    assert!(worded.header("content-disposition").contains(".json") && worded.text.contains(&number), "{}", worded.text);
    assert_eq!(granted.fields()["body"]["wording_digest"].as_str(), Some(leaf::digest(&worded.text).as_str()));
    assert!(page.text.contains("公布原文") && page.text.contains("--wording"));
    assert_eq!(visitor.get(&format!("/log/wording/{}.json", leaf_without(&city).idx)).status, 404);
    let found = visitor.page(&format!("/log?q={number}"));
    assert!(found.links().contains(&format!("/log/{}", granted.idx)), "{number}");
    assert_eq!(visitor.get(&format!("/log?q={}", granted.idx)).header("location"), format!("/log/{}", granted.idx));
    let case = city.enters("legal").page(&format!("/work/licences/{subject}"));
    assert!(case.links().contains(&format!("/work/log/{}", granted.idx)), "the case's own page names its leaves");
    // Every kind has a name of its own in both languages.
    for kind in leaves(&city.app.db).into_iter().map(|l| l.kind).collect::<std::collections::BTreeSet<_>>() {
        for lang in ["zh-CN", "en"] {
            let list = visitor.page(&format!("/log?kind={kind}&lang={lang}"));
            let cell = list.text.split("<tbody>").nth(1).and_then(|t| t.split("</tbody>").next()).expect("a list");
            assert!(!cell.contains(&kind), "{kind} has no name in {lang}");
        }
    }

    let receipt = visitor.get(&format!("/log/proof/{}.tlog-proof", granted.idx));
    assert!(receipt.header("content-disposition").contains(".tlog-proof"));
    let receipt = receipt.text;
    let proof = Proof::parse(&receipt).unwrap();
    proof.check(&city.app.log.policy(), None).unwrap();
    let ask = |receipt: &str| visitor.post("/log/check", &[("receipt", receipt)]);
    let good = ask(&receipt);
    assert!(
        good.status == 200 && good.text.contains("凭证成立") && good.text.contains("bureau.example") && good.text.contains(&number),
        "{}",
        good.text
    );
    assert_eq!(ask(&receipt.replace('\n', "\r\n")).status, 200, "as a browser sends it");
    let bare: String = receipt.lines().filter(|l| !l.starts_with("extra ")).map(|l| format!("{l}\n")).collect();
    assert_eq!(ask(&bare).status, 200, "without its entry");
    let other = city.look(|look| leaf::find(look, granted.idx - 1)).entry;
    let swapped = Proof { entry: Some(other.into_bytes()), ..proof.clone() }.to_string();
    for (wrong, sentence) in [
        ("".to_string(), "不是完整的凭证"),
        ("你好".into(), "不是完整的凭证"),
        (receipt.replace("tlog-proof@v1", "tlog-proof@v9"), "首行"),
        (receipt.replace("\nindex ", "\nindex x"), "序号"),
        (swapped, "证明不成立"),
        (receipt.replace(&format!("\n{size}\n"), &format!("\n{}\n", size + 1)), "签名不成立"),
        (receipt.lines().filter(|l| !l.starts_with("— bureau")).map(|l| format!("{l}\n")).collect(), "见证签名不足"),
        (Proof { hashes: proof.hashes[1..].to_vec(), ..proof.clone() }.to_string(), "证明不成立"),
    ] {
        let answer = ask(&wrong);
        assert!(answer.status == 422 && answer.text.contains(sentence), "{sentence}: {} {}", answer.status, answer.text);
    }
    // A receipt of a forged past under the real key holds in itself, and not with what is shown.
    let key = Ed25519::in_folder(&city.data(), "log.key", ORIGIN, Purpose::Log).unwrap();
    let forged_leaf = [tree::leaf_hash(granted.entry.as_bytes()), [9; 32]];
    let text = Checkpoint { origin: ORIGIN.into(), size: 2, root: tree::root(&forged_leaf[..], 2).unwrap() }.text();
    let mut lines = vec![key.line(&text, 0).unwrap()];
    let own = Ed25519::in_folder(&state.path().join("witness"), "witness.key", "bureau.example", Purpose::Witness).unwrap();
    lines.push(own.line(&text, 1_790_000_000).unwrap());
    let forged = Proof { index: 0, entry: Some(granted.entry.clone().into_bytes()), hashes: vec![[9; 32]], note: Note { lines, text }.to_string() };
    let answer = ask(&forged.to_string());
    assert!(answer.status == 422 && answer.text.contains("日志可能被改写"), "{}", answer.text);
    // Programs get the same in JSON.
    let told = visitor.json(&format!("/log/{}", granted.idx)).json();
    assert!(told["sections"].is_array(), "{told}");
}

#[test]
fn a_city_behind_its_witness_only_shows() {
    let state = Folder::fresh();
    let (city, url, vkey) = watched(&state);
    assert!(published(&city) > 0);
    let staff = city.enters("desk");
    // The same key elsewhere, further on: what the witness has seen is more than the city's database holds.
    let (_keep, other) = support::place::sqlite();
    let db = support::place::open(&other, &platform::Clock::machine());
    drop(db);
    let key = Ed25519::in_folder(&city.data(), "log.key", ORIGIN, Purpose::Log).unwrap();
    let mut hashes: Vec<Hash> = leaves(&city.app.db).iter().map(|l| tree::leaf_hash(l.entry.as_bytes())).collect();
    let old = hashes.len() as u64;
    hashes.extend([[1; 32], [2; 32]]);
    let text = Checkpoint { origin: ORIGIN.into(), size: old + 2, root: tree::root(&hashes[..], old + 2).unwrap() }.text();
    let proof: String = tree::consistency(&hashes[..], old, old + 2).unwrap().iter().map(|h| format!("{}\n", base64(h))).collect();
    let note = Note { lines: vec![key.line(&text, 0).unwrap()], text };
    let http = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let answer = http.post(format!("{url}/add-checkpoint")).body(format!("old {old}\n{proof}\n{note}")).send().unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    // A server that starts now finds out before it writes anything.
    let log = Log::new(
        Files::open(&city.data().join("log")).unwrap(),
        ORIGIN,
        vec![Box::new(key)],
        vec![Peer::parse(&format!("{url} {vkey}")).unwrap()],
        1,
    )
    .unwrap();
    assert_eq!(log.turn(&city.app.db), Err(platform::Refusal::ReadOnly));

    let visitor = city.visitor();
    for path in ["/", "/log", "/licences"] {
        let page = visitor.page(path);
        assert!(page.text.contains("平台只读"), "{path} says so");
    }
    let page = staff.page("/work");
    assert!(page.text.contains("平台只读"));
    let answer = staff.post("/work/announcements", &[("title", "不该记下")]);
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.text.contains("只读") && answer.text.contains("管理员"), "{}", answer.text);
    let refused = staff.sends("/work/announcements", &serde_json::json!({ "title": "x" }));
    assert_eq!((refused.status, refused.code().as_str()), (503, "read-only"));
    assert_eq!(visitor.json("/readyz").json()["read_only"], true);
    // What was published stays as it is, and is still to be had.
    assert_eq!(visitor.get("/log/checkpoint").status, 200);
    assert_eq!(city.app.log.turn(&city.app.db), Err(platform::Refusal::ReadOnly));
}

#[test]
fn a_witness_answers_over_http_as_specified() {
    let folder = Folder::fresh();
    let key = Ed25519::fresh("a.example/log", Purpose::Log);
    let (url, vkey) = witness(folder.path(), "w.example", key.vkey());
    let http = reqwest::blocking::Client::builder().no_proxy().build().unwrap();
    let hashes: Vec<Hash> = (0..40u64).map(|i| tree::leaf_hash(&i.to_be_bytes())).collect();
    let sign = |origin: &str, size: u64, key: &Ed25519| {
        let text = Checkpoint { origin: origin.into(), size, root: tree::root(&hashes[..], size).unwrap() }.text();
        Note { lines: vec![key.line(&text, 0).unwrap()], text }
    };
    let body = |old: u64, new: u64, note: &Note| {
        let proof: String = tree::consistency(&hashes[..], old.min(new), new).unwrap().iter().map(|h| format!("{}\n", base64(h))).collect();
        format!("old {old}\n{proof}\n{note}")
    };
    let post = |body: String| {
        let answer = http.post(format!("{url}/add-checkpoint")).body(body).send().unwrap();
        let media = answer.headers()["content-type"].to_str().unwrap().to_string();
        (answer.status().as_u16(), media, answer.text().unwrap())
    };
    let get = |digest: &str| http.get(format!("{url}/{digest}/checkpoint")).send().unwrap();
    let digest = platform::log::note::origin_digest("a.example/log");
    assert_eq!(get(&digest).status().as_u16(), 404);
    let (code, _, line) = post(body(0, 10, &sign("a.example/log", 10, &key)));
    assert!(code == 200 && line.starts_with("— w.example ") && line.ends_with('\n'), "{code} {line}");
    let seen = Note::parse(&get(&digest).text().unwrap()).unwrap();
    assert!(vkey.signed(&seen).is_some_and(|time| time > 1_700_000_000));
    assert_eq!(post(body(10, 20, &sign("a.example/log", 20, &key))).0, 200);
    let (code, media, size) = post(body(10, 20, &sign("a.example/log", 20, &key)));
    assert_eq!((code, media.as_str(), size.as_str()), (409, "text/x.tlog.size", "20\n"));
    assert_eq!(post(body(30, 20, &sign("a.example/log", 20, &key))).0, 400);
    assert_eq!(post(body(20, 30, &sign("a.example/log", 30, &key)).replacen("=\n", "=\nAAAA\n", 1)).0, 400);
    assert_eq!(post(format!("old 20\n\n{}", sign("a.example/log", 30, &key))).0, 422);
    assert_eq!(post(body(20, 30, &sign("a.example/log", 30, &Ed25519::fresh("a.example/log", Purpose::Log)))).0, 403);
    let stranger = Ed25519::fresh("b.example/log", Purpose::Log);
    assert_eq!(post(body(0, 30, &sign("b.example/log", 30, &stranger))).0, 404);
    assert_eq!(post("hello".into()).0, 400);
    assert_eq!(http.post(format!("{url}/add-checkpoint")).body(vec![b'a'; 1 << 20]).send().unwrap().status().as_u16(), 413);
    assert_eq!(http.get(format!("{url}/add-checkpoint")).send().unwrap().status().as_u16(), 404);
}

#[test]
fn what_a_leaf_commits_itself_to_is_opened_to_who_may_read_the_act() {
    let city = City::open();
    let yi = city.enters("yi");
    let mine = yi.json("/work/bids").json();
    // What is still being written shows its tasks, and no log.
    let leaves_of = |bid: &str| -> Vec<String> { yi.page(bid).links().into_iter().filter(|l| l.starts_with("/work/log/")).collect() };
    let bids = mine["rows"].as_array().unwrap().iter().map(|row| row["href"].as_str().unwrap().to_string());
    let told = bids.map(|bid| (leaves_of(&bid), bid)).find(|(leaves, _)| !leaves.is_empty());
    let (leaves, bid) = told.expect("a bid that was submitted");
    let page = yi.page(&leaves[0]);
    let file = yi.json(&format!("{}/opening", leaves[0]));
    let opening: Opening = serde_json::from_str(&file.text).unwrap();
    assert_eq!(opening.check(), Ok(()));
    assert!(file.header("content-disposition").contains(&format!("opening-{}.json", opening.number)), "{:?}", file.headers);
    let subject = opening.opened.iter().find(|o| o.name == "subject").unwrap();
    assert_eq!(subject.text, bid.replace("/work/bids/", "bid/"));
    assert!(page.text.contains(&subject.salt) && !city.visitor().page(&format!("/log/{}", opening.number)).text.contains(&subject.salt));
    // Nobody else learns which bid it is: not a rival, not whoever is only passing by.
    for somebody in ["jia", "system_admin"] {
        let other = city.enters(somebody);
        assert_eq!((other.get(&leaves[0]).status, other.json(&format!("{}/opening", leaves[0])).status), (404, 404), "{somebody}");
    }
    assert_eq!(city.visitor().json(&format!("{}/opening", leaves[0])).status, 401);
    // Every one that one's own bids lead to is opened, those still under seal too.
    let (mut opened, mut sealed) = (0, 0);
    for name in ["jia", "yi", "bing"] {
        let one = city.enters(name);
        for bid in one.json("/work/bids").json()["rows"].as_array().unwrap() {
            for leaf in one.page(bid["href"].as_str().unwrap()).links().into_iter().filter(|l| l.starts_with("/work/log/")) {
                assert_eq!(one.get(&leaf).status, 200, "{name} {leaf}");
                opened += 1;
                sealed += usize::from(city.enters("auditor").get(&leaf).status == 404);
            }
        }
    }
    assert!(opened > sealed && sealed > 0, "{opened} {sealed}");
}
