package tasking

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/cabinet"
	"tocsin/directive"
	"tocsin/internal/fault"
)

// head is what is kept of a directive beside its document and its acts. It holds
// all that decides who may read it, so that it is decided before anything of it
// is read.
type head struct {
	ID        string         `json:"id"`
	Platform  string         `json:"platform"`
	Authority string         `json:"authority"` // organisation that runs the platform
	Doc       string         `json:"doc"`
	Number    string         `json:"number"`
	Issuer    string         `json:"issuer"`
	Title     directive.Text `json:"title"`
	TLP       string         `json:"tlp"`
	Status    Status         `json:"status"`
	Editions  []Edition      `json:"editions"` // the newest last

	Issued time.Time         `json:"issued,omitzero"`
	By     string            `json:"by,omitempty"`  // person who issued it
	To     []string          `json:"to,omitempty"`  // members that it reaches or may reach, as it was issued
	Up     map[string]string `json:"up,omitempty"`  // of these, units → the member that they are part of
	All    bool              `json:"all,omitempty"` // it reaches every member, those to come too

	Acts int            `json:"acts"`
	Last time.Time      `json:"last,omitzero"` // when the last act was made
	End  *directive.End `json:"end,omitempty"`
	Once string         `json:"once,omitempty"`

	version int64
}

// now is the newest edition.
func (h *head) now() *Edition { return &h.Editions[len(h.Editions)-1] }

// item is the head as it is kept.
func (h *head) item() cabinet.Item {
	it := cabinet.Item{Ref: cabinet.Ref{Kind: kindHead, ID: h.ID, Version: h.version}, Value: h, Keys: []string{"platform:" + h.Platform},
		Unique: []string{numberKey(h.Authority, h.Number), docKey(h.Authority, h.Doc)}}
	if h.Status == Issued {
		it.Keys = append(it.Keys, openKey)
	}
	if h.Once != "" {
		it.Unique = append(it.Unique, onceKey(h.Once))
	}
	return it
}

// openKey finds the directives that are in force.
const openKey = "open"

func numberKey(authority, number string) string {
	return "number:" + authority + "/" + strings.ToLower(line(number))
}

func docKey(authority, doc string) string { return "doc:" + authority + "/" + doc }

func onceKey(once string) string { return "once:" + once }

// once is the idempotency key of a person at a place; "" is none.
func once(person, key, place string) string {
	if key == "" {
		return ""
	}
	return person + " " + place + " " + key
}

// editionText is an edition as it is committed to. Who is in it stands apart,
// under a salt of its own, so that whoever may read the words can check them
// without learning who else does.
type editionText struct {
	Directive string          `json:"directive"`
	Platform  string          `json:"platform"`
	N         int             `json:"n"`
	At        time.Time       `json:"at"`
	By        string          `json:"by"`
	Issued    bool            `json:"issued"`
	File      json.RawMessage `json:"file"`              // without members
	Members   string          `json:"members,omitempty"` // SHA-256 of keptEdition.Members
	Salt      string          `json:"salt"`
}

type keptEdition struct {
	Raw     []byte `json:"raw"`               // editionText
	Members []byte `json:"members,omitempty"` // membersText
	Written []byte `json:"written,omitempty"`
}

type membersText struct {
	Members []directive.Member `json:"members"`
	Salt    string             `json:"salt"`
}

// actText is an act as it is committed to.
type actText struct {
	Directive string        `json:"directive"`
	Recorded  time.Time     `json:"recorded"`
	Person    string        `json:"person"`
	Act       directive.Act `json:"act"`
	Salt      string        `json:"salt"`
}

type keptAct struct {
	N     int    `json:"n"`
	Raw   []byte `json:"raw"` // actText
	Proof Proof  `json:"proof"`
}

// onRecord is an act that was read.
type onRecord struct {
	actText
	raw   []byte
	proof Proof
}

func textID(id string, n int) string { return fmt.Sprintf("%s/%d", id, n) }

// bound is a directive with its acts, in memory. Neither ever changes.
type bound struct {
	d    *directive.Directive
	acts []onRecord
	list []directive.Act // of acts
	raw  []byte          // editionText
	whom bool            // a line of the scope names members

	asked map[string]map[string]bool // by member, the steps that are asked of it or may be, as it was issued
	index map[string]int             // act → its place in acts, and perhaps in what is behind them
}

// shelf keeps what was read: an issued document never changes, and acts are only
// added.
type shelf struct {
	mu    sync.Mutex
	bound map[string]*bound
}

// shelved is how many directives are kept in memory.
const shelved = 200

func newShelf() *shelf { return &shelf{bound: map[string]*bound{}} }

