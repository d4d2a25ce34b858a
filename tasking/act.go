package tasking

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/cabinet"
	"tocsin/casefile"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/record"
)

// maxActs bounds one directive.
const maxActs = 100_000

// NeedsFresh tells which kinds of acts want a fresh sign-in: those that end
// something for everybody.
func NeedsFresh(k directive.Kind) bool { return k == directive.Closed || k == directive.Superseded }

// Act puts an act on record. ID and At are set here. By may be left out: it is
// then who issued the directive, of exceptions the first who may grant them, or
// the reader's only organisation in it. The people of the authority record the acts
// of each authority that the document names; those of a member act for it and its
// units. Nobody decides about an organisation of their own, and no token about
// anybody.
//
// expected is View.Version as it was seen, negative for any: of acts that race one
// wins, and the other is told that the directive moved on. The same key of a person
// acts once. What cannot follow on what is on record is refused as directive.Check
// does; fault.NotFound, fault.Forbidden and fault.Conflict as everywhere.
func (s *Service) Act(ctx context.Context, who access.Reader, id string, a directive.Act, expected int, key string) (*View, error) {
	if err := access.Scoped(who, access.Add); err != nil {
		return nil, err
	}
	h, v, _, err := s.find(ctx, who, id)
	if err != nil {
		return nil, err
	}
	switch {
	case h.Status == Drafted:
		return nil, fault.New(fault.Conflict, "this directive is not issued yet; nobody acts on a draft")
	case !slices.Contains(directive.Kinds(), a.Kind):
		return nil, bad("kind", "%q is no kind of act", string(a.Kind))
	case !slices.Contains(v.may(who, h), a.Kind):
		return nil, v.notTheirs(a.Kind)
	}
	if NeedsFresh(a.Kind) {
		if err := access.Fresh(who); err != nil {
			return nil, err
		}
	}
	if err := tidy(&a); err != nil {
		return nil, err
	}
	if a.ID, err = s.draw(); err != nil {
		return nil, err
	}
	a.ID = a.ID[:12]
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &writing{s: s, who: who, id: id, act: a, expected: expected, once: once(who.Person, key, id)}
	for range tries {
		done, err := w.try(ctx)
		if err != nil {
			return nil, err
		}
		if done {
			return s.answer(ctx, who, id)
		}
	}
	return nil, fault.New(fault.Conflict, "others act on this directive at this very moment; please try again")
}

// tries is how often an act that was overtaken is looked at again.
const tries = 20

// notTheirs says whose act it is.
func (v sight) notTheirs(k directive.Kind) error {
	switch {
	case memberKind(k):
		return fault.New(fault.Forbidden, "%s is for those who act for a member that this directive reaches", string(k))
	case k == directive.Corrected || k == directive.Denied:
		return fault.New(fault.Forbidden, "this is for those who act for the authority or for a member that this directive reaches")
	}
	return fault.New(fault.Forbidden, "%s is for those who act for the authority", string(k))
}

func memberKind(k directive.Kind) bool {
	switch k {
	case directive.Acknowledged, directive.Progressed, directive.EvidenceGiven, directive.Completed, directive.ExceptionAsked:
		return true
	}
	return false
}

// decides are the kinds by which the authority decides about members.
func decides(k directive.Kind) bool {
	switch k {
	case directive.Accepted, directive.Returned, directive.ExceptionGranted, directive.ExceptionRefused, directive.Extended, directive.ScopeDecided:
		return true
	}
	return false
}

// writing is an act on its way.
type writing struct {
	s        *Service
	who      access.Reader
	id       string
	act      directive.Act
	expected int
	once     string

	raw  []byte // as it was committed to
	made directive.Act
	res  record.Result
	by   string // person, or "sweep"
}

// try puts the act behind what is on record now; false: it was overtaken.
func (w *writing) try(ctx context.Context) (bool, error) {
	s := w.s
	if w.once != "" {
		var k keptAct
		switch _, err := s.o.Cabinet.One(ctx, kindAct, onceKey(w.once), &k); {
		case err == nil:
			return true, w.again(&k)
		case fault.KindOf(err) != fault.NotFound:
			return false, err
		}
	}
	h, v, _, err := s.find(ctx, w.who, w.id)
	if err != nil {
		return false, err
	}
	b, err := s.read(ctx, h)
	if err != nil {
		return false, err
	}
	b = b.upTo(h.Acts)
	if w.expected >= 0 && w.expected != version(h, b, v) {
		return false, fault.New(fault.Conflict, "the directive has moved on since you looked; look at it again and decide anew")
	}
	a := w.act
	if err := w.sign(h, b, v, &a); err != nil {
		return false, err
	}
	return w.add(ctx, h, b, a)
}

