#!/usr/bin/env python3
"""核验公开日志：不信任平台的任何程序，只用 Python 标准库。
Checks a public log (C2SP tlog-tiles) without trusting any program of the platform; standard library only.

    verify.py URL|FOLDER [--policy FILE] [--old CHECKPOINT] [--proof FILE]... [--keep FILE]

URL|FOLDER is where `checkpoint` and `tile/` lie, such as https://city.example/log. Exit: 0 all holds, 1 something does not.
"""
import argparse, base64, gzip, hashlib, os, re, sys, time, urllib.error, urllib.request


class Refused(Exception):
    """What does not hold: which check, and why in both languages."""


def must(holds, check, zh, en):
    if not holds:
        raise Refused(check, zh, en)


# --- Ed25519, RFC 8032 section 5.1: points (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z --------------------------------
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, z, t, y = f - e, h - g, h + g, f + e
    return x * z % P, t * y % P, z * t % P, x * y % P


def times(n, point):
    result = (0, 1, 1, 0)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def decode(octets):
    y, sign = int.from_bytes(octets, "little") & (2**255 - 1), octets[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    return (x, y, 1, x * y % P) if x & 1 == sign else (P - x, y, 1, -x * y % P)


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed_by(key, message, signature):
    if len(signature) != 64:
        return False
    a, r, s = decode(key), decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(k, a))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# --- keys and policy: C2SP signed-note and tlog-policy ------------------------------------------------------------------
def unbase64(text, check):
    try:
        octets = base64.b64decode(text, validate=True)
    except ValueError:
        octets = b""
    must(base64.b64encode(octets).decode() == text, check, "base64 写法不正确：" + text, "not base64: " + text)
    return octets


def read_key(text):
    """NAME+ID+KEY: the name, the id by which signature lines call it, the kind (1 log, 4 witness), the public key."""
    parts = text.split("+", 2)
    must(len(parts) == 3 and parts[0], "policy", "公钥写法不正确：" + text, "not a key: " + text)
    key = unbase64(parts[2], "policy")
    name_id = hashlib.sha256(parts[0].encode("utf-8", "surrogateescape") + b"\n" + key).digest()[:4]
    must(parts[1].lower() == name_id.hex(), "policy", "公钥编号不符：" + text, "the key's id is not its own: " + text)
    must(len(key) == 33 or key and key[0] not in (1, 4), "policy", "公钥长度不对：" + text, "the key's length is wrong: " + text)
    return parts[0], name_id, key[0], key[1:]


class Policy:
    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = {}, {}, {}, None
        keys, members_so_far = set(), set()

        def new_key(text):
            key = read_key(text)
            must(key[3] not in keys, "policy", "公钥重复：" + text, "the same key twice: " + text)
            keys.add(key[3])
            return key

        for line in text.decode("utf-8", "surrogateescape").split("\n"):
            words = [w for w in re.split("[ \t]+", line) if w]
            if not words or words[0].startswith("#"):
                continue
            new = len(words) > 1 and words[1] not in self.witnesses and words[1] not in self.groups and words[1] != "none"
            if words[0] == "log" and len(words) in (2, 3):
                name, name_id, kind, key = new_key(words[1])
                if kind == 1:
                    self.logs[name, name_id] = key
            elif words[0] == "witness" and len(words) in (3, 4) and new:
                self.witnesses[words[1]] = new_key(words[2])
            elif words[0] == "group" and len(words) > 3 and new:
                members = words[3:]
                at_least = {"any": "1", "all": str(len(members))}.get(words[2], words[2])
                fit = re.fullmatch("[1-9][0-9]{0,3}", at_least) and int(at_least) <= len(members)
                known = all(m in self.witnesses or m in self.groups for m in members)
                must(fit and known and len(set(members)) == len(members) and not members_so_far & set(members),
                     "policy", "见证组写法不正确：" + line, "not a sound group: " + line)
                self.groups[words[1]] = (int(at_least), members)
                members_so_far |= set(members)
            elif words[0] == "quorum" and len(words) == 2 and self.quorum is None and not (new and words[1] != "none"):
                self.quorum = words[1]
            else:
                must(False, "policy", "策略文件有一行读不懂：" + line, "a line of the policy says nothing known: " + line)
        must(self.logs and self.quorum, "policy", "策略须有 log 与 quorum", "the policy needs a log and a quorum")

    def witnessed(self, name, seen):
        if name in self.groups:
            at_least, members = self.groups[name]
            return sum(self.witnessed(m, seen) for m in members) >= at_least
        return name == "none" or name in seen


