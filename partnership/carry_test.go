package partnership

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/access"
	"tocsin/casefile"
	"tocsin/internal/fault"
	"tocsin/partner"
)

// past is a history that ended well: suspended at once, heard, mended, lifted.
const past = `
partner-invited at=2019-12-16T09:00:00+01:00 id=invited
partner-joined at=2020-01-20T11:00:00+01:00 id=joined until={value: 2023-01-20, zone: Europe/Berlin} attributes={signed-by: H. Nord and M. Sund, hash: 8d2f, level: full}
notified at=2021-01-14T10:00:00+01:00 id=yearly rule=TMP-MEMBER-YEARLY text="all as it was"
called-on at=2021-12-10T09:00:00+01:00 id=call due=2021-12-13T12:00:00+01:00 text="Who uses the library?"
assessed at=2021-12-13T11:30:00+01:00 id=answer result=affected re=call
finding-served at=2021-12-14T15:00:00+01:00 id=finding rule=TMP-MEMBER-REPORT reason="aware on 24 November, the office heard on 9 December"
acknowledged at=2021-12-14T16:00:00+01:00 id=got re=finding
partner-suspended at=2021-12-17T10:00:00+01:00 id=stop scope=old-platform rule=TMP-MEMBER-REPORT reason=late until={value: 2022-06-17, zone: Europe/Berlin} due={value: 2022-06-10, zone: Europe/Berlin} attributes={number: 2021/41, signatory: M. Sund, effect: at-once, hearing: after, publication: internal, appeal-body: Panel, appeal-until: 2022-01-31}
hearing-opened at=2021-12-20T09:00:00+01:00 id=hear re=stop reason=late due={value: 2022-01-10, zone: Europe/Berlin} attributes={proof-of-service: "by hand, 20 December 2021"}
statement-made at=2021-12-23T19:00:00+01:00 id=press where="The Sundmark Morning" text="We will do better."
hearing-answered at=2022-01-07T16:00:00+01:00 id=reply re=hear text="The rota had no one at night."
partner-heard at=2022-01-20T14:00:00+01:00 id=heard re=hear result=answered
rectification-set at=2022-02-01T09:00:00+01:00 id=mend re=stop due={value: 2022-04-29, zone: Europe/Berlin} attributes={task-rota: "a rota for nights"}
rectification-reported at=2022-03-31T11:00:00+02:00 id=mended re=mend text="It runs."
rectification-accepted at=2022-04-14T10:00:00+02:00 id=accepted re=mended
partner-reassessed at=2022-06-08T10:00:00+02:00 id=review re=stop result=lift reason="It is mended."
partner-reinstated at=2022-06-10T09:00:00+02:00 id=lifted re=stop result=full reason="It is mended." attributes={number: 2022/09, signatory: M. Sund}
partner-renewed at=2022-12-20T10:00:00+01:00 id=renewed until={value: 2026-01-20, zone: Europe/Berlin} text="reviewed"
partner-renewed at=2025-12-20T10:00:00+01:00 id=again until={value: 2029-01-20, zone: Europe/Berlin} text="reviewed"
`

// history is past, with the lines after one left out, and others in their place.
func (w *world) history(upTo string, more ...string) []casefile.Event {
	w.Helper()
	var out []casefile.Event
	for _, line := range slices.Concat(strings.Split(strings.TrimSpace(past), "\n"), more) {
		if n := len(out); upTo != "" && n > 0 && out[n-1].ID == upTo && slices.Contains(strings.Split(past, "\n"), line) {
			continue
		}
		e, err := casefile.EventFrom(line, monday)
		w.must(err)
		out = append(out, e)
	}
	return out
}

func (w *world) carries(person, org string, events []casefile.Event, key string) (Standing, error) {
	w.Helper()
	return w.CarryOver(w.Context(), w.who(person), "circle", org, partner.Agreement{Level: "full"}, events, key)
}

