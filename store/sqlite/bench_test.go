package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"tocsin/record"
	"tocsin/store/storetest"
)

// go test -run '^$' -bench Append ./store/sqlite
//
// The folder is that of the test, so the disk is what TMPDIR lies on; one
// commit is one fsync of the write-ahead log.
func BenchmarkAppend(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) record.Store { return open(b, filepath.Join(b.TempDir(), "tocsin.db")) })
}

// go test -run '^$' -bench Leaves -benchtime 3x ./store/sqlite
//
// One million bare leaves with their nodes: bytes a leaf are the size of the
// file after a checkpoint over the number of leaves; an operation is one scan
// of all of them.
func BenchmarkLeaves(b *testing.B) {
	const n = 1_000_000
	path := filepath.Join(b.TempDir(), "tocsin.db")
	s := open(b, path)
	storetest.Fill(b, s, n)
	for b.Loop() {
		storetest.Scan(b, s, n)
	}
	b.ReportMetric(bytesALeaf(b, s, path, n), "bytes/leaf")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/scan")
}

func bytesALeaf(t testing.TB, s *Store, path string, n int) float64 {
	t.Helper()
	if err := s.Close(); err != nil { // the last to close empties the write-ahead log
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return float64(st.Size()) / float64(n)
}

// The promise about space, on logs small enough for every run: whether the leaves
// come in batches or one at a time.
func TestLeavesAreSmall(t *testing.T) {
	const n = 20_000
	for how, fill := range map[string]func(s *Store){
		"in batches":    func(s *Store) { storetest.Fill(t, s, n) },
		"one at a time": func(s *Store) { storetest.FillSingly(t, s, n, n, func() {}) },
	} {
		t.Run(how, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tocsin.db")
			s := open(t, path)
			fill(s)
			got := bytesALeaf(t, s, path, n)
			t.Logf("%.1f bytes a leaf", got)
			if got > 60 {
				t.Errorf("%.1f bytes a leaf, at most 60 are promised", got)
			}
		})
	}
}

// go test -run '^$' -bench Desk ./store/sqlite
func BenchmarkDesk(b *testing.B) {
	storetest.BenchDesk(b, open(b, filepath.Join(b.TempDir(), "tocsin.db")), func() {})
}
