package coordination

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/record"
)

// The bases of an event: whose word it is (contract section 1).
const (
	basisOwn    = "own"
	basisBehalf = "on-behalf"
	basisClaim  = "claim"
)

// worldly kinds are facts that start no clock of whoever is named in by: about
// them there is no party whose word alone would count.
var worldly = map[casefile.Kind]bool{
	"leaked": true, "exploit-published": true, "kev-listed": true, "cve-published": true, "published": true,
	"called-on": true, "statement-made": true,
}

// heard kinds are told to somebody, and being told binds whoever hears: to say
// that one was told is one's own word. What an authority allows or lets fall is
// none of them, since it frees (and plan takes no claim for it).
var heard = map[casefile.Kind]bool{
	"reported": true, "notified": true, "requested": true, "directed": true, "called-on": true,
	"partner-reminded": true, "partner-warned": true, "partner-suspended": true, "partner-extended": true, "partner-terminated": true,
	"finding-served": true, "hearing-opened": true, "rectification-set": true, "rectification-returned": true, "embargo-proposed": true,
}

// AddEvent keeps an event; its basis is the desk's to say: own where the reader
// acts for By, on-behalf with a mandate, else a claim. expected is the version
// that the reader saw, or record.AnyVersion; key the client's idempotency key.
func (d *Desk) AddEvent(ctx context.Context, who access.Reader, ref string, e casefile.Event, expected int64, key string) (record.Result, error) {
	return d.add(ctx, who, ref, e, expected, key, true)
}

func (d *Desk) add(ctx context.Context, who access.Reader, ref string, e casefile.Event, expected int64, key string, guarded bool) (record.Result, error) {
	return d.write(ctx, who, ref, access.Add, expected, func(s *sitting, expected int64) (record.Result, error) {
		j, err := d.judge(s, who, e, key)
		if err != nil {
			return record.Result{}, err
		}
		if guarded {
			if err := d.guards(ctx, s.Handle, j.event); err != nil {
				return record.Result{}, err
			}
		}
		if err := d.fits(s, j.event); err != nil {
			return record.Result{}, err
		}
		return d.o.Keeper.AddEvent(ctx, s.Handle, j.event, expected, who.Person, personal(who, key))
	})
}

// write makes one change to a case. Whoever sees a side of it only gives the
// version that is seen there: what others did unseen neither stands in the way
// nor shows. So the version that is really expected is read anew until nobody
// came between.
func (d *Desk) write(ctx context.Context, who access.Reader, ref string, act access.Act, expected int64, do func(s *sitting, expected int64) (record.Result, error)) (record.Result, error) {
	for tries := 0; ; tries++ {
		s, err := d.sit(ctx, who, ref, act)
		if err != nil {
			return record.Result{}, err
		}
		now := expected
		if !s.View.All && expected != record.AnyVersion {
			if expected != s.Version {
				now = s.w.version + 1 // it cannot be; a command that was answered before is answered again all the same
			} else {
				now = s.w.version
			}
		}
		res, err := do(s, now)
		if err != nil && fault.KindOf(err) == fault.Conflict && !s.View.All && expected == s.Version && tries < 8 {
			if p, ok, perr := d.o.Keeper.Peek(ctx, s.Handle); perr == nil && ok && p.Version != s.w.version {
				continue
			}
		}
		if err != nil {
			return record.Result{}, conflict(err, s, expected)
		}
		d.forget(who.Person)
		d.touched(s.Handle, res.Version)
		return res, nil
	}
}

// conflict says in the reader's own numbers that the case has moved on.
func conflict(err error, s *sitting, expected int64) error {
	if fault.KindOf(err) == fault.Conflict && !s.View.All && expected != record.AnyVersion && strings.Contains(err.Error(), "at version") {
		return fault.New(fault.Conflict, "the case is at version %d now, and the command expects %d; load it again and decide anew", s.Version, expected)
	}
	return err
}

// personal keeps the idempotency keys of people apart.
func personal(who access.Reader, key string) string {
	if key == "" {
		return ""
	}
	return who.Person + "\n" + key
}

// judged is an event as it would be kept, with what the reader should know.
type judged struct {
	event    casefile.Event
	warnings []string
}

