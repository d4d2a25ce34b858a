package webui

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/burndown"
	"tocsin/calendar"
	"tocsin/directive"
	"tocsin/internal/fault"
	"tocsin/partner"
	"tocsin/tasking"
)

// routesDirective puts the pages of directives on the mux, where there are any.
func (s *Site) routesDirective() {
	if s.o.Directives == nil || s.o.Circles == nil {
		return
	}
	s.page("GET /directives", s.directivesPage, 0)
	s.page("GET /directives/new", s.directiveNew, 0)
	s.page("POST /directives/new", s.directiveNewDo, 0)
	s.page("GET /directives/{id}", s.directivePage, 0)
	s.page("GET /directives/{id}/do", s.directiveForm, 0)
	s.page("POST /directives/{id}/do", s.directiveDo, 0)
	s.page("GET /directives/{id}/edit", s.directiveEdit, 0)
	s.page("POST /directives/{id}/edit", s.directiveEditDo, 0)
	s.page("POST /directives/{id}/issue", s.directiveIssue, 0)
	s.page("POST /directives/{id}/discard", s.directiveDiscard, 0)
	s.page("GET /directives/{id}/report", s.directiveReport, 0)
	s.page("GET /directives/{id}/file", s.directiveFile, 0)
	s.page("GET /directives/{id}/burndown.svg", s.directiveBurn, 0)
	s.mux.HandleFunc("GET /burndown.css", burndownCSS)
}

// burndownCSS serves the style of the picture, which forbids itself inline styles.
func burndownCSS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(burndown.Stylesheet()))
}

// Directives tells the navigation whether there can be any here.
func (p *page) Directives() bool { return p.o.Directives != nil }

// worded is a text of a document in the language that the reader reads best of
// those it has. Lang is "" where that is the page's own.
type worded struct{ Text, Lang, Name string }

func (v *visit) worded(t directive.Text) worded {
	lang := v.langOf(sortedKeys(t))
	w := worded{Text: t[lang]}
	if lang != v.Lang && w.Text != "" {
		w.Lang, w.Name = lang, cmp.Or(langNames[lang], lang)
	}
	return w
}

// limitOf is a limit for people: the last second within it stands for the end of
// its minute, so that a day ends at 24:00.
func (v *visit) limitOf(s *calendar.Span, zone string) spanned {
	if s == nil {
		return spanned{}
	}
	end := func(t time.Time) time.Time {
		if t.Second() == 59 {
			return t.Add(time.Second)
		}
		return t
	}
	return v.span(calendar.Span{Earliest: end(s.Earliest), Latest: end(s.Latest)}, true, zone)
}

// dueRow is a limit with how far away it is, on its strict reading.
type dueRow struct {
	At   spanned
	When *time.Time
	Past bool
	Tone string // over, warn, plain
}

// duePast and dueSoon are how near a limit is; soon is a week before it.
const directiveSoon = 7 * 24 * time.Hour

func (v *visit) dueRow(s *calendar.Span, past bool, zone string) dueRow {
	r := dueRow{At: v.limitOf(s, zone), Past: past, Tone: "plain"}
	if s == nil {
		return r
	}
	at := s.Earliest
	if past {
		at = s.Latest
	}
	r.When = &at
	switch {
	case past:
		r.Tone = "over"
	case s.Earliest.Sub(v.Now) <= directiveSoon:
		r.Tone = "warn"
	}
	return r
}

// directiveHead is what stands above every page of a directive.
type directiveHead struct {
	*tasking.View
	On       partner.Platform
	Base     string
	Heading  worded
	Zone     string // whose days are meant
	Ours     bool   // the reader is of the authority
	Acts     bool   // the reader can do something about it
	ByName   string // who issued it
	Ceiling  partner.Ceiling
	Standing *standingBadge // while Withheld
}

// Head is itself, for the template that the pages of a directive share.
func (h directiveHead) Head() directiveHead { return h }

func directiveAddress(id string) string { return "/directives/" + url.PathEscape(id) }

