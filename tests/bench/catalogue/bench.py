#!/usr/bin/env python3
"""Measures the catalogue beside nginx on the same machine; see README.md. Started by `run`."""

import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import city
import words

HERE = pathlib.Path(__file__).resolve().parent
THREADS, CONNECTIONS = 2, 16
PASSWORD = "dajing-demo-2026"
PURPOSES = ("public_good", "industry")
# Ratios to nginx's requests per second that are aimed at, and the other aims.
RATIOS = {"product page": 0.6, "list page": 0.6, "unseen search": 0.02, "repeated search": 0.25}
IDLE_P99_MS, FIRST_PAGE_S, GROWTH, FOUND_S, PUBLISHED_S = 20, 0.5, 2.5, 1, 10
PSS_MIB = {10_000: 64, 100_000: 200, 1_000_000: 1024}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def process(command, log):
    """A process of our own, ended at the end; nobody else's."""
    with open(log, "ab") as out:
        child = subprocess.Popen([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answer(url, accept="text/html", timeout=60):
    """Status and body; (0, b"") while nobody listens."""
    request = urllib.request.Request(url, headers={"Accept": accept, "Accept-Language": "zh-CN"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as found:
            return found.status, found.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def first_page(child, url, log, limit):
    """Seconds until the page is there."""
    begun = time.monotonic()
    while True:
        status, _ = answer(url)
        if status == 200:
            return time.monotonic() - begun
        if child.poll() is not None or time.monotonic() - begun > limit:
            tail = pathlib.Path(log).read_text(errors="replace")[-2000:]
            raise SystemExit(f"the program does not answer {url} (status {status}, exit {child.poll()}):\n{tail}")
        time.sleep(0.002)


def pss_mib(pid):
    """Proportional memory of a process and its children."""
    family, total = {pid}, 0
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    grown = True
    while grown:
        more = {child for child, parent in parents.items() if parent in family} - family
        family |= more
        grown = bool(more)
    for one in family:
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+) kB", pathlib.Path(f"/proc/{one}/smaps_rollup").read_text(), re.M)
            total += int(found[1]) if found else 0
    return round(total / 1024, 1)


def load(url, paths, seconds, once, work, connections=CONNECTIONS):
    """One run of wrk over the paths."""
    listing = work / "paths.txt"
    listing.write_text("\n".join(paths) + "\n")
    threads = min(THREADS, connections)
    command = ["wrk", "-t", threads, "-c", connections, "-d", f"{seconds}s", "--timeout", "30s", "-s", HERE / "paths.lua", url, "--", listing, threads, "once" if once else "round"]
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=seconds + 120)
    found = re.search(r"^RESULT (.*)$", done.stdout, re.M)
    if not found:
        raise SystemExit(f"wrk gave no result: {done.stdout}{done.stderr}")
    result = json.loads(found[1])
    if not result["requests"]:
        # Nothing came back in the whole run: no percentile says how slow that is, but at least this.
        result |= dict.fromkeys(("p50_ms", "p99_ms", "max_ms"), seconds * 1000)
    result["rps"] = round(result["requests"] / max(result["seconds"], 1e-6), 1)
    if once and result["requests"] >= len(paths) - connections:
        print(f"  all {len(paths)} searches of this run were spent before its end: its rate is a lower bound", flush=True)
    return result


class Paths:
    """Which pages are asked for: products and lists by rows of the database, searches never twice unless meant."""

    def __init__(self, db, seed):
        rng = random.Random(seed)
        ids = [row[0] for row in db.execute("SELECT id FROM product WHERE state = 'listed' ORDER BY id")]
        self.products = [f"/products/{id}" for id in rng.sample(ids, min(200, len(ids)))]
        self.lists = ["/products"] + [f"/products?page={n}" for n in range(2, 21)]
        scenarios = [row[0] for row in db.execute("SELECT DISTINCT scenario FROM product WHERE state = 'listed' ORDER BY scenario LIMIT 60")]
        filters = [("domain", d) for d in words.DOMAINS] + [("form", f) for f in city.FORMS] + [("purpose", p) for p in PURPOSES]
        filters += [("tariff", kind) for kind, _, _ in city.TARIFFS] + [("scenario", s) for s in scenarios]
        pairs = [w for w in words.pairs_of_characters(seed) if len(w) == 2]
        self.unasked = [(word, *narrow) for word in pairs for narrow in filters]
        rng.shuffle(self.unasked)
        self.all = len(self.unasked)

    def unseen(self, count):
        """Searches that were not asked before; they never come again."""
        taken, self.unasked = self.unasked[:count], self.unasked[count:]
        return taken


def search(word, name, value):
    return f"/products?q={urllib.parse.quote(word)}&{name}={value}"


# What is on offer, told once more and plainly: the count on the page must be this.
ON_OFFER = """
    FROM product p JOIN licence l ON l.id = p.licence JOIN pricing x ON x.product = p.id JOIN org o ON o.id = p.owner
    JOIN product_version v ON v.product = p.id AND v.number = p.approved_version
    WHERE p.state = 'listed' AND l.state = 'in_force' AND l.from_on <= :today AND l.to_on >= :today AND NOT o.affiliate
    AND NOT EXISTS (SELECT 1 FROM rectification r WHERE r.licence = l.id AND r.state IN ('ordered', 'proved', 'returned', 'overdue') AND r.closes LIKE '% list %')
    AND x.state = 'received' AND x.effective_on <= :today
    AND x.id = (SELECT y.id FROM pricing y WHERE y.product = p.id AND y.state = 'received' AND y.effective_on <= :today ORDER BY y.effective_on DESC, y.id DESC LIMIT 1)
"""


def counted(db, asked):
    """How many products on offer hold each word, by looking into every text."""
    columns = {"domain": "p.domain", "form": "p.form", "purpose": "p.purpose", "tariff": "x.tariff", "scenario": "p.scenario"}
    values = {"today": str((city.datetime.datetime.now(city.datetime.timezone.utc) + city.datetime.timedelta(hours=8)).date())}
    sums = ["count(*)"]
    for i, (word, name, value) in enumerate(asked):
        sums.append(f"coalesce(sum({columns[name]} = :v{i} AND instr(p.words, :w{i}) > 0), 0)")
        values |= {f"v{i}": value, f"w{i}": word}
    return db.execute(f"SELECT {', '.join(sums)} {ON_OFFER}", values).fetchone()


def total(url, path):
    status, body = answer(url + path, "application/json")
    return json.loads(body)["total"] if status == 200 else f"status {status}"


def exactness(url, db, paths, count):
    """Compares the counts of the page with those of the texts; returns the differences."""
    asked = paths.unseen(count)
    whole, *expected = counted(db, asked)
    shown = [total(url, search(*one)) for one in asked]
    wrong = [(f"{w} {n}={v}", e, s) for (w, n, v), e, s in zip(asked, expected, shown) if e != s]
    everything = total(url, "/products")
    if everything != whole:
        wrong.append(("everything", whole, everything))
    return {"asked": count, "with_hits": sum(e > 0 for e in expected), "on_offer": whole, "wrong": wrong}


class Person:
    """Somebody of the demo city at a browser: signs in and sends forms."""

    def __init__(self, url, email, password):
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
        self.send("/sign-in", "/sign-in", email=email, password=password)

    def send(self, page, to, **fields):
        with self.opener.open(self.url + page, timeout=60) as found:
            token = re.search(r'name="_csrf" value="([0-9a-f]+)"', found.read().decode())[1]
        form = urllib.parse.urlencode(fields | {"_csrf": token, "_key": os.urandom(16).hex()}).encode()
        begun = time.monotonic()
        with self.opener.open(self.url + to, form, timeout=60) as done:
            done.read()
        return time.monotonic() - begun


def acts(url, db, count):
    """Takes a product off and puts it back, again and again: how long each act takes, how long until a search tells of it, and until
    a published checkpoint of the public log holds it. Seconds."""
    id, title, email = db.execute(
        "SELECT p.id, p.title, x.email FROM product p JOIN membership m ON m.org = p.owner JOIN person x ON x.id = m.person WHERE p.state = 'listed' "
        "AND m.role = 'developer_admin' AND m.until IS NULL AND x.totp IS NULL AND x.email LIKE '%@demo.example' ORDER BY p.id LIMIT 1"
    ).fetchone()
    person, page, found = Person(url, email, PASSWORD), f"/work/products/{id}", f"/products?q={urllib.parse.quote(title)}&sort=newest"
    leaves = lambda: db.execute("SELECT count(*) FROM leaf").fetchone()[0]
    published = lambda: int(answer(url + "/log/checkpoint")[1].split(b"\n")[1])
    before = total(url, found)
    taken = {"act": [], "found": [], "published": []}
    for number in range(2 * count):
        off = number % 2 == 0
        taken["act"].append(person.send(page, page + ("/delist" if off else "/list"), **({"reason": "bench"} if off else {})))
        begun, size = time.monotonic(), leaves()
        while total(url, found) != before - off:
            if time.monotonic() - begun > 60:
                raise SystemExit(f"a search does not tell of an act: {total(url, found)}, before {before}")
        taken["found"].append(time.monotonic() - begun)
        while published() < size:
            if time.monotonic() - begun > 120:
                raise SystemExit(f"an act is in no checkpoint: {published()} of {size}")
            time.sleep(0.01)
        taken["published"].append(time.monotonic() - begun)
    return {name: {"p50_s": round(statistics.median(times), 3), "worst_s": round(max(times), 3)} for name, times in taken.items()}


def nginx(work, pages):
    """nginx with a static page of 20 KB."""
    port, folder = free_port(), work / "nginx"
    (folder / "pages").mkdir(parents=True)
    (folder / "pages/page.html").write_bytes(pages)
    user = "user root;" if os.geteuid() == 0 else ""
    temps = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(
        f"{user} worker_processes 2; daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; types {{ text/html html; }} {temps}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/pages; }} }}\n"
    )
    return ["nginx", "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"], f"http://127.0.0.1:{port}"


def measure(args, products, work, reference):
    """All that is measured of a catalogue of one size."""
    data = (args.cache or work) / f"city-{products}-{args.seed}"
    result = {"products": products}
    if not (data / "complete").exists():
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(parents=True)
        begun = time.monotonic()
        quiet = None if args.verbose else subprocess.DEVNULL
        # One after the other and from here, so that each ends with us.
        for command in ([args.program, "demo", "--load-only", "--data", data], [sys.executable, HERE / "city.py", "--products", products, "--seed", args.seed, data]):
            subprocess.run([str(c) for c in command], check=True, timeout=3600, stdout=subprocess.DEVNULL, stderr=quiet)
        result["filled_s"] = round(time.monotonic() - begun, 1)
        (data / "complete").touch()
    port, log = free_port(), work / f"program-{products}.log"
    url, serve = f"http://127.0.0.1:{port}", [args.program, "serve", "--data", data, "--listen", f"127.0.0.1:{port}"]
    db = sqlite3.connect(f"file:{data / 'dajing.db'}?mode=ro", uri=True)
    paths, say = Paths(db, args.seed), lambda text: print(f"  {products}: {text}", flush=True)
    patience = 120 + products / 500

    # The first start may build what a search needs; ready is when the search finds what the texts hold.
    with process(serve, log) as program:
        result["first_start_s"] = round(first_page(program, url + "/products", log, patience), 3)
        probe = paths.unseen(1)
        whole, expected = counted(db, probe)
        begun = time.monotonic()
        while (total(url, search(*probe[0])), total(url, "/products")) != (expected, whole):
            if time.monotonic() - begun > patience:
                say(f"the search never came to the texts' count: {total(url, search(*probe[0]))} of {expected}, {total(url, '/products')} of {whole}")
                break
            time.sleep(0.2)
        result["ready_s"] = round(result["first_start_s"] + time.monotonic() - begun, 3)
    starts = []
    for _ in range(3):
        with process(serve, log) as program:
            starts.append(first_page(program, url + "/products", log, patience))
    result["first_page_s"] = round(statistics.median(starts), 3)
    say(f"first start {result['first_start_s']} s, first page with a warm index {result['first_page_s']} s")

    with process(serve, log) as program:
        first_page(program, url + "/products", log, patience)
        time.sleep(2)
        result["pss_mib"] = {"idle": pss_mib(program.pid)}
        result["counts"] = exactness(url, db, paths, args.counts)
        say(f"counts: {args.counts - len(result['counts']['wrong'])} of {args.counts} as in the texts, {result['counts']['on_offer']} on offer")
        repeated = [search(*one) for one in paths.unseen(200)]
        kinds = {"product page": paths.products, "list page": paths.lists, "unseen search": None, "repeated search": repeated}
        share = len(paths.unasked) // (args.rounds + 2)
        unseen = lambda: [search(*one) for one in paths.unseen(share)]
        result["bytes"] = {name: len(answer(url + some[0])[1]) for name, some in kinds.items() if some}

        def ask(name, seconds, connections):
            return load(url, kinds[name] or unseen(), seconds, kinds[name] is None, work, connections)

        # Alone: one connection, nobody else asking.
        result["idle"] = {name: ask(name, max(2, args.seconds // 2), 1) for name in kinds}
        result["pss_mib"]["after idle"] = pss_mib(program.pid)
        result["rounds"] = []
        for number in range(args.rounds):
            one = {"nginx": load(reference, ["/page.html"], args.seconds, False, work)}
            for name in kinds:
                one[name] = ask(name, args.seconds, CONNECTIONS)
                now = pss_mib(program.pid)
                result["pss_mib"][name] = max(now, result["pss_mib"].get(name, 0))
            result["rounds"].append(one)
            say(f"round {number + 1}: " + ", ".join(f"{name} {run['rps']:.0f}/s" for name, run in one.items()))
        # Last, because it writes: with nobody else, and while others search.
        result["acts"] = {"alone": acts(url, db, args.acts)}
        with contextlib.ExitStack() as others:
            listing = work / "others.txt"
            listing.write_text("\n".join(unseen()) + "\n")
            command = ["wrk", "-t", THREADS, "-c", CONNECTIONS, "-d", "600s", "--timeout", "30s", "-s", HERE / "paths.lua", url, "--", listing, THREADS, "round"]
            others.enter_context(process(command, work / "others.log"))
            result["acts"]["while others search"] = acts(url, db, args.acts)
        say("acts: " + ", ".join(f"{when} {name} {t['p50_s']} s, at most {t['worst_s']} s" for when, of in result["acts"].items() for name, t in of.items()))
    db.close()
    rounds = result["rounds"]
    result["median"] = {
        name: {
            "rps": statistics.median(r[name]["rps"] for r in rounds),
            "ratio": round(statistics.median(r[name]["rps"] / r["nginx"]["rps"] for r in rounds), 4),
            "p50_ms": statistics.median(r[name]["p50_ms"] for r in rounds),
            "p99_ms": statistics.median(r[name]["p99_ms"] for r in rounds),
        }
        for name in rounds[0]
    }
    result["failed"] = sum(run["failed"] for r in [*rounds, result["idle"]] for run in r.values())
    if not args.cache:
        shutil.rmtree(data)
    return result


def judge(results):
    """Lines of the table: catalogue, measure, figure, aim, whether it is met."""
    lines = []
    by_size = {r["products"]: r for r in results}
    for r in results:
        n, median, idle = r["products"], r["median"], r["idle"]
        for name, aim in RATIOS.items():
            m = median[name]
            lines.append((n, f"{name}, of nginx's rate", f"{m['ratio']:.3f}  ({m['rps']:.0f}/s, p50 {m['p50_ms']:.1f} ms, p99 {m['p99_ms']:.1f} ms)", f">= {aim}", m["ratio"] >= aim))
        lines.append((n, "unseen search alone, p99", f"{idle['unseen search']['p99_ms']:.1f} ms  (p50 {idle['unseen search']['p50_ms']:.1f} ms)", f"<= {IDLE_P99_MS} ms", idle["unseen search"]["p99_ms"] <= IDLE_P99_MS))
        for name in ("product page", "list page", "repeated search"):
            lines.append((n, f"{name} alone", f"p50 {idle[name]['p50_ms']:.2f} ms, p99 {idle[name]['p99_ms']:.2f} ms", "", None))
        most = max(r["pss_mib"].values())
        aim = PSS_MIB.get(n)
        lines.append((n, "memory (PSS), most", f"{most} MiB  (" + ", ".join(f"{k} {v:.0f}" for k, v in r["pss_mib"].items()) + ")", f"<= {aim} MiB" if aim else "", most <= aim if aim else None))
        lines.append((n, "start to first page, warm index", f"{r['first_page_s']:.3f} s  (first start {r['first_start_s']} s, ready {r['ready_s']} s)", f"<= {FIRST_PAGE_S} s", r["first_page_s"] <= FIRST_PAGE_S))
        for when, of in r["acts"].items():
            for name, what, aim in (("found", "an act told by searches", FOUND_S), ("published", "an act in a checkpoint", PUBLISHED_S)):
                lines.append((n, f"{what}, {when}", f"{of[name]['worst_s']:.3f} s at most (p50 {of[name]['p50_s']:.3f} s)", f"<= {aim} s", of[name]["worst_s"] <= aim))
        wrong = len(r["counts"]["wrong"])
        lines.append((n, "counts that differ from the texts", f"{wrong} of {r['counts']['asked']}", "0", wrong == 0))
        lines.append((n, "requests that failed", str(r["failed"]), "0", r["failed"] == 0))
    if 100_000 in by_size and 1_000_000 in by_size:
        small, large = (by_size[n]["idle"]["unseen search"]["p50_ms"] for n in (100_000, 1_000_000))
        lines.append((1_000_000, "unseen search alone, p50 beside 100,000", f"{large / small:.2f} x", f"<= {GROWTH} x", large <= GROWTH * small))
    return lines


def main():
    parser = argparse.ArgumentParser(description="Measures the catalogue beside nginx on the same machine.")
    parser.add_argument("--program", required=True, type=pathlib.Path, help="the release build of dajing")
    parser.add_argument("--products", default="10000,100000", help="sizes of the catalogue")
    parser.add_argument("--seconds", type=int, default=8, help="of each run of wrk")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--counts", type=int, default=200, help="searches whose counts are compared")
    parser.add_argument("--acts", type=int, default=10, help="products taken off and put back, while it is told")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=pathlib.Path, metavar="FOLDER", help="keeps the filled cities there and uses them again")
    parser.add_argument("--limit", type=int, default=3600, metavar="SECONDS", help="gives up after so long")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE", help="all figures as JSON")
    parser.add_argument("--strict", action="store_true", help="exit 1 when an aim is missed, not only when something is wrong")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    args.program = args.program.resolve()
    sizes = [int(n) for n in args.products.split(",")]

    def over(*_):
        raise SystemExit(f"not done after {args.limit} s")

    signal.signal(signal.SIGALRM, over)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.alarm(args.limit)
    print(f"seed {args.seed}, {args.rounds} rounds of {args.seconds} s, {CONNECTIONS} connections, {THREADS} threads, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    results = []
    with tempfile.TemporaryDirectory(prefix="dajing-bench.") as folder:
        work = pathlib.Path(folder)
        command, reference = nginx(work, (b"<!doctype html><title>static</title>" + b"<p>0123456789abcdef</p>\n" * 900)[:20_000])
        with process(command, work / "nginx.log") as server:
            first_page(server, reference + "/page.html", work / "nginx.log", 10)
            for size in sizes:
                results.append(measure(args, size, work, reference))
    lines = judge(results)
    marks = {True: "met", False: "MISSED", None: ""}
    width = max(len(line[1]) for line in lines)
    print(f"\n{'products':>9}  {'what':{width}}  {'aim':>11}  {'':6}  figure (median of the rounds)")
    for n, what, figure, aim, met in lines:
        print(f"{n:>9,}  {what:{width}}  {aim:>11}  {marks[met]:6}  {figure}")
    for r in results:
        for wrong in r["counts"]["wrong"][:10]:
            print(f"  {r['products']}: {wrong[0]}: the texts hold it {wrong[1]} times, the page says {wrong[2]}")
    if args.out:
        machine = {"processors": os.cpu_count(), "load": os.getloadavg(), "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        args.out.write_text(json.dumps({"machine": machine, "arguments": {k: str(v) for k, v in vars(args).items()}, "results": results, "table": lines}, ensure_ascii=False, indent=1) + "\n")
    broken = any(r["counts"]["wrong"] or r["failed"] for r in results)
    sys.exit(1 if broken or (args.strict and any(line[4] is False for line in lines)) else 0)


if __name__ == "__main__":
    main()