// An authority that moves here brings a partnership with it: the acts have their
// own days, the record says that it has them from now, and the member goes on from
// where it stands.
func TestAPartnershipIsCarriedOver(t *testing.T) {
	w := newWorld(t)
	m, err := w.carries("karin", "acme", w.history(""), "k1")
	w.must(err)
	if m.State.Standing != partner.Active || len(m.State.Past) != 1 || len(m.State.Ignored) != 0 || m.Carried == nil || m.Carried.Acts != 19 || !m.Carried.At.Equal(w.clock.Now().UTC()) {
		t.Fatalf("%+v\n%+v", m.State, m.Carried)
	}
	if u := m.State.Past[0].Until.Latest; !u.Equal(time.Date(2022, 6, 17, 22, 0, 0, 0, time.UTC)) {
		t.Errorf("six months by the calendar end at %s", u)
	}
	k, err := w.keeper.Load(t.Context(), m.Handle)
	w.must(err)
	for _, e := range k.Case.Events {
		switch recorded, err := time.Parse(time.RFC3339, e.RecordedAt); {
		case err != nil || recorded.Before(monday):
			t.Errorf("%s was recorded at %q", e.ID, e.RecordedAt)
		case e.By == memberParty && (e.Basis != "on-behalf" || e.Mandate == ""):
			t.Errorf("%s is told as the member's own word", e.ID)
		case e.Scope != "circle":
			t.Errorf("%s is of the scope %q", e.ID, e.Scope)
		}
	}
	// The member reads its side, nothing lies unopened, and it goes on from here.
	if seen, err := w.desk.See(t.Context(), w.who("ada"), m.Handle); err != nil || seen.Case.Event("stop") == nil {
		t.Errorf("the member does not see what was carried over: %v", err)
	}
	if l, err := w.Inbox(t.Context(), w.who("ada")); err != nil || len(l) != 0 {
		t.Errorf("%d letters of long ago: %v", len(l), err)
	}
	org, _, err := w.people.Org(t.Context(), "acme")
	w.must(err)
	if now := partner.StandingsOn(org, nil, w.clock.Now())["circle"]; now != partner.Active {
		t.Errorf("its people are let in as %q", now)
	}
	w.does("ada", m.ID, "mark-contested reason='the maker came first' re=finding")
	w.does("karin", m.ID, "called-on due=2026-11-25T12:00:00Z text=help")
	if err := w.Guards(t.Context(), m.Handle, w.act("partner-left by=member to=[authority]")); err == nil {
		t.Error("the file is not guarded")
	}
	// The same once more is the same; something else in front of it is not.
	again, err := w.carries("karin", "acme", w.history(""), "k1")
	if err != nil || again.ID != m.ID {
		t.Errorf("the same key: %q, %v", again.ID, err)
	}
	_, err = w.carries("karin", "acme", w.history(""), "k2")
	w.wants(err, fault.Conflict, "on this platform already")
	notes, err := w.keeper.Notes(t.Context(), 0, 100)
	w.must(err)
	n := 0
	for _, x := range notes {
		if x.Kind == "partner-carried" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the log tells of it %d times", n)
	}
}

// What was cut short is finished by the same key: without the seat nobody of the
// member could look.
func TestACarryOverIsFinished(t *testing.T) {
	w := newWorld(t)
	m, err := w.carries("karin", "acme", w.history(""), "k1")
	w.must(err)
	seats, err := w.desk.Seats(t.Context(), w.who("karin"), m.Handle)
	w.must(err)
	for _, s := range seats {
		if s.Org == "acme" {
			w.must(w.desk.TakeSeat(t.Context(), w.who("karin"), m.Handle, s.ID))
		}
	}
	if _, err := w.desk.See(t.Context(), w.who("ada"), m.Handle); err == nil {
		t.Fatal("it was not cut short")
	}
	_, err = w.carries("karin", "acme", w.history(""), "k1")
	w.must(err)
	if _, err := w.desk.See(t.Context(), w.who("ada"), m.Handle); err != nil {
		t.Error(err)
	}
}