// directive gives the directive of the address.
func (v *visit) directive() (directiveHead, error) {
	view, err := v.o.Directives.Get(v.ctx(), v.Who, v.r.PathValue("id"), time.Time{})
	if err != nil {
		return directiveHead{}, err
	}
	return v.directiveHead(view)
}

func (v *visit) directiveHead(view *tasking.View) (directiveHead, error) {
	h := directiveHead{View: view, Base: directiveAddress(view.ID), Heading: v.worded(view.Title), Ours: view.Side != tasking.OfMember, Acts: len(view.May) > 0, ByName: view.Issuer}
	var err error
	if h.On, _, err = v.o.Circles.Platform(v.ctx(), view.Platform); err != nil {
		return h, err
	}
	h.Zone = h.On.Terms.Zone
	if d := view.Directive; d != nil {
		h.Zone = cmp.Or(d.Zone, "UTC")
	}
	if view.Withheld {
		for i := range v.Who.Acting {
			if st, in := v.Who.Acting[i].Stands(h.On.ID); in && len(v.Who.Acting[i].Roles) > 0 && h.Standing == nil {
				b := badgeOf(st)
				h.Standing, h.Ceiling = &b, h.On.Terms.Ceilings[st]
			}
		}
	}
	return h, nil
}

// zone is the one by whose days the directive counts.
func (h directiveHead) zone() *time.Location {
	if loc, err := calendar.Zone(h.Zone); h.Zone != "" && err == nil {
		return loc
	}
	return time.UTC
}

// Can tells whether the reader could do a kind of act.
func (h directiveHead) Can(k directive.Kind) bool { return slices.Contains(h.May, k) }

// memberName is what a member of the directive is called.
func (v *visit) memberName(h directiveHead, id string) string {
	if h.Directive != nil {
		if m := h.Directive.Member(id); m != nil && m.Name != "" {
			return m.Name
		}
		if a := h.Directive.Authority(id); a != nil {
			return cmp.Or(a.Name, a.ID)
		}
	}
	return v.orgName(id)
}

// stepName is a step by its title, or by its kind while the words are withheld.
func (v *visit) stepName(h directiveHead, id string) worded {
	if h.Directive != nil {
		if st := h.Directive.Step(id); st != nil {
			return v.worded(st.Title)
		}
	}
	for _, d := range h.Duties {
		if d.Step == id {
			return worded{Text: directive.StepIn(d.Kind, v.Lang)}
		}
	}
	return worded{Text: id}
}

// doAddress is the form of an act, filled in as far as the page knows.
func doAddress(base string, k directive.Kind, pairs ...string) string {
	q := url.Values{"kind": {string(k)}}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return base + "/do?" + q.Encode()
}

// waitRow is one thing that waits for the reader, with what to do about it.
type waitRow struct {
	tasking.Wait
	Heading, StepWords worded
	KindWords          string
	Due                dueRow
	Href, Do           string
	Button             string // code of directives.do
	OnName             string
	Names              []string // of the members that it is about
	More               int      // that are not named
}

// waitRow says a line in the reader's language.
func (v *visit) waitRow(w tasking.Wait, on map[string]partner.Platform) waitRow {
	p := on[w.Platform]
	r := waitRow{Wait: w, Heading: v.worded(w.Title), StepWords: v.worded(w.StepTitle), Due: v.dueRow(w.Due, w.Past, p.Terms.Zone), Href: directiveAddress(w.Directive), OnName: p.Name, Button: string(w.What)}
	if r.StepWords.Text == "" && w.Kind != "" {
		r.KindWords = directive.StepIn(w.Kind, v.Lang)
	}
	r.Do = waitAddress(r.Href, w)
	return r
}

