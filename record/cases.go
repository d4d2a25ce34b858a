package record

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sort"
	"strings"

	"tocsin/casefile"
	"tocsin/internal/fault"
)

// newHandle makes a random handle: 128 bits in 26 small letters and digits. It
// tells neither what the case is about nor when it was opened.
func (k *Keeper) newHandle() (string, error) {
	var raw [16]byte
	if _, err := io.ReadFull(k.o.Rand, raw[:]); err != nil {
		return "", fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:])), nil
}

// digest tells commands apart that come under the same idempotency key. The key
// itself goes into it and is kept nowhere: with the command alone, a guess at
// words that were erased since can be held against nothing.
func (k *Keeper) digest(what, key string, parts ...any) ([32]byte, error) {
	raw := [][]byte{[]byte(what), []byte(key)}
	for _, p := range parts {
		b, err := json.Marshal(p)
		if err != nil {
			return [32]byte{}, fault.New(fault.Invalid, "the command cannot be written: %v", err)
		}
		raw = append(raw, b)
	}
	return k.seal.hash("command", raw...), nil
}

// Append puts records at the end of a case, or makes a case of them. The case
// has to fold and build with them.
func (k *Keeper) Append(ctx context.Context, c Command) (Result, error) {
	for i, v := range c.Entries {
		for name := range v {
			switch name {
			case "entry", "claimed-recorded-at", "claimed-recorded-by", "content-digest", "evidence-digest":
				continue
			}
			if envelope[name] {
				return Result{}, fault.New(fault.Invalid, "entry %d: %s is set by the record", i+1, name)
			}
		}
	}
	digest, err := k.digest("append", c.Key, c.Handle, c.CaseID, c.By, c.Entries)
	if err != nil {
		return Result{}, err
	}
	cmd := command{handle: c.Handle, expected: c.Expected, key: c.Key, digest: digest, by: c.By,
		decide: func(_ *batch, s *state) ([]draft, error) {
			drafts := make([]draft, len(c.Entries))
			for i, v := range c.Entries {
				switch v.word("entry") {
				case entryCase, entryProduct, entryParty, entrySource, entryWindow, entryEvent:
				default:
					return nil, fault.New(fault.Invalid, "entry %d: %q is not an entry of a case file", i+1, v.word("entry"))
				}
				drafts[i] = draft{vals: v}
			}
			if c.Live {
				return s.withReceipts(drafts)
			}
			return drafts, nil
		}}
	if c.Handle == "" || c.Expected == 0 {
		if c.CaseID == "" {
			return Result{}, fault.New(fault.Invalid, "a new case needs its id")
		}
		cmd.create, cmd.twin = c.CaseID, c.Twin
		if cmd.handle == "" {
			if cmd.handle, err = k.newHandle(); err != nil {
				return Result{}, err
			}
		}
	}
	if err := mayName(cmd.handle); err != nil {
		return Result{}, err
	}
	return k.start(ctx, cmd)()
}

// mayName refuses the handles that are not those of cases.
func mayName(handle string) error {
	if handle == LogHandle || handle == fillerHandle {
		return fault.New(fault.NotFound, "no case %q is kept here", handle)
	}
	return nil
}

// Import keeps a new case, exactly as its file states it: what its events say of
// their own recording stays a claim. fault.Conflict if its id is kept already.
func (k *Keeper) Import(ctx context.Context, c *casefile.Case, by, key string) (Result, error) {
	if _, err := casefile.Build(c.Name, c.File); err != nil {
		return Result{}, err
	}
	entries, err := FromFile(c.File)
	if err != nil {
		return Result{}, err
	}
	return k.Append(ctx, Command{CaseID: c.File.Case, Key: key, By: by, Entries: entries})
}

// Load reads a case by its handle or by its id. fault.NotFound if neither is kept.
func (k *Keeper) Load(ctx context.Context, idOrHandle string) (*Kept, error) {
	var out *Kept
	err := k.look(ctx, func(r Reader) error {
		s, err := k.stateOf(ctx, r, idOrHandle)
		if err != nil {
			return err
		}
		out, err = s.kept()
		return err
	})
	return out, err
}

// stateOf reads the case of a handle or an id.
func (k *Keeper) stateOf(ctx context.Context, r Reader, idOrHandle string) (*state, error) {
	v, err := k.viewOf(ctx, r, idOrHandle)
	if err != nil {
		return nil, err
	}
	return k.readView(ctx, r, v)
}

// viewOf finds a case. Handles go first: they are random, and no id that
// somebody chose can stand in front of one.
func (k *Keeper) viewOf(ctx context.Context, r Reader, idOrHandle string) (View, error) {
	if idOrHandle != LogHandle && idOrHandle != fillerHandle {
		v, err := r.ViewOf(ctx, idOrHandle)
		if err == nil || fault.KindOf(err) != fault.NotFound {
			return v, err
		}
	}
	v, err := r.ViewByLookup(ctx, k.seal.Lookup(idOrHandle))
	return v, missing(err, idOrHandle)
}

