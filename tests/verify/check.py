#!/usr/bin/env python3
"""Checks both verifiers: they must accept every sound log and refuse every tampered one, for the right reason.

    check.py                                           logs made by make.py, from a folder and over HTTP
    check.py --against URL [--policy FILE] [--earlier CHECKPOINT]...
                                                       a running log: mirrors it, verifies it and its mirror, tampers with the mirror

Prints each case that went wrong and, last, "N passed, N failed". The verifier in Go is left out, and said so, where there is
no Go; with CI=1 that is a failure.
"""
import argparse
import base64
import functools
import gzip
import hashlib
import http.server
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import make
import verify as plain

HERE = pathlib.Path(__file__).resolve().parent
SHAPES = (1, 2, 3, 255, 256, 257, 511, 512, 513, 65535, 65536, 65537, 70000, 131329)
passed, failed = 0, 0


def note(name, well, told=""):
    global passed, failed
    passed, failed = passed + well, failed + (not well)
    if not well:
        print(f"FAILED {name}\n    " + told.strip().replace("\n", "\n    "))


def verifiers(work):
    """The commands of both verifiers."""
    found = {"python": [sys.executable, str(HERE / "verify.py")]}
    go = shutil.which("go")
    if go:
        binary = work / "verify-go"
        environment = {**os.environ, "GO111MODULE": "off", "GOFLAGS": "", "GOCACHE": os.environ.get("GOCACHE", str(work / "go-cache"))}
        built = subprocess.run([go, "build", "-o", binary, HERE / "verify.go"], env=environment, capture_output=True, text=True, timeout=300)
        note("verify.go is built", built.returncode == 0, built.stderr)
        found["go"] = [str(binary)]
    else:
        print("SKIPPED verify.go: there is no Go here")
        if os.environ.get("CI"):
            note("Go is needed with CI", False)
    return found


class Both:
    """Runs both verifiers and says whether they found what they should."""

    def __init__(self, commands):
        self.commands = commands

    def run(self, command, place, options):
        flat = [str(part) for pair in options for part in pair]
        done = subprocess.run([*command, *flat, str(place)], capture_output=True, text=True, timeout=600, env={**os.environ, "NO_PROXY": "*"})
        return done.returncode, done.stdout + done.stderr

    def accept(self, name, place, *options):
        for language, command in self.commands.items():
            code, told = self.run(command, place, options)
            note(f"{language} accepts {name}", code == 0 and "REFUSED" not in told and "the log holds" in told, told)

    def refuse(self, name, reasons, place, *options):
        """`reasons` are the checks, one of which must be the one that refuses."""
        for language, command in self.commands.items():
            code, told = self.run(command, place, options)
            right = any(f"REFUSED ({reason})" in told for reason in reasons.split("|"))
            note(f"{language} refuses {name} as {reasons}", code == 1 and right and "the log holds" not in told, told)


# --- tamperings that need no key: they work on any mirrored log ---------------------------------------------------------


def flip(path, at=-1):
    octets = bytearray(path.read_bytes())
    octets[at] ^= 1
    path.write_bytes(octets)


def sorted_files(folder, under):
    return sorted(p for p in (folder / under).rglob("*") if p.is_file())


def swap_hashes(path):
    """Exchanges the first two hashes of a tile, or changes the only one."""
    octets = path.read_bytes()
    path.write_bytes(octets[32:64] + octets[:32] + octets[64:] if len(octets) > 32 else octets[:-1] + bytes([octets[-1] ^ 1]))


def without_lines(path, names):
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(l for l in lines if not any(l.startswith(f"— {n} ") for n in names)), encoding="utf-8")


def change_size(path, by):
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[1] = str(int(lines[1]) + by)
    path.write_text("\n".join(lines), encoding="utf-8")


def change_root(path):
    lines = path.read_text(encoding="utf-8").split("\n")
    root = bytearray(base64.b64decode(lines[2]))
    root[0] ^= 1
    lines[2] = base64.b64encode(root).decode()
    path.write_text("\n".join(lines), encoding="utf-8")


