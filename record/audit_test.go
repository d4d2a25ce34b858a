package record_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/internal/fault"
	"tocsin/receipt"
	"tocsin/record"
)

func flip(r *record.Row, _ *receipt.Entry) { r.Sealed[len(r.Sealed)/2] ^= 1 }

// full is a desk with something of everything.
func full(t testing.TB) (*desk, string) {
	d := newDesk(t)
	h := d.keep(small).Handle
	d.keep(strings.ReplaceAll(small, "TOC-1", "TOC-2"))
	d.add(h, "commented by=maker to=[finder] text=hello")
	d.add(h, "commented by=maker")
	if err := d.k.Fillers(d.ctx(), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := d.k.Note(d.ctx(), "test", map[string]any{"x": 1}, "clerk"); err != nil {
		t.Fatal(err)
	}
	d.erase(record.Erasure{Handle: h, Event: "e2", Fields: []string{"text"}})
	return d, h
}

// Every leaf is a record of a case, a note or a filler, and the audit says how
// many there are.
func TestAuditFindsNothingWhereNothingIsWrong(t *testing.T) {
	d, _ := full(t)
	var done, total int64
	rep, err := d.k.Audit(d.ctx(), func(a, b int64) { done, total = a, b })
	if err != nil || len(rep.Findings) != 0 || rep.Records != 24 || rep.Cases != 2 || rep.Fillers != 3 || rep.Erased != 1 || done != total || total != 24 {
		t.Errorf("%+v %v (%d of %d)", rep, err, done, total)
	}
}

// Whatever is changed behind its back, the audit says what and where.
func TestAuditFinds(t *testing.T) {
	for name, c := range map[string]struct {
		harm  func(d *desk, h string)
		words string
	}{
		"a flipped bit":           {func(d *desk, h string) { d.store.Tamper(1, 8, flip) }, "epoch 1, leaf 8 (case "},
		"a changed leaf":          {func(d *desk, h string) { d.store.Tamper(1, 3, func(_ *record.Row, e *receipt.Entry) { e[7] ^= 1 }) }, "is not what the log has at its place"},
		"two records swapped":     {func(d *desk, h string) { swap(d, 2, 3) }, "does not open"},
		"a record of a case lost": {func(d *desk, h string) { d.store.DropRow(1, 4) }, "the leaf has no record"},
		"a filler lost":           {func(d *desk, h string) { d.store.DropRow(1, 20) }, "the leaf has no record"},
		"a broken chain":          {func(d *desk, h string) { d.store.DropRow(1, 4) }, "record 6 does not follow record 4"},
		"a projection changed":    {func(d *desk, h string) { d.store.TamperView(h, func(v *record.View) { v.Sealed[20] ^= 1 }) }, "rebuild the projections"},
		"a projection behind":     {func(d *desk, h string) { d.store.TamperView(h, func(v *record.View) { v.Version-- }) }, "rebuild the projections"},
		"another head":            {func(d *desk, h string) { d.store.TamperView(h, func(v *record.View) { v.Head[0]++ }) }, "rebuild the projections"},
		"the last record hidden": {func(d *desk, h string) {
			d.store.Tamper(1, 23, func(r *record.Row, _ *receipt.Entry) { r.Handle = "" })
		}, "does not open"},
	} {
		t.Run(name, func(t *testing.T) {
			d, h := full(t)
			c.harm(d, h)
			d.reopen()
			rep, err := d.k.Audit(d.ctx(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(rep.Findings, func(f record.Finding) bool { return strings.Contains(f.String(), c.words) }) {
				t.Errorf("no finding says %q: %v", c.words, rep.Findings)
			}
		})
	}
}

func swap(d *desk, a, b int64) {
	var first []byte
	d.store.Tamper(1, a, func(r *record.Row, _ *receipt.Entry) { first = r.Sealed })
	var second []byte
	d.store.Tamper(1, b, func(r *record.Row, _ *receipt.Entry) { second, r.Sealed = r.Sealed, first })
	d.store.Tamper(1, a, func(r *record.Row, _ *receipt.Entry) { r.Sealed = second })
}

// A leaf that an auditor points at is opened as what it is.
func TestOpenLeaf(t *testing.T) {
	d, h := full(t)
	for index, want := range map[int64]string{0: `"case"`, 14: `"event"`, 19: `"filler"`, 22: `"note"`, 23: `"erasure"`} {
		disclosed, err := d.k.OpenLeaf(d.ctx(), 1, index)
		if err != nil {
			t.Fatal(err)
		}
		c, err := disclosed.Commitment()
		if err != nil {
			t.Fatal(err)
		}
		entry, _ := disclosed.Value("entry")
		if entry != want || !d.has(index, receipt.EntryOf(c)) {
			t.Errorf("leaf %d opens as %s", index, entry)
		}
		if handle, ok := disclosed.Value("handle"); (want == `"event"`) != (ok && handle == `"`+h+`"`) && want != `"case"` && want != `"erasure"` && want != `"note"` {
			t.Errorf("leaf %d: handle %q", index, handle)
		}
	}
	_, err := d.k.OpenLeaf(d.ctx(), 1, 99)
	wants(t, err, fault.NotFound, "leaf 99")
}

// has tells whether the log holds an entry.
func (d *desk) has(index int64, e receipt.Entry) (ok bool) {
	d.t.Helper()
	if err := d.store.View(d.ctx(), func(r record.Reader) error {
		got, err := r.Entries(d.ctx(), 1, index, index+1)
		ok = err == nil && got[0] == e
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return ok
}