// judge decides whose word an event is. Preview and AddEvent share it.
func (d *Desk) judge(s *sitting, who access.Reader, e casefile.Event, key string) (judged, error) {
	e.Line = 0
	j := judged{}
	switch {
	case e.RecordedAt != "" || e.RecordedBy != "":
		return j, fault.At("", 0, "recorded-by", "is set by the platform, as is recorded-at; leave them out")
	case e.Assumed:
		return j, fault.At("", 0, "assumed", "what is assumed is tried with a what-if; the record keeps what somebody says")
	case e.At.IsZero():
		return j, fault.At("", 0, "at", "is missing: say when it happened, as well as it is known")
	}
	if err := d.points(s, who, e); err != nil {
		return j, err
	}
	id, err := d.eventID(s, who, e.ID, key)
	if err != nil {
		return j, err
	}
	e.ID = id
	asked := e.Basis
	e.ClaimedBy = claimer(s, e.ClaimedBy)
	switch e.Basis = basisOf(s, e); {
	case e.Basis == basisOwn && asked == basisClaim:
		e.Basis = basisClaim
	case e.Basis == basisClaim && asked == basisBehalf:
		switch {
		case strings.TrimSpace(e.Mandate) == "":
			return j, fault.At("", 0, "mandate", "is missing: say by whose order you speak for %s", e.By)
		case runs(s):
			e.Basis = basisBehalf
		default:
			j.warnings = append(j.warnings, WarnMandate)
		}
	}
	if e.Basis != basisBehalf {
		e.Mandate = ""
	}
	if e.Basis == basisClaim {
		told := hearer(s, e)
		switch {
		case e.ClaimedBy != "" || slices.Contains(s.Parties, e.By): // a party that only claims of itself commits to nothing
		case told != "":
			e.ClaimedBy = told
		case !runs(s) && len(s.Parties) > 0: // whose claim it is: who made it goes on seeing it
			e.ClaimedBy = s.Parties[0]
		}
		if told == "" || e.ClaimedBy != told {
			j.warnings = append(j.warnings, WarnClaim)
		}
	} else if e.ClaimedBy != "" && s.w.c.Source(e.ClaimedBy) == nil {
		e.ClaimedBy = ""
	}
	if err := mayAnswer(s, who, e); err != nil {
		return j, err
	}
	j.event = e
	return j, nil
}

// runs tells whether the reader runs the case.
func runs(s *sitting) bool { return s.Role == access.Owner || s.Role == access.Coordinates }

// basisOf says whose word it is. What is a fact of the world is the word of
// whoever runs the case; what a party did is its own.
func basisOf(s *sitting, e casefile.Event) string {
	switch {
	case e.By != "" && slices.Contains(s.Parties, e.By):
		return basisOwn
	case runs(s) && (e.By == "" || worldly[e.Kind] && s.w.c.Party(e.By) != nil && !seated(s, e.By)):
		return basisOwn
	}
	return basisClaim
}

// seated is whether a party could speak for itself, as far as the reader's own
// seats tell; who else sits here is looked up where it matters.
func seated(s *sitting, party string) bool {
	return slices.ContainsFunc(s.Seats, func(x access.Seat) bool { return x.Party == party })
}

// claimer keeps whose claim it is only where the reader may say so: a party that
// the reader acts for, or a source.
func claimer(s *sitting, said string) string {
	if slices.Contains(s.Parties, said) || said != "" && s.Case.Source(said) != nil {
		return said
	}
	return ""
}

// hearer is the reader's own party among those who were told, if being told is
// what the event says.
func hearer(s *sitting, e casefile.Event) string {
	if !heard[e.Kind] {
		return ""
	}
	for _, t := range e.To {
		for _, p := range s.Parties {
			if q := s.Case.Party(p); t == p || q != nil && slices.Contains(q.Is, t) {
				return p
			}
		}
	}
	return ""
}

// points refuses names that the reader does not see: they are not there. What a
// party of the case is called must not be found out by trying. What the reader
// stated and nothing mentions yet is not in the view, and may be named.
func (d *Desk) points(s *sitting, who access.Reader, e casefile.Event) error {
	c := s.Case
	stated := func(entry, id string) bool { return d.statedBy(s, entry, id) == who.Person && who.Person != "" }
	party := func(id string) bool { return c.Party(id) != nil || stated("party", id) }
	if e.By != "" && !party(e.By) {
		return fault.At("", 0, "by", "%q is not a party of this case", e.By)
	}
	if e.Of != "" && c.Product(e.Of) == nil && !stated("product", e.Of) {
		return fault.At("", 0, "of", "%q is not a product of this case", e.Of)
	}
	for _, t := range e.To {
		if !party(t) && d.o.Book.Entry(t) == nil {
			return fault.At("", 0, "to", "%q is neither a party of this case nor an entry of the directory", t)
		}
	}
	if e.Source != "" && c.Source(e.Source) == nil && !stated("source", e.Source) {
		return fault.At("", 0, "source", "%q is not a source of this case", e.Source)
	}
	for _, id := range append(append([]string{e.Re}, e.Disputes...), e.Supersedes...) {
		if id != "" && c.Event(id) == nil {
			return fault.At("", 0, "re", "%q is not an event of this case", id)
		}
	}
	return nil
}