def change_signature(path, which):
    """Changes the last octet of the signature of the n-th line; the key's id stays."""
    head, blank, tail = path.read_text(encoding="utf-8").rpartition("\n\n")
    lines = tail.split("\n")
    name, text = lines[which][2:].split(" ")
    octets = bytearray(base64.b64decode(text))
    octets[-9] ^= 1
    lines[which] = f"— {name} {base64.b64encode(octets).decode()}"
    path.write_text(head + blank + "\n".join(lines), encoding="utf-8")


def other_key(path, kind):
    """Puts a fresh key of the same name into the policy in place of each key of that kind."""
    lines = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        words = line.split()
        if words and words[0] == kind:
            at = 1 if kind == "log" else 2
            name = words[at].split("+")[0]
            words[at] = make.Key(name, {"log": 1, "witness": 4}[kind], os.urandom(32)).vkey()
        lines.append(" ".join(words))
    path.write_text("\n".join(lines), encoding="utf-8")


def witness_names(policy):
    return [w[2].split("+")[0] for w in map(str.split, policy.read_text(encoding="utf-8").split("\n")) if w and w[0] == "witness"]


def has_quorum(policy):
    return not any(w[:2] == ["quorum", "none"] for w in map(str.split, policy.read_text(encoding="utf-8").split("\n")))


