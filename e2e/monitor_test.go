package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tocsin/receipt"
)

// monitor is an outsider who fetches every checkpoint that a log publishes,
// never forgets one, and holds each against the last: same size, same root;
// larger, and the tiles prove that it only grew. It knows a key and an address.
type monitor struct {
	keys   []receipt.Key
	client *http.Client

	mu    sync.Mutex
	last  receipt.Checkpoint
	seen  map[int64]tlog.Hash
	wrong []string
}

func newMonitor(t *testing.T, vkeys []string) *monitor {
	t.Helper()
	m := &monitor{client: &http.Client{Timeout: 10 * time.Second}, seen: map[int64]tlog.Hash{}}
	for _, v := range vkeys {
		k, err := receipt.ParseKey(v)
		if err != nil {
			t.Fatal(err)
		}
		m.keys = append(m.keys, k)
	}
	return m
}

// watch looks at each tick until ctx ends. A log that does not answer is not
// wrong: it is being killed all the time.
func (m *monitor) watch(ctx context.Context, url string) {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if note, err := m.get(ctx, url+"/checkpoint"); err == nil {
				m.look(note, func(path string) ([]byte, error) { return m.get(ctx, url+"/"+path) })
			}
		}
	}
}

func (m *monitor) get(ctx context.Context, url string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := m.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s", res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, 1<<20))
}

// look takes one checkpoint in. An answer that was cut off is none.
func (m *monitor) look(text []byte, tile func(path string) ([]byte, error)) {
	note, err := receipt.ParseNote(text)
	if err != nil {
		return
	}
	cp, err := note.Checkpoint()
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	say := func(format string, args ...any) { m.wrong = append(m.wrong, fmt.Sprintf(format, args...)) }
	if by, err := note.Verify(m.keys); err != nil || len(by) == 0 {
		say("the checkpoint of %d is not signed by the log: %v", cp.Size, err)
		return
	}
	switch root, known := m.seen[cp.Size]; {
	case known && root != cp.Root:
		say("two roots of %d", cp.Size)
	case !known && cp.Size < m.last.Size:
		say("%d after %d, and never seen before", cp.Size, m.last.Size)
	case cp.Size > m.last.Size && m.last.Size > 0:
		if err := grew(m.last, cp, tile); err != nil {
			if !strings.Contains(err.Error(), "not fetched") {
				say("from %d to %d: %v", m.last.Size, cp.Size, err)
			}
			return // looked at again with the next answer
		}
	}
	m.seen[cp.Size] = cp.Root
	if cp.Size > m.last.Size {
		m.last = cp
	}
}

// grew proves by tiles that a tree is the beginning of another.
func grew(old, now receipt.Checkpoint, tile func(path string) ([]byte, error)) error {
	tree := tlog.Tree{N: now.Size, Hash: now.Root}
	proof, err := tlog.ProveTree(now.Size, old.Size, tlog.TileHashReader(tree, tiles(tile)))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, now.Size, now.Root, old.Size, old.Root)
}

// tiles reads tiles by their C2SP paths, which leave the height out.
type tiles func(path string) ([]byte, error)

func (tiles) Height() int { return 8 }

var height = regexp.MustCompile(`^tile/8/`)

func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, x := range list {
		data, err := t(height.ReplaceAllString(x.Path(), "tile/"))
		if err != nil {
			return nil, fmt.Errorf("not fetched: %v", err)
		}
		out = append(out, data)
	}
	return out, nil
}

func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// A log in memory, for the control.
type memoryLog struct {
	name   string
	hashes []tlog.Hash // stored hashes
	size   int64
	signer receipt.Signer
}

func (l *memoryLog) ReadHashes(at []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range at {
		out = append(out, l.hashes[i])
	}
	return out, nil
}

func (l *memoryLog) add(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		h, err := tlog.StoredHashes(l.size, []byte(w), l)
		if err != nil {
			t.Fatal(err)
		}
		l.hashes = append(l.hashes, h...)
		l.size++
	}
}

func (l *memoryLog) note(t *testing.T) []byte {
	t.Helper()
	root, err := tlog.TreeHash(l.size, l)
	if err != nil {
		t.Fatal(err)
	}
	note, err := receipt.Sign(receipt.Checkpoint{Origin: l.name, Size: l.size, Root: root}, []receipt.Signer{l.signer}, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	return note
}

func (l *memoryLog) tile(path string) ([]byte, error) {
	x, err := tlog.ParseTilePath(strings.Replace(path, "tile/", "tile/8/", 1))
	if err != nil {
		return nil, err
	}
	return tlog.ReadTileData(x, l)
}

// TestCheckerOfTheMonitor is the control: a log that grows passes, one that
// changes its mind in any way does not.
func TestCheckerOfTheMonitor(t *testing.T) {
	const name = "log.example.org/ledger/1"
	signer, err := receipt.NewSigner(name, receipt.Ed25519, strings.NewReader(strings.Repeat("seed", 16)))
	if err != nil {
		t.Fatal(err)
	}
	other, err := receipt.NewSigner(name, receipt.Ed25519, strings.NewReader(strings.Repeat("else", 16)))
	if err != nil {
		t.Fatal(err)
	}
	grown := func(signer receipt.Signer, words string) *memoryLog {
		l := &memoryLog{name: name, signer: signer}
		l.add(t, strings.Split(words, "")...)
		return l
	}
	long := strings.Repeat("abcdefgh", 50)
	for _, c := range []struct {
		name string
		logs []*memoryLog
		want string
	}{
		{"it grows", []*memoryLog{grown(signer, "abc"), grown(signer, "abcd"), grown(signer, long)}, ""},
		{"an answer from before", []*memoryLog{grown(signer, "abc"), grown(signer, "abcd"), grown(signer, "abc")}, ""},
		{"two roots", []*memoryLog{grown(signer, "abc"), grown(signer, "abx")}, "two roots of 3"},
		{"another past", []*memoryLog{grown(signer, "abc"), grown(signer, "xbcd")}, "from 3 to 4"},
		{"another past, long ago", []*memoryLog{grown(signer, long), grown(signer, "x"+long)}, "from 400 to 401"},
		{"a past that nobody saw", []*memoryLog{grown(signer, "abcd"), grown(signer, "ab")}, "2 after 4"},
		{"somebody else signs", []*memoryLog{grown(other, "abc")}, "not signed by the log"},
	} {
		m := newMonitor(t, []string{signer.Key().String()})
		for _, l := range c.logs {
			m.look(l.note(t), l.tile)
		}
		if got := strings.Join(m.wrong, "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