// A history is no way round a second person, and none round the member's own word.
func TestNoDecisionIsLeftInForceByOnePerson(t *testing.T) {
	const extended = `partner-extended at=2022-06-09T10:00:00+02:00 id=longer rule=TMP-MEMBER-RECTIFY reason=late until={value: 2022-09-17, zone: Europe/Berlin} due={value: 2022-09-09, zone: Europe/Berlin} attributes={number: 2022/08, signatory: M. Sund, publication: internal, appeal-body: Panel, appeal-until: 2022-07-31}`
	const heard2 = `hearing-opened at=2022-04-20T09:00:00+02:00 id=hear2 reason=late due={value: 2022-05-10, zone: Europe/Berlin}
partner-heard at=2022-05-12T09:00:00+02:00 id=silent re=hear2 result=silent`
	const two = "rules of procedure 4"
	for name, c := range map[string]struct {
		upTo  string
		more  []string
		wants string // "" is let through
	}{
		"up to the suspension":      {"finding", nil, ""},
		"suspended":                 {"stop", nil, two},
		"suspended and heard":       {"heard", nil, two},
		"reviewed, and not lifted":  {"review", nil, two},
		"extended":                  {"accepted", append(strings.Split(heard2, "\n"), `partner-reassessed at=2022-06-08T10:00:00+02:00 re=stop result=extend reason=late`, extended), two},
		"from a day to come":        {"finding", []string{`hearing-opened at=2026-10-01T09:00:00+02:00 id=h reason=late due={value: 2026-10-20, zone: Europe/Berlin}`, `partner-heard at=2026-11-01T09:00:00+01:00 re=h result=silent`, `partner-suspended at=2026-11-20T09:00:00+01:00 rule=TMP-MEMBER-REPORT reason=late until={value: 2027-05-30, zone: Europe/Berlin} due={value: 2027-05-14, zone: Europe/Berlin} attributes={number: 7, signatory: K, effect: from-date, from: 2026-12-01, publication: internal, appeal-body: Panel, appeal-until: 2027-01-31}`}, two},
		"ended":                     {"finding", []string{`hearing-opened at=2022-01-01T09:00:00+01:00 id=h reason=late due={value: 2022-01-20, zone: Europe/Berlin}`, `partner-heard at=2022-02-01T09:00:00+01:00 re=h result=silent`, `partner-terminated at=2022-03-01T09:00:00+01:00 rule=TMP-MEMBER-REPORT reason=late attributes={number: 7, signatory: K, publication: internal, appeal-body: Panel, appeal-until: 2022-05-31}`}, "two persons"},
		"left":                      {"finding", []string{`partner-left at=2022-03-01T09:00:00+01:00`}, "its own word"},
		"suspended, and lifted":     {"lifted", nil, ""},
		"warned, which one may":     {"finding", []string{`partner-warned at=2021-12-15T10:00:00+01:00 reason=late rule=TMP-MEMBER-REPORT attributes={number: 1/2021, signatory: K}`}, ""},
		"suspended, and then ended": {"heard", []string{`hearing-opened at=2022-04-20T09:00:00+02:00 id=h reason=late due={value: 2022-05-10, zone: Europe/Berlin}`, `partner-heard at=2022-05-12T09:00:00+02:00 re=h result=silent`, `partner-reassessed at=2022-06-08T10:00:00+02:00 re=stop result=end reason=late`, `partner-terminated at=2022-06-09T09:00:00+02:00 rule=TMP-MEMBER-REPORT reason=late attributes={number: 7, signatory: K, publication: internal, appeal-body: Panel, appeal-until: 2022-07-31}`}, "two persons"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := circle()
			p.Terms.SecondPerson["partner-terminated"], p.Terms.SecondPerson["partner-extended"] = two, two
			w.must(w.PutPlatform(t.Context(), access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, p, 1))
			_, err := w.carries("karin", "acme", w.history(c.upTo, c.more...), "")
			if c.wants == "" {
				w.must(err)
				return
			}
			w.wants(err, fault.Forbidden, c.wants)
			w.wants(err, fault.Forbidden, "carry over what came before")
			if list, err := w.Members(t.Context(), w.who("karin"), "circle"); err != nil || len(list) != 0 {
				t.Errorf("%d members: %v", len(list), err)
			}
			// Control: where one person decides, one person carries it over.
			p.Terms.SecondPerson = nil
			w.must(w.PutPlatform(t.Context(), access.Reader{Person: "ines", Platform: []partner.Role{partner.Administrator}, Fresh: true}, p, 2))
			if _, err := w.carries("karin", "acme", w.history(c.upTo, c.more...), ""); name != "left" && err != nil {
				t.Error("where one person decides:", err)
			}
		})
	}
}

