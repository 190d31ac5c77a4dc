// 核验公开日志：不信任平台的任何程序，只用 Go 标准库。
// Checks a public log (C2SP tlog-tiles) without trusting any program of the platform; standard library only.
//
//	go run verify.go [-policy FILE] [-old CHECKPOINT] [-proof FILE]... [-keep FILE] URL|FOLDER
//
// URL|FOLDER is where `checkpoint` and `tile/` lie, such as https://city.example/log. Exit: 0 all holds, 1 something does not.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type hash = [32]byte

// must ends the program where something does not hold: which check, and why in both languages.
func must(holds bool, check, zh, en string) {
	if !holds {
		fmt.Printf("不通过 REFUSED (%s) %s\n         %s\n", check, zh, en)
		os.Exit(1)
	}
}

func say(zh, en string) { fmt.Printf("通过 ok  %s\n         %s\n", zh, en) }

func unbase64(text, check string) []byte {
	octets, err := base64.StdEncoding.Strict().DecodeString(text)
	must(err == nil, check, "base64 写法不正确："+text, "not base64: "+text)
	return octets
}

// --- keys and policy: C2SP signed-note and tlog-policy

// key is NAME+ID+KEY: ids are what signature lines call it by; kind 1 signs logs, kind 4 is a witness.
type key struct {
	name, id string
	kind     byte
	public   ed25519.PublicKey
}

type group struct {
	atLeast int
	members []string
}

type policy struct {
	logs      []key
	witnesses map[string]key
	groups    map[string]group
	quorum    string
}

func readKey(text string, used map[string]bool) key {
	parts := strings.SplitN(text, "+", 3)
	must(len(parts) == 3 && parts[0] != "", "policy", "公钥写法不正确："+text, "not a key: "+text)
	octets := unbase64(parts[2], "policy")
	id := sha256.Sum256(append([]byte(parts[0]+"\n"), octets...))
	must(strings.ToLower(parts[1]) == hex.EncodeToString(id[:4]), "policy", "公钥编号不符："+text, "the key's id is not its own: "+text)
	must(len(octets) == 33 || len(octets) > 1 && octets[0] != 1 && octets[0] != 4, "policy", "公钥长度不对："+text, "the key's length is wrong: "+text)
	must(!used[string(octets[1:])], "policy", "公钥重复："+text, "the same key twice: "+text)
	used[string(octets[1:])] = true
	return key{parts[0], string(id[:4]), octets[0], octets[1:]}
}

func readPolicy(text []byte) policy {
	p := policy{witnesses: map[string]key{}, groups: map[string]group{}}
	used, member := map[string]bool{}, map[string]bool{}
	named := func(name string) bool {
		_, witness := p.witnesses[name]
		_, group := p.groups[name]
		return witness || group
	}
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		n := len(words)
		fresh := n > 1 && !named(words[1]) && words[1] != "none"
		switch {
		case n == 0 || strings.HasPrefix(words[0], "#"):
		case words[0] == "log" && (n == 2 || n == 3):
			if k := readKey(words[1], used); k.kind == 1 {
				p.logs = append(p.logs, k)
			}
		case words[0] == "witness" && (n == 3 || n == 4) && fresh:
			p.witnesses[words[1]] = readKey(words[2], used)
		case words[0] == "group" && n > 3 && fresh:
			atLeast := map[string]int{"any": 1, "all": n - 3}[words[2]]
			if regexp.MustCompile(`^[1-9][0-9]{0,3}$`).MatchString(words[2]) {
				atLeast, _ = strconv.Atoi(words[2])
			}
			must(1 <= atLeast && atLeast <= n-3, "policy", "见证组写法不正确："+line, "not a sound group: "+line)
			for _, m := range words[3:] {
				must(named(m) && !member[m], "policy", "见证组写法不正确："+line, "not a sound group: "+line)
				member[m] = true
			}
			p.groups[words[1]] = group{atLeast, words[3:]}
		case words[0] == "quorum" && n == 2 && p.quorum == "" && !fresh:
			p.quorum = words[1]
		default:
			must(false, "policy", "策略文件有一行读不懂："+line, "a line of the policy says nothing known: "+line)
		}
	}
	must(len(p.logs) > 0 && p.quorum != "", "policy", "策略须有 log 与 quorum", "the policy needs a log and a quorum")
	return p
}

