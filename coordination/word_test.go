package coordination_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/coordination"
	"tocsin/internal/fault"
	"tocsin/record"
)

// shared is the gateway case run by a coordinator, with the manufacturer and the
// laboratory as parties.
func shared(t *testing.T, change ...func(*coordination.Options)) (*office, string) {
	t.Helper()
	w := newOffice(t, change...)
	h := w.imports(olga, gateway)
	w.seat(olga, h, coordination.SeatAsked{Org: "acme", Role: access.PartySeat, Party: "acme"})
	w.seat(olga, h, coordination.SeatAsked{Org: "lab", Role: access.PartySeat, Party: "lab"})
	add(w, olga, h, `commented by=csirt to=[acme] at=2026-11-21T08:00:00Z`) // so that the manufacturer knows of it
	return w, h
}

// Whose word an event is, is the desk's to say.
func TestWhoseWordItIs(t *testing.T) {
	w, h := shared(t)
	for _, c := range []struct {
		name  string
		who   access.Reader
		spec  string
		basis string
		for_  string // whose claim
		warns string
	}{
		{"a party of itself", ada, `aware by=acme of=gateway how=told`, "own", "", ""},
		{"a party of another", ada, `aware by=lab of=parser how=found`, "claim", "acme", "claim-moves-no-clock"},
		{"a party of itself as a claim", ada, `aware by=acme of=gateway basis=claim`, "claim", "", "claim-moves-no-clock"},
		{"what it was told is its own word", ada, `reported by=csirt to=[acme] of=gateway`, "claim", "acme", ""},
		{"told by its name in the directory", olga, `reported by=acme to=[eu-csirt-coordinator] of=gateway`, "claim", "", "claim-moves-no-clock"},
		{"what frees it is not", ada, `waived by=csirt to=[acme] rule=EU-CRA-14-2C-AEVFINAL`, "claim", "acme", "claim-moves-no-clock"},
		{"the coordinator of a party", olga, `aware by=acme of=gateway`, "claim", "", "claim-moves-no-clock"},
		{"the coordinator of the world", olga, `leaked of=parser`, "own", "", ""},
		{"a party of the world", ada, `leaked of=parser`, "claim", "acme", "claim-moves-no-clock"},
		{"the coordinator with a mandate", olga, `acknowledged by=csirt re=e1 basis=on-behalf mandate="letter 7"`, "on-behalf", "", ""},
		{"a party with a mandate of its own making", ada, `assessed by=csirt result=valid basis=on-behalf mandate="they said so"`, "claim", "acme", "mandate-not-yours"},
		{"somebody else's claim cannot be put into a mouth", ada, `aware by=lab of=parser claimed-by=csirt`, "claim", "acme", "claim-moves-no-clock"},
		{"a source's can", olga, `aware by=lab of=parser claimed-by=S1`, "claim", "S1", "claim-moves-no-clock"},
	} {
		p, err := w.desk.PreviewEvent(w.ctx(), c.who, h, event(c.spec))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if p.Basis != c.basis || p.Event.ClaimedBy != c.for_ || c.warns != "" && !slices.Contains(p.Warnings, c.warns) || c.warns == "" && slices.Contains(p.Warnings, "claim-moves-no-clock") {
			t.Errorf("%s: basis %s of %q, warned %v", c.name, p.Basis, p.Event.ClaimedBy, p.Warnings)
		}
	}
	for name, c := range map[string]struct {
		who         access.Reader
		spec, words string
		kind        fault.Kind
	}{
		"a time is needed":               {ada, `aware by=acme`, "at", fault.Invalid},
		"no recorder":                    {ada, `aware by=acme recorded-by=acme at=2026-11-20T08:00Z`, "recorded-by", fault.Invalid},
		"nothing assumed":                {ada, `aware by=acme assumed=true at=2026-11-20T08:00Z`, "assumed", fault.Invalid},
		"no unseen party":                {ada, `reported by=acme to=[nobody] at=2026-11-20T08:00Z`, "neither a party", fault.Invalid},
		"no unknown rule":                {ada, `notified by=acme to=[eu-srp] rule=EU-NO-SUCH at=2026-11-20T08:00Z`, "not a rule", fault.Invalid},
		"a mandate says whose":           {olga, `aware by=acme basis=on-behalf at=2026-11-20T08:00Z`, "mandate", fault.Invalid},
		"another's event is not retired": {ada, `commented by=acme supersedes=[e1] at=2026-11-20T08:00Z`, "not-yours-to-retire", fault.Forbidden},
		"an id is taken":                 {olga, `commented id=e1 at=2026-11-20T08:00Z`, "already", fault.Invalid},
	} {
		e := event(c.spec)
		if name == "a time is needed" {
			e.At.Value = ""
		}
		_, err := w.desk.PreviewEvent(w.ctx(), c.who, h, e)
		wants(t, err, c.kind, c.words)
		_, err = w.desk.AddEvent(w.ctx(), c.who, h, e, record.AnyVersion, "")
		wants(t, err, c.kind, c.words)
	}
	if s := w.see(olga, h); len(s.Case.Events) != 2 {
		t.Error("a preview or a refusal kept something")
	}
}

