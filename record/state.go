package record

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"tocsin/casefile"
	"tocsin/internal/fault"
)

// chain is a case as far as its records hang together.
type chain struct {
	handle  string
	version int64
	head    [32]byte
	lost    int64 // records that may be missing, as its notes say
	summary Summary
	first   spot // of its first record
}

func newChain(handle string) chain { return chain{handle: handle, summary: Summary{Handle: handle}} }

// follow takes the next record: its number and its predecessor are checked.
func (c *chain) follow(o opened) (Values, Meta, error) {
	v := o.values()
	if o.seq != c.version+1+lostBefore(v) || v.word("prev") != c.prev() {
		return v, Meta{}, fault.New(fault.Internal, "the chain of case %s is broken at epoch %d, index %d: record %d does not follow record %d",
			c.handle, o.epoch, o.index, o.seq, c.version)
	}
	return c.take(o, v)
}

// take takes a record wherever it comes from.
func (c *chain) take(o opened, v Values) (Values, Meta, error) {
	m, err := metaOf(o, v)
	if c.version == 0 {
		c.first = spot{o.epoch, o.index}
	}
	c.summary.add(m, v)
	c.version, c.head, c.lost = o.seq, o.commitment, c.lost+lostBefore(v)
	return v, m, err
}

// prev is what the next record says of its predecessor; "" if it is the first.
func (c *chain) prev() string {
	if c.version == 0 {
		return ""
	}
	return hexOf(c.head)
}

// state is a case as its records give it up to a version.
type state struct {
	chain
	folder  *folder
	metas   []Meta
	numbers map[string]int64 // receipts given so far, by party

	once sync.Once
	file *casefile.Case
	err  error
}

func newState(handle string) *state {
	return &state{chain: newChain(handle), folder: &folder{}, numbers: map[string]int64{}}
}

// clone gives a state that goes on by itself; see folder for what it shares.
func (s *state) clone() *state {
	return &state{chain: s.chain, folder: s.folder.clone(), metas: s.metas, numbers: maps.Clone(s.numbers)}
}

// apart is a clone that shares nothing that is appended to, for a reader who goes
// on without the log's lock.
func (s *state) apart() *state {
	c := s.clone()
	f := c.folder
	c.metas, f.events, f.own = slices.Clone(c.metas), slices.Clone(f.events), slices.Clone(f.own)
	f.products, f.parties = slices.Clone(f.products), slices.Clone(f.parties)
	f.sources, f.windows = slices.Clone(f.sources), slices.Clone(f.windows)
	f.eventAt = make(map[string]int, len(f.events))
	for i := range f.events {
		f.eventAt[f.events[i].ID] = i
	}
	return c
}

// add takes the next record.
func (s *state) add(o opened) error {
	if s.handle != LogHandle {
		if err := s.folder.take(o.values(), o.event); err != nil {
			return fault.New(fault.Internal, "the record at epoch %d, index %d does not fold: %v", o.epoch, o.index, err)
		}
	}
	v, m, err := s.follow(o)
	if err != nil {
		return err
	}
	skip(s.numbers, lostBefore(v))
	if m.Entry == entryReceipt {
		s.numbers[m.Party] = max(s.numbers[m.Party], m.Number)
	}
	s.metas = append(s.metas, m)
	return nil
}

func metaOf(o opened, v Values) (Meta, error) {
	at, err := time.Parse(time.RFC3339, v.word("recorded-at"))
	if err != nil {
		return Meta{}, fault.New(fault.Internal, "the record at epoch %d, index %d does not say when it was recorded", o.epoch, o.index)
	}
	_, imported := v["claimed-recorded-at"]
	return Meta{Epoch: o.epoch, Index: o.index, Seq: o.seq, Commitment: o.commitment, Entry: v.word("entry"), ID: v.word("id"),
		Recorded: at.UTC(), By: v.word("recorded-by"), Basis: v.word("basis"), Imported: imported,
		Party: v.word("party"), Number: v.number("number"), Erased: o.rec.ErasedNames(), Lost: lostBefore(v)}, nil
}

// add brings the line of the list up to date.
func (s *Summary) add(m Meta, v Values) {
	switch m.Entry {
	case entryCase:
		s.Case, s.Title, s.Record, s.TLP = v.word("case"), v.word("title"), v.word("record"), v.word("tlp")
	case entryEvent:
		s.Events++
	}
	s.Version, s.Recorded = m.Seq, m.Recorded
}

// built gives the case as an export writes it, checked.
func (s *state) built() (*casefile.Case, error) {
	s.once.Do(func() {
		s.file, s.err = casefile.Build(s.handle, s.folder.file(false))
		if s.err != nil {
			s.err = fault.New(fault.Internal, "case %s does not read back as it was kept: %v", s.handle, s.err)
		}
	})
	return s.file, s.err
}

func (s *state) kept() (*Kept, error) {
	c, err := s.built()
	if err != nil {
		return nil, err
	}
	return &Kept{Handle: s.handle, Version: s.version, Head: s.head, Case: c, Records: slices.Clone(s.metas), state: s}, nil
}

// view is the projection of the state.
func (s *state) view(key CaseKey, lookup [32]byte) (View, error) {
	return project(s.summary, s.head, key, lookup)
}

func project(s Summary, head [32]byte, key CaseKey, lookup [32]byte) (View, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return View{}, fault.New(fault.Internal, "the projection of case %s cannot be written: %v", s.Handle, err)
	}
	return View{Handle: s.Handle, Version: s.Version, Head: head, Lookup: lookup, Sealed: key.seal(viewPlace(s.Handle, s.Version), plain)}, nil
}

// openView opens the line of the list that a projection holds.
func openView(key CaseKey, v View) (Summary, error) {
	plain, err := key.open(viewPlace(v.Handle, v.Version), v.Sealed)
	if err != nil {
		return Summary{}, err
	}
	var s Summary
	if err := json.Unmarshal(plain, &s); err != nil || s.Handle != v.Handle || s.Version != v.Version {
		return Summary{}, fault.New(fault.Internal, "the projection of case %s is not what it should be; rebuild the projections", v.Handle)
	}
	return s, nil
}