// gatheredWaits puts what waits in the same way for many members of one step into one
// line: a thousand of them would hide what somebody asks for.
func gatheredWaits(rows []waitRow) []waitRow {
	type same struct {
		what            tasking.What
		directive, step string
	}
	at := map[same]int{}
	var out []waitRow
	for _, r := range rows {
		if r.Name != "" {
			r.Names = []string{r.Name}
		}
		k := same{r.What, r.Wait.Directive, r.Step}
		i, there := at[k]
		switch {
		case r.What != tasking.PastDue && r.What != tasking.Scope:
			out = append(out, r)
		case !there:
			at[k] = len(out)
			out = append(out, r)
		default:
			g := &out[i]
			if len(g.Names) < mostNamed/2 {
				g.Names = append(g.Names, r.Name)
			} else {
				g.More++
			}
			w := g.Wait
			if w.Member = ""; w.What == tasking.PastDue {
				w.Reminded = time.Time{}
			}
			g.Wait, g.Do = w, waitAddress(g.Href, w)
		}
	}
	return out
}

// waitAddress is where something that waits is done.
func waitAddress(base string, w tasking.Wait) string {
	switch w.What {
	case tasking.Acknowledge:
		return doAddress(base, directive.Acknowledged, "member", w.Member)
	case tasking.ToDo, tasking.Mend:
		return doAddress(base, directive.Completed, "step", w.Step, "member", w.Member)
	case tasking.Exception:
		return doAddress(base, directive.ExceptionGranted, "re", w.Act)
	case tasking.Accept:
		return doAddress(base, directive.Accepted, "re", w.Act)
	case tasking.Scope:
		return doAddress(base, directive.ScopeDecided, "member", w.Member)
	case tasking.PastDue:
		return doAddress(base, directive.Reminded, "step", w.Step, "member", w.Member)
	}
	return base
}

// forMember tells on which side something waits.
func forMember(w tasking.What) bool {
	return w == tasking.Acknowledge || w == tasking.ToDo || w == tasking.Mend
}

// directiveWaits is what waits, for the desk.
type directiveWaits struct{ N, Past int }

// directivesWaiting counts it, at most once a minute for the same person where they
// stand: what they did themselves shows at once, and so does a decision about them.
func (v *visit) directivesWaiting() (*directiveWaits, error) {
	if v.o.Directives == nil || v.o.Circles == nil || len(v.Who.Acting) == 0 {
		return nil, nil
	}
	type counted struct {
		what, person, stands string
		acts                 int64
	}
	var stands []string
	for i := range v.Who.Acting {
		a := &v.Who.Acting[i]
		stands = append(stands, a.Org, a.For)
		for _, on := range sortedKeys(a.On) {
			st, _ := a.Stands(on)
			stands = append(stands, on, string(st))
		}
	}
	made, err := v.sharedPart(v.Now, counted{"directives", v.Who.Person, strings.Join(stands, "\x00"), v.sides.acts.Load()}, func() (any, error) {
		var n directiveWaits
		all, err := v.o.Directives.Waiting(v.ctx(), v.Who)
		for _, w := range all {
			n.N++
			if w.Past {
				n.Past++
			}
		}
		return n, err
	})
	if err != nil {
		return nil, err
	}
	if n := made.(directiveWaits); n.N > 0 {
		return &n, nil
	}
	return nil, nil
}

// onPlatforms are the platforms of the reader, by id.
func (v *visit) onPlatforms() (map[string]partner.Platform, []partner.Platform, error) {
	all, err := v.o.Circles.Platforms(v.ctx(), v.Who)
	on := map[string]partner.Platform{}
	var out []partner.Platform
	for _, p := range all {
		runs := access.Runs(v.Who, access.Circle{ID: p.ID, Authority: p.Authority, Ceilings: p.Terms.Ceilings})
		joined := slices.ContainsFunc(v.Who.Acting, func(a access.Acting) bool { _, in := a.Stands(p.ID); return in && len(a.Roles) > 0 })
		if runs || joined {
			on[p.ID] = p
			out = append(out, p)
		}
	}
	return on, out, err
}

// notIssued is the answer to what is for directives that were issued.
func notIssued() error {
	return fault.New(fault.Conflict, "this directive is not issued yet")
}
