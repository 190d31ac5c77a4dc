//! What people and programs send that they should not, or send twice: it is refused with a reason, or done once, and
//! never answered with a fault of ours.

use crate::matrix::{cases, person_of};
use platform::Id;
use platform::people::Org;
use reqwest::Method;
use serde_json::{Map, Value, json};
use support::visitor::key;
use support::{City, Visitor};

/// A demand as a program files it.
fn demand(title: &str) -> Value {
    json!({
        "title": title, "domain": "city", "purpose": "industry", "unit": "演示单位", "problem": "缺少数据", "expected_result": "接口",
        "product_forms": ["interface"], "data_needed": [{ "dataset": "泊位状态", "reason": "场景必需" }], "value": "便民", "contact": "张弛",
    })
}

/// The same as a browser sends it.
fn demand_form(title: &str) -> Vec<(&str, &str)> {
    vec![
        ("title", title),
        ("domain", "city"),
        ("purpose", "industry"),
        ("unit", "演示单位"),
        ("problem", "缺少数据"),
        ("expected_result", "接口"),
        ("product_forms", "interface"),
        ("data_needed[0].dataset", "泊位状态"),
        ("data_needed[0].reason", "场景必需"),
        ("value", "便民"),
        ("contact", "张弛"),
    ]
}

const PDF: &[u8] = b"%PDF-1.7\n% a paper\n%%EOF\n";

/// An entry of that person's organisation in a state.
fn own_in(city: &City, noun: &str, state: &str, name: &str) -> String {
    let org: Id<Org> = person_of(city, name).org.unwrap();
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::Text)]
        id: String,
    }
    let sql = format!("SELECT id FROM {noun} WHERE owner = '{org}' AND state = '{state}' ORDER BY title LIMIT 1");
    let found: Vec<Found> = city.look(|look| Ok(diesel::RunQueryDsl::load(diesel::sql_query(sql), look.db())?));
    found.into_iter().next().unwrap_or_else(|| panic!("no {noun} of {name} is {state}")).id
}

/// The path of a `Location`, without the host.
fn path_of(location: &str) -> String {
    location.strip_prefix("http://").and_then(|rest| rest.find('/').map(|at| rest[at..].to_string())).unwrap_or_else(|| location.to_string())
}