// again refuses another act under a key that was used.
func (w *writing) again(k *keptAct) error {
	var was onRecord
	if err := k.into(&was); err != nil {
		return err
	}
	old, asked := was.Act, w.act
	old.ID, old.At, asked.ID, asked.At = "", casefile.Time{}, "", casefile.Time{}
	if asked.By == "" {
		old.By = ""
	}
	if !same(old, asked) {
		return used()
	}
	return nil
}

func used() error {
	return fault.New(fault.Conflict, "this key was used for something else already; take another one")
}

// add checks an act against what is on record, commits to it and keeps it.
func (w *writing) add(ctx context.Context, h *head, b *bound, a directive.Act) (bool, error) {
	s := w.s
	at := s.now()
	if at.Before(h.Last) { // another process, whose clock goes ahead: the record never goes back
		at = h.Last
	}
	if at.Before(h.Issued) {
		at = h.Issued
	}
	a.At.Value = at.In(b.d.Location()).Format(time.RFC3339)
	var failed error
	others := s.lookup(ctx, h.Authority, &failed)
	err := b.d.Check(b.list, &a, others)
	switch {
	case failed != nil:
		return false, failed
	case err != nil:
		return false, w.say(err)
	}
	if a.Directive != "" && b.d.Link(a.Directive) == nil {
		if o, ok := others(a.Directive); !ok && failed == nil || ok && o.IssuedSpan().Before(b.d.IssuedSpan()) {
			return false, bad("directive", "%q is no later directive of this authority, and the document names none of that id", a.Directive)
		}
		if failed != nil {
			return false, failed
		}
	}
	if h.Acts >= maxActs {
		return false, fault.New(fault.Conflict, "this directive has %d acts on record, more than are kept of one; let a later one go on", maxActs)
	}
	if w.raw == nil || !same(w.made, a) {
		if err := w.commit(ctx, h, a); err != nil {
			return false, err
		}
	}
	next := *h
	next.Acts, next.Last = h.Acts+1, at
	if a.Kind == directive.Closed || a.Kind == directive.Superseded || a.Kind == directive.Corrected {
		st, err := directive.Fold(b.d, append(slices.Clip(b.list), a), at)
		if err != nil {
			return false, err
		}
		if next.End, next.Status = st.End, Issued; st.End != nil {
			next.Status = Ended
		}
	}
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindAct, ID: textID(h.ID, next.Acts)}, Keys: []string{"directive:" + h.ID},
		Value: keptAct{N: next.Acts, Raw: w.raw, Proof: Proof{Hash: sum(w.raw), Epoch: w.res.Epoch, Index: w.res.First}}}
	if w.once != "" {
		it.Unique = []string{onceKey(w.once)}
	}
	err = s.o.Cabinet.Change(ctx, []cabinet.Item{next.item(), it}, nil)
	if fault.KindOf(err) == fault.Conflict && err != nil {
		return false, nil
	}
	return err == nil, err
}

// same tells that an act which was committed to before it was overtaken can stand
// as it is.
func same(a, b directive.Act) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}

func (w *writing) commit(ctx context.Context, h *head, a directive.Act) error {
	salt, err := w.s.draw()
	if err != nil {
		return err
	}
	person := w.who.Person
	if w.by != "" {
		person = w.by
	}
	raw, err := json.Marshal(actText{Directive: h.ID, Recorded: w.s.now(), Person: person, Act: a, Salt: salt})
	if err != nil {
		return fault.New(fault.Internal, "the act cannot be written: %v", err)
	}
	res, err := w.s.o.Log.Note(ctx, "directive", map[string]any{"what": "act", "platform": h.Platform, "directive": h.ID, "act": string(a.Kind), "id": a.ID, "hash": sum(raw)}, w.who.Person)
	if err != nil {
		return err
	}
	w.raw, w.made, w.res = raw, a, res
	return nil
}

// say takes the random id of the act out of a refusal: nobody has seen it yet.
func (w *writing) say(err error) error {
	return fault.New(fault.KindOf(err), "%s", strings.ReplaceAll(err.Error(), "acts["+w.act.ID+"].", ""))
}

// lookup finds the other directives that the authority issued here. What could not
// be read is told in failed.
func (s *Service) lookup(ctx context.Context, authority string, failed *error) directive.Lookup {
	return func(id string) (*directive.Directive, bool) {
		var h head
		_, err := s.o.Cabinet.One(ctx, kindHead, docKey(authority, id), &h)
		if err != nil || h.Status == Drafted {
			if fault.KindOf(err) != fault.NotFound && err != nil {
				*failed = err
			}
			return nil, false
		}
		b, err := s.read(ctx, &h)
		if err != nil {
			*failed = err
			return nil, false
		}
		return b.whole(), true
	}
}

// whole is the directive with its acts.
func (b *bound) whole() *directive.Directive {
	d := *b.d
	d.Acts = b.list
	return &d
}
