"""Reads the running program as foreign software does: a harvester, a validator, a feed reader, a calendar, a search engine, and a
client made from the description of the interface.

    check.py PROGRAM [PART ...]        parts: rdf feeds pages interface; all when none is named

It loads a demo city of its own, multiplies its products so that the catalogue has several pages, serves it on a free port, and
closes with the line `N passed, N failed`.
"""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from pathlib import Path

import requests

HERE = Path(__file__).resolve().parent
FORMATS = {"ttl": ("turtle", "text/turtle"), "jsonld": ("json-ld", "application/ld+json"), "rdf": ("xml", "application/rdf+xml")}
# Copies of products, so that there are three pages.
COPIES = 230
# Requests for each operation, and the seed that makes them the same every time.
EXAMPLES, SEED = 3, 20261122

passed, failures = 0, []


def check(holds, what):
    """Counts one thing that must hold."""
    global passed
    if holds:
        passed += 1
    else:
        failures.append(what)
        print(f"FAILED {what}", flush=True)
    return holds


class City:
    """The program with its demo city, until it is closed."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(prefix="dajing-machines.")
        data = Path(self.folder.name) / "data"
        told = subprocess.run(
            [program, "demo", "--load-only", "--data", data], check=True, capture_output=True, text=True, timeout=300
        ).stdout
        self.password = re.search(r"password (\S+)", told).group(1)
        multiply(data / "dajing.db")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = open(Path(self.folder.name) / "log", "w+")
        command = [program, "demo", "--data", data, "--listen", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(command, cwd=self.folder.name, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(240):
            try:
                if requests.get(f"{self.url}/healthz", timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.5)
        self.log.seek(0)
        sys.exit(f"the program does not answer; it said:\n{self.log.read()[-3000:]}")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def get(self, path, **headers):
        return requests.get(self.url + path, headers=headers, timeout=60, allow_redirects=False)

    def token(self):
        """An access token of a developer of the demo."""
        session = requests.Session()
        hidden = lambda text: re.search(r'name="_csrf" value="([^"]+)"', text).group(1)
        form = {"email": "yi@demo.example", "password": self.password, "code": "", "_key": os.urandom(8).hex()}
        form["_csrf"] = hidden(session.get(f"{self.url}/sign-in").text)
        entered = session.post(f"{self.url}/sign-in", data=form, allow_redirects=False)
        assert entered.status_code == 303, entered.text
        sent = session.post(
            f"{self.url}/account/tokens",
            json={"name": "check", "scopes": ["act"], "days": 1, "_password": self.password},
            headers={"accept": "application/json", "x-csrf-token": hidden(session.get(f"{self.url}/account/tokens").text)},
        )
        return sent.json()["token"]


def multiply(path):
    """Copies a product on offer, with its version and its price, until the catalogue has several pages."""
    database = sqlite3.connect(path)
    names = lambda table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")]

    def copy(table, condition, **changed):
        kept = [n for n in names(table) if n not in changed and n != "serial"]
        columns = ", ".join([*changed, *kept])
        values = ", ".join([*("?" for _ in changed), *kept])
        database.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {condition}", list(changed.values()))

    models = [row[0] for row in database.execute("SELECT id FROM product WHERE listed_at IS NOT NULL ORDER BY id")]
    for n in range(COPIES):
        model = models[n % len(models)]
        made = [f"0190{n:04x}-0000-7000-8000-00000000000{part}" for part in range(3)]
        copy("product", f"id = '{model}'", id=made[0])
        copy("product_version", f"product = '{model}' ORDER BY number DESC LIMIT 1", id=made[1], product=made[0])
        copy("pricing", f"product = '{model}' AND state = 'received' LIMIT 1", id=made[2], product=made[0])
    database.commit()
    database.close()


# --- the catalogue ------------------------------------------------------------------------------------------------------------


def rdf(city):
    """Every page and every product in three formats: valid, the same in all three, walked to the end."""
    import pyshacl
    from rdflib import RDF, Graph, Namespace
    from rdflib.compare import isomorphic

    dcat, hydra, adms = (Namespace(f"http://www.w3.org/ns/{n}") for n in ("dcat#", "hydra/core#", "adms#"))
    shapes = Graph().parse(HERE / "dcat-ap-3.0.1.ttl")

    def read(path, ending, query=""):
        kind, media = FORMATS[ending]
        answer = city.get(f"{path}.{ending}{query}")
        check(answer.status_code in (200, 410), f"{path}.{ending}: {answer.status_code}")
        check(answer.headers["content-type"].split(";")[0] == media, f"{path}.{ending}: {answer.headers['content-type']}")
        return answer.content.decode(), Graph().parse(data=answer.content, format=kind)

    def alike(graphs, what):
        first, *others = graphs
        return all(check(isomorphic(first, other), f"{what}: the formats differ") for other in others)

    def valid(graph, what):
        holds, _, report = pyshacl.validate(graph, shacl_graph=shapes)
        check(holds, f"{what} does not conform:\n{report[:2000] if not holds else ''}")

    walks = {}
    for ending in FORMATS:
        pages, query, seen = [], "", set()
        while query is not None:
            text, graph = read("/catalog", ending, query)
            # The pages' own addresses end as the format does; everything else is the same.
            pages.append(Graph().parse(data=text.replace(f"/catalog.{ending}", "/catalog.any"), format=FORMATS[ending][0]))
            # Each product has a record; those on offer are data sets, and those that are not are none.
            found = {str(o).removesuffix("#record") for o in graph.objects(None, dcat.record)}
            sets = {str(o) for o in graph.objects(None, dcat.dataset)}
            gone = {str(s) for s, o in graph.subject_objects(adms.status) if "WITHDRAWN" in str(o) and "#" not in str(s)}
            check(sets == found - gone, f"{ending}: data sets are other than what is on offer: {sets ^ (found - gone)}")
            check(sets == {str(s) for s in graph.subjects(RDF.type, dcat.Dataset)}, f"{ending}: a data set that is not of the catalogue")
            check(0 < len(found) <= 100 and not found & seen, f"{ending}: a page is empty, too long, or met twice")
            seen |= found
            following = [str(o) for o in graph.objects(None, hydra.next)]
            check(len(following) <= 1, f"{ending}: more than one next page")
            query = "?" + following[0].split("?")[1] if following else None
            check(len(pages) < 50, f"{ending}: no end") or sys.exit(1)
        walks[ending] = (pages, seen)
    pages, seen = walks["ttl"]
    check(len(pages) >= 3 and len(seen) > 2 * 100, f"{len(pages)} pages, {len(seen)} products")
    check(all(s == seen for _, s in walks.values()), "the formats walk through other products")
    for at, of in enumerate(zip(*(p for p, _ in walks.values()))):
        alike(of, f"page {at + 1}")
        for ending, graph in zip(FORMATS, of):
            valid(graph, f"page {at + 1} as {ending}")

    own = sorted(iri.removeprefix(city.url) for iri in seen if "/0190" not in iri)
    withdrawn = 0
    for path in own:
        graphs = [read(path, ending)[1] for ending in FORMATS]
        alike(graphs, path)
        for ending, graph in zip(FORMATS, graphs):
            valid(graph, f"{path}.{ending}")
            withdrawn += any("WITHDRAWN" in str(o) for o in graph.objects(None, adms.status))
    check(len(own) > 3 and withdrawn >= 3, f"{len(own)} products of the demo, {withdrawn} answers of withdrawn ones")

    odrl = Namespace("http://www.w3.org/ns/odrl/2/")
    licences = {str(s).removeprefix(city.url) for page in pages for s in page.subjects(RDF.type, odrl.Policy) if "/licences/" in str(s)}
    for path in sorted(licences):
        graphs = [read(path, ending)[1] for ending in FORMATS]
        alike(graphs, path)
        policy = graphs[0]
        rules = list(policy.objects(None, odrl.prohibition)) + list(policy.objects(None, odrl.permission))
        check(len(rules) >= 3 and all(policy.value(r, odrl.action) for r in rules), f"{path}: a rule without an action")
        check(all(policy.value(r, odrl.assigner) and policy.value(r, odrl.assignee) for r in rules), f"{path}: a rule without its parties")
        left = [policy.value(c, odrl.leftOperand) and policy.value(c, odrl.operator) for c in policy.objects(None, odrl.constraint)]
        check(left and all(left), f"{path}: half a constraint")
    check(licences, "no licence is named")


# --- what is new --------------------------------------------------------------------------------------------------------------


def feeds(city):
    """Feeds, calendar, map, linkset and months as their readers read them."""
    import feedparser
    import icalendar

    for name in ("announcements", "disclosures", "products"):
        answer = city.get(f"/feeds/{name}.atom")
        feed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
        check(not feed.bozo and feed.version == "atom10", f"{name}.atom: {feed.get('bozo_exception')}")
        check(feed.entries and all(e.id and e.title and e.updated_parsed and e.link for e in feed.entries), f"{name}.atom: an entry lacks a part")
        check(len({e.id for e in feed.entries}) == len(feed.entries), f"{name}.atom: an entry stands twice")
        said = city.get(f"/feeds/{name}.json").json()
        check(said["version"].endswith("/1.1") and [i["id"] for i in said["items"]] == [e.id for e in feed.entries], f"{name}.json differs from its Atom")
    calendar = icalendar.Calendar.from_ical(city.get("/feeds/deadlines.ics").content)
    events = list(calendar.walk("VEVENT"))
    check(events and all(e.get("UID") and e.get("SUMMARY") and e.get("DTSTART") and e.get("DTSTAMP") for e in events), "the calendar")
    check(len({e["UID"] for e in events}) == len(events), "two events of the calendar have one id")

    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    locations = lambda path: [e.text for e in xml.fromstring(city.get(path).content).findall(".//s:loc", space)]
    pieces = locations("/sitemap.xml")
    found = [loc for piece in pieces for loc in locations(piece.removeprefix(city.url))]
    check(len(found) > COPIES and len(set(found)) == len(found) and all(loc.startswith(city.url) for loc in found), "the map")
    check(f"Sitemap: {city.url}/sitemap.xml" in city.get("/robots.txt").text, "robots.txt does not name the map")

    linkset = city.get("/.well-known/api-catalog")
    check(linkset.headers["content-type"].startswith("application/linkset+json"), "the linkset's media type")
    for context in linkset.json()["linkset"]:
        check("anchor" in context, "a context of the linkset without anchor")
        for links in (v for k, v in context.items() if k != "anchor"):
            for link in links:
                check(city.get(link["href"].removeprefix(city.url)).status_code < 400, f"the linkset leads to {link['href']}")

    import csv

    for month in city.get("/licences/open", accept="application/json").json()["rows"]:
        rows = list(csv.reader(city.get(f"/licences/open/{month['month']}.csv").content.decode("utf-8-sig").splitlines()))
        columns = city.get(f"/licences/open/{month['month']}.json").json()["tableSchema"]["columns"]
        check(len(rows) > 1 and all(len(r) == len(columns) for r in rows), f"{month['month']}.csv is not as described")
        check(rows[0] == [c["titles"]["zh"] for c in columns], f"{month['month']}.csv: other headings than described")


# --- pages --------------------------------------------------------------------------------------------------------------------


def pages(city):
    """The data set of every product page as a search engine takes it out."""
    import extruct

    own = [r["href"] for r in city.get("/products?size=200", accept="application/json").json()["rows"] if "/0190" not in r["href"]]
    check(own, "no product is on offer")
    for path in own:
        text = city.get(path, accept="text/html").text
        found = extruct.extract(text, base_url=city.url, syntaxes=["json-ld"])["json-ld"]
        data = [d for d in found if d["@type"] in ("Dataset", "Product", "WebAPI")]
        if check(len(data) == 1, f"{path}: {len(data)} descriptions"):
            needed = ("name", "description", "identifier", "license", "creator", "url")
            check(all(data[0].get(n) for n in needed), f"{path}: {[n for n in needed if not data[0].get(n)]} missing")
            check(data[0].get("includedInDataCatalog"), f"{path} is in no catalogue")
        for link in re.findall(r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', text):
            answer = city.get(link[1])
            check(answer.ok and answer.headers["content-type"].startswith(link[0]), f"{path} leads to {link}")


# --- the interface ------------------------------------------------------------------------------------------------------------


def known_ids(city, document, headers):
    """For every list with pages below it, the id of something on it, so that these pages are met and not only missed."""
    known = {}
    for path in document["paths"]:
        if "{" not in path and f"{path}/{{id}}" in document["paths"]:
            answer = city.get(path, accept="application/json", **headers)
            rows = answer.json().get("rows") or [] if answer.ok else []
            ids = [r["href"].split("?")[0].removeprefix(f"{path}/") for r in rows if r.get("href", "").startswith(f"{path}/")]
            known.update({path: i for i in ids[:1] if "/" not in i})
    return known


def interface(city):
    """Everything that the description promises, asked by nobody and by a developer: no fault of the server, nothing undescribed."""
    document = city.get("/openapi.json").json()
    check(document["openapi"].startswith("3.1"), f"OpenAPI {document['openapi']}")
    # What would end the talk, and the figures, which have a token of their own.
    skipped = r"^/(sign-out|sign-in|metrics|account/tokens/\{id\}/revoke|account/sessions.*|account/factor.*|lang/.*|display)$"
    bearer = f"Bearer {city.token()}"
    for who, headers in (("nobody", {}), ("a developer", {"Authorization": bearer})):
        settings = Path(city.folder.name) / "schemathesis.toml"
        known = known_ids(city, document, headers)
        settings.write_text("".join(
            f"[[operations]]\ninclude-path-regex = '^{re.escape(path)}/\\{{id\\}}'\nparameters = {{ 'path.id' = '{one}' }}\n" for path, one in known.items()
        ))
        check(len(known) > 3, f"{who} finds {len(known)} things to ask about")
        given = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(settings), "run", f"{city.url}/openapi.json", "--url", city.url,
            "--header", "Accept: application/json", *given, "--warnings", "off", "--exclude-path-regex", skipped,
            "--phases", "fuzzing", "--max-examples", str(EXAMPLES), "--seed", str(SEED), "--workers", "2", "--mode", "all",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--generation-database", "none", "--no-color", "--request-timeout", "30",
        ]  # fmt: skip
        ran = subprocess.run(command, capture_output=True, text=True, timeout=900, cwd=city.folder.name)
        said = (ran.stdout + ran.stderr).split(" FAILURES =")[-1]
        check(ran.returncode == 0, f"the interface, asked by {who}:\n{said[:9000]}")
        print("\n".join(line for line in ran.stdout.splitlines() if "generated" in line or "passed" in line), flush=True)


def main():
    program, wanted = sys.argv[1], sys.argv[2:]
    parts = {"rdf": rdf, "feeds": feeds, "pages": pages, "interface": interface}
    city = City(str(Path(program).resolve()))
    try:
        for name, part in parts.items():
            if not wanted or name in wanted:
                begun = time.monotonic()
                part(city)
                print(f"{name}: {time.monotonic() - begun:.0f} s", flush=True)
    finally:
        city.close()
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
