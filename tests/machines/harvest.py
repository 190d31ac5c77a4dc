#!/usr/bin/env python3
"""Does foreign software take in our catalogue? Runs the harvesters of CKAN and udata, as their packages ship them, on a running site.

    harvest.py http://127.0.0.1:8080 VENV [VENV…]

Each VENV is a virtual environment that holds `ckan[requirements]` with `ckanext-dcat` and `ckanext-harvest`, or `udata` with `mongomock`
(CKAN and udata do not fit in one). Nothing is installed and no server is needed: CKAN's fetching, paging, profiles and tag rules are
called directly, udata's whole backend runs over a database in memory. Every format of the catalogue is read to its last page; what came
in must be as many products as the site says are on offer, each with what a reader needs; none of them withdrawn, because neither
program reads `adms:status` and both would show it as on offer. Exit 1 when anything is amiss.
"""

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from pathlib import Path

ENDINGS = ("ttl", "jsonld", "rdf")
WITHDRAWN = "http://publications.europa.eu/resource/authority/dataset-status/WITHDRAWN"
PREFIX = "@@"


def on_offer(base):
    """How many products the site itself counts."""
    ask = urllib.request.Request(f"{base}/products", headers={"Accept": "application/json"})
    with urllib.request.urlopen(ask, timeout=60) as answer:
        return json.load(answer)["total"]


# --- inside a virtual environment: each reader returns, per format, what it took in --------------------------------------------------


def entry(uri, identifier, withdrawn, faults):
    return {"uri": uri, "id": identifier, "withdrawn": withdrawn, "faults": faults}


def ckan_reader(base):
    import ckan.plugins.toolkit as toolkit
    import rdflib
    import yaml
    from ckan.lib.munge import munge_title_to_name
    from ckan.logic import validators
    from ckanext.dcat import schemas
    from ckanext.dcat.harvesters.rdf import DCATRDFHarvester
    from ckanext.dcat.processors import RDFParser

    toolkit.config.setdefault("ckan.locale_default", "en")
    toolkit.config.setdefault("ckan.site_url", "http://localhost")
    # A portal with the recommended form refuses a data set with an agent its form has no field for.
    form = yaml.safe_load(Path(schemas.__file__).with_name("dcat_ap_recommended.yaml").read_text())
    fields = {field["field_name"] for field in form["dataset_fields"]}
    dct, adms = rdflib.Namespace("http://purl.org/dc/terms/"), rdflib.Namespace("http://www.w3.org/ns/adms#")

    class Complaints(DCATRDFHarvester):
        """The harvester, with its complaints kept instead of written to a database."""

        said = []

        def _save_gather_error(self, message, job):
            self.said.append(message)

    def faults_of(found, parser, withdrawn):
        extras = {extra["key"]: extra["value"] for extra in found["extras"]}
        wanted = ["title", "notes", "url", "modified", "identifier", "publisher_name", "contact_name", "theme"]
        if not withdrawn:
            wanted += ["frequency", "spatial_text", "access_rights", "resources"]
        missing = [name for name in wanted if not (found.get(name) or extras.get(name))]
        faults = [f"no {name}" for name in missing]
        faults += ["a resource without URL" for one in found["resources"] if not one.get("url")]
        for tag in found["tags"]:
            for rule in (validators.tag_length_validator, validators.tag_name_validator):
                try:
                    rule(tag["name"], {})
                except toolkit.Invalid:
                    faults.append(f"tag refused: {tag['name']}")
                except Exception as problem:  # without a running CKAN its message cannot be put into words
                    faults.append(f"tag refused: {tag['name']} ({type(problem).__name__})")
        if "creator" not in fields and (rdflib.URIRef(extras["uri"]), dct.creator, None) in parser.g:
            faults.append("the recommended form (dcat_ap_recommended.yaml) has no field for dct:creator and refuses the data set")
        return faults

    for ending in ENDINGS:
        harvester, entries, pages, names = Complaints(), [], 0, Counter()
        harvester.said = []
        address, kind = f"{base}/catalog.{ending}", None
        while address:
            text, kind = harvester._get_content_and_type(address, None, 1, content_type=kind)
            if not text:
                break
            parser = RDFParser(profiles=["euro_dcat_ap_3"])
            parser.parse(text, _format=kind)
            pages += 1
            for found in parser.datasets():
                uri = harvester._get_guid(found)
                withdrawn = (rdflib.URIRef(uri), adms.status, rdflib.URIRef(WITHDRAWN)) in parser.g
                identifier = harvester._get_dict_value(found, "identifier")
                entries.append(entry(uri, identifier, withdrawn, faults_of(found, parser, withdrawn)))
                names[munge_title_to_name(found.get("title") or "")] += 1
            following = parser.next_page()
            address = following if following != address else None
        name, times = names.most_common(1)[0] if names else ("", 0)
        note = f"CKAN's address of {times} of them would be “{name}” with a number behind it" if times > 1 else ""
        yield {"format": ending, "pages": pages, "entries": entries, "errors": harvester.said, "note": note}