#[test]
fn two_tabs_and_a_double_click() {
    let city = City::open();
    let source = city.enters("source");
    let entry = own_in(&city, "entry", "drafted", "source");
    let length = city.log_length();

    // Two tabs: the second finds the case moved on.
    assert_eq!(source.post(&format!("/work/entries/{entry}/submit"), &[]).status, 303);
    let second = source.post(&format!("/work/entries/{entry}/submit"), &[]);
    assert_eq!(second.status, 409, "{}", second.text);
    assert_eq!(source.sends(&format!("/work/entries/{entry}/submit"), &json!({})).code(), "wrong-state");
    assert_eq!(city.log_length(), length + 1);

    // A double click, and eight at once: one demand, one address.
    let once = key();
    let answers: Vec<_> = std::thread::scope(|threads| {
        let hands: Vec<_> = (0..8).map(|_| threads.spawn(|| source.post_keyed("/work/demands", &once, &demand_form("双击提交")))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|a| a.status == 303 && a.header("location") == answers[0].header("location")), "{answers:?}");
    assert_eq!(city.log_length(), length + 2);
    let other = source.post_keyed("/work/demands", &once, &demand_form("另一件"));
    assert_eq!(other.status, 422);
    assert_eq!(city.log_length(), length + 2);

    // A program says its key in a header.
    let send = |body: &Value| {
        let request = source.request(Method::POST, "/work/demands").header("accept", "application/json").header("x-csrf-token", source.csrf());
        source.send(request.header("idempotency-key", "program-1").json(body))
    };
    let (first, again) = (send(&demand("程序提交")), send(&demand("程序提交")));
    assert_eq!((first.status, again.status), (200, 200), "{}", first.text);
    assert_eq!(first.json()["location"], again.json()["location"]);
    assert_eq!(send(&demand("换了内容")).code(), "key-reused");
    assert_eq!(city.log_length(), length + 3);

    // The key is a person's own.
    let buyer = city.enters("buyer");
    assert_eq!(buyer.post_keyed("/work/demands", &once, &demand_form("别人的钥匙")).status, 303);

    // With a file, too: the same file again is the same form.
    let yi = city.enters("yi");
    let once = key();
    let paper = || {
        let form = reqwest::blocking::multipart::Form::new()
            .text("_csrf", yi.csrf())
            .text("_key", once.clone())
            .text("kind", "other")
            .text("title", "双击上传")
            .part("file", reqwest::blocking::multipart::Part::bytes(PDF).file_name("a.pdf"));
        yi.send(yi.request(Method::POST, "/work/papers").header("accept", "text/html").multipart(form))
    };
    let (first, again) = (paper(), paper());
    assert_eq!((first.status, again.status), (303, 303), "{}", again.text);
    assert_eq!(first.header("location"), again.header("location"));
}

#[test]
fn roles_and_states_are_kept() {
    let city = City::open();
    let source = city.enters("source");
    let refused = source.sends("/work/scenarios", &json!({ "title": "越权" }));
    assert_eq!((refused.status, refused.code().as_str()), (403, "wrong-role"));
    let problem = refused.json();
    for part in ["type", "title", "status", "detail", "instance", "requestId"] {
        assert!(!problem[part].is_null(), "{part} in {problem}");
    }
    // The same role at another unit does not own the entry.
    let other = city.enters("source_farm");
    let drafted = own_in(&city, "entry", "drafted", "source");
    let published = own_in(&city, "entry", "published", "source");
    assert_eq!(other.sends(&format!("/work/entries/{drafted}/submit"), &json!({})).status, 404);
    let stolen = other.sends(&format!("/work/entries/{published}/withdraw"), &json!({ "reason": "不是我的" }));
    assert!(matches!(stolen.status, 403 | 404), "{}", stolen.text);
    // Nobody signed in, and nobody at all.
    let visitor = city.visitor();
    assert_eq!(visitor.json("/work/demands").code(), "sign-in");
    let sent = visitor.get("/work/demands?state=filed");
    assert_eq!((sent.status, sent.header("location")), (303, "/sign-in?then=/work/demands%3Fstate%3Dfiled"));
    let odd = visitor
        .send(visitor.request(Method::GET, "/work").header("cookie", "dajing=garbage; dajing_lang=%00%ff").header("accept", "application/json"));
    assert_eq!(odd.status, 401);
}

#[test]
fn files_are_what_they_say_or_a_fault_at_their_field() {
    let city = City::open();
    let yi = city.enters("yi");
    yi.page("/work/papers/new");
    let length = city.log_length();
    let large = vec![b'%'; 21 << 20];
    let mut late = PDF.to_vec();
    late.resize(20 << 20, b'\n');
    for (name, bytes, code) in [
        ("程序.exe", &b"MZ"[..], "file-type"),
        ("没有后缀", PDF, "file-type"),
        ("空.pdf", &b""[..], "file-empty"),
        ("冒充.pdf", &b"\x89PNG\r\n\x1a\n"[..], "file-mismatch"),
        ("脚本.pdf", &b"<html><script>alert(1)</script>"[..], "file-mismatch"),
        ("太大.pdf", &large[..], "file-too-large"),
    ] {
        let fields = [("kind", "other"), ("title", "保留𠮷的标题")];
        let answer = yi.uploads("/work/papers", &fields, &[("file", name, bytes)]);
        assert_eq!(answer.status, 422, "{name}: {}", answer.text);
        let said = dajing::say::Lang::Zh.fault(&platform::Fault::at("file", code).with("max", 20).with("name", name));
        assert!(support::visitor::unescape(&answer.text).contains(&said), "{name}: {said}");
        assert!(answer.text.contains("保留𠮷的标题"), "{name}: what was typed is kept");
        assert!(answer.text.contains("id=\"file-error\""), "{name}: the fault stands at its field");
    }
    let answer = yi.uploads("/work/papers", &[("kind", "other"), ("title", "x")], &[("file", "刚好.pdf", &late)]);
    assert_eq!(answer.status, 303, "exactly the limit is allowed: {}", answer.text);
    assert_eq!(city.log_length(), length + 1);
    // More than any form may carry.
    let pile = vec![b'%'; 66 << 20];
    let answer = yi.send(
        yi.request(Method::POST, "/work/papers")
            .header("accept", "application/json")
            .header("content-type", "multipart/form-data; boundary=x")
            .body(pile),
    );
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
    // Somebody else's file cannot be claimed.
    let jia = city.enters("jia");
    let stored = yi.uploads("/work/papers", &[("kind", "other"), ("title", "")], &[("file", "私有.pdf", PDF)]);
    let id = stored.inputs("file").pop().expect("the file is kept with the form");
    let stolen = jia.sends("/work/papers", &json!({ "kind": "other", "title": "借用", "file": [id] }));
    assert!(matches!(stolen.status, 404 | 422), "{}", stolen.text);
    assert_eq!(jia.json(&format!("/files/{id}")).status, 404);
    assert_eq!(city.visitor().json(&format!("/files/{id}")).status, 404);
}

#[test]
fn names_of_files_cannot_speak_for_the_server() {
    let city = City::open();
    let yi = city.enters("yi");
    yi.page("/work/papers/new");
    for name in [
        "a%22%0D%0AX-Evil: 1.pdf",
        "..\\..\\etc\\passwd.pdf",
        "../../x.pdf",
        "报告\u{202e}fdp.pdf",
        "a;b=1.pdf",
        &format!("{}.pdf", "长".repeat(300)),
    ] {
        let csrf = yi.csrf();
        let mut body = Vec::new();
        for (field, value) in [("_csrf", csrf.as_str()), ("kind", "other"), ("title", "文件名")] {
            body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        body.extend(
            format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n").into_bytes(),
        );
        body.extend(PDF);
        body.extend(b"\r\n--XX--\r\n");
        let request =
            yi.request(Method::POST, "/work/papers").header("accept", "text/html").header("content-type", "multipart/form-data; boundary=XX");
        let answer = yi.send(request.body(body));
        assert_eq!(answer.status, 303, "{name}: {}", answer.text);
        let page = yi.page(&path_of(answer.header("location")));
        assert!(!page.text.contains('\u{202e}'), "directions of writing are not taken over");
        let file = page.links().into_iter().find(|l| l.starts_with("/files/")).unwrap_or_else(|| panic!("{name}: the paper's file is linked"));
        let got = yi.get(&file);
        assert_eq!((got.status, got.header("x-evil"), got.bytes.as_slice()), (200, "", PDF));
        assert_eq!((got.header("content-type"), got.header("x-content-type-options")), ("application/pdf", "nosniff"));
        let said = got.header("content-disposition");
        assert!(said.starts_with("attachment; filename=\"") && !said.contains('/') && !said.contains('\\'), "{said}");
    }
}

#[test]
fn lists_are_read_whatever_spreadsheet_wrote_them() {
    let city = City::open();
    let source = city.enters("source");
    let text = "数据资源名称,数据领域,数据分级,共享属性,开放属性,更新周期\n路灯能耗,城市治理,一级,无条件共享,无条件开放,每日\n井盖状态𠮷,城市治理,二级,无条件共享,无条件开放,实时\n";
    let gb18030 = encode_gb18030(text);
    let with_mark = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let defaults = [("domain", "city"), ("level", "l1"), ("share", "unconditional"), ("open", "unconditional"), ("cycle", "daily")];
    source.page("/work/entries/import");
    let length = city.log_length();
    for (name, bytes) in [
        ("plain.csv", text.as_bytes()),
        ("mark.csv", &with_mark),
        ("gb18030.csv", &gb18030),
        ("excel.txt.csv", &utf16),
        ("book.xlsx", &workbook(text)),
    ] {
        let page = source.uploads("/work/entries/import", &defaults, &[("file", name, bytes)]);
        if name == "excel.txt.csv" && page.status == 422 {
            // UTF-16 holds NUL bytes, which no text file may.
            continue;
        }
        assert_eq!(page.status, 200, "{name}: {}", page.text);
        for what in ["路灯能耗", "井盖状态𠮷", "数据资源名称"] {
            assert!(page.text.contains(what), "{name}: {what} is shown");
        }
    }
    assert_eq!(city.log_length(), length, "to look enters nothing");
    // Entered only when confirmed, all of it, once.
    let page = source.uploads("/work/entries/import", &defaults, &[("file", "list.csv", text.as_bytes())]);
    let file = page.inputs("file").pop().expect("the file that was shown is confirmed");
    let fields: Vec<(&str, &str)> = defaults.into_iter().chain([("file", file.as_str())]).collect();
    let done = source.post("/work/entries/import/confirm", &fields);
    assert_eq!((done.status, done.header("location")), (303, "/work/entries/import?entered=2"), "{}", done.text);
    assert_eq!(city.log_length(), length + 2);

    for (name, bytes) in [
        ("line.csv", vec![b'a'; 10 << 20]),
        ("quote.csv", [b"title\n\"".as_slice(), &vec![b'a'; 2 << 20]].concat()),
        ("empty.csv", b"  \n ".to_vec()),
        ("no-title.csv", "甲,乙\n1,2\n".into()),
        ("broken.xlsx", b"PK\x03\x04 but no workbook".to_vec()),
        ("many.csv", [b"title\n".to_vec(), b"x\n".repeat(5_001)].concat()),
    ] {
        let started = std::time::Instant::now();
        let answer = source.uploads("/work/entries/import", &defaults, &[("file", name, &bytes)]);
        assert_eq!(answer.status, 422, "{name}: {}", answer.text.chars().take(300).collect::<String>());
        assert!(answer.text.contains("id=\"file-error\""), "{name}: the fault stands at its field");
        assert!(started.elapsed().as_secs() < 20, "{name} took {:?}", started.elapsed());
    }
    assert_eq!(city.log_length(), length + 2);
}

fn encode_gb18030(text: &str) -> Vec<u8> {
    // 𠮷 is outside the two bytes of GBK; GB18030 has four for it.
    let (bytes, _, lost) = encoding_rs::GB18030.encode(text);
    assert!(!lost);
    bytes.into_owned()
}

fn workbook(text: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (r, line) in text.lines().enumerate() {
        for (c, cell) in line.split(',').enumerate() {
            sheet.write_string(r as u32, c as u16, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn exports_calculate_nothing() {
    let city = City::open();
    let desk = city.enters("desk");
    let titles = ["=1+1|' /C calc'!A0", "+49", "-2+3", "@SUM(A1)", "＝HYPERLINK(1)", "逗号,引号\"和𠮷"];
    for title in titles {
        assert_eq!(desk.sends("/work/demands", &demand(title)).status, 200, "{title}");
    }
    let answer = desk.get("/work/demands?format=csv&size=100");
    assert!(answer.bytes.starts_with(b"\xef\xbb\xbf") && answer.header("content-type").starts_with("text/csv"));
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"demands-1.csv\""), "{}", answer.header("content-disposition"));
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(&answer.bytes[3..]);
    let cells: Vec<String> = reader.records().flat_map(|r| r.unwrap().iter().map(str::to_string).collect::<Vec<_>>()).collect();
    for cell in &cells {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']), "{cell}");
    }
    for title in titles {
        assert!(cells.iter().any(|c| c.trim_start_matches('\'') == title), "{title} in {cells:?}");
    }
    use calamine::Reader;
    let book = desk.get("/work/demands?format=xlsx&size=100");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(book.bytes)).unwrap();
    let name = book.sheet_names().remove(0);
    let formulas = book.worksheet_formula(&name).unwrap();
    assert!(formulas.used_cells().next().is_none());
    let sheet = book.worksheet_range(&name).unwrap();
    assert!(sheet.used_cells().any(|(_, _, c)| matches!(c, calamine::Data::String(s) if s == titles[0])));
}

/// A text that would do harm wherever it is not escaped, and whose characters need four bytes.
const EVIL: &str = "𠮷🏙</textarea></title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}";

fn is_escaped(visitor: &Visitor, address: &str, shown: bool) {
    let page = visitor.page(address);
    assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{} {address} lets it through", visitor.name());
    if shown {
        assert!(support::visitor::unescape(&page.text).contains(EVIL), "{} {address} shows it as it was typed", visitor.name());
    }
}

#[test]
fn what_was_typed_is_shown_and_never_run() {
    let city = City::open();
    let (yi, desk, source, bureau) = (city.enters("yi"), city.enters("desk"), city.enters("source"), city.enters("bureau"));
    let mut typed = demand(EVIL);
    for field in ["unit", "problem", "expected_result", "value", "contact", "category", "consent_route", "plan"] {
        typed[field] = EVIL.chars().take(100).collect::<String>().into();
    }
    typed["title"] = EVIL.chars().take(100).collect::<String>().into();
    typed["data_needed"] = json!([{ "department": EVIL.chars().take(100).collect::<String>(), "dataset": EVIL, "items": EVIL, "reason": EVIL, "period": EVIL.chars().take(100).collect::<String>() }]);
    let filed = yi.sends("/work/demands", &typed);
    assert_eq!(filed.status, 200, "{}", filed.text);
    let address = filed.json()["location"].as_str().unwrap().to_string();
    for visitor in [&yi, &desk] {
        is_escaped(visitor, &address, true);
        is_escaped(visitor, "/work/demands", false);
        assert_eq!(visitor.json(&address).json()["title"], typed["title"], "programs get it as it was typed");
    }
    is_escaped(&desk, &format!("{address}/merge"), false);
    is_escaped(&desk, "/work/letters", false);

    let entry = json!({
        "title": EVIL, "domain": "city", "summary": EVIL, "level": "l2", "share": "conditional", "share_basis": EVIL, "open": "conditional", "open_basis": EVIL,
        "cycle": "daily", "fields": [{ "name": EVIL.chars().take(100).collect::<String>(), "type": "<b>", "meaning": EVIL }], "remark": EVIL,
    });
    let entered = source.sends("/work/entries", &entry);
    assert_eq!(entered.status, 200, "{}", entered.text);
    let address = entered.json()["location"].as_str().unwrap().to_string();
    is_escaped(&source, &address, true);
    is_escaped(&source, &format!("{address}/edit"), true);
    assert_eq!(source.sends(&format!("{address}/submit"), &json!({})).status, 200);
    assert_eq!(bureau.sends(&format!("{address}/return"), &json!({ "reason": EVIL })).status, 200);
    is_escaped(&source, &address, true);
    is_escaped(&bureau, &address, true);
    is_escaped(&bureau, "/work/letters", false);

    // In a form that comes back with its faults, in a search, in an address.
    let again = yi.post("/work/demands", &[("title", EVIL), ("problem", EVIL)]);
    assert_eq!(again.status, 422);
    assert!(!again.text.contains("<script>alert") && support::visitor::unescape(&again.text).contains(EVIL));
    let query: String = EVIL.bytes().map(|b| format!("%{b:02X}")).collect();
    for address in [
        format!("/work/demands?q={query}"),
        format!("/work/demands?state={query}"),
        format!("/sign-in?then={query}&email={query}"),
        format!("/flows?{query}={query}"),
    ] {
        let page = yi.get(&address);
        assert!(page.status < 400 && !page.text.contains("<script>alert") && !page.text.contains("<img src=x"), "{address}");
    }
    let lost = yi.get(&format!("/work/{query}"));
    assert!(lost.status == 404 && !lost.text.contains("<script>alert"));
}

#[test]
fn days_and_figures_that_do_not_exist_are_faults_at_their_field() {
    let city = City::open();
    let (yi, legal) = (city.enters("yi"), city.enters("legal"));
    yi.page("/work/papers/new");
    for day in ["2027-02-29", "2026-13-01", "2026-00-10", "29.2.2027", "昨天", "2026-02-30T00:00"] {
        let answer = yi.uploads("/work/papers", &[("kind", "other"), ("title", "日期"), ("expires_on", day)], &[("file", "a.pdf", PDF)]);
        assert_eq!(answer.status, 422, "{day}");
        assert!(answer.text.contains("id=\"expires_on-error\""), "{day}: {}", answer.text);
        assert!(answer.inputs("file").len() == 1 || answer.text.contains("a.pdf"), "the file that was sent with it is kept");
    }
    assert_eq!(
        yi.uploads("/work/papers", &[("kind", "other"), ("title", "闰日"), ("expires_on", "2028-02-29")], &[("file", "a.pdf", PDF)]).status,
        303
    );
    let said = json!({ "from_on": "2027-02-29", "to_on": "soon", "fee": "12.345", "resources": "none", "bid": ["x"] });
    let problem = legal.sends("/work/filings", &said);
    assert_eq!((problem.status, problem.header("content-type")), (422, "application/problem+json"), "{}", problem.text);
    let at: Vec<(String, String)> = problem.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["pointer"].as_str().unwrap().to_string(), e["code"].as_str().unwrap().to_string()))
        .collect();
    for (pointer, code) in [("/from_on", "not-a-date"), ("/to_on", "not-a-date"), ("/fee", "not-money"), ("/scope", "required")] {
        assert!(at.contains(&(pointer.to_string(), code.to_string())), "{pointer} {code} in {at:?}");
    }
}

#[test]
fn bodies_that_cannot_be_read_are_refused() {
    let city = City::open();
    let yi = city.enters("yi");
    let length = city.log_length();
    let raw = |kind: &str, body: Vec<u8>| {
        let request = yi.request(Method::POST, "/work/demands").header("accept", "application/json").header("x-csrf-token", yi.csrf());
        let answer = yi.send(request.header("content-type", kind).body(body));
        (answer.status, answer.code())
    };
    let unreadable = (400, "unreadable".to_string());
    for (kind, body) in [
        ("application/json", b"{\"title\":".to_vec()),
        ("application/json", b"[1,2]".to_vec()),
        ("application/json", b"\xff\xfe".to_vec()),
        ("application/json", b"[".repeat(100_000)),
        ("application/json", [b"{\"title\":".repeat(50_000), b"1".to_vec()].concat()),
        ("text/xml", b"<a/>".to_vec()),
        ("application/x-www-form-urlencoded", b"title=\xff\xfe".to_vec()),
        ("multipart/form-data", b"no boundary".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n".to_vec()),
    ] {
        assert_eq!(raw(kind, body.clone()), unreadable, "{kind} {:?}", String::from_utf8_lossy(&body[..body.len().min(40)]));
    }
    assert_eq!(raw("application/json", vec![b' '; 2 << 20]), (413, "too-large".to_string()));
    // An odd shape inside is a fault of the field, not of ours.
    for body in [
        json!({ "title": ["a"] }),
        json!({ "title": { "a": 1 } }),
        json!({ "title": 7, "data_needed": { "0": 1 } }),
        json!({ "data_needed": [1, [2]] }),
    ] {
        assert_eq!(yi.sends("/work/demands", &body).status, 422, "{body}");
    }
    let many: Vec<(String, String)> = (0..4_900).map(|n| (format!("data_needed[{n}].dataset"), "x".to_string())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(yi.post("/work/demands", &many).status, 422);
    let deep: Vec<(&str, &str)> = vec![
        ("a[0][0][0][0]", "x"),
        ("data_needed[99999999999999999999].dataset", "x"),
        ("data_needed[4294967295].dataset", "x"),
        ("[", "]"),
        ("a].b[", ""),
    ];
    assert_eq!(yi.post("/work/demands", &deep).status, 422);
    assert_eq!(city.log_length(), length);
}

#[test]
fn forms_of_others_are_not_taken() {
    let city = City::open();
    let (yi, jia) = (city.enters("yi"), city.enters("jia"));
    let length = city.log_length();
    let without = |token: &str| {
        let mut fields = demand_form("伪造");
        fields.push(("_csrf", token));
        let answer =
            yi.send(yi.request(Method::POST, "/work/demands").header("accept", "application/json").header("origin", "https://evil.cn").form(&fields));
        (answer.status, answer.code())
    };
    for token in ["", "0", &jia.csrf(), &city.visitor().csrf(), &yi.csrf()[1..]] {
        assert_eq!(without(token), (403, "form-expired".to_string()));
    }
    assert_eq!(city.log_length(), length);
    // Signing out ends the session on the server, not only in the browser.
    let cookie = |visitor: &Visitor| visitor.json("/work").status;
    assert_eq!(cookie(&jia), 200);
    assert_eq!(jia.post("/sign-out", &[]).status, 303);
    assert_eq!(cookie(&jia), 401);
    // A form that changes something is never a link.
    for get in ["/sign-out", "/work/demands/new/file", "/display"] {
        assert!(matches!(yi.get(get).status, 404 | 405), "{get}");
    }
}

#[test]
fn no_address_leads_out_of_the_site() {
    let city = City::open();
    let yi = city.enters("yi");
    let inside = |location: &str| {
        location.starts_with('/') && !location.starts_with("//") && !location.starts_with("/\\") && !location.contains(['\t', '\r', '\n'])
    };
    for out in [
        "https://evil.cn",
        "//evil.cn",
        "/\\evil.cn",
        "\\\\evil.cn",
        "/\t/evil.cn",
        "/\n/evil.cn",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:a=1",
        "http:evil.cn",
        " //evil.cn",
    ] {
        let query: String = out.bytes().map(|b| format!("%{b:02X}")).collect();
        let visitor = city.visitor();
        visitor.page(&format!("/sign-in?then={query}"));
        let code = city.account("bing").secret.clone();
        assert!(code.is_none() || !code.unwrap().is_empty());
        let answers = [
            yi.get(&format!("/lang/en?to={query}")),
            yi.get(&format!("/sign-in?then={query}")),
            yi.post("/display", &[("size", "large"), ("to", out)]),
            yi.post(&format!("/work/demands?then={query}"), &demand_form(&format!("出站 {}", key()))),
        ];
        for (at, answer) in answers.iter().enumerate() {
            assert_eq!(answer.status, 303, "{out:?} at {at}: {}", answer.text);
            assert!(inside(answer.header("location")), "{out:?} at {at} leads to {}", answer.header("location"));
            assert!(answer.headers.get_all("set-cookie").iter().all(|c| !c.to_str().unwrap_or_default().starts_with("a=1")));
        }
    }
}

#[test]
fn odd_addresses_are_answered() {
    let city = City::open();
    let yi = city.enters("yi");
    let long = "长".repeat(2_000);
    for address in [
        "/work/demands?page=-1",
        "/work/demands?page=99999999999999999999",
        "/work/demands?page=1000000&size=1000000",
        "/work/demands?size=0",
        "/work/demands?state=nonsense&domain=%00",
        "/work/demands?q=%ff%fe",
        "/work/demands?q=%25_%5C%27%22%3B--",
        "/work/demands?&&&===&q",
        &format!("/work/demands?q={long}"),
        "/work/demands?format=exe",
        "/work/demands/new?title=%3Cb%3E&data_needed%5B0%5D.dataset=x",
        "/work/papers?kind=nonsense",
        "/?lang=klingon",
        "/flows?lang=en%0d%0a",
    ] {
        let answer = yi.get(address);
        assert_eq!(answer.status, 200, "{address}: {}", answer.text.chars().take(300).collect::<String>());
    }
    for address in [
        "/work/demands/nonsense",
        "/work/demands/..%2f..%2fetc",
        "/work/bids/%00",
        "/work/bids/0190c0de-0000-7000-8000-00000000000g/submit",
        "/assets/x/../../Cargo.toml",
        "/assets/x/%2e%2e%2fapp.css",
        "/files/..%2fdajing.db",
        "/work//demands/x",
        "/%ff",
    ] {
        let answer = yi.get(address);
        assert!(matches!(answer.status, 404 | 400), "{address}: {}", answer.status);
    }
}

/// Whatever is sent to whatever form by whoever may send it: a reason or a result, never a fault of ours.
#[test]
fn chance_finds_no_fault_of_ours() {
    use dajing::routes::all;
    use support::fuzz::Chance;
    let city = City::open();
    let kinds = dajing::work::kinds();
    let mut chance = Chance::seeded();
    let mut counts = std::collections::BTreeMap::<u16, usize>::new();
    // All come in first: chance may well suspend somebody.
    let everybody: Vec<_> =
        crate::matrix::ACTORS.iter().filter(|a| !a.1.is_empty()).map(|(_, name)| (name, city.enters(name), person_of(&city, name))).collect();
    for (name, visitor, who) in everybody {
        for route in all().into_iter().filter(|r| r.method == "POST" && r.path.starts_with("/work/") && r.door.check(&who).is_ok()) {
            let Some(sheet) = route.about.sheet else { continue };
            let known =
                kinds.iter().find(|k| route.path.starts_with(&format!("/work/{}/", k.path))).map(|k| cases(&city, k.name)).unwrap_or_default();
            for _ in 0..3 {
                let id = if known.is_empty() { "0190c0de-0000-7000-8000-000000000001".to_string() } else { chance.one(&known).id.clone() };
                let address = crate::matrix::fill(&route.path, &id);
                let body: Map<String, Value> = chance.answers(sheet, 2);
                let answer = visitor.sends(&address, &Value::Object(body.clone()));
                *counts.entry(answer.status).or_default() += 1;
                let fine = matches!(answer.status, 200 | 401 | 403 | 404 | 409 | 422);
                assert!(fine, "{name} {address} answers {} to {}: {}", answer.status, Value::Object(body), answer.text);
            }
        }
    }
    eprintln!("answers by status: {counts:?}");
}