// Each act of a history was possible on its own day, and only the authority tells
// of them.
func TestWhatIsNotCarriedOver(t *testing.T) {
	w := newWorld(t)
	line := func(upTo, more string) []casefile.Event { return w.history(upTo, more) }
	for name, c := range map[string]struct {
		events []casefile.Event
		kind   fault.Kind
		words  string
	}{
		"nothing":                     {nil, fault.Invalid, "nothing to carry over"},
		"a day to come":               {line("finding", "called-on at=2026-11-24T09:00:00Z text=help"), fault.Invalid, "has not passed yet"},
		"out of order":                {line("finding", "called-on at=2021-12-01T09:00:00Z text=help"), fault.Invalid, "in the order of their days"},
		"no time":                     {append(w.history("finding"), casefile.Event{Kind: "called-on", Text: "help"}), fault.Invalid, "say when"},
		"suspended without a hearing": {line("finding", strings.ReplaceAll("partner-suspended at=2022-12-17T10:00:00+01:00 "+decision+" until={value: 2023-06-17, zone: Europe/Berlin} due={value: 2023-06-10, zone: Europe/Berlin}", "2026-12-31", "2023-01-31")), fault.Conflict, "was not heard"},
		"longer than the agreement":   {line("finding", strings.ReplaceAll("partner-suspended at=2022-12-17T10:00:00+01:00 "+decision+" until={value: 2023-08-17, zone: Europe/Berlin} due={value: 2023-06-10, zone: Europe/Berlin}", "effect: at-once", "effect: at-once, hearing: after")), fault.Invalid, "longer than the agreement allows"},
		"lifted without a review":     {line("accepted", `partner-reinstated at=2022-06-10T09:00:00+02:00 result=full reason=yes attributes={number: 9, signatory: K}`), fault.Conflict, "was not reviewed"},
		"before it joined":            {line("invited", `partner-reminded at=2019-12-20T09:00:00+02:00 reason=yes`), fault.Conflict, "has not joined"},
		"what a case is for":          {line("finding", `reported at=2021-12-15T09:00:00+02:00 text=yes`), fault.Invalid, "belongs into a case"},
		"names what is not there":     {line("finding", `mark-contested at=2021-12-15T09:00:00+02:00 reason=no re=nothing`), fault.Invalid, "no act of the authority"},
		"twice the same id":           {line("finding", `partner-reminded at=2021-12-20T09:00:00+02:00 reason=yes id=finding`), fault.Invalid, "finding"},
	} {
		t.Run(name, func(t *testing.T) {
			w := *w
			w.TB = t
			_, err := w.carries("karin", "acme", c.events, "")
			w.wants(err, c.kind, c.words)
		})
	}
	for who, words := range map[string]string{"ada": "no such platform", "anton": "act for the authority", "both": "their own"} {
		_, err := w.carries(who, "acme", w.history(""), "")
		if err == nil || !holds(err.Error(), words) {
			t.Errorf("%s: %v", who, err)
		}
	}
	stale := w.who("karin")
	stale.Fresh = false
	_, err := w.CarryOver(t.Context(), stale, "circle", "acme", partner.Agreement{}, w.history(""), "")
	w.wants(err, fault.Forbidden, "prove once more")
	if _, err := w.Invite(t.Context(), w.who("karin"), InviteAsked{Platform: "circle", Org: "acme"}, ""); err != nil {
		t.Error("a refused history stands in the way:", err)
	}
	_, err = w.carries("karin", "acme", w.history(""), "")
	w.wants(err, fault.Conflict, "on this platform already")
}

// Of several that bring the same member at once, one brings it.
func TestCarryOversRace(t *testing.T) {
	w := newWorld(t)
	events := w.history("")
	readers := []access.Reader{w.who("karin"), w.who("otto")}
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			if i == 5 {
				_, errs[i] = w.Invite(t.Context(), readers[0], InviteAsked{Platform: "circle", Org: "acme"}, "")
				return
			}
			_, errs[i] = w.CarryOver(t.Context(), readers[i%2], "circle", "acme", partner.Agreement{}, events, "")
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if fault.KindOf(err) != fault.Conflict {
			t.Error(err)
		}
	}
	if list, err := w.Members(t.Context(), w.who("karin"), "circle"); err != nil || won != 1 || len(list) != 1 {
		t.Errorf("%d won, %d members, %v", won, len(list), err)
	}
}