// List gives all cases in order of their ids.
func (k *Keeper) List(ctx context.Context) ([]Summary, error) {
	var out []Summary
	err := k.look(ctx, func(r Reader) error {
		out = nil
		return r.EachView(ctx, func(v View) error {
			if v.Handle == LogHandle {
				return nil
			}
			key, err := k.keyOf(ctx, r, v.Handle)
			if err != nil {
				return err
			}
			s, err := openView(key, v)
			if err == nil {
				out = append(out, s)
			}
			return err
		})
	})
	sort.SliceStable(out, func(i, j int) bool { return out[i].Case < out[j].Case })
	return out, err
}

// File is the case as it is exported; recorded puts this store's own
// recorded-at and recorded-by on every event.
func (k *Kept) File(recorded bool) (*casefile.Case, error) {
	if !recorded {
		return k.Case, nil
	}
	return casefile.Build(k.Handle, k.state.folder.file(true))
}

// AddEvent appends an event and, in the same transaction, a numbered receipt for
// each party of the case that it names in by or to, by its id or by what it is
// in the directory of authorities. An empty id gets the next
// free one. expected is the version that the case must have, or AnyVersion.
func (k *Keeper) AddEvent(ctx context.Context, handle string, e casefile.Event, expected int64, by, key string) (Result, error) {
	return k.StartEvent(ctx, handle, e, expected, by, key)()
}

// StartEvent queues the event in the order of the calls and returns at once; wait
// gives what became of it. Events of one case that wait together are committed
// together, each decided upon the ones before it.
func (k *Keeper) StartEvent(ctx context.Context, handle string, e casefile.Event, expected int64, by, key string) (wait func() (Result, error)) {
	refuse := func(err error) func() (Result, error) { return func() (Result, error) { return Result{}, err } }
	if err := mayName(handle); err != nil {
		return refuse(err)
	}
	if e.RecordedAt != "" || e.RecordedBy != "" {
		return refuse(fault.New(fault.Invalid, "recorded-at and recorded-by of an event that is added are set by the record; leave them out"))
	}
	e.Line = 0
	digest, err := k.digest("event", key, handle, by, e)
	if err != nil {
		return refuse(err)
	}
	if e.Basis == "" {
		e.Basis = "own"
	}
	return k.start(ctx, command{handle: handle, expected: expected, key: key, digest: digest, by: by,
		decide: func(_ *batch, s *state) ([]draft, error) { return decideEvent(s, e) },
		check:  func(*state, []draft) error { return nil }, // decideEvent has looked at all that an event can spoil
	})
}

// decideEvent gives the records of an event: its own, and the receipts of those
// whom it concerns.
func decideEvent(s *state, e casefile.Event) ([]draft, error) {
	if e.ID == "" {
		e.ID = s.nextEvent()
	}
	if err := s.fits(e); err != nil {
		return nil, err
	}
	vals, err := encode(entryEvent, "events["+e.ID+"]", e)
	if err != nil {
		return nil, err
	}
	stated, err := read[casefile.Event](vals)
	if err != nil {
		return nil, err
	}
	drafts := []draft{{vals: vals, event: &stated}}
	var told []string
	for _, p := range s.folder.meant(append([]string{e.By}, e.To...)) {
		if !slices.Contains(told, p) {
			told = append(told, p)
			drafts = append(drafts, draft{link: 1, vals: Values{"entry": text(entryReceipt), "id": text(e.ID), "party": text(p),
				"number": fmt.Appendf(nil, "%d", s.given(s.numbers, p)+1)}})
		}
	}
	return drafts, nil
}

// withReceipts puts behind each event the receipts of those whom it concerns, as
// decideEvent does, looking at the parties that stand in front of it.
func (s *state) withReceipts(drafts []draft) ([]draft, error) {
	f, numbers := s.folder.clone(), maps.Clone(s.numbers)
	out := make([]draft, 0, len(drafts))
	for _, d := range drafts {
		if d.vals.word("entry") != entryEvent {
			if err := f.add(d.vals); err != nil {
				return nil, unfold(err)
			}
			out = append(out, d)
			continue
		}
		if _, imported := d.vals["claimed-recorded-at"]; imported {
			return nil, fault.New(fault.Invalid, "an event that says when it was recorded elsewhere is imported, not recorded as it happens")
		}
		e, err := read[casefile.Event](d.vals)
		if err != nil {
			return nil, unfold(err)
		}
		d.event = &e
		out = append(out, d)
		at, told := len(out), map[string]bool{}
		for _, p := range f.meant(append([]string{e.By}, e.To...)) {
			if !told[p] {
				told[p] = true
				numbers[p] = s.given(numbers, p) + 1
				out = append(out, draft{link: at, vals: Values{"entry": text(entryReceipt), "id": text(e.ID), "party": text(p), "number": fmt.Appendf(nil, "%d", numbers[p])}})
			}
		}
	}
	return out, nil
}

