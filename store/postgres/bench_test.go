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
// One million bare leaves with their nodes: bytes a leaf are the two tables with
// their indexes; an operation is one scan of all leaves.
func BenchmarkLeaves(b *testing.B) {
	const n = 1_000_000
	url := pgtest.Database(b)
	s := open(b, url)
	storetest.Fill(b, s, n)
	for b.Loop() {
		storetest.Scan(b, s, n)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/scan")
	c, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close(b.Context()) }()
	var bytes int64
	if err := c.QueryRow(b.Context(), `SELECT pg_total_relation_size('leaf') + pg_total_relation_size('node')`).Scan(&bytes); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(bytes)/n, "bytes/leaf")
}
