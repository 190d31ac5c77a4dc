#!/usr/bin/env python3
"""Writes a log as C2SP tlog-tiles says, for tests of the verifiers only; shares no code with them.

    make.py FOLDER N [--seed S] [--witnesses W] [--at-least K] [--earlier SIZE]... [--proof INDEX]...

Writes `checkpoint`, `policy`, `tile/`, one `checkpoint.SIZE` for each earlier size and one `proof/INDEX.tlog-proof` for each
index. The keys come from the seed: the same seed gives the same log, byte for byte.
"""
import argparse
import base64
import hashlib
import json
import pathlib
import random

# Ed25519 signing in affine coordinates, straight from the definition of the curve; slow and plain.
PRIME = 2**255 - 19
GROUP = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, PRIME) % PRIME


def sum_of(a, b):
    (x1, y1), (x2, y2) = a, b
    k = CURVE * x1 * x2 * y1 * y2
    return (x1 * y2 + x2 * y1) * pow(1 + k, -1, PRIME) % PRIME, (y1 * y2 + x1 * x2) * pow(1 - k, -1, PRIME) % PRIME


BASE = (15112221349535400772501151409588531511454012693041857206046113283949847762202, 4 * pow(5, -1, PRIME) % PRIME)


def multiple(n):
    result = (0, 1)
    for bit in bin(n)[2:]:
        result = sum_of(result, result)
        if bit == "1":
            result = sum_of(result, BASE)
    return result


def packed(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def number(octets):
    return int.from_bytes(octets, "little")


class Key:
    """A signing key; kind 1 signs checkpoints, kind 4 signs as a witness."""

    def __init__(self, name, kind, secret):
        self.name, self.kind = name, kind
        digest = hashlib.sha512(secret).digest()
        self.scalar = (number(digest[:32]) & (2**254 - 8)) | 2**254
        self.nonce = digest[32:]
        self.public = packed(multiple(self.scalar))
        self.id = hashlib.sha256(f"{name}\n".encode() + bytes([kind]) + self.public).digest()[:4]

    def sign(self, message):
        r = number(hashlib.sha512(self.nonce + message).digest()) % GROUP
        point = packed(multiple(r))
        k = number(hashlib.sha512(point + self.public + message).digest()) % GROUP
        return point + ((r + k * self.scalar) % GROUP).to_bytes(32, "little")

    def line(self, body, at=None):
        """A signature line of a note."""
        if self.kind == 4:
            signature = at.to_bytes(8, "big") + self.sign(f"cosignature/v1\ntime {at}\n".encode() + body)
        else:
            signature = self.sign(body)
        return f"— {self.name} {base64.b64encode(self.id + signature).decode()}\n".encode()

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


def entry(rng, index):
    """One entry as the platform's log has them: canonical JSON, sometimes short, sometimes some kilobytes."""
    text = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(rng.choice((0, 5, 40) if index % 997 else (1300,))))
    line = {"v": 1, "seq": index + 1, "kind": rng.choice(("licence.granted", "product.listed", "price.filed")), "body": {"title": text}}
    return json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hash_leaf(data):
    return hashlib.sha256(b"\x00" + data).digest()