func (p policy) witnessed(name string, seen map[string]uint64) bool {
	_, met := seen[name]
	if g, is := p.groups[name]; is {
		count := 0
		for _, m := range g.members {
			if p.witnessed(m, seen) {
				count++
			}
		}
		return count >= g.atLeast
	}
	return met || name == "none"
}

// --- checkpoints: C2SP tlog-checkpoint and tlog-cosignature

type tree struct {
	zh, en string
	size   int
	root   hash
}

var number = `(0|[1-9][0-9]{0,15})`
var noteForm = regexp.MustCompile(`^(([^\n]+)\n` + number + `\n([^\n]+)\n)\n((?:— [^ +\n]+ [^ \n]+\n)+)$`)

// readCheckpoint checks every signature of a known key.
func readCheckpoint(note []byte, p policy, quorum bool) (tree, map[string]uint64) {
	m := noteForm.FindStringSubmatch(string(note))
	control := bytes.IndexFunc(note, func(r rune) bool { return r < ' ' && r != '\n' }) >= 0
	must(m != nil && utf8.Valid(note) && !control && len(note) <= 100_000, "checkpoint", "检查点读不懂", "the checkpoint cannot be read")
	message, origin, root := []byte(m[1]), m[2], unbase64(m[4], "checkpoint")
	must(len(root) == 32, "checkpoint", "检查点读不懂", "the checkpoint cannot be read")
	t := tree{root: *(*hash)(root)}
	t.size, _ = strconv.Atoi(m[3])
	logged, seen := false, map[string]uint64{}
	for _, line := range strings.Split(strings.TrimSuffix(m[5], "\n"), "\n") {
		words := strings.Split(line, " ")
		octets := unbase64(words[2], "checkpoint")
		if len(octets) < 4 {
			continue
		}
		known := func(k key, kind byte) bool { return k.name == words[1] && k.id == string(octets[:4]) && k.kind == kind }
		for _, k := range p.logs {
			if known(k, 1) && k.name == origin {
				must(ed25519.Verify(k.public, message, octets[4:]), "signature", "日志的签名不对", "the log's signature is false")
				logged = true
			}
		}
		for name, k := range p.witnesses {
			if known(k, 4) {
				sound := len(octets) == 76 && octets[4] < 128
				if sound {
					seen[name] = binary.BigEndian.Uint64(octets[4:])
					stamped := append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", seen[name])), message...)
					sound = ed25519.Verify(k.public, stamped, octets[12:])
				}
				must(sound, "witness", "见证方签名不对："+name, "a witness's signature is false: "+name)
			}
		}
	}
	must(logged, "signature", "没有策略所列日志密钥的签名", "no log key of the policy signed this checkpoint")
	must(!quorum || p.witnessed(p.quorum, seen), "witness", "见证签名不足 quorum "+p.quorum, "too few witnesses signed for quorum "+p.quorum)
	return t, seen
}

// --- the tree: RFC 6962 section 2.1

func leafHash(entry []byte) hash { return sha256.Sum256(append([]byte{0}, entry...)) }
func nodeHash(left, right hash) hash {
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// rootOf splits at the largest power of two below the count, as the RFC writes it.
func rootOf(hashes []hash) hash {
	switch n := len(hashes); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return hashes[0]
	default:
		k := 1 << (bits.Len(uint(n-1)) - 1)
		return nodeHash(rootOf(hashes[:k]), rootOf(hashes[k:]))
	}
}

// byProof is the root to which a proof leads from one leaf of a tree of n; false where it has not the tree's shape.
func byProof(leaf hash, index, n int, proof []hash) (hash, bool) {
	if n == 1 || len(proof) == 0 {
		return leaf, n == 1 && len(proof) == 0
	}
	k, last := 1<<(bits.Len(uint(n-1))-1), len(proof)-1
	if index < k {
		left, sound := byProof(leaf, index, k, proof[:last])
		return nodeHash(left, proof[last]), sound
	}
	right, sound := byProof(leaf, index-k, n-k, proof[:last])
	return nodeHash(proof[last], right), sound
}