// read gives an issued directive with its acts, as the head counts them.
func (s *Service) read(ctx context.Context, h *head) (*bound, error) {
	s.shelf.mu.Lock()
	b := s.shelf.bound[h.ID]
	s.shelf.mu.Unlock()
	if b == nil {
		k, t, err := s.edition(ctx, h, h.now().N)
		if err != nil {
			return nil, err
		}
		f, err := k.file(t)
		if err != nil {
			return nil, err
		}
		d, err := directive.Build("", f)
		if err != nil {
			return nil, fault.New(fault.Internal, "a directive that was issued cannot be read: %v", err)
		}
		b = &bound{d: d, raw: k.Raw, whom: names(d), asked: map[string]map[string]bool{}}
		st, err := directive.Fold(d, nil, h.Issued)
		if err != nil {
			return nil, err
		}
		for _, c := range st.Cells {
			if c.Status == directive.NotAsked {
				continue
			}
			if b.asked[c.Member] == nil {
				b.asked[c.Member] = map[string]bool{}
			}
			b.asked[c.Member][c.Step] = true
		}
	}
	if len(b.acts) < h.Acts {
		more, err := s.acts(ctx, h, len(b.acts))
		if err != nil {
			return nil, err
		}
		next := &bound{d: b.d, raw: b.raw, whom: b.whom, asked: b.asked, acts: slices.Concat(b.acts, more), index: map[string]int{}}
		for i := range next.acts {
			next.list = append(next.list, next.acts[i].Act)
			next.index[next.acts[i].Act.ID] = i
		}
		b = next
	}
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	if was := s.shelf.bound[h.ID]; was == nil || len(was.acts) < len(b.acts) {
		if len(s.shelf.bound) >= shelved {
			clear(s.shelf.bound)
		}
		s.shelf.bound[h.ID] = b
	}
	return b, nil
}

// upTo is what was on record when the head was read; somebody may have read more
// meanwhile.
func (b *bound) upTo(n int) *bound {
	if n >= len(b.acts) {
		return b
	}
	return &bound{d: b.d, raw: b.raw, whom: b.whom, asked: b.asked, index: b.index, acts: b.acts[:n:n], list: b.list[:n:n]}
}

// edition reads one version of the document.
func (s *Service) edition(ctx context.Context, h *head, n int) (*keptEdition, *editionText, error) {
	var k keptEdition
	var t editionText
	if _, err := s.o.Cabinet.Get(ctx, kindText, textID(h.ID, n), &k); err != nil {
		return nil, nil, fault.New(fault.Internal, "a version of a directive is not there: %s", fault.KindOf(err))
	}
	if err := json.Unmarshal(k.Raw, &t); err != nil {
		return nil, nil, fault.New(fault.Internal, "a version of a directive does not have its shape")
	}
	return &k, &t, nil
}

// file puts the document and its members together again.
func (k *keptEdition) file(t *editionText) (directive.File, error) {
	var f directive.File
	if err := json.Unmarshal(t.File, &f); err != nil {
		return f, fault.New(fault.Internal, "a version of a directive does not have its shape")
	}
	if len(k.Members) > 0 {
		var m membersText
		if err := json.Unmarshal(k.Members, &m); err != nil {
			return f, fault.New(fault.Internal, "the members of a directive do not have their shape")
		}
		f.Members = m.Members
	}
	return f, nil
}

// fewActs are read one by one, more of them together.
const fewActs = 20

// acts reads the acts of a directive after the first so many.
func (s *Service) acts(ctx context.Context, h *head, after int) ([]onRecord, error) {
	out := make([]onRecord, h.Acts-after)
	if len(out) <= fewActs {
		for i := range out {
			var k keptAct
			if _, err := s.o.Cabinet.Get(ctx, kindAct, textID(h.ID, after+i+1), &k); err != nil {
				return nil, fault.New(fault.Internal, "an act on a directive is not there: %s", fault.KindOf(err))
			}
			if err := k.into(&out[i]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	err := s.o.Cabinet.All(ctx, kindAct, "directive:"+h.ID, func(e cabinet.Entry) error {
		var k keptAct
		if err := e.Into(&k); err != nil {
			return err
		}
		if i := k.N - after - 1; i >= 0 && i < len(out) {
			return k.into(&out[i])
		}
		return nil
	})
	for i := range out {
		if err == nil && out[i].raw == nil {
			err = fault.New(fault.Internal, "an act on a directive is not there")
		}
	}
	return out, err
}

func (k *keptAct) into(o *onRecord) error {
	o.raw, o.proof = k.Raw, k.Proof
	if err := json.Unmarshal(k.Raw, &o.actText); err != nil {
		return fault.New(fault.Internal, "an act on a directive does not have its shape")
	}
	return nil
}

// names tells whether the scope names members: then its words name somebody to
// everybody who reads them.
func names(d *directive.Directive) bool {
	return slices.ContainsFunc(d.Scope, func(l directive.Scope) bool {
		return len(l.Members) > 0 || slices.ContainsFunc(l.Except, func(x directive.Scope) bool { return len(x.Members) > 0 })
	})
}