def hash_pair(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Log:
    """Entries, keys, and the files that publish them."""

    def __init__(self, size, seed=1, witnesses=1, at_least=None, origin="city.example/log"):
        rng = random.Random(seed)
        self.origin, self.seed = origin, seed
        self.key = Key(origin, 1, rng.randbytes(32))
        self.witnesses = [Key(f"witness{i}.example", 4, rng.randbytes(32)) for i in range(1, witnesses + 1)]
        self.at_least = at_least if at_least is not None else witnesses
        self.entries = [entry(rng, i) for i in range(size)]
        self.refresh()

    def refresh(self):
        """Recomputes `rows`: rows[h][i] is the hash of the i-th whole subtree of 2**h leaves."""
        self.rows = [[hash_leaf(e) for e in self.entries]]
        while len(self.rows[-1]) > 1:
            below = self.rows[-1]
            self.rows.append([hash_pair(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])

    def subtree(self, start, size):
        """The hash of `size` leaves from `start`; whole subtrees are looked up, others joined at the largest power of two."""
        height = size.bit_length() - 1
        if size == 1 << height and start % size == 0:
            return self.rows[height][start // size]
        left = 1 << ((size - 1).bit_length() - 1)
        return hash_pair(self.subtree(start, left), self.subtree(start + left, size - left))

    def root(self, size):
        return self.subtree(0, size) if size else hashlib.sha256(b"").digest()

    def proof_hashes(self, index, start, size):
        """RFC 6962's PATH, from the leaf's sibling up."""
        if size == 1:
            return []
        left = 1 << ((size - 1).bit_length() - 1)
        if index < start + left:
            return self.proof_hashes(index, start, left) + [self.subtree(start + left, size - left)]
        return self.proof_hashes(index, start + left, size - left) + [self.subtree(start, left)]

    def checkpoint(self, size=None, root=None, witnesses=None, key=None):
        size = len(self.entries) if size is None else size
        root = base64.b64encode(self.root(min(size, len(self.entries))) if root is None else root).decode()
        body = f"{self.origin}\n{size}\n{root}\n".encode()
        lines = [(key or self.key).line(body)]
        lines += [w.line(body, 1_790_000_000 + size) for w in (self.witnesses if witnesses is None else witnesses)]
        return body + b"\n" + b"".join(lines)

    def proof(self, index, size=None):
        size = len(self.entries) if size is None else size
        hashes = "".join(base64.b64encode(h).decode() + "\n" for h in self.proof_hashes(index, 0, size))
        return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n".encode() + self.checkpoint(size)

    def policy(self):
        lines = ["# Keys of a log made for tests.", "log " + self.key.vkey(), ""]
        names = [f"W{i}" for i, _ in enumerate(self.witnesses)]
        lines += [f"witness {n} {w.vkey()}" for n, w in zip(names, self.witnesses)]
        if names and self.at_least:
            lines += [f"group all-of-them {self.at_least} {' '.join(names)}", "quorum all-of-them"]
        else:
            lines += ["quorum none"]
        return ("\n".join(lines) + "\n").encode()

    def publish(self, folder, partials=()):
        """Writes all files; `partials` are earlier sizes whose partial tiles are there too."""
        folder = pathlib.Path(folder)
        size = len(self.entries)
        for upto in sorted({size, *partials}):
            level = 0
            while upto >> (8 * level):
                here = self.rows[8 * level][: upto >> (8 * level)]
                wanted = range((len(here) + 255) // 256) if upto == size else [len(here) // 256] * bool(len(here) % 256)
                for n in wanted:
                    part = here[256 * n : 256 * n + 256]
                    put(folder / tile_path(str(level), n, len(part)), b"".join(part))
                    if level == 0:
                        told = self.entries[256 * n : 256 * n + len(part)]
                        put(folder / tile_path("entries", n, len(part)), b"".join(len(e).to_bytes(2, "big") + e for e in told))
                level += 1
        put(folder / "checkpoint", self.checkpoint())
        put(folder / "policy", self.policy())


def tile_path(folder, index, width):
    """1234067 becomes x001/x234/067."""
    digits = str(index).zfill((len(str(index)) + 2) // 3 * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join(["x" + g for g in groups[:-1]] + groups[-1:])
    return f"tile/{folder}/{name}" + (f".p/{width}" if width < 256 else "")


def put(path, octets):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("size", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--witnesses", type=int, default=1)
    parser.add_argument("--at-least", type=int)
    parser.add_argument("--earlier", type=int, action="append", default=[])
    parser.add_argument("--proof", type=int, action="append", default=[])
    args = parser.parse_args()
    log = Log(args.size, args.seed, args.witnesses, args.at_least)
    log.publish(args.folder, args.earlier)
    for size in args.earlier:
        put(pathlib.Path(args.folder) / f"checkpoint.{size}", log.checkpoint(size))
    for index in args.proof:
        put(pathlib.Path(args.folder) / "proof" / f"{index}.tlog-proof", log.proof(index))


if __name__ == "__main__":
    main()