// --- reading the log

var place string

// get returns the bytes at a path, or nil where there is nothing.
func get(path string) []byte {
	if !strings.Contains(place, "://") {
		octets, err := os.ReadFile(filepath.Join(place, path))
		must(err == nil || os.IsNotExist(err), "fetch", "读不到 "+path, fmt.Sprint(path, " cannot be read: ", err))
		return octets
	}
	client := http.Client{Timeout: time.Minute} // unpacks gzip by itself
	answer, err := client.Get(place + "/" + path)
	must(err == nil, "fetch", "取不到 "+path, fmt.Sprint(path, " cannot be had: ", err))
	defer answer.Body.Close()
	octets, err := io.ReadAll(answer.Body)
	must(err == nil && (answer.StatusCode == 200 || answer.StatusCode == 404), "fetch", "取不到 "+path, path+" answers "+answer.Status)
	if answer.StatusCode == 404 {
		return nil
	}
	return octets
}

// tile returns a tile or bundle and how wide the one found is: a partial one may have been replaced by the full one.
func tile(folder string, n, width int) ([]byte, int, string) {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	path := "tile/" + folder + "/" + name
	if width < 256 {
		if octets := get(fmt.Sprintf("%s.p/%d", path, width)); octets != nil {
			return octets, width, path
		}
	}
	octets := get(path)
	must(octets != nil, "tile", "缺少 "+path, path+" is missing")
	return octets, 256, path
}