// mayAnswer refuses to retire or dispute what is neither the reader's own nor
// about the reader: a claim of somebody else's is answered by one's own.
func mayAnswer(s *sitting, who access.Reader, e casefile.Event) error {
	for _, id := range e.Supersedes {
		o := s.Case.Event(id)
		switch {
		case slices.Contains(s.Parties, o.By) && e.By == o.By:
		case o.Basis == basisClaim && (recordedBy(s, id) == who.Person || runs(s) && o.By == ""):
		case runs(s) && o.By == "" && e.By == "":
		default:
			return forbid("not-yours-to-retire", "an event is retired by whom it is about, or a claim by whoever made it; dispute it instead")
		}
	}
	for _, id := range e.Disputes {
		o := s.Case.Event(id)
		about := slices.Contains(s.Parties, o.By) || slices.ContainsFunc(o.To, func(t string) bool { return slices.Contains(s.Parties, t) })
		if !about && !runs(s) && recordedBy(s, id) != who.Person {
			return forbid("not-yours-to-dispute", "an event is disputed by whom it concerns, or by whoever runs the case")
		}
	}
	return nil
}

// recordedBy is the person who recorded an event.
func recordedBy(s *sitting, id string) string {
	for i := range s.w.records {
		if m := &s.w.records[i]; m.Entry == "event" && m.ID == id {
			return m.By
		}
	}
	return ""
}

// eventID gives the id of a new event. Whoever sees all of the case may choose
// it, and gets the next number otherwise. In a narrower view an id is random: a
// number would count what is not seen, and a name that is taken would show it.
// With an idempotency key the id follows from it, so that a command that is sent
// again is the same command.
func (d *Desk) eventID(s *sitting, who access.Reader, asked, key string) (string, error) {
	if asked != "" && s.Case.Event(asked) != nil {
		return "", fault.At("", 0, "id", "the case has an event %q already", asked)
	}
	if s.View.All || drawn(asked) && s.w.c.Event(asked) == nil {
		return asked, nil
	}
	return d.draw("x", 8, "event", s.Handle, who.Person, key)
}

// nextID is the number that the record would give.
func nextID(c *casefile.Case) string {
	for n := len(c.Events) + 1; ; n++ {
		if id := fmt.Sprintf("e%d", n); c.Event(id) == nil {
			return id
		}
	}
}

var letters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// draw gives a prefix and n random letters; the same ones for the same parts if
// the last, a key, is not empty.
func (d *Desk) draw(prefix string, n int, parts ...string) (string, error) {
	var raw [16]byte
	if parts[len(parts)-1] != "" {
		mac := hmac.New(sha256.New, d.o.Lookup[:])
		for _, p := range parts {
			fmt.Fprintf(mac, "%d %s\n", len(p), p)
		}
		copy(raw[:], mac.Sum(nil))
	} else if _, err := io.ReadFull(d.o.Rand, raw[:]); err != nil {
		return "", fault.New(fault.Internal, "the source of random bytes failed: %v", err)
	}
	return prefix + letters.EncodeToString(raw[:])[:n], nil
}

// drawn tells whether an id looks like one that was drawn for a preview.
func drawn(id string) bool {
	return len(id) == 9 && id[0] == 'x' && strings.Trim(id[1:], "abcdefghijkmnpqrstuvwxyz23456789") == ""
}

// fits computes the plan of the whole case with the event, so that nothing is
// kept that no plan could be made of.
func (d *Desk) fits(s *sitting, e casefile.Event) error {
	f := s.w.c.File
	if e.ID == "" {
		e.ID = nextID(s.w.c)
	} else if s.w.c.Event(e.ID) != nil {
		return nil // the record answers: with what it answered before, or that the id is taken
	}
	f.Events = append(slices.Clip(f.Events), e)
	c, err := casefile.Build("", f)
	if err != nil {
		return err
	}
	_, err = d.compute(c, PlanOptions{})
	return err
}