def keyless(both, sound, work):
    """Every tampering that a stranger could do with a copy; `sound` has checkpoint, policy, tiles and perhaps proofs."""
    case = work / "tampered"
    policy = sound / "policy"

    def on_copy(name, reasons, change, *options, at=None):
        shutil.rmtree(case, ignore_errors=True)
        shutil.copytree(sound, case)
        change(at or case)
        both.refuse(name, reasons, case, *(options or [("--policy", policy)]))

    entries = sorted_files(sound, "tile/entries")
    first, last = entries[0].relative_to(sound), entries[-1].relative_to(sound)
    on_copy("a changed entry", "tile", lambda f: flip(f / first, 5))
    on_copy("a change in the last entry", "tile", lambda f: flip(f / last))
    on_copy("a bundle cut short", "entry", lambda f: (f / last).write_bytes((f / last).read_bytes()[:-1]))
    on_copy("a bundle cut to half", "entry|tile", lambda f: (f / first).write_bytes((f / first).read_bytes()[: len((f / first).read_bytes()) // 2]))
    on_copy("an empty bundle", "entry", lambda f: (f / last).write_bytes(b""))
    on_copy("a bundle with more in it", "entry", lambda f: (f / last).write_bytes((f / last).read_bytes() + b"\0\0"))
    on_copy("a missing bundle", "tile", lambda f: (f / first).unlink())
    for tile in {p.relative_to(sound) for p in sorted_files(sound, "tile") if "entries" not in p.parts}:
        level = tile.parts[1]
        if tile in (t := [p.relative_to(sound) for p in sorted_files(sound, f"tile/{level}")])[:1] + t[-1:]:
            on_copy(f"changed hashes in {tile}", "tile", lambda f, tile=tile: swap_hashes(f / tile))
            on_copy(f"{tile} cut short", "tile", lambda f, tile=tile: (f / tile).write_bytes((f / tile).read_bytes()[:-32]))
            on_copy(f"{tile} too long", "tile", lambda f, tile=tile: (f / tile).write_bytes((f / tile).read_bytes() + b"\0" * 32))
            on_copy(f"{tile} missing", "tile", lambda f, tile=tile: (f / tile).unlink())
    on_copy("a larger size", "signature", lambda f: change_size(f / "checkpoint", 1))
    on_copy("a smaller size", "signature", lambda f: change_size(f / "checkpoint", -1))
    on_copy("a changed root", "signature", lambda f: change_root(f / "checkpoint"))
    on_copy("a false log signature", "signature|checkpoint", lambda f: change_signature(f / "checkpoint", 0))
    on_copy("no checkpoint", "checkpoint", lambda f: (f / "checkpoint").unlink())
    on_copy("an empty checkpoint", "checkpoint", lambda f: (f / "checkpoint").write_bytes(b""))
    on_copy("an octet that is no UTF-8", "checkpoint", lambda f: (f / "checkpoint").write_bytes((f / "checkpoint").read_bytes()[:-1] + b"\xff\n"))
    mine = [("--policy", case / "policy")]
    on_copy("another log key", "signature", lambda f: other_key(f / "policy", "log"), *mine)
    on_copy("an unreadable policy", "policy", lambda f: (f / "policy").write_text("log nothing\nquorum none\n"), *mine)
    on_copy("no policy", "policy", lambda f: (f / "policy").unlink(), ("--keep", os.devnull))
    if has_quorum(policy):
        names = witness_names(policy)
        on_copy("missing witness lines", "witness", lambda f: without_lines(f / "checkpoint", names))
        on_copy("a false witness signature", "witness", lambda f: change_signature(f / "checkpoint", -2))
        on_copy("other witness keys", "witness", lambda f: other_key(f / "policy", "witness"), *mine)
    else:
        print("SKIPPED witness lines: this log's policy has quorum none")
    for proof in sorted_files(sound, "proof"):
        name = proof.relative_to(sound)
        given = [("--policy", policy), ("--proof", case / name)]
        text = proof.read_text(encoding="utf-8")
        head, _, rest = text.partition("\n\n")
        lines, index = head.split("\n"), int(head.split("index ")[1].split("\n")[0])
        at = next(i for i, line in enumerate(lines) if line.startswith("index "))
        broken = {"no first line": text.partition("\n")[2], "a wrong first line": text.replace("@v1", "@v2", 1), "no index": text.replace("index ", "indes ", 1),
                  "an index with a zero before it": text.replace("index ", "index 0", 1), "no checkpoint": head + "\n\n", "no empty line": text.replace("\n\n", "\n", 1),
                  "an index beyond the log": text.replace(f"index {index}\n", "index 999999999999\n", 1), "nothing": "",
                  "spaces at the end of a line": text.replace("\n", " \n", 1), "a hash too many": "\n".join(lines + ["A" * 43 + "="]) + "\n\n" + rest}
        if len(lines) > at + 1:
            bare = bytearray(base64.b64decode(lines[at + 1]))
            bare[0] ^= 1
            broken["a changed hash"] = "\n".join(lines[: at + 1] + [base64.b64encode(bare).decode()] + lines[at + 2 :]) + "\n\n" + rest
            broken["a hash too few"] = "\n".join(lines[:-1]) + "\n\n" + rest
            broken["a hash that is no base64"] = text.replace(lines[at + 1], "!" + lines[at + 1][1:], 1)
            broken["a short hash"] = text.replace(lines[at + 1], lines[at + 1][4:], 1)
            broken["another entry's index"] = text.replace(f"index {index}\n", f"index {index ^ 1}\n", 1)
        for what, octets in broken.items():
            on_copy(f"{name} with {what}", "proof|checkpoint" if what == "no checkpoint" else "proof", lambda f, o=octets: (f / name).write_text(o, encoding="utf-8"), *given)
        on_copy(f"{name} with a changed root", "signature", lambda f: (f / name).write_text(head + "\n\n" + rest.replace(rest.split("\n")[2], base64.b64encode(os.urandom(32)).decode(), 1), encoding="utf-8"), *given)
        if has_quorum(policy):
            on_copy(f"{name} without witnesses", "witness", lambda f: without_lines(f / name, witness_names(policy)), *given)


# --- what only the log's own keys can do ---------------------------------------------------------------------------------


def with_keys(both, work):
    """An operator who cheats with the real keys: only older checkpoints, proofs and witnesses can show it."""
    folder = work / "keys"

    def publish(log, name, **files):
        shutil.rmtree(folder / name, ignore_errors=True)
        log.publish(folder / name)
        for file, octets in files.items():
            make.put(folder / name / file, octets)
        return folder / name

    honest = make.Log(600, seed=7, witnesses=2)
    place = publish(honest, "honest", old=honest.checkpoint(300), whole=honest.checkpoint(), unsigned=honest.checkpoint(300, witnesses=[]))
    policy = ("--policy", place / "policy")
    for old in ("old", "whole", "unsigned"):
        both.accept(f"an older checkpoint ({old})", place, policy, ("--old", place / old))
    make.put(place / "none", honest.checkpoint(0))
    both.accept("a checkpoint of the empty log", place, policy, ("--old", place / "none"))
    short = make.Log(600, seed=7, witnesses=2)
    short.entries = short.entries[:400]
    short.refresh()
    rolled = publish(short, "rolled")
    both.refuse("a rolled back log", "old", rolled, policy, ("--old", place / "whole"))
    both.refuse("a rolled back log, by a proof", "old", rolled, policy, ("--proof", write(place / "late.tlog-proof", honest.proof(500))))
    rewritten = make.Log(600, seed=7, witnesses=2)
    rewritten.entries[123] = b'{"rewritten":true}'
    rewritten.refresh()
    other = publish(rewritten, "rewritten")
    both.accept("a rewritten log with nothing older to hold against it", other, policy)
    both.refuse("a history rewritten with the real keys", "old", other, policy, ("--old", place / "old"))
    both.refuse("a history rewritten with the real keys at the same size", "old", other, policy, ("--old", place / "whole"))
    both.refuse("a history rewritten with the real keys, by a proof", "old", other, policy, ("--proof", write(place / "p.tlog-proof", honest.proof(10))))
    stranger = make.Log(600, seed=8, witnesses=2)
    both.refuse("another's older checkpoint", "signature", place, policy, ("--old", write(place / "strange", stranger.checkpoint(300))))

    # The signed size or root is not that of the entries: only the recomputed root can tell.
    lying = publish(honest, "root", checkpoint=honest.checkpoint(root=b"\7" * 32))
    both.refuse("a signed root that is not that of the entries", "root", lying, policy)
    larger = publish(honest, "size", checkpoint=honest.checkpoint(size=601, root=honest.root(600)))
    both.refuse("a signed size larger than the log", "tile", larger, policy)
    longer = publish(honest, "bundle", checkpoint=honest.checkpoint(size=599, root=honest.root(600)))
    both.refuse("a signed size smaller than the log", "tile|root", longer, policy)

    # Everything but the checkpoint follows the changed entry, so that entries and tiles agree.
    for size in (600, 256, 70):
        sound = make.Log(size, seed=9, witnesses=2)
        true = sound.checkpoint()
        sound.entries[size // 2] = b"{}"
        sound.refresh()
        forged = publish(sound, "forged", checkpoint=true)
        both.refuse(f"entries and tiles of {size} forged together", "root", forged, ("--policy", forged / "policy"))

    # Keys and lines.
    wrong_name = make.Key("elsewhere.example/log", 1, b"\1" * 32)
    both.refuse("a checkpoint signed by an unknown key", "signature", publish(honest, "unknown", checkpoint=honest.checkpoint(key=wrong_name)), policy)
    other_origin = make.Log(600, seed=7, witnesses=2, origin="elsewhere.example/log")
    moved = publish(honest, "origin", checkpoint=other_origin.checkpoint(key=honest.key))
    both.refuse("a checkpoint of another origin signed with this log's key", "signature", moved, policy)
    foreign = honest.checkpoint() + wrong_name.line(b"something else") + make.Key("bureau", 0xFF, b"\2" * 32).line(b"x")
    both.accept("unknown signature lines beside the known", publish(honest, "lines", checkpoint=foreign), policy)
    root = base64.b64encode(honest.root(600)).decode()
    for what, body in {
        "an extension line": f"{honest.origin}\n600\n{root}\nmore\n", "two lines": f"{honest.origin}\n600\n", "a size with a zero before it": f"{honest.origin}\n0600\n{root}\n",
        "a size that is none": f"{honest.origin}\n+600\n{root}\n", "Windows lines": f"{honest.origin}\r\n600\r\n{root}\r\n", "a control character": f"{honest.origin}\n600\n{root}\t\n",
        "a short root": f"{honest.origin}\n600\n{base64.b64encode(honest.root(600)[:31]).decode()}\n", "a root that is no base64": f"{honest.origin}\n600\n{root[:-1]}\n",
        "loose bits in the root": f"{honest.origin}\n600\n{root[:-2]}{chr(ord(root[-2]) + 1)}=\n",
    }.items():
        text = body.encode()
        octets = text + b"\n" + honest.key.line(text) + b"".join(w.line(text, 1_790_000_000) for w in honest.witnesses)
        both.refuse(f"a well signed checkpoint with {what}", "checkpoint", publish(honest, "form", checkpoint=octets), policy)
    whole = honest.checkpoint()
    for what, octets in {
        "no last newline": whole[:-1], "no signature": whole.partition(b"\n\n")[0] + b"\n\n", "a line that is no signature": whole + b"hello\n", "no dash": whole.replace("— ".encode(), b"- "),
        "a signature with a space in it": whole[:-10] + b" " + whole[-10:], "a control character beside a name": whole + "— a\tb AAAAAAAA\n".encode(), "a hundred thousand letters": whole + ("— x " + "A" * 100_000 + "\n").encode(),
    }.items():
        both.refuse("a checkpoint with " + what, "checkpoint", publish(honest, "form", checkpoint=octets), policy)

    # One witness of two, and the ways of writing a quorum.
    one = publish(honest, "one", checkpoint=honest.checkpoint(witnesses=honest.witnesses[:1]))
    both.refuse("one witness where two are asked for", "witness", one, policy)
    keys = [w.vkey() for w in honest.witnesses]
    log = f"log {honest.key.vkey()} https://city.example/log\n"
    two = log + f"\n # witnesses\n\twitness A {keys[0]} https://a.example\nwitness B {keys[1]}\n"
    cosigner = make.Key("c.example", 4, b"\3" * 32).vkey()
    for what, rules, sound in (
        ("any of two", two + "group g any A B\nquorum g\n", True), ("one of two", two + "group g 1 A B\nquorum g\n", True), ("a witness by name", two + "quorum A\n", True),
        ("groups in groups", two + f"witness C {cosigner}\ngroup x any A C\ngroup y any B x\ngroup z all y\nquorum z\n", True), ("nobody", log + "quorum none\n", True),
        ("all of two", two + "group g all A B\nquorum g\n", False), ("the other witness by name", two + "quorum B\n", False), ("two of two", two + "group g 2 A B\nquorum g\n", False),
        ("a group of the absent", two + f"witness C {cosigner}\ngroup x any B C\ngroup y all A x\nquorum y\n", False),
        ("the same witness signing twice", two + "group g 2 A B\nquorum g\n", False),
    ):
        rule = ("--policy", write(folder / "rules", rules.encode()))
        if what.startswith("the same"):
            twice = honest.checkpoint(witnesses=honest.witnesses[:1] * 2)
            both.refuse(what, "witness", publish(honest, "twice", checkpoint=twice), rule)
        elif sound:
            both.accept(f"quorum of {what}", one, rule)
        else:
            both.refuse(f"quorum of {what}", "witness", one, rule)
    bad_id = honest.key.vkey().replace(honest.key.id.hex(), "00000000")
    for what, rules in {
        "no quorum": two, "two quorums": two + "quorum A\nquorum B\n", "a quorum of nobody known": two + "quorum D\n", "no log": "quorum none\n",
        "the same witness twice": two + f"witness C {keys[0]}\nquorum A\n", "the same log twice": log + log + "quorum none\n", "a name twice": two + f"witness A {cosigner}\nquorum A\n",
        "a group larger than its members": two + "group g 3 A B\nquorum g\n", "a group of none": two + "group g 0 A B\nquorum g\n", "a member in two groups": two + "group g any A\ngroup h any A\nquorum h\n",
        "a member twice": two + "group g 2 A A\nquorum g\n", "a group before its members": log + f"group g any A\nwitness A {keys[0]}\nquorum g\n", "an unknown line": two + "trust everybody\nquorum A\n",
        "a key with another's id": f"log {bad_id}\nquorum none\n", "a name none": log + f"witness none {keys[0]}\nquorum none\n", "a member none": two + "group g any none A\nquorum g\n",
    }.items():
        both.refuse("a policy with " + what, "policy", place, ("--policy", write(folder / "rules", rules.encode())))
    for length in (0, 31, 33):
        odd = bytes([1]) + b"k" * length
        key = f"x+{hashlib.sha256(b'x' + bytes([10]) + odd).hexdigest()[:8]}+{base64.b64encode(odd).decode()}"
        both.refuse(f"a policy whose log key has {length} octets", "policy", place, ("--policy", write(folder / "rules", f"log {key}\nquorum none\n".encode())))
    witness_as_log = f"log {make.Key(honest.origin, 4, b'x' * 32).vkey()}\nquorum none\n"
    both.refuse("a policy whose log key is a witness's", "policy", place, ("--policy", write(folder / "rules", witness_as_log.encode())))

    # Every entry of some trees, proven in the tree of each size.
    rng = random.Random(11)
    for size in (1, 2, 7, 70):
        log = make.Log(size, seed=size)
        base = publish(log, f"proofs{size}")
        tried = [(i, size) for i in range(size)] + [(rng.randrange(s), s) for s in rng.choices(range(1, size + 1), k=20)]
        options = [("--proof", write(base / f"proof/{i}-{s}", log.proof(i, s))) for i, s in tried]
        both.accept(f"every proof in trees up to {size}", base, *options)
    extra = honest.proof(5).replace(b"\nindex", b"\nextra aGVsbG8=\nindex", 1)
    both.accept("a proof with extra data", place, policy, ("--proof", write(place / "extra", extra)))
    both.refuse("a proof of another log", "signature", place, policy, ("--proof", write(place / "extra", stranger.proof(5))))
    both.refuse("a file that is not there", "file", place, policy, ("--old", place / "no-such-file"))


def write(path, octets):
    make.put(path, octets)
    return path


def arithmetic():
    """Vectors of RFC 8032, section 7.1, and signatures that must not hold."""
    for secret, public, message, signature in (
        ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        ("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ):
        secret, public, message, signature = map(bytes.fromhex, (secret, public, message, signature))
        key = make.Key("x", 1, secret)
        note("RFC 8032 signs", key.public == public and key.sign(message) == signature)
        note("RFC 8032 holds", plain.signed_by(public, message, signature))
        note("RFC 8032 refuses another message", not plain.signed_by(public, message + b"x", signature))
        for at in (0, 31, 32, 62):
            broken = bytearray(signature)
            broken[at] ^= 4
            note(f"RFC 8032 refuses a change at {at}", not plain.signed_by(public, message, bytes(broken)))
        larger = signature[:32] + (int.from_bytes(signature[32:], "little") + plain.ORDER).to_bytes(32, "little")
        note("RFC 8032 refuses S beyond the order", not plain.signed_by(public, message, larger))
        note("RFC 8032 refuses a short signature", not plain.signed_by(public, message, signature[:63]) and not plain.signed_by(public, message, b""))


# --- over HTTP ----------------------------------------------------------------------------------------------------------


class Files(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; entry bundles always gzipped, as the specification allows without being asked."""

    def do_GET(self):
        path = pathlib.Path(self.directory) / self.path.lstrip("/")
        if not path.is_file():
            return self.send_error(404)
        octets = path.read_bytes()
        self.send_response(200)
        if "/entries/" in self.path:
            octets = gzip.compress(octets)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        pass


def served(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"


def fetch(url):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "gzip"}), timeout=60) as answer:
            octets = answer.read()
            return gzip.decompress(octets) if answer.headers.get("Content-Encoding") == "gzip" else octets
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def mirror(url, folder):
    """Copies the log as its checkpoint describes it, with the proofs of a few entries; returns its size."""
    size = int(fetch(url + "/checkpoint").split(b"\n")[1])
    for index in sorted({0, size // 2, size - 1} & set(range(size))):
        octets = fetch(f"{url}/proof/{index}.tlog-proof")
        if octets is not None:
            make.put(folder / f"proof/{index}.tlog-proof", octets)
    # Asked again after the proofs, so that a log that grows meanwhile is not older than they.
    checkpoint = fetch(url + "/checkpoint")
    make.put(folder / "checkpoint", checkpoint)
    policy = fetch(url + "/policy")
    if policy is not None:
        make.put(folder / "policy", policy)
    size = int(checkpoint.split(b"\n")[1])
    level, width = 0, size
    while width:
        for n in range((width + 255) // 256):
            wide = min(256, width - 256 * n)
            for kind in [str(level)] + ["entries"] * (level == 0):
                for path in (make.tile_path(kind, n, wide), make.tile_path(kind, n, 256)):
                    octets = fetch(f"{url}/{path}")
                    if octets is not None:
                        make.put(folder / path, octets)
                        break
        level, width = level + 1, width // 256
    return size


def against(both, url, work, policy, earlier):
    copy = work / "mirror"
    size = mirror(url, copy)
    if policy:
        shutil.copy(policy, copy / "policy")
    proofs = sorted_files(copy, "proof")
    print(f"{url}: {size} entries, {len(sorted_files(copy, 'tile'))} tiles and bundles, {len(proofs)} proofs")
    options = [("--policy", copy / "policy"), ("--old", copy / "checkpoint")] + [("--proof", p) for p in proofs]
    both.accept("the running log", url, *options)
    both.accept("its mirror", copy, *options)
    note("the running log gives proofs", bool(proofs), f"none of {url}/proof/<index>.tlog-proof is there")
    for path in earlier:
        both.accept(f"an earlier checkpoint, {path}", url, ("--policy", copy / "policy"), ("--old", path))
        old = int(pathlib.Path(path).read_bytes().split(b"\n")[1])
        if old < size:
            back = work / "rolled-back"
            shutil.rmtree(back, ignore_errors=True)
            shutil.copytree(copy, back)
            shutil.copy(path, back / "checkpoint")
            both.refuse(f"the log rolled back to {path}", "old|witness", back, ("--policy", copy / "policy"), ("--old", copy / "checkpoint"))
    keyless(both, copy, work)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--against", metavar="URL")
    parser.add_argument("--policy", metavar="FILE")
    parser.add_argument("--earlier", metavar="CHECKPOINT", action="append", default=[])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="verify-check.") as folder:
        work = pathlib.Path(folder)
        both = Both(verifiers(work))
        if args.against:
            against(both, args.against.rstrip("/"), work, args.policy, args.earlier)
        else:
            arithmetic()
            for size in SHAPES:
                log = make.Log(size, seed=size, witnesses=1 + size % 3)
                place = work / "shape"
                shutil.rmtree(place, ignore_errors=True)
                log.publish(place)
                proofs = [("--proof", write(place / f"{i}.tlog-proof", log.proof(i))) for i in sorted({0, size // 3, size - 1})]
                old = write(place / "old", log.checkpoint(size // 2))
                both.accept(f"a log of {size}", place, ("--old", old), *proofs)
            empty = make.Log(0)
            empty.publish(work / "empty")
            both.accept("an empty log", work / "empty")
            grown = make.Log(700, seed=3)
            grown.publish(work / "grown", [300])
            for stale in ("0", "entries"):
                shutil.rmtree(work / f"grown/tile/{stale}/001.p")
            make.put(work / "grown/checkpoint", grown.checkpoint(300))
            both.accept("partial tiles that have become full ones since", work / "grown")
            with_keys(both, work)
            alone = make.Log(1, seed=4, witnesses=0)
            alone.publish(work / "alone")
            make.put(work / "alone/proof/0.tlog-proof", alone.proof(0))
            keyless(both, work / "alone", work)
            base = make.Log(600, seed=5, witnesses=2)
            base.publish(work / "base")
            make.put(work / "base/proof/255.tlog-proof", base.proof(255))
            make.put(work / "base/proof/599.tlog-proof", base.proof(599))
            keyless(both, work / "base", work)
            for index in (0, 300):
                make.put(work / f"base/proof/{index}.tlog-proof", base.proof(index))
            server, url = served(work / "base")
            make.put(work / "before", base.checkpoint(300))
            both.accept("a log over HTTP", url, ("--old", work / "before"))
            flip(work / "base/tile/entries/001", 9)
            both.refuse("a changed entry over HTTP", "tile", url)
            flip(work / "base/tile/entries/001", 9)
            against(both, url, work, None, [work / "before"])
            server.shutdown()
            both.refuse("a server that is gone", "fetch|policy", "http://127.0.0.1:9")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