# --- checkpoints: C2SP tlog-checkpoint and tlog-cosignature -------------------------------------------------------------
def read_checkpoint(note, policy, quorum=True):
    """Returns size, root and the witnesses with their times, after checking every signature of a known key."""
    try:
        whole = note.decode()
    except UnicodeDecodeError:
        whole = ""
    text, blank, lines = whole.rpartition("\n\n")
    body, sound = (text + "\n").split("\n")[:-1], len(note) <= 100_000 and not re.search("[\x00-\x09\x0b-\x1f]", whole)
    must(sound and blank and lines.endswith("\n") and len(body) == 3 and re.fullmatch("0|[1-9][0-9]{0,15}", body[1]),
         "checkpoint", "检查点读不懂", "the checkpoint cannot be read")
    origin, size, root = body[0], int(body[1]), unbase64(body[2], "checkpoint")
    must(len(root) == 32, "checkpoint", "检查点读不懂", "the checkpoint cannot be read")
    message, logged, seen = (text + "\n").encode(), False, {}
    for line in lines[:-1].split("\n"):
        parts = re.fullmatch("— ([^ +]+) ([^ ]+)", line)
        must(parts, "checkpoint", "签名行读不懂：" + line, "a signature line cannot be read: " + line)
        octets = unbase64(parts[2], "checkpoint")
        key = policy.logs.get((parts[1], octets[:4]))
        if key and parts[1] == origin:
            must(signed_by(key, message, octets[4:]), "signature", "日志的签名不对", "the log's signature is false")
            logged = True
        for name, known in policy.witnesses.items():
            if known[:3] == (parts[1], octets[:4], 4):
                at = int.from_bytes(octets[4:12], "big")
                stamped = b"cosignature/v1\ntime %d\n" % at + message
                must(at < 2**63 and signed_by(known[3], stamped, octets[12:]), "witness",
                     "见证方签名不对：" + name, "a witness's signature is false: " + name)
                seen[name] = at
    must(logged, "signature", "没有策略所列日志密钥的签名", "no log key of the policy signed this checkpoint")
    must(not quorum or policy.witnessed(policy.quorum, seen), "witness", "见证签名不足 quorum " + policy.quorum,
         "too few witnesses signed for quorum " + policy.quorum)
    return size, root, seen


# --- the tree: RFC 6962 section 2.1 -------------------------------------------------------------------------------------
def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """Joins neighbours until one is left; a last one without a neighbour goes up as it is."""
    while len(hashes) > 1:
        pairs = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 2)]
        hashes = pairs + (hashes[-1:] if len(hashes) % 2 else [])
    return hashes[0] if hashes else hashlib.sha256(b"").digest()


def root_by_proof(leaf, index, size, proof):
    """The root to which a proof leads (RFC 9162, 2.1.3.2); none where the proof has not the tree's shape."""
    last, hash = size - 1, leaf
    for other in proof:
        if last == 0:
            return None
        if index & 1 or index == last:
            hash = node_hash(other, hash)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            hash = node_hash(hash, other)
        index, last = index >> 1, last >> 1
    return hash if last == 0 else None