// A claim about a party moves no clock of it. When the party adopts the claim, as
// a new event, the clock runs from then on, and a plan as known before knows
// nothing of it.
func TestAClaimIsAdopted(t *testing.T) {
	const rule = "EU-CRA-14-2A-AEV24"
	w, h := shared(t)
	before := monday.Add(30 * time.Minute)
	w.clock.Pass(time.Hour)
	claim := add(w, olga, h, `exploitation-observed by=acme of=gateway at=2026-11-23T08:00:00Z text="seen by a customer"`)
	if state, _, _ := duty(w.plan(ada, h), rule, "acme"); state != "awaiting-anchor" {
		t.Fatalf("a claim started the clock: %s", state)
	}
	_, err := w.desk.Adopt(w.ctx(), mei, h, claim, "", record.AnyVersion, "")
	if err == nil {
		t.Error("the laboratory adopted for the manufacturer")
	}
	p, err := w.desk.PreviewAdopt(w.ctx(), ada, h, claim, "our logs show it too")
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Pass(time.Hour)
	r, err := w.desk.Adopt(w.ctx(), ada, h, claim, "our logs show it too", record.AnyVersion, "again")
	if err != nil {
		t.Fatal(err)
	}
	adopted := w.see(olga, h).Case.Event(r.ID)
	if adopted.Basis != "own" || !slices.Equal(adopted.Supersedes, []string{claim}) || !strings.HasSuffix(adopted.Text, "our logs show it too") || r.ID == claim {
		t.Errorf("%+v", adopted)
	}
	state, due, _ := duty(w.plan(ada, h), rule, "acme")
	if state != "running" || !due.Equal(monday.Add(23*time.Hour)) {
		t.Errorf("after it was adopted: %s %v", state, due)
	}
	if len(p.Difference.Changed) == 0 || p.After == nil {
		t.Error("the preview showed nothing")
	}
	for known, want := range map[time.Time]string{before: "awaiting-anchor", monday.Add(90 * time.Minute): "awaiting-anchor", monday.Add(3 * time.Hour): "running"} {
		p, err := w.desk.Plan(w.ctx(), olga, h, coordination.PlanOptions{AsKnownAt: known, At: monday.Add(4 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if state, _, _ := duty(p, rule, "acme"); state != want {
			t.Errorf("as known at %s: %s", known, state)
		}
	}
	if again, err := w.desk.Adopt(w.ctx(), ada, h, claim, "our logs show it too", record.AnyVersion, "again"); err != nil || !again.Replayed || again.ID != r.ID {
		t.Errorf("%+v %v", again, err)
	}
	_, err = w.desk.Adopt(w.ctx(), ada, h, claim, "", record.AnyVersion, "")
	wants(t, err, fault.Conflict, "already")
	_, err = w.desk.Adopt(w.ctx(), ada, h, r.ID, "", record.AnyVersion, "")
	wants(t, err, fault.Conflict, "no claim")
}

// A coordinator adopts for a party that has no seat, with a ground, and never a
// claim of their own.
func TestACoordinatorAdopts(t *testing.T) {
	w, h := shared(t)
	claim := add(w, ada, h, `acknowledged by=project re=e1 at=2026-11-22T08:00:00Z`)
	own := add(w, olga, h, `assessed by=project of=parser result=valid at=2026-11-22T09:00:00Z`)
	_, err := w.desk.Adopt(w.ctx(), olga, h, claim, "", record.AnyVersion, "")
	wants(t, err, fault.Invalid, "reason")
	_, err = w.desk.Adopt(w.ctx(), olga, h, own, "mail of today", record.AnyVersion, "")
	wants(t, err, fault.Forbidden, "your-own-claim")
	r, err := w.desk.Adopt(w.ctx(), olga, h, claim, "their mail of 22 November", record.AnyVersion, "")
	if err != nil {
		t.Fatal(err)
	}
	if e := w.see(olga, h).Case.Event(r.ID); e.Basis != "on-behalf" || e.Mandate != "their mail of 22 November" {
		t.Errorf("%+v", e)
	}
	about := add(w, mei, h, `aware by=acme of=parser how=told at=2026-11-22T08:00:00Z`)
	_, err = w.desk.Adopt(w.ctx(), olga, h, about, "I think so too", record.AnyVersion, "")
	wants(t, err, fault.Forbidden, "party-speaks-for-itself")
}

// What an authority asked of a party, in the party's own words, starts the party's
// clock and meets nothing of the authority's.
func TestWhatOneWasTold(t *testing.T) {
	w, h := shared(t)
	add(w, ada, h, `exploitation-observed by=acme of=gateway at=2026-11-23T08:00:00Z`)
	id := add(w, ada, h, `requested by=csirt to=[acme] of=gateway rule=EU-CRA-14-6-INTERMEDIATE at=2026-11-23T08:30:00Z`)
	if state, _, _ := duty(w.plan(ada, h), "EU-CRA-14-6-INTERMEDIATE", "acme"); state != "open" && state != "running" {
		t.Errorf("asked, and the duty is %s", state)
	}
	other := add(w, olga, h, `requested by=csirt to=[acme] of=gateway rule=EU-CRA-14-6-INTERMEDIATE at=2026-11-23T08:40:00Z`)
	n := 0
	for _, d := range w.plan(olga, h).Plan.Duties {
		if d.Rule == "EU-CRA-14-6-INTERMEDIATE" && d.Obliged == "acme" && d.Anchor != nil {
			n++
			if !slices.Contains(d.Anchor.Events, id) || slices.Contains(d.Anchor.Events, other) {
				t.Errorf("it runs from %v", d.Anchor.Events)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d requests count", n)
	}
}
