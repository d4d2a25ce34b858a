package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tocsin/internal/testkit/pgtest"
	"tocsin/record"
	"tocsin/record/recordtest"
	"tocsin/store/postgres"
	"tocsin/store/sqlite"
)

// engines open a store of each kind, and tell in which folder its bytes lie.
var engines = map[string]func(t testing.TB) (s record.Store, folder string){
	"sqlite": func(t testing.TB) (record.Store, string) {
		dir := t.TempDir()
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "tocsin.db")})
		if err != nil {
			t.Fatal(err)
		}
		return s, dir
	},
	"postgresql": func(t testing.TB) (record.Store, string) {
		server := pgtest.Start(t)
		s, err := postgres.Open(t.Context(), postgres.Options{URL: server.URL("record")})
		if err != nil {
			t.Fatal(err)
		}
		return s, server.Data()
	},
}

// keeperOn opens a log in a store and starts a keeper on it.
func keeperOn(t testing.TB, s record.Store) (*record.Keeper, *recordtest.Wraps) {
	t.Helper()
	wraps := recordtest.NewWraps()
	if err := recordtest.OpenLog(t.Context(), s, start); err != nil {
		t.Fatal(err)
	}
	k, err := record.New(s, record.Options{Wraps: wraps, LookupKey: [32]byte{1}, Erasures: &recordtest.Erasures{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return k, wraps
}

// The whole story on each engine: keep, add from many sides at once, erase,
// rebuild, audit; and no file of the database ever holds the words, nor, after
// the erasure, the sealed bytes that held them.
func TestOnEachEngine(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			s, folder := open(t)
			k, wraps := keeperOn(t, s)
			ctx := context.Background()
			r, err := k.Import(ctx, parse(t, small), "clerk", "import")
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for i := range 16 {
				wg.Go(func() {
					if _, err := k.AddEvent(ctx, r.Handle, event(`commented by=maker to=[finder] text="some words"`), record.AnyVersion, "clerk", fmt.Sprint(i)); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if again, err := k.Import(ctx, parse(t, small), "clerk", "import"); err != nil || !again.Replayed {
				t.Errorf("%+v %v", again, err)
			}
			sealed := rowsOf(t, s, r.Handle)
			if _, err := k.Erase(ctx, record.Erasure{Handle: "TOC-1", Person: "finder", Ground: ground, By: "Ada", With: "Bob"}); err != nil {
				t.Fatal(err)
			}
			if err := k.Rebuild(ctx); err != nil {
				t.Fatal(err)
			}
			rep, err := k.Audit(ctx, nil)
			if err != nil || len(rep.Findings) != 0 || rep.Records != 7+16*3+1 {
				t.Errorf("%+v %v", rep, err)
			}
			kept, err := k.Load(ctx, "TOC-1")
			if err != nil || len(kept.Case.Events) != 17 || kept.Case.Party("erased-1") == nil || wraps.Generations() != 1 {
				t.Errorf("%v", err)
			}
			words := []string{"TOC-1", "Jo Finder", "some words", "libexample"}
			for file, data := range files(t, folder) {
				for _, w := range words {
					if bytes.Contains(data, []byte(w)) {
						t.Errorf("%q stands in %s", w, file)
					}
				}
				if name == "sqlite" { // PostgreSQL's log keeps old bytes for a while: that is why they are sealed
					for _, old := range sealed {
						if bytes.Contains(data, old.Sealed) {
							t.Errorf("the sealed bytes of record %d are still in %s", old.Seq, file)
						}
					}
				}
			}
			found := false
			for _, data := range files(t, folder) {
				found = found || bytes.Contains(data, []byte(r.Handle))
			}
			if !found {
				t.Error("the control finds nothing in the files")
			}
		})
	}
}

func rowsOf(t *testing.T, s record.Store, handle string) (rows []record.Row) {
	t.Helper()
	if err := s.View(t.Context(), func(r record.Reader) (err error) {
		rows, err = r.CaseRows(t.Context(), handle, 0)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

func files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	if err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // files of a running server come and go
		}
		data, err := os.ReadFile(path)
		if err == nil {
			out[d.Name()] = data
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// go test -run '^$' -bench Add ./record
//
// One event with the receipts of the parties that it names, alone and from 64
// sides at once, each in one of 64 cases; the folder lies where TMPDIR says.
func BenchmarkAddEvent(b *testing.B) {
	for _, clients := range []int{1, 64} {
		for name, open := range engines {
			b.Run(fmt.Sprintf("%s/%d", name, clients), func(b *testing.B) {
				s, _ := open(b)
				k, _ := keeperOn(b, s)
				handles := make([]string, clients)
				for i := range handles {
					r, err := k.Import(context.Background(), parse(b, string(bytes.ReplaceAll([]byte(small), []byte("TOC-1"), fmt.Append(nil, "TOC-", i)))), "clerk", "")
					if err != nil {
						b.Fatal(err)
					}
					handles[i] = r.Handle
				}
				e := event(`commented by=maker to=[finder] text="some words"`)
				next := make(chan int)
				var wg sync.WaitGroup
				for range clients {
					wg.Go(func() {
						for i := range next {
							if _, err := k.AddEvent(context.Background(), handles[i%clients], e, record.AnyVersion, "clerk", ""); err != nil {
								b.Error(err)
							}
						}
					})
				}
				b.ResetTimer()
				for i := range b.N {
					next <- i
				}
				close(next)
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// A case of a thousand events: read from the store, and one more added to it.
func BenchmarkLargeCase(b *testing.B) {
	d := newDesk(b)
	h := d.keep(small).Handle
	var waits []func() (record.Result, error)
	for range 1000 {
		waits = append(waits, d.k.StartEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", ""))
	}
	for _, wait := range waits {
		if _, err := wait(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			k, err := record.New(d.store, d.o)
			b.StartTimer()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := k.Load(d.ctx(), h); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			_ = k.Close()
			b.StartTimer()
		}
	})
	b.Run("audit", func(b *testing.B) {
		for b.Loop() {
			rep, err := d.k.Audit(d.ctx(), nil)
			if err != nil || len(rep.Findings) > 0 {
				b.Fatal(err, rep.Findings)
			}
			b.ReportMetric(float64(rep.Records), "records")
		}
	})
	b.Run("decide", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.k.AddEvent(d.ctx(), h, event("commented by=maker"), record.AnyVersion, "clerk", ""); err != nil {
				b.Fatal(err)
			}
		}
	})
	if raw, err := json.Marshal(d.load(h).Case.File); err == nil {
		b.ReportMetric(float64(len(raw)), "bytes")
	}
}