# --- reading the log ----------------------------------------------------------------------------------------------------
class Source:
    def __init__(self, place):
        self.place, self.remote = place.rstrip("/"), "://" in place

    def get(self, path):
        """The bytes there, or None where there is nothing."""
        if not self.remote:
            file = os.path.join(self.place, path)
            return open(file, "rb").read() if os.path.isfile(file) else None
        request = urllib.request.Request(self.place + "/" + path, headers={"Accept-Encoding": "gzip, identity"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                octets = answer.read()
                return gzip.decompress(octets) if answer.headers.get("Content-Encoding") == "gzip" else octets
        except urllib.error.HTTPError as error:
            must(error.code == 404, "fetch", f"{path} 返回 {error.code}", f"{path} answers {error.code}")
        except (OSError, EOFError) as error:
            must(False, "fetch", f"取不到 {path}：{error}", f"{path} cannot be had: {error}")

    def tile(self, folder, number, width):
        """A tile or bundle and how wide the one found is: a partial one may have been replaced by the full one."""
        name = f"{number % 1000:03}"
        while number >= 1000:
            number //= 1000
            name = f"x{number % 1000:03}/{name}"
        path = f"tile/{folder}/{name}"
        found = self.get(f"{path}.p/{width}") if width < 256 else None
        octets, wide = (found, width) if found is not None else (self.get(path), 256)
        must(octets is not None, "tile", "缺少 " + path, path + " is missing")
        return octets, wide, path


def read_entries(source, size):
    for number in range((size + 255) // 256):
        width = min(256, size - 256 * number)
        octets, wide, path = source.tile("entries", number, width)
        entries, at = [], 0
        while at + 2 <= len(octets):
            end = at + 2 + int.from_bytes(octets[at:at + 2], "big")
            entries, at = entries + [octets[at + 2:end]], end
        must(at == len(octets) and len(entries) == wide, "entry", path + " 残缺或多出内容", path + " is cut short or too long")
        yield from entries[:width]


def check_tiles(source, leaves):
    """Recomputes the hashes of every level and compares them with what is published; returns how many tiles that were."""
    level, hashes, tiles = 0, leaves, 0
    while hashes:
        for number in range((len(hashes) + 255) // 256):
            here = hashes[256 * number:256 * number + 256]
            octets, wide, path = source.tile(level, number, len(here))
            must(len(octets) == 32 * wide and octets[:32 * len(here)] == b"".join(here), "tile",
                 path + " 与条目不符", path + " does not agree with the entries")
            tiles += 1
        hashes = [root_of(hashes[i:i + 256]) for i in range(0, len(hashes) - 255, 256)]
        level += 1
    return tiles


def read_proof(octets):
    """C2SP tlog-proof: the entry's index, the hashes from leaf to root, the checkpoint."""
    head, _, checkpoint = octets.partition(b"\n\n")
    form = rb"c2sp\.org/tlog-proof@v1\n(extra [A-Za-z0-9+/=]*\n)?index (0|[1-9][0-9]{0,15})((\n[A-Za-z0-9+/]{43}=)*)"
    parts = re.fullmatch(form, head)
    must(parts and checkpoint, "proof", "证明文件读不懂", "the proof cannot be read")
    return int(parts[2]), [unbase64(h.decode(), "proof") for h in parts[3].split()], checkpoint


def file(path):
    with open(path, "rb") as f:
        return f.read()


def say(zh, en):
    print(f"通过 ok  {zh}\n         {en}")


def verify(args):
    source = Source(args.log)
    text = file(args.policy) if args.policy else source.get("policy")
    must(text is not None, "policy", "没有策略文件", "there is no policy")
    if not args.policy:
        print("注意 note 密钥取自日志本身；请另存一份 policy，用 --policy 核验\n"
              "         the keys come from the log itself: keep a copy of its policy and give it with --policy")
    policy, note = Policy(text), source.get("checkpoint")
    must(note is not None, "checkpoint", "没有检查点", "there is no checkpoint")
    size, root, seen = read_checkpoint(note, policy)
    say(f"检查点签名有效：{size} 条", f"the log signed its checkpoint: {size} entries")
    for name, at in seen.items():
        when = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(min(at, 2**37)))
        say(f"见证方 {name} 于 {when} 签名", f"witness {name} signed at {when}")
    earlier = [("旧检查点", "the older checkpoint", *read_checkpoint(file(args.old), policy, quorum=False)[:2])] if args.old else []
    proofs = []
    for path in args.proof:
        index, hashes, inner = read_proof(file(path))
        proven_size, proven_root, _ = read_checkpoint(inner, policy)
        must(index < proven_size, "proof", path + " 的序号超出日志", path + " is of an entry beyond its log")
        proofs.append((path, index, hashes, proven_size, proven_root))
        earlier.append((path + " 的检查点", "the checkpoint of " + path, proven_size, proven_root))
    for zh, en, old_size, _ in earlier:
        must(old_size <= size, "old", f"日志被回退：{zh}有 {old_size} 条", f"the log was rolled back: {en} has {old_size} entries")
    leaves, kept, wanted = [], {}, {proof[1] for proof in proofs}
    for index, entry in enumerate(read_entries(source, size)):
        leaves.append(leaf_hash(entry))
        if index in wanted:
            kept[index] = entry
    tiles = check_tiles(source, leaves)
    must(root_of(leaves) == root, "root", "条目算出的根与检查点不符", "the entries do not lead to the checkpoint's root")
    say(f"全部 {size} 条、{tiles} 个哈希块与根相符", f"all {size} entries and {tiles} hash tiles agree with the root")
    for zh, en, old_size, old_root in earlier:
        must(root_of(leaves[:old_size]) == old_root, "old", f"历史被改写：前 {old_size} 条与{zh}不符",
             f"history was rewritten: the first {old_size} entries are not those of {en}")
        say(f"{zh}（{old_size} 条）是本日志的开头", f"{en} ({old_size} entries) is the beginning of this log")
    for path, index, hashes, proven_size, proven_root in proofs:
        must(root_by_proof(leaves[index], index, proven_size, hashes) == proven_root, "proof",
             path + " 不能证明该条目", path + " does not prove its entry")
        shown = "".join(c if c.isprintable() else "?" for c in kept[index].decode("utf-8", "replace"))[:300]
        say(f"{path} 证明了第 {index} 条：", f"{path} proves entry {index}: {shown}")
    if args.keep:
        with open(args.keep, "wb") as f:
            f.write(note)


def main():
    parser = argparse.ArgumentParser(description="核验公开日志 check a public log")
    parser.add_argument("log", help="URL or folder of the log")
    for option, text in (("--policy", "keys and quorum"), ("--old", "a checkpoint kept earlier"), ("--keep", "where to keep this checkpoint")):
        parser.add_argument(option, metavar="FILE", help=text)
    parser.add_argument("--proof", metavar="FILE", action="append", default=[], help="a tlog-proof; may be given several times")
    try:
        verify(parser.parse_args())
    except Refused as refused:
        check, zh, en = refused.args
        print(f"不通过 REFUSED ({check}) {zh}\n         {en}")
        return 1
    except OSError as error:
        print(f"不通过 REFUSED (file) {error}")
        return 1
    print("结论：日志完好。 Result: the log holds.")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main())
