package record

import (
	"fmt"
	"maps"
	"slices"

	"tocsin/casefile"
	"tocsin/internal/fault"
)

// Fold puts the file together that records state, in their order: a later
// header, product, party, source or window replaces an earlier one of the same
// id in its place, events follow one another. Records that are about the record
// itself state nothing of the file.
func Fold(records []Values) (casefile.File, error) {
	var f folder
	for i, v := range records {
		if err := f.add(v); err != nil {
			return casefile.File{}, fault.New(fault.Internal, "record %d does not fold: %v", i+1, err)
		}
	}
	return f.file(false), nil
}

// folder is a case file in the making. A copy of it can go on by itself: what it
// holds is replaced, never changed in place. Copies share what lies in front of
// both, so that an event costs the same however many a case has: only the newest
// may be appended to, which the log's lock sees to, and what a copy that was
// given up left behind is overwritten.
type folder struct {
	head     casefile.File
	products []casefile.Product
	parties  []casefile.Party
	sources  []casefile.Source
	windows  []casefile.Window
	events   []casefile.Event
	own      []recording    // one for each event
	at       map[string]int // entry and id → place in its list; events have a map of their own
	eventAt  map[string]int // id → place in events, shared by all copies: only event can read it
}

// clone gives a folder that goes on by itself.
func (f *folder) clone() *folder {
	g := *f
	g.at = maps.Clone(f.at)
	return &g
}

// put sets the item with that id, in its old place or last.
func put[T any](f *folder, list *[]T, entry, id string, item T) {
	if f.at == nil {
		f.at = map[string]int{}
	}
	key := entry + " " + id
	if i, ok := f.at[key]; ok {
		*list = slices.Clone(*list) // a copy may hold the old one
		(*list)[i] = item
		return
	}
	f.at[key] = len(*list)
	*list = append(*list, item)
}

// event gives the place of an event. What the map says is believed only if the
// event stands there: it may be that of a copy that was given up.
func (f *folder) event(id string) (int, bool) {
	i, ok := f.eventAt[id]
	return i, ok && i < len(f.events) && f.events[i].ID == id
}

// putEvent sets an event and what the store says of it.
func (f *folder) putEvent(e casefile.Event, r recording) {
	if i, ok := f.event(e.ID); ok {
		f.events, f.own = slices.Clone(f.events), slices.Clone(f.own)
		f.events[i], f.own[i] = e, r
		return
	}
	if f.eventAt == nil {
		f.eventAt = map[string]int{}
	}
	f.eventAt[e.ID] = len(f.events)
	f.events, f.own = append(f.events, e), append(f.own, r)
}

// read reads the keys of the case file among the fields.
func read[T any](v Values, without ...string) (item T, err error) {
	err = casefile.ParseEntry("", v.object(without...), &item)
	return item, err
}

// recording is what the store itself says of an event.
type recording struct {
	at, by   string
	imported bool
}

func (f *folder) add(v Values) error { return f.take(v, nil) }

// take is add with the event that v states, where that was read already.
func (f *folder) take(v Values, event *casefile.Event) error {
	switch entry := v.word("entry"); entry {
	case entryCase:
		h, err := read[casefile.File](v)
		if err == nil {
			f.head = h
		}
		return err
	case entryProduct:
		p, err := read[casefile.Product](v)
		p.Line = 0
		if err == nil {
			put(f, &f.products, entry, p.ID, p)
		}
		return err
	case entryParty:
		p, err := read[casefile.Party](v)
		p.Line = 0
		if err == nil {
			put(f, &f.parties, entry, p.ID, p)
		}
		return err
	case entrySource:
		s, err := read[casefile.Source](v)
		s.Line = 0
		if err == nil {
			put(f, &f.sources, entry, s.ID, s)
		}
		return err
	case entryWindow:
		w, err := read[casefile.Window](v, "id")
		w.Line = 0
		if err == nil {
			put(f, &f.windows, entry, v.word("id"), w)
		}
		return err
	case entryEvent:
		var e casefile.Event
		var err error
		if event != nil {
			e = *event
		} else if e, err = read[casefile.Event](v); err != nil {
			return err
		}
		e.Line = 0
		_, imported := v["claimed-recorded-at"]
		if imported {
			e.RecordedAt, e.RecordedBy = v.word("claimed-recorded-at"), v.word("claimed-recorded-by")
		}
		f.putEvent(e, recording{at: v.word("recorded-at"), by: v.word("recorded-by"), imported: imported})
		return nil
	case entryReceipt, entryErasure, entryNote, entryFiller:
		return nil
	default:
		return fmt.Errorf("%q is no kind of record", entry)
	}
}

// file gives the case file. An imported event says of its recording what it said
// when it came; one recorded here says what this store knows. recorded puts the
// store's own words on all. Whoever recorded is named only where the file knows
// the name: a case file names parties and sources, not operators.
func (f *folder) file(recorded bool) casefile.File {
	out := f.base()
	if len(f.events) == 0 {
		return out
	}
	speakers := map[string]bool{}
	for i := range f.parties {
		speakers[f.parties[i].ID] = true
	}
	for i := range f.sources {
		speakers[f.sources[i].ID] = true
	}
	out.Events = append([]casefile.Event(nil), f.events...)
	for i, r := range f.own {
		if r.imported && !recorded {
			continue
		}
		out.Events[i].RecordedAt, out.Events[i].RecordedBy = r.at, ""
		if speakers[r.by] {
			out.Events[i].RecordedBy = r.by
		}
	}
	return out
}

// base is the file without its events.
func (f *folder) base() casefile.File {
	out := f.head
	out.Products, out.Parties = slices.Clone(f.products), slices.Clone(f.parties)
	out.Sources, out.Windows = slices.Clone(f.sources), slices.Clone(f.windows)
	return out
}