func least(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// readEntries hashes every entry and keeps those wanted.
func readEntries(size int, wanted map[int][]byte) []hash {
	leaves := []hash{}
	for n := 0; 256*n < size; n++ {
		width := least(256, size-256*n)
		octets, wide, path := tile("entries", n, width)
		for i := 0; i < wide; i++ {
			sound := len(octets) >= 2 && len(octets)-2 >= int(binary.BigEndian.Uint16(octets))
			must(sound, "entry", path+" 残缺", path+" is cut short")
			end := 2 + int(binary.BigEndian.Uint16(octets))
			if i < width {
				if _, kept := wanted[len(leaves)]; kept {
					wanted[len(leaves)] = octets[2:end]
				}
				leaves = append(leaves, leafHash(octets[2:end]))
			}
			octets = octets[end:]
		}
		must(len(octets) == 0, "entry", path+" 多出内容", path+" is too long")
	}
	return leaves
}

// checkTiles recomputes the hashes of every level and compares them with what is published; returns how many tiles that were.
func checkTiles(leaves []hash) (tiles int) {
	for level, hashes := 0, leaves; len(hashes) > 0; level++ {
		above := []hash{}
		for n := 0; 256*n < len(hashes); n++ {
			here := hashes[256*n : least(256*n+256, len(hashes))]
			octets, wide, path := tile(strconv.Itoa(level), n, len(here))
			same := len(octets) == 32*wide
			for i := 0; same && i < len(here); i++ {
				same = bytes.Equal(octets[32*i:32*i+32], here[i][:])
			}
			must(same, "tile", path+" 与条目不符", path+" does not agree with the entries")
			if len(here) == 256 {
				above = append(above, rootOf(here))
			}
			tiles++
		}
		hashes = above
	}
	return tiles
}

// --- proofs: C2SP tlog-proof

type proof struct {
	path   string
	index  int
	hashes []hash
	in     tree
}

var proofForm = regexp.MustCompile(`^c2sp\.org/tlog-proof@v1\n(?:extra [A-Za-z0-9+/=]*\n)?index ` + number + `\n((?:[A-Za-z0-9+/]{43}=\n)*)\n`)

func readProof(path string, octets []byte, p policy) proof {
	m := proofForm.FindSubmatchIndex(octets)
	must(m != nil, "proof", "证明文件读不懂", "the proof cannot be read")
	found := proof{path: path}
	found.index, _ = strconv.Atoi(string(octets[m[2]:m[3]]))
	for _, line := range strings.Fields(string(octets[m[4]:m[5]])) {
		found.hashes = append(found.hashes, *(*hash)(unbase64(line, "proof")))
	}
	found.in, _ = readCheckpoint(octets[m[1]:], p, true)
	found.in.zh, found.in.en = path+" 的检查点", "the checkpoint of "+path
	must(found.index < found.in.size, "proof", path+" 的序号超出日志", path+" is of an entry beyond its log")
	return found
}

func file(path string) []byte {
	octets, err := os.ReadFile(path)
	must(err == nil, "file", "读不到 "+path, fmt.Sprint(err))
	return octets
}

func main() {
	policyFile := flag.String("policy", "", "keys and quorum")
	old := flag.String("old", "", "a checkpoint kept earlier")
	keep := flag.String("keep", "", "where to keep this checkpoint")
	proofFiles := []string{}
	flag.Func("proof", "a tlog-proof; may be given several times", func(f string) error { proofFiles = append(proofFiles, f); return nil })
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	place = strings.TrimRight(flag.Arg(0), "/")
	var text []byte
	if *policyFile != "" {
		text = file(*policyFile)
	} else if text = get("policy"); text != nil {
		fmt.Println("注意 note 密钥取自日志本身；请另存一份 policy，用 -policy 核验\n         the keys come from the log itself: keep a copy of its policy and give it with -policy")
	}
	must(text != nil, "policy", "没有策略文件", "there is no policy")
	p, note := readPolicy(text), get("checkpoint")
	must(note != nil, "checkpoint", "没有检查点", "there is no checkpoint")
	now, seen := readCheckpoint(note, p, true)
	say(fmt.Sprintf("检查点签名有效：%d 条", now.size), fmt.Sprintf("the log signed its checkpoint: %d entries", now.size))
	for name, at := range seen {
		when := time.Unix(int64(at), 0).UTC().Format("2006-01-02 15:04:05Z")
		say("见证方 "+name+" 于 "+when+" 签名", "witness "+name+" signed at "+when)
	}
	earlier, proofs, wanted := []tree{}, []proof{}, map[int][]byte{}
	if *old != "" {
		t, _ := readCheckpoint(file(*old), p, false)
		t.zh, t.en = "旧检查点", "the older checkpoint"
		earlier = append(earlier, t)
	}
	for _, path := range proofFiles {
		found := readProof(path, file(path), p)
		proofs, earlier, wanted[found.index] = append(proofs, found), append(earlier, found.in), nil
	}
	for _, t := range earlier {
		must(t.size <= now.size, "old", fmt.Sprintf("日志被回退：%s有 %d 条", t.zh, t.size), fmt.Sprintf("the log was rolled back: %s has %d entries", t.en, t.size))
	}
	leaves := readEntries(now.size, wanted)
	tiles := checkTiles(leaves)
	must(rootOf(leaves) == now.root, "root", "条目算出的根与检查点不符", "the entries do not lead to the checkpoint's root")
	say(fmt.Sprintf("全部 %d 条、%d 个哈希块与根相符", now.size, tiles), fmt.Sprintf("all %d entries and %d hash tiles agree with the root", now.size, tiles))
	for _, t := range earlier {
		must(rootOf(leaves[:t.size]) == t.root, "old", fmt.Sprintf("历史被改写：前 %d 条与%s不符", t.size, t.zh), fmt.Sprintf("history was rewritten: the first %d entries are not those of %s", t.size, t.en))
		say(fmt.Sprintf("%s（%d 条）是本日志的开头", t.zh, t.size), fmt.Sprintf("%s (%d entries) is the beginning of this log", t.en, t.size))
	}
	for _, f := range proofs {
		root, sound := byProof(leaves[f.index], f.index, f.in.size, f.hashes)
		must(sound && root == f.in.root, "proof", f.path+" 不能证明该条目", f.path+" does not prove its entry")
		say(fmt.Sprintf("%s 证明了第 %d 条：", f.path, f.index), fmt.Sprintf("%s proves entry %d: %.300q", f.path, f.index, wanted[f.index]))
	}
	if *keep != "" {
		must(os.WriteFile(*keep, note, 0o644) == nil, "file", "写不了 "+*keep, *keep+" cannot be written")
	}
	fmt.Println("结论：日志完好。 Result: the log holds.")
}
