package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"sort"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// Record is a page of what is kept of a case, as its reader sees it.
type Record struct {
	Handle  string        `json:"handle"`
	Case    string        `json:"case"`
	Records []RecordEntry `json:"records"`
	Next    string        `json:"next,omitempty" doc:"Send it as after for the next page; missing on the last."`
}

// RecordEntry is one record with its place in the log.
type RecordEntry struct {
	Sequence *int64          `json:"sequence,omitempty" doc:"Place in the case; only for who sees all of it."`
	Epoch    int             `json:"epoch"`
	Index    int64           `json:"index" doc:"Leaf in the log."`
	Entry    string          `json:"entry" doc:"case, product, party, source, window, event, receipt, erasure, note."`
	ID       string          `json:"id,omitempty" doc:"Of what it states; of a receipt the event's."`
	Recorded time.Time       `json:"recorded-at" doc:"By the platform's clock."`
	By       string          `json:"recorded-by,omitempty" doc:"Who had proved who they are."`
	Basis    string          `json:"basis,omitempty" doc:"own, on-behalf or claim."`
	Imported bool            `json:"imported"`
	Party    string          `json:"party,omitempty" doc:"Of a receipt."`
	Number   int64           `json:"number,omitempty" doc:"Of a receipt: 1, 2, … per party and case."`
	Erased   []string        `json:"erased,omitempty" doc:"Names of fields that were forgotten."`
	Lost     int64           `json:"lost,omitempty" doc:"Of a note: at most as many records may be missing before it."`
	Commits  string          `json:"commitment"`
	Event    *casefile.Event `json:"event,omitempty" doc:"Of an event, as it is seen now."`
}

func entryOf(s *coordination.Seen, m record.Meta) RecordEntry {
	e := RecordEntry{Epoch: m.Epoch, Index: m.Index, Entry: m.Entry, ID: m.ID, Recorded: m.Recorded, By: m.By, Basis: m.Basis, Imported: m.Imported,
		Party: m.Party, Number: m.Number, Erased: m.Erased, Lost: m.Lost, Commits: fmt.Sprintf("%x", m.Commitment)}
	if s.View.All {
		e.Sequence = &m.Seq
	}
	if m.Entry == "event" {
		e.Event = s.Case.Event(m.ID)
	}
	return e
}

// cursor is where a page of the record ended: a place in the log, which a receipt
// tells anyway. A sequence number would tell how much is not seen.
func cursor(m record.Meta) string { return fmt.Sprintf("%d.%d", m.Epoch, m.Index) }

func readCursor(s string) (epoch int, index int64, err error) {
	if s == "" {
		return 0, -1, nil
	}
	if _, err := fmt.Sscanf(s, "%d.%d", &epoch, &index); err != nil || s != cursor(record.Meta{Epoch: epoch, Index: index}) {
		return 0, 0, inParameter("query.after", "%q is no cursor of this list", s)
	}
	return epoch, index, nil
}

func (a *api) addRecord() {
	if a.o.Reads == nil {
		return
	}
	type in struct {
		InCase
		Paged
		Conditional
	}
	add(a, operation{
		id: "record", method: http.MethodGet, path: "/cases/{case}/record", tag: "cases", act: access.See, summary: "What is kept, record by record",
		about: "Every statement and event that you see, with when it was recorded and its leaf in the log. All pages of one state carry the same ETag.",
		fails: []fault.Kind{fault.NotFound, fault.Suspended}, gives: map[int]*content{200: {of: Record{}, tagged: true}},
	}, func(ctx context.Context, c *call, in *in) (*reply, error) {
		epoch, index, err := readCursor(in.After)
		if err != nil {
			return nil, err
		}
		s, err := a.o.Reads.See(ctx, c.reader, in.Case)
		if err != nil {
			return nil, err
		}
		all := s.Records
		from := sort.Search(len(all), func(i int) bool {
			return all[i].Epoch > epoch || all[i].Epoch == epoch && all[i].Index > index
		})
		to := min(from+in.Limit, len(all))
		out := Record{Handle: s.Handle, Case: s.Case.Case, Records: []RecordEntry{}}
		for _, m := range all[from:to] {
			out.Records = append(out.Records, entryOf(s, m))
		}
		if to < len(all) {
			out.Next = cursor(all[to-1])
		}
		return tagged(a.caseTag(s), out)
	})
}
