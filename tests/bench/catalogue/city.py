#!/usr/bin/env python3
"""Fills a city with products on offer, so that the catalogue can be measured.

    city.py --products N [--seed S] [--events] [--program dajing] DATA

DATA holds a demo city (`dajing demo --load-only --data DATA`); with --program it is made when it is not there. Each new row is a
copy of one that the program wrote itself, with what must differ changed, so that a column added tomorrow is filled as the
program fills it. Developers, scenarios, announcements, bids, filings and licences come first, then the products, each with its
approved version, its review and its received price. Everything is drawn from the seed, dates relative to today; SQLite only.

With --events each product also has the event of its listing, chained as the program chains them; `dajing verify` holds with
and without.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

import words

BATCH = 50_000
FORMS = ("dataset", "interface", "indicator", "report", "model", "application")
CYCLES = ("real_time", "daily", "weekly", "monthly", "quarterly", "half_yearly", "yearly", "irregular", "never")
# Kind, how often, and what the answers of a price filing then hold (fen).
TARIFFS = (
    ("free", 10, {}),
    ("on_request", 8, {}),
    ("per_call", 20, {"amount": 35}),
    ("per_thousand_calls", 6, {"amount": 1200}),
    ("per_record", 6, {"amount": 8}),
    ("per_copy", 8, {"amount": 80000}),
    ("per_month", 7, {"amount": 300000}),
    ("per_year", 9, {"amount": 2400000}),
    ("tiered", 3, {"unit": "call", "tiers": [{"from": 1, "up_to": 10000, "amount": 30}, {"from": 10001, "amount": 20}]}),
    ("base_plus_use", 3, {"base": 100000, "base_unit": "month", "unit": "call", "amount": 10}),
)
PLACES = "桥东 桥西 宣化 下花园 崇礼 万全 张北 康保 沽源 尚义 蔚县 阳原 怀安 怀来 涿鹿 赤城 察北 塞北".split()
NUMBERS = "甲乙丙丁戊己庚辛壬癸"
NATURES = "山水林田湖草石云川原海星风雪松柏"
BRANCHES = ("数字科技", "智慧城市", "数据服务", "信息技术", "城市运营", "云计算", "大数据", "智能交通", "健康数据", "农业科技")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def instant(at):
    """As the program keeps time: UTC with milliseconds."""
    return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"


class Table:
    """Copies of one row of a table, gathered and written in batches."""

    def __init__(self, db, name, template):
        self.db, self.name, self.rows = db, name, []
        self.columns = list(template.keys())
        self.at = {column: i for i, column in enumerate(self.columns)}
        self.template = list(template)
        marks = ",".join("?" * len(self.columns))
        self.insert = f"INSERT INTO {name} ({','.join(self.columns)}) VALUES ({marks})"

    def copy(self, **changes):
        row = self.template.copy()
        for column, value in changes.items():
            row[self.at[column]] = value
        self.rows.append(row)

    def content(self):
        return json.loads(self.template[self.at["content"]])

    def write(self):
        self.db.executemany(self.insert, self.rows)
        self.rows.clear()


class City:
    def __init__(self, data, products, seed, events):
        self.db = sqlite3.connect(data / "dajing.db", isolation_level=None)
        self.db.row_factory = sqlite3.Row
        # The database is made once and can be made again: speed before safety.
        self.db.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;")
        self.rng, self.seed, self.products, self.events = random.Random(seed), seed, products, events
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
        self.today = (self.now + datetime.timedelta(hours=8)).date()
        self.vocabulary, self.weights = words.vocabulary(seed)
        self.serials = 0

    def one(self, sql, *values):
        row = self.db.execute(sql, values).fetchone()
        if row is None:
            sys.exit(f"the demo city has no row to copy: {sql}")
        return row

    def id(self, at):
        """A UUID of version 7."""
        milliseconds = int((at - datetime.datetime(1970, 1, 1)).total_seconds() * 1000)
        text = f"{milliseconds << 80 | 7 << 76 | self.rng.getrandbits(12) << 64 | 2 << 62 | self.rng.getrandbits(62):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def serial(self, kind, year):
        """Numbers no demo city reaches."""
        self.serials += 1
        return f"{kind}〔{year}〕{1_000_000 + self.serials}号"

    def clauses(self, count):
        """Clauses of four to eight words; drawn once, because a million texts of a hundred words each would take half an hour."""
        drawn = iter(self.rng.choices(self.vocabulary, cum_weights=self.weights, k=8 * count))
        made = ["".join(next(drawn) for _ in range(4 + i % 5)) for i in range(count)]
        return [clause + "，，。"[i % 3] for i, clause in enumerate(made)]

    def templates(self):
        """The rows that are copied: a listed product and all that it stands on."""
        product = self.one(
            "SELECT p.* FROM product p JOIN licence l ON l.id = p.licence JOIN review r ON r.product = p.id AND r.version = p.approved_version "
            "JOIN pricing x ON x.product = p.id WHERE p.state = 'listed' AND l.state = 'in_force' AND r.state = 'approved' AND x.state = 'received' "
            "ORDER BY p.listed_at, p.id LIMIT 1"
        )
        licence = self.one("SELECT * FROM licence WHERE id = ?", product["licence"])
        filing = self.one("SELECT * FROM filing WHERE id = ?", licence["filing"])
        found = {
            "product": product,
            "product_version": self.one("SELECT * FROM product_version WHERE product = ? AND number = ?", product["id"], product["approved_version"]),
            "review": self.one("SELECT * FROM review WHERE product = ? AND version = ? AND state = 'approved'", product["id"], product["approved_version"]),
            "pricing": self.one("SELECT * FROM pricing WHERE product = ? AND state = 'received'", product["id"]),
            "licence": licence,
            "agreement": self.one("SELECT * FROM agreement WHERE licence = ? ORDER BY number DESC", licence["id"]),
            "filing": filing,
            "bid": self.one("SELECT * FROM bid WHERE id = ?", filing["bid"]),
            "announcement": self.one("SELECT * FROM announcement WHERE id = ?", filing["announcement"]),
            "scenario": self.one("SELECT * FROM scenario WHERE id = ?", product["scenario"]),
            "org": self.one("SELECT * FROM org WHERE id = ?", product["owner"]),
        }
        if self.events:
            found["event"] = self.one("SELECT * FROM event WHERE noun = 'product' AND act = 'list' ORDER BY seq LIMIT 1")
        self.tables = {name: Table(self.db, name, row) for name, row in found.items()}

    def stage(self):
        """Developers, scenarios and the licences between them."""
        t, rng = self.tables, self.rng
        begun = self.now - datetime.timedelta(days=760)
        orgs, scenarios = [], []
        for i in range(min(2000, max(12, self.products // 100))):
            name = "".join(rng.choices(NATURES, k=2)) + NUMBERS[i % 10] + f"{i:04}" + rng.choice(BRANCHES) + "有限公司"
            id, code = self.id(begun), f"91130799MB{i:07}X"
            content = {**t["org"].content(), "name": name, "credit_code": code}
            t["org"].copy(id=id, title=name, content=compact(content), credit_code=code, name_key=name.lower(), created_at=instant(begun), updated_at=instant(begun))
            orgs.append((id, name))
        domains = list(words.DOMAINS)
        for i in range(min(400, max(16, self.products // 250))):
            domain = domains[i % len(domains)]
            own = words.DOMAINS[domain].split()
            title = f"{rng.choice(PLACES)}{rng.choice(own)}{rng.choice(own)}{('治理', '服务', '分析', '监测')[i % 4]}{i:03}"
            purpose = "public_good" if rng.random() < 0.3 else "industry"
            id, at = self.id(begun), instant(begun)
            content = {**t["scenario"].content(), "title": title, "domain": domain, "purpose": purpose, "product_forms": list(FORMS)}
            t["scenario"].copy(id=id, serial=self.serial("量场景", begun.year), title=title, content=compact(content), created_at=at, updated_at=at, domain=domain,
                               purpose=purpose, published_on=str(begun.date()))
            announcement = self.id(begun)
            content = {**t["announcement"].content(), "title": title + "场景授权运营公告", "scenario": id}
            t["announcement"].copy(id=announcement, serial=self.serial("量公告", begun.year), title=title, content=compact(content), created_at=at, updated_at=at, scenario=id,
                                   published_at=at, deadline=at, opening=at, objection_until=str(begun.date()))
            scenarios.append((id, title, domain, purpose, announcement))
        self.licences = []
        granted = set()
        while len(self.licences) < min(6000, max(24, self.products // 60)):
            i = len(self.licences)
            org, scenario = (orgs[i] if i < len(orgs) else rng.choice(orgs)), (scenarios[i] if i < len(scenarios) else rng.choice(scenarios))
            if (org[0], scenario[0]) in granted:
                continue
            granted.add((org[0], scenario[0]))
            at = begun + datetime.timedelta(days=rng.randrange(20))
            bid, filing, licence, when = self.id(at), self.id(at), self.id(at), instant(at)
            from_on, to_on = str(at.date()), str(self.today + datetime.timedelta(days=rng.randrange(200, 330)))
            common = {"created_at": when, "updated_at": when, "scenario": scenario[0], "title": scenario[1]}
            t["bid"].copy(id=bid, serial=self.serial("量申", at.year), owner=org[0], announcement=scenario[4], opening=when, submitted_at=when, **common)
            content = {**t["filing"].content(), "bid": bid, "from_on": from_on, "to_on": to_on, "purpose": scenario[3], "holder": org[1]}
            t["filing"].copy(id=filing, serial=self.serial("量备", at.year), content=compact(content), announcement=scenario[4], bid=bid, holder=org[0], **common)
            serial = self.serial("量授", at.year)
            content = {**t["licence"].content(), "purpose": scenario[3]}
            followed = {"follows": None} if "follows" in t["licence"].at else {}
            t["licence"].copy(id=licence, serial=serial, owner=org[0], content=compact(content), filing=filing, from_on=from_on, to_on=to_on, in_force_at=when, **followed, **common)
            t["agreement"].copy(id=self.id(at), licence=licence, made_at=when)
            self.licences.append((licence, at, org, scenario))
        self.db.execute("BEGIN")
        for name in ("org", "scenario", "announcement", "bid", "filing", "licence", "agreement"):
            t[name].write()
        self.db.execute("COMMIT")

    def chain(self, count):
        """The events of listings since the last call, in order of time, appended to the one chain."""
        event = self.tables["event"]
        seq, prev, last = self.one("SELECT seq, hash, at FROM event ORDER BY seq DESC LIMIT 1")
        at = event.at
        for row in event.rows[-count:]:
            seq += 1
            last = max(last, row[at["at"]])
            digest = sha256(row[at["detail"]])
            row[at["seq"]], row[at["at"]], row[at["prev"]], row[at["digest"]] = seq, last, prev, digest
            names = ("noun", "subject", "title", "act", "from_state", "to_state", "actor", "actor_name", "role", "org", "org_name", "owner", "reason")
            line = [prev, seq, last.replace(" ", "T"), *(row[at[n]] for n in names), digest, row[at["article"]], row[at["profile"]], None]
            prev = row[at["hash"]] = sha256(compact(line))

    def product(self, listed):
        """One product with its version, review and price."""
        t, rng = self.tables, self.rng
        licence, _, (owner, holder), (scenario, scenario_title, domain, purpose, _) = rng.choice(self.licences)
        if purpose == "industry" and rng.random() < 0.1:
            purpose = "public_good"
        form, cycle = rng.choice(FORMS), rng.choice(CYCLES)
        kind = "free" if purpose == "public_good" else rng.choices(self.kinds, self.how_often)[0]
        product, version, when = self.id(listed), self.id(listed), instant(listed)
        drawn = rng.choices(self.pool, k=16)
        title = drawn.pop()[:18].rstrip("，。")
        summary = "".join(drawn)[:-1] + "。"
        answers = canonical({**self.answers, "title": title, "form": form, "purpose": purpose, "summary": summary, "coverage": rng.choice(PLACES) + "，2024 年至今", "update_cycle": cycle})
        content = f'{{"answers":{answers},"files":[]}}'
        digest = sha256(content)
        spoken = f"{title} {summary} {scenario_title} {holder}".lower()
        case = {"title": title, "owner": owner, "created_at": when, "updated_at": when}
        t["product"].copy(id=product, serial=self.serial("量品", listed.year), content=answers, licence=licence, scenario=scenario, domain=domain, form=form,
                          purpose=purpose, version=1, approved_version=1, listed_at=when, words=spoken, **case)
        t["product_version"].copy(id=version, product=product, number=1, content=content, digest=digest, made_at=when)
        t["review"].copy(id=self.id(listed), serial=self.serial("量审", listed.year), content=self.reviewed.replace("DIGEST", digest), product=product, version=1, **case)
        filed = f'{{"product":"{product}","effective_on":"{listed.date()}",{self.filed[kind]}'
        t["pricing"].copy(id=self.id(listed), serial=self.serial("量价", listed.year), content=filed, product=product, tariff=kind, effective_on=str(listed.date()), **case)
        if self.events:
            t["event"].copy(at=instant(self.now), subject=product, title=title, org=owner, org_name=holder, owner=owner, reason=None, detail='{"version":1}', sealed_until=None)

    def fill(self):
        t = self.tables
        self.pool = self.clauses(min(200_000, 20 * self.products + 1000))
        self.kinds, self.how_often = [kind for kind, _, _ in TARIFFS], [often for _, often, _ in TARIFFS]
        self.answers = {k: v for k, v in json.loads(t["product_version"].template[t["product_version"].at["content"]])["answers"].items() if k not in ("sample_file", "attachments")}
        self.reviewed = compact({**t["review"].content(), "digest": "DIGEST"})
        filed = {k: v for k, v in t["pricing"].content().items() if k not in ("product", "effective_on", "amount", "unit", "tiers", "base", "base_unit")}
        self.filed = {kind: compact({**filed, "tariff": kind, **price})[1:] for kind, _, price in TARIFFS}
        begun, span = self.now - datetime.timedelta(days=729), 729 * 86400
        done, started = 0, time.monotonic()
        while done < self.products:
            count = min(BATCH, self.products - done)
            self.db.execute("BEGIN")
            for i in range(count):
                # Spread evenly and in order, as ids and serials are.
                self.product(begun + datetime.timedelta(seconds=span * (done + i) // self.products, milliseconds=self.rng.randrange(1000)))
            if self.events:
                self.chain(count)
            for name in ("product", "product_version", "review", "pricing") + ("event",) * self.events:
                t[name].write()
            self.db.execute("COMMIT")
            done += count
            print(f"{done} products, {time.monotonic() - started:.0f} s", flush=True)

    def finish(self):
        faults = self.db.execute("PRAGMA foreign_key_check").fetchmany(5) if self.products <= 200_000 else []
        if faults:
            sys.exit(f"rows that refer to nothing: {[tuple(f) for f in faults]}")
        self.db.execute("ANALYZE")
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.close()


def main():
    parser = argparse.ArgumentParser(description="Fills a demo city with products on offer.")
    parser.add_argument("data", type=pathlib.Path, metavar="DATA")
    parser.add_argument("--products", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--events", action="store_true", help="also the event of each listing")
    parser.add_argument("--program", help="makes the demo city when DATA has none")
    args = parser.parse_args()
    if not (args.data / "dajing.db").exists():
        if not args.program:
            sys.exit(f"{args.data} has no database: give --program, or run `dajing demo --load-only --data {args.data}`")
        subprocess.run([args.program, "demo", "--load-only", "--data", args.data], check=True, stdout=subprocess.DEVNULL, timeout=300)
    city = City(args.data, args.products, args.seed, args.events)
    city.templates()
    city.stage()
    city.fill()
    city.finish()
    print(f"{args.data}: {args.products} products on offer, {os.path.getsize(args.data / 'dajing.db') >> 20} MiB")


if __name__ == "__main__":
    main()
