package crashsim

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/ledger"
	"tocsin/record"
	"tocsin/store/sqlite"
)

// cell is one value in one row of a table.
type cell struct {
	table, column string
	row           int64
	value         any // []byte, string or int64
}

// name is the cell's column, by which cells are counted.
func (c cell) name() string { return c.table + "." + c.column }

// bits is how many bits the value has.
func (c cell) bits() int {
	switch v := c.value.(type) {
	case []byte:
		return 8 * len(v)
	case string:
		return 8 * len(v)
	case int64:
		return 64
	}
	return 0
}

// flipped is the value with one bit flipped.
func (c cell) flipped(bit int) any {
	switch v := c.value.(type) {
	case []byte:
		v = slices.Clone(v)
		v[bit/8] ^= 1 << (bit % 8)
		return v
	case string:
		b := []byte(v)
		b[bit/8] ^= 1 << (bit % 8)
		return string(b)
	case int64:
		return v ^ 1<<bit
	}
	return nil
}

// tablesOf lists the tables that hold records, the log and what was signed.
func tablesOf(t *testing.T, db *sql.DB) (out []string) {
	t.Helper()
	rows, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// ofTheLog are the tables that the audit of the log alone answers for; the
// others concern the records, whose audit takes longer.
var ofTheLog = []string{"leaf", "bundle", "node", "head", "epoch", "checkpoint"}

// noticed are the columns in which no flipped bit may go unnoticed by reading
// and auditing. In the others a bit may be without effect, such as in a head
// that a later one has replaced; it is never without truth.
var noticed = []string{
	"leaf.place", "leaf.entry", "bundle.place", "bundle.entries", "node.place", "node.hash", "event.place", "event.handle", "event.seq", "event.sealed",
	"checkpoint.epoch", "checkpoint.size", "checkpoint.root", "case_key.wrapped", "case_view.sealed", "case_view.head", "case_view.version",
}

// cells reads every value of every table.
func cells(t *testing.T, db *sql.DB) (out []cell) {
	t.Helper()
	for _, table := range tablesOf(t, db) {
		rows, err := db.Query("SELECT rowid AS at, * FROM " + table)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			row := (*values[0].(*any)).(int64)
			for i, name := range columns[1:] {
				out = append(out, cell{table, name, row, *values[i+1].(*any)})
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// dry is the store with transactions that are taken back and pass for committed:
// so a publisher can be watched signing without leaving anything behind.
type dry struct{ *sqlite.Store }

var errTakenBack = errors.New("taken back")

func (d dry) Update(ctx context.Context, fn func(record.Tx) error) error {
	err := d.Store.Update(ctx, func(tx record.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errTakenBack
	})
	if errors.Is(err, errTakenBack) {
		return nil
	}
	return err
}

func (d dry) UpdateLog(ctx context.Context, fn func(ledger.Writer) error) error {
	return d.Update(ctx, func(tx record.Tx) error { return fn(tx) })
}

// tooSlow is how long one flipped bit may keep the program busy. A size that is
// wrong in a high bit must not send it counting.
const tooSlow = 20 * time.Second

// trial reads, audits and publishes on a store with one bit flipped, with a new
// keeper, watch and witness that know what was known before. A deep one reads
// the case, audits the records and repeats a command as well.
func (s *sound) trial(ctx context.Context, store *sqlite.Store, deep bool) (wrong []string, failed error) {
	w := s.after(nil)
	quiet := slog.New(slog.DiscardHandler)
	p := &process{watch: ledger.NewWatch(ledger.WatchOptions{
		Guard: w.outside.guard, Keys: w.outside.keys(), Witnesses: []ledger.Witness{w.outside.witness}, Log: quiet,
	})}
	keeper, err := record.New(dry{store}, record.Options{
		Wraps: w.outside.wraps, LookupKey: w.outside.lookup, Erasures: w.outside.erased, Guard: p.watch,
	})
	if err != nil {
		return nil, err
	}
	defer keeper.Close()
	p.store, p.keeper = store, keeper
	p.publisher = &ledger.Publisher{Store: dry{store}, Watch: p.watch, Signers: w.outside.signers, Witnesses: []ledger.Witness{w.outside.witness}, Log: quiet}
	if deep {
		wrong, failed = s.look(ctx, p)
		failed = errors.Join(failed, s.audit(ctx, p))
		lies, again := s.again(ctx, w, p)
		failed, wrong = errors.Join(failed, again), append(wrong, lies...)
	} else {
		wrong, failed = s.lookAt(ctx, p, s.events[1:2])
		failed = errors.Join(failed, s.auditLog(ctx, p))
	}
	_, _ = p.publisher.Publish(ctx) // its transactions are taken back, so it ends in an error at best
	return append(wrong, s.contradicts(w.outside.witness.notes(), nil)...), failed
}

// again repeats a command under its key. The answer is that of the first time,
// an error, or that of a new command if the key is not known any more; never
// another command's.
func (s *sound) again(ctx context.Context, w *world, p *process) (wrong []string, failed error) {
	const key, text = "key-1", "word 1"
	r, err := p.keeper.AddEvent(ctx, s.handle, event(text), record.AnyVersion, "crash", key)
	first := s.acked[key]
	switch {
	case err != nil:
		return nil, err
	case !r.Replayed:
		return nil, errors.New("the key is not known any more")
	case r.ID != first.ID || r.First != first.First || r.Epoch != first.Epoch || r.Version != first.Version || r.Handle != first.Handle || r.Count != first.Count:
		return []string{fmt.Sprintf("the repeated command is answered with %+v, it was %+v", r, first)}, nil
	}
	return nil, nil
}

// TestFlippedBitsOfTheRows flips bits in the values of the rows, one at a time,
// as they would be read: that of the file, and more surely where it hurts.
func TestFlippedBitsOfTheRows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		fillers int64
		tables  []string // nil: all
		most    int      // bits of one column, a sample beyond
	}{
		{"small", 0, nil, 60},
		{"with a full tile", 256, []string{"bundle", "node", "head"}, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			most := c.most
			if testing.Short() {
				most = 20
			}
			s := build(t, c.fillers)
			flipRows(t, s, c.tables, most, rand.New(rand.NewPCG(seed(t), 9)))
		})
	}
}

func flipRows(t *testing.T, s *sound, only []string, most int, rnd *rand.Rand) {
	ctx, cancel := context.WithTimeout(context.Background(), 24*time.Hour)
	defer cancel()
	w := s.after(s.image)
	dir := w.disk.Boot(Plan{})
	defer func() {
		w.disk.Cut()
		_ = w.disk.Release()
	}()
	p, err := w.start(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.stop()
	db, err := sql.Open(Driver, "file:"+dir+"/tocsin.db?_pragma=busy_timeout(2000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if wrong, failed := s.trial(ctx, p.store, true); failed != nil || len(wrong) > 0 {
		t.Fatalf("control, no bit flipped: %v, %q", failed, wrong)
	}
	if n := len(w.outside.witness.notes()); n != 0 {
		t.Fatalf("the trial signed %d notes in the name of the process itself", n)
	}
	type flip struct {
		cell
		bit int
	}
	columns := map[string][]flip{}
	for _, c := range cells(t, db) {
		if only != nil && !slices.Contains(only, c.table) {
			continue
		}
		for bit := range c.bits() {
			columns[c.name()] = append(columns[c.name()], flip{c, bit})
		}
	}
	var lines []string
	for name, flips := range columns {
		all := len(flips)
		most := most
		if slices.Contains(ofTheLog, flips[0].table) {
			most *= 5 // these take less time
		}
		if all > most && !everyBit(flips[0].table) {
			rnd.Shuffle(all, func(i, j int) { flips[i], flips[j] = flips[j], flips[i] })
			flips = flips[:most]
		}
		var refused, felt, mute int
		for _, f := range flips {
			set := fmt.Sprintf("UPDATE %s SET %s = $1 WHERE rowid = $2", f.table, f.column)
			at, back := f.row, f.row
			changed := f.flipped(f.bit)
			if f.column == "place" || f.column == "seq" && f.table == "checkpoint" || f.column == "n" { // the row's own address
				back = changed.(int64)
			}
			if _, err := db.Exec(set, changed, at); err != nil {
				refused++ // SQLite itself refuses the value
				continue
			}
			began := time.Now()
			wrong, failed := s.trial(ctx, p.store, !slices.Contains(ofTheLog, f.table))
			if _, err := db.Exec(set, f.value, back); err != nil {
				t.Fatalf("%s, row %d, bit %d: putting the bit back: %v", name, f.row, f.bit, err)
			}
			if d := time.Since(began); d > tooSlow {
				t.Errorf("%s, row %d, bit %d: it took %v to say %v", name, f.row, f.bit, d, failed)
			}
			if failed != nil {
				felt++
			} else {
				mute++
				if slices.Contains(noticed, name) {
					t.Errorf("%s, row %d, bit %d: nobody noticed", name, f.row, f.bit)
				}
			}
			for _, what := range wrong {
				t.Errorf("%s, row %d, bit %d: %s", name, f.row, f.bit, what)
			}
		}
		lines = append(lines, fmt.Sprintf("%-22s %5d of %6d bits: %5d noticed, %5d without effect, %5d refused by the engine", name, len(flips), all, felt, mute, refused))
	}
	slices.Sort(lines)
	t.Logf("flipped one at a time:\n%s", strings.Join(lines, "\n"))
	if wrong, failed := s.trial(ctx, p.store, true); failed != nil || len(wrong) > 0 {
		t.Errorf("control, every bit back: %v, %q", failed, wrong)
	}
}