// LiveEvents takes from the entries of a file what says that its events were
// imported, so that they are recorded as they happen (Command.Live).
func LiveEvents(entries []Values) []Values {
	for _, v := range entries {
		delete(v, "claimed-recorded-at")
		delete(v, "claimed-recorded-by")
	}
	return entries
}

// meant gives the parties of the case that words of by and to stand for: the
// party of that id, or each that is that entry of the directory of authorities.
func (f *folder) meant(words []string) (ids []string) {
	for _, word := range words {
		if _, ok := f.at[entryParty+" "+word]; ok {
			ids = append(ids, word)
			continue
		}
		for _, p := range f.parties {
			if slices.Contains(p.Is, word) {
				ids = append(ids, p.ID)
			}
		}
	}
	return ids
}

func (s *state) nextEvent() string {
	for n := int64(len(s.folder.events)) + s.lost + 1; ; n++ {
		id := fmt.Sprintf("e%d", n)
		if _, taken := s.folder.event(id); !taken {
			return id
		}
	}
}

// fits checks a new event against its case without the other events: what was
// there was checked before, and nothing in it can point to what is new.
func (s *state) fits(e casefile.Event) error {
	if _, taken := s.folder.event(e.ID); taken {
		return fault.At("", 0, "events["+e.ID+"].id", "the case has an event with this id already")
	}
	f := s.folder.base()
	for _, id := range append(append([]string{e.Re}, e.Disputes...), e.Supersedes...) {
		i, ok := s.folder.event(id)
		if ok && !slices.ContainsFunc(f.Events, func(o casefile.Event) bool { return o.ID == id }) {
			f.Events = append(f.Events, casefile.Event{ID: id, Kind: s.folder.events[i].Kind, At: s.folder.events[i].At})
		}
	}
	f.Events = append(f.Events, e)
	_, err := casefile.Build("", f)
	return err
}

// AddStatement appends a product, party, source or window, or corrects one: the
// entry of the same id is replaced as a whole, a window the one of the same
// kind, name and beginning. A header replaces the keys of the case itself, but
// for its id.
func (k *Keeper) AddStatement(ctx context.Context, handle string, st Statement, expected int64, by, key string) (Result, error) {
	if err := mayName(handle); err != nil {
		return Result{}, err
	}
	digest, err := k.digest("statement", key, handle, by, st)
	if err != nil {
		return Result{}, err
	}
	return k.start(ctx, command{handle: handle, expected: expected, key: key, digest: digest, by: by,
		decide: func(_ *batch, s *state) ([]draft, error) {
			v, err := s.statement(st)
			if err != nil {
				return nil, err
			}
			return []draft{{vals: v}}, nil
		}})()
}

func (s *state) statement(st Statement) (Values, error) {
	set := 0
	for _, is := range []bool{st.Header != nil, st.Product != nil, st.Party != nil, st.Source != nil, st.Window != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return nil, fault.New(fault.Invalid, "a statement is one of header, product, party, source and window")
	}
	switch {
	case st.Product != nil:
		return encode(entryProduct, "products["+st.Product.ID+"]", *st.Product)
	case st.Party != nil:
		return encode(entryParty, "parties["+st.Party.ID+"]", *st.Party)
	case st.Source != nil:
		return encode(entrySource, "sources["+st.Source.ID+"]", *st.Source)
	case st.Window != nil:
		v, err := encode(entryWindow, "windows", *st.Window)
		if err == nil {
			v["id"] = text(s.windowFor(*st.Window))
		}
		return v, err
	}
	h := *st.Header
	if h.Case != s.folder.head.Case {
		return nil, fault.At("", 0, "case", "the id of a case is fixed; it is %q", s.folder.head.Case)
	}
	if h.Record == "" {
		h.Record = s.folder.head.Record
	}
	h.Products, h.Parties, h.Sources, h.Windows, h.Events = nil, nil, nil, nil, nil
	return encode(entryCase, "case", h)
}

// windowFor gives the id of the window that is meant, or a new one.
func (s *state) windowFor(w casefile.Window) string {
	for _, key := range slices.Sorted(maps.Keys(s.folder.at)) {
		id, ok := strings.CutPrefix(key, entryWindow+" ")
		if !ok {
			continue
		}
		if o := s.folder.windows[s.folder.at[key]]; o.Kind == w.Kind && o.Name == w.Name && o.From.String() == w.From.String() {
			return id
		}
	}
	for n := len(s.folder.windows) + 1; ; n++ {
		if _, taken := s.folder.at[entryWindow+" "+windowID(n)]; !taken {
			return windowID(n)
		}
	}
}
