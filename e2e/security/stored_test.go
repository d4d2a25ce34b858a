package security

import (
	"context"
	"encoding/base32"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestNothingIsStoredInClear uses the platform, stops it as the power does and as it
// should be stopped, and reads every byte that it left: in the data directory, and in
// every table of the database server.
func TestNothingIsStoredInClear(t *testing.T) {
	t.Parallel()
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := opened(t, engine)
			walked(w)
			_, totp := w.credentialed("priya")
			raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(totp)
			must(t, err)
			w.used()
			must(t, w.p.Desk().Close(t.Context()))
			words := append(w.telling(), string(raw), "Ferrule TLS", "Harbour Grid", "person-colleague")
			w.searched(t, words) // while it runs: the write-ahead log too
			must(t, w.p.Stop())
			must(t, w.app.Close())
			w.searched(t, words)
			// The control: what is stored in clear is found, in each shape.
			for _, word := range []string{canary + "title", w.people["lin"].session, string(raw)} {
				for _, shape := range shapes(word) {
					if len(anyShape([]byte("xxx"+shape+"xxx"), []string{word})) == 0 {
						t.Errorf("%q is not found as %q", word, shape)
					}
				}
			}
		})
	}
}

// searched looks for words in all that the platform has stored.
func (w *world) searched(t *testing.T, words []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s: others on this machine may use it: %#o", d.Name(), mode)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if got := anyShape(data, words); len(got) > 0 {
			t.Errorf("%s holds %q in clear", d.Name(), got)
		}
		return nil
	})
	must(t, err)
	if files < 5 {
		t.Errorf("only %d files were read", files)
	}
	if w.db != "" {
		w.searchedServer(t, words)
	}
}

// searchedServer reads every row of every table, as a dump has them.
func (w *world) searchedServer(t *testing.T, words []string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	c, err := pgx.Connect(ctx, w.db)
	must(t, err)
	defer c.Close(ctx)
	names, err := c.Query(ctx, `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')`)
	must(t, err)
	tables, err := pgx.CollectRows(names, pgx.RowTo[string])
	must(t, err)
	seen := 0
	for _, table := range tables {
		rows, err := c.Query(ctx, fmt.Sprintf(`SELECT x::text FROM %s x`, table))
		must(t, err)
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		must(t, err)
		seen += len(list)
		if got := anyShape([]byte(strings.Join(list, "\n")), words); len(got) > 0 {
			t.Errorf("%s holds %q in clear", table, got)
		}
	}
	if seen < 100 {
		t.Errorf("only %d rows in %d tables", seen, len(tables))
	}
}

// anyShape gives the words that stand in data in some shape.
func anyShape(data []byte, words []string) (out []string) {
	text := string(data)
	for _, word := range words {
		for _, shape := range shapes(word) {
			if strings.Contains(text, shape) {
				out = append(out, word)
				break
			}
		}
	}
	return out
}