def udata_reader(base):
    import mongomock
    from udata.app import create_app, standalone

    class Settings:
        MONGODB_SETTINGS = {"host": "mongodb://localhost/udata", "mongo_client_class": mongomock.MongoClient}
        CELERY_TASK_ALWAYS_EAGER = True
        CELERY_BROKER_URL = "memory://"
        CELERY_RESULT_BACKEND = "cache+memory://"
        CACHE_TYPE = "flask_caching.backends.NullCache"
        CACHE_NO_NULL_WARNING = True
        URLS_ALLOW_LOCAL = URLS_ALLOW_PRIVATE = True
        URLS_RESOLVE_HOSTNAME = AUTO_INDEX = SEND_MAIL = PUBLISH_ON_RESOURCE_EVENTS = False
        ELASTICSEARCH_URL = None
        SERVER_NAME = "udata.test"
        SECRET_KEY = API_TOKEN_SECRET = "harvest" * 5
        FS_ROOT = tempfile.mkdtemp(prefix="harvest-")

    app = create_app(override=Settings)
    standalone(app)
    import rdflib
    from udata.core.dataset.models import Dataset, License
    from udata.core.organization.models import Organization
    from udata.harvest.backends.dcat import DcatBackend
    from udata.harvest.models import HarvestSource

    status = rdflib.URIRef("http://www.w3.org/ns/adms#status")

    def faults_of(found, withdrawn):
        roles = {point.role for point in found.contact_points}
        said = found.extras.get("dcat", {})
        wanted = {"description": found.description, "tags": found.tags, "modified": found.harvest.modified_at,
                  "remote address": found.harvest.remote_url, "contact": "contact" in roles, "publisher": "publisher" in roles}
        if not withdrawn:
            wanted |= {"frequency": found.frequency, "resources": found.resources, "licence": said.get("license"),
                       "access rights": said.get("accessRights")}
        return [f"no {name}" for name, value in wanted.items() if not value]

    with app.app_context(), app.test_request_context():
        License.objects.create(id="notspecified", title="License Not Specified")
        owner = Organization.objects.create(name="harvest", description="harvest")
        for ending in ENDINGS:
            Dataset.objects.delete()
            source = HarvestSource.objects.create(name=ending, url=f"{base}/catalog.{ending}", backend="dcat", organization=owner)
            backend = DcatBackend(source)
            job = backend.harvest()
            errors = [error.message for error in job.errors]
            errors += [f"{item.remote_id}: {error.message}" for item in job.items for error in item.errors]
            errors += [f"{item.remote_id}: {line.message}" for item in job.items for line in item.logs if line.level != "INFO"]
            entries = []
            for found in Dataset.objects:
                uri = rdflib.URIRef(found.harvest.uri)
                withdrawn = any((uri, status, rdflib.URIRef(WITHDRAWN)) in graph for graph, _ in backend.graphs)
                entries.append(entry(str(uri), found.harvest.remote_id, withdrawn, faults_of(found, withdrawn)))
            yield {"format": ending, "pages": len(backend.graphs), "entries": entries, "errors": errors, "note": ""}


READERS = {"ckan": ckan_reader, "udata": udata_reader}


def inside(reader, base):
    logging.disable(logging.CRITICAL)
    for result in READERS[reader](base):
        print(PREFIX + json.dumps({"reader": reader, **result}), flush=True)


# --- outside ---------------------------------------------------------------------------------------------------------------------------


def readers_in(venv):
    """Which of the programs that environment holds."""
    found = [path.name for path in Path(venv).glob("lib/python*/site-packages/*") if path.name in ("ckanext", "udata")]
    return [{"ckanext": "ckan", "udata": "udata"}[name] for name in sorted(found)]


def judge(result, total):
    """Prints what came in, and returns what is amiss."""
    entries = result["entries"]
    withdrawn = sum(one["withdrawn"] for one in entries)
    offered = len(entries) - withdrawn
    print(f"{result['reader']:5} {result['format']:6} pages {result['pages']}, data sets {len(entries)}: "
          f"{offered} on offer (the site says {total}), {withdrawn} withdrawn")
    amiss = list(result["errors"])
    if offered != total:
        amiss.append(f"{offered} on offer instead of {total}")
    if withdrawn:
        amiss.append(f"{withdrawn} withdrawn products are taken in as if they were on offer")
    for key in ("uri", "id"):
        if len({one[key] for one in entries}) != len(entries):
            amiss.append(f"{key} is not unique")
    counted = Counter(fault for one in entries for fault in one["faults"])
    amiss += [f"{fault} ({times} of {len(entries)})" for fault, times in counted.most_common()]
    for line in amiss:
        print(f"      ! {line}")
    if result["note"]:
        print(f"      - {result['note']}")
    return amiss


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("url")
    options.add_argument("venv", nargs="+")
    options.add_argument("--inside", help=argparse.SUPPRESS)
    given = options.parse_args()
    base = given.url.rstrip("/")
    if given.inside:
        return inside(given.inside, base)
    total = on_offer(base)
    amiss, seen = [], {}
    for venv in given.venv:
        readers = readers_in(venv)
        if not readers:
            amiss.append(f"{venv} holds neither ckanext-dcat nor udata")
            print(amiss[-1])
        for reader in readers:
            command = [os.path.join(venv, "bin", "python"), os.path.abspath(__file__), base, venv, "--inside", reader]
            run = subprocess.run(command, capture_output=True, text=True, timeout=1800)
            results = [json.loads(line[len(PREFIX):]) for line in run.stdout.splitlines() if line.startswith(PREFIX)]
            for result in results:
                amiss += judge(result, total)
                seen[reader, result["format"]] = {(one["uri"], one["id"]) for one in result["entries"]}
            if run.returncode or len(results) != len(ENDINGS):
                amiss.append(f"{reader} ended with {run.returncode} after {len(results)} formats")
                print(f"      ! {amiss[-1]}\n{run.stderr[-2000:]}")
    if len({frozenset(one) for one in seen.values()}) > 1:
        amiss.append("formats or programs do not agree on which products there are")
        print(f"      ! {amiss[-1]}")
    print("amiss" if amiss else "as it should be")
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main())
