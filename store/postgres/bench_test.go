package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"tocsin/internal/testkit/pgtest"
	"tocsin/record"
	"tocsin/store/storetest"
)

// go test -run '^$' -bench Append ./store/postgres
//
// A private server on the same machine, fsync on, no standby.
func BenchmarkAppend(b *testing.B) {
	storetest.Bench(b, func(b *testing.B) record.Store { return open(b, pgtest.Database(b)) })
}

// go test -run '^$' -bench Leaves -benchtime 3x ./store/postgres
//
// One million bare leaves with their nodes: bytes a leaf are the three tables
// with their indexes and what lies beside them; an operation is one scan of all
// leaves.
func BenchmarkLeaves(b *testing.B) {
	const n = 1_000_000
	url := pgtest.Database(b)
	s := open(b, url)
	storetest.Fill(b, s, n)
	for b.Loop() {
		storetest.Scan(b, s, n)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/scan")
	b.ReportMetric(bytesALeaf(b, dial(b, url), n), "bytes/leaf")
}

func bytesALeaf(t testing.TB, c *pgx.Conn, n int) float64 {
	t.Helper()
	var bytes int64
	const size = `SELECT pg_total_relation_size('bundle') + pg_total_relation_size('leaf') + pg_total_relation_size('node')`
	if err := c.QueryRow(t.Context(), size).Scan(&bytes); err != nil {
		t.Fatal(err)
	}
	return float64(bytes) / float64(n)
}

// The promise about space, on logs small enough for every run: whether the leaves
// come in batches or one at a time. Then each leaf leaves a dead row behind when
// its bundle is full, and autovacuum, which comes by once a minute, is played by
// the test.
func TestLeavesAreSmall(t *testing.T) {
	const n, dead = 30_000, 1_000
	for how, fill := range map[string]func(s record.Store, c *pgx.Conn){
		"in batches": func(s record.Store, c *pgx.Conn) { storetest.Fill(t, s, n) },
		"one at a time": func(s record.Store, c *pgx.Conn) {
			storetest.FillSingly(t, s, n, dead, func() { vacuum(t, c, "leaf") })
		},
	} {
		t.Run(how, func(t *testing.T) {
			url := pgtest.Database(t)
			s, c := open(t, url), dial(t, url)
			fill(s, c)
			vacuum(t, c, "bundle, leaf, node")
			got := bytesALeaf(t, c, n)
			t.Logf("%.1f bytes a leaf", got)
			if got > 60 {
				t.Errorf("%.1f bytes a leaf, at most 60 are promised", got)
			}
		})
	}
}

func vacuum(t testing.TB, c *pgx.Conn, tables string) {
	t.Helper()
	if _, err := c.Exec(t.Context(), `VACUUM `+tables); err != nil {
		t.Fatal(err)
	}
}

// go test -run '^$' -bench Desk ./store/postgres
//
// Without statistics, as on the first day, and with them.
func BenchmarkDesk(b *testing.B) {
	for name, settle := range map[string]string{"fresh": `SELECT 1`, "analysed": `ANALYZE`} {
		b.Run(name, func(b *testing.B) {
			url := pgtest.Database(b)
			c := dial(b, url)
			storetest.BenchDesk(b, open(b, url), func() {
				if _, err := c.Exec(b.Context(), settle); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}
