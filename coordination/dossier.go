package coordination

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/dossier"
	"tocsin/internal/fault"
	"tocsin/timeline"
)

// DossierAsked is what a dossier is made with, beside the case.
type DossierAsked struct {
	Lang     string // en, zh, fr, de
	Zone     *time.Location
	By       string // who makes it: the platform
	Keys     string // verifier keys of the log, one a line
	KeysFrom string // where they are published
	Letters  []dossier.Letter
	Style    string // of the letters

	// Of a decision: what it is called, the only events that go in (nil: all), and
	// what else the dossier shows of them.
	Title    string
	Events   map[string]bool
	Path     []dossier.Step
	Standing dossier.Picture
	Papers   []dossier.Paper
}

// dossierReceipts is how many receipts go into a dossier, those of the newest
// events; each is a proof of some kilobytes.
const dossierReceipts = 200

// DossierMade is a dossier, with what could not go into it.
type DossierMade struct {
	File    []byte
	Number  string   // SHA-256 of the list of its parts
	Pending []string // events whose receipts wait for the next checkpoint
	Left    int      // older events whose receipts were left out
}

// Dossier makes one self-contained file of a case as the reader sees it: the
// plan, the picture, the record, and the receipts that the reader may have,
// which open what the file shows and nothing else. Taking it away is an export.
func (d *Desk) Dossier(ctx context.Context, who access.Reader, ref string, a DossierAsked) (*DossierMade, error) {
	if a.Zone == nil {
		a.Zone = time.UTC
	}
	out := &DossierMade{}
	err := d.taken(ctx, who, ref, func(s *sitting) error {
		p, left, err := d.dossierPlan(ctx, s, a)
		if err != nil {
			return err
		}
		sheet := timeline.FromPlan(p.Of, p.Book, p.Plan, a.Lang)
		sheet.Zone = a.Zone
		picture, err := Drawn(sheet)
		if err != nil {
			return err
		}
		x := dossier.Dossier{Title: cmp.Or(a.Title, s.Case.Title, s.Case.File.Case), Lang: a.Lang, For: who.Name, By: a.By, Made: d.o.Now().UTC().In(a.Zone), Case: p.Of, Plan: p.Plan,
			Names: d.namesIn(s, p, a.Lang), Picture: picture, Letters: a.Letters, LetterStyle: a.Style, Keys: a.Keys, KeysFrom: a.KeysFrom,
			Path: a.Path, Standing: a.Standing, Papers: a.Papers, Left: left}
		if s.May[access.Prove].Allowed && a.Keys != "" {
			if x.Receipts, err = d.dossierProofs(ctx, s, p.Of, out); err != nil {
				return err
			}
		}
		var file bytes.Buffer
		sum, err := dossier.Write(&file, x)
		out.File, out.Number = file.Bytes(), sum.Number
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Drawn is a picture for a dossier, as it is drawn and in words.
func Drawn(sheet timeline.Sheet) (dossier.Picture, error) {
	var svg, text bytes.Buffer
	if err := sheet.SVG(&svg, timeline.Options{Width: 1216}); err != nil {
		return dossier.Picture{}, err
	}
	if err := sheet.Text(&text); err != nil {
		return dossier.Picture{}, err
	}
	return dossier.Picture{SVG: svg.Bytes(), Text: text.String()}, nil
}

// dossierPlan is the plan of what goes into a dossier: of all that the reader sees,
// or of some events of it, whose plan is then computed from these alone. It tells
// how many events are left out.
func (d *Desk) dossierPlan(ctx context.Context, s *sitting, a DossierAsked) (*Planned, int, error) {
	if a.Events == nil {
		p, err := d.planned(ctx, s, PlanOptions{Lang: a.Lang})
		return p, 0, err
	}
	f := s.Case.File
	f.Events = slices.DeleteFunc(slices.Clone(f.Events), func(e casefile.Event) bool { return !a.Events[e.ID] })
	c, err := casefile.Build(s.Case.Name, f)
	if err != nil {
		return nil, 0, err
	}
	p, err := d.compute(c, PlanOptions{})
	if err != nil {
		return nil, 0, err
	}
	p = access.Owed(p, s.View)
	p.SayIn(a.Lang)
	return &Planned{Seen: s.Seen, Plan: p, Book: d.o.Book, Of: c}, len(s.Case.Events) - len(c.Events), nil
}

// dossierProofs are the receipts of the newest events that the dossier shows.
func (d *Desk) dossierProofs(ctx context.Context, s *sitting, shown *casefile.Case, out *DossierMade) ([]dossier.Receipt, error) {
	var all []dossier.Receipt
	for _, m := range slices.Backward(s.Records) {
		e := shown.Event(m.ID)
		if m.Entry != "event" || e == nil {
			continue
		}
		if len(all)+len(out.Pending) == dossierReceipts {
			out.Left++
			continue
		}
		proof, err := d.o.Keeper.Receipt(ctx, s.Handle, m.ID, "", opened(e, s.w.c.Event(m.ID)))
		switch fault.KindOf(err) {
		case fault.TooEarly:
			out.Pending = append(out.Pending, m.ID)
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, dossier.Receipt{Name: m.ID, Event: m.ID, Proof: proof.Bytes()})
	}
	slices.Reverse(all)
	return all, nil
}

// opened are the fields of an event that a receipt in a dossier opens: those that
// the reader sees as they are on record. What a side sees a part of, such as who
// else was told, stays closed.
func opened(seen, kept *casefile.Event) []string {
	fields, whole := fieldsOf(seen), fieldsOf(kept)
	var out []string
	for name, value := range fields {
		switch {
		case name == "recorded-by", name == "recorded-at": // the receipt itself tells when
		case bytes.Equal(value, whole[name]):
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// fieldsOf are the keys of an event with their values in JSON.
func fieldsOf(e *casefile.Event) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	if text, err := json.Marshal(e); e != nil && err == nil {
		_ = json.Unmarshal(text, &fields) // what was just written reads
	}
	return fields
}

// namesIn are words for recipients that are no parties of the case.
func (d *Desk) namesIn(s *sitting, p *Planned, lang string) map[string]string {
	out := map[string]string{}
	for _, duty := range p.Plan.Duties {
		for _, to := range duty.To {
			if s.Case.Party(to) != nil {
				continue
			}
			if e := d.o.Book.Entry(to); e != nil {
				if words := e.Title[lang]; words != "" {
					out[to] = words
				} else {
					out[to] = e.Title["en"]
				}
			}
		}
	}
	return out
}
