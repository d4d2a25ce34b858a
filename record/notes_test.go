package record_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"tocsin/record"
)

// TestNotesAreReadBackwards: what the log says of itself is listed page by page,
// the newest first, also by a keeper that has read nothing yet.
func TestNotesAreReadBackwards(t *testing.T) {
	d := newDesk(t)
	if list, err := d.k.Notes(d.ctx(), 0, 10); err != nil || len(list) != 0 {
		t.Fatalf("before the first note: %v %v", list, err)
	}
	d.keep(small) // a case between is none of its business
	var kept []record.Result
	for i := range 7 {
		res, err := d.k.Note(d.ctx(), "person", map[string]any{"what": fmt.Sprint("w", i), "n": i, "roles": []string{"a", "b"}}, "clerk")
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, res)
	}
	for round := range 2 {
		var got []record.Note
		before := int64(0)
		for {
			page, err := d.k.Notes(d.ctx(), before, 3)
			if err != nil || len(page) > 3 {
				t.Fatal(len(page), err)
			}
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			before = page[len(page)-1].Seq
		}
		if len(got) != 7 {
			t.Fatalf("round %d: %d notes", round, len(got))
		}
		for i, n := range got {
			want := kept[6-i]
			if n.Kind != "person" || n.By != "clerk" || n.Index != want.First || n.Epoch != want.Epoch || n.Seq != want.Version || !n.Recorded.Equal(want.Recorded) {
				t.Errorf("note %d: %+v, kept as %+v", i, n, want)
			}
			if n.Body["what"] != fmt.Sprint("w", 6-i) || n.Body["n"] != json.Number(fmt.Sprint(6-i)) || n.Body["wall"] != nil || n.Body["kind"] != nil || len(n.Body) != 3 {
				t.Errorf("note %d says %v", i, n.Body)
			}
		}
		d.reopen()
	}
	if all, err := d.k.Notes(d.ctx(), 0, 0); err != nil || len(all) != 7 {
		t.Errorf("without a limit: %d %v", len(all), err)
	}
}
